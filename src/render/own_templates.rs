//! The site's own templates: the files below its `templates/`, read once for pages and reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::ErrorKind;
use crate::file_content::{FileContent, text};
use crate::site_dir::is_litter;
use crate::{Error, Place, Result};

/// Files by their path below the folder, written with `/`.
#[derive(Debug, Clone, Default)]
pub struct OwnTemplates {
    folder: PathBuf,
    files: BTreeMap<String, FileContent>,
}

impl OwnTemplates {
    /// Those of a site that has none.
    pub const fn none() -> Self {
        Self { folder: PathBuf::new(), files: BTreeMap::new() }
    }

    /// Every file below a folder, which need not exist. Hidden ones and what editors leave are none of ours.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut own = Self { folder: folder.to_path_buf(), files: BTreeMap::new() };
        if !folder.is_dir() {
            return Ok(own);
        }
        for entry in
            WalkDir::new(folder).follow_links(true).into_iter().filter_entry(|entry| is_ours(entry.path(), folder))
        {
            let entry = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry,
                // The lock of an editor is a hidden link that leads nowhere.
                Err(cause) if cause.path().is_some_and(|path| !is_ours(path, folder)) => continue,
                Err(cause) => {
                    let place = Place::file(cause.path().unwrap_or(folder));
                    return Err(Error::data("cannot read the templates").at(place).because(cause));
                }
            };
            let path = entry.path();
            let content = std::fs::read(path).map_err(|cause| Error::io("read", path, cause))?;
            let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
            own.files.insert(name, content.into());
        }
        Ok(own)
    }

    /// All of them.
    pub fn files(&self) -> &BTreeMap<String, FileContent> {
        &self.files
    }

    /// The file of this name, where there is one.
    pub fn get(&self, name: &str) -> Option<&FileContent> {
        self.files.get(name)
    }

    /// The text of the file of this name, where there is one.
    ///
    /// # Errors
    /// It is not UTF-8, with the place of the first byte that is not.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        let Some(content) = self.get(name) else { return Ok(None) };
        text(content, &self.place(name), ErrorKind::Configuration).map(Some)
    }

    /// Where a template of this name is or would be.
    pub fn place(&self, name: &str) -> PathBuf {
        let folder = if self.folder.as_os_str().is_empty() { Path::new("templates") } else { &self.folder };
        folder.join(name)
    }
}

fn is_ours(path: &Path, folder: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path == folder || !(name.starts_with('.') || is_litter(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_every_folder_and_what_is_hidden_is_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["foot.html", "parts/own.html", ".foot.html.swp", ".git/x.html", "foot.html~", "logo.svg"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let own = OwnTemplates::read(folder.path()).unwrap();
        assert_eq!(own.files().keys().collect::<Vec<_>>(), ["foot.html", "logo.svg", "parts/own.html"]);
        assert_eq!(own.text("parts/own.html").unwrap(), Some("parts/own.html"));
        assert_eq!(own.text("none.html").unwrap(), None);
        assert!(OwnTemplates::read(&folder.path().join("none")).unwrap().files().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_lock_of_an_editor_that_leads_nowhere_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("me@host.1234", folder.path().join(".#foot.html")).unwrap();
        assert!(OwnTemplates::read(folder.path()).unwrap().files().is_empty());
        std::os::unix::fs::symlink("nowhere.html", folder.path().join("foot.html")).unwrap();
        assert!(OwnTemplates::read(folder.path()).is_err());
    }

    #[test]
    fn a_template_that_is_no_text_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("foot.html"), b"<p>\n\xff").unwrap();
        let own = OwnTemplates::read(folder.path()).unwrap();
        let error = own.text("foot.html").unwrap_err();
        let path = folder.path().join("foot.html");
        assert_eq!(error.place(), Some(&Place { path, line: Some(2), column: Some(1) }));
        assert_eq!(error.hints().len(), 1);
    }
}
