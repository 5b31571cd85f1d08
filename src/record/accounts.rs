//! Whose record it is: one account, and of the kind that the site says.

use std::collections::BTreeSet;

use super::{AccountId, Finding, FindingKind, Record, Settings, Severity, Source};
use crate::brokers::ibkr;
use crate::error::Place;

/// What is wrong with the accounts of a record.
pub(super) fn findings(record: &Record, settings: &dyn Settings) -> Vec<Finding> {
    let found = [
        one_account(record),
        no_paper_as_live(record, settings.is_live()),
        no_live_as_paper(record, settings.is_paper()),
        no_status(record, settings.has_status()),
    ];
    found.into_iter().flatten().collect()
}

/// Every account with the source that named it.
fn accounts(record: &Record) -> impl Iterator<Item = (&AccountId, &Source)> {
    let fills = record.executions.iter().map(|fill| (&fill.account, &fill.source));
    let snapshots = record.snapshots.iter().map(|snapshot| (&snapshot.account, &snapshot.source));
    let cash = record.flows.iter().chain(&record.income).map(|flow| (&flow.account, &flow.source));
    fills.chain(snapshots).chain(cash)
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
    (is_live && accounts(record).any(|(account, source)| is_paper(account, source))).then(|| {
        let message = "`[site] status` is \"live\", and the record holds data of a paper account";
        let next = "set `[site] status = \"paper\"`, or `[account] id` to the live account";
        Finding::new(Severity::Error, FindingKind::PaperAccount, message, next).at(Place::file("data"))
    })
}

/// Real money must not be published as a simulation either: whoever reads it would take the figures for a game.
fn no_live_as_paper(record: &Record, is_paper: bool) -> Option<Finding> {
    let is_live =
        |(account, source): (&AccountId, &Source)| *source != Source::Demo && ibkr::is_live(account.private());
    (is_paper && accounts(record).any(is_live)).then(|| {
        let message = "`[site] status` is \"paper\", and the record holds data of a live account";
        let next = "set `[site] status = \"live\"` in config/config.toml, or `[account] id` to the paper account";
        Finding::new(Severity::Warning, FindingKind::LiveAccount, message, next).at(Place::file("data"))
    })
}

/// Whose money it is cannot be guessed, and stands on every page.
fn no_status(record: &Record, has_status: bool) -> Option<Finding> {
    let (account, source) = accounts(record).next()?;
    let proposed = if is_paper(account, source) { "paper" } else { "live" };
    let message = "`[site] status` does not say whether this is real money";
    let next = format!("set `[site] status = \"{proposed}\"` in config/config.toml, if that is what the account is");
    (!has_status).then(|| {
        let place = Place::file("config/config.toml");
        Finding::new(Severity::Warning, FindingKind::StatusUnset, message, next).at(place)
    })
}

/// Whether the broker that a row came from numbers simulated accounts like this one.
fn is_paper(account: &AccountId, source: &Source) -> bool {
    let number = account.private();
    *source != Source::Demo && ibkr::is_paper(number) && (source.is_ibkr() || ibkr::is_number(number))
}
