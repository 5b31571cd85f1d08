//! The empty site to start from: a configuration with every key explained, and pages to fill in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::SiteDir;
use crate::error::{Error, Result};
use crate::record::schema;
use crate::record::store::write_new;

static CONTENT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// The configuration with every key explained.
const CONFIG: &str = include_str!("../config/config.example.toml");

/// The site's `.gitignore`.
pub(crate) const GIT_IGNORE: &str = "\
# Account numbers, tokens and passwords
/config/local.toml
# What the broker said: private
/data/
# What the schedule did
/logs/
# What `trackrecord build` makes
/public/
/.cache/
# What a run that was killed may leave
.*.tmp
/.public-*/
";

/// What `init` did, as paths below the site's root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Started {
    /// Files it wrote.
    pub written: Vec<PathBuf>,
    /// Files that were there already and stayed as they were.
    pub kept: Vec<PathBuf>,
}

/// Makes an empty site: configuration, starter pages, and the folders for data and output.
///
/// No file is ever overwritten, so running it again restores only what is missing.
///
/// # Errors
/// A file or folder that cannot be written.
pub fn init(site: &SiteDir) -> Result<Started> {
    let mut files =
        BTreeMap::from([(site.config(), CONFIG.as_bytes()), (site.root().join(".gitignore"), GIT_IGNORE.as_bytes())]);
    let schema = schema::data_file();
    files.insert(site.schema(), schema.as_bytes());
    files.extend(starter_pages().into_iter().map(|(path, content)| (site.content().join(path), content)));
    let mut started = Started::default();
    for (path, content) in files {
        let list = if write_new(&path, content, false)? { &mut started.written } else { &mut started.kept };
        list.push(path.strip_prefix(site.root()).unwrap_or(&path).to_path_buf());
    }
    for folder in [site.commentary(), site.annotations(), site.data(), site.public()] {
        make_folder(&folder)?;
    }
    Ok(started)
}

/// What deploys a committed `public/` as GitHub Pages.
const WORKFLOW: &str = include_str!("../config/pages.yml");

/// Makes a site whose `public/` is committed and shown as GitHub Pages by a workflow of the repository it is kept in.
///
/// It writes what [`init`] does. Whether an earlier `.gitignore` still keeps `public/` out of the repository is for the
/// caller to look at, with [`ignores_public`].
///
/// # Errors
/// As [`init`].
pub fn init_with_pages(site: &SiteDir) -> Result<Started> {
    let ignored = GIT_IGNORE.replace("/public/\n", "");
    let files = [
        (site.root().join(".github/workflows/pages.yml"), WORKFLOW),
        (site.root().join(".gitignore"), ignored.as_str()),
    ];
    let mut started = Started::default();
    for (path, content) in files {
        if write_new(&path, content.as_bytes(), false)? {
            started.written.push(path.strip_prefix(site.root()).unwrap_or(&path).to_path_buf());
        }
    }
    let Started { written, kept } = init(site)?;
    started.kept = kept.into_iter().filter(|path| !started.written.contains(path)).collect();
    started.written.extend(written);
    Ok(started)
}

/// Whether the site's `.gitignore` keeps `public/` out of the repository.
pub fn ignores_public(site: &SiteDir) -> bool {
    let text = fs::read_to_string(site.root().join(".gitignore")).unwrap_or_default();
    text.lines().any(|line| line.trim().trim_matches('/') == "public")
}

/// The pages to fill in, by their path below `content/`.
pub(crate) fn starter_pages() -> BTreeMap<PathBuf, &'static [u8]> {
    files_of(&CONTENT)
}

/// All files of an embedded folder by path.
pub(crate) fn files_of(folder: &'static Dir<'static>) -> BTreeMap<PathBuf, &'static [u8]> {
    let mut files: BTreeMap<_, _> = folder.files().map(|file| (file.path().to_path_buf(), file.contents())).collect();
    for below in folder.dirs() {
        files.extend(files_of(below));
    }
    files
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| Error::io("make the folder", folder, cause))
}

#[cfg(test)]
#[path = "init_tests.rs"]
mod tests;
