//! Whether everything that was sealed is opened when its delay is over, every session is sealed, and what is shown later is what was sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::entry::{Entry, Fields, Value, maps};
use super::super::log::{Kind, Line, Log};
use super::super::sealed::{Item, Opening, Terms, items, openings};
use super::super::stamping::token::Token;
use super::super::stamping::waiting;
use super::super::stamps::files;
use super::super::state::said;
use super::super::wanted::key;
use super::{Broken, Read, Verified, broken, lines};
use crate::digest::Digest;

/// An order that follows a thesis or a plan is filled within so many days of it.
const DAYS_TO_FOLLOW: i64 = 31;

/// The lines whose files are sealed still. One that should be open is an error.
pub fn unopened(log: &Log, read: &[Read]) -> Result<BTreeSet<usize>, Broken> {
    let lines = lines(log, read);
    let openings = openings(lines.iter().copied());
    let mut unopened = BTreeSet::new();
    for (line, _) in lines.iter().filter(|(line, entry)| line.kind == Kind::Sealed && entry.is_none()) {
        if openings.get(&line.seq) == Some(&Opening::Due) {
            let what = "is not opened, and the delay that the charter had when it was sealed is over";
            return Err(broken(line.seq, format!("{} {what}", line.file_name())));
        }
        unopened.insert(line.seq);
    }
    Ok(unopened)
}

/// Looks at what is sealed, and at what became of it.
pub fn check(verified: &mut Verified, log: &Log, read: &[Read], proof: &Path) -> Result<(), Broken> {
    let lines = lines(log, read);
    every_session(verified, &lines)?;
    let opened: Vec<(&Line, Vec<Item>)> =
        read.iter().filter(|one| one.line.kind == Kind::Sealed).map(|one| (&one.line, items(&one.entry))).collect();
    for (one, (line, items)) in read.iter().filter(|one| one.line.kind == Kind::Sealed).zip(&opened) {
        let count = one.entry.0.get("items").and_then(Value::as_list).map_or(0, <[Value]>::len);
        if count != items.len() || items.iter().any(|item| item.date > line.date) {
            return Err(broken(
                line.seq,
                format!("{}: it holds something that is none of its session", line.file_name()),
            ));
        }
    }
    as_shown(verified, read, &opened)?;
    stamped(verified, &opened, proof)?;
    followed(verified, read, &opened);
    Ok(())
}

/// Each session whose day was recorded while the charter had a delay, and that was held back then, is sealed.
fn every_session(verified: &mut Verified, lines: &[(&Line, Option<&Entry>)]) -> Result<(), Broken> {
    let sealed: BTreeSet<NaiveDate> =
        lines.iter().filter(|(line, _)| line.kind == Kind::Sealed).map(|(line, _)| line.date).collect();
    let made = |entry: Option<&Entry>| entry.and_then(|entry| entry.text("made_at")).map(str::to_owned);
    // What one recording writes has one time.
    let mut newest: BTreeMap<String, NaiveDate> = BTreeMap::new();
    let days = lines.iter().filter(|(line, _)| line.kind == Kind::Day);
    for (line, entry) in days {
        if let Some(made) = made(*entry) {
            let so_far = newest.entry(made).or_insert(line.date);
            *so_far = line.date.max(*so_far);
        }
    }
    let mut terms = Terms::default();
    let mut held: usize = 0;
    let mut latest: Option<NaiveDate> = None;
    for (line, entry) in lines {
        if let Some(entry) = entry {
            terms.take(line, entry);
        }
        let Some(of_recording) = made(*entry).and_then(|made| newest.get(&made).copied()) else { continue };
        latest = latest.max(Some(of_recording));
        if line.kind == Kind::Day && latest.is_some_and(|latest| terms.hold(line.date, latest)) {
            if !sealed.contains(&line.date) {
                let what = "was recorded while the charter had a delay, and nothing is sealed of it";
                return Err(broken(line.seq, format!("{} {what}", line.date)));
            }
            held += 1;
        }
    }
    if held > 0 {
        verified
            .checked
            .push(format!("each of {held} sessions that were held back when they were recorded is sealed"));
    }
    if verified.sealed > 0 {
        verified
            .unchecked
            .push(format!("{} sealed entries, whose delay is not over: their digests are fixed", verified.sealed));
    }
    Ok(())
}

