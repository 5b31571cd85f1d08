//! Calendar periods: months, weekdays, and the spans that period returns are taken over.
//!
//! Everything works on plain dates: which date an instant belongs to is decided where the data is read,
//! in the exchange's time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// A calendar month, ordered in time and written `2026-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct YearMonth {
    year: i32,
    month: u32,
}

impl YearMonth {
    /// The month with this number (1 to 12), if there is one.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|_| Self { year, month })
    }

    /// The month a date lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month of the year, 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// The first calendar day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or(NaiveDate::MIN)
    }

    /// The last calendar day.
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or(NaiveDate::MAX)
    }

    /// The month after this one.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The month before this one.
    pub fn previous(self) -> Self {
        self.minus(1)
    }

    /// The month `count` months later.
    pub fn plus(self, count: u32) -> Self {
        Self::of(self.first_day().checked_add_months(Months::new(count)).unwrap_or(NaiveDate::MAX))
    }

    /// The month `count` months earlier.
    pub fn minus(self, count: u32) -> Self {
        Self::of(self.first_day().checked_sub_months(Months::new(count)).unwrap_or(NaiveDate::MIN))
    }

    /// `January 2026`.
    pub fn in_words(self) -> String {
        self.first_day().format("%B %Y").to_string()
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl From<YearMonth> for String {
    fn from(month: YearMonth) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for YearMonth {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for YearMonth {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (year, month) = text.split_once('-').unwrap_or((text, ""));
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = digits(year, 4) && digits(month, 2);
        let parsed = year.parse().ok().zip(month.parse().ok()).and_then(|(year, month)| Self::new(year, month));
        parsed.filter(|_| well_formed).ok_or_else(|| format!("`{text}` is not a month; write it as 2026-01"))
    }
}

/// Whether a date is Monday to Friday.
pub fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The weekdays strictly between two dates, in order.
pub fn weekdays_between(after: NaiveDate, before: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    after.iter_days().skip(1).take_while(move |day| *day < before).filter(|day| is_weekday(*day))
}

/// How many weekdays have passed from `date` to `today`: 0 on the same day, 1 from Friday to Monday.
pub fn weekday_age(date: NaiveDate, today: NaiveDate) -> usize {
    match today.checked_add_days(Days::new(1)) {
        Some(tomorrow) => weekdays_between(date, tomorrow).count(),
        None => 0,
    }
}

/// The date a decision of today rests on: today, except that a month is complete only when its last day is over.
pub fn decided_for(today: NaiveDate) -> NaiveDate {
    if today == YearMonth::of(today).last_day() { day_before(today) } else { today }
}

/// The date after which nothing can have happened by `now`: east of Greenwich the day has begun before it has in UTC.
pub fn last_possible_date(now: DateTime<Utc>) -> NaiveDate {
    let date = now.date_naive();
    date.succ_opt().unwrap_or(date)
}

/// The date one calendar day earlier.
pub fn day_before(date: NaiveDate) -> NaiveDate {
    date.pred_opt().unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_day_of_a_month_does_not_end_it_before_it_is_over() {
        let known = |today: &str| decided_for(date(today)).to_string();
        assert_eq!(known("2026-01-30"), "2026-01-30");
        assert_eq!(known("2026-01-31"), "2026-01-30");
        assert_eq!(known("2026-02-01"), "2026-02-01");
    }

    #[test]
    fn months_know_their_ends_and_neighbours() {
        let month: YearMonth = "2024-02".parse().unwrap();
        assert_eq!(month.first_day(), date("2024-02-01"));
        assert_eq!(month.last_day(), date("2024-02-29"));
        assert_eq!(month.minus(2).to_string(), "2023-12");
        assert_eq!(month.plus(11).to_string(), "2025-01");
        assert_eq!(month.in_words(), "February 2024");
    }

    #[test]
    fn a_month_is_written_in_one_way() {
        for wrong in ["2024", "2024-2", "24-02", "2024-13", "2024-02-01", "+024-02", ""] {
            assert!(wrong.parse::<YearMonth>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn weekdays_are_counted_over_a_weekend() {
        // Thursday 2024-02-01 to Tuesday 2024-02-06: Friday and Monday lie between.
        let between: Vec<_> = weekdays_between(date("2024-02-01"), date("2024-02-06")).collect();
        assert_eq!(between, [date("2024-02-02"), date("2024-02-05")]);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-05")), 1);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-02")), 0);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-04")), 0);
    }
}
