//! The folder of the proof: read as a whole and held against itself, and what of it is published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::entry::Entry;
use super::followed::{Followed, followed};
use super::item_stamps::{ItemStamps, digest_of};
use super::log::{self, Kind, Line, Log};
use super::sealed::{Opening, items, openings};
use super::stamping::ots;
use super::stamps::{self, Heads, Stamps};
use super::timing::Timings;
use super::told::{Told, ToldThesis, Witness};
use super::wanted::level_of;
use crate::calendar::YearMonth;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::file_content::FileContent;
use crate::publication::Disclosure;
use crate::record::store::finish_interrupted;
use crate::site_dir::SiteDir;

/// A log with its entries, each of which is what its line says.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The log.
    pub log: Log,
    /// Its entries in order, with their bytes.
    pub entries: Vec<(Entry, Vec<u8>)>,
}

impl Stored {
    /// Reads what a site has recorded. `None` where it records nothing.
    ///
    /// # Errors
    /// A log or an entry that was changed, with its place.
    pub fn read(site: &SiteDir) -> Result<Option<Self>> {
        let Some(log) = read_log(site)? else { return Ok(None) };
        let mut stored = Self::default();
        for line in log.lines() {
            let prev = stored.log.head();
            stored.entries.push(read_entry(&site.proof_entries(), line, prev)?);
            stored.log.push(*line);
        }
        Ok(Some(stored))
    }

    /// The entries with their lines.
    pub fn iter(&self) -> impl Iterator<Item = (&Line, &Entry)> + Clone {
        self.log.lines().iter().zip(self.entries.iter().map(|(entry, _)| entry))
    }
}

/// The line that the report of a month carries, read from the log and its books alone: that of the month's `book`, and the newest one
/// where the month is younger than every book. `None` where there is none, or the site records nothing.
///
/// # Errors
/// A log, or the entry of a book, that was changed.
pub fn witness(site: &SiteDir, month: YearMonth) -> Result<Option<Witness>> {
    if !site.proof_log().exists() {
        return Ok(None);
    }
    finish_interrupted(site)?;
    let Some(log) = read_log(site)? else { return Ok(None) };
    let (mut heads, month, mut youngest) = (Heads::of(&log), month.to_string(), None);
    for line in log.lines().iter().filter(|line| line.kind == Kind::Book) {
        let Some(prev) = heads.after(line.seq.saturating_sub(1)) else { break };
        let (entry, _) = read_entry(&site.proof_entries(), line, prev)?;
        let of = entry.text("month").map(str::to_owned);
        if of.as_deref() == Some(month.as_str()) {
            return Ok(heads.after(line.seq).map(|head| Witness::new(line.seq, &head.to_string())));
        }
        youngest = youngest.max(of);
    }
    let lines = log.lines().len();
    let is_younger = lines > 0 && youngest.is_none_or(|youngest| month > youngest);
    Ok(is_younger.then(|| Witness::new(lines, &log.head().to_string())))
}

/// The log of a site without its entries. `None` where it records nothing.
///
/// # Errors
/// A log that was changed, with its line.
pub fn read_log(site: &SiteDir) -> Result<Option<Log>> {
    let path = site.proof_log();
    let text = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read the log of the proof", &path, error)),
    };
    let text = String::from_utf8(text).map_err(|_| broken("the log is not UTF-8", Place::file(&path)))?;
    let log = Log::parse(&text).map_err(|error| {
        let line = error.place().and_then(|place| place.line);
        broken(error.message(), Place { line, ..Place::file(&path) })
    })?;
    Ok(Some(log))
}

fn read_entry(folder: &Path, line: &Line, prev: Digest) -> Result<(Entry, Vec<u8>)> {
    let path = folder.join(line.file_name());
    let bytes = std::fs::read(&path).map_err(|error| Error::io("read the entry", &path, error))?;
    let entry = log::entry(&bytes, line, prev)
        .map_err(|why| broken(&format!("the entry does not belong to its line: {why}"), Place::file(&path)))?;
    Ok((entry, bytes))
}

fn broken(message: &str, place: Place) -> Error {
    Error::data(message)
        .at(place)
        .hint("restore data/proof/ from a backup: whoever has a copy of the log sees any other way out")
}

/// All entries that are published in one file, for whoever asks over the network.
pub const BUNDLE: &str = "proof/entries.jsonl";

/// The names of the other files in the folder, a line each: whoever asks over the network cannot list it.
pub const LIST: &str = "proof/files";

