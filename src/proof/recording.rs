//! Recording: what the log lacks of the record is appended, all at once or not at all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::commitment::{Salt, commitment, nonce};
use super::entry::{Entry, Fields, Value, fields};
use super::folder::Stored;
use super::log::{Kind, Line, Log, file_name, instant};
use super::private::Seed;
use super::sealed::{self, HeldBack, Item, Terms};
use super::state::{Difference, Held, State};
use super::statements::Statements;
use super::wanted::{Wanted, level_name, wanted};
use crate::analysis::reconcile::missing_flows;
use crate::calendar::last_possible_date;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::publication::scan::Secrets;
use crate::publication::{Disclosure, Publication, redact};
use crate::record::store::{FileSet, Store};
use crate::record::{Finding, Record, Severity, load};
use crate::site_dir::SiteDir;

/// What a recording did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Entries that are new, corrections among them.
    pub new: usize,
    /// Corrections and amendments.
    pub corrections: usize,
    /// Plans and theses that are new: what they say is worth most before the trade, so that they are stamped at once.
    pub intentions: usize,
    /// What is held back and waits for the end of its session to be sealed.
    pub waiting: usize,
    /// How many entries the log has now.
    pub entries: usize,
    /// The digest of the log.
    pub head: String,
    /// What could not be recorded, and what the owner should know, a sentence each.
    pub remarks: Vec<String>,
}

