//! What came into an account, or left it, without a fill.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{is_in, taken_during};
use crate::analysis::rebuilt::{Quantities, filled, is_same};
use crate::record::{Execution, Instrument, Instruments, Record, Snapshot};

/// A change in what is held that no fill explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unexplained {
    /// The time it came after: that of the snapshot before; `None` where it was there before the record.
    pub after: Option<DateTime<Utc>>,
    pub instrument: Instrument,
    /// Shares or contracts, below zero where they went.
    pub quantity: Decimal,
}

/// Known positions less all fills up to them, wherever that changes.
///
/// The first such difference is what was held before the record. One that the next snapshot no longer shows, or that is
/// just what was filled on the last snapshot's date, is one of timing.
pub(super) fn unexplained(record: &Record, instruments: &Instruments, fills: &[&Execution]) -> Vec<Unexplained> {
    let known: Vec<&Snapshot> = record.snapshots.iter().filter(|snapshot| snapshot.positions.is_some()).collect();
    let differences = differences(&known, instruments, fills);
    let mut levels = Quantities::new();
    let mut found = Vec::new();
    for (at, difference) in differences.iter().enumerate() {
        let concerned: BTreeSet<&Instrument> = difference.keys().chain(levels.keys()).collect();
        let mut changed = Vec::new();
        for instrument in concerned {
            let (now, before) = (of(difference, instrument), of(&levels, instrument));
            let passes = match (differences.get(at + 1), known.get(at)) {
                (Some(next), _) => is_same(of(next, instrument), before),
                (None, Some(last)) if at > 0 => {
                    is_same(filled_on(last, fills, instruments, instrument), before - now)
                }
                _ => false,
            };
            if !is_same(now, before) && !passes {
                changed.push((instrument.clone(), now - before));
            }
        }
        let after = at.checked_sub(1).and_then(|before| known.get(before)).map(|before| last_instant(before));
        for (instrument, quantity) in changed {
            *levels.entry(instrument.clone()).or_default() += quantity;
            found.push(Unexplained { after, instrument, quantity });
        }
    }
    found
}

/// For each snapshot its positions less all fills up to it, without those of 0.
fn differences(known: &[&Snapshot], instruments: &Instruments, fills: &[&Execution]) -> Vec<Quantities> {
    let mut fills = fills.iter().peekable();
    let mut counted = Quantities::new();
    let of_snapshot = |snapshot: &&Snapshot| {
        while let Some(fill) = fills.next_if(|fill| is_in(snapshot, fill)) {
            *counted.entry(instruments.of_fill(fill)).or_default() -= fill.signed_quantity();
        }
        let mut difference = counted.clone();
        for position in snapshot.known_positions() {
            *difference.entry(instruments.of_position(position)).or_default() += position.quantity;
        }
        difference.retain(|_, quantity| !is_same(*quantity, Decimal::ZERO));
        difference
    };
    known.iter().map(of_snapshot).collect()
}

fn of(quantities: &Quantities, instrument: &Instrument) -> Decimal {
    quantities.get(instrument).copied().unwrap_or_default()
}

/// What was filled on the last UTC date that a snapshot holds.
fn filled_on(
    snapshot: &Snapshot,
    fills: &[&Execution],
    instruments: &Instruments,
    instrument: &Instrument,
) -> Decimal {
    let recent = fills.iter().rev().skip_while(|fill| fill.utc_date() > snapshot.date);
    filled(recent.take_while(|fill| fill.utc_date() == snapshot.date), instruments, instrument)
}

/// The last instant whose fills a snapshot holds.
fn last_instant(snapshot: &Snapshot) -> DateTime<Utc> {
    taken_during(snapshot).unwrap_or_else(|| {
        let next = snapshot.date.checked_add_days(Days::new(1)).unwrap_or(snapshot.date);
        next.and_time(NaiveTime::MIN).and_utc() - TimeDelta::nanoseconds(1)
    })
}
