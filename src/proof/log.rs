//! The log: one line for each entry, as `sha256sum -c` reads them, and nothing else.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::entry::Entry;
use crate::digest::{Digest, Running};
use crate::error::{Error, Place, Result};

/// The folder of the entries, as lines of the log name it.
pub const ENTRIES: &str = "entries";

/// What an entry is of, in the order in which entries of one date stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The first: who records what, by which rules.
    Charter,
    /// A field of the charter that is another one now.
    Amend,
    /// The key that signs the log.
    Key,
    /// The digests of all stamps so far, so that a later stamp is over them too.
    Renew,
    /// Sessions without a valuation.
    Gap,
    /// What a rule said.
    Signal,
    /// What was meant to be traded.
    Plan,
    /// Why.
    Thesis,
    /// The account at the end of a session.
    Day,
    /// The orders of a session.
    Trades,
    /// What was held at the end of a month.
    Book,
    /// A session of which something may be held back.
    Sealed,
    /// What an earlier entry should have said.
    Correction,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Charter,
        Self::Amend,
        Self::Key,
        Self::Renew,
        Self::Gap,
        Self::Signal,
        Self::Plan,
        Self::Thesis,
        Self::Day,
        Self::Trades,
        Self::Book,
        Self::Sealed,
        Self::Correction,
    ];

    /// Whether it is to be stamped before the first fill: a thesis or a plan.
    pub fn precedes_fills(self) -> bool {
        matches!(self, Self::Thesis | Self::Plan)
    }

    /// As files and entries name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charter => "charter",
            Self::Amend => "amend",
            Self::Key => "key",
            Self::Renew => "renew",
            Self::Gap => "gap",
            Self::Signal => "signal",
            Self::Plan => "plan",
            Self::Thesis => "thesis",
            Self::Day => "day",
            Self::Trades => "trades",
            Self::Book => "book",
            Self::Sealed => "sealed",
            Self::Correction => "correction",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// The name of an entry's file: `000002-day-2026-01-27.json`.
pub fn file_name(seq: usize, kind: Kind, date: NaiveDate) -> String {
    format!("{seq:06}-{}-{date}.json", kind.as_str())
}

/// One line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The digest of the entry's file.
    pub digest: Digest,
    /// Which line it is, from 1.
    pub seq: usize,
    /// What the entry is of.
    pub kind: Kind,
    /// Its date.
    pub date: NaiveDate,
}

impl Line {
    /// The name of the entry's file.
    pub fn file_name(&self) -> String {
        file_name(self.seq, self.kind, self.date)
    }

    /// Reads a line without its end.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let bytes = text.as_bytes();
        let (digest, name) = text.split_at_checked(64).ok_or("it is too short")?;
        if !bytes.iter().take(64).all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err("it does not begin with 64 digits of a digest in small letters");
        }
        let digest = digest.parse().map_err(|_| "it does not begin with a digest")?;
        let name = name.strip_prefix("  entries/").ok_or("`  entries/` does not follow the digest")?;
        let name = name.strip_suffix(".json").ok_or("it does not end with `.json`")?;
        let (seq, rest) = name.split_once('-').ok_or("the file's name has no kind")?;
        let (kind, date) = rest.split_once('-').ok_or("the file's name has no date")?;
        if seq.len() != 6 || !seq.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("the file's name does not begin with six digits");
        }
        let seq = seq.parse().map_err(|_| "the file's name does not begin with six digits")?;
        let kind = kind.parse().map_err(|()| "the file's name has a kind that is not known")?;
        let day = date.parse::<NaiveDate>().ok().filter(|day| day.to_string() == date);
        Ok(Self { digest, seq, kind, date: day.ok_or("the file's name has no date")? })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {ENTRIES}/{}", self.digest, self.file_name())
    }
}

/// The log, and the digest of all its lines so far.
#[derive(Debug, Clone, Default)]
pub struct Log {
    text: String,
    lines: Vec<Line>,
    running: Running,
}

impl Log {
    /// Reads a log. Its last line has an end.
    ///
    /// # Errors
    /// The first line that is not as all must be, with its number.
    pub fn parse(text: &str) -> Result<Self> {
        let mut log = Self::default();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let wrong =
                |why: &str| Error::data(format!("the line is none of a log: {why}")).at(Place::line("log", at + 1));
            let whole = line.strip_suffix('\n').ok_or_else(|| wrong("it has no end"))?;
            let read = Line::parse(whole).map_err(wrong)?;
            if read.seq != at + 1 {
                return Err(wrong(&format!("its file has the number {}", read.seq)));
            }
            log.push(read);
        }
        Ok(log)
    }

    /// Adds a line.
    pub fn push(&mut self, line: Line) {
        let text = format!("{line}\n");
        self.running.update(text.as_bytes());
        self.text.push_str(&text);
        self.lines.push(line);
    }

    /// The lines, in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The bytes of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest of all lines: what the next entry calls `prev`, and what whoever keeps a copy compares.
    pub fn head(&self) -> Digest {
        self.running.so_far()
    }

    /// The number of the next line.
    pub fn next(&self) -> usize {
        self.lines.len() + 1
    }
}

