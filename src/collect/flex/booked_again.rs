//! Trades that are known by their Trade ID alone, taken back and booked again under the same one.
//!
//! A statement lists what was booked in its order. At the same terms only this order says which of several bookings a row
//! takes back, and only the statement's period whether the first of them is in it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::link::{Fill, Kind};
use super::xml::Row;
use super::{Reading, link};
use crate::error::Result;
use crate::record::fill_names::{BY_TRADE, booking};
use crate::record::{ExecId, FindingKind, Severity, Side};

/// What is booked again at the same terms: the number of the trade, and these.
type Terms = (String, Side, Decimal, Decimal);

/// The bookings of one trade at the same terms, counted from 1.
#[derive(Default)]
struct Bookings {
    /// How many there have been, with the first one where that stands in an earlier statement.
    count: usize,
    /// Those of this statement that stand, the newest last.
    open: Vec<usize>,
    taken_back: BTreeSet<usize>,
}

impl Bookings {
    fn book(&mut self) -> usize {
        self.count += 1;
        self.open.push(self.count);
        self.count
    }

    /// The newest that stands, else the first of another statement.
    fn take_back(&mut self) -> usize {
        let newest = self.open.pop().or_else(|| (1..).find(|number| !self.taken_back.contains(number)));
        let number = newest.unwrap_or(1);
        self.taken_back.insert(number);
        number
    }
}

impl Reading {
    /// Counts the bookings of trades that this file takes back, so that each of them, and each row that takes one back,
    /// has a name of its own.
    pub(super) fn count_bookings(&mut self, fills: &mut [Fill]) -> Result<()> {
        let taken_back: BTreeSet<String> = fills.iter().filter_map(|fill| trade_taken_back(fill)).collect();
        let mut bookings: BTreeMap<Terms, Bookings> = BTreeMap::new();
        for fill in fills {
            let cancelled = trade_taken_back(fill);
            let Some(number) = cancelled.clone().or_else(|| own_trade(fill)) else { continue };
            let begins_before = self.is_of_earlier_statement(fill.row)?;
            if !taken_back.contains(&number) {
                if begins_before {
                    self.note_late(fill.row);
                }
                continue;
            }
            let execution = &mut fill.execution;
            let terms = (number.clone(), execution.side, execution.quantity, execution.price);
            let known = Bookings { count: usize::from(begins_before), ..Bookings::default() };
            let of_terms = bookings.entry(terms).or_insert(known);
            let is_here = !of_terms.open.is_empty();
            let count = if cancelled.is_some() { of_terms.take_back() } else { of_terms.book() };
            let name = booking(&number, execution, count);
            if cancelled.is_none() {
                execution.exec_id = name;
                continue;
            }
            execution.exec_id = ExecId::new(name.as_str().replacen(BY_TRADE, "cancel:", 1));
            execution.cancels = Some(name);
            if !is_here {
                link::note_elsewhere(&mut self.batch, fill.row, &format!("{BY_TRADE}{number}"));
            }
        }
        Ok(())
    }

    /// Whether a trade was made before the period of the statement that holds its row.
    fn is_of_earlier_statement(&self, row: &Row) -> Result<bool> {
        let made = match self.date(row, "tradeDate")? {
            Some(date) => Some(date),
            // The evening before may be of the next trade date.
            None => self.date(row, "dateTime")?.and_then(|date| date.succ_opt()),
        };
        Ok(self.statement_date(row, "fromDate")?.zip(made).is_some_and(|(from, made)| made < from))
    }

    fn note_late(&mut self, row: &Row) {
        let message = "a trade from before the statement's period carries its Trade ID alone: where it was taken back and booked \
                       again at the same terms, it counts as taken back"
            .to_owned();
        let next = "in the Flex query tick `Transaction ID` and `IB Execution ID` for Trades, and import the statement again";
        self.batch.note(Severity::Warning, FindingKind::OriginalElsewhere, row.place(), message, next);
    }
}

/// The trade that a row takes back, where nothing but its number says which.
fn trade_taken_back(fill: &Fill) -> Option<String> {
    let number = link::original_trade(fill.row).filter(|_| fill.kind == Kind::Cancel)?;
    (fill.execution.exec_id.as_str() == format!("cancel:{number}")).then(|| number.to_owned())
}

/// The trade of a fill, where nothing but its number names it.
fn own_trade(fill: &Fill) -> Option<String> {
    let number = fill.execution.exec_id.as_str().strip_prefix(BY_TRADE)?;
    (fill.kind == Kind::Fill).then(|| number.to_owned())
}
