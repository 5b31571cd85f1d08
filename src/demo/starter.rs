//! The empty site to start from, and the words of the demo laid over it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::write::{make_folder, put};
use crate::SiteDir;
use crate::error::Result;

static CONTENT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");
static DEMO_CONTENT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/demo/content");

/// The configuration with every key explained.
const CONFIG: &str = include_str!("../../config/config.example.toml");

/// What a site keeps out of its repository.
pub(super) const GIT_IGNORE: &str = "\
# Account numbers, tokens and passwords
config/local.toml
# What the broker said: private
data/
# What `trackrecord build` makes
public/
.cache/
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
/// No file is ever overwritten, so running it again brings back only what is missing.
///
/// # Errors
/// A file or folder that cannot be written.
pub fn init(site: &SiteDir) -> Result<Started> {
    let mut files =
        BTreeMap::from([(site.config(), CONFIG.as_bytes()), (site.root().join(".gitignore"), GIT_IGNORE.as_bytes())]);
    files.extend(content_of(&CONTENT).into_iter().map(|(path, content)| (site.content().join(path), content)));
    let mut started = Started::default();
    for (path, content) in files {
        let list = if write_missing(&path, content)? { &mut started.written } else { &mut started.kept };
        list.push(path.strip_prefix(site.root()).unwrap_or(&path).to_path_buf());
    }
    for folder in [site.commentary(), site.annotations(), site.data(), site.public()] {
        make_folder(&folder)?;
    }
    Ok(started)
}

/// Writes a file unless there is one; says whether it did.
pub(super) fn write_missing(path: &Path, content: &[u8]) -> Result<bool> {
    // A dangling link counts as a file: writing through it would surprise.
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    put(path, content).map(|()| true)
}

/// The demo's `content/`: the starter pages, with the demo's own words where it has some.
pub(super) fn demo_content() -> BTreeMap<PathBuf, &'static [u8]> {
    let mut content = content_of(&CONTENT);
    content.extend(content_of(&DEMO_CONTENT));
    content
}

/// All files of an embedded folder by path.
fn content_of(folder: &'static Dir<'static>) -> BTreeMap<PathBuf, &'static [u8]> {
    let mut files: BTreeMap<_, _> = folder.files().map(|file| (file.path().to_path_buf(), file.contents())).collect();
    for below in folder.dirs() {
        files.extend(content_of(below));
    }
    files
}
