//! What the strategies' rules said, month by month.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::sentence::{self, Span};
use crate::publication::{Publication, Reads, SignalView, StrategyView};
use crate::render::charts;

/// Signals shown in full; the earlier ones have one line each, and beyond so many they are folded away.
const FULL: usize = 1;
const EARLIER: usize = 12;

/// Whether any signal was saved.
pub fn applies(publication: &Publication) -> bool {
    publication.strategies.list.iter().any(has_signals)
}

#[derive(Serialize)]
struct Signals<'a> {
    /// What the rule is and what came of it, of a single strategy.
    sentence: Vec<Span>,
    has_backtest: bool,
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
    /// The others.
    oldest: &'a [SignalView],
    /// How long each instrument was to be held.
    held: Vec<HeldRow<'a>>,
    /// The month that the newest is for.
    next: Option<YearMonth>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let strategies = &site.publication.strategies;
    let with_signals = strategies.list.iter().filter(|strategy| has_signals(strategy));
    PageContext::new(&Signals {
        sentence: if strategies.several { Vec::new() } else { sentence::of_rule(site.publication) },
        has_backtest: strategies.comparison.is_some(),
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
    let (earlier, oldest) = earlier.split_at(EARLIER.min(earlier.len()));
    Ok(SignalHistory {
        id: &strategy.id,
        name: &strategy.name,
        rule: &strategy.rule,
        formula: strategy.formula.as_deref(),
        ranks: charts::ranks(strategy)?,
        full,
        earlier,
        oldest,
        held: held_rows(strategy),
        next: full.first().map(|signal| signal.formation.next()),
    })
}

/// In which of the months an instrument was to be held.
#[derive(Serialize)]
struct HeldRow<'a> {
    symbol: &'a str,
    held: usize,
    months: usize,
    /// Rectangles one high in a picture that is as wide as there are months.
    bars: String,
}

/// The instruments of the rankings, the one that was to be held longest first. Nothing of fewer than three months.
fn held_rows(strategy: &StrategyView) -> Vec<HeldRow<'_>> {
    let signals: Vec<&SignalView> = strategy.signals.iter().rev().collect();
    let is_ranked = signals.len() > 2 && signals.iter().any(|signal| signal.ranking.len() > signal.selected.len());
    let symbols: BTreeSet<&str> =
        signals.iter().flat_map(|signal| &signal.ranking).map(|row| row.symbol.as_str()).collect();
    let row = |symbol| {
        let held: Vec<bool> =
            signals.iter().map(|signal| signal.selected.iter().any(|selected| selected == symbol)).collect();
        let count = held.iter().filter(|held| **held).count();
        HeldRow { symbol, held: count, months: held.len(), bars: rectangles(&held) }
    };
    let mut rows: Vec<HeldRow> = symbols.into_iter().filter(|_| is_ranked).map(row).collect();
    rows.sort_by(|a, b| b.held.cmp(&a.held).then_with(|| a.symbol.cmp(b.symbol)));
    rows
}

/// A rectangle for each run of months.
fn rectangles(held: &[bool]) -> String {
    let mut at = 0;
    let run = |run: &[bool]| {
        let (from, length) = (at, run.len());
        at += length;
        run.first().is_some_and(|held| *held).then(|| format!("M{from} 0h{length}v1h-{length}z"))
    };
    held.chunk_by(|a, b| a == b).filter_map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn runs_of_months_are_rectangles() {
        assert_eq!(rectangles(&[true, true, false, true]), "M0 0h2v1h-2zM3 0h1v1h-1z");
        assert_eq!(rectangles(&[false]), "");
    }

    #[test]
    fn each_month_of_the_demo_has_three_of_five() {
        let publication = testing::publication();
        let strategy = &publication.strategies.list[0];
        let rows = held_rows(strategy);
        assert_eq!(rows.len(), 5);
        assert_eq!(rows.iter().map(|row| row.held).sum::<usize>(), 3 * strategy.signals.len());
        assert!(rows.is_sorted_by(|a, b| a.held >= b.held));
    }
}
