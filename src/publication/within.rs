//! Part of a record, from one month or day to another, by published numbers alone.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::disclosure::Published;
use super::view::{Day, Facts, Month, Publication, Year};
use crate::calendar::YearMonth;
use crate::error::{Error, Result};

/// Where a part begins, or where it ends. Both are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A whole month.
    Month(YearMonth),
    /// A single day.
    Day(NaiveDate),
}

impl Bound {
    fn first_day(self) -> NaiveDate {
        match self {
            Self::Month(month) => month.first_day(),
            Self::Day(date) => date,
        }
    }

    fn last_day(self) -> NaiveDate {
        match self {
            Self::Month(month) => month.last_day(),
            Self::Day(date) => date,
        }
    }

    /// Makes sure that it is a bound of a part of this record.
    ///
    /// # Errors
    /// A month or day outside the record; a day where only months are published.
    pub fn check(self, facts: &Facts) -> Result<()> {
        if matches!(self, Self::Day(_)) && !facts.by_day {
            return Err(Error::data("single days are not published at this `[privacy] precision`")
                .hint(format!("name the month: {}", YearMonth::of(self.first_day()))));
        }
        if self.last_day() < facts.inception || self.first_day() > facts.as_of {
            return Err(Error::data(format!("{self} is outside the record"))
                .hint(format!("the record goes from {} to {}", facts.inception, facts.as_of)));
        }
        Ok(())
    }
}

impl FromStr for Bound {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // Years beyond four digits are none that a record has.
        let day = || text.parse().ok().filter(|_| text.len() == "2026-01-15".len()).map(Self::Day);
        text.parse().ok().map(Self::Month).or_else(day).ok_or_else(|| {
            Error::data(format!("`{text}` is neither a month nor a day"))
                .hint("write a month as 2026-01, or a day as 2026-01-15")
        })
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Day(date) => date.fmt(f),
        }
    }
}

/// Whose returns are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The account's.
    Account,
    /// The benchmark's.
    Benchmark,
}

/// Part of a record.
#[derive(Clone, Copy)]
pub struct Within<'a> {
    publication: &'a Publication,
    from: Option<Bound>,
    to: Option<Bound>,
}

impl<'a> Within<'a> {
    /// The part between two bounds, or from the first or to the last day where one is not named.
    ///
    /// # Errors
    /// A beginning after the end, and those of [`Bound::check`].
    pub fn new(publication: &'a Publication, from: Option<Bound>, to: Option<Bound>) -> Result<Self> {
        for bound in [from, to].into_iter().flatten() {
            bound.check(&publication.facts)?;
        }
        if let Some((from, to)) = from.zip(to).filter(|(from, to)| from.first_day() > to.last_day()) {
            return Err(Error::data(format!("{from} is after {to}")).hint("exchange the two"));
        }
        Ok(Self { publication, from, to })
    }

    /// Whether it is all of the record.
    pub fn is_all(&self) -> bool {
        let Facts { inception, as_of, .. } = self.publication.facts;
        self.from.is_none_or(|from| from.first_day() <= inception) && self.to.is_none_or(|to| to.last_day() >= as_of)
    }

    /// Its return, as a reader would find it out: from the published returns of months, or between days from the index.
    /// What the site shows itself (a month, a calendar year, the whole record) is the number that it shows.
    ///
    /// # Errors
    /// A part without a return, or a benchmark that is not known in all of it.
    pub fn total_return(&self, whose: Whose) -> Result<f64> {
        let by_day = [self.from, self.to].iter().flatten().any(|bound| matches!(bound, Bound::Day(_)));
        let shown = self.of_figure(whose).filter(|_| self.is_all());
        let value = shown.or_else(|| if by_day { self.between_days(whose) } else { self.of_months(whose) });
        value.ok_or_else(|| self.no_return(whose))
    }

    fn of_months(&self, whose: Whose) -> Option<f64> {
        let months = self.months();
        if let [month] = months {
            return of_month(month, whose);
        }
        if let Some(year) = self.year_of(months) {
            return of_year(year, whose);
        }
        let grown = months.iter().try_fold(1.0, |grown, month| Some(grown * (1.0 + of_month(month, whose)?)));
        grown.filter(|_| !months.is_empty()).map(|grown| grown - 1.0)
    }

