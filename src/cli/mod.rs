//! The commands: arguments in, a library call, words out. One file each, and no logic.

mod action;
mod alert;
mod annotate;
mod backtest;
mod build;
mod check;
mod collect;
mod completions;
mod demo;
mod doctor;
mod examples;
mod finding;
mod flow;
mod import;
mod init;
mod man;
mod plain;
mod progress;
mod prompts;
mod proof;
mod proposals;
mod publish;
mod rebalance;
mod report;
mod resolve;
mod schedule;
mod signal;
mod slippage;
mod stats;
mod strategies;
mod table;
mod terminal;
mod verify;
mod watch;
mod wrapping;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use chrono::{NaiveDate, Utc};
use clap::{Args, FromArgMatches, Parser, Subcommand};

use crate::analysis::Window;
use crate::calendar::last_possible_date;
use crate::config::{self, Config};
use crate::counted::counted;
use crate::error::{Error, Place, Result};
use crate::record::{Finding, Record, Severity, load, schema};
use crate::site_dir::SiteDir;
use terminal::Terminal;

/// The version, and in a released program the commit that it was built from.
static VERSION: LazyLock<String> = LazyLock::new(|| match option_env!("TRACKRECORD_COMMIT") {
    Some(commit) => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
    None => env!("CARGO_PKG_VERSION").to_owned(),
});

/// A live trading track record as a static site. Orders are never sent.
#[derive(Parser)]
#[command(name = "trackrecord", version = VERSION.as_str(), about, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The heading of what every command understands, apart from its own options.
const GLOBAL: &str = "Global options";

/// What every command understands.
#[derive(Args)]
struct Global {
    /// The site directory
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Print only results and errors
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    quiet: bool,
    /// Print more details
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new site directory
    Init(init::Arguments),
    /// Make and build a demo site: a simulated account on real prices
    Demo(demo::Arguments),
    /// Fetch new data from TWS or Gateway, the Flex web service and Yahoo; orders are never sent
    Collect(collect::Arguments),
    /// Import files of a broker or of the earlier system into data/
    Import(import::Arguments),
    /// Enter deposits and withdrawals that are in no file of the broker, and list them
    Flow(flow::Arguments),
    /// Splits that no file contains, and all corporate actions of the record
    Action(action::Arguments),
    /// Report everything in the record that is wrong, odd or missing
    Check(check::Arguments),
    /// Look at everything around the site: settings, folders, clock, services, the repository of the pages
    Doctor(doctor::Arguments),
    /// List stored rows that contradict each other, and choose which of them counts
    Resolve(resolve::Arguments),
    /// Every figure of the record
    Stats(FigureArguments),
    /// Slippage and costs of orders against their reference prices
    Slippage(FigureArguments),
    /// The strategy's current signal, from stored prices
    Signal(signal::Arguments),
    /// List the trades that bring the account to the strategy's target weights; orders are never sent
    Rebalance(rebalance::Arguments),
    /// Notes on orders: written before, completed after
    Annotate(annotate::Arguments),
    /// Backtest the strategy over stored prices
    Backtest(backtest::Arguments),
    /// Render the site into public/
    Build(build::Arguments),
    /// Check, build and publish the site: to a branch of a git repository, such as GitHub Pages
    Publish(publish::Arguments),
    /// Check a published site's log of what it published, with the figures beside it
    Verify(verify::Arguments),
    /// A log of what was published, which cannot be changed later unnoticed
    Proof(proof::Arguments),
    /// Serve the site while you write, and show every change as it is saved
    Watch(watch::Arguments),
    /// Jobs that run without being asked: collect after the close, signal once a month, build, publish
    Schedule(schedule::Arguments),
    /// Messages about what goes wrong and what is new: try them, and list what was reported
    Alert(alert::Arguments),
    /// Typeset the report of one month as a PDF
    Report(report::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print the manual page of the program or of a command
    Man(man::Arguments),
}

/// What a command that prints figures understands.
#[derive(Args)]
struct FigureArguments {
    /// First date, such as 2024-01-01 [default: the record's first]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last date [default: the record's last]
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl FigureArguments {
    fn window(&self) -> Result<Window> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                Err(Error::usage(format!("--from {from} is after --to {to}")).hint("swap them"))
            }
            (from, to) => Ok(Window { from, to }),
        }
    }
}

/// Whether a command that ran to its end found something to act on.
enum Outcome {
    Fine,
    Findings,
}

impl Outcome {
    /// What two steps come to.
    fn and(self, other: Self) -> Self {
        match self {
            Self::Fine => other,
            Self::Findings => Self::Findings,
        }
    }
}

impl Command {
    /// Whether something new may be in the record afterwards.
    fn brings_in(&self) -> bool {
        matches!(
            self,
            Self::Collect(_)
                | Self::Import(_)
                | Self::Flow(_)
                | Self::Action(_)
                | Self::Resolve(_)
                | Self::Signal(_)
                | Self::Rebalance(_)
                | Self::Annotate(_)
        )
    }
}

