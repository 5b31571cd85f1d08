//! Stock exchanges and their sessions.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{euronext, is_weekday, london, new_york, tokyo, xetra, zurich};

/// Before this hour no exchange has opened, so what is known then is of the day before.
const FIRST_HOUR: u32 = 4;

/// A stock exchange, written as its market identifier code (ISO 10383): `XNYS`.
///
/// Sessions and closes follow from rules and a table of the days that none gives, and are those of PyPI's
/// `exchange_calendars` from 2005 to 2028. Of other exchanges only weekdays are known: see [`Exchange::has_calendar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Exchange {
    code: [u8; 4],
    market: Market,
}

/// Exchanges that keep the same days and hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Market {
    NewYork,
    London,
    Xetra,
    Euronext,
    Zurich,
    Tokyo,
    /// Monday to Friday in a time zone, without holidays.
    Weekdays(Tz),
}

impl Exchange {
    /// The New York Stock Exchange.
    pub const NEW_YORK: Self = Self { code: *b"XNYS", market: Market::NewYork };

    /// The exchange with this market identifier code: four capital letters or digits. One whose calendar is not known has
    /// every weekday as a session.
    pub fn from_mic(mic: &str) -> Option<Self> {
        let code: [u8; 4] = mic.as_bytes().try_into().ok()?;
        let well_formed = code.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let market = match mic {
            "XNYS" | "XNAS" | "ARCX" | "BATS" | "XASE" | "IEXG" | "XCIS" | "OOTC" => Market::NewYork,
            "XLON" => Market::London,
            "XETR" | "XFRA" => Market::Xetra,
            "XPAR" | "XAMS" | "XBRU" | "XLIS" => Market::Euronext,
            "XSWX" => Market::Zurich,
            "XTKS" => Market::Tokyo,
            _ => Market::Weekdays(Tz::UTC),
        };
        well_formed.then_some(Self { code, market })
    }

    /// The exchange in a time zone of its own, where its calendar is not known; any other stays as it is.
    #[must_use]
    pub fn or_weekdays_in(self, zone: Tz) -> Self {
        match self.market {
            Market::Weekdays(_) => Self { market: Market::Weekdays(zone), ..self },
            _ => self,
        }
    }

    /// The exchange that stands for all with the same days and hours: New York's for Nasdaq, Paris's for Amsterdam.
    #[must_use]
    pub fn primary(self) -> Self {
        let code = match self.market {
            Market::NewYork => *b"XNYS",
            Market::London => *b"XLON",
            Market::Xetra => *b"XETR",
            Market::Euronext => *b"XPAR",
            Market::Zurich => *b"XSWX",
            Market::Tokyo => *b"XTKS",
            Market::Weekdays(_) => self.code,
        };
        Self { code, ..self }
    }

    /// Whether holidays and closes are known, rather than weekdays alone.
    pub fn has_calendar(self) -> bool {
        !matches!(self.market, Market::Weekdays(_))
    }

