//! Which files of the published site are new, changed or removed.

use std::collections::BTreeMap;

use crate::counted::counted;
use crate::site::output::MANIFEST;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there before.
    New,
    /// It was there with another content.
    Changed,
    /// It goes.
    Removed,
}

impl Change {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A file of the site that does not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Where it stands.
    pub path: String,
    /// What happens to it.
    pub change: Change,
    /// Its size in bytes, of a removed one the old size; nothing where that is not known.
    pub size: Option<u64>,
}

/// Whether a file is there for the program or the host, and no part of what a reader sees.
pub fn is_ours(path: &str) -> bool {
    path == MANIFEST || path == ".nojekyll"
}

/// Compares two lists of files, each content named by path. What a build keeps for itself is left out.
pub fn between(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<ChangedFile> {
    let file = |path: &String, change| ChangedFile { path: path.clone(), change, size: None };
    let there = new.iter().filter_map(|(path, content)| match old.get(path) {
        None => Some(file(path, Change::New)),
        Some(before) if before != content => Some(file(path, Change::Changed)),
        Some(_) => None,
    });
    let gone = old.keys().filter(|path| !new.contains_key(*path)).map(|path| file(path, Change::Removed));
    let mut changes: Vec<_> = there.chain(gone).filter(|file| !is_ours(&file.path)).collect();
    changes.sort_by(|one, other| (one.change, &one.path).cmp(&(other.change, &other.path)));
    changes
}

/// The changes in a few words: `3 pages, 1 report`.
pub fn in_words(changes: &[ChangedFile]) -> String {
    let kind = |path: &str| match path.rsplit('.').next().unwrap_or_default() {
        "html" => "page",
        "pdf" => "report",
        _ if path.starts_with("data/") => "data file",
        _ => "other file",
    };
    let there = || changes.iter().filter(|file| file.change != Change::Removed);
    let kinds = ["page", "report", "data file", "other file"];
    let counts = kinds.map(|noun| (there().filter(|file| kind(&file.path) == noun).count(), noun));
    let mut words: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun)).collect();
    let removed = changes.len() - there().count();
    if removed > 0 {
        words.push(format!("{removed} removed"));
    }
    if words.is_empty() { "nothing that a reader sees".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn new_changed_and_removed_files_are_distinguished() {
        let old = listing(&[("a.html", "1"), ("b.html", "1"), ("months/c.pdf", "1"), (MANIFEST, "1")]);
        let new =
            listing(&[("a.html", "1"), ("b.html", "2"), ("data/d.csv", "1"), (".nojekyll", "0"), (MANIFEST, "2")]);
        let found = between(&old, &new);
        let found: Vec<_> = found.iter().map(|file| (file.change.word(), file.path.as_str())).collect();
        assert_eq!(found, [("new", "data/d.csv"), ("changed", "b.html"), ("removed", "months/c.pdf")]);
        assert!(between(&old, &old).is_empty());
    }

    #[test]
    fn what_changed_is_counted_by_kind() {
        let old = listing(&[("gone.html", "1")]);
        let new = listing(&[("a.html", "1"), ("b/index.html", "1"), ("months/2026-01.pdf", "1"), ("style.css", "1")]);
        assert_eq!(in_words(&between(&old, &new)), "2 pages, 1 report, 1 other file, 1 removed");
        assert_eq!(in_words(&[]), "nothing that a reader sees");
    }
}
