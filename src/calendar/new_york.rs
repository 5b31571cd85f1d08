//! New York Stock Exchange and Nasdaq. Source: nyse.com, holidays and trading hours.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::rules::{GOOD_FRIDAY, at, days_after_easter, is_last, is_nearest_weekday, is_nth, parts};

/// Days of mourning, attacks and storms.
const SHUT: [(i32, u32, u32); 11] = [
    (1994, 4, 27),
    (2001, 9, 11),
    (2001, 9, 12),
    (2001, 9, 13),
    (2001, 9, 14),
    (2004, 6, 11),
    (2007, 1, 2),
    (2012, 10, 29),
    (2012, 10, 30),
    (2018, 12, 5),
    (2025, 1, 9),
];

/// Half days that no rule gives.
const HALF: [(i32, u32, u32); 3] = [(1997, 12, 26), (1999, 12, 31), (2003, 12, 26)];

/// When a weekday's session closes; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    if is_holiday(date) {
        None
    } else if is_half(date) {
        Some(at(13, 0))
    } else {
        Some(at(16, 0))
    }
}

fn is_holiday(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    let regular = match month {
        // New Year on a Saturday is not kept: the Friday before belongs to the old year.
        1 => is_nearest_weekday(date, 1, 1) || (year >= 1998 && is_nth(date, Weekday::Mon, 3)),
        2 => is_nth(date, Weekday::Mon, 3),
        3 | 4 => days_after_easter(date) == GOOD_FRIDAY,
        5 => is_last(date, Weekday::Mon),
        6 => year >= 2022 && is_nearest_weekday(date, 6, 19),
        7 => is_nearest_weekday(date, 7, 4),
        9 => is_nth(date, Weekday::Mon, 1),
        11 => is_nth(date, Weekday::Thu, 4),
        12 => is_nearest_weekday(date, 12, 25),
        _ => false,
    };
    regular || SHUT.contains(&(year, month, day))
}

/// Half days are the eves of Independence Day and Christmas and the day after Thanksgiving. Where Independence Day was a
/// Thursday, the Friday after it was one until 2012, and the Wednesday before it has been since.
fn is_half(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    let weekday = date.weekday();
    let regular = match (month, day) {
        (7, 3) => weekday != Weekday::Wed || year >= 2013,
        (7, 5) => weekday == Weekday::Fri && year < 2013,
        (11, 23..=29) => weekday == Weekday::Fri,
        (12, 24) => true,
        _ => false,
    };
    regular || HALF.contains(&(year, month, day))
}
