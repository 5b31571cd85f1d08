//! What a record says about how it came about, as plain numbers: prices, orders, money that moved, and what of it a rule decides.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::sizing::{Market, Sizing};
use crate::analysis::fx::Rates;
use crate::analysis::orders::{Order, orders};
use crate::calendar::YearMonth;
use crate::config::{Config, FlowTiming, Strategy};
use crate::record::{Bar, PriceSeries, Record, Rule, Snapshot, Ticker};
use crate::strategy::rules;

/// A record as a list of steps from one valuation to the next.
#[derive(Debug)]
pub struct Facts {
    /// Tickers, in the order of every list of shares.
    pub symbols: Vec<Ticker>,
    /// The value at the first valuation.
    pub start: f64,
    /// What was held then.
    pub shares: Vec<f64>,
    /// Prices then.
    pub prices: Vec<f64>,
    /// The valuations after it.
    pub steps: Vec<Step>,
    /// How the owner sizes orders, if that was found out.
    pub sizing: Option<Sizing>,
    /// How money that moves is timed.
    pub timing: FlowTiming,
}

/// From one valuation to the next.
#[derive(Debug)]
pub struct Step {
    /// The date of the valuation.
    pub date: NaiveDate,
    /// The value in base currency.
    pub value: f64,
    /// The value at the valuation before.
    pub value_before: f64,
    /// Prices in base currency.
    pub prices: Vec<f64>,
    /// What neither prices, orders nor flows explain, as a share of the value before: dividends, interest, fees.
    pub rest: f64,
    /// By how much shares multiplied without an order: splits.
    pub splits: Vec<f64>,
    /// Money that moved and orders, by date.
    pub events: Vec<Event>,
    /// Shares held at its end.
    pub shares: Vec<f64>,
}

impl Step {
    /// Whether nothing but prices changed.
    pub fn is_quiet(&self) -> bool {
        self.events.is_empty() && self.rest.abs() < 1e-7 && self.splits.iter().all(|times| *times == 1.0)
    }
}

/// Something that happened between two valuations.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a record has a few hundred of them")]
pub enum Event {
    /// Money across the border, as a share of the value at the valuation before.
    Flow(f64),
    /// Orders of a day.
    Orders(Orders),
}

/// What was traded on a day, and what the rule says on it.
#[derive(Debug, Default)]
pub struct Orders {
    /// The date.
    pub date: NaiveDate,
    /// Signed shares, by column.
    pub traded: Vec<f64>,
    /// What they were filled at, or the price on that day.
    pub fills: Vec<f64>,
    /// What they cost.
    pub commissions: Vec<f64>,
    /// What the rule sees, on days on which it decides.
    pub market: Option<Market>,
    /// Where the rule decides just what was done.
    pub explained: Vec<bool>,
}

impl Facts {
    /// Reads a record; nothing where it has no two valuations.
    pub fn of(record: &Record, config: &Config) -> Option<Self> {
        let reader = Reader::new(record, config)?;
        let mut facts = reader.facts()?;
        facts.sizing = Sizing::best(&mut facts, config);
        Some(facts)
    }

    /// Prices at the valuation before a step.
    pub fn prices_before(&self, step: usize) -> &[f64] {
        let before = step.checked_sub(1).and_then(|before| self.steps.get(before));
        before.map_or(&self.prices, |before| &before.prices)
    }

    /// How many orders there are, and how many of them the rule decides.
    pub fn explained(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for orders in self.orders() {
            let of_rule = orders.explained.iter().zip(&orders.traded).filter(|(_, shares)| **shares != 0.0);
            counts.0 += orders.traded.iter().filter(|shares| **shares != 0.0).count();
            counts.1 += of_rule.filter(|(explained, _)| **explained).count();
        }
        counts
    }

    /// All days with orders.
    pub fn orders(&self) -> impl Iterator<Item = &Orders> {
        self.steps.iter().flat_map(|step| &step.events).filter_map(|event| match event {
            Event::Orders(orders) => Some(orders),
            Event::Flow(_) => None,
        })
    }
}

