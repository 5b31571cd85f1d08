//! Bringing what brokers, price sources and earlier systems know into rows of the record.
//!
//! Reading a file is a pure function from bytes to a [`Batch`]: it is taken as a whole or not at all, and a row that
//! is left out is counted together with the reason. [`ibkr`], [`flex::service`] and [`yahoo`] ask over the network;
//! [`run`] runs a whole collection and returns a [`report::PartReport`] for each part. Writing is `record::store`'s.

// Numbers from outside may be as large as they like until the store has judged them: no plain product of them, and no sum.
#![warn(clippy::arithmetic_side_effects)]

pub mod csv;
pub mod days;
pub mod flex;
mod form;
pub mod http;
pub mod ibkr;
pub mod manual;
pub mod manual_action;
pub mod nav;
mod number;
mod possible;
pub mod progress;
pub mod report;
pub mod run;
pub mod save;
pub mod seed;
mod source;
mod table;
mod time;
mod windows_1252;
pub mod work;
pub mod yahoo;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::calendar::YearMonth;
use crate::digest::sha256;
use crate::error::{Error, Place, Result};
use crate::file_content::{is_utf16, place_of};
use crate::record::{
    CashFlow, CorporateAction, Execution, Finding, FindingKind, Severity, Snapshot, StatementPeriod,
};

/// What one or several files brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Fills, corrections and rows that take fills back.
    pub executions: Vec<Execution>,
    /// The account, one per trading date.
    pub snapshots: Vec<Snapshot>,
    /// Corporate actions and transfers of positions.
    pub actions: Vec<CorporateAction>,
    /// Money across the account's border.
    pub flows: Vec<CashFlow>,
    /// Dividends, taxes, interest and fees.
    pub income: Vec<CashFlow>,
    /// What the broker says about whole periods.
    pub statements: Vec<StatementPeriod>,
    /// Annotations, as files to be written.
    pub annotations: Vec<NewDocument>,
    /// Commentary on months, in Markdown.
    pub commentary: Vec<(YearMonth, String)>,
    /// What the owner should know about the files.
    pub notices: Vec<Finding>,
    /// Rows that were left out, by kind and reason.
    pub skipped: Vec<Skipped>,
    /// The account that was read, where a file names one.
    pub account: Option<String>,
    /// First and last days that the files say they are about.
    pub covered: Vec<(NaiveDate, NaiveDate)>,
}

/// A text file to be written below the site's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Where it belongs, relative to the site's root.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
}

/// Rows of one kind that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What kind of row, as the file calls it.
    pub kind: String,
    /// Why it does not count.
    pub reason: String,
    /// How many there were.
    pub count: usize,
    /// Where the first one stands.
    pub first: Place,
}

impl Batch {
    /// Adds everything another batch brought.
    pub fn extend(&mut self, other: Self) {
        self.executions.extend(other.executions);
        self.snapshots.extend(other.snapshots);
        self.actions.extend(other.actions);
        self.flows.extend(other.flows);
        self.income.extend(other.income);
        self.statements.extend(other.statements);
        self.annotations.extend(other.annotations);
        self.commentary.extend(other.commentary);
        self.notices.extend(other.notices);
        self.covered.extend(other.covered);
        self.account = self.account.take().or(other.account);
        for skipped in other.skipped {
            self.add_skipped(skipped);
        }
    }

    /// Whether there is nothing in it that could be stored.
    pub fn is_empty(&self) -> bool {
        self.executions.is_empty()
            && self.snapshots.is_empty()
            && self.actions.is_empty()
            && self.flows.is_empty()
            && self.income.is_empty()
            && self.statements.is_empty()
            && self.annotations.is_empty()
            && self.commentary.is_empty()
    }

    /// All movements of cash, external ones first.
    pub fn cash_mut(&mut self) -> impl Iterator<Item = &mut CashFlow> {
        self.flows.iter_mut().chain(&mut self.income)
    }

    /// How many rows were left out.
    pub fn skipped_rows(&self) -> usize {
        self.skipped.iter().map(|skipped| skipped.count).sum()
    }

    fn skip(&mut self, kind: &str, reason: impl Into<String>, place: Place) {
        self.skip_rows(1, kind, reason, place);
    }

    /// Counts what stands above the names of the columns: brokers write titles there, and a file that was put together of
    /// two has its first rows there.
    fn skip_above(&mut self, table: &table::Table) {
        for line in table.lines_above() {
            self.skip("line", "it stands above the names of the columns", line.place(None));
        }
    }

    fn skip_rows(&mut self, count: usize, kind: &str, reason: impl Into<String>, first: Place) {
        self.add_skipped(Skipped { kind: kind.to_owned(), reason: reason.into(), count, first });
    }

