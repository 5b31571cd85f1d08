//! Xetra and the Frankfurt Stock Exchange. Source: deutsche-boerse.com, trading calendar.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::rules::{EASTER_MONDAY, GOOD_FRIDAY, WHIT_MONDAY, at, days_after_easter, parts};

/// When a weekday's session closes; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    if is_holiday(date) {
        None
    } else if is_half(date) {
        Some(at(14, 0))
    } else {
        Some(at(17, 30))
    }
}

fn is_holiday(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    let after_easter = days_after_easter(date);
    let fixed = matches!((month, day), (1 | 5, 1) | (12, 24 | 25 | 26 | 31));
    let easter = matches!(after_easter, GOOD_FRIDAY | EASTER_MONDAY);
    let whit_monday = after_easter == WHIT_MONDAY && (year == 2007 || (2015..=2021).contains(&year));
    let unity = (month, day) == (10, 3) && (2014..=2021).contains(&year);
    fixed || easter || whit_monday || unity || (year, month, day) == (2017, 10, 31)
}

/// The last session of the year ends early since 2010.
fn is_half(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    year >= 2010 && month == 12 && (day == 30 || (date.weekday() == Weekday::Fri && matches!(day, 28 | 29)))
}
