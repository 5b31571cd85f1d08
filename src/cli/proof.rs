use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::table::table;
use super::terminal::{Terminal, visible};
use super::verify::by_kind;
use super::{Outcome, config};
use crate::config::Config;
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::proof::{self, Counts, Recorded, Stamped, Why, Wish};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Begin the log: from now on what is published is recorded once, and cannot be changed later unnoticed
    Init,
    /// Sign the log from now on, at each `publish`, by `ssh-keygen`
    Key {
        /// A key of yours, by its file; with `.pub` where an agent or hardware holds it [default: a new one]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Have another key sign the log from now on: the old one signs it, or the log has named it before
    Rotate {
        /// A key of yours, by its file; with `.pub` where an agent or hardware holds it [default: the next one in data/proof/private/]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// The old key is not there any more
        #[arg(long, conflicts_with = "stolen")]
        lost: bool,
        /// Somebody else may have the old key
        #[arg(long)]
        stolen: bool,
    },
    /// Record the digests of all stamps so far, so that later ones are over them too; `publish` does it once a year
    Renew,
    /// Have the log stamped now by the authorities of `[proof] authorities`, as each `publish` does
    Stamp,
    /// Open private values of some days to one reader: values and salts, in a file that is published nowhere
    Open {
        /// The first date whose values are opened
        #[arg(long, value_name = "DATE")]
        from: NaiveDate,
        /// The last one
        #[arg(long, value_name = "DATE")]
        to: NaiveDate,
        /// Only values of this name: account, accounts, nav, cash, flows, positions, fills or statement
        #[arg(long, value_name = "NAME")]
        field: Option<String>,
        /// The file, which only you may read [default: data/proof/private/opened.json]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
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
    stamped: Option<usize>,
    timing: std::collections::BTreeMap<&'static str, Counts>,
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
                counted(recorded.new, "entry")
            ));
            say_remarks(&recorded, terminal);
            terminal.result(&recorded.head)?;
            Ok(Outcome::Fine)
        }
        Action::Key { key } => {
            let recorded = proof::begin_signing(site, &config, key.as_deref(), Utc::now())?;
            terminal.say("the log names its key now; `trackrecord publish` signs it");
            terminal.say(
                "take key-2 out of data/proof/private/ and keep it elsewhere: it alone goes on where the first key is lost or stolen",
            );
            say_remarks(&recorded, terminal);
            Ok(Outcome::Fine)
        }
        Action::Rotate { key, lost, stolen } => rotated(site, &config, key.as_deref(), (*lost, *stolen), terminal),
        Action::Renew => renewed_now(site, &config, terminal),
        Action::Stamp => stamped_now(site, &config, terminal),
        Action::Open { from, to, field, out } => {
            let wish = Wish { from: *from, to: *to, field: field.as_deref() };
            let target = out.clone().unwrap_or_else(|| site.proof_private().join("opened.json"));
            let opened = proof::open(site, &config, wish, &target, Utc::now())?;
            opened.remarks.iter().for_each(|remark| terminal.say(format!("warning: {remark}")));
            terminal.say(format!(
                "{} values with their salts; whoever has the file knows them, so give it to that reader alone",
                opened.values
            ));
            terminal.result(target.display())?;
            Ok(if opened.remarks.is_empty() { Outcome::Fine } else { Outcome::Findings })
        }
        Action::Status { json } => status(site, &config, *json, terminal),
    }
}

fn rotated(
    site: &SiteDir,
    config: &Config,
    key: Option<&Path>,
    (is_lost, is_stolen): (bool, bool),
    terminal: &Terminal,
) -> Result<Outcome> {
    let why = match (is_lost, is_stolen) {
        (true, _) => Why::Lost,
        (_, true) => Why::Stolen,
        _ => Why::Planned,
    };
    let recorded = proof::rotate(site, config, key, why, Utc::now())?;
    terminal.say("the log names another key now, which signs it at the next `trackrecord publish`");
    terminal.say("take the newest key out of data/proof/private/ and keep it elsewhere: it alone goes on where this one is lost or stolen");
    say_remarks(&recorded, terminal);
    Ok(Outcome::Fine)
}

fn renewed_now(site: &SiteDir, config: &Config, terminal: &Terminal) -> Result<Outcome> {
    if !site.proof_log().exists() {
        return Err(records_nothing());
    }
    match proof::renew(site, config, Utc::now(), true)? {
        Some(recorded) => {
            let entries = counted(recorded.entries, "entry");
            terminal.say(format!("recorded the digests of all stamps: the log has {entries}"));
            say_remarks(&recorded, terminal);
        }
        None => terminal.say("there is no stamp that is not listed already, or today's entry lists them"),
    }
    Ok(Outcome::Fine)
}

fn stamped_now(site: &SiteDir, config: &Config, terminal: &Terminal) -> Result<Outcome> {
    if !site.proof_log().exists() {
        return Err(records_nothing());
    }
    if config.proof.authorities.is_empty() && !config.proof.opentimestamps {
        return Err(Error::configuration("no authority is named that could stamp the log")
            .hint("set `[proof] authorities`; docs/proof.md says how to choose two"));
    }
    let stamped = proof::stamp(site, config, Utc::now())?;
    if stamped.by.is_empty() && stamped.held_back.is_empty() && stamped.failures.is_empty() {
        terminal.say(format!("the {} of the log are stamped already", counted(stamped.lines, "line")));
    }
    Ok(say_stamped(&stamped, terminal))
}

