//! 12-1 momentum: the return of an instrument over twelve months without the last, from month-end prices alone.
//!
//! Source: Jegadeesh and Titman (1993), "prior 2-12" returns.

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use crate::calendar::YearMonth;
use crate::record::{Bar, DatedPrice, PriceSeries};

/// A month-end price older than this many calendar days does not count.
pub const STALE_DAYS: i64 = 7;

/// An instrument's momentum with the prices it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Momentum {
    /// `P(T - skip) / P(T - lookback) - 1`, as a fraction.
    pub value: f64,
    /// `P(T - lookback)`.
    pub start: DatedPrice,
    /// `P(T - skip)`.
    pub end: DatedPrice,
}

/// The month that ends on `date` or, within a month, the one before.
pub fn last_complete_month(date: NaiveDate) -> YearMonth {
    let month = YearMonth::of(date);
    if date == month.last_day() { month } else { month.previous() }
}

/// The return from the end of month `T - lookback` to the end of month `T - skip`.
///
/// # Errors
/// A description of the price that is missing or more than [`STALE_DAYS`] old.
pub fn momentum(
    series: Option<&PriceSeries>,
    formation: YearMonth,
    lookback: u32,
    skip: u32,
) -> Result<Momentum, String> {
    let start = month_end_price(series, formation.minus(lookback))?;
    let end = month_end_price(series, formation.minus(skip))?;
    let value =
        number(start).zip(number(end)).map(|(start, end)| end / start - 1.0).filter(|value| value.is_finite());
    let value = value.ok_or_else(|| format!("the prices of {} and {} give no return", start.date, end.date))?;
    Ok(Momentum { value, start, end })
}

fn number(price: DatedPrice) -> Option<f64> {
    price.price.to_f64().filter(|price| *price > 0.0)
}

/// The last adjusted close on or before the last calendar day of `month`.
///
/// # Errors
/// A description: there is no such price, or it is more than [`STALE_DAYS`] old.
pub fn month_end_price(series: Option<&PriceSeries>, month: YearMonth) -> Result<DatedPrice, String> {
    let series = series.ok_or("no prices")?;
    let end = month.last_day();
    let bar = series.on_or_before(end).ok_or_else(|| format!("no price at the end of {}", month.in_words()))?;
    if is_stale(bar, end) {
        return Err(format!("the last price before the end of {} is of {}", month.in_words(), bar.date));
    }
    Ok(DatedPrice { date: bar.date, price: bar.adjusted_close() })
}

/// Whether a price is too old to stand for `date`.
pub fn is_stale(bar: &Bar, date: NaiveDate) -> bool {
    (date - bar.date).num_days() > STALE_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::testing::series;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    #[test]
    fn momentum_leaves_out_the_newest_month() {
        // Formation January 2020: from the end of January 2019 to the end of December 2019, 100 -> 120. January's
        // fall to 60 does not count.
        let series = series("A", &[("2019-01-31", "100"), ("2019-12-31", "120"), ("2020-01-31", "60")]);
        let found = momentum(Some(&series), month("2020-01"), 12, 1).unwrap();
        assert!((found.value - 0.2).abs() < 1e-15);
        assert_eq!((found.start.date.to_string().as_str(), found.end.price), ("2019-01-31", 120.into()));
        assert!((momentum(Some(&series), month("2020-01"), 12, 0).unwrap().value + 0.4).abs() < 1e-15);
    }

    #[test]
    fn a_month_counts_from_its_last_day_on() {
        let complete = |date: &str| last_complete_month(date.parse().unwrap()).to_string();
        assert_eq!(complete("2020-01-30"), "2019-12");
        assert_eq!(complete("2020-01-31"), "2020-01");
        assert_eq!(complete("2020-02-01"), "2020-01");
        assert_eq!(complete("2020-02-29"), "2020-02");
    }

    #[test]
    fn an_old_or_missing_price_is_refused_with_its_reason() {
        let reason =
            |closes: &[(&str, &str)]| momentum(Some(&series("X", closes)), month("2020-01"), 12, 1).unwrap_err();
        // Easter and Christmas: a price of up to seven days before the month's end stands for it.
        assert_eq!(
            reason(&[("2019-01-23", "10"), ("2019-12-31", "11")]),
            "the last price before the end of January 2019 is of 2019-01-23"
        );
        assert!(
            momentum(Some(&series("X", &[("2019-01-24", "10"), ("2019-12-24", "11")])), month("2020-01"), 12, 1)
                .is_ok()
        );
        assert_eq!(reason(&[("2019-06-28", "10"), ("2019-12-31", "11")]), "no price at the end of January 2019");
        assert_eq!(momentum(None, month("2020-01"), 12, 1).unwrap_err(), "no prices");
    }
}
