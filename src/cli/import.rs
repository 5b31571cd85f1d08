use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::terminal::{Terminal, counted};
use super::{Outcome, config, finding};
use crate::collect::csv::CsvSettings;
use crate::collect::flex::FlexSettings;
use crate::collect::save::{Received, Saved, save};
use crate::collect::seed::SeedSettings;
use crate::collect::{Batch, csv, flex, seed};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::record::store::{Added, Store};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    source: Source,
    /// The account to read where a file holds several [default: `[account] id`]
    #[arg(long, global = true, value_name = "ID")]
    account: Option<String>,
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Source {
    /// Flex statements of Interactive Brokers (Activity or Trade Confirmation, XML)
    Flex {
        /// The statements
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Fills from CSV files of any broker; `[csv]` in the configuration maps their columns
    Csv {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// A column of the file for one of ours, such as `quantity=Qty`
        #[arg(long = "column", value_name = "OURS=THEIRS")]
        columns: Vec<String>,
    },
    /// The data folder of the earlier Python system
    Seed {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// What an import did, as `--json` prints it.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    saved: &'a Saved,
    skipped: Vec<Skipped<'a>>,
    findings: Vec<finding::Printed<'a>>,
}

#[derive(Serialize)]
struct Skipped<'a> {
    kind: &'a str,
    reason: &'a str,
    count: usize,
    first: String,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let mut config = config(site)?;
    if let Some(account) = &arguments.account {
        config.account.id.clone_from(account);
    }
    let (batch, received) = match &arguments.source {
        Source::Flex { files } => {
            let settings = FlexSettings::of(&config);
            let (mut batch, received) = each(files, |path, bytes| flex::parse(path, bytes, &settings))?;
            flex::hear_newer(site, &mut batch, &settings)?;
            (batch, received)
        }
        Source::Csv { files, columns } => {
            map_columns(&mut config, columns)?;
            each(files, |path, bytes| csv::parse(path, bytes, &csv_settings(&config)))?
        }
        Source::Seed { folder } => (seed::parse(folder, &seed_settings(&config))?, Vec::new()),
    };
    let saved = save(&mut Store::open(site)?, &batch, &received)?;
    if arguments.json {
        terminal.json(&document(&saved, &batch))?;
    } else {
        terminal.result(in_words(&saved))?;
    }
    for skipped in &batch.skipped {
        let rows = counted(skipped.count, "row");
        terminal.say(format!("skipped {rows} {}: {} (first at {})", skipped.kind, skipped.reason, skipped.first));
    }
    for notice in &batch.notices {
        terminal.say(finding::in_words(notice));
    }
    if saved.conflicts() > 0 {
        let rows = counted(saved.conflicts(), "row");
        terminal.say(format!("{rows} contradict what is stored; both are kept, and `trackrecord check` lists them"));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Fine)
}

/// Reads every file before anything is written, so that a bad one leaves the site as it is.
fn each(files: &[PathBuf], parse: impl Fn(&Path, &[u8]) -> Result<Batch>) -> Result<(Batch, Vec<Received>)> {
    let mut batch = Batch::default();
    let mut received = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|error| Error::io("read the file", path, error))?;
        batch.extend(parse(path, &bytes)?);
        received.push(Received { path: path.clone(), bytes });
    }
    Ok((batch, received))
}

fn csv_settings(config: &Config) -> CsvSettings<'_> {
    CsvSettings { import: &config.csv, account: config.account.id(), base_currency: config.account.base_currency }
}

fn seed_settings(config: &Config) -> SeedSettings<'_> {
    SeedSettings { account: config.account.id(), base_currency: config.account.base_currency }
}

fn map_columns(config: &mut Config, columns: &[String]) -> Result<()> {
    for mapping in columns {
        let Some((ours, theirs)) = mapping.split_once('=') else {
            return Err(Error::usage(format!("`--column {mapping}` is no mapping")).hint("write it as quantity=Qty"));
        };
        config.csv.columns.insert(ours.trim().to_owned(), theirs.trim().to_owned());
    }
    Ok(())
}

fn document<'a>(saved: &'a Saved, batch: &'a Batch) -> Document<'a> {
    let skipped = batch.skipped.iter().map(|skipped| Skipped {
        kind: &skipped.kind,
        reason: &skipped.reason,
        count: skipped.count,
        first: skipped.first.to_string(),
    });
    let findings = batch.notices.iter().map(finding::Printed::from).collect();
    Document { saved, skipped: skipped.collect(), findings }
}

fn in_words(saved: &Saved) -> String {
    let line = |name: &str, added: Added| {
        let conflicts =
            if added.conflicts > 0 { format!(", {} contradicting", added.conflicts) } else { String::new() };
        format!("{name:<20} {:>6} new, {:>6} known{conflicts}", added.new, added.known)
    };
    [
        line("fills", saved.executions),
        line("snapshots", saved.snapshots),
        line("corporate actions", saved.actions),
        line("cash movements", saved.cash),
        line("broker's periods", saved.statements),
        line("notes", saved.texts),
    ]
    .join("\n")
}
