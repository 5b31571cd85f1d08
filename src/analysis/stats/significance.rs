//! Whether a record could be luck.

use serde::Serialize;

use super::maximum_drawdown;
use crate::analysis::performance::Performance;
use crate::analysis::statistics::quantile_of_sorted;
use crate::analysis::{resampling, risk, significance};

/// Whether it could be luck; see [`significance`] and [`resampling`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs, reason = "each is named after its function")]
pub struct SignificanceStats {
    pub probabilistic_sharpe: Option<f64>,
    pub minimum_track_record_days: Option<f64>,
    pub sharpe_low: Option<f64>,
    pub sharpe_high: Option<f64>,
    pub deflated_sharpe: Option<f64>,
    pub annual_low: Option<f64>,
    pub annual_high: Option<f64>,
    /// The median of the deepest falls of shuffled records.
    pub shuffled_drawdown: Option<f64>,
    /// What one of twenty of them fell below.
    pub shuffled_drawdown_low: Option<f64>,
    /// The share of them that fell deeper than the record did.
    pub deeper_shuffles: Option<f64>,
    /// All of their deepest falls, the deepest first.
    #[serde(skip)]
    pub shuffled: Vec<f64>,
    /// How many variants were tried, where it is stated.
    pub trials: Option<u32>,
    /// Standard deviation of their Sharpe ratios per return, where it is stated.
    pub trials_sharpe_sd: Option<f64>,
}

impl SignificanceStats {
    /// Those of a daily series.
    pub(super) fn of(performance: &Performance) -> Self {
        let analysis = &performance.analysis;
        let stated = Self { trials: analysis.trials, trials_sharpe_sd: analysis.trials_sharpe_sd, ..Self::default() };
        let (series, frequency) = (&performance.series, performance.frequency());
        let enough = frequency.lacks(series.days.len(), series.calendar_days()).is_none();
        let Some(excess) = series.excess(frequency, analysis.risk_free).filter(|_| enough) else {
            return stated;
        };
        let values = series.values();
        let has_sharpe = risk::sharpe_per_return(&excess).is_some();
        let (shuffled, (interval, annual)) = rayon::join(
            || if has_sharpe { resampling::shuffled_drawdowns(&values) } else { Vec::new() },
            || {
                rayon::join(
                    || significance::sharpe_interval(&excess, frequency.periods),
                    || resampling::annual_interval(&values, frequency.periods, series.calendar_days()),
                )
            },
        );
        // One trial is its own best, whatever the spread of others would have been.
        let deviation = if analysis.trials == Some(1) { Some(0.0) } else { analysis.trials_sharpe_sd };
        Self {
            probabilistic_sharpe: significance::probabilistic_sharpe(&excess, 0.0),
            minimum_track_record_days: significance::minimum_track_record(&excess, 0.0),
            sharpe_low: interval.map(|(low, _)| low),
            sharpe_high: interval.map(|(_, high)| high),
            annual_low: annual.map(|(low, _)| low),
            annual_high: annual.map(|(_, high)| high),
            shuffled_drawdown: quantile_of_sorted(&shuffled, 0.5),
            shuffled_drawdown_low: quantile_of_sorted(&shuffled, 0.05),
            deeper_shuffles: maximum_drawdown(performance).and_then(|own| resampling::share_deeper(&shuffled, own)),
            shuffled,
            deflated_sharpe: analysis
                .trials
                .zip(deviation)
                .and_then(|(trials, deviation)| significance::deflated_sharpe(&excess, trials, deviation)),
            ..stated
        }
    }
}
