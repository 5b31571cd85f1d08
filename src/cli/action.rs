use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::terminal::{Terminal, table};
use super::{Outcome, record, today};
use crate::collect::manual_action::{Split, split};
use crate::error::Result;
use crate::record::store::{Changes, Store};
use crate::record::{CorporateAction, Currency, Ratio, Record, Ticker, action_rows};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Enter a split that no file of the broker tells
    Add {
        /// The first day on which it traded in the new units
        #[arg(value_name = "DATE")]
        date: NaiveDate,
        /// The broker's ticker
        #[arg(value_name = "SYMBOL")]
        symbol: String,
        /// What happened
        #[arg(value_enum)]
        kind: Kind,
        /// New for old: 4:1, or 1:10 for a reverse split
        #[arg(value_name = "RATIO")]
        ratio: Ratio,
        /// The currency it trades in, where the ticker could mean several instruments
        #[arg(long, value_name = "CCY")]
        currency: Option<Currency>,
    },
    /// Every corporate action and transfer of positions that counts
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Units are multiplied or joined; what they cost together stays
    Split,
}

/// The actions as `--json` prints them.
#[derive(Serialize)]
struct Document<'a> {
    actions: Vec<&'a CorporateAction>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    match &arguments.action {
        Action::Add { date, symbol, kind: Kind::Split, ratio, currency } => {
            let (symbol, currency) = (Ticker::new(symbol), *currency);
            let entry = Split { date: *date, symbol, ratio: *ratio, currency };
            let action = split(&entry, &record, config.account.id(), today())?;
            Store::open(site)?.commit(&Changes { actions: vec![action.clone()], ..Changes::default() })?;
            terminal.result(table(&[row(&action)], &[3]))?;
        }
        Action::List { json: true } => {
            terminal.json(&Document { actions: action_rows::in_force(&record.actions) })?;
        }
        Action::List { json: false } => list(&record, terminal)?,
    }
    Ok(Outcome::Fine)
}

fn list(record: &Record, terminal: &Terminal) -> Result<()> {
    let actions = action_rows::in_force(&record.actions);
    if actions.is_empty() {
        terminal.say("there are no corporate actions: `trackrecord action add DATE SYMBOL split 4:1` enters one");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = actions.into_iter().map(row).collect();
    terminal.result(table(&rows, &[3]))
}

fn row(action: &CorporateAction) -> Vec<String> {
    let change = match (action.quantity, action.ratio) {
        (Some(quantity), _) => quantity.normalize().to_string(),
        (None, Some(ratio)) => ratio.to_string(),
        (None, None) => String::new(),
    };
    vec![
        action.date.to_string(),
        action.kind.to_string(),
        action.symbol.to_string(),
        change,
        action.source.to_string(),
    ]
}
