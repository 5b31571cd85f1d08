//! Dates as people and their programs write them, read by what the whole column proves.
//!
//! `03/04/2026` alone could be March or April. One date such as `25/03/2026` in the column settles it, points between
//! the numbers do, and otherwise nothing is guessed.

use chrono::{DateTime, FixedOffset, Months, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::time::{self, Instant};

/// Which number of a date such as `03/04/2026` comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The month, as in the United States.
    MonthFirst,
    /// The day, as nearly everywhere else.
    DayFirst,
}

/// How the dates of one column are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Days {
    order: Option<Order>,
}

impl Days {
    /// What a column of dates proves about their order.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let (mut month_first, mut day_first) = (false, false);
        for cell in cells {
            let Some(Written::Numbers { first, second, dotted, .. }) = written(split(cell).0) else { continue };
            month_first |= second > 12;
            day_first |= first > 12 || dotted;
        }
        let order = match (month_first, day_first) {
            (true, false) => Some(Order::MonthFirst),
            (false, true) => Some(Order::DayFirst),
            _ => None,
        };
        Self { order }
    }

    /// Dates in this order, whatever the column says.
    pub fn ordered(order: Order) -> Self {
        Self { order: Some(order) }
    }

    /// The order of day and month, where it matters and is known.
    pub fn order(self) -> Option<Order> {
        self.order
    }

    /// Reads a date; a time after it is passed over. A month alone is its last day.
    ///
    /// # Errors
    /// Another form, a day that does not exist, or one whose day and month are ambiguous.
    pub fn date(self, text: &str) -> Result<NaiveDate, String> {
        let (date, _) = split(text);
        let wrong = || format!("`{}` is not a date", excerpt(text));
        match written(date).ok_or_else(wrong)? {
            Written::Date(date) => Ok(date),
            Written::Month(year, month) => {
                let first = NaiveDate::from_ymd_opt(year, month, 1);
                first.and_then(|first| first.checked_add_months(Months::new(1))?.pred_opt()).ok_or_else(wrong)
            }
            Written::Numbers { first, second, year, dotted } => {
                let order = if dotted { Some(Order::DayFirst) } else { self.order };
                let (day, month) = match order {
                    _ if first == second => (first, second),
                    Some(Order::DayFirst) => (first, second),
                    Some(Order::MonthFirst) => (second, first),
                    None => {
                        return Err(format!(
                            "`{}` could be day or month first, and nothing in the file settles it",
                            excerpt(text)
                        ));
                    }
                };
                NaiveDate::from_ymd_opt(year, month, day).ok_or_else(wrong)
            }
        }
    }

    /// Reads a date and a time of day, with an offset or else in `zone`; without a time of day it is noon.
    ///
    /// # Errors
    /// As [`Days::date`], or a time that does not exist.
    pub fn instant(self, text: &str, zone: Tz) -> Result<Instant, String> {
        if let Ok(instant) = time::parse_iso(text.trim(), zone) {
            return Ok(instant);
        }
        let date = self.date(text)?;
        let (_, clock) = split(text);
        if clock.is_empty() {
            return time::noon(date, zone);
        }
        let wrong = || format!("`{}` does not end in a time", excerpt(text));
        let (clock, offset) = zoned(clock);
        let local = date.and_time(clock_time(clock).ok_or_else(wrong)?);
        let time = match offset {
            None => time::to_utc(local, zone)?,
            Some(offset) => offset.from_local_datetime(&local).single().ok_or_else(wrong)?.to_utc(),
        };
        Ok(Instant { time, exact: true })
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A date as far as its own letters say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Date(NaiveDate),
    Month(i32, u32),
    /// Day and month in an order that has to be known; points stand in dates that begin with the day.
    Numbers {
        first: u32,
        second: u32,
        year: i32,
        dotted: bool,
    },
}