/// Begins the log of a site: seed, charter, and all that is published by now.
///
/// # Errors
/// It was begun before; a folder that cannot be written to.
pub fn init(site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Result<Recorded> {
    init_with(site, config, now, || load::load(site, config, last_possible_date(now)))
}

/// As [`init`], of a record that comes from elsewhere; it is asked for while nobody else writes.
///
/// # Errors
/// As [`init`].
pub fn init_with(
    site: &SiteDir,
    config: &Config,
    now: DateTime<Utc>,
    record: impl FnOnce() -> Record,
) -> Result<Recorded> {
    let mut store = Store::open(site)?;
    if site.proof_log().exists() {
        return Err(Error::usage("this site records already, and its log is begun only once")
            .at(Place::file(site.proof_log()))
            .hint("`trackrecord proof status` says how it stands"));
    }
    // One that a killed run has left is as good as another.
    let seed = if site.proof_seed().exists() { Seed::read(site)? } else { Seed::random()? };
    seed.write(site)?;
    let appended = Scene::of(site, config, record(), now).appended(&seed, Stored::default(), None)?;
    store.replace(appended.files)?;
    Ok(appended.recorded)
}

/// Appends what the log lacks of the record as it is now, if the site records at all. Done again, it does nothing.
///
/// # Errors
/// A log that was changed, a seed that is lost, a folder that cannot be written to. Nothing has changed then.
pub fn record(site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Result<Option<Recorded>> {
    record_with(site, config, now, || load::load(site, config, last_possible_date(now)))
}

/// As [`record`], of a record that comes from elsewhere; it is asked for while nobody else writes.
///
/// # Errors
/// As [`record`].
pub fn record_with(
    site: &SiteDir,
    config: &Config,
    now: DateTime<Utc>,
    record: impl FnOnce() -> Record,
) -> Result<Option<Recorded>> {
    if !site.proof_log().exists() {
        return Ok(None);
    }
    let mut store = Store::open(site)?;
    let Some(stored) = Stored::read(site)? else { return Ok(None) };
    let seed = Seed::read(site)?;
    let appended = Scene::of(site, config, record(), now).appended(&seed, stored, None)?;
    store.replace(appended.files)?;
    Ok(Some(appended.recorded))
}

/// What a recording writes that appends an entry of another origin too.
pub(super) fn with_entry(
    site: &SiteDir,
    config: &Config,
    now: DateTime<Utc>,
    stored: Stored,
    entry: (Kind, Fields),
) -> Result<(FileSet, Recorded)> {
    let seed = Seed::read(site)?;
    let Appended { files, recorded } = Scene::load(site, config, now).appended(&seed, stored, Some(entry))?;
    Ok((files, recorded))
}

/// What the next recording would append. Nothing is written.
pub(super) fn next(site: &SiteDir, config: &Config, now: DateTime<Utc>, stored: Stored) -> Result<Recorded> {
    let seed = Seed::read(site)?;
    Ok(Scene::load(site, config, now).appended(&seed, stored, None)?.recorded)
}

/// What is recorded, and when.
struct Scene<'a> {
    site: &'a SiteDir,
    config: &'a Config,
    now: DateTime<Utc>,
    record: Record,
    publication: Option<Publication>,
    /// Why nothing that depends on it can be recorded, where that is no matter of time.
    not_published: Option<String>,
    /// What is wrong with the record, so that nothing but the charter is recorded.
    errors: Option<String>,
    secrets: Secrets,
}

/// Files to write, and what they are.
struct Appended {
    files: FileSet,
    recorded: Recorded,
}

impl<'a> Scene<'a> {
    fn load(site: &'a SiteDir, config: &'a Config, now: DateTime<Utc>) -> Self {
        Self::of(site, config, load::load(site, config, last_possible_date(now)), now)
    }

    fn of(site: &'a SiteDir, config: &'a Config, record: Record, now: DateTime<Utc>) -> Self {
        let errors = errors(&record);
        let (publication, not_published) = match redact(&record, config) {
            _ if errors.is_some() => (None, None),
            Ok(publication) => (Some(publication), None),
            // Of a record that has only begun nothing is published yet.
            Err(_) if record.snapshots.len() < 2 => (None, None),
            Err(error) => (None, Some(error.message().to_owned())),
        };
        let secrets = Secrets::of(&record, config);
        Self { site, config, now, record, publication, not_published, errors, secrets }
    }

    /// Everything that a log lacks, behind it.
    fn appended(&self, seed: &Seed, stored: Stored, more: Option<(Kind, Fields)>) -> Result<Appended> {
        let state = State::of(stored.iter());
        let before = stored.log.lines().len();
        // A clock that was set back must not break the order of the log.
        let latest = stored.entries.last().and_then(|(entry, _)| entry.text("made_at")?.parse().ok());
        let now = latest.map_or(self.now, |latest: DateTime<Utc>| latest.max(self.now));
        let mut wanted = wanted(&self.record, self.publication.as_ref(), self.config, self.now.date_naive());
        if self.errors.is_some() {
            // A record with errors says nothing yet that holds.
            wanted.retain(|wanted| wanted.kind == Kind::Charter);
        }
        let held_back = match self.errors.is_none() && self.config.privacy.delay_days > 0 {
            true => Some(HeldBack::of(self.site, &self.record, self.config, (&stored, &state, &wanted), seed, now)?),
            false => None,
        };
        let mut writer = Writer {
            scene: self,
            now,
            seed,
            log: stored.log,
            files: FileSet::default(),
            recorded: Recorded::default(),
        };
        let missing = state.lacks(&wanted, seed);
        let times = missing.iter().flat_map(|(wanted, _)| wanted.stated.iter().copied()).collect();
        let statements = Statements::of(self.site, self.config, &times)?;
        for (wanted, corrects) in missing {
            let statement = statements.value(&wanted.stated).map(|value| ("statement", value));
            match corrects {
                None => {
                    let private = wanted.private.iter().map(|(name, value)| (*name, value.clone()));
                    let private = private.chain(statement).collect();
                    writer.append(wanted.kind, wanted.date, wanted.fields.clone(), &private);
                }
                Some((held, mut difference)) => {
                    difference.private.extend(statement);
                    writer.corrected(held, difference);
                }
            }
        }
        writer.gone(&state, &wanted);
        if let Some(held_back) = held_back {
            writer.sealed(&state, &wanted, held_back);
        }
        if let Some((kind, says)) = more {
            writer.append(kind, now.date_naive(), says, &BTreeMap::new());
        }
        let why = self.errors.iter().chain(&self.not_published);
        writer.recorded.remarks.extend(why.map(|why| format!("figures and trades were not recorded: {why}")));
        Ok(writer.finished(before))
    }
}

/// What is wrong with a record, so that no figure of it holds.
fn errors(record: &Record) -> Option<String> {
    let is_wrong = |finding: &&Finding| finding.severity == Severity::Error && !finding.kind.is_of_status();
    let base = record.snapshots.last().map(|last| last.base_currency);
    let missing = base.map(|base| missing_flows(record, base)).unwrap_or_default();
    let found = record.findings.iter().find(is_wrong).or(missing.iter().find(is_wrong))?;
    Some(format!("the record has errors, which `trackrecord check` lists: {}", found.message))
}

fn not_recorded(kind: Kind, date: NaiveDate, what: &str) -> String {
    format!(
        "{} of {date} was not recorded, because it would show {what}: take that out of the text, or allow it where it is the same by \
         chance (`[privacy] allow`)",
        kind.as_str()
    )
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    now: DateTime<Utc>,
    seed: &'a Seed,
    log: Log,
    files: FileSet,
    recorded: Recorded,
}

impl Writer<'_> {
    /// Appends an entry, unless something private would stand in it.
    fn append(&mut self, kind: Kind, date: NaiveDate, mut says: Fields, private: &BTreeMap<&'static str, String>) {
        // A note may be dated ahead, and nothing is recorded before its date.
        let is_by_hand = matches!(kind, Kind::Signal | Kind::Plan | Kind::Thesis);
        let date = if is_by_hand { date.min(self.now.date_naive()) } else { date };
        let seq = self.log.next();
        let file = file_name(seq, kind, date);
        says.extend(fields([
            ("v", Value::Number(1)),
            ("seq", seq.into()),
            ("kind", kind.as_str().into()),
            ("date", date.to_string().into()),
            ("made_at", instant(self.now).into()),
            ("nonce", nonce(self.seed, &file).into()),
            ("prev", self.log.head().to_string().into()),
        ]));
        if !private.is_empty() {
            let committed = |(name, value): (&&'static str, &String)| {
                let digits = commitment(&Salt::of(self.seed, &file, name), name, value);
                ((*name).to_owned(), Value::from(digits))
            };
            says.insert("private".to_owned(), Value::Map(private.iter().map(committed).collect()));
        }
        let bytes = Entry(says).to_bytes();
        let path = format!("proof/entries/{file}");
        if let Some(leak) = self.scene.secrets.search(&BTreeMap::from([(path, bytes.clone().into())])).first() {
            self.recorded.remarks.push(not_recorded(kind, date, leak.what));
            return;
        }
        self.log.push(Line { digest: Digest::of(&bytes), seq, kind, date });
        self.files.write(self.scene.site.proof_entries().join(file), bytes);
    }

    /// Appends what an entry should have said, where it says something else.
    fn corrected(&mut self, held: &Held, difference: Difference) {
        let Difference { old, new, private } = difference;
        let today = self.now.date_naive();
        if held.kind != Kind::Charter {
            let reason = match held.kind {
                Kind::Thesis => "edited afterwards",
                _ => "the record says something else now",
            };
            let says = fields([
                ("corrects", held.seq.into()),
                ("old", old.into()),
                ("new", new.into()),
                ("reason", reason.into()),
            ]);
            return self.append(Kind::Correction, today, says, &private);
        }
        for (name, value) in &new {
            let before = old.get(name).cloned().unwrap_or(Value::Null);
            let says = fields([
                ("field", name.as_str().into()),
                ("old", before),
                ("new", value.clone()),
                ("reason", "not stated".into()),
            ]);
            self.append(Kind::Amend, today, says, &BTreeMap::new());
        }
        if !private.is_empty() {
            let says = fields([("field", "account".into()), ("reason", "not stated".into())]);
            self.append(Kind::Amend, today, says, &private);
        }
    }

    /// Says of entries that the record no longer has what they are of. Not of those that may only be held back now.
    fn gone(&mut self, state: &State, wanted: &[Wanted]) {
        let Some(publication) = self.scene.publication.as_ref() else { return };
        let there: BTreeSet<String> = wanted.iter().map(Wanted::key).collect();
        let disclosure = Disclosure::new(&self.scene.config.privacy);
        // A coarser level leaves out small orders.
        let level = Value::from(level_name(disclosure.level()));
        let is_known = |held: &Held| match held.kind {
            _ if held.fields.get("level") != Some(&level) => false,
            Kind::Day => held.date <= publication.facts.as_of,
            Kind::Trades => held.date <= publication.facts.trades_until,
            Kind::Thesis => disclosure.by_day() && !disclosure.holds_back(),
            _ => false,
        };
        let gone: Vec<usize> = state
            .held()
            .filter(|(key, held)| !there.contains(*key) && is_known(held))
            .map(|(_, held)| held.seq)
            .collect();
        for seq in gone {
            let says = fields([
                ("corrects", seq.into()),
                ("old", Value::Null),
                ("new", Value::Null),
                ("reason", "not in the record any more".into()),
            ]);
            self.append(Kind::Correction, self.now.date_naive(), says, &BTreeMap::new());
        }
    }

    /// Seals each session whose valuation is new and of which something may be held back. What waits longer is kept.
    fn sealed(&mut self, state: &State, wanted: &[Wanted], mut held_back: HeldBack) {
        self.without_secrets(&mut held_back.new);
        let days: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.kind == Kind::Day).collect();
        let newest = days.iter().map(|day| day.date).max();
        let waited = held_back.waiting.clone();
        let terms = Terms::of(self.scene.config);
        let is_new = |day: &&&Wanted| state.get(&day.key()).is_none();
        let is_held = |day: &&&Wanted| newest.is_some_and(|newest| terms.hold(day.date, newest));
        for day in days.iter().filter(is_new).filter(is_held) {
            let items = held_back.take(day.date).into_iter().map(|item| Value::from(item.entry.0)).collect();
            let level = day.fields.get("level").cloned().unwrap_or(Value::Null);
            let says = fields([("items", Value::List(items)), ("level", level)]);
            self.append(Kind::Sealed, day.date, says, &sealed::private(&self.scene.record, day.date));
        }
        let path = |item: &Item| self.scene.site.proof_waiting().join(format!("{}.json", item.digest()));
        let sealed: Vec<_> = waited.iter().filter(|item| !held_back.waiting.contains(item)).map(path).collect();
        let kept: Vec<_> = held_back.new.iter().map(|item| (path(item), item.entry.to_bytes())).collect();
        let is_stamped_at_once = |item: &&Item| item.kind.precedes_fills();
        self.recorded.intentions += held_back.new.iter().filter(is_stamped_at_once).count();
        self.recorded.waiting = held_back.waiting.len() + held_back.new.len();
        sealed.into_iter().for_each(|path| self.files.remove(path));
        kept.into_iter().for_each(|(path, bytes)| self.files.write(path, bytes));
    }

    /// Leaves out what would show something private when it is opened, and says so.
    fn without_secrets(&mut self, items: &mut Vec<Item>) {
        let mut remarks = Vec::new();
        items.retain(|item| {
            let bytes = item.entry.to_bytes();
            let found = self.scene.secrets.search(&BTreeMap::from([("proof/entries/item".to_owned(), bytes.into())]));
            remarks.extend(found.first().map(|leak| not_recorded(item.kind, item.date, leak.what)));
            found.is_empty()
        });
        self.recorded.remarks.extend(remarks);
    }

    fn finished(mut self, before: usize) -> Appended {
        let new = self.log.lines().get(before..).unwrap_or_default();
        let is_correction = |line: &&Line| matches!(line.kind, Kind::Correction | Kind::Amend);
        self.recorded.new = new.len();
        self.recorded.corrections = new.iter().filter(is_correction).count();
        self.recorded.intentions += new.iter().filter(|line| line.kind.precedes_fills()).count();
        self.recorded.entries = self.log.lines().len();
        self.recorded.head = self.log.head().to_string();
        if !new.is_empty() {
            // By the order of their paths the entries are there before the log that names them.
            self.files.write(self.scene.site.proof_log(), self.log.text().to_owned().into_bytes());
        }
        Appended { files: self.files, recorded: self.recorded }
    }
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