struct Reader<'a> {
    record: &'a Record,
    rates: Rates<'a>,
    orders: Vec<Order>,
    symbols: Vec<Ticker>,
    strategy: Option<&'a Strategy>,
    timing: FlowTiming,
    /// Stored prices by column, and whether it is the adjusted ones that the account is valued at.
    series: Vec<Option<&'a PriceSeries>>,
    adjusted: bool,
}

impl<'a> Reader<'a> {
    fn new(record: &'a Record, config: &'a Config) -> Option<Self> {
        let base = config.account.base_currency;
        let rates = Rates::new(base, &record.snapshots).with_flows(&record.flows);
        let orders = orders(&record.executions);
        let strategy = if let [only] = &config.strategy[..] { Some(only) } else { None };
        let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
        let held = held.map(|position| position.symbol.clone());
        let members =
            strategy.into_iter().flat_map(|strategy| strategy.universe.iter().map(|member| member.ticker()));
        let all = held.chain(orders.iter().map(|order| order.symbol.clone())).chain(members);
        let symbols: Vec<Ticker> = all.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let stored = |ticker: &Ticker| {
            let member = strategy.and_then(|strategy| strategy.member(ticker));
            member.and_then(|member| record.prices.get(&member.yahoo()))
        };
        let series: Vec<_> = symbols.iter().map(stored).collect();
        let timing = config.analysis.flow_timing;
        let mut reader = Self { record, rates, orders, symbols, strategy, timing, series, adjusted: false };
        reader.adjusted = reader.is_valued_at_adjusted();
        Some(reader)
    }

    /// Whether positions are valued at adjusted closes, as those of a simulated account are.
    fn is_valued_at_adjusted(&self) -> bool {
        let mut votes = 0i64;
        for snapshot in &self.record.snapshots {
            for position in snapshot.known_positions() {
                let series = self.column(&position.symbol).and_then(|column| *self.series.get(column)?);
                let bar = series.and_then(|series| series.on_or_before(snapshot.date));
                let Some((bar, price)) = bar.zip(position.market_price) else { continue };
                let off = |other: Decimal| (other - price).abs();
                votes += i64::from(off(bar.adjusted_close()) < off(bar.close));
                votes -= i64::from(off(bar.adjusted_close()) > off(bar.close));
            }
        }
        votes > 0
    }

    fn column(&self, symbol: &Ticker) -> Option<usize> {
        self.symbols.binary_search(symbol).ok()
    }

    fn close(&self, column: usize, date: NaiveDate) -> Option<f64> {
        let series = (*self.series.get(column)?)?;
        let bar: &Bar = series.on_or_before(date)?;
        let price = if self.adjusted { bar.adjusted_close() } else { bar.close };
        let rate = self.rates.on(series.currency, date)?;
        (price * rate).to_f64()
    }

    /// Prices on a date, those of positions as they were valued.
    fn prices(&self, snapshot: &Snapshot, before: &[f64]) -> Vec<f64> {
        let mut prices: Vec<f64> = (0..self.symbols.len())
            .map(|column| self.close(column, snapshot.date).or(before.get(column).copied()).unwrap_or(1.0))
            .collect();
        for position in snapshot.known_positions() {
            let rate = snapshot.fx_to_base(position.currency).and_then(|rate| rate.to_f64());
            let price = position.market_value.checked_div(position.quantity).and_then(|price| price.to_f64());
            let place = self.column(&position.symbol).and_then(|column| prices.get_mut(column));
            if let (Some(place), Some(price), Some(rate)) = (place, price, rate) {
                *place = price * rate;
            }
        }
        prices
    }

    fn shares(&self, snapshot: &Snapshot) -> Option<Vec<f64>> {
        let mut shares = vec![0.0; self.symbols.len()];
        for position in snapshot.positions.as_ref()? {
            if let Some(place) = self.column(&position.symbol).and_then(|column| shares.get_mut(column)) {
                *place += position.quantity.to_f64()?;
            }
        }
        Some(shares)
    }

