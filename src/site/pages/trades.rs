//! The list of orders and round trips, and the page of each order.

use serde::Serialize;

use super::Site;
use super::context::{Link, PageContext, PlannedRow};
use super::page::side_in_words;
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{NoteText, OrderView, Reads, RoundTripView};
use crate::site::markdown::{self, Source};

#[derive(Serialize)]
struct Trades<'a> {
    orders: &'a [OrderView],
    round_trips: &'a [RoundTripView],
    remarks: &'a [String],
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Trades {
        orders: &publication.orders,
        round_trips: &publication.round_trips,
        remarks: &publication.round_trip_remarks,
    })
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
    /// The planned trade it carries out, if there is one.
    planned: Vec<PlannedRow<'a>>,
    /// What the note on it says.
    note: Option<&'a NoteText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_body: Option<String>,
}

/// One order by its number in the list.
pub fn order(site: &Site, number: usize, order: &OrderView, path: &str, reads: &Reads) -> Result<PageContext> {
    let (orders, texts) = (&site.publication.orders, &site.publication.texts);
    let neighbour = |number: Option<usize>| orders.get(number?).map(|order| Link::new(&order.symbol, &order.slug));
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
    let context = PageContext::new(&OneOrder {
        order,
        side: side_in_words(order),
        previous: neighbour(Some(number + 1)),
        next: neighbour(number.checked_sub(1)),
        month: Some(YearMonth::of(order.date)).filter(|month| site.has_month(*month)),
        planned: order.plan.iter().map(|item| PlannedRow::new(item, texts, reads)).collect(),
        note,
        note_body,
    })?;
    Ok(context.with_links(links.unwrap_or_default()))
}
