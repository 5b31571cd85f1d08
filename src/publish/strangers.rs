//! A branch that holds what no publication has put there: it is not emptied without a word.

use std::collections::BTreeSet;

use super::commit::EMAIL;
use super::domain::CNAME;
use super::remote::{Author, Remote, Tip};
use crate::error::{Error, Result};
use crate::site::output::{KEEP, MANIFEST, listed_in};

/// Refuses to replace files that are not ours and, where the branch starts afresh, to drop a commit that is not.
///
/// # Errors
/// Whose commit it is, and how many files.
pub fn refuse(remote: &Remote, tip: &Tip, starts_afresh: bool) -> Result<()> {
    let ours = match tip.files.get(MANIFEST) {
        Some(content) => listed_in(&String::from_utf8_lossy(&remote.read(content)?)),
        None => BTreeSet::new(),
    };
    // Hosts write some files themselves, when a domain is entered or a branch is made.
    let is_ours = |path: &str| [MANIFEST, CNAME, KEEP, ".nojekyll"].contains(&path) || ours.contains(path);
    let others: Vec<&str> = tip.files.keys().map(String::as_str).filter(|path| !is_ours(path)).collect();
    let Author { name, email, time } = remote.author(&tip.commit)?;
    let commit = tip.commit.get(..10).unwrap_or(&tip.commit);
    let who = format!("{name} committed {commit} on {time}");
    let place = format!("{} of {}", remote.branch(), remote.redacted());
    let history = if starts_afresh { "its history goes" } else { "its history stays" };
    match others.as_slice() {
        [first, ..] => {
            let files = match others.len() {
                1 => "a file that was".to_owned(),
                count => format!("{count} files that were"),
            };
            Err(Error::refused(format!("{place} holds {files} not published from here, such as {first}; {who}"))
                .hint("publish to a branch for the pages alone: `--branch gh-pages`")
                .hint(format!("if they are to go, say so with `--replace`; {history}")))
        }
        [] if starts_afresh && email != EMAIL && !tip.files.is_empty() => Err(Error::refused(format!(
            "the newest commit on {place} was not made here, and `--fresh` would drop it; {who}"
        ))
        .hint("look at it; if it is to go, say so with `--replace`")),
        [] => Ok(()),
    }
}
