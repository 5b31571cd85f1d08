//! How many shares a rule trades, in floats: `strategy::rebalance`, written down for many thousands of accounts.
//!
//! Whether it does what the owner did is seen order by order, and the way of sizing is taken that explains most of them.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::facts::{Event, Facts, Orders};
use crate::config::Config;
use crate::strategy::rebalance::Terms;

/// What a rule sees on the day of a decision, by column.
#[derive(Debug, Clone)]
pub struct Market {
    /// Target weights; nothing of what is not in the universe.
    pub targets: Vec<Option<f64>>,
    /// Columns of what is selected, best first.
    pub ranked: Vec<usize>,
    /// Closes of the day and of the day before.
    pub closes: [Vec<f64>; 2],
    /// Whether what is held stays as it is.
    pub holds: bool,
    /// What is about to leave the account, as a share of it.
    pub reserved: f64,
}

/// A way of sizing orders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizing {
    /// Which closes are looked at.
    closes: usize,
    threshold: f64,
    buffer: f64,
    lot: f64,
    per_share: f64,
    of_notional: f64,
    least: f64,
    slippage: f64,
    tick: f64,
    /// Whether money that is about to leave is kept back.
    reserves: bool,
    /// Whether commissions are charged as the settings say.
    is_charged: bool,
}

/// An account at a moment.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// Cash.
    pub cash: f64,
    /// Shares by column.
    pub shares: Vec<f64>,
    /// Whether money came in since the last decision.
    pub money_came_in: bool,
}

const EPSILON: f64 = 1e-9;

/// After a deposit or before a withdrawal every difference above this share is traded.
const EXACT: f64 = 0.001;

/// The slippage that a careful owner allows for, beside that of the settings, and a tick.
const WORST: (f64, f64) = (0.003, 0.01);

impl Book {
    /// The value at prices.
    pub fn value(&self, prices: &[f64]) -> f64 {
        self.cash + self.shares.iter().zip(prices).map(|(shares, price)| shares * price).sum::<f64>()
    }

    /// Shares of a column.
    pub fn held(&self, column: usize) -> f64 {
        self.shares.get(column).copied().unwrap_or_default()
    }
}

fn at(values: &[f64], column: usize) -> f64 {
    values.get(column).copied().unwrap_or_default()
}

