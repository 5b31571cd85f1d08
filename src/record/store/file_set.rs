//! Several files that change together: all of them, or none.
//!
//! The new contents are written beside their targets first; then a journal names them; then each takes its target's
//! name; then the journal goes. A process that dies before the journal is there leaves only temporary files, which
//! the next writer removes. One that dies later leaves a journal, whose work the next writer finishes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

#[cfg(test)]
use super::crash;
use super::json_bytes;
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// From this number of files on, one sync of the whole file system is cheaper than one per file.
const MANY: usize = 16;

/// Does something while no thread of this process is in the middle of a write to `data/`: what ends the process then
/// leaves nothing for the next writer to finish.
pub fn between_writes<T>(act: impl FnOnce() -> T) -> T {
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    act()
}

/// What is to become of some files below a site's root.
#[derive(Debug, Default)]
pub(crate) struct FileSet {
    writes: BTreeMap<PathBuf, Vec<u8>>,
    removals: BTreeSet<PathBuf>,
}

/// The journal: paths relative to the site's root.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    written: Vec<PathBuf>,
    removed: Vec<PathBuf>,
}

impl FileSet {
    /// Gives a file this content.
    pub(crate) fn write(&mut self, path: impl Into<PathBuf>, content: Vec<u8>) {
        self.writes.insert(path.into(), content);
    }

    /// Removes a file.
    pub(crate) fn remove(&mut self, path: impl Into<PathBuf>) {
        self.removals.insert(path.into());
    }

    /// The files that are written, in the order of their paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.writes.keys().map(PathBuf::as_path)
    }

    /// Whether a file is among those that are written.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.writes.contains_key(path)
    }

    /// Makes all changes. When `durable`, they are on the disk before this returns, and at no moment is a part of
    /// them there without the journal that says how to go on.
    ///
    /// # Errors
    /// The place and what the system says. Nothing has changed then, unless the message says that the next run will
    /// finish it.
    pub(super) fn apply(self, site: &SiteDir, durable: bool) -> Result<()> {
        between_writes(|| self.apply_now(site, durable))
    }

    fn apply_now(self, site: &SiteDir, durable: bool) -> Result<()> {
        match (self.writes.len(), self.removals.len()) {
            (0, 0) => return Ok(()),
            (1, 0) => {
                return self.writes.iter().try_for_each(|(path, content)| write_atomically(path, content, durable));
            }
            _ => {}
        }
        let mut staged = Staged::default();
        for (path, content) in &self.writes {
            staged.write(path, content)?;
        }
        if durable {
            staged.sync()?;
        }
        let below = |path: &PathBuf| path.strip_prefix(site.root()).unwrap_or(path).to_path_buf();
        let written = self.writes.keys().map(below).collect();
        let journal = Journal { written, removed: self.removals.iter().map(below).collect() };
        write_atomically(&site.journal(), &json_bytes(&journal)?, durable)?;
        staged.keep();
        settle(self.writes.keys(), self.removals.iter(), durable)?;
        remove_journal(site, durable)
    }
}

/// Contents beside the files they will replace, removed again unless they are kept.
#[derive(Debug, Default)]
struct Staged {
    paths: Vec<PathBuf>,
}

impl Staged {
    fn write(&mut self, target: &Path, content: &[u8]) -> Result<()> {
        refuse_link(target)?;
        let path = beside(target);
        create_folder(folder_of(target))?;
        let mut file = create_private(&path).map_err(|error| not_written(target, error))?;
        self.paths.push(path);
        #[cfg(test)]
        crash::writing(&file, content);
        file.write_all(content).map_err(|error| not_written(target, error))
    }

    /// Waits until the contents are on the disk.
    fn sync(&self) -> Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(path) = self.paths.first().filter(|_| self.paths.len() >= MANY) {
            let synced = File::open(path).and_then(|file| rustix::fs::syncfs(file).map_err(Into::into));
            return synced.map_err(|error| not_written(path, error));
        }
        for path in &self.paths {
            File::open(path).and_then(|file| file.sync_all()).map_err(|error| not_written(path, error))?;
        }
        sync_folders(self.paths.iter())
    }

    fn keep(mut self) {
        self.paths.clear();
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for path in &self.paths {
            // What cannot be removed now is removed by the next writer.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Opens a file that nobody but its owner may read.
fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The name under which a content waits until it replaces the file.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}{TEMPORARY}"))
}

/// How the names of files end that are nothing until they are renamed.
const TEMPORARY: &str = ".tmp";

/// Brings staged contents to their targets. Done again, it does what is still to do.
fn settle<'a>(
    writes: impl Iterator<Item = &'a PathBuf>,
    removals: impl Iterator<Item = &'a PathBuf>,
    durable: bool,
) -> Result<()> {
    let mut touched = Vec::new();
    for target in writes {
        #[cfg(test)]
        crash::point();
        match std::fs::rename(beside(target), target) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unfinished("write", target, error)),
            _ => touched.push(target),
        }
    }
    for target in removals {
        #[cfg(test)]
        crash::point();
        match std::fs::remove_file(target) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unfinished("remove", target, error)),
            _ => touched.push(target),
        }
    }
    if durable { sync_folders(touched.into_iter()) } else { Ok(()) }
}

