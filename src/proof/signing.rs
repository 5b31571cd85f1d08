//! Signatures over the log, made and checked by `ssh-keygen`: keys with a passphrase, in an agent or in hardware work as they do for ssh.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};

use super::folder::Stored;
use super::log::Kind;
use super::recording::{Recorded, with_entry};
use super::rotating;
use crate::config::Config;
use crate::error::{Error, Place, Result};
use crate::record::store::{FileSet, Store};
use crate::site_dir::SiteDir;

/// What signatures are for, so that none of another use can be taken for one.
pub const NAMESPACE: &str = "trackrecord-log";

/// Who signs, as the list of signers names him.
pub const IDENTITY: &str = "trackrecord";

/// Gives a site a key to sign its log with: a new one, or one that is there already. The log says from then on which it is.
///
/// # Errors
/// There is a key already; `ssh-keygen` is not there or refuses; the site has no log.
pub fn begin_signing(site: &SiteDir, config: &Config, own: Option<&Path>, now: DateTime<Utc>) -> Result<Recorded> {
    let mut store = Store::open(site)?;
    let stored = Stored::read(site)?.ok_or_else(|| {
        Error::usage("this site keeps no log yet, so there is nothing to sign")
            .hint("`trackrecord proof init` begins its log")
    })?;
    if site.proof_signers().exists() {
        return Err(Error::usage("the log has a key already")
            .at(Place::file(site.proof_signers()))
            .hint("`trackrecord proof rotate` exchanges its key"));
    }
    let key = match own {
        Some(own) => std::path::absolute(own).map_err(|error| Error::io("find the key", own, error))?,
        None => new_key(site, 1)?,
    };
    let public = public_key(&key)?;
    let says = rotating::entry(&public, &public_key(&new_key(site, 2)?)?);
    let (mut files, recorded) = with_entry(site, config, now, stored, (Kind::Key, says))?;
    let since = now.format("%Y%m%d");
    let signers = format!("{IDENTITY} namespaces=\"{NAMESPACE}\",valid-after=\"{since}Z\" {public}\n");
    files.write(site.proof_signers(), signers.into_bytes());
    files.write(site.proof_key_path(), written(site, &key));
    store.replace(files)?;
    Ok(recorded)
}

/// How it is written where the key is: one beside the seed goes along when the site is moved.
pub(super) fn written(site: &SiteDir, key: &Path) -> Vec<u8> {
    let name = key.strip_prefix(site.proof_private()).unwrap_or(key);
    format!("{}\n", name.display()).into_bytes()
}

/// The key that signs.
///
/// # Errors
/// It is not there.
pub(super) fn key(site: &SiteDir) -> Result<PathBuf> {
    let path = site.proof_key_path();
    let text = std::fs::read_to_string(&path).map_err(|error| Error::io("read where the key is", &path, error))?;
    let named = Path::new(text.trim_end());
    // Earlier versions wrote the whole path of a key beside the seed, and the site may have been moved since.
    let is_beside_seed = |parent: &Path| parent.as_os_str().is_empty() || parent.ends_with("data/proof/private");
    let name = named.file_name().filter(|_| named.parent().is_none_or(is_beside_seed));
    let beside_seed = name.map(|name| site.proof_private().join(name));
    let there = [named.is_absolute().then(|| named.to_path_buf()), beside_seed];
    there.into_iter().flatten().find(|key| key.exists()).ok_or_else(|| {
        Error::refused("the key that signs the log is not there").at(Place::file(named)).hint(
            "restore it from a backup; if it is lost, `trackrecord proof rotate --lost --key FILE` goes on with the key that the log has \
             named next (docs/proof.md)",
        )
    })
}

/// The first, second, ... key without a passphrase beside the seed. It is made where it is not there.
pub fn new_key(site: &SiteDir, number: usize) -> Result<PathBuf> {
    let name = if number == 1 { "key".to_owned() } else { format!("key-{number}") };
    let path = site.proof_private().join(&name);
    if path.exists() {
        return Ok(path);
    }
    // It is there whole or not at all: a program that is killed, or a disk that is full, leaves half a key in a folder that goes.
    let making = site.proof_private().join(format!("{name}.tmp"));
    let not_made = |error| Error::io("make a key", &making, error);
    if making.exists() {
        std::fs::remove_dir_all(&making).map_err(not_made)?;
    }
    std::fs::create_dir_all(&making).map_err(not_made)?;
    let made = making.join("key");
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-C", IDENTITY, "-f"]).arg(&made);
    said(command, b"", "make a key")?;
    public_key(&made)?;
    let public = |key: &Path| key.with_added_extension("pub");
    std::fs::rename(public(&made), public(&path)).map_err(not_made)?;
    std::fs::rename(&made, &path).map_err(not_made)?;
    std::fs::remove_dir_all(&making).map_err(not_made)?;
    Ok(path)
}

