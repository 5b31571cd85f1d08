//! Whether what a site shows is what was recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::entry::{Value, maps};
use super::super::log::Kind;
use super::super::state::{Held, State};
use super::{Broken, Verified, broken, of_charter};
use crate::counted::counted;

/// The tables of a site that are held against the entries.
pub const TABLES: [&str; 4] = ["data/daily.csv", "data/orders.csv", "data/months.csv", "data/positions.csv"];

/// Rows of a published table by the names of their columns.
type Rows = Vec<BTreeMap<String, String>>;

/// Holds the tables of a site against the entries, both ways.
pub fn check(verified: &mut Verified, state: &State, site: &Path) -> Result<(), Broken> {
    let level = of_charter(state, "precision").and_then(Value::as_text).unwrap_or_default().to_owned();
    match read(site, "data/daily.csv")? {
        Some(rows) => days(verified, state, &rows, &level)?,
        None => verified.unchecked.push(
            "the index: this site publishes nothing by the day, and its entries hold commitments alone".to_owned(),
        ),
    }
    match read(site, "data/orders.csv")? {
        Some(rows) => orders(verified, state, &rows, &level)?,
        None => verified.unchecked.push("orders: the site has no data/orders.csv".to_owned()),
    }
    match read(site, "data/months.csv")? {
        Some(rows) => months(verified, state, &rows, &level)?,
        None => verified.unchecked.push("months: the site has no data/months.csv".to_owned()),
    }
    if let Some(rows) = read(site, "data/positions.csv")? {
        positions(verified, state, &rows, &level)?;
    }
    verified.unchecked.push("all other figures of the site: no entry has them".to_owned());
    Ok(())
}

fn read(site: &Path, path: &str) -> Result<Option<Rows>, Broken> {
    let Ok(bytes) = std::fs::read(site.join(path)) else { return Ok(None) };
    let wrong = |error: csv::Error| broken(None, format!("{path} cannot be read: {error}"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    Ok(Some(reader.deserialize().collect::<Result<Rows, _>>().map_err(wrong)?))
}

fn cell<'a>(row: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    row.get(name).map_or("", String::as_str)
}

/// The published index of each day is the recorded one, and every recorded one is published.
fn days(verified: &mut Verified, state: &State, rows: &Rows, level: &str) -> Result<(), Broken> {
    let held = |held: &&Held| held.kind == Kind::Day;
    let mut recorded: BTreeMap<String, (usize, Option<f64>, bool)> = BTreeMap::new();
    for day in state.held().map(|(_, held)| held).filter(held) {
        let text = |name: &str| day.fields.get(name).and_then(Value::as_text);
        let index = text("index").and_then(|index| index.parse().ok());
        recorded.insert(day.date.to_string(), (day.seq, index, text("level") == Some(level)));
    }
    let (mut count, mut other_level) = (0, 0);
    for row in rows {
        let (date, shown) = (cell(row, "date"), cell(row, "index").parse::<f64>().ok());
        match recorded.remove(date) {
            None if verified.held_back > 0 => other_level += 1,
            None => return Err(broken(None, format!("data/daily.csv has {date}, which was not recorded"))),
            Some((_, _, false)) => other_level += 1,
            Some((seq, index, true)) if !is_same(index, shown) => {
                let text = |value: Option<f64>| value.map_or("nothing".to_owned(), |value| value.to_string());
                let what =
                    format!("the index of {date} is {} on the site, but {} was recorded", text(shown), text(index));
                return Err(broken(seq, what));
            }
            Some(_) => count += 1,
        }
    }
    if let Some((date, (seq, ..))) = recorded.first_key_value() {
        return Err(broken(*seq, format!("{date} was recorded, but data/daily.csv does not have it")));
    }
    verified.checked.push(format!(
        "the index of {} in data/daily.csv is the recorded one, and none is left out",
        counted(count, "day")
    ));
    if other_level > 0 {
        verified.unchecked.push(format!(
            "the index of {}, recorded at another precision or held back",
            counted(other_level, "day")
        ));
    }
    Ok(())
}

/// Both are written from the same number; a table may write it with fewer digits.
fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    one.zip(other).is_some_and(|(one, other)| (one - other).abs() <= 1e-9 * one.abs().max(1.0))
}

