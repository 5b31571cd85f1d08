use super::*;
use crate::analysis::holdings::Holdings;
use crate::analysis::trade_samples::{Fill, date, dec, snapshot};
use crate::record::Execution;
use crate::record::testing::split;

/// A leg of event 9 of contract `conid`, whose words are those of a statement.
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

fn bought(conid: u64, quantity: i64) -> Execution {
    Execution { conid: Some(conid), ..Fill::buy(&format!("T{conid}"), quantity, 400).on("2026-01-06").done() }
}

fn contract(number: u64) -> Instrument {
    Instrument::Contract(number)
}

/// The changes of a record with these holdings bought before.
fn changes(held: &[(u64, i64)], rows: &[CorporateAction]) -> Vec<Change> {
    let executions = held.iter().map(|(conid, quantity)| match quantity {
        ..0 => Execution { side: crate::record::Side::Sell, ..bought(*conid, -quantity) },
        _ => bought(*conid, *quantity),
    });
    let later = Execution { time: "2026-01-23T15:00:00Z".parse().unwrap(), ..bought(99, 1) };
    let executions = executions.chain([later]).collect();
    let record = Record { executions, actions: rows.to_vec(), ..Record::default() };
    Holdings::of(&record).events().map(|event| event.change.clone()).collect()
}

fn converted(from: u64, to: u64, quantity: &str, ratio: &str, paid: &str) -> Change {
    let (from, to) = (contract(from), contract(to));
    Change::Converted { from, to, quantity: dec(quantity), ratio: dec(ratio), paid: dec(paid) }
}

fn paid(row: CorporateAction, proceeds: &str) -> CorporateAction {
    CorporateAction { proceeds: Some(dec(proceeds)), ..row }
}

fn open(contracts: &[u64]) -> Change {
    Change::CostOpen(contracts.iter().map(|number| contract(*number)).collect())
}

const FOUR: &str = "T1(US1) SPLIT 4 FOR 1 (T1, ONE INC, US1)";

#[test]
fn a_split_of_one_contract_multiplies_by_its_net_change() {
    assert_eq!(changes(&[(1, 10)], &[row("FS", 1, "30", FOUR)]), [converted(1, 1, "10", "4", "0")]);
    assert_eq!(changes(&[(1, -10)], &[row("FS", 1, "-30", FOUR)]), [converted(1, 1, "-10", "4", "0")]);
    let down = "T1(US1) SPLIT 1 FOR 10 (T1, ONE INC, US1)";
    // 35 become 3.5, and 3 where the fraction is gone already.
    assert_eq!(changes(&[(1, 35)], &[row("RS", 1, "-31.5", down)]), [converted(1, 1, "35", "0.1", "0")]);
    let whole = changes(&[(1, 32)], &[row("RS", 1, "-29", down)]);
    assert_eq!(whole, [converted(1, 1, "32", "0.09375", "0")]);
    // Two rows of one symbol that traded that day are one change.
    let two = [row("FS", 1, "18", FOUR), row("FS", 1, "12", FOUR)];
    assert_eq!(changes(&[(1, 10)], &two), [converted(1, 1, "10", "4", "0")]);
}

#[test]
fn the_words_give_the_ratio_where_what_is_held_is_not_known() {
    assert_eq!(changes(&[], &[row("FS", 1, "30", FOUR)]), [converted(1, 1, "0", "4", "0")]);
    assert_eq!(changes(&[(1, 100)], &[row("FS", 1, "30", FOUR)]), [converted(1, 1, "100", "4", "0")]);
    assert_eq!(changes(&[], &[row("FS", 1, "30", "")]), [open(&[1])]);
}

#[test]
fn one_contract_for_another_keeps_the_cost_in_any_order_of_rows_and_for_a_short_position() {
    let words = |symbol: &str, id: &str| format!("T1(US1) SPLIT 1 FOR 10 ({symbol}, ONE INC, {id})");
    for kind in ["RS", "FI", "IC", "TO", "TC"] {
        let (old, new) = (row(kind, 1, "-35", &words("T1.OLD", "US1")), row(kind, 2, "3.5", &words("T1", "US2")));
        for rows in [[&old, &new], [&new, &old]] {
            let expected = [converted(1, 2, "35", "0.1", "0")];
            assert_eq!(changes(&[(1, 35)], &rows.map(Clone::clone)), expected, "{kind}");
        }
        let (old, new) = (row(kind, 1, "35", &words("T1.OLD", "US1")), row(kind, 2, "-3.5", &words("T1", "US2")));
        assert_eq!(changes(&[(1, -35)], &[new, old]), [converted(1, 2, "-35", "0.1", "0")], "{kind}");
        let alone = changes(&[(1, 35)], &[row(kind, 1, "-35", "no words")]);
        assert_eq!(alone, [open(&[1])], "{kind}: the other leg is missing");
    }
}

#[test]
fn a_payment_closes_and_what_is_delisted_is_worth_nothing() {
    let cash = "T1(US1) MERGED(Acquisition) FOR USD 42.00 PER SHARE (T1, ONE INC, US1)";
    for kind in ["TC", "BM", "TM"] {
        let closed = Change::Closed { instrument: contract(1), quantity: 10.into(), proceeds: 420.into() };
        assert_eq!(changes(&[(1, 10)], &[paid(row(kind, 1, "-10", cash), "420")]), [closed], "{kind}");
        let short = Change::Closed { instrument: contract(1), quantity: (-10).into(), proceeds: (-420).into() };
        assert_eq!(changes(&[(1, -10)], &[paid(row(kind, 1, "10", cash), "-420")]), [short], "{kind}");
    }
    for kind in ["DW", "ED"] {
        let gone = Change::Closed { instrument: contract(1), quantity: 10.into(), proceeds: 0.into() };
        assert_eq!(changes(&[(1, 10)], &[row(kind, 1, "-10", "T1(US1) DELISTED (T1, ONE INC, US1)")]), [gone]);
    }
}

