//! The check of a proof as a stranger has it: the log, its entries, and the figures published beside them.

mod continuity;
mod market;
mod opened;
mod prices;
mod published;
mod range;
mod sealed;
mod signatures;
mod stamps;

pub(super) use published::TABLES;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::entry::{Entry, Value};
use super::log::{ENTRIES, Kind, Line, Log};
use super::state::State;
use super::timing::Timings;
use super::wanted::level_of;
use crate::counted::counted;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use opened::Opened;
use prices::Prices;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line of the log it is about, where it is about one.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// What became of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many lines the log has.
    pub entries: usize,
    /// How many of their files are held back.
    pub held_back: usize,
    /// How many more are sealed, as their delay is not over.
    pub sealed: usize,
    /// How many entries correct others or amend the charter.
    pub corrections: usize,
    /// How many sessions have no valuation and say so.
    pub gaps: usize,
    /// The first and the newest day with an entry.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// The digest of the log.
    pub head: String,
    /// Which entries were recorded in time, as far as time stamps tell.
    pub timings: Timings,
    /// What was found in order, a sentence each.
    pub checked: Vec<String>,
    /// What was not looked at, and why, a sentence each.
    pub unchecked: Vec<String>,
    /// The first thing that is wrong.
    pub broken: Option<Broken>,
}

/// What of a line could be read.
pub(super) struct Read {
    line: Line,
    entry: Entry,
}

/// What a check looks at beyond what it always does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// A folder of closes that the reader brings, to hold returns against.
    pub prices: Option<PathBuf>,
    /// A file of values that the author has opened to the reader.
    pub opened: Option<PathBuf>,
    /// Statements that the reader has fetched from the broker himself.
    pub statements: Vec<PathBuf>,
    /// Has `openssl` check the signature of every time stamp, rather than of the newest and a few others.
    pub every_stamp: bool,
}

/// The same, read.
struct Wish {
    prices: Option<Prices>,
    opened: Option<Opened>,
    every_stamp: bool,
}

/// Checks a folder: a published site, or its `proof/` alone.
///
/// # Errors
/// There is no log, or a file cannot be read. What is wrong with a proof is no error but in what is returned.
pub fn verify(folder: &Path, options: &Options) -> Result<Verified> {
    let opened = options.opened.as_deref().map(|path| Opened::read(path, &options.statements)).transpose()?;
    let prices = options.prices.as_deref().map(Prices::read).transpose()?;
    let wish = Wish { prices, opened, every_stamp: options.every_stamp };
    let (site, proof) = folders(folder)?;
    let mut verified = Verified::default();
    if let Err(broken) = all(&mut verified, site.as_deref(), &proof, &wish)? {
        verified.broken = Some(broken);
    }
    Ok(verified)
}

/// Where the site is, if there is one, and where its proof.
fn folders(folder: &Path) -> Result<(Option<PathBuf>, PathBuf)> {
    let below = folder.join("proof");
    if below.join("log").is_file() {
        return Ok((Some(folder.to_path_buf()), below));
    }
    if folder.join("log").is_file() {
        return Ok((None, folder.to_path_buf()));
    }
    Err(Error::usage("there is no proof here: neither proof/log nor log")
        .at(Place::file(folder))
        .hint("name the folder of a site that publishes its proof, or of that proof/ alone; for a site of yours, `trackrecord proof init` begins the log and `trackrecord build` puts it into public/"))
}

/// The outer result is about files that cannot be read, the inner one about what they say.
fn all(verified: &mut Verified, site: Option<&Path>, proof: &Path, wish: &Wish) -> Result<Result<(), Broken>> {
    let path = proof.join("log");
    let bytes = std::fs::read(&path).map_err(|error| Error::io("read the log", &path, error))?;
    let log = match std::str::from_utf8(&bytes).map_err(|_| Error::data("the log is not UTF-8")).and_then(Log::parse)
    {
        Ok(log) => log,
        Err(error) => return Ok(Err(broken(error.place().and_then(|place| place.line), error.message()))),
    };
    verified.entries = log.lines().len();
    verified.head = log.head().to_string();
    let read = match entries(&log, proof)? {
        Ok(read) => read,
        Err(broken) => return Ok(Err(broken)),
    };
    Ok(of_entries(verified, &log, &read, site, proof, wish))
}

