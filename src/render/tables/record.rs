//! The tables of the account itself: days, months, positions, orders, round trips.

use super::columns::{amounts, counts, dates, numbers, texts};
use super::table::{Column, Table, Values};
use crate::publication::{BroughtPeriod, BroughtRow, PublicResult, Publication};

/// One row for each point of the index: snapshots, or month-ends where no day is published.
pub(super) fn points(publication: &Publication) -> Table {
    let daily = daily(publication);
    if publication.facts.by_day {
        return daily;
    }
    let columns = daily.columns.into_iter().filter(|column| column.name != "daily_return");
    let dated = |column: Column| match column.name {
        "date" => Column { meaning: "date of the last valuation of a month, and of the first of all", ..column },
        _ => column,
    };
    Table { name: "month_ends", meaning: "One row for each month-end.", columns: columns.map(dated).collect() }
}

/// One row for each snapshot.
pub fn daily(publication: &Publication) -> Table {
    let rows = &publication.days;
    let mut columns = vec![
        dates("date", "trading day of the valuation", rows, |day| Some(day.date)),
        numbers("daily_return", "time-weighted return since the valuation before", rows, |day| day.daily_return),
        numbers("index", "growth of 1 since inception", rows, |day| Some(day.index)),
        numbers("drawdown", "index against its highest so far", rows, |day| Some(day.drawdown)),
        numbers("benchmark_index", "growth of 1 in the benchmark over the same dates", rows, |day| {
            day.benchmark_index
        }),
    ];
    columns.extend(amounts("net_liquidation", "net liquidation value in base currency", rows, |day| {
        day.net_liquidation.as_ref()
    }));
    Table { name: "daily", meaning: "One row for each valuation.", columns }
}

pub(super) fn months(publication: &Publication) -> Table {
    let rows = &publication.months;
    let mut columns = vec![
        texts("month", "calendar month", rows, |month| Some(month.month.to_string())),
        numbers("return", "time-weighted return", rows, |month| Some(month.value)),
        numbers("benchmark_return", "the benchmark's over the same dates", rows, |month| month.benchmark),
        numbers("max_drawdown", "deepest fall from a high within the month", rows, |month| month.max_drawdown),
        counts("observations", "returns in it", rows, |month| month.observations as i64),
        counts("partial", "1 where the record covers only part of the month", rows, |month| i64::from(month.partial)),
        Column {
            name: "orders",
            meaning: "orders filled in it; empty where some may be held back",
            values: Values::Counts(rows.iter().map(|month| Some(month.orders? as i64)).collect()),
        },
    ];
    columns.retain(|column| column.name != "max_drawdown" || publication.facts.by_day);
    Table { name: "months", meaning: "One row for each calendar month.", columns }
}

pub(super) fn positions(publication: &Publication) -> Table {
    let rows = &publication.positions;
    let mut columns = vec![
        texts("symbol", "ticker", rows, |position| Some(position.symbol.clone())),
        texts("name", "name", rows, |position| (!position.name.is_empty()).then(|| position.name.clone())),
        numbers("weight", "share of net liquidation value", rows, |position| position.weight),
        numbers("gain", "market price against average cost", rows, |position| position.gain),
        texts("price", "price it is valued at", rows, |position| position.price.clone()),
        texts("currency", "currency of the price", rows, |position| Some(position.currency.clone())),
    ];
    columns.extend(amounts("quantity", "shares", rows, |position| position.quantity.as_ref()));
    columns.extend(amounts("market_value", "value in its currency", rows, |position| position.market_value.as_ref()));
    Table { name: "positions", meaning: "One row for each open position.", columns }
}

/// One row for each order.
pub fn orders(publication: &Publication) -> Table {
    let rows = &publication.orders;
    let mut columns = vec![
        dates("date", "date of the first fill", rows, |order| Some(order.date)),
        texts("symbol", "ticker", rows, |order| Some(order.symbol.clone())),
        texts("side", "BUY or SELL", rows, |order| Some(order.side.to_string())),
        counts("fills", "how many fills", rows, |order| order.fills as i64),
        texts("price", "volume-weighted fill price", rows, |order| Some(order.price.clone())),
        texts("currency", "currency of the price", rows, |order| Some(order.currency.clone())),
        texts("reference_price", "price it is measured against", rows, |order| order.reference_price.clone()),
        numbers("slippage_bps", "fill against reference; positive is unfavourable", rows, |order| order.slippage_bps),
        numbers("commission_bps", "commission on the notional", rows, |order| order.commission_bps),
        numbers("weight", "notional as a share of net liquidation value", rows, |order| order.weight),
        numbers("result_bps", "result of the round trips it closed, of net liquidation value", rows, |order| {
            order.result_bps
        }),
        counts("note", "1 where the trader wrote a note", rows, |order| i64::from(order.note.is_some())),
        texts("page", "name of its page", rows, |order| Some(order.slug.clone())),
    ];
    columns.retain(|column| column.name != "commission_bps" || publication.facts.commissions);
    columns.extend(amounts("quantity", "shares", rows, |order| order.quantity.as_ref()));
    columns.extend(amounts("notional", "notional in the price's currency", rows, |order| order.notional.as_ref()));
    columns.extend(amounts("commission", "commission", rows, |order| order.commission.as_ref()));
    Table { name: "orders", meaning: "One row for each order, newest first.", columns }
}

