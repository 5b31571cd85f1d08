//! What statements that are newer than an imported one said of the same things.
//!
//! A row that only repeats what is stored is not stored again. Where an older statement comes in later and says something
//! else, the newer one that had repeated it must be heard again, or the older one would seem the last word.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{FlexSettings, parse};
use crate::collect::Batch;
use crate::error::Result;
use crate::record::{CashFlow, CorporateAction, ExecId, Execution, Snapshot};
use crate::site_dir::SiteDir;

/// Adds the rows of kept statements that are newer than those of a batch, and say something else of the same things.
///
/// # Errors
/// The folder of kept files cannot be read. A kept file that cannot be read any more is left out.
pub fn hear_newer(site: &SiteDir, batch: &mut Batch, settings: &FlexSettings) -> Result<()> {
    let fills = batch.executions.iter().filter_map(|fill| fill.generated);
    let values = batch.snapshots.iter().filter_map(|snapshot| snapshot.generated);
    let cash = batch.flows.iter().chain(&batch.income).filter_map(|flow| flow.generated);
    let actions = batch.actions.iter().filter_map(|action| action.generated);
    let Some(oldest) = fills.chain(values).chain(cash).chain(actions).min() else { return Ok(()) };
    let known = Known::of(batch);
    for path in crate::record::store::raw_files(site, "xml")? {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if !may_be_newer(&bytes, oldest) {
            continue;
        }
        let Ok(newer) = parse(&path, &bytes, settings) else { continue };
        known.add(newer, oldest, batch);
    }
    Ok(())
}

/// Whether a statement was made after a time, or does not say so in the usual form.
fn may_be_newer(bytes: &[u8], oldest: DateTime<Utc>) -> bool {
    const MARK: &[u8] = b"whenGenerated=\"";
    let head = bytes.get(..4096).unwrap_or(bytes);
    let Some(at) = head.windows(MARK.len()).position(|window| window == MARK) else { return false };
    let date = head.get(at + MARK.len()..).and_then(|rest| std::str::from_utf8(rest.get(..8)?).ok());
    let date = date.and_then(|text| NaiveDate::parse_from_str(text, "%Y%m%d").ok());
    // The day is enough to leave most of them unread, whatever their zone.
    date.is_none_or(|date| date >= oldest.date_naive() - chrono::Days::new(1))
}

/// The rows of a batch by what they are about.
struct Known {
    fills: BTreeMap<ExecId, Execution>,
    values: BTreeMap<NaiveDate, Snapshot>,
    cash: BTreeMap<String, CashFlow>,
    actions: Vec<CorporateAction>,
}

impl Known {
    fn of(batch: &Batch) -> Self {
        let cash = batch.flows.iter().chain(&batch.income);
        Self {
            fills: batch.executions.iter().map(|fill| (fill.exec_id.clone(), fill.clone())).collect(),
            values: batch.snapshots.iter().map(|snapshot| (snapshot.date, snapshot.clone())).collect(),
            cash: cash.map(|flow| (flow.id.clone(), flow.clone())).collect(),
            actions: batch.actions.clone(),
        }
    }

    fn add(&self, newer: Batch, oldest: DateTime<Utc>, batch: &mut Batch) {
        let is_newer = |generated: Option<DateTime<Utc>>| generated.is_some_and(|time| time > oldest);
        let differs = |flow: &CashFlow| {
            let ours = self.cash.get(&flow.id);
            is_newer(flow.generated) && ours.is_some_and(|ours| !ours.says_the_same(flow))
        };
        batch.actions.extend(newer.actions.into_iter().filter(|action| {
            let ours = || self.actions.iter().filter(|ours| ours.may_be(action));
            is_newer(action.generated) && ours().any(|ours| !ours.says_the_same(action))
        }));
        batch.flows.extend(newer.flows.into_iter().filter(differs));
        batch.income.extend(newer.income.into_iter().filter(differs));
        batch.executions.extend(newer.executions.into_iter().filter(|fill| {
            let ours = self.fills.get(&fill.exec_id);
            is_newer(fill.generated) && ours.is_some_and(|ours| ours.merged_with(fill).is_err())
        }));
        batch.snapshots.extend(newer.snapshots.into_iter().filter(|snapshot| {
            let ours = self.values.get(&snapshot.date);
            is_newer(snapshot.generated) && ours.is_some_and(|ours| !ours.says_the_same(snapshot))
        }));
    }
}
