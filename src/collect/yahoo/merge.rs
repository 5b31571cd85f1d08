//! Joins an answer with what is stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use super::chart::Chart;
use super::compare::{agrees, close};
use super::plan::{self, Span};
use super::suspicious::{self, Judged, Known, judge};
use crate::record::price::quote_unit;
use crate::record::{Bar, SuspiciousBar};

/// How many stored dates a new history may lack, and which share of them, before it is not believed.
const MAY_LACK: usize = 5;
const MAY_LACK_SHARE: usize = 50;

/// What is stored of a symbol, and what its owner has confirmed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Stored {
    /// Bars that count.
    pub bars: Vec<Bar>,
    /// Bars that are kept out.
    pub held: Vec<SuspiciousBar>,
    /// Dates the owner believes.
    pub confirmed: BTreeSet<NaiveDate>,
}

/// What is to be stored instead.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    /// Bars that count, ascending.
    pub bars: Vec<Bar>,
    /// Bars that are kept out, ascending.
    pub held: Vec<SuspiciousBar>,
    /// Bars that were not stored before, and bars of the answer that were.
    pub new: usize,
    pub known: usize,
    /// Bars of the answer that are not believed, on dates whose stored bar stays.
    pub refused: Vec<SuspiciousBar>,
    /// What happened to earlier prices.
    pub history: History,
}

/// What became of the stored prices.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum History {
    /// They stay as they are.
    Kept,
    /// Yahoo's new ones took their place: the reason, and stored dates that Yahoo no longer has.
    Replaced { reason: String, lost: Vec<NaiveDate> },
    /// Yahoo's new ones contradict them and are not believed: what they look like.
    Defended { reason: String },
}

/// Why the newest part of the prices is not enough, if it is not.
pub(super) fn needs_whole(stored: &[Bar], chart: &Chart, wanted: NaiveDate) -> Option<String> {
    let last = stored.last()?;
    let by_date = by_date(stored);
    if let Some(reason) = revision(&by_date, chart) {
        return Some(reason);
    }
    if !chart.bars.iter().any(|bar| by_date.contains_key(&bar.date)) {
        return Some(format!("Yahoo no longer has the days before {}", last.date));
    }
    plan::lacks_beginning(stored, wanted, chart).then(|| format!("prices before {} are wanted", first_date(stored)))
}

fn first_date(bars: &[Bar]) -> NaiveDate {
    bars.first().map_or(NaiveDate::MAX, |bar| bar.date)
}

fn by_date(bars: &[Bar]) -> BTreeMap<NaiveDate, Bar> {
    bars.iter().map(|bar| (bar.date, bar.clone())).collect()
}

/// What changed in prices that are stored, and most likely why.
fn revision(stored: &BTreeMap<NaiveDate, Bar>, chart: &Chart) -> Option<String> {
    let differs = |bar: &&Bar| stored.get(&bar.date).is_some_and(|known| !agrees(known, bar));
    let first = chart.bars.iter().find(differs)?;
    let known = stored.get(&first.date)?;
    let last = chart.bars.iter().rev().find(differs).map_or(first.date, |bar| bar.date);
    let unit = |bar: &Bar| quote_unit(&bar.currency).map(|(currency, _)| currency);
    if unit(known) != unit(first) {
        return Some(format!("the currency is no longer {} but {}", known.currency, first.currency));
    }
    if let Some((day, ratio)) = chart.splits.range(last..).next() {
        return Some(format!("a split on {day}, {} for 1", ratio.normalize()));
    }
    if let Some((day, amount)) = chart.dividends.range(last..).next() {
        return Some(format!("a dividend of {amount} {} on {day}", chart.currency));
    }
    let words = if first.date == last { format!("{last}") } else { format!("{} to {last}", first.date) };
    Some(format!("Yahoo corrected its prices of {words}"))
}

/// Joins an answer with what is stored. Stored prices are replaced only by a whole history that can be believed.
pub(super) fn settle(stored: &Stored, chart: &Chart, span: Span) -> Settled {
    let known = by_date(&stored.bars);
    let revised = revision(&known, chart);
    let judged = judge(chart, Known { stored: &known, confirmed: &stored.confirmed, revised: revised.is_some() });
    let Some(reason) = revised else { return extend(stored, known, judged) };
    let ends_held = chart.bars.last().is_some_and(|last| judged.held.iter().any(|bar| bar.date == last.date));
    if !span.whole || ends_held {
        return defend(stored, chart, judged, reason);
    }
    let mut fresh = by_date(&judged.believed);
    let carried = steady(&known, &fresh);
    fresh.extend(carried.into_iter().map(|bar| (bar.date, bar)));
    if known.iter().all(|(date, bar)| fresh.get(date).is_some_and(|fresh| agrees(bar, fresh))) {
        // Only what is not believed contradicts the stored prices.
        return extend(stored, known, judged);
    }
    let lost: Vec<NaiveDate> = known.keys().filter(|date| !fresh.contains_key(date)).copied().collect();
    if lost.len() > MAY_LACK.max(known.len() / MAY_LACK_SHARE) {
        let reason = format!("{reason}, and {} stored days are missing", lost.len());
        return defend(stored, chart, judged, reason);
    }
    if let Some(doubt) = other_level(&known, &fresh, chart).filter(|_| !lifted(stored, &known, chart)) {
        return defend(stored, chart, judged, doubt);
    }
    finish(stored, &known, fresh, judged, History::Replaced { reason, lost })
}

