//! What the strategies' rules said, month by month.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{Publication, Reads, SignalView, StrategyView};
use crate::render::charts;

/// Signals shown in full; the earlier ones have one line each.
const FULL: usize = 1;

/// Whether any signal was saved.
pub fn applies(publication: &Publication) -> bool {
    publication.strategies.list.iter().any(has_signals)
}

#[derive(Serialize)]
struct Signals<'a> {
    strategies: Vec<SignalHistory<'a>>,
    several: bool,
}

/// The signals of one strategy, newest first.
#[derive(Serialize)]
pub struct SignalHistory<'a> {
    id: &'a str,
    name: &'a str,
    rule: &'a str,
    formula: Option<&'a str>,
    /// The places in the ranking over time.
    ranks: Option<String>,
    full: &'a [SignalView],
    earlier: &'a [SignalView],
    /// The month that the newest is for.
    next: Option<YearMonth>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let strategies = &site.publication.strategies;
    let with_signals = strategies.list.iter().filter(|strategy| has_signals(strategy));
    PageContext::new(&Signals {
        strategies: with_signals.map(history).collect::<Result<_>>()?,
        several: strategies.several,
    })
}

fn has_signals(strategy: &StrategyView) -> bool {
    !strategy.signals.is_empty()
}

/// A strategy with its signals.
///
/// # Errors
/// What cannot be drawn, which is a mistake of this program.
pub fn history(strategy: &StrategyView) -> Result<SignalHistory<'_>> {
    let (full, earlier) = strategy.signals.split_at(FULL.min(strategy.signals.len()));
    Ok(SignalHistory {
        id: &strategy.id,
        name: &strategy.name,
        rule: &strategy.rule,
        formula: strategy.formula.as_deref(),
        ranks: charts::ranks(strategy)?,
        full,
        earlier,
        next: full.first().map(|signal| signal.formation.next()),
    })
}
