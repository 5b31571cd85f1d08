use super::*;
use crate::calendar::Exchange;
use crate::record::restatement::Table;
use crate::record::testing::fill;
use crate::record::{Bar, Document, FlowKind, PostTrade, PreTrade, Restatement, StatementPeriod, Ticker};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn filled(id: &str, day: &str) -> Execution {
    Execution { time: format!("{day}T15:00:00Z").parse().unwrap(), order_id: Some(format!("9{id}")), ..fill(id) }
}

fn valued(day: &str) -> Snapshot {
    Snapshot {
        schema: 1,
        date: date(day),
        dated: None,
        as_of: format!("{day}T21:00:00Z").parse().unwrap(),
        account: fill("x").account,
        base_currency: fill("x").currency,
        net_liquidation: 1000.into(),
        cash: [(fill("x").currency, 10.into())].into(),
        fx: Default::default(),
        accruals: Default::default(),
        positions: Some(Vec::new()),
        generated: None,
        doubts: Vec::new(),
        source: "test".into(),
    }
}

fn cash(kind: FlowKind, day: &str) -> CashFlow {
    CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: day.into(),
        date: date(day),
        account: fill("x").account,
        currency: fill("x").currency,
        amount: 5.into(),
        fx_to_base: None,
        kind,
        source: "test".into(),
    }
}

fn action(day: &str) -> CorporateAction {
    CorporateAction { date: date(day), ..crate::record::testing::split(day, "30") }
}

fn statement(from: &str, to: &str) -> StatementPeriod {
    StatementPeriod {
        generated: None,
        from: date(from),
        to: date(to),
        account: fill("x").account,
        starting_value: 1.into(),
        ending_value: 1.into(),
        external_flows: None,
        twr_percent: None,
        source: "test".into(),
    }
}

fn note(id: &str, day: &str) -> Annotation {
    Annotation {
        id: id.into(),
        symbol: Ticker::new("SXLK"),
        created_at: format!("{day}T09:00:00Z").parse().unwrap(),
        pre_trade: PreTrade::default(),
        post_trade: None,
        order: None,
        exec_ids: Vec::new(),
        body: String::new(),
        body_line: 1,
        front: None,
        path: "content/trades/a.md".into(),
    }
}

fn prices(days: &[&str]) -> PriceSeries {
    let bar = |day: &&str| Bar {
        date: date(day),
        open: None,
        high: None,
        low: None,
        close: 1.into(),
        adj_close: None,
        volume: None,
        currency: "USD".into(),
    };
    PriceSeries::new(PriceSymbol::new("SXLK.L"), days.iter().map(bar).collect()).unwrap()
}

fn document(slug: &str) -> Document {
    Document {
        is_titled: false,
        tags: vec![],
        summary: String::new(),
        slug: slug.into(),
        title: slug.into(),
        draft: false,
        not_before: None,
        date: None,
        body: String::new(),
        body_line: 1,
        path: format!("content/{slug}.md").into(),
    }
}

fn signal(day: &str, made_on: Option<&str>) -> Signal {
    let (day, made_on) = (date(day), made_on.map(date));
    serde_json::from_value(serde_json::json!({
        "strategy": "momentum", "rule": "momentum", "as_of": day, "made_on": made_on, "formation": "2026-01",
        "lookback_months": 12, "skip_months": 1, "ranking": [], "selected": [], "skipped": []
    }))
    .unwrap()
}

fn plan(day: &str, made_at: Option<&str>) -> Plan {
    let mut plan = serde_json::json!({
        "strategy": "momentum", "as_of": day, "formation": "2026-01", "snapshot": day, "nav": 1000,
        "base_currency": "USD", "threshold": 0.01, "trades": [], "unchanged": [], "cash_after": 0
    });
    if let Some(made_at) = made_at {
        plan["made_at"] = made_at.into();
    }
    serde_json::from_value(plan).unwrap()
}

fn restated(day: &str) -> Restatement {
    let (key, old, new) = (day.to_owned(), "1".to_owned(), "2".to_owned());
    Restatement {
        date: date(day),
        table: Table::Snapshot,
        key,
        what: "net value",
        stated: None,
        old,
        new,
        effect: None,
    }
}

