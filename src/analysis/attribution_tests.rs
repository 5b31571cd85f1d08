use super::*;
use crate::analysis::by_holding::by_holding;
use crate::analysis::testing::flow;
use crate::analysis::trade_samples::{Fill, currency, date, dec, snapshot};
use crate::record::testing::split;
use crate::record::{ActionKind, CorporateAction, FlowKind, Ticker};

fn held(day: &str, cash: &str, positions: &[(&str, i64, &str)]) -> Snapshot {
    let position = |(symbol, quantity, price): &(&str, i64, &str)| Position {
        symbol: Ticker::new(*symbol),
        conid: None,
        exchange: String::new(),
        currency: currency("USD"),
        quantity: (*quantity).into(),
        average_cost: None,
        market_price: None,
        market_value: Decimal::from(*quantity) * dec(price),
        unrealized_pnl: None,
        realized_pnl: None,
    };
    let positions: Vec<Position> = positions.iter().map(position).collect();
    let value = dec(cash) + positions.iter().map(|position| position.market_value).sum::<Decimal>();
    Snapshot { net_liquidation: value, positions: Some(positions), ..snapshot(day, 1) }
}

#[test]
fn parts_add_up_to_the_account() {
    // A gains 500 and then 110 (bought for 1 of commission), B loses 200; 3 of interest belong to nobody.
    let record = Record {
        snapshots: vec![
            held("2026-01-05", "0", &[("A", 50, "100"), ("B", 100, "50")]),
            held("2026-01-06", "3", &[("A", 50, "110"), ("B", 100, "48")]),
            held("2026-01-07", "2", &[("A", 50, "112"), ("B", 100, "48")]),
        ],
        executions: vec![
            Fill::buy("A", 10, 110).on("2026-01-07").commission("1", "USD").done(),
            Fill::sell("A", 10, 110).on("2026-01-07").commission("0", "USD").done(),
        ],
        ..Record::default()
    };
    let found = by_name(&record);
    assert_eq!(found.unattributed_returns, 0);
    let total: f64 = found.parts.values().sum();
    assert!((total - (10_402.0 / 10_000.0 - 1.0)).abs() < 1e-12, "{found:?}");
    let part = |key: Option<&str>| found.parts[&key.map(str::to_owned)];
    assert!((part(Some("A")) - 0.0599).abs() < 2e-4 && (part(Some("B")) + 0.0200).abs() < 2e-4);
    assert!((part(None) - 0.0003).abs() < 1e-5);
}

fn by_name(record: &Record) -> Contributions<String> {
    let found = by_holding(record, currency("USD"), FlowTiming::Split, Window::default()).unwrap().whole();
    let parts = found.parts.into_iter().map(|(key, part)| (key.map(|ticker| ticker.to_string()), part));
    Contributions {
        parts: parts.collect(),
        unattributed: found.unattributed,
        unattributed_returns: found.unattributed_returns,
        returns: found.returns,
    }
}

fn part(found: &Contributions<String>, key: &str) -> f64 {
    found.parts.get(&Some(key.to_owned())).copied().unwrap_or_default()
}

fn near(found: f64, right: f64) {
    assert!((found - right).abs() < 1e-12, "{found}, right is {right}");
}

/// The same without its positions.
fn unknown(snapshot: Snapshot) -> Snapshot {
    Snapshot { positions: None, ..snapshot }
}

fn free(fill: Fill) -> Execution {
    fill.commission("0", "USD").done()
}

#[test]
fn positions_that_are_not_known_are_not_none() {
    // A gains 1,000 on 10,000 and B loses 500 over three days, of which only the first and the last have positions.
    let snapshots = vec![
        held("2026-01-05", "0", &[("A", 50, "100"), ("B", 100, "50")]),
        unknown(held("2026-01-06", "0", &[("A", 50, "130"), ("B", 100, "40")])),
        held("2026-01-07", "0", &[("A", 50, "120"), ("B", 100, "45")]),
        unknown(held("2026-01-08", "0", &[("A", 50, "140"), ("B", 100, "45")])),
    ];
    let mut record = Record { snapshots, ..Record::default() };
    let found = by_name(&record);
    assert_eq!((found.unattributed_returns, found.returns), (1, 3));
    let total = found.parts.values().sum::<f64>() + found.unattributed;
    near(total, 11_500.0 / 10_000.0 - 1.0);
    // Up to the third day two to one, of the linked return of those days.
    near(part(&found, "A"), -2.0 * part(&found, "B"));
    record.snapshots.pop();
    let found = by_name(&record);
    near(part(&found, "A"), 0.1);
    near(part(&found, "B"), -0.05);
    near(found.parts[&None], 0.0);
}

