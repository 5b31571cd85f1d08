//! A live record against the simulation of the same rules: how far apart, and why.
//!
//! On each day the difference of the two returns is decomposed exactly, since the holdings of both are known:
//! `r - b = fills + costs + sum (w - v) x return + rest`. Weights that both hold give cash and sizing; what only one
//! holds is timing in the first days after a rebalance and a missed or extra trade after them. Days are linked
//! ([`super::carino_linking`]), so that the causes add up to the difference of the total returns.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::carino_linking::coefficients;
use super::fx::Rates;
use super::holdings::Holdings;
use super::price_basis::Splits;
use super::rebuilt::known_positions;
use super::returns::{Interval, intervals, with_returns};
use super::statistics::compounded;
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{Currency, Execution, Position, PriceSeries, PriceSymbol, Record, Snapshot, Ticker};

/// A position that only one side holds counts as timing for this many calendar days after a rebalance.
pub const DAYS_OF_TIMING: i64 = 10;

/// Yahoo's symbol of a broker's ticker, contract number and listing exchange; `None` where it has no prices there.
pub type PriceSymbolOf<'a> = dyn Fn(&Ticker, Option<u64>, &str) -> Option<PriceSymbol> + Sync + 'a;

/// What both sides have in common: prices by Yahoo's symbol, and which symbol a ticker is.
pub struct Market<'a> {
    /// Daily prices.
    pub prices: &'a BTreeMap<PriceSymbol, PriceSeries>,
    /// Which prices are an instrument's.
    pub symbol_of: &'a PriceSymbolOf<'a>,
    /// The currency of both.
    pub base: Currency,
}

/// Why a live record returned something else, as parts of the difference of the total returns.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Causes {
    /// Fills against the close of their day, ours less the simulated.
    pub fills: f64,
    /// Commissions.
    pub costs: f64,
    /// More or less cash beside the same instruments.
    pub cash: f64,
    /// The same instruments in other proportions.
    pub weights: f64,
    /// Positions that only one side had in the days after a rebalance.
    pub timing: f64,
    /// Positions that only one side had after them.
    pub trades: f64,
    /// What was apart on days on which the live positions are not known.
    pub unknown: f64,
    /// What is left: dividends and interest against adjusted closes, the broker's prices against the exchange's.
    pub rest: f64,
}

impl Causes {
    fn parts(&mut self) -> [&mut f64; 8] {
        let Self { fills, costs, cash, weights, timing, trades, unknown, rest } = self;
        [fills, costs, cash, weights, timing, trades, unknown, rest]
    }

    /// All of it.
    pub fn total(mut self) -> f64 {
        self.parts().into_iter().map(|part| *part).sum()
    }

    fn add(&mut self, mut day: Self, coefficient: f64) {
        for (sum, part) in self.parts().into_iter().zip(day.parts()) {
            *sum += coefficient * *part;
        }
    }
}

/// A live record beside its simulation, over the live record's dates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracking {
    /// The start, then the date of each return.
    pub dates: Vec<NaiveDate>,
    /// Our returns.
    pub ours: Vec<f64>,
    /// The simulated ones.
    pub simulated: Vec<f64>,
    /// Why they differ.
    pub causes: Causes,
}

impl Tracking {
    /// Our total return less the simulated one.
    pub fn difference(&self) -> Option<f64> {
        Some(compounded(&self.ours)? - compounded(&self.simulated)?)
    }
}

/// Compares a live record with the simulation of the same rules.
///
/// # Errors
/// A day of the live record whose return is undefined.
pub fn tracking(live: &Record, simulated: &Record, market: &Market<'_>, timing: FlowTiming) -> Result<Tracking> {
    let (days, series) = with_returns(intervals(&live.snapshots, &live.flows, market.base)?, timing)?;
    let ours = series.values();
    let theirs: Vec<f64> = days.iter().map(|day| simulated_return(simulated, day)).collect();
    let coefficients = coefficients(&ours, &theirs);
    let mut causes = Causes::default();
    let (one, other) = rayon::join(
        || Side::new(live, market, |bar| bar.close),
        || Side::new(simulated, market, |bar| bar.adjusted_close()),
    );
    let rebalances: BTreeSet<NaiveDate> = simulated.executions.iter().map(Execution::utc_date).collect();
    let found: Vec<Option<Causes>> = days.par_iter().map(|day| causes_of(day, &one, &other, &rebalances)).collect();
    for (((found, coefficient), ours), theirs) in found.into_iter().zip(&coefficients).zip(&ours).zip(&theirs) {
        let of_day = match found {
            Some(causes) => Causes { rest: ours - theirs - causes.total(), ..causes },
            None => Causes { unknown: ours - theirs, ..Causes::default() },
        };
        causes.add(of_day, *coefficient);
    }
    Ok(Tracking { dates: series.dates(), ours, simulated: theirs, causes })
}

fn last_on(snapshots: &[Snapshot], date: NaiveDate) -> Option<&Snapshot> {
    snapshots.get(snapshots.partition_point(|snapshot| snapshot.date <= date).checked_sub(1)?)
}

/// The simulation's return over the dates of an interval; it has no flows after its start.
fn simulated_return(simulated: &Record, day: &Interval) -> f64 {
    let value = |date| last_on(&simulated.snapshots, date)?.net_liquidation.to_f64();
    value(day.since).zip(value(day.date)).map_or(0.0, |(before, after)| after / before - 1.0)
}

/// One of the two records.
struct Side<'a> {
    record: &'a Record,
    market: &'a Market<'a>,
    rates: Rates<'a>,
    /// The positions of each snapshot, where they are known.
    positions: Vec<Option<&'a [Position]>>,
    price: fn(&crate::record::Bar) -> Decimal,
    splits: Splits<'a>,
}

