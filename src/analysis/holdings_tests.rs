use proptest::prelude::*;

use super::*;
use crate::analysis::trade_samples::{Fill, date, dec, position, snapshot};
use crate::record::testing::split;
use crate::record::{CorporateAction, Ratio};

fn x() -> Instrument {
    Instrument::Contract(1)
}

/// A fill of that contract.
fn of_one(fill: Fill) -> Execution {
    Execution { conid: Some(1), ..fill.done() }
}

fn holding(day: &str, quantity: i64) -> Snapshot {
    let positions =
        if quantity == 0 { vec![] } else { vec![Position { conid: Some(1), ..position("X", quantity, 10) }] };
    Snapshot { positions: Some(positions), ..snapshot(day, 1000) }
}

/// A split of X from 9 January on, which the statement gives by its quantity or a price source by its ratio.
fn of_x(quantity: Option<&str>, ratio: Option<&str>) -> CorporateAction {
    CorporateAction {
        symbol: crate::record::Ticker::new("X"),
        conid: None,
        quantity: quantity.map(dec),
        ratio: ratio.map(|text| text.parse::<Ratio>().unwrap()),
        ..split("1", "0")
    }
}

fn held(record: &Record, day: &str) -> Decimal {
    Holdings::of(record).on(date(day)).get(&x()).copied().unwrap_or_default()
}

#[test]
fn holdings_follow_known_positions_fills_and_splits() {
    for action in [of_x(Some("30"), None), of_x(None, Some("4:1"))] {
        let record = Record {
            executions: vec![
                of_one(Fill::buy("X", 10, 400).on("2026-01-06")),
                of_one(Fill::sell("X", 25, 100).on("2026-01-09")),
            ],
            snapshots: vec![holding("2026-01-05", 0)],
            actions: vec![action],
            ..Record::default()
        };
        let days = ["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09"].map(|day| held(&record, day));
        assert_eq!(days, [0, 10, 10, 15].map(Decimal::from));
    }
}

#[test]
fn what_was_held_before_is_the_first_known_position_with_everything_undone() {
    for action in [of_x(Some("30"), None), of_x(None, Some("4:1"))] {
        // 12 held before, 2 sold, 4 for 1, 5 sold: 35.
        let record = Record {
            executions: vec![
                of_one(Fill::sell("X", 2, 400).on("2026-01-06")),
                of_one(Fill::sell("X", 5, 100).on("2026-01-12")),
            ],
            snapshots: vec![snapshot("2026-01-05", 1000), holding("2026-01-13", 35)],
            actions: vec![action],
            ..Record::default()
        };
        let holdings = Holdings::of(&record);
        assert_eq!(holdings.opening, Some([(x(), dec("12"))].into()), "{:?}", holdings.movements);
        let days = ["2026-01-05", "2026-01-06", "2026-01-09", "2026-01-12"].map(|day| held(&record, day));
        assert_eq!(days, [12, 10, 40, 35].map(Decimal::from));
    }
    assert_eq!(Holdings::of(&Record::default()).opening, None);
}

#[test]
fn a_fill_of_the_evening_before_is_in_the_old_units_and_one_of_the_same_second_in_the_new_ones() {
    let record = Record {
        executions: vec![
            of_one(Fill::buy("X", 10, 400).at("2026-01-09T01:24:59Z")),
            of_one(Fill::sell("X", 1, 100).at("2026-01-09T01:25:00Z")),
        ],
        actions: vec![of_x(Some("30"), None)],
        ..Record::default()
    };
    let holdings = Holdings::of(&record);
    let Change::Converted { ratio, quantity, .. } = &holdings.events().next().unwrap().change else { panic!() };
    assert_eq!((*quantity, *ratio), (dec("10"), dec("4")));
    let at = |time: &str| time.parse::<DateTime<Utc>>().unwrap();
    let carried = |from: &str| holdings.carried(&x(), dec("10"), at(from), at("2026-02-01T00:00:00Z"));
    assert_eq!(carried("2026-01-06T15:00:00Z"), (x(), dec("40")));
    assert_eq!(carried("2026-01-09T15:00:00Z"), (x(), dec("10")));
}

proptest! {
    /// Undoing everything from a known end gives the beginning from which everything leads to that end.
    #[test]
    fn the_opening_leads_to_what_is_known(
        opening in 0_i64..1000,
        trades in prop::collection::vec((6_u32..28, -50_i64..50), 0..8),
        ratio in 2_i64..5,
    ) {
        let fills = trades.iter().filter(|(_, quantity)| *quantity != 0).map(|(day, quantity)| {
            let fill = if *quantity > 0 { Fill::buy("X", *quantity, 1) } else { Fill::sell("X", -quantity, 1) };
            of_one(fill.on(&format!("2026-01-{day:02}")))
        });
        let mut record = Record {
            executions: fills.collect(),
            actions: vec![of_x(None, Some(&format!("{ratio}:1")))],
            ..Record::default()
        };
        record.executions.sort_by_key(|fill| fill.time);
        let before: i64 = trades.iter().filter(|(day, _)| *day < 9).map(|(_, quantity)| quantity).sum();
        let after: i64 = trades.iter().filter(|(day, _)| *day >= 9).map(|(_, quantity)| quantity).sum();
        record.snapshots = vec![holding("2026-01-30", (opening + before) * ratio + after)];
        let found = Holdings::of(&record).opening.unwrap_or_default().get(&x()).copied().unwrap_or_default();
        prop_assert_eq!(found, Decimal::from(opening));
        prop_assert_eq!(held(&record, "2026-01-08"), Decimal::from(opening + before));
    }
}
