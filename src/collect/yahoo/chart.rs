//! Reads a chart document into daily bars, dividends and splits on the exchange's dates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::decimal::decimal;
use super::document::{Column, Document, Envelope, Events, Fault, Indicators, Meta, Quote, Series, TradingPeriod};
use crate::error::{Error, Result};
use crate::record::price::quote_unit;
use crate::record::{Bar, PriceSymbol};

/// How long after the close of trading a bar counts as finished: closing auctions and delayed feeds need a while.
const SETTLING: TimeDelta = TimeDelta::minutes(30);

/// Times further from 1970 than this many seconds, some 2,000 years, are mistakes.
const LONG_AGO: i64 = 1 << 36;

/// What Yahoo says about one symbol.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chart {
    /// The unit of all prices, as declared.
    pub currency: String,
    /// Finished bars with a close, ascending, one a date.
    pub bars: Vec<Bar>,
    /// Distributions for one share by ex-date, in the unit of the prices.
    pub dividends: BTreeMap<NaiveDate, Decimal>,
    /// New shares for one old by date.
    pub splits: BTreeMap<NaiveDate, Decimal>,
    /// The first date Yahoo has prices of.
    pub first_trade: Option<NaiveDate>,
    /// Dates whose bar is empty.
    pub empty: BTreeSet<NaiveDate>,
    /// Dates of bars that have not come yet, which are left out.
    pub future: BTreeSet<NaiveDate>,
    /// Dates that came twice with different closes; the later one counts.
    pub doubled: BTreeSet<NaiveDate>,
    /// Events whose amount or ratio is no number above zero, or whose currency is another than the prices'.
    pub unusable_events: BTreeSet<NaiveDate>,
}

/// Reads an answer about `asked`. Bars that were not finished at `now` are left out.
///
/// # Errors
/// No JSON, an error document, no prices, prices without dates, columns of different lengths, another symbol, no
/// currency or no time zone.
pub(super) fn read(body: &[u8], asked: &PriceSymbol, now: DateTime<Utc>) -> Result<Chart> {
    let document: Document = serde_json::from_slice(body).map_err(|error| {
        Error::network("the answer is not a chart")
            .because(error)
            .hint("try again later; Yahoo may have changed its form")
    })?;
    let series = series(document)?;
    let meta = series.meta.unwrap_or_default();
    let currency = currency(&meta, asked)?;
    let zone = Zone::of(&meta)?;
    let columns = Columns::new(series.timestamp, series.indicators.unwrap_or_default())?;
    let session = meta.current_trading_period.and_then(|periods| periods.regular);
    let finished = |date| is_finished(date, zone, session, now);

    let mut chart = Chart {
        first_trade: meta.first_trade_date.and_then(|time| zone.date(time)),
        currency,
        bars: Vec::new(),
        dividends: BTreeMap::new(),
        splits: BTreeMap::new(),
        empty: BTreeSet::new(),
        future: BTreeSet::new(),
        doubled: BTreeSet::new(),
        unusable_events: BTreeSet::new(),
    };
    chart.take_bars(&columns, zone, finished);
    let today = zone.date_at(now);
    let dates = columns.times.iter().flatten().filter_map(|time| zone.date(*time));
    chart.future = dates.filter(|date| *date > today).collect();
    chart.take_events(&series.events.unwrap_or_default(), zone);
    Ok(chart)
}

/// Whether a document was cut off, so that asking again may help.
pub(super) fn is_cut_off(body: &[u8]) -> bool {
    serde_json::from_slice::<Document>(body).is_err_and(|error| error.is_eof())
}

/// The code and words of an error document.
pub(super) fn complaint(body: &[u8]) -> Option<String> {
    let document: Document = serde_json::from_slice(body).ok()?;
    let fault = [document.chart, document.finance].into_iter().flatten().find_map(|envelope| envelope.error)?;
    Some(message(&fault))
}

fn message(fault: &Fault) -> String {
    let parts: Vec<&str> = [&fault.code, &fault.description]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|s| !s.is_empty())
        .collect();
    if parts.is_empty() { "an error without words".to_owned() } else { parts.join(": ") }
}

