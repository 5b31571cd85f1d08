//! Strategies, their signals and their parts of the account as strangers see them.

use super::comparison::{comparison, reason};
use super::contributions::not_attributed;
use super::disclosure::{Disclosure, Published, price_text};
use super::orders::Trades;
use super::strategy_view::{
    ComparisonView, ContributionView, ContributionsView, RankedView, SignalView, SkippedView, StrategiesView,
    StrategyView,
};
use super::view::PositionView;
use crate::analysis::Window;
use crate::analysis::attribution::{Groups, contributions};
use crate::analysis::contributions::Contributions;
use crate::analysis::holding_names::HoldingNames;
use crate::analysis::lineage::Lineage;
use crate::analysis::performance::Performance;
use crate::config::{Config, Rule, Strategy};
use crate::error::Result;
use crate::record::{
    CashFlow, DatedPrice, Execution, Position, PriceSymbol, Ranked, Record, Signal, Snapshot, Ticker,
};
use crate::strategy::assignment::{owner_of_fill, owner_of_position};
use crate::strategy::rules::rule_in_words;

/// A signal saved later than this many days after its month's end was not there to act on.
const DAYS_TO_SAVE: i64 = 31;

/// The record beside its rules, or why it does not stand beside them.
pub struct Compared(Option<ComparisonView>, Option<String>);

impl Compared {
    /// Compares the part of a record that is disclosed, whose `series` are the exact and the published one.
    pub fn of(
        record: &Record,
        config: &Config,
        series: (&Performance, &Performance),
        disclosure: &Disclosure,
    ) -> Self {
        match comparison(record, config, series, disclosure) {
            Ok(found) => Self(found, None),
            Err(error) => Self(None, Some(reason(&error, record))),
        }
    }
}

/// Everything about strategies in the part of a record that is disclosed.
///
/// # Errors
/// A day whose return is undefined.
pub fn strategies(
    record: &Record,
    config: &Config,
    Compared(comparison, no_comparison): Compared,
    trades: &mut Trades,
    positions: &[PositionView],
    disclosure: &Disclosure,
) -> Result<StrategiesView> {
    let several = config.strategy.len() > 1;
    let mut list: Vec<StrategyView> =
        config.strategy.iter().map(|one| strategy(record, config, one, trades, positions, disclosure)).collect();
    list.retain(|strategy| several || !strategy.signals.is_empty());
    Ok(StrategiesView {
        contributions: if several { contributions_of(record, config, &list, disclosure)? } else { None },
        list,
        several,
        planned: std::mem::take(&mut trades.planned),
        unplanned: std::mem::take(&mut trades.unplanned),
        comparison,
        no_comparison,
    })
}

fn strategy(
    record: &Record,
    config: &Config,
    strategy: &Strategy,
    trades: &Trades,
    positions: &[PositionView],
    disclosure: &Disclosure,
) -> StrategyView {
    let shown = record.signals.iter().filter(|signal| signal.strategy == strategy.id);
    let several = config.strategy.len() > 1;
    let owns = |id: &Option<String>| several && id.as_deref() == Some(strategy.id.as_str());
    let of_account = |ticker: &str| {
        let account = &record.snapshots.last()?.account;
        owner_of_position(config, account, &[Ticker::new(ticker)]).map(|owner| owner.id.clone())
    };
    StrategyView {
        id: strategy.id.clone(),
        name: strategy.name.clone(),
        rule: rule_in_words(strategy),
        formula: (strategy.rule == Rule::Momentum).then(|| {
            format!(
                "P(T \u{2212} {}) / P(T \u{2212} {}) \u{2212} 1 with adjusted closes at month-ends, none more than seven days old",
                strategy.skip_months, strategy.lookback_months
            )
        }),
        signals: shown.rev().map(|one| signal(one, strategy, disclosure)).collect(),
        positions: positions.iter().filter(|position| owns(&of_account(&position.symbol))).cloned().collect(),
        orders: trades.owners.iter().filter(|(_, owner)| owns(owner)).map(|(slug, _)| slug.clone()).collect(),
    }
}

