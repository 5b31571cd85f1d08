//! What each strategy brought to the account.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::carino_linking::coefficients;
use super::fx::Rates;
use super::returns::{intervals, with_returns};
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{Currency, Execution, Position, Record, Snapshot};

/// What each group of positions and fills brought to the account's total return, as parts that add up to it.
///
/// A day's gain of a group is the change in value of its positions less what its fills paid, commissions included, in
/// base currency. What belongs to no group (`None`) also has interest, fees, dividends and everything else that no
/// position or fill explains. Days are linked ([`super::carino_linking`]).
///
/// # Errors
/// A day whose return is undefined.
pub fn contributions<K: Ord + Clone>(
    record: &Record,
    base: Currency,
    timing: FlowTiming,
    of_position: impl Fn(&Snapshot, &Position) -> Option<K>,
    of_fill: impl Fn(&Execution) -> Option<K>,
) -> Result<BTreeMap<Option<K>, f64>> {
    let (days, series) = with_returns(intervals(&record.snapshots, &record.flows, base)?, timing)?;
    let returns = series.values();
    let coefficients = coefficients(&returns, &vec![0.0; returns.len()]);
    let rates = Rates::new(base, &record.snapshots);
    let values = |snapshot: &Snapshot| {
        let mut values: BTreeMap<K, Decimal> = BTreeMap::new();
        for position in snapshot.known_positions() {
            if let Some((key, rate)) = of_position(snapshot, position).zip(snapshot.fx_to_base(position.currency)) {
                *values.entry(key).or_default() += position.market_value * rate;
            }
        }
        values
    };
    let mut sums: BTreeMap<Option<K>, f64> = BTreeMap::new();
    let on = |date| record.snapshots.binary_search_by_key(&date, |snapshot| snapshot.date).ok();
    let values_on = |date| on(date).and_then(|at| record.snapshots.get(at)).map(values).unwrap_or_default();
    let mut fills = record
        .executions
        .iter()
        .skip_while(|fill| days.first().is_some_and(|day| fill.utc_date() <= day.since))
        .peekable();
    for ((day, value), coefficient) in days.iter().zip(&returns).zip(&coefficients) {
        let mut gains: BTreeMap<K, Decimal> = values_on(day.date);
        for (key, value) in &values_on(day.since) {
            *gains.entry(key.clone()).or_default() -= *value;
        }
        while let Some(fill) = fills.next_if(|fill| fill.utc_date() <= day.date) {
            if let Some(key) = of_fill(fill) {
                let paid = rates.notional(fill).unwrap_or_default() * Decimal::from(fill.side.sign());
                *gains.entry(key).or_default() -= paid + rates.commission(fill).unwrap_or_default();
            }
        }
        let capital = (day.before + day.contributed).to_f64().filter(|capital| *capital > 0.0);
        let mut rest = *value;
        for (key, gain) in gains {
            let part = gain.to_f64().zip(capital).map_or(0.0, |(gain, capital)| gain / capital);
            rest -= part;
            *sums.entry(Some(key)).or_default() += coefficient * part;
        }
        *sums.entry(None).or_default() += coefficient * rest;
    }
    Ok(sums)
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
        let total: f64 = found.values().sum();
        assert!((total - (10_402.0 / 10_000.0 - 1.0)).abs() < 1e-12, "{found:?}");
        let part = |key: Option<&str>| found[&key.map(str::to_owned)];
        assert!((part(Some("A")) - 0.0599).abs() < 2e-4 && (part(Some("B")) + 0.0200).abs() < 2e-4);
        assert!((part(None) - 0.0003).abs() < 1e-5);
    }
}
