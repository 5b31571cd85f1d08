//! How well orders were filled, and what became of planned trades.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Site;
use super::context::{PageContext, PlannedRow};
use crate::Result;
use crate::publication::{OrderView, PlanItemView, Reads, SlippageView, YearOfCosts};
use crate::render::charts;

#[derive(Serialize)]
struct Execution<'a> {
    slippage: &'a SlippageView,
    /// What trading cost by year, where that is shown.
    costs: &'a [YearOfCosts],
    chart: Option<String>,
    /// Orders with unusual slippage.
    outliers: Vec<&'a OrderView>,
    planned: Vec<PlannedRow<'a>>,
    /// Planned trades that were not carried out in full.
    missed: Vec<&'a PlanItemView>,
    /// Orders that no plan has.
    unplanned: Vec<&'a OrderView>,
}

pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let (slippage, planned) = (&publication.slippage, &publication.strategies.planned);
    let orders =
        |wanted: &dyn Fn(&OrderView) -> bool| publication.orders.iter().filter(|order| wanted(order)).collect();
    let outliers: BTreeSet<&String> = slippage.outliers.iter().collect();
    PageContext::new(&Execution {
        slippage,
        costs: &publication.costs,
        chart: charts::slippage(publication)?,
        outliers: orders(&|order| outliers.contains(&order.slug)),
        planned: planned.iter().map(|item| PlannedRow::new(item, publication, reads)).collect(),
        missed: planned.iter().filter(|item| item.state.is_missed()).collect(),
        unplanned: orders(&|order| order.unplanned),
    })
}
