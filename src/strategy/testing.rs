//! Small price series for tests.

use super::{Prices, Quote};
use crate::config::{Member, Strategy};
use crate::record::{Bar, PriceSeries, PriceSymbol};

/// A series in US dollars from dates and adjusted closes; the close is the same.
pub fn series(symbol: &str, closes: &[(&str, &str)]) -> PriceSeries {
    series_in(symbol, "USD", closes)
}

/// The same in another currency.
pub fn series_in(symbol: &str, unit: &str, closes: &[(&str, &str)]) -> PriceSeries {
    let bar = |(date, close): &(&str, &str)| Bar {
        date: date.parse().unwrap(),
        open: None,
        high: None,
        low: None,
        close: close.parse().unwrap(),
        adj_close: Some(close.parse().unwrap()),
        volume: None,
        currency: unit.into(),
    };
    PriceSeries::new(PriceSymbol::new(symbol), closes.iter().map(bar).collect()).unwrap()
}

/// Series by their symbol.
pub fn prices(all: impl IntoIterator<Item = PriceSeries>) -> Prices {
    all.into_iter().map(|series| (series.symbol.clone(), series)).collect()
}

/// A strategy without costs over these symbols, each its own ticker.
pub fn strategy(symbols: &[&str], top_n: u32) -> Strategy {
    Strategy {
        top_n,
        universe: symbols.iter().map(|symbol| Member { symbol: (*symbol).into(), ..Member::default() }).collect(),
        cash_buffer: 0.into(),
        commission_bps: 0.into(),
        commission_min: 0.into(),
        slippage_bps: 0.into(),
        ..Strategy::default()
    }
}

/// A price in US dollars.
pub fn quote(price: &str) -> Quote {
    Quote {
        price: price.parse().unwrap(),
        date: "2020-01-31".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        rate: 1.into(),
    }
}
