//! What is held over time: known positions, carried on by fills, corporate actions and transfers.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::actions::{Change, Event, Leg};
use super::events::events;
use super::instruments::{is_trade, same_ticker};
use super::interpretation::interpret;
use super::round_trips::is_in;
use super::split_sources::believed;
use crate::record::{Execution, Instrument, Instruments, Position, Record, Snapshot, Ticker};

/// Something that changes what is held.
#[derive(Debug, Clone, PartialEq)]
pub enum Movement<'a> {
    /// A fill of this instrument.
    Fill(&'a Execution, Instrument),
    /// A corporate action or a transfer.
    Event(Box<Event<'a>>),
}

impl Movement<'_> {
    /// When it takes effect among fills.
    pub fn time(&self) -> DateTime<Utc> {
        match self {
            Self::Fill(fill, _) => fill.time,
            Self::Event(event) => event.time,
        }
    }

    /// Whether the positions of a snapshot are those after it. Positions follow an action from its date on.
    pub fn is_in(&self, snapshot: &Snapshot) -> bool {
        match self {
            Self::Fill(fill, _) => is_in(snapshot, fill),
            Self::Event(event) => event.date <= snapshot.own_date(),
        }
    }

    /// Changes what is held of each instrument by what moved.
    pub fn apply(&self, held: &mut BTreeMap<Instrument, Decimal>) {
        match self {
            Self::Fill(fill, instrument) => {
                let quantity = held.entry(instrument.clone()).or_default();
                *quantity = quantity.saturating_add(fill.signed_quantity());
            }
            Self::Event(event) => event.apply(held),
        }
    }

    /// Changes what is held back to what it was before.
    fn undo(&self, held: &mut BTreeMap<Instrument, Decimal>) {
        match self {
            Self::Fill(fill, instrument) => {
                let quantity = held.entry(instrument.clone()).or_default();
                *quantity = quantity.saturating_sub(fill.signed_quantity());
            }
            Self::Event(event) => event.undo(held),
        }
    }
}

/// Everything that changes what an account holds, in order, and what it held before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Holdings<'a> {
    /// Fills that are trades and corporate actions by time; at the same moment actions come first, then fills by their id.
    pub movements: Vec<Movement<'a>>,
    /// What was held before all of it: the first known positions, with everything up to them undone. Instruments that are
    /// not in it were not held. `None` where no positions are known at all.
    pub opening: Option<BTreeMap<Instrument, Decimal>>,
    known: Vec<(&'a Snapshot, BTreeMap<Instrument, Decimal>)>,
}

impl<'a> Holdings<'a> {
    /// The holdings of a record.
    pub fn of(record: &'a Record) -> Self {
        let instruments = Instruments::of(&record.executions);
        let fills = record.executions.iter().filter(|fill| is_trade(fill));
        let mut movements: Vec<Movement> =
            fills.map(|fill| Movement::Fill(fill, instruments.of_fill(fill))).collect();
        let (first, last) = (record.begins(), record.as_of());
        // What is of everyone's is known beyond the record, and concerns it only inside.
        let inside =
            |event: &Event| event.account.is_some() || (Some(event.date) >= first && Some(event.date) <= last);
        movements.extend(
            events(record, &instruments).into_iter().filter(inside).map(|event| Movement::Event(Box::new(event))),
        );
        movements.sort_by(|one, other| order(one).cmp(&order(other)));
        let reported = record.snapshots.iter().filter(|snapshot| snapshot.positions.is_some());
        let known: Vec<_> = reported.map(|snapshot| (snapshot, quantities(snapshot, &instruments))).collect();
        let mut movements = believed(movements, &known);
        if let Some((first, _)) = known.first() {
            settle_what_went(movements.iter_mut().filter(|movement| movement.is_in(first)));
        }
        let opening = known.first().map(|(first, reported)| {
            let mut held = reported.clone();
            movements
                .iter()
                .rev()
                .filter(|movement| movement.is_in(first))
                .for_each(|movement| movement.undo(&mut held));
            held.retain(|_, quantity| !quantity.is_zero());
            held
        });
        let mut holdings = Self { movements, opening, known };
        holdings.interpret(record, &instruments);
        holdings
    }

    /// What was held at the end of a date, by the newest positions known up to it and what moved since; before the first
    /// known ones, by what moved until then. Nothing is held of an instrument that is not in it.
    pub fn on(&self, date: NaiveDate) -> BTreeMap<Instrument, Decimal> {
        let known = self.known.iter().rfind(|(snapshot, _)| snapshot.date <= date);
        let mut held =
            known.map_or_else(|| self.opening.clone().unwrap_or_default(), |(_, reported)| reported.clone());
        for movement in &self.movements {
            let until = match movement {
                Movement::Fill(fill, _) => fill.utc_date(),
                Movement::Event(event) => event.date,
            };
            if until <= date && known.is_none_or(|(snapshot, _)| !movement.is_in(snapshot)) {
                movement.apply(&mut held);
            }
        }
        held.retain(|_, quantity| !quantity.is_zero());
        held
    }

