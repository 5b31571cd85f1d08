use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::table::listing;
use super::terminal::Terminal;
use super::{Outcome, config};
use crate::alerts::turn;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::record::store::between_writes;
use crate::schedule::due::{Standing, standing};
use crate::schedule::exchange;
use crate::schedule::install::{self, System, installation};
use crate::schedule::occurrences::{Planned, planned};
use crate::schedule::runs::{self, Ending, Run};
use crate::schedule::turn::Turn;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The jobs: when each ran last, how that ended, and when it comes next
    List(List),
    /// Run what is due, and end; this is what a timer of the system calls
    Due,
    /// Look every 30 seconds what is due, and run it, until Ctrl-C
    Run,
    /// Write what starts `schedule due` every five minutes: a systemd timer, a launchd agent, a crontab line, or a Windows task
    Install(Install),
}

#[derive(Args)]
struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Install {
    /// Print it and write nothing
    #[arg(long)]
    print: bool,
    /// For which system [default: the one of this computer]
    #[arg(long, value_enum, value_name = "SYSTEM")]
    system: Option<Which>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// A timer and a service of the user's systemd
    Systemd,
    /// An agent of launchd (macOS)
    Launchd,
    /// A line for `crontab -e`
    Cron,
    /// A definition for the Task Scheduler of Windows
    Windows,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    match &arguments.command {
        Command::List(list) => listed(list, site, terminal),
        Command::Due => due(site, terminal),
        Command::Run => forever(site, terminal),
        Command::Install(arguments) => install(arguments, site, terminal),
    }
}

