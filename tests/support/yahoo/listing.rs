//! A listed instrument, and its chart as Yahoo would send it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Request;

/// One day as it traded. `None` is a day for which Yahoo sends an empty bar.
#[derive(Debug, Clone)]
struct Day {
    date: NaiveDate,
    close: Option<f64>,
    low: Option<f64>,
}

/// An instrument with its daily closes as they were traded; the chart adjusts them as Yahoo does.
#[derive(Debug, Clone)]
pub struct Listing {
    symbol: String,
    currency: String,
    zone: Tz,
    hours: (NaiveTime, NaiveTime),
    days: Vec<Day>,
    dividends: Vec<(NaiveDate, f64)>,
    splits: Vec<(NaiveDate, f64, f64)>,
    adjusts_splits: bool,
    changes: Vec<fn(&mut Value)>,
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// Yahoo's floats have 32 bits and are printed with 64.
fn narrow(number: f64) -> f64 {
    f64::from(number as f32)
}

impl Listing {
    /// An instrument in London, quoted in this unit.
    pub fn new(symbol: &str, currency: &str) -> Self {
        Self {
            symbol: symbol.to_owned(),
            currency: currency.to_owned(),
            zone: chrono_tz::Europe::London,
            hours: (clock("08:00"), clock("16:30")),
            days: Vec::new(),
            dividends: Vec::new(),
            splits: Vec::new(),
            adjusts_splits: true,
            changes: Vec::new(),
        }
    }

    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// The exchange's zone and hours.
    pub fn at(mut self, zone: Tz, open: &str, close: &str) -> Self {
        self.zone = zone;
        self.hours = (clock(open), clock(close));
        self
    }

    /// Closes on the weekdays from a date on.
    pub fn closes(mut self, from: &str, closes: impl IntoIterator<Item = f64>) -> Self {
        let weekdays = date(from).iter_days().filter(|date| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
        self.days.extend(weekdays.zip(closes).map(|(date, close)| Day { date, close: Some(close), low: None }));
        self
    }

    /// Replaces the close of one day.
    pub fn close(mut self, on: &str, close: impl Into<Option<f64>>) -> Self {
        let close = close.into();
        match self.days.iter_mut().find(|day| day.date == date(on)) {
            Some(day) => day.close = close,
            None => self.days.push(Day { date: date(on), close, low: None }),
        }
        self
    }

    /// Replaces the low of one day.
    pub fn low(mut self, on: &str, low: f64) -> Self {
        self.days.iter_mut().find(|day| day.date == date(on)).unwrap().low = Some(low);
        self
    }

    pub fn dividend(mut self, on: &str, amount: f64) -> Self {
        self.dividends.push((date(on), amount));
        self
    }

    pub fn split(mut self, on: &str, new: f64, old: f64) -> Self {
        self.splits.push((date(on), new, old));
        self
    }

    /// Names its splits and leaves earlier prices as they were.
    pub fn unadjusted(mut self) -> Self {
        self.adjusts_splits = false;
        self
    }

    /// Changes the finished document.
    pub fn changed(mut self, change: fn(&mut Value)) -> Self {
        self.changes.push(change);
        self
    }

    fn split_factor(&self, day: NaiveDate) -> f64 {
        let later = self.splits.iter().filter(|(date, ..)| self.adjusts_splits && *date > day);
        later.map(|(_, new, old)| old / new).product()
    }

    fn shown_close(&self, day: &Day) -> Option<f64> {
        Some(day.close? * self.split_factor(day.date))
    }

    fn dividend_factor(&self, day: NaiveDate) -> f64 {
        let later = self.dividends.iter().filter(|(date, _)| *date > day);
        later
            .map(|(ex_date, amount)| {
                let before = self.days.iter().rfind(|day| day.date < *ex_date && day.close.is_some()).unwrap();
                1.0 - amount / self.shown_close(before).unwrap()
            })
            .product()
    }

    fn open(&self, day: NaiveDate) -> i64 {
        self.zone.from_local_datetime(&day.and_time(self.hours.0)).unwrap().timestamp()
    }

    fn meta(&self, now: DateTime<Utc>) -> Value {
        let today = now.with_timezone(&self.zone).date_naive();
        let end = self.zone.from_local_datetime(&today.and_time(self.hours.1)).unwrap().timestamp();
        let period = |start: i64, end: i64| json!({ "timezone": "UTC", "gmtoffset": 0, "start": start, "end": end });
        json!({
            "currency": self.currency,
            "symbol": self.symbol,
            "firstTradeDate": self.days.first().map(|day| self.open(day.date)),
            "exchangeTimezoneName": self.zone.name(),
            "instrumentType": "EQUITY",
            "gmtoffset": 0,
            "priceHint": 2,
            "regularMarketTime": now.timestamp().min(end),
            "timezone": "UTC",
            "currentTradingPeriod": {
                "pre": period(self.open(today), self.open(today)),
                "regular": period(self.open(today), end),
                "post": period(end, end),
            },
            "dataGranularity": "1d",
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
        })
    }

    /// The document for the times asked for, and for the last day where a range is asked for instead. "Now" is
    /// their end, as clients ask.
    pub fn chart(&self, request: &Request) -> Vec<u8> {
        let last = self.days.last().map_or(0, |day| self.open(day.date));
        let from = request.seconds("period1").unwrap_or(last);
        let until = request.seconds("period2").unwrap_or(last);
        let asked = |date: &NaiveDate| (from..=until).contains(&self.open(*date));
        let days: Vec<&Day> = self.days.iter().filter(|day| asked(&day.date)).collect();
        let column = |price: &dyn Fn(&Day, f64) -> f64| -> Vec<Option<f64>> {
            days.iter().map(|day| Some(narrow(price(day, self.shown_close(day)?)))).collect()
        };
        let dividends = self.dividends.iter().filter(|(date, _)| asked(date)).map(|(date, amount)| {
            let time = self.open(*date);
            (time.to_string(), json!({ "amount": amount, "date": time }))
        });
        let splits = self.splits.iter().filter(|(date, ..)| asked(date)).map(|(date, new, old)| {
            let time = self.open(*date);
            (
                time.to_string(),
                json!({ "date": time, "numerator": new, "denominator": old, "splitRatio": format!("{new}:{old}") }),
            )
        });
        let mut series = json!({
            "meta": self.meta(DateTime::from_timestamp(until, 0).unwrap()),
            "indicators": { "quote": [{}], "adjclose": [{}] },
        });
        let events = [("dividends", dividends.collect::<Value>()), ("splits", splits.collect::<Value>())];
        for (name, found) in
            events.into_iter().filter(|(_, found)| found.as_object().is_some_and(|map| !map.is_empty()))
        {
            series["events"][name] = found;
        }
        if !days.is_empty() {
            series["timestamp"] = days.iter().map(|day| self.open(day.date)).collect();
            series["indicators"]["quote"][0] = json!({
                "open": column(&|_, close| close * 0.995),
                "high": column(&|_, close| close * 1.01),
                "low": column(&|day, close| day.low.unwrap_or(close * 0.99)),
                "close": column(&|_, close| close),
                "volume": days.iter().map(|day| day.close.map(|_| 1000)).collect::<Vec<_>>(),
            });
            series["indicators"]["adjclose"][0]["adjclose"] =
                json!(column(&|day, close| close * self.dividend_factor(day.date)));
        }
        let mut document = json!({ "chart": { "result": [series], "error": null } });
        for change in &self.changes {
            change(&mut document);
        }
        serde_json::to_vec(&document).unwrap()
    }
}
