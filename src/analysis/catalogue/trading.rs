//! The benchmark and the trades.

use super::{Figure, Sample, Unit};
use crate::analysis::stats::{BenchmarkStats, Stats};

const NO_SPREAD: &str = "the daily returns do not differ";

pub(super) fn benchmark(stats: &Stats) -> Vec<Figure> {
    let none = BenchmarkStats::default();
    let figures = stats.benchmark.as_ref().unwrap_or(&none);
    let pairs = Sample { observations: figures.observations, observed: "days" };
    let reason = |least, otherwise: &str| match stats.benchmark {
        None => "no benchmark prices".to_owned(),
        Some(_) => pairs.needs(least, otherwise),
    };
    let window = stats.from.zip(stats.to).map(|(from, to)| format!("{from} to {to}"));
    let no_close = "no benchmark close within 5 weekdays before the first or the last snapshot";
    let total = |id, name, value, formula| {
        pairs
            .figure(id, name, Unit::Percent, value)
            .formula(formula)
            .when(window.clone())
            .because(reason(1, no_close))
    };
    vec![
        total(
            "benchmark.total",
            "Benchmark total return",
            figures.total,
            "last adjusted close on or before the last snapshot / that of the first snapshot − 1",
        ),
        total(
            "benchmark.excess_total",
            "Excess total return",
            figures.excess_total,
            "our total return − the benchmark's",
        ),
        pairs
            .figure("benchmark.alpha", "Alpha", Unit::Percent, figures.alpha)
            .formula("(1 + mean(e − β e_b))^P − 1, e over the risk-free rate")
            .source("Jensen (1968); as empyrical")
            .because(reason(2, "the benchmark did not move")),
        pairs
            .figure("benchmark.beta", "Beta", Unit::Ratio, figures.beta)
            .formula("cov(r, b) / var(b), ddof 1")
            .because(reason(2, "the benchmark did not move")),
        pairs
            .figure("benchmark.correlation", "Correlation", Unit::Ratio, figures.correlation)
            .formula("Pearson correlation of daily returns")
            .because(reason(2, NO_SPREAD)),
        pairs
            .figure("benchmark.r_squared", "R²", Unit::Ratio, figures.r_squared)
            .formula("correlation²")
            .because(reason(2, NO_SPREAD)),
        pairs
            .figure("benchmark.tracking_error", "Tracking error", Unit::Percent, figures.tracking_error)
            .formula("std(r − b) √P, ddof 1")
            .because(reason(2, "the returns are beyond what a number can hold")),
        pairs
            .figure("benchmark.information_ratio", "Information ratio", Unit::Ratio, figures.information_ratio)
            .formula("mean(r − b) / std(r − b) √P")
            .source("Goodwin (1998)")
            .because(reason(2, "the difference to the benchmark does not vary")),
        pairs
            .figure("benchmark.up_capture", "Up capture", Unit::Percent, figures.up_capture)
            .formula("annualized return of the days the benchmark rose, ours / the benchmark's")
            .source("as empyrical")
            .because(reason(1, "the benchmark never rose")),
        pairs
            .figure("benchmark.down_capture", "Down capture", Unit::Percent, figures.down_capture)
            .formula("annualized return of the days the benchmark fell, ours / the benchmark's")
            .source("as empyrical")
            .because(reason(1, "the benchmark never fell")),
    ]
}

pub(super) fn trades(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.trades;
    let trips = Sample { observations: figures.round_trips, observed: "round trips" };
    let fills = Sample { observations: figures.executions, observed: "fills" };
    let orders = Sample { observations: figures.orders, observed: "orders" };
    let no_rate = "the exchange rate of a fill, or a commission, is not known";
    let won = figures.win_rate.is_some_and(|rate| rate > 0.0);
    let lost = figures.win_rate.is_some_and(|rate| rate < 1.0);
    let no_win = if won { no_rate } else { "no winning trade yet" };
    let no_loss = if lost { no_rate } else { "no losing trade yet" };
    let trip = |id, name, unit, value, formula, otherwise| {
        trips.figure(id, name, unit, value).formula(formula).because(trips.needs(1, otherwise))
    };
    let count = |sample: Sample, id, name, formula| {
        sample.figure(id, name, Unit::Count, Some(sample.observations as f64)).formula(formula)
    };
    vec![
        count(fills, "trades.executions", "Fills", "fills that count: corrected and cancelled ones are left out"),
        count(orders, "trades.orders", "Orders", "fills of one account, instrument and permanent order number"),
        count(trips, "trades.round_trips", "Round trips", "opening and closing fills matched first in, first out"),
        trip(
            "trades.win_rate",
            "Win rate",
            Unit::Percent,
            figures.win_rate,
            "closed round trips with profit > 0 / those with profit ≠ 0, after the commissions of both legs",
            "no trade with a profit or loss yet",
        ),
        trip(
            "trades.profit_factor",
            "Profit factor",
            Unit::Ratio,
            figures.profit_factor,
            "gross profit / gross loss",
            no_loss,
        ),
        trip(
            "trades.payoff_ratio",
            "Payoff ratio",
            Unit::Ratio,
            figures.payoff_ratio,
            "average win / |average loss|",
            if won { no_loss } else { no_win },
        ),
        trip(
            "trades.average_win_bps",
            "Average win",
            Unit::BasisPoints,
            figures.average_win_bps,
            "mean profit of the winning round trips in basis points of the value before the closing fill",
            no_win,
        ),
        trip(
            "trades.average_loss_bps",
            "Average loss",
            Unit::BasisPoints,
            figures.average_loss_bps,
            "mean loss of the losing round trips in basis points of the value before the closing fill",
            no_loss,
        ),
        trip(
            "trades.expectancy_bps",
            "Expectancy",
            Unit::BasisPoints,
            figures.expectancy_bps,
            "mean result of all closed round trips in basis points of the value before the closing fill",
            no_rate,
        ),
        trip(
            "trades.average_win",
            "Average win, in money",
            Unit::Amount,
            figures.average_win,
            "mean profit of the winning round trips in base currency",
            no_win,
        ),
        trip(
            "trades.average_loss",
            "Average loss, in money",
            Unit::Amount,
            figures.average_loss,
            "mean loss of the losing round trips in base currency",
            no_loss,
        ),
        trip(
            "trades.expectancy",
            "Expectancy, in money",
            Unit::Amount,
            figures.expectancy,
            "mean result of all closed round trips in base currency",
            no_rate,
        ),
        trip(
            "trades.holding_days",
            "Holding time",
            Unit::Days,
            figures.holding_days,
            "mean days from opening to closing fill",
            no_rate,
        ),
        fills
            .figure("trades.turnover", "Turnover", Unit::Percent, figures.turnover)
            .formula("min(bought, sold) notional / mean net liquidation value, a year")
            .because(fills.needs(1, "needs snapshots, and the exchange rate of every fill")),
        fills
            .figure("trades.commissions", "Commissions", Unit::Amount, figures.commissions)
            .formula("sum of commissions in base currency")
            .because(fills.needs(1, no_rate)),
        fills
            .figure("trades.commissions_bps", "Commissions of notional", Unit::BasisPoints, figures.commissions_bps)
            .formula("commissions / traded notional × 10000")
            .because(fills.needs(1, no_rate)),
    ]
}
