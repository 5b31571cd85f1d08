//! Whether everything that was sealed is opened when its delay is over, every session is sealed, and what is shown later is what was sealed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::entry::{Entry, Fields, Value};
use super::super::followed::{Followed, followed};
use super::super::item_stamps::ItemStamps;
use super::super::log::{Kind, Line, Log};
use super::super::sealed::{Item, Opening, Terms, items, openings};
use super::super::state::said;
use super::super::wanted::key;
use super::{Broken, Read, Verified, broken, lines};
use crate::counted::counted;
use crate::digest::Digest;

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
pub fn check(verified: &mut Verified, log: &Log, read: &[Read], stamps: &ItemStamps) -> Result<(), Broken> {
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
    stamped(verified, &opened, stamps)?;
    let found = followed(read.iter().map(|one| (&one.line, &one.entry)));
    verified.checked.extend(found.iter().map(Followed::to_string));
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
            .push(format!("each session that was held back when it was recorded is sealed ({held} in all)"));
    }
    if verified.sealed > 0 {
        verified.unchecked.push(format!(
            "what is sealed until its delay is over ({}): only its digests are fixed",
            counted(verified.sealed, "entry")
        ));
    }
    Ok(())
}

/// Each stamp beside the log is of something that was sealed and is open by now.
fn stamped(verified: &mut Verified, opened: &[(&Line, Vec<Item>)], stamps: &ItemStamps) -> Result<(), Broken> {
    let items: BTreeMap<Digest, &Item> =
        opened.iter().flat_map(|(_, items)| items).map(|item| (item.digest(), item)).collect();
    if let Some(other) = stamps.items().find(|item| !items.contains_key(item)) {
        return Err(broken(
            None,
            format!("stamps/items/{other}.*.tsr stamps something else than an item that was opened"),
        ));
    }
    let all = items.iter().filter(|(_, item)| item.kind.precedes_fills());
    let is_early =
        |(digest, item): &(&Digest, &&Item)| stamps.first(**digest).is_some_and(|at| at.date_naive() <= item.date);
    let (count, on_their_date) = (all.clone().count(), all.filter(is_early).count());
    if count > 0 {
        verified.checked.push(format!(
            "theses and plans that were sealed and are open now: {count}; stamped by themselves on their date or before: {on_their_date}"
        ));
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
            "entries say what was sealed of them before ({same} in all); of what was opened ({}) {} stands nowhere else, and {edited} was edited \
             while it was sealed",
            sealed.len(),
            sealed.len() - shown.len()
        ));
    }
    Ok(())
}

fn is_of_item(kind: Kind) -> bool {
    matches!(kind, Kind::Signal | Kind::Plan | Kind::Thesis | Kind::Trades | Kind::Book)
}
