//! What was held before the record, and what shows that a fill closes it.

use super::*;
use crate::analysis::trade_samples::{Fill, currency, dec, position, snapshot};

fn free(fill: Fill) -> Execution {
    fill.commission("0", "USD").done()
}

fn costs_one(fill: Fill) -> Execution {
    fill.commission("1", "USD").done()
}

/// A snapshot that holds these shares; none at 0.
fn holds(day: &str, shares: &[(&str, i64)]) -> Snapshot {
    let held = shares.iter().filter(|(_, quantity)| *quantity != 0);
    let positions = held.map(|(symbol, quantity)| position(symbol, *quantity, 100)).collect();
    Snapshot { positions: Some(positions), ..snapshot(day, 100_000) }
}

fn matched(executions: Vec<Execution>, snapshots: Vec<Snapshot>) -> Matching {
    round_trips(&Record { executions, snapshots, ..Record::default() }, currency("USD"))
}

fn trips(matching: &Matching) -> Vec<(Direction, Decimal, Option<Decimal>)> {
    matching.closed.iter().map(|trip| (trip.direction, trip.quantity, trip.net)).collect()
}

fn left_out(matching: &Matching) -> Vec<(Decimal, bool)> {
    matching.without_opening.iter().map(|fill| (fill.quantity, fill.confirmed)).collect()
}

#[test]
fn a_sale_of_what_was_held_before_the_first_snapshot_is_no_short_sale() {
    // 180 held, 30 sold before the first snapshot, 150 after it; then 40 x (105 - 100) - 2.
    let fills = vec![
        costs_one(Fill::sell("X", 30, 90).on("2026-01-05")),
        costs_one(Fill::sell("X", 150, 95).on("2026-01-12")),
        costs_one(Fill::buy("X", 40, 100).on("2026-01-14")),
        costs_one(Fill::sell("X", 40, 105).on("2026-01-20")),
    ];
    let matching = matched(fills, vec![holds("2026-01-09", &[("X", 150)])]);
    assert_eq!(trips(&matching), [(Direction::Long, dec("40"), Some(dec("198")))]);
    assert_eq!(left_out(&matching), [(dec("30"), false), (dec("150"), false)]);
    assert!(matching.open.is_empty());
}

#[test]
fn purchases_before_the_first_snapshot_leave_the_rest_as_held_before() {
    // 100 held and 50 bought at 10 by the first snapshot: the sale of 150 closes the 100 first.
    let fills = vec![
        free(Fill::buy("X", 50, 10).on("2026-01-05")),
        free(Fill::sell("X", 150, 12).on("2026-01-12")),
        free(Fill::buy("X", 20, 10).on("2026-01-14")),
    ];
    let matching = matched(fills, vec![holds("2026-01-09", &[("X", 150)])]);
    assert_eq!(trips(&matching), [(Direction::Long, dec("50"), Some(dec("100")))]);
    assert_eq!(left_out(&matching), [(dec("100"), false)]);
    assert_eq!(matching.open[0].quantity, dec("20"));
}

#[test]
fn the_first_known_positions_may_come_after_all_fills() {
    // X, absent from the list, was sold altogether; Y was sold short before the record and bought back.
    let fills = vec![
        free(Fill::sell("X", 70, 12).on("2026-01-12")),
        free(Fill::buy("Y", 30, 12).on("2026-01-12")),
        free(Fill::buy("X", 10, 11).on("2026-01-13")),
        free(Fill::sell("X", 10, 12).on("2026-01-14")),
    ];
    let snapshots = vec![snapshot("2026-01-09", 1000), holds("2026-01-30", &[("Z", 5)])];
    let matching = matched(fills, snapshots);
    assert_eq!(trips(&matching), [(Direction::Long, dec("10"), Some(dec("10")))]);
    assert_eq!(left_out(&matching).len(), 2);
    assert!(matching.open.is_empty());
}

#[test]
fn a_short_sale_within_the_record_stays_one() {
    let fills = vec![free(Fill::sell("X", 10, 12).on("2026-01-12")), free(Fill::buy("X", 10, 11).on("2026-01-13"))];
    let snapshots = ["2026-01-09", "2026-01-13"].map(|day| holds(day, &[]));
    let matching = matched(fills, snapshots.to_vec());
    assert_eq!(trips(&matching), [(Direction::Short, dec("10"), Some(dec("10")))]);
    assert!(left_out(&matching).is_empty());
}

#[test]
fn a_fill_that_the_broker_says_closes_never_opens() {
    // 1000 bought; 3400 sold, of which the record knows 1000; what is bought later closes nothing.
    let bought = || free(Fill::buy("X", 1000, 10).on("2026-01-05"));
    let later = || free(Fill::buy("X", 2400, 9).on("2026-02-05"));
    let sold = || Fill::sell("X", 3400, 11).on("2026-01-12");
    // 34 is not the 1000 that the thousand shares brought, so it is about more of them.
    for sale in [sold().open_close("C"), sold().realized("34")] {
        let matching = matched(vec![bought(), free(sale), later()], Vec::new());
        assert_eq!(trips(&matching), [(Direction::Long, dec("1000"), Some(dec("1000")))]);
        assert_eq!(left_out(&matching), [(dec("2400"), true)]);
        assert_eq!(matching.open[0].quantity, dec("2400"));
    }
    // A profit that is just that of the thousand shares leaves the rest to open a short position.
    for sale in [sold().open_close("C;O"), sold().realized("1000")] {
        let matching = matched(vec![bought(), free(sale), later()], Vec::new());
        let wanted =
            [(Direction::Long, dec("1000"), Some(dec("1000"))), (Direction::Short, dec("2400"), Some(dec("4800")))];
        assert_eq!(trips(&matching), wanted);
    }
}

