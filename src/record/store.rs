//! The one door to `data/`: whatever is written there goes through [`Store::commit`], so that nothing from a broker is
//! lost, doubled or half-written.
//!
//! One writer at a time holds the site's lock. What is handed over together is on the disk as a whole or not at all.
//! Rows are only ever added: what is known already is counted, what contradicts a stored row is kept beside it
//! and shows up in `check`. Prices alone are replaced, see [`prices`]; what changes is kept.

mod commit;
#[cfg(test)]
pub(crate) mod crash;
mod file_set;
pub mod prices;
mod rows;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::commit::{Added, ChangedPrices, Changes, Committed, Decided, Rows, SymbolPrices, Text};
pub(crate) use self::file_set::FileSet;
pub use self::file_set::{between_writes, folder_of, write_atomically, write_new};
use super::coverage::Coverage;
use super::files::read_rows;
use super::possible::{Rows as ToStore, refuse_impossible};
use super::schema;
use crate::digest::sha256;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::site_dir::SiteDir;

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// The right to write into a site, held until it is dropped.
#[derive(Debug)]
pub struct Store {
    site: SiteDir,
    durable: bool,
    /// The last date that anything can have.
    latest: NaiveDate,
    _lock: File,
}

impl Store {
    /// Takes the site's lock, waiting a few seconds for another writer, and finishes what one that died had begun.
    ///
    /// # Errors
    /// Another process is still writing, or the folder cannot be written to.
    pub fn open(site: &SiteDir) -> Result<Self> {
        Self::open_within(site, PATIENCE)
    }

    /// The same without waiting for the disk after each change: for data that can be made again, such as the demo.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_volatile(site: &SiteDir) -> Result<Self> {
        Ok(Self { durable: false, ..Self::open(site)? })
    }

    /// The same, waiting as long as this for another writer.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_within(site: &SiteDir, patience: Duration) -> Result<Self> {
        schema::check(site)?;
        let lock = lock(site, patience)?;
        file_set::recover(site)?;
        Ok(Self { site: site.clone(), durable: true, latest: NaiveDate::MAX, _lock: lock })
    }

    /// Refuses rows that are dated after this day.
    #[must_use]
    pub fn refusing_after(self, latest: NaiveDate) -> Self {
        Self { latest, ..self }
    }

    /// The site that is written to.
    pub fn site(&self) -> &SiteDir {
        &self.site
    }

    /// Writes all of this or nothing, and reports the result for each row.
    ///
    /// # Errors
    /// A row that cannot be true, a stored file that cannot be read, or a write that fails. Nothing has changed then, unless the message says
    /// that the next run will finish it.
    pub fn commit(&mut self, changes: &Changes) -> Result<Committed> {
        let rows = ToStore {
            fills: &changes.executions,
            snapshots: &changes.snapshots,
            cash: changes.cash.iter().collect(),
            actions: &changes.actions,
            statements: &changes.statements,
        };
        refuse_impossible(&rows, self.latest)?;
        let mut files = FileSet::default();
        let mut done = Committed::default();
        for (name, bytes) in &changes.raw {
            self.keep(name, bytes.clone(), &mut files);
        }
        done.executions = self.stage_executions(&changes.executions, &mut files)?;
        done.snapshots = self.stage_snapshots(&changes.snapshots, &mut files)?;
        done.actions = self.stage_actions(&changes.actions, &mut files)?;
        done.cash = self.stage_cash(&changes.cash, &mut files)?;
        done.statements = self.stage_statements(&changes.statements, &mut files)?;
        done.coverage = self.stage_coverage(&changes.coverage, &mut files)?;
        self.stage_decisions(&changes.decisions, &mut files)?;
        for symbol in &changes.prices {
            done.prices.extend(self.stage_prices(symbol, &mut files)?);
        }
        let named = changes.several_strategies;
        for signal in &changes.signals {
            done.signals.push(self.stage_signal(signal, named, &mut files)?);
        }
        for plan in &changes.plans {
            done.plans.push(self.stage_plan(plan, named, &mut files)?);
        }
        for text in &changes.texts {
            if text.fits() && !files.contains(&text.path) {
                files.write(&text.path, text.content.clone().into_bytes());
                done.texts.new.push(text.path.clone());
            } else {
                done.texts.known += 1;
            }
        }
        done.files = files.paths().map(Path::to_path_buf).collect();
        self.replace(files)?;
        Ok(done)
    }

    /// Makes these changes of whole files: for the demo, whose files are made anew.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub(crate) fn replace(&mut self, mut files: FileSet) -> Result<()> {
        let schema = self.site.schema();
        if files.paths().next().is_some() && !files.contains(&schema) && schema::is_older(&self.site) {
            files.write(&schema, schema::data_file().into_bytes());
        }
        files.apply(&self.site, self.durable)
    }

    /// The days that queries have answered for.
    ///
    /// # Errors
    /// A stored file that cannot be read.
    pub fn coverage(&self) -> Result<Vec<Coverage>> {
        self.rows(&self.site.coverage())
    }

    /// Keeps something as it was received, or as it was, under its content's hash.
    fn keep(&self, name: &str, bytes: Vec<u8>, files: &mut FileSet) {
        let path = self.site.raw().join(format!("{}-{}", sha256(&bytes, 12), short_name(name)));
        if !path.exists() {
            files.write(path, bytes);
        }
    }

    fn rows<T: DeserializeOwned>(&self, path: &Path) -> Result<Vec<T>> {
        table_rows(path, &self.site)
    }
}

