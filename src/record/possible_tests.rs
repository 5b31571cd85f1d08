use rust_decimal::Decimal;

use super::*;
use crate::record::AssetClass;
use crate::record::testing::{fill as sample, split};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn with(change: impl FnOnce(&mut Execution)) -> Option<String> {
    let mut row = sample("1");
    change(&mut row);
    fill(&row)
}

#[test]
fn numbers_of_which_a_product_would_not_fit_are_none_of_a_fill() {
    assert_eq!(with(|_| ()), None);
    for (quantity, price, multiplier) in
        [("1", "1000000000000001", "1"), ("100000000000000000000", "100000000", "1"), ("1", "1", "1000000000000000")]
    {
        let wrong =
            with(|row| (row.quantity, row.price, row.multiplier) = (dec(quantity), dec(price), dec(multiplier)));
        assert_eq!(wrong.as_deref(), Some(TOO_LARGE), "{quantity} at {price} times {multiplier}");
    }
    assert_eq!(
        with(|row| row.fx_to_base = Some(dec("1000000000000000"))).unwrap(),
        "1000000000000000 is no rate of exchange"
    );
    assert_eq!(with(|row| row.fx_to_base = Some(dec("0"))).unwrap(), "0 is no rate of exchange");
    assert_eq!(with(|row| row.fx_to_base = Some(dec("0.000061"))), None, "a rupiah in dollars");
    assert_eq!(with(|row| row.price = dec("-5")).unwrap(), "the price is below zero");
    assert_eq!(
        with(|row| (row.price, row.asset_class) = (dec("-37.63"), AssetClass::Future)),
        None,
        "oil of April 2020"
    );
}

#[test]
fn a_date_is_of_a_time_that_has_been() {
    let latest = day("2026-01-27");
    assert_eq!(date(day("2026-01-27"), latest), None);
    assert_eq!(date(day("1970-01-02"), latest), None);
    assert_eq!(date(day("2026-01-28"), latest).unwrap(), "it is dated 2026-01-28, which has not come yet");
    for text in ["1015-02-02", "0001-01-01", "1969-12-31"] {
        assert_eq!(
            date(day(text), latest).unwrap(),
            format!("it is dated {text}, before there were records such as this")
        );
    }
}

#[test]
fn nothing_impossible_is_stored_and_nothing_beside_it() {
    let latest = day("2026-01-27");
    let future = Execution { time: "2099-01-05T15:00:00Z".parse().unwrap(), ..sample("2") };
    let refused = |rows: Vec<Execution>| {
        refuse_impossible(&Rows { fills: &rows, ..Rows::default() }, latest).map_err(|error| error.to_string())
    };
    assert_eq!(refused(vec![sample("1")]), Ok(()));
    let message = refused(vec![sample("1"), future, Execution { price: dec("-5"), ..sample("3") }]).unwrap_err();
    assert!(
        message.contains("the fill of ") && message.contains("has not come yet; 1 more cannot be true either"),
        "{message}"
    );
}

#[test]
fn a_split_has_a_ratio_that_there_can_be() {
    let ratio = |text: &str| action(&CorporateAction { ratio: Some(text.parse().unwrap()), ..split("1", "30") });
    assert_eq!((ratio("4:1"), ratio("1:1500"), ratio("0:1")), (None, None, None));
    assert!(ratio("9999999999999:1").unwrap().contains("times as many"));
}
