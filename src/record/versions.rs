//! Which of several stored rows about one thing counts.
//!
//! Files only grow: a broker that restates a commission, a net value or a deposit adds a row. The newest statement
//! counts, a statement counts more than the terminal, and what one row leaves open another completes. Rows that differ
//! and that nothing puts in an order contradict each other.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Source;
pub(super) use super::differences::{Difference, Differences};
use crate::digest::sha256;

/// A row that a later one may restate.
pub(super) trait Versioned: Clone + PartialEq + Serialize {
    /// When the broker made the statement it was read from.
    fn generated(&self) -> Option<DateTime<Utc>>;

    /// The same row without the time of its statement.
    fn undated(&self) -> Self;

    /// The same row as it stands in its file.
    fn as_filed(&self) -> Self {
        self.clone()
    }

    /// Where it came from.
    fn source(&self) -> &Source;

    /// The fields in which both rows say something and differ.
    fn differences(&self, other: &Self) -> Vec<Difference>;

    /// What it is in words, beside its name.
    fn in_words(&self) -> Option<String> {
        None
    }

    /// Fills in what this row lacks from another one.
    fn complete_from(&mut self, other: &Self);

    /// Which of two rows that differ is the broker's last word, or `None` where it cannot be determined.
    fn order(&self, other: &Self) -> Option<Ordering> {
        last_word(self, other)
    }
}

/// Source and time of the statement of a row that has fields for both.
macro_rules! statement_fields {
    () => {
        fn generated(&self) -> Option<DateTime<Utc>> {
            self.generated
        }

        fn undated(&self) -> Self {
            Self { generated: None, ..self.clone() }
        }

        fn source(&self) -> &Source {
            &self.source
        }
    };
}
pub(super) use statement_fields;

/// A statement is a later word than what the terminal said, and of statements the newest is.
pub(super) fn last_word<T: Versioned>(one: &T, other: &T) -> Option<Ordering> {
    let of_statement = |row: &T| *row.source() == Source::Flex;
    match of_statement(one).cmp(&of_statement(other)) {
        Ordering::Equal => {
            let (one, other) = (one.generated()?, other.generated()?);
            Some(one.cmp(&other)).filter(|order| order.is_ne())
        }
        order => Some(order),
    }
}

/// What the rows about one thing come to.
#[derive(Debug)]
pub(super) struct Together<P, T> {
    /// The row that counts, completed by the others.
    pub row: T,
    /// Where it stands.
    pub place: P,
    /// The same row as it stands there.
    pub as_stored: T,
    /// Rows that say the same, or less.
    pub agreeing: Vec<T>,
    /// Rows that an order in time, or their source, puts behind it.
    pub restated: Vec<(P, T, Vec<Difference>)>,
    /// Rows that contradict it.
    pub contradictions: Vec<(P, T, Vec<Difference>)>,
}

impl<P, T> Together<P, T> {
    /// The rows that the one that counts was completed by, or differs from.
    pub(super) fn older(&self) -> impl Iterator<Item = &T> {
        self.agreeing.iter().chain(self.restated.iter().map(|(_, row, _)| row))
    }
}

/// Reads all rows about one thing together; `None` without any.
pub(super) fn together<P: Clone, T: Versioned>(mut rows: Vec<(P, T)>) -> Option<Together<P, T>> {
    // Stable, so that of rows without an order the first one stored counts.
    rows.sort_by_key(|(_, row)| Reverse((*row.source() == Source::Flex, row.generated())));
    let mut rows = rows.into_iter();
    let (place, first) = rows.next()?;
    let (mut agreeing, mut restated, mut contradictions) = (Vec::new(), Vec::new(), Vec::new());
    let mut row = first.clone();
    for (other_place, other) in rows {
        let differences = row.differences(&other);
        if differences.is_empty() {
            row.complete_from(&other);
            agreeing.push(other);
        } else if first.order(&other) == Some(Ordering::Greater) {
            row.complete_from(&other);
            restated.push((other_place, other, differences));
        } else {
            contradictions.push((other_place, other, differences));
        }
    }
    Some(Together { row, place, as_stored: first, agreeing, restated, contradictions })
}

/// What a row is beside those that are stored about the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It contains something that none of them does.
    New,
    /// It contains nothing that they do not.
    Known,
    /// It contradicts them.
    Conflict,
}

/// A row that changes nothing and that one of the stored ones already says is known. One that only completes them, or
/// is older or newer than what it differs from, is new.
pub(super) fn verdict<T: Versioned>(stored: &[&T], row: &T) -> Verdict {
    if stored.contains(&row) {
        return Verdict::Known;
    }
    let rows = |more: Option<&T>| stored.iter().copied().chain(more).cloned().map(|row| ((), row)).collect();
    let (Some(before), Some(after)) = (together(rows(None)), together(rows(Some(row)))) else { return Verdict::New };
    if after.contradictions.len() > before.contradictions.len() {
        return Verdict::Conflict;
    }
    let says_the_same = |known: &T| {
        let mut completed = known.clone();
        completed.complete_from(row);
        known.differences(row).is_empty() && completed.undated() == known.undated()
    };
    let unchanged = after.row.undated() == before.row.undated();
    if unchanged && (says_the_same(&before.row) || stored.iter().copied().any(says_the_same)) {
        Verdict::Known
    } else {
        Verdict::New
    }
}

/// A name for what a row says: columns that are added later do not change it.
pub(super) fn digest<T: Serialize>(row: &T) -> String {
    let fields = match serde_json::to_value(row) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let said: BTreeMap<String, String> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
        .map(|(name, value)| (name, value.to_string()))
        .collect();
    let said: Vec<String> = said.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    sha256(said.join("\n").as_bytes(), 12)
}
