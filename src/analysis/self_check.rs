//! Relations that must hold between the figures of any record, whatever is in it.
//!
//! Each ties together figures that are computed in different ways, so a mistake in one of them, or data that no
//! definition fits, breaks a relation.

use super::Window;
use super::alignment::{Closes, align};
use super::benchmark;
use super::performance::{Performance, performance};
use super::statistics::spread;
use super::stats::Stats;
use super::trades::TradeFigures;
use crate::config::Config;
use crate::error::Result;
use crate::record::{CashFlow, Finding, FindingKind, Record, Severity, Snapshot};
use rust_decimal::Decimal;

/// How far two sides of a relation may be apart, relative to their size.
const TOLERANCE: f64 = 1e-9;

/// Below this spread of returns nothing is left of nine digits of a beta.
const SMALLEST_SPREAD: f64 = 1e-6;

/// Tests every relation on a record and its daily series; one error for each that does not hold.
///
/// # Errors
/// A day whose return is undefined once all amounts are scaled.
pub fn self_check(record: &Record, daily: &Performance, config: &Config) -> Result<Vec<Finding>> {
    let stats = Stats::of(daily, TradeFigures::default());
    let mut broken = Vec::new();
    let mut hold = |name: &str, left: Option<f64>, right: Option<f64>| match (left, right) {
        (Some(left), Some(right)) if !near(left, right) => broken.push(failure(name, left, right)),
        _ => {}
    };
    let total = stats.returns.total;
    let growth = total.map(|total| 1.0 + total);
    let years = stats.calendar_days as f64 / 365.25;
    hold(
        "(1 + annualized) ^ years = 1 + total",
        stats.returns.annualized.map(|rate| (1.0 + rate).powf(years)),
        growth,
    );
    let months = stats.returns.by_month.values().map(|value| 1.0 + value).product();
    hold("product of month returns = 1 + total", total.and(Some(months)), growth);
    let by_year = stats.returns.by_year.values().map(|value| 1.0 + value).product();
    hold("product of year returns = 1 + total", total.and(Some(by_year)), growth);
    if daily.flow_days.is_empty() {
        hold("money-weighted = annualized without flows", stats.returns.money_weighted, stats.returns.annualized);
    }
    let worst_day = stats.returns.worst_day.as_ref().map(|day| day.value.min(0.0));
    if let (Some(deepest), Some(worst)) = (stats.drawdown.max, worst_day) {
        hold("maximum drawdown is not above the worst day", Some(deepest.min(worst)), Some(deepest));
    }
    scaled(record, config, &stats, &mut hold)?;
    own_benchmark(daily, &mut hold);
    Ok(broken)
}

/// Seven times the money: the same ratios.
fn scaled(
    record: &Record,
    config: &Config,
    stats: &Stats,
    hold: &mut impl FnMut(&str, Option<f64>, Option<f64>),
) -> Result<()> {
    let seven = Decimal::from(7);
    let snapshot =
        |snapshot: &Snapshot| Snapshot { net_liquidation: snapshot.net_liquidation * seven, ..snapshot.clone() };
    let flow = |flow: &CashFlow| CashFlow { amount: flow.amount * seven, ..flow.clone() };
    let larger = Record {
        snapshots: record.snapshots.iter().map(snapshot).collect(),
        flows: record.flows.iter().map(flow).collect(),
        exchange: record.exchange,
        ..Record::default()
    };
    let base = config.account.base_currency;
    let larger = performance(&larger, &config.analysis, &config.benchmark.symbol, base, Window::default())?;
    let larger = Stats::of(&larger, TradeFigures::default());
    hold("total return does not depend on the account's size", larger.returns.total, stats.returns.total);
    hold("Sharpe ratio does not depend on the account's size", larger.risk.sharpe, stats.risk.sharpe);
    hold("drawdown does not depend on the account's size", larger.drawdown.max, stats.drawdown.max);
    Ok(())
}

/// The record as its own benchmark: beta 1, alpha 0, R² 1, tracking error 0.
fn own_benchmark(daily: &Performance, hold: &mut impl FnMut(&str, Option<f64>, Option<f64>)) {
    let closes = Closes::new(daily.series.dates().into_iter().zip(daily.index.iter().copied()), Some(daily.exchange));
    let aligned = align(&daily.series, &closes);
    let (ours, theirs) = (aligned.ours(), aligned.benchmark());
    // Returns carry rounding of about 2e-16; where they hardly differ it is no small part of what beta divides by.
    if spread(&theirs).is_none_or(|spread| spread < SMALLEST_SPREAD) {
        return;
    }
    let frequency = daily.frequency();
    let excess =
        |values: &[f64]| frequency.excess(values.iter().copied().zip(aligned.lengths()), daily.analysis.risk_free);
    let alpha = |(ours, theirs): (Vec<f64>, Vec<f64>)| benchmark::alpha(&ours, &theirs, 1.0, frequency.periods);
    let deviation = benchmark::tracking_error(&ours, &theirs, frequency.periods);
    hold("beta against itself is 1", benchmark::beta(&ours, &theirs), Some(1.0));
    hold("alpha against itself is 0", excess(&ours).zip(excess(&theirs)).and_then(alpha), Some(0.0));
    hold("R² against itself is 1", benchmark::r_squared(&ours, &theirs), Some(1.0));
    hold("tracking error against itself is 0", deviation, Some(0.0));
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= TOLERANCE * left.abs().max(right.abs()).max(1.0)
}

fn failure(name: &str, left: f64, right: f64) -> Finding {
    Finding::new(
        Severity::Error,
        FindingKind::Identity,
        format!("the figures contradict each other: {name}, but {left} is not {right}"),
        "this is a mistake of the program or data that no definition fits; please report it",
    )
}