/// Whether the owner has confirmed the first day that comes with a history of another level.
fn lifted(stored: &Stored, known: &BTreeMap<NaiveDate, Bar>, chart: &Chart) -> bool {
    let first_new = chart.bars.iter().find(|bar| !known.contains_key(&bar.date));
    first_new.is_some_and(|bar| stored.confirmed.contains(&bar.date))
}

/// Why a whole history cannot be the same instrument's in the same unit: another currency, or every price far from
/// the stored one without a split that says so.
fn other_level(known: &BTreeMap<NaiveDate, Bar>, fresh: &BTreeMap<NaiveDate, Bar>, chart: &Chart) -> Option<String> {
    let (date, new) = fresh.iter().rev().find(|(date, _)| known.contains_key(date))?;
    let old = known.get(date)?;
    let currency = |bar: &Bar| quote_unit(&bar.currency).map(|(currency, _)| currency);
    if currency(old) != currency(new) {
        return Some(format!("the currency is no longer {} but {}", old.currency, new.currency));
    }
    let later = chart.splits.range((std::ops::Bound::Excluded(*date), std::ops::Bound::Unbounded));
    let shares: f64 = later.filter_map(|(_, split)| split.to_f64()).product();
    let ratio = close(new)? / close(old)?;
    suspicious::is_jump(ratio * shares).then(|| {
        format!(
            "every price is {} the stored one, and no split says why: pounds and pence mixed up?",
            suspicious::times(ratio)
        )
    })
}

/// The stored prices stay; an owner's confirmation counts without an answer too.
pub(super) fn without_answer(stored: &Stored) -> Settled {
    extend(stored, by_date(&stored.bars), Judged { believed: Vec::new(), held: Vec::new() })
}

fn extend(stored: &Stored, known: BTreeMap<NaiveDate, Bar>, judged: Judged) -> Settled {
    let mut bars = known.clone();
    for bar in &judged.believed {
        bars.entry(bar.date).or_insert_with(|| bar.clone());
    }
    finish(stored, &known, bars, judged, History::Kept)
}

/// Keeps what is stored and everything new aside: it stands on the same ground as the history that is not believed.
fn defend(stored: &Stored, chart: &Chart, judged: Judged, reason: String) -> Settled {
    let known = by_date(&stored.bars);
    let why = |date| judged.held.iter().find(|bar| bar.date == date).map(|bar| bar.reason.clone());
    let held = chart.bars.iter().map(|bar| {
        let reason =
            why(bar.date).unwrap_or_else(|| format!("it comes with a history that is not believed: {reason}"));
        SuspiciousBar::new(bar.clone(), reason)
    });
    let judged = Judged { believed: Vec::new(), held: held.collect() };
    finish(stored, &known, known.clone(), judged, History::Defended { reason })
}

/// Stored bars that a new history lacks, where the shared ones on both sides of them have not changed.
fn steady(known: &BTreeMap<NaiveDate, Bar>, fresh: &BTreeMap<NaiveDate, Bar>) -> Vec<Bar> {
    let unchanged = |shared: Option<(&NaiveDate, &Bar)>| {
        shared.and_then(|(date, bar)| Some(agrees(known.get(date)?, bar))).unwrap_or(false)
    };
    let shared = |date: &NaiveDate| known.contains_key(date);
    known
        .iter()
        .filter(|(date, _)| !fresh.contains_key(date))
        .filter(|(date, _)| {
            unchanged(fresh.range(..**date).rfind(|(date, _)| shared(date)))
                && unchanged(fresh.range(**date..).find(|(date, _)| shared(date)))
        })
        .map(|(_, bar)| bar.clone())
        .collect()
}

/// Puts the bars that are kept out beside those that count: no date is in both, and none is forgotten.
fn finish(
    stored: &Stored,
    known: &BTreeMap<NaiveDate, Bar>,
    mut bars: BTreeMap<NaiveDate, Bar>,
    judged: Judged,
    history: History,
) -> Settled {
    let mut held: BTreeMap<NaiveDate, SuspiciousBar> =
        stored.held.iter().map(|bar| (bar.date, bar.clone())).collect();
    held.extend(judged.held.iter().map(|bar| (bar.date, bar.clone())));
    let answered: BTreeSet<NaiveDate> =
        judged.believed.iter().map(|bar| bar.date).chain(judged.held.iter().map(|bar| bar.date)).collect();
    held.retain(|date, bar| {
        let bar = bar.clone().into_bar();
        let confirmed = stored.confirmed.contains(date) && !answered.contains(date);
        if confirmed && suspicious::impossible(&bar).is_none() {
            bars.entry(*date).or_insert(bar);
        }
        !bars.contains_key(date)
    });
    let refused = judged.held.into_iter().filter(|bar| known.contains_key(&bar.date)).collect();
    let new = bars.keys().filter(|date| !known.contains_key(date)).count();
    let repeated = judged.believed.iter().filter(|bar| known.contains_key(&bar.date)).count();
    Settled {
        bars: bars.into_values().collect(),
        held: held.into_values().collect(),
        new,
        known: repeated,
        refused,
        history,
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
