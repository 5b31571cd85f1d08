//! How to check what was published, with tools that nobody here wrote.

use chrono::NaiveDate;
use serde::Serialize;

use super::Site;
use super::context::PageContext;
use super::recorded::{self, Theses};
use super::stamped::{Stamped, stamped};
use crate::Result;
use crate::proof::{Followed, Published, Told, Twice, order_row, rows_of_one_only};
use crate::publication::{OrderView, Publication, Published as _, Reads};

/// Its folder in the site, in which the log and its entries lie too.
pub const SLUG: &str = "proof";

#[derive(Serialize)]
struct Proof<'a> {
    entries: usize,
    /// Entries whose files are here.
    shown: usize,
    held_back: usize,
    /// Entries that are sealed and not to be opened yet.
    sealed: usize,
    /// The digest of the whole log.
    head: &'a str,
    /// How many lines the newest signature is over.
    signed: Option<usize>,
    /// What others have stamped of it.
    stamped: Option<Stamped<'a>>,
    /// Over how many lines the newest proof of a Bitcoin block is.
    block: Option<usize>,
    /// How many stamps are over a single thesis or plan that was sealed.
    item_stamps: usize,
    /// Sessions that are said to have no valuation.
    gaps: usize,
    /// Entries that say what an earlier one should have said.
    corrections: usize,
    /// How many rows of recorded and published index stand on one side only, where days are published.
    index_rows: Option<usize>,
    /// The same of orders, where there are some.
    order_rows: Option<usize>,
    /// The record as it was first published, where days are.
    first_published: Option<FirstPublished>,
    theses: Theses,
    /// How many theses and planned trades were followed by an order, and how many were not.
    followed: &'a [Followed],
}

/// What the days were when they were first recorded, against what they are now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct FirstPublished {
    /// The newest day that was recorded.
    until: NaiveDate,
    /// The return since inception up to it, as it was recorded then, and as it stands.
    total_then: f64,
    total_now: f64,
    /// How many days say something else now.
    pub(super) changed: usize,
    /// The largest difference of an index, in basis points of what stands, and its day.
    worst_bps: f64,
    worst: Option<NaiveDate>,
}

pub fn context(proof: &Published, site: &Site, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let Published { entries, held_back, sealed, head, signed, told, .. } = proof;
    let (entries, held_back, sealed, signed) = (*entries, *held_back, *sealed, *signed);
    let by_day = publication.facts.by_day;
    PageContext::new(&Proof {
        entries,
        shown: entries - held_back - sealed,
        held_back,
        sealed,
        head,
        signed,
        stamped: stamped(proof, publication),
        block: proof.block(),
        item_stamps: proof.item_stamps.all().count(),
        gaps: told.gaps,
        corrections: told.corrections,
        index_rows: by_day.then(|| index_rows(told, publication)),
        order_rows: (!told.orders.is_empty()).then(|| order_rows(told, publication)),
        first_published: first_published(told).filter(|_| by_day),
        theses: recorded::theses(site, proof, reads),
        followed: &proof.followed,
    })
}

fn index_rows(told: &Told, publication: &Publication) -> usize {
    let row = |(date, index): (NaiveDate, f64)| format!("{date},{index:.6}");
    let recorded: Vec<String> = told.index.iter().map(|(date, index)| row((*date, index.first))).collect();
    let shown: Vec<String> = publication.days.iter().map(|day| row((day.date, day.index.get()))).collect();
    rows_of_one_only(&recorded, &shown)
}

fn order_rows(told: &Told, publication: &Publication) -> usize {
    let row = |order: &OrderView| {
        let (side, fills) = (order.side.to_string(), order.fills.to_string());
        order_row(order.date, [&order.symbol, &side, &fills, &order.price, &order.currency])
    };
    let shown: Vec<String> = publication.orders.iter().map(row).collect();
    rows_of_one_only(&told.orders, &shown)
}

pub(super) fn first_published(told: &Told) -> Option<FirstPublished> {
    let both = |(date, index): (&NaiveDate, &Twice)| Some((*date, index.first, index.now?));
    let days: Vec<(NaiveDate, f64, f64)> = told.index.iter().filter_map(both).collect();
    let (until, then, now) = *days.last()?;
    let difference = |(_, then, now): &(NaiveDate, f64, f64)| (then / now - 1.0).abs() * 10_000.0;
    let worst = days.iter().filter(|day| day.1 != day.2).max_by(|a, b| difference(a).total_cmp(&difference(b)));
    Some(FirstPublished {
        until,
        total_then: then - 1.0,
        total_now: now - 1.0,
        changed: told.index.values().filter(|index| index.now != Some(index.first)).count(),
        worst_bps: worst.map_or(0.0, difference),
        worst: worst.map(|(date, ..)| *date),
    })
}
