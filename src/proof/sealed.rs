//! What is held back, recorded all the same: one `sealed` entry for each session while the charter has a delay, also when it holds
//! nothing, so that neither its name nor its presence tells anything. Its line is public at once, its file when the delay is over.
//!
//! What it holds are items: what an entry of its own would say, with a nonce of its own, so that an item can be stamped before the session
//! is over. Until they are sealed they lie in the private folder. When the site shows what they say, entries of their own follow
//! as if nothing had been sealed, and `verify` holds the two against each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::commitment::nonce;
use super::entry::{Entry, Fields, Value, fields, maps};
use super::folder::Stored;
use super::log::{Kind, Line, instant};
use super::private::Seed;
use super::private_values::{fills_between, held};
use super::state::{State, said};
use super::wanted::{Wanted, intentions, key, level_of, wanted};
use crate::calendar::YearMonth;
use crate::config::{Config, PrivacyLevel};
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::publication::{Disclosure, redact};
use crate::record::Record;
use crate::site_dir::SiteDir;

/// For how long the charter holds back, by some line of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    delay_days: u64,
    by_month: bool,
}

impl Terms {
    /// By the settings as they are.
    pub fn of(config: &Config) -> Self {
        let disclosure = Disclosure::new(&config.privacy);
        Self { delay_days: disclosure.delay_days().into(), by_month: !disclosure.by_day() }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, line: &Line, entry: &Entry) {
        match (line.kind, entry.text("field")) {
            (Kind::Charter, _) => {
                ["delay_days", "precision"].into_iter().for_each(|name| self.set(name, entry.0.get(name)))
            }
            (Kind::Amend, Some(field)) => self.set(field, entry.0.get("new")),
            _ => {}
        }
    }

    fn set(&mut self, name: &str, value: Option<&Value>) {
        match (name, value) {
            ("delay_days", Some(Value::Number(days))) => self.delay_days = u64::try_from(*days).unwrap_or(0),
            ("precision", Some(Value::Text(level))) => {
                self.by_month = level_of(level).is_some_and(|level| level >= PrivacyLevel::Monthly);
            }
            _ => {}
        }
    }

    /// The newest date of which everything is shown, where that of the newest valuation is `newest`.
    fn cut(&self, newest: NaiveDate) -> NaiveDate {
        newest.checked_sub_days(Days::new(self.delay_days)).unwrap_or(newest)
    }

    /// Whether a session is held back on the day when its valuation is recorded.
    pub fn hold(&self, date: NaiveDate, newest: NaiveDate) -> bool {
        self.delay_days > 0 && self.cut(newest) < date
    }

    /// Whether what was sealed of a session is to be open; by the month, when all of its month is shown.
    fn are_over(&self, date: NaiveDate, newest: Newest) -> bool {
        match self.by_month {
            false => newest.of_all.is_some_and(|newest| self.cut(newest) >= date),
            true => newest.of_ended.is_some_and(|newest| self.cut(newest) >= YearMonth::of(date).last_day()),
        }
    }
}

/// The newest dates with a valuation.
#[derive(Debug, Clone, Copy, Default)]
struct Newest {
    /// Of all of them.
    of_all: Option<NaiveDate>,
    /// Of those in months that are surely over, since a later month has one. Where months alone are published, the delay counts from it.
    of_ended: Option<NaiveDate>,
}

impl Newest {
    fn of(dates: impl Iterator<Item = NaiveDate> + Clone) -> Self {
        let of_all = dates.clone().max();
        let is_ended = |date: &NaiveDate| of_all.is_some_and(|newest| YearMonth::of(*date) < YearMonth::of(newest));
        Self { of_all, of_ended: dates.filter(is_ended).max() }
    }
}

/// Whether the file of a sealed entry has to be there, or may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The delay that the charter had when it was sealed is over.
    Due,
    /// The delay that it has now would be over.
    Allowed,
    /// Nothing is shown of it yet.
    NotYet,
}

/// Of each sealed entry by its line, from all lines and the entries whose files are there.
pub fn openings<'a>(
    entries: impl Iterator<Item = (&'a Line, Option<&'a Entry>)> + Clone,
) -> BTreeMap<usize, Opening> {
    let newest = Newest::of(entries.clone().filter(|(line, _)| line.kind == Kind::Day).map(|(line, _)| line.date));
    let mut terms = Terms::default();
    let mut sealed = Vec::new();
    for (line, entry) in entries {
        if let Some(entry) = entry {
            terms.take(line, entry);
        }
        if line.kind == Kind::Sealed {
            sealed.push((line.seq, line.date, terms));
        }
    }
    let opening = |(seq, date, then): (usize, NaiveDate, Terms)| {
        let is_over = |terms: Terms| terms.are_over(date, newest);
        let opening = match (is_over(then), is_over(terms)) {
            (true, _) => Opening::Due,
            (false, true) => Opening::Allowed,
            (false, false) => Opening::NotYet,
        };
        (seq, opening)
    };
    sealed.into_iter().map(opening).collect()
}

/// What is held back and by itself provable.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What an entry of it is of.
    pub kind: Kind,
    /// Its date.
    pub date: NaiveDate,
    /// Its bytes, which stand so in the sealed entry; their digest is what is stamped.
    pub entry: Entry,
}

