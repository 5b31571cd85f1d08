//! Cash that is not a trade: money moved in and out of the account, and income and charges inside it.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::name::{AccountId, Currency, Ticker};
use super::source::Source;
use super::versions::{Difference, Differences, Versioned, statement_fields};

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
    /// Of a type that the program does not know: what it is says `[flex.cash]`.
    Unassigned,
}

impl fmt::Display for FlowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Transfer => "transfer",
            Self::Dividend => "dividend",
            Self::Tax => "tax",
            Self::Interest => "interest",
            Self::Fee => "fee",
            Self::Other => "other",
            Self::Unassigned => "unassigned",
        })
    }
}

impl FlowKind {
    /// The kind of an amount of which only this is known: money that goes out is no deposit.
    #[must_use]
    pub fn by_sign(self, amount: Decimal) -> Self {
        match self {
            Self::Deposit if amount.is_sign_negative() => Self::Withdrawal,
            Self::Withdrawal if amount.is_sign_positive() => Self::Deposit,
            kind => kind,
        }
    }

    /// Whether the money crossed the account's border. Everything else is performance.
    pub fn is_external(self) -> bool {
        matches!(self, Self::Deposit | Self::Withdrawal | Self::Transfer)
    }
}

/// What the id of a row begins with, behind its kind, where it is a sum of movements that were not reported one by one.
pub const SUM: &str = "-sum";

/// How the id of a flow begins that was entered by hand beside an equal one, on purpose.
pub const AGAIN: &str = "manual-again:";

/// Days that may lie between an entry by hand and the broker's row of the same money: banks and brokers date it differently.
pub const DAYS_APART: i64 = 3;

/// What the id of a movement of cash is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// The source's own number.
    Number,
    /// Its day and what every row says.
    Day,
    /// All that a row may say, as earlier versions made it: another box in the query is another name.
    Content,
}

/// One movement of cash: a row of `data/flows.csv` (across the border) or `data/income.csv` (inside).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashFlow {
    /// The source's own number for it.
    pub id: String,
    /// The date on which it enters the net liquidation value.
    pub date: NaiveDate,
    /// Account that the money moved in.
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
    /// The broker's own word for the kind.
    #[serde(rename = "type", default)]
    pub label: Option<String>,
    /// When the broker made the statement the row was read from.
    #[serde(default)]
    pub generated: Option<DateTime<Utc>>,
    /// The broker's ticker of what it was paid for: the share of a dividend.
    #[serde(default)]
    pub symbol: Option<Ticker>,
    /// IBKR's contract number of that.
    #[serde(default)]
    pub conid: Option<u64>,
}

impl CashFlow {
    /// Whether nothing that both rows say differs.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// Whether both name what they were paid for, and it is not the same. A ticker may have changed between two statements,
    /// a contract number has not.
    pub(super) fn is_of_another_holding(&self, other: &Self) -> bool {
        match (self.conid.zip(other.conid), self.symbol.as_ref().zip(other.symbol.as_ref())) {
            (Some((this, that)), _) => this != that,
            (None, Some((this, that))) => this != that,
            (None, None) => false,
        }
    }

    /// Whether its source gave it a number of its own.
    pub fn is_numbered(&self) -> bool {
        self.naming() == Naming::Number
    }

    /// The part of a statement that it stands in, as its id begins.
    pub(super) fn section(&self) -> &str {
        let section = self.id.split(':').next().unwrap_or_default();
        section.strip_suffix(SUM).unwrap_or(section)
    }

    /// What its id is made of, behind the first colon.
    pub(super) fn naming(&self) -> Naming {
        let name = self.id.split(':').nth(1).unwrap_or_default();
        if name.bytes().all(|digit| digit.is_ascii_digit()) && !name.is_empty() {
            Naming::Number
        } else if name.parse::<NaiveDate>().is_ok() {
            Naming::Day
        } else {
            Naming::Content
        }
    }

    /// Whether it is a sum, which stands only until the movements of its date are reported one by one.
    pub fn is_sum(&self) -> bool {
        self.id.split_once(':').is_some_and(|(kind, _)| kind.ends_with(SUM))
    }

    /// The day after which and the one up to which the money moved that it sums up, where its id says both:
    /// `nav-sum:FROM:TO`.
    pub(super) fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        let (from, to) = self.id.split_once(':').filter(|_| self.is_sum())?.1.split_once(':')?;
        from.parse().ok().zip(to.parse().ok())
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
    /// Account that the money moved in.
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
    /// When the broker made the statement.
    #[serde(default)]
    pub generated: Option<DateTime<Utc>>,
}

impl StatementPeriod {
    /// Whether nothing that both rows say differs.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }
}

impl Versioned for CashFlow {
    statement_fields!();

    fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Differences::default();
        found.compare("amount", self.amount, other.amount);
        found.set_effect("amount", || {
            let more = self.amount.checked_sub(other.amount)?;
            more.checked_mul(self.fx_to_base.unwrap_or(Decimal::ONE))
        });
        found.compare("date", self.date, other.date);
        found.add_if(self.account != other.account, "account", "this account", "another account");
        found.compare("currency", self.currency, other.currency);
        // Earlier versions took for `other` what they did not know.
        let unknown = |kind| matches!(kind, FlowKind::Other | FlowKind::Unassigned);
        let same_kind = self.kind == other.kind || (unknown(self.kind) && unknown(other.kind));
        found.add_if(!same_kind, "kind", self.kind, other.kind);
        found.compare_known("rate", self.fx_to_base, other.fx_to_base);
        found.into()
    }

    fn in_words(&self) -> Option<String> {
        let kind = self.label.clone().unwrap_or_else(|| self.kind.to_string());
        Some(format!("{} {} on {}, {kind}", self.amount.normalize(), self.currency, self.date))
    }

    fn complete_from(&mut self, other: &Self) {
        if self.currency == other.currency && self.date == other.date {
            self.fx_to_base = self.fx_to_base.or(other.fx_to_base);
        }
        if self.label.is_none() {
            self.label.clone_from(&other.label);
        }
        if self.symbol.is_none() {
            self.symbol.clone_from(&other.symbol);
        }
        self.conid = self.conid.or(other.conid);
        self.generated = self.generated.or(other.generated);
    }
}

impl Versioned for StatementPeriod {
    statement_fields!();

    fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Differences::default();
        found.compare("starting value", self.starting_value, other.starting_value);
        found.compare("ending value", self.ending_value, other.ending_value);
        found.compare_known("external flows", self.external_flows, other.external_flows);
        found.compare_known("time-weighted return", self.twr_percent, other.twr_percent);
        found.into()
    }

    fn complete_from(&mut self, other: &Self) {
        self.external_flows = self.external_flows.or(other.external_flows);
        self.twr_percent = self.twr_percent.or(other.twr_percent);
        self.generated = self.generated.or(other.generated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_brokers_and_other_names_are_made_of_what_a_row_says() {
        let naming = |id: &str| {
            let row = r#"{"id": "", "date": "2026-01-27", "account": "U1", "currency": "USD", "amount": "1", "kind": "fee", "source": "flex"}"#;
            CashFlow { id: id.into(), ..serde_json::from_str(row).unwrap() }.naming()
        };
        assert_eq!([naming("cash:6001"), naming("transfer:77:cash")], [Naming::Number; 2]);
        assert_eq!([naming("cash:2026-01-27:1f3a"), naming("cash-sum:2026-01-27:1f3a-2")], [Naming::Day; 2]);
        assert_eq!([naming("cash:1f3a"), naming("cash:"), naming("manual")], [Naming::Content; 3]);
    }
}
