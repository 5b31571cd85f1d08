//! What the author edited, and on which page it is.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::build::texts::Edit;
use crate::render::links::below_content;
use crate::site::Files;

/// A place in a text, and the page that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edited {
    /// The file below `content/`.
    pub file: String,
    /// The first line that is not as it was.
    pub line: usize,
    /// The page, if it is one that changed.
    pub page: Option<String>,
}

/// The first of the texts that were edited and are there.
pub fn edited(edits: &[Edit], changed: &BTreeSet<String>, files: &Files) -> Option<Edited> {
    let (edit, now) = edits.iter().find_map(|edit| Some((edit, edit.now.as_deref()?)))?;
    let file = below_content(&edit.path);
    let line = line(edit.before.as_deref().unwrap_or_default(), now);
    let page = page(&file, changed, files);
    Some(Edited { file, line, page })
}

/// The first line that is not the same in both, counted from 1. An empty one stands before what was written.
fn line(before: &str, now: &str) -> usize {
    let same = before.lines().zip(now.lines()).take_while(|(one, other)| one == other).count();
    let written = now.lines().skip(same).position(|line| !line.trim().is_empty());
    written.map_or_else(|| now.lines().count().max(1), |further| same + further + 1)
}

/// Of the pages that changed, the one that is about the file: one that shows its blocks, and of those the deepest.
fn page(file: &str, changed: &BTreeSet<String>, files: &Files) -> Option<String> {
    let pages = || changed.iter().filter(|path| path.ends_with(".html") && files.contains_key(*path));
    let mark = format!("data-line=\"{}:", crate::format::escape(file));
    let shows = |page: &&String| files.get(*page).is_some_and(|html| contains(html, mark.as_bytes()));
    let folder = file.split_once('/').map(|(folder, _)| format!("{folder}/"));
    let is_beside = |page: &&String| folder.as_ref().is_some_and(|folder| page.starts_with(folder));
    let deepest = |page: &&String| (page.matches('/').count(), page.len());
    pages().filter(shows).max_by_key(deepest).or_else(|| pages().filter(is_beside).max_by_key(deepest)).cloned()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_other_line_is_the_edited_one() {
        assert_eq!(line("a\nb\nc", "a\nx\nc"), 2);
        assert_eq!(line("a\nb", "a\nb\nc"), 3);
        assert_eq!(line("a\n", "a\n\nb\n"), 3);
        assert_eq!(line("a\n\nc\n", "a\n\n\nb\n\nc\n"), 4);
        assert_eq!(line("a\nb\n", "a\n \n"), 2);
        assert_eq!(line("a\nb\nc", "a"), 1);
        assert_eq!(line("", "a\nb"), 1);
        assert_eq!(line("a", ""), 1);
    }

    #[test]
    fn the_page_is_the_one_that_shows_the_text() {
        let html = |text: &str| text.to_owned().into();
        let files = Files::from([
            ("journal/index.html".into(), html("none")),
            ("trades/index.html".into(), html("none")),
            ("trades/a/index.html".into(), html("<p data-line=\"trades/a.md:7\">")),
            ("trades/bcd/index.html".into(), html("<p data-line=\"trades/b.md:7\">")),
        ]);
        let changed: BTreeSet<String> = files.keys().cloned().collect();
        assert_eq!(page("trades/a.md", &changed, &files).as_deref(), Some("trades/a/index.html"));
        // A note without blocks is most likely on the deepest page of its kind.
        assert_eq!(page("trades/c.md", &changed, &files).as_deref(), Some("trades/bcd/index.html"));
        assert_eq!(page("about.md", &changed, &files), None);
    }
}
