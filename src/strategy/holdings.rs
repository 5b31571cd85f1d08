//! The holdings of an account, as one strategy sees them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Quote;
use super::ownership::{owners, part};
use super::rebalance::{Held, Portfolio};
use crate::analysis::lineage::Lineage;
use crate::config::{Config, Strategy};
use crate::error::{Error, Place, Result};
use crate::record::{Currency, Position, PriceSymbol, Record, Snapshot, Ticker, Unchanged};

/// The part of a snapshot that concerns one strategy.
#[derive(Debug, Clone)]
pub struct Holdings<'a> {
    /// Value, cash and members of the universe.
    pub portfolio: Portfolio,
    /// The positions behind the members.
    pub positions: BTreeMap<PriceSymbol, &'a Position>,
    /// Positions outside the universe that could be sold, by the broker's ticker.
    pub unknown: BTreeMap<Ticker, Unknown>,
    /// Positions outside the universe that must not be traded, and why.
    pub left_alone: Vec<Unchanged>,
    /// Remarks for the reader of the plan.
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

/// The holdings of a strategy in a snapshot. With several strategies these are the positions it owns, and its value is its
/// share of the account less what no strategy manages. Positions outside its universe that are not for sale do not count
/// toward its value.
///
/// # Errors
/// A snapshot without positions, a currency without a rate, a member held short, or a position whose owner cannot be
/// determined.
pub fn holdings<'a>(
    snapshot: &'a Snapshot,
    record: &Record,
    config: &Config,
    strategy: &Strategy,
) -> Result<Holdings<'a>> {
    let Some(positions) = &snapshot.positions else {
        return Err(at(snapshot, "the snapshot has the account's value and not its positions".into())
            .hint("run `trackrecord collect snapshot`"));
    };
    let mut found = Holdings {
        portfolio: Portfolio::default(),
        positions: BTreeMap::new(),
        unknown: BTreeMap::new(),
        left_alone: Vec::new(),
        notes: Vec::new(),
    };
    let (mut all, mut outside) = (Decimal::ZERO, Decimal::ZERO);
    let mut invested: BTreeMap<&str, Decimal> = BTreeMap::new();
    let moved = crate::analysis::holdings::Holdings::of(record);
    let lineage = Lineage::of(record);
    for position in positions.iter().filter(|position| !position.quantity.is_zero()) {
        let rate = rate(snapshot, position.currency, &format!("{} is held in", position.symbol))?;
        all += position.market_value * rate;
        for (owner, quantity) in owners(config, (&moved, &lineage), snapshot, position)? {
            let held = part_of(position, quantity, rate);
            let is_ours = owner.id == strategy.id;
            let member = if is_ours { strategy } else { owner }.member(&position.symbol);
            match member {
                Some(_) => *invested.entry(&owner.id).or_default() += held.value,
                None => outside += held.value.max(Decimal::ZERO),
            }
            match member.filter(|_| is_ours) {
                Some(member) => take(&mut found, snapshot, position, member.yahoo(), held)?,
                None if is_ours => unknown(&mut found, snapshot, position, held, rate),
                None => {}
            }
        }
    }
    if strategy.sell_unknown && config.strategy.len() == 1 {
        outside -= found.unknown.values().map(|unknown| unknown.held.value).sum::<Decimal>();
    }
    found.portfolio.value = snapshot.net_liquidation - outside;
    found.portfolio.cash = cash(snapshot, all)?;
    if config.strategy.len() > 1 {
        let part = part(config, strategy, &invested, found.portfolio.value, found.portfolio.cash);
        (found.portfolio.value, found.portfolio.cash) = (part.value, part.cash);
        if part.short {
            found.notes.push(
                "its share of the account is more than there is cash for: another strategy holds too much".into(),
            );
        }
    }
    Ok(found)
}

/// A quantity of shares of a position.
fn part_of(position: &Position, quantity: Decimal, rate: Decimal) -> Held {
    let whole = position.market_value * rate;
    let value = match quantity == position.quantity {
        true => whole,
        false => (whole * quantity).checked_div(position.quantity).unwrap_or_default(),
    };
    Held { quantity, value }
}

/// Adds a member of the universe to the portfolio.
fn take<'a>(
    found: &mut Holdings<'a>,
    snapshot: &Snapshot,
    position: &'a Position,
    symbol: PriceSymbol,
    held: Held,
) -> Result<()> {
    if held.quantity < Decimal::ZERO {
        return Err(at(snapshot, format!("{} is held short, and rules only hold long", position.symbol))
            .hint("buy it back by hand, collect a snapshot, then run this again"));
    }
    if found.positions.insert(symbol.clone(), position).is_some() {
        return Err(at(snapshot, format!("{} is held in two lines", position.symbol))
            .hint("the universe gives one ticker to two instruments; correct its `ibkr`"));
    }
    found.portfolio.held.insert(symbol, held);
    Ok(())
}

/// A position outside the universe: for sale if it is a long holding of shares, otherwise listed and left alone.
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
                symbol: position.symbol.to_string(),
                current_weight: weight.unwrap_or_default(),
                target_weight: None,
                reason: "not in the universe, and short or no plain holding: left to you".into(),
            });
        }
    }
}

/// Cash of all currencies, converted to base currency; where the snapshot reports no cash, net liquidation value less the
/// positions.
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
    Error::data(message).at(Place::file(format!("data/snapshots/{}.json", snapshot.own_date())))
}
