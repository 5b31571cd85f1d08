//! The list of months, and the page of each.

use serde::Serialize;

use super::Site;
use super::context::{PageContext, YearRow, years};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{Month, OrderView};
use crate::render::charts;
use crate::site::markdown;

#[derive(Serialize)]
struct Months<'a> {
    years: Vec<YearRow>,
    months: Vec<MonthRow<'a>>,
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
pub fn context(site: &Site) -> Result<PageContext> {
    const EXCERPT_LENGTH: usize = 160;
    let row = |month| MonthRow {
        month,
        excerpt: site.commentary(month.month).map(|text| markdown::excerpt(&text.body, EXCERPT_LENGTH)),
        report: site.report(month.month),
    };
    let months = site.publication.months.iter().rev().map(row).collect();
    PageContext::new(&Months { years: years(site), months })
}

#[derive(Serialize)]
struct OneMonth<'a> {
    month: &'a Month,
    previous: Option<YearMonth>,
    next: Option<YearMonth>,
    chart: Option<String>,
    /// The path of its PDF.
    report: Option<&'a str>,
    orders: Vec<&'a OrderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commentary: Option<String>,
}

/// One month by its number in the record.
pub fn month(site: &Site, number: usize, month: &Month, path: &str) -> Result<PageContext> {
    let publication = site.publication;
    let neighbour = |number: Option<usize>| Some(publication.months.get(number?)?.month);
    let in_month = |order: &&OrderView| YearMonth::of(order.date) == month.month;
    let commentary = site.commentary(month.month).map(|text| site.markdown(text, path, 2)).unwrap_or_default();
    let context = PageContext::new(&OneMonth {
        month,
        previous: neighbour(number.checked_sub(1)),
        next: neighbour(Some(number + 1)),
        chart: charts::month(publication, month)?,
        report: site.report(month.month),
        orders: publication.orders.iter().filter(in_month).collect(),
        commentary: site.commentary(month.month).map(|_| commentary.html),
    })?;
    Ok(context.with_links(commentary.links))
}
