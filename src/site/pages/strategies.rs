//! What each of several strategies brought to the account, and the page of each.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Site;
use super::context::{HoldingTable, PageContext, holdings};
use super::signals::{SignalHistory, history};
use crate::Result;
use crate::publication::{ContributionView, ContributionsView, OrderView, Publication, Reads, StrategyView};

/// Whether there are several to compare.
pub fn applies(publication: &Publication) -> bool {
    publication.strategies.several
}

#[derive(Serialize)]
struct Strategies<'a> {
    strategies: &'a [StrategyView],
    contributions: Option<&'a ContributionsView>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let strategies = &site.publication.strategies;
    PageContext::new(&Strategies { strategies: &strategies.list, contributions: strategies.contributions.as_ref() })
}

#[derive(Serialize)]
struct OneStrategy<'a> {
    strategy: &'a StrategyView,
    /// The history of its signals, as the page of all signals has it.
    strategies: [SignalHistory<'a>; 1],
    several: bool,
    #[serde(flatten)]
    holdings: HoldingTable<'a>,
    orders: Vec<&'a OrderView>,
    contributions: Option<&'a ContributionsView>,
    /// Its own part of them.
    contribution: Option<&'a ContributionView>,
}

/// One strategy.
pub fn strategy(publication: &Publication, strategy: &StrategyView) -> Result<PageContext> {
    let contributions = publication.strategies.contributions.as_ref();
    let mut parts = contributions.iter().flat_map(|contributions| &contributions.parts);
    let orders: BTreeSet<&String> = strategy.orders.iter().collect();
    PageContext::new(&OneStrategy {
        strategy,
        strategies: [history(strategy)?],
        several: false,
        holdings: holdings(&strategy.positions, None, &publication.facts),
        orders: publication.orders.iter().filter(|order| orders.contains(&order.slug)).collect(),
        contributions,
        contribution: parts.find(|part| part.id.as_deref() == Some(&strategy.id)),
    })
}
