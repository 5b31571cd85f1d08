//! How finely each kind of number is published: one table of four levels.
//!
//! The steps are the same for all accounts: one that adapts to an account would give its size away itself.

use super::step::Step;
use crate::config::PrivacyLevel;
use crate::format;
use crate::publication::kept;

/// How commissions are published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Costs {
    /// Of each order, and of all together.
    Each(Step),
    /// As a band by year.
    Bands,
    /// Not at all.
    Withheld,
}

/// When positions are weighed. Each day more measures the same whole numbers of shares anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighed {
    /// On the newest day.
    Daily,
    /// At the end of each month.
    Monthly,
    /// At the end of each quarter, of each month with an order, and of the first month.
    Quarterly,
}

/// The decimals that pages and reports write, so that none of them only pretends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Digits {
    /// Of returns, in percent.
    pub returns: usize,
    /// Of figures over many days, in percent or as ratios.
    pub figures: usize,
    /// Of weights, in percent.
    pub weights: usize,
    /// Of the results of trades, in percent.
    pub results: usize,
    /// Of what positions have gained, in percent.
    pub gains: usize,
    /// Of basis points.
    pub bps: usize,
}

impl Digits {
    /// A share of the account in percent; `under 0.5%` of one that rounds to nothing.
    pub fn weight(self, weight: f64) -> String {
        format::share(weight, self.weights)
    }

    /// `under 2.5%` of a share of the account that rounds to nothing, by such a step or by how it is written.
    pub fn under(self, weight: f64, step: f64) -> Option<String> {
        format::under(weight, step.max(format::last_digit(self.weights)))
    }
}

/// The distances between values that can be published, of the numbers that a reader recomputes figures from and to.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Steps {
    /// Of the index: of its logarithm where `of_the_logarithm`.
    #[serde(deserialize_with = "kept::number")]
    pub index: f64,
    /// Whether the index is in steps of its logarithm.
    pub of_the_logarithm: bool,
    /// Of returns over a month or longer.
    #[serde(deserialize_with = "kept::number")]
    pub returns: f64,
    /// Of figures over many days, in percent.
    #[serde(deserialize_with = "kept::number")]
    pub figures: f64,
    /// Of ratios.
    #[serde(deserialize_with = "kept::number")]
    pub ratios: f64,
    /// Of what a position is of the account's value.
    #[serde(deserialize_with = "kept::number")]
    pub held_weights: f64,
}

/// The steps of every kind of number.
#[derive(Debug, PartialEq)]
pub struct Precision {
    /// Whether single days are published; otherwise month-ends are.
    pub by_day: bool,
    /// When positions are weighed.
    pub weighed: Weighed,
    /// The index.
    pub index: Step,
    /// What is computed from the published index: a day's return, its distance from the high before.
    pub derived: Step,
    /// A return over a month or longer.
    pub returns: Step,
    /// A figure over many days, in percent or as a ratio.
    pub figures: Step,
    /// A ratio of many days in its own unit.
    pub ratios: Step,
    /// Days, and how many.
    pub counts: Step,
    /// What is traded in a year against the account's value.
    pub turnover: Step,
    /// A ratio of risk over a moving window.
    pub rolling_ratios: Step,
    /// What an order moved, as a share of the account's value.
    pub weights: Step,
    /// What a position or cash is of the account's value: one that is held for years is weighed at many month-ends, and
    /// each weight narrows the same whole number of shares.
    pub held_weights: Step,
    /// Whether orders are listed whose weight rounds to nothing.
    pub lists_all: bool,
    /// A weight that a rule asks for, whatever the account.
    pub targets: Step,
    /// A return that contains a commission: of a round trip, or against an average cost.
    pub trade_returns: Step,
    /// A result in basis points of the account's value.
    pub results_bps: Step,
    /// What a strategy brought to the account's return.
    pub contributions: Step,
    /// Slippage in basis points.
    pub slippage_bps: Step,
    /// Commissions.
    pub costs: Costs,
    /// A flow as a share of the account's value; `None` where only the month is published.
    pub flows: Option<Step>,
    /// A day's return under each treatment of its flow.
    pub sensitivities: Step,
    /// Significant digits of the mean price of several fills; `None` where it is written as a price is.
    pub mean_price_digits: Option<u32>,
    /// What follows from market prices alone.
    pub market: Step,
    /// The edges of a cone of simulations.
    pub cone: Step,
    /// How it is written.
    pub digits: Digits,
}

