//! All figures of a record, in the form `stats --json` prints them.
//!
//! Ratios are fractions, dates ISO, undefined is `null`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::benchmark::{self, AlignedSeries};
use super::drawdown::{self, Drawdown};
use super::money_weighted;
use super::performance::{Performance, performance};
use super::periods::{self, DatedValue, MonthValue};
use super::trades::TradeFigures;
use super::{Window, returns, risk, significance};
use crate::calendar::YearMonth;
use crate::config::Analysis;
use crate::error::Error;
use crate::record::{Currency, Record};

/// Every figure of a record over a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// Date of the snapshot the first return is taken from.
    pub from: Option<NaiveDate>,
    /// Date of the last return.
    pub to: Option<NaiveDate>,
    /// Daily returns.
    pub observations: usize,
    /// Sessions without a snapshot between the first and the last.
    pub missing_sessions: usize,
    /// Returns.
    pub returns: ReturnStats,
    /// Risk.
    pub risk: RiskStats,
    /// Drawdowns.
    pub drawdown: DrawdownStats,
    /// Against the benchmark; `None` without its prices.
    pub benchmark: Option<BenchmarkStats>,
    /// Trades.
    pub trades: TradeFigures,
    /// Whether it could be luck.
    pub significance: SignificanceStats,
    /// Calendar days from `from` to `to`.
    pub calendar_days: i64,
}

/// Returns; see [`super::returns`], [`super::periods`] and [`super::money_weighted`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its function")]
pub struct ReturnStats {
    pub total: Option<f64>,
    pub annualized: Option<f64>,
    pub mtd: Option<f64>,
    pub ytd: Option<f64>,
    pub best_day: Option<DatedValue>,
    pub worst_day: Option<DatedValue>,
    pub win_days: Option<f64>,
    pub best_month: Option<MonthValue>,
    pub worst_month: Option<MonthValue>,
    pub money_weighted: Option<f64>,
    pub by_month: BTreeMap<YearMonth, f64>,
    pub by_year: BTreeMap<i32, f64>,
    pub money_weighted_total: Option<f64>,
    pub qtd: Option<f64>,
    pub one_year: Option<f64>,
    pub three_years: Option<f64>,
    pub five_years: Option<f64>,
}

/// Risk; see [`super::risk`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its function")]
pub struct RiskStats {
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub omega: Option<f64>,
    pub skewness: Option<f64>,
    pub kurtosis: Option<f64>,
    pub var_95: Option<f64>,
    pub cvar_95: Option<f64>,
    pub ulcer_index: Option<f64>,
    pub tail_ratio: Option<f64>,
    pub recovery_factor: Option<f64>,
    pub gain_to_pain: Option<f64>,
    /// Risk-free rate a year that the figures are taken over.
    pub risk_free: f64,
    /// Trading days a year.
    pub periods_per_year: u32,
}

/// Drawdowns; the dates are those of the maximum drawdown. See [`super::drawdown`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its meaning in `drawdown`")]
pub struct DrawdownStats {
    pub max: Option<f64>,
    pub peak: Option<NaiveDate>,
    pub valley: Option<NaiveDate>,
    pub recovery: Option<NaiveDate>,
    pub duration_days: Option<i64>,
    pub current: Option<f64>,
    pub worst: Vec<Drawdown>,
}

/// Against the benchmark; see [`super::benchmark`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its function")]
pub struct BenchmarkStats {
    pub symbol: String,
    pub total: Option<f64>,
    pub alpha: Option<f64>,
    pub beta: Option<f64>,
    pub correlation: Option<f64>,
    pub tracking_error: Option<f64>,
    pub information_ratio: Option<f64>,
    pub up_capture: Option<f64>,
    pub down_capture: Option<f64>,
    pub r_squared: Option<f64>,
    /// Our total return less the benchmark's.
    pub excess_total: Option<f64>,
    /// Days on which both returns are known.
    pub observations: usize,
    /// Days left out on both sides, because a close was missing or too old.
    pub left_out: usize,
}

/// Whether it could be luck; see [`super::significance`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its function")]
pub struct SignificanceStats {
    pub probabilistic_sharpe: Option<f64>,
    pub minimum_track_record_days: Option<f64>,
    pub sharpe_low: Option<f64>,
    pub sharpe_high: Option<f64>,
    pub deflated_sharpe: Option<f64>,
    /// How many variants were tried, where it is stated.
    pub trials: Option<u32>,
    /// Standard deviation of their Sharpe ratios per day, where it is stated.
    pub trials_sharpe_sd: Option<f64>,
}

impl Stats {
    /// Every figure of these daily series and trades.
    pub fn of(performance: &Performance, trades: TradeFigures) -> Self {
        let series = &performance.series;
        let values = series.values();
        let returns = return_stats(performance, &values);
        Self {
            from: series.start,
            to: series.end(),
            observations: values.len(),
            missing_sessions: performance.missing_sessions().len(),
            risk: risk_stats(performance, &values, &returns),
            drawdown: drawdown_stats(performance),
            benchmark: performance
                .aligned
                .as_ref()
                .map(|aligned| benchmark_stats(performance, aligned, returns.total)),
            returns,
            trades,
            significance: significance_stats(&performance.analysis, &values),
            calendar_days: series.calendar_days(),
        }
    }
}

/// Every figure of a record over a window.
///
/// # Errors
/// As [`performance`]: a day whose return cannot be told; it is named.
pub fn stats(
    record: &Record,
    analysis: &Analysis,
    benchmark_symbol: &str,
    base: Currency,
    trades: TradeFigures,
    window: Window,
) -> Result<Stats, Error> {
    Ok(Stats::of(&performance(record, analysis, benchmark_symbol, base, window)?, trades))
}

