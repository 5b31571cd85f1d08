//! Open positions by weight.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::disclosure::{Disclosure, PublicWeight, Published};
use super::view::{Facts, PositionView};
use crate::config::Config;
use crate::record::{Position, Record, Snapshot, Source};

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

impl PositionView {
    /// `under 5%` of a holding whose weight rounds to nothing: it is held all the same.
    pub fn under(&self, facts: &Facts) -> Option<String> {
        facts.digits.under(self.weight?.get(), facts.steps.held_weights)
    }
}

/// The date of the newest snapshot on or before a date that says what was held.
pub fn newest_date(record: &Record, until: NaiveDate) -> Option<NaiveDate> {
    newest(record, until).map(|snapshot| snapshot.date)
}

fn newest(record: &Record, until: NaiveDate) -> Option<&Snapshot> {
    record.snapshots.iter().rev().find(|snapshot| snapshot.date <= until && snapshot.positions.is_some())
}

/// The positions of the newest snapshot on or before a date that has any.
pub fn holdings(record: &Record, config: &Config, disclosure: &Disclosure, until: NaiveDate) -> Holdings {
    let Some(snapshot) = newest(record, until) else { return Holdings::default() };
    let open = snapshot.known_positions().iter().filter(|position| !position.quantity.is_zero());
    let mut positions: Vec<_> = open.map(|position| view(position, snapshot, config, disclosure)).collect();
    let size = |position: &PositionView| position.weight.map_or(-1.0, |weight| weight.get().abs());
    positions.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.symbol.cmp(&b.symbol)));
    Holdings {
        as_of: Some(snapshot.date),
        positions,
        cash_weight: cash_weight(snapshot).map(|weight| disclosure.held_weight(weight)),
    }
}

fn view(position: &Position, snapshot: &Snapshot, config: &Config, disclosure: &Disclosure) -> PositionView {
    let weight = weight(position, snapshot);
    let name = config.name_of(&position.symbol).unwrap_or_default().to_owned();
    PositionView {
        symbol: position.symbol.to_string(),
        name,
        weight: weight.as_ref().ok().map(|weight| disclosure.held_weight(*weight)),
        no_weight: weight.err().unwrap_or_default(),
        gain: gain(position, &snapshot.source).map(|gain| disclosure.trade_return(gain)),
        price: position.market_price.map(|price| price.normalize().to_string()),
        currency: position.currency.to_string(),
        quantity: disclosure.shares(position.quantity),
        market_value: disclosure.money(position.market_value),
    }
}

/// A position's share of the net liquidation value; why there is none otherwise.
fn weight(position: &Position, snapshot: &Snapshot) -> Result<f64, String> {
    let (from, base) = (position.currency, snapshot.base_currency);
    let rate = snapshot.fx_to_base(from).ok_or_else(|| format!("no exchange rate from {from} to {base}"))?;
    let weight =
        position.market_value.checked_mul(rate).and_then(|value| value.checked_div(snapshot.net_liquidation));
    weight.and_then(|weight| weight.to_f64()).ok_or_else(|| "no net value".to_owned())
}

/// What a position has gained on what it cost, in its direction.
///
/// The average cost of a contract is one of its units in statements, and of the whole contract in TWS; so where the
/// source says the gain in money, that counts.
fn gain(position: &Position, source: &Source) -> Option<f64> {
    let units = position.units_of_a_contract();
    let whole = units > Decimal::ONE;
    if let Some(gained) = position.unrealized_pnl.filter(|_| whole) {
        let paid = position.market_value.checked_sub(gained)?;
        return gained.checked_div(paid.abs())?.to_f64();
    }
    let divisor = if *source == Source::Tws { units } else { Decimal::ONE };
    let cost = position.average_cost?.checked_div(divisor).filter(|cost| !cost.is_zero())?;
    let change = (position.market_price?.checked_div(cost)?).to_f64()? - 1.0;
    Some(if position.quantity.is_sign_negative() { -change } else { change })
}

fn cash_weight(snapshot: &Snapshot) -> Option<f64> {
    if snapshot.cash.is_empty() {
        return None;
    }
    let in_base: Option<Decimal> =
        snapshot.cash.iter().map(|(currency, amount)| Some(*amount * snapshot.fx_to_base(*currency)?)).sum();
    in_base?.checked_div(snapshot.net_liquidation)?.to_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{dec, position, snapshot};
    use crate::config::{Privacy, PrivacyLevel};

    /// One contract of 100 units, bought for 150.65 with its commission and marked at 2.
    fn option(quantity: i64, cost: &str, unrealized: Option<&str>) -> Position {
        Position {
            average_cost: Some(dec(cost)),
            market_value: (200 * quantity).into(),
            unrealized_pnl: unrealized.map(dec),
            ..position("XYZ", quantity, 2)
        }
    }

    #[test]
    fn a_position_without_an_exchange_rate_has_no_weight_and_says_why() {
        let dollars = Position { market_value: 250.into(), ..position("A", 25, 10) };
        let euros = Position { currency: "EUR".parse().unwrap(), ..position("B", 10, 10) };
        let known = Snapshot { positions: Some(vec![euros, dollars]), ..snapshot("2026-01-05", 1000) };
        let record = Record { snapshots: vec![known], ..Record::default() };
        let privacy = Privacy { precision: PrivacyLevel::Fine, ..Privacy::default() };
        let config = Config { privacy, ..Config::default() };
        let disclosure = Disclosure::new(&config.privacy);
        let found = holdings(&record, &config, &disclosure, "2026-01-05".parse().unwrap()).positions;
        let rows: Vec<_> =
            found.iter().map(|one| (one.symbol.as_str(), one.weight.map(|weight| weight.get()))).collect();
        assert_eq!(rows, [("A", Some(0.25)), ("B", None)]);
        assert_eq!(
            (found[0].no_weight.as_str(), found[1].no_weight.as_str()),
            ("", "no exchange rate from EUR to USD")
        );
    }

    #[test]
    fn the_cost_of_a_contract_is_read_as_its_source_means_it() {
        let right = 2.0 / 1.5065 - 1.0;
        let close = |position: Position, source: Source, right: f64| {
            let found = gain(&position, &source).unwrap();
            assert!((found - right).abs() < 1e-12, "{found} {right}");
        };
        close(option(1, "150.65", None), Source::Tws, right);
        close(option(1, "1.5065", None), Source::Flex, right);
        close(option(1, "150.65", Some("49.35")), Source::Tws, right);
        close(option(1, "1.5065", Some("49.35")), Source::Flex, right);
        close(option(-2, "150.65", None), Source::Tws, -right);
        close(option(-2, "150.65", Some("-98.7")), Source::Tws, -right);
        // A share is one unit whatever the source.
        close(Position { average_cost: Some(dec("8")), ..position("A", 3, 10) }, Source::Tws, 0.25);
    }
}