    /// The snapshots whose positions are known, each with what they say.
    pub fn known(&self) -> &[(&'a Snapshot, BTreeMap<Instrument, Decimal>)] {
        &self.known
    }

    /// What a quantity of an instrument has become between two moments by splits and changes of contract.
    pub fn carried(
        &self,
        instrument: &Instrument,
        quantity: Decimal,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> (Instrument, Decimal) {
        let (mut instrument, mut quantity) = (instrument.clone(), quantity);
        for event in self.events().filter(|event| event.time > after && event.time <= until) {
            match &event.change {
                Change::Converted { from, to, ratio, .. } if *from == instrument => {
                    (instrument, quantity) = (to.clone(), quantity.checked_mul(*ratio).unwrap_or(quantity));
                }
                Change::Exchanged { from, quantity: gone, into, .. } if *from == instrument => {
                    if let [part] = &into[..] {
                        let come = quantity.checked_mul(part.quantity).and_then(|come| come.checked_div(*gone));
                        (instrument, quantity) = (part.instrument.clone(), come.unwrap_or(quantity));
                    }
                }
                _ => {}
            }
        }
        (instrument, quantity)
    }

    /// The corporate actions and transfers by time.
    pub fn events(&self) -> impl Iterator<Item = &Event<'a>> {
        self.movements.iter().filter_map(|movement| match movement {
            Movement::Event(event) => Some(event.as_ref()),
            Movement::Fill(..) => None,
        })
    }

    /// Says of each event what it does, by what was held just before.
    fn interpret(&mut self, record: &Record, instruments: &Instruments) {
        if self.events().next().is_none() {
            return;
        }
        let tickers = tickers(record, instruments);
        let mut held = self.opening.clone().unwrap_or_default();
        let mut known = self.known.iter().peekable();
        let mut changes = Vec::new();
        for (index, movement) in self.movements.iter().enumerate() {
            while let Some((_, reported)) = known.next_if(|(snapshot, _)| !movement.is_in(snapshot)) {
                held.clone_from(reported);
            }
            if let Movement::Event(event) = movement {
                let of = |instrument: &Instrument| held.get(instrument).copied().unwrap_or_default();
                let named = |ticker: &str| {
                    let alike = tickers.iter().filter(|(_, symbol)| same_ticker(symbol.as_str(), ticker));
                    let mut alike = alike.filter(|(instrument, _)| !of(instrument).is_zero());
                    alike.next().map(|(instrument, _)| (*instrument).clone())
                };
                let share =
                    |parent: &Instrument, child: &Instrument| self.share_of_cost(index, parent, child, instruments);
                let mut event = event.clone();
                event.settle(&held);
                event.change = interpret(&event, of, named, share);
                changes.push((index, event));
            }
            movement.apply(&mut held);
        }
        for (index, event) in changes {
            if let Some(movement) = self.movements.get_mut(index) {
                *movement = Movement::Event(event);
            }
        }
    }

    /// The part of a parent's cost that the broker gives to what was spun off: by the average costs of the first known
    /// positions after it, unless something else moved in between.
    fn share_of_cost(
        &self,
        index: usize,
        parent: &Instrument,
        child: &Instrument,
        instruments: &Instruments,
    ) -> Option<Decimal> {
        let event = self.movements.get(index)?;
        let (snapshot, _) = self.known.iter().find(|(snapshot, _)| event.is_in(snapshot))?;
        let later = self.movements.iter().skip(index + 1).filter(|movement| movement.is_in(snapshot));
        if later.into_iter().any(|movement| touches(movement, parent) || touches(movement, child)) {
            return None;
        }
        let cost = |wanted: &Instrument| {
            let of = |position: &&Position| instruments.of_position(position) == *wanted;
            let mut positions = snapshot.known_positions().iter().filter(of);
            let (position, more) = (positions.next()?, positions.next());
            position.quantity.checked_mul(position.average_cost.filter(|_| more.is_none())?)
        };
        let (kept, moved) = (cost(parent)?, cost(child)?);
        let share = moved.checked_div(kept.checked_add(moved)?)?;
        (share >= Decimal::ZERO && share <= Decimal::ONE).then_some(share)
    }
}

/// Of what went before the first known positions, as much as was bought until then: they cannot tell it any more.
fn settle_what_went<'m, 'a: 'm>(movements: impl Iterator<Item = &'m mut Movement<'a>>) {
    let mut held = BTreeMap::new();
    for movement in movements {
        if let Movement::Event(event) = movement
            && event.goes_without_trace()
        {
            event.settle(&held);
        }
        movement.apply(&mut held);
    }
}

fn touches(movement: &Movement, instrument: &Instrument) -> bool {
    match movement {
        Movement::Fill(_, of) => of == instrument,
        Movement::Event(event) => event.legs.iter().any(|leg: &Leg| leg.instrument == *instrument),
    }
}

/// Events of one time stay in the order in which [`events`] has them.
fn order<'m>(movement: &'m Movement) -> (DateTime<Utc>, u8, &'m str) {
    match movement {
        Movement::Event(event) => (event.time, 0, ""),
        Movement::Fill(fill, _) => (fill.time, 1, fill.exec_id.as_str()),
    }
}

/// The positions of a snapshot by instrument.
pub fn quantities(snapshot: &Snapshot, instruments: &Instruments) -> BTreeMap<Instrument, Decimal> {
    let mut quantities: BTreeMap<Instrument, Decimal> = BTreeMap::new();
    for position in snapshot.known_positions() {
        let quantity = quantities.entry(instruments.of_position(position)).or_default();
        *quantity = quantity.saturating_add(position.quantity);
    }
    quantities
}

/// A ticker for each instrument: people do not know contract numbers.
pub fn tickers<'a>(record: &'a Record, instruments: &Instruments) -> BTreeMap<Instrument, &'a Ticker> {
    let positions = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let of_positions = positions.map(|position| (instruments.of_position(position), &position.symbol));
    let of_fills = record.executions.iter().map(|fill| (instruments.of_fill(fill), &fill.symbol));
    // Most are there already, which collecting finds out only after sorting all of them.
    let mut tickers = BTreeMap::new();
    tickers.extend(of_positions.chain(of_fills));
    tickers
}

#[cfg(test)]
#[path = "holdings_tests.rs"]
mod tests;