const RENAMED: &str =
    "look the symbol up on finance.yahoo.com; if it was renamed or delisted, correct the configuration";

fn series(document: Document) -> Result<Series> {
    let envelope = document.chart.or(document.finance).unwrap_or_default();
    match envelope {
        Envelope { error: Some(fault), .. } => {
            Err(Error::data(format!("Yahoo says \"{}\"", message(&fault))).hint(RENAMED))
        }
        Envelope { result, .. } => result
            .into_iter()
            .flatten()
            .flatten()
            .next()
            .ok_or_else(|| Error::data("Yahoo's answer is empty").hint(RENAMED)),
    }
}

fn currency(meta: &Meta, asked: &PriceSymbol) -> Result<String> {
    if let Some(answered) = &meta.symbol
        && !answered.eq_ignore_ascii_case(asked.as_str())
    {
        return Err(Error::data(format!("Yahoo answers about {answered}")).hint(RENAMED));
    }
    let unit = meta.currency.as_deref().unwrap_or_default();
    quote_unit(unit).map_err(|_| {
        let message = match unit {
            "" => "Yahoo does not name the currency of the prices".to_owned(),
            unit => format!("Yahoo quotes it in `{unit}`, and what that is worth is not known"),
        };
        Error::data(message).hint("look the symbol up on finance.yahoo.com; another listing of it may do")
    })?;
    Ok(unit.to_owned())
}

/// Where the exchange is, by its name or else by its present distance from UTC.
#[derive(Debug, Clone, Copy)]
enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Zone {
    fn of(meta: &Meta) -> Result<Self> {
        let named = meta.exchange_timezone_name.as_deref().and_then(|name| name.parse().ok()).map(Self::Named);
        named.or_else(|| FixedOffset::east_opt(meta.gmtoffset?).map(Self::Fixed)).ok_or_else(|| {
            Error::network("Yahoo does not name the exchange's time zone, so the bars have no dates")
                .hint("try again later")
        })
    }

    fn date(self, seconds: i64) -> Option<NaiveDate> {
        let plausible = (-LONG_AGO..LONG_AGO).contains(&seconds);
        DateTime::from_timestamp(seconds, 0).filter(|_| plausible).map(|time| self.date_at(time))
    }

    fn date_at(self, time: DateTime<Utc>) -> NaiveDate {
        match self {
            Self::Named(zone) => time.with_timezone(&zone).date_naive(),
            Self::Fixed(offset) => time.with_timezone(&offset).date_naive(),
        }
    }
}

/// A bar of an earlier date is finished. Today's is when the session named in the answer is over, and when that
/// session is a later one already.
fn is_finished(date: NaiveDate, zone: Zone, session: Option<TradingPeriod>, now: DateTime<Utc>) -> bool {
    let today = zone.date_at(now);
    if date != today {
        return date < today;
    }
    let Some((start, end)) = session.and_then(|session| session.start.zip(session.end)) else { return false };
    match zone.date(start) {
        Some(day) if day == today => {
            DateTime::from_timestamp(end, 0).is_some_and(|end| now.signed_duration_since(end) >= SETTLING)
        }
        Some(day) => day > today,
        None => false,
    }
}

/// The columns of a chart, all as long as the list of times or missing.
struct Columns {
    times: Vec<Option<i64>>,
    quote: Quote,
    adjusted: Column,
}

impl Columns {
    fn new(times: Option<Vec<Option<i64>>>, indicators: Indicators) -> Result<Self> {
        let times = times.unwrap_or_default();
        let quote = indicators.quote.into_iter().flatten().flatten().next().unwrap_or_default();
        let adjusted = indicators.adjclose.into_iter().flatten().flatten().next().unwrap_or_default().adjclose;
        let columns = [&quote.open, &quote.high, &quote.low, &quote.close, &quote.volume, &adjusted];
        let lengths: BTreeSet<usize> = columns.into_iter().flatten().map(Vec::len).collect();
        if times.is_empty() && lengths.iter().any(|length| *length > 0) {
            return Err(Error::network("Yahoo sends prices without dates").hint("try again later"));
        }
        if times.is_empty() || quote.close.is_none() {
            return Err(Error::data("Yahoo has no prices for the time asked for").hint(RENAMED));
        }
        if lengths.iter().any(|length| *length != times.len()) {
            let message = "Yahoo's columns differ in length, so it is not known which price belongs to which date";
            return Err(Error::network(message).hint("try again later"));
        }
        Ok(Self { times, quote, adjusted })
    }

