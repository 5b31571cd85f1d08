//! What each holding, or each strategy, brought to the account.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};

use chrono::NaiveDate;
use rayon::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Window;
use super::actions::{Change, Event, Leg};
use super::carino_linking::coefficients;
use super::contributions::{Contributions, Span, Spans};
use super::fx::Rates;
use super::holdings::{Holdings, Movement, quantities};
use super::rebuilt::{Quantities, is_like_a_split, is_same, known_positions};
use super::returns::{Interval, intervals, with_returns};
use super::statistics::compounded;
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{CashFlow, Currency, Execution, Instrument, Instruments, Position, Record, Snapshot};

/// Which group each thing in a record belongs to, if any.
pub struct Groups<P, F, I> {
    /// That of a position.
    pub position: P,
    /// That of a fill.
    pub fill: F,
    /// That of income or a charge.
    pub income: I,
}

/// What each group brought to the account's total return over a window, as parts that add up to it.
///
/// A group's gain from one snapshot with known positions to the next is the change in value of its positions less what its
/// fills paid, commissions included, and less the value of positions that came without a fill, and the dividends, taxes and
/// charges that are booked for its holdings, in base currency. What an action makes of one holding for another was brought, at
/// its value on the next snapshot, by the one it came from. What belongs to no group (`None`) also has interest, fees and
/// everything else that no position or fill explains. Of futures and CFDs only the gain is converted, at the later rate. Days
/// are linked ([`super::carino_linking`]). Where positions at either end, or a rate, are not known, nothing is attributed, and
/// nothing at all where everything was lost.
///
/// # Errors
/// A day whose return is undefined.
pub fn contributions<K, P, F, I>(
    record: &Record,
    base: Currency,
    timing: FlowTiming,
    window: Window,
    groups: Groups<P, F, I>,
) -> Result<Spans<K>>
where
    K: Ord + Clone + Send,
    P: Fn(&Snapshot, &Position) -> Option<K> + Sync,
    F: Fn(&Execution) -> Option<K> + Sync,
    I: Fn(&CashFlow) -> Option<K> + Sync,
{
    let (mut days, series) = with_returns(intervals(&record.snapshots, &record.flows, base)?, timing)?;
    days.retain(|day| window.contains(day.date));
    let returns = series.window(window).values();
    let coefficients = coefficients(&returns, &vec![0.0; returns.len()]);
    let reading = Reading::of(record, base, groups);
    let linked: Vec<f64> =
        coefficients.iter().zip(&returns).map(|(coefficient, value)| coefficient * value).collect();
    if linked.is_empty() {
        // A loss of everything cannot be divided into days that compound.
        let ends = days.first().zip(days.last()).map(|(first, last)| (first.date, last.date));
        let brought = Contributions::unknown(compounded(&returns).unwrap_or_default(), returns.len());
        return Ok(Spans(ends.map(|(from, to)| Span { from, to, brought }).into_iter().collect()));
    }
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(rest) = days.get(from..).filter(|rest| !rest.is_empty()) {
        let until = from + reading.length_of_span(rest);
        spans.push(from..until);
        from = until;
    }
    let brought = |at: Range<usize>| {
        let span = days.get(at.clone()).unwrap_or_default();
        let linked = linked.get(at.clone()).unwrap_or_default();
        let weight = coefficients.get(at).unwrap_or_default();
        match reading.gains(span) {
            Some(gains) => known_span(span, gains, weight, linked.iter().sum()).into_iter().collect(),
            // Nothing keeps these together.
            None => {
                let unknown = |(day, total): (&Interval, &f64)| {
                    let brought = Contributions::unknown(*total, 1);
                    Span { from: day.date, to: day.date, brought }
                };
                span.iter().zip(linked).map(unknown).collect::<Vec<_>>()
            }
        }
    };
    let found: Vec<Vec<Span<K>>> = spans.into_par_iter().map(brought).collect();
    Ok(Spans(found.into_iter().flatten().collect()))
}