fn return_stats(performance: &Performance, values: &[f64]) -> ReturnStats {
    let series = &performance.series;
    let total = returns::total(values);
    let by_month = periods::by_month(series);
    let days = series.calendar_days();
    ReturnStats {
        total,
        annualized: total.and_then(|total| returns::annualized(total, days)),
        mtd: periods::month_to_date(series),
        ytd: periods::year_to_date(series),
        best_day: periods::best_day(series),
        worst_day: periods::worst_day(series),
        win_days: periods::win_days(values),
        best_month: periods::best_month(&by_month),
        worst_month: periods::worst_month(&by_month),
        money_weighted: performance.money_weighted,
        by_month,
        by_year: periods::by_year(series),
        money_weighted_total: performance.money_weighted.and_then(|rate| money_weighted::over_days(rate, days)),
        qtd: periods::quarter_to_date(series),
        one_year: periods::trailing(series, 12),
        three_years: periods::trailing(series, 36),
        five_years: periods::trailing(series, 60),
    }
}

fn risk_stats(performance: &Performance, values: &[f64], returns: &ReturnStats) -> RiskStats {
    let Analysis { risk_free, periods_per_year: periods, .. } = performance.analysis;
    let deepest = maximum_drawdown(performance);
    let over_drawdown = |value: Option<f64>, figure: fn(f64, f64) -> Option<f64>| {
        value.zip(deepest).and_then(|(value, deepest)| figure(value, deepest))
    };
    RiskStats {
        volatility: risk::volatility(values, periods),
        sharpe: risk::sharpe(values, risk_free, periods),
        sortino: risk::sortino(values, risk_free, periods),
        calmar: over_drawdown(returns.annualized, risk::calmar),
        omega: risk::omega(values),
        skewness: risk::skewness(values),
        kurtosis: risk::excess_kurtosis(values),
        var_95: risk::var_95(values),
        cvar_95: risk::cvar_95(values),
        ulcer_index: drawdown::ulcer_index(&performance.drawdowns),
        tail_ratio: risk::tail_ratio(values),
        recovery_factor: over_drawdown(returns.total, risk::recovery_factor),
        gain_to_pain: periods::gain_to_pain(&returns.by_month),
        risk_free,
        periods_per_year: periods,
    }
}

/// The maximum drawdown, where there is a return at all.
fn maximum_drawdown(performance: &Performance) -> Option<f64> {
    drawdown::maximum(&performance.drawdowns).filter(|_| !performance.series.days.is_empty())
}

fn drawdown_stats(performance: &Performance) -> DrawdownStats {
    let deepest = performance.drawdown_periods.first();
    DrawdownStats {
        max: maximum_drawdown(performance),
        peak: deepest.map(|drawdown| drawdown.peak),
        valley: deepest.map(|drawdown| drawdown.valley),
        recovery: deepest.and_then(|drawdown| drawdown.recovery),
        duration_days: deepest.map(|drawdown| drawdown.duration_days),
        current: maximum_drawdown(performance).and(performance.drawdowns.last().copied()),
        worst: performance.drawdown_periods.iter().take(drawdown::LISTED).copied().collect(),
    }
}

fn benchmark_stats(performance: &Performance, aligned: &AlignedSeries, total: Option<f64>) -> BenchmarkStats {
    let Analysis { risk_free, periods_per_year: periods, .. } = performance.analysis;
    let (ours, theirs) = (aligned.ours(), aligned.benchmark());
    BenchmarkStats {
        symbol: performance.benchmark_symbol.clone(),
        total: aligned.total(),
        alpha: benchmark::alpha(&ours, &theirs, risk_free, periods),
        beta: benchmark::beta(&ours, &theirs),
        correlation: benchmark::correlation(&ours, &theirs),
        tracking_error: benchmark::tracking_error(&ours, &theirs, periods),
        information_ratio: benchmark::information_ratio(&ours, &theirs, periods),
        up_capture: benchmark::up_capture(&ours, &theirs, periods),
        down_capture: benchmark::down_capture(&ours, &theirs, periods),
        r_squared: benchmark::r_squared(&ours, &theirs),
        excess_total: total.zip(aligned.total()).map(|(total, theirs)| total - theirs),
        observations: ours.len(),
        left_out: aligned.left_out.len(),
    }
}

fn significance_stats(analysis: &Analysis, values: &[f64]) -> SignificanceStats {
    let stated = SignificanceStats {
        trials: analysis.trials,
        trials_sharpe_sd: analysis.trials_sharpe_sd,
        ..SignificanceStats::default()
    };
    let Some(excess) = risk::excess(values, analysis.risk_free, analysis.periods_per_year) else {
        return stated;
    };
    let interval = significance::sharpe_interval(&excess, analysis.periods_per_year);
    // One trial is its own best, whatever the spread of others would have been.
    let deviation = if analysis.trials == Some(1) { Some(0.0) } else { analysis.trials_sharpe_sd };
    SignificanceStats {
        probabilistic_sharpe: significance::probabilistic_sharpe(&excess, 0.0),
        minimum_track_record_days: significance::minimum_track_record(&excess, 0.0),
        sharpe_low: interval.map(|(low, _)| low),
        sharpe_high: interval.map(|(_, high)| high),
        deflated_sharpe: analysis
            .trials
            .zip(deviation)
            .and_then(|(trials, deviation)| significance::deflated_sharpe(&excess, trials, deviation)),
        ..stated
    }
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