#[test]
fn a_subscription_adds_what_was_paid() {
    let words = "T1(US1) SUBSCRIBES TO (US2) 1 FOR 10 FOR USD -14.90 PER SHARE (T2, TWO, US2)";
    let rows = [paid(row("SR", 1, "-1200", words), "-1788"), row("SR", 2, "120", words)];
    assert_eq!(changes(&[(1, 1200)], &rows), [converted(1, 2, "1200", "0.1", "1788")]);
}

#[test]
fn what_leaves_the_cost_open_stays_open() {
    let cash_and_stock = [paid(row("TC", 1, "-10", ""), "42"), row("TC", 2, "6", "")];
    assert_eq!(changes(&[(1, 10)], &cash_and_stock), [open(&[1, 2])]);
    let two_receipts = [row("TC", 1, "-10", ""), row("TC", 2, "6", ""), row("TC", 3, "2", "")];
    assert_eq!(changes(&[(1, 10)], &two_receipts), [open(&[1, 2, 3])]);
    for kind in ["RI", "DI", "CD", "HD", "a new one"] {
        assert_eq!(changes(&[(1, 10)], &[row(kind, 2, "5", "")]), [open(&[2])], "{kind}");
    }
    let dividend = CorporateAction { value: Some(dec("50")), ..row("SD", 1, "5", "") };
    assert_eq!(changes(&[(1, 10)], &[dividend]), [open(&[1])]);
    // Shares for nothing are a split by another name.
    for kind in ["SD", "HI"] {
        assert_eq!(changes(&[(1, 10)], &[row(kind, 1, "5", "")]), [converted(1, 1, "10", "1.5", "0")]);
    }
}

#[test]
fn a_spin_off_moves_cost_as_the_next_positions_say_and_else_leaves_it_open() {
    let words = "T1(US1) SPINOFF  1 FOR 4 (T2, TWO, INC, US2)";
    let spun = |share| Change::SpunOff { parent: contract(1), child: contract(2), quantity: dec("2.5"), share };
    let rows = [row("SO", 2, "2.5", words)];
    assert_eq!(changes(&[(1, 10)], &rows), [spun(None)]);
    assert_eq!(changes(&[], &rows), [open(&[2])], "nothing says what it was part of");

    let position = |conid: u64, quantity: &str, cost: &str| Position {
        conid: Some(conid),
        quantity: dec(quantity),
        average_cost: Some(dec(cost)),
        ..crate::analysis::trade_samples::position(&format!("T{conid}"), 1, 1)
    };
    let mut after = snapshot("2026-01-12", 5000);
    // 10 at 360 and 2.5 at 160: 3,600 of 4,000 stay.
    after.positions = Some(vec![position(1, "10", "360"), position(2, "2.5", "160")]);
    let mut record = Record {
        executions: vec![bought(1, 10)],
        actions: rows.to_vec(),
        snapshots: vec![after],
        ..Record::default()
    };
    let change = |record: &Record| Holdings::of(record).events().next().unwrap().change.clone();
    assert_eq!(change(&record), spun(Some(dec("0.1"))));
    let later = Execution { time: "2026-01-10T15:00:00Z".parse().unwrap(), ..bought(2, 1) };
    record.executions.push(later);
    assert_eq!(change(&record), spun(None), "a purchase in between is in the average cost too");
}

#[test]
fn one_split_from_two_sources_counts_once_by_hand_over_the_statement_over_the_price_source() {
    let of_statement = row("FS", 1, "30", FOUR);
    let told = |id: &str, ratio: &str, day: &str, account: Option<&str>| CorporateAction {
        id: id.into(),
        event: id.into(),
        date: date(day),
        time: None,
        account: account.map(AccountId::new),
        conid: None,
        quantity: None,
        ratio: Some(ratio.parse().unwrap()),
        ..of_statement.clone()
    };
    let four = [converted(1, 1, "10", "4", "0")];
    let yahoo = |ratio: &str, day: &str| told("yahoo", ratio, day, None);
    let manual = |ratio: &str| told("manual", ratio, "2026-01-09", Some("U1"));
    assert_eq!(changes(&[(1, 10)], &[yahoo("4:1", "2026-01-09")]), four);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), yahoo("3:1", "2026-01-11")]), four);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), manual("4:1")]), four);
    assert_eq!(changes(&[(1, 10)], &[manual("5:1"), of_statement.clone()]), [converted(1, 1, "10", "5", "0")]);
    assert_eq!(changes(&[(1, 10)], &[manual("5:1"), yahoo("4:1", "2026-01-08")]), [converted(1, 1, "10", "5", "0")]);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), yahoo("4:1", "2026-01-20")]).len(), 2);
}

#[test]
fn a_transfer_moves_a_quantity_and_no_result() {
    let moved = |quantity: i64| Change::Moved { instrument: contract(1), quantity: quantity.into() };
    assert_eq!(changes(&[], &[row("TRANSFER", 1, "100", "")]), [moved(100)]);
    assert_eq!(changes(&[(1, 10)], &[row("TRANSFER", 1, "-4", "")]), [moved(-4)]);
}
