//! What each strategy brought to the account.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::actions::{Change, Leg};
use super::carino_linking::coefficients;
use super::fx::Rates;
use super::holdings::{Holdings, Movement, quantities};
use super::rebuilt::{Quantities, is_like_a_split, is_same, known_positions};
use super::returns::{Interval, intervals, with_returns};
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{Currency, Execution, Instruments, Position, Record, Snapshot};

/// What groups of positions and fills brought, as parts that add up to the account's total return.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions<K> {
    /// What each group brought; what belongs to none also has interest, distributions and fees.
    pub parts: BTreeMap<Option<K>, f64>,
    /// What the returns came to during which positions or an exchange rate are not known.
    pub unattributed: f64,
    /// How many returns those are.
    pub unattributed_returns: usize,
    /// How many returns there are in all.
    pub returns: usize,
}

/// What each group of positions and fills brought to the account's total return, as parts that add up to it.
///
/// A group's gain from one snapshot with known positions to the next is the change in value of its positions less what its
/// fills paid, commissions included, and less the value of positions that came without a fill, in base currency. What
/// belongs to no group (`None`) also has interest, fees, dividends and everything else that no position or fill explains.
/// Of futures and CFDs only the gain is converted, at the later rate. Days are linked ([`super::carino_linking`]). Where
/// positions at either end, or a rate, are not known, nothing is attributed.
///
/// # Errors
/// A day whose return is undefined.
pub fn contributions<K: Ord + Clone>(
    record: &Record,
    base: Currency,
    timing: FlowTiming,
    of_position: impl Fn(&Snapshot, &Position) -> Option<K>,
    of_fill: impl Fn(&Execution) -> Option<K>,
) -> Result<Contributions<K>> {
    let (days, series) = with_returns(intervals(&record.snapshots, &record.flows, base)?, timing)?;
    let returns = series.values();
    let coefficients = coefficients(&returns, &vec![0.0; returns.len()]);
    let instruments = Instruments::of(&record.executions);
    let holdings = Holdings::of(record);
    let reading = Reading {
        rates: Rates::new(base, &record.snapshots),
        positions: known_positions(record, &holdings),
        record,
        instruments,
        holdings,
        of_position,
        of_fill,
    };
    let mut found = Contributions {
        parts: BTreeMap::from([(None, 0.0)]),
        unattributed: 0.0,
        unattributed_returns: 0,
        returns: returns.len(),
    };
    let linked: Vec<f64> =
        coefficients.iter().zip(&returns).map(|(coefficient, value)| coefficient * value).collect();
    let mut from = 0;
    while let Some(rest) = days.get(from..).filter(|rest| !rest.is_empty()) {
        let length = reading.length_of_span(rest);
        let (span, until) = (rest.get(..length).unwrap_or(rest), from + length);
        let total: f64 = linked.get(from..until).unwrap_or_default().iter().sum();
        let weight = coefficients.get(from..until).unwrap_or_default();
        match reading.gains(span) {
            Some(gains) => add(&mut found, gains, scale(span, weight, total), total),
            None => {
                found.unattributed += total;
                found.unattributed_returns += length;
            }
        }
        from = until;
    }
    Ok(found)
}

fn add<K: Ord + Clone>(found: &mut Contributions<K>, gains: BTreeMap<K, Decimal>, scale: f64, total: f64) {
    let mut rest = total;
    for (key, gain) in gains {
        let part = gain.to_f64().unwrap_or_default() * scale;
        rest -= part;
        *found.parts.entry(Some(key)).or_default() += part;
    }
    *found.parts.entry(None).or_default() += rest;
}

/// What one unit of gain is of the total return.
///
/// For one interval it is the linking coefficient over the capital. For several together it is what makes the account's own
/// gain come to its return, as long as that is anywhere near it.
fn scale(span: &[Interval], coefficients: &[f64], total: f64) -> f64 {
    let Some(first) = span.first() else { return 0.0 };
    let contributed: Decimal = span.iter().map(|day| day.contributed).sum();
    let withdrawn: Decimal = span.iter().map(|day| day.withdrawn).sum();
    let average = coefficients.iter().sum::<f64>() / coefficients.len().max(1) as f64;
    let capital = (first.before + contributed).to_f64().filter(|capital| *capital > 0.0);
    let usual = capital.map_or(0.0, |capital| average / capital);
    let gained = span.last().and_then(|last| (last.after - first.before - contributed + withdrawn).to_f64());
    let exact = gained.filter(|gained| *gained != 0.0 && span.len() > 1).map(|gained| total / gained);
    exact.filter(|exact| *exact > usual / 2.0 && *exact < usual * 2.0).unwrap_or(usual)
}

/// A record, and which strategy its positions and fills belong to.
struct Reading<'a, P, F> {
    record: &'a Record,
    rates: Rates<'a>,
    instruments: Instruments<'a>,
    holdings: Holdings<'a>,
    /// The positions of each snapshot, where they are known.
    positions: Vec<Option<&'a [Position]>>,
    of_position: P,
    of_fill: F,
}

/// Known positions at one end of a span.
#[derive(Clone, Copy)]
struct End<'a> {
    snapshot: &'a Snapshot,
    positions: &'a [Position],
}

