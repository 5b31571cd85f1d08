use super::*;
use crate::analysis::trade_samples::{Fill, currency, date, dec, note, position, snapshot};
use crate::record::{Bar, CashFlow, FlowKind, Position, PriceSeries, PriceSymbol, Severity};

fn usd() -> Currency {
    currency("USD")
}

fn holding(day: &str, net: i64, cash: i64, positions: Vec<Position>) -> Snapshot {
    let mut snapshot = snapshot(day, net);
    snapshot.cash.insert(usd(), cash.into());
    snapshot.positions = Some(positions);
    snapshot
}

/// 1,000 in cash; 50 X bought at 10 for 1; X rises to 11; a dividend of 5 and a deposit of 100 arrive; 20 X sold
/// at 12 for 1 while the rest is valued at 12.
fn sound() -> Record {
    let cash = |id: &str, day: &str, amount: i64, kind| CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: id.into(),
        date: date(day),
        account: crate::record::AccountId::new("U1"),
        currency: usd(),
        amount: amount.into(),
        fx_to_base: None,
        kind,
        source: "test".into(),
    };
    Record {
        executions: vec![
            Fill::buy("X", 50, 10).on("2026-01-06").commission("1", "USD").done(),
            Fill::sell("X", 20, 12).on("2026-01-08").commission("1", "USD").realized("38.6").done(),
        ],
        snapshots: vec![
            holding("2026-01-05", 1000, 1000, vec![]),
            holding("2026-01-06", 1049, 499, vec![position("X", 50, 11)]),
            holding("2026-01-07", 1154, 604, vec![position("X", 50, 11)]),
            holding("2026-01-08", 1203, 843, vec![position("X", 30, 12)]),
        ],
        flows: vec![cash("1", "2026-01-07", 100, FlowKind::Deposit)],
        income: vec![cash("2", "2026-01-07", 5, FlowKind::Dividend)],
        ..Record::default()
    }
}

fn words(findings: &[Finding]) -> Vec<(Severity, String)> {
    findings.iter().map(|finding| (finding.severity, finding.text())).collect()
}

#[test]
fn a_sound_record_has_nothing_but_the_explained_net_value() {
    let findings = reconcile(&sound(), usd());
    let message = "net value is explained by prices, fills, flows and costs in 3 intervals; most unexplained: \
                   0.0 bps (0) from 2026-01-07 to 2026-01-08";
    assert_eq!(words(&findings), [(Severity::Note, message.to_owned())]);
}

#[test]
fn what_is_unexplained_is_told_for_each_interval() {
    let mut record = sound();
    // A dividend of 5 that nobody recorded, on a value of 1,049: 47.7 basis points.
    record.income.clear();
    let changes = unexplained_changes(&record, usd());
    let reported: Vec<(String, f64)> =
        changes.iter().map(|change| (change.date.to_string(), (change.bps * 10.0).round() / 10.0)).collect();
    assert_eq!(
        reported,
        [("2026-01-06".to_owned(), 0.0), ("2026-01-07".to_owned(), 47.7), ("2026-01-08".to_owned(), 0.0)]
    );
    record.snapshots[2].positions = None;
    assert_eq!(unexplained_changes(&record, usd()).len(), 1);
}

#[test]
fn a_missing_fill_shows_once_as_a_position_that_parts_from_the_fills() {
    let mut record = sound();
    record.executions.remove(0);
    let findings = positions_against_fills(&record);
    let message = "X: the fills since 2026-01-05 come to 0, the snapshot of 2026-01-06 holds 50";
    assert_eq!(words(&findings), [(Severity::Warning, message.to_owned())]);
    assert_eq!(findings[0].place.as_ref().unwrap().to_string(), "data/snapshots/2026-01-06.json");
    assert!(findings[0].next_step.contains("missing purchase of 50"));
}

#[test]
fn a_split_is_called_by_its_name_and_a_difference_of_one_snapshot_is_timing() {
    let mut record = sound();
    record.snapshots[2].positions = Some(vec![position("X", 100, 6)]);
    assert!(positions_against_fills(&record).is_empty());
    record.snapshots[3].positions = Some(vec![position("X", 60, 6)]);
    let findings = positions_against_fills(&record);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].next_step.contains("2-for-1 split"), "{}", findings[0].next_step);
}

/// What is said of an instrument of which this many were bought, or where below zero sold, and this many are held the day after.
fn said_of(symbol: &str, traded: i64, held: i64) -> (String, String) {
    let fill = if traded > 0 { Fill::buy(symbol, traded, 3) } else { Fill::sell(symbol, -traded, 3) };
    let fill = fill.on("2026-01-06").done();
    let held = if held == 0 { vec![] } else { vec![position(symbol, held, 3)] };
    let record = Record {
        executions: vec![fill],
        snapshots: vec![holding("2026-01-05", 1000, 1000, vec![]), holding("2026-01-07", 1000, 1000, held)],
        ..Record::default()
    };
    let findings = positions_against_fills(&record);
    (findings[0].text(), findings[0].next_step.clone())
}

