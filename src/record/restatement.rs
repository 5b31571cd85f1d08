//! What was restated, what contradicts, and what its owner decided about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::versions::{Difference, Together, Versioned, digest};
use super::{Finding, FindingKind, Severity, Source, Subject};
use crate::digest::sha256;
use crate::error::Place;

/// What kind of row it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// A fill.
    Fill,
    /// A movement of cash.
    Cash,
    /// A snapshot of the account.
    Snapshot,
    /// What the broker says about a period.
    Statement,
    /// A corporate action, or a transfer of a position.
    Action,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fill => "fill",
            Self::Cash => "cash movement",
            Self::Snapshot => "snapshot",
            Self::Statement => "statement",
            Self::Action => "corporate action",
        })
    }
}

/// A value that the broker stated twice, differently: the later one counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Restatement {
    /// The day of the record that it is about.
    pub date: NaiveDate,
    /// What kind of row it is about.
    pub table: Table,
    /// Which one. Private: it may be a number of the broker's.
    pub key: String,
    /// What was restated, such as `commission` or `net value`.
    pub what: &'static str,
    /// When the broker made the statement that said otherwise, where that is known.
    pub stated: Option<DateTime<Utc>>,
    /// What was stated before.
    pub old: String,
    /// What counts.
    pub new: String,
    /// How much better off the account is by it, in the base currency; `None` where it is no money or the rate is not known.
    pub effect: Option<Decimal>,
}

/// Rows that say different things, with nothing that puts them in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What `trackrecord resolve` calls it.
    pub id: String,
    /// What kind of row it is about.
    pub table: Table,
    /// Which one.
    pub key: String,
    /// The rows, the one that counts until it is decided first.
    pub versions: Vec<Version>,
}

/// One of several contradicting rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The name of its content.
    pub digest: String,
    /// Where it stands.
    pub place: Place,
    /// Where it came from.
    pub source: Source,
    /// The fields that differ, and what it says of them.
    pub says: BTreeMap<&'static str, String>,
}

/// Which of contradicting rows counts: a row of `data/decisions.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What kind of row it is about.
    pub table: Table,
    /// Which one.
    pub key: String,
    /// The name of the content that counts.
    pub keep: String,
    /// The names of those that do not, with blanks between them.
    pub drop: String,
}

impl Contradiction {
    /// The decision for one of the versions, counted from 1.
    pub fn keep(&self, number: usize) -> Option<Decision> {
        let kept = self.versions.get(number.checked_sub(1)?)?;
        let others = self.versions.iter().map(|version| version.digest.as_str());
        let dropped: BTreeSet<&str> = others.filter(|digest| *digest != kept.digest).collect();
        let drop = dropped.into_iter().collect::<Vec<_>>().join(" ");
        Some(Decision { table: self.table, key: self.key.clone(), keep: kept.digest.clone(), drop })
    }
}

/// All decisions; of several about one thing the last counts.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    dropped: BTreeMap<(Table, String), BTreeSet<String>>,
}

impl Decisions {
    pub(super) fn new(rows: impl IntoIterator<Item = Decision>) -> Self {
        let dropped = rows.into_iter().map(|row| {
            let names = row.drop.split_whitespace().filter(|name| *name != row.keep).map(str::to_owned).collect();
            ((row.table, row.key), names)
        });
        Self { dropped: dropped.collect() }
    }

    /// Whether nothing was decided, as in most records: then no row needs a name.
    pub(super) fn are_none(&self) -> bool {
        self.dropped.is_empty()
    }

    /// Whether a row has not been decided against.
    pub(super) fn allow<T: Serialize>(&self, table: Table, key: &str, row: &T) -> bool {
        self.are_none()
            || self.dropped.get(&(table, key.to_owned())).is_none_or(|names| !names.contains(&digest(row)))
    }
}

/// What reading rows together brought to light.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub restatements: Vec<Restatement>,
    pub contradictions: Vec<Contradiction>,
    pub findings: Vec<Finding>,
}

impl Discovered {
    /// Adds what was restated or contradicts among the rows about one thing.
    pub(super) fn add<T: Versioned>(
        &mut self,
        (table, key, date): (Table, &str, NaiveDate),
        subject: &Subject,
        rows: &Together<Place, T>,
    ) {
        let first_stated = |wanted: &[Difference]| {
            let same = rows.restated.iter().filter(|(_, _, differences)| differences.as_slice() == wanted);
            same.filter_map(|(_, older, _)| older.generated()).min()
        };
        let mut seen: Vec<&[Difference]> = Vec::new();
        for (_, older, differences) in &rows.restated {
            if seen.contains(&differences.as_slice()) {
                continue;
            }
            seen.push(differences);
            let stated = first_stated(differences);
            let later = if older.source() == rows.row.source() { "a later statement" } else { "the statement" };
            for difference in differences {
                let Difference { field, this, other, effect } = difference.clone();
                let message =
                    format!("{later} restates the {field}: {other} before, {this} now; the later one counts");
                let next = "nothing to do; both stay in the files";
                self.findings.push(
                    Finding::new(Severity::Note, FindingKind::Restated, message, next)
                        .headed(subject.clone())
                        .at(rows.place.clone()),
                );
                let key = key.to_owned();
                self.restatements.push(Restatement {
                    date,
                    table,
                    key,
                    what: field,
                    stated,
                    old: other,
                    new: this,
                    effect,
                });
            }
        }
        if !rows.contradictions.is_empty() {
            self.contradict((table, key), subject, rows);
        }
    }

    fn contradict<T: Versioned>(
        &mut self,
        (table, key): (Table, &str),
        subject: &Subject,
        rows: &Together<Place, T>,
    ) {
        let id = sha256(format!("{table}\n{key}").as_bytes(), 8);
        let mut ours = BTreeMap::new();
        let mut versions = Vec::new();
        for (place, row, differences) in &rows.contradictions {
            let fields: Vec<&str> = differences.iter().map(|difference| difference.field).collect();
            let words = |row: &T| row.in_words().map(|words| format!(" ({words})")).unwrap_or_default();
            let message = format!(
                "{table} {key}{} stands here with another {} than at {}{}",
                words(row),
                fields.join(" and "),
                rows.place,
                words(&rows.as_stored),
            );
            let next = format!("compare both with the broker, then choose with `trackrecord resolve {id} --keep N`");
            self.findings.push(
                Finding::new(Severity::Error, FindingKind::Conflict, message, next)
                    .about(subject.clone())
                    .at(place.clone()),
            );
            ours.extend(differences.iter().map(|difference| (difference.field, difference.this.clone())));
            versions.push(Version {
                digest: digest(&row.as_filed()),
                place: place.clone(),
                source: row.source().clone(),
                says: differences.iter().map(|difference| (difference.field, difference.other.clone())).collect(),
            });
        }
        let counts = Version {
            digest: digest(&rows.as_stored.as_filed()),
            place: rows.place.clone(),
            source: rows.as_stored.source().clone(),
            says: ours,
        };
        versions.insert(0, counts);
        self.contradictions.push(Contradiction { id, table, key: key.to_owned(), versions });
    }
}
