//! Names that must not be mixed up: accounts, tickers and symbols, currencies, fills.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::brokers;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it came from the source.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as it was read.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// What the broker calls an instrument on fills and positions: `SXLK`.
    Ticker
}
name! {
    /// What Yahoo calls an instrument, which names its file of prices: `SXLK.L`.
    PriceSymbol
}
name! {
    /// The broker's identifier of one fill (`0000e0d5.69dd7411.01.01`). Private.
    ExecId
}

impl ExecId {
    /// The fill this id is a version of, and which version, where its broker numbers corrections in the id: the
    /// highest version counts.
    pub fn version(&self) -> Option<(&str, u32)> {
        brokers::version(&self.0)
    }

    /// What all versions of one fill have in common.
    pub fn fill(&self) -> &str {
        self.version().map_or(self.as_str(), |(fill, _)| fill)
    }
}

/// A brokerage account. It has no `Display`, so that it cannot slip into a page or a message.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// Wraps the account's number.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The account's number, for files below `data/` and the trader's own terminal. Never for `public/`.
    pub fn private(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountId(…)")
    }
}

/// An ISO 4217 currency code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl std::str::FromStr for Currency {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|letter| letter.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(format!("`{text}` is not a currency; write its three-letter code, such as USD")),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_does_not_print_itself() {
        assert!(!format!("{:?}", AccountId::new("U1234567")).contains("1234567"));
    }

    #[test]
    fn pence_are_not_a_currency() {
        assert!("GBp".parse::<Currency>().is_err());
        assert_eq!("GBP".parse::<Currency>().unwrap().as_str(), "GBP");
    }
}
