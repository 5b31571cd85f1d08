//! Calendar months.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
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

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
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
}
