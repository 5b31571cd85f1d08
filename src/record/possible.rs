//! What cannot be true of a row, whoever says so. The store asks before it writes, and whoever reads asks again: files may
//! have been edited.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::snapshot::SCHEMA;
use super::{CashFlow, CorporateAction, Execution, Position, Ratio, Snapshot, StatementPeriod};
use crate::error::{Error, Result};

/// 10^15. Beyond this a number is a mistake, and products of several would no longer fit into a decimal.
const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// No instrument is dearer, and of none are more held, than this.
const HIGHEST_PRICE: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// No contract stands for more units.
const MOST_UNITS: Decimal = Decimal::from_parts(10_000_000, 0, 0, false, 0);

/// Between these lies what one unit of any currency is worth in another.
const RATES: [Decimal; 2] =
    [Decimal::from_parts(1, 0, 0, false, 9), Decimal::from_parts(1_000_000_000, 0, 0, false, 0)];

/// What is dated before this year is dated wrongly.
const FIRST_YEAR: i32 = 1970;

/// So many days may lie between a valuation and the session that it stands for: a long holiday.
const APART: i64 = 14;

const TOO_LARGE: &str = "a number is larger than any account";

/// Whether a number is beyond all accounts.
pub(super) fn too_large(values: impl IntoIterator<Item = Decimal>) -> bool {
    values.into_iter().any(|value| value.abs() > LARGEST)
}

/// What is wrong with a rate of exchange.
fn rate(value: Decimal) -> Option<String> {
    let [least, most] = RATES;
    (!(least..=most).contains(&value)).then(|| format!("{value} is no rate of exchange"))
}

/// Whether this can be the price of anything in a price file.
pub(super) fn is_price(value: Decimal) -> bool {
    value > Decimal::ZERO && value <= HIGHEST_PRICE
}

/// Whether a product is beyond all accounts.
fn product_too_large(one: Decimal, other: Decimal) -> bool {
    one.abs().checked_mul(other.abs()).is_none_or(|product| product > LARGEST)
}

/// What is wrong with a date where nothing can be later than `latest`.
pub(super) fn date(date: NaiveDate, latest: NaiveDate) -> Option<String> {
    match date {
        date if date > latest => Some(format!("it is dated {date}, which has not come yet")),
        date if date.year() < FIRST_YEAR => {
            Some(format!("it is dated {date}, before there were records such as this"))
        }
        _ => None,
    }
}

/// What cannot be true of a fill.
pub(super) fn fill(fill: &Execution) -> Option<String> {
    let size =
        fill.quantity.abs().checked_mul(fill.price.abs()).and_then(|size| size.checked_mul(fill.multiplier.abs()));
    let optional = [fill.commission, fill.realized_pnl, fill.reference_price, fill.proceeds];
    let unlikely = fill.quantity.abs() > HIGHEST_PRICE || fill.multiplier.abs() > MOST_UNITS;
    if unlikely || size.is_none_or(|size| size > LARGEST) || too_large(optional.into_iter().flatten()) {
        Some(TOO_LARGE.into())
    } else if let Some(wrong) = fill.fx_to_base.and_then(rate) {
        Some(wrong)
    } else if fill.quantity <= Decimal::ZERO {
        Some("the quantity is not above zero; the side says whether it was bought or sold".into())
    } else if fill.multiplier <= Decimal::ZERO {
        Some("the multiplier is not above zero".into())
    } else if fill.price < Decimal::ZERO && !fill.asset_class.may_cost_less_than_nothing() {
        Some("the price is below zero".into())
    } else if fill.commission.is_some() && fill.commission_currency.is_none() {
        Some("a commission needs its currency".into())
    } else {
        None
    }
}

/// Why a valuation that is stored cannot be read, or no return follows from it.
pub(super) fn stored_snapshot(stored: &Snapshot) -> Option<String> {
    let Snapshot { schema, net_liquidation: value, .. } = stored;
    if !(1..=SCHEMA).contains(schema) {
        return Some(format!("it has schema {schema}, and this version reads up to {SCHEMA}"));
    }
    let below_zero =
        || (*value < Decimal::ZERO).then(|| format!("net liquidation is {value}, and no return follows from that"));
    snapshot(stored).or_else(below_zero)
}

/// What cannot be true of a valuation. That it may be below zero is another matter: accounts have been.
pub(super) fn snapshot(snapshot: &Snapshot) -> Option<String> {
    let is_worth_too_much = |position: &Position| {
        let prices = [position.market_price, position.average_cost].into_iter().flatten();
        prices.into_iter().any(|price| product_too_large(position.quantity, price))
    };
    let away = (snapshot.as_of.date_naive() - snapshot.own_date()).num_days().abs();
    if too_large(amounts(snapshot)) || snapshot.known_positions().iter().any(is_worth_too_much) {
        Some(TOO_LARGE.into())
    } else if let Some(wrong) = snapshot.fx.values().find_map(|value| rate(*value)) {
        Some(wrong)
    } else if away > APART {
        Some(format!("`as_of` is {}, {away} days from its date", snapshot.as_of.format("%F")))
    } else {
        None
    }
}

