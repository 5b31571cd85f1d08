use clap::Args;
use serde::Serialize;

use super::finding::{Printed, in_words};
use super::terminal::{Terminal, counted};
use super::{Outcome, record};
use crate::check::check;
use crate::error::Result;
use crate::record::Severity;
use crate::site::overrides;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
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
    let mut findings = check(&record, &config);
    findings.extend(overrides::findings(&site.templates()));
    findings.sort();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    if arguments.json {
        terminal.json(&Document {
            errors,
            warnings,
            notes,
            findings: findings.iter().map(Printed::from).collect(),
        })?;
    } else {
        for finding in &findings {
            terminal.result(in_words(finding))?;
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
