//! Signals, trades and backtests of the configured strategies.
//!
//! ```text
//! prices --> rules (momentum ...) --> Signal --> rebalance --> Plan          (live: read by a person)
//!                                                    |
//!                                                    +--> backtest --> Record (simulated: demo, backtest)
//! ```
//!
//! Live plans, backtest and demo size their trades with one function, [`rebalance::trades`]. Orders are never sent.

pub mod assignment;
mod assumed_broker;
pub mod backtest;
pub mod costs;
pub mod equal_parts;
pub mod holdings;
pub mod ledger;
pub mod momentum;
pub mod ownership;
pub mod plan;
pub mod rebalance;
pub mod rules;
pub mod staleness;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::config::rate_symbol;
use crate::record::{Currency, PriceSeries, PriceSymbol};

/// Daily prices by Yahoo's symbol.
pub type Prices = BTreeMap<PriceSymbol, PriceSeries>;

/// The price of an instrument on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Price of one share in `currency`.
    pub price: Decimal,
    /// The date of the price.
    pub date: NaiveDate,
    /// The price's currency.
    pub currency: Currency,
    /// Base currency per unit of that currency.
    pub rate: Decimal,
}

impl Quote {
    /// The price of one share in base currency.
    pub fn in_base(&self) -> Decimal {
        self.price * self.rate
    }
}

/// The exchange rate from `currency` to `base` on a date, from the stored prices of the pair (`GBPUSD=X`) or of its
/// inverse; `None` unless there is one at most a week old.
pub fn stored_rate(prices: &Prices, currency: Currency, base: Currency, date: NaiveDate) -> Option<Decimal> {
    if currency == base {
        return Some(Decimal::ONE);
    }
    let close = |from, to| {
        let bar = prices.get(&rate_symbol(from, to))?.on_or_before(date)?;
        (!momentum::is_stale(bar, date)).then_some(bar.close)
    };
    close(currency, base).or_else(|| Decimal::ONE.checked_div(close(base, currency)?))
}
