//! How far the index fell below its highest point, and for how long.

use chrono::NaiveDate;
use serde::Serialize;

use super::statistics::{NEGLIGIBLE, finite};

/// How many drawdowns are listed.
pub const LISTED: usize = 5;

/// One drawdown from its peak to its recovery.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drawdown {
    /// Index at the valley against the peak, below zero.
    pub depth: f64,
    /// Last date at the peak.
    pub peak: NaiveDate,
    /// First date at the lowest point.
    pub valley: NaiveDate,
    /// First date at or above the peak again, or `None` while it lasts.
    pub recovery: Option<NaiveDate>,
    /// Calendar days from the peak to the recovery, or to the last date.
    pub duration_days: i64,
}

/// Drawdown on each date: `D_t = I_t / max(I_0..I_t) - 1`, 0 or below.
///
/// A distance of rounding alone is 0, so that an index that returns to its old peak has recovered.
pub fn drawdowns(index: &[f64]) -> Vec<f64> {
    let mut peak = f64::NEG_INFINITY;
    let below = index.iter().map(|value| {
        peak = peak.max(*value);
        let distance = finite(value / peak - 1.0).unwrap_or(0.0);
        if distance < -NEGLIGIBLE { distance } else { 0.0 }
    });
    below.collect()
}

/// Maximum drawdown `min D_t`, 0 or below; undefined without a date.
pub fn maximum(drawdowns: &[f64]) -> Option<f64> {
    drawdowns.iter().copied().reduce(f64::min).and_then(finite)
}

/// Ulcer index `sqrt(mean(D_t^2))` over the days that have a return: the starting date, 0 by definition, does not
/// count. Undefined without a return. Source: Martin and McCann (1989).
pub fn ulcer_index(drawdowns: &[f64]) -> Option<f64> {
    let days = drawdowns.len().checked_sub(1).filter(|days| *days > 0)?;
    finite((drawdowns.iter().map(|depth| depth * depth).sum::<f64>() / days as f64).sqrt())
}

/// All drawdowns, deepest first, the earlier one first where two are equally deep.
///
/// `dates` and `drawdowns` go together; a drawdown runs from the last date at its peak to the first date at or
/// above it again.
pub fn periods(dates: &[NaiveDate], drawdowns: &[f64]) -> Vec<Drawdown> {
    let mut found: Vec<Drawdown> = Vec::new();
    let mut open: Option<Drawdown> = None;
    let mut peak = dates.first().copied().unwrap_or_default();
    for (date, depth) in dates.iter().copied().zip(drawdowns.iter().copied()) {
        if depth < 0.0 {
            let current =
                open.get_or_insert(Drawdown { depth, peak, valley: date, recovery: None, duration_days: 0 });
            if depth < current.depth {
                current.depth = depth;
                current.valley = date;
            }
            current.duration_days = (date - current.peak).num_days();
        } else {
            peak = date;
            if let Some(ended) = open.take() {
                let duration_days = (date - ended.peak).num_days();
                found.push(Drawdown { recovery: Some(date), duration_days, ..ended });
            }
        }
    }
    found.extend(open);
    found.sort_by(|one, other| one.depth.total_cmp(&other.depth));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{close, date};

    fn dates() -> Vec<NaiveDate> {
        ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"]
            .map(date)
            .to_vec()
    }

    const INDEX: [f64; 7] = [1.0, 1.2, 0.9, 1.08, 1.2, 1.2, 1.14];

    #[test]
    fn a_drawdown_is_measured_from_the_highest_point_so_far() {
        let depths = drawdowns(&INDEX);
        let expected = [0.0, 0.0, -0.25, -0.1, 0.0, 0.0, -0.05];
        for (depth, expected) in depths.iter().zip(expected) {
            close(Some(*depth), expected);
        }
        close(maximum(&depths), -0.25);
        // Squares 0.0625 + 0.01 + 0.0025 over six returns.
        close(ulcer_index(&depths), (0.075_f64 / 6.0).sqrt());
    }

    #[test]
    fn a_drawdown_runs_from_its_peak_to_its_recovery() {
        let found = periods(&dates(), &drawdowns(&INDEX));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].peak, found[0].valley), (date("2024-01-02"), date("2024-01-03")));
        assert_eq!((found[0].recovery, found[0].duration_days), (Some(date("2024-01-05")), 3));
        // The second starts at the last of several days at the peak, and lasts.
        assert_eq!((found[1].peak, found[1].valley), (date("2024-01-08"), date("2024-01-09")));
        assert_eq!((found[1].recovery, found[1].duration_days), (None, 1));
    }

    #[test]
    fn rounding_does_not_keep_a_drawdown_open() {
        // 1 x 0.9 x (1 + 1/9) is a little below 1 in binary.
        let back = 0.9 * (1.0 + (100.0 / 90.0 - 1.0)) * (1.0 - 2e-16);
        assert!(back < 1.0);
        let found = periods(&dates()[..3], &drawdowns(&[1.0, 0.9, back]));
        assert_eq!(found[0].recovery, Some(date("2024-01-03")));
    }

    #[test]
    fn a_rising_index_has_none() {
        let depths = drawdowns(&[1.0, 1.0, 1.1]);
        assert_eq!(maximum(&depths), Some(0.0));
        assert_eq!(ulcer_index(&depths), Some(0.0));
        assert!(periods(&dates()[..3], &depths).is_empty());
        assert_eq!(maximum(&[]), None);
        assert_eq!(ulcer_index(&[0.0]), None);
    }
}
