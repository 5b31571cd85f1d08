//! Which of all stored rows are the fills that count.
//!
//! Files only ever grow: a commission that arrived late, a correction, a cancelled trade each add a row. Here
//! the rows of one fill become one, the corrected ones step back, and what was taken back disappears.

use std::collections::{BTreeMap, BTreeSet};

use super::fill_names::{name_what_was_booked_again, other_names};
use super::restatement::{Decisions, Discovered, Table};
use super::versions::together;
use super::{ExecId, Execution, Finding, FindingKind, Severity, Subject};
use crate::error::Place;

/// The outcome of reading all rows together.
#[derive(Debug, Default)]
pub(super) struct Effective {
    /// The fills that count, by time, then id.
    pub executions: Vec<Execution>,
    /// Fills that were corrected or taken back.
    pub superseded: Vec<Execution>,
    /// What was restated or contradicts, and cancellations of nothing.
    pub discovered: Discovered,
}

/// Reads all rows together: equal ids, and several names of one fill, are one fill, a higher version replaces a lower one, and a row that
/// cancels another removes it.
pub(super) fn effective(rows: Vec<(Place, Execution)>, decisions: &Decisions) -> Effective {
    let mut discovered = Discovered::default();
    let mut fills = merged(rows, decisions, &mut discovered);
    let originals = Originals::among(&fills);
    let named = fills.values().filter_map(|(_, fill)| fill.cancels.clone());
    let mut gone: BTreeSet<ExecId> = named.filter(|id| fills.contains_key(id)).collect();
    let mut found = Vec::new();
    for (id, (place, fill)) in &fills {
        let Some(cancelled) = fill.cancels.as_ref().filter(|cancelled| !fills.contains_key(*cancelled)) else {
            continue;
        };
        match originals.of(cancelled, fill, &gone) {
            Some(original) => {
                gone.insert(original.clone());
                found.push((id.clone(), original.clone()));
            }
            // Two statements may report one cancellation, one by the fill's id and one by its number.
            None if originals.is_named(cancelled) => {}
            None => discovered.findings.push(cancels_nothing(place, fill, cancelled)),
        }
    }
    for (id, original) in found {
        if let Some((_, fill)) = fills.get_mut(&id) {
            fill.cancels = Some(original);
        }
    }
    let (executions, superseded) = in_force(fills.into_values().map(|(_, fill)| fill).collect());
    Effective { executions, superseded, discovered }
}

/// The fills that count, and those that were corrected or taken back, each by time, then id. No two have the same id.
pub(super) fn in_force(fills: Vec<Execution>) -> (Vec<Execution>, Vec<Execution>) {
    let cancelling = fills.iter().filter_map(|fill| Some([&fill.exec_id, fill.cancels.as_ref()?]));
    let mut gone: BTreeSet<ExecId> = cancelling.flatten().cloned().collect();
    // What a correction replaced does not come back where the correction is taken back.
    let ids: BTreeSet<&ExecId> = fills.iter().map(|fill| &fill.exec_id).collect();
    gone.extend(corrected(ids.into_iter()));
    let (mut superseded, mut executions): (Vec<_>, Vec<_>) =
        fills.into_iter().partition(|fill| gone.contains(&fill.exec_id));
    for list in [&mut executions, &mut superseded] {
        list.sort_by(|a, b| (a.time, &a.exec_id).cmp(&(b.time, &b.exec_id)));
    }
    (executions, superseded)
}

/// The fills that others may take back, by what names them. A cancellation may come in a later statement than its
/// trade, and knows it by another number than the record.
struct Originals<'a> {
    fills: &'a BTreeMap<ExecId, (Place, Execution)>,
    by_number: BTreeMap<String, Vec<&'a ExecId>>,
    by_time: BTreeMap<i64, Vec<&'a ExecId>>,
}

impl<'a> Originals<'a> {
    fn among(fills: &'a BTreeMap<ExecId, (Place, Execution)>) -> Self {
        let (mut by_number, mut by_time): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (id, (_, fill)) in fills.iter().filter(|(_, (_, fill))| fill.cancels.is_none()) {
            for number in fill.names_by_number() {
                by_number.entry(number).or_default().push(id);
            }
            by_time.entry(fill.time.timestamp()).or_default().push(id);
        }
        Self { fills, by_number, by_time }
    }

    /// Whether a fill is known by this number, taken back or not.
    fn is_named(&self, named: &ExecId) -> bool {
        self.by_number.contains_key(number_of(named))
    }

