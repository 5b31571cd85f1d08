//! Opening commitments to one reader: values and salts of some days in a file of its own, which is never part of a site.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::charter;
use super::commitment::{Salt, commitment};
use super::entry::{Entry, Fields, Value, fields};
use super::folder::Stored;
use super::log::{Kind, Line};
use super::private::Seed;
use super::private_values::{cash, fills, flows, positions};
use super::sealed;
use super::statements::{AllStatements, Statements};
use super::wanted::statements_of_fills;
use crate::calendar::last_possible_date;
use crate::config::Config;
use crate::error::{Error, Place, Result};
use crate::record::store::{folder_of, write_atomically};
use crate::record::{Execution, Record, Snapshot, load};
use crate::site_dir::SiteDir;

/// What is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// Entries of these dates, and of all between them.
    pub from: NaiveDate,
    /// The last of them.
    pub to: NaiveDate,
    /// Only values of this name.
    pub field: Option<&'a str>,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many values are in the file.
    pub values: usize,
    /// Which are not, and why, a sentence each.
    pub remarks: Vec<String>,
}

/// Writes values and salts for one reader, into a file that only its owner may read.
///
/// # Errors
/// A site that records nothing, a name that no commitment has, dates of which nothing is recorded, a target that is published.
pub fn open(site: &SiteDir, config: &Config, wish: Wish, target: &Path, now: DateTime<Utc>) -> Result<Opened> {
    outside_of_what_is_published(site, target)?;
    if let Some(unknown) = wish.field.filter(|field| !NAMES.contains(field)) {
        return Err(Error::usage(format!("nothing called `{unknown}` is committed to"))
            .hint(format!("there are {}", NAMES.join(", "))));
    }
    let stored = Stored::read(site)?.ok_or_else(|| {
        Error::usage("this site records nothing, so there is nothing to open")
            .hint("`trackrecord proof init` begins its log")
    })?;
    let seed = Seed::read(site)?;
    let record = load::load(site, config, last_possible_date(now));
    let known = Known::of(site, config, &record, wish)?;
    let (rows, opened) = rows(&stored, &seed, &known, wish);
    if rows.is_empty() {
        return Err(Error::usage(format!(
            "nothing that is committed to from {} to {} can be opened",
            wish.from, wish.to
        ))
        .hint(
            opened
                .remarks
                .first()
                .cloned()
                .unwrap_or_else(|| "`trackrecord proof status` says which dates there are".to_owned()),
        ));
    }
    let document = Entry(fields([
        ("v", Value::Number(1)),
        ("log", stored.log.head().to_string().into()),
        ("opened", Value::List(rows)),
    ]));
    write_atomically(target, &document.to_bytes(), true)?;
    Ok(opened)
}

/// The names of values that are committed to.
pub const NAMES: [&str; 8] = ["account", "accounts", "nav", "cash", "flows", "positions", "fills", "statement"];

fn outside_of_what_is_published(site: &SiteDir, target: &Path) -> Result<()> {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(target);
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| whole(folder));
    let public = std::fs::canonicalize(site.public()).unwrap_or_else(|_| whole(&site.public()));
    let inputs = std::fs::canonicalize(site.root()).unwrap_or_else(|_| whole(site.root())).join("static");
    if [&public, &inputs].into_iter().any(|published| folder.starts_with(published)) {
        return Err(Error::usage("what is opened to one reader must not be where it is published")
            .at(Place::file(target))
            .hint("name a file elsewhere with `--out`"));
    }
    Ok(())
}

fn rows(stored: &Stored, seed: &Seed, known: &Known, wish: Wish) -> (Vec<Value>, Opened) {
    let (mut rows, mut opened) = (Vec::new(), Opened::default());
    let all: Vec<(&Line, &Entry)> = stored.iter().collect();
    let by_seq: BTreeMap<usize, (&Line, &Entry)> =
        all.iter().map(|(line, entry)| (line.seq, (*line, *entry))).collect();
    for (line, entry) in &all {
        let corrects = entry.corrects().and_then(|seq| by_seq.get(&seq).copied());
        let (about, says) = corrects.unwrap_or((line, entry));
        let is_meant =
            matches!(about.kind, Kind::Charter | Kind::Amend) || (about.date >= wish.from && about.date <= wish.to);
        if !is_meant {
            continue;
        }
        let values = known.values(about, &says.0);
        for (name, digits) in entry.private() {
            if wish.field.is_some_and(|field| field != name) {
                continue;
            }
            let salt = Salt::of(seed, &line.file_name(), name);
            let holds = |value: &String| commitment(&salt, name, value) == digits;
            let now = values.get(name).filter(|value| holds(value)).cloned();
            match now.or_else(|| known.before(name, about, &says.0).find(holds)) {
                Some(value) => {
                    rows.push(Value::from(fields([
                        ("entry", line.file_name().into()),
                        ("name", name.into()),
                        ("salt", salt.to_string().into()),
                        ("value", value.as_str().into()),
                    ])));
                    opened.values += 1;
                }
                None => opened.remarks.push(format!(
                    "{name} of {} cannot be opened: the record has another value by now, and none that was stored before is it",
                    line.file_name()
                )),
            }
        }
    }
    (rows, opened)
}

