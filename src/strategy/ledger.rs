//! The books of a simulated account: cash, shares, and the cost of the shares, in exact decimals.

use std::collections::{BTreeMap, VecDeque};

use rust_decimal::Decimal;

use super::Quote;
use crate::record::{Execution, Position, PriceSymbol, Side, Ticker};

/// Cash in the base currency and open positions in their own. Nothing is rounded but averages and realized gains.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Cash in base currency.
    pub cash: Decimal,
    holdings: BTreeMap<PriceSymbol, VecDeque<Lot>>,
}

/// Shares bought in one fill.
#[derive(Debug, Clone)]
struct Lot {
    quantity: Decimal,
    price: Decimal,
    commission: Decimal,
}

impl Lot {
    fn cost(&self) -> Decimal {
        self.quantity * self.price + self.commission
    }

    /// Removes `quantity` shares from the lot with their part of the commission; returns their cost.
    fn take(&mut self, quantity: Decimal) -> Decimal {
        let commission = (self.commission * quantity / self.quantity).round_dp(6);
        self.quantity -= quantity;
        self.commission -= commission;
        quantity * self.price + commission
    }
}

impl Ledger {
    /// Shares held.
    pub fn quantity(&self, symbol: &PriceSymbol) -> Decimal {
        self.holdings.get(symbol).map_or(Decimal::ZERO, |lots| lots.iter().map(|lot| lot.quantity).sum())
    }

    /// The symbols held.
    pub fn symbols(&self) -> impl Iterator<Item = &PriceSymbol> {
        self.holdings.keys()
    }

    /// Net liquidation value in base currency at the quotes of one date.
    pub fn value(&self, quotes: &BTreeMap<PriceSymbol, Quote>) -> Decimal {
        let worth =
            |symbol| quotes.get(symbol).map_or(Decimal::ZERO, |quote| self.quantity(symbol) * quote.in_base());
        self.cash + self.symbols().map(worth).sum::<Decimal>()
    }

    /// Books a fill of the instrument with the price symbol `symbol`. Sales close the oldest lots first (FIFO); returns the
    /// realized gain of a sale.
    ///
    /// The gain is net of the commissions of both sides, in the currency of the fill.
    pub fn book(&mut self, symbol: &PriceSymbol, fill: &Execution) -> Option<Decimal> {
        let commission = fill.commission.unwrap_or_default();
        self.cash -= (fill.signed_quantity() * fill.price + commission) * fill.fx_to_base.unwrap_or(Decimal::ONE);
        let lots = self.holdings.entry(symbol.clone()).or_default();
        if fill.side == Side::Buy {
            lots.push_back(Lot { quantity: fill.quantity, price: fill.price, commission });
            return None;
        }
        let cost = sell(lots, fill.quantity);
        if lots.is_empty() {
            self.holdings.remove(symbol);
        }
        Some((fill.notional() - commission - cost).round_dp(4))
    }

    /// The open positions at the quotes of one date, by symbol.
    pub fn positions(&self, quotes: &BTreeMap<PriceSymbol, Quote>, exchange: &str) -> Vec<Position> {
        let position = |(symbol, lots): (&PriceSymbol, &VecDeque<Lot>)| {
            let quantity: Decimal = lots.iter().map(|lot| lot.quantity).sum();
            let cost: Decimal = lots.iter().map(Lot::cost).sum();
            let quote = quotes.get(symbol)?;
            let market_value = (quantity * quote.price).normalize();
            Some(Position {
                symbol: Ticker::new(symbol.as_str()),
                conid: None,
                exchange: exchange.to_owned(),
                currency: quote.currency,
                quantity,
                average_cost: cost.checked_div(quantity).map(|average| average.round_dp(4).normalize()),
                market_price: Some(quote.price),
                market_value,
                unrealized_pnl: Some((market_value - cost).round_dp(4).normalize()),
                realized_pnl: None,
            })
        };
        self.holdings.iter().filter_map(position).collect()
    }
}

/// Removes shares from the oldest lots first (FIFO); returns their cost.
fn sell(lots: &mut VecDeque<Lot>, mut quantity: Decimal) -> Decimal {
    let mut cost = Decimal::ZERO;
    while quantity > Decimal::ZERO {
        let Some(oldest) = lots.front_mut() else { break };
        let taken = oldest.quantity.min(quantity);
        cost += oldest.take(taken);
        quantity -= taken;
        if oldest.quantity.is_zero() {
            lots.pop_front();
        }
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill as any_fill;
    use crate::strategy::testing::quote;

    fn fill(side: Side, quantity: i64, price: &str, commission: &str) -> Execution {
        Execution {
            side,
            quantity: quantity.into(),
            price: price.parse().unwrap(),
            commission: Some(commission.parse().unwrap()),
            symbol: Ticker::new("X"),
            ..any_fill("a.b.01.01")
        }
    }

    #[test]
    fn the_oldest_shares_are_sold_first() {
        let mut ledger = Ledger { cash: 1000.into(), ..Ledger::default() };
        assert_eq!(ledger.book(&PriceSymbol::new("X"), &fill(Side::Buy, 10, "20.00", "1.00")), None);
        assert_eq!(ledger.book(&PriceSymbol::new("X"), &fill(Side::Buy, 10, "30.00", "0.50")), None);
        assert_eq!(ledger.cash, "498.50".parse().unwrap());
        // 15 shares at 40.00 less 0.60 = 599.40; they cost 201.00 + 5 * 30.00 + 0.25 = 351.25.
        assert_eq!(
            ledger.book(&PriceSymbol::new("X"), &fill(Side::Sell, 15, "40.00", "0.60")),
            Some("248.15".parse().unwrap())
        );
        assert_eq!(ledger.quantity(&PriceSymbol::new("X")), 5.into());
        let quotes = BTreeMap::from([(PriceSymbol::new("X"), quote("31.5"))]);
        let position = &ledger.positions(&quotes, "")[0];
        // Left: 5 shares that cost 150.25.
        assert_eq!(position.average_cost, Some("30.05".parse().unwrap()));
        assert_eq!(position.unrealized_pnl, Some("7.25".parse().unwrap()));
        // Cash 498.50 + 599.40, and 157.50 in shares.
        assert_eq!(ledger.value(&quotes), "1255.40".parse().unwrap());
    }

    #[test]
    fn a_position_sold_out_is_gone() {
        let mut ledger = Ledger::default();
        ledger.book(&PriceSymbol::new("X"), &fill(Side::Buy, 3, "10", "0"));
        ledger.book(&PriceSymbol::new("X"), &fill(Side::Sell, 3, "9", "0"));
        assert_eq!(ledger.symbols().count(), 0);
        assert_eq!(ledger.cash, (-3).into());
    }
}
