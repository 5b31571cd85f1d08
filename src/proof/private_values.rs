//! The texts that commitments are made to: values as `data/` has them, one row a line, and of each row only what a later statement of
//! the broker does not complete.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::record::{Execution, Record, Snapshot};

/// Cash by currency: `USD,1234.50`.
pub fn cash(snapshot: &Snapshot) -> String {
    lines(snapshot.cash.iter().map(|(currency, amount)| format!("{currency},{amount}")))
}

/// Positions by ticker: `SXLK,USD,25`.
pub fn positions(snapshot: &Snapshot) -> String {
    let positions = snapshot.known_positions().iter();
    lines(positions.map(|position| format!("{},{},{}", position.symbol, position.currency, position.quantity)))
}

/// Cash and positions as far as the source says them: that of the net value alone says nothing of what is held.
pub fn held(snapshot: &Snapshot) -> BTreeMap<&'static str, String> {
    let cash = (!snapshot.cash.is_empty()).then(|| ("cash", cash(snapshot)));
    let positions = snapshot.positions.as_ref().map(|_| ("positions", positions(snapshot)));
    cash.into_iter().chain(positions).collect()
}

/// Money across the account's border after a valuation, up to the next: `2026-01-27,USD,5000`.
pub fn flows(record: &Record, since: Option<NaiveDate>, until: NaiveDate) -> String {
    let is_between = |date: NaiveDate| since.is_none_or(|since| date > since) && date <= until;
    let flows = record.flows.iter().filter(|flow| is_between(flow.date));
    lines(flows.map(|flow| format!("{},{},{}", flow.date, flow.currency, flow.amount)))
}

/// The fills of a date in UTC: `2026-01-27T15:30:00Z,SXLK,BUY,25,104.5`.
pub fn fills(fills: &[Execution], date: NaiveDate) -> String {
    lines(rows_of_fills(fills, |day| day == date))
}

fn rows_of_fills(fills: &[Execution], is_of: impl Fn(NaiveDate) -> bool) -> impl Iterator<Item = String> {
    let row = |fill: &Execution| {
        let time = super::log::instant(fill.time);
        format!("{time},{},{},{},{}", fill.symbol, fill.side, fill.quantity, fill.price)
    };
    fills.iter().filter(move |fill| is_of(fill.utc_date())).map(row)
}

/// The fills after one valuation up to the next, as those of a date are written.
pub fn fills_between(record: &Record, since: Option<NaiveDate>, until: NaiveDate) -> String {
    lines(rows_of_fills(&record.executions, |date| since.is_none_or(|since| date > since) && date <= until))
}

/// In an order that no source decides.
fn lines(rows: impl Iterator<Item = String>) -> String {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows.join("\n")
}
