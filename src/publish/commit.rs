//! From the files of the site to a commit on the remote's branch. Only the temporary repository is written.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::remote::{Remote, Tip};
use crate::error::{Error, ErrorKind, Result};
use crate::site::Files;

/// The address in our commits, by which they are known.
pub const EMAIL: &str = "publish@trackrecord.invalid";

/// Stores files byte for byte, with no filter, and names each content by path.
///
/// # Errors
/// A temporary file that cannot be written.
pub fn store(remote: &Remote, files: &Files) -> Result<BTreeMap<String, String>> {
    // Git reads them from a folder that nobody else writes to, under names that no file system makes others of.
    let folder = remote.beside("contents");
    std::fs::create_dir_all(&folder).map_err(|cause| Error::io("make the folder", &folder, cause))?;
    let mut lines = String::new();
    for (number, content) in files.values().enumerate() {
        let path = folder.join(number.to_string());
        std::fs::write(&path, content).map_err(|cause| Error::io("write", &path, cause))?;
        lines += &format!("{}\n", path.display());
    }
    let ran = remote.run(&["hash-object", "-w", "--no-filters", "--stdin-paths"], lines.as_bytes())?;
    let text = ran.expected("store the site's files")?.text();
    let contents: Vec<&str> = text.lines().collect();
    if contents.len() != files.len() {
        return Err(Error::internal("git stored another number of files than the site has"));
    }
    Ok(files.keys().zip(contents).map(|(path, content)| (path.clone(), content.to_owned())).collect())
}

/// Makes a tree of plain files.
///
/// # Errors
/// A path that git does not take.
pub fn tree(remote: &Remote, files: &BTreeMap<String, String>) -> Result<String> {
    let entries: String = files.iter().map(|(path, content)| format!("100644 {content}\t{path}\0")).collect();
    let ran = remote.run_as(0, &["update-index", "-z", "--index-info"], entries.as_bytes())?;
    if !ran.success {
        return Err(Error::data("git does not take the name of a file of the site")
            .because(ran.output)
            .hint("rename it in static/ or content/"));
    }
    Ok(remote.run_as(0, &["write-tree"], b"")?.expected("make a tree of the site")?.text())
}

/// The tree of a commit.
pub fn tree_of(remote: &Remote, commit: &str) -> Result<String> {
    let tree = format!("{commit}^{{tree}}");
    Ok(remote.run(&["rev-parse", "--verify", "--quiet", &tree], b"")?.expected("read a commit")?.text())
}

/// Makes a commit of a tree on top of another one, or on nothing.
pub fn commit(
    remote: &Remote,
    tree: &str,
    parent: Option<&str>,
    message: &str,
    now: DateTime<Utc>,
) -> Result<String> {
    let mut arguments = vec!["commit-tree", tree];
    arguments.extend(parent.into_iter().flat_map(|parent| ["-p", parent]));
    let ran = remote.run_as(now.timestamp(), &arguments, message.as_bytes())?;
    Ok(ran.expected("make a commit")?.text())
}

/// Pushes a commit, if the branch still stands where it was seen.
///
/// # Errors
/// The branch has moved, and who moved it; or the remote does not take it, and why.
pub fn push(remote: &Remote, commit: &str, seen: Option<&Tip>) -> Result<()> {
    let branch = remote.full_branch();
    let before = seen.map(|tip| tip.commit.as_str()).unwrap_or_default();
    let lease = format!("--force-with-lease={branch}:{before}");
    let what = format!("{commit}:{branch}");
    let push = ["push", "--porcelain", "--progress", "--no-verify", "--no-thin", "--no-follow-tags", "--no-signed"];
    let ran = remote.run(&[&push[..], &["--recurse-submodules=no", &lease, "pages", &what]].concat(), b"");
    let ran = match ran {
        Ok(ran) if ran.success => return Ok(()),
        Ok(ran) => ran,
        Err(error) if error.kind() == ErrorKind::Network => return unanswered(remote, commit, before, error),
        Err(error) => return Err(error),
    };
    let text = ran.text();
    let rejected = text.lines().find_map(|line| line.strip_prefix("!\t")).and_then(|line| line.split('\t').nth(1));
    let Some(reason) = rejected else {
        return unanswered(remote, commit, before, remote.failed("publish to", &ran.output));
    };
    if let Some(error) = moved(remote, reason, before)? {
        return Err(error);
    }
    let advice = match reason {
        _ if reason.contains("hook declined") || reason.contains("protected") => {
            "the server refuses it: see whether the branch is protected, or choose another with `--branch`"
        }
        _ if reason.contains("checked out") => {
            "the branch is checked out there: check out another one, or publish to a bare repository"
        }
        _ if reason.contains("fast-forward") => "the server keeps histories as they are: publish to another branch",
        _ if reason.contains("shallow") => "the server takes no commit whose history it does not have: try `--fresh`",
        _ => "the server says why",
    };
    let words: Vec<&str> = ran.output.lines().filter(|line| line.starts_with("remote:")).collect();
    let error =
        Error::refused(format!("{} does not take the commit on {}: {reason}", remote.redacted(), remote.branch()));
    let error = if words.is_empty() { error } else { error.because(words.join("\n")) };
    Err(error.hint(advice).hint("nothing was published"))
}

/// What became of a push that the remote did not answer: it may have taken the commit before the connection broke.
fn unanswered(remote: &Remote, commit: &str, before: &str, error: Error) -> Result<()> {
    let Some(now) = remote.branch_now() else {
        return Err(error.hint(
            "whether it was published is not known: `trackrecord publish --dry-run` says so once the remote answers again",
        ));
    };
    match now.as_deref().unwrap_or_default() {
        now if now == commit => Ok(()),
        now if now == before => Err(error.hint("the branch stands where it stood before: nothing was published")),
        now => Err(error.hint(format!(
            "the branch stands at {} now, which is neither what was there nor what was to be published: look at it first",
            now.get(..10).unwrap_or(now)
        ))),
    }
}

/// How git says that the branch is not where it was.
const MOVED: [&str; 5] = ["stale info", "fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref"];

/// The error about a branch that somebody moved meanwhile, if that is what happened.
fn moved(remote: &Remote, reason: &str, before: &str) -> Result<Option<Error>> {
    if !MOVED.iter().any(|sign| reason.contains(sign)) {
        return Ok(None);
    }
    remote.fetch()?;
    let Some(now) = remote.branches()?.remove(remote.branch()).filter(|now| now != before) else { return Ok(None) };
    let author = remote.author(&now)?;
    let short = now.get(..10).unwrap_or(&now);
    let who = format!("{} committed {short} on {}", author.name, author.time);
    Ok(Some(
        Error::busy(format!("{} of {} has moved meanwhile: {who}", remote.branch(), remote.redacted()))
            .hint("publish again, which puts this site on top of it; nothing was published"),
    ))
}