#[test]
fn an_account_that_begins_with_money_alone_needs_no_positions_for_that() {
    // A yearly statement: values every day, positions on the last. 50 A bought at 100 and worth 110 at the end.
    let cash = |day| unknown(held(day, "10000", &[]));
    let mut record = Record {
        snapshots: vec![
            cash("2026-01-05"),
            unknown(held("2026-01-06", "5000", &[("A", 50, "104")])),
            held("2026-01-07", "5000", &[("A", 50, "110")]),
        ],
        executions: vec![free(Fill::buy("A", 50, 100).on("2026-01-06"))],
        ..Record::default()
    };
    let found = by_name(&record);
    assert_eq!(found.unattributed_returns, 0);
    near(part(&found, "A"), 0.05);
    near(found.parts[&None], 0.0);
    // Without the purchase it was held before, at an unknown value.
    record.executions.clear();
    assert_eq!(by_name(&record).unattributed_returns, 2);
}

#[test]
fn a_fill_without_a_rate_takes_that_of_the_next_snapshot_or_leaves_its_days_open() {
    // 100 shares at 50 EUR bought on a day without a snapshot, at 51 on the next: 1.1 x 100 of 12,500.
    let mut after = held("2026-01-07", "7000", &[("A", 100, "51")]);
    for position in after.positions.iter_mut().flatten() {
        position.currency = currency("EUR");
    }
    after.net_liquidation = dec("12610");
    after.fx.insert(currency("EUR"), dec("1.1"));
    let bought = Fill::buy("A", 100, 50).on("2026-01-06").currency("EUR").commission("0", "EUR").done();
    let mut record = Record {
        snapshots: vec![held("2026-01-05", "12500", &[]), after],
        executions: vec![bought],
        ..Record::default()
    };
    let found = by_name(&record);
    near(part(&found, "A"), 110.0 / 12_500.0);
    near(found.parts[&None], 0.0);
    record.snapshots[1].fx.clear();
    let found = by_name(&record);
    assert_eq!((found.unattributed_returns, part(&found, "A")), (1, 0.0));
    near(found.unattributed, 110.0 / 12_500.0);
}

#[test]
fn shares_that_came_without_a_fill_are_no_gain_and_a_split_is_none_either() {
    // 30 more of A come at 105, as money from outside; then two for one at half the price.
    let mut record = Record {
        snapshots: vec![
            held("2026-01-05", "0", &[("A", 50, "100")]),
            held("2026-01-06", "0", &[("A", 80, "105")]),
            held("2026-01-07", "0", &[("A", 160, "52.5")]),
        ],
        ..Record::default()
    };
    record.flows = vec![crate::analysis::testing::flow("2026-01-06".parse().unwrap(), dec("3150"))];
    let found = by_name(&record);
    near(part(&found, "A"), 250.0 / 8_150.0);
    near(found.parts[&None], 0.0);
}

#[test]
fn only_the_gain_of_a_future_is_converted() {
    // 25 x 100 EUR of gain at 1.2, while the euro rises from 1.1: nothing on the notional of 450,000.
    let future = |price: &str, rate: &str, day: &str| {
        let mut snapshot = held(day, "0", &[("FDX", 1, "0")]);
        for position in snapshot.positions.iter_mut().flatten() {
            position.currency = currency("EUR");
            position.market_price = Some(dec(price));
            position.market_value = dec(price) * dec("25");
        }
        snapshot.fx.insert(currency("EUR"), dec(rate));
        snapshot
    };
    let (mut before, mut after) = (future("18000", "1.1", "2026-01-05"), future("18100", "1.2", "2026-01-06"));
    (before.net_liquidation, after.net_liquidation) = (dec("100000"), dec("103000"));
    let opened = Fill::buy("FDX", 1, 18_000).class("FUT").multiplier(25).currency("EUR").on("2026-01-02").done();
    let record = Record { snapshots: vec![before, after], executions: vec![opened], ..Record::default() };
    let found = by_name(&record);
    near(part(&found, "FDX"), 0.03);
    near(found.parts[&None], 0.0);
}

