//! Which fills are trades, and which tickers name the same instrument.

use crate::record::Execution;
pub use crate::record::{same_ticker, ticker_key};

/// Whether a fill is a trade. Exchanging one currency for another (asset class `CASH`) moves cash inside the
/// account and is none: it has no place among orders, round trips and their figures.
pub fn is_trade(execution: &Execution) -> bool {
    !execution.asset_class.is_currency_exchange()
}
