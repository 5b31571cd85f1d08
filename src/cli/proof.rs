use std::path::PathBuf;

use chrono::Utc;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::terminal::{Terminal, table};
use super::{Outcome, config};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::proof::{self, Recorded};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Begin the log: from now on what is published is recorded once, and cannot be changed later unseen
    Init,
    /// Sign the log from now on, at each `publish`, by `ssh-keygen`
    Key {
        /// A key of yours, by its file; with `.pub` where an agent or hardware holds it [default: a new one]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// How the log stands, and what is not recorded yet
    Status {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Document {
    entries: usize,
    newest: Option<String>,
    head: String,
    kinds: std::collections::BTreeMap<&'static str, usize>,
    not_recorded: usize,
    remarks: Vec<String>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    match &arguments.action {
        Action::Init => {
            let recorded = proof::init(site, &config, Utc::now())?;
            terminal.say(format!(
                "begun with {}; keep a copy of data/proof/private/ where nobody else can read it: without it nothing more can be recorded",
                counted_entries(recorded.new)
            ));
            say_remarks(&recorded, terminal);
            terminal.result(&recorded.head)?;
            Ok(Outcome::Fine)
        }
        Action::Key { key } => {
            let recorded = proof::begin_signing(site, &config, key.as_deref(), Utc::now())?;
            terminal.say("the log names its key now; `trackrecord publish` signs it");
            say_remarks(&recorded, terminal);
            Ok(Outcome::Fine)
        }
        Action::Status { json } => status(site, &config, *json, terminal),
    }
}

fn status(site: &SiteDir, config: &Config, json: bool, terminal: &Terminal) -> Result<Outcome> {
    let Some(found) = proof::status(site, config, Utc::now())? else {
        return Err(Error::usage("this site records nothing").hint("`trackrecord proof init` begins its log"));
    };
    let entries: usize = found.kinds.iter().map(|(_, count)| count).sum();
    let newest = found.newest.map(|date| date.to_string());
    if json {
        terminal.json(&Document {
            entries,
            newest,
            head: found.head,
            kinds: found.kinds.into_iter().collect(),
            not_recorded: found.next.new,
            remarks: found.next.remarks.clone(),
        })?;
    } else {
        let rows: Vec<Vec<String>> =
            found.kinds.iter().map(|(kind, count)| vec![(*kind).to_owned(), count.to_string()]).collect();
        terminal.result(table(&rows, &[1]))?;
        let newest = newest.map(|date| format!(", the newest of {date}")).unwrap_or_default();
        terminal.result(format!("{}{newest}; the log is {}", counted_entries(entries), found.head))?;
        say_remarks(&found.next, terminal);
        if found.next.new > 0 {
            terminal.say(format!(
                "{} not recorded yet; the next command that brings something in, or `trackrecord publish`, records them",
                counted_entries(found.next.new)
            ));
        }
    }
    Ok(if found.next.remarks.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

/// Appends to the log of a site that has one what it lacks by now: after each command that may have brought something in.
pub fn recorded(site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    if !site.proof_log().exists() {
        return Ok(Outcome::Fine);
    }
    let Some(recorded) = proof::record(site, &config(site)?, Utc::now())? else { return Ok(Outcome::Fine) };
    if recorded.new > 0 {
        terminal.say(format!("recorded {} in data/proof/", counted_entries(recorded.new)));
    }
    say_remarks(&recorded, terminal);
    Ok(if recorded.remarks.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

/// Signs the log before it is published, where it has a key. Without a signature it is published all the same.
pub fn signed(site: &SiteDir, terminal: &Terminal) -> Outcome {
    match proof::sign(site) {
        Ok(_) => Outcome::Fine,
        Err(error) => {
            terminal.error(&error, site.root());
            Outcome::Findings
        }
    }
}

fn counted_entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn say_remarks(recorded: &Recorded, terminal: &Terminal) {
    recorded.remarks.iter().for_each(|remark| terminal.say(format!("warning: {remark}")));
}