/// All amounts of a snapshot.
fn amounts(snapshot: &Snapshot) -> impl Iterator<Item = Decimal> + '_ {
    let positions = snapshot.known_positions().iter().flat_map(|position| {
        let optional = [position.average_cost, position.market_price, position.unrealized_pnl, position.realized_pnl];
        optional.into_iter().flatten().chain([position.quantity, position.market_value])
    });
    let rest = snapshot.cash.values().chain(snapshot.accruals.values()).copied();
    positions.chain(rest).chain([snapshot.net_liquidation])
}

/// What cannot be true of a movement of cash.
pub(super) fn cash(flow: &CashFlow) -> Option<String> {
    if too_large([flow.amount]) { Some(TOO_LARGE.into()) } else { flow.fx_to_base.and_then(rate) }
}

/// What cannot be true of a leg of a corporate action.
pub(super) fn action(row: &CorporateAction) -> Option<String> {
    let numbers = [row.quantity, row.proceeds, row.value, row.price, row.multiplier].into_iter().flatten();
    let factor = row.ratio.map(Ratio::factor).filter(|factor| !factor.is_zero());
    let worth = row.quantity.zip(row.price);
    if too_large(numbers) || worth.is_some_and(|(quantity, price)| product_too_large(quantity, price)) {
        Some(TOO_LARGE.into())
    } else if let Some(factor) = factor.filter(|factor| rate(*factor).is_some()) {
        Some(format!("no instrument is exchanged for {factor} times as many"))
    } else if row.quantity.is_none() && row.ratio.is_none() {
        Some("it says neither by how much the quantity changes nor in which ratio".into())
    } else {
        None
    }
}

/// What cannot be true of what the broker says of a period.
pub(super) fn statement(period: &StatementPeriod) -> Option<String> {
    let optional = [period.external_flows, period.twr_percent].into_iter().flatten();
    if too_large(optional.chain([period.starting_value, period.ending_value])) {
        Some(TOO_LARGE.into())
    } else if period.from > period.to {
        Some(format!("its period begins on {} and ends on {}", period.from, period.to))
    } else {
        None
    }
}

/// Rows that are to be stored.
#[derive(Debug, Clone, Default)]
pub struct Rows<'a> {
    /// Fills, corrections and cancellations.
    pub fills: &'a [Execution],
    /// Valuations.
    pub snapshots: &'a [Snapshot],
    /// Movements of cash.
    pub cash: Vec<&'a CashFlow>,
    /// Legs of corporate actions.
    pub actions: &'a [CorporateAction],
    /// What the broker says of periods.
    pub statements: &'a [StatementPeriod],
}

/// Refuses rows of which something cannot be true, so that nothing gets into the store that no one can take out again.
/// `latest` is the last date that anything can have.
///
/// # Errors
/// The first such row, by what it is about.
pub fn refuse_impossible(rows: &Rows, latest: NaiveDate) -> Result<()> {
    let fills = rows.fills.iter().filter_map(|row| {
        let wrong = fill(row).or_else(|| date(row.utc_date(), latest))?;
        Some((format!("the fill of {} {} on {}", row.quantity.normalize(), row.symbol, row.utc_date()), wrong))
    });
    let snapshots = rows.snapshots.iter().filter_map(|row| {
        let wrong = snapshot(row).or_else(|| date(row.own_date(), latest))?;
        let month = if row.source.is_table_of_values() { " (a month without a day is its last day)" } else { "" };
        Some((format!("the valuation of {}{month}", row.own_date()), wrong))
    });
    let cash_rows = rows.cash.iter().filter_map(|row| {
        let wrong = cash(row).or_else(|| date(row.date, latest))?;
        Some((format!("the {} of {} {} on {}", row.kind, row.amount.normalize(), row.currency, row.date), wrong))
    });
    let actions = rows.actions.iter().filter_map(|row| {
        let wrong = action(row).or_else(|| date(row.date, latest))?;
        Some((format!("the {} of {} on {}", row.kind, row.symbol, row.date), wrong))
    });
    let statements = rows.statements.iter().filter_map(|row| {
        // A statement may be asked for up to a day that has not ended.
        let wrong = statement(row).or_else(|| date(row.from, latest))?;
        Some((format!("the statement from {} to {}", row.from, row.to), wrong))
    });
    let mut all = fills.chain(snapshots).chain(cash_rows).chain(actions).chain(statements);
    let Some((row, wrong)) = all.next() else { return Ok(()) };
    let more = match all.count() {
        0 => String::new(),
        count => format!("; {count} more cannot be true either"),
    };
    Err(Error::data(format!("{row} cannot be true: {wrong}{more}"))
        .hint("nothing was imported; correct the file, or this computer's clock, and import it again"))
}

#[cfg(test)]
#[path = "possible_tests.rs"]
mod tests;
