//! Small records for tests.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::returns::{DailyReturn, ReturnSeries};
use crate::calendar::is_weekday;
use crate::record::{AccountId, Bar, CashFlow, Currency, FlowKind, PriceSeries, PriceSymbol, Snapshot};

/// Asserts a figure to twelve digits.
#[track_caller]
pub fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("a value");
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn usd() -> Currency {
    "USD".parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// `count` weekdays from a date on.
pub fn weekdays(from: &str, count: usize) -> Vec<NaiveDate> {
    date(from).iter_days().filter(|day| is_weekday(*day)).take(count).collect()
}

pub fn snapshot(date: NaiveDate, value: Decimal) -> Snapshot {
    Snapshot {
        schema: 1,
        dated: None,
        date,
        as_of: date.and_hms_opt(21, 0, 0).unwrap().and_utc(),
        account: AccountId::new("U1"),
        base_currency: usd(),
        net_liquidation: value,
        cash: BTreeMap::new(),
        fx: BTreeMap::new(),
        positions: None,
        accruals: [].into(),
        generated: None,
        doubts: Vec::new(),
        source: "test".into(),
    }
}

/// Snapshots on consecutive weekdays from a date on.
pub fn snapshots(from: &str, values: &[&str]) -> Vec<Snapshot> {
    weekdays(from, values.len()).into_iter().zip(values).map(|(day, value)| snapshot(day, decimal(value))).collect()
}

pub fn flow(date: NaiveDate, amount: Decimal) -> CashFlow {
    CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: format!("{date}-{amount}"),
        date,
        account: AccountId::new("U1"),
        currency: usd(),
        amount,
        fx_to_base: None,
        kind: if amount.is_sign_positive() { FlowKind::Deposit } else { FlowKind::Withdrawal },
        source: "test".into(),
    }
}

/// A series with these returns on these dates; the first date is the start.
pub fn series(dates: &[NaiveDate], values: &[f64]) -> ReturnSeries {
    let days = dates.iter().zip(dates.iter().skip(1)).zip(values);
    let days = days.map(|((since, date), value)| DailyReturn { date: *date, since: *since, value: *value });
    ReturnSeries { start: dates.first().copied(), days: days.collect() }
}

/// Daily closes of a symbol.
pub fn prices(symbol: &str, closes: &[(NaiveDate, Decimal)]) -> PriceSeries {
    let bars = closes.iter().map(|(date, close)| Bar {
        date: *date,
        open: None,
        high: None,
        low: None,
        close: *close,
        adj_close: None,
        volume: None,
        currency: "USD".into(),
    });
    PriceSeries::new(PriceSymbol::new(symbol), bars.collect()).unwrap()
}
