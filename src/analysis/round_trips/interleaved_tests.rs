//! Orders that were filled around opposite ones, and what the broker says each of their fills opened or closed.

use proptest::prelude::*;

use super::*;
use crate::analysis::trade_samples::{Fill, currency, dec};
use crate::record::Side;

fn matched(fills: Vec<Fill>) -> Matching {
    let executions = fills.into_iter().map(|fill| fill.commission("0", "USD").done()).collect();
    round_trips(&Record { executions, ..Record::default() }, currency("USD"))
}

fn trips(matching: &Matching) -> Vec<(Direction, Decimal, Option<Decimal>)> {
    matching.closed.iter().map(|trip| (trip.direction, trip.quantity, trip.net)).collect()
}

fn open(matching: &Matching) -> Decimal {
    matching.open.iter().map(|lot| lot.quantity).sum()
}

/// 60 bought at 10. The first order sells 60 at 12, the second buys 10 at 11, the first sells 40 at 13, of which 10 close
/// and 30 open, and the second buys 5 at 12.
fn around(sale: Vec<Fill>, says: impl Fn(Fill, &str, &str) -> Fill) -> Vec<Fill> {
    let at = |minute: u32| format!("2026-01-12T15:{minute:02}:00Z");
    let mut fills = vec![
        says(Fill::buy("X", 60, 10).on("2026-01-05").perm("0"), "O", "0"),
        says(Fill::sell("X", 60, 12).at(&at(0)).perm("1"), "C", "120"),
        says(Fill::buy("X", 10, 11).at(&at(5)).perm("2"), "O", "0"),
    ];
    fills.extend(sale.into_iter().map(|fill| fill.at(&at(10)).perm("1")));
    fills.push(says(Fill::buy("X", 5, 12).at(&at(20)).perm("2"), "C", "5"));
    fills
}

#[test]
fn an_order_filled_around_an_opposite_one_closes_and_opens_what_the_broker_says() {
    let indicator = |fill: Fill, indicator: &str, _: &str| fill.open_close(indicator);
    let profit = |fill: Fill, _: &str, profit: &str| fill.realized(profit);
    let whole = || Fill::sell("X", 40, 13);
    let opening = Fill::sell("X", 30, 13).id("a").open_close("O");
    for fills in [
        around(vec![opening, Fill::sell("X", 10, 13).id("b").open_close("C")], indicator),
        around(vec![whole().open_close("C;O")], indicator),
        around(vec![whole().realized("20")], profit),
    ] {
        let matching = matched(fills);
        let wanted = [
            (Direction::Long, dec("60"), Some(dec("120"))),
            (Direction::Long, dec("10"), Some(dec("20"))),
            (Direction::Short, dec("5"), Some(dec("5"))),
        ];
        assert_eq!(trips(&matching), wanted);
        assert_eq!((open(&matching), matching.without_opening), (dec("-25"), Vec::new()));
    }
}

#[test]
fn an_order_that_goes_on_after_an_opposite_one_closed_its_first_part_leaves_nothing_open() {
    // 50 bought at 10 and sold at 11 by an order for 80, whose other 30 open a short position at 11; the first order buys
    // them back at 10 and 20 more.
    let at = |minute: u32| format!("2026-01-05T15:{minute:02}:00Z");
    let matching = matched(vec![
        Fill::buy("X", 50, 10).at(&at(0)).perm("1").open_close("O"),
        Fill::sell("X", 50, 11).at(&at(1)).perm("2").open_close("C"),
        Fill::sell("X", 30, 11).at(&at(2)).perm("2").open_close("O"),
        Fill::buy("X", 30, 10).at(&at(3)).perm("1").open_close("C"),
        Fill::buy("X", 20, 10).at(&at(3)).perm("1").open_close("O"),
    ]);
    let wanted = [(Direction::Long, dec("50"), Some(dec("50"))), (Direction::Short, dec("30"), Some(dec("30")))];
    assert_eq!(trips(&matching), wanted);
    assert_eq!((open(&matching), matching.without_opening), (dec("20"), Vec::new()));
}

#[test]
fn of_one_time_what_closes_waits_for_what_it_closes() {
    let fill = |fill: Fill, indicator: &str| fill.on("2026-01-05").open_close(indicator);
    let matching = matched(vec![fill(Fill::sell("X", 10, 12), "C"), fill(Fill::buy("X", 10, 11), "O")]);
    assert_eq!(trips(&matching), [(Direction::Long, dec("10"), Some(dec("10")))]);
    assert!(matching.open.is_empty() && matching.without_opening.is_empty());
}

/// Fills of six orders, several at one time, with what a broker says of each who counts them one by one.
fn reported() -> impl Strategy<Value = Vec<Fill>> {
    let fill = (any::<bool>(), 0_u32..3, 1_i64..40, 900_i64..1_100);
    prop::collection::vec(fill, 1..40).prop_map(|rows| {
        let mut held = 0;
        let made = rows.into_iter().enumerate().map(|(number, (buys, order, quantity, cents))| {
            let (side, signed) = if buys { (Side::Buy, quantity) } else { (Side::Sell, -quantity) };
            let indicator = if held * signed >= 0 {
                "O"
            } else if held.abs() >= quantity {
                "C"
            } else {
                "C;O"
            };
            held += signed;
            Fill::new(side, "X", quantity, Decimal::new(cents, 2))
                .id(&format!("{number:04}"))
                .at(&format!("2026-01-05T15:{:02}:00Z", number / 2))
                .perm(&format!("{}", order + 1))
                .transaction(&format!("{}", number + 10))
                .open_close(indicator)
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn what_is_open_is_what_was_bought_less_what_was_sold(fills in reported()) {
        let executions: Vec<_> = fills.iter().cloned().map(Fill::done).collect();
        let net: Decimal = executions.iter().map(Execution::signed_quantity).sum();
        let cash: Decimal = executions.iter().map(|fill| -fill.signed_quantity() * fill.price).sum();
        let matching = matched(fills);
        prop_assert_eq!(open(&matching), net);
        prop_assert!(matching.without_opening.is_empty());
        let price = |lot: &OpenLot| executions.iter().find(|fill| fill.exec_id == lot.opening).unwrap().price;
        let worth: Decimal = matching.open.iter().map(|lot| lot.quantity * price(lot)).sum();
        let profit: Decimal = matching.closed.iter().map(|trip| trip.net.unwrap()).sum();
        prop_assert!((profit - cash - worth).abs() < Decimal::new(1, 18), "{} {} {}", profit, cash, worth);
    }
}
