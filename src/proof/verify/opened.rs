//! What an auditor was given: each value against its commitment, the account from day to day, and the broker's own statements.

mod days;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::commitment::{Salt, commitment};
use super::super::entry::{Entry, Value};
use super::super::log::{Kind, Log};
use super::super::state::State;
use super::super::wanted::level_of;
use super::{Broken, Read, Verified, broken, of_charter};
use days::{Day, Fills, between, days, fills_as_they_stand, pairs};
use statements::{Statements, files_are_those, fills_agree, statements_agree};

use crate::config::PrivacyLevel;
use crate::counted::counted;
use crate::error::{Error, Place, Result};
use crate::publication::Disclosure;

/// The first day on which something does not close may be off by so much of the account for what no fill and no flow is: commissions,
/// distributions, interest, taxes.
const UNTOLD: f64 = 0.01;

/// Values by the entry's file and the name.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    rows: Vec<Row>,
    statements: Statements,
}

#[derive(Debug, Clone)]
struct Row {
    entry: String,
    name: String,
    salt: Salt,
    value: String,
}

impl Opened {
    /// Reads what was opened, and the statements that the auditor has fetched himself.
    ///
    /// # Errors
    /// A file that cannot be read or is none of the kind.
    pub fn read(path: &Path, statements: &[std::path::PathBuf]) -> Result<Self> {
        let wrong = |what: &str| {
            Error::data(what)
                .at(Place::file(path))
                .hint("`trackrecord proof open` writes such files; ask for it again")
        };
        let bytes = std::fs::read(path).map_err(|error| Error::io("read what was opened", path, error))?;
        let document = Entry::parse(&bytes).map_err(|error| wrong(error.message()))?;
        let rows =
            document.0.get("opened").and_then(Value::as_list).ok_or_else(|| wrong("it has no list `opened`"))?;
        let row = |row: &Value| {
            let text = |name: &str| Some(row.as_map()?.get(name)?.as_text()?.to_owned());
            let salt = text("salt")?.parse().ok()?;
            Some(Row { entry: text("entry")?, name: text("name")?, salt, value: text("value")? })
        };
        let rows = rows.iter().map(row).collect::<Option<Vec<Row>>>();
        let rows = rows.ok_or_else(|| wrong("what is opened in it has not all of entry, name, salt and value"))?;
        Ok(Self { rows, statements: Statements::read(statements)? })
    }
}

/// Checks all of it, and names the first thing that does not hold.
pub fn check(
    verified: &mut Verified,
    opened: &Opened,
    (log, read): (&Log, &[Read]),
    state: &State,
) -> std::result::Result<(), Broken> {
    let opened = &commitments(verified, opened, log, read)?;
    let (days, fills) = (days(opened, read)?, fills_as_they_stand(opened, read)?);
    let lists_all = lists_all(of_charter(state, "precision").and_then(Value::as_text));
    positions_close(verified, &days, &fills, read, lists_all)?;
    cash_closes(verified, &days, &fills)?;
    index_follows(verified, &days, state)?;
    statements_agree(verified, &days, &opened.statements.days)?;
    fills_agree(verified, opened, read)?;
    files_are_those(verified, opened);
    Ok(())
}

/// Whether small orders are listed too at a level of precision.
fn lists_all(level: Option<&str>) -> bool {
    level.and_then(level_of).is_none_or(|level| level <= PrivacyLevel::Daily)
}

