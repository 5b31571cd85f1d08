//! OpenTimestamps: the program `ots` has public calendars put a digest into a Bitcoin block, which proves a time without any authority.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::super::log::Log;
use super::super::stamps::{Heads, Wrong, files};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::record::store::{FileSet, Store};
use crate::site_dir::SiteDir;

/// What every proof begins with: its kind, its version, and that a SHA-256 of a file follows.
const HEADER: &[u8] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08";

/// What stands in a proof before the number of a Bitcoin block: it is complete.
const BITCOIN: &[u8] = &[0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];

/// So long the program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// So many older proofs are completed in one run.
const MOST: usize = 5;

/// How programs are called.
const PROGRAM: &str = "ots";

/// The digest that a proof is of.
pub fn digest(bytes: &[u8]) -> Option<Digest> {
    Some(Digest::from_bytes(bytes.strip_prefix(HEADER)?.get(..32)?.try_into().ok()?))
}

/// Over how many lines the proof of such a name is: `12.ots`.
pub fn lines_of(name: &str) -> Option<usize> {
    let count = name.strip_suffix(".ots")?;
    count.parse().ok().filter(|lines: &usize| *lines > 0 && lines.to_string() == count)
}

/// Has the log as it is now put on its way into a block, where that is wanted, and completes earlier proofs. Says what failed, a
/// sentence each.
///
/// # Errors
/// A log that was changed, a folder that cannot be written to.
pub fn stamp(site: &SiteDir, config: &Config) -> Result<Vec<String>> {
    if !config.proof.opentimestamps || !site.proof_log().exists() {
        return Ok(Vec::new());
    }
    let Some(log) = super::read(site)? else { return Ok(Vec::new()) };
    let there = files(&site.proof_stamps(), |name| lines_of(name).is_some())?;
    let name = format!("{}.ots", log.lines().len());
    let mut files = FileSet::default();
    let mut failures = Vec::new();
    let mut take = |name: &str, made: Result<Option<Vec<u8>>, String>| match made {
        Ok(Some(bytes)) => files.write(site.proof_stamps().join(name), bytes),
        Ok(None) => {}
        Err(why) => failures.push(format!("{PROGRAM} did not stamp the log: {why}")),
    };
    if !there.iter().any(|(other, _)| *other == name) {
        take(&name, new(&log));
    }
    let incomplete = there.iter().rev().filter(|(other, bytes)| *other != name && !is_complete(bytes));
    for (name, bytes) in incomplete.take(MOST) {
        take(name, upgraded(bytes));
    }
    Store::open(site)?.replace(files)?;
    Ok(failures)
}

fn is_complete(bytes: &[u8]) -> bool {
    bytes.windows(BITCOIN.len()).any(|part| part == BITCOIN)
}

/// A new proof over the log.
fn new(log: &Log) -> Result<Option<Vec<u8>>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    std::fs::write(folder.path().join("log"), log.text()).map_err(|error| error.to_string())?;
    run(folder.path(), &["stamp", "log"])?;
    let bytes =
        std::fs::read(folder.path().join("log.ots")).map_err(|error| format!("it left no proof ({error})"))?;
    match digest(&bytes) {
        Some(digest) if digest == log.head() => Ok(Some(bytes)),
        _ => Err("its proof is not one of the log".to_owned()),
    }
}

/// A proof with more in it than before; nothing where the calendars have nothing yet.
fn upgraded(bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("log.ots");
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    // It also ends with an error where a proof is not complete yet.
    let _ = run(folder.path(), &["upgrade", "log.ots"]);
    let now = std::fs::read(&path).map_err(|error| error.to_string())?;
    Ok((now != bytes && digest(&now) == digest(bytes)).then_some(now))
}

/// Runs the program in a folder, and ends it where it takes too long.
fn run(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => "it is not installed; `pip install opentimestamps-client` has it".to_owned(),
        _ => error.to_string(),
    })?;
    let began = Instant::now();
    loop {
        match running.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("it ended with {status}")),
            Ok(None) if began.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _ = running.kill().and_then(|()| running.wait());
                return Err(format!("it took longer than {} s", LIMIT.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// How many proofs there are in a folder, each of which is over the lines that its name says.
///
/// # Errors
/// The outer one is about a file that cannot be read, the inner one is the first proof that is none.
pub fn checked(folder: &Path, log: &Log) -> Result<Result<usize, Wrong>> {
    let mut found = files(folder, |name| lines_of(name).is_some())?;
    found.sort_by_key(|(name, _)| lines_of(name));
    let mut heads = Heads::of(log);
    for (name, bytes) in &found {
        let lines = lines_of(name).unwrap_or_default();
        if heads.after(lines).is_none_or(|head| digest(bytes) != Some(head)) {
            let what = format!("stamps/{name} is no proof over the first {lines} lines");
            return Ok(Err(Wrong { lines, what }));
        }
    }
    Ok(Ok(found.len()))
}

#[cfg(test)]
#[path = "ots_tests.rs"]
mod tests;
