//! The list of orders and round trips, and the page of each order.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_json::json;

use super::context::{Link, PageContext, PlannedRow};
use super::recorded::{self, RecordedThesis};
use super::years::ByYear;
use super::{Site, page_at};
use crate::Result;
use crate::calendar::YearMonth;
use crate::format::{self, Sign};
use crate::publication::order_sentence::of_order;
use crate::publication::sentence::Span;
use crate::publication::{
    CLOSES_NOTHING, NoteText, OrderView, PublicResult, Publication, Published, Reads, RoundTripView, TripsByOrder,
};
use crate::render::{charts, short_forms};
use crate::site::markdown::{self, Source};

/// Orders that are listed on one page. Where there are more, each year has a page of its own.
const ON_ONE_PAGE: usize = 200;

/// Orders that the first page lists where the years have pages.
const NEWEST: usize = 50;

/// The path of the list of all orders for the script that filters.
pub const INDEX: &str = "trades/orders.js";

#[derive(Serialize)]
struct Trades<'a> {
    orders: &'a [OrderView],
    round_trips: &'a [RoundTripView],
    remarks: &'a [String],
    /// The years that have a page, newest first.
    years: Vec<YearOfOrders>,
}

#[derive(Serialize)]
struct YearOfOrders {
    year: i32,
    orders: usize,
}

/// The orders by their years.
pub fn years(publication: &Publication) -> ByYear<'_> {
    ByYear::of(publication.orders.iter(), ON_ONE_PAGE)
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let years: Vec<_> = site.order_years.counts().rev().map(|(year, orders)| YearOfOrders { year, orders }).collect();
    let (orders, round_trips) = match years.is_empty() {
        true => (publication.orders.as_slice(), publication.round_trips.as_slice()),
        false => (publication.orders.get(..NEWEST).unwrap_or(&publication.orders), [].as_slice()),
    };
    PageContext::new(&Trades { orders, round_trips, remarks: &publication.round_trip_remarks, years })
}

/// The path of a year's page.
pub fn year_path(year: i32) -> String {
    page_at(&format!("trades/{year}"))
}

#[derive(Serialize)]
struct OneYear<'a> {
    year: i32,
    orders: Vec<&'a OrderView>,
    /// Those that were closed in it.
    round_trips: Vec<&'a RoundTripView>,
    previous: Option<i32>,
    next: Option<i32>,
}

/// The orders of one year.
pub fn year(site: &Site, year: i32) -> Result<PageContext> {
    let [previous, next] = site.order_years.neighbours(year);
    let trips = site.publication.round_trips.iter().filter(|trip| trip.closed.year() == year);
    PageContext::new(&OneYear {
        year,
        orders: site.order_years.orders(year).collect(),
        round_trips: trips.collect(),
        previous,
        next,
    })
}

#[derive(Serialize)]
struct Index {
    rows: String,
}

/// All orders as the table shows them, in the order of its columns; behind them the name of the page.
pub fn index(site: &Site) -> Result<PageContext> {
    let digits = &site.publication.facts.digits;
    let row = |order: &OrderView| {
        let weight = order.weight.map(|weight| digits.weight(weight.get()));
        let bps = |value: f64| format::basis_points(value, digits.bps, Sign::Both);
        json!([
            order.date,
            format::day(order.date),
            order.side,
            order.symbol,
            format::written(&order.price),
            order.currency,
            weight,
            order.slippage_bps.map(|value| bps(value.get())),
            order.result_bps.map(|value| bps(value.get())),
            u8::from(order.note.is_some()),
            order.slug,
        ])
        .to_string()
    };
    let rows: Vec<String> = site.publication.orders.iter().map(row).collect();
    PageContext::new(&Index { rows: rows.join(",\n") })
}