impl Item {
    fn new(wanted: &Wanted, seed: &Seed, now: DateTime<Utc>) -> Self {
        let (kind, date) = (wanted.kind, wanted.date.min(now.date_naive()));
        let made_at = instant(now);
        let mut says = wanted.fields.clone();
        says.extend(fields([
            ("kind", kind.as_str().into()),
            ("date", date.to_string().into()),
            ("nonce", nonce(seed, &format!("item/{}/{made_at}", wanted.key())).into()),
            ("made_at", made_at.into()),
        ]));
        Self { kind, date, entry: Entry(says) }
    }

    /// Reads what a sealed entry has of it.
    pub fn of(says: &Fields) -> Option<Self> {
        let text = |name: &str| says.get(name).and_then(Value::as_text);
        let (kind, date) = (text("kind")?.parse().ok()?, text("date")?.parse().ok()?);
        Some(Self { kind, date, entry: Entry(says.clone()) })
    }

    /// The line as it stands in the sealed entry, without an end.
    pub fn text(&self) -> String {
        Value::from(self.entry.0.clone()).to_string()
    }

    /// What is stamped of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// What it says beside when it was made.
    pub fn says(&self) -> Fields {
        said(&self.entry)
    }

    /// By what it is known.
    pub fn key(&self) -> String {
        key(self.kind, self.date, &self.entry.0)
    }
}

/// The items of a sealed entry; those that are none are left out.
pub fn items(entry: &Entry) -> Vec<Item> {
    maps(&entry.0, "items").filter_map(Item::of).collect()
}

/// The items that wait for the end of their session, by their digest.
///
/// # Errors
/// A file that cannot be read or is none of them.
pub fn waiting(site: &SiteDir) -> Result<Vec<Item>> {
    let folder = site.proof_waiting();
    let mut paths: Vec<_> = match std::fs::read_dir(&folder) {
        Ok(listed) => listed.flatten().map(|file| file.path()).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read the folder", &folder, error)),
    };
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).map_err(|error| Error::io("read what waits to be sealed", path, error))?;
        let item = Entry::parse(&bytes).ok().and_then(|entry| Item::of(&entry.0));
        item.ok_or_else(|| {
            Error::data("it is nothing that can be sealed")
                .at(Place::file(path))
                .hint("restore data/proof/ from a backup, or remove the file if what it says is still in the record")
        })
    };
    let mut items: Vec<Item> = paths.iter().map(read).collect::<Result<_>>()?;
    items.sort_by_cached_key(|item| (item.entry.text("made_at").map(str::to_owned), item.kind, item.text()));
    Ok(items)
}

/// What is held back by now, and what of it is not sealed yet.
pub struct HeldBack {
    /// What waits already.
    pub waiting: Vec<Item>,
    /// What is new and made by hand: it waits from now on.
    pub new: Vec<Item>,
    /// What the account did.
    facts: Vec<Item>,
}

impl HeldBack {
    /// Of a record of which `shown` is recorded openly, and of whose log `recorded` is what it says.
    ///
    /// # Errors
    /// What waits cannot be read.
    pub fn of(
        site: &SiteDir,
        record: &Record,
        config: &Config,
        (stored, recorded, shown): (&Stored, &State, &[Wanted]),
        seed: &Seed,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let waiting = waiting(site)?;
        let sealed = stored.iter().filter(|(line, _)| line.kind == Kind::Sealed).flat_map(|(_, entry)| items(entry));
        let known: BTreeMap<String, Fields> =
            sealed.chain(waiting.iter().cloned()).map(|item| (item.key(), item.says())).collect();
        let open: BTreeSet<String> = shown.iter().map(Wanted::key).collect();
        let is_new = |wanted: &Wanted| {
            let key = wanted.key();
            !open.contains(&key) && recorded.get(&key).is_none() && known.get(&key) != Some(&wanted.fields)
        };
        let mut at_once = config.clone();
        at_once.privacy.delay_days = 0;
        let publication = redact(record, &at_once).ok();
        let item = |wanted: &Wanted| Item::new(wanted, seed, now);
        let all = wanted(record, publication.as_ref(), &at_once, now.date_naive());
        let facts = all.iter().filter(|wanted| matches!(wanted.kind, Kind::Trades | Kind::Book) && is_new(wanted));
        let facts: Vec<Item> = facts.map(item).collect();
        let mut new: Vec<Item> =
            intentions(record, config).iter().filter(|wanted| is_new(wanted)).map(item).collect();
        // Of two versions of one second it is not known which was the later one.
        new.retain(|item| !waiting.contains(item));
        Ok(Self { waiting, new, facts })
    }

    /// Takes out what belongs into the entry of a session.
    pub fn take(&mut self, date: NaiveDate) -> Vec<Item> {
        let mut taken = Vec::new();
        for from in [&mut self.waiting, &mut self.new, &mut self.facts] {
            let (of_it, left) = std::mem::take(from).into_iter().partition(|item| item.date <= date);
            *from = left;
            taken.extend::<Vec<Item>>(of_it);
        }
        taken
    }
}

/// What a sealed entry commits to: the account at the end of its session, and the fills since the one before.
pub fn private(record: &Record, date: NaiveDate) -> BTreeMap<&'static str, String> {
    let at = record.snapshots.iter().position(|snapshot| snapshot.date == date);
    let Some((at, snapshot)) = at.and_then(|at| Some((at, record.snapshots.get(at)?))) else {
        return BTreeMap::new();
    };
    let before = at.checked_sub(1).and_then(|before| record.snapshots.get(before)).map(|before| before.date);
    let mut values = held(snapshot);
    values.insert("fills", fills_between(record, before, date));
    values
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
