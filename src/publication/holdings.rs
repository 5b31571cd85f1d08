//! Open positions by weight.

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use super::disclosure::{Disclosure, PublicWeight, Published};
use super::view::PositionView;
use crate::config::Config;
use crate::record::{Position, Record, Snapshot};

/// The positions of the newest snapshot that has any.
#[derive(Default)]
pub struct Holdings {
    /// The date of that snapshot.
    pub as_of: Option<NaiveDate>,
    /// Largest first.
    pub positions: Vec<PositionView>,
    /// Cash as a share of net liquidation value.
    pub cash_weight: Option<PublicWeight>,
}

/// The positions of the newest snapshot on or before a date that has any.
pub fn holdings(record: &Record, config: &Config, disclosure: &Disclosure, until: NaiveDate) -> Holdings {
    let told = |snapshot: &&Snapshot| snapshot.date <= until && snapshot.positions.is_some();
    let Some(snapshot) = record.snapshots.iter().rev().find(told) else { return Holdings::default() };
    let open = snapshot.known_positions().iter().filter(|position| !position.quantity.is_zero());
    let mut positions: Vec<_> = open.filter_map(|position| view(position, snapshot, config, disclosure)).collect();
    positions
        .sort_by(|a, b| b.weight.get().abs().total_cmp(&a.weight.get().abs()).then_with(|| a.symbol.cmp(&b.symbol)));
    Holdings {
        as_of: Some(snapshot.date),
        positions,
        cash_weight: cash_weight(snapshot).map(|weight| disclosure.weight(weight)),
    }
}

fn view(position: &Position, snapshot: &Snapshot, config: &Config, disclosure: &Disclosure) -> Option<PositionView> {
    let in_base = position.market_value * snapshot.fx_to_base(position.currency)?;
    let weight = in_base.checked_div(snapshot.net_liquidation)?.to_f64()?;
    let name = config.name_of(&position.symbol).unwrap_or_default().to_owned();
    Some(PositionView {
        symbol: position.symbol.to_string(),
        name,
        weight: disclosure.weight(weight),
        gain: gain(position).map(|gain| disclosure.trade_return(gain)),
        price: position.market_price.map(|price| price.normalize().to_string()),
        currency: position.currency.to_string(),
        quantity: disclosure.shares(position.quantity),
        market_value: disclosure.money(position.market_value),
    })
}

/// Market price against average cost, in the direction of the position.
fn gain(position: &Position) -> Option<f64> {
    let cost = position.average_cost.filter(|cost| !cost.is_zero())?;
    let change = (position.market_price?.checked_div(cost)?).to_f64()? - 1.0;
    Some(if position.quantity.is_sign_negative() { -change } else { change })
}

fn cash_weight(snapshot: &Snapshot) -> Option<f64> {
    if snapshot.cash.is_empty() {
        return None;
    }
    let in_base: Option<rust_decimal::Decimal> =
        snapshot.cash.iter().map(|(currency, amount)| Some(*amount * snapshot.fx_to_base(*currency)?)).sum();
    in_base?.checked_div(snapshot.net_liquidation)?.to_f64()
}
