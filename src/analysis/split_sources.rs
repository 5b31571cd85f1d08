//! One action from several sources, and whether a price source's split is believed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::actions::{Event, Leg};
use super::holdings::Movement;
use super::instruments::same_ticker;
use crate::record::{ActionKind, Instrument, Snapshot};

/// Two sources that report a split of one instrument within so many days mean the same one.
pub const SAME_SPLIT_DAYS: i64 = 3;

/// Both numbers of a split are whole and at most this; a spin-off that a price source calls a split has odder ones.
const PLAIN: i64 = 100;

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// One action reported by two sources is one: what was entered by hand counts before the statement's where they differ, and
/// both before a price source's. A dividend in shares is what price sources call a split.
pub fn once<'a>(events: Vec<Event<'a>>) -> Vec<Event<'a>> {
    let candidates: Vec<Event<'a>> = events.iter().filter(|event| family(event).is_some()).cloned().collect();
    let complete = |mut event: Event<'a>| {
        let others: Vec<&Event> = candidates.iter().filter(|other| is_same(&event, other)).collect();
        if others.iter().any(|other| rank(other, &event) < rank(&event, other)) {
            return None;
        }
        event.is_in_prices |= others.iter().any(|other| other.account.is_none());
        event.reported = event.reported.or_else(|| others.iter().find_map(|other| other.reported));
        Some(event)
    };
    events.into_iter().filter_map(complete).collect()
}

/// What must be alike in two reports of one event.
fn family(event: &Event) -> Option<&'static str> {
    Some(match event.kind {
        _ if event.changes_units() => "units",
        ActionKind::IdentifierChange => "name",
        ActionKind::Merger => "merger",
        ActionKind::SpinOff => "spin-off",
        ActionKind::Delisted => "delisting",
        _ => return None,
    })
}

fn is_same(one: &Event, other: &Event) -> bool {
    let alike = |leg: &Leg| {
        other.legs.iter().any(|their| {
            their.instrument == leg.instrument || same_ticker(their.symbol.as_str(), leg.symbol.as_str())
        })
    };
    // Of one statement two mergers in a week are two.
    let of_two_sources = one.changes_units() || one.source != other.source;
    one.id != other.id
        && family(one) == family(other)
        && of_two_sources
        && (one.date - other.date).num_days().abs() <= SAME_SPLIT_DAYS
        && one.legs.iter().any(alike)
}

/// Where an event stands beside another report of the same one: lower counts.
fn rank(event: &Event, other: &Event) -> u8 {
    let agree = match (event.reported, other.reported) {
        (Some(one), Some(other)) => one.factor() == other.factor(),
        (None, None) => true,
        // Statements tell no ratio of a change of symbol.
        _ => !event.changes_units(),
    };
    let has_quantities = event.legs.iter().all(|leg| leg.quantity.is_some());
    match (has_quantities, event.account.is_some()) {
        // What the owner says of the cost, statements leave open.
        (_, true) if event.is_by_hand() && event.has_price() => 0,
        // The statement's own quantities are the most exact where both say the same.
        (true, _) if agree => 1,
        (false, true) => 2,
        (true, _) => 3,
        (false, false) => 4,
    }
}

/// Leaves out the splits of price sources that the broker's own positions contradict, and those of an odd ratio, which are
/// spin-offs more often than not, where nothing confirms them.
pub fn believed<'a>(
    movements: Vec<Movement<'a>>,
    known: &[(&Snapshot, BTreeMap<Instrument, Decimal>)],
) -> Vec<Movement<'a>> {
    let keep: Vec<bool> = (0..movements.len()).map(|index| is_believed(index, &movements, known)).collect();
    movements.into_iter().zip(keep).filter_map(|(movement, keep)| keep.then_some(movement)).collect()
}

fn is_believed(index: usize, movements: &[Movement], known: &[(&Snapshot, BTreeMap<Instrument, Decimal>)]) -> bool {
    let Some(movement @ Movement::Event(event)) = movements.get(index) else { return true };
    if event.account.is_some() {
        return true;
    }
    let is_plain = event.reported.is_some_and(|ratio| [ratio.new, ratio.old].iter().all(is_small_and_whole));
    let after = known.iter().find(|(snapshot, _)| movement.is_in(snapshot));
    let before = known.iter().rfind(|(snapshot, _)| !movement.is_in(snapshot));
    let Some(((before, held), (after, reported))) = before.zip(after) else { return is_plain };
    let counted = |with: bool| {
        let mut held = held.clone();
        let between = |movement: &Movement| movement.is_in(after) && !movement.is_in(before);
        let counts = |(number, movement): &(usize, &Movement)| between(movement) && (with || *number != index);
        movements.iter().enumerate().filter(counts).for_each(|(_, movement)| movement.apply(&mut held));
        event.legs.iter().all(|leg| {
            let quantity = |of: &BTreeMap<Instrument, Decimal>| of.get(&leg.instrument).copied().unwrap_or_default();
            (quantity(&held) - quantity(reported)).abs() <= ROUNDING
        })
    };
    counted(true) || (is_plain && !counted(false))
}

fn is_small_and_whole(number: &Decimal) -> bool {
    number.fract().is_zero() && number.to_i64().is_some_and(|number| number <= PLAIN)
}
