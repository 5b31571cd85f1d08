//! What kind of instrument a row is about, in the words of any source.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of an instrument. It is read without regard to case and punctuation from the words of brokers (`STK`,
/// `Equity`, `ETF`; `OPT`, `Equity Option`) and written as one code for each kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum AssetClass {
    /// The source does not say.
    #[default]
    Unknown,
    /// Shares, depositary receipts, exchange-traded funds and the like.
    Stock,
    /// Funds that are not traded on an exchange.
    Fund,
    /// Options on shares and indices.
    Option,
    /// Options on futures.
    FutureOption,
    /// Options on futures that are margined like futures.
    FuturesStyleOption,
    /// Futures.
    Future,
    /// Warrants.
    Warrant,
    /// Certificates and other structured products.
    StructuredProduct,
    /// Contracts for difference.
    Cfd,
    /// Bonds and notes.
    Bond,
    /// Treasury bills.
    Bill,
    /// One currency for another.
    Forex,
    /// Coins and tokens.
    Crypto,
    /// Metals and other goods that are held themselves.
    Commodity,
    /// Indices, which cannot be held.
    Index,
    /// Several legs traded as one.
    Combination,
    /// A word that is none of these, as it was read.
    Other(String),
}

/// For each kind the code that is written, then its other names. Letters and digits alone count.
static NAMES: [(AssetClass, &[&str]); 16] = [
    (
        AssetClass::Stock,
        &[
            "STK",
            "STOCK",
            "STOCKS",
            "SHARE",
            "SHARES",
            "EQUITY",
            "EQUITIES",
            "EQ",
            "USEQUITY",
            "COMMONSTOCK",
            "COMMONSTOCKS",
            "ORDINARYSHARE",
            "ORDINARYSHARES",
            "PREFERREDSTOCK",
            "ADR",
            "GDR",
            "REIT",
            "ETF",
            "ETFS",
            "ETC",
            "ETCS",
            "ETN",
            "ETNS",
            "ETP",
            "ETPS",
            "EXCHANGETRADEDFUND",
            "EXCHANGETRADEDFUNDS",
            "EXCHANGETRADEDPRODUCT",
            "COLLECTIVEINVESTMENT",
            "AKTIE",
            "AKTIEN",
            "ACTION",
            "ACTIONS",
            "AANDEEL",
            "AANDELEN",
            "AZIONE",
            "AZIONI",
            "ACCIONES",
        ],
    ),
    (AssetClass::Fund, &["FUND", "FUNDS", "MUTUALFUND", "MUTUALFUNDS", "MF", "MONEYMARKETFUND", "FONDS"]),
    (
        AssetClass::Option,
        &[
            "OPT",
            "OPTION",
            "OPTIONS",
            "OPTN",
            "USOPTION",
            "EQUITYOPTION",
            "EQUITYOPTIONS",
            "STOCKOPTION",
            "STOCKOPTIONS",
            "INDEXOPTION",
            "INDEXOPTIONS",
            "ETFOPTION",
            "STOCKINDEXOPTION",
            "EQUITYANDINDEXOPTIONS",
        ],
    ),
    (
        AssetClass::FutureOption,
        &[
            "FOP",
            "FUTUREOPTION",
            "FUTUREOPTIONS",
            "FUTURESOPTION",
            "FUTURESOPTIONS",
            "OPTIONONFUTURE",
            "OPTIONONFUTURES",
            "OPTIONSONFUTURES",
        ],
    ),
    (AssetClass::FuturesStyleOption, &["FSFOP", "FSOPT", "FUTURESSTYLEOPTION", "FUTURESSTYLEOPTIONS"]),
    (AssetClass::Future, &["FUT", "FUTURE", "FUTURES", "CONTRACTFUTURES", "CONTFUT"]),
    (AssetClass::Warrant, &["WAR", "WARRANT", "WARRANTS", "OPTIONSSCHEIN", "OPTIONSSCHEINE"]),
    (
        AssetClass::StructuredProduct,
        &[
            "IOPT",
            "STRUCTUREDPRODUCT",
            "STRUCTUREDPRODUCTS",
            "CERTIFICATE",
            "CERTIFICATES",
            "ZERTIFIKAT",
            "ZERTIFIKATE",
            "TURBO",
            "KNOCKOUT",
        ],
    ),
    (
        AssetClass::Cfd,
        &["CFD", "CFDS", "CONTRACTFORDIFFERENCE", "CONTRACTSFORDIFFERENCE", "FXCFD", "FOREXCFD", "FOREXCFDS"],
    ),
    (
        AssetClass::Bond,
        &[
            "BOND",
            "BONDS",
            "FIXEDINCOME",
            "CORPORATEBOND",
            "CORPORATEBONDS",
            "GOVERNMENTBOND",
            "GOVERNMENTBONDS",
            "MUNICIPALBOND",
            "TREASURYBOND",
            "TREASURYBONDS",
            "TREASURYNOTE",
            "TREASURYNOTES",
            "ANLEIHE",
            "ANLEIHEN",
            "OBLIGATION",
            "OBLIGATIONS",
        ],
    ),
    (AssetClass::Bill, &["BILL", "BILLS", "TBILL", "TBILLS", "TREASURYBILL", "TREASURYBILLS"]),
    (
        AssetClass::Forex,
        &["CASH", "FX", "FOREX", "FXSPOT", "SPOTFX", "FOREIGNEXCHANGE", "CURRENCY", "CURRENCIES", "CURRENCYPAIR"],
    ),
    (
        AssetClass::Crypto,
        &["CRYPTO", "CRYPTOS", "CRYPTOCURRENCY", "CRYPTOCURRENCIES", "CRYPTOASSET", "CRYPTOASSETS", "COIN"],
    ),
    (AssetClass::Commodity, &["CMDTY", "COMMODITY", "COMMODITIES", "METAL", "METALS"]),
    (AssetClass::Index, &["IND", "INDEX", "INDICES", "INDX"]),
    (AssetClass::Combination, &["BAG", "COMBO", "COMBINATION", "SPREAD"]),
];

