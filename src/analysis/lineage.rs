//! What instruments were before splits and changes of name or contract, and what they became.
//!
//! A price or a quantity that was written down before a split is in old units, and a name before a change of symbol is the
//! old one, which may since belong to another company.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::actions::{Change, Event};
use super::events::events;
use super::holdings::Holdings;
use super::instruments::same_ticker;
use super::orders::Order;
use crate::record::{ActionKind, Execution, Instrument, Instruments, Position, Ratio, Record, Ticker};

/// A split, or a change of name or contract.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) time: DateTime<Utc>,
    pub(super) date: NaiveDate,
    pub(super) from: Instrument,
    pub(super) to: Instrument,
    /// New units for each old one.
    pub(super) factor: Decimal,
    /// Whether prices before it are stored in the new units.
    pub(super) is_in_prices: bool,
    /// Whether holdings follow it.
    is_held: bool,
    /// The tickers before and after, as the source says.
    tickers: (Ticker, Ticker),
}

/// A ticker that one instrument gave up.
#[derive(Debug, Clone)]
struct GivenUp {
    time: DateTime<Utc>,
    instrument: Instrument,
    ticker: Ticker,
}

/// The steps of all instruments of a record, and what they were called.
#[derive(Debug, Clone, Default)]
pub struct Lineage<'a> {
    pub(super) instruments: Instruments<'a>,
    /// By time.
    pub(super) steps: Vec<Step>,
    /// The tickers of each instrument, from when on each.
    names: BTreeMap<Instrument, Vec<(DateTime<Utc>, Ticker)>>,
    given_up: Vec<GivenUp>,
}

impl<'a> Lineage<'a> {
    /// The lineage of what a record traded.
    pub fn of(record: &'a Record) -> Self {
        let instruments = Instruments::of(&record.executions);
        let mut lineage = Self { instruments, ..Self::default() };
        if !record.actions.is_empty() {
            let holdings = Holdings::of(record);
            for event in events(record, &lineage.instruments) {
                let held = holdings.events().find(|held| held.id == event.id && held.account == event.account);
                lineage.steps.extend(steps(&event, held));
            }
        }
        lineage.name(&record.executions);
        lineage
    }

    /// What was called how, by the fills and by the steps.
    fn name(&mut self, executions: &'a [Execution]) {
        let mut fills: Vec<&Execution> = executions.iter().filter(|fill| self.instruments.is_share(fill)).collect();
        fills.sort_by_key(|fill| fill.time);
        for fill in fills {
            let names = self.names.entry(self.instruments.of_fill(fill)).or_default();
            if names.last().is_none_or(|(_, ticker)| *ticker != fill.symbol) {
                names.push((fill.time, fill.symbol.clone()));
            }
        }
        for step in self.steps.iter().filter(|step| step.from != step.to) {
            let (before, after) = &step.tickers;
            let old = self.names.entry(step.from.clone()).or_default();
            if old.first().is_none_or(|(since, _)| *since >= step.time) {
                old.insert(0, (DateTime::UNIX_EPOCH, before.clone()));
            }
            let new = self.names.entry(step.to.clone()).or_default();
            new.insert(new.partition_point(|(since, _)| *since < step.time), (step.time, after.clone()));
        }
        for (instrument, names) in &self.names {
            for (at, ((_, old), (time, _))) in names.iter().zip(names.iter().skip(1)).enumerate() {
                let comes_back =
                    names.iter().skip(at + 1).any(|(_, ticker)| same_ticker(ticker.as_str(), old.as_str()));
                if !comes_back {
                    self.given_up.push(GivenUp { time: *time, instrument: instrument.clone(), ticker: old.clone() });
                }
            }
        }
        for step in self.steps.iter().filter(|step| step.from != step.to) {
            let names = self.names.get(&step.from).map(Vec::as_slice).unwrap_or_default();
            let ticker = names.iter().rfind(|(since, _)| *since < step.time).map(|(_, ticker)| ticker.clone());
            self.given_up.extend(ticker.map(|ticker| GivenUp {
                time: step.time,
                instrument: step.from.clone(),
                ticker,
            }));
            // Where tickers stand in the place of numbers, what is traded under one that was given up is something new.
            let is_new = |fill: &&Execution| {
                fill.time >= step.time
                    && matches!(step.from, Instrument::Ticker(..))
                    && self.instruments.of_fill(fill) == step.from
            };
            if let (Some(fill), Some(names)) = (executions.iter().find(is_new), self.names.get_mut(&step.from)) {
                names.push((fill.time, fill.symbol.clone()));
            }
        }
    }

