//! SIX Swiss Exchange. Source: six-group.com, trading and currency holidays. It has no half days.

use chrono::{NaiveDate, NaiveTime};

use super::rules::{ASCENSION_DAY, EASTER_MONDAY, GOOD_FRIDAY, WHIT_MONDAY, at, days_after_easter, parts};

/// When a weekday's session closes; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    let (_, month, day) = parts(date);
    let fixed = matches!((month, day), (1, 1 | 2) | (5 | 8, 1) | (12, 24 | 25 | 26 | 31));
    let movable = matches!(days_after_easter(date), GOOD_FRIDAY | EASTER_MONDAY | ASCENSION_DAY | WHIT_MONDAY);
    (!fixed && !movable).then(|| at(17, 30))
}
