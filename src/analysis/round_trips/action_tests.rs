//! Round trips over corporate actions and transfers, which the positions show from 9 January 2026 on.

use super::*;
use crate::analysis::trade_samples::{Fill, currency, dec, position, snapshot};
use crate::record::testing::split;
use crate::record::{CorporateAction, Position};

/// A fill of contract `conid`, free of charge.
fn of(conid: u64, fill: Fill) -> Execution {
    Execution { conid: Some(conid), ..fill.commission("0", "USD").done() }
}

fn buy(conid: u64, quantity: &str, price: &str, day: &str) -> Execution {
    of(conid, Fill::buy(&format!("T{conid}"), dec(quantity), dec(price)).on(day))
}

fn sell(conid: u64, quantity: &str, price: &str, day: &str) -> Execution {
    of(conid, Fill::sell(&format!("T{conid}"), dec(quantity), dec(price)).on(day))
}

/// A leg of one event.
fn row(kind: &str, conid: u64, quantity: &str, words: &str) -> CorporateAction {
    CorporateAction {
        id: format!("{kind}{conid}{quantity}"),
        kind: kind.into(),
        symbol: Ticker::new(format!("T{conid}")),
        conid: Some(conid),
        account: Some(AccountId::new("U1")),
        text: words.into(),
        ..split("", quantity)
    }
}

fn paid(row: CorporateAction, proceeds: &str) -> CorporateAction {
    CorporateAction { proceeds: Some(dec(proceeds)), ..row }
}

fn matched(executions: Vec<Execution>, actions: Vec<CorporateAction>) -> Matching {
    round_trips(&Record { executions, actions, ..Record::default() }, currency("USD"))
}

fn trips(matching: &Matching) -> Vec<(Decimal, Option<Decimal>)> {
    matching.closed.iter().map(|trip| (trip.quantity.normalize(), trip.net)).collect()
}

const FOUR: &str = "T1(US1) SPLIT 4 FOR 1 (T1, ONE INC, US1)";
const TENTH: &str = "T1(US1) SPLIT 1 FOR 10 (T1, ONE INC, US1)";

#[test]
fn a_split_changes_the_units_and_not_the_cost() {
    // 100 at 40 become 400 at 10; 300 sold at 11, the rest at 12.
    let fills = vec![
        buy(1, "100", "40", "2026-01-05"),
        sell(1, "300", "11", "2026-01-12"),
        sell(1, "100", "12", "2026-01-13"),
    ];
    let matching = matched(fills, vec![row("FS", 1, "300", FOUR)]);
    assert_eq!(trips(&matching), [(dec("300"), Some(dec("300"))), (dec("100"), Some(dec("200")))]);
    assert!(matching.open.is_empty() && matching.without_opening.is_empty());
}

#[test]
fn a_split_of_a_short_position_and_one_known_by_its_ratio_alone() {
    let short = vec![sell(1, "100", "40", "2026-01-05"), buy(1, "400", "9", "2026-01-12")];
    assert_eq!(trips(&matched(short, vec![row("FS", 1, "-300", FOUR)])), [(dec("400"), Some(dec("400")))]);
    let by_ratio = CorporateAction { quantity: None, ratio: "1:3".parse().ok(), ..row("RS", 1, "0", "") };
    // 100 at 3 become 33.3333, sold at 9: no sliver is left to make another round trip of.
    let fills = vec![
        buy(1, "100", "3", "2026-01-05"),
        sell(1, "33.3333", "9", "2026-01-12"),
        buy(1, "5", "9", "2026-01-13"),
        sell(1, "5", "10", "2026-01-14"),
    ];
    let matching = matched(fills, vec![by_ratio]);
    assert_eq!(trips(&matching), [(dec("33.3333"), Some(dec("-0.0003"))), (dec("5"), Some(dec("5")))]);
}

#[test]
fn a_reverse_split_into_another_contract_with_its_fraction_sold() {
    // 20 at 1 and 15 at 2, 50 in all, become 2 and 1.5 of the new one; half of one is sold at 12, three at 12.
    let fills = vec![
        buy(1, "20", "1", "2026-01-05"),
        buy(1, "15", "2", "2026-01-06"),
        sell(2, "0.5", "12", "2026-01-09"),
        sell(2, "3", "12", "2026-01-12"),
    ];
    let matching = matched(fills, vec![row("RS", 1, "-35", TENTH), row("RS", 2, "3.5", TENTH)]);
    // 6 - 5; of the rest 18 - 15 of the first purchase, and 18 - 30 of the second.
    let wanted = [(dec("0.5"), "1"), (dec("1.5"), "3"), (dec("1.5"), "-12")];
    assert_eq!(trips(&matching), wanted.map(|(quantity, net)| (quantity, Some(dec(net)))));
    assert_eq!(matching.closed[0].symbol.as_str(), "T2");
    assert!(matching.open.is_empty());
}

