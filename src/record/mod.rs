//! What a track record is: fills, daily snapshots, cash flows, prices, and the trader's own words.
//!
//! [`load`] reads a site directory into a [`Record`]; [`store`] writes what the collectors bring. The types
//! hold exact decimals, UTC times and plain dates; nothing here computes a figure.

// As in `collect`: what is read from files is as large as it likes until `possible` has judged it.
#![warn(clippy::arithmetic_side_effects)]

mod accounts;
pub mod action;
pub mod action_rows;
mod action_versions;
pub mod annotation;
pub mod asset_class;
mod cash;
pub mod content;
mod content_files;
pub mod corrections;
pub mod coverage;
mod cut;
mod dated_texts;
mod differences;
mod emptiness;
pub mod execution;
mod files;
pub(crate) mod fill_names;
pub mod finding;
pub mod finding_kind;
pub mod flow;
mod foreign_front_matter;
pub mod front_matter;
mod held;
pub mod instrument;
pub mod json_number;
pub mod known_cash;
pub mod lacking;
pub mod listing;
pub mod load;
pub mod name;
pub mod option_name;
mod placeholders;
pub mod plan;
pub mod possible;
pub mod price;
pub mod prices;
mod private;
pub mod restatement;
mod same_day;
pub mod schema;
mod settings;
pub mod short_form;
pub mod signal;
pub mod signals_and_plans;
pub mod snapshot;
pub mod source;
mod spelling;
pub(crate) mod stated;
pub mod store;
pub mod suspicious;
#[cfg(test)]
pub(crate) mod testing;
mod titles;
pub mod trade;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::calendar::{Exchange, YearMonth};

pub use action::{ActionKind, CorporateAction, Ratio};
pub use annotation::{Annotation, Document, Front, PostTrade, PreTrade};
pub use asset_class::AssetClass;
pub use execution::{Execution, Side};
pub use finding::{Finding, Severity, Subject};
pub use finding_kind::FindingKind;
pub use flow::{CashFlow, FlowKind, StatementPeriod};
pub use held::{DataOfTexts, HeldRecord, Reread};
pub use instrument::{Instrument, Instruments};
pub use name::{AccountId, Currency, ExecId, PriceSymbol, Ticker};
pub use plan::{Plan, PlannedTrade, Unchanged};
pub use price::{Bar, PriceSeries, quote_unit};
pub use private::Private;
pub use restatement::{Contradiction, Decision, Restatement, Table};
pub use settings::Settings;
pub use signal::{DatedPrice, Ranked, Rule, Signal, Skipped};
pub use snapshot::{Position, Snapshot};
pub use source::Source;
pub use spelling::{same_ticker, ticker_key};
pub use suspicious::SuspiciousBar;
pub use trade::Trade;

/// Everything known about one account, in the form the analysis reads it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// The exchange whose sessions the record goes by.
    pub exchange: Exchange,
    /// The fills that count, by time, then id: corrected and taken-back ones are left out.
    pub executions: Vec<Execution>,
    /// Fills that a correction or cancellation has replaced.
    pub superseded: Vec<Execution>,
    /// One snapshot per session of the exchange, ascending.
    pub snapshots: Vec<Snapshot>,
    /// Corporate actions and transfers of positions by time; rows that take others back, and these, are among them.
    pub actions: Vec<CorporateAction>,
    /// Money across the account's border, by date.
    pub flows: Vec<CashFlow>,
    /// Dividends, taxes, interest and fees, by date.
    pub income: Vec<CashFlow>,
    /// What the broker says about whole periods.
    pub statements: Vec<StatementPeriod>,
    /// Daily prices by symbol.
    pub prices: BTreeMap<PriceSymbol, PriceSeries>,
    /// Notes on orders, by time.
    pub annotations: Vec<Annotation>,
    /// Commentary by month.
    pub commentary: BTreeMap<YearMonth, Document>,
    /// Pages of `content/` by slug.
    pub pages: BTreeMap<String, Document>,
    /// What the strategies said, one signal per strategy and month, by month.
    pub signals: Vec<Signal>,
    /// Saved lists of trades by date, strategy and the time they were made.
    pub plans: Vec<Plan>,
    /// What was wrong or odd in the files.
    pub findings: Vec<Finding>,
    /// What the broker stated twice, differently, by date.
    pub restatements: Vec<Restatement>,
    /// Rows that contradict each other until it is decided which counts.
    pub contradictions: Vec<Contradiction>,
    /// What is private in all rows that are stored, read or not.
    pub private: Arc<Private>,
}

impl Record {
    /// The date of the newest snapshot or fill: the record's own "today".
    pub fn as_of(&self) -> Option<NaiveDate> {
        let snapshot = self.snapshots.last().map(|snapshot| snapshot.date);
        let fill = self.executions.last().map(Execution::utc_date);
        snapshot.max(fill)
    }

    /// The date of the first snapshot or fill.
    pub fn begins(&self) -> Option<NaiveDate> {
        let snapshot = self.snapshots.first().map(Snapshot::own_date);
        let fill = self.executions.first().map(Execution::utc_date);
        snapshot.into_iter().chain(fill).min()
    }

    /// The prices stored under Yahoo's symbol.
    pub fn price_series(&self, symbol: &str) -> Option<&PriceSeries> {
        self.prices.get(&PriceSymbol::new(symbol))
    }
}
