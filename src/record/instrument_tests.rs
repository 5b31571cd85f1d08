use proptest::prelude::*;

use super::*;
use crate::record::Side;
use crate::record::testing::fill;

fn row(class: &str, multiplier: i64, conid: Option<u64>) -> Execution {
    Execution {
        symbol: Ticker::new("X"),
        asset_class: class.into(),
        multiplier: multiplier.into(),
        conid,
        ..fill("a")
    }
}

fn position(quantity: i64, price: i64, value: i64, conid: Option<u64>) -> Position {
    Position {
        symbol: Ticker::new("X"),
        conid,
        exchange: String::new(),
        currency: fill("a").currency,
        quantity: quantity.into(),
        average_cost: None,
        market_price: Some(price.into()),
        market_value: value.into(),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

fn by_ticker(class: AssetClass, multiplier: i64) -> Instrument {
    Instrument::Ticker(Ticker::new("X"), fill("a").currency, Kind { class, multiplier: multiplier.into() })
}

#[test]
fn an_option_is_not_the_share_of_its_ticker() {
    let fills = [row("Equity", 1, None), row("Equity Option", 100, None), row("FUND", 1, None)];
    let known = Instruments::of(&fills);
    assert_eq!(known.of_fill(&fills[0]), by_ticker(AssetClass::Stock, 1));
    assert_eq!(known.of_fill(&fills[1]), by_ticker(AssetClass::Option, 100));
    assert_eq!(known.of_fill(&fills[2]), known.of_fill(&fills[0]), "some call an exchange-traded fund a fund");
    assert_eq!(known.of_position(&position(10, 180, 1800, None)), known.of_fill(&fills[0]));
    assert_eq!(known.of_position(&position(1, 5, 500, None)), known.of_fill(&fills[1]));
}

#[test]
fn the_multiplier_tells_contracts_apart_where_no_class_is_said() {
    let fills = [row("", 1, None), row("", 100, None)];
    let known = Instruments::of(&fills);
    assert_ne!(known.of_fill(&fills[0]), known.of_fill(&fills[1]));
    assert!(known.is_share(&fills[0]) && !known.is_share(&fills[1]));
}

#[test]
fn an_unsaid_class_is_the_one_that_nothing_contradicts() {
    let fills = [row("", 1, None), row("", 100, None), row("STK", 1, None), row("OPT", 100, None)];
    let known = Instruments::of(&fills);
    assert_eq!(known.of_fill(&fills[0]), known.of_fill(&fills[2]));
    assert_eq!(known.of_fill(&fills[1]), known.of_fill(&fills[3]));

    // Of a warrant and a share of one ticker the share is meant; a warrant alone is the only one it can be.
    let fills = [row("", 1, None), row("WAR", 1, None), row("STK", 1, None)];
    assert_eq!(Instruments::of(&fills).of_fill(&fills[0]), by_ticker(AssetClass::Stock, 1));
    assert_eq!(Instruments::of(&fills[..2]).of_fill(&fills[0]), by_ticker(AssetClass::Warrant, 1));

    // By a contract number that another row names, and by the class that this row says for its number.
    let fills = [row("", 1, Some(7)), row("STK", 1, Some(7)), row("STK", 1, None)];
    assert_eq!(Instruments::of(&fills).of_fill(&fills[2]), Instrument::Contract(7));
    let fills = [row("", 1, Some(7)), row("STK", 1, None)];
    assert_eq!(Instruments::of(&fills).of_fill(&fills[1]), Instrument::Contract(7));
    let fills = [row("", 1, Some(7)), row("OPT", 100, None)];
    assert_eq!(Instruments::of(&fills).of_fill(&fills[1]), by_ticker(AssetClass::Option, 100));
}

#[test]
fn a_fill_without_contract_number_joins_the_only_contract_of_its_ticker() {
    let fills = [row("STK", 1, Some(7)), row("STK", 1, None), row("OPT", 1, Some(8))];
    let known = Instruments::of(&fills);
    assert_eq!(known.of_fill(&fills[1]), Instrument::Contract(7));
    assert_eq!(known.of_position(&position(1, 10, 10, None)), Instrument::Contract(7));

    let fills = [row("STK", 1, Some(7)), row("STK", 1, Some(9)), row("STK", 1, None)];
    assert_eq!(Instruments::of(&fills).of_fill(&fills[2]), by_ticker(AssetClass::Stock, 1));
}

#[test]
fn a_position_is_known_by_ticker_where_no_fill_knows_contracts() {
    let held = position(1, 10, 10, Some(7));
    let fills = [row("STK", 1, None)];
    assert_eq!(Instruments::of(&fills).of_position(&held), Instruments::of(&fills).of_fill(&fills[0]));
    let fills = [row("STK", 1, Some(5))];
    assert_eq!(Instruments::of(&fills).of_position(&held), Instrument::Contract(7));
}

#[test]
fn a_position_that_no_fill_is_of_is_a_future_by_what_it_stands_for_and_no_option() {
    let named =
        |ticker: &str, value: i64| Position { symbol: Ticker::new(ticker), ..position(1, 50, value, Some(7)) };
    let known = Instruments::of(&[]);
    assert!(known.is_margined_position(&named("FDXM MAR 26", 250)), "five units");
    assert!(!known.is_margined_position(&named("QQX   260417P00015000", 5_000)));
    assert!(!known.is_margined_position(&named("QQX", 50)));
}

#[test]
fn a_share_that_was_never_traded_is_none_of_its_options() {
    let fills = [row("OPT", 100, None)];
    let known = Instruments::of(&fills);
    assert_ne!(known.of_position(&position(100, 180, 18_000, None)), known.of_fill(&fills[0]));
    assert_eq!(known.of_position(&position(1, 5, 500, None)), known.of_fill(&fills[0]));
    assert!(known.is_share_position(&position(100, 180, 18_000, None)));
    assert!(!known.is_share_position(&position(1, 5, 500, None)));
}

fn any_row() -> impl Strategy<Value = Execution> {
    let class =
        prop_oneof![Just(""), Just("STK"), Just("stk"), Just("OPT"), Just("Option"), Just("FUND"), Just("odd")];
    (class, prop_oneof![Just(1), Just(100)], proptest::option::of(1u64..4), any::<bool>()).prop_map(
        |(class, multiplier, conid, buys)| Execution {
            side: if buys { Side::Buy } else { Side::Sell },
            ..row(class, multiplier, conid)
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(mut fills in proptest::collection::vec(any_row(), 1..8), turn in 0usize..8) {
        // Whatever contradicts itself under one number is settled by what comes first.
        for fill in &mut fills {
            if let Some(number) = fill.conid {
                (fill.asset_class, fill.multiplier) =
                    if number == 3 { ("OPT".into(), 100.into()) } else { ("STK".into(), 1.into()) };
            }
        }
        let before: Vec<_> = fills.iter().map(|fill| Instruments::of(&fills).of_fill(fill)).collect();
        let mut turned = fills.clone();
        turned.rotate_left(turn % fills.len());
        turned.reverse();
        let known = Instruments::of(&turned);
        let after: Vec<_> = fills.iter().map(|fill| known.of_fill(fill)).collect();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn contracts_of_different_size_never_meet(fills in proptest::collection::vec(any_row(), 2..8)) {
        let fills: Vec<_> = fills.into_iter().map(|fill| Execution { conid: None, ..fill }).collect();
        let known = Instruments::of(&fills);
        for (one, other) in fills.iter().zip(fills.iter().skip(1)) {
            if one.multiplier != other.multiplier {
                prop_assert_ne!(known.of_fill(one), known.of_fill(other));
            }
        }
    }

    #[test]
    fn how_a_class_is_spelt_does_not_matter(fills in proptest::collection::vec(any_row(), 1..8)) {
        let spelt = |fill: &Execution| {
            let class = match fill.asset_class.as_str() { "STK" => "Equity", "OPT" => "equity_option", other => other };
            Execution { asset_class: class.into(), ..fill.clone() }
        };
        let others: Vec<_> = fills.iter().map(spelt).collect();
        let of = |all: &[Execution]| all.iter().map(|fill| Instruments::of(all).of_fill(fill)).collect::<Vec<_>>();
        prop_assert_eq!(of(&fills), of(&others));
    }
}

proptest! {
    #[test]
    fn a_position_fits_as_the_quotient_says(
        quantity in -50i64..50, price in 0i64..50, value in -400_000i64..400_000, multiplier in prop::sample::select(vec![1i64, 10, 100])
    ) {
        let held = position(quantity, price, value, None);
        let (multiplier, half) = (Decimal::from(multiplier), Decimal::new(5, 1));
        // Where value and quantity contradict each other, or there is nothing, nothing follows.
        let by_quotient = units(&held).is_none_or(|units| units < half || units.saturating_sub(multiplier).abs() <= multiplier.saturating_mul(half));
        prop_assert_eq!(Kind { class: AssetClass::Option, multiplier }.fits(&held), by_quotient);
    }
}
