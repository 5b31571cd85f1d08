//! Tokyo Stock Exchange: Japan's national holidays and the exchange's own days. Source: jpx.co.jp, calendar; the Act on
//! National Holidays.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::rules::{at, is_nth, parts};

/// When a weekday's session closes, half an hour later since November 2024; `None` where there is none.
pub(super) fn close(date: NaiveDate) -> Option<NaiveTime> {
    let (_, month, day) = parts(date);
    let new_year = matches!((month, day), (1, 1..=3) | (12, 31));
    // The trading system failed on 1 October 2020.
    if new_year || is_holiday(date) || parts(date) == (2020, 10, 1) {
        None
    } else if parts(date) < (2024, 11, 5) {
        Some(at(15, 0))
    } else {
        Some(at(15, 30))
    }
}

/// A national holiday, the day that takes the place of one on a Sunday, or a day between two of them.
fn is_holiday(date: NaiveDate) -> bool {
    let named = |days: i64| date.checked_add_signed(chrono::Duration::days(days)).is_some_and(is_named);
    is_named(date) || takes_the_place_of_a_sunday(date) || (named(-1) && named(1))
}

/// Whether the holidays right before this day reach back to a Sunday: the first day after them is free instead.
fn takes_the_place_of_a_sunday(date: NaiveDate) -> bool {
    let before = (1..).map_while(|days| date.checked_sub_days(Days::new(days)));
    before.take_while(|day| is_named(*day)).any(|day| day.weekday() == Weekday::Sun)
}

/// Whether the Act names the day a holiday.
fn is_named(date: NaiveDate) -> bool {
    let (year, month, day) = parts(date);
    // The Games of Tokyo moved three holidays, in the year they were planned for and in that of their holding.
    let games = matches!(year, 2020 | 2021);
    match month {
        1 => day == 1 || is_nth(date, Weekday::Mon, 2),
        2 => day == 11 || (day == 23 && year >= 2020),
        3 => day == vernal_equinox(year),
        4 => day == 29,
        // The third is the accession to the throne.
        5 => matches!(day, 3 | 5) || (day == 4 && year >= 2007) || (year, day) == (2019, 1),
        7 if games => matches!((year, day), (2020, 23 | 24) | (2021, 22 | 23)),
        7 => is_nth(date, Weekday::Mon, 3),
        8 if games => matches!((year, day), (2020, 10) | (2021, 8)),
        8 => day == 11 && year >= 2016,
        9 => is_nth(date, Weekday::Mon, 3) || day == autumnal_equinox(year),
        // The second is the enthronement.
        10 => (is_nth(date, Weekday::Mon, 2) && !games) || (year, day) == (2019, 22),
        11 => matches!(day, 3 | 23),
        12 => day == 23 && year <= 2018,
        _ => false,
    }
}

/// Day in March, for 1980 to 2099. Source: formula of the Maritime Safety Agency's hydrographic department.
fn vernal_equinox(year: i32) -> u32 {
    equinox(year, 20.8431)
}

/// Day in September, for 1980 to 2099; as [`vernal_equinox`].
fn autumnal_equinox(year: i32) -> u32 {
    equinox(year, 23.2488)
}

fn equinox(year: i32, in_1980: f64) -> u32 {
    let years = year - 1980;
    (in_1980 + 0.242_194 * f64::from(years) - f64::from(years.div_euclid(4))).floor() as u32
}
