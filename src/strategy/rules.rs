//! The rules: from stored prices to a [`Signal`], and from a signal to target weights.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Prices;
use super::momentum::{last_complete_month, momentum, month_end_price};
use crate::calendar::YearMonth;
use crate::config::{Member, Rule, Strategy};
use crate::record::{PriceSymbol, Ranked, Signal, Skipped};

/// The signal of a strategy's rule from the prices known at `as_of`, with the change of each rank since the month before.
/// Later prices are never used.
pub fn signal(strategy: &Strategy, prices: &Prices, as_of: NaiveDate) -> Signal {
    let mut signal = without_changes(strategy, prices, as_of);
    let before = without_changes(strategy, prices, signal.formation.previous().last_day());
    let places: BTreeMap<&PriceSymbol, usize> =
        before.ranking.iter().map(|ranked| (&ranked.symbol, ranked.rank)).collect();
    for ranked in &mut signal.ranking {
        ranked.previous_rank = places.get(&ranked.symbol).copied();
    }
    signal
}

/// The signal without the changes since the month before.
pub fn without_changes(strategy: &Strategy, prices: &Prices, as_of: NaiveDate) -> Signal {
    let formation = last_complete_month(as_of);
    let mut ranking = Vec::new();
    let mut skipped = Vec::new();
    for member in &strategy.universe {
        match ranked(strategy, member, prices, formation) {
            Ok(ranked) => ranking.push(ranked),
            Err(reason) => skipped.push(Skipped { symbol: member.yahoo(), reason }),
        }
    }
    if strategy.rule == Rule::Momentum {
        ranking.sort_by(|a, b| best_first(a, b).then_with(|| a.symbol.cmp(&b.symbol)));
    }
    for (place, ranked) in ranking.iter_mut().enumerate() {
        ranked.rank = place + 1;
        // The nearest float: 1/3 as it is in any other program.
        ranked.target_weight = weight(strategy, ranked).to_string().parse().unwrap_or_default();
    }
    let selected = ranking.iter().filter(|ranked| ranked.target_weight > 0.0).map(|ranked| ranked.symbol.clone());
    let months = |months| (strategy.rule == Rule::Momentum).then_some(months);
    Signal {
        schema: crate::record::schema::Schema::NOW,
        strategy: strategy.id.clone(),
        rule: strategy.rule,
        as_of,
        made_on: None,
        formation,
        lookback_months: months(strategy.lookback_months),
        skip_months: months(strategy.skip_months),
        selected: selected.collect(),
        ranking,
        skipped,
    }
}

fn best_first(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    b.momentum.unwrap_or_default().total_cmp(&a.momentum.unwrap_or_default())
}

/// A member with the prices it is ranked by, not ranked yet.
fn ranked(strategy: &Strategy, member: &Member, prices: &Prices, formation: YearMonth) -> Result<Ranked, String> {
    let series = prices.get(&member.yahoo());
    let (momentum, start, end) = match strategy.rule {
        Rule::Momentum => {
            let found = momentum(series, formation, strategy.lookback_months, strategy.skip_months)?;
            (Some(found.value), Some(found.start), found.end)
        }
        Rule::FixedWeights | Rule::BuyAndHold => (None, None, month_end_price(series, formation)?),
    };
    Ok(Ranked {
        rank: 0,
        previous_rank: None,
        symbol: member.yahoo(),
        name: member.name.clone(),
        momentum,
        start,
        end: Some(end),
        target_weight: 0.0,
    })
}

/// The target weight of a member within the strategy; 0 if it is not selected.
fn weight(strategy: &Strategy, ranked: &Ranked) -> Decimal {
    match strategy.rule {
        Rule::Momentum => {
            let enough =
                strategy.min_momentum.is_none_or(|least| ranked.momentum.is_some_and(|value| value >= least));
            let selected = enough && u32::try_from(ranked.rank).is_ok_and(|rank| rank <= strategy.top_n);
            if selected { Decimal::ONE / Decimal::from(strategy.top_n.max(1)) } else { Decimal::ZERO }
        }
        Rule::FixedWeights | Rule::BuyAndHold if strategy.weights.is_empty() => {
            Decimal::ONE / Decimal::from(strategy.universe.len().max(1))
        }
        Rule::FixedWeights | Rule::BuyAndHold => {
            strategy.weights.get(ranked.symbol.as_str()).copied().unwrap_or_default()
        }
    }
}

/// The exact target weights of the selected symbols within the strategy; the rest is cash.
///
/// `held` is the value of each member held. Under buy and hold the present proportions are the targets, so that only new
/// cash is spread over them.
pub fn targets(
    strategy: &Strategy,
    signal: &Signal,
    held: &BTreeMap<PriceSymbol, Decimal>,
) -> BTreeMap<PriceSymbol, Decimal> {
    let total: Decimal = held.values().filter(|value| **value > Decimal::ZERO).sum();
    if strategy.rule == Rule::BuyAndHold && total > Decimal::ZERO {
        let share = |value: Decimal| value.max(Decimal::ZERO).checked_div(total).unwrap_or_default();
        return held.iter().map(|(symbol, value)| (symbol.clone(), share(*value))).collect();
    }
    let selected = signal.ranking.iter().filter(|ranked| ranked.target_weight > 0.0);
    selected.map(|ranked| (ranked.symbol.clone(), weight(strategy, ranked))).collect()
}

/// The rule as a sentence without its full stop.
pub fn rule_in_words(strategy: &Strategy) -> String {
    let universe = strategy.universe.len();
    match strategy.rule {
        Rule::Momentum => {
            let least =
                strategy.min_momentum.map(|least| format!(", of at least {} %", least * 100.0)).unwrap_or_default();
            let skipped = match strategy.skip_months {
                0 => String::new(),
                1 => ", not counting the latest".to_owned(),
                more => format!(", not counting the latest {more}"),
            };
            format!(
                "each month the {} of {universe} with the highest return over the past {} months{skipped}{least}, in equal weights",
                strategy.top_n, strategy.lookback_months
            )
        }
        Rule::FixedWeights if strategy.weights.is_empty() => {
            format!("each month {universe} instruments in equal weights")
        }
        Rule::FixedWeights => format!("each month {} instruments in fixed weights", strategy.weights.len()),
        Rule::BuyAndHold => "bought once and left alone".to_owned(),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
