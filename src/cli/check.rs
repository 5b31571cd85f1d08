use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::finding::{Printed, in_words, listed};
use super::terminal::Terminal;
use super::{Outcome, environment, must_be_site, today};
use crate::build::session::{Changed, Session, Settings, When};
use crate::check::{check, own_words};
use crate::config::Config;
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::publish;
use crate::record::{Finding, FindingKind, Record, Severity};
use crate::secrecy::{self, Answer};
use crate::site::overrides;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Also attack the site as a reader would who knows the rule, and say what it gives away of the account's size
    #[arg(long)]
    secrecy: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<Printed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrecy: Option<Answer>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    must_be_site(site)?;
    // The steps of a build as far as its pages, of which nothing is written; with lines, to say where an author's words stand.
    let settings = Settings { lines: true, ..Settings::default() };
    let mut session = Session::open(site.clone(), environment(), settings);
    let made = session.rebuild(today(), Changed::Unknown, When::Later);
    let Some((config, record)) = session.config().zip(session.record()) else {
        return made.map(|_| Outcome::Fine);
    };
    let mut findings = check(record, config);
    findings.extend(own_words::findings(site.root(), record, config));
    findings.extend(overrides::findings(&site.templates()));
    findings.extend(session.pictures().findings());
    if made.is_ok() {
        findings.extend(publish::findings(site, session.files()));
    }
    let is_built = made.is_ok();
    findings.extend(made.err().and_then(|error| not_built(&error, record, &findings, site.root())));
    findings.sort();
    let secrecy = if arguments.secrecy { Some(attacked(site, record, config)?) } else { None };
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    if arguments.json {
        terminal.json(&Document {
            errors,
            warnings,
            notes,
            findings: findings.iter().map(Printed::from).collect(),
            secrecy,
        })?;
    } else {
        let all = terminal.is_verbose();
        let lines = if all { findings.iter().map(in_words).collect() } else { listed(&findings) };
        for line in &lines {
            terminal.told(line)?;
        }
        if let Some(answer) = &secrecy {
            terminal.told(answer.in_words())?;
        }
        let more = if lines.len() < findings.len() { "; `check -v` lists each" } else { "" };
        terminal.say(format!(
            "{}, {}, {} in {}, {}{more}",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(notes, "note"),
            counted(record.executions.len(), "fill"),
            counted(record.snapshots.len(), "snapshot")
        ));
    }
    // What `build` would refuse is not fine.
    Ok(if errors > 0 || !is_built { Outcome::Findings } else { Outcome::Fine })
}

/// What else keeps the site from being built, if no finding says it.
fn not_built(error: &Error, record: &Record, findings: &[Finding], root: &Path) -> Option<Finding> {
    let has_no_value = record.snapshots.is_empty() && !record.executions.is_empty();
    let says_it = |finding: &Finding| {
        finding.severity == Severity::Error
            || finding.kind.is_of_status()
            || has_no_value && finding.kind == FindingKind::Lacking
    };
    if findings.iter().any(says_it) {
        return None;
    }
    let finding = Finding::from_error(FindingKind::NotBuilt, error);
    // As other findings and `build` name it: as it lies in the site.
    Some(match finding.place.clone() {
        Some(place) => finding.at(place.relative_to(root)),
        None => finding,
    })
}

/// What the site gives away, which the next `build` repeats.
fn attacked(site: &SiteDir, record: &Record, config: &Config) -> Result<Answer> {
    let answer = secrecy::secrecy(record, config)?;
    secrecy::kept::write(site, config, &answer)?;
    Ok(answer)
}
