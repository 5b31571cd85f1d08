//! From target weights to trades: how many shares of what, sales first, never with money that is not there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Quote;
use super::costs::Costs;
use crate::config::{Rule, Strategy};
use crate::record::{Side, Signal, Symbol};

/// What is there to trade with, in base currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portfolio {
    /// Value of everything that is managed.
    pub value: Decimal,
    /// Cash.
    pub cash: Decimal,
    /// Shares held and what they are worth, by Yahoo's symbol.
    pub held: BTreeMap<Symbol, Held>,
}

/// A position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Shares.
    pub quantity: Decimal,
    /// Their value in base currency.
    pub value: Decimal,
}

impl Portfolio {
    /// What each position is worth.
    pub fn values(&self) -> BTreeMap<Symbol, Decimal> {
        self.held.iter().map(|(symbol, held)| (symbol.clone(), held.value)).collect()
    }
}

/// How trades are sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Share of the portfolio below which a difference is left alone.
    pub threshold: Decimal,
    /// Share of the portfolio that stays in cash.
    pub cash_buffer: Decimal,
    /// Cash that is about to leave the account and is not to be spent.
    pub reserved: Decimal,
    /// Shares come in multiples of this.
    pub lot: Decimal,
    /// Whether anything may be sold.
    pub sells: bool,
    /// What trades are assumed to cost.
    pub costs: Costs,
}

impl Terms {
    /// What a strategy's configuration says.
    pub fn of(strategy: &Strategy) -> Self {
        Self {
            threshold: strategy.min_threshold,
            cash_buffer: strategy.cash_buffer,
            reserved: Decimal::ZERO,
            lot: strategy.lot_size,
            sells: strategy.rule != Rule::BuyAndHold,
            costs: Costs::of(strategy),
        }
    }

    /// What may be invested: the portfolio less the cash that stays.
    pub fn investable(&self, portfolio: &Portfolio) -> Decimal {
        portfolio.value - self.kept(portfolio)
    }

    fn kept(&self, portfolio: &Portfolio) -> Decimal {
        self.reserved + (portfolio.value - self.reserved) * self.cash_buffer
    }

    /// Whole lots, 0 if below one.
    fn lots(&self, shares: Decimal) -> Decimal {
        shares.checked_div(self.lot).map_or(Decimal::ZERO, |lots| lots.trunc().max(Decimal::ZERO) * self.lot)
    }

    /// How many shares `money` in base currency buys at the assumed price, commission included.
    fn affordable(&self, money: Decimal, quote: &Quote) -> Decimal {
        let money = money.checked_div(quote.rate).unwrap_or_default();
        let most = self.lots(money.checked_div(quote.price).unwrap_or_default());
        let commission = self.costs.commission(most, quote.price);
        let price = self.costs.assumed_price(Side::Buy, quote.price);
        self.lots((money - commission).checked_div(price).unwrap_or_default())
    }
}

/// A trade to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// Yahoo's symbol.
    pub symbol: Symbol,
    /// Buy or sell.
    pub side: Side,
    /// Shares, above zero.
    pub shares: Decimal,
    /// The price it is sized with and measured against.
    pub quote: Quote,
    /// The share of the portfolio the position is to have.
    pub target_weight: Decimal,
}

/// One rebalance: what it rests on and what came of it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The date whose knowledge it rests on.
    pub date: NaiveDate,
    /// What the rule said.
    pub signal: Signal,
    /// The account before it.
    pub portfolio: Portfolio,
    /// The share of what may be invested that each symbol is to have.
    pub targets: BTreeMap<Symbol, Decimal>,
    /// How the trades were sized.
    pub terms: Terms,
    /// The trades.
    pub trades: Vec<Trade>,
    /// Cash after them, in base currency.
    pub cash_after: Decimal,
}

/// The trades that bring a portfolio to its targets: first sales, then purchases, each by symbol.
///
/// `targets` are shares of what may be invested (the portfolio less its cash buffer); what has a quote and no target
/// is sold completely, whatever its size. A difference of at most `threshold` of the portfolio is left alone. Each
/// trade is handed to `execute` at once, which says how much cash there is after it: purchases are sized with what
/// sales have really brought, and leave the buffer untouched.
pub fn trades(
    portfolio: &Portfolio,
    targets: &BTreeMap<Symbol, Decimal>,
    quotes: &BTreeMap<Symbol, Quote>,
    terms: &Terms,
    mut execute: impl FnMut(&Trade) -> Decimal,
) -> Vec<Trade> {
    let kept = terms.kept(portfolio);
    let investable = terms.investable(portfolio);
    let tolerance = portfolio.value * terms.threshold;
    let mut cash = portfolio.cash;
    let mut trades = Vec::new();
    for side in [Side::Sell, Side::Buy] {
        for (symbol, quote) in quotes {
            let share = targets.get(symbol).copied().unwrap_or_default();
            let held = portfolio.held.get(symbol).copied().unwrap_or_default();
            let gap = share * investable - held.value;
            let leaves = share.is_zero();
            if gap.abs() <= tolerance && !leaves {
                continue;
            }
            let shares = match side {
                Side::Sell if !terms.sells => Decimal::ZERO,
                Side::Sell if leaves => held.quantity,
                Side::Sell => terms.lots((-gap).checked_div(quote.in_base()).unwrap_or_default()).min(held.quantity),
                Side::Buy => terms.affordable(gap.min(cash - kept), quote),
            };
            if shares > Decimal::ZERO {
                let target_weight = (share * investable).checked_div(portfolio.value).unwrap_or_default();
                let trade = Trade { symbol: symbol.clone(), side, shares, quote: *quote, target_weight };
                cash = execute(&trade);
                trades.push(trade);
            }
        }
    }
    trades
}

/// Cash after a trade at the assumed price and commission, in base currency.
pub fn expected_cash(before: Decimal, trade: &Trade, costs: &Costs) -> Decimal {
    let price = costs.assumed_price(trade.side, trade.quote.price);
    let paid = Decimal::from(trade.side.sign()) * trade.shares * price + costs.commission(trade.shares, price);
    before - paid * trade.quote.rate
}

#[cfg(test)]
#[path = "rebalance_tests.rs"]
mod tests;
