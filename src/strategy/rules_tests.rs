use proptest::prelude::*;

use super::*;
use crate::config::Strategy;
use crate::record::PriceSeries;
use crate::strategy::testing::{prices, series, strategy};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn names(signal: &Signal) -> Vec<&str> {
    signal.selected.iter().map(PriceSymbol::as_str).collect()
}

/// From the end of January 2019 to the end of December 2019: A +20 %, B +10 %, C +25 %.
fn three() -> Prices {
    prices([
        series(
            "A",
            &[
                ("2018-12-31", "100"),
                ("2019-01-31", "100"),
                ("2019-11-29", "90"),
                ("2019-12-31", "120"),
                ("2020-01-31", "60"),
            ],
        ),
        series(
            "B",
            &[
                ("2018-12-31", "50"),
                ("2019-01-31", "50"),
                ("2019-11-29", "60"),
                ("2019-12-31", "55"),
                ("2020-01-31", "99"),
            ],
        ),
        series("C", &[("2018-12-31", "80"), ("2019-01-28", "80"), ("2019-11-29", "88"), ("2019-12-30", "100")]),
    ])
}

#[test]
fn the_best_are_selected_in_order() {
    let signal = signal(&strategy(&["A", "B", "C"], 2), &three(), date("2020-02-03"));
    assert_eq!(signal.formation.to_string(), "2020-01");
    assert_eq!(names(&signal), ["C", "A"]);
    assert_eq!(signal.ranking.iter().map(|ranked| ranked.target_weight).collect::<Vec<_>>(), [0.5, 0.5, 0.0]);
    // A month before: A 100 -> 90, B 50 -> 60, C 80 -> 88: the order was B, C, A.
    assert_eq!(signal.ranking.iter().map(Ranked::change).collect::<Vec<_>>(), [Some(1), Some(1), Some(-2)]);
    let [best, ..] = &signal.ranking[..] else { panic!() };
    assert_eq!(best.end.unwrap().date, date("2019-12-30"), "a month that ends on a holiday");
}

#[test]
fn equal_momentum_is_ranked_by_symbol() {
    let closes = [("2019-01-31", "10"), ("2019-12-31", "11")];
    let prices = prices(["Z", "M", "A"].map(|symbol| series(symbol, &closes)));
    assert_eq!(names(&signal(&strategy(&["Z", "M", "A"], 2), &prices, date("2020-01-31"))), ["A", "M"]);
}

#[test]
fn fewer_symbols_than_places_leave_cash() {
    let signal = signal(&strategy(&["A", "B", "NEW"], 5), &three(), date("2020-01-31"));
    assert_eq!(names(&signal), ["A", "B"]);
    assert_eq!(signal.ranking[0].target_weight, 0.2);
    assert_eq!(signal.skipped, [Skipped { symbol: PriceSymbol::new("NEW"), reason: "no prices".into() }]);
    let targets = targets(&strategy(&["A", "B", "NEW"], 5), &signal, &BTreeMap::new());
    assert_eq!(targets.values().sum::<Decimal>(), Decimal::new(4, 1));
}

#[test]
fn a_least_momentum_can_leave_nothing() {
    let falling = [("2019-01-31", "10"), ("2019-12-31", "9")];
    let prices = prices(["A", "B"].map(|symbol| series(symbol, &falling)));
    let mut rule = strategy(&["A", "B"], 1);
    assert_eq!(
        names(&signal(&rule, &prices, date("2020-01-31"))),
        ["A"],
        "without a least, the best of the bad is held"
    );
    rule.min_momentum = Some(0.0);
    let signal = signal(&rule, &prices, date("2020-01-31"));
    assert!(signal.selected.is_empty() && signal.ranking.len() == 2);
}

#[test]
fn a_symbol_listed_last_month_is_skipped_and_says_why() {
    let mut all = three();
    let young = series("NEW", &[("2019-12-02", "10"), ("2019-12-31", "11"), ("2020-01-31", "12")]);
    all.insert(PriceSymbol::new("NEW"), young);
    let signal = signal(&strategy(&["A", "NEW"], 1), &all, date("2020-01-31"));
    assert_eq!(signal.skipped[0].reason, "no price at the end of January 2019");
}

#[test]
fn fixed_weights_are_what_they_say() {
    let mut rule = Strategy { rule: Rule::FixedWeights, ..strategy(&["A", "B"], 1) };
    let equal = signal(&rule, &three(), date("2020-01-31"));
    assert_eq!(targets(&rule, &equal, &BTreeMap::new())[&PriceSymbol::new("B")], Decimal::new(5, 1));
    rule.weights = BTreeMap::from([("B".into(), Decimal::new(7, 1))]);
    let own = signal(&rule, &three(), date("2020-01-31"));
    assert_eq!((names(&own), own.lookback_months, own.ranking[0].momentum), (vec!["B"], None, None));
}

#[test]
fn what_is_bought_and_held_keeps_its_proportions() {
    let rule = Strategy { rule: Rule::BuyAndHold, ..strategy(&["A", "B"], 1) };
    let signal = signal(&rule, &three(), date("2020-01-31"));
    let held =
        BTreeMap::from([(PriceSymbol::new("A"), Decimal::from(300)), (PriceSymbol::new("B"), Decimal::from(100))]);
    assert_eq!(targets(&rule, &signal, &held)[&PriceSymbol::new("A")], Decimal::new(75, 2));
    assert_eq!(targets(&rule, &signal, &BTreeMap::new())[&PriceSymbol::new("A")], Decimal::new(5, 1));
}

proptest! {
    #[test]
    fn the_order_of_the_universe_and_the_scale_of_prices_do_not_matter(
        closes in prop::collection::vec((1u32..100_000, 1u32..100_000), 2..8),
        factor in 1u32..50,
        turn in 0usize..8,
    ) {
        let symbols: Vec<String> = (0..closes.len()).map(|place| format!("S{place}")).collect();
        let of = |factor: u32| -> Prices {
            let series = |(symbol, (start, end)): (&String, &(u32, u32))| -> PriceSeries {
                series(symbol, &[("2019-01-31", &(start * factor).to_string()), ("2019-12-31", &(end * factor).to_string())])
            };
            prices(symbols.iter().zip(&closes).map(series))
        };
        let names: Vec<&str> = symbols.iter().map(String::as_str).collect();
        let mut turned = names.clone();
        turned.rotate_left(turn % names.len());
        let one = signal(&strategy(&names, 2), &of(1), date("2020-01-31"));
        let other = signal(&strategy(&turned, 2), &of(factor), date("2020-01-31"));
        prop_assert_eq!(&one.selected, &other.selected);
        prop_assert!(one.agrees_with(&other));
    }
}