    fn add_skipped(&mut self, new: Skipped) {
        match self.skipped.iter_mut().find(|known| known.kind == new.kind && known.reason == new.reason) {
            Some(known) => known.count += new.count,
            None => self.skipped.push(new),
        }
    }

    fn note(&mut self, severity: Severity, kind: FindingKind, place: Place, message: String, next: &str) {
        self.notices.push(Finding::new(severity, kind, message, next).at(place));
    }
}

/// Names rows that carry no number of their own after what they say. Equal rows get different names, and the
/// same file always gives the same ones.
#[derive(Debug, Default)]
struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    fn name(&mut self, prefix: &str, content: &[&str]) -> String {
        self.name_in("", prefix, content)
    }

    /// The same among the rows of one part of a file, such as one of its statements.
    fn name_in(&mut self, part: &str, prefix: &str, content: &[&str]) -> String {
        let short = sha256(content.join("\u{1f}").as_bytes(), 16);
        let occurrence = self.seen.entry(format!("{part}\u{1f}{prefix}\u{1f}{short}")).or_default();
        *occurrence += 1;
        if *occurrence == 1 { format!("{prefix}:{short}") } else { format!("{prefix}:{short}-{occurrence}") }
    }
}

/// The text of a table that may have been saved by a spreadsheet, which can mean UTF-16.
///
/// What is not UTF-8 is Windows-1252, where it can be.
///
/// # Errors
/// As [`utf8`], or UTF-16 that is broken.
fn table_text<'a>(path: &std::path::Path, bytes: &'a [u8]) -> Result<std::borrow::Cow<'a, str>> {
    let (order, rest): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        _ if std::str::from_utf8(bytes).is_err()
            && let Some(text) = windows_1252::decoded(bytes) =>
        {
            return Ok(text);
        }
        _ => return utf8(path, bytes).map(std::borrow::Cow::Borrowed),
    };
    let pairs = rest.chunks(2).map(|pair| match pair {
        [one, other] => order([*one, *other]),
        _ => u16::from(char::REPLACEMENT_CHARACTER as u8),
    });
    let text = char::decode_utf16(pairs).collect::<std::result::Result<String, _>>();
    match text {
        Ok(text) if rest.len() % 2 == 0 && !text.trim().is_empty() => Ok(std::borrow::Cow::Owned(text)),
        _ => Err(Error::data("the file begins as UTF-16 and does not go on as such")
            .at(Place::file(path))
            .hint("save it as UTF-8 and import it again")),
    }
}

/// The text of a file, without its byte order mark.
///
/// # Errors
/// An empty file, or one that is not UTF-8.
fn utf8<'a>(path: &std::path::Path, bytes: &'a [u8]) -> Result<&'a str> {
    if is_utf16(bytes) {
        return Err(Error::data("the file is encoded in UTF-16")
            .at(Place::file(path))
            .hint("save it as UTF-8 and import it again"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::data("the file is not encoded in UTF-8")
            .at(place_of(error, bytes, path))
            .hint("save it as UTF-8 and import it again")
            .because(error)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::data("the file is empty").at(Place::file(path)).hint("download or export it again"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_get_different_names_and_the_same_ones_next_time() {
        let mut first = Fingerprints::default();
        let names = [first.name("csv", &["a", "b"]), first.name("csv", &["a", "b"]), first.name("csv", &["ab"])];
        assert_eq!(names[1], format!("{}-2", names[0]));
        assert_ne!(names[0], names[2]);
        assert_eq!(Fingerprints::default().name("csv", &["a", "b"]), names[0]);
    }

    #[test]
    fn skipped_rows_are_counted_by_reason() {
        let mut batch = Batch::default();
        batch.skip("Order", "adds up", Place::line("a.xml", 3));
        let mut other = Batch::default();
        other.skip("Order", "adds up", Place::line("b.xml", 9));
        other.skip("Lot", "splits", Place::line("b.xml", 10));
        batch.extend(other);
        let counted: Vec<_> = batch.skipped.iter().map(|row| (row.kind.as_str(), row.count)).collect();
        assert_eq!(counted, [("Order", 2), ("Lot", 1)]);
        assert_eq!(batch.skipped_rows(), 3);
        assert!(batch.is_empty());
    }

    #[test]
    fn other_encodings_are_named() {
        let path = std::path::Path::new("a.csv");
        assert_eq!(utf8(path, b"\xff\xfea\0").unwrap_err().message(), "the file is encoded in UTF-16");
        let error = utf8(path, b"a\nb\xe9").unwrap_err();
        assert_eq!(error.to_string(), "a.csv:2:2: the file is not encoded in UTF-8");
        assert_eq!(utf8(path, b" \n").unwrap_err().message(), "the file is empty");
        assert_eq!(utf8(path, b"\xef\xbb\xbfa").unwrap(), "a");
    }
}
