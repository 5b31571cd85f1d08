//! What a log says that pages show beside their own figures: what was recorded first, and what of it was changed since.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use serde::Serialize;

use super::entry::{Entry, Fields, Value, dates, maps};
use super::log::{ENTRIES, Kind, Line};
use super::sealed::items;
use super::state::State;
use crate::calendar::YearMonth;
use crate::digest::Digest;
use crate::publication::Publication;

/// What the entries that are published say.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Sessions that are said to have no valuation.
    pub gaps: usize,
    /// Entries that say what an earlier one should have said.
    pub corrections: usize,
    /// The index of each day, as it is published.
    pub index: BTreeMap<NaiveDate, Twice>,
    /// The orders of each day as they were recorded first: what [`order_row`] makes of each.
    pub orders: Vec<String>,
    /// Theses by the ids of their notes, each as it was recorded first: openly, or in a sealed entry that is open by now.
    pub theses: BTreeMap<String, ToldThesis>,
    /// Every line of the log, in order.
    pub lines: Vec<ToldLine>,
}

/// A number that was recorded once and may have been corrected since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twice {
    /// As it was recorded first.
    pub first: f64,
    /// As it stands; nothing where it is said not to be in the record any more.
    pub now: Option<f64>,
}

/// A thesis as it was recorded first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToldThesis {
    /// The number of its entry.
    pub seq: usize,
    /// Its file below the folder of the proof.
    pub file: String,
    /// When that was made, by the clock of the author's computer.
    pub made_at: DateTime<Utc>,
    /// Why.
    pub thesis: String,
    /// Why this size.
    pub position_size_rationale: String,
    /// When to get out.
    pub exit_plan: String,
    /// The digest of what it says alone, which others may have stamped, where it was sealed.
    #[serde(skip)]
    pub item: Option<Digest>,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldLine {
    /// What it is of.
    pub kind: Kind,
    /// The date it is of.
    pub date: NaiveDate,
    /// The month, of a `book`.
    pub month: Option<String>,
    /// When it was made; nothing where its file is not published.
    pub made_at: Option<DateTime<Utc>>,
    /// The digest of the log up to here and with it.
    pub head: String,
}

/// A line as copies of the site carry it: `entry 12 · 16 digits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The number of the line.
    pub entry: usize,
    /// The first digits of the digest of all lines up to it.
    pub digits: String,
}

impl Witness {
    /// How many digits of a digest it has.
    pub const DIGITS: usize = 16;

    /// The line of this number, and the digest of the log with it.
    pub fn new(entry: usize, head: &str) -> Self {
        Self { entry, digits: head.chars().take(Self::DIGITS).collect() }
    }
}

impl std::fmt::Display for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry {} · {}", self.entry, self.digits)
    }
}

/// An order as it is recorded and as `data/orders.csv` has it, the same way of both.
pub fn order_row(date: NaiveDate, [symbol, side, fills, price, currency]: [&str; 5]) -> String {
    [&date.to_string(), symbol, side, fills, price, currency].join(",")
}

/// How many rows of two lists are in one of them only.
pub fn rows_of_one_only(one: &[String], other: &[String]) -> usize {
    let mut count: BTreeMap<&str, i64> = BTreeMap::new();
    one.iter().for_each(|row| *count.entry(row).or_default() += 1);
    other.iter().for_each(|row| *count.entry(row).or_default() -= 1);
    count.values().map(|count| usize::try_from(count.unsigned_abs()).unwrap_or_default()).sum()
}

