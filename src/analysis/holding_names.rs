//! One name for each holding, whatever it was called before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime, Utc};

use super::instruments::{is_trade, ticker_key};
use super::lineage::Lineage;
use crate::record::{CashFlow, Execution, Instrument, Position, Record, Ticker};

/// The ticker by which everything that was held goes at the end of a record. What goes by one ticker is one holding: a share,
/// and what it was before a split or a change of symbol.
#[derive(Debug)]
pub struct HoldingNames<'a> {
    lineage: Lineage<'a>,
    /// The newest ticker of each instrument.
    newest: BTreeMap<Instrument, (DateTime<Utc>, &'a Ticker)>,
    /// What ever went by a ticker, however that is written.
    by_ticker: BTreeMap<String, BTreeSet<Instrument>>,
}

impl<'a> HoldingNames<'a> {
    /// The names of what a record holds and trades.
    pub fn of(record: &'a Record) -> Self {
        let mut names = Self { lineage: Lineage::of(record), newest: BTreeMap::new(), by_ticker: BTreeMap::new() };
        for snapshot in &record.snapshots {
            for position in snapshot.known_positions() {
                let instrument = names.lineage.instruments.of_position(position);
                names.add(instrument, snapshot.as_of, &position.symbol);
            }
        }
        for fill in record.executions.iter().filter(|fill| is_trade(fill)) {
            names.add(names.lineage.instruments.of_fill(fill), fill.time, &fill.symbol);
        }
        names
    }

    fn add(&mut self, instrument: Instrument, at: DateTime<Utc>, ticker: &'a Ticker) {
        self.by_ticker.entry(ticker_key(ticker)).or_default().insert(instrument.clone());
        let newest = self.newest.entry(instrument).or_insert((at, ticker));
        if newest.0 < at {
            *newest = (at, ticker);
        }
    }

    /// The holding that a position of a time is of.
    pub fn of_position(&self, position: &Position, at: DateTime<Utc>) -> Ticker {
        self.name(&self.lineage.instruments.of_position(position), at).unwrap_or_else(|| position.symbol.clone())
    }

    /// The holding that a fill is of; none for an exchange of money.
    pub fn of_fill(&self, fill: &Execution) -> Option<Ticker> {
        let name = || self.name(&self.lineage.instruments.of_fill(fill), fill.time);
        is_trade(fill).then(|| name().unwrap_or_else(|| fill.symbol.clone()))
    }

    /// The holding that money was paid for: by its contract number where the record knows that, else by its ticker.
    pub fn of_income(&self, flow: &CashFlow) -> Option<Ticker> {
        let at = flow.date.and_time(NaiveTime::MIN).and_utc();
        let by_number = flow.conid.and_then(|number| self.name(&Instrument::Contract(number), at));
        by_number.or_else(|| {
            let ticker = flow.symbol.as_ref()?;
            let known: Vec<&Instrument> = self.by_ticker.get(&ticker_key(ticker)).into_iter().flatten().collect();
            let only = match known[..] {
                [only] => self.name(only, at),
                _ => None,
            };
            Some(only.unwrap_or_else(|| ticker.clone()))
        })
    }

    fn name(&self, instrument: &Instrument, at: DateTime<Utc>) -> Option<Ticker> {
        let (last, named) = self.lineage.in_the_end(instrument, at);
        match &last {
            Instrument::Ticker(ticker, ..) => Some(ticker.clone()),
            Instrument::Contract(_) => self.newest.get(&last).map(|(_, ticker)| *ticker).or(named).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{date, decimal, flow};
    use crate::analysis::trade_samples::{Fill, position, snapshot};
    use crate::record::Snapshot;

    fn paid(symbol: &str, conid: Option<u64>) -> CashFlow {
        CashFlow { symbol: Some(Ticker::new(symbol)), conid, ..flow(date("2026-01-08"), decimal("1")) }
    }

    #[test]
    fn a_contract_goes_by_its_newest_ticker_and_money_paid_for_it_too() {
        let held = |day: &str, symbol: &str| Snapshot {
            positions: Some(vec![Position { conid: Some(7), ..position(symbol, 10, 5) }]),
            ..snapshot(day, 1000)
        };
        let mut bought = Fill::buy("OLD", 10, 5).on("2026-01-05").done();
        bought.conid = Some(7);
        let record = Record {
            snapshots: vec![held("2026-01-06", "OLD"), held("2026-01-07", "NEW")],
            executions: vec![bought],
            ..Record::default()
        };
        let names = HoldingNames::of(&record);
        let new = Ticker::new("NEW");
        assert_eq!(names.of_fill(&record.executions[0]), Some(new.clone()));
        for snapshot in &record.snapshots {
            assert_eq!(names.of_position(&snapshot.known_positions()[0], snapshot.as_of), new);
        }
        assert_eq!(names.of_income(&paid("OLD", Some(7))), Some(new.clone()));
        assert_eq!(names.of_income(&paid("OLD", None)), Some(new));
        // What the record never held goes by its own name, and money of the account is for none.
        assert_eq!(names.of_income(&paid("XYZ", Some(8))), Some(Ticker::new("XYZ")));
        assert_eq!(names.of_income(&flow(date("2026-01-08"), decimal("1"))), None);
    }

    #[test]
    fn an_exchange_of_money_is_no_holding() {
        let record =
            Record { executions: vec![Fill::buy("EUR.USD", 10, 1).class("CASH").done()], ..Record::default() };
        assert_eq!(HoldingNames::of(&record).of_fill(&record.executions[0]), None);
    }
}
