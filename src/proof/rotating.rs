//! Exchanging the key that signs the log: the old key signs the new one, or an earlier entry has named its digest.
//!
//! Each `key` entry holds the digest of the key that may follow. Who has lost his key, or knows that somebody else has it, goes on with the
//! one that was named before; a thief who does not have that one cannot.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::entry::{Entry, Fields, fields};
use super::folder::Stored;
use super::log::Kind;
use super::recording::{Recorded, with_entry};
use super::signing::{self, IDENTITY, NAMESPACE, new_key, public_key};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::record::store::Store;
use crate::site_dir::SiteDir;

/// What the old key's signature under a new one is for.
const OF_KEYS: &str = "trackrecord-key";

/// Why a key is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// As it was meant: the old key signs the new one.
    Planned,
    /// The old key is not there any more.
    Lost,
    /// Somebody else may have it.
    Stolen,
}

impl Why {
    fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
        }
    }
}

/// Has another key sign the log from now on: one of the owner's, or the next one in `private/`.
///
/// # Errors
/// The log is not signed; the old key cannot be used, or where it is not to be, the new one is not the one that was named.
pub fn rotate(site: &SiteDir, config: &Config, own: Option<&Path>, why: Why, now: DateTime<Utc>) -> Result<Recorded> {
    let mut store = Store::open(site)?;
    let Some(stored) = Stored::read(site)?.filter(|_| site.proof_signers().exists()) else {
        return Err(Error::usage("the log is not signed, so there is no key to exchange")
            .hint("`trackrecord proof key` has it signed"));
    };
    let keys: Vec<&Entry> =
        stored.iter().filter(|(line, _)| line.kind == Kind::Key).map(|(_, entry)| entry).collect();
    let count = keys.len();
    let last = keys.last().ok_or_else(|| Error::data("the log names no key").at(Place::file(site.proof_log())))?;
    let old = last.text("public_key").unwrap_or_default().to_owned();
    let named = last.text("next").map(str::to_owned);
    // Nothing is made where the old key cannot sign it.
    let signer = (why == Why::Planned).then(|| signing::key(site)).transpose()?;
    let key = chosen(site, own, count + 1, why)?;
    let public = public_key(&key)?;
    if public == old {
        return Err(Error::usage("this is the key that signs already").at(Place::file(key)));
    }
    let is_named = named.as_deref() == Some(Digest::of(public.as_bytes()).to_string().as_str());
    if why != Why::Planned && !is_named {
        return Err(Error::refused(
            "without the old key only the one can follow whose digest the log has named, and this is not it",
        )
        .at(Place::file(key))
        .hint("name the next key with `--key`, or begin a new log: docs/proof.md says how"));
    }
    let next = public_key(&new_key(site, count + 2)?)?;
    let mut says = entry(&public, &next);
    says.insert("reason".to_owned(), why.as_str().into());
    if let Some(signer) = signer {
        let signature = signing::signature(&signer, OF_KEYS, public.as_bytes())?;
        says.insert("signed_by_the_one_before".to_owned(), String::from_utf8_lossy(&signature).into_owned().into());
    }
    let entries = stored.log.lines().len();
    let (mut files, recorded) = with_entry(site, config, now, stored, (Kind::Key, says))?;
    if recorded.entries == entries {
        return Err(Error::refused("the key could not be recorded").because(recorded.remarks.join("; ")));
    }
    let at = now.format("%Y%m%d%H%M%SZ");
    let path = site.proof_signers();
    let before = std::fs::read_to_string(&path).map_err(|error| Error::io("read the signers", &path, error))?;
    let ended = before.replace(&format!(" {old}\n"), &format!(",valid-before=\"{at}\" {old}\n"));
    let signers = format!("{ended}{IDENTITY} namespaces=\"{NAMESPACE}\",valid-after=\"{at}\" {public}\n");
    files.write(path, signers.into_bytes());
    files.write(site.proof_key_path(), signing::written(site, &key));
    store.replace(files)?;
    Ok(recorded)
}

/// What the entry of a key says.
pub fn entry(public: &str, next: &str) -> Fields {
    let next = Digest::of(next.as_bytes()).to_string();
    fields([("public_key", public.into()), ("next", next.into())])
}

/// The key that follows.
fn chosen(site: &SiteDir, own: Option<&Path>, number: usize, why: Why) -> Result<PathBuf> {
    match own {
        Some(own) => std::path::absolute(own).map_err(|error| Error::io("find the key", own, error)),
        None if why == Why::Planned => new_key(site, number),
        None => {
            let next = site.proof_private().join(format!("key-{number}"));
            if next.exists() {
                return Ok(next);
            }
            Err(Error::refused("the key that the log has named next is not there").at(Place::file(next)).hint(
                "name the copy that you keep with `--key FILE`; without it, begin a new log: docs/proof.md says how",
            ))
        }
    }
}

/// Whether a key may follow another: its digest was named, or the other has signed it. `None` where only `ssh-keygen` could tell, and it is
/// not there.
///
/// # Errors
/// Why it may not.
pub fn may_follow(before: &Entry, after: &Entry) -> Option<Result<(), String>> {
    let (Some(old), Some(new)) = (before.text("public_key"), after.text("public_key")) else {
        return Some(Err("it names no key".to_owned()));
    };
    if before.text("next") == Some(Digest::of(new.as_bytes()).to_string().as_str()) {
        return Some(Ok(()));
    }
    let Some(signature) = after.text("signed_by_the_one_before") else {
        return Some(Err("the key before has not signed it, and nothing has named its digest".to_owned()));
    };
    signing::verified_by(old, OF_KEYS, signature.as_bytes(), new.as_bytes())
}

#[cfg(test)]
#[path = "rotating_tests.rs"]
mod tests;
