//! Dates and times of Flex statements, in all the forms a Flex query can be set to.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::xml::Row;
use crate::collect::time::{self, Instant};

/// How the dates of one file are to be read.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    zone: Tz,
    month_first: bool,
}

impl Dates {
    /// Looks through a file for what its slashed dates mean. `03/04/2026` alone could be March or April; one date
    /// such as `03/25/2026` anywhere in the file, and none such as `25/03/2026`, settles it.
    pub fn of_file<'a>(rows: impl Iterator<Item = &'a Row<'a>>, zone: Tz) -> Self {
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
        Self { zone, month_first: month_first && !day_first }
    }

    /// Reads a date; a time after it is passed over.
    ///
    /// # Errors
    /// Another format, a day that does not exist, or one whose day and month are ambiguous.
    pub fn date(&self, text: &str) -> Result<NaiveDate, String> {
        let (date, _) = split(text);
        if let Some((month, day, year)) = slashed(date) {
            if !self.month_first {
                return Err(format!("`{text}` could be day or month first"));
            }
            return NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| not_a_date(text));
        }
        compact(date).or_else(|| dashed(date)).or_else(|| named_month(date)).ok_or_else(|| not_a_date(text))
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
        let local = date.and_time(clock_time(clock).ok_or_else(|| format!("`{text}` does not end in a time"))?);
        let time = match words.next() {
            None => time::to_utc(local, self.zone)?,
            Some(zone) => in_named_zone(local, zone)?,
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

/// `103059` or `10:30:59`.
fn clock_time(text: &str) -> Option<NaiveTime> {
    let plain: String = text.split(':').collect();
    digits(&plain, 6..=6)?;
    let part = |from: usize| digits(plain.get(from..from + 2)?, 2..=2);
    NaiveTime::from_hms_opt(part(0)?, part(2)?, part(4)?)
}

/// A time with the zone it names: the two of New York, or any of the time zone database.
fn in_named_zone(local: NaiveDateTime, zone: &str) -> Result<DateTime<Utc>, String> {
    let hours_west = match zone {
        "EST" => Some(5),
        "EDT" => Some(4),
        "UTC" | "GMT" | "Z" => Some(0),
        _ => None,
    };
    match hours_west.and_then(|hours| FixedOffset::west_opt(hours * 3600)) {
        Some(offset) => offset
            .from_local_datetime(&local)
            .single()
            .map(|time| time.to_utc())
            .ok_or_else(|| format!("{local} {zone} does not exist")),
        None => {
            let zone = zone.parse::<Tz>().map_err(|_| format!("`{zone}` is not a known time zone"))?;
            time::to_utc(local, zone)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISO: Dates = Dates { zone: chrono_tz::America::New_York, month_first: false };
    const AMERICAN: Dates = Dates { zone: chrono_tz::America::New_York, month_first: true };

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
    fn a_date_alone_is_noon_and_says_so() {
        let read = ISO.instant("20221205").unwrap();
        assert_eq!((read.time.to_rfc3339(), read.exact), ("2022-12-05T17:00:00+00:00".to_owned(), false));
    }

    #[test]
    fn day_and_month_are_never_guessed() {
        assert_eq!(ISO.date("03/04/2026").unwrap_err(), "`03/04/2026` could be day or month first");
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
            "20250101;1030",
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