impl<'a> Side<'a> {
    fn new(record: &'a Record, market: &'a Market<'a>, price: fn(&crate::record::Bar) -> Decimal) -> Self {
        let positions = known_positions(record, &Holdings::of(record));
        let (rates, splits) = (Rates::new(market.base, &record.snapshots), Splits::of(record));
        Self { record, market, rates, positions, price, splits }
    }

    /// The share of `capital` that each position had on a date; `None` where the positions are not known.
    fn weights(&self, date: NaiveDate, capital: f64) -> Option<BTreeMap<PriceSymbol, f64>> {
        let mut weights = BTreeMap::new();
        let after = self.record.snapshots.partition_point(|snapshot| snapshot.date <= date);
        let Some(at) = after.checked_sub(1) else { return Some(weights) };
        let snapshot = self.record.snapshots.get(at)?;
        for position in self.positions.get(at).copied().flatten()? {
            let value =
                snapshot.fx_to_base(position.currency).and_then(|rate| (position.market_value * rate).to_f64());
            let symbol = (self.market.symbol_of)(&position.symbol, position.conid, &position.exchange);
            let Some(symbol) = symbol else { continue };
            *weights.entry(symbol).or_insert(0.0) += value.unwrap_or_default() / capital;
        }
        weights.retain(|_, weight| *weight != 0.0);
        Some(weights)
    }

    /// What fills cost against the close of their day, and what they cost in commissions, as shares of `capital`.
    fn costs(&self, day: &Interval, capital: f64) -> (f64, f64) {
        let of_day = self.record.executions.iter();
        let from = self.record.executions.partition_point(|fill| fill.utc_date() <= day.since);
        let fills = of_day.skip(from).take_while(|fill| fill.utc_date() <= day.date);
        fills.fold((0.0, 0.0), |(slipped, paid), fill| {
            let worse = self.worse(fill).unwrap_or_default();
            let commission = self.rates.commission(fill).and_then(|paid| paid.to_f64()).unwrap_or_default();
            (slipped - worse / capital, paid - commission / capital)
        })
    }

    /// How much worse than the close of its day a fill was, in base currency.
    fn worse(&self, fill: &Execution) -> Option<f64> {
        let symbol = (self.market.symbol_of)(&fill.symbol, fill.conid, &fill.exchange)?;
        let series = self.market.prices.get(&symbol)?;
        let close = (self.price)(series.on(fill.utc_date())?);
        let close = close.checked_mul(self.splits.factor(fill, series, close))?;
        let worse = (fill.price - close) * fill.signed_quantity() * fill.multiplier * self.rates.of(fill)?;
        worse.to_f64()
    }
}

/// An instrument's return over the dates of an interval, in base currency where the live record knows the rates.
fn return_of(symbol: &PriceSymbol, day: &Interval, live: &Side<'_>) -> Option<f64> {
    let series = live.market.prices.get(symbol)?;
    let price = |date| series.on_or_before(date)?.adjusted_close().to_f64();
    let rate = |date| live.rates.on(series.currency, date).and_then(|rate| rate.to_f64());
    let currency = rate(day.since).zip(rate(day.date)).map_or(1.0, |(before, after)| after / before);
    Some(price(day.date)? / price(day.since)? * currency - 1.0)
}

/// The causes of one day; the caller computes the unexplained rest of the difference. `None` where the positions of one
/// side are not known.
fn causes_of(
    day: &Interval,
    live: &Side<'_>,
    simulated: &Side<'_>,
    rebalances: &BTreeSet<NaiveDate>,
) -> Option<Causes> {
    let capital = (day.before + day.contributed).to_f64().filter(|capital| *capital > 0.0).unwrap_or(f64::INFINITY);
    let theirs =
        last_on(&simulated.record.snapshots, day.since).and_then(|snapshot| snapshot.net_liquidation.to_f64());
    let theirs = theirs.filter(|capital| *capital > 0.0).unwrap_or(f64::INFINITY);
    let (slipped, paid) = live.costs(day, capital);
    let (assumed_slip, assumed_costs) = simulated.costs(day, theirs);
    let mut causes = Causes { fills: slipped - assumed_slip, costs: paid - assumed_costs, ..Causes::default() };
    let (ours, theirs) = (live.weights(day.since, capital)?, simulated.weights(day.since, theirs)?);
    // On the very day of a rebalance the old positions are still meant.
    let last = rebalances.range(..day.date).next_back();
    let is_timing = last.is_some_and(|last| (day.date - *last).num_days() <= DAYS_OF_TIMING);
    let mut common = Vec::new();
    for symbol in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        let Some(value) = return_of(symbol, day, live) else { continue };
        match (ours.get(symbol), theirs.get(symbol)) {
            (Some(ours), Some(theirs)) => common.push((*ours, *theirs, value)),
            (ours, theirs) => {
                let gap = (ours.unwrap_or(&0.0) - theirs.unwrap_or(&0.0)) * value;
                *(if is_timing { &mut causes.timing } else { &mut causes.trades }) += gap;
            }
        }
    }
    let sum = |pick: fn(&(f64, f64, f64)) -> f64| common.iter().map(pick).sum::<f64>();
    let (ours, theirs) = (sum(|one| one.0), sum(|one| one.1));
    if theirs != 0.0 {
        let average = sum(|one| one.1 * one.2) / theirs;
        causes.cash = (ours - theirs) * average;
        causes.weights = sum(|one| (one.0 - one.1) * one.2) - causes.cash;
    }
    Some(causes)
}

#[cfg(test)]
#[path = "tracking_tests.rs"]
mod tests;