#[test]
fn a_change_of_contract_renames() {
    let words = "T1(US1) CUSIP/ISIN CHANGE TO (US2) (T1, ONE INC, US2)";
    let fills = vec![buy(1, "10", "5", "2026-01-05"), sell(2, "10", "7", "2026-01-12")];
    let matching = matched(fills, vec![row("IC", 1, "-10", words), row("IC", 2, "10", words)]);
    assert_eq!(trips(&matching), [(dec("10"), Some(dec("20")))]);
}

#[test]
fn a_short_position_goes_on_under_another_contract_whatever_the_words_say() {
    // 35 sold short at 2 become 3.5, bought back at 16: 70 less 56. One for one, bought back at 1.6: 70 less 56 too.
    let named = |leg: &str| format!("T1(US1) BECOMES ({leg}, ONE INC, {leg})");
    for kind in ["RS", "FI", "IC", "TO", "TC"] {
        for (come, price) in [("3.5", "16"), ("35", "1.6")] {
            for words in [[named("US1"), named("US2")], [named("US1"), named("US1")], [String::new(), String::new()]]
            {
                let [old, new] = &words;
                let (gone, come_short) = (row(kind, 1, "35", old), row(kind, 2, &format!("-{come}"), new));
                for rows in [vec![gone.clone(), come_short.clone()], vec![come_short, gone]] {
                    let fills = vec![sell(1, "35", "2", "2026-01-05"), buy(2, come, price, "2026-01-12")];
                    let matching = matched(fills, rows);
                    assert_eq!(trips(&matching), [(dec(come), Some(dec("14")))], "{kind} {words:?}");
                    assert_eq!(matching.closed[0].direction, Direction::Short);
                    assert!(matching.open.is_empty() && matching.without_opening.is_empty());
                }
            }
        }
    }
}

#[test]
fn a_short_position_in_a_merger_for_shares_and_cash_loses_nothing() {
    // 8 sold short at 10 become 4 worth 90 owed, and 30 in cash paid, a quarter of it: 2 at 10 for 30, a loss of 10. The 4 that
    // are left brought 60, and are bought back at 25.
    let worth = |row: CorporateAction, value: &str| CorporateAction { value: Some(dec(value)), ..row };
    let fills = vec![sell(1, "8", "10", "2026-01-05"), buy(2, "4", "25", "2026-01-12")];
    let rows = vec![paid(row("TC", 1, "8", ""), "-30"), worth(row("TC", 2, "-4", ""), "-90")];
    let matching = matched(fills, rows);
    assert_eq!(trips(&matching), [(dec("2"), Some(dec("-10"))), (dec("4"), Some(dec("-40")))]);
    assert!(matching.open.is_empty() && matching.without_opening.is_empty());
}

#[test]
fn a_split_on_the_day_of_a_change_of_contract_is_of_the_old_one_or_of_the_new_one() {
    let change = "T1(US1) CUSIP/ISIN CHANGE TO (US2) (T1, ONE INC, US2)";
    let event = |id: &str, row| CorporateAction { event: id.into(), ..row };
    let fills = vec![buy(1, "10", "400", "2026-01-05"), sell(2, "40", "100.5", "2026-01-12")];
    for (changed, split) in [("9", "10"), ("10", "9"), ("a", "b"), ("b", "a")] {
        let of_new = [
            event(changed, row("IC", 1, "-10", change)),
            event(changed, row("IC", 2, "10", change)),
            event(split, row("FS", 2, "30", "T2(US2) SPLIT 4 FOR 1 (T2, ONE INC, US2)")),
        ];
        let of_old = [
            event(split, row("FS", 1, "30", FOUR)),
            event(changed, row("IC", 1, "-40", change)),
            event(changed, row("IC", 2, "40", change)),
        ];
        for actions in [of_new, of_old] {
            let matching = matched(fills.clone(), actions.to_vec());
            assert_eq!(trips(&matching), [(dec("40"), Some(dec("20")))], "{changed} {split}");
            assert!(matching.open.is_empty());
        }
    }
}

