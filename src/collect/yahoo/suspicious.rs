//! Tells bars that cannot be believed from those that can.
//!
//! Bars are looked at in the order of their dates, each beside the last one that was believed. So a single wrong
//! bar is left out and the next one counts again, and where the level itself changes without an explanation,
//! everything from there on waits until the first such date is confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::chart::Chart;
use super::compare::{adjusted, agrees, close, same_step, whole_units};
use crate::record::price::quote_unit;
use crate::record::{Bar, SuspiciousBar};

/// A close that is further than this from the one before is a jump.
const JUMP: f64 = 0.5;

/// What a ratio is near where hundredths and whole units were mixed up: between these, or one through them.
const HUNDREDFOLD: std::ops::Range<f64> = 70.0..143.0;

/// No day has a range like this: one of the bar's prices is wrong.
const RANGE: f64 = 10.0;

/// No price is above this, whatever the currency.
const LARGEST: i64 = 1_000_000_000_000;

/// A distribution above this share of the price is looked at by a person first.
const LARGE_DISTRIBUTION: f64 = 0.2;

/// A distribution of a line quoted in pence below this share is in pounds.
const SMALL_DISTRIBUTION: f64 = 0.000_3;

/// What became of a chart's bars.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// Bars that count.
    pub believed: Vec<Bar>,
    /// Bars that do not, with the reason.
    pub held: Vec<SuspiciousBar>,
}

/// What is known beside the chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The stored bars.
    pub stored: &'a BTreeMap<NaiveDate, Bar>,
    /// The dates the owner has confirmed.
    pub confirmed: &'a BTreeSet<NaiveDate>,
    /// Whether the chart contradicts stored bars. Then only their steps from day to day are compared, since a
    /// split or dividend changes their level.
    pub revised: bool,
}

/// Divides the bars of a chart.
pub(super) fn judge(chart: &Chart, known: Known<'_>) -> Judged {
    let mut judged = Judged { believed: Vec::new(), held: Vec::new() };
    let first = chart.bars.first().map_or(NaiveDate::MAX, |bar| bar.date);
    let before = known.stored.range(..first).next_back().map(|(_, bar)| bar).filter(|_| !known.revised);
    for bar in &chart.bars {
        let reference = judged.believed.last().or(before);
        match doubt(bar, reference, chart, known) {
            None => judged.believed.push(bar.clone()),
            Some(reason) => judged.held.push(SuspiciousBar::new(bar.clone(), reason)),
        }
    }
    judged
}

/// Why a bar can never count, confirmed or not.
pub(super) fn impossible(bar: &Bar) -> Option<String> {
    if bar.close <= Decimal::ZERO || bar.close > Decimal::from(LARGEST) {
        return Some(format!("its close is {}", bar.close));
    }
    let adjusted = bar.adjusted_close();
    (adjusted <= Decimal::ZERO)
        .then(|| format!("its adjusted close is {adjusted}, as if more had been paid out than it was worth"))
}

fn doubt(bar: &Bar, reference: Option<&Bar>, chart: &Chart, known: Known<'_>) -> Option<String> {
    if let Some(reason) = impossible(bar) {
        return Some(reason);
    }
    let stored = known.stored.get(&bar.date);
    let repeated = !known.revised && stored.is_some_and(|stored| agrees(stored, bar));
    if repeated || known.confirmed.contains(&bar.date) {
        return None;
    }
    if let Some(reason) = misshapen(bar, chart) {
        return Some(reason);
    }
    let Some(reference) = reference else { return off_level(bar, chart) };
    let stored_step = known.stored.get(&reference.date).zip(stored);
    if stored_step.is_some_and(|(from, to)| same_step(reference, bar, from, to)) {
        return None;
    }
    jump(bar, reference, chart).or_else(|| distribution(bar, reference, chart))
}

/// What is wrong within one bar.
fn misshapen(bar: &Bar, chart: &Chart) -> Option<String> {
    let close = bar.close.to_f64()?;
    for (name, price) in [("open", bar.open), ("high", bar.high), ("low", bar.low)] {
        let Some(price) = price else { continue };
        if price <= Decimal::ZERO {
            return Some(format!("its {name} is {price}"));
        }
        let ratio = price.to_f64()? / close;
        if !(1.0 / RANGE..=RANGE).contains(&ratio) {
            return Some(format!("its {name} of {price} and its close of {} are too far apart", bar.close));
        }
    }
    if let Some((low, high)) = bar.low.zip(bar.high).filter(|(low, high)| low > high) {
        return Some(format!("its low of {low} is above its high of {high}"));
    }
    let adjusted_elsewhere = || chart.bars.iter().any(|bar| bar.adj_close.is_some());
    (bar.adj_close.is_none() && adjusted_elsewhere())
        .then(|| "it has no adjusted close, and the bars around it have one".to_owned())
}

