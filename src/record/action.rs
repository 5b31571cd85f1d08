//! Corporate actions and transfers of positions: what changes a holding without a fill.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::asset_class::AssetClass;
use super::name::{AccountId, Currency, Ticker};
use super::source::Source;
use super::versions::Versioned;

/// What `cancels` says where a statement takes an action back without naming it: the row of the same contract, time and
/// words with the opposite quantity is meant.
pub const UNNAMED: &str = "*";

/// What the id of a row begins with that adds up single rows.
pub const SUM: &str = "action-sum:";

/// What the id of a single row begins with whose statement does not number its transactions.
pub const UNNUMBERED: &str = "action-row:";

/// One leg of a corporate action, which is the change of one contract's quantity: a row of `data/actions.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorporateAction {
    /// The row's own number.
    pub id: String,
    /// What the legs of one event have in common.
    pub event: String,
    /// The date from which the position is the changed one.
    pub date: NaiveDate,
    /// When it took effect: fills before it are in the old units. Empty is the beginning of `date`.
    pub time: Option<DateTime<Utc>>,
    /// The account; empty for what concerns everyone who holds the instrument.
    pub account: Option<AccountId>,
    /// What happened.
    pub kind: ActionKind,
    /// The broker's ticker of this leg.
    pub symbol: Ticker,
    /// IBKR's contract number of this leg.
    pub conid: Option<u64>,
    /// What kind of instrument it is.
    pub asset_class: AssetClass,
    /// The currency of `proceeds` and `value`.
    pub currency: Option<Currency>,
    /// By how much the quantity changes; empty where only the ratio is known.
    pub quantity: Option<Decimal>,
    /// New for old, where the source says no more than that; nothing is left after `0:1`.
    pub ratio: Option<Ratio>,
    /// The ticker of which the ratio counts the old units, where it is not this one.
    #[serde(default)]
    pub of: Option<Ticker>,
    /// Cash received, below zero for cash paid.
    pub proceeds: Option<Decimal>,
    /// What the leg is worth, with the sign of the quantity. It is neither cash nor cost.
    pub value: Option<Decimal>,
    /// What was paid for a unit that went, or what one that came was worth, where the source says no more than that.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Units one contract stands for; empty is 1.
    pub multiplier: Option<Decimal>,
    /// The row that this one takes back.
    pub cancels: Option<String>,
    /// Where the row came from.
    pub source: Source,
    /// When the broker made the statement the row was read from.
    pub generated: Option<DateTime<Utc>>,
    /// What the source says about it.
    pub text: String,
}

impl CorporateAction {
    /// Whether it adds up rows that may be reported one by one elsewhere.
    pub fn is_sum(&self) -> bool {
        self.id.starts_with(SUM)
    }

    /// The moment from which fills are in the new units.
    pub fn effective(&self) -> DateTime<Utc> {
        self.time.unwrap_or_else(|| self.date.and_time(chrono::NaiveTime::MIN).and_utc())
    }

    /// Whether nothing that both rows say differs.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// Whether both rows may be about one change, as far as one of them has no number.
    pub fn may_be(&self, other: &Self) -> bool {
        super::action_versions::may_be_one(self, other)
    }

    /// Whether both are about the same contract, as far as their own words go.
    pub fn same_contract(&self, other: &Self) -> bool {
        match (self.conid, other.conid) {
            (Some(one), Some(other)) => one == other,
            _ => self.symbol == other.symbol,
        }
    }
}

/// New units for old ones, written `4:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Ratio {
    /// How many there are afterwards.
    pub new: Decimal,
    /// Of how many before.
    pub old: Decimal,
}

impl Ratio {
    /// The ratio of two numbers above zero.
    pub fn of(new: Decimal, old: Decimal) -> Option<Self> {
        (new > Decimal::ZERO && old > Decimal::ZERO).then_some(Self { new, old })
    }

    /// The ratio of whole numbers that a decimal stands for, such as 3:2 for 1.5 or 1:3 for 0.3333; else the decimal for 1.
    pub fn near(factor: Decimal) -> Option<Self> {
        let tolerance = Decimal::new(1, 7);
        let whole = (1..=1000).map(Decimal::from).find_map(|old| {
            let new = factor.checked_mul(old)?;
            (new.saturating_sub(new.round()).abs() <= tolerance).then(|| Self::of(new.round(), old))?
        });
        whole.or_else(|| Self::of(factor, Decimal::ONE))
    }

    /// The ratio after which nothing is left.
    pub const NOTHING: Self = Self { new: Decimal::ZERO, old: Decimal::ONE };

    /// One for one.
    pub const ONE: Self = Self { new: Decimal::ONE, old: Decimal::ONE };

    /// What a quantity becomes, without the rounding of a decimal factor.
    pub fn times(self, quantity: Decimal) -> Option<Decimal> {
        quantity.checked_mul(self.new)?.checked_div(self.old)
    }

    /// The ratio the other way round.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self { new: self.old, old: self.new }
    }

    /// By what quantities are multiplied.
    pub fn factor(self) -> Decimal {
        self.new.checked_div(self.old).unwrap_or(Decimal::ONE)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.new.normalize(), self.old.normalize())
    }
}