    fn facts(&self) -> Option<Facts> {
        let (first, rest) = self.record.snapshots.split_first()?;
        let start = first.net_liquidation.to_f64().filter(|value| *value > 0.0)?;
        let mut before = (first, start, self.shares(first)?, self.prices(first, &[]));
        let (shares, prices) = (before.2.clone(), before.3.clone());
        let mut steps = Vec::with_capacity(rest.len());
        for snapshot in rest {
            let step = self.step((before.0, before.1, &before.2, &before.3), snapshot)?;
            before = (snapshot, step.value, step.shares.clone(), step.prices.clone());
            steps.push(step);
        }
        let (symbols, timing) = (self.symbols.clone(), self.timing);
        (!steps.is_empty()).then_some(Facts { symbols, start, shares, prices, steps, sizing: None, timing })
    }

    fn step(&self, before: (&Snapshot, f64, &[f64], &[f64]), snapshot: &Snapshot) -> Option<Step> {
        let (earlier, value_before, shares_before, prices_before) = before;
        let value = snapshot.net_liquidation.to_f64().filter(|value| *value > 0.0)?;
        let prices = self.prices(snapshot, prices_before);
        let (since, until) = (earlier.own_date(), snapshot.own_date());
        let mut events: Vec<(NaiveDate, Event)> = Vec::new();
        let flows = self.record.flows.iter().filter(|flow| since < flow.date && flow.date <= until);
        for flow in flows.filter(|flow| flow.kind.is_external()) {
            let amount = flow.in_base(self.rates.base())?.to_f64()?;
            events.push((flow.date, Event::Flow(amount / value_before)));
        }
        for orders in self.orders_between(earlier.date, snapshot.date, &prices) {
            events.push((orders.date, Event::Orders(orders)));
        }
        events.sort_by_key(|(date, event)| (*date, matches!(event, Event::Orders(_))));
        let (mut paid, mut moved, mut tracked) = (0.0, 0.0, shares_before.to_vec());
        for (_, event) in &events {
            match event {
                Event::Flow(share) => moved += share * value_before,
                Event::Orders(orders) => {
                    for ((held, traded), (price, commission)) in
                        tracked.iter_mut().zip(&orders.traded).zip(orders.fills.iter().zip(&orders.commissions))
                    {
                        *held += traded;
                        paid += traded * price + commission;
                    }
                }
            }
        }
        let shares = self.shares(snapshot).unwrap_or_else(|| tracked.clone());
        let splits: Vec<f64> = shares.iter().zip(&tracked).map(|(now, then)| ratio(*now, *then)).collect();
        let worth =
            |shares: &[f64], prices: &[f64]| shares.iter().zip(prices).map(|(one, price)| one * price).sum::<f64>();
        let cash = value_before - worth(shares_before, prices_before) + moved - paid;
        let rest = (value - worth(&shares, &prices) - cash) / value_before;
        let events = events.into_iter().map(|(_, event)| event).collect();
        Some(Step { date: snapshot.date, value, value_before, prices, rest, splits, events, shares })
    }

    /// The orders after one date up to another, a list for each day, and the days on which the rule decides to do nothing.
    fn orders_between(&self, since: NaiveDate, until: NaiveDate, prices: &[f64]) -> Vec<Orders> {
        let mut days: BTreeMap<NaiveDate, Orders> = BTreeMap::new();
        if let Some(day) = self.silent_day(since, until) {
            days.insert(day, self.nothing(day, prices));
        }
        for order in self.orders.iter().filter(|order| since < order.date() && order.date() <= until) {
            let day = days.entry(order.date()).or_insert_with(|| self.nothing(order.date(), prices));
            let Some(column) = self.column(&order.symbol) else { continue };
            let quantity = order.quantity.to_f64().unwrap_or_default();
            let notional = order.notional_in_base(&self.rates).and_then(|notional| notional.to_f64());
            let charged = order.commission_in_base(&self.rates).and_then(|charged| charged.to_f64());
            let signed = quantity * f64::from(order.side.sign());
            let price = notional.map_or_else(|| prices.get(column).copied().unwrap_or(1.0), |paid| paid / quantity);
            let place = (day.traded.get_mut(column), day.fills.get_mut(column), day.commissions.get_mut(column));
            if let (Some(traded), Some(fill), Some(commission)) = place {
                let both = *traded + signed;
                if both != 0.0 {
                    *fill = (*fill * *traded + price * signed) / both;
                }
                *traded = both;
                *commission += charged.unwrap_or_default();
            }
        }
        days.into_values().collect()
    }

