//! The front: the record in a sentence and in a chart, beside the index, by month, and what is held, done and said now.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};

use super::Site;
use super::beside::{self, BesideRow};
use super::context::{HoldingTable, MonthTable, PageContext, all_holdings, years};

use crate::Result;
use crate::calendar::YearMonth;
use crate::proof::Kind;
use crate::publication::order_sentence::of_order;
use crate::publication::sentence::{self, Span};
use crate::publication::{OrderView, Publication, Reads, SignalView};
use crate::render::tables::Table;
use crate::render::{charts, short_forms};
use crate::site::markdown;

/// Latest orders.
const LATEST_ORDERS: usize = 5;

/// Places of a ranking; of more, those that are held and two below them at least.
const PLACES: usize = 10;

/// Letters of a note, and of a comment.
const WORDS: usize = 90;
const COMMENT: usize = 320;

#[derive(Serialize)]
struct Front<'a> {
    /// What the site is, for machines: JSON-LD.
    structured: String,
    /// The record in a sentence.
    sentence: Vec<Span>,
    /// How many notes are dated before the first fill of their order.
    notes_before: usize,
    /// The chart, with a mark over each month that has a comment.
    chart: String,
    /// The numbers behind the chart, for the script that redraws a range.
    series: &'a str,
    /// The account and the index side by side.
    beside: Vec<BesideRow>,
    /// How many of these figures cannot be told.
    unknown: usize,
    #[serde(flatten)]
    table: MonthTable,
    #[serde(flatten)]
    holdings: HoldingTable<'a>,
    orders: Vec<OrderLine<'a>>,
    comment: Option<Comment>,
    log: Option<LogFacts>,
    current_signals: Vec<CurrentSignal<'a>>,
    several: bool,
}

/// What is drawn on the front. No word of the author's changes it.
#[derive(Debug)]
pub struct FrontCharts {
    chart: charts::RecordChart,
    /// The numbers behind the chart, for the script that redraws a range.
    series: String,
}

impl FrontCharts {
    /// Draws them.
    ///
    /// # Errors
    /// As the charts.
    pub fn of(publication: &Publication) -> Result<Self> {
        Ok(Self { chart: charts::record(publication)?, series: charts::series(publication) })
    }
}

/// An order as a sentence.
#[derive(Serialize)]
struct OrderLine<'a> {
    slug: &'a str,
    date: NaiveDate,
    side: &'static str,
    symbol: &'a str,
    sentence: Vec<Span>,
    /// The first words of its note.
    words: Option<String>,
}

/// How the log of what was published stands.
#[derive(Serialize)]
struct LogFacts {
    entries: usize,
    /// Sessions that are said to have no valuation, and entries that say what an earlier one should have said.
    gaps: usize,
    corrections: usize,
    /// Days since the log began that were stamped late; nothing where nothing is stamped.
    late: Option<usize>,
}

/// The newest comment on a month.
#[derive(Serialize)]
struct Comment {
    month: YearMonth,
    words: String,
}

/// The newest signal of a strategy.
#[derive(Serialize)]
struct CurrentSignal<'a> {
    name: &'a str,
    signal: &'a SignalView,
    /// Up to which place it is shown here.
    places: usize,
    /// The month it is for.
    next: YearMonth,
}

pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let beside = beside::rows(publication);
    let drawn = site.front_charts()?;
    let is_before = |order: &&OrderView| order.note.as_ref().is_some_and(|note| note.before_trade);
    PageContext::new(&Front {
        structured: structured(site).to_string().replace('<', "\\u003c"),
        sentence: sentence::of_record(publication),
        notes_before: publication.orders.iter().filter(is_before).count(),
        chart: drawn.chart.with_marks(|month| has_comment(site, month).then(|| format!("months/{month}/index.html"))),
        series: &drawn.series,
        unknown: beside.iter().filter(|row| row.is_unknown()).count(),
        beside,
        table: years(site),
        holdings: all_holdings(publication),
        orders: publication.orders.iter().take(LATEST_ORDERS).map(|order| line(order, site, reads)).collect(),
        comment: comment(site, reads),
        log: site.proof.map(|proof| LogFacts {
            entries: proof.entries,
            gaps: proof.told.gaps,
            corrections: proof.told.corrections,
            late: (!proof.stamps.all().is_empty()).then(|| proof.timings.counts(Kind::Day).late),
        }),
        current_signals: current_signals(publication),
        several: publication.strategies.several,
    })
}

/// The record as a dataset, in the terms of schema.org.
fn structured(site: &Site) -> Value {
    let facts = &site.publication.facts;
    let address = |path: &str| site.base_url().map(|url| format!("{url}{path}"));
    let table = |table: &Table| {
        let [path, _] = table.paths();
        json!({ "@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": address(&path).unwrap_or(path) })
    };
    let mut dataset = json!({
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": facts.masthead.title,
        "description": sentence::in_words(&sentence::of_record(site.publication)),
        "temporalCoverage": format!("{}/{}", facts.inception, facts.as_of),
        "dateModified": facts.as_of,
        "isAccessibleForFree": true,
        "measurementTechnique": "Time-weighted return",
        "distribution": site.tables.iter().map(table).collect::<Vec<_>>(),
    });
    if let Some(fields) = dataset.as_object_mut() {
        fields.extend(address("").map(|url| ("url".to_owned(), url.into())));
        let author = Some(&facts.masthead.author).filter(|name| !name.is_empty());
        fields.extend(author.map(|name| ("creator".to_owned(), json!({ "@type": "Person", "name": name }))));
    }
    dataset
}

fn line<'a>(order: &'a OrderView, site: &Site<'a>, reads: &Reads) -> OrderLine<'a> {
    let publication = site.publication;
    let note = order.note.as_ref().and_then(|note| publication.texts.note(&note.path, reads));
    // The order's own page says what is wrong with a short form.
    let body = note.and_then(|note| short_forms::in_words(note.into(), publication).ok()).unwrap_or_default();
    let note = note.and_then(|note| short_forms::front_in_words(note, publication).ok());
    let thesis = note.as_ref().map_or("", |note| &note.thesis);
    let words = [thesis, &body].into_iter().find(|words| !words.trim().is_empty());
    OrderLine {
        slug: &order.slug,
        date: order.date,
        side: order.side_in_words(),
        symbol: &order.symbol,
        sentence: of_order(order, &site.trips, publication),
        words: words.map(|words| markdown::excerpt(words, WORDS)),
    }
}

/// Whether a month has a page with a comment on it.
fn has_comment(site: &Site, month: YearMonth) -> bool {
    site.has_month(month) && site.commentary(month).is_some()
}

fn comment(site: &Site, reads: &Reads) -> Option<Comment> {
    let months = site.publication.months.iter().rev().map(|month| month.month);
    let (month, text) = months.filter_map(|month| Some((month, site.commentary(month)?))).next()?;
    let words = short_forms::in_words(text.read(reads).into(), site.publication).ok()?;
    let words = markdown::excerpt(&words, COMMENT);
    (!words.is_empty()).then_some(Comment { month, words })
}

fn current_signals(publication: &Publication) -> Vec<CurrentSignal<'_>> {
    let current = publication.strategies.list.iter().filter_map(|strategy| {
        let signal = strategy.signals.first()?;
        let held = signal.selected.len() + 2;
        let places = if signal.ranking.len() > PLACES { held.max(PLACES) } else { PLACES };
        Some(CurrentSignal { name: &strategy.name, signal, places, next: signal.formation.next() })
    });
    current.collect()
}