    /// The total that the site shows.
    fn of_figure(&self, whose: Whose) -> Option<f64> {
        let id = match whose {
            Whose::Account => "returns.total",
            Whose::Benchmark => "benchmark.total",
        };
        self.publication.value(id)
    }

    fn months(&self) -> &'a [Month] {
        let months = &self.publication.months;
        let (from, to) = self.dates();
        let start = months.partition_point(|month| month.month.last_day() < from);
        let end = months.partition_point(|month| month.month.first_day() <= to);
        months.get(start..end).unwrap_or_default()
    }

    /// The calendar year that these months are all months of.
    fn year_of(&self, months: &[Month]) -> Option<&'a Year> {
        let (first, last) = (months.first()?.month, months.last()?.month);
        let all = &self.publication.months;
        let count = all.iter().filter(|month| month.month.year() == first.year()).count();
        let year = (first.year() == last.year() && count == months.len()).then_some(first.year())?;
        self.publication.years.iter().find(|row| row.year == year)
    }

    fn between_days(&self, whose: Whose) -> Option<f64> {
        let days = self.shown_days();
        let value = |day: &Day| match whose {
            Whose::Account => Some(day.index.get()),
            Whose::Benchmark => day.benchmark_index.map(Published::get),
        };
        let (first, last) = (value(days.first()?)?, value(days.last()?)?);
        (days.len() > 1 && first > 0.0).then(|| last / first - 1.0)
    }

    /// The days from the last one before it to its last one, with growth of 1 since the first of them. The drawdown stays the
    /// fall from the highest value of the whole record so far.
    ///
    /// # Errors
    /// Fewer than two days, or an account that was empty at the start.
    pub fn days(&self) -> Result<Vec<Day>> {
        let days = self.shown_days();
        let first = days.first().filter(|first| days.len() > 1 && first.index.get() > 0.0);
        let first = first.ok_or_else(|| self.no_return(Whose::Account))?;
        let benchmark = days.iter().find_map(|day| day.benchmark_index);
        let since = |day: &Day| Day {
            index: day.index.since(first.index),
            benchmark_index: day.benchmark_index.zip(benchmark).map(|(value, start)| value.since(start)),
            ..day.clone()
        };
        Ok(days.iter().map(since).collect())
    }

    fn shown_days(&self) -> &'a [Day] {
        let days = &self.publication.days;
        let (from, to) = self.dates();
        let start = days.partition_point(|day| day.date < from).saturating_sub(1);
        let end = days.partition_point(|day| day.date <= to);
        days.get(start..end).unwrap_or_default()
    }

    fn dates(&self) -> (NaiveDate, NaiveDate) {
        let from = self.from.map_or(NaiveDate::MIN, Bound::first_day);
        (from, self.to.map_or(NaiveDate::MAX, Bound::last_day))
    }

    fn no_return(&self, whose: Whose) -> Error {
        let name = |bound: Option<Bound>, otherwise| bound.unwrap_or(Bound::Day(otherwise));
        let Facts { inception, as_of, .. } = self.publication.facts;
        let what = match whose {
            Whose::Account => "the account",
            Whose::Benchmark => "the benchmark",
        };
        Error::data(format!("{what} has no return from {} to {}", name(self.from, inception), name(self.to, as_of)))
            .hint("choose a part with at least one return, all of it known")
    }
}

fn of_month(month: &Month, whose: Whose) -> Option<f64> {
    match whose {
        Whose::Account => Some(month.value.get()),
        Whose::Benchmark => month.benchmark.map(Published::get),
    }
}

fn of_year(year: &Year, whose: Whose) -> Option<f64> {
    match whose {
        Whose::Account => Some(year.value.get()),
        Whose::Benchmark => year.benchmark.map(Published::get),
    }
}

#[cfg(test)]
#[path = "within_tests.rs"]
mod tests;
