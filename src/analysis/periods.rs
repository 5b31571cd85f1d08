//! Returns of calendar periods: months, years, to date, and the usual spans.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::alignment::AlignedSeries;
use super::returns::{DailyReturn, ReturnSeries, annualized, day_after, period_return};
use super::statistics::ratio;
use crate::calendar::{Exchange, YearMonth, day_before};

/// A return from one valuation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DatedValue {
    /// Session of the later valuation.
    pub date: NaiveDate,
    /// The return, as a fraction.
    pub value: f64,
    /// Session of the earlier valuation.
    pub since: NaiveDate,
    /// Sessions of the exchange that it spans: 1 for a day's, 21 where the valuations of twenty sessions are missing in between.
    pub sessions: usize,
}

/// A value and the month it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MonthValue {
    /// Calendar month.
    pub month: YearMonth,
    /// The return, as a fraction.
    pub value: f64,
}

/// Month returns: the product of the daily returns dated in each month. Months without one are absent.
pub fn by_month(series: &ReturnSeries) -> BTreeMap<YearMonth, f64> {
    grouped(series, YearMonth::of)
}

/// Year returns: the product of the daily returns dated in each calendar year.
pub fn by_year(series: &ReturnSeries) -> BTreeMap<i32, f64> {
    grouped(series, |date| date.year())
}

fn grouped<K: Ord>(series: &ReturnSeries, key: impl Fn(NaiveDate) -> K) -> BTreeMap<K, f64> {
    let mut growth = BTreeMap::new();
    for day in &series.days {
        *growth.entry(key(day.date)).or_insert(1.0) *= 1.0 + day.value;
    }
    growth.into_iter().map(|(key, growth)| (key, growth - 1.0)).collect()
}

/// The first day of the month of the newest snapshot.
fn month_start(end: NaiveDate) -> NaiveDate {
    YearMonth::of(end).first_day()
}

/// The first day of the quarter of the newest snapshot.
fn quarter_start(end: NaiveDate) -> NaiveDate {
    let month = YearMonth::of(end);
    month.minus((month.month() - 1) % 3).first_day()
}

/// The first day of the year of the newest snapshot.
fn year_start(end: NaiveDate) -> NaiveDate {
    YearMonth::of(end).minus(end.month() - 1).first_day()
}

/// Return of the newest snapshot's month so far.
pub fn month_to_date(series: &ReturnSeries) -> Option<f64> {
    period_return(series, month_start(series.end()?))
}

/// Return of the newest snapshot's quarter so far.
pub fn quarter_to_date(series: &ReturnSeries) -> Option<f64> {
    period_return(series, quarter_start(series.end()?))
}

/// Return of the newest snapshot's year so far.
pub fn year_to_date(series: &ReturnSeries) -> Option<f64> {
    period_return(series, year_start(series.end()?))
}

/// Return, not annualized, of the `months` months up to the newest snapshot; undefined where the record starts
/// later than that.
pub fn trailing(series: &ReturnSeries, months: u32) -> Option<f64> {
    period_return(series, day_after(trailing_base(series, months)?))
}

/// The date `months` before the newest snapshot, where the record reaches back to it.
fn trailing_base(series: &ReturnSeries, months: u32) -> Option<NaiveDate> {
    let base = series.end()?.checked_sub_months(Months::new(months))?;
    (series.start? <= base).then_some(base)
}

/// What a figure over a part of the record rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Date of the snapshot before its first return.
    pub from: NaiveDate,
    /// Date of its last return.
    pub to: NaiveDate,
    /// Its returns.
    pub observations: usize,
}

/// What the returns to date and of the last years rest on, by the id of each figure.
pub fn parts(series: &ReturnSeries) -> BTreeMap<&'static str, Part> {
    let Some(end) = series.end() else { return BTreeMap::new() };
    let since = [
        ("returns.mtd", Some(month_start(end))),
        ("returns.qtd", Some(quarter_start(end))),
        ("returns.ytd", Some(year_start(end))),
        ("returns.one_year", trailing_base(series, 12).map(day_after)),
        ("returns.three_years", trailing_base(series, 36).map(day_after)),
        ("returns.five_years", trailing_base(series, 60).map(day_after)),
    ];
    let part = |(id, from): (&'static str, Option<NaiveDate>)| {
        let from = from?;
        let days = series.days.get(series.days.partition_point(|day| day.date < from)..)?;
        Some((id, Part { from: days.first()?.since, to: end, observations: days.len() }))
    };
    since.into_iter().filter_map(part).collect()
}

/// A period over which returns are usually stated, ending at the newest snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsualPeriod {
    /// From the start of the month.
    MonthToDate,
    /// From the start of the calendar quarter.
    QuarterToDate,
    /// From the start of the year.
    YearToDate,
    /// Twelve months.
    OneYear,
    /// Three years, as a year rate.
    ThreeYears,
    /// Five years, as a year rate.
    FiveYears,
    /// The whole record.
    SinceInception,
    /// The whole record, as a year rate.
    SinceInceptionAnnualized,
}