    /// What became of units of an instrument since an instant, up to another.
    pub fn units_between(&self, instrument: &Instrument, after: DateTime<Utc>, until: DateTime<Utc>) -> Decimal {
        self.units(instrument, |step| step.time > after && step.time <= until)
    }

    /// What became of units that were meant on a day, up to a fill: a price of that day is in the old ones unless the
    /// instrument traded in the new ones by then.
    pub fn units_since(&self, instrument: &Instrument, day: NaiveDate, until: DateTime<Utc>) -> Decimal {
        self.units(instrument, |step| step.date > day && step.time <= until)
    }

    fn units(&self, instrument: &Instrument, counts: impl Fn(&Step) -> bool) -> Decimal {
        let (mut current, mut units) = (instrument, Decimal::ONE);
        for step in self.steps.iter().rev().filter(|step| step.is_held && counts(step)) {
            if step.to == *current {
                units = units.checked_mul(step.factor).unwrap_or(units);
                current = &step.from;
            }
        }
        units
    }

    /// Whether a ticker that was written at an instant means the instrument of an order: it goes by it, or it did then. A
    /// ticker that another instrument gave up in between meant that one.
    pub fn means(&self, ticker: &str, order: &Order, written: DateTime<Utc>) -> bool {
        let plain = same_ticker(ticker, order.symbol.as_str());
        if self.given_up.is_empty() && self.steps.is_empty() {
            return plain;
        }
        let Some(then) = self.before(&order.instrument, order.first_fill, written) else { return false };
        let was_of_another = self.given_up.iter().any(|given| {
            let between = given.time > written && given.time <= order.first_fill;
            between && given.instrument != *then && same_ticker(given.ticker.as_str(), ticker)
        });
        let called = || self.called(then, written).is_some_and(|name| same_ticker(name.as_str(), ticker));
        !was_of_another && (plain || called())
    }

