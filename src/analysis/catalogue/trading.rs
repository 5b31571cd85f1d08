//! The benchmark and the trades.

use super::{Figure, Sample, Unit, needs};
use crate::analysis::returns::MIN_DAYS_TO_ANNUALIZE;
use crate::analysis::stats::{BenchmarkStats, Stats};
use crate::analysis::three_years::MONTHS;

const NO_SPREAD: &str = "the returns do not differ";

pub(super) fn benchmark(stats: &Stats) -> Vec<Figure> {
    let none = BenchmarkStats::default();
    let figures = stats.benchmark.as_ref().unwrap_or(&none);
    let pairs = Sample { observations: figures.observations, observed: "pairs of returns" };
    let full = Sample { observations: stats.full_months, observed: "full months in a row" };
    let window = figures.from.zip(figures.to).map(|(from, to)| format!("{from} to {to}"));
    let not_compared = stats.not_compared.as_deref().unwrap_or("there is nothing to compare with");
    let lacks = figures.lacks().map(|lacks| lacks.replace("returns", "pairs of returns"));
    let reason = |otherwise: &str| match (&stats.benchmark, &lacks) {
        (None, _) => not_compared.to_owned(),
        (Some(_), Some(lacks)) => lacks.clone(),
        (Some(_), None) => otherwise.to_owned(),
    };
    let year = |otherwise: &str| {
        let short = figures.calendar_days < MIN_DAYS_TO_ANNUALIZE;
        reason(&if short {
            needs(MIN_DAYS_TO_ANNUALIZE, "days", figures.calendar_days)
        } else {
            otherwise.to_owned()
        })
    };
    let total = |id, name, value, formula| {
        let reason =
            if stats.benchmark.is_none() { not_compared } else { "the returns are beyond what a number can hold" };
        pairs.figure(id, name, Unit::Percent, value).formula(formula).when(window.clone()).because(reason)
    };
    vec![
        total(
            "benchmark.total",
            "Benchmark total return",
            figures.total,
            "last close / first close − 1, in the account's currency, between the first and the last date on which the record \
             has a valuation and the benchmark a close",
        ),
        total("benchmark.own_total", "Account total return", figures.own_total, "between the same two dates"),
        total(
            "benchmark.excess_total",
            "Excess total return",
            figures.excess_total,
            "the account's total return − the benchmark's, between the same two dates",
        ),
        pairs
            .figure("benchmark.alpha", "Alpha", Unit::Percent, figures.alpha)
            .formula("(1 + mean(e − β e_b))^P − 1, e over the risk-free rate")
            .source("Jensen (1968); as empyrical")
            .when(window.clone())
            .because(year("the benchmark did not move")),
        pairs
            .figure("benchmark.beta", "Beta", Unit::Ratio, figures.beta)
            .formula("cov(r, b) / var(b), ddof 1; pairs of returns between dates with a valuation and a close")
            .when(window.clone())
            .because(reason("the benchmark did not move")),
        pairs
            .figure("benchmark.correlation", "Correlation", Unit::Ratio, figures.correlation)
            .formula("Pearson correlation of the pairs")
            .when(window.clone())
            .because(reason(NO_SPREAD)),
        pairs
            .figure("benchmark.r_squared", "R²", Unit::Ratio, figures.r_squared)
            .formula("correlation²")
            .when(window.clone())
            .because(reason(NO_SPREAD)),
        pairs
            .figure("benchmark.tracking_error", "Tracking error", Unit::Percent, figures.tracking_error)
            .formula("std(r − b) √P, ddof 1")
            .when(window.clone())
            .because(reason("the returns are beyond what a number can hold")),
        pairs
            .figure("benchmark.information_ratio", "Information ratio", Unit::Ratio, figures.information_ratio)
            .formula("mean(r − b) / std(r − b) √P")
            .source("Goodwin (1998)")
            .when(window.clone())
            .because(reason("the difference to the benchmark does not vary")),
        pairs
            .figure("benchmark.up_capture", "Up capture", Unit::Percent, figures.up_capture)
            .formula("annualized return of the pairs in which the benchmark rose, ours / the benchmark's")
            .source("as empyrical")
            .when(window.clone())
            .because(year("the benchmark never rose")),
        pairs
            .figure("benchmark.down_capture", "Down capture", Unit::Percent, figures.down_capture)
            .formula("annualized return of the pairs in which the benchmark fell, ours / the benchmark's")
            .source("as empyrical")
            .when(window.clone())
            .because(year("the benchmark never fell")),
        full.figure(
            "benchmark.three_year_deviation",
            "Three-year standard deviation of the benchmark",
            Unit::Percent,
            figures.three_year_deviation,
        )
        .formula("s √12 of the benchmark's returns over the account's newest 36 full calendar months (ddof 1)")
        .source("GIPS (2020)")
        .because(match stats.benchmark {
            None => not_compared.to_owned(),
            Some(_) => full.needs(MONTHS, "the benchmark has no close at the ends of one of the months"),
        }),
    ]
}

pub(super) fn trades(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.trades;
    let trips = Sample { observations: figures.round_trips, observed: "round trips" };
    let fills = Sample { observations: figures.executions, observed: "fills" };
    let orders = Sample { observations: figures.orders, observed: "orders" };
    let without_opening = Sample { observations: figures.without_opening, observed: "fills" };
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
        count(
            trips,
            "trades.round_trips",
            "Round trips",
            "everything of one opening order that one closing order closed, first in, first out",
        ),
        count(
            without_opening,
            "trades.without_opening",
            "Closing fills left out",
            "fills that closed something whose opening is not in the record; they make no round trip",
        ),
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
            "mean days from first opening to last closing fill",
            no_rate,
        ),
        fills
            .figure("trades.turnover", "Turnover", Unit::Percent, figures.turnover)
            .formula("min(bought, sold) notional / mean net liquidation value, a year")
            .because(fills.needs(1, "needs valuations, and the exchange rate of every fill")),
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