impl<'a, K, P, F> Reading<'a, P, F>
where
    K: Ord + Clone,
    P: Fn(&Snapshot, &Position) -> Option<K>,
    F: Fn(&Execution) -> Option<K>,
{
    fn end(&self, date: NaiveDate) -> Option<End<'a>> {
        let at = self.record.snapshots.binary_search_by_key(&date, |snapshot| snapshot.date).ok()?;
        let positions = self.positions.get(at).copied().flatten()?;
        Some(End { snapshot: self.record.snapshots.get(at)?, positions })
    }

    /// How many intervals to take together: up to the next snapshot with known positions.
    fn length_of_span(&self, days: &[Interval]) -> usize {
        let known = days.iter().position(|day| self.end(day.date).is_some());
        let broken = days.iter().zip(days.iter().skip(1)).position(|(day, next)| day.date != next.since);
        known.into_iter().chain(broken).min().map_or(days.len(), |last| last + 1)
    }

    /// What each group gained over a span in base currency; `None` where positions or a rate are not known.
    fn gains(&self, span: &[Interval]) -> Option<BTreeMap<K, Decimal>> {
        let (first, last) = (span.first()?.since, span.last()?.date);
        let (before, after) = (self.end(first)?, self.end(last)?);
        let mut gains: BTreeMap<K, Decimal> = BTreeMap::new();
        for position in after.positions {
            if let Some(key) = (self.of_position)(after.snapshot, position) {
                let rate = after.snapshot.fx_to_base(position.currency)?;
                *gains.entry(key).or_default() += position.market_value * rate;
            }
        }
        for position in before.positions {
            if let Some(key) = (self.of_position)(before.snapshot, position) {
                let own = before.snapshot.fx_to_base(position.currency);
                let later = after.snapshot.fx_to_base(position.currency).or(own);
                let rate = if self.instruments.is_margined_position(position) { later } else { own }?;
                *gains.entry(key).or_default() -= position.market_value * rate;
            }
        }
        let mut held = quantities(before.snapshot, &self.instruments);
        for movement in self.movements(first, last) {
            match movement {
                Movement::Fill(fill, _) => {
                    if let Some(key) = (self.of_fill)(fill) {
                        *gains.entry(key).or_default() -= self.paid(fill, after.snapshot)?;
                    }
                }
                // What was transferred is brought like everything that comes without a fill.
                Movement::Event(event) if matches!(event.change, Change::Moved { .. }) => continue,
                Movement::Event(event) => {
                    for leg in &event.legs {
                        self.add_proceeds(leg, before, after, &mut gains)?;
                    }
                }
            }
            movement.apply(&mut held);
        }
        self.without_what_was_brought(before, after, &held, &mut gains)?;
        Some(gains)
    }

    fn movements(&self, after: NaiveDate, until: NaiveDate) -> impl Iterator<Item = &Movement<'a>> {
        let inside = move |date: NaiveDate| after < date && date <= until;
        self.holdings.movements.iter().filter(move |movement| match movement {
            Movement::Fill(fill, _) => inside(fill.utc_date()),
            Movement::Event(event) => inside(event.date),
        })
    }

    /// What a corporate action paid for a position of a group, less what it charged.
    fn add_proceeds(
        &self,
        leg: &Leg,
        before: End<'a>,
        after: End<'a>,
        gains: &mut BTreeMap<K, Decimal>,
    ) -> Option<()> {
        let of_leg = |position: &&Position| self.instruments.of_position(position) == leg.instrument;
        let position = before.positions.iter().find(of_leg).filter(|_| !leg.proceeds.is_zero());
        if let Some(key) = position.and_then(|position| (self.of_position)(before.snapshot, position)) {
            let currency = leg.currency?;
            let rate = after.snapshot.fx_to_base(currency).or(before.snapshot.fx_to_base(currency))?;
            *gains.entry(key).or_default() += leg.proceeds * rate;
        }
        Some(())
    }

    /// What a fill took out of the cash, at its own rate; else, and where nothing but the gain is exchanged, at the next
    /// snapshot's.
    fn paid(&self, fill: &Execution, after: &Snapshot) -> Option<Decimal> {
        let (own, later) = (self.rates.of(fill), after.fx_to_base(fill.currency));
        let rate = if self.instruments.is_margined(fill) { later.or(own) } else { own.or(later) }?;
        // A commission that is not known is part of the rest.
        let commission = self.rates.commission(fill).unwrap_or_default();
        Some(fill.notional() * Decimal::from(fill.side.sign()) * rate + commission)
    }

    /// Takes the value of positions that came without a fill from the gains of their group, at the price of the end. What
    /// looks like a split brought nothing.
    fn without_what_was_brought(
        &self,
        before: End<'a>,
        after: End<'a>,
        counted: &Quantities,
        gains: &mut BTreeMap<K, Decimal>,
    ) -> Option<()> {
        let ends = after.positions.iter().map(|position| (after, position));
        let ends = ends.chain(before.positions.iter().map(|position| (before, position)));
        let mut seen = Quantities::new();
        let reported = quantities(after.snapshot, &self.instruments);
        for (end, position) in ends {
            let instrument = self.instruments.of_position(position);
            if seen.insert(instrument.clone(), position.quantity).is_some() || position.quantity.is_zero() {
                continue;
            }
            let (was, is) = (counted.get(&instrument), reported.get(&instrument));
            let (was, is) = (was.copied().unwrap_or_default(), is.copied().unwrap_or_default());
            if is_same(was, is) || is_like_a_split(was, is) {
                continue;
            }
            if let Some(key) = (self.of_position)(end.snapshot, position) {
                let price = position.market_value.checked_div(position.quantity)?;
                let rate = end.snapshot.fx_to_base(position.currency)?;
                *gains.entry(key).or_default() -= (is - was) * price * rate;
            }
        }
        Some(())
    }
}

#[cfg(test)]
#[path = "attribution_tests.rs"]
mod tests;
