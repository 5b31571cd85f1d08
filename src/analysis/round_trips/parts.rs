//! Orders, cut where their fills cannot be taken together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::book::{Indicator, says_what_it_does};
use crate::analysis::actions::Event;
use crate::record::{AccountId, Execution, Instrument, Side};

/// An order, or a part of it: its number, and its fills by time.
pub(super) struct Order<'a> {
    pub number: usize,
    pub instrument: Instrument,
    pub fills: Vec<&'a Execution>,
}

impl Order<'_> {
    pub fn time(&self) -> Option<DateTime<Utc>> {
        self.fills.first().map(|fill| fill.time)
    }
}

/// The orders by their first fill, each cut where a corporate action changed what its fills count in, and where the broker says
/// of one fill that it opened and of the next that it closed something. That holds in the order of time alone, so a fill
/// on the other side cuts it too.
pub(super) fn parts<'a>(groups: &[(Instrument, Vec<&'a Execution>)], events: &[(usize, &Event)]) -> Vec<Order<'a>> {
    let sides = Sides::of(groups);
    let mut parts = Vec::with_capacity(groups.len());
    for (number, (instrument, fills)) in groups.iter().enumerate() {
        let changes = events.iter().filter(|(_, event)| event.leg(instrument).is_some()).map(|(_, event)| event.time);
        let changes: Vec<DateTime<Utc>> = changes.collect();
        let together = |one: &&Execution, other: &&Execution| {
            let between = |change: &DateTime<Utc>| one.time < *change && *change <= other.time;
            Indicator::of(one) == Indicator::of(other)
                && !changes.iter().any(between)
                && !sides.part(instrument, one, other)
        };
        parts.extend(fills.chunk_by(together).map(|fills| Order {
            number,
            instrument: instrument.clone(),
            fills: fills.to_vec(),
        }));
    }
    parts.sort_by_key(|order| order.fills.first().map(|fill| (fill.time, &fill.exec_id)));
    parts
}

type OneSide<'a> = (&'a AccountId, &'a Instrument, Side);

/// The times of all fills of each account, instrument and side, and whether the broker says what they opened or closed.
struct Sides<'a>(BTreeMap<OneSide<'a>, Vec<(DateTime<Utc>, bool)>>);

impl<'a> Sides<'a> {
    fn of(groups: &'a [(Instrument, Vec<&Execution>)]) -> Self {
        let mut sides: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (instrument, fills) in groups {
            for fill in fills {
                let side = sides.entry((&fill.account, instrument, fill.side)).or_default();
                side.push((fill.time, says_what_it_does(fill)));
            }
        }
        sides.values_mut().for_each(|fills| fills.sort_unstable());
        Self(sides)
    }

    /// Whether what came between two fills of an order parts them.
    fn part(&self, instrument: &Instrument, one: &Execution, other: &Execution) -> bool {
        let Some(opposite) = self.0.get(&(&one.account, instrument, one.side.opposite())) else { return false };
        let from = opposite.partition_point(|(time, _)| *time < one.time);
        let until = opposite.partition_point(|(time, _)| *time <= other.time);
        let between = opposite.get(from..until).unwrap_or_default();
        let own = says_what_it_does(one) || says_what_it_does(other);
        between.iter().any(|(_, says)| own || *says)
    }
}
