//! The front: headline, charts, monthly table, positions, signals, latest orders and notes.

use serde::Serialize;
use serde_json::{Value, json};

use super::Site;
use super::context::{NoteRow, PageContext, YearRow, note_rows, years};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::sentence::{self, Span};
use crate::publication::{
    Card, OrderView, Period, PositionView, PublicWeight, Publication, Published, Reads, SignalView,
};
use crate::render::charts;
use crate::render::tables::Table;

/// Latest orders, and latest notes.
const LATEST_ORDERS: usize = 8;
const LATEST_NOTES: usize = 4;

#[derive(Serialize)]
struct Front<'a> {
    /// What the site is, for machines: JSON-LD.
    structured: String,
    /// The record in a sentence.
    sentence: Vec<Span>,
    headline: &'a [Card],
    #[serde(flatten)]
    charts: &'a FrontCharts,
    years: Vec<YearRow>,
    periods: &'a [Period],
    positions: &'a [PositionView],
    cash_weight: Option<PublicWeight>,
    /// What the bars of the weights are measured against.
    largest_weight: f64,
    orders: &'a [OrderView],
    notes: Vec<NoteRow<'a>>,
    current_signals: Vec<CurrentSignal<'a>>,
    several: bool,
}

/// What is drawn on the front. No word of the author's changes it.
#[derive(Debug, Serialize)]
pub struct FrontCharts {
    chart_linear: String,
    chart_log: String,
    chart_drawdown: String,
    chart_months: String,
    /// The numbers behind the charts, for the script that redraws a range.
    series: String,
}

impl FrontCharts {
    /// Draws them.
    ///
    /// # Errors
    /// As the charts.
    pub fn of(publication: &Publication) -> Result<Self> {
        Ok(Self {
            chart_linear: charts::growth(publication, false)?,
            chart_log: charts::growth(publication, true)?,
            chart_drawdown: charts::drawdown(publication)?,
            chart_months: charts::months(publication)?,
            series: charts::series(publication),
        })
    }
}

/// The newest signal of a strategy.
#[derive(Serialize)]
struct CurrentSignal<'a> {
    name: &'a str,
    signal: &'a SignalView,
    /// The month it is for.
    next: YearMonth,
}

pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Front {
        structured: structured(site).to_string().replace('<', "\\u003c"),
        sentence: sentence::of_record(publication),
        headline: &publication.headline,
        charts: site.front_charts()?,
        years: years(site),
        periods: &publication.periods,
        positions: &publication.positions,
        cash_weight: publication.cash_weight,
        largest_weight: largest_weight(&publication.positions, publication.cash_weight),
        orders: publication.orders.get(..LATEST_ORDERS).unwrap_or(&publication.orders),
        notes: note_rows(publication.orders.iter(), publication, reads).take(LATEST_NOTES).collect(),
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

/// The largest of some weights, and at least one percent.
pub fn largest_weight(positions: &[PositionView], cash: Option<PublicWeight>) -> f64 {
    let weights = positions.iter().filter_map(|position| position.weight).chain(cash);
    weights.map(|weight| weight.get().abs()).fold(0.01, f64::max)
}

fn current_signals(publication: &Publication) -> Vec<CurrentSignal<'_>> {
    let current = publication.strategies.list.iter().filter_map(|strategy| {
        let signal = strategy.signals.first()?;
        Some(CurrentSignal { name: &strategy.name, signal, next: signal.formation.next() })
    });
    current.collect()
}
