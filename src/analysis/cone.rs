//! Where a record could have gone if its returns were drawn from those of a backtest.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::significance::{DRAWS, MEAN_BLOCK, MIN_BOOTSTRAP_DAYS};
use super::statistics::quantile_of_sorted;

/// The same draws on every run.
const SEED: u64 = 0x0063_6f6e_6573;

/// The median and the 5 % and 95 % quantiles of the growth of 1,000 resampled records after a number of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConePoint {
    /// Days drawn.
    pub days: usize,
    /// Growth of 1 that 5 % of the draws stayed below.
    pub low: f64,
    /// Growth of 1 of the median draw.
    pub middle: f64,
    /// Growth of 1 that 5 % of the draws went beyond.
    pub high: f64,
}

/// About so many of the numbers up to `days`, evenly spaced, and `days` itself.
pub fn spread(days: usize, points: usize) -> Vec<usize> {
    let step = days.div_ceil(points.max(1));
    (1..=days).filter(|day| day.is_multiple_of(step) || *day == days).collect()
}

/// The cone after each of these numbers of days, which ascend from 1.
///
/// Stationary block bootstrap with blocks of 21 days on average and a fixed seed; empty for fewer than 42 returns.
/// Source: Politis and Romano, "The Stationary Bootstrap" (1994).
pub fn cone(returns: &[f64], stops: &[usize]) -> Vec<ConePoint> {
    if returns.len() < MIN_BOOTSTRAP_DAYS {
        return Vec::new();
    }
    let mut grown: Vec<Vec<f64>> = vec![Vec::with_capacity(DRAWS); stops.len()];
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for _ in 0..DRAWS {
        let mut growth = 1.0;
        let mut place = below(&mut random, returns.len());
        let mut day = 0;
        for (stop, values) in stops.iter().zip(&mut grown) {
            while day < *stop {
                growth *= 1.0 + returns.get(place).copied().unwrap_or_default();
                let jumps = random.next_u32().is_multiple_of(MEAN_BLOCK);
                place = match place + 1 {
                    _ if jumps => below(&mut random, returns.len()),
                    end if end == returns.len() => 0,
                    next => next,
                };
                day += 1;
            }
            values.push(growth);
        }
    }
    let point = |(days, values): (&usize, &mut Vec<f64>)| {
        values.sort_unstable_by(f64::total_cmp);
        let at = |level| quantile_of_sorted(values, level);
        Some(ConePoint { days: *days, low: at(0.05)?, middle: at(0.5)?, high: at(0.95)? })
    };
    stops.par_iter().zip(&mut grown).filter_map(point).collect()
}

/// A whole number below `limit`; the tiny bias of the remainder does not matter here.
fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    random.next_u32() as usize % limit.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_spread_the_cone_is_a_line() {
        let cone = cone(&[0.001; 60], &spread(100, 10));
        assert_eq!(cone.last().unwrap().days, 100);
        for point in cone {
            let expected = 1.001f64.powi(point.days as i32);
            assert!((point.low - expected).abs() < 1e-9 && (point.high - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn it_widens_with_the_square_root_of_time() {
        let returns: Vec<f64> = (0..500).map(|day| 0.01 * ((day * 7919 % 1000) as f64 / 500.0 - 1.0)).collect();
        let cone = cone(&returns, &spread(400, 4));
        let width = |point: &ConePoint| point.high.ln() - point.low.ln();
        assert!(cone.iter().all(|point| point.low < point.middle && point.middle < point.high));
        let ratio = width(&cone[3]) / width(&cone[0]);
        assert!((1.6..2.4).contains(&ratio), "{ratio}");
        assert!(super::cone(&[0.01; 41], &spread(10, 4)).is_empty());
    }
}
