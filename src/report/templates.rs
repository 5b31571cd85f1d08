//! `report.typ` and what it may import: the program's own, and what a site puts in front of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::syntax::Source;

use crate::digest::sha256;
use crate::render::embedded::embedded;
use crate::{Error, Place, Result};

use super::paths::{MAIN, id_of};

/// By this name a site's own template can import the program's.
const EMBEDDED: &str = "default/report.typ";

/// What belongs to the pages and not to the reports.
const OF_THE_PAGES: [&str; 3] = ["html", "css", "js"];

/// Templates and the plain files beside them, in memory.
pub struct Templates {
    sources: BTreeMap<String, Source>,
    files: BTreeMap<String, Bytes>,
    /// The paths of those that lie in the site's own folder.
    own: BTreeSet<String>,
    folder: PathBuf,
    digest: String,
}

impl Templates {
    /// The program's template, and what lies in a site's `templates/` folder, where there is one.
    ///
    /// # Errors
    /// A file that cannot be read, or a `.typ` file that is not UTF-8.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
            collect(folder, folder, &mut found)?;
        }
        let own = found.keys().cloned().collect();
        let built_in =
            embedded(MAIN).ok_or_else(|| Error::internal(format!("`{MAIN}` is missing in the program")))?;
        found.entry(MAIN.into()).or_insert_with(|| built_in.to_vec());
        found.insert(EMBEDDED.into(), built_in.to_vec());
        let mut templates = Self {
            sources: BTreeMap::new(),
            files: BTreeMap::new(),
            own,
            folder: folder.map_or_else(|| PathBuf::from("templates"), Path::to_path_buf),
            digest: digest(&found),
        };
        for (path, content) in found {
            templates.add(path, content)?;
        }
        Ok(templates)
    }

    fn add(&mut self, path: String, content: Vec<u8>) -> Result<()> {
        if !path.ends_with(".typ") {
            self.files.insert(path, Bytes::new(content));
            return Ok(());
        }
        let text = String::from_utf8(content).map_err(|cause| {
            Error::configuration("the template is not UTF-8").at(Place::file(self.folder.join(&path))).because(cause)
        })?;
        if let Some(id) = id_of(&path) {
            self.files.insert(path.clone(), Bytes::from_string(text.clone()));
            self.sources.insert(path, Source::new(id, text));
        }
        Ok(())
    }

    /// A template.
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.get(path)
    }

    /// A plain file.
    pub fn file(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }

    /// Where a template lies on disk; `None` for the program's own.
    pub fn place(&self, path: &str) -> Option<PathBuf> {
        self.own.contains(path).then(|| self.folder.join(path))
    }

    /// The digest of all of them.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The texts of the site's own templates, which may say anything.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.sources.iter().filter(|(path, _)| self.own.contains(*path));
        own.map(|(path, source)| (path.as_str(), source.text()))
    }
}

fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let all: String = files.iter().map(|(path, content)| format!("{} {path}\n", sha256(content, 64))).collect();
    sha256(all.as_bytes(), 64)
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    let read = |cause| Error::io("read the templates", folder, cause);
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let of_the_pages =
            path.extension().is_some_and(|extension| OF_THE_PAGES.iter().any(|known| extension == *known));
        if path.is_dir() {
            collect(root, &path, found)?;
        } else if !of_the_pages {
            let content = std::fs::read(&path).map_err(|cause| Error::io("read", &path, cause))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.insert(name, content);
        }
    }
    Ok(())
}
