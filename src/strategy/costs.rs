//! Assumed trading costs.

use rust_decimal::Decimal;

use crate::config::Strategy;
use crate::record::Side;

/// Commission and slippage: estimates for planned trades, charges in a backtest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Commission for one share, in the instrument's currency.
    pub per_share: Decimal,
    /// Commission as a share of notional.
    pub of_notional: Decimal,
    /// Minimum commission of an order.
    pub least: Decimal,
    /// How much worse than the reference a fill is, as a share of the price.
    pub slippage: Decimal,
    /// What rounding to the exchange's tick can add to that, in the instrument's currency.
    pub tick: Decimal,
}

impl Costs {
    /// The costs configured for a strategy.
    pub fn of(strategy: &Strategy) -> Self {
        let basis_points = |value: Decimal| value / Decimal::from(10_000);
        Self {
            per_share: strategy.commission_per_share,
            of_notional: basis_points(strategy.commission_bps),
            least: strategy.commission_min,
            slippage: basis_points(strategy.slippage_bps),
            tick: Decimal::ZERO,
        }
    }

    /// The commission of an order, `max(minimum, shares x per share + notional x rate)`; zero for zero shares.
    pub fn commission(&self, shares: Decimal, price: Decimal) -> Decimal {
        if shares.is_zero() {
            return Decimal::ZERO;
        }
        (self.per_share * shares + self.of_notional * shares * price).max(self.least)
    }

    /// The price an order is assumed to be filled at: worse than `price` by the slippage and a tick.
    pub fn assumed_price(&self, side: Side, price: Decimal) -> Decimal {
        let worse = price * self.slippage + self.tick;
        (price + side.signed(worse)).max(Decimal::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_costs_at_least_the_least_and_is_filled_worse() {
        let costs = Costs::of(&Strategy::default());
        // 5 bps of 10 x 100 = 0.50, at least 4; of 100 x 188 = 9.40.
        assert_eq!(costs.commission(10.into(), 100.into()), 4.into());
        assert_eq!(costs.commission(100.into(), 188.into()), Decimal::new(94, 1));
        assert_eq!(costs.commission(0.into(), 188.into()), 0.into());
        assert_eq!(costs.assumed_price(Side::Buy, 200.into()), Decimal::new(2001, 1));
        assert_eq!(costs.assumed_price(Side::Sell, 200.into()), Decimal::new(1999, 1));
    }
}
