//! Fills and the account from TWS or Gateway of Interactive Brokers. Everything here reads; no order is ever sent.

mod account_kind;
mod contracts;
mod executions;
mod failure;
mod session;
mod snapshot;
mod time;
mod totals;

pub use account_kind::AccountKind;

use chrono::NaiveDate;

use super::progress::Progress;
use super::report::{Part, Report};
use crate::config::Config;
use crate::error::Result;
use crate::record::load;
use crate::record::store::Store;
use crate::site_dir::SiteDir;

/// Where rows came from, in the record.
const SOURCE: &str = "tws";

/// Collects fills, the account, or both, over one connection, and stores each as soon as it is complete.
///
/// # Errors
/// A gateway that cannot be reached or read, an account of the other kind, a store that cannot be written to.
/// What was complete before is stored.
pub async fn collect(
    site: &SiteDir,
    config: &Config,
    parts: &[Part],
    kind: AccountKind,
    today: NaiveDate,
    progress: &dyn Progress,
) -> Result<Vec<Report>> {
    let settings = &config.ibkr;
    account_kind::agree_on_port(settings.port, kind)?;
    let session = session::Session::connect(settings, progress).await?;
    let account = session::choose_account(session.client().handshake_managed_accounts(), &settings.account)?;
    account_kind::agree_on_account(&account, kind)?;
    let mut reports = Vec::new();
    for part in parts {
        let report = match part {
            Part::Executions => {
                let (fills, totals, mut report) = executions::collect(&session, settings, &account).await?;
                report.added = Store::open(site)?.add_executions(&fills)?;
                report.findings.extend(totals.against(&load::load(site, config, today).executions));
                report
            }
            Part::Snapshot => {
                let base = config.account.base_currency;
                let (snapshot, mut report) = snapshot::collect(&session, settings, &account, base).await?;
                report.added = Store::open(site)?.add_snapshots(&[snapshot])?;
                report
            }
            Part::Flex | Part::Prices => continue,
        };
        reports.push(report);
    }
    session.client().disconnect().await;
    Ok(reports)
}