/// Each stamp beside an opened entry is of one of its items; when those were there at the latest.
fn stamped(verified: &mut Verified, opened: &[(&Line, Vec<Item>)], proof: &Path) -> Result<(), Broken> {
    let answers = files(&proof.join("stamps/items"), |_| true).unwrap_or_default();
    let meant = |item: &&Item| matches!(item.kind, Kind::Plan | Kind::Thesis);
    let items: BTreeMap<Digest, &Item> =
        opened.iter().flat_map(|(_, items)| items).map(|item| (item.digest(), item)).collect();
    for (name, bytes) in &answers {
        let of = waiting::digest_of(name).filter(|digest| items.contains_key(digest));
        let token = Token::parse(bytes)
            .map_err(|why| broken(None, format!("stamps/items/{name} is no time stamp: {why}")))?;
        if of != Some(token.imprint) {
            return Err(broken(
                None,
                format!("stamps/items/{name} stamps something else than an item that was opened"),
            ));
        }
    }
    let all: Vec<&Item> = items.values().copied().filter(meant).collect();
    let first =
        |item: &&Item| waiting::first(&answers, item.digest()).is_some_and(|time| time.date_naive() <= item.date);
    if !all.is_empty() {
        let on_their_date = all.iter().filter(|item| first(item)).count();
        verified.checked.push(format!(
            "of {} theses and plans that were sealed and opened {on_their_date} were stamped by themselves on their date or before",
            all.len()
        ));
    }
    if !answers.is_empty() {
        verified.unchecked.push(
            "signatures of the stamps of what was sealed: `openssl ts -verify -digest DIGEST -in stamps/items/DIGEST.a.tsr -CAfile FILE`"
                .to_owned(),
        );
    }
    Ok(())
}

/// What was recorded openly after the delay says what was sealed last of the same thing.
fn as_shown(verified: &mut Verified, read: &[Read], opened: &[(&Line, Vec<Item>)]) -> Result<(), Broken> {
    let mut sealed: BTreeMap<String, (usize, Fields)> = BTreeMap::new();
    let mut edited = 0;
    for (line, items) in opened {
        for item in items {
            edited += usize::from(sealed.insert(item.key(), (line.seq, item.says())).is_some());
        }
    }
    let (mut same, mut shown) = (0, BTreeSet::new());
    for one in read.iter().filter(|one| is_of_item(one.line.kind)) {
        let key = key(one.line.kind, one.line.date, &one.entry.0);
        let Some((seq, says)) = sealed.get(&key).filter(|(seq, _)| *seq < one.line.seq) else { continue };
        // Figures of two levels of precision are not compared.
        if one.entry.text("level") == says.get("level").and_then(Value::as_text) && said(&one.entry) != *says {
            return Err(broken(
                one.line.seq,
                format!("{} says something else than was sealed of it in entry {seq}", one.line.file_name()),
            ));
        }
        same += 1;
        shown.insert(key);
    }
    if !sealed.is_empty() {
        verified.checked.push(format!(
            "{same} entries say what was sealed of them before; of {} that were opened {} are shown nowhere else, and {edited} were edited \
             while they were sealed",
            sealed.len(),
            sealed.len() - shown.len()
        ));
    }
    Ok(())
}

fn is_of_item(kind: Kind) -> bool {
    matches!(kind, Kind::Signal | Kind::Plan | Kind::Thesis | Kind::Trades | Kind::Book)
}

