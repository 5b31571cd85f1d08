//! London Stock Exchange: the bank holidays of England and Wales. Source: londonstockexchange.com, business days.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::rules::{EASTER_MONDAY, GOOD_FRIDAY, at, days_after_easter, is_last, is_nth, parts};

/// Jubilees, weddings, a funeral, a coronation, the days bank holidays were moved to, and the end of a millennium.
const SHUT: [(i32, u32, u32); 12] = [
    (1995, 5, 8),
    (1999, 12, 31),
    (2002, 6, 3),
    (2002, 6, 4),
    (2011, 4, 29),
    (2012, 6, 4),
    (2012, 6, 5),
    (2020, 5, 8),
    (2022, 6, 2),
    (2022, 6, 3),
    (2022, 9, 19),
    (2023, 5, 8),
];

/// The May bank holidays that were moved away.
const MOVED: [(i32, u32, u32); 5] = [(1995, 5, 1), (2002, 5, 27), (2012, 5, 28), (2020, 5, 4), (2022, 5, 30)];

/// When a weekday's session closes; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    if is_holiday(date) {
        None
    } else if is_half(date) {
        Some(at(12, 30))
    } else {
        Some(at(16, 30))
    }
}

fn is_holiday(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    let weekday = date.weekday();
    let regular = match month {
        1 => day == 1 || (weekday == Weekday::Mon && day <= 3),
        3 | 4 => matches!(days_after_easter(date), GOOD_FRIDAY | EASTER_MONDAY),
        5 => is_nth(date, Weekday::Mon, 1) || is_last(date, Weekday::Mon),
        8 => is_last(date, Weekday::Mon),
        // Christmas and Boxing Day on a weekend are kept on the Monday or Tuesday that follows.
        12 => matches!(day, 25 | 26) || (matches!(day, 27 | 28) && matches!(weekday, Weekday::Mon | Weekday::Tue)),
        _ => false,
    };
    (regular && !MOVED.contains(&(year, month, day))) || SHUT.contains(&(year, month, day))
}

/// The last sessions before Christmas and the New Year are half days.
fn is_half(date: NaiveDate) -> bool {
    let eve =
        |day: u32| date.day() == day || (date.weekday() == Weekday::Fri && (day - 2..day).contains(&date.day()));
    date.month() == 12 && (eve(24) || eve(31))
}
