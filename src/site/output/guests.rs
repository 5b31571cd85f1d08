//! What others put into the output folder, and what is left in peace there: a work tree of git, a host's file with the domain,
//! and what systems note about folders.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::{Error, Result};

/// A repository of git, or the file that leads to it. It is as private as the owner makes it, and nothing of it is read.
pub const GIT: &str = ".git";

/// The domain of the pages, which hosts look for.
pub const CNAME: &str = "CNAME";

/// What systems write into each folder that is looked at. It goes with the old site.
const LITTER: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// A folder beside the output that is older than this was left by a run that was ended.
const STALE: Duration = Duration::from_secs(3600);

/// How such folders begin.
pub const STAGE: &str = ".public-";

/// Whether a file or folder of the output is none that a build looks at: by its path there.
pub fn is_ignored(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path == GIT || LITTER.contains(&name)
}

/// Moves the repository from the old site, which now stands in the stage, into the new one.
///
/// # Errors
/// It cannot be moved.
pub fn moved_in(stage: &Path, dir: &Path) -> Result<()> {
    let (from, to) = (stage.join(GIT), dir.join(GIT));
    if fs::symlink_metadata(&from).is_err() {
        return Ok(());
    }
    fs::rename(&from, &to).map_err(|cause| Error::io("move back the repository to", &to, cause))
}

/// Looks through what earlier runs have left beside the output: a repository that one of them did not move back goes where it
/// belongs, and what is left of a site goes.
pub fn tidy(parent: &Path, dir: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_stage = entry.file_name().to_string_lossy().starts_with(STAGE);
        if !is_stage || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if fs::symlink_metadata(path.join(GIT)).is_ok() {
            let is_wanted = dir.is_dir() && fs::symlink_metadata(dir.join(GIT)).is_err();
            if !is_wanted || moved_in(&path, dir).is_err() {
                continue;
            }
        }
        let age =
            entry.metadata().and_then(|data| data.modified()).map(|time| SystemTime::now().duration_since(time));
        if age.is_ok_and(|age| age.is_ok_and(|age| age > STALE)) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}