#[test]
fn what_was_held_before_the_record_is_split_too() {
    // 50 held before, 10 bought at 40, four for one, all 240 sold: a round trip of the 40 alone.
    let reported = Position { conid: Some(1), ..position("T1", 240, 10) };
    let record = Record {
        executions: vec![buy(1, "10", "40", "2026-01-05"), sell(1, "240", "11", "2026-01-20")],
        actions: vec![row("FS", 1, "180", FOUR)],
        snapshots: vec![Snapshot { positions: Some(vec![reported]), ..snapshot("2026-01-15", 1000) }],
        ..Record::default()
    };
    let matching = round_trips(&record, currency("USD"));
    assert_eq!(trips(&matching), [(dec("40"), Some(dec("40")))]);
    assert_eq!(matching.without_opening[0].quantity.normalize(), dec("200"));
}

#[test]
fn a_payment_or_a_delisting_closes() {
    let words = "T1(US1) MERGED(Acquisition) FOR USD 42.00 PER SHARE (T1, ONE INC, US1)";
    let merger = vec![paid(row("TC", 1, "-10", words), "420")];
    let matching = matched(vec![buy(1, "10", "40", "2026-01-05")], merger);
    assert_eq!(trips(&matching), [(dec("10"), Some(dec("20")))]);
    assert_eq!(matching.closed[0].closed_on().to_string(), "2026-01-09");
    let delisted = vec![row("DW", 1, "-10", "T1(US1) DELISTED (T1, ONE INC, US1)")];
    let matching = matched(vec![buy(1, "10", "40", "2026-01-05")], delisted);
    assert_eq!(trips(&matching), [(dec("10"), Some(dec("-400")))]);
    assert!(matching.open.is_empty());
}

#[test]
fn shares_and_cash_for_shares_leave_the_result_open_with_the_reason() {
    let words = "T1(US1) CASH and STOCK MERGER (Acquisition) T2 3 FOR 5 AND USD 4.2 (T1, ONE INC, US1)";
    let rows = vec![paid(row("TC", 1, "-10", words), "42"), row("TC", 2, "6", words)];
    let fills = vec![
        buy(1, "10", "140", "2026-01-05"),
        sell(2, "6", "200", "2026-01-12"),
        buy(2, "6", "200", "2026-01-13"),
        sell(2, "6", "210", "2026-01-14"),
    ];
    let matching = matched(fills, rows);
    assert_eq!(trips(&matching), [(dec("6"), None), (dec("6"), Some(dec("60")))]);
    let trip = &matching.closed[0];
    assert_eq!((trip.gross, trip.net_base, trip.entry_value, trip.net_return()), (None, None, None, None));
    let reason = trip.reason.as_deref().unwrap();
    assert!(reason.starts_with("merger of 2026-01-09"), "{reason}");
    assert_eq!(matching.closed[1].reason, None);
    assert!(matching.open.is_empty());
}

#[test]
fn cash_beside_shares_closes_its_part_of_every_lot_and_the_rest_of_the_cost_goes_on() {
    // 4 at 10 and 4 at 20 become 4 worth 90 and 30 in cash, a quarter: 7.50 for 1 at 10 and for 1 at 20. What is left, 3 at
    // 10 and 3 at 20, is 2 at 15 and 2 at 30 of the new one, sold at 25.
    let worth = |row: CorporateAction, value: &str| CorporateAction { value: Some(dec(value)), ..row };
    let fills =
        vec![buy(1, "4", "10", "2026-01-05"), buy(1, "4", "20", "2026-01-06"), sell(2, "4", "25", "2026-01-12")];
    let rows = vec![paid(row("TC", 1, "-8", ""), "30"), worth(row("TC", 2, "4", ""), "90")];
    let matching = matched(fills, rows);
    let wanted = [("1", "5"), ("1", "-5"), ("2", "20"), ("2", "-10")];
    assert_eq!(trips(&matching), wanted.map(|(quantity, net)| (dec(quantity), Some(dec(net)))));
    assert!(matching.open.is_empty() && matching.without_opening.is_empty());
}

#[test]
fn shares_chosen_as_a_dividend_cost_what_they_were_worth() {
    // 10 at 40; one more worth 50 instead of cash; all sold at 60.
    let dividend = CorporateAction { value: Some(dec("50")), ..row("HI", 1, "1", "") };
    let fills = vec![buy(1, "10", "40", "2026-01-05"), sell(1, "11", "60", "2026-01-12")];
    let matching = matched(fills, vec![dividend]);
    assert_eq!(trips(&matching), [(dec("10"), Some(dec("200"))), (dec("1"), Some(dec("10")))]);
}

