//! Plan, fill and note in one line.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::disclosure::{Disclosure, price_text};
use super::strategy_view::{PlanItemView, PlanState};
use crate::analysis::lineage::Lineage;
use crate::analysis::orders::Order;
use crate::analysis::plans::{DAYS_TO_CARRY_OUT, PlanMatches, units_since};
use crate::analysis::slippage::slippage_bps;
use crate::config::Config;
use crate::record::{Annotation, Execution, Plan, PlannedTrade, Record};

/// A planned trade counts as done from this share of its shares on.
const DONE: f64 = 0.995;

/// Everything known about the orders that plans are held against.
pub struct Orders<'a> {
    /// The record with its plans.
    pub record: &'a Record,
    /// Its orders, by time.
    pub orders: &'a [Order],
    /// Which plan each carries out.
    pub matches: &'a PlanMatches,
    /// Which splits came between a plan and its orders.
    pub lineage: &'a Lineage<'a>,
    /// The name of each order's page; none for one that is not listed.
    pub slugs: &'a [Option<String>],
    /// The note on each order.
    pub notes: Vec<Option<&'a Annotation>>,
    /// The newest date of which trades are shown.
    pub until: NaiveDate,
}

impl Orders<'_> {
    fn slug(&self, order: usize) -> Option<&String> {
        self.slugs.get(order)?.as_ref()
    }
}

/// What became of each planned trade, by plan and trade, in the order of the plans; none of one that is not listed.
pub fn items(all: &Orders<'_>, config: &Config, disclosure: &Disclosure) -> Vec<Vec<Option<PlanItemView>>> {
    let of_plan = |(index, plan): (usize, &Plan)| {
        let trades = plan.trades.iter().enumerate();
        let view = |(place, trade): (usize, &PlannedTrade)| {
            is_listed(all, index, place, trade, disclosure)
                .then(|| item(all, config, disclosure, (index, plan), (place, trade)))
        };
        trades.map(view).collect()
    };
    all.record.plans.iter().enumerate().map(of_plan).collect()
}

/// A planned trade is listed with its orders, and one that has none by its size.
fn is_listed(all: &Orders<'_>, index: usize, place: usize, trade: &PlannedTrade, disclosure: &Disclosure) -> bool {
    let mut orders = all.matches.orders_of(index, place).peekable();
    if orders.peek().is_none() {
        return !disclosure.leaves_out((trade.target_weight - trade.current_weight).abs());
    }
    orders.any(|order| all.slug(order).is_some())
}

fn item(
    all: &Orders<'_>,
    config: &Config,
    disclosure: &Disclosure,
    (index, plan): (usize, &Plan),
    (place, trade): (usize, &PlannedTrade),
) -> PlanItemView {
    let found: Vec<usize> = all.matches.orders_of(index, place).collect();
    let orders: Vec<&Order> = found.iter().filter_map(|order| all.orders.get(*order)).collect();
    // In the units of the plan, whatever was split since.
    let planned_units = |order: &Order, fill: &Execution| {
        let units = units_since(plan, order, fill.time, all.lineage);
        fill.quantity.checked_div(units).unwrap_or(fill.quantity)
    };
    let fills = orders.iter().flat_map(|order| order.fills.iter().map(|fill| planned_units(order, fill)));
    let shares: Decimal = fills.sum();
    let fills = orders.iter().flat_map(|order| &order.fills);
    let paid: Decimal = fills.map(|fill| fill.quantity * fill.price).sum();
    let price = paid.checked_div(shares);
    let fills = || orders.iter().flat_map(|order| order.fills.iter().map(|fill| fill.price));
    let filled = shares.checked_div(trade.shares).and_then(|share| share.to_f64()).unwrap_or_default();
    let first = found.iter().copied().find(|order| all.slug(*order).is_some());
    let note = first.and_then(|order| all.notes.get(order).copied().flatten());
    let is_open = (all.until - plan.as_of).num_days() <= DAYS_TO_CARRY_OUT;
    let made_late = plan.made_late();
    let strategy = config.strategy.iter().find(|strategy| strategy.id == plan.strategy);
    PlanItemView {
        strategy: strategy.map_or_else(|| plan.strategy.clone(), |strategy| strategy.name.clone()),
        planned: plan.as_of,
        made_late,
        symbol: trade.ticker.to_string(),
        side: trade.action,
        state: match filled {
            filled if filled >= DONE => PlanState::Done,
            _ if is_open && disclosure.holds_back() => PlanState::HeldBack,
            _ if is_open => PlanState::Open,
            filled if filled > 0.0 => PlanState::Partly,
            _ => PlanState::NotTraded,
        },
        planned_price: price_text(trade.reference_price),
        price: price.map(|price| disclosure.mean_price(price, fills())),
        currency: trade.currency.to_string(),
        slippage_bps: price
            .filter(|_| made_late.is_none())
            .and_then(|price| slippage_bps(trade.action, price, trade.reference_price))
            .map(|bps| disclosure.slippage_bps(bps)),
        days_late: first
            .and_then(|order| all.orders.get(order))
            .map(|order| all.record.exchange.age(plan.as_of, order.date())),
        filled: disclosure.weight(filled),
        weight_before: disclosure.held_weight(trade.current_weight),
        weight_target: disclosure.weight(trade.target_weight),
        planned_shares: disclosure.shares(trade.shares),
        filled_shares: disclosure.shares(shares),
        note: note.map(|note| note.path.clone()),
        slug: first.and_then(|order| all.slug(order).cloned()),
    }
}

/// What is listed of all items, newest first: what nobody carried out of a plan that another one of the same day replaced
/// is not. A plan made later replaces none, or it could hide what was not traded.
pub fn listed(plans: &[Plan], items: Vec<Vec<Option<PlanItemView>>>) -> Vec<PlanItemView> {
    let replaced = |(at, plan): (usize, &Plan)| {
        let same_day = |later: &Plan| (later.as_of, &later.strategy) == (plan.as_of, &plan.strategy);
        plans.iter().skip(at + 1).any(|later| same_day(later) && later.made_late().is_none())
    };
    let of_plan = |(plan, items): ((usize, &Plan), Vec<Option<PlanItemView>>)| {
        let replaced = replaced(plan);
        items.into_iter().flatten().filter(move |item| item.slug.is_some() || !replaced)
    };
    plans.iter().enumerate().zip(items).rev().flat_map(of_plan).collect()
}

/// Orders since the first plan that no plan has, by index.
pub fn unplanned(all: &Orders<'_>) -> Vec<usize> {
    let in_time = all.record.plans.iter().find(|plan| plan.made_late().is_none());
    let Some(first) = in_time.map(|plan| plan.as_of) else { return Vec::new() };
    let since = all.orders.iter().enumerate().filter(|(_, order)| order.date() >= first);
    since.filter(|(index, _)| all.matches.of_order(*index).is_none()).map(|(index, _)| index).collect()
}
