//! Orders, round trips and execution quality as strangers see them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::disclosure::{Disclosure, price_text};
use super::listed::{Listed, share, weight};
use super::planned;
use super::price_path::{PricePath, Prices};
use super::strategy_view::PlanItemView;
use super::texts::NoteText;
use super::view::{NoteView, OrderView, RoundTripView, SlippageGroup, SlippageView};
use crate::analysis::fx::Rates;
use crate::analysis::lineage::Lineage;
use crate::analysis::notes::{NoteMatches, UnmatchedNote, WhyUnmatched, match_notes};
use crate::analysis::orders::{Order, orders_in_first_units};
use crate::analysis::plans::match_plans;
use crate::analysis::round_trips::{Matching, RoundTrip, round_trips};
use crate::analysis::slippage::{self, OrderSlippage, order_slippages, slippage_figures};
use crate::config::Config;
use crate::format;
use crate::record::{Annotation, ExecId, Record};
use crate::strategy::assignment::owner_of_fill;
use chrono::NaiveDate;

/// Everything about trades that is shown.
pub struct Trades {
    /// Newest first.
    pub orders: Vec<OrderView>,
    /// Closes around each order, by its slug.
    pub price_paths: BTreeMap<String, PricePath>,
    /// Newest first.
    pub round_trips: Vec<RoundTripView>,
    /// One sentence for each thing that the round trips leave out or assume.
    pub remarks: Vec<String>,
    /// Execution quality.
    pub slippage: SlippageView,
    /// What the notes on these orders say.
    pub notes: Vec<NoteText>,
    /// Notes that belong to no order shown.
    pub unmatched_notes: usize,
    /// What became of each planned trade, newest first.
    pub planned: Vec<PlanItemView>,
    /// Slugs of the orders that no plan has, newest first.
    pub unplanned: Vec<String>,
    /// The strategy of each order, by slug, newest first.
    pub owners: Vec<(String, Option<String>)>,
    /// Which orders all of these are made of.
    pub listed: Listed,
}

impl Trades {
    /// The trades of a record as it was known at the end of `until`.
    pub fn of(record: &Record, config: &Config, disclosure: &Disclosure, until: NaiveDate) -> Self {
        let base = config.account.base_currency;
        let rates = Rates::new(base, &record.snapshots).with_flows(&record.flows);
        let lineage = Lineage::of(record);
        let orders = orders_in_first_units(&record.executions, &lineage);
        let notes = match_notes(&record.annotations, &orders, &lineage);
        let plans = match_plans(&record.plans, &orders, &lineage);
        let measured = order_slippages(&orders, &record.annotations, &notes, &plans, (&rates, &lineage));
        let Matching { closed, open, mut without_opening, .. } = round_trips(record, base);
        let listed = Listed::of(record, base, disclosure);
        without_opening.retain(|fill| listed.fill(&fill.exec_id));
        let slugs = slugs(&orders, &listed);
        let slug = |at: usize| slugs.get(at).and_then(Option::as_ref);
        let results = results_by_closing_fill(&closed);
        let open: BTreeSet<&str> = open.iter().map(|lot| lot.opening.as_str()).collect();
        let is_open = |order: &Order| order.fills.iter().any(|fill| open.contains(fill.exec_id.as_str()));

        let note_on = |at| notes.of_order(at).and_then(|note| record.annotations.get(note));
        let all = planned::Orders {
            record,
            orders: &orders,
            matches: &plans,
            lineage: &lineage,
            slugs: &slugs,
            notes: (0..orders.len()).map(note_on).collect(),
            until,
        };
        let items = planned::items(&all, config, disclosure);
        let unplanned: BTreeSet<usize> = planned::unplanned(&all).into_iter().collect();
        let mut views: Vec<OrderView> = orders
            .iter()
            .zip(&measured)
            .zip(&slugs)
            .enumerate()
            .filter_map(|(at, ((order, slippage), slug))| {
                let plan = plans.of_order(at).and_then(|of| items.get(of.plan)?.get(of.trade)?.clone());
                let view = order_view(order, slippage, slug.as_ref()?, note_on(at), &results, &rates, disclosure);
                Some(OrderView { plan, unplanned: unplanned.contains(&at), open: is_open(order), ..view })
            })
            .collect();
        views.reverse();
        let shown: Vec<&RoundTrip> = closed.iter().filter(|trip| listed.round_trip(trip)).collect();
        let prices = Prices::of(record, config, until, &shown);
        let path = |(order, slug): (&Order, &Option<String>)| {
            let slug = slug.clone()?;
            Some((slug, prices.path(order, disclosure)?))
        };
        let owner = |order: &Order| Some(owner_of_fill(config, order.fills.first()?, &lineage)?.id.clone());
        let slug_of_fill: BTreeMap<&str, &str> = orders
            .iter()
            .zip(&slugs)
            .filter_map(|(order, slug)| Some((order, slug.as_deref()?)))
            .flat_map(|(order, slug)| order.fills.iter().map(move |fill| (fill.exec_id.as_str(), slug)))
            .collect();
        let mut trips: Vec<RoundTripView> =
            shown.iter().map(|trip| round_trip_view(trip, &slug_of_fill, disclosure)).collect();
        trips.sort_by(|a, b| (b.closed, b.opened, &b.symbol).cmp(&(a.closed, a.opened, &a.symbol)));
        Self {
            orders: views,
            price_paths: orders.iter().zip(&slugs).filter_map(path).collect(),
            round_trips: trips,
            remarks: remarks(without_opening.len(), unnumbered(&orders, &listed)),
            slippage: slippage_view(&measured, &slugs, config.analysis.outlier_bps, disclosure),
            notes: (0..orders.len())
                .filter(|at| slug(*at).is_some())
                .filter_map(note_on)
                .map(NoteText::from)
                .collect(),
            unmatched_notes: unmatched(&notes, |order| slug(order).is_some()),
            planned: planned::listed(&record.plans, items),
            unplanned: unplanned.iter().rev().filter_map(|order| slug(*order).cloned()).collect(),
            owners: orders
                .iter()
                .enumerate()
                .rev()
                .filter_map(|(at, one)| Some((slug(at)?.clone(), owner(one))))
                .collect(),
            listed,
        }
    }
}

