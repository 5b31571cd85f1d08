//! Columns from rows: each value read and named. Numbers are those that may be published.

use chrono::NaiveDate;

use super::table::{Column, Values};
use crate::publication::{Amount, Published};

pub(super) fn dates<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<NaiveDate>,
) -> Column {
    Column { name, meaning, values: Values::Dates(rows.iter().map(read).collect()) }
}

pub(super) fn numbers<T, V: Published>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<V>,
) -> Column {
    let finite = |row| read(row).map(Published::get).filter(|value| value.is_finite());
    Column { name, meaning, values: Values::Numbers(rows.iter().map(finite).collect()) }
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
