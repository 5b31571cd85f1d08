//! Orders: fills that were one decision.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::fx::Rates;
use super::instruments::is_trade;
use super::lineage::Lineage;
use crate::record::{AccountId, Currency, ExecId, Execution, Instrument, Instruments, Side, Ticker};

/// Fills of one order, with what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Account that traded.
    pub account: AccountId,
    /// What was traded.
    pub instrument: Instrument,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// Whether it is of options, futures or the like, which may go by the ticker of what they are on.
    pub is_of_derivatives: bool,
    /// Bought or sold.
    pub side: Side,
    /// The currency of `price`.
    pub currency: Currency,
    /// Time of the first fill.
    pub first_fill: DateTime<Utc>,
    /// Time of the last fill.
    pub last_fill: DateTime<Utc>,
    /// Shares or contracts in all, above zero.
    pub quantity: Decimal,
    /// Volume-weighted fill price in `currency`.
    pub price: Decimal,
    /// Units one contract stands for.
    pub multiplier: Decimal,
    /// The fills, by time, then id.
    pub fills: Vec<Execution>,
}

impl Order {
    /// The date an order counts under: the UTC date of its first fill.
    pub fn date(&self) -> NaiveDate {
        self.first_fill.date_naive()
    }

    /// Quantity x price x multiplier in the order's currency, above zero.
    pub fn notional(&self) -> Decimal {
        self.fills.iter().map(Execution::notional).sum()
    }

    /// The notional in base currency, each fill at its own rate; `None` if one has none.
    pub fn notional_in_base(&self, rates: &Rates) -> Option<Decimal> {
        self.fills.iter().map(|fill| rates.notional(fill)).sum()
    }

    /// Commissions in base currency; `None` until that of every fill is known.
    pub fn commission_in_base(&self, rates: &Rates) -> Option<Decimal> {
        self.fills.iter().map(|fill| rates.commission(fill)).sum()
    }

    /// Whether one of the fills has this id, is a correction of the fill that had it, or went by it before a statement had its
    /// execution.
    pub fn has_fill(&self, id: &ExecId) -> bool {
        let family = id.version().map(|(fill, _)| fill);
        self.fills.iter().any(|fill| {
            fill.exec_id == *id
                || (family.is_some() && fill.exec_id.version().map(|(fill, _)| fill) == family)
                || fill.names_by_number().any(|name| name == id.as_str())
        })
    }

    /// Whether the broker gave it a number at all. Without one, each fill counts as an order of its own.
    pub fn is_numbered(&self) -> bool {
        self.fills.iter().any(|fill| given(&fill.perm_id).or(given(&fill.order_id)).is_some())
    }

    /// Whether the broker knows the order under this number, permanent or not.
    pub fn has_number(&self, number: &str) -> bool {
        let numbered = |id: &Option<String>| id.as_deref() == Some(number);
        self.fills.iter().any(|fill| numbered(&fill.perm_id) || numbered(&fill.order_id))
    }
}

