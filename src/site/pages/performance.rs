//! The figures: by month and year, by period, one by one, and over time.

use serde::Serialize;

use super::Site;
use super::context::{MonthTable, PageContext, years};
use crate::Result;
use crate::analysis::catalogue::{Figure, FigureGroup};
use crate::format;
use crate::publication::{Digits, DrawdownView, HoldingsBrought, Period, PublicFigure, Publication, Reads};
use crate::render::charts;

#[derive(Serialize)]
struct Performance<'a> {
    #[serde(flatten)]
    table: MonthTable,
    figures: Vec<FigureRows<'a>>,
    periods: &'a [Period],
    /// What each holding contributed, where that is known.
    contributions: Option<&'a HoldingsBrought>,
    /// The account divided by the index, where there is one.
    against_index: Option<String>,
    /// What each holding contributed, year by year.
    brought_chart: Option<String>,
    drawdowns: &'a [DrawdownView],
    /// The same by depth and length.
    falls_chart: Option<String>,
    /// Charts of the figures that have a value on at least two days.
    rolling: Vec<String>,
    data_quality: &'a [String],
}

/// A group of figures with their values written out.
#[derive(Serialize)]
pub(super) struct FigureRows<'a> {
    id: &'a str,
    name: &'a str,
    pub(super) figures: Vec<FigureRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct FigureRow<'a> {
    id: &'a str,
    name: &'a str,
    value: Option<String>,
    observations: usize,
    observed: &'a str,
    when: Option<String>,
    undefined_because: Option<&'a str>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Performance {
        table: years(site),
        figures: publication.figures.iter().map(|group| figure_rows(group, publication.facts.digits)).collect(),
        periods: &publication.periods,
        contributions: publication.contributions.as_ref(),
        against_index: charts::against_index(publication)?,
        brought_chart: match &publication.contributions {
            Some(found) => charts::brought(&found.by_year)?,
            None => None,
        },
        drawdowns: &publication.drawdowns,
        falls_chart: charts::falls_by_depth(publication)?,
        rolling: rolling(publication)?,
        data_quality: &publication.data_quality,
    })
}

pub(super) fn figure_rows(group: &FigureGroup<PublicFigure>, digits: Digits) -> FigureRows<'_> {
    let rows = group.figures.iter().map(|figure| figure_row(figure, digits));
    FigureRows { id: group.id, name: group.name, figures: rows.collect() }
}

fn figure_row(figure: &Figure<PublicFigure>, digits: Digits) -> FigureRow<'_> {
    FigureRow {
        id: figure.id,
        name: figure.name,
        value: figure.written(digits),
        observations: figure.observations,
        observed: figure.observed,
        when: figure.when.as_deref().map(format::with_dates),
        undefined_because: figure.undefined_because.as_deref(),
    }
}

fn rolling(publication: &Publication) -> Result<Vec<String>> {
    let charts = [
        charts::rolling(publication, "rolling-sharpe", ("Sharpe ratio", "of the last 252 returns"), false, |row| {
            row.sharpe
        })?,
        charts::rolling(
            publication,
            "rolling-volatility",
            ("Volatility", "of the last 63 returns, per year"),
            true,
            |row| row.volatility,
        )?,
        charts::rolling(
            publication,
            "rolling-beta",
            ("Beta to the index", "of the last 252 returns"),
            false,
            |row| row.beta,
        )?,
    ];
    Ok(charts.into_iter().flatten().collect())
}
