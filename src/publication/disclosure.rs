//! What the privacy settings allow to be shown, and how precisely.

use rust_decimal::Decimal;

use super::amount::Amount;
use crate::config::{Privacy, PrivacyMode};

/// The only maker of [`Amount`]s.
#[derive(Debug, Clone, Copy)]
pub struct Disclosure {
    privacy: Privacy,
}

impl Disclosure {
    /// What these settings allow.
    pub fn new(privacy: &Privacy) -> Self {
        Self { privacy: *privacy }
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

/// A price as it is written: to a hundredth, below ten to a ten-thousandth. The mean price of several fills is
/// rounded for the same reason as [`rounded`]: at full precision it would disclose how the shares were split.
pub(super) fn price_text(price: Decimal) -> String {
    let ten = Decimal::TEN;
    if price.abs() >= ten { format!("{:.2}", price.round_dp(2)) } else { format!("{:.4}", price.round_dp(4)) }
}

/// How precisely ratios of amounts may be shown.
///
/// A return is one amount of cents over another. At the sixteen digits of a float there is only one pair of
/// seven-digit numbers with that ratio, and a continued fraction finds it; weights of whole shares at known
/// prices give the share counts away in the same way, and a commission in basis points the size of an order
/// that paid a known minimum fee. Rounded as here, many thousands of pairs fit.
pub mod rounded {
    /// A return, an index or a figure over the whole record to a millionth.
    pub fn ratio(value: f64) -> f64 {
        decimals(value, 6)
    }

    /// A weight, or a return that contains a commission, to a hundredth of a percent.
    pub fn weight(value: f64) -> f64 {
        decimals(value, 4)
    }

    /// Basis points to a tenth.
    pub fn bps(value: f64) -> f64 {
        decimals(value, 1)
    }

    fn decimals(value: f64, places: i32) -> f64 {
        let scale = 10f64.powi(places);
        let rounded = (value * scale).round() / scale;
        // No negative zero on a page.
        if rounded == 0.0 { 0.0 } else { rounded }
    }
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
        assert_eq!(fits(rounded::ratio(numerator / denominator), 5e-7), 20_000);
    }
}