/// Every published order was recorded, and every recorded one is published.
fn orders(verified: &mut Verified, state: &State, rows: &Rows, level: &str) -> Result<(), Broken> {
    const NAMES: [&str; 6] = ["symbol", "side", "price", "currency", "fills", "weight"];
    let held: Vec<_> = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Trades).collect();
    let other: BTreeSet<String> = held
        .iter()
        .filter(|held| held.fields.get("level").and_then(Value::as_text) != Some(level))
        .map(|held| held.date.to_string())
        .collect();
    let mut recorded: BTreeMap<Vec<String>, (usize, usize)> = BTreeMap::new();
    for trades in held.iter().filter(|held| !other.contains(&held.date.to_string())) {
        for order in maps(&trades.fields, "orders") {
            let text = |name: &str| match order.get(name) {
                Some(Value::Text(text)) if name == "weight" => as_number(text),
                Some(Value::Text(text)) => text.clone(),
                Some(Value::Null) => String::new(),
                Some(value) => value.to_string(),
                None => String::new(),
            };
            let key = std::iter::once(trades.date.to_string()).chain(NAMES.map(text)).collect();
            recorded.entry(key).or_insert((trades.seq, 0)).1 += 1;
        }
    }
    let text = |row: &BTreeMap<String, String>, name: &str| match name {
        "weight" => as_number(cell(row, name)),
        _ => cell(row, name).to_owned(),
    };
    let mut count = 0;
    for row in rows.iter().filter(|row| !other.contains(cell(row, "date"))) {
        let key: Vec<String> = std::iter::once("date").chain(NAMES).map(|name| text(row, name)).collect();
        match recorded.get_mut(&key) {
            Some((_, left)) if *left > 0 => *left -= 1,
            _ if verified.held_back > 0 => continue,
            _ => {
                return Err(broken(
                    None,
                    format!("data/orders.csv has an order that was not recorded like this: {}", key.join(", ")),
                ));
            }
        }
        count += 1;
    }
    if let Some((key, (seq, _))) = recorded.iter().find(|(_, (_, left))| *left > 0) {
        return Err(broken(
            *seq,
            format!("an order was recorded that data/orders.csv does not have like this: {}", key.join(", ")),
        ));
    }
    verified.checked.push(format!(
        "the orders in data/orders.csv are those that were recorded, and none is left out ({count} in all)"
    ));
    if !other.is_empty() {
        verified
            .unchecked
            .push(format!("the orders of {}, recorded at another precision", counted(other.len(), "day")));
    }
    Ok(())
}

/// A number as it is always written.
fn as_number(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

fn books<'a>(state: &'a State, level: &str) -> BTreeMap<&'a str, &'a Held> {
    let text = |held: &'a Held, name: &str| held.fields.get(name).and_then(Value::as_text);
    let held = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Book);
    held.filter(|held| text(held, "level") == Some(level))
        .filter_map(|held| Some((text(held, "month")?, held)))
        .collect()
}

/// The published return of each month that is over is the recorded one, and every recorded one is published.
fn months(verified: &mut Verified, state: &State, rows: &Rows, level: &str) -> Result<(), Broken> {
    let books = books(state, level);
    let shown: BTreeMap<&str, Option<f64>> =
        rows.iter().map(|row| (cell(row, "month"), cell(row, "return").parse().ok())).collect();
    let mut count = 0;
    for (month, book) in &books {
        let Some(recorded) = book.fields.get("return").and_then(Value::as_text) else { continue };
        let shown = shown.get(month).copied().flatten();
        if !is_same(recorded.parse().ok(), shown) {
            let shown = shown.map_or("nothing".to_owned(), |shown| shown.to_string());
            let what = format!("the return of {month} is {shown} on the site, but {recorded} was recorded");
            return Err(broken(book.seq, what));
        }
        count += 1;
    }
    if count > 0 {
        let months = counted(count, "month");
        verified.checked.push(format!("the return of {months} in data/months.csv is the recorded one"));
    }
    let others = shown.len().saturating_sub(count);
    if others > 0 {
        verified
            .unchecked
            .push(format!("the return of {}: no `book` entry of this precision has it", counted(others, "month")));
    }
    Ok(())
}

/// The published weights are those of the newest month that is over, where they are weighed at a month's end.
fn positions(verified: &mut Verified, state: &State, rows: &Rows, level: &str) -> Result<(), Broken> {
    let Some((month, book)) = books(state, level).pop_last().filter(|_| level != "fine") else {
        verified.unchecked.push("the published weights: no entry has those of the newest day".to_owned());
        return Ok(());
    };
    let Some(positions) = book.fields.get("positions").and_then(Value::as_list) else { return Ok(()) };
    let weight = |one: &Value| {
        let one = one.as_map()?;
        let weight = one.get("weight").and_then(Value::as_text).map(as_number);
        Some((one.get("symbol")?.as_text()?.to_owned(), weight.unwrap_or_default()))
    };
    let recorded: BTreeMap<String, String> = positions.iter().filter_map(weight).collect();
    let shown: BTreeMap<String, String> =
        rows.iter().map(|row| (cell(row, "symbol").to_owned(), as_number(cell(row, "weight")))).collect();
    if recorded != shown {
        return Err(broken(book.seq, format!("data/positions.csv has other weights than were recorded for {month}")));
    }
    verified.checked.push(format!("the weights in data/positions.csv are those recorded for {month}"));
    Ok(())
}
