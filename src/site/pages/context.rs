//! What a template receives, and the rows that several of them share.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::Value;

use crate::calendar::YearMonth;
use crate::publication::{
    MarketFigure, OrderView, PlanItemView, PublicResult, PublicReturn, Publication, Reads, Texts, Year,
};
use crate::record::Side;
use crate::render::short_forms;
use crate::site::links::MarkdownLink;
use crate::site::markdown;
use crate::{Error, Result};

use super::Site;

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

/// A row of the monthly table.
#[derive(Serialize)]
pub struct YearRow {
    year: i32,
    cells: Vec<MonthCell>,
    value: PublicReturn,
    benchmark: Option<MarketFigure>,
    max_drawdown: Option<PublicReturn>,
    partial: bool,
}

/// One month of it, with the month's page where there is one.
#[derive(Serialize)]
struct MonthCell {
    value: Option<PublicReturn>,
    month: Option<YearMonth>,
}

/// The rows of the monthly table, newest first.
pub fn years(site: &Site) -> Vec<YearRow> {
    site.publication.years.iter().rev().map(|year| year_row(site, year)).collect()
}

fn year_row(site: &Site, year: &Year) -> YearRow {
    let cell = |(value, number): (&Option<PublicReturn>, u32)| MonthCell {
        value: *value,
        month: YearMonth::new(year.year, number).filter(|month| site.has_month(*month)),
    };
    YearRow {
        year: year.year,
        cells: year.months.iter().zip(1..).map(cell).collect(),
        value: year.value,
        benchmark: year.benchmark,
        max_drawdown: year.max_drawdown,
        partial: year.partial,
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
    thesis: &'a str,
    /// The trader's lesson, or empty.
    lesson: &'a str,
}

impl<'a> PlannedRow<'a> {
    pub fn new(item: &'a PlanItemView, texts: &'a Texts, reads: &Reads) -> Self {
        let note = item.note.as_ref().and_then(|path| texts.note(path, reads));
        let (thesis, lesson) = note.map_or(("", ""), |note| (&note.thesis, &note.lesson));
        Self { item, state_in_words: item.state.in_words(), thesis, lesson }
    }
}
