//! What came into an account, or left it, without a fill or a corporate action.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::taken_during;
use crate::analysis::holdings::{Holdings, Movement};
use crate::analysis::rebuilt::{Quantities, is_same};
use crate::record::{Instrument, Snapshot};

/// A change in what is held that nothing explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unexplained {
    /// The time it came after: that of the snapshot before; `None` where it was there before the record.
    pub after: Option<DateTime<Utc>>,
    pub instrument: Instrument,
    /// Shares or contracts, below zero where they went.
    pub quantity: Decimal,
}

/// Known positions less what is known to have moved up to them, wherever that changes.
///
/// The first such difference is what was held before the record. One that the next snapshot no longer shows, or that is
/// just what was filled on the last snapshot's date, is one of timing.
pub(super) fn unexplained(holdings: &Holdings) -> Vec<Unexplained> {
    let known = holdings.known();
    let segments = segments(holdings);
    let mut held = opening(holdings, &segments);
    let quantities = held.iter().filter(|(_, quantity)| !is_same(**quantity, Decimal::ZERO));
    let mut found: Vec<Unexplained> = quantities
        .map(|(instrument, quantity)| Unexplained {
            after: None,
            instrument: instrument.clone(),
            quantity: *quantity,
        })
        .collect();
    for (at, segment) in segments.iter().enumerate() {
        apply(segment, &mut held);
        let (Some((snapshot, reported)), Some((before, _))) =
            (known.get(at), at.checked_sub(1).and_then(|before| known.get(before)))
        else {
            continue;
        };
        let differences = differences(reported, &held);
        if differences.is_empty() {
            continue;
        }
        let next = known.get(at + 1).map(|(_, reported)| {
            let mut next = held.clone();
            apply(segments.get(at + 1).map(Vec::as_slice).unwrap_or_default(), &mut next);
            self::differences(reported, &next)
        });
        for (instrument, quantity) in differences {
            let passes = match &next {
                Some(next) => !next.contains_key(&instrument),
                None => is_same(filled_on(snapshot, segment, &instrument), -quantity),
            };
            if !passes {
                *held.entry(instrument.clone()).or_default() += quantity;
                found.push(Unexplained { after: Some(last_instant(before)), instrument, quantity });
            }
        }
    }
    found
}

/// What moved up to each snapshot with known positions and is not in the one before.
fn segments<'h, 'a>(holdings: &'h Holdings<'a>) -> Vec<Vec<&'h Movement<'a>>> {
    let known = holdings.known();
    let mut segments = vec![Vec::new(); known.len()];
    for movement in &holdings.movements {
        let at = known.partition_point(|(snapshot, _)| !movement.is_in(snapshot));
        if let Some(segment) = segments.get_mut(at) {
            segment.push(movement);
        }
    }
    segments
}

/// What was held before all movements, without what the second known positions contradict: a fill that the first ones do
/// not show yet looks like an earlier holding of the other side.
fn opening(holdings: &Holdings, segments: &[Vec<&Movement>]) -> Quantities {
    let mut opening = holdings.opening.clone().unwrap_or_default();
    let Some((_, reported)) = holdings.known().get(1) else { return opening };
    let (mut with, mut without) = (opening.clone(), Quantities::new());
    for segment in segments.iter().take(2) {
        apply(segment, &mut with);
        apply(segment, &mut without);
    }
    let (with, without) = (differences(reported, &with), differences(reported, &without));
    opening.retain(|instrument, _| !with.contains_key(instrument) || without.contains_key(instrument));
    opening
}

fn apply(movements: &[&Movement], held: &mut Quantities) {
    movements.iter().for_each(|movement| movement.apply(held));
}

/// What is reported and not counted, without what is the same.
fn differences(reported: &Quantities, counted: &Quantities) -> Quantities {
    let of =
        |quantities: &Quantities, instrument: &Instrument| quantities.get(instrument).copied().unwrap_or_default();
    let all: BTreeSet<&Instrument> = reported.keys().chain(counted.keys()).collect();
    let all = all.into_iter().map(|instrument| (instrument, of(reported, instrument) - of(counted, instrument)));
    all.filter(|(_, gap)| !is_same(*gap, Decimal::ZERO)).map(|(instrument, gap)| (instrument.clone(), gap)).collect()
}

/// What was filled on the date of the last snapshot.
fn filled_on(snapshot: &Snapshot, segment: &[&Movement], instrument: &Instrument) -> Decimal {
    let of_day = segment.iter().filter_map(|movement| match movement {
        Movement::Fill(fill, of) if of == instrument && fill.utc_date() == snapshot.own_date() => {
            Some(fill.signed_quantity())
        }
        _ => None,
    });
    of_day.sum()
}

/// The last instant whose fills a snapshot holds.
fn last_instant(snapshot: &Snapshot) -> DateTime<Utc> {
    taken_during(snapshot).unwrap_or_else(|| {
        let own = snapshot.own_date();
        let next = own.checked_add_days(Days::new(1)).unwrap_or(own);
        next.and_time(NaiveTime::MIN).and_utc() - TimeDelta::nanoseconds(1)
    })
}