#[test]
fn options_part_from_their_fills_by_contracts_and_never_by_a_split() {
    let call = "QQX 01/16/2026 15.00 C";
    let (message, next) = said_of(call, 4, 2);
    assert_eq!(
        message,
        "QQX 01/16/2026 15.00 C: the fills since 2026-01-05 come to 4, the snapshot of 2026-01-07 holds 2"
    );
    assert_eq!(
        next,
        "look for a missing sale of 2 contracts, or an exercise, assignment, expiry or transfer, up to this date"
    );
    // The same of shares is a split, and of a call that has run out is none.
    assert!(said_of("QQX", 4, 2).1.starts_with("this looks like a 1-for-2 split;"));
    let expired = said_of(call, 1, 0);
    assert!(expired.0.ends_with("come to 1, the snapshot of 2026-01-07 holds 0"), "{}", expired.0);
    assert!(expired.1.starts_with("look for a missing sale of 1 contract, or an exercise,"), "{}", expired.1);
    // A put that was written and assigned, and one of which twice as many were sold as is known, in the broker's other spelling.
    let written = said_of("QQX   260116P00015000", -2, 0);
    assert!(written.0.ends_with("come to -2, the snapshot of 2026-01-07 holds 0"), "{}", written.0);
    assert!(written.1.starts_with("look for a missing purchase of 2 contracts, or an"), "{}", written.1);
    assert!(said_of("-QQX260116P15", -2, -4).1.starts_with("look for a missing sale of 2 contracts, or an"));
}

#[test]
fn what_is_unexplained_is_told_in_basis_points_of_the_value_before() {
    let mut record = sound();
    record.income.clear();
    // 5 of 1,049 is 47.66 basis points.
    let findings = net_value_against_profit(&record, usd());
    let message = "in 1 of 3 intervals more than 5 bps of the change in net value is unexplained, most 47.7 bps (5) \
                   from 2026-01-06 to 2026-01-07";
    assert_eq!(words(&findings), [(Severity::Warning, message.to_owned())]);
}

#[test]
fn foreign_positions_and_cash_are_explained_at_the_rates_of_both_snapshots() {
    let euro = |day: &str, net: i64, rate: &str, cash: i64, shares: Vec<Position>| {
        let mut snapshot = holding(day, net, 0, shares);
        snapshot.cash.insert(currency("EUR"), cash.into());
        snapshot.fx.insert(currency("EUR"), dec(rate));
        snapshot
    };
    let mut shares = position("X", 10, 50);
    shares.currency = currency("EUR");
    // 1,000 EUR at 1 become 500 EUR and 10 shares at 50 EUR, all at 1.2; bought when a euro was 1.1. Of the 500 EUR
    // left 100 are sold for 119 USD, for 2 USD of commission.
    let mut record = Record {
        executions: vec![
            Fill::buy("X", 10, 50).on("2026-01-06").currency("EUR").fx("1.1").commission("0", "EUR").done(),
            Fill::sell("EUR.USD", 100, dec("1.19")).on("2026-01-06").class("CASH").commission("2", "USD").done(),
        ],
        snapshots: vec![
            euro("2026-01-05", 1000, "1", 1000, vec![]),
            euro("2026-01-06", 1197, "1.2", 400, vec![shares]),
        ],
        ..Record::default()
    };
    let findings = net_value_against_profit(&record, usd());
    assert!(findings[0].message.contains("0.0 bps (0)"), "{}", findings[0].message);
    record.executions.pop();
    // Without the exchange its loss of 1 and its commission of 2 are missing: 3 of 1,000.
    let findings = net_value_against_profit(&record, usd());
    assert!(findings[0].message.contains("-30.0 bps (-3)"), "{}", findings[0].message);

    record.snapshots[1].fx.clear();
    let findings = net_value_against_profit(&record, usd());
    assert!(findings[0].message.contains("1 interval between snapshots could not be explained"));
}

#[test]
fn a_snapshot_is_held_against_its_own_sum() {
    let mut record = sound();
    assert!(snapshots_against_their_own_sums(&record).is_empty());
    record.snapshots[1].net_liquidation = 1050.into();
    assert!(snapshots_against_their_own_sums(&record).is_empty(), "1 of 1,050 is within 0.1 %");
    record.snapshots[1].net_liquidation = 1051.into();
    let message = "cash and positions do not add up to the net value in 1 snapshot; most on 2026-01-06: they come \
                   to 1049, it says 1051";
    assert_eq!(words(&snapshots_against_their_own_sums(&record)), [(Severity::Warning, message.to_owned())]);
}

#[test]
fn the_brokers_profit_is_compared_where_ours_is_known() {
    let mut record = sound();
    assert!(realized_profit_against_the_brokers(&record, usd()).is_empty());
    record.executions[1].realized_pnl = Some(dec("30"));
    let message = "X: ours and the broker's realized profit differ on 1 closing fill, most on 2026-01-08: ours 38.6, \
                   the broker's 30; 8.6 USD in all";
    assert_eq!(
        words(&realized_profit_against_the_brokers(&record, usd())),
        [(Severity::Warning, message.to_owned())]
    );
    record.executions.remove(0);
    let findings = realized_profit_against_the_brokers(&record, usd());
    assert_eq!(findings[0].severity, Severity::Note);
}

