//! Slippage: what fills cost against the price that was meant.
//!
//! `slippage_bps = side x (fill - reference) / reference x 10000`, side +1 for a purchase and -1 for a sale:
//! positive is always unfavourable.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};

use super::Window;
use super::fx::Rates;
use super::lineage::Lineage;
use super::notes::{NoteMatches, match_notes};
use super::orders::{Order, orders_in_first_units};
use super::plans::{PlanMatches, match_plans};
use crate::calendar::YearMonth;
use crate::record::{Annotation, Currency, ExecId, Execution, Record, Side, Ticker};

/// The price an order is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The price, above zero, in the instrument's currency.
    pub price: Decimal,
    /// Who said so.
    pub source: ReferenceSource,
}

/// Where a reference price came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceSource {
    /// `intended_entry` of the order's note.
    Annotation,
    /// The saved rebalance plan the order carries out.
    Plan,
    /// The fills' own `reference_price`.
    Execution,
}

impl ReferenceSource {
    /// The name of the source.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Annotation => "intended entry of the note",
            Self::Plan => "reference price of the rebalance plan",
            Self::Execution => "reference price of the broker's file",
        }
    }
}

/// One order against its reference price.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSlippage {
    /// Index of the order in the list it was computed from.
    pub order: usize,
    /// The date the order counts under.
    pub date: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// Bought or sold.
    pub side: Side,
    /// Volume-weighted fill price.
    pub price: Decimal,
    /// The price it is measured against; `None` for an unpriced order.
    pub reference: Option<Reference>,
    /// Slippage in basis points of the reference price; positive is unfavourable.
    pub bps: Option<f64>,
    /// The same in base currency; `None` without a reference or an exchange rate.
    pub cost_base: Option<Decimal>,
    /// Notional in base currency.
    pub notional_base: Option<Decimal>,
    /// Commissions in base currency; `None` until that of every fill is known.
    pub commission_base: Option<Decimal>,
    /// Each fill on its own.
    pub fills: Vec<FillSlippage>,
}

/// One fill against its reference price.
#[derive(Debug, Clone, PartialEq)]
pub struct FillSlippage {
    /// Id of the fill that is compared.
    pub exec_id: ExecId,
    /// When it was filled.
    pub time: DateTime<Utc>,
    /// Shares or contracts.
    pub quantity: Decimal,
    /// Fill price.
    pub price: Decimal,
    /// The order's reference price if its note or plan names one, else the fill's own.
    pub reference_price: Option<Decimal>,
    /// Slippage in basis points of the reference price; positive is unfavourable.
    pub bps: Option<f64>,
}

/// Slippage of all orders of a window, in the form of `slippage --json`. Money is in base currency.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SlippageFigures {
    /// Fills of all orders.
    pub executions: usize,
    /// Orders whose first fill lies in the window.
    pub orders: usize,
    /// Orders with a reference price; the figures below are over these.
    pub priced_orders: usize,
    /// Mean.
    pub mean_bps: Option<f64>,
    /// Median.
    pub median_bps: Option<f64>,
    /// Sample standard deviation; undefined for fewer than two orders.
    pub std_bps: Option<f64>,
    /// Mean weighted by notional in base currency, over the orders whose notional is known.
    pub notional_weighted_bps: Option<f64>,
    /// Orders further from zero than the threshold, largest first.
    pub outliers: Vec<Outlier>,
    /// By ticker.
    pub by_symbol: BTreeMap<String, SlippageGroup>,
    /// By month of the first fill.
    pub by_month: BTreeMap<YearMonth, SlippageGroup>,
    /// Sum of side x (fill - reference) x quantity x multiplier.
    pub cost_base: Option<f64>,
    /// Commissions in basis points of notional, over the orders of which both are known, priced or not.
    pub commissions_bps: Option<f64>,
    /// Slippage cost and commissions together in basis points of notional, over the orders of which all three
    /// are known.
    pub implementation_shortfall_bps: Option<f64>,
}

/// An order far from its reference price.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// Index of the order in the list it was computed from.
    #[serde(skip)]
    pub order: usize,
    /// Its date.
    pub date: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// Bought or sold.
    pub side: Side,
    /// Volume-weighted fill price.
    #[serde(serialize_with = "as_number")]
    pub price: Decimal,
    /// The price it is measured against.
    #[serde(serialize_with = "as_number")]
    pub reference_price: Decimal,
    /// Slippage; positive is unfavourable.
    pub bps: f64,
}

fn as_number<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    value.to_f64().serialize(serializer)
}

/// Slippage of the priced orders of one ticker or month.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SlippageGroup {
    /// Priced orders in it; never 0.
    pub orders: usize,
    /// Their mean slippage.
    pub mean_bps: Option<f64>,
    /// Their median slippage.
    pub median_bps: Option<f64>,
    /// What it cost in base currency.
    pub cost_base: Option<f64>,
}

