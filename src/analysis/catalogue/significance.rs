//! Is it luck?

use super::{Figure, Sample, Unit, needs};
use crate::analysis::returns::MIN_DAYS_TO_ANNUALIZE;
use crate::analysis::stats::Stats;

const NO_SPREAD: &str = "the returns do not differ";
const NO_TRIALS: &str = "how many variants were tried is not stated";
const NO_SPREAD_OF_TRIALS: &str = "how far the Sharpe ratios of the variants lie apart is not stated";

/// The reasons for which a figure is not known that the owner of a record removes by a setting, and its key.
pub const SETTINGS: [(&str, &str); 2] =
    [(NO_TRIALS, "[analysis] trials"), (NO_SPREAD_OF_TRIALS, "[analysis] trials_sharpe_sd")];

pub(super) fn significance(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.significance;
    let all = Sample { observations: stats.observations, observed: "returns" };
    let because = |otherwise: &str| stats.lacks().unwrap_or_else(|| otherwise.to_owned());
    let beaten = stats.risk.sharpe.is_some_and(|sharpe| sharpe <= 0.0);
    let too_low = if beaten { "the Sharpe ratio is not above 0" } else { NO_SPREAD };
    let deflated_reason = match (figures.trials, figures.trials_sharpe_sd) {
        (None, _) => NO_TRIALS.to_owned(),
        (Some(0), _) => "the number of variants tried is stated as 0".to_owned(),
        (Some(2..), None) => NO_SPREAD_OF_TRIALS.to_owned(),
        (Some(_), _) => because(NO_SPREAD),
    };
    let interval = |id, name, value| {
        all.figure(id, name, Unit::Ratio, value)
            .formula(
                "quantile of 1,000 resampled records: stationary block bootstrap, mean block about a month, fixed seed",
            )
            .source("Politis and Romano (1994)")
            .because(because(NO_SPREAD))
    };
    let short = stats.calendar_days < MIN_DAYS_TO_ANNUALIZE;
    let annual = |id, name, value| {
        let reason = match short {
            true => needs(MIN_DAYS_TO_ANNUALIZE, "days", stats.calendar_days),
            false => "everything was lost".to_owned(),
        };
        all.figure(id, name, Unit::Percent, value)
            .formula(
                "quantile of the annualized returns of 1,000 resampled records: stationary block bootstrap, mean block about a \
                 month, fixed seed",
            )
            .source("Politis and Romano (1994)")
            .because(because(&reason))
    };
    let shuffled = |id, name, value, formula| {
        all.figure(id, name, Unit::Percent, value).formula(formula).because(because(NO_SPREAD))
    };
    vec![
        all.figure(
            "significance.probabilistic_sharpe",
            "Probabilistic Sharpe ratio",
            Unit::Percent,
            figures.probabilistic_sharpe,
        )
        .formula(
            "Φ(SR √(n−1) / √(1 − g3 SR + (g4−1)/4 SR²)): the probability that the true Sharpe ratio is above 0; SR per \
             return, g3 skewness, g4 excess kurtosis + 3, both bias-corrected",
        )
        .source("Bailey and Lopez de Prado (2012)")
        .because(because(NO_SPREAD)),
        all.figure(
            "significance.minimum_track_record_days",
            "Minimum track record, in returns",
            Unit::Count,
            figures.minimum_track_record_days,
        )
        .formula("1 + (1 − g3 SR + (g4−1)/4 SR²) (1.645 / SR)²: returns for 95% confidence in a Sharpe ratio above 0")
        .source("Bailey and Lopez de Prado (2012)")
        .because(because(too_low)),
        all.figure("significance.deflated_sharpe", "Deflated Sharpe ratio", Unit::Percent, figures.deflated_sharpe)
            .formula(
                "the probabilistic Sharpe ratio against the best of N worthless variants: \
                 SR* = sd ((1−γ) Φ⁻¹(1−1/N) + γ Φ⁻¹(1−1/(N e))), γ = 0.5772…",
            )
            .source("Bailey and Lopez de Prado (2014)")
            .because(deflated_reason),
        interval("significance.sharpe_low", "Sharpe ratio, 5% bound", figures.sharpe_low),
        interval("significance.sharpe_high", "Sharpe ratio, 95% bound", figures.sharpe_high),
        annual("significance.annual_low", "Annualized return, 5% bound", figures.annual_low),
        annual("significance.annual_high", "Annualized return, 95% bound", figures.annual_high),
        shuffled(
            "significance.shuffled_drawdown",
            "Deepest fall by chance, median",
            figures.shuffled_drawdown,
            "median of the deepest falls of 1,000 records that hold the same returns in random order, fixed seed",
        ),
        shuffled(
            "significance.shuffled_drawdown_low",
            "Deepest fall by chance, one in twenty",
            figures.shuffled_drawdown_low,
            "5% quantile of the deepest falls of 1,000 records that hold the same returns in random order, fixed seed",
        ),
        shuffled(
            "significance.deeper_shuffles",
            "Shuffled records that fell deeper",
            figures.deeper_shuffles,
            "share of the 1,000 records with the same returns in random order whose deepest fall is deeper than the record's",
        ),
    ]
}