/// What trading cost by year, where single commissions are not published.
pub(super) fn costs(publication: &Publication) -> Option<Table> {
    let rows = &publication.costs;
    let columns = vec![
        counts("year", "calendar year", rows, |costs| i64::from(costs.year)),
        texts("commissions", "band of commissions against the account's mean value", rows, |costs| {
            Some(costs.band.clone())
        }),
    ];
    (!rows.is_empty()).then_some(Table { name: "costs", meaning: "One row for each year that has ended.", columns })
}

pub(super) fn round_trips(publication: &Publication) -> Table {
    let rows = &publication.round_trips;
    let mut columns = vec![
        texts("symbol", "ticker", rows, |trip| Some(trip.symbol.clone())),
        texts("direction", "long or short", rows, |trip| Some(trip.direction.to_string())),
        dates("opened", "date opened", rows, |trip| Some(trip.opened)),
        dates("closed", "date closed", rows, |trip| Some(trip.closed)),
        counts("holding_days", "calendar days between", rows, |trip| trip.holding_days),
        numbers("net_return", "entry to exit after commissions", rows, |trip| trip.net_return),
        numbers("result_bps", "profit after commissions, of net liquidation value", rows, |trip| trip.result_bps),
        texts("reason", "why there is no result", rows, |trip| {
            Some(trip.reason.clone()).filter(|why| !why.is_empty())
        }),
    ];
    columns.extend(amounts("profit", "profit after commissions in base currency", rows, |trip| trip.profit.as_ref()));
    Table { name: "round_trips", meaning: "One row for each closed round trip, newest first.", columns }
}

pub(super) fn slippage(publication: &Publication) -> Table {
    let groups = |kind: &'static str, rows: &[crate::publication::SlippageGroup]| {
        rows.iter().map(|group| (kind, group.clone())).collect::<Vec<_>>()
    };
    let mut rows = groups("month", &publication.slippage.by_month);
    rows.extend(groups("symbol", &publication.slippage.by_symbol));
    let columns = vec![
        texts("by", "month or symbol", &rows, |(kind, _)| Some((*kind).to_string())),
        texts("key", "the month or the ticker", &rows, |(_, group)| Some(group.key.clone())),
        counts("orders", "orders with a reference price", &rows, |(_, group)| group.orders as i64),
        numbers("mean_bps", "mean slippage; positive is unfavourable", &rows, |(_, group)| Some(group.mean_bps)),
    ];
    Table { name: "slippage", meaning: "One row for each month and each ticker.", columns }
}

pub(super) fn drawdowns(publication: &Publication) -> Table {
    let rows = &publication.drawdowns;
    let columns = vec![
        numbers("depth", "index at the valley against the peak", rows, |drawdown| Some(drawdown.depth)),
        dates("peak", "date of the peak", rows, |drawdown| Some(drawdown.peak)),
        dates("valley", "date of the valley", rows, |drawdown| Some(drawdown.valley)),
        dates("recovery", "first date at or above the peak again", rows, |drawdown| drawdown.recovery),
        counts("duration_days", "calendar days from the peak to the recovery or the last date", rows, |drawdown| {
            drawdown.duration_days
        }),
    ];
    Table { name: "drawdowns", meaning: "The worst drawdowns, deepest first.", columns }
}

/// What each holding contributed, where that is known.
pub(super) fn contributions(publication: &Publication) -> Option<Table> {
    let found = publication.contributions.as_ref()?;
    let columns = vec![
        texts("symbol", "ticker; empty for what belongs to no holding", &found.parts, |part| part.symbol.clone()),
        texts("name", "what it is", &found.parts, |part| Some(part.name.clone()).filter(|name| !name.is_empty())),
        numbers("contribution", "part of the total return", &found.parts, |part| Some(part.contribution)),
    ];
    let meaning = "What each holding contributed, the most first; all rows add up to the total return up to the positions shown.";
    Some(Table { name: "contributions", meaning, columns })
}

/// What each holding contributed month by month, where that is known.
pub(super) fn contributions_by_month(publication: &Publication) -> Option<Table> {
    let found = publication.contributions.as_ref()?;
    let mut rows: Vec<(&BroughtPeriod, &BroughtRow, Option<PublicResult>)> = Vec::new();
    for table in &found.by_month {
        for (at, period) in table.periods.iter().enumerate() {
            let cells = table.rows.iter().filter_map(|row| Some((row, row.cells.get(at)?)));
            // What was not held has no row.
            let shown = cells.filter(|(_, cell)| cell.value.is_some() || cell.unknown);
            rows.extend(shown.map(|(row, cell)| (period, row, cell.value)));
        }
    }
    let columns = vec![
        texts("month", "month", &rows, |(period, ..)| Some(period.from.clone())),
        texts("until", "the last month, where positions are not known at the end of each", &rows, |(period, ..)| {
            Some(period.to.clone()).filter(|to| *to != period.from)
        }),
        texts("symbol", "ticker; empty for what belongs to no holding", &rows, |(_, row, _)| row.symbol.clone()),
        texts("name", "what it is", &rows, |(_, row, _)| Some(row.name.clone()).filter(|name| !name.is_empty())),
        numbers(
            "contribution",
            "part of the total return; empty where positions or a rate are not known",
            &rows,
            |row| row.2,
        ),
    ];
    let meaning =
        "What each holding contributed in each month; all rows add up to the total return up to the positions shown.";
    Some(Table { name: "contributions_by_month", meaning, columns })
}
