//! The author's texts as the last site shows them, so that it can be said which of them was edited, and where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A longer text is not kept.
const LONGEST: u64 = 1 << 20;

/// A text that is new, gone, or says something else than in the site before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file below the root of the site.
    pub path: PathBuf,
    /// What it said before, if it was there.
    pub before: Option<Arc<str>>,
    /// What it says now, if it is there.
    pub now: Option<Arc<str>>,
}

/// Texts by their paths.
#[derive(Debug, Default)]
pub struct Texts {
    shown: BTreeMap<String, Arc<str>>,
    /// What was seen since the last site; `None` is gone.
    seen: BTreeMap<String, Option<Arc<str>>>,
    /// Whether there was a site before.
    has_site: bool,
}

impl Texts {
    /// Reads those again that have changed.
    pub fn read<'a>(&mut self, root: &Path, changed: impl IntoIterator<Item = &'a String>) {
        for path in changed.into_iter().filter(|path| is_text(path)) {
            self.seen.insert(path.clone(), text(&root.join(path)));
        }
    }

    /// What was edited since the last site, for the site that shows it. There must have been one.
    pub fn edits(&mut self) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (path, now) in std::mem::take(&mut self.seen) {
            let before = match &now {
                Some(text) => self.shown.insert(path.clone(), Arc::clone(text)),
                None => self.shown.remove(&path),
            };
            if before != now && self.has_site {
                edits.push(Edit { path: path.into(), before, now });
            }
        }
        self.has_site = true;
        edits
    }
}

fn is_text(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    path.starts_with("content/") && ending.is_some_and(|ending| ending == "md" || ending == "markdown")
}

/// What cannot be read is for the build to name.
fn text(file: &Path) -> Option<Arc<str>> {
    let is_short = std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LONGEST);
    is_short.then(|| std::fs::read_to_string(file).ok().map(Arc::from))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_what_the_site_before_did_not_show() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("content")).unwrap();
        let file = root.path().join("content/a.md");
        let all = ["content/a.md", "content/b.png", "config/config.toml"].map(str::to_owned);
        let said = |edits: Vec<Edit>| -> Vec<_> {
            let text = |text: Option<Arc<str>>| text.map(|text| text.to_string());
            edits.into_iter().map(|edit| (text(edit.before), text(edit.now))).collect()
        };
        let mut texts = Texts::default();
        std::fs::write(&file, "one").unwrap();
        texts.read(root.path(), &all);
        assert_eq!(said(texts.edits()), []);

        std::fs::write(root.path().join("content/new.MD"), "new").unwrap();
        texts.read(root.path(), &["content/new.MD".to_owned()]);
        assert_eq!(said(texts.edits()), [(None, Some("new".into()))]);

        // What no site could be made of is not forgotten.
        std::fs::write(&file, "wrong").unwrap();
        texts.read(root.path(), &all);
        std::fs::write(&file, "two").unwrap();
        texts.read(root.path(), &all);
        assert_eq!(said(texts.edits()), [(Some("one".into()), Some("two".into()))]);

        texts.read(root.path(), &all);
        assert_eq!(said(texts.edits()), []);
        std::fs::remove_file(&file).unwrap();
        texts.read(root.path(), &all);
        assert_eq!(said(texts.edits()), [(Some("two".into()), None)]);
    }
}
