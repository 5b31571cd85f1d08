//! Files on disk, known by what the system says of them, so that one that has not changed need not be read again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::digest::Digest;
use crate::site::Files;
use crate::site_dir::ReadFiles;
use crate::{Error, Result};

/// What the system says of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    /// When its content was last written, in nanoseconds.
    modified: i64,
    /// When anything about it last changed, where the system says so.
    changed: i64,
    inode: u64,
    mode: u32,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|time| i64::try_from(time.as_nanos()).ok()).unwrap_or(i64::MAX);
        let stamp = Self { size: metadata.len(), modified, changed: 0, inode: 0, mode: 0 };
        stamp.with_system(metadata)
    }

    /// Whether the file was last written so long before a time that whatever is written after that shows.
    fn is_before(&self, time: i64) -> bool {
        self.modified < time.saturating_sub(RESOLUTION)
    }

    /// Whether it is a pipe, a socket or a device, which may keep for ever who opens it.
    fn may_keep_waiting(&self) -> bool {
        const KIND: u32 = 0o170_000;
        const FILE: u32 = 0o100_000;
        const LINK: u32 = 0o120_000;
        // Where the system does not say, there are none.
        !matches!(self.mode & KIND, 0 | FILE | LINK)
    }

    #[cfg(unix)]
    fn with_system(self, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let changed = metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec());
        Self { changed, inode: metadata.ino(), mode: metadata.mode(), ..self }
    }

    #[cfg(not(unix))]
    fn with_system(self, _: &Metadata) -> Self {
        self
    }
}

/// A file whose content is known.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Known {
    stamp: Stamp,
    digest: Digest,
}

impl Known {
    /// Whether both have the same content and the same permissions.
    fn is_same_as(&self, other: &Self) -> bool {
        self.digest == other.digest && self.stamp.mode == other.stamp.mode
    }
}

/// Stamps by path, relative to a root and written with `/`.
pub type Stamps = BTreeMap<String, Stamp>;

/// The stamp of every file below these folders and of these files, as far as they exist; of the paths that `skip` wants
/// none. A link that leads nowhere is a file too: some editors leave them.
///
/// # Errors
/// A folder that cannot be read, or a link that leads in a circle.
pub fn stamps<P: AsRef<Path>>(
    root: &Path,
    below: impl IntoIterator<Item = P>,
    skip: impl Fn(&str) -> bool,
) -> Result<Stamps> {
    let mut found = Stamps::new();
    let mut files_there = Vec::new();
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    for start in below {
        let start = root.join(start);
        if start.symlink_metadata().is_err() {
            continue;
        }
        let files = WalkDir::new(&start).follow_links(true).into_iter();
        for entry in files.filter_entry(|entry| !skip(&relative(entry.path()))) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(cause) => {
                    let path = cause.path().unwrap_or(&start).to_path_buf();
                    match link_to_nowhere(&path) {
                        Some(stamp) => drop(found.insert(relative(&path), stamp)),
                        None => return Err(cannot_look_at(&path, cause)),
                    }
                    continue;
                }
            };
            if !entry.file_type().is_dir() {
                files_there.push(entry);
            }
        }
    }
    let stamp = |entry: walkdir::DirEntry| {
        let metadata = entry.metadata().map_err(|cause| cannot_look_at(entry.path(), cause))?;
        Ok((relative(entry.path()), Stamp::of(&metadata)))
    };
    let files: Vec<(String, Stamp)> = files_there.into_par_iter().map(stamp).collect::<Result<_>>()?;
    found.extend(files);
    Ok(found)
}

fn cannot_look_at(path: &Path, cause: walkdir::Error) -> Error {
    Error::data("cannot look at").at(crate::Place::file(path)).because(cause)
}

fn link_to_nowhere(path: &Path) -> Option<Stamp> {
    let link = path.symlink_metadata().ok().filter(Metadata::is_symlink)?;
    let leads_nowhere = path.metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    leads_nowhere.then(|| Stamp::of(&link))
}

/// The digest of a file with its content; of a link that leads nowhere, that of where it would lead, and of what may keep
/// waiting, that of nothing.
fn read(file: &Path, stamp: Stamp) -> Result<(Digest, Option<Vec<u8>>)> {
    if stamp.may_keep_waiting() {
        return Ok((Digest::of(&[]), None));
    }
    match fs::read(file) {
        Ok(content) => Ok((Digest::of(&content), Some(content))),
        Err(cause) => match link_to_nowhere(file).and_then(|_| fs::read_link(file).ok()) {
            Some(target) => Ok((Digest::of(target.to_string_lossy().as_bytes()), None)),
            None => Err(Error::io("read", file, cause)),
        },
    }
}

/// Files with their stamps and digests at one time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Listing {
    /// The time by the file system's own clock, before the first file was looked at.
    taken: i64,
    files: BTreeMap<String, Known>,
}

/// A clock may not move on between two writes of a file; on some file systems it stands still for two seconds. What was
/// written so shortly before a listing may have been written once more after it without a trace.
const RESOLUTION: i64 = 2_000_000_000;

