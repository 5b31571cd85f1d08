//! Euronext in Paris, Amsterdam, Brussels and Lisbon, which keep the same days. Source: euronext.com, calendars and hours.

use chrono::{NaiveDate, NaiveTime};

use super::rules::{EASTER_MONDAY, GOOD_FRIDAY, at, days_after_easter, parts};

/// When a weekday's session closes, in the time of Paris; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    let (_, month, day) = parts(date);
    match (month, day) {
        (1 | 5, 1) | (12, 25 | 26) => None,
        _ if matches!(days_after_easter(date), GOOD_FRIDAY | EASTER_MONDAY) => None,
        (12, 24 | 31) => Some(at(14, 5)),
        _ => Some(at(17, 30)),
    }
}