/// The key's kind and content, without the comment, which may name a person.
pub fn public_key(key: &Path) -> Result<String> {
    let public = match key.extension() {
        Some(ending) if ending == "pub" => key.to_path_buf(),
        _ => PathBuf::from(format!("{}.pub", key.display())),
    };
    let text = std::fs::read_to_string(&public).map_err(|error| Error::io("read the public key", &public, error))?;
    let mut words = text.split_whitespace();
    match (words.next(), words.next()) {
        (Some(kind), Some(content)) if text.lines().count() == 1 => Ok(format!("{kind} {content}")),
        _ => Err(Error::data("it is no public key of ssh").at(Place::file(public))),
    }
}

/// Signs the log as it is now, if the site has a key and has not signed it yet. Whether it did.
///
/// # Errors
/// `ssh-keygen` is not there, or the key cannot be used now.
pub fn sign(site: &SiteDir) -> Result<bool> {
    if !site.proof_signers().exists() {
        return Ok(false);
    }
    let mut store = Store::open(site)?;
    let Some(stored) = Stored::read(site)? else { return Ok(false) };
    let target = site.proof_stamps().join(format!("{}.sig", stored.log.lines().len()));
    if target.exists() {
        return Ok(false);
    }
    let signature = signature(&key(site)?, NAMESPACE, stored.log.text().as_bytes())?;
    let mut files = FileSet::default();
    files.write(target, signature);
    store.replace(files)?;
    Ok(true)
}

/// A key's signature over some bytes.
pub fn signature(key: &Path, namespace: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-Y", "sign", "-n", namespace, "-f"]).arg(key);
    said(command, bytes, "sign")
}

/// Whether a signature over some bytes is one of this key; otherwise what `ssh-keygen` says. `None` where it is not there.
pub fn verified_by(public: &str, namespace: &str, signature: &[u8], bytes: &[u8]) -> Option<Result<(), String>> {
    let signers = format!("{IDENTITY} namespaces=\"{namespace}\" {public}\n");
    let (Ok(signers), Ok(signature)) = (temporary(signers.as_bytes()), temporary(signature)) else {
        return Some(Err("a temporary file cannot be written".to_owned()));
    };
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-n", namespace, "-I", IDENTITY, "-f"]).arg(signers.path());
    command.arg("-s").arg(signature.path());
    match said(command, bytes, "check the signature") {
        Ok(_) => Some(Ok(())),
        Err(error) if error.message().contains(NOT_THERE) => None,
        Err(error) => Some(Err(error.causes().join(", "))),
    }
}

/// A file for another program to read, until it is dropped.
///
/// # Errors
/// It cannot be written.
pub fn temporary(content: &[u8]) -> Result<tempfile::NamedTempFile> {
    let written = tempfile::NamedTempFile::new().and_then(|mut file| file.write_all(content).map(|()| file));
    written.map_err(|error| Error::internal("cannot write a temporary file").because(error))
}

const NOT_THERE: &str = "`ssh-keygen` cannot be run";

/// What a command prints that gets these bytes.
fn said(mut command: Command, bytes: &[u8], doing: &str) -> Result<Vec<u8>> {
    let not_there = |error: std::io::Error| {
        Error::configuration(format!("cannot {doing}: {NOT_THERE}"))
            .because(error)
            .hint("install OpenSSH's client (9.1 or later)")
    };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().map_err(not_there)?;
    if let Some(mut input) = running.stdin.take() {
        // Whoever does not listen says why.
        let _ = input.write_all(bytes);
    }
    let output = running.wait_with_output().map_err(not_there)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    Err(Error::refused(format!("cannot {doing}")).because(words.join(" ").trim().to_owned()))
}

#[cfg(test)]
#[path = "signing_tests.rs"]
mod tests;
