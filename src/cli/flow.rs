use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;
use serde::Serialize;

use super::table::table;
use super::terminal::Terminal;
use super::{Outcome, record, today};
use crate::collect::manual::{Entry, flow};
use crate::error::Result;
use crate::record::store::{Changes, Store};
use crate::record::{CashFlow, Currency, FlowKind, Record};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Enter money that was paid into the account or out of it, where no file of the broker contains it
    Add {
        /// The date on which it entered the account's value
        #[arg(value_name = "DATE")]
        date: NaiveDate,
        /// Above zero into the account, below zero out of it
        #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
        amount: Decimal,
        /// Its currency [default: the base currency]
        #[arg(value_name = "CCY")]
        currency: Option<Currency>,
        /// What it was [default: by its sign]
        #[arg(long, value_enum)]
        kind: Option<Kind>,
        /// What one unit of its currency was worth in the base currency [default: by the snapshots]
        #[arg(long, value_name = "RATE")]
        rate: Option<Decimal>,
        /// It is meant beside an equal one that the record has already
        #[arg(long)]
        again: bool,
    },
    /// Every deposit, withdrawal and transfer of the record
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Deposit,
    Withdrawal,
    Transfer,
}

impl From<Kind> for FlowKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Deposit => Self::Deposit,
            Kind::Withdrawal => Self::Withdrawal,
            Kind::Transfer => Self::Transfer,
        }
    }
}

/// The flows as `--json` prints them.
#[derive(Serialize)]
struct Document<'a> {
    flows: &'a [CashFlow],
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    match &arguments.action {
        Action::Add { date, amount, currency, kind, rate, again } => {
            let (currency, kind) = (*currency, kind.map(FlowKind::from));
            let entry = Entry { date: *date, amount: *amount, currency, kind, rate: *rate, again: *again };
            let account = config.account.id();
            let flow = flow(&entry, &record, account, config.account.base_currency, today())?;
            Store::open(site)?
                .refusing_after(today())
                .commit(&Changes { cash: vec![flow.clone()], ..Changes::default() })?;
            terminal.told(table(&[row(&flow)], &[2]))?;
        }
        Action::List { json: true } => terminal.json(&Document { flows: &record.flows })?,
        Action::List { json: false } => list(&record, terminal)?,
    }
    Ok(Outcome::Fine)
}

fn list(record: &Record, terminal: &Terminal) -> Result<()> {
    if record.flows.is_empty() {
        terminal.say("there are no deposits or withdrawals: `trackrecord flow add DATE AMOUNT` enters one");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = record.flows.iter().map(row).collect();
    terminal.told(table(&rows, &[2]))
}

fn row(flow: &CashFlow) -> Vec<String> {
    let kind = match flow.kind {
        FlowKind::Deposit => "deposit",
        FlowKind::Withdrawal => "withdrawal",
        _ => "transfer",
    };
    let source = flow.source.to_string();
    vec![flow.date.to_string(), kind.to_owned(), flow.amount.to_string(), flow.currency.to_string(), source]
}