/// What a strategy's rule said at one month-end.
pub(super) fn signal(signal: &Signal, strategy: &Strategy, disclosure: &Disclosure) -> SignalView {
    let ticker = |symbol: &PriceSymbol| {
        let member = strategy.universe.iter().find(|member| member.symbol == symbol.as_str());
        member.map_or_else(|| symbol.to_string(), |member| member.ticker().to_string())
    };
    let price = |price: Option<DatedPrice>| price.map(|price| (price_text(price.price), price.date));
    let ranked = |ranked: &Ranked| RankedView {
        rank: ranked.rank,
        change: ranked.change(),
        symbol: ticker(&ranked.symbol),
        name: ranked.name.clone(),
        momentum: ranked.momentum.map(|momentum| disclosure.market(momentum)),
        start: price(ranked.start),
        end: price(ranked.end),
        target_weight: disclosure.target(ranked.target_weight),
    };
    let end = signal.formation.last_day();
    SignalView {
        formation: signal.formation,
        as_of: signal.as_of,
        made_on: signal.made_on,
        made_late: signal.made_on.is_some_and(|made| (made - end).num_days() > DAYS_TO_SAVE),
        ranking: signal.ranking.iter().map(ranked).collect(),
        selected: signal.selected.iter().map(ticker).collect(),
        skipped: signal
            .skipped
            .iter()
            .map(|skipped| SkippedView { symbol: ticker(&skipped.symbol), reason: skipped.reason.clone() })
            .collect(),
    }
}

/// What each strategy brought to the total return up to the newest snapshot disclosed, what belongs to none, and what
/// cannot be attributed; nothing before there is a return.
fn contributions_of(
    record: &Record,
    config: &Config,
    list: &[StrategyView],
    disclosure: &Disclosure,
) -> Result<Option<ContributionsView>> {
    let [first, .., last] = record.snapshots.as_slice() else { return Ok(None) };
    let id = |strategy: &Strategy| strategy.id.clone();
    let (lineage, names) = (Lineage::of(record), HoldingNames::of(record));
    let groups = Groups {
        position: |snapshot: &Snapshot, position: &Position| {
            let tickers = lineage.tickers_of_position(position, snapshot.as_of);
            owner_of_position(config, &snapshot.account, &tickers).map(id)
        },
        fill: |fill: &Execution| owner_of_fill(config, fill, &lineage).map(id),
        income: |flow: &CashFlow| owner_of_position(config, &flow.account, &[names.of_income(flow)?]).map(id),
    };
    let (base, timing) = (config.account.base_currency, config.analysis.flow_timing);
    let found: Contributions<String> = contributions(record, base, timing, Window::default(), groups)?.whole();
    if !found.is_known() {
        return Ok(None);
    }
    let of = |id: Option<&str>| found.parts.get(&id.map(str::to_owned)).copied().unwrap_or_default();
    let part = |strategy: &StrategyView| ContributionView {
        id: Some(strategy.id.clone()),
        name: strategy.name.clone(),
        contribution: disclosure.contribution(of(Some(&strategy.id))),
        weight: weight(&strategy.positions).map(|weight| disclosure.held_weight(weight)),
        is_held: !strategy.positions.is_empty(),
        orders: strategy.orders.len(),
    };
    let rest = ContributionView {
        id: None,
        name: "No strategy: other positions, interest, charges of the account".into(),
        contribution: disclosure.contribution(of(None)),
        weight: None,
        is_held: false,
        orders: 0,
    };
    let unattributed = (found.unattributed_returns > 0).then(|| ContributionView {
        id: None,
        name: not_attributed(&found),
        contribution: disclosure.contribution(found.unattributed),
        weight: None,
        is_held: false,
        orders: 0,
    });
    let parts: Vec<_> = list.iter().map(part).chain([rest]).chain(unattributed).collect();
    let total = disclosure.contribution(parts.iter().map(|part| part.contribution.get()).sum());
    Ok(Some(ContributionsView { from: first.date, to: last.date, total, parts }))
}

/// What positions weigh together; `None` where that of one is not known.
fn weight(positions: &[PositionView]) -> Option<f64> {
    positions.iter().map(|position| position.weight.map(|weight| weight.get())).sum()
}
