//! The broker's own statements, which the auditor has fetched himself, against what was opened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::super::super::log::Kind;
use super::super::{Broken, Read, Verified, broken};
use super::days::with_entries;
use super::{Day, Opened, Row};
use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::record::{Execution, Snapshot};

/// What they say.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// The account on each day.
    pub days: Vec<Snapshot>,
    /// Every fill, once.
    fills: Vec<Execution>,
    /// The digests of their files.
    files: BTreeSet<String>,
}

impl Statements {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read or is no statement.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let (mut all, config) = (Self::default(), Config::default());
        for path in paths {
            let bytes = std::fs::read(path).map_err(|error| Error::io("read the statement", path, error))?;
            all.files.insert(Digest::of(&bytes).to_string());
            let read = flex::parse(path, &bytes, &FlexSettings::of(&config))?;
            all.days.extend(read.snapshots);
            all.fills.extend(read.executions);
        }
        all.keep_last_word();
        Ok(all)
    }

    /// What the broker said last counts, and what that leaves open of a day others complete.
    fn keep_last_word(&mut self) {
        self.days.sort_by_key(|snapshot| (snapshot.date, std::cmp::Reverse(snapshot.generated)));
        self.days.dedup_by(|older, newest| {
            let is_same = older.date == newest.date;
            if is_same && newest.cash.is_empty() {
                newest.cash = std::mem::take(&mut older.cash);
            }
            if is_same && newest.positions.is_none() {
                newest.positions = older.positions.take();
            }
            is_same
        });
        self.fills.sort_by_key(|fill| (fill.exec_id.to_string(), std::cmp::Reverse(fill.generated)));
        self.fills.dedup_by(|older, newest| older.exec_id == newest.exec_id);
    }

    /// The fills of the days of which they tell. Where something was taken back that no statement here has, only those well before.
    fn fills_by_day(&self) -> BTreeMap<NaiveDate, Vec<Fill>> {
        let mut by_day: BTreeMap<NaiveDate, Vec<Fill>> = self.days.iter().map(|day| (day.date, Vec::new())).collect();
        let (cancels, fills): (Vec<_>, Vec<_>) = self.fills.iter().partition(|fill| fill.cancels.is_some());
        let gone: BTreeSet<_> = cancels.iter().filter_map(|row| row.cancels.as_ref()).collect();
        let known: BTreeSet<_> = fills.iter().map(|fill| &fill.exec_id).collect();
        for fill in fills.iter().filter(|fill| !gone.contains(&fill.exec_id)) {
            let terms = (fill.symbol.to_string(), fill.side.to_string(), fill.quantity, fill.price);
            by_day.entry(fill.utc_date()).or_default().push((terms, fill.time));
        }
        let is_of_others = |row: &&&Execution| row.cancels.as_ref().is_some_and(|of| !known.contains(of));
        if let Some(first) = cancels.iter().filter(is_of_others).map(|row| row.utc_date()).min() {
            by_day.retain(|date, _| *date < first - DAYS_TO_TAKE_BACK);
        }
        by_day
    }
}

/// A fill is taken back within so many days.
const DAYS_TO_TAKE_BACK: TimeDelta = TimeDelta::days(7);

/// Symbol, side, how many and at what price; and when.
type Fill = ((String, String, Decimal, Decimal), DateTime<Utc>);

/// A fill as it was opened: `2026-01-27T15:30:00Z,SXLK,BUY,25,104.5`.
fn fill(line: &str) -> Option<Fill> {
    let cells: Vec<&str> = line.split(',').collect();
    let [time, symbol, side, quantity, price] = cells[..] else { return None };
    let terms = (symbol.to_owned(), side.to_owned(), quantity.parse().ok()?, price.parse().ok()?);
    Some((terms, time.parse().ok()?))
}

