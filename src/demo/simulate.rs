//! Eight years of an account that follows the momentum rule once a month.
//!
//! On the first trading day of a month the owner looks at the month-end signal and trades shortly before the
//! close. The source has one price a day, so the day's close stands for the quote on his screen: orders are
//! sized with it, it is their reference price, and fills land around it. Nothing later is ever looked at.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::broker::{self, ACCOUNT, Broker, Order, around_close, commission, dollar};
use super::ledger::Ledger;
use super::market::{self, UNIVERSE};
use super::momentum::{Rule, signal};
use crate::calendar::YearMonth;
use crate::error::Result;
use crate::record::snapshot::SCHEMA;
use crate::record::{AccountId, CashFlow, Execution, FlowKind, PriceSeries, Side, Snapshot, Symbol};

/// The demo's rule: twelve months without the last, the best three of five.
pub const RULE: Rule = Rule { lookback_months: 12, skip_months: 1, top_n: 3 };

/// Money in (above zero) and out of the account, in cents. The first date is the start of the record: the last
/// trading day before the first month for which twelve months of prices exist.
const FLOWS: [(i32, u32, u32, i64); 4] =
    [(2015, 1, 30, 10_000_000), (2017, 8, 30, 1_500_000), (2020, 4, 29, 2_000_000), (2022, 1, 10, -1_800_000)];

/// A withdrawal is known so many days ahead, and the rebalance in between keeps the money for it.
const NOTICE_DAYS: i64 = 14;

/// Everything the simulation yields.
#[derive(Debug, Clone)]
pub struct DemoRecord {
    /// The real prices it traded at, with the benchmark.
    pub prices: BTreeMap<Symbol, PriceSeries>,
    /// Fills, by time.
    pub executions: Vec<Execution>,
    /// One snapshot for every trading date, ascending.
    pub snapshots: Vec<Snapshot>,
    /// The deposits and the withdrawal, by date.
    pub flows: Vec<CashFlow>,
}

/// The demo's record, the same on every run.
///
/// # Errors
/// A price file of this program that cannot be read, which its tests rule out.
pub fn simulate() -> Result<DemoRecord> {
    Ok(simulate_on(market::prices()?))
}

/// The record that the same owner would have made on other prices.
pub fn simulate_on(prices: BTreeMap<Symbol, PriceSeries>) -> DemoRecord {
    let flows = flows();
    let start = flows.first().map_or(NaiveDate::MAX, |flow| flow.date);
    let mut account = Account { ledger: Ledger::default(), broker: Broker::new(), money_came_in: false };
    let mut executions = Vec::new();
    let mut snapshots = Vec::new();
    let mut month = YearMonth::of(start);
    for (date, quotes) in quotes(&prices, start) {
        for flow in flows.iter().filter(|flow| flow.date == date) {
            account.ledger.cash += flow.amount;
            account.money_came_in |= flow.amount > Decimal::ZERO;
        }
        if YearMonth::of(date) != month {
            month = YearMonth::of(date);
            executions.extend(account.rebalance(date, &quotes, &prices, reserved(&flows, date)));
        }
        snapshots.push(account.snapshot(date, &quotes));
    }
    executions.sort_by(|a, b| (a.time, &a.exec_id).cmp(&(b.time, &b.exec_id)));
    DemoRecord { prices, executions, snapshots, flows }
}

/// The closes of the five ETFs by date, from `start` on.
fn quotes(
    prices: &BTreeMap<Symbol, PriceSeries>,
    start: NaiveDate,
) -> BTreeMap<NaiveDate, BTreeMap<Symbol, Decimal>> {
    let mut quotes: BTreeMap<NaiveDate, BTreeMap<Symbol, Decimal>> = BTreeMap::new();
    for series in universe().iter().filter_map(|symbol| prices.get(symbol)) {
        for bar in series.bars().iter().filter(|bar| bar.date >= start) {
            quotes.entry(bar.date).or_default().insert(series.symbol.clone(), bar.close);
        }
    }
    quotes
}

fn universe() -> Vec<Symbol> {
    UNIVERSE.iter().copied().map(Symbol::new).collect()
}

