//! The broker's own statements, which the auditor has fetched himself, against what was opened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use rust_decimal::Decimal;

use super::super::super::log::Kind;
use super::super::{Broken, Read, Verified, broken};
use super::days::{as_they_stand, gone};
use super::{Day, Opened, Row, lists_all};
use crate::collect::Batch;
use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::counted::counted;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::record::stated::fills_in_force;
use crate::record::{Execution, Snapshot};

/// What they say.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// The account on each day.
    pub days: Vec<Snapshot>,
    /// Every row about a fill, with its file.
    fills: Vec<(Place, Execution)>,
    /// The days of which they tell everything.
    told: BTreeSet<NaiveDate>,
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
            all.told.extend(days_told(&read));
            all.days.extend(read.snapshots);
            all.fills.extend(read.executions.into_iter().map(|fill| (Place::file(path), fill)));
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
    }

    /// The fills that count by now of the days of which the statements tell. Where one was taken back or corrected that no statement
    /// here has, nothing can be said of the days around it: those are in the second list.
    fn fills_by_day(&self) -> (BTreeMap<NaiveDate, Vec<Fill>>, BTreeSet<NaiveDate>) {
        let mut by_day: BTreeMap<NaiveDate, Vec<Fill>> = self.told.iter().map(|date| (*date, Vec::new())).collect();
        let stated = fills_in_force(self.fills.clone());
        for fill in stated.fills {
            // What is corrected later stands in a statement that does not tell of its day.
            let Some(fills) = by_day.get_mut(&fill.utc_date()) else { continue };
            fills.push(((fill.symbol.to_string(), fill.side.to_string(), fill.quantity, fill.price), fill.time));
        }
        let is_near = |date: &NaiveDate, other: &NaiveDate| (*date - *other).abs() <= DAYS_TO_TAKE_BACK;
        let is_open = |date: &NaiveDate| stated.taken_back_elsewhere.iter().any(|other| is_near(date, other));
        let open = by_day.keys().copied().filter(is_open).collect();
        by_day.retain(|date, _| !is_open(date));
        (by_day, open)
    }

    /// Whether a fill may belong to a day of the broker's of which no statement here tells: trading days do not begin and end with
    /// the day of UTC.
    fn may_be_of_untold_day(&self, time: DateTime<Utc>) -> bool {
        let (date, hour) = (time.date_naive(), time.hour());
        let is_told = |date: Option<NaiveDate>| date.is_some_and(|date| self.told.contains(&date));
        (hour < EVENING_BEFORE && !is_told(date.pred_opt())) || (hour >= MORNING_AFTER && !is_told(date.succ_opt()))
    }
}

/// The days that a file says it is about, else those that it has something of.
fn days_told(read: &Batch) -> BTreeSet<NaiveDate> {
    if read.covered.is_empty() {
        let of_fills = read.executions.iter().map(Execution::utc_date);
        return read.snapshots.iter().map(|day| day.date).chain(of_fills).collect();
    }
    let days = |&(from, to): &(NaiveDate, NaiveDate)| from.iter_days().take_while(move |date| *date <= to);
    read.covered.iter().flat_map(days).collect()
}

/// A fill is taken back within so many days.
const DAYS_TO_TAKE_BACK: TimeDelta = TimeDelta::days(7);
/// Before this hour of UTC it may be the evening of the trading day before in America.
const EVENING_BEFORE: u32 = 1;
/// From this hour of UTC on it may be the morning of the next trading day in Australia.
const MORNING_AFTER: u32 = 21;

/// Symbol, side, how many and at what price; and when.
type Fill = ((String, String, Decimal, Decimal), DateTime<Utc>);

/// A fill as it was opened: `2026-01-27T15:30:00Z,SXLK,BUY,25,104.5`.
fn fill(line: &str) -> Option<Fill> {
    let cells: Vec<&str> = line.split(',').collect();
    let [time, symbol, side, quantity, price] = cells[..] else { return None };
    let terms = (symbol.to_owned(), side.to_owned(), quantity.parse().ok()?, price.parse().ok()?);
    Some((terms, time.parse().ok()?))
}

/// The fills that were opened of each day with orders, as they stand: none where the record has none of it any more.
fn opened_fills(opened: &Opened, read: &[Read]) -> BTreeMap<NaiveDate, (usize, Vec<Fill>)> {
    let rows = as_they_stand(opened, read).into_iter();
    let of_trades = rows.filter(|(row, of)| row.name == "fills" && of.line.kind == Kind::Trades);
    let gone =
        gone(read).into_values().filter(|of| of.line.kind == Kind::Trades && lists_all(of.entry.text("level")));
    let gone = gone.map(|of| (of.line.date, (of.line.seq, Vec::new())));
    let fills = of_trades
        .map(|(row, of)| (of.line.date, (of.line.seq, row.value.lines().filter_map(fill).collect::<Vec<Fill>>())));
    // A day may have orders again after it had none.
    gone.chain(fills).collect()
}

/// Every fill that was opened is the broker's, at its time, and every one of the broker's on such a day was opened.
pub fn fills_agree(verified: &mut Verified, opened: &Opened, read: &[Read]) -> std::result::Result<(), Broken> {
    let statements = &opened.statements;
    if statements.fills.is_empty() {
        return Ok(());
    }
    let (of_broker, open) = statements.fills_by_day();
    let (mut count, mut aside, mut around, mut shifts) = (0, 0, 0, BTreeSet::new());
    for (date, (seq, mut fills)) in opened_fills(opened, read) {
        let Some(of_broker) = of_broker.get(&date) else {
            around += if open.contains(&date) { fills.len() } else { 0 };
            continue;
        };
        let all = fills.len();
        let is_here = |terms: &_| of_broker.iter().any(|(here, _)| here == terms);
        fills.retain(|(terms, time)| is_here(terms) || !statements.may_be_of_untold_day(*time));
        aside += all - fills.len();
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
    if aside > 0 {
        verified.unchecked.push(format!(
            "{aside} fills at the edge of what the statements cover, which the broker may count to the next trading day: fetch \
             statements of a day more"
        ));
    }
    if around > 0 {
        verified.unchecked.push(format!(
            "{around} fills within a week of one that a statement takes back or corrects and that none of them has: fetch the statement \
             of the days before, too"
        ));
    }
    let shifts: Vec<TimeDelta> = shifts.into_iter().collect();
    match shifts[..] {
        [] => {}
        [shift] if shift.is_zero() => verified.checked.push(format!("{} of the broker's statements, at their times", if count == 1 { "1 fill is that".to_owned() } else { format!("{count} fills are those") })),
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
        false => verified.checked.push(format!("{} as the broker's statements have them", counted(count, "day"))),
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
        "{} of {} opened entries were recorded from files that are byte for byte among these statements",
        known.len(),
        known.len() + others.len()
    ));
    if let Some(other) = others.first() {
        verified.unchecked.push(format!(
            "{} recorded from other files, such as {} from the one with the SHA-256 {}: ask the author for it; a statement that you fetch \
             anew differs in the time at which it was made",
            counted(others.len(), "entry"),
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