    /// The first day of a month in which nothing is traded, if it lies between.
    fn silent_day(&self, since: NaiveDate, until: NaiveDate) -> Option<NaiveDate> {
        let month = YearMonth::of(until);
        let traded = self.orders.iter().any(|order| YearMonth::of(order.date()) == month);
        let is_near = (until - since).num_days() <= LONGEST_WEEKEND;
        (YearMonth::of(since) != month && !traded && is_near).then_some(until)
    }

    fn nothing(&self, date: NaiveDate, prices: &[f64]) -> Orders {
        let none = vec![0.0; self.symbols.len()];
        let close = |column| self.close(column, date).or(prices.get(column).copied()).unwrap_or(1.0);
        let fills = (0..self.symbols.len()).map(close).collect();
        let market = self.is_first_of_month(date).then(|| self.market(date)).flatten();
        Orders {
            date,
            traded: none.clone(),
            fills,
            commissions: none,
            market,
            explained: vec![false; self.symbols.len()],
        }
    }

    fn is_first_of_month(&self, date: NaiveDate) -> bool {
        let month = YearMonth::of(date);
        !self.orders.iter().any(|order| order.date() < date && YearMonth::of(order.date()) == month)
    }

    /// What is about to leave the account, as a share of it.
    fn reserved(&self, date: NaiveDate) -> f64 {
        let soon = |day: NaiveDate| day > date && (day - date).num_days() <= NOTICE_DAYS;
        let flows = self.record.flows.iter().filter(|flow| soon(flow.date) && flow.kind.is_external());
        let leaving =
            flows.filter_map(|flow| flow.in_base(self.rates.base())).map(|amount| (-amount).max(Decimal::ZERO));
        let leaving = leaving.sum::<Decimal>().to_f64().unwrap_or_default();
        let value = self.record.snapshots.iter().rev().find(|snapshot| snapshot.date < date);
        let value = value.and_then(|snapshot| snapshot.net_liquidation.to_f64()).filter(|value| *value > 0.0);
        value.map_or(0.0, |value| leaving / value)
    }

    /// What the rule sees on a date.
    fn market(&self, date: NaiveDate) -> Option<Market> {
        let strategy = self.strategy?;
        let signal = rules::without_changes(strategy, &self.record.prices, date);
        let targets = rules::targets(strategy, &signal, &BTreeMap::new());
        let member_of = |ticker: &Ticker| strategy.member(ticker).map(|member| member.yahoo());
        let target = |ticker: &Ticker| {
            let symbol = member_of(ticker)?;
            Some(targets.get(&symbol).and_then(|weight| weight.to_f64()).unwrap_or_default())
        };
        let ranked = signal.selected.iter().filter_map(|selected| {
            self.symbols.iter().position(|ticker| member_of(ticker).as_ref() == Some(selected))
        });
        let closes = |date: NaiveDate| -> Option<Vec<f64>> {
            (0..self.symbols.len())
                .map(|column| match member_of(self.symbols.get(column)?) {
                    Some(_) => self.close(column, date),
                    None => Some(1.0),
                })
                .collect()
        };
        Some(Market {
            targets: self.symbols.iter().map(target).collect(),
            ranked: ranked.collect(),
            closes: [closes(date)?, closes(date.pred_opt()?)?],
            holds: strategy.rule == Rule::BuyAndHold,
            reserved: self.reserved(date),
        })
    }
}

/// Valuations further apart are not those of every session.
const LONGEST_WEEKEND: i64 = 7;

/// Days of notice before a withdrawal, in which its money is kept back.
const NOTICE_DAYS: i64 = 14;

/// By how much shares multiplied; 1 where there were none.
fn ratio(now: f64, then: f64) -> f64 {
    if then == 0.0 || now == 0.0 { 1.0 } else { now / then }
}
