//! Figures of trades: win rate, profit factor, turnover, commissions.
//!
//! Results are those of closed round trips in base currency after commissions, dated by the UTC date of the
//! closing fill. A round trip whose result is not known (no commission reported yet, no exchange rate) counts in
//! `round_trips` and in nothing else; [`unknown_results`] counts them.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::Window;
use super::fx::Rates;
use super::instruments::is_trade;
use super::orders::{Order, orders};
use super::round_trips::{Matching, RoundTrip, round_trips};
use crate::record::{Currency, ExecId, Execution, Record, Side, Snapshot};

/// Nothing is annualized over fewer calendar days, as for returns (GIPS).
const DAYS_FOR_A_YEARLY_RATE: i64 = 365;

/// All figures of trades in a window. Money is in base currency.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TradeFigures {
    /// Fills.
    pub executions: usize,
    /// Orders, by the date of their first fill.
    pub orders: usize,
    /// Round trips closed.
    pub round_trips: usize,
    /// Fills that closed something whose opening is not in the record; they are in no round trip.
    pub without_opening: usize,
    /// See [`win_rate`].
    pub win_rate: Option<f64>,
    /// See [`profit_factor`].
    pub profit_factor: Option<f64>,
    /// See [`average_win`].
    pub average_win: Option<f64>,
    /// See [`average_loss`].
    pub average_loss: Option<f64>,
    /// See [`payoff_ratio`].
    pub payoff_ratio: Option<f64>,
    /// See [`expectancy`].
    pub expectancy: Option<f64>,
    /// [`expectancy`] of the results in basis points of the net liquidation value before each close.
    pub expectancy_bps: Option<f64>,
    /// [`average_win`] of the results in basis points.
    pub average_win_bps: Option<f64>,
    /// [`average_loss`] of the results in basis points.
    pub average_loss_bps: Option<f64>,
    /// See [`holding_days`].
    pub holding_days: Option<f64>,
    /// See [`turnover`].
    pub turnover: Option<f64>,
    /// See [`commissions`].
    pub commissions: Option<f64>,
    /// See [`commissions_bps`].
    pub commissions_bps: Option<f64>,
}

/// The figures of trades in a window.
///
/// All fills are matched before the window is applied: a round trip counts where it was closed, wherever it was
/// opened. Currency conversions are no trades.
pub fn trade_figures(record: &Record, base: Currency, window: Window) -> TradeFigures {
    trade_figures_of(record, base, window, |_| true)
}

/// The same of some fills, and of the round trips that such fills opened and closed; but turnover is that of all trades.
pub fn trade_figures_of(
    record: &Record,
    base: Currency,
    window: Window,
    counts: impl Fn(&ExecId) -> bool,
) -> TradeFigures {
    let rates = Rates::new(base, &record.snapshots);
    let mut fills = trades_in(record, window);
    fills.retain(|fill| counts(&fill.exec_id));
    let Matching { mut closed, mut without_opening, .. } = round_trips(record, base);
    closed.retain(|trip| window.contains(trip.closed_on()) && counts(&trip.opening) && counts(&trip.closing));
    without_opening.retain(|fill| window.contains(fill.date) && counts(&fill.exec_id));
    let counted = |order: &Order| order.fills.iter().all(|fill| counts(&fill.exec_id));
    let results: Vec<f64> = closed.iter().filter_map(|trip| trip.net_base?.to_f64()).collect();
    let results_bps: Vec<f64> = closed.iter().filter_map(RoundTrip::result_bps).collect();
    TradeFigures {
        executions: fills.len(),
        orders: orders(&record.executions)
            .iter()
            .filter(|order| window.contains(order.date()) && counted(order))
            .count(),
        round_trips: closed.len(),
        without_opening: without_opening.len(),
        win_rate: win_rate(&results),
        profit_factor: profit_factor(&results),
        average_win: average_win(&results),
        average_loss: average_loss(&results),
        payoff_ratio: payoff_ratio(&results),
        expectancy: expectancy(&results),
        expectancy_bps: expectancy(&results_bps),
        average_win_bps: average_win(&results_bps),
        average_loss_bps: average_loss(&results_bps),
        holding_days: holding_days(&closed),
        turnover: turnover(record, &rates, window),
        commissions: commissions(&fills, &rates),
        commissions_bps: commissions_bps(&fills, &rates),
    }
}

