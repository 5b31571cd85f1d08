//! Whether the record could be luck.
//!
//! All ratios here are per return: `SR = mean(e) / std(e)`, ddof = 1. Skewness `g3` and kurtosis `g4 = excess + 3` are
//! the bias-corrected ones of [`super::risk`].

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::risk::{excess_kurtosis, sharpe_per_return, skewness};
use super::statistics::{NEGLIGIBLE, finite, mean, quantile, spread};

/// Euler and Mascheroni's constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
/// Draws of the bootstrap.
pub const DRAWS: usize = 1000;
/// Mean length of a block of daily returns: about a month.
pub const MEAN_BLOCK: u32 = 21;
/// Fewer daily returns than two mean blocks would be drawn almost whole each time and seem certain.
pub const MIN_BOOTSTRAP_DAYS: usize = 2 * MEAN_BLOCK as usize;
/// Trading days a year, of which [`MEAN_BLOCK`] are about a month.
const DAYS_A_YEAR: f64 = 252.0;
/// The same draws on every run.
const SEED: u64 = 0x0074_7261_636b;

fn normal_cdf(value: f64) -> f64 {
    Normal::standard().cdf(value)
}

fn normal_quantile(level: f64) -> Option<f64> {
    if 0.0 < level && level < 1.0 { finite(Normal::standard().inverse_cdf(level)) } else { None }
}

/// `1 - g3 SR + (g4 - 1) / 4 SR^2`: how much the shape of the returns widens the error of `SR`.
fn shape(excess: &[f64], sharpe: f64) -> Option<f64> {
    let kurtosis = excess_kurtosis(excess)? + 3.0;
    finite(1.0 - skewness(excess)? * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe).filter(|shape| *shape > 0.0)
}

/// Probabilistic Sharpe ratio: how probable it is that the true Sharpe ratio is above `threshold` (per return).
///
/// `Phi((SR - SR*) sqrt(n-1) / sqrt(1 - g3 SR + (g4-1)/4 SR^2))`; undefined for fewer than four returns or without
/// spread. Source: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012).
pub fn probabilistic_sharpe(excess: &[f64], threshold: f64) -> Option<f64> {
    let sharpe = sharpe_per_return(excess)?;
    let error = shape(excess, sharpe)?.sqrt();
    let distance = finite((sharpe - threshold) * (excess.len() as f64 - 1.0).sqrt() / error)?;
    finite(normal_cdf(distance))
}

/// Minimum track record length in returns: how long a record with these moments must be for a Sharpe ratio above
/// `threshold` (per return) at 95 % confidence.
///
/// `1 + (1 - g3 SR + (g4-1)/4 SR^2) (z_0.95 / (SR - SR*))^2`; undefined for `SR <= SR*`, fewer than four returns, or
/// without spread. Source: Bailey and Lopez de Prado (2012).
pub fn minimum_track_record(excess: &[f64], threshold: f64) -> Option<f64> {
    let sharpe = sharpe_per_return(excess)?;
    if sharpe <= threshold {
        return None;
    }
    finite(1.0 + shape(excess, sharpe)? * (normal_quantile(0.95)? / (sharpe - threshold)).powi(2))
}

/// The Sharpe ratio (per return) that the best of `trials` worthless variants reaches by chance:
/// `sd ((1-g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e)))` with Euler's `g`; 0 for one trial, undefined for none.
pub fn expected_best_sharpe(trials: u32, trials_sharpe_sd: f64) -> Option<f64> {
    match trials {
        0 => None,
        1 => Some(0.0),
        _ => {
            let trials = f64::from(trials);
            let usual = normal_quantile(1.0 - 1.0 / trials)?;
            let beyond = normal_quantile(1.0 - 1.0 / (trials * std::f64::consts::E))?;
            finite(trials_sharpe_sd * ((1.0 - EULER_GAMMA) * usual + EULER_GAMMA * beyond))
        }
    }
}

/// Deflated Sharpe ratio: the probabilistic one against the best of all variants tried.
///
/// `trials_sharpe_sd` is the standard deviation of their Sharpe ratios per return. Undefined where either is.
/// Source: Bailey and Lopez de Prado, "The Deflated Sharpe Ratio" (2014).
pub fn deflated_sharpe(excess: &[f64], trials: u32, trials_sharpe_sd: f64) -> Option<f64> {
    probabilistic_sharpe(excess, expected_best_sharpe(trials, trials_sharpe_sd)?)
}

