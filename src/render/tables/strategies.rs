//! The tables of signals, plans and the comparison with the backtest; empty ones are left out.

use super::columns::{counts, dates, numbers, texts};
use super::table::Table;
use crate::publication::{Publication, RankedView, SignalView};

/// The tables about strategies.
pub fn all(publication: &Publication) -> Vec<Table> {
    let tables = [signals(publication), plans(publication), comparison(publication)];
    tables.into_iter().filter(|table| table.rows() > 0).collect()
}

fn signals(publication: &Publication) -> Table {
    let strategies = publication.strategies.list.iter();
    let rows: Vec<(&str, &SignalView, &RankedView)> = strategies
        .flat_map(|strategy| strategy.signals.iter().map(move |signal| (strategy.id.as_str(), signal)))
        .flat_map(|(id, signal)| signal.ranking.iter().map(move |ranked| (id, signal, ranked)))
        .collect();
    let columns = vec![
        texts("strategy", "short name of the strategy", &rows, |(id, ..)| Some((*id).to_owned())),
        texts("formation", "month at whose end it was formed", &rows, |(_, signal, _)| {
            Some(signal.formation.to_string())
        }),
        dates("made_on", "date it was saved", &rows, |(_, signal, _)| signal.made_on),
        counts("rank", "place, from 1", &rows, |(.., ranked)| ranked.rank as i64),
        texts("symbol", "ticker", &rows, |(.., ranked)| Some(ranked.symbol.clone())),
        numbers("momentum", "return it is ranked by", &rows, |(.., ranked)| ranked.momentum),
        numbers("target_weight", "share it is to have", &rows, |(.., ranked)| Some(ranked.target_weight)),
    ];
    Table { name: "signals", meaning: "One row for each place of each month's ranking, newest first.", columns }
}

fn plans(publication: &Publication) -> Table {
    let rows = &publication.strategies.planned;
    let columns = vec![
        dates("planned", "date of the plan", rows, |item| Some(item.planned)),
        dates("made_late", "day it was saved, where that is after its date", rows, |item| item.made_late),
        texts("symbol", "ticker", rows, |item| Some(item.symbol.clone())),
        texts("side", "BUY or SELL", rows, |item| Some(item.side.to_string())),
        texts("state", "done, partly, open, held back or not traded", rows, |item| {
            Some(item.state.in_words().to_owned())
        }),
        texts("planned_price", "reference price of the plan", rows, |item| Some(item.planned_price.clone())),
        texts("price", "volume-weighted fill price", rows, |item| item.price.clone()),
        texts("currency", "currency of both", rows, |item| Some(item.currency.clone())),
        numbers("slippage_bps", "fills against the plan; positive is unfavourable", rows, |item| item.slippage_bps),
        numbers("filled", "shares filled over shares planned", rows, |item| Some(item.filled)),
        texts("page", "name of the order's page", rows, |item| item.slug.clone()),
    ];
    Table { name: "plans", meaning: "One row for each planned trade, newest first.", columns }
}

fn comparison(publication: &Publication) -> Table {
    let rows = publication.strategies.comparison.as_ref().map(|found| found.days.as_slice()).unwrap_or_default();
    let columns = vec![
        dates("date", "trading day of the valuation", rows, |day| Some(day.date)),
        numbers("live_index", "growth of 1 in the account", rows, |day| Some(day.live)),
        numbers(
            "hypothetical_index",
            "growth of 1 in the backtest of the same rules; nobody traded it",
            rows,
            |day| Some(day.backtest),
        ),
    ];
    let meaning = match publication.facts.by_day {
        true => "One row for each valuation: the account, and the hypothetical backtest.",
        false => "One row for each month-end: live, and hypothetical.",
    };
    Table { name: "backtest", meaning, columns }
}