/// A job as `list --json` prints it.
#[derive(Serialize)]
struct JobDocument {
    name: String,
    at: String,
    steps: Vec<&'static str>,
    last: Option<Run>,
    state: &'static str,
    next: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Document {
    jobs: Vec<JobDocument>,
}

fn listed(list: &List, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    let now = Utc::now();
    let jobs = planned(&config, exchange(site, &config, now));
    let runs = runs::read(site)?;
    let documents: Vec<JobDocument> = jobs.iter().map(|job| document(job, &runs, now)).collect();
    if list.json {
        terminal.json(&Document { jobs: documents })?;
        return Ok(Outcome::Fine);
    }
    let zone = chrono::Local;
    let shown = |time: DateTime<Utc>| time.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string();
    let mut rows = vec![["job", "when", "steps", "last", "result", "next"].map(str::to_owned).to_vec()];
    rows.extend(documents.iter().map(|job| {
        let last = job.last.as_ref();
        vec![
            job.name.clone(),
            job.at.clone(),
            job.steps.join(", "),
            last.map_or("never".to_owned(), |run| shown(run.scheduled)),
            last.map_or(String::new(), |run| run.result.name().to_owned()),
            if job.state == "due" { "now".to_owned() } else { job.next.map_or("-".to_owned(), shown) },
        ]
    }));
    terminal.told(listing(&rows, &[], terminal.columns()))?;
    for job in &documents {
        if let Some(run) = job.last.as_ref().filter(|run| run.result != Ending::Done) {
            terminal.say(in_words(run));
        }
        if let Some(words) = peculiar(job) {
            terminal.say(words);
        }
    }
    Ok(Outcome::Fine)
}

fn document(job: &Planned, runs: &[Run], now: DateTime<Utc>) -> JobDocument {
    let last = runs.iter().filter(|run| run.job == job.name).max_by_key(|run| run.scheduled).cloned();
    let (state, next) = match standing(job, runs, now) {
        Standing::Due { .. } => ("due", Some(now.trunc_subsecs(0))),
        Standing::Waits { again, .. } => ("waiting", Some(again)),
        Standing::Missed { .. } => ("missed", job.timing.next(now)),
        Standing::ClockBack { .. } => ("clock-back", job.timing.next(now)),
        Standing::Settled => ("settled", job.timing.next(now)),
    };
    let steps = job.steps.iter().map(|step| step.name()).collect();
    JobDocument { name: job.name.clone(), at: job.timing.to_string(), steps, last, state, next }
}

fn peculiar(job: &JobDocument) -> Option<String> {
    match job.state {
        "missed" => Some(format!("{}: its last time passed unused, and its `deadline` is over", job.name)),
        "clock-back" => Some(format!(
            "{}: its last run is dated after now, so the clock of this computer was wrong, then or now; nothing runs twice\n  next: \
             set the clock; if it was wrong then, remove that row from data/runs.csv",
            job.name
        )),
        _ => None,
    }
}

/// A run as a line: which, when, how it came out, and why.
fn in_words(run: &Run) -> String {
    let when = run.scheduled.format("%Y-%m-%d %H:%M UTC");
    let detail = if run.detail.is_empty() { String::new() } else { format!(": {}", run.detail) };
    format!("{} of {when} {}{detail}", run.job, run.result.name())
}

fn due(site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    interrupt::listen();
    let config = config(site)?;
    let (turned, not_sent) = turn(site, &config, Utc::now)?;
    let outcome = say(&turned, terminal);
    say_not_sent(&not_sent, terminal);
    if let Turn::Ran(ran) = &turned
        && ran.is_empty()
    {
        terminal.say("nothing is due");
    }
    leave(&turned);
    Ok(outcome)
}

/// Says what was run. What failed is said even where only errors are printed.
fn say(turned: &Turn, terminal: &Terminal) -> Outcome {
    let ran = match turned {
        Turn::Elsewhere => {
            terminal.say("another trackrecord runs the jobs of this site now");
            return Outcome::Fine;
        }
        Turn::Ran(ran) | Turn::Hung(ran) | Turn::Stopped(ran) => ran,
    };
    for run in ran {
        match run.result {
            Ending::Failed => terminal.always(in_words(run)),
            _ => terminal.say(in_words(run)),
        }
    }
    if ran.iter().any(|run| run.result == Ending::Failed) { Outcome::Findings } else { Outcome::Fine }
}

/// Says which alerts could not be sent. They are tried again, and fail no job.
fn say_not_sent(not_sent: &[String], terminal: &Terminal) {
    for words in not_sent {
        terminal.always(format!("an alert was not sent, and is tried again: {words}"));
    }
}

/// Ends the program where a step goes on that nothing else can end. What it writes is written to its end first.
fn leave(turned: &Turn) {
    match turned {
        Turn::Hung(_) => between_writes(|| interrupt::exit(1)),
        Turn::Stopped(_) => between_writes(|| interrupt::exit(143)),
        Turn::Ran(_) | Turn::Elsewhere => {}
    }
}

/// How often it is looked what is due.
const EVERY: TimeDelta = TimeDelta::seconds(30);

fn forever(site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    interrupt::listen();
    let first = config(site)?;
    let now = Utc::now();
    for job in planned(&first, exchange(site, &first, now)) {
        let next =
            job.timing.next(now).map_or("never".to_owned(), |next| next.format("%Y-%m-%d %H:%M UTC").to_string());
        terminal.say(format!("{}: next {next}", job.name));
    }
    terminal.say("looking every 30 seconds what is due; Ctrl-C ends it");
    let mut said = String::new();
    while !interrupt::is_asked() {
        // The configuration may have changed since; one that is wrong now is said once and waited for.
        match config(site).and_then(|config| turn(site, &config, Utc::now)) {
            Ok((Turn::Elsewhere, _)) => {}
            Ok((turned, not_sent)) => {
                said.clear();
                say(&turned, terminal);
                say_not_sent(&not_sent, terminal);
                leave(&turned);
            }
            Err(error) => {
                let words = error.to_string();
                if said != words {
                    terminal.error(&error, site.root());
                }
                said = words;
            }
        }
        pause();
    }
    Ok(Outcome::Fine)
}

/// Waits by the clock on the wall: after the computer was asleep, or the clock was set, it is looked at once.
fn pause() {
    let began = Utc::now();
    while !interrupt::is_asked() && (TimeDelta::zero()..EVERY).contains(&(Utc::now() - began)) {
        std::thread::sleep(Duration::from_millis(250));
    }
}

fn install(arguments: &Install, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    config(site)?;
    let system = match arguments.system {
        None => System::usual(),
        Some(Which::Systemd) => System::Systemd,
        Some(Which::Launchd) => System::Launchd,
        Some(Which::Cron) => System::Cron,
        Some(Which::Windows) => System::Windows,
    };
    let program = std::env::current_exe()
        .map_err(|error| Error::internal("it is not known where this program is").because(error))?;
    let root = std::path::absolute(site.root())
        .map_err(|error| Error::internal("it is not known where this site is").because(error))?;
    let made = installation(system, &program, &root.components().collect::<PathBuf>(), &home()?)?;
    if !arguments.print {
        install::write(&made)?;
    }
    for (path, content) in &made.files {
        if arguments.print {
            terminal.result(format!("# {}\n{content}", path.display()))?;
        } else {
            terminal.result(format!("wrote {}", path.display()))?;
        }
    }
    if let Some(lines) = &made.lines {
        terminal.result(lines)?;
    }
    terminal.say(&made.explanation);
    Ok(Outcome::Fine)
}

fn home() -> Result<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty()).ok_or_else(|| {
        Error::usage("the folder of the user is not known").hint("set the variable HOME, or use `--print`")
    })
}