    /// The bar with this number. Without a close there is none.
    fn bar(&self, index: usize, date: NaiveDate, currency: &str) -> Option<Bar> {
        let number = |column: &Column| column.as_ref()?.get(index).copied().flatten();
        let price = |column: &Column| number(column).and_then(decimal);
        Some(Bar {
            date,
            open: price(&self.quote.open),
            high: price(&self.quote.high),
            low: price(&self.quote.low),
            close: price(&self.quote.close)?,
            adj_close: price(&self.adjusted),
            volume: number(&self.quote.volume).and_then(whole),
            currency: currency.to_owned(),
        })
    }
}

/// A count of shares; up to 2^53 it is exact.
fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=9_007_199_254_740_992.0).contains(&number).then_some(number.round() as u64)
}

impl Chart {
    fn take_bars(&mut self, columns: &Columns, zone: Zone, finished: impl Fn(NaiveDate) -> bool) {
        let mut times: Vec<(i64, usize)> =
            columns.times.iter().enumerate().filter_map(|(index, time)| Some(((*time)?, index))).collect();
        times.sort_unstable();
        let mut bars: BTreeMap<NaiveDate, Bar> = BTreeMap::new();
        for (time, index) in times {
            let Some(date) = zone.date(time).filter(|date| finished(*date)) else { continue };
            let Some(bar) = columns.bar(index, date, &self.currency) else {
                self.empty.insert(date);
                continue;
            };
            let close = bar.close;
            if bars.insert(date, bar).is_some_and(|earlier| earlier.close != close) {
                self.doubled.insert(date);
            }
        }
        self.empty.retain(|date| !bars.contains_key(date));
        self.bars = bars.into_values().collect();
    }

    fn take_events(&mut self, events: &Events, zone: Zone) {
        let payments = [&events.dividends, &events.capital_gains].into_iter().flatten().flat_map(BTreeMap::values);
        for payment in payments {
            let Some(date) = payment.date.and_then(|time| zone.date(time)) else { continue };
            let named = payment.currency.as_deref().filter(|unit| !unit.is_empty());
            let unit = named.unwrap_or(&self.currency);
            match payment.amount.and_then(decimal).and_then(|amount| in_unit(amount, unit, &self.currency)) {
                Some(amount) => {
                    let sum = self.dividends.entry(date).or_default();
                    *sum = sum.saturating_add(amount);
                }
                None => drop(self.unusable_events.insert(date)),
            }
        }
        for split in events.splits.iter().flat_map(BTreeMap::values) {
            let Some(date) = split.date.and_then(|time| zone.date(time)) else { continue };
            let parts = split.numerator.and_then(decimal).zip(split.denominator.and_then(decimal));
            let parts = parts.filter(|(new, old)| *new > Decimal::ZERO && *old > Decimal::ZERO);
            match parts.and_then(|(new, old)| new.checked_div(old)) {
                Some(ratio) => drop(self.splits.insert(date, ratio)),
                None => drop(self.unusable_events.insert(date)),
            }
        }
    }
}

/// An amount above zero in the unit of the prices, where both are the same currency or its hundredth.
fn in_unit(amount: Decimal, from: &str, to: &str) -> Option<Decimal> {
    let ((currency, divisor), (other, factor)) = (quote_unit(from).ok()?, quote_unit(to).ok()?);
    if amount <= Decimal::ZERO || currency != other {
        return None;
    }
    if divisor == factor { Some(amount) } else { amount.checked_mul(factor)?.checked_div(divisor) }
}

#[cfg(test)]
#[path = "chart_tests.rs"]
mod tests;
