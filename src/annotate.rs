//! Notes on orders: written before the trade, completed after it, and the state of each.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::analysis::instruments::same_ticker;
use crate::analysis::lineage::Lineage;
use crate::analysis::notes::{DAYS_TO_WAIT, match_notes};
use crate::analysis::orders::{Order, orders};
use crate::analysis::plans::DAYS_TO_CARRY_OUT;
use crate::analysis::slippage::{intended_entry, slippage_bps};
use crate::format::short_slug;
use crate::record::{Annotation, Plan, PlannedTrade, PreTrade, Record, Side, Ticker};

/// The state of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its order is still to come.
    Planned,
    /// Its order was filled; the outcome is still to be written.
    Matched,
    /// Both halves are written.
    Completed,
    /// No order came in time, or the one it names is not in the record.
    Unmatched,
}

impl State {
    /// The name of the state.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Matched => "matched to order",
            Self::Completed => "completed",
            Self::Unmatched => "unmatched",
        }
    }
}

/// A note in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The date it was written.
    pub date: NaiveDate,
    /// Its ticker.
    pub symbol: Ticker,
    /// The side it names.
    pub side: Option<Side>,
    /// Its state.
    pub state: State,
    /// Its file, relative to the site's root.
    pub path: PathBuf,
    /// A description of its fill, if it has one.
    pub fill: Option<String>,
}

/// All notes by time, with their state on `today`.
pub fn list(record: &Record, today: NaiveDate) -> Vec<Listed> {
    let orders = orders(&record.executions);
    let lineage = Lineage::of(record);
    let matches = match_notes(&record.annotations, &orders, &lineage);
    let order_of = |note: usize| (0..orders.len()).find(|order| matches.of_order(*order) == Some(note));
    let listed = record.annotations.iter().enumerate().map(|(index, note)| {
        let order = order_of(index).and_then(|order| orders.get(order));
        let waiting = (today - note.created_at.date_naive()).num_days() <= DAYS_TO_WAIT;
        let state = match (order, note.post_trade.is_some()) {
            (_, true) => State::Completed,
            (Some(_), false) => State::Matched,
            (None, false) if waiting && note.order.is_none() && note.exec_ids.is_empty() => State::Planned,
            (None, false) => State::Unmatched,
        };
        Listed {
            id: note.id.clone(),
            date: note.created_at.date_naive(),
            symbol: note.symbol.clone(),
            side: note.pre_trade.side,
            state,
            path: note.path.clone(),
            fill: order.map(|order| filled(order, intended_entry(note, order, &lineage))),
        }
    });
    listed.collect()
}

/// `Filled 160 at 188.25 USD on 2026-01-28, 13.3 bps above the intended entry`.
fn filled(order: &Order, intended: Option<Decimal>) -> String {
    let price = order.price.round_dp(4).normalize();
    let head = format!("Filled at {price} {} on {}", order.currency, order.date());
    let bps = intended.and_then(|intended| slippage_bps(order.side, order.price, intended));
    match bps {
        Some(bps) if bps > 0.0 => format!("{head}, {bps:.1} bps worse than intended"),
        Some(bps) if bps < 0.0 => format!("{head}, {:.1} bps better than intended", -bps),
        Some(_) => format!("{head}, as intended"),
        None => head,
    }
}

/// A planned trade without a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The date of the plan.
    pub planned: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// Buy or sell.
    pub side: Side,
    /// The first half of a note, filled in from plan and signal.
    pub pre_trade: PreTrade,
}

/// The trades without a note in each strategy's newest plan, if that is at most ten days old on `today`.
pub fn proposals(record: &Record, today: NaiveDate) -> Vec<Proposal> {
    let open = planned(record, today).filter(|(plan, trade)| note_of(record, plan, trade).is_none());
    open.map(|(plan, trade)| proposal(record, plan, trade)).collect()
}

