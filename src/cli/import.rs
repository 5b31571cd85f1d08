use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::proposals::{proposals, propose};
use super::terminal::Terminal;
use super::{Outcome, config, finding, today};
use crate::collect::csv::CsvSettings;
use crate::collect::days::Order;
use crate::collect::flex::FlexSettings;
use crate::collect::nav::NavSettings;
use crate::collect::save::{Received, Saved, save};
use crate::collect::seed::SeedSettings;
use crate::collect::{Batch, csv, flex, nav, seed};
use crate::config::{Config, Preset, save_csv};
use crate::counted::counted;
use crate::error::{Error, Place, Result};
use crate::record::FindingKind;
use crate::record::known_cash::KnownCash;
use crate::record::store::{Added, Store};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    source: Source,
    /// The account to read where a file holds several [default: `[account] id`]
    #[arg(long, global = true, value_name = "ID")]
    account: Option<String>,
    /// Write into the configuration what the first statement says of the account, without asking
    #[arg(long, global = true)]
    yes: bool,
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
    /// Fills from CSV files of any broker; a preset knows their columns, or `[csv]` in the configuration maps them
    Csv {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The broker, where its files are known: degiro, trading212, schwab or fidelity
        #[arg(long, value_name = "BROKER")]
        preset: Option<Preset>,
        /// A column of the file for one of ours, such as `quantity=Qty`; `#3` is the third one
        #[arg(long = "column", value_name = "OURS=THEIRS", allow_hyphen_values = true)]
        columns: Vec<String>,
        /// The character between columns [default: found from the file]
        #[arg(long, value_name = "CHAR")]
        delimiter: Option<char>,
        /// The decimal mark [default: found from the file]
        #[arg(long, value_name = "CHAR")]
        decimal_mark: Option<char>,
        /// How times are written, in strftime letters [default: found from the file]
        #[arg(long, value_name = "FORM")]
        time_format: Option<String>,
        /// Time zone of times that do not name one [default: that of the broker, else UTC]
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<chrono_tz::Tz>,
        /// Write these settings into config/config.toml, for the next file
        #[arg(long)]
        save: bool,
    },
    /// Net values, without any broker: a CSV file with a date, a value and, where money moved, a flow on each line
    Nav {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// A column of the file for one of ours (date, value, flow, deposit, withdrawal, cumulative_flow)
        #[arg(long = "column", value_name = "OURS=THEIRS", allow_hyphen_values = true)]
        columns: Vec<String>,
        /// The character between columns [default: found from the file]
        #[arg(long, value_name = "CHAR")]
        delimiter: Option<char>,
        /// The decimal mark [default: found from the file]
        #[arg(long, value_name = "CHAR")]
        decimal_mark: Option<char>,
        /// Which number comes first in dates such as 03/04/2026 [default: found from the file]
        #[arg(long, value_enum)]
        dates: Option<Dates>,
    },
    /// The data folder of the earlier Python system
    Seed {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Dates {
    DayFirst,
    MonthFirst,
}

impl From<Dates> for Order {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::DayFirst => Self::DayFirst,
            Dates::MonthFirst => Self::MonthFirst,
        }
    }
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
    let (mut batch, received) = match &arguments.source {
        Source::Flex { files } => {
            let settings = FlexSettings::of(&config);
            let mut known = KnownCash::of(site)?;
            let (mut batch, received) = each(files, |path, bytes| {
                let mut batch = flex::parse(path, bytes, &settings)?;
                known.name(batch.cash_mut());
                Ok(batch)
            })?;
            flex::hear_newer(site, &mut batch, &settings)?;
            (batch, received)
        }
        Source::Csv { files, preset, columns, delimiter, decimal_mark, time_format, time_zone, save: _ } => {
            config.csv.preset = preset.or(config.csv.preset);
            config.csv.delimiter = delimiter.or(config.csv.delimiter);
            config.csv.decimal_mark = decimal_mark.or(config.csv.decimal_mark);
            config.csv.time_zone = time_zone.or(config.csv.time_zone);
            config.csv.columns.extend(mappings(columns)?);
            if let Some(form) = time_format {
                config.csv.time_format.clone_from(form);
            }
            if decimal_mark.is_some_and(|mark| !matches!(mark, '.' | ',')) {
                return Err(Error::usage("`--decimal-mark` must be `.` or `,`"));
            }
            each(files, |path, bytes| csv::parse(path, bytes, &csv_settings(&config)))?
        }
        Source::Nav { files, columns, delimiter, decimal_mark, dates } => {
            let stored = super::record(site)?.1;
            let account = config.account.id().map(str::to_owned).or_else(|| nav::only_account(&stored));
            let settings = NavSettings {
                columns: mappings(columns)?,
                delimiter: *delimiter,
                decimal_mark: *decimal_mark,
                order: dates.map(Order::from),
                account: account.as_deref(),
                base_currency: config.account.base_currency,
            };
            let (mut batch, received) = each(files, |path, bytes| nav::parse(path, bytes, &settings))?;
            nav::add_between(&mut batch, &received, site, &stored, &settings)?;
            nav::beside_stored(&mut batch, &stored);
            (batch, received)
        }
        Source::Seed { folder } => (seed::parse(folder, &seed_settings(&config))?.possible(today())?, Vec::new()),
    };
    let is_flex = matches!(arguments.source, Source::Flex { .. });
    let proposed = if is_flex { proposals(site, &config, &batch) } else { Vec::new() };
    // What is proposed needs no warning beside it.
    let proposes_currency = proposed.iter().any(|setting| setting.key == "base_currency");
    batch.notices.retain(|notice| !(proposes_currency && notice.kind == FindingKind::BaseCurrency));
    let saved = save(&mut Store::open(site)?.refusing_after(today()), &batch, &received)?;
    if let Source::Csv { save: true, .. } = &arguments.source {
        save_csv(site, &config.csv)?;
        terminal.say("config/config.toml remembers how these files are read, under [csv]");
    }
    if arguments.json {
        terminal.json(&document(&saved, &batch))?;
    } else {
        terminal.told(in_words(&saved))?;
    }
    for skipped in &batch.skipped {
        let rows = counted(skipped.count, "row");
        terminal.say(format!("skipped {rows} {}: {} (first at {})", skipped.kind, skipped.reason, skipped.first));
    }
    for notice in &batch.notices {
        if notice.asks_nothing() {
            terminal.detail(finding::in_words(notice));
        } else {
            terminal.say(finding::in_words(notice));
        }
    }
    propose(&proposed, arguments.yes, site, terminal)?;
    if saved.conflicts() > 0 {
        let rows = counted(saved.conflicts(), "row");
        terminal.say(format!("{rows} contradict what is stored; both are kept, and `trackrecord check` lists them"));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Fine)
}

/// Reads every file before anything is written, so that a bad one leaves the site as it is.
fn each(files: &[PathBuf], mut parse: impl FnMut(&Path, &[u8]) -> Result<Batch>) -> Result<(Batch, Vec<Received>)> {
    let mut batch = Batch::default();
    let mut received = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|error| Error::io("read the file", path, error))?;
        let read = parse(path, &bytes)?.possible(today()).map_err(|error| error.at(Place::file(path)))?;
        batch.extend(read);
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

fn mappings(columns: &[String]) -> Result<BTreeMap<String, String>> {
    let mapping = |column: &String| match column.split_once('=') {
        Some((ours, theirs)) => Ok((ours.trim().to_owned(), theirs.trim().to_owned())),
        None => Err(Error::usage(format!("`--column {column}` is no mapping")).hint("write it as quantity=Qty")),
    };
    columns.iter().map(mapping).collect()
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
