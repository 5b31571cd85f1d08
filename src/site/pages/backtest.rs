//! The live record beside the simulation of the same rules.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::{ComparisonView, Publication, Reads};
use crate::render::charts;

/// Whether there is a comparison, or a strategy of which to say why there is none.
pub fn applies(publication: &Publication) -> bool {
    let strategies = &publication.strategies;
    strategies.comparison.is_some() || (strategies.no_comparison.is_some() && !strategies.list.is_empty())
}

#[derive(Serialize)]
struct Backtest<'a> {
    comparison: Option<&'a ComparisonView>,
    no_comparison: Option<&'a str>,
    chart: Option<String>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let strategies = &site.publication.strategies;
    PageContext::new(&Backtest {
        comparison: strategies.comparison.as_ref(),
        no_comparison: strategies.no_comparison.as_deref(),
        chart: strategies.comparison.as_ref().map(charts::comparison).transpose()?,
    })
}
