use super::*;
use crate::analysis::holdings::Holdings;
use crate::analysis::trade_samples::{Fill, date, dec, snapshot};
use crate::record::instrument::Kind;
use crate::record::testing::split;
use crate::record::{CorporateAction, Execution, Position, Record};

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
fn without_words_the_old_contract_is_the_one_whose_holding_goes() {
    let rows = |quantity: &str| [row("IC", 1, quantity, ""), row("IC", 2, quantity.strip_prefix('-').unwrap(), "")];
    // 10 of 50 held before the record were sold; 40 are left, and no short position becomes less by losing 40 more.
    assert_eq!(changes(&[(1, -10)], &rows("-40")), [converted(1, 2, "40", "1", "0")]);
    assert_eq!(changes(&[(2, -10)], &rows("-40")), [converted(1, 2, "40", "1", "0")]);
    // Where either could have gone, it is taken for a long holding.
    assert_eq!(changes(&[(1, 40), (2, -40)], &rows("-40")), [converted(1, 2, "40", "1", "0")]);
    assert_eq!(changes(&[(2, -40)], &rows("-40")), [converted(2, 1, "-40", "1", "0")]);
    assert_eq!(changes(&[(2, -90)], &rows("-40")), [converted(2, 1, "-40", "1", "0")], "a part of it");
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

fn worth(row: CorporateAction, value: &str) -> CorporateAction {
    CorporateAction { value: Some(dec(value)), ..row }
}

fn part(conid: u64, quantity: &str, share: &str) -> Part {
    Part { instrument: contract(conid), quantity: dec(quantity), share: dec(share) }
}

#[test]
fn several_things_for_one_divide_its_cost_by_what_each_is_worth() {
    // 10 become 6 worth 300 and 100 in cash: a quarter of the cost is the cash's.
    let rows = [paid(row("TC", 1, "-10", ""), "100"), worth(row("TC", 2, "6", ""), "300")];
    let exchanged = |quantity: &str, into: Vec<Part>, proceeds: &str, share: &str| Change::Exchanged {
        from: contract(1),
        quantity: dec(quantity),
        into,
        proceeds: dec(proceeds),
        cash_share: dec(share),
    };
    assert_eq!(changes(&[(1, 10)], &rows), [exchanged("10", vec![part(2, "6", "0.75")], "100", "0.25")]);
    let short = [paid(row("TC", 1, "10", ""), "-100"), worth(row("TC", 2, "-6", ""), "-300")];
    assert_eq!(changes(&[(1, -10)], &short), [exchanged("-10", vec![part(2, "-6", "0.75")], "-100", "0.25")]);
    let two = [row("TC", 1, "-10", ""), worth(row("TC", 2, "6", ""), "300"), worth(row("TC", 3, "2", ""), "100")];
    let parts = vec![part(2, "6", "0.75"), part(3, "2", "0.25")];
    assert_eq!(changes(&[(1, 10)], &two), [exchanged("10", parts, "0", "0")]);
}

#[test]
fn a_dividend_in_shares_spreads_the_cost_and_a_chosen_one_costs_what_it_is_worth() {
    let more = [converted(1, 1, "10", "1.5", "0")];
    for kind in ["SD", "HI"] {
        assert_eq!(
            changes(&[(1, 10)], &[row(kind, 1, "5", "")]),
            more,
            "{kind} for nothing is a split by another name"
        );
    }
    assert_eq!(changes(&[(1, 10)], &[worth(row("SD", 1, "5", ""), "50")]), more);
    let received = |conid| Change::Received { instrument: contract(conid), quantity: 5.into(), cost: 50.into() };
    assert_eq!(changes(&[(1, 10)], &[worth(row("HI", 1, "5", ""), "50")]), [received(1)]);
    for kind in ["SD", "HI"] {
        assert_eq!(
            changes(&[(1, 10)], &[worth(row(kind, 2, "5", ""), "50")]),
            [received(2)],
            "{kind} of another company"
        );
    }
    // The words say how many come for those held, where what is held is not known.
    let words = "T1(US1) STOCK DIVIDEND US1 1 FOR 20 (T1, ONE INC, US1)";
    assert_eq!(changes(&[], &[row("SD", 1, "5", words)]), [converted(1, 1, "0", "1.05", "0")]);
}

#[test]
fn what_leaves_the_cost_open_stays_open() {
    let cash_and_stock = [paid(row("TC", 1, "-10", ""), "42"), row("TC", 2, "6", "")];
    assert_eq!(changes(&[(1, 10)], &cash_and_stock), [open(&[1, 2])]);
    let two_receipts = [row("TC", 1, "-10", ""), worth(row("TC", 2, "6", ""), "300"), row("TC", 3, "2", "")];
    assert_eq!(changes(&[(1, 10)], &two_receipts), [open(&[1, 2, 3])]);
    for kind in ["RI", "DI", "CD", "HD", "a new one"] {
        assert_eq!(changes(&[(1, 10)], &[row(kind, 2, "5", "")]), [open(&[2])], "{kind}");
    }
    assert_eq!(changes(&[(1, 10)], &[row("SD", 2, "5", "")]), [open(&[2])], "of another company, at no value");
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
    let reported = |id: &str, ratio: &str, day: &str, account: Option<&str>| CorporateAction {
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
    let yahoo = |ratio: &str, day: &str| reported("yahoo", ratio, day, None);
    let manual = |ratio: &str| reported("manual", ratio, "2026-01-09", Some("U1"));
    assert_eq!(changes(&[(1, 10)], &[yahoo("4:1", "2026-01-09")]), four);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), yahoo("3:1", "2026-01-11")]), four);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), manual("4:1")]), four);
    assert_eq!(changes(&[(1, 10)], &[manual("5:1"), of_statement.clone()]), [converted(1, 1, "10", "5", "0")]);
    assert_eq!(changes(&[(1, 10)], &[manual("5:1"), yahoo("4:1", "2026-01-08")]), [converted(1, 1, "10", "5", "0")]);
    assert_eq!(changes(&[(1, 10)], &[of_statement.clone(), yahoo("4:1", "2026-01-20")]).len(), 2);
}

