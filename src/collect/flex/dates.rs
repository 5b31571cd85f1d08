//! Dates and times of Flex statements, in all the forms a Flex query can be set to.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::FlexSettings;
use super::xml::Row;
use crate::collect::time::{self, Instant};

/// How the dates of one file are to be read.
#[derive(Debug, Clone)]
pub struct Dates {
    zone: Tz,
    /// The zones of words that mean several.
    words: BTreeMap<String, Tz>,
    order: Option<Order>,
}

/// Which number of a date with slashes comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    MonthFirst,
    DayFirst,
}

impl Dates {
    /// Looks through a file for what its slashed dates mean. `03/04/2026` alone could be March or April; one date
    /// such as `03/25/2026` or `25/03/2026` anywhere in the file, and none of the other kind, settles it.
    pub fn of_file<'a>(rows: impl Iterator<Item = &'a Row<'a>>, settings: &FlexSettings) -> Self {
        let (mut month_first, mut day_first) = (false, false);
        for (name, text) in rows.flat_map(Row::values) {
            let lower = name.to_ascii_lowercase();
            if !(lower.ends_with("date") || lower.ends_with("datetime") || lower.ends_with("time")) {
                continue;
            }
            if let Some((first, second, _)) = slashed(split(text).0) {
                month_first |= second > 12;
                day_first |= first > 12;
            }
        }
        let order = match (month_first, day_first) {
            (true, false) => Some(Order::MonthFirst),
            (false, true) => Some(Order::DayFirst),
            _ => None,
        };
        let words = settings.zones.cloned().unwrap_or_default();
        Self { zone: settings.time_zone, words, order }
    }

    /// Reads a date; a time after it is passed over.
    ///
    /// # Errors
    /// Another format, a day that does not exist, or one whose day and month are ambiguous.
    pub fn date(&self, text: &str) -> Result<NaiveDate, String> {
        let (date, _) = split(text);
        if let Some((first, second, year)) = slashed(date) {
            let (month, day) = match self.order {
                Some(Order::MonthFirst) => (first, second),
                Some(Order::DayFirst) => (second, first),
                None => {
                    return Err(format!("`{text}` could be day or month first, and nothing in the file settles it"));
                }
            };
            return NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| not_a_date(text));
        }
        compact(date)
            .or_else(|| dashed(date))
            .or_else(|| dotted(date))
            .or_else(|| named_month(date))
            .ok_or_else(|| not_a_date(text))
    }

    /// Reads a date and time; without a time of day it is noon.
    ///
    /// # Errors
    /// As [`Dates::date`], or a time that does not exist or names an unknown zone.
    pub fn instant(&self, text: &str) -> Result<Instant, String> {
        let date = self.date(text)?;
        let (_, rest) = split(text);
        let mut words = rest.split_whitespace();
        let Some(clock) = words.next() else { return time::noon(date, self.zone) };
        let mut words = words.peekable();
        let half = words.next_if(|word| ["AM", "PM"].iter().any(|half| word.eq_ignore_ascii_case(half)));
        let clock = clock_time(clock, half).ok_or_else(|| format!("`{text}` does not end in a time"))?;
        let local = date.and_time(clock);
        let time = match words.next() {
            None => time::to_utc(local, self.zone)?,
            Some(word) => match self.words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
                Some((_, zone)) => time::to_utc(local, *zone)?,
                None => in_named_zone(local, word)?,
            },
        };
        Ok(Instant { time, exact: true })
    }

    /// The close of a reporting date: 17:00 in the zone of the statement.
    ///
    /// # Errors
    /// An hour that the clocks skip.
    pub fn close(&self, date: NaiveDate) -> Result<DateTime<Utc>, String> {
        time::to_utc(date.and_time(NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default()), self.zone)
    }
}

fn not_a_date(text: &str) -> String {
    format!("`{text}` is not a date")
}

/// The date and, behind `;`, `,`, a space, a `T` or nothing at all, the time.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.split_at(8);
    }
    let after_digit = |at: usize| text.as_bytes().get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_digit);
    let at = text.char_indices().find(|(at, letter)| match letter {
        ';' | ',' | ' ' => true,
        'T' => after_digit(*at),
        _ => false,
    });
    match at {
        Some((at, _)) => (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or_default().trim()),
        None => (text, ""),
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fits = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

/// Four digits as they are, two as a year of this century.
fn year(text: &str) -> Option<i32> {
    let number = i32::try_from(digits(text, 2..=4)?).ok()?;
    match text.len() {
        2 => Some(2000 + number),
        4 => Some(number),
        _ => None,
    }
}

fn compact(text: &str) -> Option<NaiveDate> {
    digits(text, 8..=8)?;
    NaiveDate::from_ymd_opt(year(text.get(..4)?)?, digits(text.get(4..6)?, 2..=2)?, digits(text.get(6..)?, 2..=2)?)
}

fn parts(text: &str, separator: char) -> Option<(&str, &str, &str)> {
    let mut parts = text.split(separator);
    let triple = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(triple)
}

fn dashed(text: &str) -> Option<NaiveDate> {
    let (year_text, month, day) = parts(text, '-')?;
    let year = i32::try_from(digits(year_text, 4..=4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(month, 2..=2)?, digits(day, 2..=2)?)
}

/// `17-Oct-25`.
fn named_month(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (day, name, year_text) = parts(text, '-')?;
    let month = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month))?;
    NaiveDate::from_ymd_opt(year(year_text)?, u32::try_from(month).ok()? + 1, digits(day, 1..=2)?)
}

