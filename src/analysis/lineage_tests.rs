use super::*;
use crate::analysis::notes::match_notes;
use crate::analysis::orders::orders;
use crate::analysis::plans::match_plans;
use crate::analysis::trade_samples::{Fill, dec, note, plan};
use crate::record::testing::split;
use crate::record::{AccountId, Annotation, CorporateAction, Side};

fn of(conid: Option<u64>, fill: Fill) -> Execution {
    Execution { conid, ..fill.done() }
}

/// AAA becomes BBB on 9 January 2026, as a statement tells it by numbers or the owner by tickers.
fn renamed(by_number: bool) -> Vec<CorporateAction> {
    let leg = |symbol: &str, conid: u64, quantity: &str, of: Option<&str>, ratio: &str| CorporateAction {
        kind: ActionKind::IdentifierChange,
        symbol: Ticker::new(symbol),
        account: Some(AccountId::new("U1")),
        conid: by_number.then_some(conid),
        quantity: by_number.then(|| dec(quantity)),
        ratio: if by_number { None } else { ratio.parse().ok() },
        of: of.filter(|_| !by_number).map(Ticker::new),
        source: if by_number { "flex" } else { "manual" }.into(),
        text: String::new(),
        ..split(symbol, "0")
    };
    vec![leg("AAA", 1, "-10", None, "0:1"), leg("BBB", 2, "10", Some("AAA"), "1:1")]
}

/// AAA bought before, BBB sold after, and another company's AAA bought after.
fn record(by_number: bool) -> Record {
    let number = |number: u64| by_number.then_some(number);
    Record {
        executions: vec![
            of(number(1), Fill::buy("AAA", 10, 5).on("2026-01-06")),
            of(number(9), Fill::buy("AAA", 1, 70).on("2026-01-10")),
            of(number(2), Fill::sell("BBB", 10, 6).on("2026-01-12")),
            of(number(9), Fill::sell("AAA", 1, 71).on("2026-01-13")),
        ],
        actions: renamed(by_number),
        ..Record::default()
    }
}

fn found(record: &Record, notes: &[Annotation]) -> Vec<Option<usize>> {
    match_notes(notes, &orders(&record.executions), &Lineage::of(record)).of_order_list()
}

#[test]
fn a_note_under_the_old_name_finds_its_order_under_the_new_one_and_no_other_company() {
    for by_number in [true, false] {
        let record = record(by_number);
        let of = |notes: &[Annotation]| found(&record, notes);
        // Written before the change: AAA is what is BBB now, and not who took the name over since.
        assert_eq!(of(&[note("a", "AAA", "2026-01-08T09:00:00Z")]), [None, None, Some(0), None], "{by_number}");
        assert_eq!(of(&[note("a", "BBB", "2026-01-08T09:00:00Z")]), [None, None, Some(0), None]);
        assert_eq!(of(&[note("a", "AAA", "2026-01-05T09:00:00Z")]), [Some(0), None, None, None]);
        // Written after it: AAA is the other company.
        assert_eq!(of(&[note("a", "AAA", "2026-01-09T09:00:00Z")]), [None, Some(0), None, None]);
        let mut sells = note("a", "AAA", "2026-01-11T09:00:00Z");
        sells.pre_trade.side = Some(Side::Sell);
        assert_eq!(of(&[sells]), [None, None, None, Some(0)]);
    }
}

#[test]
fn one_contract_under_two_tickers_is_one() {
    let record = Record {
        executions: vec![
            of(Some(1), Fill::buy("FB", 10, 5).on("2026-01-06")),
            of(Some(1), Fill::sell("META", 10, 6).on("2026-01-12")),
            of(Some(9), Fill::buy("FB", 1, 9).on("2026-01-13")),
        ],
        ..Record::default()
    };
    assert_eq!(found(&record, &[note("a", "FB", "2026-01-08T09:00:00Z")]), [None, Some(0), None]);
    assert_eq!(found(&record, &[note("a", "FB", "2026-01-12T19:00:00Z")]), [None, None, Some(0)]);
}

#[test]
fn two_lines_of_one_ticker_are_told_apart_no_further_than_before() {
    let record = Record {
        executions: vec![
            of(Some(1), Fill::buy("GOLD", 10, 5).on("2026-01-06")),
            of(Some(2), Fill::buy("GOLD", 10, 6).on("2026-01-12")),
        ],
        ..Record::default()
    };
    assert_eq!(found(&record, &[note("a", "GOLD", "2026-01-08T09:00:00Z")]), [None, Some(0)]);
}

#[test]
fn what_was_planned_before_a_split_is_compared_in_the_units_of_the_fill() {
    // Four for one on 9 January: 188 planned on the 7th are 47 then.
    let plans = [plan("a", "2026-01-07", &[(Side::Buy, "SXLK", "SXLK.L", "188")])];
    let record = |day: &str| Record {
        executions: vec![
            of(Some(1), Fill::buy("SXLK", 1, 400).on("2026-01-05")),
            of(Some(1), Fill::buy("SXLK", 40, 47).on(day)),
        ],
        actions: vec![CorporateAction { account: Some(AccountId::new("U1")), ..split("1", "3") }],
        ..Record::default()
    };
    let price = |plans: &[crate::record::Plan], day: &str| {
        let record = record(day);
        match_plans(plans, &orders(&record.executions), &Lineage::of(&record)).of_order(1).unwrap().reference_price
    };
    assert_eq!(price(&plans, "2026-01-12"), Some(dec("47")));
    assert_eq!(price(&plans, "2026-01-08"), Some(dec("188")));
    let after = [plan("a", "2026-01-09", &[(Side::Buy, "SXLK", "SXLK.L", "47")])];
    assert_eq!(price(&after, "2026-01-12"), Some(dec("47")), "made when it traded in the new units");
}

#[test]
fn a_plan_for_the_old_name_is_carried_out_under_the_new_one() {
    let record = record(true);
    let planned = |as_of: &str| {
        let plans = [plan("a", as_of, &[(Side::Sell, "AAA", "AAA", "5")])];
        let matches = match_plans(&plans, &orders(&record.executions), &Lineage::of(&record));
        (0..4).map(|order| matches.of_order(order).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(planned("2026-01-07"), [false, false, true, false]);
    assert_eq!(planned("2026-01-11"), [false, false, false, true]);
}
