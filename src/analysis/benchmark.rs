//! The record against a benchmark, over the same dates.
//!
//! Slices of our returns and the benchmark's go together, entry by entry; slices of different lengths give no
//! figure.

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use super::returns::ReturnSeries;
use super::risk::excess;
use super::statistics::{finite, mean, ratio, spread, standard_deviation};
use crate::calendar::weekday_age;
use crate::record::PriceSeries;

/// A close that is more weekdays old than this says nothing about the date.
pub const MAX_AGE_WEEKDAYS: usize = 5;

/// Our return and the benchmark's between the same two snapshots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlignedDay {
    /// Date of the later snapshot.
    pub date: NaiveDate,
    /// Our return.
    pub ours: f64,
    /// The benchmark's return.
    pub benchmark: f64,
}

/// A benchmark laid over the record's snapshot dates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlignedSeries {
    /// The days on which both returns are known.
    pub pairs: Vec<AlignedDay>,
    /// The days left out on both sides, because a close was missing or too old.
    pub left_out: Vec<NaiveDate>,
    /// Growth of 1 in the benchmark on every snapshot date, 1 at the first usable close; `None` where there is none.
    pub index: Vec<(NaiveDate, Option<f64>)>,
}

impl AlignedSeries {
    /// Our returns of the pairs.
    pub fn ours(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.ours).collect()
    }

    /// The benchmark's returns of the pairs.
    pub fn benchmark(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.benchmark).collect()
    }

    /// The benchmark's return between two snapshot dates; undefined where one of them has no usable close.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Option<f64> {
        finite(self.index_on(to)? / self.index_on(from)? - 1.0)
    }

    /// The benchmark's return from the first to the last snapshot; undefined where one of them has no usable close.
    pub fn total(&self) -> Option<f64> {
        let (from, _) = self.index.first()?;
        let (to, _) = self.index.last().filter(|_| self.index.len() > 1)?;
        self.between(*from, *to)
    }

    fn index_on(&self, date: NaiveDate) -> Option<f64> {
        let at = self.index.binary_search_by_key(&date, |(date, _)| *date).ok()?;
        self.index.get(at).and_then(|(_, value)| *value)
    }
}

/// Lays a benchmark over the snapshot dates: on each, its last adjusted close on or before the date, never a later
/// one. A close more than 5 weekdays old is none; the pairs it belongs to are left out on both sides.
pub fn align(series: &ReturnSeries, prices: &PriceSeries) -> AlignedSeries {
    let closes: Vec<_> = series.dates().into_iter().map(|date| (date, usable_close(prices, date))).collect();
    let first = closes.iter().find_map(|(_, close)| *close);
    let index =
        closes.iter().map(|(date, close)| (*date, close.zip(first).and_then(|(now, then)| finite(now / then))));
    let mut aligned = AlignedSeries { index: index.collect(), ..AlignedSeries::default() };
    for (day, ((_, before), (_, after))) in series.days.iter().zip(closes.iter().zip(closes.iter().skip(1))) {
        let benchmark = before.zip(*after).and_then(|(before, after)| finite(after / before - 1.0));
        match benchmark {
            Some(benchmark) => aligned.pairs.push(AlignedDay { date: day.date, ours: day.value, benchmark }),
            None => aligned.left_out.push(day.date),
        }
    }
    aligned
}

/// The last adjusted close on or before a date, if it is above zero and young enough.
fn usable_close(prices: &PriceSeries, date: NaiveDate) -> Option<f64> {
    let bar = prices.on_or_before(date)?;
    // Six weekdays always lie within ten calendar days; counting decades of them one by one would be slow.
    let young = (date - bar.date).num_days() < 10 && weekday_age(bar.date, date) <= MAX_AGE_WEEKDAYS;
    bar.adjusted_close().to_f64().filter(|close| young && *close > 0.0)
}

/// Sample covariance (ddof = 1).
fn covariance(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    if ours.len() != benchmark.len() || ours.len() < 2 {
        return None;
    }
    let (our_mean, their_mean) = (mean(ours)?, mean(benchmark)?);
    let products = ours.iter().zip(benchmark).map(|(our, their)| (our - our_mean) * (their - their_mean));
    finite(products.sum::<f64>() / (ours.len() - 1) as f64)
}