/// The three numbers of a slashed date.
fn slashed(text: &str) -> Option<(u32, u32, i32)> {
    let (first, second, year_text) = parts(text, '/')?;
    Some((digits(first, 1..=2)?, digits(second, 1..=2)?, year(year_text)?))
}

/// `17.10.2025`, which is day first everywhere.
fn dotted(text: &str) -> Option<NaiveDate> {
    let (day, month, year_text) = parts(text, '.')?;
    NaiveDate::from_ymd_opt(year(year_text)?, digits(month, 1..=2)?, digits(day, 1..=2)?)
}

/// `103059`, `10:30:59`, `1030` or `10:30`, of twelve hours where `AM` or `PM` stands behind it.
fn clock_time(text: &str, half: Option<&str>) -> Option<NaiveTime> {
    let plain: String = match text.split_once(':') {
        Some((hour, rest)) if hour.len() == 1 => format!("0{hour}{}", rest.replace(':', "")),
        _ => text.split(':').collect(),
    };
    digits(&plain, 4..=6).filter(|_| plain.len() != 5)?;
    let part = |from: usize| digits(plain.get(from..from + 2)?, 2..=2);
    let seconds = if plain.len() == 6 { part(4)? } else { 0 };
    let hour = match half {
        None => part(0)?,
        Some(half) => {
            let hour = part(0).filter(|hour| (1..=12).contains(hour))? % 12;
            if half.eq_ignore_ascii_case("PM") { hour + 12 } else { hour }
        }
    };
    NaiveTime::from_hms_opt(hour, part(2)?, seconds)
}

/// Words for zones as their minutes east of Greenwich. Those that several parts of the world use are left out.
const ZONES: [(&str, i32); 34] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("SAST", 120),
    ("MSK", 180),
    ("TRT", 180),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("BRT", -180),
    ("HST", -600),
];

/// Words for zones that mean different hours in different places.
const AMBIGUOUS: [(&str, &str, &str); 3] = [
    ("CST", "Chicago or Shanghai", "America/Chicago"),
    ("IST", "Kolkata, Dublin or Jerusalem", "Asia/Kolkata"),
    ("BST", "London or Dhaka", "Europe/London"),
];

/// The word that a problem is about, where it means several zones, and one of them.
pub fn ambiguous_zone(problem: &str) -> Option<(&'static str, &'static str)> {
    let found = AMBIGUOUS.iter().find(|(word, ..)| problem.starts_with(&format!("`{word}` could be the time of")));
    found.map(|(word, _, zone)| (*word, *zone))
}

