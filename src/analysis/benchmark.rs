//! The record against a benchmark, over the same dates.
//!
//! Slices of our returns and the benchmark's go together, entry by entry, as [`super::alignment`] pairs them; slices of
//! different lengths give no figure.

use super::statistics::{finite, mean, ratio, spread, standard_deviation};

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

/// Alpha a year `(1 + mean(e - beta e_b))^P - 1` of a `beta` from returns over the risk-free rate (as empyrical);
/// undefined without a pair. Source: Jensen (1968).
pub fn alpha(excess: &[f64], benchmark_excess: &[f64], beta: f64, periods: f64) -> Option<f64> {
    if excess.len() != benchmark_excess.len() {
        return None;
    }
    let unexplained: Vec<f64> = excess.iter().zip(benchmark_excess).map(|(our, their)| our - beta * their).collect();
    finite((1.0 + mean(&unexplained)?).powf(periods) - 1.0)
}

/// Correlation of returns (Pearson), -1 to 1; undefined for fewer than two pairs or without spread.
pub fn correlation(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    let value = covariance(ours, benchmark)? / (spread(ours)? * spread(benchmark)?);
    finite(value.clamp(-1.0, 1.0))
}

/// R²: the square of the correlation.
pub fn r_squared(ours: &[f64], benchmark: &[f64]) -> Option<f64> {
    correlation(ours, benchmark).map(|value| value * value)
}

/// `r - b`, pair by pair.
fn active(ours: &[f64], benchmark: &[f64]) -> Option<Vec<f64>> {
    (ours.len() == benchmark.len()).then(|| ours.iter().zip(benchmark).map(|(our, their)| our - their).collect())
}

/// Tracking error a year `std(r - b) sqrt(P)`, ddof = 1; undefined for fewer than two pairs.
pub fn tracking_error(ours: &[f64], benchmark: &[f64], periods: f64) -> Option<f64> {
    finite(standard_deviation(&active(ours, benchmark)?)? * periods.sqrt())
}

/// Information ratio a year `mean(r - b) / std(r - b) sqrt(P)`, ddof = 1; undefined for fewer than two pairs or
/// where the two do not differ. Source: Goodwin (1998).
pub fn information_ratio(ours: &[f64], benchmark: &[f64], periods: f64) -> Option<f64> {
    let active = active(ours, benchmark)?;
    finite(mean(&active)? / spread(&active)? * periods.sqrt())
}

/// Up capture: annualized return of the pairs in which the benchmark rose, ours over the benchmark's (as
/// empyrical); undefined where it never rose.
pub fn up_capture(ours: &[f64], benchmark: &[f64], periods: f64) -> Option<f64> {
    capture(ours, benchmark, periods, |their| their > 0.0)
}

/// Down capture: annualized return of the pairs in which the benchmark fell, ours over the benchmark's (as
/// empyrical); undefined where it never fell.
pub fn down_capture(ours: &[f64], benchmark: &[f64], periods: f64) -> Option<f64> {
    capture(ours, benchmark, periods, |their| their < 0.0)
}

fn capture(ours: &[f64], benchmark: &[f64], periods: f64, counts: impl Fn(f64) -> bool) -> Option<f64> {
    if ours.len() != benchmark.len() {
        return None;
    }
    let counted = ours.iter().zip(benchmark).filter(|(_, their)| counts(**their));
    let (ours, benchmark): (Vec<f64>, Vec<f64>) = counted.map(|(our, their)| (*our, *their)).unzip();
    ratio(annual_growth(&ours, periods)?, annual_growth(&benchmark, periods)?)
}

/// Annualized return of `n` days that need not follow each other: `prod(1 + r)^(P/n) - 1`.
fn annual_growth(returns: &[f64], periods: f64) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    // Decades of losing days alone leave next to nothing: the product itself keeps the digits that it less 1 loses.
    let growth: f64 = returns.iter().map(|value| 1.0 + value).product();
    finite(growth.powf(periods / returns.len() as f64) - 1.0)
}

#[cfg(test)]
#[path = "benchmark_tests.rs"]
mod tests;