/// The values that are those committed to. Those of entries that the log names and whose files are not here cannot be told yet.
fn commitments(
    verified: &mut Verified,
    opened: &Opened,
    log: &Log,
    read: &[Read],
) -> std::result::Result<Opened, Broken> {
    let entries: BTreeMap<String, &Read> = read.iter().map(|one| (one.line.file_name(), one)).collect();
    let named: BTreeMap<String, Kind> = log.lines().iter().map(|line| (line.file_name(), line.kind)).collect();
    let mut holds = Opened { rows: Vec::new(), ..opened.clone() };
    let (mut sealed, mut coarser) = (0, 0);
    for row in &opened.rows {
        let Some(one) = entries.get(&row.entry) else {
            match named.get(&row.entry) {
                Some(Kind::Sealed) => sealed += 1,
                Some(_) => coarser += 1,
                None => {
                    return Err(broken(None, format!("{} was opened, but no line of the log names it", row.entry)));
                }
            }
            continue;
        };
        let stands = one.entry.private().get(row.name.as_str()).copied();
        if stands != Some(commitment(&row.salt, &row.name, &row.value).as_str()) {
            let what = format!("{} of {} is not the value that was committed to", row.name, row.entry);
            return Err(broken(one.line.seq, what));
        }
        holds.rows.push(row.clone());
    }
    verified.checked.push(format!("{} opened values are those that were committed to", holds.rows.len()));
    let not_yet = [
        (sealed, "of entries that are sealed until their delay is over: keep the file, and check it again then"),
        (coarser, "of entries that are held back, as they were recorded more finely than the site is now"),
    ];
    let not_yet = not_yet.into_iter().filter(|(count, _)| *count > 0);
    verified.unchecked.extend(not_yet.map(|(count, why)| format!("{count} opened values {why}")));
    Ok(holds)
}

/// What was held and what was filled is what is held.
fn positions_close(
    verified: &mut Verified,
    days: &BTreeMap<NaiveDate, Day>,
    fills: &Fills,
    read: &[Read],
    lists_all: bool,
) -> std::result::Result<(), Broken> {
    let (mut count, mut splits) = (0, 0);
    // Without the fills that were recorded nothing closes.
    let traded = read.iter().filter(|one| one.line.kind == Kind::Trades).map(|one| one.line.date);
    let closed: BTreeSet<NaiveDate> = traded.filter(|date| !fills.contains_key(date)).collect();
    for ((since, before), (date, after)) in pairs(days) {
        let (Some(held), Some(now)) = (&before.positions, &after.positions) else { continue };
        if closed.range(since..=date).any(|day| *day > since) {
            continue;
        }
        let mut expected = held.clone();
        for (symbol, quantity, _) in between(fills, since, date) {
            let sum = expected.entry(symbol.clone()).or_default();
            *sum = sum.checked_add(*quantity).unwrap_or_default();
        }
        expected.retain(|_, quantity| !quantity.is_zero());
        let symbols: BTreeSet<&String> = expected.keys().chain(now.keys()).collect();
        for symbol in symbols {
            let (wanted, there) = (expected.get(symbol).copied(), now.get(symbol).copied());
            if wanted == there {
                continue;
            }
            // By the month small orders are not listed, nor are their fills committed to.
            if is_split(wanted, there) || !lists_all {
                splits += 1;
                continue;
            }
            let text = |quantity: Option<Decimal>| quantity.unwrap_or_default().to_string();
            let what = format!(
                "{symbol} does not add up on {date}: what was held on {since} and filled since makes {}, but {} is said to be held",
                text(wanted),
                text(there)
            );
            return Err(broken(after.seq, what));
        }
        count += 1;
    }
    say(
        verified,
        count,
        "positions add up from one day to the next: what was held and what was filled is what is held",
    );
    if splits > 0 {
        verified.unchecked.push(format!(
            "{} a whole multiple of what was held, as after a split, or changed by orders too small to be listed",
            if splits == 1 { "1 position that is".to_owned() } else { format!("{splits} positions that are") }
        ));
    }
    Ok(())
}

fn is_split(before: Option<Decimal>, after: Option<Decimal>) -> bool {
    let ratio = |one: Decimal, other: Decimal| {
        one.checked_div(other).is_some_and(|ratio| ratio.fract().is_zero() && ratio > Decimal::ONE)
    };
    before.zip(after).is_some_and(|(before, after)| ratio(before, after) || ratio(after, before))
}

