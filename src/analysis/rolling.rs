//! Figures over a moving window of returns.

use rayon::prelude::*;

use super::alignment::AlignedPair;
use super::benchmark::beta;
use super::risk::{sharpe, volatility};

/// About a quarter of trading days, and the window of the rolling volatility.
pub const QUARTER: usize = 63;

/// About a year of trading days, and the window of the rolling Sharpe ratio and beta: a shorter one says more of chance.
pub const YEAR: usize = 252;

/// Sharpe ratio a year of the `window` excess returns up to each; `None` before the window is full.
///
/// Each window is summed afresh: running sums would lose the digits of quiet days after wild ones.
pub fn rolling_sharpe(excess: &[f64], window: usize, periods: f64) -> Vec<Option<f64>> {
    rolling(excess, window, |part| sharpe(part, periods))
}

/// Volatility a year of the `window` returns up to each; `None` before the window is full.
pub fn rolling_volatility(returns: &[f64], window: usize, periods: f64) -> Vec<Option<f64>> {
    rolling(returns, window, |part| volatility(part, periods))
}

/// Beta of the `window` pairs up to each pair; `None` on the pairs before the window is full.
pub fn rolling_beta(pairs: &[AlignedPair], window: usize) -> Vec<Option<f64>> {
    let ours: Vec<f64> = pairs.iter().map(|pair| pair.ours).collect();
    let benchmark: Vec<f64> = pairs.iter().map(|pair| pair.benchmark).collect();
    let full = ours.par_windows(window.max(1)).zip(benchmark.par_windows(window.max(1)));
    padded(pairs.len(), full.map(|(ours, benchmark)| beta(ours, benchmark)).collect())
}

fn rolling(returns: &[f64], window: usize, figure: impl Fn(&[f64]) -> Option<f64> + Send + Sync) -> Vec<Option<f64>> {
    padded(returns.len(), returns.par_windows(window.max(1)).map(figure).collect())
}

/// Puts `None` before the values until there are `length`.
fn padded(length: usize, values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    let missing = length.saturating_sub(values.len());
    std::iter::repeat_n(None, missing).chain(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{close, date};

    const DAYS: [f64; 4] = [0.01, 0.03, -0.01, 0.01];

    #[test]
    fn a_window_ends_on_its_day() {
        let found = rolling_volatility(&DAYS, 2, 100.0);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], None);
        // Two days x, y have a spread of |x - y| / sqrt(2).
        for (at, distance) in [(1, 0.02), (2, 0.04), (3, 0.02)] {
            close(found[at], distance / 2.0_f64.sqrt() * 10.0);
        }
        close(rolling_sharpe(&DAYS, 2, 100.0)[1], 0.02 / (0.02 / 2.0_f64.sqrt()) * 10.0);
    }

    #[test]
    fn a_record_shorter_than_the_window_has_no_figure() {
        assert_eq!(rolling_sharpe(&DAYS, 63, 252.0), [None; 4]);
        assert_eq!(rolling_beta(&[], 252), []);
    }

    #[test]
    fn a_double_benchmark_has_a_rolling_beta_of_two() {
        let pairs = DAYS.map(|their| AlignedPair {
            since: date("2024-01-01"),
            date: date("2024-01-02"),
            ours: 2.0 * their,
            benchmark: their,
        });
        let found = rolling_beta(&pairs, 3);
        assert_eq!(found[..2], [None, None]);
        close(found[2], 2.0);
        close(found[3], 2.0);
    }

    #[test]
    fn a_wild_day_leaves_no_trace_once_it_has_passed() {
        let mut days = vec![1e6, -0.5];
        days.extend([1e-4, 2e-4, 3e-4]);
        close(rolling_volatility(&days, 3, 1.0)[4], 1e-4);
    }
}
