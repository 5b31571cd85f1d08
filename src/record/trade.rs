//! What every source says of a fill.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::asset_class::AssetClass;
use super::execution::{Execution, Side};
use super::name::{AccountId, Currency, ExecId, Ticker};
use super::source::Source;

/// A fill as little as a source can say of it: `Execution { conid, ..Execution::from(Trade { .. }) }`.
#[derive(Debug, Clone)]
pub struct Trade {
    /// The fill's identity.
    pub exec_id: ExecId,
    /// When it was filled.
    pub time: DateTime<Utc>,
    /// The account it belongs to.
    pub account: AccountId,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The currency of `price`.
    pub currency: Currency,
    /// Bought or sold.
    pub side: Side,
    /// Shares or contracts, above zero.
    pub quantity: Decimal,
    /// Price of one share or contract in `currency`.
    pub price: Decimal,
    /// Where the row came from.
    pub source: Source,
}

impl From<Trade> for Execution {
    /// The trade alone: nothing is said of all else, and one contract stands for one unit.
    fn from(trade: Trade) -> Self {
        let Trade { exec_id, time, account, symbol, currency, side, quantity, price, source } = trade;
        Self {
            exec_id,
            time,
            account,
            symbol,
            conid: None,
            asset_class: AssetClass::Unknown,
            exchange: String::new(),
            currency,
            side,
            quantity,
            price,
            multiplier: Decimal::ONE,
            commission: None,
            commission_currency: None,
            realized_pnl: None,
            fx_to_base: None,
            order_id: None,
            perm_id: None,
            order_ref: None,
            reference_price: None,
            source,
            cancels: None,
            transaction_id: None,
            trade_id: None,
            open_close: None,
            proceeds: None,
            generated: None,
        }
    }
}
