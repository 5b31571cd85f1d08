//! Whether the repository of the pages answers, without looking at what is in it.

use std::path::Path;

use super::git::Git;
use super::own_repository::Asked;
use super::remote::Remote;
use crate::config::{Config, Publish};
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;

/// Where the pages would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// Nobody has said it yet.
    NotSaid,
    /// To a program of the owner's.
    ByCommand(String),
    /// To a branch of a repository that answers.
    Branch {
        /// Its address, without a password.
        remote: String,
        /// Whether it has the branch.
        exists: bool,
    },
}

/// Asks the repository of the pages for its branch.
///
/// # Errors
/// No git, no such remote, or one that does not answer.
pub fn reached(site: &SiteDir, config: &Config) -> Result<Reached> {
    if let Some(program) = config.publish.command.first() {
        return Ok(Reached::ByCommand(program.clone()));
    }
    let is_default = config.publish.remote == Publish::default().remote;
    if is_default && !is_kept_in_git(site) {
        return Ok(Reached::NotSaid);
    }
    let remote = Remote::open(site, &config.publish.remote, false, &config.publish.branch)?;
    let shown = remote.redacted();
    let Some(tip) = remote.branch_now() else {
        return Err(Error::network(format!("{shown} does not answer"))
            .hint("look at the address, at how git logs in there, and at this computer's connection"));
    };
    Ok(Reached::Branch { remote: shown, exists: tip.is_some() })
}

fn is_kept_in_git(site: &SiteDir) -> bool {
    succeeds(site, &["rev-parse", "--git-dir"]) == Some(true)
}

/// Whether git says yes to a question in the site's folder; `None` where it cannot be asked.
fn succeeds(site: &SiteDir, question: &[&str]) -> Option<bool> {
    let git = Git::default();
    Asked { git: &git, root: site.root() }.run(question).ok().map(|ran| ran.success)
}

/// Whether git would leave a file of the site out of a commit; `None` where the site is in no repository.
pub fn is_ignored(site: &SiteDir, file: &Path) -> Option<bool> {
    if !is_kept_in_git(site) {
        return None;
    }
    let path = file.strip_prefix(site.root()).ok()?.to_str()?;
    // A file that is in the repository already is not ignored, whatever .gitignore says.
    succeeds(site, &["check-ignore", "--quiet", "--", path])
}
