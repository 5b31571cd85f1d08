//! Eight years of an account that follows the momentum rule once a month.
//!
//! On the first trading day of a month the owner looks at the month-end signal and trades shortly before the
//! close. The source has one price a day, so the day's close stands for the quote on his screen: orders are
//! sized with it, it is their reference price, and fills land around it. The engine is that of `backtest`; only the
//! broker is another, with slippage by chance instead of an assumed one.

use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::broker::{ACCOUNT, EXCHANGE, SimulatedBroker, costs, dollar};
use super::market;
use crate::config::{self, Strategy};
use crate::error::{Error, Result};
use crate::record::{AccountId, CashFlow, Execution, FlowKind, Plan, Signal, Snapshot, Source};
use crate::strategy::Prices;
use crate::strategy::backtest::{Cadence, Setup, Simulation, simulate as follow};
use crate::strategy::plan::document;
use crate::strategy::rebalance::{Decision, Terms};

/// The demo's own configuration, with `status = "demo"` and its strategy.
pub(super) const CONFIG: &str = include_str!("../../data/demo/config.toml");

/// Money in (above zero) and out of the account, in cents. The first date is the start of the record: the last
/// trading day before the first month for which twelve months of prices exist.
const FLOWS: [(i32, u32, u32, i64); 4] =
    [(2015, 1, 30, 10_000_000), (2017, 8, 30, 1_500_000), (2020, 4, 29, 2_000_000), (2022, 1, 10, -1_800_000)];

/// Everything the simulation yields.
#[derive(Debug, Clone)]
pub struct DemoRecord {
    /// The real prices it traded at, with the benchmark.
    pub prices: Prices,
    /// Fills, by time.
    pub executions: Vec<Execution>,
    /// One snapshot for every trading date, ascending.
    pub snapshots: Vec<Snapshot>,
    /// The deposits and the withdrawal, by date.
    pub flows: Vec<CashFlow>,
    /// The signal of each month, saved on the day it was acted on.
    pub signals: Vec<Signal>,
    /// What was to be traded each month.
    pub plans: Vec<Plan>,
}

/// The demo's record, the same on every run.
///
/// # Errors
/// A file of this program that cannot be read, which its tests rule out.
pub fn simulate() -> Result<DemoRecord> {
    simulate_on(market::prices()?)
}

/// The record that the same owner would have made on other prices.
///
/// # Errors
/// Prices that end while something is held.
pub fn simulate_on(prices: Prices) -> Result<DemoRecord> {
    let strategy = strategy()?;
    let setup = Setup {
        strategy: &strategy,
        terms: Terms { costs: costs(), ..Terms::of(&strategy) },
        prices: &prices,
        base: dollar(),
        flows: flows(),
        to: NaiveDate::MAX,
        invested_at_start: false,
        cadence: Cadence::Monthly,
        account: AccountId::new(ACCOUNT),
        exchange: EXCHANGE,
        source: Source::Demo,
    };
    let Simulation { executions, snapshots, flows, decisions, .. } = follow(&setup, &mut SimulatedBroker::new())?;
    let plan = |decision: &Decision| {
        let before = snapshots.partition_point(|snapshot| snapshot.date < decision.date).checked_sub(1);
        let snapshot =
            before.and_then(|before| snapshots.get(before)).map_or(decision.date, |snapshot| snapshot.date);
        document(&strategy, decision, snapshot, dollar())
    };
    let plans = decisions.iter().map(plan).collect();
    let made = |decision: Decision| Signal { made_on: Some(decision.date), ..decision.signal };
    let signals = decisions.into_iter().map(made).collect();
    Ok(DemoRecord { prices, executions, snapshots, flows, signals, plans })
}

/// The strategy of the demo's configuration.
///
/// # Errors
/// As [`simulate`].
pub(super) fn strategy() -> Result<Strategy> {
    let config = config::parse(CONFIG, Path::new("data/demo/config.toml"))?;
    config.strategy.first().cloned().ok_or_else(|| Error::internal("the demo has no strategy"))
}

fn flows() -> Vec<CashFlow> {
    let flow = |(index, (year, month, day, cents)): (usize, (i32, u32, u32, i64))| {
        Some(CashFlow {
            symbol: None,
            conid: None,
            label: None,
            generated: None,
            id: format!("demo-{}", index + 1),
            date: NaiveDate::from_ymd_opt(year, month, day)?,
            account: AccountId::new(ACCOUNT),
            currency: dollar(),
            amount: Decimal::new(cents, 2),
            fx_to_base: None,
            kind: if cents > 0 { FlowKind::Deposit } else { FlowKind::Withdrawal },
            source: Source::Demo,
        })
    };
    FLOWS.into_iter().enumerate().filter_map(flow).collect()
}