/// What makes two fills of one account, instrument and side the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum OrderId<'a> {
    Permanent(&'a str),
    /// An order number is unique per client only, and a client starts counting again: it distinguishes two orders
    /// apart within a day, but the same number months later is another order.
    Daily(&'a str, NaiveDate),
    Fill(&'a ExecId),
}

impl<'a> OrderId<'a> {
    fn of(fill: &'a Execution) -> Self {
        match (given(&fill.perm_id), given(&fill.order_id)) {
            (Some(permanent), _) => Self::Permanent(permanent),
            (None, Some(number)) => Self::Daily(number, fill.utc_date()),
            (None, None) => Self::Fill(&fill.exec_id),
        }
    }
}

/// Brokers write 0 for a number they do not have.
fn given(number: &Option<String>) -> Option<&str> {
    number.as_deref().map(str::trim).filter(|number| !number.is_empty() && *number != "0")
}

/// The orders behind these fills, by time of the first fill, then its id.
///
/// One order is the fills with the same account, instrument, side and permanent order number; without one, the
/// same order number on the same UTC date; without either, each fill is an order. Currency conversions are left
/// out ([`is_trade`]).
pub fn orders(executions: &[Execution]) -> Vec<Order> {
    let instruments = Instruments::of(executions);
    let groups = grouped(executions, &instruments).into_iter();
    groups.filter_map(|(instrument, fills)| order_of(instrument, &fills, &instruments)).collect()
}

/// The same for a record, with quantity and price of each order in the units of its first fill, however many splits its fills
/// lie across.
pub fn orders_in_first_units(executions: &[Execution], lineage: &Lineage<'_>) -> Vec<Order> {
    let mut orders = orders(executions);
    for order in &mut orders {
        let of_fill = |fill: &Execution| lineage.units_between(&order.instrument, order.first_fill, fill.time);
        let units: Vec<Decimal> = order.fills.iter().map(of_fill).collect();
        if units.iter().all(|units| *units == Decimal::ONE) {
            continue;
        }
        let quantities = order.fills.iter().zip(units).map(|(fill, units)| fill.quantity.checked_div(units));
        let paid = order.fills.iter().map(|fill| fill.quantity.checked_mul(fill.price)).sum::<Option<Decimal>>();
        let quantity = quantities.sum::<Option<Decimal>>();
        if let Some((quantity, price)) = quantity.and_then(|quantity| Some((quantity, paid?.checked_div(quantity)?)))
        {
            (order.quantity, order.price) = (quantity.normalize(), price.normalize());
        }
    }
    orders
}

/// The fills of each order, by time, then id; the orders by their first fill.
pub(super) fn grouped<'a>(
    executions: &'a [Execution],
    instruments: &Instruments,
) -> Vec<(Instrument, Vec<&'a Execution>)> {
    let mut groups: BTreeMap<_, Vec<&Execution>> = BTreeMap::new();
    for fill in executions.iter().filter(|fill| is_trade(fill)) {
        let key = (&fill.account, instruments.of_fill(fill), fill.side, OrderId::of(fill));
        groups.entry(key).or_default().push(fill);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|((_, instrument, ..), fills)| (instrument, fills)).collect();
    for (_, fills) in &mut groups {
        fills.sort_by_key(|fill| (fill.time, &fill.exec_id));
    }
    groups.sort_by_key(|(_, fills)| fills.first().map(|fill| (fill.time, &fill.exec_id)));
    groups
}

fn order_of(instrument: Instrument, fills: &[&Execution], instruments: &Instruments) -> Option<Order> {
    let (first, last) = (*fills.first()?, *fills.last()?);
    let quantity: Decimal = fills.iter().map(|fill| fill.quantity).sum();
    let paid: Decimal = fills.iter().map(|fill| fill.quantity * fill.price).sum();
    let price =
        if fills.iter().all(|fill| fill.price == first.price) { first.price } else { paid.checked_div(quantity)? };
    Some(Order {
        account: first.account.clone(),
        instrument,
        symbol: first.symbol.clone(),
        is_of_derivatives: instruments.is_derivative(first),
        side: first.side,
        currency: first.currency,
        first_fill: first.time,
        last_fill: last.time,
        quantity,
        price: price.normalize(),
        multiplier: first.multiplier,
        fills: fills.iter().copied().cloned().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, dec};

    #[test]
    fn partial_fills_are_one_order_at_their_volume_weighted_price() {
        let fills = [
            Fill::buy("X", 100, 10).at("2026-01-05T15:00:00Z").perm("77").done(),
            Fill::buy("X", 300, 11).at("2026-01-05T15:01:00Z").perm("77").done(),
            Fill::sell("X", 1, 11).at("2026-01-05T15:02:00Z").perm("77").done(),
            Fill::buy("Y", 1, 11).at("2026-01-05T14:00:00Z").perm("77").done(),
        ];
        let orders = orders(&fills);
        assert_eq!(orders.len(), 3, "another side or instrument is another order");
        assert_eq!(orders[0].symbol.as_str(), "Y");
        assert_eq!((orders[1].quantity, orders[1].price), (dec("400"), dec("10.75")));
        assert_eq!(orders[1].notional(), dec("4300"));
        assert_eq!(orders[1].last_fill, fills[1].time);
    }

    #[test]
    fn a_permanent_number_joins_days_and_an_order_number_does_not() {
        let pair = |change: fn(Fill) -> Fill| {
            [
                change(Fill::buy("X", 1, 10).on("2026-01-05")).done(),
                change(Fill::buy("X", 1, 10).on("2026-01-06")).done(),
            ]
        };
        assert_eq!(orders(&pair(|fill| fill.perm("5"))).len(), 1);
        assert_eq!(orders(&pair(|fill| fill.order("5"))).len(), 2);
        assert_eq!(orders(&pair(|fill| fill.perm("0").order("5").on("2026-01-06"))).len(), 1);
        assert_eq!(orders(&pair(|fill| fill.perm("0").order("").on("2026-01-06"))).len(), 2);
    }

    #[test]
    fn a_currency_conversion_is_no_order() {
        assert!(orders(&[Fill::buy("EUR.USD", 1000, 1).class("CASH").done()]).is_empty());
    }

    #[test]
    fn a_corrected_fill_is_found_under_its_first_id() {
        let order = &orders(&[Fill::buy("X", 1, 10).id("0000000e.00000069.01.02").done()])[0];
        assert!(
            order.has_fill(&ExecId::new("0000000e.00000069.01.01"))
                && order.has_fill(&ExecId::new("0000000e.00000069.01.02"))
        );
        assert!(!order.has_fill(&ExecId::new("0000000e.00000069.02.01")) && !order.has_fill(&ExecId::new("1")));
    }
}
