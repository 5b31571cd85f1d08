//! The times TWS and Gateway send, in all their forms.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::collect::time::to_utc;

/// Zone names that gateways were seen to send and that are no names of the time zone database.
const ALIASES: [(&str, Tz); 9] = [
    ("EDT", chrono_tz::America::New_York),
    ("CDT", chrono_tz::America::Chicago),
    ("MDT", chrono_tz::America::Denver),
    ("PDT", chrono_tz::America::Los_Angeles),
    ("BST", chrono_tz::Europe::London),
    ("CEST", chrono_tz::Europe::Berlin),
    ("MEST", chrono_tz::Europe::Berlin),
    ("JST", chrono_tz::Asia::Tokyo),
    ("HKT", chrono_tz::Asia::Hong_Kong),
];

/// Reads the time of an execution.
///
/// Three forms are known: date, time and a zone (`20260413 15:27:04 US/Eastern`); date and time joined by a dash,
/// which is UTC (`20250225-15:15:00`); and date and time alone, which are in `zone` where one is configured. A `Z`
/// at the end is UTC in each of them.
///
/// # Errors
/// Any other form, an unknown zone, a time that the clocks skip, or a time without a zone and none configured.
pub fn parse(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let unreadable = || format!("`{text}` is not a time of the form 20260127 14:30:00 US/Eastern");
    let (bare, utc) = match text.strip_suffix('Z') {
        Some(bare) => (bare.trim_end(), true),
        None => (text, false),
    };
    if let Ok(local) = NaiveDateTime::parse_from_str(bare, "%Y%m%d-%H:%M:%S") {
        return Ok(local.and_utc());
    }
    let mut words = bare.split_whitespace();
    let (date, time) = words.next().zip(words.next()).ok_or_else(unreadable)?;
    let name = words.collect::<Vec<_>>().join(" ");
    let local =
        NaiveDateTime::parse_from_str(&format!("{date} {time}"), "%Y%m%d %H:%M:%S").map_err(|_| unreadable())?;
    let zone = match (utc, name.as_str()) {
        (true, "") => chrono_tz::UTC,
        (false, "") => zone.ok_or_else(|| {
            format!("`{text}` names no time zone; set `[ibkr] time_zone` to the one the gateway shows")
        })?,
        (_, name) => zone_named(name).ok_or_else(|| format!("`{text}` is in a time zone that is not known"))?,
    };
    to_utc(local, zone)
}

fn zone_named(name: &str) -> Option<Tz> {
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, zone)| *zone);
    name.parse().ok().or_else(alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_is_read() {
        for (text, expected) in [
            ("20260413 15:27:04 US/Eastern", "2026-04-13T19:27:04Z"),
            ("20260127  09:30:00 America/New_York", "2026-01-27T14:30:00Z"),
            ("20260127 15:30:00 MET", "2026-01-27T14:30:00Z"),
            ("20260713 15:30:00 CEST", "2026-07-13T13:30:00Z"),
            ("20250225 15:15:00 Universal", "2025-02-25T15:15:00Z"),
            ("20250225-15:15:00", "2025-02-25T15:15:00Z"),
            ("20250225-15:15:00Z", "2025-02-25T15:15:00Z"),
            ("20250225 15:15:00Z", "2025-02-25T15:15:00Z"),
            ("20250225 15:15:00 GMT", "2025-02-25T15:15:00Z"),
            ("20260127 22:30:00 Asia/Hong_Kong", "2026-01-27T14:30:00Z"),
        ] {
            assert_eq!(parse(text, None).unwrap(), expected.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_needs_a_configured_one() {
        let london = Some(chrono_tz::Europe::London);
        let read = parse("20260713 15:30:00", london).unwrap();
        assert_eq!(read.to_rfc3339(), "2026-07-13T14:30:00+00:00");
        assert!(parse("20260713 15:30:00", None).unwrap_err().contains("[ibkr] time_zone"));
        // The dash form is UTC whatever is configured.
        assert_eq!(parse("20260713-15:30:00", london).unwrap().to_rfc3339(), "2026-07-13T15:30:00+00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2026-01-27 14:30:00 UTC", "20260127", "20260127 14:30", "20260127 14:30:00 Mars/Olympus"] {
            assert!(parse(text, Some(chrono_tz::UTC)).is_err(), "{text}");
        }
        assert!(parse("20260308 02:30:00 US/Eastern", None).unwrap_err().contains("the clocks skip it"));
    }
}