impl AssetClass {
    /// The code that is written: that of Interactive Brokers' statements where they have one; empty where unknown.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "",
            Self::Other(text) => text,
            known => {
                let names = NAMES.iter().find(|(class, _)| class == known).map(|(_, names)| *names);
                names.and_then(|names| names.first()).copied().unwrap_or_default()
            }
        }
    }

    /// Whether one currency is exchanged for another, which is no trade.
    pub fn is_currency_exchange(&self) -> bool {
        *self == Self::Forex
    }

    /// Whether it is a share or a part of a fund, which price sources know by its ticker.
    pub fn is_share(&self) -> bool {
        matches!(self, Self::Stock | Self::Fund)
    }

    /// The class that stands for all which sources distinguish differently: an exchange-traded fund may be a
    /// share or a fund, an option on a future any option.
    pub fn family(&self) -> Self {
        match self {
            Self::Stock | Self::Fund => Self::Stock,
            Self::Option | Self::FutureOption | Self::FuturesStyleOption => Self::Option,
            Self::Warrant | Self::StructuredProduct => Self::Warrant,
            Self::Bond | Self::Bill => Self::Bond,
            Self::Other(text) => Self::Other(text.to_uppercase()),
            alone => alone.clone(),
        }
    }

    /// Whether only its gain, and not its market value, is part of the net liquidation value.
    pub fn is_margined(&self) -> bool {
        matches!(self, Self::Future | Self::FuturesStyleOption | Self::Cfd)
    }

    /// Whether it can change hands at a price below zero.
    pub fn may_cost_less_than_nothing(&self) -> bool {
        matches!(
            self,
            Self::Option | Self::FutureOption | Self::FuturesStyleOption | Self::Future | Self::Combination
        )
    }
}

