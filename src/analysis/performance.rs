//! The daily series that all figures and charts share, computed once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Window;
use super::alignment::{AlignedSeries, align};
use super::drawdown::{self, Drawdown};
use super::frequency::Frequency;
use super::money_weighted::{DatedAmount, money_weighted};
use super::pair_rates::closes_in_base;
use super::periods::{PeriodReturn, usual_periods};
use super::returns::{DailyReturn, Interval, LargeFlowDay, ReturnSeries, intervals, large_flow_days, with_returns};
use super::rolling::{QUARTER, YEAR, rolling_beta, rolling_sharpe, rolling_volatility};
use crate::calendar::Exchange;
use crate::config::Analysis;
use crate::error::Error;
use crate::record::{CashFlow, Currency, Record};

/// The daily series of a record over a window.
#[derive(Debug, Clone, Default)]
pub struct Performance {
    /// The exchange whose sessions the record goes by.
    pub exchange: Exchange,
    /// How figures are computed.
    pub analysis: Analysis,
    /// Time-weighted returns.
    pub series: ReturnSeries,
    /// Growth of 1 on each of the series' dates.
    pub index: Vec<f64>,
    /// Drawdown on each of the series' dates.
    pub drawdowns: Vec<f64>,
    /// All drawdowns, deepest first.
    pub drawdown_periods: Vec<Drawdown>,
    /// The benchmark's symbol.
    pub benchmark_symbol: String,
    /// The benchmark over the same dates; `None` where there is nothing to compare.
    pub aligned: Option<AlignedSeries>,
    /// Why there is no comparison.
    pub not_compared: Option<String>,
    /// Money-weighted return a year.
    pub money_weighted: Option<f64>,
    /// Days on which money crossed the account's border.
    pub flow_days: Vec<NaiveDate>,
    /// Days on which it was much.
    pub large_flows: Vec<LargeFlowDay>,
}

/// Rolling figures of one day, each a year rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RollingDay {
    /// The last day of the windows.
    pub date: NaiveDate,
    /// Sharpe ratio over 252 returns.
    pub sharpe: Option<f64>,
    /// Volatility over 63 returns.
    pub volatility: Option<f64>,
    /// Beta over 252 pairs with the benchmark.
    pub beta: Option<f64>,
}

impl Performance {
    /// How many returns a year the record has.
    pub fn frequency(&self) -> Frequency {
        self.series.frequency(self.exchange, self.analysis.periods_per_year)
    }

    /// The benchmark as if it were an account of its own, for figures to stand beside the account's. `None` where it has no value on
    /// one of the account's dates, or the account was empty in between: the figures would rest on other days.
    pub fn of_benchmark(&self) -> Option<Self> {
        let aligned = self.aligned.as_ref().filter(|aligned| aligned.left_out.is_empty())?;
        let known: BTreeMap<NaiveDate, f64> =
            aligned.index.iter().filter_map(|(date, value)| Some((*date, (*value)?))).collect();
        let day = |day: &DailyReturn| {
            Some(DailyReturn { value: known.get(&day.date)? / known.get(&day.since)? - 1.0, ..*day })
        };
        let days = self.series.days.iter().map(day).collect::<Option<Vec<_>>>()?;
        let series = ReturnSeries { start: self.series.start, days };
        Some(Self::of_series(series, self.exchange, self.analysis.clone()))
    }

    /// What follows from returns alone: nothing is compared with them, and no flows are known.
    fn of_series(series: ReturnSeries, exchange: Exchange, analysis: Analysis) -> Self {
        let index = series.index();
        let drawdowns = drawdown::drawdowns(&index);
        Self {
            exchange,
            analysis,
            drawdown_periods: drawdown::periods(&series.dates(), &drawdowns),
            benchmark_symbol: String::new(),
            aligned: None,
            not_compared: None,
            money_weighted: None,
            flow_days: Vec::new(),
            large_flows: Vec::new(),
            series,
            index,
            drawdowns,
        }
    }

    /// The usual periods up to the newest snapshot, against the benchmark.
    pub fn usual_periods(&self) -> Vec<PeriodReturn> {
        usual_periods(&self.series, self.aligned.as_ref())
    }

