use std::io::IsTerminal;
use std::time::Duration;

use chrono::Utc;
use clap::{Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::prompts;
use super::table::table;
use super::terminal::Terminal;
use super::{Outcome, record};
use crate::annotate::{Listed, Proposal, State, list, new_note, proposals, waiting_note};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::record::store::{Changes, Store, Text};
use crate::record::{PostTrade, PreTrade, Record, Side, Ticker, content};
use crate::site_dir::SiteDir;

/// How long a note waits for another process to have written.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write a note before a trade; on a terminal, it asks for what the options leave out
    New(New),
    /// Add outcome and lesson to a note; on a terminal, it asks for what the options leave out
    Complete(Complete),
    /// List all notes with their state
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct New {
    /// Write a note for each trade of the newest saved plan that has none yet
    #[arg(long, conflicts_with_all = ["symbol", "side", "intended_entry"])]
    from_plan: bool,
    /// The broker's ticker
    #[arg(long)]
    symbol: Option<String>,
    /// The side of the trade
    #[arg(long)]
    side: Option<SideArgument>,
    /// The reason for the trade
    #[arg(long)]
    thesis: Option<String>,
    /// The price you intend to trade at
    #[arg(long, value_name = "PRICE")]
    intended_entry: Option<Decimal>,
    /// The reason for its size
    #[arg(long)]
    rationale: Option<String>,
    /// The conditions for closing the position
    #[arg(long)]
    exit_plan: Option<String>,
    /// Open $EDITOR for the text below
    #[arg(long)]
    edit: bool,
}

#[derive(Args)]
struct Complete {
    /// The note's id [default: on a terminal, it asks]
    id: Option<String>,
    /// The outcome of the trade
    #[arg(long)]
    outcome: Option<String>,
    /// Whether the trade went as expected
    #[arg(long)]
    matched: Option<YesNo>,
    /// The lesson learned
    #[arg(long)]
    lesson: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum SideArgument {
    #[value(alias = "BUY")]
    Buy,
    #[value(alias = "SELL")]
    Sell,
}

impl SideArgument {
    fn side(self) -> Side {
        match self {
            Self::Buy => Side::Buy,
            Self::Sell => Side::Sell,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (_, record) = record(site)?;
    match &arguments.action {
        Action::New(new) if new.from_plan => from_plan(new, record, site, terminal)?,
        Action::New(new) => write_new(new, &record, site, terminal)?,
        Action::Complete(complete) => write_outcome(complete, &record, site, terminal)?,
        Action::List { json } => print_list(*json, &record, terminal)?,
    }
    Ok(Outcome::Fine)
}

/// Whether somebody is there to answer.
fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn from_plan(new: &New, mut record: Record, site: &SiteDir, terminal: &Terminal) -> Result<()> {
    let today = Utc::now().date_naive();
    let proposed = proposals(&record, today);
    if proposed.is_empty() {
        return Err(Error::usage(
            "there is no planned trade without a note: no plan of the last ten days, or all have one",
        )
        .hint("save one with `trackrecord rebalance --save`"));
    }
    for proposal in proposed {
        let pre_trade = said(new, proposal.pre_trade);
        save(&mut record, proposal.symbol, pre_trade, String::new(), site, terminal)?;
    }
    Ok(())
}

/// What the options say over what is proposed.
fn said(new: &New, proposed: PreTrade) -> PreTrade {
    PreTrade {
        side: new.side.map(SideArgument::side).or(proposed.side),
        thesis: new.thesis.clone().unwrap_or(proposed.thesis),
        intended_entry: new.intended_entry.or(proposed.intended_entry),
        position_size_rationale: new.rationale.clone().unwrap_or(proposed.position_size_rationale),
        exit_plan: new.exit_plan.clone().unwrap_or(proposed.exit_plan),
    }
}

fn write_new(new: &New, record: &Record, site: &SiteDir, terminal: &Terminal) -> Result<()> {
    if new.intended_entry.is_some_and(|price| price <= Decimal::ZERO) {
        return Err(Error::usage("--intended-entry is not above zero").hint("name the price you mean to trade at"));
    }
    let proposed = proposals(record, Utc::now().date_naive());
    let side = new.side.map(SideArgument::side);
    let fits = |proposal: &&Proposal| {
        new.symbol.as_deref() == Some(proposal.symbol.as_str()) && side.is_none_or(|side| side == proposal.side)
    };
    let (symbol, pre_trade, body) = if asks() {
        let chosen = match &new.symbol {
            Some(_) => proposed.iter().find(fits).cloned(),
            None => prompts::proposal(&proposed)?,
        };
        let symbol = match (&new.symbol, &chosen) {
            (Some(symbol), _) => Ticker::new(symbol),
            (None, Some(proposal)) => proposal.symbol.clone(),
            (None, None) => Ticker::new(prompts::text("Ticker", "", false)?),
        };
        let mut pre_trade = said(new, chosen.map(|proposal| proposal.pre_trade).unwrap_or_default());
        let side = pre_trade.side.map_or_else(prompts::side, Ok)?;
        refuse_second(record, &symbol, side, site)?;
        pre_trade.side = Some(side);
        ask_first_half(new, &mut pre_trade)?;
        let edits = new.edit || prompts::yes("Write more in your editor?", false)?;
        (symbol, pre_trade, if edits { prompts::editor()? } else { String::new() })
    } else {
        let symbol = new.symbol.clone().ok_or_else(|| missing("--symbol"))?;
        let pre_trade =
            said(new, proposed.iter().find(fits).map(|proposal| proposal.pre_trade.clone()).unwrap_or_default());
        let symbol = Ticker::new(symbol);
        refuse_second(record, &symbol, pre_trade.side.ok_or_else(|| missing("--side"))?, site)?;
        (symbol, pre_trade, if new.edit { prompts::editor()? } else { String::new() })
    };
    let mut record = record.clone();
    save(&mut record, symbol, pre_trade, body, site, terminal)
}

fn ask_first_half(new: &New, pre_trade: &mut PreTrade) -> Result<()> {
    let ask = |given: bool, prompt: &str, proposed: &str| {
        if given { Ok(proposed.to_owned()) } else { prompts::text(prompt, proposed, true) }
    };
    pre_trade.thesis = ask(new.thesis.is_some(), "Why", &pre_trade.thesis)?;
    if new.intended_entry.is_none() {
        pre_trade.intended_entry = prompts::price("Intended price (nothing: left out)", pre_trade.intended_entry)?;
    }
    pre_trade.position_size_rationale =
        ask(new.rationale.is_some(), "Why this size (nothing: left out)", &pre_trade.position_size_rationale)?;
    pre_trade.exit_plan = ask(new.exit_plan.is_some(), "When to get out (nothing: left out)", &pre_trade.exit_plan)?;
    Ok(())
}

/// Refuses a second note on one planned trade.
fn refuse_second(record: &Record, symbol: &Ticker, side: Side, site: &SiteDir) -> Result<()> {
    let Some(note) = waiting_note(record, symbol, side, Utc::now().date_naive()) else { return Ok(()) };
    let trade = if side == Side::Buy { "purchase" } else { "sale" };
    Err(Error::usage(format!("the planned {trade} of {symbol} has a note already"))
        .at(Place::file(site.root().join(&note.path)))
        .hint(format!(
            "change that file, or remove it to write another; once it is filled, `trackrecord annotate complete {}`",
            note.id
        )))
}

fn missing(option: &str) -> Error {
    Error::usage(format!("a note needs {option}, and nobody is at the terminal to ask")).hint(format!("add {option}"))
}

fn save(
    record: &mut Record,
    symbol: Ticker,
    pre_trade: PreTrade,
    body: String,
    site: &SiteDir,
    terminal: &Terminal,
) -> Result<()> {
    if symbol.as_str().trim().is_empty() {
        return Err(Error::usage("the ticker is empty").hint("name what is traded, such as --symbol SXLK"));
    }
    let note = new_note(record, symbol, pre_trade, body, second(Utc::now()));
    let path = site.root().join(&note.path);
    if !commit(Text::new(&path, content::written(&note)?), site, terminal)? {
        return Err(
            Error::usage("there is a file of this name already, and nothing was written").at(Place::file(path))
        );
    }
    terminal.result(note.path.display())?;
    record.annotations.push(note);
    Ok(())
}

/// Stores a text. Returns whether it was written, which it is not where the file is no longer what it was.
fn commit(text: Text, site: &SiteDir, terminal: &Terminal) -> Result<bool> {
    let mut store = match Store::open(site) {
        // A collection may go on for a while, and its author has better uses for the words than to write them twice.
        Err(error) if error.kind() == ErrorKind::Busy => {
            terminal.say(format!("{}; waiting for it to end", error.message()));
            Store::open_within(site, LONGEST_WAIT)?
        }
        opened => opened?,
    };
    let done = store.commit(&Changes { texts: vec![text], ..Changes::default() })?;
    Ok(!done.texts.new.is_empty())
}

/// An instant without the fraction of its second, which nobody reads.
fn second(time: chrono::DateTime<Utc>) -> chrono::DateTime<Utc> {
    chrono::DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}

fn write_outcome(complete: &Complete, record: &Record, site: &SiteDir, terminal: &Terminal) -> Result<()> {
    let listed = list(record, Utc::now().date_naive());
    let open: Vec<&Listed> = listed.iter().filter(|note| note.state != State::Completed).collect();
    let note = match &complete.id {
        Some(id) => listed.iter().find(|note| note.id == *id).ok_or_else(|| {
            let ids: Vec<&str> = open.iter().map(|note| note.id.as_str()).collect();
            Error::usage(format!("there is no note `{id}`")).hint(format!("still open: {}", ids.join(", ")))
        })?,
        None if open.is_empty() => {
            return Err(Error::usage("every note is completed").hint("`trackrecord annotate list` shows them"));
        }
        None if asks() => prompts::note(&open)?,
        None => return Err(missing("the id of a note")),
    };
    let path = site.root().join(&note.path);
    let read = || std::fs::read_to_string(&path).map_err(|error| Error::io("read the note", &path, error));
    // Whether it can be completed is said before anything is asked.
    content::completed(&read()?, &note.path, &PostTrade::default())?;
    let mut post = PostTrade {
        completed_at: Some(second(Utc::now())),
        outcome: complete.outcome.clone().unwrap_or_else(|| note.fill.clone().unwrap_or_default()),
        matched_expectation: complete.matched.map(|answer| answer == YesNo::Yes),
        lesson: complete.lesson.clone().unwrap_or_default(),
    };
    if asks() {
        if complete.outcome.is_none() {
            post.outcome = prompts::text("What came of it", &post.outcome, true)?;
        }
        if post.matched_expectation.is_none() {
            post.matched_expectation = Some(prompts::yes("As expected?", true)?);
        }
        if complete.lesson.is_none() {
            post.lesson = prompts::text("Lesson", "", true)?;
        }
    }
    // Read again: the file may have changed while its author was thinking.
    let before = read()?;
    let content = content::completed(&before, &note.path, &post)?;
    if !commit(Text { path: path.clone(), content, replaces: Some(before) }, site, terminal)? {
        return Err(Error::busy("the note was changed in this very moment, and nothing was written")
            .at(Place::file(path))
            .hint("run this again"));
    }
    terminal.result(note.path.display())
}

fn print_list(json: bool, record: &Record, terminal: &Terminal) -> Result<()> {
    let listed = list(record, Utc::now().date_naive());
    if json {
        return terminal.json(&std::collections::BTreeMap::from([("notes", &listed)]));
    }
    let row = |note: &Listed| {
        let side = note.side.map(|side| side.to_string()).unwrap_or_default();
        vec![note.id.clone(), note.date.to_string(), side, note.symbol.to_string(), note.state.in_words().to_owned()]
    };
    let rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    if rows.is_empty() {
        terminal.say("there are no notes yet: `trackrecord annotate new` writes one");
        return Ok(());
    }
    terminal.told(table(&rows, &[]))
}
