//! Time stamps by authorities (RFC 3161): somebody else says when he saw the log.

pub mod asking;
mod der;
pub mod openssl;
pub mod ots;
pub mod token;
pub mod waiting;

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use asking::{Asked, Manners, ask};

use openssl::{Said, Vouching};
use token::Token;

use super::folder::read_log;
use super::log::Log;
use super::stamps::file_of;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::record::store::{FileSet, Store};
use crate::site_dir::SiteDir;

/// What became of stamping the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamped {
    /// Over how many lines.
    pub lines: usize,
    /// Who stamped them, and when; empty where they were stamped already.
    pub by: Vec<(String, DateTime<Utc>)>,
    /// Who stamped what is held back, and when; once for each thesis and plan.
    pub held_back: Vec<(String, DateTime<Utc>)>,
    /// Whether there are certificates that vouch for them.
    pub is_vouched_for: bool,
    /// Who did not, and why, a sentence each.
    pub failures: Vec<String>,
}

/// Has the log stamped as it is now by the authorities of the configuration that have not stamped it yet, if the site records at
/// all, and after it each thesis and plan that is held back and waits. While they are asked others may write.
///
/// # Errors
/// A log that was changed, a folder that cannot be written to. An authority that fails is no error.
pub fn stamp(site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Result<Stamped> {
    let mut stamped = stamp_with(site, config, now, Manners::default())?;
    stamped.failures.extend(ots::stamp(site, config)?);
    waiting::stamp(site, config, now, Manners::default(), &mut stamped)?;
    Ok(stamped)
}

pub(super) fn stamp_with(site: &SiteDir, config: &Config, now: DateTime<Utc>, manners: Manners) -> Result<Stamped> {
    if config.proof.authorities.is_empty() || !site.proof_log().exists() {
        return Ok(Stamped::default());
    }
    let Some(log) = read(site)? else { return Ok(Stamped::default()) };
    let lines = log.lines().len();
    let mut stamped = Stamped { lines, ..Stamped::default() };
    let path = |authority: usize| site.proof_stamps().join(file_of(lines, authority));
    stamped.by = answers(site, config, (log.head(), "the log"), path, (now, manners), &mut stamped)?;
    Ok(stamped)
}

/// Has those who have not done so yet stamp a digest, and keeps their answers at a path for each; who they were, and when.
fn answers(
    site: &SiteDir,
    config: &Config,
    (digest, of): (Digest, &str),
    path: impl Fn(usize) -> PathBuf,
    (now, manners): (DateTime<Utc>, Manners),
    stamped: &mut Stamped,
) -> Result<Vec<(String, DateTime<Utc>)>> {
    let all = config.proof.authorities.iter().map(String::as_str).enumerate();
    let missing: Vec<(usize, &str)> = all.filter(|(authority, _)| !path(*authority).exists()).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let asked = ask(site, &missing, digest, now, manners)?;
    let vouching = Vouching::read(&site.proof_authorities())?;
    stamped.is_vouched_for = vouching.is_some();
    let mut store = Store::open(site)?;
    let (mut files, mut by) = (FileSet::default(), Vec::new());
    for Asked { authority, host, answer } in asked {
        match answer.and_then(|answer| believed(answer, vouching.as_ref())) {
            Ok((bytes, token)) => {
                by.push((token.authority, token.time));
                files.write(path(authority), bytes);
            }
            Err(why) => stamped.failures.push(format!("{host} did not stamp {of}: {why}")),
        }
    }
    store.replace(files)?;
    Ok(by)
}

/// An answer, unless it is signed by somebody for whom none of the certificates vouches. Where there are none, or no openssl, that cannot
/// be told.
fn believed(answer: (Vec<u8>, Token), vouching: Option<&Vouching>) -> Result<(Vec<u8>, Token), String> {
    let Some(vouching) = vouching else { return Ok(answer) };
    let (bytes, token) = &answer;
    match vouching.say_of_answer(bytes, token) {
        Ok(Said::Fails(why)) => Err(format!(
            "its answer was discarded: it is not signed by whom the certificates in data/proof/tsa/ vouch for: {why}"
        )),
        Ok(Said::Holds | Said::Held | Said::NotThere) => Ok(answer),
        Err(error) => Err(error.to_string()),
    }
}

/// The log as it is when nobody is writing.
fn read(site: &SiteDir) -> Result<Option<Log>> {
    let _store = Store::open(site)?;
    read_log(site)
}

#[cfg(test)]
#[path = "stamping_tests.rs"]
mod tests;
