use super::*;

#[test]
fn relative_mode_makes_no_amount() {
    let relative = Disclosure::new(&Privacy::default());
    assert_eq!(relative.money(1.into()), None);
    assert_eq!(relative.shares(1.into()), None);
    let absolute = Disclosure::new(&Privacy { mode: PrivacyMode::Absolute, ..Privacy::default() });
    assert_eq!(absolute.money("1234.5".parse().unwrap()).unwrap().to_string(), "1234.50");
    assert_eq!(absolute.shares("10.00".parse().unwrap()).unwrap().to_string(), "10");
}

#[test]
fn where_amounts_are_shown_nothing_is_coarser() {
    let privacy = Privacy { precision: PrivacyLevel::Coarse, ..Privacy::default() };
    assert_eq!(Disclosure::new(&privacy).period(0.123_456).get(), 0.125);
    let absolute = Privacy { mode: PrivacyMode::Absolute, ..privacy };
    assert_eq!(Disclosure::new(&absolute).period(0.123_456).get(), 0.123_456);
}

#[test]
fn a_mean_of_several_prices_has_four_digits_and_a_single_price_all() {
    let text = |level, price: &str, fills: &[&str]| {
        let disclosure = Disclosure::new(&Privacy { precision: level, ..Privacy::default() });
        disclosure.mean_price(price.parse().unwrap(), fills.iter().map(|fill| fill.parse().unwrap()))
    };
    let (fine, daily) = (PrivacyLevel::Fine, PrivacyLevel::Daily);
    assert_eq!(text(fine, "123.4567", &["123.45", "123.47"]), "123.46");
    assert_eq!(text(daily, "123.4567", &["123.45", "123.47"]), "123.5");
    assert_eq!(text(daily, "123.45", &["123.45", "123.45"]), "123.45");
    assert_eq!(text(daily, "98765.4", &["98765", "98766"]), "98770");
    assert_eq!(text(daily, "9.87654", &["9.87", "9.88"]), "9.877");
    assert_eq!(text(daily, "0.0123456", &["0.0123", "0.0124"]), "0.01235");
}
