//! How well orders were filled, and what became of planned trades.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::{OrderView, PlanItemView, SlippageView};
use crate::render::charts;

#[derive(Serialize)]
struct Execution<'a> {
    slippage: &'a SlippageView,
    chart: Option<String>,
    /// Orders with unusual slippage.
    outliers: Vec<&'a OrderView>,
    planned: &'a [PlanItemView],
    /// Planned trades that were not carried out in full.
    missed: Vec<&'a PlanItemView>,
    /// Orders that no plan has.
    unplanned: Vec<&'a OrderView>,
}

pub fn context(site: &Site) -> Result<PageContext> {
    let publication = site.publication;
    let (slippage, planned) = (&publication.slippage, &publication.strategies.planned);
    let orders =
        |wanted: &dyn Fn(&OrderView) -> bool| publication.orders.iter().filter(|order| wanted(order)).collect();
    PageContext::new(&Execution {
        slippage,
        chart: charts::slippage(publication)?,
        outliers: orders(&|order| slippage.outliers.contains(&order.slug)),
        planned,
        missed: planned.iter().filter(|item| matches!(item.state, "not traded" | "partly")).collect(),
        unplanned: orders(&|order| order.unplanned),
    })
}
