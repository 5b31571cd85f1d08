//! Where rows came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The source of a row, written by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Source {
    /// A Flex statement of Interactive Brokers.
    Flex,
    /// TWS or Gateway of Interactive Brokers.
    Tws,
    /// A CSV file of any broker.
    Csv,
    /// The earlier Python system.
    Seed,
    /// The simulated account.
    Demo,
    /// Anything else, by the name it gave itself.
    Other(String),
}

static NAMED: [Source; 5] = [Source::Flex, Source::Tws, Source::Csv, Source::Seed, Source::Demo];

impl Source {
    /// The name that is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Flex => "flex",
            Self::Tws => "tws",
            Self::Csv => "csv",
            Self::Seed => "seed",
            Self::Demo => "demo",
            Self::Other(name) => name,
        }
    }

    /// Whether the account's owner said it and not a broker: entered by hand, or in a table of net values.
    pub fn is_by_hand(&self) -> bool {
        matches!(self.as_str(), "manual" | "nav")
    }

    /// Whether a table of net values said it.
    pub fn is_table_of_values(&self) -> bool {
        self.as_str() == "nav"
    }

    /// Whether Interactive Brokers said it.
    pub fn is_ibkr(&self) -> bool {
        matches!(self, Self::Flex | Self::Tws)
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        let named = NAMED.iter().find(|source| text.trim().eq_ignore_ascii_case(source.as_str()));
        named.cloned().unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.as_str().to_owned()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_read_without_regard_to_case() {
        assert_eq!(
            ["flex", "TWS", "Csv", "demo"].map(Source::from),
            [Source::Flex, Source::Tws, Source::Csv, Source::Demo]
        );
        assert_eq!(Source::from("backtest"), Source::Other("backtest".into()));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_as_the_same(text in "\\PC{0,8}|(?i)flex|tws|csv|seed|demo") {
            let source = Source::from(text.as_str());
            prop_assert_eq!(Source::from(source.as_str()), source);
        }
    }
}