    /// The fill that a row takes back and does not name by its id: by the number of its transaction or trade, else by
    /// what was traded, when and at which price.
    fn of(&self, named: &ExecId, cancel: &Execution, gone: &BTreeSet<ExecId>) -> Option<&'a ExecId> {
        let free = |id: &&&ExecId| {
            let fill = self.fills.get(**id).map(|(_, fill)| fill);
            !gone.contains(**id) && fill.is_some_and(|fill| is_before(fill, cancel))
        };
        let by_number = self.by_number.get(number_of(named)).and_then(|ids| ids.iter().find(free));
        let alike = |id: &&&ExecId| self.fills.get(**id).is_some_and(|(_, fill)| same_terms(fill, cancel));
        let at_the_time = || self.by_time.get(&cancel.time.timestamp())?.iter().filter(free).find(alike);
        by_number.or_else(at_the_time).copied()
    }
}

/// A name by a number, without what tells several bookings of a trade apart.
fn number_of(named: &ExecId) -> &str {
    let id = named.as_str();
    id.match_indices(':').nth(1).and_then(|(at, _)| id.get(..at)).unwrap_or(id)
}

/// Transaction numbers grow, so that a fill can only be taken back by a higher one. A trade that is booked again has a
/// higher one than the row that took it back.
fn is_before(fill: &Execution, cancel: &Execution) -> bool {
    let number = |row: &Execution| row.transaction_id.as_ref()?.parse::<u64>().ok();
    number(fill).zip(number(cancel)).is_none_or(|(fill, cancel)| fill < cancel)
}

fn same_terms(fill: &Execution, cancel: &Execution) -> bool {
    fill.account == cancel.account
        && fill.instrument() == cancel.instrument()
        && fill.side == cancel.side
        && fill.quantity == cancel.quantity
        && fill.price == cancel.price
}

/// One row per id: the last word on it, completed by the others.
fn merged(
    mut rows: Vec<(Place, Execution)>,
    decisions: &Decisions,
    discovered: &mut Discovered,
) -> BTreeMap<ExecId, (Place, Execution)> {
    name_what_was_booked_again(&mut rows.iter_mut().map(|(_, row)| row).collect::<Vec<_>>());
    let names = other_names(&rows);
    let name_of = |id: &ExecId| names.get(id).unwrap_or(id).clone();
    let mut by_id: BTreeMap<ExecId, Vec<(Place, Execution)>> = BTreeMap::new();
    for (place, row) in rows {
        let id = name_of(&row.exec_id);
        let counts = |id: &ExecId| decisions.allow(Table::Fill, id.as_str(), &row);
        if counts(&id) && (id == row.exec_id || counts(&row.exec_id)) {
            by_id.entry(id).or_default().push((place, row));
        }
    }
    let mut fills = BTreeMap::new();
    for (id, rows) in by_id {
        let Some(mut read) = together(rows) else { continue };
        let date = read.row.utc_date();
        discovered.add((Table::Fill, id.as_str(), date), &Subject::Fill(id.clone()), &read);
        if read.row.cancels.as_ref().is_some_and(is_number) {
            // A statement that holds the trade itself names it better than one that only knows its number.
            let named = read.older().filter_map(|older| older.cancels.as_ref()).find(|id| !is_number(id)).cloned();
            read.row.cancels = named.or(read.row.cancels);
        }
        read.row.cancels = read.row.cancels.as_ref().map(name_of);
        read.row.exec_id = id.clone();
        fills.insert(id, (read.place, read.row));
    }
    fills
}

/// Whether a cancelled fill is named by a number of another statement rather than by its id.
fn is_number(id: &ExecId) -> bool {
    id.as_str().starts_with("transaction:") || id.as_str().starts_with("trade:")
}

/// The ids of which a later version exists.
fn corrected<'a>(ids: impl Iterator<Item = &'a ExecId>) -> Vec<ExecId> {
    let mut newest: BTreeMap<&str, (u32, &ExecId)> = BTreeMap::new();
    let mut older = Vec::new();
    for id in ids {
        let Some((fill, version)) = id.version() else { continue };
        match newest.get_mut(fill) {
            None => {
                newest.insert(fill, (version, id));
            }
            Some((known, known_id)) if version > *known => {
                older.push(known_id.clone());
                (*known, *known_id) = (version, id);
            }
            Some(_) => older.push(id.clone()),
        }
    }
    older
}

fn cancels_nothing(place: &Place, row: &Execution, cancelled: &ExecId) -> Finding {
    Finding::new(
        Severity::Error,
        FindingKind::CancelsNothing,
        format!("row {} takes back the fill {cancelled}, which is not in the record", row.exec_id),
        "import the statement that holds the original trade",
    )
    .about(Subject::Fill(cancelled.clone()))
    .at(place.clone())
}

#[cfg(test)]
#[path = "corrections_tests.rs"]
mod tests;
