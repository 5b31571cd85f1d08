//! Putting a rendered site in the place of the old one, in one step.
//!
//! The new site is written beside the old one, flushed, and then exchanged with it by a single rename. Whatever
//! goes wrong before that leaves the old site as it was.
//!
//! Making and removing a folder for each page takes most of the time. So the old site can be left where the next one is
//! made: in it only what has changed since is made anew.

mod guests;
mod stage;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::digest::Digest;
use crate::file_content::FileContent;
use crate::{Error, Result};

use super::Files;

/// The list of what a build wrote: a folder without it is not ours to replace.
pub const MANIFEST: &str = ".trackrecord-manifest";

/// Kept where it stands, so that an empty output folder can be committed.
pub const KEEP: &str = ".gitkeep";

/// What a replacement changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that were there already, byte for byte.
    pub unchanged: usize,
    /// Files of the old site that the new one does not have.
    pub removed: usize,
}

/// What a replacement did.
#[derive(Debug)]
pub struct Replaced {
    /// How much of the site it changed.
    pub summary: Summary,
    /// Everything that stands in the folder now, with what a build keeps there beside the site.
    pub files: Files,
}

/// What is known before a site is put in its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Files that were read from the folder just now: they are not read once more.
    pub read: Option<&'a BTreeSet<String>>,
    /// Where the site before the last one was left, and the last one is to be left: a folder of the same disk.
    pub before: Option<&'a Path>,
}

/// Makes `dir` hold exactly `files` and the manifest.
///
/// Files are plain and readable by all (0644). A `.gitkeep`, a `CNAME` and a repository of git stay. Nothing is touched where
/// nothing changed.
///
/// # Errors
/// A folder that holds files no build of ours has written is refused; so is a path that is a file and a folder at
/// once. Every error leaves the old site in place.
pub fn replace(dir: &Path, files: &Files, known: Known) -> Result<Replaced> {
    let parent = parent_of(dir);
    guests::tidy(&parent, dir);
    let old = read_old(dir)?;
    let mut wanted = with_manifest(files);
    for guest in [KEEP, guests::CNAME].into_iter().filter(|guest| old.present.contains(*guest)) {
        if !wanted.contains_key(guest) {
            let path = dir.join(guest);
            let content = fs::read(&path).map_err(|cause| Error::io("read", &path, cause))?;
            wanted.insert(guest.into(), content.into());
        }
    }

    let is_read = |path: &String| known.read.is_some_and(|read| read.contains(path));
    let is_same = |(path, content): &(&String, &FileContent)| {
        let file = dir.join(path);
        is_plain(&file, content.len()) && (is_read(path) || holds(&file, content))
    };
    let unchanged: BTreeSet<&String> = wanted.par_iter().filter(is_same).map(|(path, _)| path).collect();
    let removed = old.present.iter().filter(|path| !wanted.contains_key(*path)).count();
    let kept = files.keys().filter(|path| unchanged.contains(path)).count();
    let summary = Summary { written: files.len() - kept, unchanged: kept, removed };
    if unchanged.len() == wanted.len() && removed == 0 {
        return Ok(Replaced { summary, files: wanted });
    }

    fs::create_dir_all(&parent).map_err(|cause| Error::io("create", &parent, cause))?;
    let stage = tempfile::Builder::new()
        .prefix(guests::STAGE)
        .tempdir_in(&parent)
        .map_err(|cause| Error::io("create a folder for the new site in", &parent, cause))?;
    // Whoever moves it here first has it alone, whatever other builds are going on.
    let is_taken = known.before.is_some_and(|before| fs::rename(before, stage.path()).is_ok());
    let there = if is_taken { stage::tidied(stage.path(), dir, &wanted, &unchanged)? } else { BTreeSet::new() };
    write_all(stage.path(), dir, &wanted, &unchanged, &there)?;
    exchange(stage.path(), dir)?;
    guests::moved_in(stage.path(), dir)?;
    // What is left in the stage is the old site.
    let is_left = known.before.is_some_and(|before| fs::rename(stage.path(), before).is_ok());
    if is_left {
        let _ = stage.keep();
    } else {
        stage.close().map_err(|cause| Error::io("remove the old site beside", dir, cause))?;
    }
    Ok(Replaced { summary, files: wanted })
}

/// What stands in the output folder.
#[derive(Default)]
struct Old {
    present: BTreeSet<String>,
}

fn read_old(dir: &Path) -> Result<Old> {
    let metadata = match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Old::default()),
        other => other.map_err(|cause| Error::io("look at", dir, cause))?,
    };
    if !metadata.is_dir() {
        return Err(Error::refused("the output is not a folder, but a file or a link")
            .at(crate::Place::file(dir))
            .hint("move it away, or name the folder itself with `--out`"));
    }
    let mut present = BTreeSet::new();
    list(dir, dir, &mut present)?;
    let listed = fs::read_to_string(dir.join(MANIFEST)).ok().map(|text| listed_in(&text)).unwrap_or_default();
    let foreign: Vec<&str> = present
        .iter()
        .map(String::as_str)
        .filter(|path| ![KEEP, MANIFEST, guests::CNAME].contains(path) && !listed.contains(*path))
        .collect();
    match foreign.as_slice() {
        [] => Ok(Old { present }),
        [first, ..] => Err(Error::refused(format!(
            "the folder holds {} that no build has written, such as `{first}`",
            if foreign.len() == 1 { "a file".into() } else { format!("{} files", foreign.len()) }
        ))
        .at(crate::Place::file(dir))
        .hint("move them away, or choose another folder with --out; a build replaces the whole folder")),
    }
}