impl UsualPeriod {
    const ALL: [Self; 8] = [
        Self::MonthToDate,
        Self::QuarterToDate,
        Self::YearToDate,
        Self::OneYear,
        Self::ThreeYears,
        Self::FiveYears,
        Self::SinceInception,
        Self::SinceInceptionAnnualized,
    ];

    /// What pages and documents call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::MonthToDate => "Month to date",
            Self::QuarterToDate => "Quarter to date",
            Self::YearToDate => "Year to date",
            Self::OneYear => "1 year",
            Self::ThreeYears => "3 years, per year",
            Self::FiveYears => "5 years, per year",
            Self::SinceInception => "Since inception",
            Self::SinceInceptionAnnualized => "Since inception, per year",
        }
    }

    /// The same where there is little room.
    pub fn short_label(self) -> &'static str {
        match self {
            Self::MonthToDate => "Month",
            Self::QuarterToDate => "Quarter",
            Self::ThreeYears => "3 years, p.a.",
            Self::FiveYears => "5 years, p.a.",
            Self::SinceInceptionAnnualized => "Inception, p.a.",
            Self::YearToDate | Self::OneYear | Self::SinceInception => self.label(),
        }
    }

    /// Whether its return is a year rate.
    pub fn is_annualized(self) -> bool {
        matches!(self, Self::ThreeYears | Self::FiveYears | Self::SinceInceptionAnnualized)
    }
}

impl Serialize for UsualPeriod {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}

impl<'de> Deserialize<'de> for UsualPeriod {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|period| period.label() == label);
        known.ok_or_else(|| serde::de::Error::custom(format!("`{label}` is no usual period")))
    }
}

/// The return of a usual period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodReturn {
    /// Which one.
    #[serde(rename = "label")]
    pub period: UsualPeriod,
    /// Our return; a year rate where `annualized`.
    pub value: Option<f64>,
    /// The benchmark's over the same snapshots, as a year rate where `annualized`.
    pub benchmark: Option<f64>,
    /// Whether both are year rates.
    pub annualized: bool,
    /// Why there is none.
    pub undefined_because: Option<String>,
}

/// The usual periods: month, quarter and year to date, 1, 3 and 5 years, since inception (total and annualized).
///
/// 3 and 5 years are year rates. The benchmark's return runs between the same two snapshots.
pub fn usual_periods(series: &ReturnSeries, aligned: Option<&AlignedSeries>) -> Vec<PeriodReturn> {
    let (Some(start), Some(end)) = (series.start, series.end()) else {
        return Vec::new();
    };
    let from = |which, date| period(which, series, aligned, date);
    let years = |which, months| {
        let mut found = match trailing_base(series, months) {
            Some(base) => from(which, day_after(base)),
            None => PeriodReturn::without_value(which),
        };
        if found.value.is_none() {
            let since = end.checked_sub_months(Months::new(months)).unwrap_or(start);
            found.undefined_because = Some(format!("needs a record from {since}; this one starts on {start}"));
        }
        found
    };
    let mut since_inception = from(UsualPeriod::SinceInceptionAnnualized, day_after(start));
    if since_inception.value.is_none() {
        since_inception.undefined_because = Some(format!("needs 365 days, has {}", series.calendar_days()));
    }
    vec![
        from(UsualPeriod::MonthToDate, month_start(end)),
        from(UsualPeriod::QuarterToDate, quarter_start(end)),
        from(UsualPeriod::YearToDate, year_start(end)),
        years(UsualPeriod::OneYear, 12),
        years(UsualPeriod::ThreeYears, 36),
        years(UsualPeriod::FiveYears, 60),
        from(UsualPeriod::SinceInception, day_after(start)),
        since_inception,
    ]
}

impl PeriodReturn {
    fn without_value(period: UsualPeriod) -> Self {
        let annualized = period.is_annualized();
        Self { period, value: None, benchmark: None, annualized, undefined_because: None }
    }
}

fn period(
    period: UsualPeriod,
    series: &ReturnSeries,
    aligned: Option<&AlignedSeries>,
    from: NaiveDate,
) -> PeriodReturn {
    let annual = period.is_annualized();
    let days = || series.days.iter().filter(|day| day.date >= from);
    let (Some(first), Some(end)) = (days().next(), series.end()) else {
        return PeriodReturn::without_value(period);
    };
    let length = days().map(DailyReturn::calendar_days).sum();
    let rate = |value: f64| if annual { annualized(value, length) } else { Some(value) };
    PeriodReturn {
        period,
        value: period_return(series, from).and_then(rate),
        benchmark: aligned.and_then(|aligned| aligned.between(first.since, end)).and_then(rate),
        annualized: annual,
        undefined_because: None,
    }
}

