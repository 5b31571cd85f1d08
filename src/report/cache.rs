//! Reports typeset before, found by the digest of all their inputs.
//!
//! `.cache/reports/2026-01.KEY.DIGEST.pdf`: a file counts only if its content has the digest in its name, so that
//! an interrupted write is never taken for a report. The folder can be deleted at any time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Error;
use crate::calendar::YearMonth;
use crate::digest::sha256;
use crate::file_content::FileContent;
use crate::publication::Publication;

/// Length of a digest in a file name.
const LETTERS: usize = 32;

/// Where reports are kept: in memory, and in a folder if there is one.
#[derive(Default)]
pub struct Cache {
    folder: Option<PathBuf>,
    is_kept: bool,
    held: Mutex<BTreeMap<YearMonth, Held>>,
}

struct Held {
    key: String,
    digest: String,
    pdf: Option<FileContent>,
}

impl Cache {
    /// A cache that lasts as long as the program.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// A cache in a folder, which need not exist yet. An unreadable folder counts as empty.
    pub fn at(folder: PathBuf) -> Self {
        let held =
            std::fs::read_dir(&folder).into_iter().flatten().flatten().filter_map(|entry| named(&entry.path()));
        Self { held: Mutex::new(held.collect()), folder: Some(folder), is_kept: true }
    }

    /// The same, in which nothing is ever stored.
    pub fn read_only(self) -> Self {
        Self { is_kept: false, ..self }
    }

    /// The digest of all inputs of a report.
    pub fn key(parts: &[u8]) -> String {
        sha256(parts, LETTERS)
    }

    /// The report of a month, if it was made from the same inputs.
    pub fn get(&self, month: YearMonth, key: &str) -> Option<FileContent> {
        let digest = {
            let held = self.held();
            let held = held.get(&month).filter(|held| held.key == key)?;
            if let Some(pdf) = &held.pdf {
                return Some(pdf.clone());
            }
            held.digest.clone()
        };
        let path = self.path(month, key, &digest)?;
        let pdf = Some(FileContent::from(std::fs::read(path).ok()?)).filter(|pdf| in_name(pdf) == digest)?;
        self.held().insert(month, Held { key: key.to_owned(), digest, pdf: Some(pdf.clone()) });
        Some(pdf)
    }

    /// Stores a report; it replaces the month's previous one.
    ///
    /// # Errors
    /// A folder that cannot be written. The report stays in memory.
    pub fn put(&self, month: YearMonth, key: &str, pdf: FileContent) -> Result<(), Error> {
        let digest = in_name(&pdf);
        let new = Held { key: key.to_owned(), digest: digest.clone(), pdf: Some(pdf.clone()) };
        let old = self.held().insert(month, new);
        let kept = self.folder.as_ref().filter(|_| self.is_kept);
        let Some((folder, path)) = kept.zip(self.path(month, key, &digest)) else { return Ok(()) };
        write(folder, &path, &pdf).map_err(|cause| Error::io("keep reports", folder, cause))?;
        match old.and_then(|old| self.path(month, &old.key, &old.digest)).filter(|old| *old != path) {
            // One that is gone already is no loss.
            Some(old) if old.exists() => {
                std::fs::remove_file(&old).map_err(|cause| Error::io("remove the old report", &old, cause))
            }
            _ => Ok(()),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<YearMonth, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, month: YearMonth, key: &str, digest: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{month}.{key}.{digest}.pdf")))
    }
}

/// The digest of a report, as it stands in the name of its file.
fn in_name(pdf: &FileContent) -> String {
    let mut digest = pdf.digest().to_string();
    digest.truncate(LETTERS);
    digest
}

/// Not flushed: a file that a crash leaves half written does not match the digest in its name.
fn write(folder: &Path, path: &Path, content: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, content)?;
    file.persist(path).map(drop).map_err(|failed| failed.error)
}

fn named(path: &Path) -> Option<(YearMonth, Held)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".pdf")?;
    let mut parts = name.split('.');
    let (month, key, digest) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    Some((month, Held { key: key.to_owned(), digest: digest.to_owned(), pdf: None }))
}

/// The digest of the days and months up to the end of each month.
pub(super) fn digests_of_days(publication: &Publication) -> BTreeMap<YearMonth, String> {
    let Publication { days, months, .. } = publication;
    let of_month = |date| {
        let at = months.binary_search_by_key(&YearMonth::of(date), |known| known.month);
        at.ok().and_then(|at| months.get(at)).map(|known| known.value)
    };
    let mut digests = BTreeMap::new();
    let mut so_far = String::new();
    for month in days.chunk_by(|one, other| YearMonth::of(one.date) == YearMonth::of(other.date)) {
        let Some(first) = month.first() else { continue };
        let rows = month.iter().map(|day| {
            format!(
                "{} {:?} {:?} {:?} {:?}\n",
                day.date, day.daily_return, day.index, day.drawdown, day.benchmark_index
            )
        });
        let all = format!("{so_far}{}{:?}", rows.collect::<String>(), of_month(first.date));
        so_far = sha256(all.as_bytes(), 64);
        digests.insert(YearMonth::of(first.date), so_far.clone());
    }
    digests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_found_by_what_went_into_it() {
        let folder = tempfile::tempdir().unwrap();
        let month: YearMonth = "2026-01".parse().unwrap();
        let cache = Cache::at(folder.path().join("reports"));
        assert!(cache.get(month, "k1").is_none());
        cache.put(month, "k1", b"one"[..].into()).unwrap();
        assert_eq!(&*cache.get(month, "k1").unwrap(), b"one");

        let again = Cache::at(folder.path().join("reports"));
        assert!(again.get(month, "k2").is_none());
        assert_eq!(&*again.get(month, "k1").unwrap(), b"one");
    }

    #[test]
    fn a_new_report_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let month: YearMonth = "2026-01".parse().unwrap();
        Cache::at(folder.path().into()).put(month, "k1", b"one"[..].into()).unwrap();
        Cache::at(folder.path().into()).put(month, "k2", b"two"[..].into()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(&*Cache::at(folder.path().into()).get(month, "k2").unwrap(), b"two");
    }

    #[test]
    fn a_file_that_was_cut_short_is_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let month: YearMonth = "2026-01".parse().unwrap();
        Cache::at(folder.path().into()).put(month, "k1", b"whole"[..].into()).unwrap();
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        std::fs::write(file, b"who").unwrap();
        assert!(Cache::at(folder.path().into()).get(month, "k1").is_none());
    }
}
