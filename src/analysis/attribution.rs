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

/// A record, and what tells whose its positions and fills are.
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
        let told = quantities(after.snapshot, &self.instruments);
        for (end, position) in ends {
            let instrument = self.instruments.of_position(position);
            if seen.insert(instrument.clone(), position.quantity).is_some() || position.quantity.is_zero() {
                continue;
            }
            let (was, is) = (counted.get(&instrument), told.get(&instrument));
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
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, currency, dec, snapshot};
    use crate::record::Ticker;

    fn held(day: &str, cash: &str, positions: &[(&str, i64, &str)]) -> Snapshot {
        let position = |(symbol, quantity, price): &(&str, i64, &str)| Position {
            symbol: Ticker::new(*symbol),
            conid: None,
            exchange: String::new(),
            currency: currency("USD"),
            quantity: (*quantity).into(),
            average_cost: None,
            market_price: None,
            market_value: Decimal::from(*quantity) * dec(price),
            unrealized_pnl: None,
            realized_pnl: None,
        };
        let positions: Vec<Position> = positions.iter().map(position).collect();
        let value = dec(cash) + positions.iter().map(|position| position.market_value).sum::<Decimal>();
        Snapshot { net_liquidation: value, positions: Some(positions), ..snapshot(day, 1) }
    }

    #[test]
    fn parts_add_up_to_the_account() {
        // A gains 500 and then 110 (bought for 1 of commission), B loses 200; 3 of interest belong to nobody.
        let record = Record {
            snapshots: vec![
                held("2026-01-05", "0", &[("A", 50, "100"), ("B", 100, "50")]),
                held("2026-01-06", "3", &[("A", 50, "110"), ("B", 100, "48")]),
                held("2026-01-07", "2", &[("A", 50, "112"), ("B", 100, "48")]),
            ],
            executions: vec![
                Fill::buy("A", 10, 110).on("2026-01-07").commission("1", "USD").done(),
                Fill::sell("A", 10, 110).on("2026-01-07").commission("0", "USD").done(),
            ],
            ..Record::default()
        };
        let name = |symbol: &Ticker| Some(symbol.to_string());
        let found = contributions(
            &record,
            currency("USD"),
            FlowTiming::Split,
            |_, position| name(&position.symbol),
            |fill| name(&fill.symbol),
        )
        .unwrap();
        assert_eq!(found.unattributed_returns, 0);
        let total: f64 = found.parts.values().sum();
        assert!((total - (10_402.0 / 10_000.0 - 1.0)).abs() < 1e-12, "{found:?}");
        let part = |key: Option<&str>| found.parts[&key.map(str::to_owned)];
        assert!((part(Some("A")) - 0.0599).abs() < 2e-4 && (part(Some("B")) + 0.0200).abs() < 2e-4);
        assert!((part(None) - 0.0003).abs() < 1e-5);
    }

    fn by_name(record: &Record) -> Contributions<String> {
        let name = |symbol: &Ticker| Some(symbol.to_string());
        let of_position = |_: &Snapshot, position: &Position| name(&position.symbol);
        contributions(record, currency("USD"), FlowTiming::Split, of_position, |fill| name(&fill.symbol)).unwrap()
    }

    fn part(found: &Contributions<String>, key: &str) -> f64 {
        found.parts.get(&Some(key.to_owned())).copied().unwrap_or_default()
    }

    fn near(found: f64, right: f64) {
        assert!((found - right).abs() < 1e-12, "{found}, right is {right}");
    }

    /// The same without its positions.
    fn unknown(snapshot: Snapshot) -> Snapshot {
        Snapshot { positions: None, ..snapshot }
    }

    fn free(fill: Fill) -> Execution {
        fill.commission("0", "USD").done()
    }

    #[test]
    fn positions_that_are_not_known_are_not_none() {
        // A gains 1,000 on 10,000 and B loses 500 over three days, of which only the first and the last tell positions.
        let snapshots = vec![
            held("2026-01-05", "0", &[("A", 50, "100"), ("B", 100, "50")]),
            unknown(held("2026-01-06", "0", &[("A", 50, "130"), ("B", 100, "40")])),
            held("2026-01-07", "0", &[("A", 50, "120"), ("B", 100, "45")]),
            unknown(held("2026-01-08", "0", &[("A", 50, "140"), ("B", 100, "45")])),
        ];
        let mut record = Record { snapshots, ..Record::default() };
        let found = by_name(&record);
        assert_eq!((found.unattributed_returns, found.returns), (1, 3));
        let total = found.parts.values().sum::<f64>() + found.unattributed;
        near(total, 11_500.0 / 10_000.0 - 1.0);
        // Up to the third day two to one, of the linked return of those days.
        near(part(&found, "A"), -2.0 * part(&found, "B"));
        record.snapshots.pop();
        let found = by_name(&record);
        near(part(&found, "A"), 0.1);
        near(part(&found, "B"), -0.05);
        near(found.parts[&None], 0.0);
    }

    #[test]
    fn an_account_that_begins_with_money_alone_needs_no_positions_for_that() {
        // A yearly statement: values every day, positions on the last. 50 A bought at 100 and worth 110 at the end.
        let cash = |day| unknown(held(day, "10000", &[]));
        let mut record = Record {
            snapshots: vec![
                cash("2026-01-05"),
                unknown(held("2026-01-06", "5000", &[("A", 50, "104")])),
                held("2026-01-07", "5000", &[("A", 50, "110")]),
            ],
            executions: vec![free(Fill::buy("A", 50, 100).on("2026-01-06"))],
            ..Record::default()
        };
        let found = by_name(&record);
        assert_eq!(found.unattributed_returns, 0);
        near(part(&found, "A"), 0.05);
        near(found.parts[&None], 0.0);
        // Without the purchase it was held before, at a value that nothing tells.
        record.executions.clear();
        assert_eq!(by_name(&record).unattributed_returns, 2);
    }

    #[test]
    fn a_fill_without_a_rate_takes_that_of_the_next_snapshot_or_leaves_its_days_open() {
        // 100 shares at 50 EUR bought on a day without a snapshot, at 51 on the next: 1.1 x 100 of 12,500.
        let mut after = held("2026-01-07", "7000", &[("A", 100, "51")]);
        for position in after.positions.iter_mut().flatten() {
            position.currency = currency("EUR");
        }
        after.net_liquidation = dec("12610");
        after.fx.insert(currency("EUR"), dec("1.1"));
        let bought = Fill::buy("A", 100, 50).on("2026-01-06").currency("EUR").commission("0", "EUR").done();
        let mut record = Record {
            snapshots: vec![held("2026-01-05", "12500", &[]), after],
            executions: vec![bought],
            ..Record::default()
        };
        let found = by_name(&record);
        near(part(&found, "A"), 110.0 / 12_500.0);
        near(found.parts[&None], 0.0);
        record.snapshots[1].fx.clear();
        let found = by_name(&record);
        assert_eq!((found.unattributed_returns, part(&found, "A")), (1, 0.0));
        near(found.unattributed, 110.0 / 12_500.0);
    }

    #[test]
    fn shares_that_came_without_a_fill_are_no_gain_and_a_split_is_none_either() {
        // 30 more of A come at 105, as money from outside; then two for one at half the price.
        let mut record = Record {
            snapshots: vec![
                held("2026-01-05", "0", &[("A", 50, "100")]),
                held("2026-01-06", "0", &[("A", 80, "105")]),
                held("2026-01-07", "0", &[("A", 160, "52.5")]),
            ],
            ..Record::default()
        };
        record.flows = vec![crate::analysis::testing::flow("2026-01-06".parse().unwrap(), dec("3150"))];
        let found = by_name(&record);
        near(part(&found, "A"), 250.0 / 8_150.0);
        near(found.parts[&None], 0.0);
    }

    #[test]
    fn only_the_gain_of_a_future_is_converted() {
        // 25 x 100 EUR of gain at 1.2, while the euro rises from 1.1: nothing on the notional of 450,000.
        let future = |price: &str, rate: &str, day: &str| {
            let mut snapshot = held(day, "0", &[("FDX", 1, "0")]);
            for position in snapshot.positions.iter_mut().flatten() {
                position.currency = currency("EUR");
                position.market_price = Some(dec(price));
                position.market_value = dec(price) * dec("25");
            }
            snapshot.fx.insert(currency("EUR"), dec(rate));
            snapshot
        };
        let (mut before, mut after) = (future("18000", "1.1", "2026-01-05"), future("18100", "1.2", "2026-01-06"));
        (before.net_liquidation, after.net_liquidation) = (dec("100000"), dec("103000"));
        let opened = Fill::buy("FDX", 1, 18_000).class("FUT").multiplier(25).currency("EUR").on("2026-01-02").done();
        let record = Record { snapshots: vec![before, after], executions: vec![opened], ..Record::default() };
        let found = by_name(&record);
        near(part(&found, "FDX"), 0.03);
        near(found.parts[&None], 0.0);
    }

    #[test]
    fn an_exchange_of_money_is_nobodys_loss() {
        let exchange = Fill::buy("EUR.USD", 1000, dec("1.1")).class("CASH").on("2026-01-06").commission("2", "USD");
        let record = Record {
            snapshots: vec![held("2026-01-05", "1000", &[]), held("2026-01-06", "998", &[])],
            executions: vec![exchange.done()],
            ..Record::default()
        };
        let found = by_name(&record);
        assert_eq!(part(&found, "EUR.USD"), 0.0);
        near(found.parts[&None], -0.002);
    }
}