/// A time with the zone it names: by a word that means one thing, or by a name of the time zone database.
fn in_named_zone(local: NaiveDateTime, zone: &str) -> Result<DateTime<Utc>, String> {
    if let Some((_, places, _)) = AMBIGUOUS.iter().find(|(word, ..)| *word == zone) {
        return Err(format!("`{zone}` could be the time of {places}"));
    }
    if let Some((_, minutes)) = ZONES.iter().find(|(word, _)| *word == zone) {
        let offset = FixedOffset::east_opt(minutes * 60);
        let time = offset.and_then(|offset| offset.from_local_datetime(&local).single());
        return time.map(|time| time.to_utc()).ok_or_else(|| format!("{local} {zone} does not exist"));
    }
    let zone = zone.parse::<Tz>().map_err(|_| format!("`{zone}` is not a known time zone"))?;
    time::to_utc(local, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISO: Dates = Dates { zone: chrono_tz::America::New_York, words: BTreeMap::new(), order: None };
    const AMERICAN: Dates =
        Dates { zone: chrono_tz::America::New_York, words: BTreeMap::new(), order: Some(Order::MonthFirst) };
    const BRITISH: Dates =
        Dates { zone: chrono_tz::America::New_York, words: BTreeMap::new(), order: Some(Order::DayFirst) };

    fn utc(dates: Dates, text: &str) -> String {
        dates.instant(text).unwrap().time.format("%FT%TZ").to_string()
    }

    #[test]
    fn every_form_of_a_date_and_time_is_read() {
        // 10:30:59 in New York is 14:30:59 UTC in October (EDT) and 15:30:59 in December (EST).
        for text in [
            "20251017;103059",
            "2025-10-17;10:30:59",
            "20251017 10:30:59",
            "2025-10-17,103059",
            "20251017103059",
            "2025-10-17T10:30:59",
            "17-Oct-25;103059",
            "17-OCT-2025 103059",
        ] {
            assert_eq!(utc(ISO, text), "2025-10-17T14:30:59Z", "{text}");
        }
        assert_eq!(utc(ISO, "20251216;103059"), "2025-12-16T15:30:59Z");
        assert_eq!(utc(AMERICAN, "10/17/2025;103059"), "2025-10-17T14:30:59Z");
        assert_eq!(utc(AMERICAN, "10/17/25 10:30:59"), "2025-10-17T14:30:59Z");
    }

    #[test]
    fn a_named_zone_beats_the_configured_one() {
        assert_eq!(utc(ISO, "20250701 12:00:00 EST"), "2025-07-01T17:00:00Z");
        assert_eq!(utc(ISO, "20250701;120000 EDT"), "2025-07-01T16:00:00Z");
        assert_eq!(utc(ISO, "20250701;120000 Europe/Zurich"), "2025-07-01T10:00:00Z");
        assert!(ISO.instant("20250701;120000 XYZ").unwrap_err().contains("`XYZ` is not a known time zone"));
    }

    #[test]
    fn words_of_zones_around_the_world_are_read_and_ambiguous_ones_refused() {
        for (zone, expected) in [
            ("AEST", "2026-01-06T00:30:00Z"),
            ("AEDT", "2026-01-05T23:30:00Z"),
            ("CEST", "2026-01-06T08:30:00Z"),
            ("CDT", "2026-01-06T15:30:00Z"),
            ("PST", "2026-01-06T18:30:00Z"),
            ("PDT", "2026-01-06T17:30:00Z"),
            ("HKT", "2026-01-06T02:30:00Z"),
            ("JST", "2026-01-06T01:30:00Z"),
            ("SGT", "2026-01-06T02:30:00Z"),
            ("NZDT", "2026-01-05T21:30:00Z"),
        ] {
            assert_eq!(utc(ISO, &format!("2026-01-06;10:30:00 {zone}")), expected, "{zone}");
        }
        let problem = ISO.instant("20260106;103000 CST").unwrap_err();
        assert_eq!(problem, "`CST` could be the time of Chicago or Shanghai");
        assert!(ISO.instant("20260106;103000 IST").is_err() && ISO.instant("20260106;103000 BST").is_err());
    }

    #[test]
    fn a_configured_zone_settles_an_ambiguous_word() {
        let words = BTreeMap::from([("CST".to_owned(), chrono_tz::Asia::Shanghai)]);
        let dates = Dates { words, ..ISO };
        assert_eq!(utc(dates, "20260106;103000 CST"), "2026-01-06T02:30:00Z");
        let problem = ISO.instant("20260106;103000 BST").unwrap_err();
        assert_eq!(ambiguous_zone(&problem), Some(("BST", "Europe/London")));
        assert_eq!(ambiguous_zone("`XYZ` is not a known time zone"), None);
    }

    #[test]
    fn every_clock_of_the_menu_is_read() {
        for text in
            ["20260113;10:30", "20260113;1030", "13.01.2026;103000", "20260113;10:30:00 AM", "20260113;103000"]
        {
            assert_eq!(utc(ISO, text), "2026-01-13T15:30:00Z", "{text}");
        }
        assert_eq!(utc(ISO, "20260113;12:05:00 AM"), "2026-01-13T05:05:00Z");
        assert_eq!(utc(ISO, "20260113;1:05:00 PM EST"), "2026-01-13T18:05:00Z");
        assert_eq!(utc(BRITISH, "13/01/26;10:30:00"), "2026-01-13T15:30:00Z");
    }

    #[test]
    fn a_date_alone_is_noon_and_says_so() {
        let read = ISO.instant("20221205").unwrap();
        assert_eq!((read.time.to_rfc3339(), read.exact), ("2022-12-05T17:00:00+00:00".to_owned(), false));
    }

    #[test]
    fn day_and_month_are_never_guessed() {
        let problem = "`03/04/2026` could be day or month first, and nothing in the file settles it";
        assert_eq!(ISO.date("03/04/2026").unwrap_err(), problem);
        assert_eq!(BRITISH.date("03/04/2026").unwrap().to_string(), "2026-04-03");
        assert_eq!(AMERICAN.date("03/04/2026").unwrap().to_string(), "2026-03-04");
        assert!(AMERICAN.date("25/03/2026").is_err());
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in [
            "20250230",
            "2025-13-01",
            "2025-1-1",
            "Oct-17-25",
            "",
            "20250101;250000",
            "20250309;023000",
            "20250101;10305",
            "20250101;13:00 PM",
            "2025é101",
        ] {
            assert!(ISO.instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_close_is_five_in_the_afternoon() {
        let close = |date: &str| ISO.close(date.parse().unwrap()).unwrap().to_rfc3339();
        assert_eq!(close("2025-12-16"), "2025-12-16T22:00:00+00:00");
        assert_eq!(close("2025-07-01"), "2025-07-01T21:00:00+00:00");
    }
}