#[test]
fn a_spin_off_moves_cost_as_the_positions_say_or_leaves_it_open() {
    // 100 at 10; 25 spun off. The positions after it say 8 and 8 a share: 800 and 200 of the 1000.
    let words = "T1(US1) SPINOFF  1 FOR 4 (T2, TWO INC, US2)";
    let reported = |cost: Option<&str>| {
        let held = |conid: u64, quantity| Position {
            conid: Some(conid),
            average_cost: cost.map(dec),
            ..position(&format!("T{conid}"), quantity, 9)
        };
        Snapshot { positions: Some(vec![held(1, 100), held(2, 25)]), ..snapshot("2026-01-10", 1000) }
    };
    let matching = |cost| {
        let record = Record {
            executions: vec![
                buy(1, "100", "10", "2026-01-05"),
                sell(2, "25", "9", "2026-01-12"),
                sell(1, "100", "9", "2026-01-13"),
            ],
            actions: vec![row("SO", 2, "25", words)],
            snapshots: vec![reported(cost)],
            ..Record::default()
        };
        round_trips(&record, currency("USD"))
    };
    let known = matching(Some("8"));
    assert_eq!(trips(&known), [(dec("25"), Some(dec("25"))), (dec("100"), Some(dec("100")))]);
    assert_eq!(known.closed[0].holding_days(), 7, "since the parent was bought");
    let open = matching(None);
    assert_eq!(trips(&open), [(dec("25"), None), (dec("100"), None)]);
    assert!(open.closed.iter().all(|trip| trip.reason.as_deref().unwrap().starts_with("spin-off of 2026-01-09")));
}

#[test]
fn shares_transferred_in_make_no_round_trip_and_no_short_sale() {
    let fills =
        vec![buy(1, "10", "40", "2026-01-05"), sell(1, "60", "41", "2026-01-12"), buy(1, "3", "40", "2026-01-13")];
    let matching = matched(fills, vec![row("TRANSFER", 1, "50", "ACATS IN")]);
    assert_eq!(trips(&matching), [(dec("10"), Some(dec("10")))]);
    assert_eq!(matching.without_opening[0].quantity, dec("50"));
    assert_eq!(matching.open[0].quantity, dec("3"));
}

#[test]
fn an_order_filled_before_and_after_a_split_is_one_order() {
    let fill =
        |quantity: &str, price: &str, day: &str| of(1, Fill::buy("T1", dec(quantity), dec(price)).on(day).perm("7"));
    let fills =
        vec![fill("10", "40", "2026-01-05"), fill("40", "10", "2026-01-12"), sell(1, "80", "11", "2026-01-13")];
    let matching = matched(fills, vec![row("FS", 1, "30", FOUR)]);
    assert_eq!(trips(&matching), [(dec("80"), Some(dec("80")))]);
}

proptest::proptest! {
    /// However the cost is divided, all of it is there again when everything is sold.
    #[test]
    fn a_merger_for_shares_and_cash_loses_no_cost(
        lots in proptest::collection::vec((1..50_i64, 1..90_i64), 1..5),
        (cash, worth, come) in (0..500_i64, 1..900_i64, 1..60_i64),
        price in 1..90_i64,
    ) {
        let held: i64 = lots.iter().map(|(quantity, _)| quantity).sum();
        let cost: i64 = lots.iter().map(|(quantity, price)| quantity * price).sum();
        let mut fills: Vec<Execution> = lots
            .iter()
            .map(|(quantity, price)| buy(1, &quantity.to_string(), &price.to_string(), "2026-01-05"))
            .collect();
        fills.push(sell(2, &come.to_string(), &price.to_string(), "2026-01-12"));
        let old = paid(row("TC", 1, &format!("-{held}"), ""), &cash.to_string());
        let new = CorporateAction { value: Some(worth.into()), ..row("TC", 2, &come.to_string(), "") };
        let matching = matched(fills, vec![old, new]);
        let net: Decimal = matching.closed.iter().map(|trip| trip.net.unwrap()).sum();
        let right = Decimal::from(cash + come * price - cost);
        proptest::prop_assert!((net - right).abs() < dec("0.00001"), "{} {}", net, right);
        proptest::prop_assert!(matching.open.is_empty() && matching.without_opening.is_empty());
    }
}