fn status(site: &SiteDir, config: &Config, json: bool, terminal: &Terminal) -> Result<Outcome> {
    let Some(found) = proof::status(site, config, Utc::now())? else {
        return Err(records_nothing());
    };
    let entries: usize = found.kinds.iter().map(|(_, count)| count).sum();
    let newest = found.newest.map(|date| date.to_string());
    if json {
        terminal.json(&Document {
            entries,
            newest,
            head: found.head,
            kinds: found.kinds.into_iter().collect(),
            stamped: found.stamped,
            timing: by_kind(&found.timings),
            not_recorded: found.next.new,
            remarks: found.next.remarks.clone(),
        })?;
    } else {
        let rows: Vec<Vec<String>> =
            found.kinds.iter().map(|(kind, count)| vec![(*kind).to_owned(), count.to_string()]).collect();
        terminal.told(table(&rows, &[1]))?;
        let newest = newest.map(|date| format!(", the newest of {date}")).unwrap_or_default();
        terminal.told(format!("{}{newest}; the log is {}", counted(entries, "entry"), found.head))?;
        match found.stamped {
            None => terminal.told("nothing is stamped, so nothing proves when it was recorded")?,
            Some(lines) => {
                terminal.told(format!("the first {} are stamped", counted(lines, "line")))?;
                found.timings.in_words().iter().try_for_each(|sentence| terminal.told(sentence))?;
            }
        }
        say_remarks(&found.next, terminal);
        if found.next.new > 0 {
            terminal.say(format!(
                "{} to be recorded by the next command that brings something in, or by `trackrecord publish`",
                counted(found.next.new, "entry")
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
        terminal.say(format!("recorded {} in data/proof/", counted(recorded.new, "entry")));
    }
    say_remarks(&recorded, terminal);
    let outcome = if recorded.remarks.is_empty() { Outcome::Fine } else { Outcome::Findings };
    Ok(if recorded.intentions > 0 { outcome.and(stamped(site, terminal)) } else { outcome })
}

/// Has the log stamped, where authorities are configured. Without a stamp everything goes on; the next one is over these lines too.
pub fn stamped(site: &SiteDir, terminal: &Terminal) -> Outcome {
    let stamped = config(site).and_then(|config| proof::stamp(site, &config, Utc::now()));
    or_said(stamped.map(|stamped| say_stamped(&stamped, terminal)), site, terminal)
}

fn say_stamped(stamped: &Stamped, terminal: &Terminal) -> Outcome {
    for (authority, time) in &stamped.by {
        let time = time.format("%Y-%m-%d %H:%M:%S UTC");
        terminal.say(format!(
            "the first {} of the log: stamped by {authority} at {time}",
            counted(stamped.lines, "line")
        ));
    }
    for (authority, time) in &stamped.held_back {
        let time = time.format("%Y-%m-%d %H:%M:%S UTC");
        terminal.say(format!("a thesis or plan that is held back: stamped by {authority} at {time}"));
    }
    let is_stamped = !stamped.by.is_empty() || !stamped.held_back.is_empty();
    if is_stamped && !stamped.is_vouched_for {
        terminal.say("  next: put the authorities' root certificates into data/proof/tsa/ as .pem files: without them nobody can check the signatures");
    }
    stamped.failures.iter().for_each(|why| terminal.say(format!("warning: {}", visible(why))));
    if stamped.failures.is_empty() {
        return Outcome::Fine;
    }
    terminal.say(
        "  next: `trackrecord proof stamp` asks again, and so does the next `publish`; until then the lag grows",
    );
    Outcome::Findings
}

/// Records the digests of all stamps once a year, before the log is signed and stamped again.
pub fn renewed(site: &SiteDir, terminal: &Terminal) -> Outcome {
    let renewed = config(site).and_then(|config| proof::renew(site, &config, Utc::now(), false));
    or_said(renewed.map(|_| Outcome::Fine), site, terminal)
}

/// Signs the log before it is published, where it has a key. Without a signature it is published all the same.
pub fn signed(site: &SiteDir, terminal: &Terminal) -> Outcome {
    or_said(proof::sign(site).map(|_| Outcome::Fine), site, terminal)
}

/// What fails here keeps nothing from being published: it is said, and is something to act on.
fn or_said(came: Result<Outcome>, site: &SiteDir, terminal: &Terminal) -> Outcome {
    came.unwrap_or_else(|error| {
        terminal.error(&error, site.root());
        Outcome::Findings
    })
}

fn records_nothing() -> Error {
    Error::usage("this site keeps no log yet").hint("`trackrecord proof init` begins its log")
}

fn say_remarks(recorded: &Recorded, terminal: &Terminal) {
    recorded.remarks.iter().for_each(|remark| terminal.say(format!("warning: {remark}")));
}
