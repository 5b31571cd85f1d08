//! Columns from rows: each value read, rounded and named.
//!
//! Ratios are fractions rounded to six decimals. More digits would not help a reader, but would let the account's
//! size be worked out from the returns: a ratio of two whole numbers of cents can be taken apart.

use chrono::NaiveDate;

use super::table::{Column, Values};
use crate::publication::{Amount, rounded};

/// Six decimals: a hundredth of a basis point, and far too few to take a ratio apart.
fn rounded_ratio(value: f64) -> Option<f64> {
    value.is_finite().then(|| rounded::ratio(value))
}

/// Basis points to two decimals: the same precision.
fn rounded_bps(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 1e2).round() / 1e2 + 0.0)
}

pub(super) fn dates<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<NaiveDate>,
) -> Column {
    Column { name, meaning, values: Values::Dates(rows.iter().map(read).collect()) }
}

pub(super) fn ratios<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<f64>,
) -> Column {
    Column {
        name,
        meaning,
        values: Values::Numbers(rows.iter().map(|row| read(row).and_then(rounded_ratio)).collect()),
    }
}

pub(super) fn bps<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<f64>,
) -> Column {
    Column {
        name,
        meaning,
        values: Values::Numbers(rows.iter().map(|row| read(row).and_then(rounded_bps)).collect()),
    }
}

pub(super) fn counts<T>(name: &'static str, meaning: &'static str, rows: &[T], read: impl Fn(&T) -> i64) -> Column {
    Column { name, meaning, values: Values::Counts(rows.iter().map(|row| Some(read(row))).collect()) }
}

pub(super) fn texts<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<String>,
) -> Column {
    Column { name, meaning, values: Values::Texts(rows.iter().map(read).collect()) }
}

/// A column that exists only where amounts are shown.
pub(super) fn amounts<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<&Amount>,
) -> Option<Column> {
    let values: Vec<Option<String>> = rows.iter().map(|row| read(row).map(ToString::to_string)).collect();
    values.iter().any(Option::is_some).then_some(Column { name, meaning, values: Values::Texts(values) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_and_never_a_negative_zero() {
        assert_eq!(rounded_ratio(0.123_456_789), Some(0.123_457));
        assert!(rounded_ratio(-0.000_000_1).unwrap().is_sign_positive());
        assert_eq!(rounded_ratio(f64::NAN), None);
        assert_eq!(rounded_bps(12.3456), Some(12.35));
    }
}
