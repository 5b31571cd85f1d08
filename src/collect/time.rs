//! Times as files write them, made into UTC.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// An instant, and whether the source gave a time of day or only a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// The instant. Noon in the file's time zone where only the date is known.
    pub time: DateTime<Utc>,
    /// Whether the time of day is known.
    pub exact: bool,
}

/// A wall-clock time as an instant. Of the two instants an hour turned back has, the earlier counts.
///
/// # Errors
/// A time that the clocks skip.
pub fn to_utc(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, String> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Ok(time.to_utc()),
        LocalResult::None => Err(format!("{local} does not exist in {zone}: the clocks skip it")),
    }
}

/// Noon of a date, which stands for a time of day that is not known.
///
/// # Errors
/// A noon that the clocks skip.
pub fn noon(date: NaiveDate, zone: Tz) -> Result<Instant, String> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    Ok(Instant { time: to_utc(date.and_time(noon), zone)?, exact: false })
}

const ISO_FORMS: [&str; 8] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y%m%d;%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d-%H:%M:%S",
    "%Y-%m-%d;%H%M%S",
];

/// Reads a time in ISO form, with an offset or else in `zone`.
///
/// # Errors
/// Any other form, or a time that does not exist.
pub fn parse_iso(text: &str, zone: Tz) -> Result<Instant, String> {
    if let Some(time) = with_offset(text) {
        return Ok(Instant { time, exact: true });
    }
    if let Some(local) = ISO_FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        return Ok(Instant { time: to_utc(local, zone)?, exact: true });
    }
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => noon(date, zone),
        Err(_) => Err(format!("`{text}` is not a time in ISO form, such as 2026-01-27 14:30:00")),
    }
}

fn with_offset(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
        .map(|time| time.to_utc())
        .ok()
}

/// Reads a time in a `strftime` form.
///
/// # Errors
/// A text that does not have this form, or a time that does not exist.
pub fn parse_form(text: &str, form: &str, zone: Tz) -> Result<Instant, String> {
    if let Ok(time) = DateTime::parse_from_str(text, form) {
        return Ok(Instant { time: time.to_utc(), exact: true });
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(text, form) {
        return Ok(Instant { time: to_utc(local, zone)?, exact: true });
    }
    match NaiveDate::parse_from_str(text, form) {
        Ok(date) => noon(date, zone),
        Err(_) => Err(format!("`{text}` is not a time of the form `{form}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::New_York;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_turned_back_is_its_first_pass() {
        let local = "2025-11-02T01:30:00".parse().unwrap();
        assert_eq!(to_utc(local, New_York).unwrap(), utc("2025-11-02T05:30:00Z"));
    }

    #[test]
    fn an_hour_skipped_is_refused() {
        let error = to_utc("2025-03-09T02:30:00".parse().unwrap(), New_York).unwrap_err();
        assert_eq!(error, "2025-03-09 02:30:00 does not exist in America/New_York: the clocks skip it");
    }

    #[test]
    fn iso_forms_are_read_with_and_without_offset() {
        for text in ["2026-01-27T09:30:00", "2026-01-27 09:30", "20260127;093000", "2026-01-27T14:30:00Z"] {
            let read = parse_iso(text, New_York).unwrap();
            assert_eq!((read.time, read.exact), (utc("2026-01-27T14:30:00Z"), true), "{text}");
        }
        let offset = parse_iso("2026-01-27 15:30:00.000+01:00", New_York).unwrap();
        assert_eq!(offset.time, utc("2026-01-27T14:30:00Z"));
        let date = parse_iso("2026-01-27", New_York).unwrap();
        assert_eq!((date.time, date.exact), (utc("2026-01-27T17:00:00Z"), false));
        assert!(parse_iso("27/01/2026 09:30", New_York).is_err());
    }

    #[test]
    fn own_forms_are_read() {
        let read = parse_form("27.01.2026 15:30", "%d.%m.%Y %H:%M", chrono_tz::Europe::Berlin).unwrap();
        assert_eq!(read.time, utc("2026-01-27T14:30:00Z"));
        assert!(parse_form("x", "%Q", New_York).is_err());
    }
}