fn known_span<K: Ord + Clone>(
    span: &[Interval],
    gains: BTreeMap<K, Decimal>,
    coefficients: &[f64],
    total: f64,
) -> Option<Span<K>> {
    let scale = scale(span, coefficients, total);
    let mut parts = BTreeMap::new();
    for (key, gain) in gains {
        parts.insert(Some(key), gain.to_f64().unwrap_or_default() * scale);
    }
    parts.insert(None, total - parts.values().sum::<f64>());
    let brought = Contributions { parts, unattributed: 0.0, unattributed_returns: 0, returns: span.len() };
    Some(Span { from: span.first()?.date, to: span.last()?.date, brought })
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

/// A record, and which group what is in it belongs to.
struct Reading<'a, P, F, I> {
    record: &'a Record,
    rates: Rates<'a>,
    instruments: Instruments<'a>,
    holdings: Holdings<'a>,
    /// The positions of each snapshot, where they are known.
    positions: Vec<Option<&'a [Position]>>,
    /// Places of movements by the day from which positions follow them.
    moved: BTreeMap<NaiveDate, Vec<usize>>,
    /// What was paid, by its day.
    paid: BTreeMap<NaiveDate, Vec<&'a CashFlow>>,
    base: Currency,
    groups: Groups<P, F, I>,
}

/// Known positions at one end of a span.
#[derive(Clone, Copy)]
struct End<'a> {
    snapshot: &'a Snapshot,
    positions: &'a [Position],
}

