use clap::Args;
use serde::Serialize;

use super::terminal::Terminal;
use super::{Outcome, record};
use crate::error::{Error, Result};
use crate::record::Contradiction;
use crate::record::store::{Changes, Store};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The contradiction to settle, as the list names it; without it, all are listed
    #[arg(value_name = "ID", requires = "keep")]
    id: Option<String>,
    /// Which of its rows counts, by its number in the list
    #[arg(long, value_name = "N", requires = "id")]
    keep: Option<usize>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The contradictions as `--json` prints them.
#[derive(Serialize)]
struct Document<'a> {
    contradictions: Vec<Printed<'a>>,
}

#[derive(Serialize)]
struct Printed<'a> {
    id: &'a str,
    what: String,
    versions: Vec<PrintedVersion<'a>>,
}

#[derive(Serialize)]
struct PrintedVersion<'a> {
    number: usize,
    place: String,
    source: &'a str,
    says: &'a std::collections::BTreeMap<&'static str, String>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (_, record) = record(site)?;
    if let (Some(id), Some(number)) = (&arguments.id, arguments.keep) {
        return keep(&record.contradictions, id, number, site, terminal);
    }
    if arguments.json {
        let contradictions = record.contradictions.iter().map(printed).collect();
        terminal.json(&Document { contradictions })?;
    } else {
        for contradiction in &record.contradictions {
            terminal.told(in_words(contradiction))?;
        }
        terminal.say(if record.contradictions.is_empty() {
            "no stored rows contradict each other"
        } else {
            "next: compare the rows with the broker, then `trackrecord resolve ID --keep N`"
        });
    }
    Ok(if record.contradictions.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

fn keep(
    contradictions: &[Contradiction],
    id: &str,
    number: usize,
    site: &SiteDir,
    terminal: &Terminal,
) -> Result<Outcome> {
    let Some(found) = contradictions.iter().find(|contradiction| contradiction.id == id) else {
        return Err(Error::usage(format!("there is no contradiction `{id}`"))
            .hint("`trackrecord resolve` lists them; one that is settled is not listed any more"));
    };
    let Some(decision) = found.keep(number) else {
        return Err(Error::usage(format!("`{id}` has no row {number}"))
            .hint(format!("name one from 1 to {}", found.versions.len())));
    };
    Store::open(site)?.commit(&Changes { decisions: vec![decision], ..Changes::default() })?;
    terminal.say(format!("{} {}: row {number} counts; the others stay in their files", found.table, found.key));
    Ok(Outcome::Fine)
}

fn printed(contradiction: &Contradiction) -> Printed<'_> {
    let versions = contradiction.versions.iter().enumerate().map(|(index, version)| PrintedVersion {
        number: index + 1,
        place: version.place.to_string(),
        source: version.source.as_str(),
        says: &version.says,
    });
    Printed {
        id: &contradiction.id,
        what: format!("{} {}", contradiction.table, contradiction.key),
        versions: versions.collect(),
    }
}

fn in_words(contradiction: &Contradiction) -> String {
    let mut lines = vec![format!("{}  {} {}", contradiction.id, contradiction.table, contradiction.key)];
    for (index, version) in contradiction.versions.iter().enumerate() {
        let says: Vec<String> = version.says.iter().map(|(field, value)| format!("{field} {value}")).collect();
        lines.push(format!("  {}  {} ({}, {})", index + 1, says.join(", "), version.source, version.place));
    }
    lines.join("\n")
}