/// One thing of each list on each of two days.
fn two_days() -> Record {
    let (one, other) = ("2026-01-27", "2026-01-28");
    Record {
        exchange: Exchange::from_mic("XLON").unwrap(),
        executions: vec![filled("0000000a.0000000b.01.01", one), filled("0000000a.0000000b.02.01", other)],
        superseded: vec![filled("0000000a.0000000b.01.00", one), filled("0000000a.0000000b.02.00", other)],
        snapshots: vec![valued(one), valued(other)],
        actions: vec![action(one), action(other)],
        flows: vec![cash(FlowKind::Deposit, one), cash(FlowKind::Deposit, other)],
        income: vec![cash(FlowKind::Dividend, one), cash(FlowKind::Dividend, other)],
        statements: vec![statement(one, one), statement(other, other), statement(one, other)],
        prices: [(PriceSymbol::new("SXLK.L"), prices(&["2026-01-26", one, other]))].into(),
        annotations: vec![note("one", one), note("other", other)],
        commentary: ["2026-01", "2026-02"].map(|month| (month.parse().unwrap(), document(month))).into(),
        pages: [("about".to_owned(), document("about"))].into(),
        signals: vec![signal(one, Some(one)), signal(other, Some(other))],
        plans: vec![plan(one, None), plan(other, None)],
        findings: Vec::new(),
        restatements: vec![restated(one), restated(other)],
        contradictions: Vec::new(),
        private: std::sync::Arc::default(),
    }
}

#[test]
fn until_a_day_nothing_of_the_next_is_left() {
    let record = two_days();
    let known = record.until(date("2026-01-27"));
    let expected = Record {
        exchange: record.exchange,
        executions: record.executions[..1].to_vec(),
        superseded: record.superseded[..1].to_vec(),
        snapshots: record.snapshots[..1].to_vec(),
        actions: record.actions[..1].to_vec(),
        flows: record.flows[..1].to_vec(),
        income: record.income[..1].to_vec(),
        statements: record.statements[..1].to_vec(),
        prices: [(PriceSymbol::new("SXLK.L"), prices(&["2026-01-26", "2026-01-27"]))].into(),
        annotations: record.annotations[..1].to_vec(),
        commentary: [("2026-01".parse().unwrap(), document("2026-01"))].into(),
        pages: record.pages.clone(),
        signals: record.signals[..1].to_vec(),
        plans: record.plans[..1].to_vec(),
        findings: Vec::new(),
        restatements: record.restatements[..1].to_vec(),
        contradictions: Vec::new(),
        private: std::sync::Arc::default(),
    };
    assert_eq!(known, expected);
    assert_eq!(known.until(date("2026-01-27")), known);
    assert!(record.until(date("2026-01-25")).prices.is_empty());
}

#[test]
fn since_a_day_nothing_of_the_one_before_is_left_but_prices_and_notes_that_wait() {
    let record = two_days();
    let later = record.clone().since(date("2026-01-28"));
    let expected = Record {
        executions: record.executions[1..].to_vec(),
        superseded: record.superseded[1..].to_vec(),
        snapshots: record.snapshots[1..].to_vec(),
        actions: record.actions[1..].to_vec(),
        flows: record.flows[1..].to_vec(),
        income: record.income[1..].to_vec(),
        statements: record.statements[1..2].to_vec(),
        signals: record.signals[1..].to_vec(),
        plans: record.plans[1..].to_vec(),
        restatements: record.restatements[1..].to_vec(),
        ..record.clone()
    };
    assert_eq!(later, expected);
    let noted = |first: &str| record.clone().since(date(first)).annotations.len();
    assert_eq!(["2026-02-01", "2026-02-02", "2026-02-03"].map(noted), [2, 1, 0]);
    assert_eq!(record.since(date("2026-02-01")).commentary.len(), 1);
}

#[test]
fn a_note_that_names_its_order_stays_with_it() {
    let mut record = two_days();
    record.annotations = vec![
        Annotation { order: Some("90000000a.0000000b.01.01".into()), ..note("of the first day", "2026-01-30") },
        Annotation {
            exec_ids: vec![ExecId::new("0000000a.0000000b.02.02")],
            ..note("of the second day", "2025-01-01")
        },
        Annotation { order: Some("77".into()), ..note("of none", "2025-01-01") },
    ];
    let left = record.since(date("2026-01-28")).annotations;
    assert_eq!(left.iter().map(|note| note.id.as_str()).collect::<Vec<_>>(), ["of the second day", "of none"]);
}

