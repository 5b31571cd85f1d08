//! The list of months, and the page of each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Site;
use super::context::{MonthTable, PageContext, years};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::sentence::{self, Span};
use crate::publication::{DrawdownView, Month, OrderView, Period, Publication, Reads, Unread};
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
    previous: Option<YearMonth>,
    next: Option<YearMonth>,
    chart: Option<String>,
    /// The path of its PDF.
    report: Option<&'a str>,
    orders: Vec<&'a OrderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commentary: Option<String>,
    /// The title that the commentary has, if it has one.
    commentary_title: Option<&'a str>,
}

/// One month by its number in the record.
pub fn month(site: &Site, number: usize, month: &Month, path: &str, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let neighbour = |number: Option<usize>| Some(publication.months.get(number?)?.month);
    let document = site.commentary(month.month).map(|text| text.read(reads));
    let commentary = document.map(|document| site.markdown(document, path, 2));
    let (commentary, links) = commentary.transpose()?.map(|text| (text.html, text.links)).unzip();
    let context = PageContext::new(&OneMonth {
        month,
        sentence: sentence::of_month(month, &publication.facts),
        previous: neighbour(number.checked_sub(1)),
        next: neighbour(Some(number + 1)),
        chart: charts::month(publication, month)?,
        report: site.report(month.month),
        orders: site.orders_of(month.month),
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
