//! Bars beside each other, whatever hundredths they are quoted in.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::record::Bar;
use crate::record::price::quote_unit;

/// Adjusted closes that differ by less than this fraction are the same: Yahoo computes them anew for each answer,
/// in 32 bits and step by step. A tenth of a basis point is below any dividend that matters.
const SAME: f64 = 1e-5;

/// A price of a bar in whole currency units, for screening only. Nothing where it is not above zero.
pub(super) fn whole_units(bar: &Bar, price: Option<Decimal>) -> Option<f64> {
    let (_, divisor) = quote_unit(&bar.currency).ok()?;
    let price = price?.to_f64()? / divisor.to_f64()?;
    (price > 0.0).then_some(price)
}

/// The close in whole currency units.
pub(super) fn close(bar: &Bar) -> Option<f64> {
    whole_units(bar, Some(bar.close))
}

/// The adjusted close, else the close, in whole currency units.
pub(super) fn adjusted(bar: &Bar) -> Option<f64> {
    whole_units(bar, Some(bar.adjusted_close()))
}

/// Whether two ratios or prices are the same but for rounding.
pub(super) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= SAME * a.abs().max(b.abs())
}

/// Whether an answer repeats a stored bar. What one of them lacks does not count, nor does the volume, which is
/// revised for days and in no figure.
pub(super) fn agrees(stored: &Bar, fresh: &Bar) -> bool {
    let currency = |bar: &Bar| quote_unit(&bar.currency).map(|(currency, _)| currency);
    let optional = [(stored.open, fresh.open), (stored.high, fresh.high), (stored.low, fresh.low)];
    let prices = [(stored.close, fresh.close), (stored.adjusted_close(), fresh.adjusted_close())];
    let pairs = optional.into_iter().filter_map(|(a, b)| a.zip(b)).chain(prices);
    currency(stored) == currency(fresh)
        && pairs.into_iter().all(|(a, b)| match (whole_units(stored, Some(a)), whole_units(fresh, Some(b))) {
            (Some(a), Some(b)) => near(a, b),
            (a, b) => a == b,
        })
}

/// Whether the step between two bars is the one between the same two of another reading.
pub(super) fn same_step(from: &Bar, to: &Bar, other_from: &Bar, other_to: &Bar) -> bool {
    let step = |from, to, price: fn(&Bar) -> Option<f64>| Some(price(to)? / price(from)?);
    [close as fn(&Bar) -> Option<f64>, adjusted].into_iter().all(|price| {
        match (step(from, to, price), step(other_from, other_to, price)) {
            (Some(a), Some(b)) => near(a, b),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{adjusted, bar};
    use super::*;

    #[test]
    fn noise_and_units_are_no_difference() {
        let stored = adjusted("2026-01-27", "7250", "7100");
        assert!(agrees(&stored, &adjusted("2026-01-27", "7250", "7100.01")));
        assert!(!agrees(&stored, &adjusted("2026-01-27", "7250", "7101")));
        assert!(!agrees(&stored, &adjusted("2026-01-27", "7251", "7100")));
        let pounds = Bar { currency: "GBP".into(), ..adjusted("2026-01-27", "72.50", "71.00") };
        assert!(agrees(&stored, &pounds));
        assert!(!agrees(&stored, &Bar { currency: "USD".into(), ..pounds }));
    }

    #[test]
    fn what_is_missing_is_no_difference() {
        let bare = Bar { adj_close: None, volume: None, ..bar("2026-01-27", "7250") };
        let full = Bar { open: Some(7200.into()), ..bar("2026-01-27", "7250") };
        assert!(agrees(&bare, &full));
        assert!(!agrees(&bare, &adjusted("2026-01-27", "7250", "7100")), "without dividends is not with them");
        assert!(!agrees(&full, &Bar { open: Some(1.into()), ..full.clone() }));
        assert!(!agrees(&full, &Bar { open: Some(0.into()), ..full.clone() }));
    }
}
