//! Cash that is not a trade: money moved in and out of the account, and income and charges inside it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::name::{AccountId, Currency};
use super::source::Source;

/// What kind of money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// Money paid in from outside.
    Deposit,
    /// Money paid out.
    Withdrawal,
    /// Cash or positions (at market value) moved from or to another account.
    Transfer,
    /// Dividends and payments in lieu of them.
    Dividend,
    /// Tax withheld or returned.
    Tax,
    /// Interest paid or received.
    Interest,
    /// Charges and their refunds that belong to no trade.
    Fee,
    /// Anything else that happened inside the account.
    Other,
}

impl FlowKind {
    /// Whether the money crossed the account's border. Everything else is performance.
    pub fn is_external(self) -> bool {
        matches!(self, Self::Deposit | Self::Withdrawal | Self::Transfer)
    }
}

/// What the id of a row begins with, behind its kind, where it is a sum of movements that were not told one by one.
pub const SUM: &str = "-sum";

/// One movement of cash: a row of `data/flows.csv` (across the border) or `data/income.csv` (inside).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashFlow {
    /// The source's own number for it.
    pub id: String,
    /// The date on which it enters the net liquidation value.
    pub date: NaiveDate,
    /// The account.
    pub account: AccountId,
    /// The currency of `amount`.
    pub currency: Currency,
    /// Above zero into the account, below zero out of it.
    pub amount: Decimal,
    /// What one unit of `currency` was worth in the base currency; empty in the base currency itself.
    pub fx_to_base: Option<Decimal>,
    /// What it was.
    pub kind: FlowKind,
    /// Where the row came from.
    pub source: Source,
}

impl CashFlow {
    /// Whether it is a sum, which stands only until the movements of its date are told one by one.
    pub fn is_sum(&self) -> bool {
        self.id.split_once(':').is_some_and(|(kind, _)| kind.ends_with(SUM))
    }

    /// The amount in the base currency, or `None` where the rate is not known.
    pub fn in_base(&self, base: Currency) -> Option<Decimal> {
        match self.fx_to_base {
            Some(rate) => self.amount.checked_mul(rate),
            None if self.currency == base => Some(self.amount),
            None => None,
        }
    }
}

/// What the broker itself says about a stretch of time: a row of `data/statements.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementPeriod {
    /// First date covered.
    pub from: NaiveDate,
    /// Last date covered.
    pub to: NaiveDate,
    /// The account.
    pub account: AccountId,
    /// Net asset value before the first date.
    pub starting_value: Decimal,
    /// Net asset value at the end of the last date.
    pub ending_value: Decimal,
    /// Money and positions moved in (above zero) and out.
    pub external_flows: Option<Decimal>,
    /// The broker's time-weighted return of the period, in percent.
    pub twr_percent: Option<Decimal>,
    /// Where the row came from.
    pub source: Source,
}