/// The log and the newest entries for the script that checks them where a site is opened from files, and may not fetch any.
pub const INLINED: &str = "proof/inlined.js";

/// How many entries that file has: about 300 kB.
const INLINED_ENTRIES: usize = 400;

/// What of the proof is published.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The log, and its entries, by their path in the site.
    pub files: BTreeMap<String, FileContent>,
    /// How many entries the log has.
    pub entries: usize,
    /// How many of them are not published, because they were recorded more finely than the site is now.
    pub held_back: usize,
    /// How many are sealed and not to be opened yet.
    pub sealed: usize,
    /// The digest of the log.
    pub head: String,
    /// How many lines the newest signature is over.
    pub signed: Option<usize>,
    /// What the entries that are published say.
    pub told: Told,
    /// The time stamps over it: when an entry was stamped first, and by how many authorities.
    pub stamps: Stamps,
    /// Those over what was sealed, as far as it is open by now.
    pub item_stamps: ItemStamps,
    /// Which entries were stamped in time.
    pub timings: Timings,
    /// How many theses and planned trades were followed by an order.
    pub followed: Vec<Followed>,
}

impl Published {
    /// Over how many lines the newest proof of a Bitcoin block is.
    pub fn block(&self) -> Option<usize> {
        let names = self.files.keys().filter_map(|path| path.strip_prefix("proof/stamps/"));
        names.filter_map(ots::lines_of).max()
    }

    /// When a thesis was stamped first, with the log or alone.
    pub fn first_stamp(&self, thesis: &ToldThesis) -> Option<DateTime<Utc>> {
        let alone = thesis.item.and_then(|item| self.item_stamps.first(item));
        self.stamps.first(thesis.seq).into_iter().chain(alone).min()
    }

    /// How many authorities had stamped it by then.
    pub fn stamped_by(&self, thesis: &ToldThesis, instant: DateTime<Utc>) -> usize {
        let alone = thesis.item.into_iter().flat_map(|item| self.item_stamps.over(item));
        self.stamps.by(thesis.seq, alone, instant)
    }

    /// Adds whose signatures count, and the signatures.
    fn add_signatures(&mut self, site: &SiteDir) -> Result<()> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| Error::io("read the file", path, error));
        if !site.proof_signers().exists() {
            return Ok(());
        }
        self.files.insert("proof/allowed_signers".to_owned(), read(&site.proof_signers())?.into());
        for file in std::fs::read_dir(site.proof_stamps()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let count = name.strip_suffix(".sig").and_then(|count| count.parse::<usize>().ok());
            if let Some(count) = count.filter(|count| *count <= self.entries) {
                self.signed = self.signed.max(Some(count));
                self.files.insert(format!("proof/stamps/{name}"), read(&file.path())?.into());
            }
        }
        Ok(())
    }

    /// Adds the time stamps, and the certificates that they are checked with.
    fn add_time_stamps(&mut self, site: &SiteDir, stored: &Stored) -> Result<()> {
        let found = stamps::files(&site.proof_stamps(), |name| stamps::lines_of(name).is_some())?;
        self.stamps = Stamps::of(found.clone(), &stored.log).map_err(|wrong| wrong.of(site))?;
        self.timings = Timings::of(stored.iter(), &self.stamps, &self.item_stamps);
        let certificates = stamps::files(&site.proof_authorities(), |name| name.ends_with(".pem"))?;
        let blocks = stamps::files(&site.proof_stamps(), |name| ots::lines_of(name).is_some())?;
        let path = |folder: &str, name: &str| format!("proof/{folder}/{name}");
        self.files.extend(blocks.into_iter().map(|(name, bytes)| (path("stamps", &name), bytes.into())));
        self.files.extend(found.into_iter().map(|(name, bytes)| (path("stamps", &name), bytes.into())));
        self.files.extend(certificates.into_iter().map(|(name, bytes)| (path("tsa", &name), bytes.into())));
        Ok(())
    }

    /// Adds what stamped the items of entries that are open.
    fn add_stamps_of_items<'a>(
        &mut self,
        site: &SiteDir,
        open: impl Iterator<Item = (&'a Line, &'a Entry)>,
    ) -> Result<()> {
        let open = open.filter(|(line, _)| line.kind == Kind::Sealed);
        let items: BTreeSet<Digest> = open.flat_map(|(_, entry)| items(entry)).map(|item| item.digest()).collect();
        let is_open = |name: &str| digest_of(name).is_some_and(|item| items.contains(&item));
        let files = stamps::files(&site.proof_item_stamps(), is_open)?;
        self.item_stamps = of_items(site, &files)?;
        self.files
            .extend(files.into_iter().map(|(name, bytes)| (format!("proof/stamps/items/{name}"), bytes.into())));
        Ok(())
    }

    /// The digest of what its page says.
    pub fn digest(&self) -> Digest {
        // What they say follows from the log, and from which of them are published.
        let Self { entries, held_back, sealed, head, signed, stamps, files, .. } = self;
        let stamps = stamps.all().iter().map(|stamp| (&stamp.file, stamp.token.time));
        let certificates = files.keys().filter(|path| {
            path.starts_with("proof/tsa/") || path.starts_with("proof/stamps/items/") || path.ends_with(".ots")
        });
        let (stamps, certificates): (Vec<_>, Vec<_>) = (stamps.collect(), certificates.collect());
        Digest::of(format!("{entries} {held_back} {sealed} {head} {signed:?} {stamps:?} {certificates:?}").as_bytes())
    }
}

