//! What a template receives, and the rows that several of them share.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use tera::Value;

use crate::calendar::YearMonth;
use crate::format;
use crate::publication::{
    Facts, MarketFigure, OrderView, PlanItemView, PositionView, PublicResult, PublicReturn, PublicWeight,
    Publication, Published, Reads, Year,
};
use crate::record::Side;
use crate::render::short_forms;
use crate::site::links::MarkdownLink;
use crate::site::markdown;
use crate::{Error, Result};

use super::Site;
use super::bars::{Bar, bars};

/// Variables of a template by name.
pub type Variables = BTreeMap<String, Value>;

/// The variables of one page beside those that all pages have, and the links of the author's texts in them.
pub struct PageContext {
    /// What every template receives.
    pub variables: Variables,
    /// Links that came from Markdown.
    pub links: Vec<MarkdownLink>,
}

impl PageContext {
    /// The fields of a struct as variables.
    ///
    /// # Errors
    /// Only where the fields cannot be handed to a template, which is a mistake of this program.
    pub fn new(fields: &impl Serialize) -> Result<Self> {
        Ok(Self { variables: variables(fields)?, links: Vec::new() })
    }

    /// The same with the links of its texts.
    pub fn with_links(self, links: Vec<MarkdownLink>) -> Self {
        Self { links, ..self }
    }
}

/// The fields of a struct as variables of a template.
///
/// # Errors
/// Only where the fields cannot be handed to a template, which is a mistake of this program.
pub fn variables(fields: &impl Serialize) -> Result<Variables> {
    let failed = |error| Error::internal(format!("a page cannot be put together: {error}"));
    let fields = Value::try_from_serializable(fields).map_err(failed)?.into_map().unwrap_or_default();
    Ok(fields.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}

/// A name and the path it leads to.
#[derive(Serialize)]
pub struct Link {
    pub name: String,
    pub path: String,
}

impl Link {
    pub fn new(name: &str, path: &str) -> Self {
        Self { name: name.into(), path: path.into() }
    }
}

/// The monthly table.
#[derive(Serialize)]
pub struct MonthTable {
    years: Vec<YearRow>,
    /// Whether a month in it has a comment.
    marked: bool,
}

/// A row of the monthly table.
#[derive(Serialize)]
struct YearRow {
    year: i32,
    cells: Vec<MonthCell>,
    value: PublicReturn,
    digits: usize,
    bar: Bar,
    benchmark: Option<MarketFigure>,
    max_drawdown: Option<PublicReturn>,
    partial: bool,
}

/// One month of it, with the month's page where there is one.
#[derive(Serialize)]
struct MonthCell {
    name: &'static str,
    value: Option<PublicReturn>,
    digits: usize,
    month: Option<YearMonth>,
    has_comment: bool,
}

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The monthly table, the newest year first.
pub fn years(site: &Site) -> MonthTable {
    let years = &site.publication.years;
    let values: Vec<f64> = years.iter().map(|year| year.value.get()).collect();
    let rows: Vec<YearRow> =
        years.iter().zip(bars(&values)).rev().map(|(year, bar)| year_row(site, year, bar)).collect();
    let marked = rows.iter().flat_map(|year| &year.cells).any(|cell| cell.has_comment);
    MonthTable { years: rows, marked }
}

fn year_row(site: &Site, year: &Year, bar: Bar) -> YearRow {
    let cell = |((value, number), name): ((&Option<PublicReturn>, u32), &'static str)| {
        let month = YearMonth::new(year.year, number).filter(|month| site.has_month(*month));
        let has_comment = month.is_some_and(|month| site.commentary(month).is_some());
        let digits = value.map_or(1, |value| format::narrow_digits(value.get()));
        MonthCell { name, value: *value, digits, month, has_comment }
    };
    YearRow {
        year: year.year,
        cells: year.months.iter().zip(1..).zip(NAMES).map(cell).collect(),
        value: year.value,
        digits: format::narrow_digits(year.value.get()),
        bar,
        benchmark: year.benchmark,
        max_drawdown: year.max_drawdown,
        partial: year.partial,
    }
}

/// A holding with the bar of its weight.
#[derive(Serialize)]
pub struct HoldingRow<'a> {
    #[serde(flatten)]
    position: &'a PositionView,
    /// Its weight, where that is so small that it would be written as none.
    under: Option<String>,
    bar: Bar,
    /// What it brought in the month that the table names.
    brought: Option<PublicResult>,
}

/// Holdings, and cash where its weight is known.
#[derive(Serialize)]
pub struct HoldingTable<'a> {
    /// The largest.
    positions: Vec<HoldingRow<'a>>,
    /// All others, where there are more than a page should show at once.
    more_positions: Vec<HoldingRow<'a>>,
    cash: Option<CashRow>,
    /// The month of which the rows say what each brought, as a label; none where that is not known.
    month: Option<String>,
}

/// The row of cash.
#[derive(Serialize)]
struct CashRow {
    weight: PublicWeight,
    bar: Bar,
}

/// So many holdings are shown at once.
const AT_ONCE: usize = 10;