/// The name of a file, cut in its middle where the system would not take it with what is put before it.
fn short_name(name: &str) -> String {
    const LONGEST: usize = 200;
    const ENDING: usize = 20;
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (start, end) = (name.floor_char_boundary(LONGEST - ENDING), name.ceil_char_boundary(name.len() - ENDING));
    [name.get(..start), name.get(end..)].into_iter().flatten().collect()
}

/// The files that are kept as they were received, of one ending.
///
/// # Errors
/// The folder cannot be read.
pub fn raw_files(site: &SiteDir, ending: &str) -> Result<Vec<PathBuf>> {
    super::files::files(&site.raw(), ending)
}

/// Finishes what a writer that died had begun; one that lives is waited for until it is done with its files.
///
/// # Errors
/// The changes cannot be finished: reading now would show a part of them.
pub fn finish_interrupted(site: &SiteDir) -> Result<()> {
    let give_up = Instant::now() + PATIENCE;
    while site.journal().exists() {
        match Store::open_within(site, Duration::ZERO) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() != ErrorKind::Busy || Instant::now() > give_up => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Ok(())
}

/// Takes the site's lock, waiting as long as `patience` for the one who holds it.
fn lock(site: &SiteDir, patience: Duration) -> Result<File> {
    let path = site.lock();
    file_set::create_folder(&site.data())?;
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Error::io("open the lock", &path, error))?;
    let give_up = Instant::now() + patience;
    while let Err(error) = file.try_lock() {
        match error {
            std::fs::TryLockError::WouldBlock if Instant::now() < give_up => {
                std::thread::sleep(Duration::from_millis(50));
            }
            std::fs::TryLockError::WouldBlock => {
                return Err(Error::busy("another trackrecord is writing to this site")
                    .at(Place::file(site.root()))
                    .hint("wait until it is done, then run this again"));
            }
            std::fs::TryLockError::Error(error) => return Err(Error::io("take the lock", &path, error)),
        }
    }
    Ok(file)
}

/// Rows as a CSV file with a header, as all tables of `data/` are.
///
/// # Errors
/// A row that is no flat record.
pub(crate) fn csv_bytes<T: Serialize>(rows: &[T]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|error| Error::internal("cannot write a row").because(error))?;
    }
    writer.into_inner().map_err(|error| Error::internal("cannot write rows").because(error.into_error()))
}

/// The rows of a table of `data/` that is no part of the record, such as what the schedule has run.
///
/// # Errors
/// Rows that cannot be read, each with its line.
pub fn table_rows<T: DeserializeOwned>(path: &Path, site: &SiteDir) -> Result<Vec<T>> {
    match read_rows(path, site) {
        Ok(rows) => Ok(rows.into_iter().map(|(_, row)| row).collect()),
        Err(errors) => Err(Error::all(errors)),
    }
}

/// A value as a JSON file, as snapshots are.
///
/// # Errors
/// A value that JSON cannot hold.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| Error::internal("cannot write JSON").because(error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
