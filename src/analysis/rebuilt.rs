//! Positions where a snapshot does not say them, as far as fills and corporate actions do.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::holdings::{Holdings, Movement};
use crate::record::{Instrument, Position, Record};

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// Beyond it, any quantity is near some multiple of another.
const LARGEST_SPLIT: u32 = 20;

/// What is held of each instrument, below zero when short.
pub(super) type Quantities = BTreeMap<Instrument, Decimal>;

/// The positions of each snapshot, where they are known: as it says, or none where it does not and everything had been
/// sold by then, if fills and corporate actions explain the next positions known.
pub(super) fn known_positions<'a>(record: &'a Record, holdings: &Holdings) -> Vec<Option<&'a [Position]>> {
    let mut moved: Vec<Vec<&Movement>> = vec![Vec::new(); record.snapshots.len()];
    for movement in &holdings.movements {
        let at = record.snapshots.partition_point(|snapshot| !movement.is_in(snapshot));
        if let Some(moved) = moved.get_mut(at) {
            moved.push(movement);
        }
    }
    let mut reported = holdings.known().iter().map(|(_, reported)| reported);
    let nothing = Quantities::new();
    let mut held = Cow::Borrowed(holdings.opening.as_ref().unwrap_or(&nothing));
    let mut known: Vec<Option<&[Position]>> = Vec::with_capacity(record.snapshots.len());
    // Since the last known positions: whether nothing was held, for each snapshot that does not say.
    let mut empty: Vec<bool> = Vec::new();
    for (snapshot, moved) in record.snapshots.iter().zip(moved) {
        moved.into_iter().for_each(|movement| movement.apply(held.to_mut()));
        let Some(positions) = &snapshot.positions else {
            empty.push(is_nothing(&held));
            known.push(None);
            continue;
        };
        let reported = reported.next().unwrap_or(&nothing);
        let explained = !empty.is_empty() && is_nothing(&less(reported, &held));
        let first = known.len() - empty.len();
        for (empty, place) in empty.drain(..).zip(known.iter_mut().skip(first)) {
            *place = (explained && empty).then_some(&[]);
        }
        known.push(Some(positions));
        held = Cow::Borrowed(reported);
    }
    known
}

/// Whether anything was held at the first snapshot: as it says, else by the first known positions less what moved since.
/// `None` where no positions are known at all.
pub fn began_invested(record: &Record) -> Option<bool> {
    let first = record.snapshots.first()?;
    let holdings = Holdings::of(record);
    holdings.opening.as_ref()?;
    Some(!is_nothing(&holdings.on(first.date)))
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
