//! A site's configuration: every key, its default, and its meaning.
//!
//! `config/config.toml` holds what is safe to commit, `config/local.toml` and the environment
//! (`TRACKRECORD_IBKR_PORT`) the rest. [`load`] merges the three and validates the result once.

mod addresses;
mod alert;
mod at;
mod benchmark;
mod csv_import;
mod disclosures;
mod edit;
pub mod exchange;
mod job;
mod load;
mod parts;
mod possible;
mod price_symbols;
mod privacy;
mod proof;
mod publish;
mod readable;
mod renamed;
mod save;
pub mod secret;
mod sources;
mod span;
pub mod strategy;
mod words;

pub use crate::record::Rule;
pub use addresses::{as_base_url, is_base_url, is_loopback, is_secure};
pub use alert::{Alert, LocalTime, Quiet, Service, Topic};
pub use at::{At, Moment, Pattern};
pub use benchmark::{Benchmark, BenchmarkKind};
pub use csv_import::{CsvImport, Preset};
pub use disclosures::Disclosures;
pub use edit::{Setting, is_said, set};
pub use job::{Job, Step};
pub use load::{load, parse};
pub use parts::{OfFigures, OfRecord};
pub use price_symbols::rate_symbol;
pub use privacy::{Privacy, PrivacyLevel, PrivacyMode};
pub use proof::Proof;
pub use publish::{BRANCH, Publish, has_password, is_branch_name, is_domain};
pub use readable::{mode, open_to_others};
pub use renamed::renamed_keys;
pub use save::save_csv;
pub use secret::Secret;
pub use sources::{Flex, Ibkr, Yahoo};
pub use span::{Span, Zone};
pub use strategy::{Member, Strategies, Strategy};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::Exchange;
use crate::locale::Locale;
use crate::record::Currency;
use crate::toml_value;

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the site calls itself.
    pub site: Site,
    /// Account number, base currency, exchange, and whether the money is real.
    pub account: Account,
    /// The index that the account is compared with.
    pub benchmark: Benchmark,
    /// How figures are computed.
    pub analysis: Analysis,
    /// What is published.
    pub privacy: Privacy,
    /// What readers ask and no record knows.
    pub disclosures: Disclosures,
    /// The gateway of Interactive Brokers.
    pub ibkr: Ibkr,
    /// The price source.
    pub yahoo: Yahoo,
    /// Flex statements.
    pub flex: Flex,
    /// The columns of other brokers' CSV files.
    pub csv: CsvImport,
    /// The monthly reports.
    pub report: Report,
    /// Where the site is published.
    pub publish: Publish,
    /// Who stamps the log of what was published.
    pub proof: Proof,
    /// Names of instruments on the pages, by ticker: `SXLK = "Technology"`.
    pub names: std::collections::BTreeMap<String, String>,
    /// `[strategy]`, one or several by name.
    pub strategy: Strategies,
    /// Watching while writing.
    pub watch: Watch,
    /// `[[job]]`, what is done without being asked.
    pub job: Vec<Job>,
    /// `[[alert]]`, who hears of what.
    pub alert: Vec<Alert>,
    /// Addresses, tokens and passwords of alerts, by their name. Secrets: only from `local.toml` or the environment.
    pub secrets: BTreeMap<String, Secret>,
}

/// What kind of account the record is of. It decides the badge on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not said yet: nothing is published until it is.
    #[default]
    #[serde(rename = "")]
    Unset,
    /// Real money.
    Live,
    /// A broker's simulated account.
    Paper,
    /// Made-up trades on real prices.
    Demo,
}

/// `[site]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// The name of the site.
    pub title: String,
    /// Who publishes it.
    pub author: String,
    /// One sentence under the title.
    pub description: String,
    /// `live`, `paper` or `demo`; empty until it is said.
    pub status: Status,
    /// The address it is published at, ending in `/`; the 404 page, canonical links, the feed and the picture for links need it.
    pub base_url: Option<String>,
    /// What the feed and its entries are named by, if not by the address: `tag:example.org,2026:record`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_id: Option<String>,
    /// In which order dates and with which marks numbers are written.
    pub locale: Locale,
    /// Where the record starts; earlier snapshots and fills are left out. Default: the first snapshot.
    #[serde(deserialize_with = "toml_value::date", skip_serializing_if = "Option::is_none")]
    pub inception: Option<NaiveDate>,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            title: "Track record".into(),
            author: String::new(),
            description: String::new(),
            status: Status::Unset,
            base_url: None,
            feed_id: None,
            locale: Locale::BRITISH,
            inception: None,
        }
    }
}

/// `[watch]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// The command that opens `{file}` at `{line}`; empty for none.
    pub editor: String,
}

/// `[account]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// The account that is published, as the broker numbers it; rows of others are left out. Empty for the only one.
    pub id: String,
    /// All your other accounts, closed ones included, as their brokers number them: the charter of a proof commits to them, so that an
    /// auditor can be shown which there were. They are published nowhere.
    pub others: Vec<String>,
    /// The currency in which the account is valued.
    pub base_currency: Currency,
    /// The exchange by whose sessions days are counted. Default: where most of what was held or traded is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
}

impl Default for Account {
    fn default() -> Self {
        Self { id: String::new(), others: Vec::new(), base_currency: const_currency("USD"), exchange: None }
    }
}

impl Account {
    /// The account that is published, where one is named.
    pub fn id(&self) -> Option<&str> {
        Some(self.id.trim()).filter(|id| !id.is_empty())
    }

    /// It and all others that are named.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(|other| other.trim()).filter(|other| !other.is_empty());
        self.id().into_iter().chain(others)
    }
}

fn const_currency(code: &str) -> Currency {
    #[allow(clippy::expect_used, reason = "a literal of this program")]
    code.parse().expect("a currency code")
}

/// The time of day at which external cash flows are assumed to occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowTiming {
    /// Deposits at the start of the day, withdrawals at its end.
    #[default]
    Split,
    /// Both at the start.
    Start,
    /// Both at the end.
    End,
}

/// `[analysis]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Analysis {
    /// Risk-free rate a year, as a fraction.
    pub risk_free: f64,
    /// Trading days a year.
    pub periods_per_year: u32,
    /// The time of day at which external cash flows are assumed to occur.
    pub flow_timing: FlowTiming,
    /// Slippage beyond this many basis points is listed as an outlier.
    pub outlier_bps: f64,
    /// How many variants of the strategy were tried before this one.
    pub trials: Option<u32>,
    /// Standard deviation of the per-day Sharpe ratios of those variants.
    pub trials_sharpe_sd: Option<f64>,
}

impl Default for Analysis {
    fn default() -> Self {
        Self {
            risk_free: 0.0,
            periods_per_year: 252,
            flow_timing: FlowTiming::Split,
            outlier_bps: 10.0,
            trials: None,
            trials_sharpe_sd: None,
        }
    }
}

/// The paper a report is typeset for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// ISO A4.
    #[default]
    A4,
    /// US Letter.
    Letter,
}

/// `[report]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// `a4` or `letter`.
    pub paper: Paper,
    /// Font files for scripts that the report's own fonts do not have, by their path below the site's root.
    pub fonts: Vec<String>,
}