fn say(verified: &mut Verified, count: usize, what: &str) {
    match count {
        0 => verified.unchecked.push(format!("whether {what} (it was not opened for two days in a row)")),
        _ => verified.checked.push(format!("{what} ({})", counted(count, "time"))),
    }
}

/// Cash before, what was filled and what came and went is cash after, but for costs and income. Where there is one currency alone.
fn cash_closes(
    verified: &mut Verified,
    days: &BTreeMap<NaiveDate, Day>,
    fills: &Fills,
) -> std::result::Result<(), Broken> {
    let mut count = 0;
    for ((since, before), (date, after)) in pairs(days) {
        let (Some(had), Some(has), Some(flows), Some(nav)) = (&before.cash, &after.cash, &after.flows, after.nav)
        else {
            continue;
        };
        let currencies: BTreeSet<&String> = had.keys().chain(has.keys()).chain(flows.keys()).collect();
        let [currency] = currencies.into_iter().collect::<Vec<_>>()[..] else { continue };
        let sum = |amounts: &BTreeMap<String, Decimal>| amounts.get(currency).copied().unwrap_or_default();
        let paid: Decimal = between(fills, since, date).map(|(_, _, value)| *value).sum();
        let rest = sum(has) - sum(had) - sum(flows) + paid;
        let traded: Decimal = between(fills, since, date).map(|(_, _, value)| value.abs()).sum();
        let (rest, size) = (rest.to_f64().unwrap_or(f64::MAX), (nav.abs() + traded).to_f64().unwrap_or(0.0));
        if rest.abs() > UNTOLD * size {
            let share = rest.abs() / nav.abs().to_f64().unwrap_or(1.0) * 100.0;
            let what = format!(
                "cash does not add up on {date}: {share:.1} % of the account's value came or went since {since} that is neither a fill \
                 nor a flow"
            );
            return Err(broken(after.seq, what));
        }
        count += 1;
    }
    say(
        verified,
        count,
        "cash adds up from one day to the next by fills and flows, but for costs and income below 1 % of the account",
    );
    Ok(())
}

/// The published index follows from net values and flows.
fn index_follows(
    verified: &mut Verified,
    days: &BTreeMap<NaiveDate, Day>,
    state: &State,
) -> std::result::Result<(), Broken> {
    let held = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Day);
    let index: BTreeMap<NaiveDate, (f64, f64)> = held
        .filter_map(|day| {
            let text = |name: &str| day.fields.get(name).and_then(Value::as_text);
            let precision = level_of(text("level")?)?;
            let step = Disclosure::at(precision).steps().index;
            Some((day.date, (text("index")?.parse().ok()?, step)))
        })
        .collect();
    let mut count = 0;
    for ((since, before), (date, after)) in pairs(days) {
        let (Some(had), Some(has), Some(flows)) = (before.nav, after.nav, &after.flows) else { continue };
        let (Some((from, _)), Some((to, step))) = (index.get(&since), index.get(&date)) else { continue };
        if flows.len() > 1 {
            continue;
        }
        let flow: Decimal = flows.values().copied().sum();
        let number = |amount: Decimal| amount.to_f64().unwrap_or(f64::NAN);
        let (had, has, flow) = (number(had), number(has), number(flow));
        // Money may count from the beginning of the day or from its end.
        let returns = [has / (had + flow), (has - flow) / had];
        let (least, most) = (returns[0].min(returns[1]), returns[0].max(returns[1]));
        let slack = step * 1.01 + 1e-6;
        let published = to / from;
        if published < least - slack || published > most + slack {
            let percent = |value: f64| format!("{:.2} %", (value - 1.0) * 100.0 + 0.0);
            let what = format!(
                "the index of {date} is {} against the day before, but net values and flows make it {}",
                percent(published),
                percent(f64::midpoint(least, most))
            );
            return Err(broken(after.seq, what));
        }
        count += 1;
    }
    say(verified, count, "the recorded index follows from net values and flows");
    Ok(())
}

#[cfg(test)]
#[path = "opened_tests.rs"]
mod tests;