#[derive(Serialize)]
struct OneOrder<'a> {
    order: &'a OrderView,
    /// `Bought` or `Sold`.
    side: &'a str,
    /// What was done and what came of it.
    sentence: Vec<Span>,
    /// Whether it closed a position, and so has a result or lacks one.
    has_result: bool,
    /// The instrument's price around it, where it is known.
    price_chart: Option<String>,
    /// The orders at the other ends of the round trips that it opened or closed.
    others: Vec<Other<'a>>,
    /// By time; the list is newest first.
    previous: Option<Link>,
    next: Option<Link>,
    /// Its month, where that has a page.
    month: Option<YearMonth>,
    /// The planned trade it carries out, if there is one.
    planned: Vec<PlannedRow<'a>>,
    /// What the note on it says.
    note: Option<Cow<'a, NoteText>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_body: Option<String>,
    /// What the log says of its note.
    recorded: Option<RecordedThesis<'a>>,
}

/// An order at the other end of a round trip.
#[derive(Serialize)]
struct Other<'a> {
    slug: &'a str,
    side: &'static str,
    symbol: &'a str,
    date: NaiveDate,
    /// Whether it came first.
    opened: bool,
    net_return: Option<PublicResult>,
    days: i64,
}

fn others<'a>(order: &OrderView, trips: &TripsByOrder<'a>) -> Vec<Other<'a>> {
    let other = |trip: &RoundTripView, other: &'a OrderView, opened| Other {
        slug: &other.slug,
        side: other.side_in_words(),
        symbol: &other.symbol,
        date: other.date,
        opened,
        net_return: trip.net_return,
        days: trip.holding_days,
    };
    let before = trips.closed_by(order).iter().filter_map(|trip| Some(other(trip, trips.opening(trip)?, true)));
    let after = trips.opened_by(order).iter().filter(|trip| trip.closing != order.slug);
    let after = after.filter_map(|trip| Some(other(trip, trips.closing(trip)?, false)));
    let mut found: Vec<Other> = before.chain(after).collect();
    found.sort_by(|a, b| (a.date, a.slug).cmp(&(b.date, b.slug)));
    found
}

fn price_chart(order: &OrderView, others: &[Other], publication: &Publication) -> Result<Option<String>> {
    let strategies = &publication.strategies;
    // Where there is one strategy, it does not list its orders.
    let mut of_it = strategies.list.iter().filter(|one| !strategies.several || one.orders.contains(&order.slug));
    let signals = of_it.next().map_or([].as_slice(), |strategy| &strategy.signals);
    let around = charts::Around { others: others.iter().map(|other| other.date).collect(), signals };
    publication.price_paths.get(&order.slug).map(|path| charts::price(order, path, &around)).transpose()
}

/// One order by its number in the list.
pub fn order(site: &Site, number: usize, order: &OrderView, path: &str, reads: &Reads) -> Result<PageContext> {
    let (orders, texts) = (&site.publication.orders, &site.publication.texts);
    let name = |order: &OrderView| format!("{} {}, {}", order.side_in_words(), order.symbol, format::day(order.date));
    let neighbour = |number: Option<usize>| orders.get(number?).map(|order| Link::new(&name(order), &order.slug));
    let note = order.note.as_ref().and_then(|note| texts.note(&note.path, reads));
    let body = note.filter(|note| !note.body.trim().is_empty()).map(|note| {
        let source = Source {
            text: &note.body,
            path: &note.path,
            first_line: note.body_line,
            page: path,
            below: 2,
            lines: site.lines,
            publication: site.publication,
        };
        markdown::render(&source, &site.page_of)
    });
    let (note_body, links) = body.transpose()?.map(|body| (body.html, body.links)).unzip();
    let others = others(order, &site.trips);
    let context = PageContext::new(&OneOrder {
        order,
        side: order.side_in_words(),
        sentence: of_order(order, &site.trips, site.publication),
        has_result: order.no_result != CLOSES_NOTHING,
        price_chart: price_chart(order, &others, site.publication)?,
        others,
        previous: neighbour(Some(number + 1)),
        next: neighbour(number.checked_sub(1)),
        month: Some(YearMonth::of(order.date)).filter(|month| site.has_month(*month)),
        planned: order.plan.iter().map(|item| PlannedRow::new(item, site.publication, reads)).collect(),
        note: note.map(|note| short_forms::front_in_words(note, site.publication)).transpose()?,
        note_body,
        recorded: recorded::of_order(site, order, reads),
    })?;
    Ok(context.with_links(links.unwrap_or_default()))
}
