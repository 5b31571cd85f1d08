//! The chart document as Yahoo sends it. Every part may be missing.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A whole answer. Errors of the gateway in front of the chart service come under `finance`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Document {
    pub chart: Option<Envelope>,
    pub finance: Option<Envelope>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Envelope {
    pub result: Option<Vec<Option<Series>>>,
    pub error: Option<Fault>,
}

/// What Yahoo says went wrong.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fault {
    pub code: Option<String>,
    pub description: Option<String>,
}

/// The prices of one symbol: columns of equal length, one entry a bar.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Series {
    pub meta: Option<Meta>,
    pub timestamp: Option<Vec<Option<i64>>>,
    pub events: Option<Events>,
    pub indicators: Option<Indicators>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    pub currency: Option<String>,
    pub symbol: Option<String>,
    pub first_trade_date: Option<i64>,
    pub gmtoffset: Option<i32>,
    pub exchange_timezone_name: Option<String>,
    pub current_trading_period: Option<TradingPeriods>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct TradingPeriods {
    pub regular: Option<TradingPeriod>,
}

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct TradingPeriod {
    pub start: Option<i64>,
    pub end: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Indicators {
    pub quote: Option<Vec<Option<Quote>>>,
    pub adjclose: Option<Vec<Option<Adjusted>>>,
}

pub(super) type Column = Option<Vec<Option<f64>>>;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Quote {
    pub open: Column,
    pub high: Column,
    pub low: Column,
    pub close: Column,
    pub volume: Column,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Adjusted {
    pub adjclose: Column,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Events {
    pub dividends: Option<BTreeMap<String, Payment>>,
    pub capital_gains: Option<BTreeMap<String, Payment>>,
    pub splits: Option<BTreeMap<String, SplitEvent>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Payment {
    pub date: Option<i64>,
    pub amount: Option<f64>,
    pub currency: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SplitEvent {
    pub date: Option<i64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
}
