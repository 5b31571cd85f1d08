//! Where broker data and prices come from: `[ibkr]`, `[yahoo]` and `[flex]`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::record::{FlowKind, PriceSymbol};
use crate::toml_value;

/// `[ibkr]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ibkr {
    /// The earlier name of `[account] id`; reading a file moves it there.
    #[serde(skip_serializing)]
    pub(crate) account: Option<String>,
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
