//! The rules that holidays are made of.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

/// The time of day, from hours and minutes that are written in this program.
pub(super) fn at(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

/// Year, month and day of a date.
pub(super) fn parts(date: NaiveDate) -> (i32, u32, u32) {
    (date.year(), date.month(), date.day())
}

/// Whether it is the `nth` such weekday of its month, counted from 1.
pub(super) fn is_nth(date: NaiveDate, weekday: Weekday, nth: u32) -> bool {
    date.weekday() == weekday && (date.day() - 1) / 7 + 1 == nth
}

/// Whether it is the last such weekday of a month of 31 days.
pub(super) fn is_last(date: NaiveDate, weekday: Weekday) -> bool {
    date.weekday() == weekday && date.day() > 24
}

/// Whether a holiday that is fixed on a day of a month is kept on this weekday: on its day, on the Friday before a
/// Saturday, or on the Monday after a Sunday.
pub(super) fn is_nearest_weekday(date: NaiveDate, month: u32, day: u32) -> bool {
    let fixed = NaiveDate::from_ymd_opt(date.year(), month, day);
    fixed.is_some_and(|fixed| match (date - fixed).num_days() {
        0 => true,
        -1 => date.weekday() == Weekday::Fri,
        1 => date.weekday() == Weekday::Mon,
        _ => false,
    })
}

/// How many days after Easter Sunday of its year a date is: -2 on Good Friday, 39 on Ascension Day.
pub(super) fn days_after_easter(date: NaiveDate) -> i64 {
    (date - easter(date.year())).num_days()
}

/// Days after Easter of the movable feasts.
pub(super) const GOOD_FRIDAY: i64 = -2;
pub(super) const EASTER_MONDAY: i64 = 1;
pub(super) const ASCENSION_DAY: i64 = 39;
pub(super) const WHIT_MONDAY: i64 = 50;

/// Easter Sunday in the Gregorian calendar. Source: the anonymous computus, in Meeus, "Astronomical Algorithms" (1991),
/// chapter 8.
fn easter(year: i32) -> NaiveDate {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let moon_shift = century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15;
    let epact = (19 * golden + moon_shift) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let from_march = epact + weekday - 7 * correction + 114;
    let (month, day) = (from_march / 31, from_march % 31 + 1);
    NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_where_the_church_has_it() {
        // The earliest and latest of two centuries, and a few between.
        for day in ["1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2038-04-25"]
        {
            assert_eq!(days_after_easter(date(day)), 0, "{day}");
        }
        assert_eq!(days_after_easter(date("2024-03-29")), GOOD_FRIDAY);
        assert_eq!(days_after_easter(date("2024-05-09")), ASCENSION_DAY);
        assert_eq!(days_after_easter(date("2024-05-20")), WHIT_MONDAY);
    }

    #[test]
    fn weekdays_of_a_month_are_counted_from_both_ends() {
        assert!(is_nth(date("2024-01-15"), Weekday::Mon, 3) && !is_nth(date("2024-01-16"), Weekday::Mon, 3));
        assert!(is_last(date("2024-05-27"), Weekday::Mon) && !is_last(date("2024-05-20"), Weekday::Mon));
    }

    #[test]
    fn a_holiday_on_a_weekend_moves_to_the_nearest_weekday() {
        // 4 July was a Saturday in 2020, a Sunday in 2021, a Monday in 2022.
        assert!(is_nearest_weekday(date("2020-07-03"), 7, 4));
        assert!(is_nearest_weekday(date("2021-07-05"), 7, 4));
        assert!(is_nearest_weekday(date("2022-07-04"), 7, 4));
        assert!(!is_nearest_weekday(date("2022-07-05"), 7, 4));
    }
}
