//! Whose record it is: one account, and of the kind that the site says.

use std::collections::BTreeSet;

use super::{AccountId, Finding, FindingKind, Record, Severity, Source};
use crate::brokers::ibkr;
use crate::error::Place;

/// What is wrong with the accounts of a record.
pub(super) fn findings(record: &Record, is_live: bool) -> Vec<Finding> {
    [one_account(record), no_paper_as_live(record, is_live)].into_iter().flatten().collect()
}

/// Two accounts in one record would be added up; which one is meant has to be said.
fn one_account(record: &Record) -> Option<Finding> {
    let fills = record.executions.iter().map(|fill| &fill.account);
    let snapshots = record.snapshots.iter().map(|snapshot| &snapshot.account);
    let flows = record.flows.iter().map(|flow| &flow.account);
    let accounts: BTreeSet<_> = fills.chain(snapshots).chain(flows).map(AccountId::private).collect();
    (accounts.len() > 1).then(|| {
        let list: Vec<_> = accounts.into_iter().collect();
        let message = format!("the record holds {} accounts: {}", list.len(), list.join(", "));
        let next = "set `[account] id` in config/local.toml to the one that is published";
        Finding::new(Severity::Error, FindingKind::TwoAccounts, message, next).at(Place::file("data"))
    })
}

/// A simulated account must never be published as real money.
fn no_paper_as_live(record: &Record, is_live: bool) -> Option<Finding> {
    let fills = record.executions.iter().map(|fill| (&fill.account, &fill.source));
    let snapshots = record.snapshots.iter().map(|snapshot| (&snapshot.account, &snapshot.source));
    (is_live && fills.chain(snapshots).any(|(account, source)| is_paper(account, source))).then(|| {
        let message = "`[site] status` is \"live\", and the record holds data of a paper account";
        let next = "set `[site] status = \"paper\"`, or `[account] id` to the live account";
        Finding::new(Severity::Error, FindingKind::PaperAccount, message, next).at(Place::file("data"))
    })
}

/// Whether the broker that a row came from numbers simulated accounts like this one.
fn is_paper(account: &AccountId, source: &Source) -> bool {
    source.is_ibkr() && ibkr::is_paper(account.private())
}