fn unnumbered(orders: &[Order], listed: &Listed) -> usize {
    orders.iter().filter(|order| !order.is_numbered() && listed.order(order)).count()
}

/// Notes without an order, but not a second one on an order that is not listed.
fn unmatched(notes: &NoteMatches, is_listed: impl Fn(usize) -> bool) -> usize {
    let counts = |note: &&UnmatchedNote| !matches!(note.why, WhyUnmatched::Taken(order) if !is_listed(order));
    notes.unmatched.iter().filter(counts).count()
}

/// What a careful reader should know of the round trips.
fn remarks(without_opening: usize, unnumbered: usize) -> Vec<String> {
    let mut remarks = Vec::new();
    match without_opening {
        0 => {}
        1 => {
            remarks.push("1 fill closed something whose opening is not in the record; it makes no round trip.".into())
        }
        many => remarks.push(format!(
            "{many} fills closed something whose opening is not in the record; they make no round trip."
        )),
    }
    match unnumbered {
        0 => {}
        1 => remarks.push("1 fill has no order number, and counts as an order of its own.".into()),
        many => remarks.push(format!("{many} fills have no order number, and count as orders of one fill each.")),
    }
    remarks
}

/// A readable, unique name for the page of each order that is listed: date, ticker, side, and a number from the second on.
fn slugs(orders: &[Order], listed: &Listed) -> Vec<Option<String>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut slug = |order: &Order| {
        let ticker = format::short_slug(order.symbol.as_str());
        let slug = format!("{}-{ticker}-{}", order.date(), order.side.to_string().to_lowercase());
        let count = seen.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{count}") }
    };
    let listed_slug = |order: &Order| listed.order(order).then(|| slug(order));
    orders.iter().map(listed_slug).collect()
}

/// The results of round trips in basis points, by the fill that closed them; where one is not known, why.
fn results_by_closing_fill(closed: &[RoundTrip]) -> BTreeMap<&str, Result<f64, String>> {
    let mut results: BTreeMap<&str, Result<f64, String>> = BTreeMap::new();
    for trip in closed {
        let result = trip.result_bps().ok_or_else(|| why_unknown(trip));
        match results.entry(trip.closing.as_str()) {
            Entry::Vacant(place) => {
                place.insert(result);
            }
            Entry::Occupied(mut place) => {
                let sum = place.get().clone().and_then(|sum| Ok(sum + result?));
                *place.get_mut() = sum;
            }
        }
    }
    results
}

/// Why an order that opens a position has no result.
pub const CLOSES_NOTHING: &str = "it closed no position";

/// Why a round trip has no result.
fn why_unknown(trip: &RoundTrip) -> String {
    let other = || "needs every commission, exchange rate and a valuation before it".to_owned();
    trip.reason.clone().unwrap_or_else(other)
}