/// Beta `cov(r, b) / var(b)`, ddof = 1; undefined for fewer than two pairs or a benchmark without spread.
pub fn beta(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    spread(benchmark)?;
    finite(covariance(ours, benchmark)? / covariance(benchmark, benchmark)?)
}

/// Alpha a year `(1 + mean(e - beta e_b))^P - 1` over the risk-free rate (as empyrical); undefined where beta is.
/// Source: Jensen (1968).
pub fn alpha(ours: &[f64], benchmark: &[f64], risk_free: f64, periods: u32) -> Option<f64> {
    let beta = beta(ours, benchmark)?;
    let (ours, benchmark) = (excess(ours, risk_free, periods)?, excess(benchmark, risk_free, periods)?);
    let unexplained: Vec<f64> = ours.iter().zip(&benchmark).map(|(our, their)| our - beta * their).collect();
    finite((1.0 + mean(&unexplained)?).powf(f64::from(periods)) - 1.0)
}

/// Correlation of daily returns (Pearson), -1 to 1; undefined for fewer than two pairs or without spread.
pub fn correlation(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    let value = covariance(ours, benchmark)? / (spread(ours)? * spread(benchmark)?);
    finite(value.clamp(-1.0, 1.0))
}

/// R²: the square of the correlation.
pub fn r_squared(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    correlation(ours, benchmark).map(|value| value * value)
}

/// `r - b`, day by day.
fn active(ours: &[f64], benchmark: &[f64]) -> Option<Vec<f64>> {
    (ours.len() == benchmark.len()).then(|| ours.iter().zip(benchmark).map(|(our, their)| our - their).collect())
}

/// Tracking error a year `std(r - b) sqrt(P)`, ddof = 1; undefined for fewer than two pairs.
pub fn tracking_error(ours: &[f64], benchmark: &[f64], periods: u32) -> Option<f64> {
    finite(standard_deviation(&active(ours, benchmark)?)? * f64::from(periods).sqrt())
}

/// Information ratio a year `mean(r - b) / std(r - b) sqrt(P)`, ddof = 1; undefined for fewer than two pairs or
/// where the two do not differ. Source: Goodwin (1998).
pub fn information_ratio(ours: &[f64], benchmark: &[f64], periods: u32) -> Option<f64> {
    let active = active(ours, benchmark)?;
    finite(mean(&active)? / spread(&active)? * f64::from(periods).sqrt())
}

/// Up capture: annualized return of the days on which the benchmark rose, ours over the benchmark's (as
/// empyrical); undefined where it never rose.
pub fn up_capture(ours: &[f64], benchmark: &[f64], periods: u32) -> Option<f64> {
    capture(ours, benchmark, periods, |their| their > 0.0)
}

/// Down capture: annualized return of the days on which the benchmark fell, ours over the benchmark's (as
/// empyrical); undefined where it never fell.
pub fn down_capture(ours: &[f64], benchmark: &[f64], periods: u32) -> Option<f64> {
    capture(ours, benchmark, periods, |their| their < 0.0)
}

fn capture(ours: &[f64], benchmark: &[f64], periods: u32, counts: impl Fn(f64) -> bool) -> Option<f64> {
    if ours.len() != benchmark.len() {
        return None;
    }
    let counted = ours.iter().zip(benchmark).filter(|(_, their)| counts(**their));
    let (ours, benchmark): (Vec<f64>, Vec<f64>) = counted.map(|(our, their)| (*our, *their)).unzip();
    ratio(annual_growth(&ours, periods)?, annual_growth(&benchmark, periods)?)
}

/// Annualized return of `n` days that need not follow each other: `prod(1 + r)^(P/n) - 1`.
fn annual_growth(returns: &[f64], periods: u32) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    // Decades of losing days alone leave next to nothing: the product itself keeps the digits that it less 1 loses.
    let growth: f64 = returns.iter().map(|value| 1.0 + value).product();
    finite(growth.powf(f64::from(periods) / returns.len() as f64) - 1.0)
}

#[cfg(test)]
#[path = "benchmark_tests.rs"]
mod tests;
