//! All figures of a record, in the form `stats --json` prints them.
//!
//! Ratios are fractions, dates ISO, undefined is `null`.

mod significance;

pub use significance::SignificanceStats;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::alignment::AlignedSeries;
use super::benchmark;
use super::drawdown::{self, Drawdown};
use super::frequency::Frequency;
use super::money_weighted;
use super::performance::{Performance, performance};
pub use super::periods::Part;
use super::periods::{self, DatedValue, MonthValue};
use super::trades::TradeFigures;
use super::{Window, returns, risk, three_years};
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
    /// Returns.
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
    /// Calendar days that the returns stand for: from `from` to `to`, without those on which the account was empty.
    pub calendar_days: i64,
    /// Whether at least nine in ten sessions have a valuation. If not, figures count returns as often as they came.
    pub daily: bool,
    /// Returns and dates of the figures that are taken over a part of the record, by their id.
    pub parts: BTreeMap<&'static str, Part>,
    /// Why there is nothing to compare with, where there is not.
    pub not_compared: Option<String>,
    /// Full calendar months in a row up to the newest, at most the 36 that figures of three years take.
    #[serde(skip)]
    pub full_months: usize,
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
    pub three_year_deviation: Option<f64>,
    /// Risk-free rate a year that the figures are taken over.
    pub risk_free: f64,
    /// Returns a year.
    pub periods_per_year: f64,
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
    /// Our total return less the benchmark's, between the same dates.
    pub excess_total: Option<f64>,
    /// The first date on which both have a value.
    pub from: Option<NaiveDate>,
    /// The last one.
    pub to: Option<NaiveDate>,
    /// Our total return between them.
    pub own_total: Option<f64>,
    /// Pairs of returns.
    pub observations: usize,
    /// Pairs left out on both sides, because the benchmark has no close for more than five weekdays within them.
    pub left_out: usize,
    /// Pairs a year.
    pub periods_per_year: f64,
    /// Calendar days of the pairs.
    pub calendar_days: i64,
    /// See [`three_years::three_year_deviation`]; over the months of the account's own.
    pub three_year_deviation: Option<f64>,
}

impl Stats {
    /// Every figure of these daily series and trades.
    pub fn of(performance: &Performance, trades: TradeFigures) -> Self {
        let series = &performance.series;
        let values = series.values();
        let returns = return_stats(performance, &values);
        let frequency = performance.frequency();
        let full_months = three_years::full_months(series, performance.exchange);
        Self {
            from: series.start,
            to: series.end(),
            observations: values.len(),
            missing_sessions: performance.missing_sessions().len(),
            risk: RiskStats {
                three_year_deviation: three_years::three_year_deviation(&full_months, &returns.by_month),
                ..risk_stats(performance, &values, &returns)
            },
            drawdown: drawdown_stats(performance),
            benchmark: performance.aligned.as_ref().map(|aligned| BenchmarkStats {
                three_year_deviation: three_years::three_year_deviation(
                    &full_months,
                    &periods::benchmark_by_month(series, aligned),
                ),
                ..benchmark_stats(performance, aligned)
            }),
            returns,
            trades,
            significance: SignificanceStats::of(performance),
            calendar_days: series.calendar_days(),
            daily: frequency.daily,
            parts: periods::parts(series),
            not_compared: performance.not_compared.clone(),
            full_months: full_months.len(),
        }
    }

    /// What the record lacks for a figure about the spread of its returns: `needs 63 returns, has 19`.
    pub fn lacks(&self) -> Option<String> {
        self.frequency().lacks(self.observations, self.calendar_days)
    }

    /// How many returns a year the record has.
    pub fn frequency(&self) -> Frequency {
        Frequency { periods: self.risk.periods_per_year, daily: self.daily }
    }
}

impl BenchmarkStats {
    /// What the pairs lack for a figure about their spread.
    pub fn lacks(&self) -> Option<String> {
        Frequency { periods: self.periods_per_year, daily: true }.lacks(self.observations, self.calendar_days)
    }
}

