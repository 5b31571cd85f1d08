//! What of a broker's data is private: of every row that is stored, also of accounts, days and versions that are not read.

mod holders;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::{AccountId, CashFlow, CorporateAction, Execution, Record, Snapshot, StatementPeriod};

/// Private names and amounts, each with what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    accounts: BTreeSet<String>,
    ids: BTreeMap<String, &'static str>,
    /// By the bytes of the decimal: one amount may be there as `1.5` and as `1.50`.
    amounts: FxHashMap<[u8; 16], &'static str>,
    people: BTreeSet<String>,
    received: Option<PathBuf>,
}

impl Private {
    /// What is private in a record, in the rows that were stored beside it, and in what statements say of their holders.
    pub fn of(record: &Record) -> Self {
        let mut private = (*record.private).clone();
        if let Some(folder) = &private.received {
            private.people = holders::in_folder(folder);
        }
        private.fills(record.executions.iter().chain(&record.superseded));
        private.snapshots(&record.snapshots);
        private.cash(record.flows.iter().chain(&record.income));
        private.statements(&record.statements);
        private.actions(&record.actions);
        for plan in &record.plans {
            private.amount(plan.nav, "a net liquidation value");
            private.amount(plan.cash_after, "a cash balance");
            for trade in &plan.trades {
                private.amount(trade.shares, "a share count");
                private.amount(trade.notional_base, "the value of a trade");
            }
        }
        private
    }

    /// Account numbers.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(String::as_str)
    }

    /// The broker's own numbers of fills, orders and movements of cash, with what each is.
    pub fn ids(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.ids.iter().map(|(id, what)| (id.as_str(), *what))
    }

    /// Amounts and share counts, with what each is.
    pub fn amounts(&self) -> impl Iterator<Item = (Decimal, &'static str)> {
        self.amounts.iter().map(|(amount, what)| (Decimal::deserialize(*amount), *what))
    }

    /// Who the broker says holds an account, and where that person lives.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(String::as_str)
    }

    /// Where statements are kept as they were received. They are many, and only who searches for their holders reads them.
    pub(super) fn received_in(&mut self, folder: PathBuf) {
        self.received = Some(folder);
    }

    pub(super) fn fills<'a>(&mut self, fills: impl IntoIterator<Item = &'a Execution>) {
        for fill in fills {
            self.account(&fill.account);
            self.id(fill.exec_id.as_str(), "an execution id");
            for number in [&fill.order_id, &fill.perm_id, &fill.transaction_id, &fill.trade_id].into_iter().flatten()
            {
                self.id(number, "an order id");
            }
            self.amount(fill.quantity, "a share count");
            // Rows that cannot be true are among them, and products that no decimal holds.
            let worth = fill.quantity.checked_mul(fill.price).and_then(|worth| worth.checked_mul(fill.multiplier));
            self.amount(worth.unwrap_or_default(), "the value of a trade");
            self.amount(fill.proceeds.unwrap_or_default(), "the value of a trade");
            self.amount(fill.commission.unwrap_or_default(), "a commission");
            self.amount(fill.realized_pnl.unwrap_or_default(), "a trade's gain");
        }
    }

    pub(super) fn snapshots<'a>(&mut self, snapshots: impl IntoIterator<Item = &'a Snapshot>) {
        for snapshot in snapshots {
            self.account(&snapshot.account);
            self.amount(snapshot.net_liquidation, "a net liquidation value");
            snapshot.cash.values().for_each(|cash| self.amount(*cash, "a cash balance"));
            snapshot.accruals.values().for_each(|accrued| self.amount(*accrued, "accrued income"));
            for position in snapshot.known_positions() {
                self.amount(position.quantity, "a share count");
                self.amount(position.market_value, "a position's value");
                self.amount(position.unrealized_pnl.unwrap_or_default(), "a position's gain");
                self.amount(position.realized_pnl.unwrap_or_default(), "a position's gain");
            }
        }
    }

    pub(super) fn cash<'a>(&mut self, flows: impl IntoIterator<Item = &'a CashFlow>) {
        for flow in flows {
            self.account(&flow.account);
            self.id(&flow.id, "the number of a cash flow");
            let in_base = flow.fx_to_base.and_then(|rate| flow.amount.checked_mul(rate));
            [Some(flow.amount), in_base].into_iter().flatten().for_each(|amount| self.amount(amount, "a cash flow"));
        }
    }

    pub(super) fn statements<'a>(&mut self, periods: impl IntoIterator<Item = &'a StatementPeriod>) {
        for period in periods {
            self.account(&period.account);
            self.amount(period.starting_value, "a net liquidation value");
            self.amount(period.ending_value, "a net liquidation value");
            self.amount(period.external_flows.unwrap_or_default(), "a cash flow");
        }
    }

    pub(super) fn actions<'a>(&mut self, actions: impl IntoIterator<Item = &'a CorporateAction>) {
        // What concerns everyone who holds the instrument is public.
        for action in actions {
            let Some(account) = &action.account else { continue };
            self.account(account);
            self.amount(action.quantity.unwrap_or_default(), "a share count");
            self.amount(action.proceeds.unwrap_or_default(), "a cash flow");
            self.amount(action.value.unwrap_or_default(), "a position's value");
        }
    }

    fn account(&mut self, account: &AccountId) {
        if !self.accounts.contains(account.private()) {
            self.accounts.insert(account.private().to_owned());
        }
    }

    fn id(&mut self, id: &str, what: &'static str) {
        if !id.is_empty() && !self.ids.contains_key(id) {
            self.ids.insert(id.to_owned(), what);
        }
    }

    fn amount(&mut self, amount: Decimal, what: &'static str) {
        if !amount.is_zero() {
            self.amounts.entry(amount.abs().serialize()).or_insert(what);
        }
    }
}
