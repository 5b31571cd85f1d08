//! The broker of a backtest: what its orders are assumed to be filled at.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::backtest::{Broker, Order};
use super::rebalance::Terms;
use crate::record::{AccountId, AssetClass, Currency, ExecId, Execution, Ticker, Trade};

/// What rows of a backtest name as their source.
pub(super) const SOURCE: &str = "backtest";

/// A broker that fills every order at once, at the assumed slippage and commission.
#[derive(Debug)]
pub(super) struct AssumedBroker {
    terms: Terms,
    account: AccountId,
    base: Currency,
    orders: u32,
}

impl AssumedBroker {
    pub(super) fn new(terms: Terms, account: AccountId, base: Currency) -> Self {
        Self { terms, account, base, orders: 0 }
    }
}

/// Before and after the close of any exchange west of Asia; only the date matters.
fn at(date: NaiveDate, hour: u32) -> DateTime<Utc> {
    date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()).and_utc()
}

impl Broker for AssumedBroker {
    fn fill(&mut self, order: &Order<'_>) -> Vec<Execution> {
        self.orders += 1;
        let price = self.terms.costs.assumed_price(order.side, order.quote.price);
        vec![Execution {
            asset_class: AssetClass::Stock,
            commission: Some(self.terms.costs.commission(order.shares, price)),
            commission_currency: Some(order.quote.currency),
            fx_to_base: Some(if order.quote.currency == self.base { Decimal::ONE } else { order.quote.rate }),
            reference_price: Some(order.quote.price),
            ..Execution::from(Trade {
                exec_id: ExecId::new(format!("{SOURCE}-{:06}", self.orders)),
                time: at(order.date, 20),
                account: self.account.clone(),
                symbol: Ticker::new(order.symbol.as_str()),
                currency: order.quote.currency,
                side: order.side,
                quantity: order.shares,
                price,
                source: SOURCE.into(),
            })
        }]
    }

    fn valued_at(&self, date: NaiveDate) -> DateTime<Utc> {
        at(date, 21)
    }
}
