//! A folder with an older site, in which the new one is made.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::site::Files;
use crate::{Error, Result};

/// Removes everything from the stage but files that are the same file as in `dir`, unchanged there and wanted. Gives their
/// paths.
///
/// # Errors
/// Something that cannot be looked at or removed.
pub fn tidied<'a>(
    stage: &Path,
    dir: &Path,
    wanted: &'a Files,
    unchanged: &BTreeSet<&'a String>,
) -> Result<BTreeSet<&'a String>> {
    let folders: BTreeSet<&Path> = wanted.keys().flat_map(|path| Path::new(path).ancestors().skip(1)).collect();
    let mut there = BTreeSet::new();
    let mut entries = WalkDir::new(stage).min_depth(1).into_iter();
    while let Some(entry) = entries.next() {
        let failed = |cause: std::io::Error| Error::io("make room for the new site in", stage, cause);
        let entry = entry.map_err(|cause| failed(cause.into()))?;
        let path = entry.path().strip_prefix(stage).unwrap_or(entry.path());
        if !entry.file_type().is_dir() {
            match path.to_str().and_then(|path| unchanged.get(&path.replace('\\', "/"))) {
                Some(path) if is_same_file(&entry, &dir.join(path)) => drop(there.insert(*path)),
                _ => fs::remove_file(entry.path()).map_err(failed)?,
            }
        } else if !folders.contains(path) {
            entries.skip_current_dir();
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(there)
}

/// Whether both are names of one file.
fn is_same_file(entry: &DirEntry, other: &Path) -> bool {
    let both = entry.metadata().ok().zip(fs::symlink_metadata(other).ok());
    both.is_some_and(|(one, other)| one.is_file() && other.is_file() && have_same_inode(&one, &other))
}

#[cfg(unix)]
fn have_same_inode(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn have_same_inode(_: &Metadata, _: &Metadata) -> bool {
    false
}
