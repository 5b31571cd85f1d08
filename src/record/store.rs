//! Writes what the collectors bring into `data/`, so that nothing from a broker is lost, doubled or half-written.
//!
//! One writer at a time holds the site's lock. Every file is written beside its place, synced and renamed.
//! Rows are only ever added: what is known already is counted, what contradicts a stored row is kept beside it
//! and shows up in `check`. Prices alone are replaced, see [`prices`]; what changes is kept.

#[cfg(test)]
pub(crate) mod crash;
pub mod prices;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::coverage::Coverage;
use super::files::{files, read_rows, read_snapshot};
use super::{CashFlow, Execution, Snapshot, StatementPeriod};
use crate::digest::sha256;
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the rows handed to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Added {
    /// Rows that are new, or tell more about a known one.
    pub new: usize,
    /// Rows that were there already.
    pub known: usize,
    /// Rows that contradict a stored one; both are kept.
    pub conflicts: usize,
}

impl std::ops::Add for Added {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            known: self.known + other.known,
            conflicts: self.conflicts + other.conflicts,
        }
    }
}

/// The right to write into a site, held until it is dropped.
#[derive(Debug)]
pub struct Store {
    site: SiteDir,
    durable: bool,
    _lock: File,
}

impl Store {
    /// Takes the site's lock, waiting a few seconds for another writer.
    ///
    /// # Errors
    /// Another process is still writing, or the folder cannot be written to.
    pub fn open(site: &SiteDir) -> Result<Self> {
        Self::with_patience(site, PATIENCE)
    }

    /// The same without waiting for the disk after each file: for data that can be made again, such as the demo.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_volatile(site: &SiteDir) -> Result<Self> {
        Ok(Self { durable: false, ..Self::open(site)? })
    }

    fn with_patience(site: &SiteDir, patience: Duration) -> Result<Self> {
        let lock = lock(&site.lock(), site, "writing to this site", patience)?;
        Ok(Self { site: site.clone(), durable: true, _lock: lock })
    }

    /// The site whose lock this holds.
    pub(super) fn site(&self) -> &SiteDir {
        &self.site
    }

    /// Adds fills to `data/executions/`, one file per UTC date.
    ///
    /// # Errors
    /// A stored file that cannot be read (nothing is written then), or a write that fails.
    pub fn add_executions(&self, fills: &[Execution]) -> Result<Added> {
        let mut stored: BTreeMap<_, Vec<Execution>> = BTreeMap::new();
        let mut known: BTreeMap<_, Vec<Execution>> = BTreeMap::new();
        for path in files(&self.site.executions(), "csv")? {
            for row in self.rows::<Execution>(&path)? {
                known.entry(row.exec_id.clone()).or_default().push(row.clone());
                stored.entry(row.utc_date()).or_default().push(row);
            }
        }
        let mut added = Added::default();
        let mut changed = BTreeSet::new();
        for fill in fills {
            let rows = known.entry(fill.exec_id.clone()).or_default();
            match verdict(rows, fill) {
                Verdict::Known => {
                    added.known += 1;
                    continue;
                }
                Verdict::New => added.new += 1,
                Verdict::Conflict => added.conflicts += 1,
            }
            rows.push(fill.clone());
            stored.entry(fill.utc_date()).or_default().push(fill.clone());
            changed.insert(fill.utc_date());
        }
        for date in changed {
            let rows = stored.get(&date).map(Vec::as_slice).unwrap_or_default();
            self.write(&self.site.executions_file(date), &csv_bytes(rows)?)?;
        }
        Ok(added)
    }

    /// Adds snapshots to `data/snapshots/`. A second one of a date gets a file of its own beside the first.
    ///
    /// # Errors
    /// A stored file that cannot be read, or a write that fails.
    pub fn add_snapshots(&self, snapshots: &[Snapshot]) -> Result<Added> {
        let mut added = Added::default();
        for snapshot in snapshots {
            let mut path = self.snapshot_path(snapshot, 1);
            let mut stored = Vec::new();
            while path.exists() {
                stored.push(read_snapshot(&path, self.site.root())?.1);
                path = self.snapshot_path(snapshot, stored.len() + 1);
            }
            if stored.contains(snapshot) {
                added.known += 1;
                continue;
            }
            let same_time = |other: &Snapshot| other.account == snapshot.account && other.as_of == snapshot.as_of;
            if stored.iter().any(same_time) {
                added.conflicts += 1;
            } else {
                added.new += 1;
            }
            self.write(&path, &json_bytes(snapshot)?)?;
        }
        Ok(added)
    }

    fn snapshot_path(&self, snapshot: &Snapshot, number: usize) -> PathBuf {
        let name = match number {
            1 => format!("{}.json", snapshot.date),
            more => format!("{}.{more}.json", snapshot.date),
        };
        self.site.snapshots().join(name)
    }

    /// Adds money across the account's border to `data/flows.csv`, and the rest to `data/income.csv`.
    ///
    /// # Errors
    /// A stored file that cannot be read, or a write that fails.
    pub fn add_cash(&self, flows: &[CashFlow]) -> Result<Added> {
        let (external, internal): (Vec<_>, Vec<_>) = flows.iter().cloned().partition(|flow| flow.kind.is_external());
        let one = self.append(&self.site.flows(), &external, |flow| flow.id.clone())?;
        let two = self.append(&self.site.income(), &internal, |flow| flow.id.clone())?;
        Ok(one + two)
    }

    /// Adds what the broker says about whole periods to `data/statements.csv`.
    ///
    /// # Errors
    /// A stored file that cannot be read, or a write that fails.
    pub fn add_statements(&self, periods: &[StatementPeriod]) -> Result<Added> {
        self.append(&self.site.statements(), periods, |period| (period.from, period.to, period.account.clone()))
    }

    /// Adds the days that a query has answered for to `data/coverage.csv`.
    ///
    /// # Errors
    /// A stored file that cannot be read, or a write that fails.
    pub fn add_coverage(&self, rows: &[Coverage]) -> Result<Added> {
        self.append(&self.site.coverage(), rows, |row| {
            (row.from, row.to, row.account.clone(), row.query.clone(), row.source.clone())
        })
    }

    /// The days that queries have answered for.
    ///
    /// # Errors
    /// A stored file that cannot be read.
    pub fn coverage(&self) -> Result<Vec<Coverage>> {
        self.rows(&self.site.coverage())
    }

    /// Keeps a statement as it was received, under its content's hash. Returns whether it was new.
    ///
    /// # Errors
    /// A write that fails.
    pub fn archive(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let path = self.site.raw().join(format!("{}-{name}", sha256(bytes, 12)));
        let new = !path.exists();
        if new {
            self.write(&path, bytes)?;
        }
        Ok(new)
    }

    /// Writes a text of the trader's, unless the file exists: his own words are never replaced.
    /// Returns whether it was written.
    ///
    /// # Errors
    /// A write that fails.
    pub fn add_text(&self, path: &Path, text: &str) -> Result<bool> {
        let new = !path.exists();
        if new {
            self.write(path, text.as_bytes())?;
        }
        Ok(new)
    }

    /// Appends the rows that are not in the file yet; `key` is what must be unique.
    fn append<T, K: Ord>(&self, path: &Path, rows: &[T], key: impl Fn(&T) -> K) -> Result<Added>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq,
    {
        let mut added = Added::default();
        if rows.is_empty() {
            return Ok(added);
        }
        let mut stored = self.rows::<T>(path)?;
        let before = stored.len();
        let mut by_key: BTreeMap<K, Vec<T>> = BTreeMap::new();
        for row in &stored {
            by_key.entry(key(row)).or_default().push(row.clone());
        }
        for row in rows {
            let same_key = by_key.entry(key(row)).or_default();
            if same_key.contains(row) {
                added.known += 1;
                continue;
            }
            if same_key.is_empty() {
                added.new += 1;
            } else {
                added.conflicts += 1;
            }
            same_key.push(row.clone());
            stored.push(row.clone());
        }
        if stored.len() > before {
            self.write(path, &csv_bytes(&stored)?)?;
        }
        Ok(added)
    }

    fn rows<T: DeserializeOwned>(&self, path: &Path) -> Result<Vec<T>> {
        match read_rows(path, self.site.root()) {
            Ok(rows) => Ok(rows.into_iter().map(|(_, row)| row).collect()),
            Err(errors) => Err(Error::all(errors)),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        write_atomically(path, bytes, self.durable)
    }
}

