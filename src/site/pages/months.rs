//! The list of months, and the page of each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Site;
use super::context::{MonthTable, PageContext, years};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::order_sentence::of_order;
use crate::publication::sentence::{self, Span};
use crate::publication::{DrawdownView, Month, OrderView, Period, Publication, Published, Reads, Unread};
use crate::render::charts;
use crate::site::markdown;

#[derive(Serialize)]
struct Months<'a> {
    #[serde(flatten)]
    table: MonthTable,
    months: Vec<MonthRow<'a>>,
    /// All months in a sentence.
    sentence: Vec<Span>,
    /// How they are spread, years beside each other, and twelve months at a time, where there are enough of them.
    charts: MonthCharts,
    periods: &'a [Period],
    drawdowns: &'a [DrawdownView],
}

#[derive(Serialize)]
struct MonthCharts {
    spread: Option<String>,
    years: Option<String>,
    twelve: Option<String>,
}

#[derive(Serialize)]
struct MonthRow<'a> {
    month: &'a Month,
    /// The start of its commentary.
    excerpt: Option<String>,
    /// The path of its PDF.
    report: Option<&'a str>,
}

/// The list, newest first.
pub fn context<'a>(site: &Site<'a>, reads: &Reads) -> Result<PageContext> {
    const EXCERPT_LENGTH: usize = 160;
    let excerpt = |text: Unread| markdown::beginning(text.read(reads).into(), site.publication, EXCERPT_LENGTH);
    let row = |month: &'a Month| {
        let excerpt = site.commentary(month.month).map(excerpt).transpose()?;
        Ok(MonthRow { month, excerpt, report: site.report(month.month) })
    };
    let publication = site.publication;
    PageContext::new(&Months {
        table: years(site),
        months: publication.months.iter().rev().map(row).collect::<Result<_>>()?,
        sentence: sentence::of_months(&publication.months),
        charts: MonthCharts {
            spread: charts::spread(publication)?,
            years: charts::years(publication)?,
            twelve: charts::twelve_months(publication)?,
        },
        periods: &publication.periods,
        drawdowns: &publication.drawdowns,
    })
}

#[derive(Serialize)]
struct OneMonth<'a> {
    month: &'a Month,
    /// The month in a sentence.
    sentence: Vec<Span>,
    previous: Option<&'a Month>,
    next: Option<&'a Month>,
    /// How its return stands among those of all months, the best first.
    rank: usize,
    months: usize,
    /// How far the account was below its peak at the end of it.
    below_peak: Option<f64>,
    chart: Option<String>,
    /// The path of its PDF.
    report: Option<&'a str>,
    orders: Vec<OrderInWords<'a>>,
    /// Where there are none: those of the newest day before.
    before: Vec<OrderInWords<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commentary: Option<String>,
    /// The title that the commentary has, if it has one.
    commentary_title: Option<&'a str>,
}

/// An order and what came of it.
#[derive(Serialize)]
struct OrderInWords<'a> {
    #[serde(flatten)]
    order: &'a OrderView,
    done: &'static str,
    sentence: Vec<Span>,
}

/// The orders of the newest day before a month.
fn orders_before<'a>(month: &Month, publication: &'a Publication) -> Vec<&'a OrderView> {
    let earlier = || publication.orders.iter().filter(|order| order.date < month.month.first_day());
    let newest = earlier().map(|order| order.date).max();
    earlier().filter(|order| Some(order.date) == newest).collect()
}

/// One month by its number in the record.
pub fn month(site: &Site, number: usize, month: &Month, path: &str, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let neighbour = |number: Option<usize>| publication.months.get(number?);
    let in_words = |order| OrderInWords {
        order,
        done: order.side_in_words(),
        sentence: of_order(order, &site.trips, publication),
    };
    let orders: Vec<_> = site.orders_of(month.month).into_iter().map(in_words).collect();
    let before = if orders.is_empty() { orders_before(month, publication) } else { Vec::new() };
    let is_better = |other: &&Month| other.value.get() > month.value.get();
    let last_day = publication.days_until(month.month.last_day()).last();
    let document = site.commentary(month.month).map(|text| text.read(reads));
    let commentary = document.map(|document| site.markdown(document, path, 2));
    let (commentary, links) = commentary.transpose()?.map(|text| (text.html, text.links)).unzip();
    let context = PageContext::new(&OneMonth {
        month,
        sentence: sentence::of_month(month, &publication.facts),
        previous: neighbour(number.checked_sub(1)),
        next: neighbour(Some(number + 1)),
        rank: 1 + publication.months.iter().filter(is_better).count(),
        months: publication.months.len(),
        below_peak: last_day.map(|day| day.drawdown.get()),
        chart: charts::month(publication, month)?,
        report: site.report(month.month),
        orders,
        before: before.into_iter().map(in_words).collect(),
        commentary,
        commentary_title: document
            .filter(|document| document.is_titled && document.title != month.month.in_words())
            .map(|document| document.title.as_str()),
    })?;
    Ok(context.with_links(links.unwrap_or_default()))
}

/// The months that have a page, each with the orders first filled in it, newest first.
pub fn orders_by_month(publication: &Publication) -> BTreeMap<YearMonth, Vec<&OrderView>> {
    let mut months: BTreeMap<_, Vec<_>> = publication.months.iter().map(|month| (month.month, Vec::new())).collect();
    for order in &publication.orders {
        if let Some(orders) = months.get_mut(&YearMonth::of(order.date)) {
            orders.push(order);
        }
    }
    months
}
