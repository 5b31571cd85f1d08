//! In which order dates and with which marks numbers are written. The words between them stay English.
//!
//! Figures are written everywhere below a page, but by a few functions of `format` alone. These ask here, so that one
//! setting reaches all of them: whatever [`Locale::write`] runs is written in that locale, on the thread that runs it. What
//! hands work to other threads calls it on each of them.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::nearest::{nearest, usual_edits};

/// How dates and numbers are written.
#[derive(Clone, Copy)]
pub struct Locale(&'static Conventions);

/// The conventions of a language in a country.
struct Conventions {
    /// The name, as in `en-GB`.
    tag: &'static str,
    /// What stands between thousands.
    thousands: char,
    /// What stands before the fraction.
    decimal: char,
    /// Whether the month stands before the day.
    month_first: bool,
}

const fn conventions(tag: &'static str, thousands: char, decimal: char) -> Conventions {
    Conventions { tag, thousands, decimal, month_first: false }
}

/// All that are known, of each language the usual one first.
static KNOWN: [Conventions; 9] = [
    conventions("en-GB", ',', '.'),
    Conventions { month_first: true, ..conventions("en-US", ',', '.') },
    conventions("de-DE", '.', ','),
    conventions("de-CH", '\u{2019}', '.'),
    conventions("fr-FR", '\u{202f}', ','),
    conventions("es-ES", '.', ','),
    conventions("it-IT", '.', ','),
    conventions("nl-NL", '.', ','),
    conventions("pt-PT", '\u{a0}', ','),
];

thread_local! {
    static CURRENT: Cell<Locale> = const { Cell::new(Locale::BRITISH) };
}

/// Puts back what was current before, also where the work panics.
struct Before(Locale);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

impl Locale {
    /// `27 Jan 2026` and `1,234.5`.
    pub const BRITISH: Self = {
        let [british, ..] = &KNOWN;
        Self(british)
    };

    /// That in which this thread writes.
    pub fn current() -> Self {
        CURRENT.get()
    }

    /// Runs what writes figures and dates, so that they are written in this locale.
    pub fn write<T>(self, work: impl FnOnce() -> T) -> T {
        let _before = Before(CURRENT.replace(self));
        work()
    }

    /// Runs two things, side by side where there is room for both, that write figures and dates as who asks for them does.
    pub fn join<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        let locale = Self::current();
        rayon::join(|| locale.write(one), || locale.write(other))
    }

    /// Its name, as in `en-GB`.
    pub fn tag(self) -> &'static str {
        self.0.tag
    }

    /// The country, as in `GB`.
    pub fn region(self) -> Option<&'static str> {
        self.0.tag.split_once('-').map(|(_, region)| region)
    }

    /// What stands between thousands.
    pub fn thousands(self) -> char {
        self.0.thousands
    }

    /// What stands before the fraction.
    pub fn decimal(self) -> char {
        self.0.decimal
    }

    /// Whether the month stands before the day.
    pub fn month_first(self) -> bool {
        self.0.month_first
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self::BRITISH
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Locale {}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A language, or a language and a country: `de`, `de-DE`, `de_DE`.
impl FromStr for Locale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().replace('_', "-");
        let is_wanted = |known: &&Conventions| {
            let language = known.tag.split('-').next().unwrap_or_default();
            wanted.eq_ignore_ascii_case(known.tag) || wanted.eq_ignore_ascii_case(language)
        };
        KNOWN.iter().find(is_wanted).map(Self).ok_or_else(|| {
            let tags: Vec<&str> = KNOWN.iter().map(|known| known.tag).collect();
            let meant = nearest(&wanted, tags.iter().copied(), usual_edits(&wanted))
                .map(|tag| format!(" (did you mean {tag}?)"));
            format!("\"{text}\" is none of {}{}", tags.join(", "), meant.unwrap_or_default())
        })
    }
}

impl Serialize for Locale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_alone_is_that_of_its_usual_country() {
        let tag = |text: &str| text.parse::<Locale>().map(Locale::tag);
        for (text, expected) in
            [("en-US", "en-US"), ("EN_us", "en-US"), ("de", "de-DE"), (" fr ", "fr-FR"), ("en", "en-GB")]
        {
            assert_eq!(tag(text), Ok(expected), "{text}");
        }
        for text in ["", "xx-YY", "english", "de-"] {
            assert!(tag(text).unwrap_err().contains("en-GB, en-US, de-DE"), "{text}");
        }
        assert!(tag("en-UD").unwrap_err().contains("did you mean en-US?"));
    }

    #[test]
    fn no_two_have_one_name_and_no_marks_are_the_same() {
        for (at, known) in KNOWN.iter().enumerate() {
            assert_ne!(known.thousands, known.decimal, "{}", known.tag);
            assert!(KNOWN.iter().skip(at + 1).all(|other| other.tag != known.tag), "{}", known.tag);
        }
    }

    #[test]
    fn what_was_current_is_so_again_afterwards() {
        let german: Locale = "de".parse().unwrap();
        german.write(|| {
            assert_eq!(Locale::current(), german);
            Locale::BRITISH.write(|| assert_eq!(Locale::current(), Locale::BRITISH));
            assert_eq!(Locale::current(), german);
            let panicked = std::panic::catch_unwind(|| "fr".parse::<Locale>().unwrap().write(|| panic!("stop")));
            assert!(panicked.is_err());
            assert_eq!(Locale::current(), german);
        });
        assert_eq!(Locale::current(), Locale::BRITISH);
    }
}