fn of_entries(
    verified: &mut Verified,
    log: &Log,
    read: &[Read],
    site: Option<&Path>,
    proof: &Path,
    wish: &Wish,
) -> Result<(), Broken> {
    held_back(verified, log, read)?;
    no_others(log, proof)?;
    verified.checked.push(format!(
        "{} of the log, numbered without a gap; the files are those that it names ({} in all), and each follows from all lines before it",
        counted(log.lines().len(), "line"),
        read.len()
    ));
    let state = in_order(read)?;
    verified.checked.push(
        "the charter comes first and is the only one, times never go back, nothing is recorded twice, and each correction is of an entry that stands"
            .to_owned(),
    );
    verified.corrections = read.iter().filter(|one| matches!(one.line.kind, Kind::Correction | Kind::Amend)).count();
    signatures::check(verified, log, read, proof)?;
    let alone = stamps::check(verified, log, read, proof, wish.every_stamp)?;
    continuity::check(verified, &state)?;
    sealed::check(verified, log, read, &alone)?;
    match site {
        Some(site) => published::check(verified, &state, site)?,
        None => verified.unchecked.push("published figures: only the folder of the proof was given".to_owned()),
    }
    match &wish.prices {
        Some(prices) => market::check(verified, &state, prices)?,
        None => verified.unchecked.push(
            "whether the market allows these returns: bring the closing prices of what was held (`--prices DIR`), which the site does not publish"
                .to_owned(),
        ),
    }
    if let Some(opened) = &wish.opened {
        opened::check(verified, opened, (log, read), &state)?;
    }
    bundle(read, proof)?;
    verified.unchecked.push(ANOTHER_LOG.to_owned());
    if wish.opened.is_none() {
        verified.unchecked.push(BROKER.to_owned());
    }
    Ok(())
}

/// What nobody can tell from such a log.
const ANOTHER_LOG: &str =
    "whether this is the log that others were shown: compare its digest with a copy that somebody kept";
/// What an auditor alone can tell.
const BROKER: &str = "whether the account at the broker is like this: private values are only committed to, and an auditor alone can hold them \
                      against the broker's statements (`--opened FILE --statement FILE`)";

pub(super) fn broken(line: impl Into<Option<usize>>, what: impl Into<String>) -> Broken {
    Broken { line: line.into(), what: what.into() }
}

/// The entries whose files are there, each as its line says.
fn entries(log: &Log, proof: &Path) -> Result<Result<Vec<Read>, Broken>> {
    let mut so_far = Log::default();
    let mut read = Vec::new();
    for line in log.lines() {
        let path = proof.join(ENTRIES).join(line.file_name());
        match std::fs::read(&path) {
            Ok(bytes) => match super::log::entry(&bytes, line, so_far.head()) {
                Ok(entry) => read.push(Read { line: *line, entry }),
                Err(what) => return Ok(Err(broken(line.seq, format!("{}: {what}", line.file_name())))),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read the entry", &path, error)),
        }
        so_far.push(*line);
    }
    Ok(Ok(read))
}

/// A file may be missing only where the site has become coarser after it was recorded.
fn held_back(verified: &mut Verified, log: &Log, read: &[Read]) -> Result<(), Broken> {
    let there: BTreeSet<usize> = read.iter().map(|one| one.line.seq).collect();
    let sealed = sealed::unopened(log, read)?;
    verified.sealed = sealed.len();
    let is_missing = |line: &&Line| !there.contains(&line.seq) && !sealed.contains(&line.seq);
    let missing: Vec<&Line> = log.lines().iter().filter(is_missing).collect();
    verified.held_back = missing.len();
    let Some(last) = missing.iter().rev().find(|line| !has_become_coarser_after(read, line.seq)) else {
        if !missing.is_empty() {
            let (count, of) = (missing.len(), "files that were recorded more finely than the site is now");
            verified.unchecked.push(format!("{}, held back: {of}", counted(count, "entry")));
        }
        return Ok(());
    };
    let first = missing.iter().find(|line| line.seq <= last.seq).unwrap_or(last);
    Err(broken(first.seq, format!("{} is missing, and nothing says that it may be held back", first.file_name())))
}

fn has_become_coarser_after(read: &[Read], seq: usize) -> bool {
    read.iter().any(|one| {
        let level = |name: &str| one.entry.text(name).and_then(level_of);
        let is_of_level = one.line.kind == Kind::Amend && one.entry.text("field") == Some("precision");
        one.line.seq > seq && is_of_level && level("new") > level("old")
    })
}

/// Files that no line names are no part of the record, and could be taken for one.
fn no_others(log: &Log, proof: &Path) -> Result<(), Broken> {
    let named: BTreeSet<String> = log.lines().iter().map(Line::file_name).collect();
    let there = std::fs::read_dir(proof.join(ENTRIES)).into_iter().flatten().flatten();
    let mut others: Vec<String> = there
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|name| !named.contains(name) && !name.starts_with('.'))
        .collect();
    others.sort();
    match others.first() {
        Some(other) => Err(broken(None, format!("no line of the log names {ENTRIES}/{other}"))),
        None => Ok(()),
    }
}

