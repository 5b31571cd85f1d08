//! What each of several strategies brought to the account, and the page of each.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Site;
use super::context::{HoldingTable, PageContext, holdings};
use super::signals::{SignalHistory, history};
use crate::Result;
use crate::publication::{
    ContributionView, ContributionsView, Facts, OrderView, Publication, Published, Reads, StrategyView,
};

/// Whether there are several to compare.
pub fn applies(publication: &Publication) -> bool {
    publication.strategies.several
}

#[derive(Serialize)]
struct Strategies<'a> {
    strategies: &'a [StrategyView],
    contributions: Option<&'a ContributionsView>,
    /// What each of its parts weighs, in words where that rounds to nothing and is held all the same.
    under: Vec<Option<String>>,
}

fn under(part: &ContributionView, facts: &Facts) -> Option<String> {
    facts.digits.under(part.weight.filter(|_| part.is_held)?.get(), facts.steps.held_weights)
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let (strategies, facts) = (&site.publication.strategies, &site.publication.facts);
    let contributions = strategies.contributions.as_ref();
    let parts = contributions.iter().flat_map(|contributions| &contributions.parts);
    PageContext::new(&Strategies {
        strategies: &strategies.list,
        contributions,
        under: parts.map(|part| under(part, facts)).collect(),
    })
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
    under: Option<String>,
}

/// One strategy.
pub fn strategy(publication: &Publication, strategy: &StrategyView) -> Result<PageContext> {
    let contributions = publication.strategies.contributions.as_ref();
    let mut parts = contributions.iter().flat_map(|contributions| &contributions.parts);
    let contribution = parts.find(|part| part.id.as_deref() == Some(&strategy.id));
    let orders: BTreeSet<&String> = strategy.orders.iter().collect();
    PageContext::new(&OneStrategy {
        strategy,
        strategies: [history(strategy)?],
        several: false,
        holdings: holdings(&strategy.positions, None, &publication.facts),
        orders: publication.orders.iter().filter(|order| orders.contains(&order.slug)).collect(),
        contributions,
        contribution,
        under: contribution.and_then(|part| under(part, &publication.facts)),
    })
}