/// The trades in each strategy's newest plan, if that is at most ten days old.
fn planned(record: &Record, today: NaiveDate) -> impl Iterator<Item = (&Plan, &PlannedTrade)> {
    let mut newest = BTreeSet::new();
    let until_today = record.plans.iter().rev().filter(move |plan| plan.as_of <= today);
    let recent = until_today.filter(move |plan| newest.insert(plan.strategy.clone()));
    let current = recent.filter(move |plan| (today - plan.as_of).num_days() <= DAYS_TO_CARRY_OUT);
    current.flat_map(|plan| plan.trades.iter().map(move |trade| (plan, trade)))
}

fn note_of<'a>(record: &'a Record, plan: &Plan, trade: &PlannedTrade) -> Option<&'a Annotation> {
    record
        .annotations
        .iter()
        .find(|note| is_of(trade, &note.symbol, note.pre_trade.side) && note.created_at.date_naive() >= plan.as_of)
}

fn is_of(trade: &PlannedTrade, symbol: &Ticker, side: Option<Side>) -> bool {
    let same = *symbol == trade.ticker || same_ticker(symbol.as_str(), trade.symbol.as_str());
    same && side == Some(trade.action)
}

/// The note that a planned trade has already, as long as the trade is still to come: a second one would be of no order.
pub fn waiting_note(record: &Record, symbol: &Ticker, side: Side, today: NaiveDate) -> Option<Listed> {
    let (plan, trade) = planned(record, today).find(|(_, trade)| is_of(trade, symbol, Some(side)))?;
    let note = note_of(record, plan, trade)?;
    list(record, today).into_iter().find(|listed| listed.id == note.id && listed.state == State::Planned)
}

fn proposal(record: &Record, plan: &Plan, trade: &PlannedTrade) -> Proposal {
    let percent = |weight: f64| format!("{:.1} %", weight * 100.0);
    Proposal {
        planned: plan.as_of,
        symbol: trade.ticker.clone(),
        side: trade.action,
        pre_trade: PreTrade {
            side: Some(trade.action),
            thesis: reason(record, plan, trade),
            intended_entry: Some(trade.reference_price),
            position_size_rationale: format!(
                "From {} to {} of the account; target {}.",
                percent(trade.current_weight),
                percent(trade.weight_after),
                percent(trade.target_weight)
            ),
            exit_plan: String::new(),
        },
    }
}

/// Why the rule trades it, according to its saved signal.
fn reason(record: &Record, plan: &Plan, trade: &PlannedTrade) -> String {
    let signal = record.signals.iter().find(|one| one.strategy == plan.strategy && one.formation == plan.formation);
    let place = signal.and_then(|signal| {
        signal.ranking.iter().find(|ranked| ranked.symbol == trade.symbol).map(|ranked| (signal, ranked))
    });
    let Some((signal, ranked)) = place else { return String::new() };
    let held = if ranked.target_weight > 0.0 { "selected" } else { "not selected" };
    let momentum = ranked.momentum.map(|momentum| format!(" with {:+.1} %", momentum * 100.0)).unwrap_or_default();
    format!(
        "Rank {} of {} at the end of {}{momentum}: {held}.",
        ranked.rank,
        signal.ranking.len(),
        signal.formation.in_words()
    )
}

/// A new note with an id and a file that no other has.
pub fn new_note(
    record: &Record,
    symbol: Ticker,
    pre_trade: PreTrade,
    body: String,
    created_at: DateTime<Utc>,
) -> Annotation {
    let first = format!("{}-{}", created_at.date_naive(), short_slug(symbol.as_str()));
    let file = |id: &str| PathBuf::from(format!("content/trades/{id}.md"));
    let taken = |id: &str| record.annotations.iter().any(|note| note.id == *id || note.path == file(id));
    let mut id = first.clone();
    for number in 2.. {
        if !taken(&id) {
            break;
        }
        id = format!("{first}-{number}");
    }
    let path = file(&id);
    Annotation {
        id,
        symbol,
        created_at,
        pre_trade,
        post_trade: None,
        order: None,
        exec_ids: Vec::new(),
        body,
        body_line: 1,
        front: None,
        path,
    }
}

#[cfg(test)]
#[path = "annotate_tests.rs"]
mod tests;