fn order_view(
    order: &Order,
    slippage: &OrderSlippage,
    slug: &str,
    note: Option<&Annotation>,
    results: &BTreeMap<&str, Result<f64, String>>,
    rates: &Rates,
    disclosure: &Disclosure,
) -> OrderView {
    let notional = order.notional_in_base(rates);
    let commission = order.commission_in_base(rates);
    let closing: Vec<_> = order.fills.iter().filter_map(|fill| results.get(fill.exec_id.as_str()).cloned()).collect();
    let result = if closing.is_empty() {
        Err(CLOSES_NOTHING.to_owned())
    } else {
        closing.into_iter().sum::<Result<f64, String>>()
    };
    OrderView {
        slug: slug.to_owned(),
        date: order.date(),
        first_fill: order.first_fill,
        last_fill: order.last_fill,
        fills: order.fills.len(),
        symbol: order.symbol.to_string(),
        side: order.side,
        price: disclosure.mean_price(order.price, order.fills.iter().map(|fill| fill.price)),
        currency: order.currency.to_string(),
        weight: weight(order, rates).map(|weight| disclosure.weight(weight)),
        reference_price: slippage.reference.map(|reference| price_text(reference.price)),
        reference_source: slippage.reference.map(|reference| reference.source.in_words().to_owned()),
        slippage_bps: slippage.bps.map(|bps| disclosure.slippage_bps(bps)),
        commission_bps: share(commission, notional).and_then(|share| disclosure.cost_bps(share * 10_000.0)),
        no_result: result.as_ref().err().cloned().unwrap_or_default(),
        result_bps: result.ok().map(|bps| disclosure.result_bps(bps)),
        quantity: disclosure.shares(order.quantity),
        notional: disclosure.money(order.notional()),
        commission: commission.and_then(|commission| disclosure.money(commission)),
        note: note.map(|note| note_view(note, order)),
        plan: None,
        unplanned: false,
        open: false,
    }
}

fn note_view(note: &Annotation, order: &Order) -> NoteView {
    let before_trade = note.created_at <= order.first_fill;
    NoteView { created_at: note.created_at, before_trade, path: note.path.clone() }
}

fn round_trip_view(trip: &RoundTrip, slug_of_fill: &BTreeMap<&str, &str>, disclosure: &Disclosure) -> RoundTripView {
    let slug = |fill: &ExecId| slug_of_fill.get(fill.as_str()).copied().unwrap_or_default().to_owned();
    RoundTripView {
        symbol: trip.symbol.to_string(),
        direction: trip.direction.as_str(),
        opened: trip.opened.date_naive(),
        closed: trip.closed_on(),
        holding_days: trip.holding_days(),
        net_return: trip.net_return().map(|value| disclosure.trade_return(value)),
        result_bps: trip.result_bps().map(|bps| disclosure.result_bps(bps)),
        profit: trip.net_base.and_then(|profit| disclosure.money(profit)),
        reason: if trip.result_bps().is_none() { why_unknown(trip) } else { String::new() },
        opening: slug(&trip.opening),
        closing: slug(&trip.closing),
    }
}

fn slippage_view(
    measured: &[OrderSlippage],
    slugs: &[Option<String>],
    outlier_bps: f64,
    disclosure: &Disclosure,
) -> SlippageView {
    let slug = |order: usize| slugs.get(order).cloned().flatten();
    let listed: Vec<OrderSlippage> = measured.iter().filter(|one| slug(one.order).is_some()).cloned().collect();
    let figures = slippage_figures(&listed, outlier_bps);
    let (slippage, cost) = (|bps| disclosure.slippage_bps(bps), |bps| disclosure.cost_bps(bps));
    let group = |(key, group): (String, &slippage::SlippageGroup)| {
        Some(SlippageGroup { key, orders: group.orders, mean_bps: slippage(group.mean_bps?) })
    };
    let by_symbol = figures.by_symbol.iter().map(|(symbol, group)| (symbol.clone(), group));
    let by_month = figures.by_month.iter().map(|(month, group)| (month.to_string(), group));
    SlippageView {
        orders: figures.orders,
        priced_orders: figures.priced_orders,
        mean_bps: figures.mean_bps.map(slippage),
        median_bps: figures.median_bps.map(slippage),
        std_bps: figures.std_bps.map(slippage),
        notional_weighted_bps: figures.notional_weighted_bps.map(slippage),
        commissions_bps: figures.commissions_bps.and_then(cost),
        implementation_shortfall_bps: figures.implementation_shortfall_bps.and_then(cost),
        outlier_bps,
        outliers: figures.outliers.iter().filter_map(|outlier| slug(outlier.order)).collect(),
        by_symbol: by_symbol.filter_map(group).collect(),
        by_month: by_month.filter_map(group).collect(),
    }
}
