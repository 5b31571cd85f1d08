//! The benchmark laid over the record's dates.
//!
//! Pairs of returns stand between consecutive dates on which the record has a snapshot and the benchmark a close of that
//! very date. Ours is compounded over what lies between, so that a shut exchange and a missing row need not be distinguished,
//! and a series against itself has R² 1 whichever of its days are missing on either side.

use chrono::NaiveDate;

use super::frequency::Frequency;
use super::returns::{DailyReturn, ReturnSeries};
use super::statistics::finite;
use crate::calendar::{Exchange, weekday_age, weekdays_between};

/// A close that is more weekdays old than this says nothing about the date.
pub const MAX_AGE_WEEKDAYS: usize = 5;

/// The closes of a benchmark in one currency, ascending by date, all above zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Closes {
    days: Vec<(NaiveDate, f64)>,
    exchange: Option<Exchange>,
}

impl Closes {
    /// Closes in date order; those that are no price are left out. `exchange` is the one they come from, where it is known.
    pub fn new(days: impl IntoIterator<Item = (NaiveDate, f64)>, exchange: Option<Exchange>) -> Self {
        let usable = |close: &(NaiveDate, f64)| close.1.is_finite() && close.1 > 0.0;
        Self { days: days.into_iter().filter(usable).collect(), exchange }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    fn on(&self, date: NaiveDate) -> Option<f64> {
        let at = self.days.binary_search_by_key(&date, |(date, _)| *date).ok()?;
        self.days.get(at).map(|(_, close)| *close)
    }

    /// The close that holds on a date: its own, or the last one before it that is at most five weekdays old. After the
    /// newest one it holds only until the exchange opens again.
    fn holding_on(&self, date: NaiveDate) -> Option<f64> {
        let after = self.days.partition_point(|(day, _)| *day <= date);
        let (day, close) = *self.days.get(after.checked_sub(1)?)?;
        let newest = after == self.days.len();
        let reopened = || match self.exchange {
            Some(exchange) => exchange.age(day, date) > 0,
            None => weekday_age(day, date) > 0,
        };
        // Six weekdays always lie within ten calendar days; counting decades of them one by one would be slow.
        let young = (date - day).num_days() < 10 && weekday_age(day, date) <= MAX_AGE_WEEKDAYS;
        (young && !(newest && reopened())).then_some(close)
    }

    /// Whether more than five weekdays on end have no close between two dates that have one.
    fn has_hole(&self, from: NaiveDate, to: NaiveDate) -> bool {
        let (first, last) =
            (self.days.partition_point(|(day, _)| *day < from), self.days.partition_point(|(day, _)| *day <= to));
        let days = self.days.get(first..last).unwrap_or_default();
        days.iter().zip(days.iter().skip(1)).any(|((one, _), (other, _))| {
            (*other - *one).num_days() > 7 && weekdays_between(*one, *other).count() > MAX_AGE_WEEKDAYS
        })
    }
}

/// Our return and the benchmark's between two dates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlignedPair {
    /// The earlier date.
    pub since: NaiveDate,
    /// The later date, to which the pair belongs.
    pub date: NaiveDate,
    /// Our return.
    pub ours: f64,
    /// The benchmark's return.
    pub benchmark: f64,
}

/// Both returns from the first to the last date on which the record and the benchmark have a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The first such date.
    pub from: NaiveDate,
    /// The last such date.
    pub to: NaiveDate,
    /// Our growth of 1 between them.
    pub ours: f64,
    /// The benchmark's growth of 1 between them.
    pub benchmark: f64,
}

/// A benchmark laid over the record's snapshot dates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlignedSeries {
    /// The returns that stand side by side.
    pub pairs: Vec<AlignedPair>,
    /// The later dates of pairs that are left out on both sides: the benchmark has no close for too long within them.
    pub left_out: Vec<NaiveDate>,
    /// What is compared in all; `None` without two common dates.
    pub comparison: Option<Comparison>,
    /// Growth of 1 in the benchmark on every snapshot date, 1 at the first close that holds on one; `None` where none does.
    pub index: Vec<(NaiveDate, Option<f64>)>,
    /// How many pairs are of one return of ours each.
    one_to_one: usize,
}

impl AlignedSeries {
    /// Our returns of the pairs.
    pub fn ours(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.ours).collect()
    }

    /// The benchmark's returns of the pairs.
    pub fn benchmark(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.benchmark).collect()
    }

    /// The calendar days of each pair.
    pub fn lengths(&self) -> Vec<i64> {
        self.pairs.iter().map(|pair| (pair.date - pair.since).num_days()).collect()
    }

    /// Pairs a year: as many as the record has returns where at least nine in ten of its `returns` are paired one to one,
    /// else as many as there were over their calendar days.
    pub fn frequency(&self, of_record: Frequency, returns: usize) -> Frequency {
        of_record.of_part(self.one_to_one, returns, self.pairs.len(), self.lengths().iter().sum())
    }

    /// The benchmark's return between two snapshot dates; undefined where no close holds on one of them.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Option<f64> {
        finite(self.index_on(to)? / self.index_on(from)? - 1.0)
    }

    fn index_on(&self, date: NaiveDate) -> Option<f64> {
        let at = self.index.binary_search_by_key(&date, |(date, _)| *date).ok()?;
        self.index.get(at).and_then(|(_, value)| *value)
    }
}

/// Lays a benchmark over the returns of a record.
pub fn align(series: &ReturnSeries, closes: &Closes) -> AlignedSeries {
    let held: Vec<_> = series.dates().into_iter().map(|date| (date, closes.holding_on(date))).collect();
    let first = held.iter().find_map(|(_, close)| *close);
    let growth = |close: Option<f64>| close.zip(first).and_then(|(now, then)| finite(now / then));
    let index = held.into_iter().map(|(date, close)| (date, growth(close))).collect();
    let mut aligned = AlignedSeries { index, ..AlignedSeries::default() };
    // Returns that do not follow each other, because the account was empty between them, share no pair.
    for run in series.days.chunk_by(|earlier, later| earlier.date == later.since) {
        add_run(&mut aligned, run, closes);
    }
    aligned
}

/// The pairs of returns that follow each other.
fn add_run(aligned: &mut AlignedSeries, run: &[DailyReturn], closes: &Closes) {
    let start = run.first().map(|day| day.since);
    let mut last = start.and_then(|date| Some((date, closes.on(date)?)));
    let (mut growth, mut returns) = (1.0, 0);
    for day in run {
        growth *= 1.0 + day.value;
        returns += 1;
        let Some(close) = closes.on(day.date) else { continue };
        if let Some((since, before)) = last.replace((day.date, close)) {
            let ours = if returns == 1 { day.value } else { growth - 1.0 };
            let pair = AlignedPair { since, date: day.date, ours, benchmark: close / before - 1.0 };
            add(aligned, pair, closes.has_hole(since, day.date), returns == 1);
        }
        (growth, returns) = (1.0, 0);
    }
}

fn add(aligned: &mut AlignedSeries, pair: AlignedPair, has_hole: bool, one_to_one: bool) {
    let start = Comparison { from: pair.since, to: pair.date, ours: 1.0, benchmark: 1.0 };
    let comparison = aligned.comparison.get_or_insert(start);
    comparison.to = pair.date;
    comparison.ours *= 1.0 + pair.ours;
    comparison.benchmark *= 1.0 + pair.benchmark;
    if has_hole {
        aligned.left_out.push(pair.date);
    } else {
        aligned.one_to_one += usize::from(one_to_one);
        aligned.pairs.push(pair);
    }
}

#[cfg(test)]
#[path = "alignment_tests.rs"]
mod tests;