impl Told {
    /// What these entries say, of which some may not be published.
    pub fn of<'a>(entries: impl Iterator<Item = (&'a Line, &'a Entry, bool)>, head: &str) -> Self {
        let (mut told, mut state, mut days) = (Self::default(), State::default(), BTreeSet::new());
        let mut first: BTreeMap<NaiveDate, (usize, f64)> = BTreeMap::new();
        for (line, entry, is_published) in entries {
            // Each entry holds the digest of all lines before its own.
            if let (Some(before), Some(prev)) = (told.lines.last_mut(), entry.text("prev")) {
                prev.clone_into(&mut before.head);
            }
            let made_at = entry.text("made_at").and_then(|text| text.parse().ok());
            let month = entry.text("month").filter(|_| line.kind == Kind::Book).map(str::to_owned);
            told.lines.push(ToldLine {
                kind: line.kind,
                date: line.date,
                month,
                made_at: made_at.filter(|_| is_published),
                head: head.to_owned(),
            });
            if !is_published {
                continue;
            }
            state.add(line, entry);
            match line.kind {
                Kind::Gap => days.extend(dates(&entry.0, "days")),
                Kind::Correction => told.corrections += 1,
                Kind::Trades => told.orders.extend(orders(line.date, entry)),
                Kind::Day => {
                    let index = entry.text("index").and_then(|index| index.parse().ok());
                    first.extend(index.map(|index| (line.date, (line.seq, index))));
                }
                Kind::Thesis => told.take_thesis(line, entry, None),
                Kind::Sealed => items(entry)
                    .iter()
                    .filter(|item| item.kind == Kind::Thesis)
                    .for_each(|item| told.take_thesis(line, &item.entry, Some(item.digest()))),
                _ => {}
            }
        }
        told.gaps = days.len();
        told.take_what_stands(&state, &first);
        told
    }

    /// Takes in a thesis that stands in the entry of a line, unless it was recorded before.
    fn take_thesis(&mut self, line: &Line, says: &Entry, item: Option<Digest>) {
        let Some(made_at) = says.text("made_at").and_then(|text| text.parse().ok()) else { return };
        let id = says.text("id").unwrap_or_default().to_owned();
        self.theses.entry(id).or_insert_with(|| ToldThesis { item, ..thesis(line, made_at, says) });
    }

    fn take_what_stands(&mut self, state: &State, first: &BTreeMap<NaiveDate, (usize, f64)>) {
        let mut now: BTreeMap<usize, &Fields> = BTreeMap::new();
        now.extend(state.held().map(|(_, held)| (held.seq, &held.fields)));
        for (date, (seq, index)) in first {
            let stands = now.get(seq).and_then(|fields| fields.get("index")?.as_text()?.parse().ok());
            self.index.insert(*date, Twice { first: *index, now: stands });
        }
    }

    /// The newest line.
    pub fn newest(&self) -> Option<Witness> {
        Some(Witness::new(self.lines.len(), &self.lines.last()?.head))
    }

    /// The line that is of a month that is over; there is one and stays the same.
    pub fn of_month(&self, month: &str) -> Option<Witness> {
        let (at, line) = self.lines.iter().enumerate().find(|(_, line)| line.month.as_deref() == Some(month))?;
        Some(Witness::new(at + 1, &line.head))
    }

    /// The line of each of these months: that of the month's `book`, and the newest for those that are younger than every book.
    pub fn months(&self, months: impl Iterator<Item = YearMonth>) -> BTreeMap<YearMonth, Witness> {
        let youngest = self.lines.iter().filter_map(|line| line.month.as_deref()).max();
        let of = |month: YearMonth| {
            let name = month.to_string();
            let newest = || self.newest().filter(|_| youngest.is_none_or(|youngest| name.as_str() > youngest));
            Some((month, self.of_month(&name).or_else(newest)?))
        };
        months.filter_map(of).collect()
    }

    /// The line of this number.
    pub fn line(&self, seq: usize) -> Option<Witness> {
        Some(Witness::new(seq, &self.lines.get(seq.checked_sub(1)?)?.head))
    }

    /// The last line made before a time: no later line is ever made before it.
    pub fn made_before(&self, time: DateTime<Utc>) -> Option<Witness> {
        let is_before = |line: &ToldLine| line.made_at.is_some_and(|made| made < time);
        self.line(self.lines.iter().rposition(is_before)? + 1)
    }
}

/// The line of the log that the report of each month carries; nothing where the site does not record.
pub fn witnesses(proof: Option<&super::Published>, publication: &Publication) -> BTreeMap<YearMonth, Witness> {
    let months = publication.months.iter().map(|month| month.month);
    proof.map(|proof| proof.told.months(months)).unwrap_or_default()
}

fn thesis(line: &Line, made_at: DateTime<Utc>, entry: &Entry) -> ToldThesis {
    let text = |name: &str| entry.text(name).unwrap_or_default().to_owned();
    ToldThesis {
        seq: line.seq,
        file: format!("{ENTRIES}/{}", line.file_name()),
        made_at,
        thesis: text("thesis"),
        position_size_rationale: text("position_size_rationale"),
        exit_plan: text("exit_plan"),
        item: None,
    }
}

fn orders(date: NaiveDate, entry: &Entry) -> Vec<String> {
    let row = |order: &Fields| {
        let text = |name: &str| match order.get(name) {
            Some(Value::Text(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let parts = ["symbol", "side", "fills", "price", "currency"].map(text);
        order_row(date, parts.each_ref().map(String::as_str))
    };
    maps(&entry.0, "orders").map(row).collect()
}

#[cfg(test)]
#[path = "told_tests.rs"]
mod tests;