    /// The sessions without a snapshot between the first and the last.
    pub fn missing_sessions(&self) -> Vec<NaiveDate> {
        self.series.missing_sessions(self.exchange)
    }

    /// Rolling figures of every day on which at least the shortest window is full.
    pub fn rolling(&self) -> Vec<RollingDay> {
        let values = self.series.values();
        let frequency = self.frequency();
        let excess = self.series.excess(frequency, self.analysis.risk_free).unwrap_or_default();
        let mut sharpe = rolling_sharpe(&excess, YEAR, frequency.periods).into_iter();
        let volatility = rolling_volatility(&values, QUARTER, frequency.periods);
        let pairs = self.aligned.as_ref().map_or(&[][..], |aligned| aligned.pairs.as_slice());
        let mut betas = pairs.iter().zip(rolling_beta(pairs, YEAR)).peekable();
        let days = self.series.days.iter().zip(volatility).map(|(day, volatility)| RollingDay {
            date: day.date,
            sharpe: sharpe.next().flatten(),
            volatility,
            beta: betas.next_if(|(pair, _)| pair.date == day.date).and_then(|(_, beta)| beta),
        });
        days.skip(QUARTER - 1).collect()
    }
}

/// Computes the daily series of a record over a window. A record without two snapshots gives an empty one.
///
/// # Errors
/// As [`daily_returns`](super::returns::daily_returns), for any day of the record: each names its date.
pub fn performance(
    record: &Record,
    analysis: &Analysis,
    benchmark_symbol: &str,
    base: Currency,
    window: Window,
) -> Result<Performance, Error> {
    let mut days = intervals(&record.snapshots, &record.flows, base)?;
    days.retain(|day| window.contains(day.date));
    let (days, series) = with_returns(days, analysis.flow_timing)?;
    let (aligned, not_compared) = match compared(record, &series, benchmark_symbol, base) {
        Ok(aligned) => (Some(aligned), None),
        Err(reason) => (None, Some(reason)),
    };
    Ok(Performance {
        benchmark_symbol: benchmark_symbol.to_owned(),
        aligned,
        not_compared,
        money_weighted: rate_of_money(&days, &record.flows, base),
        flow_days: days.iter().filter(|day| day.has_flow()).map(|day| day.date).collect(),
        large_flows: large_flow_days(&days),
        ..Performance::of_series(series, record.exchange, analysis.clone())
    })
}

/// The benchmark over the dates of a series, in the account's currency.
///
/// # Errors
/// Why there is no comparison.
fn compared(record: &Record, series: &ReturnSeries, symbol: &str, base: Currency) -> Result<AlignedSeries, String> {
    if symbol.is_empty() {
        return Err("no benchmark is configured".into());
    }
    let prices = record.price_series(symbol).ok_or_else(|| format!("there are no prices of {symbol}"))?;
    let aligned = align(series, &closes_in_base(prices, record, base)?);
    if series.days.is_empty() || aligned.comparison.is_none() {
        return Err(format!("no two dates have both a valuation and a close of {symbol}"));
    }
    Ok(aligned)
}

fn rate_of_money(days: &[Interval], flows: &[CashFlow], base: Currency) -> Option<f64> {
    let (first, last) = (days.first()?, days.last()?);
    let start = DatedAmount { date: first.since, amount: first.before.to_f64()? };
    let end = DatedAmount { date: last.date, amount: last.after.to_f64()? };
    // Exact sums by date, so that a deposit counts the same in one part or two.
    let mut by_date = BTreeMap::new();
    for flow in flows.iter().filter(|flow| flow.kind.is_external() && start.date < flow.date && flow.date <= end.date)
    {
        let sum = by_date.entry(flow.date).or_insert(Decimal::ZERO);
        *sum = sum.checked_add(flow.in_base(base)?)?;
    }
    let flows = by_date.into_iter().map(|(date, sum)| Some(DatedAmount { date, amount: sum.to_f64()? }));
    money_weighted(start, end, &flows.collect::<Option<Vec<_>>>()?)
}

#[cfg(test)]
#[path = "performance_tests.rs"]
mod tests;
