//! When a job runs: by the sessions of an exchange, or by a cron pattern.

use std::str::FromStr;

use chrono::{NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

use super::span::{Span, Zone};
use crate::calendar::Exchange;
use crate::nearest::nearest;

/// A time by the sessions of an exchange: `XLON close + 20m`, `first session of month 08:00 Europe/London`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct At {
    text: String,
    /// The exchange; without one, the account's.
    pub exchange: Option<Exchange>,
    /// Whether only the first session of each month counts.
    pub is_first_of_month: bool,
    /// The time on such a day.
    pub moment: Moment,
}

/// A time on the day of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after the open, or before it.
    Open(TimeDelta),
    /// So long after the close, or before it.
    Close(TimeDelta),
    /// By the clock of a time zone.
    Clock(NaiveTime, Tz),
}

/// What such a time looks like.
const FORM: &str =
    "write it as \"XLON close + 20m\", \"XNYS open - 1h\" or \"first session of month 08:00 Europe/London\"";

/// The farthest that a time may lie from the open or close that it is counted from.
const FARTHEST: TimeDelta = TimeDelta::hours(24);

/// The exchanges whose hours are known.
const KNOWN: [&str; 13] =
    ["XNYS", "XNAS", "ARCX", "BATS", "XLON", "XETR", "XFRA", "XPAR", "XAMS", "XBRU", "XLIS", "XSWX", "XTKS"];

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Signs stand in names of zones too, such as Etc/GMT+1 and America/Port-au-Prince.
        let spaced = ["open", "close", " "].iter().fold(text.to_owned(), |text, before| {
            text.replace(&format!("{before}+"), &format!("{before} + "))
                .replace(&format!("{before}-"), &format!("{before} - "))
        });
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let is_keyword = |word: &str| matches!(word, "open" | "close" | "first") || word.contains(':');
        let (exchange, words) = match words.split_first() {
            Some((first, rest)) if !is_keyword(first) => (Some(exchange(first)?), rest),
            _ => (None, words.as_slice()),
        };
        let (is_first_of_month, words) = match words {
            ["first", "session", "of", "month", rest @ ..] => (true, rest),
            _ => (false, words),
        };
        let moment = match words {
            ["open", offset @ ..] => Moment::Open(self::offset(offset, text)?),
            ["close", offset @ ..] => Moment::Close(self::offset(offset, text)?),
            [time, zone] if time.contains(':') => Moment::Clock(clock(time)?, zone.parse::<Zone>()?.0),
            [time] if time.contains(':') => return Err(format!("`{text}` names no time zone; {FORM}")),
            _ => return Err(format!("`{text}` is not a time of a session; {FORM}")),
        };
        if let (Some(exchange), Moment::Open(_) | Moment::Close(_)) = (exchange, moment)
            && !exchange.has_calendar()
        {
            return Err(format!(
                "the hours of {exchange} are not known; write the time with its zone, such as \"{exchange} 18:00 Europe/Madrid\""
            ));
        }
        Ok(Self { text: text.trim().to_owned(), exchange, is_first_of_month, moment })
    }
}

/// The exchange of a code. One that looks like a misspelt known one is refused, because every weekday would count as its session.
fn exchange(word: &str) -> Result<Exchange, String> {
    let unknown = |near: &str| format!("`{word}` is no exchange whose sessions are known; did you mean {near}?");
    let found = word.parse::<Exchange>();
    match found {
        Ok(exchange) if exchange.has_calendar() => Ok(exchange),
        _ => match nearest(word, KNOWN, 1) {
            Some(near) => Err(unknown(near)),
            None => found,
        },
    }
}

fn offset(words: &[&str], text: &str) -> Result<TimeDelta, String> {
    let offset = match words {
        [] => TimeDelta::zero(),
        ["+", span] => span.parse::<Span>()?.delta(),
        ["-", span] => -span.parse::<Span>()?.delta(),
        _ => return Err(format!("`{text}` is not a time of a session; {FORM}")),
    };
    if offset.abs() > FARTHEST {
        return Err(format!("`{text}` is more than 24 hours from the session; use `cron` with a `zone`"));
    }
    Ok(offset)
}

pub(super) fn clock(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("`{text}` is not a time of day; write it as 08:00"))
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<At> for String {
    fn from(at: At) -> Self {
        at.text
    }
}

impl TryFrom<String> for At {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What the fields of a pattern are, and what may stand in each.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12"),
    ("weekday", "0 to 7, where 0 and 7 are Sunday"),
];

