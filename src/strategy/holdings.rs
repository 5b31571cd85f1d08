//! What an account holds, in the terms of a strategy.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Quote;
use super::assignment::owner_of_position;
use super::rebalance::{Held, Portfolio};
use crate::config::{Config, Strategy};
use crate::error::{Error, Place, Result};
use crate::record::{Currency, Position, Snapshot, Symbol, Unchanged};

/// A snapshot seen by a strategy.
#[derive(Debug, Clone)]
pub struct Holdings<'a> {
    /// Value, cash and members of the universe.
    pub portfolio: Portfolio,
    /// The positions behind the members.
    pub positions: BTreeMap<Symbol, &'a Position>,
    /// Positions outside the universe that could be sold, by the broker's ticker.
    pub unknown: BTreeMap<Symbol, Unknown>,
    /// Positions outside the universe that no list of trades should touch, and why.
    pub left_alone: Vec<Unchanged>,
    /// What else the reader should know.
    pub notes: Vec<String>,
}

/// A position outside the universe, at the broker's own price.
#[derive(Debug, Clone, Copy)]
pub struct Unknown {
    /// Shares and value.
    pub held: Held,
    /// The price of the snapshot.
    pub quote: Quote,
}

/// What a snapshot holds for a strategy. With several strategies it manages its share of the account, and positions
/// that belong to others are none of its business.
///
/// # Errors
/// Positions that the snapshot does not tell, a currency without a rate, a member held short.
pub fn holdings<'a>(snapshot: &'a Snapshot, config: &Config, strategy: &Strategy) -> Result<Holdings<'a>> {
    let Some(positions) = &snapshot.positions else {
        return Err(at(snapshot, "the snapshot tells the account's value and not its positions".into())
            .hint("run `trackrecord collect snapshot`"));
    };
    let mut found = Holdings {
        portfolio: Portfolio::default(),
        positions: BTreeMap::new(),
        unknown: BTreeMap::new(),
        left_alone: Vec::new(),
        notes: Vec::new(),
    };
    let mut all = Decimal::ZERO;
    for position in positions.iter().filter(|position| !position.quantity.is_zero()) {
        let rate = rate(snapshot, position.currency, &format!("{} is held in", position.symbol))?;
        let held = Held { quantity: position.quantity, value: position.market_value * rate };
        all += held.value;
        match strategy.member(&position.symbol) {
            Some(member) => {
                if position.quantity < Decimal::ZERO {
                    return Err(at(snapshot, format!("{} is held short, and rules only hold long", position.symbol))
                        .hint("buy it back by hand, collect a snapshot, then run this again"));
                }
                if found.positions.insert(member.yahoo(), position).is_some() {
                    return Err(at(snapshot, format!("{} is held in two lines", position.symbol))
                        .hint("the universe gives one ticker to two instruments; correct its `ibkr`"));
                }
                found.portfolio.held.insert(member.yahoo(), held);
            }
            None if belongs_to_another(config, strategy, snapshot, &position.symbol) => {}
            None => unknown(&mut found, snapshot, position, held, rate),
        }
    }
    let cash = cash(snapshot, all)?;
    found.portfolio.value = snapshot.net_liquidation;
    found.portfolio.cash = cash;
    if config.strategy.len() > 1 {
        share_of_account(&mut found, config, strategy, cash);
    }
    Ok(found)
}

fn belongs_to_another(config: &Config, strategy: &Strategy, snapshot: &Snapshot, ticker: &Symbol) -> bool {
    owner_of_position(config, &snapshot.account, ticker).is_some_and(|owner| owner.id != strategy.id)
}

/// A position outside the universe: for sale if it is a plain holding, else listed and left alone.
fn unknown(found: &mut Holdings, snapshot: &Snapshot, position: &Position, held: Held, rate: Decimal) {
    let plain =
        position.market_price.filter(|price| (*price * held.quantity - position.market_value).abs() < Decimal::ONE);
    match plain.filter(|price| *price > Decimal::ZERO && held.quantity > Decimal::ZERO) {
        Some(price) => {
            let quote = Quote { price, date: snapshot.date, currency: position.currency, rate };
            found.unknown.insert(position.symbol.clone(), Unknown { held, quote });
        }
        None => {
            let weight = held.value.checked_div(snapshot.net_liquidation).and_then(|weight| weight.to_f64());
            found.left_alone.push(Unchanged {
                symbol: position.symbol.clone(),
                current_weight: weight.unwrap_or_default(),
                target_weight: None,
                reason: "not in the universe, and short or no plain holding: left to you".into(),
            });
        }
    }
}

/// Cash of all currencies in base currency; where the snapshot does not tell it, what is left beside the positions.
fn cash(snapshot: &Snapshot, positions: Decimal) -> Result<Decimal> {
    if snapshot.cash.is_empty() {
        return Ok(snapshot.net_liquidation - positions);
    }
    let in_base = |(currency, amount): (&Currency, &Decimal)| {
        if amount.is_zero() {
            Ok(Decimal::ZERO)
        } else {
            Ok(*amount * rate(snapshot, *currency, "there is cash in")?)
        }
    };
    snapshot.cash.iter().map(in_base).sum()
}

fn rate(snapshot: &Snapshot, currency: Currency, what: &str) -> Result<Decimal> {
    snapshot.fx_to_base(currency).filter(|rate| *rate > Decimal::ZERO).ok_or_else(|| {
        let base = snapshot.base_currency;
        at(snapshot, format!("{what} {currency}, and the snapshot does not say what that is worth in {base}"))
            .hint("run `trackrecord collect snapshot`, or add the rate under `fx`")
    })
}

fn at(snapshot: &Snapshot, message: String) -> Error {
    Error::new(message).at(Place::file(format!("data/snapshots/{}.json", snapshot.date)))
}

/// The part of the account that one of several strategies manages.
fn share_of_account(found: &mut Holdings, config: &Config, strategy: &Strategy, cash: Decimal) {
    let equal = Decimal::ONE / Decimal::from(config.strategy.len().max(1));
    let value = found.portfolio.value * strategy.share.unwrap_or(equal);
    let held: Decimal = found.portfolio.held.values().map(|held| held.value).sum();
    found.portfolio.value = value;
    found.portfolio.cash = (value - held).min(cash);
    if value - held > cash {
        found
            .notes
            .push("its share of the account is more than there is cash for: another strategy holds too much".into());
    }
}
