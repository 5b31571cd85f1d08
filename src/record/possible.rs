//! What cannot be true of a row, whoever wrote it.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::{CashFlow, CorporateAction, Execution, FindingKind, Snapshot};

/// Nobody has a record of trades from before this year.
const FIRST_YEAR: i32 = 1970;

const TOO_LARGE: &str = "a number is larger than any account";

/// Beyond this a number is a mistake, and products of several would no longer fit into a decimal.
const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

pub(super) fn too_large(values: impl IntoIterator<Item = Decimal>) -> bool {
    values.into_iter().any(|value| value.abs() > LARGEST)
}

/// What cannot be true of a fill.
pub fn wrong_fill(fill: &Execution) -> Option<&'static str> {
    let size =
        fill.quantity.abs().checked_mul(fill.price.abs()).and_then(|size| size.checked_mul(fill.multiplier.abs()));
    let optional = [fill.commission, fill.realized_pnl, fill.fx_to_base, fill.reference_price];
    if size.is_none_or(|size| size > LARGEST) || too_large(optional.into_iter().flatten()) {
        Some(TOO_LARGE)
    } else if fill.quantity <= Decimal::ZERO {
        Some("the quantity is not above zero; the side says whether it was bought or sold")
    } else if fill.multiplier <= Decimal::ZERO {
        Some("the multiplier is not above zero")
    } else if fill.price < Decimal::ZERO && !fill.asset_class.may_cost_less_than_nothing() {
        Some("the price is below zero")
    } else if fill.commission.is_some() && fill.commission_currency.is_none() {
        Some("a commission needs its currency")
    } else {
        None
    }
}

/// What cannot be true of a snapshot.
pub fn wrong_snapshot(snapshot: &Snapshot) -> Option<&'static str> {
    too_large(amounts(snapshot)).then_some(TOO_LARGE)
}

/// What cannot be true of a movement of cash.
pub fn wrong_flow(flow: &CashFlow) -> Option<&'static str> {
    too_large([flow.amount, flow.fx_to_base.unwrap_or_default()]).then_some(TOO_LARGE)
}

/// What cannot be true of a corporate action.
pub fn wrong_action(row: &CorporateAction) -> Option<&'static str> {
    let numbers = [row.quantity, row.proceeds, row.value, row.price, row.multiplier];
    too_large(numbers.into_iter().flatten()).then_some(TOO_LARGE)
}

/// Why nothing can be dated so: it has not come yet, or is longer ago than any record.
pub fn wrong_date(date: NaiveDate, today: NaiveDate) -> Option<(FindingKind, String)> {
    if date > today {
        Some((FindingKind::Future, format!("it is dated {date}, which has not come yet")))
    } else if date.year() < FIRST_YEAR {
        Some((FindingKind::Impossible, format!("it is dated {date}, before there were records such as this")))
    } else {
        None
    }
}

/// All numbers of a snapshot.
fn amounts(snapshot: &Snapshot) -> impl Iterator<Item = Decimal> + '_ {
    let positions = snapshot.known_positions().iter().flat_map(|position| {
        let optional = [position.average_cost, position.market_price, position.unrealized_pnl, position.realized_pnl];
        optional.into_iter().flatten().chain([position.quantity, position.market_value])
    });
    let rest = snapshot.cash.values().chain(snapshot.fx.values()).copied();
    positions.chain(rest).chain([snapshot.net_liquidation])
}
