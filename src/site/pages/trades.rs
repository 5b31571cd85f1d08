//! The list of orders and round trips, and the page of each order.

use serde::Serialize;

use super::context::{Link, PageContext};
use super::{Site, side_in_words};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{OrderView, RoundTripView};
use crate::site::markdown::{self, Source};

#[derive(Serialize)]
struct Trades<'a> {
    orders: &'a [OrderView],
    round_trips: &'a [RoundTripView],
}

pub fn context(site: &Site) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Trades { orders: &publication.orders, round_trips: &publication.round_trips })
}

#[derive(Serialize)]
struct OneOrder<'a> {
    order: &'a OrderView,
    /// `Bought` or `Sold`.
    side: &'a str,
    /// By time; the list is newest first.
    previous: Option<Link>,
    next: Option<Link>,
    /// Its month, where that has a page.
    month: Option<YearMonth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_body: Option<String>,
}

/// One order.
pub fn order(site: &Site, order: &OrderView, path: &str) -> Result<PageContext> {
    let orders = &site.publication.orders;
    let index = orders.iter().position(|other| other.slug == order.slug).unwrap_or_default();
    let neighbour = |index: Option<usize>| orders.get(index?).map(|order| Link::new(&order.symbol, &order.slug));
    let note = order.note.as_ref().filter(|note| !note.body.trim().is_empty()).map(|note| {
        let source = Source { text: &note.body, path: &note.path, first_line: note.body_line, page: path, below: 2 };
        markdown::render(&source, &site.page_of)
    });
    let (note_body, links) = note.map(|note| (note.html, note.links)).unzip();
    let context = PageContext::new(&OneOrder {
        order,
        side: side_in_words(order),
        previous: neighbour(Some(index + 1)),
        next: neighbour(index.checked_sub(1)),
        month: Some(YearMonth::of(order.date)).filter(|month| site.has_month(*month)),
        note_body,
    })?;
    Ok(context.with_links(links.unwrap_or_default()))
}
