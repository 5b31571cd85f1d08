//! How finely each kind of number is published: one table.

/// How a number is made coarser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To so many decimals.
    Decimals(i32),
}

impl Step {
    /// The number as it is published.
    pub fn round(self, value: f64) -> f64 {
        let Self::Decimals(places) = self;
        let scale = 10f64.powi(places);
        let rounded = (value * scale).round() / scale;
        // No negative zero on a page.
        if rounded == 0.0 { 0.0 } else { rounded }
    }
}

/// The steps of every kind of number.
#[derive(Debug, PartialEq, Eq)]
pub struct Precision {
    /// The index on a day.
    pub index: Step,
    /// A day's return, and its distance from the high before.
    pub daily: Step,
    /// A return over a month or longer, and its deepest fall.
    pub returns: Step,
    /// A figure over many days.
    pub figures: Step,
    /// A ratio of risk over a moving window.
    pub rolling_ratios: Step,
    /// A share of the account's value.
    pub weights: Step,
    /// A return that contains a commission: of a round trip, or against an average cost.
    pub trade_returns: Step,
    /// A result in basis points of the account's value.
    pub results_bps: Step,
    /// What a strategy brought to the account's return.
    pub contributions: Step,
    /// Slippage in basis points.
    pub slippage_bps: Step,
    /// Commissions in basis points.
    pub costs_bps: Step,
    /// A flow as a share of the account's value.
    pub flows: Step,
    /// What follows from market prices alone.
    pub market: Step,
    /// The edges of a cone of simulations.
    pub cone: Step,
}

/// As many digits as mean something.
///
/// A return is one amount of cents over another. At the sixteen digits of a float there is only one pair of seven-digit
/// numbers with that ratio, and a continued fraction finds it; weights of whole shares at known prices give the share
/// counts away in the same way, and a commission in basis points the size of an order that paid a known minimum fee.
/// Rounded as here, many thousands of pairs fit.
pub const FINE: Precision = Precision {
    index: Step::Decimals(6),
    daily: Step::Decimals(6),
    returns: Step::Decimals(6),
    figures: Step::Decimals(6),
    rolling_ratios: Step::Decimals(4),
    weights: Step::Decimals(4),
    trade_returns: Step::Decimals(4),
    results_bps: Step::Decimals(1),
    contributions: Step::Decimals(6),
    slippage_bps: Step::Decimals(1),
    costs_bps: Step::Decimals(1),
    flows: Step::Decimals(2),
    market: Step::Decimals(6),
    cone: Step::Decimals(4),
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
    fn zero_has_no_sign() {
        assert!(Step::Decimals(6).round(-0.000_000_1).is_sign_positive());
        assert_eq!(Step::Decimals(6).round(0.123_456_789), 0.123_457);
    }
}
