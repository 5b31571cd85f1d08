//! A site's configuration: every key, its default, and its meaning.
//!
//! `config/config.toml` holds what is safe to commit, `config/local.toml` and the environment
//! (`TRACKRECORD_IBKR_PORT`) what is not. [`load`] joins the three and checks the result once.

mod load;

pub use load::{is_base_url, load, parse};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::record::Currency;
use crate::toml_value;

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the site calls itself.
    pub site: Site,
    /// The account.
    pub account: Account,
    /// What it is compared with.
    pub benchmark: Benchmark,
    /// How figures are computed.
    pub analysis: Analysis,
    /// What strangers may see.
    pub privacy: Privacy,
    /// The gateway of Interactive Brokers.
    pub ibkr: Ibkr,
    /// Flex statements.
    pub flex: Flex,
    /// Reading files of other brokers.
    pub csv: CsvImport,
    /// The monthly reports.
    pub report: Report,
    /// What the pages call an instrument, by its ticker: `SXLK = "Technology"`.
    pub names: std::collections::BTreeMap<String, String>,
}

/// What kind of account the record is of. It decides the badge on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Real money.
    Live,
    /// A broker's simulated account.
    #[default]
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
    /// `live`, `paper` or `demo`.
    pub status: Status,
    /// The address it is published at, ending in `/`; the 404 page and canonical links need it.
    pub base_url: Option<String>,
    /// Language of the pages.
    pub locale: String,
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
            status: Status::Paper,
            base_url: None,
            locale: "en-GB".into(),
            inception: None,
        }
    }
}

/// `[account]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// The currency in which the account is valued.
    pub base_currency: Currency,
}

impl Default for Account {
    fn default() -> Self {
        Self { base_currency: const_currency("USD") }
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
}

impl Default for Benchmark {
    fn default() -> Self {
        Self { symbol: "^GSPC".into(), name: "S&P 500".into() }
    }
}

/// When in the day external money is taken to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowTiming {
    /// In at the start of the day, out at its end.
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
    /// When in the day external money is taken to move.
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

/// Whether amounts of money are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyMode {
    /// Returns, weights, prices and basis points only.
    #[default]
    Relative,
    /// Amounts of money and share counts too; never an account id.
    Absolute,
}

/// `[privacy]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// `relative` or `absolute`.
    pub mode: PrivacyMode,
    /// Calendar days for which positions and trades are held back.
    pub delay_days: u32,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// `a4` or `letter`.
    pub paper: Paper,
}

/// `[ibkr]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ibkr {
    /// The account to read where a statement holds several; empty for the only one.
    pub account: String,
}

/// `[flex]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flex {
    /// Time zone of the times in Flex statements, which do not name one.
    pub time_zone: chrono_tz::Tz,
}

impl Default for Flex {
    fn default() -> Self {
        Self { time_zone: chrono_tz::America::New_York }
    }
}

/// `[csv]`: which column of another broker's file holds what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvImport {
    /// The character between columns.
    pub delimiter: char,
    /// How times are written, in `strftime` letters; empty for RFC 3339 and ISO forms.
    pub time_format: String,
    /// Time zone of times that do not name one.
    pub time_zone: chrono_tz::Tz,
    /// The decimal mark: `.` or `,`.
    pub decimal_mark: char,
    /// Multiplier of a contract where no column tells it.
    pub multiplier: Decimal,
    /// The file's column for each of ours: `quantity = "Qty"`. A column with our own name needs no entry.
    pub columns: std::collections::BTreeMap<String, String>,
}

impl Default for CsvImport {
    fn default() -> Self {
        Self {
            delimiter: ',',
            time_format: String::new(),
            time_zone: chrono_tz::UTC,
            decimal_mark: '.',
            multiplier: Decimal::ONE,
            columns: std::collections::BTreeMap::new(),
        }
    }
}