/// The benchmark's return of each month of the series, between the snapshots that bound our own month return.
pub fn benchmark_by_month(series: &ReturnSeries, aligned: &AlignedSeries) -> BTreeMap<YearMonth, f64> {
    benchmark_grouped(series, aligned, YearMonth::of)
}

/// The benchmark's return of each year of the series, between the snapshots that bound our own year return.
pub fn benchmark_by_year(series: &ReturnSeries, aligned: &AlignedSeries) -> BTreeMap<i32, f64> {
    benchmark_grouped(series, aligned, |date| date.year())
}

fn benchmark_grouped<K: Ord>(
    series: &ReturnSeries,
    aligned: &AlignedSeries,
    key: impl Fn(NaiveDate) -> K,
) -> BTreeMap<K, f64> {
    let mut bounds: BTreeMap<K, (NaiveDate, NaiveDate)> = BTreeMap::new();
    for day in &series.days {
        bounds.entry(key(day.date)).and_modify(|(_, to)| *to = day.date).or_insert((day.since, day.date));
    }
    bounds.into_iter().filter_map(|(key, (from, to))| Some((key, aligned.between(from, to)?))).collect()
}

/// The highest return from one valuation to the next, the earliest of equal ones. It says how many sessions of the exchange it spans:
/// one over a gap is no day's.
pub fn best_day(series: &ReturnSeries, exchange: Exchange) -> Option<DatedValue> {
    extreme(series.days.iter(), |day, best| day.value > best.value).map(|day| dated(day, exchange))
}

/// The lowest return from one valuation to the next, as [`best_day`].
pub fn worst_day(series: &ReturnSeries, exchange: Exchange) -> Option<DatedValue> {
    extreme(series.days.iter(), |day, worst| day.value < worst.value).map(|day| dated(day, exchange))
}

/// The month with the highest return, the earliest of equal ones.
pub fn best_month(months: &BTreeMap<YearMonth, f64>) -> Option<MonthValue> {
    extreme(months.iter().map(monthly), |month, best| month.value > best.value)
}

/// The month with the lowest return, the earliest of equal ones.
pub fn worst_month(months: &BTreeMap<YearMonth, f64>) -> Option<MonthValue> {
    extreme(months.iter().map(monthly), |month, worst| month.value < worst.value)
}

fn dated(day: &DailyReturn, exchange: Exchange) -> DatedValue {
    let sessions = exchange.sessions_between(day.since, day.date).count() + 1;
    DatedValue { date: day.date, value: day.value, since: day.since, sessions }
}

fn monthly((month, value): (&YearMonth, &f64)) -> MonthValue {
    MonthValue { month: *month, value: *value }
}

fn extreme<T>(items: impl Iterator<Item = T>, beats: impl Fn(&T, &T) -> bool) -> Option<T> {
    items.reduce(|kept, item| if beats(&item, &kept) { item } else { kept })
}

/// Share of days with a gain among the days with a gain or loss; undefined where there is neither.
///
/// As `win_rate` of QuantStats. Not the win rate of trades.
pub fn win_days(returns: &[f64]) -> Option<f64> {
    let moved = returns.iter().filter(|value| **value != 0.0).count();
    let gained = returns.iter().filter(|value| **value > 0.0).count();
    ratio(gained as f64, moved as f64)
}

/// Sum of month returns over the sum of monthly losses; undefined without a losing month.
///
/// Source: Schwager, "Hedge Fund Market Wizards" (2012).
pub fn gain_to_pain(months: &BTreeMap<YearMonth, f64>) -> Option<f64> {
    let pain: f64 = months.values().map(|value| -value.min(0.0)).sum();
    ratio(months.values().sum(), pain)
}

/// The part of the series dated in one month, on which the month's own figures are taken.
pub fn month_of(series: &ReturnSeries, month: YearMonth) -> ReturnSeries {
    series.window(super::Window { from: Some(month.first_day()), to: Some(month.last_day()) })
}

/// Whether the record begins within the month: it has no snapshot from before its first session.
pub fn begins_within(series: &ReturnSeries, month: YearMonth, exchange: Exchange) -> bool {
    let before_first = exchange.session_on_or_before(day_before(month.first_day()));
    series.start.is_none_or(|start| start > before_first)
}

/// Whether the record ends within the month: it has no snapshot of its last session or later.
pub fn ends_within(series: &ReturnSeries, month: YearMonth, exchange: Exchange) -> bool {
    let last = exchange.session_on_or_before(month.last_day());
    series.end().is_none_or(|end| end < last)
}

/// Whether the record covers only a part of the month.
pub fn is_partial(series: &ReturnSeries, month: YearMonth, exchange: Exchange) -> bool {
    begins_within(series, month, exchange) || ends_within(series, month, exchange)
}

#[cfg(test)]
#[path = "periods_tests.rs"]
mod tests;