/// Every figure of a record over a window.
///
/// # Errors
/// As [`performance`]: a day whose return is undefined; the error names it.
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
    let span = series.start.zip(series.end()).map_or(0, |(start, end)| (end - start).num_days());
    ReturnStats {
        total,
        annualized: total.and_then(|total| returns::annualized(total, days)),
        mtd: periods::month_to_date(series),
        ytd: periods::year_to_date(series),
        best_day: periods::best_day(series, performance.exchange),
        worst_day: periods::worst_day(series, performance.exchange),
        win_days: periods::win_days(values),
        best_month: periods::best_month(&by_month),
        worst_month: periods::worst_month(&by_month),
        money_weighted: performance.money_weighted.filter(|_| span >= returns::MIN_DAYS_TO_ANNUALIZE),
        by_month,
        by_year: periods::by_year(series),
        money_weighted_total: performance.money_weighted.and_then(|rate| money_weighted::over_days(rate, span)),
        qtd: periods::quarter_to_date(series),
        one_year: periods::trailing(series, 12),
        three_years: periods::trailing(series, 36),
        five_years: periods::trailing(series, 60),
    }
}

fn risk_stats(performance: &Performance, values: &[f64], returns: &ReturnStats) -> RiskStats {
    let risk_free = performance.analysis.risk_free;
    let frequency = performance.frequency();
    let periods = frequency.periods;
    let deepest = maximum_drawdown(performance);
    let over_drawdown = |value: Option<f64>, figure: fn(f64, f64) -> Option<f64>| {
        value.zip(deepest).and_then(|(value, deepest)| figure(value, deepest))
    };
    let always = RiskStats {
        recovery_factor: over_drawdown(returns.total, risk::recovery_factor),
        gain_to_pain: periods::gain_to_pain(&returns.by_month),
        risk_free,
        periods_per_year: periods,
        ..RiskStats::default()
    };
    if frequency.lacks(values.len(), performance.series.calendar_days()).is_some() {
        return always;
    }
    let excess = performance.series.excess(frequency, risk_free);
    let of_excess = |figure: fn(&[f64], f64) -> Option<f64>| excess.as_deref().and_then(|part| figure(part, periods));
    RiskStats {
        volatility: risk::volatility(values, periods),
        sharpe: of_excess(risk::sharpe),
        sortino: of_excess(risk::sortino),
        calmar: over_drawdown(returns.annualized, risk::calmar),
        omega: risk::omega(values),
        skewness: risk::skewness(values),
        kurtosis: risk::excess_kurtosis(values),
        var_95: risk::var_95(values),
        cvar_95: risk::cvar_95(values),
        ulcer_index: drawdown::ulcer_index(&performance.drawdowns),
        tail_ratio: risk::tail_ratio(values),
        ..always
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

fn benchmark_stats(performance: &Performance, aligned: &AlignedSeries) -> BenchmarkStats {
    let frequency = aligned.frequency(performance.frequency(), performance.series.days.len());
    let compared = aligned.comparison;
    let own_total = compared.map(|found| found.ours - 1.0);
    let total = compared.map(|found| found.benchmark - 1.0);
    let calendar_days = aligned.lengths().iter().sum();
    let pairs = aligned.pairs.len();
    let always = BenchmarkStats {
        symbol: performance.benchmark_symbol.clone(),
        total,
        own_total,
        excess_total: own_total.zip(total).map(|(ours, theirs)| ours - theirs),
        from: compared.map(|found| found.from),
        to: compared.map(|found| found.to),
        observations: pairs,
        left_out: aligned.left_out.len(),
        periods_per_year: frequency.periods,
        calendar_days,
        ..BenchmarkStats::default()
    };
    if frequency.lacks(pairs, calendar_days).is_some() {
        return always;
    }
    let (ours, theirs) = (aligned.ours(), aligned.benchmark());
    let beta = benchmark::beta(&ours, &theirs);
    let whole = BenchmarkStats {
        beta,
        correlation: benchmark::correlation(&ours, &theirs),
        tracking_error: benchmark::tracking_error(&ours, &theirs, frequency.periods),
        information_ratio: benchmark::information_ratio(&ours, &theirs, frequency.periods),
        r_squared: benchmark::r_squared(&ours, &theirs),
        ..always
    };
    if calendar_days < returns::MIN_DAYS_TO_ANNUALIZE {
        return whole;
    }
    let excess = |values: &[f64]| {
        frequency.excess(values.iter().copied().zip(aligned.lengths()), performance.analysis.risk_free)
    };
    let alpha = |beta| benchmark::alpha(&excess(&ours)?, &excess(&theirs)?, beta, frequency.periods);
    BenchmarkStats {
        alpha: beta.and_then(alpha),
        up_capture: benchmark::up_capture(&ours, &theirs, frequency.periods),
        down_capture: benchmark::down_capture(&ours, &theirs, frequency.periods),
        ..whole
    }
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
