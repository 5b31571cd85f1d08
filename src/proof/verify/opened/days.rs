//! What was opened, as days and fills.

use std::collections::{BTreeMap, BTreeSet};

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

/// The rows, each with the entry that it is of; a correction stands for what it corrects.
pub(super) fn with_entries<'a>(opened: &'a Opened, read: &'a [Read]) -> impl Iterator<Item = (&'a Row, &'a Read)> {
    let by_seq: BTreeMap<usize, &Read> = read.iter().map(|one| (one.line.seq, one)).collect();
    let by_name: BTreeMap<String, &Read> = read.iter().map(|one| (one.line.file_name(), one)).collect();
    opened.rows.iter().filter_map(move |row| {
        let one = *by_name.get(&row.entry)?;
        Some((row, one.entry.corrects().and_then(|seq| by_seq.get(&seq).copied()).unwrap_or(one)))
    })
}

/// What was opened of each day.
pub fn days(opened: &Opened, read: &[Read]) -> Result<BTreeMap<NaiveDate, Day>, Broken> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for (row, of) in with_entries(opened, read) {
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

/// Every fill that was opened.
pub fn all_fills(opened: &Opened) -> Result<Fills, Broken> {
    let mut fills = Fills::new();
    let mut seen = BTreeSet::new();
    for row in opened.rows.iter().filter(|row| row.name == "fills") {
        // What was sealed is recorded once more when it is shown.
        let lines: BTreeSet<&str> = row.value.lines().filter(|line| !seen.contains(*line)).collect();
        for line in row.value.lines().filter(|line| lines.contains(line)) {
            let cells: Vec<&str> = line.split(',').collect();
            let fill = || -> Option<(NaiveDate, (String, Decimal, Decimal))> {
                let date = cells.first()?.get(..10)?.parse().ok()?;
                let quantity: Decimal = cells.get(3)?.parse().ok()?;
                let signed = if *cells.get(2)? == "BUY" { quantity } else { -quantity };
                let price: Decimal = cells.get(4)?.parse().ok()?;
                Some((date, ((*cells.get(1)?).to_owned(), signed, signed.checked_mul(price)?)))
            };
            let Some((date, fill)) = fill() else {
                return Err(broken(
                    None,
                    format!("a fill of {} is written in another way than fills are", row.entry),
                ));
            };
            fills.entry(date).or_default().push(fill);
        }
        seen.extend(lines);
    }
    Ok(fills)
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