/// The table's row for a level.
pub fn of(level: PrivacyLevel) -> &'static Precision {
    match level {
        PrivacyLevel::Fine => &FINE,
        PrivacyLevel::Daily => &DAILY,
        PrivacyLevel::Monthly => &MONTHLY,
        PrivacyLevel::Coarse => &COARSE,
    }
}

/// As many digits as mean something.
///
/// A return is one amount of cents over another. At the sixteen digits of a float there is only one pair of seven-digit
/// numbers with that ratio, and a continued fraction finds it. Rounded as here, many thousands of pairs fit; but shares are
/// whole numbers and prices are public, so that many of these numbers together still give the amounts away.
pub const FINE: Precision = Precision {
    by_day: true,
    weighed: Weighed::Daily,
    index: Step::Decimals(6),
    derived: Step::Decimals(6),
    returns: Step::Decimals(6),
    figures: Step::Decimals(6),
    ratios: Step::Decimals(6),
    counts: Step::Decimals(6),
    turnover: Step::Decimals(6),
    rolling_ratios: Step::Decimals(4),
    weights: Step::Decimals(4),
    held_weights: Step::Decimals(4),
    lists_all: true,
    targets: Step::Decimals(4),
    trade_returns: Step::Decimals(4),
    results_bps: Step::Decimals(1),
    contributions: Step::Decimals(6),
    slippage_bps: Step::Decimals(1),
    costs: Costs::Each(Step::Decimals(1)),
    flows: Some(Step::Decimals(2)),
    sensitivities: Step::Decimals(6),
    mean_price_digits: None,
    market: Step::Decimals(6),
    cone: Step::Decimals(4),
    digits: Digits { returns: 2, figures: 2, weights: 1, results: 2, gains: 1, bps: 1 },
};

/// Days, but too coarse for a regression on the closes of what is held.
///
/// Steps of 0.1 % of the index, and of 5 % of a weight each month, still found five holdings of eight years up to 24
/// thousand.
pub const DAILY: Precision = Precision {
    weighed: Weighed::Quarterly,
    index: Step::Log(0.003),
    // In steps of 0.01 % months say more of what is held than all days do: of five holdings of two years and 20 thousand the exact search
    // left 27 % of the start values with them, and 88 % without.
    returns: Step::Of(0.001),
    figures: Step::Of(0.0001),
    ratios: Step::Of(0.01),
    counts: Step::Decimals(0),
    turnover: Step::Of(0.1),
    weights: Step::Of(0.01),
    held_weights: Step::Of(0.1),
    trade_returns: Step::Of(0.001),
    results_bps: Step::Of(20.0),
    contributions: Step::Of(0.002),
    slippage_bps: Step::Decimals(0),
    costs: Costs::Bands,
    flows: Some(Step::Of(0.05)),
    sensitivities: Step::Of(0.001),
    mean_price_digits: Some(4),
    digits: Digits { returns: 1, figures: 2, weights: 0, results: 1, gains: 1, bps: 0 },
    ..FINE
};

/// Months alone.
pub const MONTHLY: Precision = Precision {
    by_day: false,
    weighed: Weighed::Monthly,
    // Each month-end's index narrows what the months before it leave open: in steps of 0.5 % it found an account of 477
    // thousand with fixed weights that are restored each month, in steps of 1 % one of 159.
    index: Step::Of(0.02),
    returns: Step::Of(0.001),
    // Every version of a site has its own alpha: in steps of 0.1 % a year it is the index in steps finer than 0.5 %.
    figures: Step::Of(0.005),
    ratios: Step::Of(0.1),
    weights: Step::Of(0.05),
    held_weights: Step::Of(0.05),
    lists_all: false,
    trade_returns: Step::Of(0.01),
    results_bps: Step::Of(100.0),
    contributions: Step::Of(0.01),
    costs: Costs::Withheld,
    flows: None,
    digits: Digits { returns: 1, figures: 1, weights: 0, results: 0, gains: 0, bps: 0 },
    ..DAILY
};