    /// What an instrument was at an earlier instant; `None` where its ticker then belonged to something that gave it up.
    fn before<'i>(
        &'i self,
        instrument: &'i Instrument,
        at: DateTime<Utc>,
        then: DateTime<Utc>,
    ) -> Option<&'i Instrument> {
        let mut current = instrument;
        for step in self.steps.iter().rev().filter(|step| step.time > then && step.time <= at && step.from != step.to)
        {
            if step.to == *current {
                current = &step.from;
            } else if step.from == *current && matches!(current, Instrument::Ticker(..)) {
                return None;
            }
        }
        Some(current)
    }

    fn called(&self, instrument: &Instrument, when: DateTime<Utc>) -> Option<&Ticker> {
        let names = self.names.get(instrument)?;
        let last = names.iter().rfind(|(since, _)| *since <= when);
        last.or(names.first()).map(|(_, ticker)| ticker)
    }

    /// Every ticker that the instrument of an order ever had up to it, and later.
    pub fn names_of(&self, order: &Order) -> Vec<Ticker> {
        let mut names = vec![order.symbol.clone()];
        let mut current = order.instrument.clone();
        let earlier = self.steps.iter().rev().filter(|step| step.time <= order.first_fill && step.from != step.to);
        let mut all = vec![current.clone()];
        for step in earlier {
            if step.to == current {
                current = step.from.clone();
                all.push(current.clone());
            } else if step.from == current {
                break;
            }
        }
        all.extend(self.after(&order.instrument, order.first_fill));
        for instrument in &all {
            names.extend(self.names.get(instrument).into_iter().flatten().map(|(_, ticker)| ticker.clone()));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The instruments that one became after an instant.
    fn after(&self, instrument: &Instrument, at: DateTime<Utc>) -> Vec<Instrument> {
        let mut became = Vec::new();
        let mut current = instrument.clone();
        for step in self.steps.iter().filter(|step| step.time > at && step.from != step.to) {
            if step.from == current {
                current = step.to.clone();
                became.push(current.clone());
            }
        }
        became
    }

    /// What an instrument has become in the end, and what that was last called as far as fills of shares and actions say. A
    /// contract number is that of one thing for ever, a ticker only from an instant on.
    pub(super) fn in_the_end(&self, instrument: &Instrument, at: DateTime<Utc>) -> (Instrument, Option<&Ticker>) {
        let is_number = matches!(instrument, Instrument::Contract(_));
        let became = self.after(instrument, if is_number { DateTime::<Utc>::MIN_UTC } else { at });
        let last = became.last().unwrap_or(instrument).clone();
        let name = self.names.get(&last).and_then(|names| names.last());
        (last, name.map(|(_, ticker)| ticker))
    }

    /// The tickers by which today's lists may name what a fill was of: those it has had since, and its own unless another
    /// instrument goes by that now.
    pub fn tickers_since(&self, fill: &Execution) -> Vec<Ticker> {
        self.since(self.instruments.of_fill(fill), &fill.symbol, fill.time)
    }

    /// The same of a position.
    pub fn tickers_of_position(&self, position: &Position, at: DateTime<Utc>) -> Vec<Ticker> {
        self.since(self.instruments.of_position(position), &position.symbol, at)
    }

    fn since(&self, instrument: Instrument, own: &Ticker, at: DateTime<Utc>) -> Vec<Ticker> {
        if self.given_up.is_empty() {
            return vec![own.clone()];
        }
        let became = self.after(&instrument, at);
        let mut tickers: Vec<Ticker> = Vec::new();
        for instrument in std::iter::once(&instrument).chain(&became) {
            // A ticker in the place of a number is of this one only until it is given up.
            let is_own_ticker = matches!(instrument, Instrument::Ticker(..));
            let names = self.names.get(instrument).into_iter().flatten();
            tickers.extend(names.filter(|(since, _)| *since > at && !is_own_ticker).map(|(_, name)| name.clone()));
            if let (Instrument::Ticker(name, ..), true) = (instrument, became.contains(instrument)) {
                tickers.push(name.clone());
            }
        }
        let later_of_another = self.given_up.iter().any(|given| {
            let is_ours = given.time > at && (given.instrument == instrument || became.contains(&given.instrument));
            is_ours && same_ticker(given.ticker.as_str(), own.as_str()) && self.is_taken(own, given, &became)
        });
        if !later_of_another {
            tickers.push(own.clone());
        }
        tickers
    }

    /// Whether something else goes by a ticker after it was given up.
    fn is_taken(&self, ticker: &Ticker, given: &GivenUp, became: &[Instrument]) -> bool {
        self.names.iter().any(|(instrument, names)| {
            let is_other = *instrument != given.instrument || matches!(instrument, Instrument::Ticker(..));
            is_other
                && !became.contains(instrument)
                && names
                    .iter()
                    .any(|(since, name)| *since > given.time && same_ticker(name.as_str(), ticker.as_str()))
        })
    }
}

/// What an event says of its instruments; `held` is the same event as holdings follow it.
fn steps(event: &Event, held: Option<&Event>) -> Vec<Step> {
    let ticker = |of: &Instrument| event.leg(of).map_or_else(|| Ticker::new(""), |leg| leg.symbol.clone());
    let step = |from: &Instrument, to: &Instrument, factor: Decimal| Step {
        time: event.time,
        date: event.date,
        from: from.clone(),
        to: to.clone(),
        factor,
        is_in_prices: event.is_in_prices,
        is_held: held.is_some(),
        tickers: (ticker(from), ticker(to)),
    };
    let reported = event.reported.map(Ratio::factor);
    let renames = event.kind.keeps_cost() && !event.kind.is_split();
    match (held.map(|held| &held.change), &event.legs[..]) {
        (Some(Change::Converted { from, to, ratio, .. }), _) if event.changes_units() => {
            vec![step(from, to, reported.unwrap_or(*ratio))]
        }
        (Some(Change::Converted { from, to, ratio, .. }), _) if renames && *event.kind != ActionKind::Tender => {
            vec![step(from, to, *ratio)]
        }
        // Nobody holds it, or the positions know nothing of it: prices may be in its units all the same.
        (_, legs) if event.changes_units() => {
            let factor = reported.into_iter();
            factor
                .flat_map(|factor| legs.iter().map(move |leg| (leg, factor)))
                .map(|(leg, factor)| step(&leg.instrument, &leg.instrument, factor))
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[path = "lineage_tests.rs"]
mod tests;