/// Lets threads nest deeply: the months of a long record are typeset side by side, and a thread that waits for one of them takes up
/// another on the same stack. Memory is taken as it is used.
fn give_threads_room() {
    const STACK: usize = 32 << 20;
    // Threads that are there already are left as they are.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
}

/// Runs the program on its arguments and prints what comes out.
///
/// Exit codes: 0 done, 1 failed or findings, 2 wrong usage.
pub fn run() -> ExitCode {
    let mut command = examples::command();
    let parsed = command.try_get_matches_from_mut(std::env::args_os());
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that went away is no failure of ours.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    give_threads_room();
    let terminal = Terminal::new(cli.global.quiet, cli.global.verbose);
    let site = SiteDir::new(&cli.global.root);
    if let Ok(renamed) = config::renamed_keys(&site, environment()) {
        renamed.iter().for_each(|renamed| terminal.say(finding::in_words(renamed)));
    }
    let brings_in = cli.command.brings_in();
    let outcome = match cli.command {
        Command::Init(arguments) => init::run(&arguments, &site, &terminal),
        Command::Demo(arguments) => demo::run(&arguments, &terminal),
        Command::Collect(arguments) => collect::run(&arguments, &site, &terminal),
        Command::Import(arguments) => import::run(&arguments, &site, &terminal),
        Command::Flow(arguments) => flow::run(&arguments, &site, &terminal),
        Command::Action(arguments) => action::run(&arguments, &site, &terminal),
        Command::Check(arguments) => check::run(&arguments, &site, &terminal),
        Command::Doctor(arguments) => doctor::run(&arguments, &site, &terminal),
        Command::Resolve(arguments) => resolve::run(&arguments, &site, &terminal),
        Command::Stats(arguments) => stats::run(&arguments, &site, &terminal),
        Command::Slippage(arguments) => slippage::run(&arguments, &site, &terminal),
        Command::Signal(arguments) => signal::run(&arguments, &site, &terminal),
        Command::Rebalance(arguments) => rebalance::run(&arguments, &site, &terminal),
        Command::Annotate(arguments) => annotate::run(&arguments, &site, &terminal),
        Command::Backtest(arguments) => backtest::run(&arguments, &site, &terminal),
        Command::Build(arguments) => build::run(&arguments, &site, &terminal),
        Command::Publish(arguments) => publish::run(&arguments, &site, &terminal),
        Command::Verify(arguments) => verify::run(&arguments, &site, &terminal),
        Command::Proof(arguments) => proof::run(&arguments, &site, &terminal),
        Command::Watch(arguments) => watch::run(&arguments, &site, &terminal),
        Command::Schedule(arguments) => schedule::run(&arguments, &site, &terminal),
        Command::Alert(arguments) => alert::run(&arguments, &site, &terminal),
        Command::Report(arguments) => report::run(&arguments, &site, &terminal),
        Command::Completions(arguments) => completions::run(&arguments, &terminal),
        Command::Man(arguments) => man::run(&arguments, &terminal),
    };
    let outcome = match outcome {
        Ok(outcome) if brings_in => proof::recorded(&site, &terminal).map(|recorded| outcome.and(recorded)),
        outcome => outcome,
    };
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::FAILURE,
        Err(error) => {
            terminal.error(&error, site.root());
            ExitCode::FAILURE
        }
    }
}

/// The configuration of a site.
fn config(site: &SiteDir) -> Result<Config> {
    must_be_site(site)?;
    schema::check(site)?;
    config::load(site, environment())
}

/// The environment as far as it is text: a variable of any other program may hold anything.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Refuses a folder that is no site.
fn must_be_site(site: &SiteDir) -> Result<()> {
    let is_site = site.config().exists() || site.data().is_dir();
    if !is_site {
        return Err(Error::usage("this is not a site directory: it has neither config/config.toml nor data/")
            .at(Place::file(site.root()))
            .hint("make one with `trackrecord init DIR`, or name one with `--root DIR`"));
    }
    Ok(())
}

/// The configuration and the record of a site.
fn record(site: &SiteDir) -> Result<(Config, Record)> {
    let config = config(site)?;
    let record = load::load(site, &config, today());
    Ok((config, record))
}

/// Says that figures of a record with errors may be wrong; what a command that printed some then comes to.
fn figures_printed(record: &Record, terminal: &Terminal) -> Outcome {
    // Whose money it is changes no figure.
    let wrong = |finding: &&Finding| finding.severity == Severity::Error && !finding.kind.is_of_status();
    let errors = record.findings.iter().filter(wrong).count();
    if errors == 0 {
        return Outcome::Fine;
    }
    terminal.say(format!(
        "the record has {}, so these figures may be wrong: run `trackrecord check`",
        counted(errors, "error")
    ));
    Outcome::Findings
}

/// The only place where the wall clock enters: nothing can be dated after it.
fn today() -> NaiveDate {
    last_possible_date(Utc::now())
}