/// The first bar of all is compared with the middle one of the first five.
fn off_level(bar: &Bar, chart: &Chart) -> Option<String> {
    let mut closes: Vec<f64> = chart.bars.iter().filter_map(close).take(5).collect();
    closes.sort_by(f64::total_cmp);
    let ratio = close(bar)? / closes.get(closes.len() / 2)?;
    is_jump(ratio).then(|| format!("its close is {} those after it", times(ratio)))
}

/// Whether a price is too far from another to be believed without a reason.
pub(super) fn is_jump(ratio: f64) -> bool {
    !(1.0 - JUMP..=1.0 + JUMP).contains(&ratio)
}

/// How far apart two prices are, in words.
pub(super) fn times(ratio: f64) -> String {
    if HUNDREDFOLD.contains(&ratio) {
        "100 times".to_owned()
    } else if HUNDREDFOLD.contains(&(1.0 / ratio)) {
        "a hundredth of".to_owned()
    } else {
        format!("{:+.1} % from", (ratio - 1.0) * 100.0)
    }
}

fn jump(bar: &Bar, reference: &Bar, chart: &Chart) -> Option<String> {
    let ratio = close(bar)? / close(reference)?;
    if !is_jump(ratio) {
        return None;
    }
    let jumps = format!("its close is {} that of {}", times(ratio), reference.date);
    let splits = chart.splits.range((Excluded(reference.date), Included(bar.date)));
    let shares: f64 = splits.clone().filter_map(|(_, split)| split.to_f64()).product();
    let Some((day, _)) = splits.last() else {
        let mixed_up = HUNDREDFOLD.contains(&ratio.max(1.0 / ratio));
        let cause = if mixed_up { ": pounds and pence mixed up?" } else { ", and no split is known" };
        return Some(format!("{jumps}{cause}"));
    };
    if is_jump(ratio * shares) {
        return Some(format!("{jumps}, and the split of {day} ({shares} for 1) does not explain it"));
    }
    // The close is as it was quoted then. That is fine as long as the adjusted one knows of the split.
    let smooth = adjusted(bar)? / adjusted(reference)?;
    is_jump(smooth).then(|| format!("{jumps}: Yahoo names the split of {day} and has not adjusted earlier prices"))
}

/// What was paid out between two bars, as events and as the adjusted closes say.
fn distribution(bar: &Bar, reference: &Bar, chart: &Chart) -> Option<String> {
    let price = close(reference)?;
    for (day, amount) in chart.dividends.range((Excluded(reference.date), Included(bar.date))) {
        let share = whole_units(bar, Some(*amount))? / price;
        let paid = format!("the dividend of {day} is {amount} {}", bar.currency);
        if share > LARGE_DISTRIBUTION {
            return Some(format!("{paid}, {:.0} % of the price: pounds and pence mixed up?", share * 100.0));
        }
        if is_too_small(*amount, *day, share, chart) {
            return Some(format!("{paid}, {:.4} % of the price: pounds taken for pence?", share * 100.0));
        }
    }
    if chart.splits.range((Excluded(reference.date), Included(bar.date))).next().is_some() {
        return None;
    }
    let (before, after) = (adjusted(reference)? / price, adjusted(bar)? / close(bar)?);
    let share = 1.0 - before / after;
    if share > LARGE_DISTRIBUTION {
        let percent = share * 100.0;
        return Some(format!(
            "its adjusted close is as if {percent:.0} % had been paid out since {}",
            reference.date
        ));
    }
    (share < -0.01).then(|| {
        format!("its adjusted close contradicts its close: less was paid out by {} than later", reference.date)
    })
}

/// Whether a dividend of a line in hundredths was given in whole units: a hundredth of the others, or of any.
fn is_too_small(amount: Decimal, day: NaiveDate, share: f64, chart: &Chart) -> bool {
    let in_hundredths = quote_unit(&chart.currency).is_ok_and(|(_, divisor)| divisor > Decimal::ONE);
    if !in_hundredths || share >= LARGE_DISTRIBUTION / 100.0 {
        return false;
    }
    let mut others: Vec<Decimal> =
        chart.dividends.iter().filter(|(date, _)| **date != day).map(|(_, amount)| *amount).collect();
    others.sort_unstable();
    match others.get(others.len() / 2).and_then(|middle| middle.checked_div(amount)).and_then(|ratio| ratio.to_f64())
    {
        Some(ratio) => ratio > 30.0,
        None => share < SMALL_DISTRIBUTION,
    }
}

#[cfg(test)]
#[path = "suspicious_tests.rs"]
mod tests;
