//! What chance makes of a record's returns: other records drawn from them, and the same returns in other orders.
//!
//! Draws have fixed seeds, so that the same record gives the same figures on every run.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::returns::annualized;
use super::significance::{DRAWS, each_resampled};
use super::statistics::quantile;

/// The same shuffles on every run.
const SEED: u64 = 0x0073_6875_6666;

/// A 90 % interval of the annualized return: the 5 % and 95 % quantiles of 1,000 resampled records.
///
/// The records are those of [`sharpe_interval`](super::significance::sharpe_interval), each a year rate over the calendar
/// days of the record. Undefined below 365 of them, for fewer returns than two blocks, and after a return of -100 %.
/// Source: Politis and Romano, "The Stationary Bootstrap" (1994).
pub fn annual_interval(returns: &[f64], periods: f64, calendar_days: i64) -> Option<(f64, f64)> {
    let logs: Option<Vec<f64>> = returns.iter().map(|value| (*value > -1.0).then(|| value.ln_1p())).collect();
    let logs = logs?;
    let twice = logs.iter().chain(&logs).scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    });
    let sums: Vec<f64> = std::iter::once(0.0).chain(twice).collect();
    let between = |start: usize, length: usize| Some(sums.get(start + length)? - sums.get(start)?);
    let rates = each_resampled(returns.len(), periods, |blocks| {
        let growth: Option<f64> = blocks.iter().map(|(start, length)| between(*start, *length)).sum();
        annualized(growth?.exp_m1(), calendar_days)
    });
    if rates.len() < DRAWS {
        return None;
    }
    Some((quantile(&rates, 0.05)?, quantile(&rates, 0.95)?))
}

/// The deepest falls of 1,000 records that are made of the same returns in random order, the deepest first: each a
/// fraction, 0 or negative, as [`maximum`](super::drawdown::maximum) has it.
///
/// All of them end at the same total return, so that only the order differs. Empty without returns.
pub fn shuffled_drawdowns(returns: &[f64]) -> Vec<f64> {
    if returns.is_empty() {
        return Vec::new();
    }
    let logs: Vec<f64> = returns.iter().map(|value| value.max(-1.0).ln_1p()).collect();
    let shuffled = |stream: u64| {
        // A stream of its own for each, so that they can be drawn side by side.
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        random.set_stream(stream);
        let mut order = logs.clone();
        for last in (1..order.len()).rev() {
            order.swap(last, below(&mut random, last + 1));
        }
        deepest(&order)
    };
    let mut falls: Vec<f64> = (0..DRAWS as u64).into_par_iter().map(shuffled).collect();
    falls.sort_by(f64::total_cmp);
    falls
}

/// The share of these falls that are deeper than one, beyond rounding; undefined without any.
pub fn share_deeper(falls: &[f64], than: f64) -> Option<f64> {
    let deeper = falls.iter().filter(|fall| **fall < than - 1e-12).count();
    (!falls.is_empty()).then(|| deeper as f64 / falls.len() as f64)
}

/// The deepest fall through these logarithms of growth.
fn deepest(logs: &[f64]) -> f64 {
    let (mut sum, mut peak, mut deepest) = (0.0f64, 0.0f64, 0.0f64);
    for log in logs {
        sum += log;
        peak = peak.max(sum);
        deepest = deepest.min(sum - peak);
    }
    deepest.exp_m1()
}

/// A whole number from 0 to `limit - 1`, in arithmetic that no library version changes.
fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u64::from(random.next_u32()) * limit as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::drawdown;
    use crate::analysis::significance::MIN_BOOTSTRAP_DAYS;

    #[test]
    fn the_order_of_three_returns_decides_how_deep_they_fall() {
        // With the gain between the losses the deepest fall is 10 %, with it first or last 0.9 x 0.9 = 19 %.
        let falls = shuffled_drawdowns(&[-0.1, -0.1, 0.5]);
        assert_eq!(falls.len(), DRAWS);
        let near = |fall: f64, wanted: f64| (fall - wanted).abs() < 1e-12;
        let deep = falls.iter().filter(|fall| near(**fall, -0.19)).count();
        assert!(falls.iter().all(|fall| near(*fall, -0.19) || near(*fall, -0.1)));
        // Two orders in three, give or take three standard deviations of 1,000 draws.
        assert!((deep as f64 - 667.0).abs() < 45.0, "{deep}");
        assert_eq!(share_deeper(&falls, -0.1), Some(deep as f64 / 1000.0));
        assert_eq!(share_deeper(&falls, -0.19), Some(0.0));
        assert_eq!((shuffled_drawdowns(&[]), share_deeper(&[], 0.0)), (vec![], None));
    }

    #[test]
    fn where_everything_was_lost_every_order_falls_all_the_way() {
        assert!(shuffled_drawdowns(&[0.1, -1.0, 0.1]).iter().all(|fall| *fall == -1.0));
        assert_eq!(annual_interval(&[-1.0; 300], 252.0, 400), None);
    }

    #[test]
    fn returns_without_spread_leave_nothing_to_chance() {
        let rates = annual_interval(&[0.001; 252], 252.0, 365).unwrap();
        let rate = (252.0 * 0.001f64.ln_1p() * 365.25 / 365.0).exp_m1();
        assert!((rates.0 - rate).abs() < 1e-12 && (rates.1 - rate).abs() < 1e-12, "{rates:?} {rate}");
        assert_eq!(annual_interval(&[0.001; 252], 252.0, 364), None);
        assert_eq!(annual_interval(&[0.001; MIN_BOOTSTRAP_DAYS - 1], 252.0, 400), None);
    }

    #[test]
    fn the_interval_is_that_of_independent_returns_where_they_are() {
        // 1,008 returns of +1 % and -1 % in no order: the sum of 1,008 has a deviation of sqrt(1008) x 1 %.
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let returns: Vec<f64> = (0..1008).map(|_| if below(&mut random, 2) == 0 { 0.01 } else { -0.01 }).collect();
        let (low, high) = annual_interval(&returns, 252.0, 1461).unwrap();
        let width = (high.ln_1p() - low.ln_1p()) * 4.0;
        let expected = 2.0 * 1.645 * 1008f64.sqrt() * 0.01;
        assert!((0.75..1.25).contains(&(width / expected)), "{width} {expected}");
    }

    proptest! {
        #[test]
        fn no_shuffle_falls_less_than_its_worst_return(returns in prop::collection::vec(-0.3f64..0.3, 1..40)) {
            let worst = returns.iter().copied().fold(0.0, f64::min);
            let losses: f64 = returns.iter().map(|value| 1.0 + value.min(0.0)).product::<f64>() - 1.0;
            let falls = shuffled_drawdowns(&returns);
            prop_assert!(falls.is_sorted());
            prop_assert!(falls.iter().all(|fall| *fall <= worst + 1e-12 && *fall >= losses - 1e-12));
            // The record itself is one of its orders.
            let index: Vec<f64> = std::iter::once(1.0)
                .chain(returns.iter().scan(1.0, |sum, value| { *sum *= 1.0 + value; Some(*sum) })).collect();
            let own = drawdown::maximum(&drawdown::drawdowns(&index)).unwrap();
            let logs: Vec<f64> = returns.iter().map(|value| value.ln_1p()).collect();
            prop_assert!((deepest(&logs) - own).abs() < 1e-12);
        }
    }
}
