//! What is said, whoever carries it.

use chrono::{DateTime, SubsecRound, Utc};

use crate::alerts::state::{Phase, Row};
use crate::config::{Alert, Config};
use crate::site_dir::SiteDir;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Something is wrong and lasts.
    Problem,
    /// It is over.
    Cleared,
    /// Something happened.
    News,
    /// A trial.
    Test,
}

impl State {
    /// Its name for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Cleared => "cleared",
            Self::News => "news",
            Self::Test => "test",
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub state: State,
    /// The rule it is about.
    pub rule: &'static str,
    /// The event's own name.
    pub event: String,
    /// When the event came.
    pub since: DateTime<Utc>,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
    /// Where to read on.
    pub link: Option<String>,
    /// A file for those who can carry one: its name and content.
    pub file: Option<(String, Vec<u8>)>,
}

impl Message {
    /// What is to be said about a row now.
    pub fn of(row: &Row, site: &SiteDir, config: &Config) -> Option<Self> {
        let phase = row.phase()?;
        let (state, text) = match (phase, row.cleared) {
            (Phase::Came, _) if row.lasts => (State::Problem, row.text.clone()),
            (Phase::Came, _) => (State::News, row.text.clone()),
            (Phase::CameAndCleared, Some(cleared)) => (
                State::Cleared,
                format!("It came at {} and was over at {}. {}", shown(row.since), shown(cleared), row.text),
            ),
            (_, cleared) => {
                let over = cleared.unwrap_or(row.since);
                (State::Cleared, format!("It had come at {}, and is over since {}.", shown(row.since), shown(over)))
            }
        };
        let title = match state {
            State::Cleared => format!("Cleared: {}", row.title),
            _ => row.title.clone(),
        };
        let file = row.file.as_ref().and_then(|path| {
            let content = std::fs::read(site.public().join(path)).ok()?;
            Some((path.replace('/', "-"), content))
        });
        Some(Self {
            state,
            rule: row.rule.name(),
            event: row.event.clone(),
            since: row.since,
            title: config.without_secrets(&title),
            text: config.without_secrets(&text),
            link: config.site.base_url.clone(),
            file,
        })
    }

    /// A trial.
    pub fn of_test(alert: &Alert, config: &Config, now: DateTime<Utc>) -> Self {
        Self {
            state: State::Test,
            rule: "test",
            event: "test".to_owned(),
            since: now.trunc_subsecs(0),
            title: format!("{}: a trial", config.site.title),
            text: format!("The alert `{}` of trackrecord arrives. Nothing has happened.", alert.name),
            link: config.site.base_url.clone(),
            file: None,
        }
    }

    /// Title and text together, no longer than this many units of UTF-16, which is how services count; what is cut off can be
    /// read at the link.
    pub fn within(&self, most: usize) -> String {
        let whole = format!("{}\n{}", self.title, self.text);
        cut(&whole, self.link.as_deref(), most)
    }
}

/// A text no longer than this; a longer one ends in `…` and the link.
pub fn cut(text: &str, link: Option<&str>, most: usize) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= most {
        return text.to_owned();
    }
    let end = link.map_or("…".to_owned(), |link| format!("… {link}"));
    let end = if units(&end) > most { "…".to_owned() } else { end };
    let mut left = most.saturating_sub(units(&end));
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= left;
        left = left.saturating_sub(letter.len_utf16());
        fits
    });
    kept.chain(end.chars()).collect()
}

fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_the_link() {
        assert_eq!(cut("short", Some("https://a.b/"), 5), "short");
        let long = cut(&"é".repeat(3000), Some("https://a.b/"), 2000);
        assert_eq!(long.encode_utf16().count(), 2000);
        assert!(long.ends_with("é… https://a.b/"));
        // An emoji is two units, and is never halved.
        let faces = cut(&"😀".repeat(10), None, 8);
        assert_eq!(faces, "😀😀😀…");
        assert_eq!(cut("abcdef", Some("https://a.b/"), 3), "ab…");
    }
}