fn flows() -> Vec<CashFlow> {
    let flow = |(index, (year, month, day, cents)): (usize, (i32, u32, u32, i64))| {
        Some(CashFlow {
            id: format!("demo-{}", index + 1),
            date: NaiveDate::from_ymd_opt(year, month, day)?,
            account: AccountId::new(ACCOUNT),
            currency: dollar(),
            amount: Decimal::new(cents, 2),
            fx_to_base: None,
            kind: if cents > 0 { FlowKind::Deposit } else { FlowKind::Withdrawal },
            source: "demo".into(),
        })
    };
    FLOWS.into_iter().enumerate().filter_map(flow).collect()
}

/// Cash that is about to leave the account, above zero.
fn reserved(flows: &[CashFlow], date: NaiveDate) -> Decimal {
    let soon = |flow: &&CashFlow| flow.date > date && (flow.date - date).num_days() <= NOTICE_DAYS;
    flows.iter().filter(soon).map(|flow| (-flow.amount).max(Decimal::ZERO)).sum()
}

/// The account and its owner.
#[derive(Debug)]
struct Account {
    ledger: Ledger,
    broker: Broker,
    /// Whether there has been a deposit since the last rebalance.
    money_came_in: bool,
}

impl Account {
    /// Sells what is no longer wanted, then buys what is; returns the fills.
    fn rebalance(
        &mut self,
        date: NaiveDate,
        quotes: &BTreeMap<Symbol, Decimal>,
        prices: &BTreeMap<Symbol, PriceSeries>,
        reserved: Decimal,
    ) -> Vec<Execution> {
        let value = self.ledger.value(quotes);
        let signal = signal(prices, &universe(), date, RULE);
        let selected: BTreeSet<&Symbol> = signal.selected().collect();
        // Half a per cent stays in cash for slippage, commissions and the fraction of a share.
        let kept = reserved + (value - reserved) * Decimal::new(5, 3);
        let slot = (value - kept) / Decimal::from(RULE.top_n);
        // Small drifts are left alone, unless money has come in or is about to leave.
        let exact = self.money_came_in || reserved > Decimal::ZERO;
        let tolerance = value * if exact { Decimal::new(1, 3) } else { Decimal::new(2, 2) };
        let mut fills = Vec::new();
        for side in [Side::Sell, Side::Buy] {
            for (symbol, quote) in quotes {
                let target = if selected.contains(symbol) { slot } else { Decimal::ZERO };
                let gap = target - self.ledger.quantity(symbol) * *quote;
                let leaves = target.is_zero();
                if gap.abs() <= tolerance && !leaves {
                    continue;
                }
                let shares = match side {
                    Side::Sell if leaves => whole(self.ledger.quantity(symbol)),
                    Side::Sell => whole(-gap / *quote),
                    Side::Buy => affordable(gap.min(self.ledger.cash - kept), *quote),
                };
                if shares > 0 {
                    let order = Order { date, symbol, side, shares, quote: *quote };
                    fills.extend(self.trade(&order));
                }
            }
        }
        self.money_came_in = false;
        fills
    }

    /// Has an order filled and books the fills.
    fn trade(&mut self, order: &Order<'_>) -> Vec<Execution> {
        let mut fills = self.broker.fill(order);
        for fill in &mut fills {
            fill.realized_pnl = self.ledger.book(fill);
        }
        fills
    }

    /// The account half an hour after the close.
    fn snapshot(&self, date: NaiveDate, quotes: &BTreeMap<Symbol, Decimal>) -> Snapshot {
        Snapshot {
            schema: SCHEMA,
            date,
            as_of: around_close(date, 30 * 60),
            account: AccountId::new(ACCOUNT),
            base_currency: dollar(),
            net_liquidation: self.ledger.value(quotes).normalize(),
            cash: BTreeMap::from([(dollar(), self.ledger.cash.normalize())]),
            fx: BTreeMap::new(),
            positions: Some(self.ledger.positions(quotes, dollar())),
            accruals: [].into(),
            doubts: Vec::new(),
            source: "demo".into(),
        }
    }
}

/// Whole shares, 0 if below one.
fn whole(shares: Decimal) -> i64 {
    shares.trunc().to_i64().unwrap_or(0).max(0)
}

/// How many shares `money` buys even at the worst price the broker may give, commission included.
fn affordable(money: Decimal, quote: Decimal) -> i64 {
    let worst = quote * (Decimal::ONE + Decimal::new(broker::WORST_SLIPPAGE, 5)) + Decimal::new(1, 2);
    let shares = whole((money - commission(whole(money / quote))) / worst);
    shares.max(0)
}
