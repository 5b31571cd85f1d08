//! The time stamps over a log: who saw its first N lines, and when.
//!
//! A stamp over N lines is one over each entry up to N. [`Stamps::first`] says when an entry was stamped first, [`Stamps::by`] how
//! many authorities had stamped it by some instant, such as a first fill.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::log::Log;
use super::stamping::token::Token;
use crate::digest::{Digest, Running};
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// An authority's token over the beginning of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Over how many lines.
    pub lines: usize,
    /// The name of its file.
    pub file: String,
    /// What it says.
    pub token: Token,
}

/// Every token over a log, each of which is over the lines that it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps {
    /// By the number of lines.
    all: Vec<Stamp>,
    /// The place of the earliest token from each place on.
    earliest: Vec<usize>,
}

/// A file that is no stamp over the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Over how many lines it should be.
    pub lines: usize,
    /// What is wrong with it.
    pub what: String,
}

impl Wrong {
    /// The error of a site that has such a stamp of its own.
    pub fn of(self, site: &SiteDir) -> Error {
        Error::data(format!("{}, so that it stamps nothing", self.what))
            .at(Place::file(site.proof_stamps()))
            .hint("restore it from a backup, or remove it: the next stamp is over all lines again")
    }
}

impl Stamps {
    /// The tokens among these files, which have been read from `stamps/`, by their names.
    ///
    /// # Errors
    /// The first that is no token, is over more lines than there are, or over other bytes.
    pub fn of(mut files: Vec<(String, Vec<u8>)>, log: &Log) -> Result<Self, Wrong> {
        files.sort_by_key(|(name, _)| (lines_of(name), name.clone()));
        let mut heads = Heads::of(log);
        let mut all = Vec::new();
        for (file, bytes) in files {
            let Some(lines) = lines_of(&file) else { continue };
            let wrong = |what: String| Wrong { lines, what: format!("stamps/{file} {what}") };
            let head = heads
                .after(lines)
                .ok_or_else(|| wrong(format!("is over {lines} lines, and the log has {}", log.lines().len())))?;
            let token = Token::parse(&bytes).map_err(|why| wrong(format!("is no time stamp: {why}")))?;
            if token.imprint != head {
                return Err(wrong("is over other bytes than the lines up to here".to_owned()));
            }
            all.push(Stamp { lines, file, token });
        }
        Ok(Self { earliest: earliest(&all), all })
    }

    /// The tokens in a folder `stamps/`.
    ///
    /// # Errors
    /// The outer ones are about files that cannot be read, the inner ones are those of [`Stamps::of`].
    pub fn read(folder: &Path, log: &Log) -> Result<Result<Self, Wrong>> {
        Ok(Self::of(files(folder, |name| lines_of(name).is_some())?, log))
    }

    /// All of them, by the number of their lines.
    pub fn all(&self) -> &[Stamp] {
        &self.all
    }

    /// When the entry of this number was stamped first, by the authority's clock; `None` where it was not.
    pub fn first(&self, seq: usize) -> Option<DateTime<Utc>> {
        Some(self.all.get(*self.earliest.get(self.from(seq))?)?.token.time)
    }

    /// How many authorities had stamped the entry of this number before an instant; tokens over what it says alone count too.
    pub fn by<'a>(&'a self, seq: usize, alone: impl Iterator<Item = &'a Token>, instant: DateTime<Utc>) -> usize {
        let over = self.all.get(self.from(seq)..).unwrap_or_default().iter().map(|stamp| &stamp.token);
        authorities(over.chain(alone).filter(|token| token.time < instant))
    }

    /// The place of the first stamp over an entry.
    fn from(&self, seq: usize) -> usize {
        self.all.partition_point(|stamp| stamp.lines < seq)
    }
}

/// The files of a folder, where there is one, whose names are of a kind.
pub fn files(folder: &Path, is_one: impl Fn(&str) -> bool) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if is_one(&name) {
            let path = file.path();
            let bytes = std::fs::read(&path).map_err(|error| Error::io("read the file", &path, error))?;
            files.push((name, bytes));
        }
    }
    files.sort();
    Ok(files)
}

/// From the end on, where the earliest token stands.
fn earliest(all: &[Stamp]) -> Vec<usize> {
    let mut best: Option<(DateTime<Utc>, usize)> = None;
    let mut places = Vec::with_capacity(all.len());
    for (at, stamp) in all.iter().enumerate().rev() {
        let here = (stamp.token.time, at);
        let earlier = best.filter(|best| *best <= here).unwrap_or(here);
        best = Some(earlier);
        places.push(earlier.1);
    }
    places.reverse();
    places
}

/// How many authorities issued these tokens.
fn authorities<'a>(tokens: impl Iterator<Item = &'a Token>) -> usize {
    let mut different: Vec<&Token> = Vec::new();
    for token in tokens {
        if !different.iter().any(|other| other.is_of_same_authority(token)) {
            different.push(token);
        }
    }
    different.len()
}

/// The digests of the first lines of a log, for ever more of them.
pub struct Heads<'a> {
    lines: std::str::SplitInclusive<'a, char>,
    count: usize,
    running: Running,
}

