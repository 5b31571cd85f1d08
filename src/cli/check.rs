use clap::Args;
use serde::Serialize;

use super::terminal::{Terminal, counted};
use super::{Outcome, record};
use crate::check::check;
use crate::error::Result;
use crate::record::{Finding, Severity};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A finding as `--json` prints it.
#[derive(Serialize)]
struct Printed<'a> {
    severity: Severity,
    kind: &'a str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    next_step: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<Printed<'a>>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let findings = check(&record, &config);
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    if arguments.json {
        terminal.json(&Document { errors, warnings, notes, findings: findings.iter().map(printed).collect() })?;
    } else {
        for finding in &findings {
            terminal.result(in_words(finding, terminal))?;
        }
        terminal.say(format!(
            "{}, {}, {} in {}, {}",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(notes, "note"),
            counted(record.executions.len(), "fill"),
            counted(record.snapshots.len(), "snapshot")
        ));
    }
    Ok(if errors == 0 { Outcome::Fine } else { Outcome::Findings })
}

fn printed(finding: &Finding) -> Printed<'_> {
    Printed {
        severity: finding.severity,
        kind: finding.kind,
        file: finding.place.as_ref().map(|place| place.path.display().to_string()),
        line: finding.place.as_ref().and_then(|place| place.line),
        column: finding.place.as_ref().and_then(|place| place.column),
        message: &finding.message,
        next_step: &finding.next_step,
    }
}

fn in_words(finding: &Finding, terminal: &Terminal) -> String {
    let colour = match finding.severity {
        Severity::Error => "31;1",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    let severity = terminal.painted(&format!("{}[{}]", finding.severity, finding.kind), colour);
    let place = finding.place.as_ref().map(|place| format!(" {place}:")).unwrap_or_default();
    format!("{severity}{place} {}\n  next: {}", finding.message, finding.next_step)
}
