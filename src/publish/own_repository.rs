//! The repository that the site is kept in, if there is one: it is asked for the remote's address and how to log in there,
//! and nothing in it is changed.

use std::path::{Path, PathBuf};

use super::address::is_address;
use super::git::{Git, Ran};
use super::settings::{self, Setting};
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// The site's own repository.
pub struct Asked<'a> {
    /// The `git` program to ask.
    pub git: &'a Git,
    /// The folder of the site.
    pub root: &'a Path,
}

impl Asked<'_> {
    /// Runs git in it.
    pub fn run(&self, arguments: &[&str]) -> Result<Ran> {
        self.git.run(self.root, arguments, b"")
    }

    /// The address of a remote to which a push would go, as it is written: git shortens and completes addresses itself.
    pub fn address(&self, name: &str, is_given: bool) -> Result<String> {
        let configured = |key: &str| self.run(&["config", "--get-all", &format!("remote.{name}.{key}")]);
        let found = configured("pushurl")?;
        let found = if found.success { found } else { configured("url")? };
        let top = self.run(&["rev-parse", "--show-toplevel"])?.text();
        if !found.success {
            let others = self.run(&["remote"])?.text().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let known = match others.as_slice() {
                [] => "it has none yet".to_owned(),
                others => format!("it has {}", others.join(", ")),
            };
            return Err(Error::configuration(format!("the site's repository has no remote `{name}`; {known}"))
                .at(Place::file(self.root))
                .hint(format!("name the repository of the pages: {BY_ADDRESS}")));
        }
        let is_its_own = is_same_folder(Path::new(&top), self.root);
        if !is_its_own && !top.is_empty() && !is_given {
            return Err(Error::refused(format!("the site lies inside the repository {top}, which is not its own"))
                .at(Place::file(self.root))
                .hint(format!(
                    "say that its remote is meant, with `--remote {name}`, or name another: {BY_ADDRESS}"
                )));
        }
        let address = found.text().lines().next().unwrap_or_default().to_owned();
        if is_address(&address) {
            absolute(&address, Path::new(&top))
        } else {
            absolute(&format!("./{address}"), Path::new(&top))
        }
    }

    /// An address as git completes it, by `url.….insteadOf`.
    pub fn completed(&self, address: &str) -> Result<String> {
        let ran = self.run(&["ls-remote", "--get-url", address])?;
        Ok(if ran.success { ran.text() } else { address.to_owned() })
    }

    /// Every setting that holds in it, wherever it is written.
    pub fn settings(&self) -> Result<Vec<Setting>> {
        Ok(settings::listed(&self.run(&["config", "--includes", "-z", "--list"])?.out))
    }
}

const BY_ADDRESS: &str =
    "`trackrecord publish --remote https://github.com/NAME/REPO.git`, or `[publish] remote` in the configuration";

fn is_same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// A path as one that holds from anywhere; an address stays.
pub fn absolute(address: &str, from: &Path) -> Result<String> {
    let is_path = !address.contains("://") && Path::new(address).is_relative() && address.starts_with('.');
    if !is_path {
        return Ok(address.to_owned());
    }
    let path = from.join(address);
    let path = path
        .canonicalize()
        .or_else(|_| std::path::absolute(&path))
        .map_err(|cause| Error::io("find", &path, cause))?;
    Ok(path.to_string_lossy().into_owned())
}

/// A folder whose name looks like that of a remote.
pub fn folder_of_that_name(name: &str, site: &SiteDir) -> Option<String> {
    let found = [PathBuf::from(name), site.root().join(name)].into_iter().find(|path| path.is_dir())?;
    Some(found.canonicalize().ok()?.to_string_lossy().into_owned())
}

/// The error about a site that lies in no repository.
pub fn not_a_repository(site: &SiteDir, remote: &str, words: &str) -> Error {
    let place = Place::file(site.root());
    if words.contains("dubious ownership") || words.contains("unsafe repository") {
        return Error::refused("git does not trust this folder, because it belongs to somebody else")
            .at(place)
            .because(words.to_owned())
            .hint("take it over, or add it to git's `safe.directory`");
    }
    Error::configuration(format!("the site is kept in no git repository, so there is no remote `{remote}`"))
        .at(place)
        .hint(format!("name the repository of the pages: {BY_ADDRESS}"))
        .hint("docs/publishing.md starts from an empty GitHub account")
}