/// The account's holdings, with what each brought in their month.
pub fn all_holdings(publication: &Publication) -> HoldingTable<'_> {
    let mut table = holdings(&publication.positions, publication.cash_weight, &publication.facts);
    let month = YearMonth::of(publication.facts.positions_as_of).to_string();
    let newest = publication.contributions.as_ref().and_then(|found| found.by_month.last());
    let Some((brought, at, period)) = newest.and_then(|brought| {
        let (at, period) = brought.periods.iter().enumerate().next_back().filter(|(_, period)| period.to == month)?;
        Some((brought, at, period))
    }) else {
        return table;
    };
    let of =
        |symbol: &str| brought.rows.iter().find(|row| row.symbol.as_deref() == Some(symbol))?.cells.get(at)?.value;
    for row in table.positions.iter_mut().chain(&mut table.more_positions) {
        row.brought = of(&row.position.symbol);
    }
    let is_known = table.positions.iter().any(|row| row.brought.is_some());
    table.month = is_known.then(|| period.label.clone());
    table
}

/// The table of holdings.
pub fn holdings<'a>(positions: &'a [PositionView], cash: Option<PublicWeight>, facts: &Facts) -> HoldingTable<'a> {
    let weights = positions.iter().map(|position| position.weight.map_or(0.0, Published::get));
    let weights: Vec<f64> = weights.chain(cash.map(Published::get)).collect();
    let mut bars = bars(&weights).into_iter();
    let row = |(position, bar)| HoldingRow { position, under: position.under(facts), bar, brought: None };
    let mut rows: Vec<_> = positions.iter().zip(bars.by_ref()).map(row).collect();
    let more = if rows.len() > AT_ONCE + 2 { rows.split_off(AT_ONCE) } else { Vec::new() };
    HoldingTable {
        positions: rows,
        more_positions: more,
        cash: cash.zip(bars.next()).map(|(weight, bar)| CashRow { weight, bar }),
        month: None,
    }
}

/// An order with a note, as a few lines of the journal.
#[derive(Serialize)]
pub struct NoteRow<'a> {
    slug: &'a str,
    symbol: &'a str,
    side: Side,
    date: chrono::NaiveDate,
    before_trade: bool,
    words: Option<String>,
    outcome: String,
    result_bps: Option<PublicResult>,
    matched_expectation: Option<bool>,
}

/// Those of these orders that have a note.
pub fn note_rows<'a>(
    orders: impl Iterator<Item = &'a OrderView>,
    publication: &'a Publication,
    reads: &Reads,
) -> impl Iterator<Item = NoteRow<'a>> {
    orders.filter_map(|order| note_row(order, publication, reads))
}

fn note_row<'a>(order: &'a OrderView, publication: &'a Publication, reads: &Reads) -> Option<NoteRow<'a>> {
    const LENGTH: usize = 240;
    const OUTCOME_LENGTH: usize = 160;
    let note = order.note.as_ref()?;
    let text = publication.texts.note(&note.path, reads)?;
    // The order's own page says what is wrong with a short form.
    let body = short_forms::in_words(text.into(), publication).unwrap_or_default();
    let text = short_forms::front_in_words(text, publication).unwrap_or(Cow::Borrowed(text));
    let words = [&text.thesis, body.as_ref(), &text.outcome].into_iter().find(|words| !words.trim().is_empty());
    Some(NoteRow {
        slug: &order.slug,
        symbol: &order.symbol,
        side: order.side,
        date: order.date,
        before_trade: note.before_trade,
        words: words.map(|words| markdown::excerpt(words, LENGTH)),
        outcome: markdown::excerpt(&text.outcome, OUTCOME_LENGTH),
        result_bps: order.result_bps,
        matched_expectation: text.matched_expectation,
    })
}

/// A planned trade with the words of its note.
#[derive(Serialize)]
pub struct PlannedRow<'a> {
    #[serde(flatten)]
    item: &'a PlanItemView,
    /// What became of it, in words.
    state_in_words: &'static str,
    /// The trader's reason, or empty.
    thesis: String,
    /// The trader's lesson, or empty.
    lesson: String,
}

impl<'a> PlannedRow<'a> {
    pub fn new(item: &'a PlanItemView, publication: &Publication, reads: &Reads) -> Self {
        let note = item.note.as_ref().and_then(|path| publication.texts.note(path, reads));
        // The order's own page says what is wrong with a short form.
        let note = note.map(|note| short_forms::front_in_words(note, publication).unwrap_or(Cow::Borrowed(note)));
        let (thesis, lesson) = note.map(|note| (note.thesis.clone(), note.lesson.clone())).unwrap_or_default();
        Self { item, state_in_words: item.state.in_words(), thesis, lesson }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Privacy, PrivacyLevel};
    use crate::publication::{Disclosure, testing};

    #[test]
    fn what_is_held_is_never_written_as_nothing() {
        let publication = testing::at(PrivacyLevel::Daily, None);
        let mut small = publication.positions[0].clone();
        assert_eq!(small.under(&publication.facts), None);
        small.weight = Some(Disclosure::new(&Privacy::default()).held_weight(0.03));
        assert_eq!(small.under(&publication.facts).as_deref(), Some("under 5%"));
        let many = vec![small; AT_ONCE + 5];
        let table = holdings(&many, None, &publication.facts);
        assert_eq!((table.positions.len(), table.more_positions.len()), (AT_ONCE, 5));
    }
}
