//! The account beside its universe, bought in equal parts and left alone.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::analysis::returns::annualized;
use crate::publication::sentence::{Span, of_equal_parts};
use crate::publication::{EqualParts, IndexFigures, Publication, Published, Reads};
use crate::render::charts;

/// Whether there is a comparison, or a reason why there is none.
pub fn applies(publication: &Publication) -> bool {
    publication.equal_parts.is_some() || publication.no_equal_parts.is_some()
}

#[derive(Serialize)]
struct Beside<'a> {
    found: Option<&'a EqualParts>,
    why_not: Option<&'a str>,
    sentence: Vec<Span>,
    chart: Option<String>,
    /// The account's own figures where they are of the same dates.
    annualized: Option<f64>,
    volatility: Option<f64>,
    max_drawdown: Option<f64>,
    /// The benchmark's, of its closes on the account's dates.
    index: Option<IndexColumn>,
}

/// What can be said of the benchmark beside them.
#[derive(Serialize)]
struct IndexColumn {
    annualized: Option<f64>,
    volatility: Option<f64>,
    max_drawdown: Option<f64>,
}

impl IndexColumn {
    fn of(publication: &Publication, found: &EqualParts) -> Self {
        let facts = &publication.facts;
        let days = publication.days_until(found.to);
        let IndexFigures { volatility, fall, .. } = IndexFigures::of(days, facts, (facts.periods, facts.is_daily));
        let annualized =
            found.benchmark.and_then(|total| annualized(total.get(), (found.to - found.from).num_days()));
        // As the figures beside them, of which nothing is said of fewer returns.
        Self { annualized, volatility: volatility.filter(|_| found.volatility.is_some()), max_drawdown: fall }
    }
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let found = publication.equal_parts.as_ref();
    let is_same = found.is_some_and(|found| found.to == publication.facts.as_of);
    let own = |id| publication.figure(id).and_then(|figure| figure.value).map(Published::get).filter(|_| is_same);
    PageContext::new(&Beside {
        found,
        why_not: publication.no_equal_parts.as_deref(),
        sentence: found.map(of_equal_parts).unwrap_or_default(),
        chart: found.map(|found| charts::equal_parts(publication, found)).transpose()?.flatten(),
        annualized: own("returns.annualized"),
        volatility: own("risk.volatility"),
        max_drawdown: own("drawdown.max"),
        index: found.map(|found| IndexColumn::of(publication, found)),
    })
}