/// Keeps a second collection of the same site out for as long as the returned file is held.
///
/// # Errors
/// Another collection is under way, or the folder cannot be written to.
pub fn only_collector(site: &SiteDir) -> Result<File> {
    lock(&site.collecting(), site, "collecting for this site", PATIENCE)
}

/// Takes an exclusive lock, waiting as long as `patience` for the one who holds it.
fn lock(path: &Path, site: &SiteDir, doing: &str, patience: Duration) -> Result<File> {
    create_folder(&site.data())?;
    let file = File::options().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| Error::io("open the lock", path, error))?;
    let give_up = Instant::now() + patience;
    while let Err(error) = file.try_lock() {
        match error {
            std::fs::TryLockError::WouldBlock if Instant::now() < give_up => {
                std::thread::sleep(Duration::from_millis(50));
            }
            std::fs::TryLockError::WouldBlock => {
                return Err(Error::busy(format!("another trackrecord is {doing}"))
                    .at(Place::file(site.root()))
                    .hint("wait until it is done, then run this again"));
            }
            std::fs::TryLockError::Error(error) => return Err(Error::io("take the lock", path, error)),
        }
    }
    Ok(file)
}

/// What a new row is beside those stored under its id.
enum Verdict {
    New,
    Known,
    Conflict,
}

/// A row that adds nothing to what the stored rows say together is known; one that contradicts them is a
/// conflict, and known once it has been kept.
fn verdict(stored: &[Execution], row: &Execution) -> Verdict {
    let Some((first, rest)) = stored.split_first() else { return Verdict::New };
    if stored.contains(row) {
        return Verdict::Known;
    }
    let together = rest.iter().fold(first.clone(), |merged, next| merged.merged_with(next).unwrap_or(merged));
    match together.merged_with(row) {
        Ok(merged) if merged == together => Verdict::Known,
        Ok(_) => Verdict::New,
        Err(_) => Verdict::Conflict,
    }
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

fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create the folder", folder, error))
}

/// Replaces a file in one step: a reader sees the old content or the new one, never a part. When `durable`, the
/// content is on the disk before the name changes, and the name before this returns.
///
/// # Errors
/// The place and what the system says; the old file is untouched then.
pub fn write_atomically(path: &Path, bytes: &[u8], durable: bool) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::io("write the file", path, error)
            .hint("nothing was changed; make room or repair the folder, then run this again")
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder).map_err(failed)?;
    #[cfg(test)]
    crash::writing(file.as_file(), bytes);
    file.write_all(bytes).map_err(failed)?;
    if durable {
        file.as_file().sync_all().map_err(failed)?;
    }
    #[cfg(test)]
    crash::point();
    file.persist(path).map_err(|error| failed(error.error))?;
    #[cfg(test)]
    crash::point();
    if durable {
        sync_folder(folder).map_err(failed)?;
    }
    Ok(())
}

/// Waits until the names in a folder are on the disk, where a folder can be opened for that.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