/// The date, and the time of day behind it: whatever surrounds the first colon.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let Some(colon) = text.find(':') else { return (text, "") };
    let before = text.get(..colon).unwrap_or_default();
    let gap = before.rfind(|letter: char| letter.is_whitespace() || matches!(letter, 'T' | ';'));
    match gap {
        Some(gap) => {
            let (date, clock) = text.split_at(gap);
            (date.trim().trim_end_matches(','), clock.trim_start_matches(['T', ';', ' ', '\u{a0}']).trim())
        }
        None => (text, ""),
    }
}

fn written(date: &str) -> Option<Written> {
    let parts: Vec<&str> = date.split(['-', '/', '.', ' ', ',', '\u{a0}']).filter(|part| !part.is_empty()).collect();
    let number = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| fits)
    };
    let year = |text: &str| number(text, 4).filter(|_| text.len() == 4).and_then(|year| i32::try_from(year).ok());
    let short_year = |text: &str| match text.len() {
        2 => number(text, 2).and_then(|year| i32::try_from(2000 + year).ok()),
        _ => year(text),
    };
    match parts[..] {
        [all] if all.len() == 8 => {
            let part = |from: usize, to: usize| all.get(from..to);
            let (of_year, month, day) = (year(part(0, 4)?)?, number(part(4, 6)?, 2)?, number(part(6, 8)?, 2)?);
            NaiveDate::from_ymd_opt(of_year, month, day).map(Written::Date)
        }
        [one, other] => match (year(one), year(other)) {
            (Some(of_year), None) => {
                Some(Written::Month(of_year, month(other).or_else(|| number(other, 2)).filter(|month| *month <= 12)?))
            }
            (None, Some(of_year)) => {
                Some(Written::Month(of_year, month(one).or_else(|| number(one, 2)).filter(|month| *month <= 12)?))
            }
            _ => None,
        },
        [one, two, three] => {
            if let (Some(of_year), Some(of_month)) = (year(one), month(two).or_else(|| number(two, 2))) {
                return NaiveDate::from_ymd_opt(of_year, of_month, number(three, 2)?).map(Written::Date);
            }
            let of_year = short_year(three)?;
            match (month(one), month(two)) {
                (Some(of_month), None) => {
                    NaiveDate::from_ymd_opt(of_year, of_month, number(two, 2)?).map(Written::Date)
                }
                (None, Some(of_month)) => {
                    NaiveDate::from_ymd_opt(of_year, of_month, number(one, 2)?).map(Written::Date)
                }
                // Two digits between dashes may be those of the year in any place.
                _ if three.len() == 2 && date.contains('-') => None,
                _ => Some(Written::Numbers {
                    first: number(one, 2)?,
                    second: number(two, 2)?,
                    year: of_year,
                    dotted: date.contains('.'),
                }),
            }
        }
        _ => None,
    }
}

/// A month by its name in English, German, French, Dutch, Italian or Spanish, whole or cut.
fn month(name: &str) -> Option<u32> {
    const NAMES: [(&str, u32); 37] = [
        ("january", 1),
        ("januar", 1),
        ("janvier", 1),
        ("gennaio", 1),
        ("enero", 1),
        ("february", 2),
        ("februar", 2),
        ("février", 2),
        ("fevrier", 2),
        ("march", 3),
        ("märz", 3),
        ("mars", 3),
        ("maart", 3),
        ("mrt", 3),
        ("april", 4),
        ("avril", 4),
        ("abril", 4),
        ("may", 5),
        ("mai", 5),
        ("mei", 5),
        ("maggio", 5),
        ("june", 6),
        ("juni", 6),
        ("juin", 6),
        ("giugno", 6),
        ("july", 7),
        ("juli", 7),
        ("juillet", 7),
        ("luglio", 7),
        ("august", 8),
        ("août", 8),
        ("agosto", 8),
        ("september", 9),
        ("settembre", 9),
        ("oktober", 10),
        ("november", 11),
        ("dezember", 12),
    ];
    const MORE: [(&str, u32); 4] = [("october", 10), ("ottobre", 10), ("december", 12), ("dicembre", 12)];
    let name = name.to_lowercase();
    if name.chars().count() < 3 || !name.chars().all(char::is_alphabetic) {
        return None;
    }
    let name = if name == "sept" { "sep".to_owned() } else { name };
    let mut fitting =
        NAMES.iter().chain(&MORE).filter(|(known, _)| known.starts_with(&name)).map(|(_, month)| *month);
    let first = fitting.next()?;
    fitting.all(|other| other == first).then_some(first)
}