/// The entry of a line from its file's bytes.
///
/// # Errors
/// The file is another one than was recorded, or it is none that belongs to the line; in words.
pub fn entry(bytes: &[u8], line: &Line, prev: Digest) -> Result<Entry, String> {
    if Digest::of(bytes) != line.digest {
        return Err("it is not the one that the log names: its SHA-256 is another one".to_owned());
    }
    let entry = Entry::parse(bytes).map_err(|error| error.message().to_owned())?;
    belongs(&entry, line, prev)?;
    Ok(entry)
}

/// Whether an entry says of itself what its line says of it; otherwise what it says instead.
///
/// # Errors
/// What differs, in words.
fn belongs(entry: &Entry, line: &Line, prev: Digest) -> Result<(), String> {
    let number = |name: &str| entry.number(name).and_then(|number| usize::try_from(number).ok());
    if number("v") != Some(1) {
        return Err("its `v` is not 1: it is of a form that this program does not know".to_owned());
    }
    if number("seq") != Some(line.seq) {
        return Err(format!("its `seq` is not {}", line.seq));
    }
    for (name, wanted) in
        [("kind", line.kind.as_str().to_owned()), ("date", line.date.to_string()), ("prev", prev.to_string())]
    {
        if entry.text(name) != Some(wanted.as_str()) {
            return Err(match name {
                "prev" => "its `prev` is not the digest of the lines before it".to_owned(),
                _ => format!("its `{name}` is not {wanted}"),
            });
        }
    }
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !entry.text("nonce").is_some_and(|nonce| is_hex(nonce, 32)) {
        return Err("its `nonce` is not 32 digits".to_owned());
    }
    let made_at = entry.text("made_at").and_then(|text| {
        let time: chrono::DateTime<chrono::Utc> = text.parse().ok()?;
        (instant(time) == text).then_some(time)
    });
    if made_at.is_none() {
        return Err("its `made_at` is no time such as 2026-01-27T21:15:00Z".to_owned());
    }
    let private = entry.0.get("private");
    let all_hex = entry.private().values().all(|text| is_hex(text, 64));
    let count = private.map_or(Some(0), |value| value.as_map().map(std::collections::BTreeMap::len));
    if count != Some(entry.private().len()) || !all_hex {
        return Err("its `private` holds something else than commitments of 64 digits".to_owned());
    }
    Ok(())
}

/// An instant as entries write it, to the second.
pub fn instant(time: chrono::DateTime<chrono::Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: usize, kind: Kind, date: &str) -> Line {
        Line { digest: Digest::of(date.as_bytes()), seq, kind, date: date.parse().unwrap() }
    }

    fn log() -> Log {
        let mut log = Log::default();
        log.push(line(1, Kind::Charter, "2026-01-26"));
        log.push(line(2, Kind::Day, "2026-01-27"));
        log.push(line(3, Kind::Correction, "2026-01-28"));
        log
    }

    #[test]
    fn a_log_is_read_as_it_was_written() {
        let log = log();
        let read = Log::parse(log.text()).unwrap();
        assert_eq!((read.lines(), read.text(), read.head()), (log.lines(), log.text(), log.head()));
        assert_eq!(log.head(), Digest::of(log.text().as_bytes()));
        assert_eq!(Log::parse("").unwrap().next(), 1);
        assert!(log.text().ends_with("  entries/000003-correction-2026-01-28.json\n"));
    }

    #[test]
    fn adding_a_line_leaves_all_before_it_as_they_were() {
        let mut log = log();
        let before = log.text().to_owned();
        log.push(line(4, Kind::Day, "2026-01-28"));
        assert!(log.text().starts_with(&before) && log.text().len() > before.len());
    }

    #[test]
    fn every_kind_has_its_own_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }

    #[test]
    fn what_sha256sum_would_take_all_the_same_is_refused_with_its_line() {
        let good = log().text().to_owned();
        let [one, two, three] = good.split_inclusive('\n').collect::<Vec<_>>()[..] else { panic!() };
        let binary = two.replace("  entries", " *entries");
        let elsewhere = two.replace("  entries/", "  ../entries/");
        let crlf = two.replace('\n', "\r\n");
        let escaped = format!("\\{two}");
        let bsd = format!("SHA256 (entries/000002-day-2026-01-27.json) = {}\n", &two[..64]);
        let capital = two.replace(&two[..64], &two[..64].to_uppercase());
        let (unknown, month) = (two.replace("-day-", "-fill-"), two.replace("01-27", "02-30"));
        let (cut, blank) = (two.trim_end().to_owned(), format!("\n{two}"));
        for wrong in [&binary, &elsewhere, &crlf, &escaped, &bsd, &capital, &unknown, &month, &cut, &blank] {
            let error = Log::parse(&format!("{one}{wrong}")).unwrap_err();
            assert_eq!(error.place().unwrap().line, Some(2), "{wrong:?}: {error}");
        }
        for order in [format!("{one}{three}{two}"), format!("{two}{one}"), format!("{one}{two}{two}")] {
            let error = Log::parse(&order).unwrap_err();
            assert!(error.message().contains("its file has the number"), "{error}");
        }
    }
}