impl<'a, K, P, F, I> Reading<'a, P, F, I>
where
    K: Ord + Clone,
    P: Fn(&Snapshot, &Position) -> Option<K>,
    F: Fn(&Execution) -> Option<K>,
    I: Fn(&CashFlow) -> Option<K>,
{
    fn of(record: &'a Record, base: Currency, groups: Groups<P, F, I>) -> Self {
        let holdings = Holdings::of(record);
        let mut moved: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
        for (place, movement) in holdings.movements.iter().enumerate() {
            let day = match movement {
                Movement::Fill(fill, _) => fill.utc_date(),
                Movement::Event(event) => event.date,
            };
            moved.entry(day).or_default().push(place);
        }
        let mut paid: BTreeMap<NaiveDate, Vec<&CashFlow>> = BTreeMap::new();
        record.income.iter().for_each(|flow| paid.entry(flow.date).or_default().push(flow));
        Self {
            rates: Rates::new(base, &record.snapshots),
            positions: known_positions(record, &holdings),
            instruments: Instruments::of(&record.executions),
            record,
            holdings,
            moved,
            paid,
            base,
            groups,
        }
    }

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
            if let Some(key) = (self.groups.position)(after.snapshot, position) {
                let rate = after.snapshot.fx_to_base(position.currency)?;
                *gains.entry(key).or_default() += position.market_value * rate;
            }
        }
        for position in before.positions {
            if let Some(key) = (self.groups.position)(before.snapshot, position) {
                let own = before.snapshot.fx_to_base(position.currency);
                let later = after.snapshot.fx_to_base(position.currency).or(own);
                let rate = if self.instruments.is_margined_position(position) { later } else { own }?;
                *gains.entry(key).or_default() -= position.market_value * rate;
            }
        }
        let mut held = quantities(before.snapshot, &self.instruments);
        for movement in self.movements(before.snapshot.own_date(), after.snapshot.own_date()) {
            match movement {
                Movement::Fill(fill, _) => {
                    if let Some(key) = (self.groups.fill)(fill) {
                        *gains.entry(key).or_default() -= self.paid(fill, after.snapshot)?;
                    }
                }
                // What was transferred is brought like everything that comes without a fill.
                Movement::Event(event) if matches!(event.change, Change::Moved { .. }) => continue,
                Movement::Event(event) => {
                    for leg in &event.legs {
                        self.add_proceeds(leg, before, after, &mut gains)?;
                    }
                    self.pass_on(event, before, after, &mut gains)?;
                }
            }
            movement.apply(&mut held);
        }
        self.without_what_was_brought(before, after, &held, &mut gains)?;
        self.add_income(before, after, &mut gains)?;
        Some(gains)
    }

    /// Dividends, taxes and charges of holdings, by the dates on which they entered the net value.
    fn add_income(&self, before: End<'a>, after: End<'a>, gains: &mut BTreeMap<K, Decimal>) -> Option<()> {
        let (since, until) = (before.snapshot.own_date(), after.snapshot.own_date());
        for flow in inside(&self.paid, since, until).flatten() {
            if let Some(key) = (self.groups.income)(flow) {
                *gains.entry(key).or_default() += flow.in_base(self.base)?;
            }
        }
        Some(())
    }

    /// The group of an instrument between two ends, by its positions there, else by its fills.
    fn group_of(&self, instrument: &Instrument, before: End<'a>, after: End<'a>) -> Option<K> {
        let held = [before, after].into_iter().find_map(|end| Some((end, self.position(instrument, end)?)));
        if let Some((end, position)) = held {
            return (self.groups.position)(end.snapshot, position);
        }
        let until = after.snapshot.own_date();
        let fills = self.record.executions.iter().filter(|fill| self.instruments.of_fill(fill) == *instrument);
        (self.groups.fill)(fills.filter(|fill| fill.utc_date() <= until).last()?)
    }

    fn position(&self, instrument: &Instrument, end: End<'a>) -> Option<&'a Position> {
        end.positions.iter().find(|position| self.instruments.of_position(position) == *instrument)
    }

    /// What an action made of one group's holding for another group was brought by the former, at its value at the end; `None`
    /// where nothing says that value, or what became of which.
    fn pass_on(
        &self,
        event: &Event<'a>,
        before: End<'a>,
        after: End<'a>,
        gains: &mut BTreeMap<K, Decimal>,
    ) -> Option<()> {
        if let Change::CostOpen(instruments) = &event.change {
            let groups: BTreeSet<Option<K>> =
                instruments.iter().map(|instrument| self.group_of(instrument, before, after)).collect();
            return (groups.len() <= 1).then_some(());
        }
        for (from, to, quantity) in event.passed_on() {
            let (giver, taker) = (self.group_of(from, before, after), self.group_of(to, before, after));
            if giver == taker || quantity.is_zero() {
                continue;
            }
            let worth = self.worth(event, to, quantity, after)?;
            giver.into_iter().for_each(|key| *gains.entry(key).or_default() += worth);
            taker.into_iter().for_each(|key| *gains.entry(key).or_default() -= worth);
        }
        Some(())
    }

    /// What came of an instrument by an action is worth at the end, in base currency; where it is gone by then, what the action
    /// says that it was worth.
    fn worth(&self, event: &Event<'a>, to: &Instrument, quantity: Decimal, after: End<'a>) -> Option<Decimal> {
        let (now, units) = self.holdings.carried(to, quantity, event.time, after.snapshot.as_of);
        match self.position(&now, after).filter(|position| !position.quantity.is_zero()) {
            Some(position) => {
                let price = position.market_value.checked_div(position.quantity)?;
                units.checked_mul(price)?.checked_mul(after.snapshot.fx_to_base(position.currency)?)
            }
            None => {
                let leg = event.leg(to).filter(|leg| !leg.value.is_zero())?;
                leg.value.checked_mul(after.snapshot.fx_to_base(leg.currency?)?)
            }
        }
    }

    /// What moved in between, in the order of time.
    fn movements(&self, after: NaiveDate, until: NaiveDate) -> impl Iterator<Item = &Movement<'a>> {
        let mut places: Vec<usize> = inside(&self.moved, after, until).flatten().copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|place| self.holdings.movements.get(place))
    }

    /// What a corporate action paid for a position of a group, less what it charged.
    fn add_proceeds(
        &self,
        leg: &Leg,
        before: End<'a>,
        after: End<'a>,
        gains: &mut BTreeMap<K, Decimal>,
    ) -> Option<()> {
        if leg.proceeds.is_zero() {
            return Some(());
        }
        if let Some(key) = self.group_of(&leg.instrument, before, after) {
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
        Some(fill.side.signed(fill.notional()) * rate + commission)
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
            if let Some(key) = (self.groups.position)(end.snapshot, position) {
                let price = position.market_value.checked_div(position.quantity)?;
                let rate = end.snapshot.fx_to_base(position.currency)?;
                *gains.entry(key).or_default() -= (is - was) * price * rate;
            }
        }
        Some(())
    }
}

/// What belongs to days after one and up to another.
fn inside<T>(by_day: &BTreeMap<NaiveDate, T>, after: NaiveDate, until: NaiveDate) -> impl Iterator<Item = &T> {
    let days = (Bound::Excluded(after), Bound::Included(until.max(after)));
    by_day.range(days).map(|(_, found)| found)
}

#[cfg(test)]
#[path = "attribution_tests.rs"]
mod tests;
