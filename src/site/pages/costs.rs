//! What trading cost, how much was traded, and how much of the account was invested.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::costs_sentence::of_costs;
use crate::publication::sentence::Span;
use crate::publication::{CostsView, Exposure, Published, Reads, exposures};
use crate::render::charts;

#[derive(Serialize)]
struct Costs<'a> {
    sentence: Vec<Span>,
    costs: &'a CostsView,
    /// The return since inception, after costs.
    net: Option<f64>,
    /// Whether a cost of any kind is shown.
    shows_costs: bool,
    exposures: Vec<Exposure>,
    chart: Option<String>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let mut exposures = exposures(publication);
    exposures.reverse();
    let costs = &publication.trading_costs;
    let shown = |cost: &crate::publication::Cost| cost.bps.is_some() || cost.band.is_some();
    PageContext::new(&Costs {
        sentence: of_costs(publication),
        costs,
        net: publication.figure("returns.total").and_then(|figure| figure.value).map(Published::get),
        shows_costs: costs.years.iter().any(|year| shown(&year.commissions) || shown(&year.tax)),
        exposures,
        chart: charts::exposure(publication)?,
    })
}
