use super::*;
use crate::config::Member;
use crate::record::testing::fill;
use crate::record::{AccountId, FlowKind, Position, Side};
use crate::strategy::testing::{prices, series, series_in, strategy};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn position(ticker: &str, quantity: i64, price: &str) -> Position {
    let quantity = Decimal::from(quantity);
    Position {
        symbol: Ticker::new(ticker),
        conid: None,
        exchange: String::new(),
        currency: currency("USD"),
        quantity,
        average_cost: None,
        market_price: Some(dec(price)),
        market_value: quantity * dec(price),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

fn snapshot(day: &str, cash: &str, positions: Vec<Position>) -> Snapshot {
    let value = dec(cash) + positions.iter().map(|position| position.market_value).sum::<Decimal>();
    Snapshot {
        schema: 1,
        dated: None,
        date: date(day),
        as_of: date(day).and_hms_opt(21, 0, 0).unwrap().and_utc(),
        account: AccountId::new("U1"),
        base_currency: currency("USD"),
        net_liquidation: value,
        cash: BTreeMap::from([(currency("USD"), dec(cash))]),
        fx: BTreeMap::new(),
        positions: Some(positions),
        accruals: [].into(),
        generated: None,
        doubts: Vec::new(),
        source: "test".into(),
    }
}

/// A +20 %, B +10 %, C -10 % from January to December 2019; quotes of 3 February 2020.
fn market() -> Vec<crate::record::PriceSeries> {
    let of = |symbol, start, end, now| {
        series(symbol, &[("2019-01-31", start), ("2019-12-31", end), ("2020-01-31", now), ("2020-02-03", now)])
    };
    vec![of("A.L", "100", "120", "100"), of("B.L", "50", "55", "50"), of("C.L", "10", "9", "8")]
}

/// Two of three, without costs; tickers are A, B and C.
fn rule() -> Strategy {
    strategy(&["A.L", "B.L", "C.L"], 2)
}

fn record(snapshots: Vec<Snapshot>) -> Record {
    Record { snapshots, prices: prices(market()), ..Record::default() }
}

fn made(record: &Record, rule: &Strategy) -> Result<Plan> {
    plan(record, &Config::default(), rule, date("2020-02-03"))
}

fn refusal(record: &Record, rule: &Strategy) -> String {
    made(record, rule).unwrap_err().to_string()
}

fn summary(plan: &Plan) -> Vec<String> {
    plan.trades
        .iter()
        .map(|trade| format!("{} {} {} at {}", trade.action, trade.shares, trade.ticker, trade.reference_price))
        .collect()
}

#[test]
fn a_rebalance_by_hand() {
    // 10,000: 500 of C at 8, 10 of A at 100, 5,000 cash; wanted half A, half B.
    let account = snapshot("2020-02-03", "5000", vec![position("A", 10, "100"), position("C", 500, "8")]);
    let plan = made(&record(vec![account]), &rule()).unwrap();
    assert_eq!(summary(&plan), ["SELL 500 C at 8", "BUY 40 A at 100", "BUY 100 B at 50"]);
    assert_eq!((plan.nav, plan.cash_after), (10_000.into(), 0.into()));
    let [sale, a, _] = &plan.trades[..] else { panic!() };
    assert_eq!((sale.current_weight, sale.target_weight, sale.weight_after), (0.4, 0.0, 0.0));
    assert_eq!((a.current_weight, a.target_weight, a.weight_after, a.notional_base), (0.1, 0.5, 0.5, 4000.into()));
    assert_eq!((a.reference_date, plan.formation.to_string().as_str()), (date("2020-02-03"), "2020-01"));
    assert!(plan.unchanged.is_empty() && plan.notes.is_empty());
}

#[test]
fn an_account_that_is_there_already_trades_nothing() {
    let account = snapshot("2020-02-03", "0", vec![position("A", 51, "100"), position("B", 98, "50")]);
    let plan = made(&record(vec![account]), &rule()).unwrap();
    assert!(plan.trades.is_empty());
    let reasons: Vec<_> = plan.unchanged.iter().map(|stays| (stays.symbol.as_str(), stays.reason.as_str())).collect();
    assert_eq!(reasons, [("A.L", "within the threshold"), ("B.L", "within the threshold")]);
}

#[test]
fn an_empty_account_only_buys() {
    let plan = made(&record(vec![snapshot("2020-02-03", "10000", vec![])]), &rule()).unwrap();
    assert_eq!(summary(&plan), ["BUY 50 A at 100", "BUY 100 B at 50"]);
}

#[test]
fn what_is_in_no_universe_is_listed_and_sold_only_when_told() {
    let account = || snapshot("2020-02-03", "5000", vec![position("VOD", 100, "50"), position("GME", -10, "20")]);
    let plan = made(&record(vec![account()]), &rule()).unwrap();
    assert!(plan.trades.iter().all(|trade| trade.action == Side::Buy));
    let listed: Vec<_> = plan.unchanged.iter().map(|stays| (stays.symbol.as_str(), stays.target_weight)).collect();
    assert_eq!(listed, [("GME", None), ("VOD", None)]);
    let plan = made(&record(vec![account()]), &Strategy { sell_unknown: true, ..rule() }).unwrap();
    assert_eq!(summary(&plan)[0], "SELL 100 VOD at 50");
    assert!(plan.unchanged.iter().any(|stays| stays.symbol.as_str() == "GME"), "a short one is left to its owner");
}

#[test]
fn pence_and_pounds_come_to_the_base_currency() {
    let in_pounds = |mut position: Position| {
        position.currency = currency("GBP");
        position
    };
    // 100 shares at 7.50 pounds are 750 pounds, at 1.25 937.50 dollars, beside 9,062.50: 10,000.
    let mut account = snapshot("2020-02-03", "9062.50", vec![in_pounds(position("P", 100, "7.5"))]);
    account.net_liquidation = 10_000.into();
    account.fx.insert(currency("GBP"), dec("1.25"));
    let mut record = record(vec![account.clone()]);
    let pence = series_in("P.L", "GBp", &[("2019-01-31", "500"), ("2019-12-31", "800"), ("2020-02-03", "750")]);
    record.prices.insert(pence.symbol.clone(), pence);
    let mut rule = strategy(&["P.L"], 1);
    rule.universe[0].ibkr = "P".into();
    let plan = made(&record, &rule).unwrap();
    // 9,062.50 dollars buy 7,250 pounds: 966 shares at 7.50.
    assert_eq!(summary(&plan), ["BUY 966 P at 7.5"]);
    assert_eq!((plan.trades[0].current_weight, plan.cash_after), (0.09375, dec("6.25")));
    assert_eq!(plan.notes, ["about 7245 GBP more are needed: convert them, or the broker lends them"]);
    record.snapshots[0].fx.clear();
    assert!(refusal(&record, &rule).contains("P is held in GBP, and the snapshot does not say"));
    record.snapshots[0] = account;
    record.snapshots[0].positions.as_mut().unwrap()[0].market_price = Some(dec("750"));
    assert!(refusal(&record, &rule).contains("the broker values P.L at 750, and its price of 2020-02-03 is 7.5"));
}

#[test]
fn nothing_is_made_of_guesses() {
    let fresh = || snapshot("2020-02-03", "10000", vec![]);
    assert!(refusal(&record(vec![]), &rule()).contains("data/snapshots: there is no snapshot of the account"));
    let newer_only = snapshot("2020-02-04", "10000", vec![]);
    assert!(
        refusal(&record(vec![newer_only]), &rule()).contains("no snapshot of the account on or before 2020-02-03")
    );
    let before = snapshot("2020-01-30", "10000", vec![]);
    assert!(
        refusal(&record(vec![before]), &rule())
            .contains("the signal of January 2020 is newer: it was formed on 2020-01-31")
    );
    let old = snapshot("2020-01-20", "10000", vec![]);
    assert!(refusal(&record(vec![old]), &rule()).contains("14 days before"));
    let mut value_only = fresh();
    value_only.positions = None;
    assert!(refusal(&record(vec![value_only]), &rule()).contains("and not its positions"));
    let short = snapshot("2020-02-03", "10000", vec![position("A", -10, "100")]);
    assert!(refusal(&record(vec![short]), &rule()).contains("A is held short"));
    let mut euros = fresh();
    euros.cash.insert(currency("EUR"), 5.into());
    assert!(refusal(&record(vec![euros]), &rule()).contains("there is cash in EUR"));

    let mut stale = record(vec![fresh()]);
    let ends = series("A.L", &[("2019-01-31", "100"), ("2019-12-31", "120"), ("2020-01-24", "100")]);
    stale.prices.insert(ends.symbol.clone(), ends);
    assert!(refusal(&stale, &rule()).contains("the newest price of A.L is of 2020-01-24"));
    let mut missing = record(vec![snapshot("2020-02-03", "0", vec![position("D", 10, "100")])]);
    let wider = strategy(&["A.L", "B.L", "C.L", "D.L"], 2);
    assert!(refusal(&missing, &wider).contains("there is no full signal"));
    let young = series("D.L", &[("2020-01-02", "90"), ("2020-01-31", "100"), ("2020-02-03", "100")]);
    missing.prices.insert(young.symbol.clone(), young);
    assert!(
        refusal(&missing, &wider).contains("D.L is held and cannot be ranked (no price at the end of January 2019)")
    );
}

#[test]
fn several_strategies_keep_to_their_share() {
    let member = |symbol: &str| Member { symbol: symbol.into(), ..Member::default() };
    let tables = "[[strategy]]\nid = 'a'\nuniverse = [{ symbol = 'A.L' }]\n[[strategy]]\nid = 'b'\nshare = 0.3\nuniverse = [{ symbol = 'B.L' }]\n";
    let config = crate::config::parse(tables, std::path::Path::new("config.toml")).unwrap();
    let account = snapshot("2020-02-03", "6000", vec![position("A", 40, "100")]);
    let b = Strategy { id: "b".into(), share: Some(dec("0.3")), universe: vec![member("B.L")], ..strategy(&[], 1) };
    let plan = plan(&record(vec![account]), &config, &b, date("2020-02-03")).unwrap();
    // 30 % of 10,000; A is the other one's.
    assert_eq!((summary(&plan), plan.nav), (vec!["BUY 60 B at 50".to_owned()], 3000.into()));
    assert!(plan.unchanged.is_empty());
}

/// Strategies without costs, buffer or threshold; what else each has.
fn several(tables: &[&str]) -> Config {
    let table = |more: &&str| {
        format!(
            "[[strategy]]\nrule = 'fixed_weights'\nmin_threshold = 0.0\ncash_buffer = 0.0\ncommission_min = 0\n\
             commission_bps = 0\nslippage_bps = 0\n{more}\n"
        )
    };
    let text: String = tables.iter().map(table).collect();
    crate::config::parse(&text, std::path::Path::new("config.toml")).unwrap()
}

fn plans(record: &Record, config: &Config) -> Result<Vec<Plan>> {
    config.strategy.iter().map(|one| plan(record, config, one, date("2020-02-03"))).collect()
}

fn fill_of(ticker: &str, quantity: i64, label: &str, time: &str) -> Execution {
    Execution {
        symbol: Ticker::new(ticker),
        quantity: quantity.into(),
        account: AccountId::new("U1"),
        order_ref: (!label.is_empty()).then(|| label.to_owned()),
        time: time.parse().unwrap(),
        side: Side::Buy,
        ..fill(&format!("{ticker}.{label}.01.01"))
    }
}

#[test]
fn what_was_done_since_the_snapshot_is_not_listed_again() {
    let mut record = record(vec![snapshot("2020-01-31", "10000", vec![])]);
    assert_eq!(made(&record, &rule()).unwrap().trades.len(), 2);
    record.executions = vec![fill_of("A", 50, "", "2020-02-03T10:00:00Z")];
    assert!(refusal(&record, &rule()).contains("a fill is newer than the snapshot of 2020-01-31 21:00 UTC"));
    record.executions[0].time = "2020-02-04T10:00:00Z".parse().unwrap();
    assert!(made(&record, &rule()).is_ok(), "not known on the date asked for");
    record.executions[0].time = "2020-01-31T20:00:00Z".parse().unwrap();
    assert!(made(&record, &rule()).is_ok(), "in the snapshot");
    record.flows = vec![CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: "1".into(),
        date: date("2020-02-03"),
        account: AccountId::new("U1"),
        currency: currency("USD"),
        amount: 500.into(),
        fx_to_base: None,
        kind: FlowKind::Deposit,
        source: "".into(),
    }];
    assert!(refusal(&record, &rule()).contains("deposits or withdrawals are newer"));
}

#[test]
fn a_shared_position_is_sold_by_none_but_its_owner() {
    let a = "id = 'a'\nuniverse = [{ symbol = 'A.L' }, { symbol = 'C.L' }]\nweights = { 'A.L' = 1 }";
    let b = "id = 'b'\nuniverse = [{ symbol = 'B.L' }, { symbol = 'C.L' }]\nweights = { 'B.L' = 1 }";
    let mut record = record(vec![snapshot("2020-02-03", "5000", vec![position("C", 100, "8")])]);
    let error = plans(&record, &several(&[a, b])).unwrap_err().to_string();
    assert!(
        error.contains("C is in the universes of `a` and `b`, and nothing says which of them holds it"),
        "{error}"
    );
    // The configuration decides.
    let sales = |record: &Record, config: &Config| -> Vec<Vec<String>> {
        let of = |plan: &Plan| summary(plan).into_iter().filter(|trade| trade.starts_with("SELL")).collect();
        plans(record, config).unwrap().iter().map(of).collect()
    };
    let listed = format!("{b}\nsymbols = ['B', 'C']");
    assert_eq!(sales(&record, &several(&[a, &listed])), [vec![], vec!["SELL 100 C at 8".to_owned()]]);
    // The fills decide: 30 are of `b`.
    let config = several(&[&format!("{a}\norder_ref = 'a-'"), &format!("{b}\norder_ref = 'b-'")]);
    record.executions =
        vec![fill_of("C", 70, "a-1", "2020-01-02T10:00:00Z"), fill_of("C", 30, "b-1", "2020-01-02T10:00:00Z")];
    assert_eq!(sales(&record, &config), [vec!["SELL 70 C at 8".to_owned()], vec!["SELL 30 C at 8".into()]]);
    record.executions.pop();
    assert!(plans(&record, &config).is_err(), "30 of 100 are of nobody");
}

#[test]
fn what_no_strategy_owns_is_sold_once() {
    let a = "id = 'a'\nsell_unknown = true\nuniverse = [{ symbol = 'A.L' }]";
    let b = "id = 'b'\nsell_unknown = true\nuniverse = [{ symbol = 'B.L' }]";
    let record = record(vec![snapshot("2020-02-03", "5000", vec![position("VOD", 100, "50")])]);
    let plans = plans(&record, &several(&[a, b])).unwrap();
    let sales = |plan: &Plan| plan.trades.iter().filter(|trade| trade.action == Side::Sell).count();
    assert_eq!(plans.iter().map(sales).collect::<Vec<_>>(), [1, 0]);
    // Before it is sold there are 5,000 to share.
    assert_eq!(plans.iter().map(|plan| plan.nav).collect::<Vec<_>>(), [2500.into(), 2500.into()]);
}

#[test]
fn a_strategy_buys_nothing_that_would_be_anothers() {
    let a = "id = 'a'\nsymbols = ['A', 'B']\nuniverse = [{ symbol = 'A.L' }]";
    let b = "id = 'b'\nuniverse = [{ symbol = 'B.L' }]";
    let record = record(vec![snapshot("2020-02-03", "5000", vec![])]);
    let error = plans(&record, &several(&[a, b])).unwrap_err().to_string();
    assert!(error.contains("`b` would buy B, which would then belong to `a`"), "{error}");
}

#[test]
fn strategies_together_spend_no_more_than_there_is() {
    // 10,000: 6,000 in A, of which strategy a is to have 3,333; b and c lack 3,333 each, and there are 4,000.
    let one = |id: &str, symbol: &str| format!("id = '{id}'\nuniverse = [{{ symbol = '{symbol}' }}]");
    let config = several(&[&one("a", "A.L"), &one("b", "B.L"), &one("c", "C.L")]);
    let record = record(vec![snapshot("2020-02-03", "4000", vec![position("A", 60, "100")])]);
    let plans = plans(&record, &config).unwrap();
    assert_eq!(
        plans.iter().flat_map(summary).collect::<Vec<_>>(),
        ["SELL 26 A at 100", "BUY 40 B at 50", "BUY 250 C at 8"]
    );
    assert!(plans[1].notes.iter().any(|note| note.contains("another strategy holds too much")));
}

#[test]
fn what_cannot_be_traded_is_no_part_of_what_is_invested() {
    // 10,000, of which 5,000 are in something that stays: half of 5,000 each, not 5,000 for the first alone.
    let account = snapshot("2020-02-03", "5000", vec![position("VOD", 100, "50")]);
    let plan = made(&record(vec![account]), &rule()).unwrap();
    assert_eq!(
        (summary(&plan), plan.nav),
        (vec!["BUY 25 A at 100".to_owned(), "BUY 50 B at 50".into()], 5000.into())
    );
    assert_eq!(plan.unchanged[0].current_weight, 0.5, "of the whole account");
}

#[test]
fn prices_that_are_some_days_old_are_named_and_older_ones_refused() {
    let record = record(vec![snapshot("2020-02-03", "10000", vec![])]);
    let on = |day: &str| plan(&record, &Config::default(), &rule(), date(day));
    assert!(on("2020-02-05").unwrap().notes.is_empty(), "two weekdays");
    let notes = on("2020-02-06").unwrap().notes;
    let words = "reference prices are some trading days old: A.L (of 2020-02-03), B.L (of 2020-02-03)";
    assert!(notes[0].starts_with(words), "{notes:?}");
    assert!(on("2020-02-10").is_ok());
    assert!(on("2020-02-11").is_err());
}

#[test]
fn little_cash_is_told() {
    let notes = |cash: &str, buffer: &str| {
        let account = snapshot("2020-02-03", cash, vec![position("A", 50, "100"), position("B", 100, "50")]);
        let rule = Strategy { cash_buffer: dec(buffer), ..rule() };
        made(&record(vec![account]), &rule).unwrap().notes
    };
    assert!(notes("100", "0.005").is_empty());
    assert_eq!(notes("-300", "0"), ["cash is below zero before any trade: -300 USD"]);
    let low = notes("0", "0.005");
    assert_eq!(low, ["cash is below the buffer before any trade: 0 USD, and 50.00 are to stay"]);
}