/// Months alone, in wide steps.
pub const COARSE: Precision = Precision {
    index: Step::Of(0.05),
    returns: Step::Of(0.005),
    figures: Step::Of(0.01),
    ratios: Step::Of(1.0),
    turnover: Step::Of(0.25),
    weights: Step::Of(0.1),
    held_weights: Step::Of(0.1),
    trade_returns: Step::Of(0.02),
    results_bps: Step::Of(200.0),
    contributions: Step::Of(0.02),
    digits: Digits { returns: 1, figures: 0, weights: 0, results: 0, gains: 0, bps: 0 },
    ..MONTHLY
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_return_does_not_give_two_amounts_away() {
        // With all digits, the shortest fraction near 10012345 / 10000012 is that fraction itself.
        let (numerator, denominator) = (10_012_345.0, 10_000_012.0);
        let fits = |shown: f64, tolerance: f64| {
            (9_990_000..10_010_000u32)
                .filter(|cents| {
                    let other = (shown * f64::from(*cents)).round() / f64::from(*cents);
                    (other - shown).abs() < tolerance
                })
                .count()
        };
        assert_eq!(fits(numerator / denominator, 1e-15), 1);
        assert_eq!(fits(FINE.returns.round(numerator / denominator), 5e-7), 20_000);
    }

    #[test]
    fn a_share_that_rounds_to_nothing_is_not_written_as_nothing() {
        let whole = Digits { returns: 1, figures: 2, weights: 0, results: 1, gains: 1, bps: 0 };
        assert_eq!(
            [0.0, 0.004, 0.006, 0.25].map(|weight| whole.weight(weight)),
            ["under 0.5%", "under 0.5%", "1%", "25%"]
        );
        let fine = Digits { weights: 2, ..whole };
        assert_eq!([0.000_01, 0.004].map(|weight| fine.weight(weight)), ["under 0.005%", "0.40%"]);
    }

    #[test]
    fn half_a_step_is_written_with_all_its_decimals() {
        let under = |level| {
            let Precision { digits, held_weights, weights, .. } = of(level);
            [held_weights, weights].map(|step| digits.under(0.0, step.width()).unwrap())
        };
        assert_eq!(under(PrivacyLevel::Fine), ["under 0.05%", "under 0.05%"]);
        assert_eq!(under(PrivacyLevel::Daily), ["under 5%", "under 0.5%"]);
        assert_eq!(under(PrivacyLevel::Monthly), ["under 2.5%", "under 2.5%"]);
        assert_eq!(under(PrivacyLevel::Coarse), ["under 5%", "under 5%"]);
        let whole = of(PrivacyLevel::Monthly).digits;
        let half = |step| whole.under(0.0, step).unwrap();
        assert_eq!(
            [0.01, 0.015, 0.02, 0.025, 0.03, 0.25].map(half),
            ["under 0.5%", "under 0.75%", "under 1%", "under 1.25%", "under 1.5%", "under 12.5%"]
        );
        // A weight of a step is no longer under the half of one.
        assert_eq!(whole.under(0.05, 0.05), None);
    }

    #[test]
    fn each_level_rounds_as_its_row_says() {
        let row = |level| {
            let of = of(level);
            let costs = matches!(of.costs, Costs::Each(_));
            let flow = of.flows.map(|step| step.round(0.1234));
            (of.returns.round(0.123_456_7), of.weights.round(0.3333), of.held_weights.round(0.3333), flow, costs)
        };
        assert_eq!(row(PrivacyLevel::Fine), (0.123_457, 0.3333, 0.3333, Some(0.12), true));
        assert_eq!(row(PrivacyLevel::Daily), (0.123, 0.33, 0.3, Some(0.1), false));
        assert_eq!(row(PrivacyLevel::Monthly), (0.123, 0.35, 0.35, None, false));
        assert_eq!(row(PrivacyLevel::Coarse), (0.125, 0.3, 0.3, None, false));
        let wide = |level| {
            let of = of(level);
            (
                of.results_bps.round(77.7),
                of.trade_returns.round(0.0777),
                of.ratios.round(0.876),
                of.figures.round(0.1567),
            )
        };
        assert_eq!(wide(PrivacyLevel::Fine), (77.7, 0.0777, 0.876, 0.1567));
        assert_eq!(wide(PrivacyLevel::Daily), (80.0, 0.078, 0.88, 0.1567));
        assert_eq!(wide(PrivacyLevel::Monthly), (100.0, 0.08, 0.9, 0.155));
        assert_eq!(wide(PrivacyLevel::Coarse), (0.0, 0.08, 1.0, 0.16));
    }
}
