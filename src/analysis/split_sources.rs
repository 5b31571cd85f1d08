//! One split from several sources, and whether a price source's split is believed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::action_text;
use super::actions::{Event, Leg};
use super::holdings::Movement;
use super::instruments::same_ticker;
use crate::record::{Instrument, Ratio, Snapshot};

/// Two sources that report a split of one instrument within so many days mean the same one.
const SAME_SPLIT_DAYS: i64 = 3;

/// Both numbers of a split are whole and at most this; a spin-off that a price source calls a split has odder ones.
const PLAIN: i64 = 100;

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// One split reported by two sources is one: what was entered by hand counts before the statement's where they differ, and
/// both before a price source's.
pub fn once(events: Vec<Event>) -> Vec<Event> {
    let splits: Vec<Event> = events.iter().filter(|event| event.kind.is_split()).cloned().collect();
    let is_told_better = |event: &Event| {
        let better = |other: &Event| same_split(event, other) && rank(other, event) < rank(event, other);
        event.kind.is_split() && splits.iter().any(better)
    };
    events.into_iter().filter(|event| !is_told_better(event)).collect()
}

fn same_split(one: &Event, other: &Event) -> bool {
    let alike = |leg: &Leg| {
        other.legs.iter().any(|their| {
            their.instrument == leg.instrument || same_ticker(their.symbol.as_str(), leg.symbol.as_str())
        })
    };
    one.id != other.id && (one.date - other.date).num_days().abs() <= SAME_SPLIT_DAYS && one.legs.iter().any(alike)
}

/// Where an event stands beside another one of the same split: lower counts.
fn rank(event: &Event, other: &Event) -> u8 {
    let factor = |event: &Event| ratio_of(event).map(Ratio::factor);
    let has_quantities = event.legs.iter().all(|leg| leg.quantity.is_some());
    match (has_quantities, event.account.is_some()) {
        // The statement's own quantities are the most exact where both say the same.
        (true, _) if factor(event) == factor(other) => 0,
        (false, true) => 1,
        (true, _) => 2,
        (false, false) => 3,
    }
}

fn ratio_of(event: &Event) -> Option<Ratio> {
    event.legs.iter().find_map(|leg| leg.ratio).or_else(|| action_text::ratio(event.text))
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
    let is_plain = ratio_of(event).is_some_and(|ratio| [ratio.new, ratio.old].iter().all(is_small_and_whole));
    let after = known.iter().find(|(snapshot, _)| movement.is_in(snapshot));
    let before = known.iter().rfind(|(snapshot, _)| !movement.is_in(snapshot));
    let Some(((before, held), (after, told))) = before.zip(after) else { return is_plain };
    let counted = |with: bool| {
        let mut held = held.clone();
        let between = |movement: &Movement| movement.is_in(after) && !movement.is_in(before);
        let counts = |(number, movement): &(usize, &Movement)| between(movement) && (with || *number != index);
        movements.iter().enumerate().filter(counts).for_each(|(_, movement)| movement.apply(&mut held));
        event.legs.iter().all(|leg| {
            let quantity = |of: &BTreeMap<Instrument, Decimal>| of.get(&leg.instrument).copied().unwrap_or_default();
            (quantity(&held) - quantity(told)).abs() <= ROUNDING
        })
    };
    counted(true) || (is_plain && !counted(false))
}

fn is_small_and_whole(number: &Decimal) -> bool {
    number.fract().is_zero() && number.to_i64().is_some_and(|number| number <= PLAIN)
}