/// Whether a text is a name, but for case and everything that is no letter and no digit.
fn is_name(text: &str, name: &str) -> bool {
    let counts = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.bytes().filter(counts).map(|byte| byte.to_ascii_uppercase()).eq(name.bytes())
}

impl From<&str> for AssetClass {
    fn from(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Unknown;
        }
        let known = NAMES.iter().find(|(_, names)| names.iter().any(|name| is_name(text, name)));
        known.map_or_else(|| Self::Other(text.to_owned()), |(class, _)| class.clone())
    }
}

impl From<String> for AssetClass {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<AssetClass> for String {
    fn from(class: AssetClass) -> Self {
        class.as_str().to_owned()
    }
}

impl fmt::Display for AssetClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_words_of_all_sources_are_one_class() {
        for (class, words) in [
            (AssetClass::Stock, ["STK", "stk", "Equity", "us_equity", " Common Stock ", "ETF", "Aktien"]),
            (
                AssetClass::Option,
                ["OPT", "opt", "Option", "Equity Option", "equity_option", "Equity and Index Options", "us-option"],
            ),
            (
                AssetClass::FutureOption,
                ["FOP", "fop", "Future Option", "Options On Futures", "FUTURES_OPTION", "futures options", "Fop"],
            ),
            (AssetClass::Future, ["FUT", "fut", "Future", "Futures", "FUTURES", "ContractFutures", "futures "]),
            (AssetClass::Forex, ["CASH", "Cash", "FX", "Forex", "FxSpot", "Currency", "fx-spot"]),
            (AssetClass::Cfd, ["CFD", "Cfd", "CFDs", "Contract for Difference", "FXCFD", "cfd", "C.F.D."]),
            (AssetClass::Bond, ["BOND", "Bond", "Bonds", "FIXED_INCOME", "Corporate Bond", "Anleihe", "bonds"]),
            (AssetClass::Fund, ["FUND", "Fund", "MUTUAL_FUND", "Mutual Funds", "MF", "Fonds", "mutual fund"]),
            (AssetClass::Crypto, ["CRYPTO", "Crypto", "Cryptocurrency", "crypto", "COIN", "Cryptos", "crypto asset"]),
        ] {
            for word in words {
                assert_eq!(AssetClass::from(word), class, "{word}");
            }
        }
        assert_eq!(AssetClass::from(" "), AssetClass::Unknown);
        assert_eq!(AssetClass::from("STKÉ"), AssetClass::Other("STKÉ".into()), "a letter more is another word");
    }

    #[test]
    fn what_is_written_is_one_code_or_the_word_itself() {
        let written = |text: &str| AssetClass::from(text).to_string();
        assert_eq!(["", "Equity", "option", "Cash", "Odd Lot"].map(written), ["", "STK", "OPT", "CASH", "Odd Lot"]);
    }

    #[test]
    fn no_name_is_of_two_classes() {
        let mut names: Vec<&str> = NAMES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_uppercase())));
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_as_the_same(text in "\\PC{0,12}|[a-zA-Z_ ]{0,12}") {
            let class = AssetClass::from(text.as_str());
            prop_assert_eq!(AssetClass::from(class.as_str()), class);
        }

        #[test]
        fn case_and_punctuation_do_not_matter(
            (class, name) in (0..NAMES.len()).prop_flat_map(|class| (Just(class), 0..NAMES[class].1.len())),
            signs in proptest::collection::vec("[ _./&()-]{0,2}", 40),
            small in proptest::collection::vec(any::<bool>(), 40),
        ) {
            let (class, names) = &NAMES[class];
            let letter = |(index, letter): (usize, char)| {
                let letter = if small[index] { letter.to_ascii_lowercase() } else { letter };
                format!("{}{letter}", signs[index])
            };
            let text: String = names[name].chars().enumerate().map(letter).collect();
            prop_assert_eq!(&AssetClass::from(text.as_str()), class, "{}", text);
        }
    }
}
