//! Lengths of time and time zones as they are written in a configuration.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Serialize};

use crate::nearest::{nearest, usual_edits};

/// A length of time, written `20m`, `1h30m` or `3d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Span(i64);

/// The units, from the longest to the shortest, in seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// The longest span that is of any use here: a year and a day.
const LONGEST: i64 = 367 * 86_400;

impl Span {
    /// So many minutes.
    pub const fn minutes(count: u32) -> Self {
        Self(count as i64 * 60)
    }

    /// As a difference of two instants.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0)
    }

    /// As a time to wait.
    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0.unsigned_abs())
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a length of time; write it as 20m, 1h30m or 3d");
        let (mut total, mut number) = (0_i64, String::new());
        for letter in text.trim().chars() {
            if letter.is_ascii_digit() && number.len() < 9 {
                number.push(letter);
                continue;
            }
            let (_, seconds) = UNITS.iter().find(|(unit, _)| *unit == letter).ok_or_else(wrong)?;
            total += number.parse::<i64>().map_err(|_| wrong())? * seconds;
            number.clear();
        }
        let is_whole = number.is_empty() && (1..=LONGEST).contains(&total);
        if is_whole { Ok(Self(total)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0;
        for (unit, seconds) in UNITS {
            if left >= seconds {
                write!(f, "{}{unit}", left / seconds)?;
                left %= seconds;
            }
        }
        Ok(())
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A time zone by its name, such as `Europe/London`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(pub Tz);

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            let names = TZ_VARIANTS.iter().map(|zone| zone.name());
            match nearest(text, names, usual_edits(text)) {
                Some(near) => format!("there is no time zone `{text}`; did you mean {near}?"),
                None => format!("there is no time zone `{text}`; write it as Europe/London or America/New_York"),
            }
        })
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.name().to_owned()
    }
}

impl TryFrom<String> for Zone {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_and_written_in_one_way() {
        let seconds = |text: &str| text.parse::<Span>().map(|span| (span.delta().num_seconds(), span.to_string()));
        assert_eq!(seconds("20m"), Ok((1200, "20m".into())));
        assert_eq!(seconds("1h30m"), Ok((5400, "1h30m".into())));
        assert_eq!(seconds("90m"), Ok((5400, "1h30m".into())));
        assert_eq!(seconds("3d"), Ok((259_200, "3d".into())));
        for wrong in ["", "20", "m", "-5m", "0m", "1.5h", "20 m", "5x", "99999999999999999d", "400d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_zone_is_answered_with_the_nearest() {
        assert_eq!("Europe/London".parse(), Ok(Zone(Tz::Europe__London)));
        assert!("Europe/Londn".parse::<Zone>().unwrap_err().contains("did you mean Europe/London?"));
        assert!("Mars".parse::<Zone>().unwrap_err().contains("there is no time zone `Mars`"));
    }
}
