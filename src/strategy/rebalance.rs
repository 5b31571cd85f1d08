//! From target weights to trades: which instruments, how many shares, sales first, never spending more cash than there is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Quote;
use super::costs::Costs;
use crate::config::{Rule, Strategy};
use crate::record::{PriceSymbol, Side, Signal};

/// The portfolio before a rebalance, in base currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portfolio {
    /// Value of the managed positions and cash.
    pub value: Decimal,
    /// Cash.
    pub cash: Decimal,
    /// Positions by price symbol.
    pub held: BTreeMap<PriceSymbol, Held>,
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
    /// The value of each position.
    pub fn values(&self) -> BTreeMap<PriceSymbol, Decimal> {
        self.held.iter().map(|(symbol, held)| (symbol.clone(), held.value)).collect()
    }
}

/// How trades are sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Differences of at most this share of the portfolio are not traded.
    pub threshold: Decimal,
    /// Share of the portfolio that stays in cash.
    pub cash_buffer: Decimal,
    /// Cash reserved for an upcoming withdrawal.
    pub reserved: Decimal,
    /// Lot size: shares are traded in multiples of it.
    pub lot: Decimal,
    /// Whether anything may be sold.
    pub sells: bool,
    /// Assumed trading costs.
    pub costs: Costs,
}

impl Terms {
    /// The terms configured for a strategy.
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

    /// The investable value: the portfolio less the cash buffer and reserved cash.
    pub fn investable(&self, portfolio: &Portfolio) -> Decimal {
        portfolio.value - self.kept(portfolio)
    }

    /// The cash that is not invested.
    pub fn kept(&self, portfolio: &Portfolio) -> Decimal {
        self.reserved + (portfolio.value - self.reserved) * self.cash_buffer
    }

    /// Rounds down to whole lots.
    fn lots(&self, shares: Decimal) -> Decimal {
        shares.checked_div(self.lot).map_or(Decimal::ZERO, |lots| lots.trunc().max(Decimal::ZERO) * self.lot)
    }

    /// The number of shares that `money` in base currency buys at the assumed price, commission included.
    fn affordable(&self, money: Decimal, quote: &Quote) -> Decimal {
        let money = money.checked_div(quote.rate).unwrap_or_default();
        let most = self.lots(money.checked_div(quote.price).unwrap_or_default());
        let price = self.costs.assumed_price(Side::Buy, quote.price);
        let commission = self.costs.commission(most, price);
        self.lots((money - commission).checked_div(price).unwrap_or_default())
    }
}

/// A trade to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// Buy or sell.
    pub side: Side,
    /// Shares, above zero.
    pub shares: Decimal,
    /// The price it is sized with and measured against.
    pub quote: Quote,
    /// The target weight of the position.
    pub target_weight: Decimal,
}

/// One rebalance: its inputs and the resulting trades.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The date of its information: later prices are not used.
    pub date: NaiveDate,
    /// The signal that the list carries out.
    pub signal: Signal,
    /// The portfolio before it.
    pub portfolio: Portfolio,
    /// Target weights by symbol, as shares of the investable value.
    pub targets: BTreeMap<PriceSymbol, Decimal>,
    /// How the trades were sized.
    pub terms: Terms,
    /// What to buy and sell, largest first.
    pub trades: Vec<Trade>,
    /// Cash after them, in base currency.
    pub cash_after: Decimal,
}