/// Slippage of the orders whose first fill lies in the window; beyond `outlier_bps` either way an order is
/// listed.
pub fn slippage(record: &Record, base: Currency, outlier_bps: f64, window: Window) -> SlippageFigures {
    let lineage = Lineage::of(record);
    let orders = orders_in_first_units(&record.executions, &lineage);
    let notes = match_notes(&record.annotations, &orders, &lineage);
    let rates = Rates::new(base, &record.snapshots);
    let planned = match_plans(&record.plans, &orders, &lineage);
    let mut measured = order_slippages(&orders, &record.annotations, &notes, &planned, (&rates, &lineage));
    measured.retain(|order| window.contains(order.date));
    slippage_figures(&measured, outlier_bps)
}

/// Each order against its reference price, in the units of each fill. `notes` and `planned` come from the same lists.
pub fn order_slippages(
    orders: &[Order],
    annotations: &[Annotation],
    notes: &NoteMatches,
    planned: &PlanMatches,
    (rates, lineage): (&Rates, &Lineage<'_>),
) -> Vec<OrderSlippage> {
    let note_on = |index| notes.of_order(index).and_then(|note| annotations.get(note));
    let reference = |index, order| {
        let planned = planned.of_order(index).and_then(|planned| planned.reference_price);
        let meant = note_on(index).and_then(|note| intended_entry(note, order, lineage));
        reference(order, meant, planned)
    };
    let measure = |(index, order)| measure(index, order, reference(index, order), (rates, lineage));
    orders.iter().enumerate().map(measure).collect()
}

/// The price that a note means, in the units of the order's first fill.
pub fn intended_entry(note: &Annotation, order: &Order, lineage: &Lineage<'_>) -> Option<Decimal> {
    let units = lineage.units_since(&order.instrument, note.created_at.date_naive(), order.first_fill);
    note.pre_trade.intended_entry?.checked_div(units)
}

fn measure(
    index: usize,
    order: &Order,
    reference: Option<Reference>,
    (rates, lineage): (&Rates, &Lineage<'_>),
) -> OrderSlippage {
    let at = |fill: &Execution| {
        let units = lineage.units_between(&order.instrument, order.first_fill, fill.time);
        reference
            .map(|reference| Reference { price: reference.price.checked_div(units).unwrap_or_default(), ..reference })
    };
    let references: Vec<Option<Reference>> = order.fills.iter().map(at).collect();
    let fills: Vec<FillSlippage> =
        order.fills.iter().zip(&references).map(|(fill, reference)| measure_fill(fill, *reference)).collect();
    let is_split = references.iter().any(|own| *own != reference);
    let bps = |reference: Reference| {
        if !is_split || reference.source == ReferenceSource::Execution {
            return slippage_bps(order.side, order.price, reference.price);
        }
        let paid: Decimal = fills.iter().map(|fill| fill.price.checked_mul(fill.quantity)).sum::<Option<_>>()?;
        let meant: Decimal =
            fills.iter().map(|fill| fill.reference_price?.checked_mul(fill.quantity)).sum::<Option<_>>()?;
        slippage_bps(order.side, paid, meant)
    };
    let costs = order.fills.iter().zip(&references).map(|(fill, own)| cost_in_base(fill, (*own)?, rates));
    OrderSlippage {
        order: index,
        date: order.date(),
        symbol: order.symbol.clone(),
        side: order.side,
        price: order.price,
        reference,
        bps: reference.and_then(bps),
        cost_base: costs.sum(),
        notional_base: order.notional_in_base(rates),
        commission_base: order.commission_in_base(rates),
        fills,
    }
}

/// The first that exists: the price meant in the note, that of the saved plan, the fills' own.
fn reference(order: &Order, meant: Option<Decimal>, planned: Option<Decimal>) -> Option<Reference> {
    let from = |source| move |price| Reference { price, source };
    meant
        .filter(|price| *price > Decimal::ZERO)
        .map(from(ReferenceSource::Annotation))
        .or_else(|| planned.filter(|price| *price > Decimal::ZERO).map(from(ReferenceSource::Plan)))
        .or_else(|| own_reference(order).map(from(ReferenceSource::Execution)))
}

/// The volume-weighted mean of the fills' own reference prices, if all of them have one.
fn own_reference(order: &Order) -> Option<Decimal> {
    let first = positive_reference(order.fills.first()?)?;
    let mut meant = Decimal::ZERO;
    let mut all_equal = true;
    for fill in &order.fills {
        let price = positive_reference(fill)?;
        all_equal &= price == first;
        meant += price * fill.quantity;
    }
    // The mean of equal prices is that price, without the rounding of a division.
    if all_equal { Some(first) } else { meant.checked_div(order.quantity) }
}

fn positive_reference(fill: &Execution) -> Option<Decimal> {
    fill.reference_price.filter(|price| *price > Decimal::ZERO)
}

fn measure_fill(fill: &Execution, of_order: Option<Reference>) -> FillSlippage {
    let said = of_order.filter(|reference| reference.source != ReferenceSource::Execution);
    let reference_price = said.map(|reference| reference.price).or_else(|| positive_reference(fill));
    FillSlippage {
        exec_id: fill.exec_id.clone(),
        time: fill.time,
        quantity: fill.quantity,
        price: fill.price,
        reference_price,
        bps: reference_price.and_then(|reference| slippage_bps(fill.side, fill.price, reference)),
    }
}

/// `side x (price - reference) / reference x 10000`: positive is unfavourable. `None` for a reference of 0.
pub fn slippage_bps(side: Side, price: Decimal, reference: Decimal) -> Option<f64> {
    let worse = side.signed(price - reference);
    (worse * Decimal::from(10_000)).checked_div(reference)?.to_f64()
}

fn cost_in_base(fill: &Execution, reference: Reference, rates: &Rates) -> Option<Decimal> {
    let own = positive_reference(fill).filter(|_| reference.source == ReferenceSource::Execution);
    let worse = fill.side.signed(fill.price - own.unwrap_or(reference.price));
    Some(worse * fill.quantity * fill.multiplier * rates.of(fill)?)
}

/// What a list of measured orders comes to.
pub fn slippage_figures(orders: &[OrderSlippage], outlier_bps: f64) -> SlippageFigures {
    let priced: Vec<&OrderSlippage> = orders.iter().filter(|order| order.bps.is_some()).collect();
    let all = group(&priced);
    SlippageFigures {
        executions: orders.iter().map(|order| order.fills.len()).sum(),
        orders: orders.len(),
        priced_orders: priced.len(),
        mean_bps: all.mean_bps,
        median_bps: all.median_bps,
        std_bps: sample_deviation(&bps_of(&priced)),
        notional_weighted_bps: notional_weighted(&priced),
        outliers: outliers(&priced, outlier_bps),
        by_symbol: grouped(&priced, |order| order.symbol.as_str().to_owned()),
        by_month: grouped(&priced, |order| YearMonth::of(order.date)),
        cost_base: all.cost_base,
        commissions_bps: in_bps_of_notional(orders, |order| order.commission_base),
        implementation_shortfall_bps: in_bps_of_notional(orders, |order| {
            Some(order.cost_base? + order.commission_base?)
        }),
    }
}

fn grouped<K: Ord>(priced: &[&OrderSlippage], key: impl Fn(&OrderSlippage) -> K) -> BTreeMap<K, SlippageGroup> {
    let mut groups: BTreeMap<K, Vec<&OrderSlippage>> = BTreeMap::new();
    for order in priced {
        groups.entry(key(order)).or_default().push(order);
    }
    groups.into_iter().map(|(key, orders)| (key, group(&orders))).collect()
}

fn group(priced: &[&OrderSlippage]) -> SlippageGroup {
    let mut bps = bps_of(priced);
    bps.sort_by(f64::total_cmp);
    let costs: Vec<Decimal> = priced.iter().filter_map(|order| order.cost_base).collect();
    SlippageGroup {
        orders: priced.len(),
        mean_bps: mean(&bps),
        median_bps: median(&bps),
        cost_base: if costs.is_empty() { None } else { costs.iter().sum::<Decimal>().to_f64() },
    }
}

fn bps_of(priced: &[&OrderSlippage]) -> Vec<f64> {
    priced.iter().filter_map(|order| order.bps).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle of ascending values, or the mean of the middle two.
fn median(ascending: &[f64]) -> Option<f64> {
    let upper = ascending.get(ascending.len() / 2)?;
    let lower = ascending.get((ascending.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

fn sample_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

fn notional_weighted(priced: &[&OrderSlippage]) -> Option<f64> {
    let weighted = |order: &&OrderSlippage| Some((order.bps?, order.notional_base?.to_f64()?));
    let (sum, weights) = priced
        .iter()
        .filter_map(weighted)
        .fold((0.0, 0.0), |(sum, weights), (bps, weight)| (sum + bps * weight, weights + weight));
    (weights > 0.0).then(|| sum / weights)
}

fn in_bps_of_notional(orders: &[OrderSlippage], cost: impl Fn(&OrderSlippage) -> Option<Decimal>) -> Option<f64> {
    let known = orders.iter().filter_map(|order| cost(order).zip(order.notional_base));
    let (costs, notional) = known.fold((Decimal::ZERO, Decimal::ZERO), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    Some(costs.checked_div(notional)?.to_f64()? * 10_000.0)
}

fn outliers(priced: &[&OrderSlippage], threshold: f64) -> Vec<Outlier> {
    let outlier = |order: &&OrderSlippage| {
        let bps = order.bps.filter(|bps| bps.abs() > threshold)?;
        Some(Outlier {
            order: order.order,
            date: order.date,
            symbol: order.symbol.clone(),
            side: order.side,
            price: order.price,
            reference_price: order.reference?.price,
            bps,
        })
    };
    let mut outliers: Vec<Outlier> = priced.iter().filter_map(outlier).collect();
    outliers.sort_by(|one, other| other.bps.abs().total_cmp(&one.bps.abs()).then(one.order.cmp(&other.order)));
    outliers
}

#[cfg(test)]
#[path = "slippage_tests.rs"]
mod tests;