#[test]
fn an_exchange_of_money_is_nobodys_loss() {
    let exchange = Fill::buy("EUR.USD", 1000, dec("1.1")).class("CASH").on("2026-01-06").commission("2", "USD");
    let record = Record {
        snapshots: vec![held("2026-01-05", "1000", &[]), held("2026-01-06", "998", &[])],
        executions: vec![exchange.done()],
        ..Record::default()
    };
    let found = by_name(&record);
    assert_eq!(part(&found, "EUR.USD"), 0.0);
    near(found.parts[&None], -0.002);
}

/// Money paid for a holding.
fn paid(day: &str, amount: &str, kind: FlowKind, symbol: Option<&str>) -> CashFlow {
    CashFlow { kind, symbol: symbol.map(Ticker::new), ..flow(date(day), dec(amount)) }
}

#[test]
fn dividends_and_their_taxes_are_part_of_what_a_holding_brought_and_charges_of_the_account_are_not() {
    // 10,000, 11,000, 12,100: each day is 10 %, and 10.5 % of the 21 % in all, so that each counts 1.05 times.
    // First A gains 500 in price and 500 EUR at 1.2 of dividend, less 90 of tax; the account pays 10. Then B gains 1,100.
    let euros = CashFlow {
        currency: currency("EUR"),
        fx_to_base: Some(dec("1.2")),
        ..paid("2026-01-06", "500", FlowKind::Dividend, Some("A"))
    };
    let record = Record {
        snapshots: vec![
            held("2026-01-05", "0", &[("A", 50, "100"), ("B", 100, "50")]),
            held("2026-01-06", "500", &[("A", 50, "110"), ("B", 100, "50")]),
            held("2026-01-07", "500", &[("A", 50, "110"), ("B", 100, "61")]),
        ],
        income: vec![
            // Part of the first value.
            paid("2026-01-05", "77", FlowKind::Dividend, Some("B")),
            euros,
            paid("2026-01-06", "-90", FlowKind::Tax, Some("A")),
            paid("2026-01-06", "-10", FlowKind::Fee, None),
        ],
        ..Record::default()
    };
    let found = by_name(&record);
    near(part(&found, "A"), 1.05 * 1010.0 / 10_000.0);
    near(part(&found, "B"), 1.05 * 1100.0 / 11_000.0);
    near(found.parts[&None], -1.05 * 10.0 / 10_000.0);
    let window = Window { from: Some(date("2026-01-07")), to: None };
    let later = by_holding(&record, currency("USD"), FlowTiming::Split, window).unwrap().whole();
    let parts: Vec<_> = later.parts.values().copied().collect();
    assert_eq!((later.returns, parts.len()), (1, 3));
    parts.into_iter().zip([0.0, 0.0, 0.1]).for_each(|(found, right)| near(found, right));
}

#[test]
fn a_fill_on_a_holiday_is_in_the_value_of_that_day() {
    // 50 A bought abroad at 100 on Thanksgiving, whose value stands for the session before: 104, and 110 the day after.
    let holiday = held("2025-11-27", "5000", &[("A", 50, "104")]);
    let holiday = Snapshot { date: date("2025-11-26"), dated: Some(holiday.date), ..holiday };
    let snapshots = vec![held("2025-11-25", "10000", &[]), holiday, held("2025-11-28", "5000", &[("A", 50, "110")])];
    let executions = vec![free(Fill::buy("A", 50, 100).on("2025-11-27"))];
    let record = Record { snapshots, executions, ..Record::default() };
    let found = by_name(&record);
    near(part(&found, "A"), 0.05);
    near(found.parts[&None], 0.0);
    let matching = crate::analysis::round_trips::round_trips(&record, currency("USD"));
    assert_eq!((matching.open.len(), matching.without_opening.len()), (1, 0));
}