/// A clock without its offset, and the offset: `10:30:00+01:00`, `10:30 Z`.
fn zoned(clock: &str) -> (&str, Option<FixedOffset>) {
    if let Some(bare) = clock.strip_suffix(['Z', 'z']).or_else(|| clock.strip_suffix("UTC")) {
        return (bare.trim(), FixedOffset::east_opt(0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return (clock, None) };
    let (bare, offset) = clock.split_at(at);
    let read = DateTime::parse_from_str(&format!("2000-01-01 00:00 {offset}"), "%Y-%m-%d %H:%M %z");
    match read {
        Ok(time) => (bare.trim(), Some(*time.offset())),
        Err(_) => (clock, None),
    }
}

fn clock_time(clock: &str) -> Option<NaiveTime> {
    let upper = clock.to_uppercase();
    ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(&upper, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cells: &[&str]) -> Vec<String> {
        let days = Days::of(cells.iter().copied());
        cells.iter().map(|cell| days.date(cell).map_or_else(|error| error, |date| date.to_string())).collect()
    }

    #[test]
    fn every_plain_form_is_the_same_day() {
        for text in [
            "2024-01-31",
            "2024/1/31",
            "20240131",
            "2024-01-31 00:00:00",
            "2024-01-31T23:59:59+02:00",
            "31.01.2024",
            "31.1.24",
            "31-Jan-2024",
            "31 January 2024",
            "Jan 31, 2024",
            "January 31 2024 16:00",
            "31. Januar 2024",
            "31 janv 2024",
            "31/01/2024",
            "01/31/2024",
            "31-01-2024",
            "2024-01",
            "01/2024",
            "Jan 2024",
            "Januar 2024",
        ] {
            assert_eq!(read(&[text]), ["2024-01-31"], "{text}");
        }
    }

    #[test]
    fn one_date_settles_the_order_of_a_column_and_nothing_else_does() {
        assert_eq!(read(&["03/04/2026", "25/04/2026"])[0], "2026-04-03");
        assert_eq!(read(&["03/04/2026", "04/25/2026"])[0], "2026-03-04");
        let ambiguous = "`03/04/2026` could be day or month first, and nothing in the file settles it";
        assert_eq!(read(&["03/04/2026", "05/05/2026"]), [ambiguous, "2026-05-05"]);
        assert!(read(&["25/03/2026", "03/25/2026"]).iter().all(|text| text.contains("nothing in the file settles")));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "Total", "2024-02-30", "45292", "12-03-26", "jui 2024", "31.13.2024", "2024-13", "1.5"] {
            assert_eq!(read(&[text]), [format!("`{text}` is not a date")], "{text}");
        }
    }

    #[test]
    fn times_are_read_in_the_zone_or_with_their_offset() {
        let at = |text: &str| {
            let instant = Days::of([text].into_iter()).instant(text, chrono_tz::Europe::Berlin).unwrap();
            (instant.time.format("%FT%TZ").to_string(), instant.exact)
        };
        assert_eq!(at("27-01-2026 14:30"), ("2026-01-27T13:30:00Z".to_owned(), true));
        assert_eq!(at("01/27/2026, 2:30:05 PM"), ("2026-01-27T13:30:05Z".to_owned(), true));
        assert_eq!(at("27.01.2026 14:30:00 +00:00"), ("2026-01-27T14:30:00Z".to_owned(), true));
        assert_eq!(at("27.01.2026"), ("2026-01-27T11:00:00Z".to_owned(), false));
        assert!(Days::default().instant("27.01.2026 25:00", chrono_tz::UTC).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}|[0-9./: -]{0,16}") {
            let days = Days::of([text.as_str()].into_iter());
            let _ = days.date(&text);
            let _ = days.instant(&text, chrono_tz::UTC);
        }
    }
}