impl Sizing {
    /// The way of sizing that explains most orders; marks those. Nothing where none explains any.
    pub fn best(facts: &mut Facts, config: &Config) -> Option<Self> {
        let [strategy] = &config.strategy[..] else { return None };
        let terms = Terms::of(strategy);
        let float = |value: Decimal| value.to_f64().unwrap_or_default();
        let plain = Self {
            closes: 0,
            threshold: float(terms.threshold),
            buffer: float(terms.cash_buffer),
            lot: float(terms.lot).max(EPSILON),
            per_share: float(terms.costs.per_share),
            of_notional: float(terms.costs.of_notional),
            least: float(terms.costs.least),
            slippage: float(terms.costs.slippage),
            tick: 0.0,
            reserves: false,
            is_charged: false,
        };
        let costs = [(plain.slippage, 0.0), WORST];
        let ways = costs.into_iter().flat_map(|(slippage, tick)| {
            [(0, false), (0, true), (1, false), (1, true)].map(|(closes, reserves)| Self {
                closes,
                reserves,
                slippage,
                tick,
                ..plain
            })
        });
        let ways: Vec<Self> = ways.collect();
        let mut best = None;
        for way in ways {
            let (_, count) = way.explain(facts);
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, way));
            }
        }
        let (count, way) = best.filter(|(count, _)| *count > 0)?;
        let (charged, _) = way.explain(facts);
        Some(Self { is_charged: charged * 10 >= count * 9, ..way })
    }

    /// Marks the orders that this way of sizing explains; how many commissions are those of the settings, and how many
    /// orders are explained.
    fn explain(&self, facts: &mut Facts) -> (usize, usize) {
        let (mut charged, mut count) = (0, 0);
        let (mut shares, mut prices, mut value) = (facts.shares.clone(), facts.prices.clone(), facts.start);
        let mut came_in = false;
        for step in &mut facts.steps {
            let worth: f64 = shares.iter().zip(&prices).map(|(one, price)| one * price).sum();
            let mut book = Book { cash: value - worth, shares, money_came_in: came_in };
            for event in &mut step.events {
                match event {
                    Event::Flow(share) => {
                        book.cash += *share * value;
                        book.money_came_in |= *share > 0.0;
                    }
                    Event::Orders(orders) => {
                        let traded = orders.market.as_ref().map(|market| {
                            self.trades(market, &mut book.clone(), value, |column| Some(at(&orders.fills, column)))
                        });
                        if let Some(traded) = &traded {
                            let same = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs() < 1e-6;
                            orders.explained = traded.iter().zip(&orders.traded).map(same).collect();
                            book.money_came_in = false;
                        }
                        for column in 0..orders.traded.len() {
                            let shares = at(&orders.traded, column);
                            if shares != 0.0 {
                                count += usize::from(orders.explained.get(column) == Some(&true));
                                let expected = self.commission(shares.abs(), at(&orders.fills, column));
                                charged += usize::from((expected - at(&orders.commissions, column)).abs() < 0.011);
                            }
                        }
                        orders.carry_out(&mut book, 1.0);
                    }
                }
            }
            (shares, prices, value, came_in) =
                (step.shares.clone(), step.prices.clone(), step.value, book.money_came_in);
        }
        (charged, count)
    }

    /// What an order of so many shares costs.
    pub fn commission(&self, shares: f64, price: f64) -> f64 {
        let charged = self.per_share * shares + self.of_notional * shares * price;
        if shares > 0.0 { charged.max(self.least) } else { 0.0 }
    }

    /// What an order of the record costs where it is of other shares.
    pub fn charged(&self, orders: &Orders, column: usize, shares: f64) -> f64 {
        let own = at(&orders.traded, column).abs();
        if (self.is_charged && (shares - own).abs() > EPSILON) || own == 0.0 {
            return self.commission(shares, at(&orders.fills, column));
        }
        at(&orders.commissions, column) * shares / own
    }

    fn lots(&self, shares: f64) -> f64 {
        ((shares / self.lot + EPSILON).floor() * self.lot).max(0.0)
    }

    fn affordable(&self, money: f64, close: f64) -> f64 {
        let price = self.assumed_price(close);
        let most = self.lots(money / close);
        self.lots((money - self.commission(most, price)) / price)
    }

    fn cost(&self, money: f64, close: f64) -> f64 {
        let (shares, price) = (self.affordable(money, close), self.assumed_price(close));
        shares * price + self.commission(shares, price)
    }

    /// The price that a purchase is assumed to be filled at.
    fn assumed_price(&self, close: f64) -> f64 {
        close * (1.0 + self.slippage) + self.tick
    }

    /// Trades towards the targets in a book whose value was `before` at the last valuation; signed shares by column. `fill` is what an order is filled at.
    pub fn trades(
        &self,
        market: &Market,
        book: &mut Book,
        before: f64,
        fill: impl Fn(usize) -> Option<f64>,
    ) -> Vec<f64> {
        let closes = market.closes.get(self.closes).map(Vec::as_slice).unwrap_or_default();
        let mut traded = vec![0.0; market.targets.len()];
        let managed: f64 = (0..traded.len())
            .filter(|column| market.targets.get(*column).is_some_and(Option::is_some))
            .map(|column| book.held(column) * at(closes, column))
            .sum();
        let value = book.cash + managed;
        let reserved = if self.reserves { market.reserved * before } else { 0.0 };
        let kept = reserved + (value - reserved) * self.buffer;
        let investable = value - kept;
        let is_exact = book.money_came_in || reserved > 0.0;
        let tolerance = value * if is_exact { self.threshold.min(EXACT) } else { self.threshold };
        let holds = market.holds && managed > 0.0;
        let mut order = |book: &mut Book, column: usize, signed: f64| {
            let price = fill(column).unwrap_or_else(|| at(closes, column));
            book.cash -= signed * price + self.commission(signed.abs(), price);
            if let (Some(held), Some(sum)) = (book.shares.get_mut(column), traded.get_mut(column)) {
                *held += signed;
                *sum += signed;
            }
        };
        let mut lacking: Vec<(usize, f64)> = Vec::new();
        for column in 0..market.targets.len() {
            let Some(target) = market.targets.get(column).copied().flatten() else { continue };
            let (held, close) = (book.held(column), at(closes, column));
            let share = if holds { held * close / managed } else { target };
            let gap = share * investable - held * close;
            if gap.abs() <= tolerance && share != 0.0 {
                continue;
            }
            let sold = match share == 0.0 {
                _ if market.holds => 0.0,
                true => held,
                false => self.lots(-gap / close).min(held),
            };
            if sold > 0.0 {
                order(book, column, -sold);
            }
            if gap > 0.0 {
                lacking.push((column, gap));
            }
        }
        for (column, budget) in self.budgets(&lacking, book.cash - kept, tolerance, closes, &market.ranked) {
            let bought = self.affordable(budget.min(book.cash - kept), at(closes, column));
            if bought > 0.0 {
                order(book, column, bought);
            }
        }
        traded
    }

    /// What each purchase may cost: all shrink alike where cash is short, and the best takes the rest.
    fn budgets(
        &self,
        lacking: &[(usize, f64)],
        money: f64,
        tolerance: f64,
        closes: &[f64],
        ranked: &[usize],
    ) -> Vec<(usize, f64)> {
        let mut budgets = lacking.to_vec();
        let needed: f64 = lacking.iter().map(|(_, gap)| gap).sum();
        if needed - money <= tolerance {
            return budgets;
        }
        let mut left = money.max(0.0);
        for (column, budget) in &mut budgets {
            *budget *= money.max(0.0) / needed;
            left -= self.cost(*budget, at(closes, *column));
        }
        let rank = |column: usize| ranked.iter().position(|other| *other == column).unwrap_or(usize::MAX);
        let mut order: Vec<usize> = (0..budgets.len()).collect();
        order.sort_by_key(|place| budgets.get(*place).map(|(column, _)| rank(*column)));
        for place in order {
            let (Some((column, budget)), Some((_, gap))) = (budgets.get_mut(place), lacking.get(place)) else {
                continue;
            };
            let spent = self.cost(*budget, at(closes, *column));
            let most = (spent + left).min(*gap);
            let more = self.cost(most, at(closes, *column)) - spent;
            if more > 0.0 {
                *budget = most;
                left -= more;
            }
        }
        budgets
    }
}

impl Orders {
    /// Carries out the orders of the record, each this many times as large.
    pub fn carry_out(&self, book: &mut Book, times: f64) {
        for column in 0..self.traded.len() {
            let shares = at(&self.traded, column) * times;
            book.cash -= shares * at(&self.fills, column) + at(&self.commissions, column) * times;
            if let Some(held) = book.shares.get_mut(column) {
                *held += shares;
            }
        }
    }
}
