//! Small charts for tests.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::chart::Chart;
use crate::record::Bar;

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A bar in pence, its adjusted close the close.
pub fn bar(day: &str, close: &str) -> Bar {
    Bar {
        date: date(day),
        open: None,
        high: None,
        low: None,
        close: close.parse().unwrap(),
        adj_close: Some(close.parse().unwrap()),
        volume: Some(1000),
        currency: "GBp".into(),
    }
}

/// The same with an adjusted close of its own.
pub fn adjusted(day: &str, close: &str, adjusted: &str) -> Bar {
    Bar { adj_close: Some(adjusted.parse().unwrap()), ..bar(day, close) }
}

pub fn chart(bars: &[Bar]) -> Chart {
    Chart {
        currency: "GBp".into(),
        bars: bars.to_vec(),
        dividends: BTreeMap::new(),
        splits: BTreeMap::new(),
        first_trade: None,
        empty: BTreeSet::new(),
        future: BTreeSet::new(),
        doubled: BTreeSet::new(),
        unusable_events: BTreeSet::new(),
    }
}
