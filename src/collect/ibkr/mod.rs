//! Fills and the account from TWS or Gateway of Interactive Brokers. Everything here reads; no order is ever sent.

mod account_kind;
mod completion;
mod contracts;
mod executions;
mod failure;
mod session;
mod snapshot;
mod time;
mod totals;

pub use account_kind::AccountKind;

use std::time::Duration;

use super::progress::{Progress, Silent};
use super::report::{Part, PartReport};
use super::work::Work;
use crate::config::{Config, Ibkr};
use crate::error::{Error, Result};
use crate::record::store::Changes;
use crate::record::{AccountId, Record, Source};

/// Where rows came from, in the record.
const SOURCE: Source = Source::Tws;

/// Collects fills, the account, or both, over one connection, and stores each as soon as it is complete. One that
/// fails does not keep the other from being asked.
pub async fn collect(
    work: &mut Work<'_>,
    parts: &[Part],
    kind: AccountKind,
    progress: &dyn Progress,
) -> Vec<(Part, Result<PartReport>)> {
    let config = work.config;
    let (session, account) = match open(config, kind, recorded(work.record()), progress).await {
        Ok(open) => open,
        Err(error) => return refused(parts, error),
    };
    let mut outcomes = Vec::new();
    for part in parts {
        let outcome = match part {
            Part::Executions => fills(&session, work, &account).await,
            Part::Snapshot => account_now(&session, work, &account).await,
            Part::Flex | Part::Prices => continue,
        };
        outcomes.push((*part, outcome));
    }
    session.client().disconnect().await;
    outcomes
}

/// Connects once, for no longer than `patience`, asks nothing, and says which version of the protocol the other side speaks.
///
/// # Errors
/// What kept it from connecting, in words, with what to do.
pub async fn greeted(settings: &Ibkr, patience: Duration) -> Result<i32> {
    let settings = Ibkr { max_retries: 1, timeout_s: settings.timeout_s.min(patience.as_secs()), ..settings.clone() };
    let session = session::Session::connect(&settings, &Silent).await?;
    let version = session.client().server_version();
    session.client().disconnect().await;
    Ok(version)
}

/// A connection to the right kind of account.
async fn open<'a>(
    config: &'a Config,
    kind: AccountKind,
    recorded: Option<&str>,
    progress: &'a dyn Progress,
) -> Result<(session::Session<'a>, String)> {
    let settings = &config.ibkr;
    account_kind::agree_on_port(settings.port, kind)?;
    let session = session::Session::connect(settings, progress).await?;
    let account =
        session::choose_account(session.client().handshake_managed_accounts(), config.account.id(), recorded)?;
    account_kind::agree_on_account(&account, kind)?;
    Ok((session, account))
}

/// The account of the record, so far as it came from Interactive Brokers.
fn recorded(record: &Record) -> Option<&str> {
    let snapshots =
        record.snapshots.iter().filter(|snapshot| snapshot.source.is_ibkr()).map(|snapshot| &snapshot.account);
    let fills = record.executions.iter().filter(|fill| fill.source.is_ibkr()).map(|fill| &fill.account);
    snapshots.chain(fills).next_back().map(AccountId::private)
}

/// The reason for the first part, and for the others that it is the same.
fn refused(parts: &[Part], error: Error) -> Vec<(Part, Result<PartReport>)> {
    let kind = error.kind();
    let mut reason = Some(error);
    let reported = |part: &Part| {
        let again = || Error::new(kind, format!("{}: not asked, for the same reason", part.name()));
        (*part, Err(reason.take().unwrap_or_else(again)))
    };
    parts.iter().map(reported).collect()
}

async fn fills(session: &session::Session<'_>, work: &mut Work<'_>, account: &str) -> Result<PartReport> {
    let (settings, now) = (&work.config.ibkr, work.now);
    let settled = work.record().executions.iter().filter(|fill| fill.commission.is_some());
    let settled = settled.map(|fill| fill.exec_id.clone()).collect();
    let (executions, totals, mut report) = executions::collect(session, settings, account, &settled, now).await?;
    report.added = work.commit(&Changes { executions, ..Changes::default() })?.executions.counts();
    report.findings.extend(totals.against(work.record()));
    Ok(report)
}

async fn account_now(session: &session::Session<'_>, work: &mut Work<'_>, account: &str) -> Result<PartReport> {
    let (config, now) = (work.config, work.now);
    let unanswered = completion::Unanswered::in_record(work.record());
    let (base, exchange, more) = (config.account.base_currency, work.record().exchange, &unanswered.contracts);
    let (snapshot, listings, mut report) =
        snapshot::collect(session, &config.ibkr, account, base, exchange, more).await?;
    let mut snapshots = unanswered.snapshots(work.store(), &listings, now)?;
    snapshots.push(snapshot);
    let changes = Changes { snapshots, executions: unanswered.fills(&listings), ..Changes::default() };
    report.added = work.commit(&changes)?.snapshots.counts();
    Ok(report)
}
