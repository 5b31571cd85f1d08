//! Time stamps over what was sealed, each over one item alone: they say when it was there at the latest, however late its entry was
//! stamped.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::stamping::token::Token;
use crate::digest::Digest;

/// The tokens over items with the names of their files, by the digest of the item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemStamps(BTreeMap<Digest, Vec<(String, Token)>>);

impl ItemStamps {
    /// The tokens in files of `stamps/items/`, by their names.
    ///
    /// # Errors
    /// The first that is no token, or is over something else than its name says.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a (String, Vec<u8>)>) -> Result<Self, String> {
        let mut all: BTreeMap<Digest, Vec<(String, Token)>> = BTreeMap::new();
        for (name, bytes) in files {
            let token = Token::parse(bytes).map_err(|why| format!("stamps/items/{name} is no time stamp: {why}"))?;
            match digest_of(name) {
                Some(digest) if digest == token.imprint => {
                    all.entry(digest).or_default().push((name.clone(), token));
                }
                _ => return Err(format!("stamps/items/{name} stamps something else than its name says")),
            }
        }
        Ok(Self(all))
    }

    /// All of them with the names of their files.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.0.values().flatten().map(|(name, token)| (name.as_str(), token))
    }

    /// The tokens over one item.
    pub fn over(&self, item: Digest) -> impl Iterator<Item = &Token> {
        self.0.get(&item).into_iter().flatten().map(|(_, token)| token)
    }

    /// When an item was stamped first, by the authority's clock.
    pub fn first(&self, item: Digest) -> Option<DateTime<Utc>> {
        self.over(item).map(|token| token.time).min()
    }

    /// The items that are stamped.
    pub fn items(&self) -> impl Iterator<Item = Digest> {
        self.0.keys().copied()
    }
}

/// The name of an authority's answer for an item: `<digest>.a.tsr`.
pub fn file_of(item: Digest, authority: usize) -> String {
    format!("{item}.{}.tsr", super::stamps::letter(authority))
}

/// Which item the answer of such a name is for.
pub fn digest_of(name: &str) -> Option<Digest> {
    let (digest, letter) = name.strip_suffix(".tsr")?.split_once('.')?;
    let is_letter = letter.len() == 1 && letter.bytes().all(|letter| letter.is_ascii_lowercase());
    digest.parse().ok().filter(|parsed: &Digest| is_letter && parsed.to_string() == digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::stamping::token::answer_of;

    #[test]
    fn an_answer_counts_for_the_item_that_its_name_says_and_for_no_other() {
        let (item, other) = (Digest::of(b"one"), Digest::of(b"other"));
        let answer =
            |authority: usize, time: &str, name: &str| (file_of(item, authority), answer_of(b"one", time, name));
        let files = [answer(0, "20260127100000Z", "A"), answer(1, "20260127095959Z", "B")];
        let stamps = ItemStamps::of(&files).unwrap();
        let first = stamps.first(item).unwrap();
        assert_eq!((first.to_string().as_str(), stamps.over(item).count()), ("2026-01-27 09:59:59 UTC", 2));
        assert_eq!((stamps.first(other), stamps.over(other).count()), (None, 0));
        assert!(stamps.items().eq([item]));
        let wrong = [(file_of(other, 0), files[0].1.clone())];
        assert!(ItemStamps::of(&wrong).unwrap_err().contains("something else than its name says"));
        let none = [(file_of(item, 0), b"<html>".to_vec())];
        assert!(ItemStamps::of(&none).unwrap_err().contains("is no time stamp"));
    }

    #[test]
    fn a_name_is_written_in_one_way() {
        let item = Digest::of(b"one");
        assert_eq!(digest_of(&file_of(item, 1)), Some(item));
        let digits = item.to_string();
        for wrong in [format!("{}.a.tsr", digits.to_uppercase()), format!("{digits}.ab.tsr"), format!("{digits}.tsr")]
        {
            assert_eq!(digest_of(&wrong), None, "{wrong}");
        }
    }
}