/// The fills that were opened of each day with orders.
fn opened_fills(opened: &Opened, read: &[Read]) -> BTreeMap<NaiveDate, (usize, Vec<Fill>)> {
    let is_of_fills = |(row, of): &(&Row, &Read)| row.name == "fills" && of.line.kind == Kind::Trades;
    let rows = with_entries(opened, read).filter(is_of_fills);
    rows.map(|(row, of)| (of.line.date, (of.line.seq, row.value.lines().filter_map(fill).collect()))).collect()
}

/// Every fill that was opened is the broker's, at its time, and every one of the broker's on such a day was opened.
pub fn fills_agree(verified: &mut Verified, opened: &Opened, read: &[Read]) -> std::result::Result<(), Broken> {
    if opened.statements.fills.is_empty() {
        return Ok(());
    }
    let of_broker = opened.statements.fills_by_day();
    let (mut count, mut shifts) = (0, BTreeSet::new());
    for (date, (seq, fills)) in opened_fills(opened, read) {
        let Some(of_broker) = of_broker.get(&date) else { continue };
        match shift(&fills, of_broker) {
            Ok(shift) => shifts.extend(shift),
            Err(what) => {
                return Err(broken(
                    seq,
                    format!("the fills of {date} are not those of the broker's statement: {what}"),
                ));
            }
        }
        count += fills.len();
    }
    let shifts: Vec<TimeDelta> = shifts.into_iter().collect();
    match shifts[..] {
        [] => {}
        [shift] if shift.is_zero() => verified.checked.push(format!("{count} fills are those of the broker's statements, at their times")),
        [shift] => verified.unchecked.push(format!(
            "the times of fills: all {count} are {} minutes from those of the broker's statements, as where the time zone of the \
             statements was another one",
            shift.num_minutes()
        )),
        [..] => {
            let what = "the fills are not all at the times of the broker's statements";
            return Err(broken(None, format!("{what}: some are {} seconds from them", largest(&shifts))));
        }
    }
    Ok(())
}

fn largest(shifts: &[TimeDelta]) -> i64 {
    shifts.iter().map(|shift| shift.num_seconds().abs()).max().unwrap_or_default()
}

/// By how much the times of the same fills differ, where they are the same.
fn shift(fills: &[Fill], of_broker: &[Fill]) -> std::result::Result<BTreeSet<TimeDelta>, String> {
    let sorted = |fills: &[Fill]| {
        let mut fills = fills.to_vec();
        fills.sort();
        fills
    };
    let (fills, of_broker) = (sorted(fills), sorted(of_broker));
    let terms = |fills: &[Fill]| fills.iter().map(|(terms, _)| terms.clone()).collect::<BTreeSet<_>>();
    let (here, there) = (terms(&fills), terms(&of_broker));
    if let Some((symbol, side, ..)) = here.symmetric_difference(&there).next() {
        return Err(format!("{side} {symbol}"));
    }
    if fills.len() != of_broker.len() {
        return Err(format!("there are {}, and the broker has {}", fills.len(), of_broker.len()));
    }
    Ok(fills.iter().zip(&of_broker).map(|((_, here), (_, there))| *here - *there).collect())
}

