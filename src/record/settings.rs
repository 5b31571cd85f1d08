//! What has to be known about an account before its files can be read.

use chrono::NaiveDate;

use super::{AccountId, Currency, Execution, FlowKind, Snapshot};
use crate::calendar::Exchange;

/// The answers, which the configuration has.
pub trait Settings: Sync {
    /// The account whose rows count; without one, all rows do.
    fn account(&self) -> Option<AccountId>;

    /// The account's currency.
    fn base_currency(&self) -> Currency;

    /// The first date of the record; without one, the first date in the files.
    fn inception(&self) -> Option<NaiveDate>;

    /// Whether the record is published as one of real money.
    fn is_live(&self) -> bool;

    /// Whether the record is published as one of a simulated account.
    fn is_paper(&self) -> bool;

    /// Whether it is said at all whose money it is.
    fn has_status(&self) -> bool;

    /// What money of a type is that the program does not know.
    fn cash_kind(&self, name: &str) -> Option<FlowKind>;

    /// The exchange by whose sessions days are counted, given what was traded and held.
    fn exchange(&self, fills: &[Execution], snapshots: &[&Snapshot]) -> Exchange;
}