/// The private values of a record: as they are, and as they were before they were restated.
struct Known<'a> {
    record: &'a Record,
    config: &'a Config,
    /// Every valuation as it was stored.
    stored: BTreeMap<NaiveDate, Vec<Snapshot>>,
    /// Every statement that is kept, and those by their times that fills of the days wished for were read from.
    statements: AllStatements,
    of_fills: Statements,
}

impl<'a> Known<'a> {
    fn of(site: &SiteDir, config: &'a Config, record: &'a Record, wish: Wish) -> Result<Self> {
        let mut stored: BTreeMap<NaiveDate, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in load::stored_snapshots(site, record.exchange) {
            stored.entry(snapshot.date).or_default().push(snapshot);
        }
        let is_meant = |fill: &&Execution| (wish.from..=wish.to).contains(&fill.utc_date());
        let times = record.executions.iter().filter(is_meant).filter_map(|fill| fill.generated).collect();
        let of_fills = Statements::of(site, config, &times)?;
        Ok(Self { record, config, stored, statements: AllStatements::of(site)?, of_fills })
    }

    /// The private values of what an entry is about, as the record has them.
    fn values(&self, line: &Line, says: &Fields) -> BTreeMap<&'static str, String> {
        let record = self.record;
        match line.kind {
            Kind::Charter | Kind::Amend => charter::accounts(record, self.config),
            Kind::Day => {
                let Some(snapshot) = record.snapshots.iter().find(|snapshot| snapshot.date == line.date) else {
                    return BTreeMap::new();
                };
                let mut values = of_snapshot(snapshot);
                values.insert("flows", flows(record, date(says, "since"), line.date));
                values
            }
            Kind::Trades => {
                let statements = self.of_fills.value(&statements_of_fills(&record.executions, line.date));
                let statements = statements.map(|statements| ("statement", statements));
                [("fills", fills(&record.executions, line.date))].into_iter().chain(statements).collect()
            }
            Kind::Book => self.snapshot_of_book(says).map(of_snapshot).unwrap_or_default(),
            Kind::Sealed => sealed::private(record, line.date),
            _ => BTreeMap::new(),
        }
    }

    /// What a value of that name may have been when the entry was made: what the broker stated before, and the statements that say so.
    fn before<'k>(&'k self, name: &'k str, line: &Line, says: &Fields) -> Box<dyn Iterator<Item = String> + 'k> {
        if name == "statement" {
            return Box::new(self.statements.since(line.date).map(|digest| digest.to_string()));
        }
        let of = match line.kind {
            Kind::Book => self.snapshot_of_book(says).map(|snapshot| snapshot.date),
            Kind::Day | Kind::Sealed => Some(line.date),
            _ => None,
        };
        let versions = of.and_then(|of| self.stored.get(&of)).into_iter().flatten();
        Box::new(versions.filter_map(move |snapshot| of_snapshot(snapshot).remove(name)))
    }

    fn snapshot_of_book(&self, says: &Fields) -> Option<&Snapshot> {
        let on = date(says, "positions_as_of")?;
        self.record.snapshots.iter().rfind(|snapshot| snapshot.date <= on)
    }
}

fn of_snapshot(snapshot: &Snapshot) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("account", snapshot.account.private().to_owned()),
        ("nav", snapshot.net_liquidation.to_string()),
        ("cash", cash(snapshot)),
        ("positions", positions(snapshot)),
    ])
}

fn date(says: &Fields, name: &str) -> Option<NaiveDate> {
    says.get(name).and_then(Value::as_text)?.parse().ok()
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