/// A 90 % interval of the Sharpe ratio a year: the 5 % and 95 % quantiles of 1,000 resampled records.
///
/// Stationary block bootstrap with blocks of a month on average, `max(1, 21 P / 252)` returns, and a fixed seed. Undefined
/// for fewer returns than two blocks or without spread. Source: Politis and Romano, "The Stationary Bootstrap" (1994).
pub fn sharpe_interval(excess: &[f64], periods: f64) -> Option<(f64, f64)> {
    spread(excess)?;
    let sums = RunningSums::of(excess)?;
    let draws = each_resampled(excess.len(), periods, |blocks| sums.sharpe(blocks));
    let yearly = periods.sqrt();
    Some((quantile(&draws, 0.05)? * yearly, quantile(&draws, 0.95)? * yearly))
}

/// A figure of each of 1,000 resampled records, whose blocks (first return and length) it gets; none for fewer returns than two
/// blocks. Every figure is taken of the same records.
pub(super) fn each_resampled(
    returns: usize,
    periods: f64,
    mut figure: impl FnMut(&[(usize, usize)]) -> Option<f64>,
) -> Vec<f64> {
    let block = mean_block(periods);
    if (returns as f64) < 2.0 * block {
        return Vec::new();
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let end = (f64::from(u32::MAX) / block) as u32;
    let mut blocks = Vec::new();
    let mut draw = |_| {
        draw_blocks(&mut random, returns, end, &mut blocks);
        figure(&blocks)
    };
    (0..DRAWS).filter_map(&mut draw).collect()
}

/// Blocks of so many returns together that end below `end`, each from a random place on.
fn draw_blocks(random: &mut ChaCha8Rng, returns: usize, end: u32, blocks: &mut Vec<(usize, usize)>) {
    blocks.clear();
    let mut drawn = 0;
    while drawn < returns {
        let start = below(random, returns);
        let length = block_length(random, returns - drawn, end);
        blocks.push((start, length));
        drawn += length;
    }
}

/// Mean length of a block in returns: those of about a month, at least one.
fn mean_block(periods: f64) -> f64 {
    (f64::from(MEAN_BLOCK) * periods / DAYS_A_YEAR).max(1.0)
}

/// Sums of the returns and their squares up to each day, through the series twice, so that a block that runs over
/// the end goes on at the start and any block is two look-ups.
struct RunningSums {
    /// Mean of the series, which is taken off first to keep the sums small.
    mean: f64,
    days: usize,
    sums: Vec<(f64, f64)>,
}

impl RunningSums {
    fn of(excess: &[f64]) -> Option<Self> {
        let mean = mean(excess)?;
        let twice = excess.iter().chain(excess).scan((0.0, 0.0), |(sum, squares), value| {
            let distance = value - mean;
            *sum += distance;
            *squares += distance * distance;
            Some((*sum, *squares))
        });
        let sums = std::iter::once((0.0, 0.0)).chain(twice).collect();
        Some(Self { mean, days: excess.len(), sums })
    }

    /// The Sharpe ratio per return of the record that these blocks make.
    fn sharpe(&self, blocks: &[(usize, usize)]) -> Option<f64> {
        let (mut sum, mut squares) = (0.0, 0.0);
        for (start, length) in blocks {
            let (before, after) = (self.sums.get(*start)?, self.sums.get(start + length)?);
            sum += after.0 - before.0;
            squares += after.1 - before.1;
        }
        let days = self.days as f64;
        let deviation = ((squares - sum * sum / days) / (days - 1.0)).max(0.0).sqrt();
        if deviation > NEGLIGIBLE { finite((self.mean + sum / days) / deviation) } else { None }
    }
}

/// A whole number from 0 to `limit - 1`, each as probable, in arithmetic that no library version changes.
fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u128::from(random.next_u64()) * limit as u128) >> 64) as usize
}

/// A block's length: after each return it goes on while a draw is not below `end`, up to `most`.
fn block_length(random: &mut ChaCha8Rng, most: usize, end: u32) -> usize {
    let mut length = 1;
    while length < most && random.next_u32() >= end {
        length += 1;
    }
    length
}

#[cfg(test)]
#[path = "significance_tests.rs"]
mod tests;
