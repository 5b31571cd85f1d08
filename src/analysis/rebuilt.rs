//! Positions where a snapshot does not say them, as far as fills do.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::instruments::is_trade;
use super::round_trips::is_in;
use crate::record::{Execution, Instrument, Instruments, Position, Record, Snapshot};

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// Beyond it, any quantity is near some multiple of another.
const LARGEST_SPLIT: u32 = 20;

/// What is held of each instrument, below zero when short.
pub(super) type Quantities = BTreeMap<Instrument, Decimal>;

/// The positions of each snapshot, where they are known: as it says, or none where it does not and everything had been
/// sold by then according to fills that explain the next positions known.
pub(super) fn known_positions<'a>(record: &'a Record, instruments: &Instruments) -> Vec<Option<&'a [Position]>> {
    let mut fills = record.executions.iter().filter(|fill| is_trade(fill)).peekable();
    let mut traded = |until: &Snapshot| {
        let mut traded = Quantities::new();
        while let Some(fill) = fills.next_if(|fill| is_in(until, fill)) {
            *traded.entry(instruments.of_fill(fill)).or_default() += fill.signed_quantity();
        }
        traded
    };
    let mut known: Vec<Option<&[Position]>> = Vec::with_capacity(record.snapshots.len());
    let mut held: Option<Quantities> = None;
    // Since the last known positions: for each snapshot without, what had been traded by then.
    let mut open: Vec<Quantities> = Vec::new();
    let mut since = Quantities::new();
    for snapshot in &record.snapshots {
        add(&mut since, &traded(snapshot));
        let Some(positions) = &snapshot.positions else {
            open.push(since.clone());
            known.push(None);
            continue;
        };
        let told = quantities(positions, instruments);
        let opening = held.unwrap_or_else(|| less(&told, &since));
        let explained = is_nothing(&less(&less(&told, &since), &opening));
        let first = known.len() - open.len();
        for (traded, place) in open.iter().zip(known.iter_mut().skip(first)) {
            let mut then = opening.clone();
            add(&mut then, traded);
            *place = (explained && is_nothing(&then)).then_some(&[]);
        }
        known.push(Some(positions));
        (held, since) = (Some(told), Quantities::new());
        open.clear();
    }
    known
}

/// Whether anything was held at the first snapshot: as it says, else by the first known positions less what was filled
/// since. `None` where no positions are known at all.
pub fn began_invested(record: &Record) -> Option<bool> {
    let first = record.snapshots.first()?;
    let known = record.snapshots.iter().find(|snapshot| snapshot.positions.is_some())?;
    let instruments = Instruments::of(&record.executions);
    let mut held = quantities(known.known_positions(), &instruments);
    let since = record.executions.iter().filter(|fill| is_trade(fill) && is_in(known, fill) && !is_in(first, fill));
    for fill in since {
        *held.entry(instruments.of_fill(fill)).or_default() -= fill.signed_quantity();
    }
    Some(!is_nothing(&held))
}

/// What positions hold of each instrument.
pub(super) fn quantities(positions: &[Position], instruments: &Instruments) -> Quantities {
    let mut quantities = Quantities::new();
    for position in positions {
        *quantities.entry(instruments.of_position(position)).or_default() += position.quantity;
    }
    quantities
}

/// What was filled of one instrument.
pub(super) fn filled<'a>(
    fills: impl Iterator<Item = &'a &'a Execution>,
    instruments: &Instruments,
    instrument: &Instrument,
) -> Decimal {
    fills.filter(|fill| instruments.of_fill(fill) == *instrument).map(|fill| fill.signed_quantity()).sum()
}

pub(super) fn is_same(one: Decimal, other: Decimal) -> bool {
    (one - other).abs() <= ROUNDING
}

/// Whether one quantity is a small whole multiple of the other.
pub(super) fn is_like_a_split(before: Decimal, after: Decimal) -> bool {
    let whole = |ratio: Option<Decimal>| {
        ratio.is_some_and(|ratio| {
            ratio.fract().is_zero() && ratio >= Decimal::TWO && ratio <= Decimal::from(LARGEST_SPLIT)
        })
    };
    whole(after.checked_div(before)) || whole(before.checked_div(after))
}

fn add(sum: &mut Quantities, more: &Quantities) {
    for (instrument, quantity) in more {
        *sum.entry(instrument.clone()).or_default() += quantity;
    }
}

fn less(one: &Quantities, other: &Quantities) -> Quantities {
    let mut rest = one.clone();
    for (instrument, quantity) in other {
        *rest.entry(instrument.clone()).or_default() -= quantity;
    }
    rest
}

fn is_nothing(quantities: &Quantities) -> bool {
    quantities.values().all(|quantity| is_same(*quantity, Decimal::ZERO))
}