#[test]
fn a_profit_before_or_after_all_of_the_commission_is_that_of_what_was_closed() {
    // 1000 of 3400 sold close something; the commission of 34 is 10 for them, or all theirs, or in no profit.
    let bought = || free(Fill::buy("X", 1000, 10).on("2026-01-05"));
    let later = || free(Fill::buy("X", 2400, 9).on("2026-02-05"));
    let sold =
        |profit: &str| Fill::sell("X", 3400, 11).on("2026-01-12").commission("34", "USD").realized(profit).done();
    for profit in ["990", "966", "1000"] {
        let matching = matched(vec![bought(), sold(profit), later()], Vec::new());
        assert!(left_out(&matching).is_empty(), "{profit}");
        assert_eq!(trips(&matching)[1], (Direction::Short, dec("2400"), Some(dec("4776"))));
    }
    assert_eq!(left_out(&matched(vec![bought(), sold("980"), later()], Vec::new())), [(dec("2400"), true)]);
}

#[test]
fn the_brokers_word_goes_before_the_derived_holding() {
    // The snapshot seems to say that 60 were held; the broker says that the sale opens a short position.
    let fills = |indicator: &str| {
        vec![
            free(Fill::sell("X", 60, 12).on("2026-01-12").open_close(indicator)),
            free(Fill::buy("X", 60, 11).on("2026-01-13")),
        ]
    };
    let opens = matched(fills("O"), vec![holds("2026-01-09", &[("X", 60)])]);
    assert_eq!(trips(&opens), [(Direction::Short, dec("60"), Some(dec("60")))]);
    let closes = matched(fills("C"), vec![holds("2026-01-09", &[("X", 60)])]);
    assert_eq!((trips(&closes), left_out(&closes)), (vec![], vec![(dec("60"), true)]));
}

#[test]
fn a_profit_of_just_the_commission_is_that_of_an_opening() {
    let fills = vec![
        Fill::sell("X", 10, 12).on("2026-01-12").commission("1", "USD").realized("-1").done(),
        free(Fill::buy("X", 10, 11).on("2026-01-13")),
    ];
    assert_eq!(trips(&matched(fills, Vec::new())), [(Direction::Short, dec("10"), Some(dec("9")))]);
}

#[test]
fn shares_that_came_without_a_fill_can_be_sold() {
    // 20 bought, 5 transferred in later; the sale of 25 is one of both, the shares bought first.
    let fills = vec![
        free(Fill::buy("X", 20, 10).on("2026-01-06")),
        free(Fill::sell("X", 25, 12).on("2026-01-20")),
        free(Fill::buy("X", 3, 12).on("2026-01-21")),
    ];
    let days = [("2026-01-05", 0), ("2026-01-06", 20), ("2026-01-12", 25), ("2026-01-13", 25), ("2026-01-20", 0)];
    let snapshots = days.map(|(day, held)| holds(day, &[("X", held)]));
    let matching = matched(fills, snapshots.to_vec());
    assert_eq!(trips(&matching), [(Direction::Long, dec("20"), Some(dec("40")))]);
    assert_eq!(left_out(&matching), [(dec("5"), false)]);
    assert_eq!(matching.open[0].quantity, dec("3"));
}

#[test]
fn a_position_that_doubles_without_a_fill_makes_no_trip_at_a_wrong_price() {
    let fills = vec![free(Fill::buy("X", 20, 10).on("2026-01-06")), free(Fill::sell("X", 40, 6).on("2026-01-20"))];
    let days = [("2026-01-05", 0), ("2026-01-06", 20), ("2026-01-12", 40), ("2026-01-13", 40), ("2026-01-20", 0)];
    let matching = matched(fills, days.map(|(day, held)| holds(day, &[("X", held)])).to_vec());
    assert_eq!((trips(&matching), left_out(&matching)), (vec![], vec![(dec("40"), false)]));
}

#[test]
fn a_snapshot_that_lags_a_fill_says_nothing_of_an_earlier_holding() {
    // The purchase in the evening is in the next day's positions; once with a day between, once on the last.
    let fills = || vec![free(Fill::buy("X", 20, 10).at("2026-01-06T23:30:00Z"))];
    let late = |held: &[(&str, i64)]| {
        let mut days: Vec<_> = held.iter().map(|(day, held)| holds(day, &[("X", *held)])).collect();
        for snapshot in &mut days {
            snapshot.as_of = snapshot.date.and_time(NaiveTime::MIN).and_utc();
        }
        days
    };
    for snapshots in [
        late(&[("2026-01-05", 0), ("2026-01-06", 0), ("2026-01-07", 20)]),
        late(&[("2026-01-06", 0), ("2026-01-07", 20)]),
        late(&[("2026-01-05", 0), ("2026-01-06", 0)]),
    ] {
        let matching = matched(fills(), snapshots);
        assert_eq!(matching.open.len(), 1);
        assert!(matching.without_opening.is_empty());
    }
}