#[test]
fn a_dividend_in_shares_and_the_split_that_a_price_source_makes_of_it_are_one() {
    let words = "T1(US1) STOCK DIVIDEND US1 1 FOR 10 (T1, ONE INC, US1)";
    let yahoo = |ratio: &str, day: &str| CorporateAction {
        id: "yahoo".into(),
        event: "yahoo".into(),
        date: date(day),
        time: None,
        account: None,
        conid: None,
        quantity: None,
        ratio: ratio.parse().ok(),
        source: "yahoo".into(),
        ..row("FS", 1, "0", "")
    };
    for kind in ["SD", "HI"] {
        for words in [words, ""] {
            let rows = [row(kind, 1, "1", words), yahoo("11:10", "2026-01-08")];
            assert_eq!(changes(&[(1, 10)], &rows), [converted(1, 1, "10", "1.1", "0")], "{kind}");
        }
    }
    let valued = [worth(row("HI", 1, "1", words), "400"), yahoo("11:10", "2026-01-08")];
    assert_eq!(
        changes(&[(1, 10)], &valued),
        [Change::Received { instrument: contract(1), quantity: 1.into(), cost: 400.into() }]
    );
}

#[test]
fn what_was_entered_by_hand_and_a_statement_later_tells_counts_once() {
    let by_hand = |row: CorporateAction, of: Option<&str>, ratio: &str| CorporateAction {
        id: format!("hand{}", row.symbol),
        event: "hand".into(),
        time: None,
        conid: None,
        quantity: None,
        ratio: ratio.parse().ok(),
        of: of.map(Ticker::new),
        source: "manual".into(),
        ..row
    };
    let words = "T1(US1) CUSIP/ISIN CHANGE TO (US2) (T2, ONE INC, US2)";
    let statement = [row("IC", 1, "-10", words), row("IC", 2, "10", words)];
    let hand = [by_hand(row("IC", 1, "0", ""), None, "0:1"), by_hand(row("IC", 2, "0", ""), Some("T1"), "1:1")];
    let both: Vec<CorporateAction> = statement.iter().chain(&hand).cloned().collect();
    assert_eq!(changes(&[(1, 10)], &both), [converted(1, 2, "10", "1", "0")]);
    let cash = "T1(US1) MERGED(Acquisition) FOR USD 42.00 PER SHARE (T1, ONE INC, US1)";
    let hand = CorporateAction { price: Some(dec("41")), ..by_hand(row("TC", 1, "0", ""), None, "0:1") };
    let closed =
        |proceeds: i64| Change::Closed { instrument: contract(1), quantity: 10.into(), proceeds: proceeds.into() };
    assert_eq!(changes(&[(1, 10)], std::slice::from_ref(&hand)), [closed(410)]);
    assert_eq!(
        changes(&[(1, 10)], &[paid(row("TC", 1, "-10", cash), "420"), hand]),
        [closed(410)],
        "the owner's price"
    );
}

