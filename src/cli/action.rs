use chrono::NaiveDate;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use serde::Serialize;

use super::table::table;
use super::terminal::Terminal;
use super::{Outcome, record, today};
use crate::collect::manual_action::{Entry, What, rows};
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
    /// Enter a corporate action that no file of the broker contains
    Add {
        /// The first day on which it traded in the new form
        #[arg(value_name = "DATE")]
        date: NaiveDate,
        /// The broker's ticker before it
        #[arg(value_name = "SYMBOL")]
        symbol: String,
        /// What happened
        #[command(subcommand)]
        kind: Kind,
        /// The currency it trades in, where the ticker could mean several instruments
        #[arg(long, value_name = "CCY", global = true)]
        currency: Option<Currency>,
    },
    /// Every corporate action and transfer of positions that counts
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Kind {
    /// Units are multiplied or joined; what they cost together stays
    Split {
        /// New for old: 4:1, or 1:10 for a reverse split
        #[arg(value_name = "RATIO")]
        ratio: Ratio,
    },
    /// It goes on under another ticker; quantity and cost stay
    Rename {
        /// The ticker from then on
        #[arg(value_name = "NEW")]
        new: String,
    },
    /// It was taken over, for shares, cash or both
    Merger {
        /// The ticker of the shares received
        #[arg(long, value_name = "NEW", requires = "ratio")]
        into: Option<String>,
        /// Shares received for shares held, such as 1:2
        #[arg(long, value_name = "RATIO", requires = "into")]
        ratio: Option<Ratio>,
        /// Cash received for each share held
        #[arg(long, value_name = "AMOUNT")]
        cash: Option<Decimal>,
        /// What one share received was worth: it divides the cost where there is cash beside the shares
        #[arg(long, value_name = "AMOUNT", requires = "into")]
        price: Option<Decimal>,
    },
    /// Part of it became a company of its own, whose shares were received
    SpinOff {
        /// The ticker of what was received
        #[arg(value_name = "NEW")]
        new: String,
        /// Shares received for shares held, such as 1:4
        #[arg(value_name = "RATIO")]
        ratio: Ratio,
        /// What one share received was worth: with `--parent-price` it divides the cost
        #[arg(long, value_name = "AMOUNT", requires = "parent_price")]
        price: Option<Decimal>,
        /// What one share of the parent was worth after it
        #[arg(long, value_name = "AMOUNT", requires = "price")]
        parent_price: Option<Decimal>,
    },
    /// Shares of the same instrument were received as a dividend; what all cost together stays
    StockDividend {
        /// Shares received for shares held, such as 1:20
        #[arg(value_name = "RATIO")]
        ratio: Ratio,
        /// What one was worth, where they were chosen instead of cash: then it is what they cost
        #[arg(long, value_name = "AMOUNT")]
        price: Option<Decimal>,
    },
    /// It is gone, and worth nothing
    Delisting,
}

impl From<&Kind> for What {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::Split { ratio } => Self::Split(*ratio),
            Kind::Rename { new } => Self::Rename(Ticker::new(new)),
            Kind::Merger { into, ratio, cash, price } => {
                Self::Merger { into: into.as_ref().map(Ticker::new).zip(*ratio), cash: *cash, price: *price }
            }
            Kind::SpinOff { new, ratio, price, parent_price } => {
                Self::SpinOff { child: Ticker::new(new), ratio: *ratio, prices: price.zip(*parent_price) }
            }
            Kind::StockDividend { ratio, price } => Self::StockDividend { ratio: *ratio, price: *price },
            Kind::Delisting => Self::Delisting,
        }
    }
}

/// The actions as `--json` prints them.
#[derive(Serialize)]
struct Document<'a> {
    actions: Vec<&'a CorporateAction>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    match &arguments.action {
        Action::Add { date, symbol, kind, currency } => {
            let (symbol, currency) = (Ticker::new(symbol), *currency);
            let entry = Entry { date: *date, symbol, what: kind.into(), currency };
            let actions = rows(&entry, &record, config.account.id(), today())?;
            Store::open(site)?
                .refusing_after(today())
                .commit(&Changes { actions: actions.clone(), ..Changes::default() })?;
            terminal.told(table(&actions.iter().map(row).collect::<Vec<_>>(), &[3]))?;
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
    terminal.told(table(&rows, &[3]))
}

fn row(action: &CorporateAction) -> Vec<String> {
    let change = match (action.quantity, action.ratio) {
        (Some(quantity), _) => quantity.normalize().to_string(),
        (None, Some(ratio)) => match &action.of {
            Some(old) => format!("{ratio} of {old}"),
            None => ratio.to_string(),
        },
        (None, None) => String::new(),
    };
    let change = action.price.map_or_else(|| change.clone(), |price| format!("{change} at {}", price.normalize()));
    vec![
        action.date.to_string(),
        action.kind.to_string(),
        action.symbol.to_string(),
        change,
        action.source.to_string(),
    ]
}