impl FromStr for Ratio {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once(':').and_then(|(new, old)| Some((new.trim().parse().ok()?, old.trim().parse().ok()?)));
        parts
            .and_then(
                |(new, old): (Decimal, Decimal)| {
                    if new.is_zero() && old > Decimal::ZERO { Some(Self::NOTHING) } else { Self::of(new, old) }
                },
            )
            .ok_or_else(|| format!("`{text}` is not a ratio; write new for old, such as 4:1"))
    }
}

impl TryFrom<String> for Ratio {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

/// Makes the enum, its codes and its words from one list, so that none can be forgotten.
macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident = $code:literal $words:literal,)+) => {
        /// What happened to an instrument, by the code of Interactive Brokers' statements where they have one.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum ActionKind {
            $($(#[doc = $meaning])+ $kind,)+
            /// A code that is none of these: its quantity counts, and what became of the cost is not known.
            Other(String),
        }

        impl ActionKind {
            /// The code that is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$kind => $code,)+
                    Self::Other(code) => code,
                }
            }

            /// What it is called.
            pub fn description(&self) -> &str {
                match self {
                    $(Self::$kind => $words,)+
                    Self::Other(_) => "corporate action",
                }
            }
        }

        impl From<&str> for ActionKind {
            fn from(text: &str) -> Self {
                match text.trim().to_ascii_uppercase().as_str() {
                    $($code => Self::$kind,)+
                    _ => Self::Other(text.trim().to_owned()),
                }
            }
        }
    };
}

kinds! {
    /// More units of the same instrument for the old ones.
    ForwardSplit = "FS" "split",
    /// A split into a new contract.
    SplitIntoNew = "FI" "split",
    /// Fewer units for the old ones.
    ReverseSplit = "RS" "reverse split",
    /// A new number or ticker for the same instrument.
    IdentifierChange = "IC" "change of symbol",
    /// A merger, a liquidation, or the payment for what was tendered.
    Merger = "TC" "merger",
    /// Offered to a buyer: a placeholder stands for it until it is paid.
    Tender = "TO" "tender",
    /// Shares of a company that was part of another.
    SpinOff = "SO" "spin-off",
    /// Rights to buy.
    RightsIssue = "RI" "rights issue",
    /// Rights used to buy.
    Subscription = "SR" "subscription of rights",
    /// A dividend that the holder chose to take in shares.
    ChosenDividend = "HI" "stock dividend",
    /// A dividend in shares.
    StockDividend = "SD" "stock dividend",
    /// Gone, and worth nothing.
    Delisted = "DW" "delisting",
    /// A bond paid back.
    BondMaturity = "BM" "maturity",
    /// A treasury bill paid back.
    BillMaturity = "TM" "maturity",
    /// A right to a dividend.
    DividendRight = "DI" "dividend right",
    /// A right to a dividend that has lapsed.
    DividendRightExpired = "ED" "lapse of a dividend right",
    /// Moved from or to another account.
    Transfer = "TRANSFER" "transfer",
}

impl ActionKind {
    /// Whether one instrument goes on as a different number of units, or under another name, at the same total cost.
    pub fn keeps_cost(&self) -> bool {
        matches!(
            self,
            Self::ForwardSplit | Self::SplitIntoNew | Self::ReverseSplit | Self::IdentifierChange | Self::Tender
        )
    }

    /// Whether it is a dividend in shares.
    pub fn is_stock_dividend(&self) -> bool {
        matches!(self, Self::StockDividend | Self::ChosenDividend)
    }

    /// Whether units are split or joined.
    pub fn is_split(&self) -> bool {
        matches!(self, Self::ForwardSplit | Self::SplitIntoNew | Self::ReverseSplit)
    }
}

impl From<String> for ActionKind {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<ActionKind> for String {
    fn from(kind: ActionKind) -> Self {
        kind.as_str().to_owned()
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(code) => write!(f, "corporate action {code}"),
            known => f.write_str(known.description()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_new_for_old() {
        let ratio: Ratio = "4:1".parse().unwrap();
        assert_eq!((ratio.factor(), ratio.to_string()), (4.into(), "4:1".to_owned()));
        assert_eq!("1:10".parse::<Ratio>().unwrap().factor(), Decimal::new(1, 1));
        let near = |text: &str| Ratio::near(text.parse().unwrap()).map(|ratio| ratio.to_string()).unwrap_or_default();
        assert_eq!(
            ["4", "1.5", "0.1", "0.3333333333", "1.0385"].map(near),
            ["4:1", "3:2", "1:10", "1:3", "1.0385:1"]
        );
        assert_eq!("1:3".parse::<Ratio>().unwrap().times(30.into()), Some(10.into()));
        for wrong in ["4", "4:0", "-4:1", "a:b", ""] {
            assert!(wrong.parse::<Ratio>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_kept_as_it_was_read() {
        for code in ["FS", "RS", "TC", "TRANSFER", "HD", "ZZ"] {
            assert_eq!(ActionKind::from(code).as_str(), code);
        }
        assert_eq!(ActionKind::from(" fs"), ActionKind::ForwardSplit);
        assert_eq!(ActionKind::from("HD"), ActionKind::Other("HD".into()));
    }
}
