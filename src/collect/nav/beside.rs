//! A table of net values beside other ones, and beside what is stored.
//!
//! The first running total of a file says nothing of when its money came. Beside the last one of the file before it, the change
//! is a flow of the day on which the later file begins, whichever of the two is imported first. It is a sum of the days between
//! them, of which a file that comes later may report the single flows.

use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{NavSettings, Read, SOURCE, flow, read};
use crate::collect::Batch;
use crate::collect::save::Received;
use crate::error::{Place, Result};
use crate::record::flow::SUM;
use crate::record::store::raw_files;
use crate::record::{CashFlow, Finding, FindingKind, Record, Severity};
use crate::site_dir::SiteDir;

/// The endings of tables that were kept as they were received.
const ENDINGS: [&str; 3] = ["csv", "txt", "tsv"];

/// A day on which a file has a running total.
#[derive(Debug, Clone, Copy)]
struct Total {
    date: NaiveDate,
    total: Decimal,
    value: Option<Decimal>,
}

/// Where the totals of a file begin and end.
#[derive(Debug)]
struct Totals {
    first: Total,
    last: Total,
    /// Whether it came with this import.
    is_new: bool,
    place: Place,
}

/// Adds the flows between the files of an import, and between them and those that are stored.
///
/// # Errors
/// The folder of kept files cannot be read. A kept file that is no table of net values is left out.
pub fn add_between(
    batch: &mut Batch,
    received: &[Received],
    site: &SiteDir,
    record: &Record,
    settings: &NavSettings,
) -> Result<()> {
    let mut all: Vec<Totals> =
        received.iter().filter_map(|file| totals(&file.path, &file.bytes, true, settings)).collect();
    if all.is_empty() {
        return Ok(());
    }
    for ending in ENDINGS {
        for path in raw_files(site, ending)? {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let kept = totals(&path, &bytes, false, settings);
            all.extend(kept.filter(|kept| is_stored(&kept.first, record) && is_stored(&kept.last, record)));
        }
    }
    let Some((account, currency)) = batch.snapshots.first().map(|day| (day.account.clone(), day.base_currency))
    else {
        return Ok(());
    };
    for ((since, change), later) in all.iter().filter_map(|later| Some((change_before(later, &all)?, later))) {
        let date = later.first.date;
        let flow = CashFlow { id: format!("{SOURCE}{SUM}:{since}:{date}"), ..flow(date, change, &account, currency) };
        if batch.flows.iter().any(|known| known.date == flow.date) {
            continue;
        }
        let message =
            format!("the running total is {change} higher than where the file before it ends: a flow of {date}");
        let next = "nothing to do if that is right; `trackrecord flow list` lists all";
        batch.note(Severity::Note, FindingKind::FileForm, later.place.clone(), message, next);
        batch.flows.push(flow);
    }
    Ok(())
}

/// Holds flows against those that the record has already. One that came from another source is left out; one of an earlier
/// file that this one does not repeat is named.
pub fn beside_stored(batch: &mut Batch, record: &Record) {
    let covered = batch.covered.clone();
    let place = Place::file("data/flows.csv");
    let is_ours = |flow: &CashFlow| flow.source.as_str() == SOURCE;
    let others: Vec<&CashFlow> = record.flows.iter().filter(|flow| !is_ours(flow)).collect();
    let (kept, known): (Vec<_>, Vec<_>) = std::mem::take(&mut batch.flows)
        .into_iter()
        .partition(|flow| !others.iter().any(|other| same_money(other, flow)));
    if let Some(first) = known.first() {
        let reason = format!("the record has it already, from another source (the first on {})", first.date);
        batch.skip_rows(known.len(), "flow", reason, place.clone());
    }
    let gone = record.flows.iter().filter(|flow| {
        // The first day of a file may leave open what came since the row before, which is in another file.
        let is_in = |(from, to): &(NaiveDate, NaiveDate)| *from < flow.date && flow.date <= *to;
        is_ours(flow)
            && !flow.is_sum()
            && covered.iter().any(is_in)
            && !kept.iter().chain(&known).any(|new| new.date == flow.date)
    });
    for flow in gone {
        let message =
            format!("the record has a flow of {} on {}, which this file does not have", flow.amount, flow.date);
        let next = "if the new file is right, delete the row from data/flows.csv";
        batch.notices.push(Finding::new(Severity::Warning, FindingKind::Conflict, message, next).at(place.clone()));
    }
    batch.flows = kept;
}

fn same_money(one: &CashFlow, other: &CashFlow) -> bool {
    (one.date, one.currency, one.amount) == (other.date, other.currency, other.amount)
}

fn totals(path: &Path, bytes: &[u8], is_new: bool, settings: &NavSettings) -> Option<Totals> {
    let Read { rows, .. } = read(path, bytes, settings).ok()?;
    let totals = || rows.iter().filter_map(|(date, row)| Some((*date, row, row.total?)));
    let total = |(date, row, total): (NaiveDate, &super::Row, Decimal)| Total { date, total, value: row.value };
    Some(Totals {
        first: totals().next().map(total)?,
        last: totals().next_back().map(total)?,
        is_new,
        place: Place::file(path),
    })
}

/// Whether the record has this value, so that a kept file is one of its own.
fn is_stored(day: &Total, record: &Record) -> bool {
    let ours =
        record.snapshots.iter().filter(|known| known.own_date() == day.date && known.source.as_str() == SOURCE);
    ours.map(|known| known.net_liquidation).any(|value| Some(value) == day.value)
}

/// How much the total rose before a file began, and since which day, where another one ends before it and none holds its first
/// day otherwise.
fn change_before(later: &Totals, all: &[Totals]) -> Option<(NaiveDate, Decimal)> {
    let begins = later.first.date;
    if all.iter().any(|other| other.first.date < begins && begins <= other.last.date) {
        return None;
    }
    let before = all.iter().filter(|other| other.last.date < begins).max_by_key(|other| other.last.date)?;
    let change = later.first.total.checked_sub(before.last.total)?;
    (!change.is_zero() && (later.is_new || before.is_new)).then_some((before.last.date, change.normalize()))
}
