//! What is held back is stamped before it is sealed: each item by its own digest, so that it proves its hour when it is opened.

use chrono::{DateTime, Utc};

use super::Stamped;
use super::asking::{Asked, Manners, ask};
use super::token::Token;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::proof::sealed::waiting;
use crate::record::store::{FileSet, Store};
use crate::site_dir::SiteDir;

/// The name of an authority's answer for an item: `<digest>.a.tsr`.
pub fn file_of(digest: Digest, authority: usize) -> String {
    let letter = u8::try_from(authority).map_or('z', |authority| char::from(b'a'.saturating_add(authority.min(25))));
    format!("{digest}.{letter}.tsr")
}

/// Which item a file of such a name is of.
pub fn digest_of(name: &str) -> Option<Digest> {
    let (digest, letter) = name.strip_suffix(".tsr")?.split_once('.')?;
    let is_letter = letter.len() == 1 && letter.bytes().all(|letter| letter.is_ascii_lowercase());
    digest.parse().ok().filter(|_| is_letter && digest.len() == 64)
}

/// When an item was stamped first, by answers that are of it; those that are not are passed over.
pub fn first(answers: &[(String, Vec<u8>)], digest: Digest) -> Option<DateTime<Utc>> {
    let of_it = answers.iter().filter(|(name, _)| digest_of(name) == Some(digest));
    of_it
        .filter_map(|(_, bytes)| Token::parse(bytes).ok())
        .filter(|token| token.imprint == digest)
        .map(|token| token.time)
        .min()
}

/// Has everything that waits stamped by those who have not stamped it yet.
pub(super) fn stamp(site: &SiteDir, config: &Config, now: DateTime<Utc>, manners: Manners) -> Result<Stamped> {
    let mut stamped = Stamped::default();
    for item in waiting(site)? {
        let digest = item.digest();
        let path = |authority: usize| site.proof_item_stamps().join(file_of(digest, authority));
        let all = config.proof.authorities.iter().map(String::as_str).enumerate();
        let missing: Vec<(usize, &str)> = all.filter(|(authority, _)| !path(*authority).exists()).collect();
        if missing.is_empty() {
            continue;
        }
        let asked = ask(site, &missing, digest, now, manners)?;
        let mut store = Store::open(site)?;
        let mut files = FileSet::default();
        for Asked { authority, host, answer } in asked {
            match answer {
                Ok((bytes, token)) => {
                    stamped.by.push((token.authority, token.time));
                    files.write(path(authority), bytes);
                }
                Err(why) => stamped.failures.push(format!("{host} did not stamp what is held back: {why}")),
            }
        }
        store.replace(files)?;
    }
    Ok(stamped)
}