#[test]
fn ratios_and_prices_entered_by_hand_are_worked_out_from_what_was_held() {
    let by_hand = |kind: &str, symbol: &str, of: Option<&str>, ratio: &str, price: Option<&str>| CorporateAction {
        id: format!("hand{symbol}"),
        event: "hand".into(),
        time: None,
        symbol: Ticker::new(symbol),
        conid: None,
        quantity: None,
        ratio: ratio.parse().ok(),
        of: of.map(Ticker::new),
        price: price.map(dec),
        source: "manual".into(),
        ..row(kind, 1, "0", "")
    };
    let new = || Instrument::Ticker(Ticker::new("NEW"), "USD".parse().unwrap(), stock());
    let renamed = [by_hand("IC", "T1", None, "0:1", None), by_hand("IC", "NEW", Some("T1"), "1:1", None)];
    let change =
        Change::Converted { from: contract(1), to: new(), quantity: 10.into(), ratio: 1.into(), paid: 0.into() };
    assert_eq!(changes(&[(1, 10)], &renamed), [change]);
    // One for two at 60, and 10 in cash for each: 5 worth 300 and 100.
    let mixed = [by_hand("TC", "T1", None, "0:1", Some("10")), by_hand("TC", "NEW", Some("T1"), "1:2", Some("60"))];
    let [Change::Exchanged { quantity, into, proceeds, cash_share, .. }] = &changes(&[(1, 10)], &mixed)[..] else {
        panic!()
    };
    assert_eq!((*quantity, *proceeds, *cash_share), (dec("10"), dec("100"), dec("0.25")));
    assert_eq!((into[0].quantity, into[0].share), (dec("5"), dec("0.75")));
    // A quarter of one at 40 beside each at 90.
    let spun = [by_hand("SO", "T1", None, "1:1", Some("90")), by_hand("SO", "NEW", Some("T1"), "1:4", Some("40"))];
    let change = Change::SpunOff { parent: contract(1), child: new(), quantity: dec("2.5"), share: Some(dec("0.1")) };
    assert_eq!(changes(&[(1, 10)], &spun), [change]);
    let unpriced = [by_hand("SO", "T1", None, "1:1", None), by_hand("SO", "NEW", Some("T1"), "1:4", None)];
    let change = Change::SpunOff { parent: contract(1), child: new(), quantity: dec("2.5"), share: None };
    assert_eq!(changes(&[(1, 10)], &unpriced), [change]);
    assert_eq!(
        changes(&[(1, 10)], &[by_hand("SD", "T1", None, "21:20", None)]),
        [converted(1, 1, "10", "1.05", "0")]
    );
    let gone = Change::Closed { instrument: contract(1), quantity: 10.into(), proceeds: 0.into() };
    assert_eq!(changes(&[(1, 10)], &[by_hand("DW", "T1", None, "0:1", None)]), [gone]);
    // What is gone before the first known positions was not held short.
    let mut after = snapshot("2026-01-12", 5000);
    after.positions = Some(Vec::new());
    let delisted = by_hand("DW", "T1", None, "0:1", None);
    let record = Record {
        executions: vec![bought(1, 10)],
        actions: vec![delisted],
        snapshots: vec![after],
        ..Record::default()
    };
    let holdings = Holdings::of(&record);
    assert_eq!(holdings.opening, Some(BTreeMap::new()));
    assert!(
        matches!(&holdings.events().next().unwrap().change, Change::Closed { quantity, .. } if *quantity == dec("10"))
    );
    // One contract under two names: nothing happened.
    let mut record = Record { executions: vec![bought(1, 10)], actions: renamed.to_vec(), ..Record::default() };
    record.executions.push(Execution {
        symbol: Ticker::new("NEW"),
        time: "2026-01-20T15:00:00Z".parse().unwrap(),
        ..bought(1, 1)
    });
    assert_eq!(Holdings::of(&record).events().count(), 0);
}

fn stock() -> Kind {
    Kind { class: crate::record::AssetClass::from("STK").family(), multiplier: Decimal::ONE }
}

#[test]
fn a_transfer_moves_a_quantity_and_no_result() {
    let moved = |quantity: i64| Change::Moved { instrument: contract(1), quantity: quantity.into() };
    assert_eq!(changes(&[], &[row("TRANSFER", 1, "100", "")]), [moved(100)]);
    assert_eq!(changes(&[(1, 10)], &[row("TRANSFER", 1, "-4", "")]), [moved(-4)]);
}
