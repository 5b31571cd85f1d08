use clap::{Args, ValueEnum};
use serde::Serialize;

use super::finding::{Printed, in_words};
use super::progress::Shown;
use super::table::table;
use super::terminal::Terminal;
use super::{Outcome, config};
use crate::collect::flex::service::Pace;
use crate::collect::ibkr::AccountKind;
use crate::collect::report::{Part, PartReport};
use crate::collect::run::{Options, Outcomes, run as collect};
use crate::config::{Config, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Finding, Severity};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// What to collect; `all` leaves out the Flex service where it is not configured
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// Refuse anything but a paper account on a site with status paper
    #[arg(long, conflicts_with = "live")]
    paper: bool,
    /// Refuse anything but a live account on a site with status live
    #[arg(long)]
    live: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Everything
    All,
    /// Fills of the last days from TWS or Gateway
    Executions,
    /// The account as it is now from TWS or Gateway
    Snapshot,
    /// Daily prices from Yahoo
    Prices,
    /// Statements from the Flex web service for the days that are missing
    Flex,
}

/// What a collection did, as `--json` prints it.
#[derive(Serialize)]
struct Document<'a> {
    complete: bool,
    parts: Vec<PartDocument<'a>>,
}

#[derive(Serialize)]
struct PartDocument<'a> {
    part: Part,
    asked: Option<&'a str>,
    complete: bool,
    new: usize,
    known: usize,
    conflicts: usize,
    error: Option<String>,
    error_kind: Option<ErrorKind>,
    next_step: Option<String>,
    findings: Vec<Printed<'a>>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    let parts = parts(arguments.what, &config);
    let progress = Shown::new(terminal);
    let options = Options {
        parts: &parts,
        kind: kind(arguments, &config, &parts)?,
        pace: Pace::default(),
        now: chrono::Utc::now(),
        progress: &progress,
    };
    let outcomes = collect(site, &config, &options)?;
    if arguments.json {
        terminal.json(&document(&outcomes))?;
    } else {
        terminal.told(table(&rows(&outcomes), &[1, 2]))?;
        say_findings(&outcomes, site, terminal);
    }
    Ok(if is_complete(&outcomes) { Outcome::Fine } else { Outcome::Findings })
}

fn parts(what: What, config: &Config) -> Vec<Part> {
    match what {
        What::Executions => vec![Part::Executions],
        What::Snapshot => vec![Part::Snapshot],
        What::Prices => vec![Part::Prices],
        What::Flex => vec![Part::Flex],
        What::All => {
            let flex = config.flex.is_configured().then_some(Part::Flex);
            [Part::Executions, Part::Snapshot].into_iter().chain(flex).chain([Part::Prices]).collect()
        }
    }
}

/// Whose money is wanted. Prices are nobody's, so a demo may collect them.
fn kind(arguments: &Arguments, config: &Config, parts: &[Part]) -> Result<AccountKind> {
    if parts == [Part::Prices] {
        return Ok(AccountKind::Paper);
    }
    let published = match (config.site.status, arguments.paper, arguments.live) {
        (Status::Unset, true, _) => AccountKind::Paper,
        (Status::Unset, _, true) => AccountKind::Live,
        _ => AccountKind::of_site(config)?,
    };
    match (arguments.paper, arguments.live) {
        (true, _) => published.must_be(AccountKind::Paper),
        (_, true) => published.must_be(AccountKind::Live),
        _ => Ok(published),
    }
}

fn is_complete(outcomes: &Outcomes) -> bool {
    outcomes.iter().all(|(_, outcome)| outcome.as_ref().is_ok_and(PartReport::is_complete))
}

fn rows(outcomes: &Outcomes) -> Vec<Vec<String>> {
    let row = |(part, outcome): &(Part, Result<PartReport>)| {
        let [new, known, words] = match outcome {
            Ok(report) => [
                format!("{} new", report.added.new),
                format!("{} known", report.added.known),
                if report.is_complete() { report.asked.clone() } else { format!("{} (incomplete)", report.asked) },
            ],
            Err(_) => [String::new(), String::new(), "failed".to_owned()],
        };
        vec![part.name().to_owned(), new, known, words]
    };
    outcomes.iter().map(row).collect()
}

fn say_findings(outcomes: &Outcomes, site: &SiteDir, terminal: &Terminal) {
    for (part, outcome) in outcomes {
        match outcome {
            Ok(report) => {
                for finding in Finding::joined(&report.findings) {
                    if finding.severity == Severity::Note {
                        terminal.detail(in_words(&finding));
                    } else {
                        terminal.say(in_words(&finding));
                    }
                }
                if report.added.conflicts > 0 {
                    let count = report.added.conflicts;
                    terminal.say(format!(
                        "{}: {count} rows contradict what is stored; both are kept, and `trackrecord check` lists them",
                        part.name()
                    ));
                }
            }
            Err(error) => terminal.error(error, site.root()),
        }
    }
}

fn document(outcomes: &Outcomes) -> Document<'_> {
    let parts = outcomes.iter().map(|(part, outcome)| {
        let (report, error) = (outcome.as_ref().ok(), outcome.as_ref().err());
        let added = report.map(|report| report.added).unwrap_or_default();
        PartDocument {
            part: *part,
            asked: report.map(|report| report.asked.as_str()),
            complete: report.is_some_and(PartReport::is_complete),
            new: added.new,
            known: added.known,
            conflicts: added.conflicts,
            error: error.map(Error::to_string),
            error_kind: error.map(Error::kind),
            next_step: error.and_then(Error::next_step),
            findings: report.map(|report| report.findings.iter().map(Printed::from).collect()).unwrap_or_default(),
        }
    });
    Document { complete: is_complete(outcomes), parts: parts.collect() }
}
