//! `report.typ` and what it may import: the program's own, and what a site puts in front of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::syntax::{FileId, Source};

use crate::digest::sha256;
use crate::error::ErrorKind;
use crate::file_content::{FileContent, text};
use crate::render::embedded::embedded;
use crate::render::own_templates::OwnTemplates;
use crate::{Error, Result};

use super::paths::{CARD, MAIN, id_of};

/// In this folder a site's own templates find the program's.
const EMBEDDED: &str = "default/";

/// What belongs to the pages and not to the reports.
const OF_THE_PAGES: [&str; 4] = ["html", "xml", "css", "js"];

/// Templates and the plain files beside them, in memory.
pub struct Templates {
    sources: BTreeMap<String, Text>,
    files: BTreeMap<String, Bytes>,
    /// Those of the site, and where they lie.
    own: OwnTemplates,
    digest: String,
}

/// A template, which is parsed once something is typeset with it.
struct Text {
    id: FileId,
    text: String,
    source: OnceLock<Source>,
}

impl Text {
    fn source(&self) -> &Source {
        self.source.get_or_init(|| Source::new(self.id, self.text.clone()))
    }
}

impl Templates {
    /// The program's template, and the site's own.
    ///
    /// # Errors
    /// A `.typ` file that is not UTF-8.
    pub fn load(own: &OwnTemplates) -> Result<Self> {
        let of_ours = own.files().iter().filter(|(path, _)| is_of_reports(path));
        let mut found: BTreeMap<String, FileContent> =
            of_ours.map(|(path, content)| (path.clone(), content.clone())).collect();
        for name in [MAIN, CARD] {
            let built_in =
                embedded(name).ok_or_else(|| Error::internal(format!("`{name}` is missing in the program")))?;
            let built_in: FileContent = built_in.into();
            found.entry(name.into()).or_insert_with(|| built_in.clone());
            found.insert(format!("{EMBEDDED}{name}"), built_in);
        }
        let mut templates =
            Self { sources: BTreeMap::new(), files: BTreeMap::new(), own: own.clone(), digest: digest(&found) };
        for (path, content) in found {
            templates.add(path, content)?;
        }
        Ok(templates)
    }

    fn add(&mut self, path: String, content: FileContent) -> Result<()> {
        if path.ends_with(".typ")
            && let Some(id) = id_of(&path)
        {
            let text = text(&content, &self.own.place(&path), ErrorKind::Configuration)?;
            self.sources.insert(path.clone(), Text { id, text: text.to_owned(), source: OnceLock::new() });
        }
        self.files.insert(path, Bytes::new(content));
        Ok(())
    }

    /// A template.
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.get(path).map(Text::source)
    }

    /// A plain file.
    pub fn file(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }

    /// Where a template lies on disk; `None` for the program's own.
    pub fn place(&self, path: &str) -> Option<PathBuf> {
        self.is_own(path).then(|| self.own.place(path))
    }

    /// The digest of all of them.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The texts of the site's own templates, which may say anything.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.sources.iter().filter(|(path, _)| self.is_own(path));
        own.map(|(path, source)| (path.as_str(), source.text.as_str()))
    }

    fn is_own(&self, path: &str) -> bool {
        !path.starts_with(EMBEDDED) && self.own.get(path).is_some()
    }
}

fn digest(files: &BTreeMap<String, FileContent>) -> String {
    let all: String = files.iter().map(|(path, content)| format!("{} {path}\n", content.digest())).collect();
    sha256(all.as_bytes(), 64)
}

/// Whether a file in `templates/` does not belong to the pages alone.
fn is_of_reports(path: &str) -> bool {
    let ending = Path::new(path).extension();
    !ending.is_some_and(|ending| OF_THE_PAGES.iter().any(|known| ending == *known))
}