impl Listing {
    /// The files with these stamps, of which only those are read that `earlier` does not know.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of(root: &Path, stamps: &Stamps, taken: i64, earlier: &Self) -> Result<Self> {
        Self::with_contents(root, stamps, taken, earlier, |_| false).map(|(listing, _)| listing)
    }

    /// The same, with the contents of those files that were read and that `is_wanted` wants by their paths below the root.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn with_contents(
        root: &Path,
        stamps: &Stamps,
        taken: i64,
        earlier: &Self,
        is_wanted: impl Fn(&str) -> bool + Sync,
    ) -> Result<(Self, ReadFiles)> {
        let (known, unknown): (Vec<_>, Vec<_>) = stamps
            .iter()
            .map(|(path, stamp)| (path, *stamp, earlier.trusted(path, *stamp)))
            .partition(|(.., digest)| digest.is_some());
        let known =
            known.into_iter().filter_map(|(path, stamp, digest)| Some((path, Known { stamp, digest: digest? })));
        let read = unknown.into_par_iter().map(|(path, stamp, _)| {
            let file = root.join(path);
            let (digest, content) = read(&file, stamp)?;
            let content = content.filter(|_| is_wanted(path)).map(|content| (file, content));
            Ok(((path, Known { stamp, digest }), content))
        });
        let (read, contents): (Vec<_>, Vec<_>) = read.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let files = known.chain(read).map(|(path, file)| (path.clone(), file)).collect();
        Ok((Self { taken, files }, contents.into_iter().flatten().collect()))
    }

    /// Looks again at the files below the paths at which the system was asked: these are there now. Gives the paths of those
    /// that are new, gone or other ones.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn renew(
        &mut self,
        root: &Path,
        stamps: &Stamps,
        taken: i64,
        is_below: impl Fn(&str) -> bool,
    ) -> Result<BTreeSet<String>> {
        let asked = Self::of(root, stamps, taken, self)?;
        let gone = self.files.keys().filter(|path| is_below(path) && !asked.files.contains_key(*path));
        let mut changed: BTreeSet<String> = gone.cloned().collect();
        self.files.retain(|path, _| !changed.contains(path));
        for (path, known) in asked.files {
            if !self.files.get(&path).is_some_and(|before| before.is_same_as(&known)) {
                changed.insert(path.clone());
            }
            self.files.insert(path, known);
        }
        self.taken = taken;
        Ok(changed)
    }

    /// The files that have to be read again to know that they are the same.
    pub fn recent(&self) -> impl Iterator<Item = &str> {
        let is_recent = |(_, known): &(&String, &Known)| !known.stamp.is_before(self.taken);
        self.files.iter().filter(is_recent).map(|(path, _)| path.as_str())
    }

    /// The paths of which the content is another one than in `earlier`, with those that only one of both has.
    pub fn changes_since(&self, earlier: &Self) -> BTreeSet<String> {
        let is_same = |path: &str, known: &Known| self.files.get(path).is_some_and(|now| now.is_same_as(known));
        let gone_or_other = earlier.files.iter().filter(|(path, known)| !is_same(path, known));
        let new = self.files.iter().filter(|(path, _)| !earlier.files.contains_key(*path));
        gone_or_other.chain(new).map(|(path, _)| path.clone()).collect()
    }

    /// Files that were just written with this content; `None` where there are others.
    pub fn written(stamps: &Stamps, taken: i64, files: &Files) -> Option<Self> {
        let file = |(path, stamp): (&String, &Stamp)| {
            Some((path.clone(), Known { stamp: *stamp, digest: files.get(path)?.digest() }))
        };
        Some(Self { taken, files: stamps.iter().map(file).collect::<Option<_>>()? })
    }

    /// The digest of a file that has this stamp, if nothing can have happened to it since.
    fn trusted(&self, path: &str, stamp: Stamp) -> Option<Digest> {
        let known = self.files.get(path).filter(|known| known.stamp == stamp)?;
        stamp.is_before(self.taken).then_some(known.digest)
    }

    /// The digests of those files with these stamps of which the content is known without reading it.
    pub fn known(&self, stamps: &Stamps) -> BTreeMap<String, Digest> {
        let known = |(path, stamp): (&String, &Stamp)| Some((path.clone(), self.trusted(path, *stamp)?));
        stamps.iter().filter_map(known).collect()
    }

    /// The digest of a file that is there.
    pub fn digest(&self, path: &str) -> Option<Digest> {
        self.files.get(path).map(|known| known.digest)
    }

    /// Every file with its digest.
    pub fn digests(&self) -> impl Iterator<Item = (&str, Digest)> {
        self.files.iter().map(|(path, known)| (path.as_str(), known.digest))
    }

    /// Whether some of its files will have to be read again to know that they are the same.
    pub fn has_recent(&self) -> bool {
        self.recent().next().is_some()
    }

    /// Whether both hold the same files with the same content and the same permissions.
    pub fn has_same_content(&self, other: &Self) -> bool {
        self.files.len() == other.files.len()
            && self
                .files
                .iter()
                .zip(&other.files)
                .all(|((path, file), (other_path, other_file))| path == other_path && file.is_same_as(other_file))
    }
}

/// The present time by the clock of the file system that a folder is on, which need not be this computer's.
///
/// # Errors
/// A folder that cannot be made or written to.
pub fn now(folder: &Path) -> std::io::Result<i64> {
    fs::create_dir_all(folder)?;
    let file = tempfile::Builder::new().prefix(".time-").tempfile_in(folder)?;
    Ok(Stamp::of(&file.as_file().metadata()?).modified)
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