fn trades_in(record: &Record, window: Window) -> Vec<&Execution> {
    record.executions.iter().filter(|fill| is_trade(fill) && window.contains(fill.utc_date())).collect()
}

/// Round trips closed in the window whose result in base currency is not known.
pub fn unknown_results(record: &Record, base: Currency, window: Window) -> usize {
    let closed = round_trips(record, base).closed;
    closed.iter().filter(|trip| window.contains(trip.closed_on()) && trip.net_base.is_none()).count()
}

/// Fills in the window whose commission in base currency is not known.
pub fn unknown_commissions(record: &Record, base: Currency, window: Window) -> usize {
    let rates = Rates::new(base, &record.snapshots);
    trades_in(record, window).into_iter().filter(|fill| rates.commission(fill).is_none()).count()
}

/// Results above zero over results other than zero, as a fraction; undefined without one of either.
pub fn win_rate(results: &[f64]) -> Option<f64> {
    let wins = results.iter().filter(|result| **result > 0.0).count();
    let losses = results.iter().filter(|result| **result < 0.0).count();
    (wins + losses > 0).then(|| wins as f64 / (wins + losses) as f64)
}

/// Sum of the wins over the sum of the losses without their sign; undefined without a loss.
pub fn profit_factor(results: &[f64]) -> Option<f64> {
    let lost: f64 = results.iter().map(|result| (-result).max(0.0)).sum();
    let won: f64 = results.iter().map(|result| result.max(0.0)).sum();
    (lost > 0.0).then(|| won / lost)
}

/// Mean of the results above zero; undefined without one.
pub fn average_win(results: &[f64]) -> Option<f64> {
    mean(results.iter().copied().filter(|result| *result > 0.0))
}

/// Mean of the results below zero, a negative number; undefined without one.
pub fn average_loss(results: &[f64]) -> Option<f64> {
    mean(results.iter().copied().filter(|result| *result < 0.0))
}

/// Average win over average loss without its sign; undefined without a win or without a loss.
pub fn payoff_ratio(results: &[f64]) -> Option<f64> {
    Some(average_win(results)? / -average_loss(results)?)
}

/// Mean of all results, zeros included: what a round trip brings on average.
pub fn expectancy(results: &[f64]) -> Option<f64> {
    mean(results.iter().copied())
}

/// Mean of the calendar days from opening to closing fill, each round trip counted once.
pub fn holding_days(round_trips: &[RoundTrip]) -> Option<f64> {
    mean(round_trips.iter().map(|trip| trip.holding_days() as f64))
}

/// The smaller of what was bought and what was sold, over the mean net liquidation value, per year of 365.25
/// calendar days.
///
/// The years, the mean and the fills are those from the first to the last snapshot of the window. Undefined
/// under 365 days, without a positive mean, or if a fill has no exchange rate: part of the trading would look
/// like a calmer account.
pub fn turnover(record: &Record, rates: &Rates, window: Window) -> Option<f64> {
    let snapshots: Vec<&Snapshot> =
        record.snapshots.iter().filter(|snapshot| window.contains(snapshot.date)).collect();
    let (first, last) = (snapshots.first()?.date, snapshots.last()?.date);
    let days = (last - first).num_days();
    if days < DAYS_FOR_A_YEARLY_RATE {
        return None;
    }
    let (mut bought, mut sold) = (Decimal::ZERO, Decimal::ZERO);
    for fill in trades_in(record, Window { from: Some(first), to: Some(last) }) {
        let traded = if fill.side == Side::Buy { &mut bought } else { &mut sold };
        *traded += rates.notional(fill)?;
    }
    let value = mean(snapshots.iter().filter_map(|snapshot| snapshot.net_liquidation.to_f64()))?;
    let a_year = bought.min(sold).to_f64()? * 365.25 / days as f64;
    (value > 0.0).then(|| a_year / value)
}

/// Commissions in base currency, rebates deducted, over the fills whose commission is known; undefined where
/// none is.
pub fn commissions(fills: &[&Execution], rates: &Rates) -> Option<f64> {
    let known: Vec<Decimal> = fills.iter().filter_map(|fill| rates.commission(fill)).collect();
    if known.is_empty() { None } else { known.iter().sum::<Decimal>().to_f64() }
}

