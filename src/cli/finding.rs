//! Findings as commands print them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::terminal::{painted, visible};
use crate::counted::counted;
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

/// Of more findings of one kind than this only the first is listed.
const MOST_OF_A_KIND: usize = 3;

/// Findings as a person reads them: without those that ask nothing of anybody, and many of a kind as one.
pub fn listed(findings: &[Finding]) -> Vec<String> {
    let asking: Vec<&Finding> = findings.iter().filter(|finding| !finding.asks_nothing()).collect();
    let mut kinds: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in &asking {
        kinds.entry((finding.severity, finding.kind)).or_default().push(finding);
    }
    let mut seen = BTreeSet::new();
    let words = asking.into_iter().filter_map(|finding| {
        let kind = (finding.severity, finding.kind);
        match kinds.get(&kind) {
            Some(all) if all.len() > MOST_OF_A_KIND => seen.insert(kind).then(|| grouped(finding, all)),
            _ => Some(in_words(finding)),
        }
    });
    words.collect()
}

/// The first of many findings of a kind, behind how many there are: `257 days, the first: ...`.
fn grouped(first: &Finding, all: &[&Finding]) -> String {
    let days: Option<BTreeSet<_>> = all.iter().map(|finding| finding.day()).collect();
    let many = days.map_or_else(|| counted(all.len(), "finding"), |days| counted(days.len(), "day"));
    said(first, &format!("{many}, the first: "))
}

/// A finding in two lines: what and where, and what to do next.
pub fn in_words(finding: &Finding) -> String {
    said(finding, "")
}

fn said(finding: &Finding, before: &str) -> String {
    let colour = match finding.severity {
        Severity::Error => "31;1",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    let severity = painted(&format!("{}[{}]", finding.severity, finding.kind), colour);
    let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{severity} {before}{place}{}\n  next: {}", visible(&finding.text()), visible(&finding.next_step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(count: u32, next: &str) -> Vec<Finding> {
        let finding = |day| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
            Finding::new(Severity::Warning, FindingKind::SnapshotSum, format!("off by {day}"), next)
                .about(Subject::Date(date))
        };
        (1..=count).map(finding).collect()
    }

    fn plain(lines: &[String]) -> Vec<String> {
        lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
    }

    #[test]
    fn many_of_a_kind_are_one_line_and_a_few_are_listed() {
        let many = plain(&listed(&findings(5, "import it again")));
        assert_eq!(many, ["warning[snapshot-sum] 5 days, the first: off by 1\n  next: import it again"]);
        let few = plain(&listed(&findings(3, "import it again")));
        assert_eq!(few.len(), 3);
        assert_eq!(few[2], "warning[snapshot-sum] off by 3\n  next: import it again");
        let of_no_day = findings(4, "x").into_iter().map(|finding| Finding { about: Vec::new(), ..finding });
        assert!(plain(&listed(&of_no_day.collect::<Vec<_>>()))[0].contains("] 4 findings, the first: off by 1"));
    }

    #[test]
    fn what_asks_nothing_is_not_listed() {
        assert_eq!(listed(&findings(2, "nothing to do")), Vec::<String>::new());
        assert_eq!(listed(&findings(2, "nothing to do if it is meant")).len(), 2);
    }
}
