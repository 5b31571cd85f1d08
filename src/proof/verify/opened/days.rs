//! What was opened, as days and fills.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::super::log::Kind;
use super::super::{Broken, Read, broken};
use super::{Opened, Row};

/// An account at the end of a day, as far as it was opened.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// The number of its entry.
    pub seq: usize,
    /// Net value.
    pub nav: Option<Decimal>,
    /// The account's number.
    pub account: Option<String>,
    /// Cash by currency.
    pub cash: Option<BTreeMap<String, Decimal>>,
    /// How many are held, by ticker.
    pub positions: Option<BTreeMap<String, Decimal>>,
    /// Money across the account's border since the day before, by currency.
    pub flows: Option<BTreeMap<String, Decimal>>,
}

/// A fill: instrument, how many with a sign, and what they cost.
pub type Fills = BTreeMap<NaiveDate, Vec<(String, Decimal, Decimal)>>;

/// Rows of a value, cut at their commas.
fn cells(value: &str) -> impl Iterator<Item = Vec<&str>> {
    value.lines().map(|line| line.split(',').collect())
}

fn sums<'a>(rows: impl Iterator<Item = Option<(String, &'a str)>>) -> Option<BTreeMap<String, Decimal>> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for row in rows {
        let (name, amount) = row?;
        let sum = sums.entry(name).or_default();
        *sum = sum.checked_add(amount.parse().ok()?)?;
    }
    sums.retain(|_, sum| !sum.is_zero());
    Some(sums)
}

/// The entries of which a later one says that the record has them no more, by their lines.
pub(super) fn gone(read: &[Read]) -> BTreeMap<usize, &Read> {
    let by_seq: BTreeMap<usize, &Read> = read.iter().map(|one| (one.line.seq, one)).collect();
    let is_gone = |one: &&Read| {
        one.line.kind == Kind::Correction && one.entry.0.get("new").is_none_or(|new| new.as_map().is_none())
    };
    let corrected = read.iter().filter(is_gone).filter_map(|one| one.entry.corrects());
    corrected.filter_map(|seq| Some((seq, *by_seq.get(&seq)?))).collect()
}

/// The rows of what is still in the record, each with the entry that it is of, in the order of the log: a correction stands for what it
/// corrects, and comes after it.
pub(super) fn as_they_stand<'a>(opened: &'a Opened, read: &'a [Read]) -> Vec<(&'a Row, &'a Read)> {
    let by_seq: BTreeMap<usize, &Read> = read.iter().map(|one| (one.line.seq, one)).collect();
    let by_name: BTreeMap<String, &Read> = read.iter().map(|one| (one.line.file_name(), one)).collect();
    let gone = gone(read);
    let with_entry = |row: &'a Row| {
        let one = *by_name.get(&row.entry)?;
        let of = one.entry.corrects().and_then(|seq| by_seq.get(&seq).copied()).unwrap_or(one);
        (!gone.contains_key(&of.line.seq)).then_some((one.line.seq, row, of))
    };
    let mut rows: Vec<_> = opened.rows.iter().filter_map(with_entry).collect();
    rows.sort_by_key(|(seq, ..)| *seq);
    rows.into_iter().map(|(_, row, of)| (row, of)).collect()
}

/// What was opened of each day.
pub fn days(opened: &Opened, read: &[Read]) -> Result<BTreeMap<NaiveDate, Day>, Broken> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for (row, of) in as_they_stand(opened, read) {
        if of.line.kind != Kind::Day && of.line.kind != Kind::Sealed {
            continue;
        }
        let day = days.entry(of.line.date).or_default();
        day.seq = of.line.seq;
        let sum = |name: usize, amount: usize| {
            sums(cells(&row.value).map(|cells| Some(((*cells.get(name)?).to_owned(), *cells.get(amount)?))))
        };
        let is_read = match row.name.as_str() {
            "nav" => row.value.parse().map(|nav| day.nav = Some(nav)).is_ok(),
            "account" => {
                day.account = Some(row.value.clone());
                true
            }
            "cash" => sum(0, 1).map(|cash| day.cash = Some(cash)).is_some(),
            "positions" => sum(0, 2).map(|positions| day.positions = Some(positions)).is_some(),
            "flows" => sum(1, 2).map(|flows| day.flows = Some(flows)).is_some(),
            _ => true,
        };
        if !is_read {
            return Err(broken(
                of.line.seq,
                format!("{} of {} is written in another way than it is", row.name, row.entry),
            ));
        }
    }
    Ok(days)
}

/// The fills that were opened, as they stand: those of a day with orders by what was said of it last, and of other days as they were sealed.
pub fn fills_as_they_stand(opened: &Opened, read: &[Read]) -> Result<Fills, Broken> {
    let of_gone = gone(read).into_values().filter(|of| of.line.kind == Kind::Trades);
    let mut of_days: BTreeMap<NaiveDate, Vec<(&str, &Row)>> = of_gone.map(|of| (of.line.date, Vec::new())).collect();
    let mut sealed = Vec::new();
    for (row, of) in as_they_stand(opened, read).into_iter().filter(|(row, _)| row.name == "fills") {
        let lines = row.value.lines().map(|line| (line, row));
        match of.line.kind {
            Kind::Trades => drop(of_days.insert(of.line.date, lines.collect())),
            _ => sealed.extend(lines),
        }
    }
    let mut fills: Fills = of_days.keys().map(|date| (*date, Vec::new())).collect();
    let of_trades = of_days.values().flatten().map(|line| (line, true));
    for ((line, row), is_of_trades) in of_trades.chain(sealed.iter().map(|line| (line, false))) {
        let Some((date, fill)) = fill(line) else {
            return Err(broken(None, format!("a fill of {} is written in another way than fills are", row.entry)));
        };
        // What was sealed is recorded once more when it is shown.
        if is_of_trades || !of_days.contains_key(&date) {
            fills.entry(date).or_default().push(fill);
        }
    }
    Ok(fills)
}

/// `2026-01-27T15:30:00Z,SXLK,BUY,25,104.5`: its date, and what it is.
fn fill(line: &str) -> Option<(NaiveDate, (String, Decimal, Decimal))> {
    let cells: Vec<&str> = line.split(',').collect();
    let [time, symbol, side, quantity, price] = cells[..] else { return None };
    let (quantity, price): (Decimal, Decimal) = (quantity.parse().ok()?, price.parse().ok()?);
    let signed = if side == "BUY" { quantity } else { -quantity };
    Some((time.get(..10)?.parse().ok()?, (symbol.to_owned(), signed, signed.checked_mul(price)?)))
}

/// Two days of which each is the next of the other.
pub fn pairs(days: &BTreeMap<NaiveDate, Day>) -> impl Iterator<Item = ((NaiveDate, &Day), (NaiveDate, &Day))> {
    days.iter().map(|(date, day)| (*date, day)).zip(days.iter().skip(1).map(|(date, day)| (*date, day)))
}

/// The fills after one day up to another.
pub fn between(
    fills: &Fills,
    after: NaiveDate,
    until: NaiveDate,
) -> impl Iterator<Item = &(String, Decimal, Decimal)> {
    fills.range(after..=until).filter(move |(date, _)| **date > after).flat_map(|(_, fills)| fills)
}