fn with_prices(fills: Vec<crate::record::Execution>, unit: &str) -> Record {
    let bar = Bar {
        date: date("2026-01-05"),
        open: None,
        high: Some(dec("101")),
        low: Some(dec("99")),
        close: dec("100"),
        adj_close: None,
        volume: None,
        currency: unit.into(),
    };
    let series = PriceSeries::new(PriceSymbol::new("X.L"), vec![bar]).unwrap();
    Record { executions: fills, prices: [(PriceSymbol::new("X.L"), series)].into(), ..Record::default() }
}

#[test]
fn a_fill_outside_the_day_is_told_with_its_likely_cause() {
    let cause = |price: &str| {
        let record = with_prices(vec![Fill::buy("X", 1, dec(price)).done()], "USD");
        fills_outside_the_day(&record).first().map(|finding| finding.next_step.clone()).unwrap_or_default()
    };
    assert_eq!(cause("101.5"), "", "within half a percent of the high");
    assert!(cause("10000").contains("pence") && cause("1").contains("pence"));
    assert!(cause("400").contains("4-for-1 split"));
    assert!(cause("25").contains("1-for-4 split"));
    assert!(cause("150").contains("typing error") && cause("102").contains("typing error"));
}

#[test]
fn fills_are_compared_with_prices_of_their_own_currency_date_and_kind_only() {
    let found = |fill: Fill| fills_outside_the_day(&with_prices(vec![fill.done()], "USD")).len();
    let wrong = Fill::buy("X", 1, 150);
    assert_eq!(found(wrong.clone()), 1);
    assert_eq!(found(wrong.clone().currency("GBP")), 0);
    assert_eq!(found(wrong.clone().on("2026-01-06")), 0);
    assert_eq!(found(wrong.class("OPT")), 0);
}

#[test]
fn pence_prices_become_pounds_before_they_are_compared() {
    let fill = |price: i64| Fill::buy("X", 1, price).currency("GBP").done();
    assert!(fills_outside_the_day(&with_prices(vec![fill(1)], "GBp")).is_empty());
    let findings = fills_outside_the_day(&with_prices(vec![fill(100), fill(101)], "GBp"));
    let message = "X: 2 fills outside the day's prices, the first on 2026-01-05 at 100 (low 0.99, high 1.01 GBP)";
    assert_eq!(words(&findings), [(Severity::Warning, message.to_owned())]);
    assert_eq!(findings[0].place.as_ref().unwrap().to_string(), "data/executions/2026-01-05.csv");
}

#[test]
fn unreported_and_unconvertible_commissions_are_counted() {
    let mut record = sound();
    record.executions[0].commission = None;
    record.executions[1].commission_currency = Some(currency("CHF"));
    let expected = [
        (Severity::Warning, "1 fill on 2026-01-06 has no commission".to_owned()),
        (Severity::Warning, "1 fill on 2026-01-08 has a commission in a currency without a rate into USD".to_owned()),
    ];
    assert_eq!(words(&fills_without_commission(&record, usd())), expected);
}

#[test]
fn a_note_without_order_is_a_warning_once_it_can_no_longer_come() {
    let mut record = sound();
    record.annotations = vec![
        note("waits", "Y", "2026-01-05T09:00:00Z"),
        note("missed", "Y", "2026-01-02T09:00:00Z"),
        note("first", "X", "2026-01-06T09:00:00Z"),
        note("second", "X", "2026-01-06T10:00:00Z"),
    ];
    let expected = [
        (Severity::Note, "the note on Y waits for its order".to_owned()),
        (Severity::Warning, "no order of Y was filled within 5 days of this note's `created_at`".to_owned()),
        (Severity::Warning, "the BUY order of X on 2026-01-06 has another note already".to_owned()),
    ];
    let findings = notes_without_order(&record);
    assert_eq!(words(&findings), expected);
    assert_eq!(findings[2].place.as_ref().unwrap().to_string(), "content/trades/second.md");
}

#[test]
fn cash_of_unknown_currencies_may_have_moved_with_their_rates_and_is_no_warning() {
    // 900 of cash as one sum, while the euro rose by 4 %: up to 36 are explained by that.
    let day = |date: &str, value: i64, rate: &str| {
        let mut snapshot = crate::analysis::trade_samples::snapshot(date, value);
        snapshot.cash.insert(currency("USD"), dec("900"));
        snapshot.fx.insert(currency("EUR"), dec(rate));
        snapshot.positions = Some(Vec::new());
        snapshot
    };
    let found = |last: i64| {
        let snapshots = vec![day("2026-01-05", 1000, "1.00"), day("2026-01-06", last, "1.04")];
        net_value_against_profit(&Record { snapshots, ..Record::default() }, currency("USD"))
    };
    let [only] = &found(1030)[..] else { panic!() };
    assert_eq!(only.severity, Severity::Note);
    assert!(only.message.contains("in 1 it may be what exchange rates made of cash"), "{}", only.message);
    let [only] = &found(1040)[..] else { panic!() };
    assert_eq!(only.severity, Severity::Warning);
}