/// The trades that bring a portfolio to its targets: first sales, then purchases, each by symbol.
///
/// `targets` are shares of the investable value (the portfolio less its cash buffer). A position with a quote and no target
/// is sold completely, whatever its size. A difference of at most `threshold` of the portfolio is left alone. Each trade is
/// passed to `execute` at once, which returns the cash after it: purchases are sized with the actual proceeds of the sales
/// and leave the buffer untouched. Where the cash does not cover the purchases, all of them shrink by the same factor, and
/// what rounding to lots leaves over goes to the first of `best_first`.
pub fn trades(
    portfolio: &Portfolio,
    targets: &BTreeMap<PriceSymbol, Decimal>,
    quotes: &BTreeMap<PriceSymbol, Quote>,
    terms: &Terms,
    best_first: &[PriceSymbol],
    mut execute: impl FnMut(&Trade) -> Decimal,
) -> Vec<Trade> {
    let investable = terms.investable(portfolio);
    let tolerance = portfolio.value * terms.threshold;
    let mut cash = portfolio.cash;
    let mut trades = Vec::new();
    let mut trade = |symbol: &PriceSymbol, side, shares: Decimal, share: Decimal| {
        if shares > Decimal::ZERO
            && let Some(quote) = quotes.get(symbol)
        {
            let target_weight = (share * investable).checked_div(portfolio.value).unwrap_or_default();
            let trade = Trade { symbol: symbol.clone(), side, shares, quote: *quote, target_weight };
            cash = execute(&trade);
            trades.push(trade);
        }
        cash
    };
    let mut lacking = BTreeMap::new();
    let mut left = portfolio.cash;
    for (symbol, quote) in quotes {
        let share = targets.get(symbol).copied().unwrap_or_default();
        let held = portfolio.held.get(symbol).copied().unwrap_or_default();
        let gap = share * investable - held.value;
        if gap.abs() <= tolerance && !share.is_zero() {
            continue;
        }
        let shares = match share.is_zero() {
            _ if !terms.sells => Decimal::ZERO,
            true => held.quantity,
            false => terms.lots((-gap).checked_div(quote.in_base()).unwrap_or_default()).min(held.quantity),
        };
        left = trade(symbol, Side::Sell, shares, share);
        if gap > Decimal::ZERO {
            lacking.insert(symbol, (gap, quote));
        }
    }
    let kept = terms.kept(portfolio);
    let budgets = budgets(&lacking, left - kept, tolerance, terms, best_first);
    for (symbol, (budget, quote)) in budgets {
        let shares = terms.affordable(budget.min(left - kept), quote);
        left = trade(symbol, Side::Buy, shares, targets.get(symbol).copied().unwrap_or_default());
    }
    trades
}

/// A purchase's money and price, by symbol.
type Purchases<'a> = BTreeMap<&'a PriceSymbol, (Decimal, &'a Quote)>;

/// The money for each purchase. A shortage within the threshold is borne by the last one, which then misses its target by
/// no more than a difference that is left alone.
fn budgets<'a>(
    lacking: &Purchases<'a>,
    money: Decimal,
    tolerance: Decimal,
    terms: &Terms,
    best_first: &[PriceSymbol],
) -> Purchases<'a> {
    let mut budgets = lacking.clone();
    let needed: Decimal = lacking.values().map(|(gap, _)| *gap).sum();
    if needed - money <= tolerance {
        return budgets;
    }
    let cost = |money, quote| paid(&terms.costs, Side::Buy, terms.affordable(money, quote), quote);
    let mut left = money.max(Decimal::ZERO);
    for (budget, quote) in budgets.values_mut() {
        *budget = (*budget * money.max(Decimal::ZERO)).checked_div(needed).unwrap_or_default();
        left -= cost(*budget, quote);
    }
    let rank = |symbol: &PriceSymbol| best_first.iter().position(|other| other == symbol).unwrap_or(usize::MAX);
    let mut ranked: Vec<_> = budgets.iter_mut().collect();
    ranked.sort_by_key(|(symbol, _)| rank(symbol));
    for (symbol, (budget, quote)) in ranked {
        let spent = cost(*budget, quote);
        let most = lacking.get(symbol).map_or(spent, |(gap, _)| (spent + left).min(*gap));
        let more = cost(most, quote) - spent;
        if more > Decimal::ZERO {
            *budget = most;
            left -= more;
        }
    }
    budgets
}

/// The cost of a trade at the assumed price and commission, in base currency; negative for a sale.
fn paid(costs: &Costs, side: Side, shares: Decimal, quote: &Quote) -> Decimal {
    let price = costs.assumed_price(side, quote.price);
    (side.signed(shares * price) + costs.commission(shares, price)) * quote.rate
}

/// Cash after a trade at the assumed price and commission, in base currency.
pub fn expected_cash(before: Decimal, trade: &Trade, costs: &Costs) -> Decimal {
    before - paid(costs, trade.side, trade.shares, &trade.quote)
}

#[cfg(test)]
#[path = "rebalance_tests.rs"]
mod tests;