/// Which field of a pattern is wrong, and what may stand there.
fn not_a_pattern(text: &str, parser: &CronParser) -> String {
    let is_wrong = |place: usize, field: &str| {
        let alone: Vec<&str> = (0..FIELDS.len()).map(|other| if other == place { field } else { "*" }).collect();
        parser.parse(&alone.join(" ")).is_err()
    };
    let mut fields = text.split_whitespace().zip(FIELDS).enumerate();
    let wrong = fields.find(|(place, (field, _))| is_wrong(*place, field));
    let why =
        wrong.map(|(_, (field, (name, range)))| format!(": `{field}` is no {name} ({range})")).unwrap_or_default();
    format!(
        "`{text}` is not a cron pattern{why}; write it as \"35 16 * * 1-5\": minute, hour, day of the month, month, weekday"
    )
}

/// A cron pattern of five fields: minute, hour, day of the month, month, weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pattern {
    text: String,
    /// The pattern itself.
    pub cron: Box<Cron>,
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields = text.split_whitespace().count();
        if !text.trim().starts_with('@') && fields != 5 {
            return Err(format!(
                "`{text}` has {fields} fields and not five: minute, hour, day of the month, month, weekday, such as \"35 16 * * 1-5\""
            ));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(text).map_err(|_| not_a_pattern(text, &parser))?;
        // Whatever ever comes comes within the 28 years after which weekdays and dates meet again.
        let start = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).earliest().unwrap_or_default();
        if cron.find_next_occurrence(&start, true).is_err() {
            return Err(format!("`{text}` never comes: no month has such a day; correct the day or the month"));
        }
        Ok(Self { text: text.trim().to_owned(), cron: Box::new(cron) })
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<At>().unwrap_err()
    }

    #[test]
    fn times_of_sessions_are_read() {
        let at: At = "XLON close + 20m".parse().unwrap();
        assert_eq!(at.exchange, Exchange::from_mic("XLON"));
        assert_eq!((at.is_first_of_month, at.moment), (false, Moment::Close(TimeDelta::minutes(20))));
        let at: At = "XNYS open-1h".parse().unwrap();
        assert_eq!(at.moment, Moment::Open(-TimeDelta::hours(1)));
        let at: At = "first session of month 08:00 Europe/London".parse().unwrap();
        let eight = NaiveTime::from_hms_opt(8, 0, 0).unwrap();
        assert_eq!((at.exchange, at.is_first_of_month), (None, true));
        assert_eq!(at.moment, Moment::Clock(eight, Tz::Europe__London));
        let at: At = "XNYS 18:00 Etc/GMT+1".parse().unwrap();
        assert!(matches!(at.moment, Moment::Clock(_, Tz::Etc__GMTPlus1)));
        let at: At = "XHKG first session of month 18:00 Asia/Hong_Kong".parse().unwrap();
        assert_eq!(at.exchange.map(|exchange| exchange.to_string()), Some("XHKG".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_a_time_is_said() {
        assert!(refusal("XLNO close + 20m").contains("did you mean XLON?"), "{}", refusal("XLNO close + 20m"));
        assert!(refusal("LONDN close").contains("market identifier code"), "{}", refusal("LONDN close"));
        assert!(refusal("XHKG close").contains("hours of XHKG are not known"));
        assert!(refusal("XLON close + soon").contains("length of time"));
        assert!(refusal("XLON close + 3d").contains("24 hours"));
        assert!(refusal("XLON noon").contains("not a time of a session"));
        assert!(refusal("XLON 18:00").contains("names no time zone"));
        assert!(refusal("XLON 25:00 Europe/London").contains("not a time of day"));
        assert!(refusal("XLON 18:00 Europe/Londn").contains("did you mean Europe/London?"));
        assert!(refusal("").contains("not a time of a session"));
    }

    #[test]
    fn patterns_have_five_fields_and_come_some_day() {
        let wrong = |text: &str| text.parse::<Pattern>().unwrap_err();
        assert!("35 16 * * 1-5".parse::<Pattern>().is_ok());
        assert!("0 8 29 2 *".parse::<Pattern>().is_ok(), "leap years come");
        assert!(wrong("0 35 16 * * 1-5").contains("6 fields and not five"));
        assert!(wrong("35 16 * *").contains("4 fields"));
        assert!(wrong("0 8 31 2 *").contains("never comes"));
        assert!(wrong("61 8 * * *").contains("not a cron pattern"));
    }
}
