//! A site's configuration: every key, its default, and its meaning.
//!
//! `config/config.toml` holds what is safe to commit, `config/local.toml` and the environment
//! (`TRACKRECORD_IBKR_PORT`) the rest. [`load`] merges the three and validates the result once.

mod alert;
mod at;
mod csv_import;
mod disclosures;
mod edit;
pub mod exchange;
mod job;
mod load;
mod parts;
mod price_symbols;
mod privacy;
mod proof;
mod publish;
mod readable;
mod renamed;
mod save;
pub mod secret;
mod span;
pub mod strategy;
mod words;

pub use crate::record::Rule;
pub use alert::{Alert, LocalTime, Quiet, Service, Topic};
pub use at::{At, Moment, Pattern};
pub use csv_import::{CsvImport, Preset};
pub use disclosures::Disclosures;
pub use edit::{Setting, is_said, set};
pub use job::{Job, Step};
pub use load::{is_base_url, is_loopback, is_secure, load, parse};
pub use parts::{OfFigures, OfRecord};
pub use price_symbols::rate_symbol;
pub use privacy::{Privacy, PrivacyLevel, PrivacyMode};
pub use proof::Proof;
pub use publish::{BRANCH, Publish, has_password, is_branch_name, is_domain};
pub use readable::{mode, open_to_others};
pub use renamed::renamed_keys;
pub use save::save_csv;
pub use secret::Secret;
pub use span::{Span, Zone};
pub use strategy::{Member, Strategies, Strategy};

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::Exchange;
use crate::locale::Locale;
use crate::record::{Currency, FlowKind, PriceSymbol};
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

/// `[benchmark]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Benchmark {
    /// Yahoo's symbol, under which its prices are stored; empty for no benchmark.
    pub symbol: String,
    /// The name on the pages.
    pub name: String,
    /// Whether its closes leave dividends out. Default: an index does unless it is known for a total return; adjusted closes
    /// of shares and funds do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<BenchmarkKind>,
}

/// What the closes of a benchmark count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BenchmarkKind {
    /// Prices alone: dividends are left out.
    Price,
    /// Prices with dividends reinvested.
    Total,
}

impl Default for Benchmark {
    fn default() -> Self {
        Self { symbol: "^GSPC".into(), name: "S&P 500".into(), kind: None }
    }
}

impl Benchmark {
    /// Whether dividends are left out.
    pub fn is_price_index(&self) -> bool {
        let total_return = |symbol: &str| symbol.ends_with("TR") || TOTAL_RETURN_INDICES.contains(&symbol);
        match self.kind {
            Some(kind) => kind == BenchmarkKind::Price,
            None => self.symbol.starts_with('^') && !total_return(&self.symbol),
        }
    }

    /// The name, which says so where dividends are left out.
    pub fn name_with_kind(&self) -> String {
        if self.is_price_index() { format!("{} without dividends", self.name) } else { self.name.clone() }
    }
}

/// Indices with dividends reinvested whose symbols at Yahoo do not end in `TR`.
const TOTAL_RETURN_INDICES: [&str; 5] = ["^GDAXI", "^MDAXI", "^SDAXI", "^TECDAX", "^XNDX"];

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

/// `[ibkr]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ibkr {
    /// The earlier name of `[account] id`; reading a file moves it there.
    #[serde(skip_serializing)]
    pub(super) account: Option<String>,
    /// Where TWS or Gateway listens.
    pub host: String,
    /// Its port: TWS 7496 live and 7497 paper, Gateway 4001 live and 4002 paper.
    pub port: u16,
    /// The client id of this program; no other program may connect with the same.
    pub client_id: i32,
    /// How many times a connection is attempted.
    pub max_retries: u32,
    /// Seconds to wait for an answer.
    pub timeout_s: u64,
    /// Time zone of times the gateway sends without one. Without it such times are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<chrono_tz::Tz>,
    /// The time zone of an exchange whose calendar is not known.
    pub exchange_zone: chrono_tz::Tz,
}

impl Default for Ibkr {
    fn default() -> Self {
        Self {
            account: None,
            host: "127.0.0.1".into(),
            port: 7497,
            client_id: 1,
            max_retries: 3,
            timeout_s: 30,
            time_zone: None,
            exchange_zone: chrono_tz::America::New_York,
        }
    }
}

/// `[yahoo]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Yahoo {
    /// The address of the chart service.
    pub base_url: String,
    /// Yahoo's symbol for a broker's ticker or contract number, where the listing exchange does not determine it.
    pub symbols: BTreeMap<String, String>,
    /// Suspicious bars that the owner has reviewed and confirmed: `"SXLK.L 2026-01-27"`.
    pub confirmed: Vec<String>,
}

impl Default for Yahoo {
    fn default() -> Self {
        Self { base_url: "https://query1.finance.yahoo.com".into(), symbols: BTreeMap::new(), confirmed: Vec::new() }
    }
}

impl Yahoo {
    /// The confirmed dates of each symbol.
    ///
    /// # Errors
    /// An entry that is not a symbol and a date.
    pub fn confirmations(&self) -> Result<BTreeMap<PriceSymbol, BTreeSet<NaiveDate>>, String> {
        let mut dates: BTreeMap<PriceSymbol, BTreeSet<NaiveDate>> = BTreeMap::new();
        for entry in &self.confirmed {
            let parts = entry.trim().split_once(' ').map(|(symbol, date)| (symbol, date.trim().parse()));
            let Some((symbol, Ok(date))) = parts else {
                return Err(format!("`{entry}` is not a symbol and a date, such as \"SXLK.L 2026-01-27\""));
            };
            dates.entry(PriceSymbol::new(symbol)).or_default().insert(date);
        }
        Ok(dates)
    }
}

/// `[flex]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flex {
    /// Time zone of the times in Flex statements, which do not name one.
    pub time_zone: chrono_tz::Tz,
    /// The time zone of words for zones that several parts of the world use.
    pub zones: BTreeMap<String, chrono_tz::Tz>,
    /// What money of types is that the program does not know.
    pub cash: BTreeMap<String, FlowKind>,
    /// The number of the Activity Flex query that is fetched.
    pub query_id: String,
    /// The token of the Flex web service. A secret: only from `local.toml` or the environment.
    pub token: Secret,
    /// The last day on which the token is valid.
    #[serde(deserialize_with = "toml_value::date", skip_serializing_if = "Option::is_none")]
    pub token_expires: Option<NaiveDate>,
    /// The address of the Flex web service.
    pub base_url: String,
}

impl Flex {
    /// Whether the web service is meant to be asked, be it that one of the two it needs is missing.
    pub fn is_configured(&self) -> bool {
        self.token.is_set() || !self.query_id.is_empty()
    }
}

impl Default for Flex {
    fn default() -> Self {
        Self {
            time_zone: chrono_tz::America::New_York,
            zones: BTreeMap::new(),
            cash: BTreeMap::new(),
            query_id: String::new(),
            token: Secret::default(),
            token_expires: None,
            base_url: "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService".into(),
        }
    }
}