/// Finishes what a writer that died had begun, and removes its temporary files. Only under the site's lock.
///
/// # Errors
/// A journal that cannot be read, or a change that the system refuses.
pub(super) fn recover(site: &SiteDir) -> Result<()> {
    let path = site.journal();
    match std::fs::read(&path) {
        Ok(bytes) => {
            let journal = serde_json::from_slice::<Journal>(&bytes).ok().filter(Journal::stays_below);
            let journal = journal.ok_or_else(|| {
                Error::data("the list of changes that a killed run left cannot be read")
                    .at(Place::file(&path))
                    .hint("restore `data/` from a copy, or delete this file and import the last statements again")
            })?;
            let full = |below: &PathBuf| site.root().join(below);
            let written: Vec<PathBuf> = journal.written.iter().map(full).collect();
            let removed: Vec<PathBuf> = journal.removed.iter().map(full).collect();
            settle(written.iter(), removed.iter(), true)?;
            remove_journal(site, true)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("read the list of unfinished changes", &path, error)),
    }
    remove_temporary(site)
}

impl Journal {
    fn stays_below(&self) -> bool {
        let inside = |path: &PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
        self.written.iter().chain(&self.removed).all(inside)
    }
}

fn remove_temporary(site: &SiteDir) -> Result<()> {
    for folder in site.data_folders() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io("read the folder", &folder, error)),
        };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') && name.ends_with(TEMPORARY) {
                // It is of no use to anyone, and in nobody's way.
                let _ = std::fs::remove_file(&path);
            }
        }
    }
    Ok(())
}

fn remove_journal(site: &SiteDir, durable: bool) -> Result<()> {
    #[cfg(test)]
    crash::point();
    let path = site.journal();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("remove the list of finished changes", &path, error)),
        Ok(()) if durable => sync_folders(std::iter::once(&path)),
        Ok(()) => Ok(()),
    }
}

/// The folder of a file; of one that is named alone, where the program was started.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Waits until the names in the folders of these files are on the disk.
fn sync_folders<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let folders: BTreeSet<&Path> = files.map(|path| folder_of(path)).collect();
    for folder in folders {
        sync_folder(folder).map_err(|error| not_written(folder, error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems do not open folders; their renames are written through.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn not_written(path: &Path, error: std::io::Error) -> Error {
    Error::io("write the file", path, error)
        .hint("nothing was changed; make room or repair the folder, then run this again")
}

fn unfinished(doing: &str, path: &Path, error: std::io::Error) -> Error {
    Error::io(&format!("{doing} the file"), path, error)
        .hint("a part of the changes is made; repair the folder, and the next import or collection makes the rest")
}

pub(super) fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create the folder", folder, error))
}

/// Replaces a file, which only its owner may read, in one step: a reader sees the old content or the new one, never a part. When `durable`, the
/// content is on the disk before the name changes, and the name before this returns.
///
/// # Errors
/// The place and what the system says; the old file is untouched then.
pub fn write_atomically(path: &Path, content: &[u8], durable: bool) -> Result<()> {
    let file = temporary(path, content, durable, &tempfile::Builder::new())?;
    #[cfg(test)]
    crash::point();
    file.persist(path).map_err(|error| not_written(path, error.error))?;
    #[cfg(test)]
    crash::point();
    if durable { sync_folders(std::iter::once(&path.to_path_buf())) } else { Ok(()) }
}

/// Writes a file that is not there yet, in one step, with the usual permissions. Returns whether it did: an existing one stays as it is, and so
/// does a link, wherever it leads.
///
/// # Errors
/// The place and what the system says.
pub fn write_new(path: &Path, content: &[u8], durable: bool) -> Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;
    #[cfg(unix)]
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    match temporary(path, content, durable, &builder)?.persist_noclobber(path) {
        Ok(_) if durable => sync_folders(std::iter::once(&path.to_path_buf())).map(|()| true),
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(not_written(path, error.error)),
    }
}

/// Refuses a file that is a link: a new one would take the link's place, and what it leads to would be left as it was.
fn refuse_link(path: &Path) -> Result<()> {
    if !path.is_symlink() {
        return Ok(());
    }
    Err(Error::refused("the file is a link, and what it leads to would not change with it")
        .at(Place::file(path))
        .hint("put the file itself in its place, or a link to a whole folder"))
}

fn temporary(
    path: &Path,
    content: &[u8],
    durable: bool,
    builder: &tempfile::Builder,
) -> Result<tempfile::NamedTempFile> {
    refuse_link(path)?;
    let folder = folder_of(path);
    create_folder(folder)?;
    remove_stale(folder);
    let file = builder.clone().prefix(".").suffix(TEMPORARY).tempfile_in(folder);
    let mut file = file.map_err(|error| not_written(path, error))?;
    #[cfg(test)]
    crash::writing(file.as_file(), content);
    file.write_all(content).map_err(|error| not_written(path, error))?;
    if durable {
        file.as_file().sync_all().map_err(|error| not_written(path, error))?;
    }
    Ok(file)
}

/// What is older was left by a run that was killed.
const STALE: Duration = Duration::from_secs(3600);

/// Removes the files that killed runs have left under names of [`temporary`].
fn remove_stale(folder: &Path) {
    let is_stale = |path: &Path| {
        let age = path
            .symlink_metadata()
            .and_then(|data| data.modified())
            .map(|time| SystemTime::now().duration_since(time));
        age.is_ok_and(|age| age.is_ok_and(|age| age > STALE))
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix('.')?.strip_suffix(TEMPORARY));
        let is_ours =
            random.is_some_and(|random| random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if is_ours && is_stale(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[path = "file_set_tests.rs"]
mod tests;