/// What the broker's own statements say of the same days.
pub fn statements_agree(
    verified: &mut Verified,
    days: &BTreeMap<NaiveDate, Day>,
    statements: &[Snapshot],
) -> std::result::Result<(), Broken> {
    let mut count = 0;
    for statement in statements {
        let Some(day) = days.get(&statement.date) else { continue };
        let wrong = |what: &str| {
            Err(broken(day.seq, format!("{what} of {} is not what the broker's statement says", statement.date)))
        };
        if day.account.as_ref().is_some_and(|account| account != statement.account.private()) {
            return wrong("the account");
        }
        if day.nav.is_some_and(|nav| nav != statement.net_liquidation) {
            return wrong("the net value");
        }
        let cash: BTreeMap<String, Decimal> =
            statement.cash.iter().map(|(currency, cash)| (currency.to_string(), *cash)).collect();
        let without_zeros = |mut amounts: BTreeMap<String, Decimal>| {
            amounts.retain(|_, amount| !amount.is_zero());
            amounts
        };
        if !cash.is_empty() && day.cash.as_ref().is_some_and(|of_day| *of_day != without_zeros(cash.clone())) {
            return wrong("cash");
        }
        let positions = statement.positions.as_ref().map(|positions| {
            let held = positions.iter().map(|position| (position.symbol.to_string(), position.quantity));
            without_zeros(held.collect())
        });
        if positions.zip(day.positions.as_ref()).is_some_and(|(positions, of_day)| positions != *of_day) {
            return wrong("what is held");
        }
        count += usize::from(day.nav.is_some() || day.positions.is_some() || day.cash.is_some());
    }
    match statements.is_empty() {
        true => verified.unchecked.push(
            "the broker's own numbers: fetch statements yourself and name them with `--statement FILE`".to_owned(),
        ),
        false => verified.checked.push(format!("{count} days are what the broker's statements say of them")),
    }
    Ok(())
}

/// Whether what was recorded was read from the very files that the auditor has. The broker writes the time into each that it makes.
pub fn files_are_those(verified: &mut Verified, opened: &Opened) {
    let committed = opened.rows.iter().filter(|row| row.name == "statement");
    let is_known = |row: &&Row| row.value.lines().all(|digest| opened.statements.files.contains(digest));
    let (known, others): (Vec<&Row>, Vec<&Row>) = committed.partition(is_known);
    if opened.statements.files.is_empty() || known.len() + others.len() == 0 {
        return;
    }
    verified.checked.push(format!(
        "{} of {} opened entries were recorded from files that are among these statements byte for byte",
        known.len(),
        known.len() + others.len()
    ));
    if let Some(other) = others.first() {
        verified.unchecked.push(format!(
            "{} entries were recorded from other files, such as {} from that with the SHA-256 {}: the author can hand it over, and the \
             broker's own copy differs in the time that it was made",
            others.len(),
            other.entry,
            other.value.lines().next().unwrap_or_default()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fills(rows: &[&str]) -> Vec<Fill> {
        rows.iter().map(|row| fill(row).unwrap()).collect()
    }

    #[test]
    fn a_fill_that_was_moved_left_out_or_added_is_told_from_another_time_zone() {
        let broker = fills(&["2026-01-27T15:30:00Z,AAA,BUY,25,104.5", "2026-01-27T16:00:00Z,BBB,SELL,1,2.50"]);
        let of = |rows: &[&str]| shift(&fills(rows), &broker);
        let same = of(&["2026-01-27T16:00:00Z,BBB,SELL,1,2.5", "2026-01-27T15:30:00Z,AAA,BUY,25,104.50"]);
        assert_eq!(same, Ok(BTreeSet::from([TimeDelta::zero()])));
        let zone = of(&["2026-01-27T20:30:00Z,AAA,BUY,25,104.5", "2026-01-27T21:00:00Z,BBB,SELL,1,2.5"]);
        assert_eq!(zone, Ok(BTreeSet::from([TimeDelta::hours(5)])));
        let moved = of(&["2026-01-27T15:30:00Z,AAA,BUY,25,104.5", "2026-01-27T16:07:00Z,BBB,SELL,1,2.5"]);
        assert_eq!(moved, Ok(BTreeSet::from([TimeDelta::zero(), TimeDelta::minutes(7)])));
        let added = "2026-01-27T15:31:00Z,CCC,BUY,1,1";
        let left_out = of(&["2026-01-27T15:30:00Z,AAA,BUY,25,104.5"]);
        assert_eq!(left_out, Err("SELL BBB".to_owned()));
        assert_eq!(shift(&[broker.clone(), fills(&[added])].concat(), &broker), Err("BUY CCC".to_owned()));
        let twice = [broker.clone(), broker.clone()].concat();
        assert_eq!(shift(&twice, &broker), Err("there are 4, and the broker has 2".to_owned()));
    }
}
