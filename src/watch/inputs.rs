//! The files a site is made from as they were last seen, and what has changed in them since.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use walkdir::{DirEntry, WalkDir};

use super::folders::{FOLDERS, is_litter};
use crate::digest::Digest;

/// A text longer than this is not kept to see on which line it was edited.
const KEPT_TEXT: u64 = 1 << 20;

/// A file that was written so shortly before it was read may change again without looking other than now: clocks of file
/// systems tick slowly.
const RECENT: Duration = Duration::from_millis(50);

/// All files that the site is made from.
#[derive(Debug, Default)]
pub struct Inputs(BTreeMap<PathBuf, Seen>);

#[derive(Debug, Clone)]
struct Seen {
    stamp: Stamp,
    is_recent: bool,
    digest: Digest,
    /// What an author's text says.
    text: Option<Arc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    file: u64,
}

/// A file that is new, gone, or has other content than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path below the root of the site.
    pub path: PathBuf,
    /// What the text said before, if it was one.
    pub before: Option<Arc<str>>,
    /// What it says now.
    pub now: Option<Arc<str>>,
}

impl Inputs {
    /// Looks at all files again, and says what has changed in them.
    pub fn look(&mut self, root: &Path) -> Vec<Change> {
        let mut now = BTreeMap::new();
        for folder in FOLDERS {
            let entries = WalkDir::new(root.join(folder)).follow_links(true).into_iter();
            // What cannot be read is for the build to name.
            for entry in entries.filter_entry(is_input).filter_map(Result::ok) {
                if let Some((path, seen)) = self.seen(root, &entry) {
                    now.insert(path, seen);
                }
            }
        }
        let before = std::mem::replace(&mut self.0, now);
        self.changes(&before)
    }

    fn seen(&self, root: &Path, entry: &DirEntry) -> Option<(PathBuf, Seen)> {
        let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let path = entry.path().strip_prefix(root).ok()?.to_path_buf();
        let stamp = Stamp { length: metadata.len(), modified: metadata.modified().ok(), file: number(&metadata) };
        let last = self.0.get(&path).filter(|last| last.stamp == stamp && !last.is_recent);
        if let Some(last) = last {
            return Some((path, last.clone()));
        }
        let is_recent = stamp.modified.is_none_or(|at| at.elapsed().map_or(true, |age| age < RECENT));
        let bytes = std::fs::read(entry.path()).ok()?;
        let digest = Digest::of(&bytes);
        let is_text = path.starts_with("content") && stamp.length <= KEPT_TEXT;
        let text = if is_text { String::from_utf8(bytes).ok().map(Arc::from) } else { None };
        Some((path, Seen { stamp, is_recent, digest, text }))
    }

    fn changes(&self, before: &BTreeMap<PathBuf, Seen>) -> Vec<Change> {
        let text = |seen: Option<&Seen>| seen.and_then(|seen| seen.text.clone());
        let change = |path: &PathBuf| Change {
            path: path.clone(),
            before: text(before.get(path)),
            now: text(self.0.get(path)),
        };
        let is_other =
            |path: &&PathBuf| before.get(*path).map(|seen| seen.digest) != self.0.get(*path).map(|seen| seen.digest);
        let gone = before.keys().filter(|path| !self.0.contains_key(*path));
        self.0.keys().chain(gone).filter(is_other).map(change).collect()
    }
}

fn is_input(entry: &DirEntry) -> bool {
    let is_raw = entry.depth() == 1
        && entry.file_name() == "raw"
        && entry.path().parent().is_some_and(|data| data.ends_with("data"));
    entry.depth() == 0 || !(is_raw || is_litter(&entry.file_name().to_string_lossy()))
}

/// What tells a file from another one of the same name.
#[cfg(unix)]
fn number(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(inputs: &mut Inputs, root: &Path) -> Vec<String> {
        let changes = inputs.look(root);
        changes.into_iter().map(|change| change.path.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn only_other_content_is_a_change() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("content/a.md", "one");
        write("content/b.md", "one");
        let mut inputs = Inputs::default();
        assert_eq!(changed(&mut inputs, root.path()), ["content/a.md", "content/b.md"]);
        assert_eq!(changed(&mut inputs, root.path()), [""; 0]);

        write("content/a.md", "one");
        write("content/.a.md.swp", "x");
        write("public/index.html", "x");
        write("data/raw/statement.xml", "x");
        assert_eq!(changed(&mut inputs, root.path()), [""; 0]);

        // As long as before, and at once: only the content tells.
        write("content/a.md", "two");
        std::fs::rename(root.path().join("content/b.md"), root.path().join("content/c.md")).unwrap();
        assert_eq!(changed(&mut inputs, root.path()), ["content/a.md", "content/c.md", "content/b.md"]);
        std::fs::remove_dir_all(root.path().join("content")).unwrap();
        assert_eq!(changed(&mut inputs, root.path()), ["content/a.md", "content/c.md"]);
    }

    #[test]
    fn texts_are_kept_to_be_compared() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("content")).unwrap();
        let file = root.path().join("content/a.md");
        std::fs::write(&file, "one").unwrap();
        let mut inputs = Inputs::default();
        inputs.look(root.path());
        std::fs::write(&file, "two").unwrap();
        let changes = inputs.look(root.path());
        assert_eq!(changes[0].before.as_deref(), Some("one"));
        assert_eq!(changes[0].now.as_deref(), Some("two"));
    }
}