    /// The market identifier code.
    pub fn mic(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// What it is called on pages: its city, or its code where its calendar is not known.
    pub fn name(&self) -> &str {
        match self.market {
            Market::NewYork => "New York",
            Market::London => "London",
            Market::Xetra => "Frankfurt",
            Market::Euronext => match self.mic() {
                "XAMS" => "Amsterdam",
                "XBRU" => "Brussels",
                "XLIS" => "Lisbon",
                _ => "Paris",
            },
            Market::Zurich => "Zurich",
            Market::Tokyo => "Tokyo",
            Market::Weekdays(_) => self.mic(),
        }
    }

    /// Its time zone.
    pub fn zone(self) -> Tz {
        match self.market {
            Market::NewYork => Tz::America__New_York,
            Market::London => Tz::Europe__London,
            Market::Xetra => Tz::Europe__Berlin,
            Market::Euronext => Tz::Europe__Paris,
            Market::Zurich => Tz::Europe__Zurich,
            Market::Tokyo => Tz::Asia__Tokyo,
            Market::Weekdays(zone) => zone,
        }
    }

    /// Whether the exchange is open on a date, be it for half a day.
    pub fn is_session(self, date: NaiveDate) -> bool {
        is_weekday(date) && (!self.has_calendar() || self.local_close(date).is_some())
    }

    /// When the session of a date closes; `None` where there is none, or the exchange's hours are not known.
    pub fn close(self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let time = self.local_close(date).filter(|_| is_weekday(date))?;
        Some(self.zone().from_local_datetime(&date.and_time(time)).earliest()?.with_timezone(&Utc))
    }

    /// When the session of a date opens; `None` where there is none, or the exchange's hours are not known.
    pub fn open(self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let (hour, minute) = match self.market {
            Market::NewYork => (9, 30),
            Market::London => (8, 0),
            Market::Xetra | Market::Euronext | Market::Zurich | Market::Tokyo => (9, 0),
            Market::Weekdays(_) => return None,
        };
        let time = date.and_hms_opt(hour, minute, 0).filter(|_| self.is_session(date))?;
        Some(self.zone().from_local_datetime(&time).earliest()?.with_timezone(&Utc))
    }

    /// The close in the exchange's own time on a weekday.
    fn local_close(self, date: NaiveDate) -> Option<NaiveTime> {
        match self.market {
            Market::NewYork => new_york::close(date),
            Market::London => london::close(date),
            Market::Xetra => xetra::close(date),
            Market::Euronext => euronext::close(date),
            Market::Zurich => zurich::close(date),
            Market::Tokyo => tokyo::close(date),
            Market::Weekdays(_) => None,
        }
    }

    /// The sessions of these dates, in order.
    pub fn sessions(self, dates: RangeInclusive<NaiveDate>) -> impl Iterator<Item = NaiveDate> {
        let (first, last) = dates.into_inner();
        first.iter_days().take_while(move |date| *date <= last).filter(move |date| self.is_session(*date))
    }

    /// The sessions strictly between two dates, in order.
    pub fn sessions_between(self, after: NaiveDate, before: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let first = after.succ_opt().unwrap_or(after);
        self.sessions(first..=before).filter(move |date| *date < before)
    }

    /// How many sessions have come since `date`, that of `today` included: 1 from Friday to Monday.
    pub fn age(self, date: NaiveDate, today: NaiveDate) -> usize {
        let first = date.succ_opt().unwrap_or(date);
        self.sessions(first..=today).count()
    }

    /// The first session after a date.
    pub fn next_session(self, date: NaiveDate) -> NaiveDate {
        let mut after = (1..).map_while(|days| date.checked_add_days(Days::new(days)));
        after.find(|day| self.is_session(*day)).unwrap_or(date)
    }

    /// The last session before a date.
    pub fn previous_session(self, date: NaiveDate) -> NaiveDate {
        let mut before = (1..).map_while(|days| date.checked_sub_days(Days::new(days)));
        before.find(|day| self.is_session(*day)).unwrap_or(date)
    }

    /// The session that a valuation of this date belongs to: its own, or where there is none the one before it.
    pub fn session_on_or_before(self, date: NaiveDate) -> NaiveDate {
        if self.is_session(date) { date } else { self.previous_session(date) }
    }

    /// The session that a valuation at this instant belongs to. A session begins at four in the morning and holds until
    /// the next begins, so that an evening, a night, a weekend and a holiday belong to the session before.
    pub fn session_of(self, instant: DateTime<Utc>) -> NaiveDate {
        let local = instant.with_timezone(&self.zone());
        let night = local.hour() < FIRST_HOUR;
        let date = local.date_naive();
        self.session_on_or_before(if night { date.pred_opt().unwrap_or(date) } else { date })
    }

    /// The newest session that is over at an instant. Where the hours are not known it is over when its day is.
    pub fn last_closed(self, instant: DateTime<Utc>) -> NaiveDate {
        let local = instant.with_timezone(&self.zone()).date_naive();
        match self.close(local) {
            Some(close) if close <= instant => local,
            _ => self.previous_session(local),
        }
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self::NEW_YORK
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mic())
    }
}

impl From<Exchange> for String {
    fn from(exchange: Exchange) -> Self {
        exchange.to_string()
    }
}

impl TryFrom<String> for Exchange {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Exchange {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // A broker's name of an exchange may have the form of a code, as NYSE has.
        Self::from_mic(crate::brokers::market_of(text).unwrap_or(text)).ok_or_else(|| {
            format!("`{text}` is not a market identifier code; write four capitals such as XNYS, XLON or XETR")
        })
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
