//! Made-up signals.

use super::TICKERS;
use crate::publication::{Month, RankedView, SignalView, StrategiesView, StrategyView};

/// One strategy with a signal at the end of each month.
pub fn strategies(months: &[Month]) -> StrategiesView {
    let row = |(at, (symbol, name)): (usize, &(&str, &str))| RankedView {
        rank: at + 1,
        change: None,
        symbol: (*symbol).into(),
        name: (*name).into(),
        momentum: Some(0.12 - 0.05 * at as f64),
        start: None,
        end: None,
        target_weight: if at < 3 { 1.0 / 3.0 } else { 0.0 },
    };
    let signal = |month: &Month| SignalView {
        formation: month.month,
        as_of: month.month.last_day(),
        made_on: None,
        made_late: false,
        ranking: TICKERS.iter().enumerate().map(row).collect(),
        selected: TICKERS.iter().take(3).map(|(symbol, _)| (*symbol).into()).collect(),
        skipped: Vec::new(),
    };
    let strategy = StrategyView {
        id: "momentum".into(),
        name: "Momentum".into(),
        rule: "Twelve months without the last".into(),
        formula: Default::default(),
        signals: months.iter().rev().map(signal).collect(),
        positions: Vec::new(),
        orders: Vec::new(),
    };
    StrategiesView { list: vec![strategy], ..StrategiesView::default() }
}