impl<'a> Heads<'a> {
    /// Of none of its lines yet.
    pub fn of(log: &'a Log) -> Self {
        Self { lines: log.text().split_inclusive('\n'), count: 0, running: Running::default() }
    }

    /// The digest of so many lines, which are no fewer than the last time.
    pub fn after(&mut self, count: usize) -> Option<Digest> {
        while self.count < count {
            self.running.update(self.lines.next()?.as_bytes());
            self.count += 1;
        }
        Some(self.running.so_far())
    }
}

/// The name of the file of an authority's token: `12.a.tsr`.
pub fn file_of(lines: usize, authority: usize) -> String {
    format!("{lines}.{}.tsr", letter(authority))
}

/// By what the files of an authority are told from those of others: its place among those that are configured.
pub(super) fn letter(authority: usize) -> char {
    u8::try_from(authority).map_or('z', |authority| char::from(b'a'.saturating_add(authority.min(25))))
}

/// Over how many lines the token of such a name is.
pub fn lines_of(name: &str) -> Option<usize> {
    let (count, letter) = name.strip_suffix(".tsr")?.split_once('.')?;
    let lines = count.parse().ok().filter(|lines: &usize| *lines > 0 && lines.to_string() == count)?;
    (letter.len() == 1 && letter.bytes().all(|letter| letter.is_ascii_lowercase())).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::log::{Kind, Line};
    use crate::proof::stamping::token::answer_of;

    fn log() -> Log {
        let mut log = Log::default();
        for seq in 1..=4 {
            let date = "2026-01-27".parse().unwrap();
            log.push(Line { digest: Digest::of(&[seq as u8]), seq, kind: Kind::Day, date });
        }
        log
    }

    fn start(log: &Log, lines: usize) -> String {
        log.text().split_inclusive('\n').take(lines).collect()
    }

    fn stamp(lines: usize, letter: usize, time: &str, authority: &str) -> (String, Vec<u8>) {
        (file_of(lines, letter), answer_of(start(&log(), lines).as_bytes(), time, authority))
    }

    #[test]
    fn an_entry_was_stamped_first_by_the_earliest_token_over_it() {
        let files = vec![
            stamp(4, 0, "20260128090000Z", "A"),
            stamp(2, 0, "20260127100000Z", "A"),
            stamp(2, 1, "20260127100005Z", "B"),
            stamp(3, 0, "20260129090000Z", "A"),
        ];
        let stamps = Stamps::of(files, &log()).unwrap();
        let first = |seq| stamps.first(seq).map(|first| first.to_string());
        assert_eq!(first(1).as_deref(), Some("2026-01-27 10:00:00 UTC"));
        assert_eq!(first(2), first(1));
        // The token over four lines came before the one over three.
        assert_eq!(first(3).as_deref(), Some("2026-01-28 09:00:00 UTC"));
        assert_eq!((first(4), first(5)), (first(3), None));
        let by = |seq, time: &str| stamps.by(seq, std::iter::empty(), time.parse().unwrap());
        assert_eq!(by(1, "2026-01-27T10:00:00Z"), 0);
        assert_eq!((by(1, "2026-01-27T10:00:01Z"), by(1, "2026-01-27T10:00:06Z")), (1, 2));
        assert_eq!((by(3, "2026-01-27T10:00:06Z"), by(3, "2026-02-01T00:00:00Z")), (0, 1));
        let alone = ["A", "C"].map(|name| Token::parse(&answer_of(b"it alone", "20260127090000Z", name)).unwrap());
        let before = |time: &str| stamps.by(1, alone.iter(), time.parse().unwrap());
        assert_eq!((before("2026-01-27T09:00:00Z"), before("2026-01-27T09:00:01Z")), (0, 2));
        assert_eq!(before("2026-01-28T00:00:00Z"), 3, "A, B and C");
    }

    #[test]
    fn a_token_over_other_bytes_or_more_lines_is_named() {
        let wrong = |file: (String, Vec<u8>)| {
            Stamps::of(vec![stamp(1, 0, "20260127100000Z", "A"), file], &log()).unwrap_err()
        };
        let (_, of_two) = stamp(2, 0, "20260127100000Z", "A");
        assert!(wrong((file_of(3, 0), of_two.clone())).what.contains("over other bytes"));
        let past = wrong((file_of(5, 1), of_two));
        assert_eq!((past.lines, past.what.as_str()), (5, "stamps/5.b.tsr is over 5 lines, and the log has 4"));
        assert!(wrong((file_of(2, 0), b"<html>".to_vec())).what.contains("is no time stamp"));
    }

    #[test]
    fn a_name_is_written_in_one_way() {
        assert_eq!((lines_of("12.a.tsr"), file_of(12, 1)), (Some(12), "12.b.tsr".to_owned()));
        for wrong in ["012.a.tsr", "0.a.tsr", "+1.a.tsr", "12.A.tsr", "12.ab.tsr", "12.tsr", "12.a.sig", "a.tsr"] {
            assert_eq!(lines_of(wrong), None, "{wrong}");
        }
    }
}
