//! `[csv]`: how files of other brokers are read.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A broker whose files are read without a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// DEGIRO: Transactions.csv, in any of its languages.
    Degiro,
    /// Trading 212.
    Trading212,
    /// Charles Schwab.
    Schwab,
    /// Fidelity: Accounts_History.csv.
    Fidelity,
}

impl Preset {
    /// All of them, with the name that is written and the one that people know.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Degiro, "degiro", "DEGIRO"),
        (Self::Trading212, "trading212", "Trading 212"),
        (Self::Schwab, "schwab", "Schwab"),
        (Self::Fidelity, "fidelity", "Fidelity"),
    ];

    /// The name that is written.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(preset, ..)| *preset == self).map_or("", |(_, name, _)| name)
    }

    /// The name that people know.
    pub fn title(self) -> &'static str {
        Self::ALL.iter().find(|(preset, ..)| *preset == self).map_or("", |(.., title)| title)
    }

    /// Time zone of times that do not name one.
    fn zone(self) -> chrono_tz::Tz {
        match self {
            Self::Degiro => chrono_tz::Europe::Amsterdam,
            Self::Trading212 => chrono_tz::UTC,
            Self::Schwab | Self::Fidelity => chrono_tz::America::New_York,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name, _)| text.eq_ignore_ascii_case(name));
        let names: Vec<&str> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
        found.map(|(preset, ..)| *preset).ok_or_else(|| format!("there are {}", names.join(", ")))
    }
}

/// `[csv]`: the columns and formats of another broker's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvImport {
    /// The broker, where its form is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The character between columns; found from the file where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The `strftime` format of times; found from the file where it is empty.
    pub time_format: String,
    /// Time zone of times that do not name one; that of the preset, else UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<chrono_tz::Tz>,
    /// The decimal mark: `.` or `,`; found from the file where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<char>,
    /// The contract multiplier where no column holds it.
    pub multiplier: Decimal,
    /// Words of the file for purchases, beyond those that are known.
    pub buy: Vec<String>,
    /// Words of the file for sales.
    pub sell: Vec<String>,
    /// Words of the file for rows that are no trades.
    pub other: Vec<String>,
    /// The file's column for each of ours: `quantity = "Qty"`. A column with our own name needs no entry.
    pub columns: std::collections::BTreeMap<String, String>,
}

impl CsvImport {
    /// Time zone of times that do not name one.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.time_zone.or(self.preset.map(Preset::zone)).unwrap_or(chrono_tz::UTC)
    }
}

impl Default for CsvImport {
    fn default() -> Self {
        Self {
            preset: None,
            delimiter: None,
            time_format: String::new(),
            time_zone: None,
            decimal_mark: None,
            multiplier: Decimal::ONE,
            buy: Vec::new(),
            sell: Vec::new(),
            other: Vec::new(),
            columns: std::collections::BTreeMap::new(),
        }
    }
}