#[test]
fn nothing_can_be_divided_where_everything_was_lost() {
    let snapshots = vec![held("2026-01-05", "0", &[("A", 50, "100")]), held("2026-01-06", "0", &[("A", 50, "0")])];
    let found = by_name(&Record { snapshots, ..Record::default() });
    assert_eq!((found.unattributed, found.unattributed_returns, found.is_known()), (-1.0, 1, false));
}

/// A and B with contract numbers.
fn numbered(mut snapshot: Snapshot) -> Snapshot {
    for position in snapshot.positions.iter_mut().flatten() {
        position.conid = Some(if position.symbol.as_str() == "A" { 1 } else { 2 });
    }
    snapshot
}

/// A leg of what becomes of 10 A on 6 January.
fn leg(kind: &str, symbol: &str, quantity: &str, proceeds: &str, value: &str) -> CorporateAction {
    CorporateAction {
        date: date("2026-01-06"),
        time: Some("2026-01-06T01:25:00Z".parse().unwrap()),
        account: None,
        kind: ActionKind::from(kind),
        symbol: Ticker::new(symbol),
        conid: Some(if symbol == "A" { 1 } else { 2 }),
        proceeds: Some(dec(proceeds)),
        value: Some(dec(value)),
        text: String::new(),
        ..split(symbol, quantity)
    }
}

/// 10 A at 100, which become 20 B and 100 in cash.
fn merged(kind: &str, value: &str, after: Vec<Snapshot>) -> Record {
    let before = held("2026-01-05", "9000", &[("A", 10, "100")]);
    Record {
        snapshots: std::iter::once(before).chain(after).map(numbered).collect(),
        actions: vec![leg(kind, "A", "-10", "100", "0"), leg(kind, "B", "20", "0", value)],
        ..Record::default()
    }
}

#[test]
fn what_a_merger_makes_of_a_holding_is_brought_by_the_old_one_until_that_day_and_by_the_new_one_since() {
    let record = merged("TC", "1080", vec![held("2026-01-06", "9100", &[("B", 20, "55")])]);
    let found = by_name(&record);
    // 1,100 of B and 100 in cash for 1,000.
    near(part(&found, "A"), 0.02);
    near(part(&found, "B"), 0.0);
    near(found.parts[&None], 0.0);
    let later = [held("2026-01-06", "9100", &[("B", 20, "55")]), held("2026-01-07", "9100", &[("B", 20, "60")])];
    let found = by_name(&merged("TC", "1080", later.into()));
    let total: f64 = found.parts.values().sum();
    near(total, 0.03);
    assert!((part(&found, "A") - 0.02).abs() < 2e-4 && (part(&found, "B") - 0.0098).abs() < 2e-4, "{found:?}");
}

#[test]
fn what_is_sold_on_the_day_of_a_merger_came_at_the_value_of_the_statement_or_is_not_attributed() {
    let sold = |kind: &str, value: &str| {
        let mut record = merged(kind, value, vec![held("2026-01-06", "10200", &[])]);
        let mut sale = free(Fill::sell("B", 20, 55).on("2026-01-06"));
        sale.conid = Some(2);
        record.executions = vec![sale];
        by_name(&record)
    };
    let found = sold("TC", "1080");
    near(part(&found, "A"), 0.018);
    near(part(&found, "B"), 0.002);
    // Nothing says what an action of an unknown type made of what.
    let found = sold("XX", "1080");
    assert_eq!(found.unattributed_returns, 1);
    near(found.unattributed, 0.02);
}

#[test]
fn a_contract_that_goes_by_another_ticker_later_is_one_holding() {
    let named = |day: &str, symbol: &str, price: &str| numbered(held(day, "0", &[(symbol, 10, price)]));
    let mut record = Record {
        snapshots: vec![
            named("2026-01-05", "A", "100"),
            named("2026-01-06", "A", "110"),
            named("2026-01-07", "OLD", "121"),
        ],
        ..Record::default()
    };
    // The contract number of A.
    for position in record.snapshots[2].positions.iter_mut().flatten() {
        position.conid = Some(1);
    }
    let found = by_name(&record);
    assert_eq!(found.parts.len(), 2, "{found:?}");
    near(part(&found, "OLD"), 0.21);
}
