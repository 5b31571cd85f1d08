//! How every figure is defined.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::analysis::catalogue::{Figure, FigureGroup, meaning};
use crate::publication::{PublicFigure, Publication, Published, Reads, Steps, is_return};

#[derive(Serialize)]
struct Methodology<'a> {
    figures: Vec<Definitions<'a>>,
    /// What is rounded and why.
    rounding: &'a [String],
    /// What a browser recomputes figures from, as JSON; nothing where there is no figure to compare.
    recompute: Option<String>,
}

/// The index of a record, and figures that follow from it.
#[derive(Serialize)]
struct Recompute<'a> {
    /// Growth of 1 on each day, or at each month-end, as the tables have it.
    index: Vec<f64>,
    /// Days since the first of them, where returns are not those of single sessions.
    days: Option<Vec<i64>>,
    /// Returns a year, where they are.
    periods: Option<f64>,
    /// The risk-free rate a year.
    rate: f64,
    steps: Steps,
    figures: Vec<Recomputed<'a>>,
}

/// A published figure.
#[derive(Serialize)]
struct Recomputed<'a> {
    id: &'a str,
    name: String,
    value: f64,
    digits: usize,
    /// Whether it rests on days that are not published, so that month-ends give another.
    of_days: bool,
}

/// A group of figures.
#[derive(Serialize)]
struct Definitions<'a> {
    id: &'a str,
    name: &'a str,
    figures: Vec<Definition<'a>>,
}

#[derive(Serialize)]
struct Definition<'a> {
    id: &'a str,
    name: &'a str,
    /// What it says, in words.
    meaning: Option<&'static str>,
    formula: &'a str,
    source: &'a str,
    undefined_because: Option<&'a str>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Methodology {
        figures: publication.figures.iter().map(definitions).collect(),
        rounding: &publication.rounding,
        recompute: recompute(publication),
    })
}

fn recompute(publication: &Publication) -> Option<String> {
    let Publication { facts, days, .. } = publication;
    let first = days.first()?.date;
    let is_daily = facts.by_day && facts.is_daily;
    let figures: Vec<Recomputed> = ["returns.total", "risk.volatility", "risk.sharpe", "drawdown.max"]
        .into_iter()
        .filter_map(|id| recomputed(publication, id))
        .collect();
    let recompute = Recompute {
        index: days.iter().map(|day| day.index.get()).collect(),
        days: (!is_daily).then(|| days.iter().map(|day| (day.date - first).num_days()).collect()),
        periods: is_daily.then_some(facts.periods),
        rate: facts.risk_free,
        steps: facts.steps,
        figures,
    };
    // Of what an author writes nothing is in it that could end the element.
    (!recompute.figures.is_empty()).then(|| serde_json::to_string(&recompute).ok()).flatten()
}

fn recomputed<'a>(publication: &'a Publication, id: &'a str) -> Option<Recomputed<'a>> {
    let facts = &publication.facts;
    let figure = publication.figure(id)?;
    let value = figure.value?.get();
    let digits = if is_return(id) { facts.digits.returns } else { facts.digits.figures };
    let of_days = !facts.by_day && id.starts_with("risk.");
    let name = match id {
        "drawdown.max" if !facts.by_day => format!("{}, by month-ends", figure.name),
        _ => figure.name.to_owned(),
    };
    Some(Recomputed { id, name, value, digits, of_days })
}

fn definitions(group: &FigureGroup<PublicFigure>) -> Definitions<'_> {
    Definitions { id: group.id, name: group.name, figures: group.figures.iter().map(definition).collect() }
}

fn definition(figure: &Figure<PublicFigure>) -> Definition<'_> {
    Definition {
        id: figure.id,
        name: figure.name,
        meaning: meaning(figure.id),
        formula: figure.formula,
        source: figure.source,
        undefined_because: figure.undefined_because.as_deref(),
    }
}