/// Commissions in basis points of the notional traded, over the fills of which both are known.
pub fn commissions_bps(fills: &[&Execution], rates: &Rates) -> Option<f64> {
    let (mut paid, mut traded) = (Decimal::ZERO, Decimal::ZERO);
    for (commission, notional) in fills.iter().filter_map(|fill| rates.commission(fill).zip(rates.notional(fill))) {
        paid += commission;
        traded += notional;
    }
    Some(paid.checked_div(traded)?.to_f64()? * 10_000.0)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, currency, date, snapshot};

    fn usd() -> Currency {
        currency("USD")
    }

    fn record() -> Record {
        let fill = |fill: Fill| fill.commission("1", "USD").done();
        Record {
            executions: vec![
                fill(Fill::buy("X", 10, 100).on("2025-01-02")),
                fill(Fill::sell("X", 10, 110).on("2025-01-12")),
                fill(Fill::buy("Y", 10, 100).on("2025-01-12")),
                fill(Fill::sell("Y", 10, 95).on("2025-02-01")),
                fill(Fill::buy("Z", 1, 100).on("2025-02-01")),
                Fill::buy("EUR.USD", 500, 1).class("CASH").on("2025-02-01").done(),
            ],
            snapshots: vec![
                snapshot("2025-01-01", 10_000),
                snapshot("2025-01-31", 20_000),
                snapshot("2026-01-01", 30_000),
            ],
            ..Record::default()
        }
    }

    #[test]
    fn the_figures_of_a_win_and_a_loss() {
        // X: 100 - 2 = 98, or 98 bps of 10,000; Y: -50 - 2 = -52, or -26 bps of 20,000.
        let figures = trade_figures(&record(), usd(), Window::default());
        assert_eq!((figures.executions, figures.orders, figures.round_trips), (5, 5, 2));
        assert_eq!(figures.win_rate, Some(0.5));
        assert_eq!(figures.profit_factor, Some(98.0 / 52.0));
        assert_eq!((figures.average_win, figures.average_loss), (Some(98.0), Some(-52.0)));
        assert_eq!(figures.payoff_ratio, Some(98.0 / 52.0));
        assert_eq!(figures.expectancy, Some(23.0));
        assert!((figures.expectancy_bps.unwrap() - 36.0).abs() < 1e-12);
        assert!((figures.average_loss_bps.unwrap() + 26.0).abs() < 1e-12);
        assert_eq!(figures.holding_days, Some(15.0));
        // Bought 2,100, sold 2,050, mean value 20,000, 365 days.
        assert!((figures.turnover.unwrap() - 2050.0 / 20_000.0 * 365.25 / 365.0).abs() < 1e-15);
        assert_eq!(figures.commissions, Some(5.0));
        assert!((figures.commissions_bps.unwrap() - 5.0 / 4150.0 * 1e4).abs() < 1e-12);
    }

    #[test]
    fn a_window_keeps_what_was_closed_in_it_and_matches_with_what_came_before() {
        let window = Window { from: Some(date("2025-02-01")), to: None };
        let figures = trade_figures(&record(), usd(), window);
        assert_eq!((figures.executions, figures.round_trips, figures.expectancy), (2, 1, Some(-52.0)));
        assert_eq!((figures.win_rate, figures.profit_factor), (Some(0.0), Some(0.0)));
        assert_eq!(figures.turnover, None, "under a year");
    }

    #[test]
    fn nothing_traded_leaves_every_figure_undefined() {
        assert_eq!(trade_figures(&Record::default(), usd(), Window::default()), TradeFigures::default());
    }

    #[test]
    fn a_profit_factor_needs_a_loss_and_a_zero_is_neither() {
        assert_eq!(profit_factor(&[1.0, 0.0]), None);
        assert_eq!(win_rate(&[1.0, 0.0]), Some(1.0));
        assert_eq!(win_rate(&[0.0]), None);
        assert_eq!(payoff_ratio(&[1.0]), None);
    }

    #[test]
    fn an_unreported_commission_is_counted_and_its_round_trip_has_no_result() {
        let mut record = record();
        record.executions[1].commission = None;
        let figures = trade_figures(&record, usd(), Window::default());
        assert_eq!((figures.round_trips, figures.expectancy), (2, Some(-52.0)));
        assert_eq!(figures.commissions, Some(4.0));
        assert_eq!(unknown_results(&record, usd(), Window::default()), 1);
        assert_eq!(unknown_commissions(&record, usd(), Window::default()), 1);
    }
}
