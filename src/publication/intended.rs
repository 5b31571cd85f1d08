//! What was meant before anything was done: signals, plans and theses, as far as a stranger may see them by now.
//!
//! Pages show them with what became of them. Whoever records them before the trade needs them by themselves.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::disclosure::{Disclosure, PublicWeight, price_text};
use super::strategy_view::SignalView;
use super::{Publication, strategies, waits_for_nothing};
use crate::calendar::YearMonth;
use crate::config::Config;
use crate::record::{Annotation, Plan, PlannedTrade, Record, Side, Signal};

/// Everything that was meant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Intended {
    /// What rules said, each with its strategy's id.
    pub signals: Vec<(String, SignalView)>,
    /// Lists of trades.
    pub plans: Vec<IntendedTrades>,
    /// Why orders were to be placed.
    pub theses: Vec<Thesis>,
}

/// A saved list of trades.
#[derive(Debug, Clone, PartialEq)]
pub struct IntendedTrades {
    /// The strategy's id.
    pub strategy: String,
    /// The date it was made for.
    pub as_of: NaiveDate,
    /// When it was saved, as far as the file says.
    pub made_at: Option<DateTime<Utc>>,
    /// The month whose end the signal is of.
    pub formation: YearMonth,
    /// What to trade, without what is too small to be shown.
    pub trades: Vec<IntendedTrade>,
}

/// One trade of such a list.
#[derive(Debug, Clone, PartialEq)]
pub struct IntendedTrade {
    /// Ticker.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// The price it is measured against later, in `currency`.
    pub price: String,
    /// The price's currency.
    pub currency: String,
    /// The position's share before.
    pub weight_before: PublicWeight,
    /// The share it is to have.
    pub weight_target: PublicWeight,
}

/// What a note says that was written before the trade.
#[derive(Debug, Clone, PartialEq)]
pub struct Thesis {
    /// The note's own identity.
    pub id: String,
    /// When it was written, as its file says.
    pub created_at: DateTime<Utc>,
    /// Ticker.
    pub symbol: String,
    /// The side meant, if one is named.
    pub side: Option<Side>,
    /// Why.
    pub thesis: String,
    /// Why this size.
    pub position_size_rationale: String,
    /// When to get out.
    pub exit_plan: String,
    /// The price meant to be traded at.
    pub intended_entry: Option<String>,
}

/// What was meant, of a record of which this is published. Where nothing is held back it is there as soon as it is saved; elsewhere it comes
/// with the trades of its day, and a note with its order.
pub fn intended(record: &Record, publication: Option<&Publication>, config: &Config) -> Intended {
    let disclosure = Disclosure::new(&config.privacy);
    if waits_for_nothing(&disclosure) {
        return of(record, config, &disclosure, |_| true);
    }
    let Some(publication) = publication else { return Intended::default() };
    let notes = publication.orders.iter().filter_map(|order| order.note.as_ref());
    let shown: BTreeSet<&Path> = notes.map(|note| note.path.as_path()).collect();
    let until = publication.shown_until(record.exchange, &disclosure);
    of(&record.until(until), config, &disclosure, |note| shown.contains(note.path.as_path()))
}

/// Everything that was meant, also what is held back: for whoever records it without showing it.
pub fn everything_intended(record: &Record, config: &Config) -> Intended {
    of(record, config, &Disclosure::new(&config.privacy), |_| true)
}

fn of(record: &Record, config: &Config, disclosure: &Disclosure, is_shown: impl Fn(&Annotation) -> bool) -> Intended {
    let signal = |signal: &Signal| {
        let strategy = config.strategy.iter().find(|strategy| strategy.id == signal.strategy)?;
        Some((signal.strategy.clone(), strategies::signal(signal, strategy, disclosure)))
    };
    Intended {
        signals: record.signals.iter().filter_map(signal).collect(),
        plans: record.plans.iter().map(|plan| trades(plan, disclosure)).collect(),
        theses: record.annotations.iter().filter(|note| is_shown(note)).map(thesis).collect(),
    }
}

fn trades(plan: &Plan, disclosure: &Disclosure) -> IntendedTrades {
    let is_listed =
        |trade: &&PlannedTrade| !disclosure.leaves_out((trade.target_weight - trade.current_weight).abs());
    let trade = |trade: &PlannedTrade| IntendedTrade {
        symbol: trade.ticker.to_string(),
        side: trade.action,
        price: price_text(trade.reference_price),
        currency: trade.currency.to_string(),
        weight_before: disclosure.held_weight(trade.current_weight),
        weight_target: disclosure.weight(trade.target_weight),
    };
    IntendedTrades {
        strategy: plan.strategy.clone(),
        as_of: plan.as_of,
        made_at: plan.made_at,
        formation: plan.formation,
        trades: plan.trades.iter().filter(is_listed).map(trade).collect(),
    }
}

fn thesis(note: &Annotation) -> Thesis {
    let pre = note.pre_trade.clone();
    Thesis {
        id: note.id.clone(),
        created_at: note.created_at,
        symbol: note.symbol.to_string(),
        side: pre.side,
        thesis: pre.thesis,
        position_size_rationale: pre.position_size_rationale,
        exit_plan: pre.exit_plan,
        intended_entry: pre.intended_entry.map(price_text),
    }
}