/// Whoever asks over the network is told the same as whoever reads the files.
fn bundle(read: &[Read], proof: &Path) -> Result<(), Broken> {
    let Ok(bytes) = std::fs::read(proof.join("entries.jsonl")) else { return Ok(()) };
    let entries = bytes.split_inclusive(|byte| *byte == b'\n').map(Digest::of);
    if entries.eq(read.iter().map(|one| one.line.digest)) {
        return Ok(());
    }
    Err(broken(None, "entries.jsonl has other entries than the files that the log names"))
}

/// The entries one after the other; what they say by the end.
fn in_order(read: &[Read]) -> Result<State, Broken> {
    let mut state = State::default();
    let mut latest: Option<DateTime<Utc>> = None;
    for Read { line, entry } in read {
        let wrong = |what: &str| Err(broken(line.seq, format!("{}: {what}", line.file_name())));
        if (line.kind == Kind::Charter) != (line.seq == 1) {
            return wrong("a charter is the first entry, and the only one of its kind");
        }
        let made_at: Option<DateTime<Utc>> = entry.text("made_at").and_then(|text| text.parse().ok());
        if made_at < latest {
            return wrong("its `made_at` is before that of an earlier entry");
        }
        latest = made_at;
        // It may be tomorrow already where the exchange is.
        let tomorrow = made_at.and_then(|made| made.date_naive().checked_add_days(Days::new(1)));
        if tomorrow < Some(line.date) {
            return wrong("its date was still to come when it was made");
        }
        if line.kind == Kind::Correction {
            if !entry.corrects().is_some_and(|seq| seq < line.seq && state.can_be_corrected(seq)) {
                return wrong("it corrects nothing that stands by then");
            }
        } else if line.kind != Kind::Amend && state.has(line, entry) {
            return wrong("what it is of was recorded before; only a correction could change that");
        }
        if let Some(differs) = state.differs_from_old(line, entry) {
            return wrong(&format!("it says that `{differs}` was something else than was recorded"));
        }
        state.add(line, entry);
    }
    Ok(state)
}

/// Each line with its entry, where the file is there.
fn lines<'a>(log: &'a Log, read: &'a [Read]) -> Vec<(&'a Line, Option<&'a Entry>)> {
    let there: BTreeMap<usize, &Entry> = read.iter().map(|one| (one.line.seq, &one.entry)).collect();
    log.lines().iter().map(|line| (line, there.get(&line.seq).copied())).collect()
}

/// A text of the charter as it stands.
pub(super) fn of_charter<'a>(state: &'a State, name: &str) -> Option<&'a Value> {
    state.held().find(|(_, held)| held.kind == Kind::Charter)?.1.fields.get(name)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
