//! Something about the record that its owner should know.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::{ExecId, FindingKind, PriceSymbol, Ticker};
use crate::calendar::YearMonth;
use crate::error::{Error, ErrorKind, Place};

/// How much a finding matters. Errors keep a site from being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The figures would be wrong.
    Error,
    /// Worth a look.
    Warning,
    /// Good to know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A day of the record.
    Date(NaiveDate),
    /// The days from one to another, both included.
    Period {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// A month of the record.
    Month(YearMonth),
    /// What was traded or held, by the broker's ticker.
    Ticker(Ticker),
    /// Stored prices, by the symbol of their source.
    Prices(PriceSymbol),
    /// A fill.
    Fill(ExecId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Period { from, to } => write!(f, "{from} to {to}"),
            Self::Month(month) => month.fmt(f),
            Self::Ticker(ticker) => ticker.fmt(f),
            Self::Prices(symbol) => symbol.fmt(f),
            Self::Fill(id) => id.fmt(f),
        }
    }
}

/// How the next step begins where there is none.
const NOTHING: &str = "nothing to do";

/// Something that is wrong, odd or missing in the record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// Where.
    pub place: Option<Place>,
    /// Each of these is what the message says; they are named in front of it.
    pub heading: Vec<Subject>,
    /// What, without the heading.
    pub message: String,
    /// What to do next.
    pub next_step: String,
    /// What else it is about.
    pub about: Vec<Subject>,
    /// The kind of the error it stands for, if it stands for one.
    pub error: Option<ErrorKind>,
}

impl Finding {
    /// A finding without a place.
    pub fn new(severity: Severity, kind: FindingKind, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            severity,
            kind,
            error: None,
            heading: Vec::new(),
            about: Vec::new(),
            place: None,
            message: message.into(),
            next_step: next.into(),
        }
    }

    /// The same finding with a subject that is named in front of the message.
    pub fn headed(mut self, subject: Subject) -> Self {
        self.heading.push(subject);
        self
    }

    /// The same finding, which is also about this subject.
    pub fn about(mut self, subject: Subject) -> Self {
        self.about.push(subject);
        self
    }

    /// The same finding, which is also about these days.
    pub fn about_dates(self, dates: &[NaiveDate]) -> Self {
        dates.iter().fold(self, |finding, date| finding.about(Subject::Date(*date)))
    }

    /// The message behind its heading: `A, B: no connection`.
    pub fn text(&self) -> String {
        if self.heading.is_empty() {
            return self.message.clone();
        }
        let subjects: Vec<String> = self.heading.iter().map(Subject::to_string).collect();
        format!("{}: {}", subjects.join(", "), self.message)
    }

    /// Whether it asks nothing of anybody, whatever the next step says beside that; `nothing to do if ...` asks to look.
    pub fn asks_nothing(&self) -> bool {
        self.next_step.strip_prefix(NOTHING).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ';']))
    }

    /// The only day it is about, if it is about one.
    pub fn day(&self) -> Option<NaiveDate> {
        let mut days = self.heading.iter().chain(&self.about).filter_map(|subject| match subject {
            Subject::Date(date) => Some(*date),
            _ => None,
        });
        days.next().filter(|_| days.next().is_none())
    }

    /// Whether another finding says the same of another subject.
    fn says_the_same(&self, other: &Self) -> bool {
        let words = |finding: &Self| (finding.severity, finding.kind, finding.error, finding.about.clone());
        words(self) == words(other)
            && (&self.message, &self.next_step) == (&other.message, &other.next_step)
            && !self.heading.is_empty()
            && !other.heading.is_empty()
    }

    /// Findings that say the same of several subjects as one that names them all. It has no place then.
    pub fn joined(findings: &[Self]) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::new();
        for finding in findings {
            match joined.last_mut().filter(|last| last.says_the_same(finding)) {
                Some(last) => {
                    last.heading.extend(finding.heading.iter().cloned());
                    last.place = None;
                }
                None => joined.push(finding.clone()),
            }
        }
        joined
    }

    /// The same finding with its place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// An error met while reading, as a finding of its own.
    pub fn from_error(kind: FindingKind, error: &Error) -> Self {
        let mut message = error.message().to_owned();
        for cause in error.causes() {
            message = format!("{message}: {cause}");
        }
        for other in error.others() {
            message = format!("{message}; {other}");
        }
        let next = error.next_step().unwrap_or_else(|| "repair the file, then run `trackrecord check`".to_owned());
        let finding = Self::new(Severity::Error, kind, message, next);
        Self { error: Some(error.kind()), place: error.place().cloned(), ..finding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_looked_at_is_something_to_do() {
        let asks = |next: &str| !Finding::new(Severity::Note, FindingKind::NetValue, "", next).asks_nothing();
        for next in ["nothing to do", "nothing to do; both stay", "nothing to do: it is asked again"] {
            assert!(!asks(next), "{next}");
        }
        for next in ["nothing to do if this is right", "nothing to do, if it comes", "look at it"] {
            assert!(asks(next), "{next}");
        }
    }

    #[test]
    fn what_is_true_of_many_symbols_is_said_once() {
        let finding = |symbol: &str, message: &str| {
            Finding::new(Severity::Error, FindingKind::NoNewPrices, message, "later")
                .headed(Subject::Prices(PriceSymbol::new(symbol)))
        };
        // A colon in the message does not mislead it: the subjects are values.
        let findings = [
            finding("A", "no connection: refused"),
            finding("B", "no connection: refused"),
            finding("C", "delisted"),
            Finding::new(Severity::Error, FindingKind::NoNewPrices, "delisted", "later"),
        ];
        let said: Vec<String> = Finding::joined(&findings).iter().map(Finding::text).collect();
        assert_eq!(said, ["A, B: no connection: refused", "C: delisted", "delisted"]);
    }
}