/// How many theses and planned trades were followed by an order. Whoever writes down both sides and shows one is seen by the other.
fn followed(verified: &mut Verified, read: &[Read], opened: &[(&Line, Vec<Item>)]) {
    let items = || opened.iter().flat_map(|(_, items)| items).map(|item| (item.kind, item.date, &item.entry));
    let all: Vec<(Kind, NaiveDate, &Entry)> =
        read.iter().map(|one| (one.line.kind, one.line.date, &one.entry)).chain(items()).collect();
    let mut orders: BTreeSet<(String, String, NaiveDate)> = BTreeSet::new();
    let newest = all.iter().filter(|(kind, ..)| *kind == Kind::Trades).map(|(_, date, _)| *date).max();
    for (_, date, entry) in all.iter().filter(|(kind, ..)| *kind == Kind::Trades) {
        for order in maps(&entry.0, "orders") {
            orders.insert((text(order, "symbol"), text(order, "side"), *date));
        }
    }
    for (kind, name) in [(Kind::Thesis, "theses"), (Kind::Plan, "planned trades")] {
        let mut meant: BTreeMap<String, (NaiveDate, String, String)> = BTreeMap::new();
        for (_, date, entry) in all.iter().filter(|(of, ..)| *of == kind) {
            let key = key(kind, *date, &entry.0);
            let when = written(&entry.0).unwrap_or(*date);
            let trades = if kind == Kind::Plan { maps(&entry.0, "trades").collect() } else { vec![&entry.0] };
            for trade in trades.into_iter().filter(|trade| !text(trade, "side").is_empty()) {
                let (symbol, side) = (text(trade, "symbol"), text(trade, "side"));
                meant.insert(format!("{key} {symbol} {side}"), (when, symbol, side));
            }
        }
        let is_followed = |(when, symbol, side): &&(NaiveDate, String, String)| {
            let until = *when + chrono::TimeDelta::days(DAYS_TO_FOLLOW);
            let of = |date| (symbol.clone(), side.clone(), date);
            orders.range(of(*when)..=of(until)).next().is_some()
        };
        let is_open = |(when, ..): &&(NaiveDate, String, String)| {
            newest.is_none_or(|newest| *when + chrono::TimeDelta::days(DAYS_TO_FOLLOW) > newest)
        };
        let done = meant.values().filter(is_followed).count();
        let waiting = meant.values().filter(|one| !is_followed(one)).filter(is_open).count();
        if !meant.is_empty() {
            verified.checked.push(format!(
                "of {} {name} with a side {done} were followed by an order within {DAYS_TO_FOLLOW} days, {} were not, and {waiting} may be yet",
                meant.len(),
                meant.len() - done - waiting
            ));
        }
    }
}

/// The date on which it was written or saved.
fn written(says: &Fields) -> Option<NaiveDate> {
    let time = ["written_at", "saved_at"].into_iter().find_map(|name| says.get(name)?.as_text());
    Some(time?.parse::<DateTime<Utc>>().ok()?.date_naive())
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(Value::as_text).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::entry::fields;
    use super::*;
    use crate::digest::Digest;

    fn read(seq: usize, kind: Kind, date: &str, says: Fields) -> Read {
        let line = Line { digest: Digest::of(b""), seq, kind, date: date.parse().unwrap() };
        Read { line, entry: Entry(says) }
    }

    /// Whoever writes down both sides and shows the one that came true is counted with the other.
    #[test]
    fn opposite_theses_are_counted_one_of_them_as_not_followed() {
        let thesis = |id: &str, side: &str, at: &str| {
            fields([("id", id.into()), ("symbol", "AAA".into()), ("side", side.into()), ("written_at", at.into())])
        };
        let order = |side: &str| {
            let order = fields([("symbol", "AAA".into()), ("side", side.into())]);
            fields([("orders", Value::List(vec![order.into()]))])
        };
        let all = [
            read(2, Kind::Thesis, "2026-01-05", thesis("n1", "BUY", "2026-01-05T10:00:00Z")),
            read(3, Kind::Thesis, "2026-01-05", thesis("n2", "SELL", "2026-01-05T10:00:00Z")),
            read(4, Kind::Trades, "2026-01-06", order("BUY")),
            read(5, Kind::Thesis, "2026-02-27", thesis("n3", "SELL", "2026-02-27T10:00:00Z")),
            read(6, Kind::Trades, "2026-03-02", order("BUY")),
        ];
        let mut verified = Verified::default();
        followed(&mut verified, &all, &[]);
        let expected =
            "of 3 theses with a side 1 were followed by an order within 31 days, 1 were not, and 1 may be yet";
        assert_eq!(verified.checked, [expected]);
    }
}
