//! Findings as commands print them.

use serde::Serialize;

use super::terminal::{painted, visible};
use crate::error::ErrorKind;
use crate::record::{Finding, FindingKind, Severity, Subject};

/// A finding as `--json` prints it.
#[derive(Serialize)]
pub struct Printed<'a> {
    severity: Severity,
    kind: FindingKind,
    error: Option<ErrorKind>,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    subjects: Vec<&'a Subject>,
    message: String,
    next_step: &'a str,
}

impl<'a> From<&'a Finding> for Printed<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            severity: finding.severity,
            kind: finding.kind,
            error: finding.error,
            file: finding.place.as_ref().map(|place| place.path.display().to_string()),
            line: finding.place.as_ref().and_then(|place| place.line),
            column: finding.place.as_ref().and_then(|place| place.column),
            subjects: finding.heading.iter().chain(&finding.about).collect(),
            message: finding.text(),
            next_step: &finding.next_step,
        }
    }
}

/// A finding in two lines: what and where, and what to do next.
pub fn in_words(finding: &Finding) -> String {
    let colour = match finding.severity {
        Severity::Error => "31;1",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    let severity = painted(&format!("{}[{}]", finding.severity, finding.kind), colour);
    let place = finding.place.as_ref().map(|place| format!(" {place}:")).unwrap_or_default();
    format!("{severity}{place} {}\n  next: {}", visible(&finding.text()), visible(&finding.next_step))
}
