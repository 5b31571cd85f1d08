//! What the privacy settings allow to be shown, and how precisely.

mod precision;
mod values;

pub use values::*;

use rust_decimal::Decimal;

use super::amount::Amount;
use crate::config::{Privacy, PrivacyMode};
use precision::{FINE, Precision};

/// The only maker of [`Amount`]s and [`Published`] numbers.
#[derive(Debug, Clone, Copy)]
pub struct Disclosure {
    privacy: Privacy,
    precision: &'static Precision,
}

impl Disclosure {
    /// What these settings allow.
    pub fn new(privacy: &Privacy) -> Self {
        Self { privacy: *privacy, precision: &FINE }
    }

    /// Whether amounts of money and share counts are shown.
    pub fn shows_amounts(&self) -> bool {
        self.privacy.mode == PrivacyMode::Absolute
    }

    /// Whether positions and trades are held back for a while.
    pub fn holds_back(&self) -> bool {
        self.delay_days() > 0
    }

    /// Calendar days for which positions and trades are held back.
    pub fn delay_days(&self) -> u32 {
        self.privacy.delay_days
    }

    /// Money with its cents, in absolute mode.
    pub fn money(&self, value: Decimal) -> Option<Amount> {
        self.shows_amounts().then(|| Amount(format!("{:.2}", value.round_dp(2))))
    }

    /// A number of shares, in absolute mode.
    pub fn shares(&self, quantity: Decimal) -> Option<Amount> {
        self.shows_amounts().then(|| Amount(quantity.normalize().to_string()))
    }
}

/// Numbers, each by the kind that decides how finely it is published.
impl Disclosure {
    /// Growth of 1 in the account up to a day.
    pub fn index(&self, value: f64) -> PublicIndex {
        PublicIndex::rounded(self.precision.index.round(value))
    }

    /// A day's return or its distance from the high before.
    pub fn daily(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(self.precision.daily.round(value))
    }

    /// A return over a month or longer, or its deepest fall.
    pub fn period(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(self.precision.returns.round(value))
    }

    /// A figure over many days.
    pub fn figure(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.figures.round(value))
    }

    /// A ratio of risk over a moving window.
    pub fn rolling_ratio(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.rolling_ratios.round(value))
    }

    /// A share of the account's value, or of what was planned.
    pub fn weight(&self, value: f64) -> PublicWeight {
        PublicWeight::rounded(self.precision.weights.round(value))
    }

    /// The return of a trade after what it cost.
    pub fn trade_return(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.trade_returns.round(value))
    }

    /// A result in basis points of the account's value.
    pub fn result_bps(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.results_bps.round(value))
    }

    /// What a strategy brought to the account's return.
    pub fn contribution(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.contributions.round(value))
    }

    /// Fills against their reference prices, in basis points.
    pub fn slippage_bps(&self, value: f64) -> PublicSlippage {
        PublicSlippage::rounded(self.precision.slippage_bps.round(value))
    }

    /// Commissions in basis points of what was traded.
    pub fn cost_bps(&self, value: f64) -> PublicCost {
        PublicCost::rounded(self.precision.costs_bps.round(value))
    }

    /// Money across the border as a share of the account's value.
    pub fn flow(&self, share: f64) -> PublicFlow {
        PublicFlow::rounded(self.precision.flows.round(share))
    }

    /// What follows from market prices and public rules alone.
    pub fn market(&self, value: f64) -> MarketFigure {
        MarketFigure::rounded(self.precision.market.round(value))
    }

    /// An edge of a cone of simulations.
    pub fn cone(&self, value: f64) -> MarketFigure {
        MarketFigure::rounded(self.precision.cone.round(value))
    }
}

/// A price as it is written: to a hundredth, below ten to a ten-thousandth. The mean price of several fills is
/// rounded for the same reason as ratios are: at full precision it would disclose how the shares were split.
pub(super) fn price_text(price: Decimal) -> String {
    let ten = Decimal::TEN;
    if price.abs() >= ten { format!("{:.2}", price.round_dp(2)) } else { format!("{:.4}", price.round_dp(4)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_mode_makes_no_amount() {
        let relative = Disclosure::new(&Privacy::default());
        assert_eq!(relative.money(1.into()), None);
        assert_eq!(relative.shares(1.into()), None);
        let absolute = Disclosure::new(&Privacy { mode: PrivacyMode::Absolute, delay_days: 0 });
        assert_eq!(absolute.money("1234.5".parse().unwrap()).unwrap().to_string(), "1234.50");
        assert_eq!(absolute.shares("10.00".parse().unwrap()).unwrap().to_string(), "10");
    }
}
