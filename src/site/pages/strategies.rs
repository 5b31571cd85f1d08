//! What the pages about signals, plans, backtests and single strategies receive.

use serde_json::json;

use super::page_context::PageContext;
use crate::Result;
use crate::publication::{OrderView, Publication, StrategyView};
use crate::render::charts;

/// Signals shown in full on their page; the others in one line each.
const FULL_SIGNALS: usize = 1;

impl PageContext {
    /// The newest signal of each strategy in full, the earlier ones in one line.
    pub(super) fn signals(&mut self, publication: &Publication) {
        let views: Vec<_> = publication
            .strategies
            .list
            .iter()
            .filter(|strategy| !strategy.signals.is_empty())
            .map(of_signals)
            .collect();
        self.context.insert("strategies", &views);
        self.context.insert("several", &publication.strategies.several);
    }

    /// The newest signal of each strategy, for the front.
    pub(super) fn current_signals(&mut self, publication: &Publication) {
        let current = publication.strategies.list.iter().filter_map(|strategy| {
            let signal = strategy.signals.first()?;
            Some(json!({ "name": strategy.name, "signal": signal, "next": signal.formation.next() }))
        });
        self.context.insert("current_signals", &current.collect::<Vec<_>>());
        self.context.insert("several", &publication.strategies.several);
    }

    pub(super) fn backtest(&mut self, publication: &Publication) -> Result<()> {
        let strategies = &publication.strategies;
        self.context.insert("comparison", &strategies.comparison);
        self.context.insert("no_comparison", &strategies.no_comparison);
        if let Some(comparison) = &strategies.comparison {
            self.context.insert("chart", &charts::comparison(comparison)?);
        }
        Ok(())
    }

    pub(super) fn overview(&mut self, publication: &Publication) {
        let strategies = &publication.strategies;
        self.context.insert("strategies", &strategies.list);
        self.context.insert("contributions", &strategies.contributions);
    }

    pub(super) fn strategy(&mut self, publication: &Publication, strategy: &StrategyView) {
        let orders: Vec<&OrderView> =
            publication.orders.iter().filter(|order| strategy.orders.contains(&order.slug)).collect();
        self.context.insert("strategies", &[of_signals(strategy)]);
        self.context.insert("several", &false);
        self.context.insert("strategy", strategy);
        self.context.insert("positions", &strategy.positions);
        self.context.insert("cash_weight", &None::<f64>);
        let largest = strategy.positions.iter().map(|position| position.weight.abs()).fold(0.01, f64::max);
        self.context.insert("largest_weight", &largest);
        self.context.insert("orders", &orders);
        let contributions = publication.strategies.contributions.as_ref();
        let mut parts = contributions.iter().flat_map(|contributions| &contributions.parts);
        self.context.insert("contributions", &contributions);
        self.context.insert("contribution", &parts.find(|part| part.id.as_deref() == Some(&strategy.id)));
    }

    /// What became of planned trades, and what nobody planned.
    pub(super) fn plans(&mut self, publication: &Publication) {
        let strategies = &publication.strategies;
        self.context.insert("planned", &strategies.planned);
        self.context.insert("several", &strategies.several);
        let is_missed = |state: &str| matches!(state, "not traded" | "partly");
        let missed: Vec<_> = strategies.planned.iter().filter(|item| is_missed(item.state)).collect();
        self.context.insert("missed", &missed);
        let unplanned: Vec<&OrderView> = publication.orders.iter().filter(|order| order.unplanned).collect();
        self.context.insert("unplanned", &unplanned);
    }
}

fn of_signals(strategy: &StrategyView) -> serde_json::Value {
    let (full, earlier) = strategy.signals.split_at(FULL_SIGNALS.min(strategy.signals.len()));
    json!({ "id": strategy.id, "name": strategy.name, "rule": strategy.rule, "formula": strategy.formula, "full": full, "earlier": earlier,
        "next": full.first().map(|signal| signal.formation.next()) })
}