/// The stamps over what is held back or was, as they lie in the private folder.
///
/// # Errors
/// A file that cannot be read or is no stamp over what its name says.
pub fn item_stamps(site: &SiteDir) -> Result<ItemStamps> {
    of_items(site, &stamps::files(&site.proof_item_stamps(), |name| digest_of(name).is_some())?)
}

fn of_items(site: &SiteDir, files: &[(String, Vec<u8>)]) -> Result<ItemStamps> {
    ItemStamps::of(files).map_err(|wrong| {
        Error::data(wrong)
            .at(Place::file(site.proof_item_stamps()))
            .hint("restore it from a backup, or remove it: its item then proves no hour of its own")
    })
}

/// A script that hands over the log and the newest of these entries.
fn inlined(log: &str, bundle: &[u8]) -> String {
    let bundle = String::from_utf8_lossy(bundle);
    let entries: Vec<&str> = bundle.split_inclusive('\n').collect();
    let newest = entries.get(entries.len().saturating_sub(INLINED_ENTRIES)..).unwrap_or_default().concat();
    format!("window.trackrecordProof = {};\n", serde_json::json!({ "log": log, "entries": newest }))
}

/// What a site publishes of its proof; `None` where it records nothing.
///
/// # Errors
/// A log or an entry that was changed.
pub fn files_to_publish(site: &SiteDir, config: &Config) -> Result<Option<Published>> {
    if !site.proof_log().exists() {
        return Ok(None);
    }
    finish_interrupted(site)?;
    let Some(stored) = Stored::read(site)? else { return Ok(None) };
    let level = Disclosure::new(&config.privacy).level();
    let mut published =
        Published { entries: stored.entries.len(), head: stored.log.head().to_string(), ..Published::default() };
    let is_finer = |entry: &Entry| entry.text("level").and_then(level_of).is_some_and(|of_entry| of_entry < level);
    let openings = openings(stored.iter().map(|(line, entry)| (line, Some(entry))));
    let is_sealed = |line: &Line| openings.get(&line.seq) == Some(&Opening::NotYet);
    let told = stored.iter().map(|(line, entry)| (line, entry, !is_finer(entry) && !is_sealed(line)));
    let open = told.clone().filter(|(.., is_published)| *is_published).map(|(line, entry, _)| (line, entry));
    published.followed = followed(open.clone());
    published.told = Told::of(told, &published.head);
    published.add_stamps_of_items(site, open)?;
    published.add_time_stamps(site, &stored)?;
    let mut bundle = Vec::new();
    for (line, (entry, bytes)) in stored.log.lines().iter().zip(stored.entries) {
        if is_sealed(line) {
            published.sealed += 1;
        } else if is_finer(&entry) {
            published.held_back += 1;
        } else {
            bundle.extend_from_slice(&bytes);
            let content = FileContent::with_digest(bytes, line.digest);
            published.files.insert(format!("proof/entries/{}", line.file_name()), content);
        }
    }
    published.files.insert("proof/log".to_owned(), stored.log.text().to_owned().into());
    published.add_signatures(site)?;
    let others = published.files.keys().filter_map(|path| path.strip_prefix("proof/"));
    let others = others.filter(|path| *path != "log" && !path.starts_with("entries/"));
    let list: String = others.map(|path| format!("{path}\n")).collect();
    published.files.insert(LIST.to_owned(), list.into());
    published.files.insert(INLINED.to_owned(), inlined(stored.log.text(), &bundle).into());
    published.files.insert(BUNDLE.to_owned(), bundle.into());
    Ok(Some(published))
}
