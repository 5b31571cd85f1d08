//! Something about the record that its owner should know.

use std::fmt;

use serde::Serialize;

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

/// Something that is wrong, odd or missing in the record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of finding it is, one short fixed name: `unreadable`, `missing-days` ...
    pub kind: &'static str,
    /// The kind of the error it stands for, if it stands for one.
    pub error: Option<ErrorKind>,
    /// Where.
    pub place: Option<Place>,
    /// What.
    pub message: String,
    /// What to do next.
    pub next_step: String,
}

impl Finding {
    /// A finding without a place.
    pub fn new(severity: Severity, kind: &'static str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { severity, kind, error: None, place: None, message: message.into(), next_step: next.into() }
    }

    /// The same finding with its place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// An error met while reading, as a finding of its own.
    pub fn from_error(kind: &'static str, error: &Error) -> Self {
        let mut message = error.message().to_owned();
        for cause in error.causes() {
            message = format!("{message}: {cause}");
        }
        for other in error.others() {
            message = format!("{message}; {other}");
        }
        Self {
            severity: Severity::Error,
            kind,
            error: Some(error.kind()),
            place: error.place().cloned(),
            message,
            next_step: error
                .next_step()
                .unwrap_or_else(|| "repair the file, then run `trackrecord check`".to_owned()),
        }
    }
}