fn list(root: &Path, folder: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    let read = |cause| Error::io("read the folder", folder, cause);
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if guests::is_ignored(&name) {
            continue;
        }
        if entry.file_type().map_err(read)?.is_dir() {
            list(root, &path, found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// The files of a site, and the list of them that stands beside them.
pub fn with_manifest(files: &Files) -> Files {
    let mut all = files.clone();
    all.insert(MANIFEST.into(), manifest(files).into());
    all
}

/// One line for each file: its SHA-256 and its path, as `sha256sum --check` reads them.
fn manifest(files: &Files) -> String {
    let digests: Vec<(&String, Digest)> = files.par_iter().map(|(path, content)| (path, content.digest())).collect();
    digests.into_iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}

/// The paths that such a list names.
pub fn listed_in(manifest: &str) -> BTreeSet<String> {
    manifest.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path.to_string()).collect()
}

fn is_plain(path: &Path, size: usize) -> bool {
    fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_file() && found.len() == size as u64 && has_usual_mode(&found))
}

fn holds(path: &Path, content: &[u8]) -> bool {
    fs::read(path).is_ok_and(|found| found == content)
}

#[cfg(unix)]
fn has_usual_mode(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777 == 0o644
}

#[cfg(not(unix))]
fn has_usual_mode(_: &fs::Metadata) -> bool {
    true
}

/// Writes what is not there yet of the new site into the stage; a file that is the same in the old one becomes a second name
/// of it.
fn write_all(
    stage: &Path,
    dir: &Path,
    wanted: &Files,
    unchanged: &BTreeSet<&String>,
    there: &BTreeSet<&String>,
) -> Result<()> {
    set_mode(stage, 0o755)?;
    let missing: Vec<(&String, &FileContent)> = wanted.iter().filter(|(path, _)| !there.contains(path)).collect();
    // The shorter paths come first: a folder before what is in it. Whoever serves the site is another user, whatever the umask.
    let folders: BTreeSet<&Path> = wanted.keys().flat_map(|path| Path::new(path).ancestors().skip(1)).collect();
    for folder in folders.into_iter().filter(|folder| !folder.as_os_str().is_empty()) {
        let folder = stage.join(folder);
        fs::create_dir_all(&folder).map_err(|cause| Error::io("create", &folder, cause))?;
        set_mode(&folder, 0o755)?;
    }
    let few = wanted.len() - unchanged.len() <= FEW || !FLUSHES_AT_ONCE;
    missing.into_par_iter().try_for_each(|(path, content)| {
        let target = stage.join(path);
        if unchanged.contains(path) && fs::hard_link(dir.join(path), &target).is_ok() {
            return Ok(());
        }
        write_one(&target, content, few)
    })?;
    // That the folders too are on the disk in time is up to the file system: a site can be made again.
    if few { Ok(()) } else { flush(stage) }
}

/// Files that are flushed one by one; with more, everything is flushed once.
const FEW: usize = 8;

fn write_one(path: &Path, content: &[u8], flushed: bool) -> Result<()> {
    let failed = |cause| Error::io("write", path, cause);
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    set_mode(path, 0o644)?;
    if flushed { file.sync_data().map_err(failed) } else { Ok(()) }
}

/// Whether the system can flush everything that was written to one disk.
const FLUSHES_AT_ONCE: bool = cfg!(target_os = "linux");

/// Brings everything that was written to the disk, before the old site goes.
fn flush(stage: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    File::open(stage)
        .and_then(|folder| rustix::fs::syncfs(folder).map_err(Into::into))
        .map_err(|cause| Error::io("flush the new site in", stage, cause))?;
    #[cfg(not(target_os = "linux"))]
    let _ = stage;
    Ok(())
}

/// Sets who may do what with a file, where there are such modes.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|cause| Error::io("set the permissions of", path, cause))
}

/// Sets who may do what with a file, where there are such modes.
#[cfg(not(unix))]
pub fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}

fn parent_of(dir: &Path) -> PathBuf {
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Puts the stage in the place of `dir`; afterwards the stage holds what `dir` held.
fn exchange(stage: &Path, dir: &Path) -> Result<()> {
    if !dir.exists() {
        // The stage must go on existing for its owner to remove it.
        fs::rename(stage, dir)
            .and_then(|()| fs::create_dir(stage))
            .map_err(|cause| Error::io("put the new site in place at", dir, cause))?;
        return Ok(());
    }
    if exchange_at_once(stage, dir) {
        return Ok(());
    }
    let aside = stage.with_extension("old");
    let failed = |cause| Error::io("put the new site in place at", dir, cause);
    fs::rename(dir, &aside).map_err(failed)?;
    if let Err(cause) = fs::rename(stage, dir) {
        fs::rename(&aside, dir).map_err(failed)?;
        return Err(failed(cause));
    }
    fs::rename(&aside, stage).map_err(failed)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange_at_once(stage: &Path, dir: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, stage, CWD, dir, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange_at_once(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