#[test]
fn a_fill_that_was_corrected_or_taken_back_later_counts_as_it_did_then() {
    let corrected = filled("0000000a.0000000b.01.01", "2026-01-27");
    let correction = filled("0000000a.0000000b.01.02", "2026-01-28");
    let cancelled = filled("0000000a.0000000b.02.01", "2026-01-27");
    let cancellation = Execution { cancels: Some(cancelled.exec_id.clone()), ..filled("9", "2026-01-29") };
    let record = Record {
        executions: vec![correction.clone()],
        superseded: vec![corrected.clone(), cancelled.clone(), cancellation.clone()],
        ..Record::default()
    };
    let on = |day: &str| {
        let known = record.until(date(day));
        (known.executions, known.superseded)
    };
    assert_eq!(on("2026-01-27"), (vec![corrected.clone(), cancelled.clone()], vec![]));
    assert_eq!(on("2026-01-28"), (vec![cancelled.clone(), correction.clone()], vec![corrected.clone()]));
    assert_eq!(on("2026-01-29"), (vec![correction.clone()], vec![corrected, cancelled, cancellation]));
    // A correction that is dated before the first day leaves no fill behind that it replaced.
    let early = Record {
        executions: vec![filled("0000000a.0000000b.01.02", "2026-01-26")],
        superseded: vec![filled("0000000a.0000000b.01.01", "2026-01-27")],
        ..Record::default()
    };
    assert!(early.since(date("2026-01-27")).executions.is_empty());
}

#[test]
fn what_was_added_later_is_not_known_yet() {
    let post = |time: Option<&str>| {
        Some(PostTrade { completed_at: time.map(|time| time.parse().unwrap()), ..PostTrade::default() })
    };
    let noted = |time| Annotation { post_trade: post(time), ..note("a", "2026-01-26") };
    let times = [None, Some("2026-01-27T20:00:00Z"), Some("2026-01-28T09:00:00Z")];
    let record = Record {
        annotations: times.map(noted).into(),
        signals: vec![signal("2026-01-26", Some("2026-01-28")), signal("2026-01-26", None)],
        plans: vec![plan("2026-01-26", Some("2026-01-28T09:00:00Z")), plan("2026-01-26", None)],
        ..Record::default()
    };
    let known = record.until(date("2026-01-27"));
    let outcomes: Vec<_> = known.annotations.iter().map(|note| note.post_trade.is_some()).collect();
    assert_eq!(outcomes, [false, true, false]);
    assert_eq!(known.signals, record.signals[1..]);
    assert_eq!(known.plans, record.plans[1..]);
}

#[test]
fn the_date_of_a_fill_is_the_later_of_two() {
    // The 28th in UTC, and still the evening of the 27th in New York; the 27th in UTC, and already the 28th in Sydney.
    let at = |time: &str| Record {
        executions: vec![Execution { time: time.parse().unwrap(), ..fill("0000000a.0000000b.01.01") }],
        ..Record::default()
    };
    let evening = at("2026-01-28T01:00:00Z");
    assert!(evening.until(date("2026-01-27")).executions.is_empty());
    assert_eq!(evening.since(date("2026-01-28")).executions.len(), 1);
    let morning = at("2026-01-27T23:30:00Z");
    let sydney = Exchange::from_mic("XASX").unwrap().or_weekdays_in(chrono_tz::Australia::Sydney);
    let in_sydney = Record { exchange: sydney, ..morning.clone() };
    assert!(in_sydney.until(date("2026-01-27")).executions.is_empty());
    assert_eq!(morning.until(date("2026-01-27")).executions.len(), 1);
}

#[test]
fn net_values_say_nothing_of_what_is_held() {
    let record = two_days();
    let bare = record.net_values("SXLK.L");
    let expected = Record {
        exchange: record.exchange,
        snapshots: record
            .snapshots
            .iter()
            .map(|snapshot| Snapshot { cash: Default::default(), positions: None, ..snapshot.clone() })
            .collect(),
        flows: record.flows.clone(),
        prices: record.prices.clone(),
        commentary: record.commentary.clone(),
        pages: record.pages.clone(),
        ..Record::default()
    };
    assert_eq!(bare, expected);
    assert!(record.net_values("").prices.is_empty());
}
