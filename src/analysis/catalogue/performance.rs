//! Returns, risk and drawdown.

use chrono::{Months, NaiveDate};

use super::{Figure, Sample, Unit, needs};
use crate::analysis::periods::DatedValue;
use crate::analysis::returns::MIN_DAYS_TO_ANNUALIZE;
use crate::analysis::stats::Stats;
use crate::analysis::three_years::MONTHS;

fn returns_of(stats: &Stats) -> Sample {
    Sample { observations: stats.observations, observed: "returns" }
}

fn months(stats: &Stats) -> Sample {
    Sample { observations: stats.returns.by_month.len(), observed: "months" }
}

/// Why there is no year rate.
fn short_of_a_year(stats: &Stats) -> String {
    needs(MIN_DAYS_TO_ANNUALIZE, "days", stats.calendar_days)
}

fn span(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<String> {
    from.zip(to).map(|(from, to)| format!("{from} to {to}"))
}

const NO_RETURN: &str = "the returns are beyond what a number can hold";
const NO_LOSS: &str = "no loss yet";
const NO_SPREAD: &str = "the returns do not differ";
const NO_DRAWDOWN: &str = "no drawdown yet";

pub(super) fn returns(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.returns;
    let (all, months) = (returns_of(stats), months(stats));
    let part = |id: &'static str| {
        let part = stats.parts.get(id);
        let sample = Sample { observations: part.map_or(0, |part| part.observations), observed: "returns" };
        (sample, part.and_then(|part| span(Some(part.from), Some(part.to))))
    };
    let to_date = |id, name, value, formula| {
        let (sample, when) = part(id);
        sample.figure(id, name, Unit::Percent, value).formula(formula).when(when).because(all.needs(1, NO_RETURN))
    };
    let trailing = |id, name, value, count| {
        let base = stats.to.and_then(|to| to.checked_sub_months(Months::new(count)));
        let reason = match (base, stats.from) {
            (Some(base), Some(from)) if from > base => {
                format!("needs a record from {base}; this one starts on {from}")
            }
            _ => all.needs(1, NO_RETURN),
        };
        let (sample, when) = part(id);
        sample
            .figure(id, name, Unit::Percent, value)
            .formula("product of (1 + return) over the period up to the newest valuation, − 1; not annualized")
            .when(when)
            .because(reason)
    };
    // Over a gap a return is no day's: it says from when to when.
    let single = |id, [a_day, longer]: [&'static str; 2], value: Option<DatedValue>, formula| {
        let is_a_day = stats.daily && value.is_none_or(|value| value.sessions == 1);
        let when = |value: DatedValue| match value.sessions {
            1 => value.date.to_string(),
            _ => format!("{} to {}", value.since, value.date),
        };
        all.figure(id, if is_a_day { a_day } else { longer }, Unit::Percent, value.map(|day| day.value))
            .formula(formula)
            .when(value.map(when))
            .because(all.needs(1, NO_RETURN))
    };
    let month = |id, name, value: Option<crate::analysis::periods::MonthValue>, formula| {
        months
            .figure(id, name, Unit::Percent, value.map(|month| month.value))
            .formula(formula)
            .when(value.map(|month| month.month))
            .because(months.needs(1, NO_RETURN))
    };
    let named = |daily, sparse| if stats.daily { daily } else { sparse };
    let rate_reason = all.needs(1, "no single rate between −99.99% and 1,000% a year explains the change in value");
    let year_rate_reason =
        if figures.money_weighted_total.is_some() { short_of_a_year(stats) } else { rate_reason.clone() };
    vec![
        all.figure("returns.total", "Total return", Unit::Percent, figures.total)
            .formula(
                "I_T − 1 with I_0 = 1, I_t = I_(t−1) (1 + r_t); r_t = (V_t + W_t) / (V_(t−1) + C_t) − 1: money comes \
                 in at the start of the day and leaves at its end, unless the record's conventions say otherwise",
            )
            .source("GIPS 2020, time-weighted return")
            .when(span(stats.from, stats.to))
            .because(all.needs(1, NO_RETURN)),
        all.figure("returns.annualized", "Annualized return", Unit::Percent, figures.annualized)
            .formula("I_T^(365.25 / calendar days) − 1")
            .source("GIPS 2020: periods under a year are not annualized")
            .when(span(stats.from, stats.to))
            .because(short_of_a_year(stats)),
        all.figure("returns.money_weighted", "Money-weighted return", Unit::Percent, figures.money_weighted)
            .formula("the year rate x with −V_0 − Σ F_i (1+x)^(−d_i/365.25) + V_T (1+x)^(−D/365.25) = 0, F = C − W")
            .source("XIRR, Act/365.25")
            .when(span(stats.from, stats.to))
            .because(year_rate_reason),
        all.figure(
            "returns.money_weighted_total",
            "Money-weighted return, not annualized",
            Unit::Percent,
            figures.money_weighted_total,
        )
        .formula("(1 + x)^(D/365.25) − 1")
        .when(span(stats.from, stats.to))
        .because(rate_reason),
        to_date("returns.mtd", "Month to date", figures.mtd, "product of (1 + return) dated in the month, − 1"),
        to_date("returns.qtd", "Quarter to date", figures.qtd, "product of (1 + return) dated in the quarter, − 1"),
        to_date("returns.ytd", "Year to date", figures.ytd, "product of (1 + return) dated in the year, − 1"),
        trailing("returns.one_year", "1 year", figures.one_year, 12),
        trailing("returns.three_years", "3 years", figures.three_years, 36),
        trailing("returns.five_years", "5 years", figures.five_years, 60),
        single("returns.best_day", ["Best day", "Best single return"], figures.best_day, "highest return"),
        single("returns.worst_day", ["Worst day", "Worst single return"], figures.worst_day, "lowest return"),
        month("returns.best_month", "Best month", figures.best_month, "highest month return"),
        month("returns.worst_month", "Worst month", figures.worst_month, "lowest month return"),
        all.figure("returns.win_days", named("Win days", "Winning returns"), Unit::Percent, figures.win_days)
            .formula("returns > 0 / returns ≠ 0; not the win rate of trades")
            .because(all.needs(1, "no gain or loss yet")),
    ]
}

pub(super) fn risk(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.risk;
    let (all, months) = (returns_of(stats), months(stats));
    let full = Sample { observations: stats.full_months, observed: "full months in a row" };
    let over_drawdown = if stats.drawdown.max == Some(0.0) { NO_DRAWDOWN } else { NO_RETURN };
    let because = |otherwise: &str| stats.lacks().unwrap_or_else(|| otherwise.to_owned());
    let calmar_reason = match stats.returns.annualized {
        None => stats.lacks().unwrap_or_else(|| short_of_a_year(stats)),
        Some(_) => because(over_drawdown),
    };
    vec![
        all.figure("risk.volatility", "Volatility", Unit::Percent, figures.volatility)
            .formula("s √P: sample standard deviation of the returns (ddof 1), P returns a year")
            .because(because(NO_RETURN)),
        all.figure("risk.sharpe", "Sharpe ratio", Unit::Ratio, figures.sharpe)
            .formula(
                "mean(e) / std(e) √P, ddof 1; e = return − risk-free rate of its time: (1 + risk-free)^(1/P) − 1 a day, \
                 or of the calendar days between valuations that are further apart",
            )
            .source("Sharpe (1994)")
            .because(because(NO_SPREAD)),
        all.figure("risk.sortino", "Sortino ratio", Unit::Ratio, figures.sortino)
            .formula("mean(e) / √mean(min(e, 0)²) √P")
            .source("Sortino and Price (1994)")
            .because(because("no return below the risk-free rate yet")),
        all.figure("risk.calmar", "Calmar ratio", Unit::Ratio, figures.calmar)
            .formula("annualized return / |maximum drawdown|")
            .source("Young (1991)")
            .because(calmar_reason),
        all.figure("risk.recovery_factor", "Recovery factor", Unit::Ratio, figures.recovery_factor)
            .formula("total return / |maximum drawdown|")
            .because(all.needs(1, over_drawdown)),
        all.figure("risk.omega", "Omega ratio", Unit::Ratio, figures.omega)
            .formula("Σ max(r, 0) / Σ max(−r, 0), threshold 0")
            .source("Keating and Shadwick (2002)")
            .because(because(NO_LOSS)),
        months
            .figure("risk.gain_to_pain", "Gain to pain", Unit::Ratio, figures.gain_to_pain)
            .formula("Σ month returns / Σ |min(month return, 0)|")
            .source("Schwager (2012)")
            .because(months.needs(1, "no losing month yet")),
        full.figure("risk.three_year_deviation", "Three-year standard deviation", Unit::Percent, figures.three_year_deviation)
            .formula("s √12: sample standard deviation of the returns of the newest 36 full calendar months (ddof 1)")
            .source("GIPS (2020)")
            .because(full.needs(MONTHS, NO_RETURN)),
        all.figure("risk.skewness", "Skewness", Unit::Ratio, figures.skewness)
            .formula("bias-corrected: n √(n−1) / (n−2) M3 / M2^1.5, Mk = Σ (r − m)^k")
            .because(because(NO_SPREAD)),
        all.figure("risk.kurtosis", "Excess kurtosis", Unit::Ratio, figures.kurtosis)
            .formula("bias-corrected: n (n+1) (n−1) / ((n−2)(n−3)) M4 / M2² − 3 (n−1)² / ((n−2)(n−3))")
            .because(because(NO_SPREAD)),
        all.figure("risk.var_95", "Value at risk 95%", Unit::Percent, figures.var_95)
            .formula("5% quantile of the returns, linear interpolation")
            .because(because(NO_RETURN)),
        all.figure("risk.cvar_95", "Expected shortfall 95%", Unit::Percent, figures.cvar_95)
            .formula("mean of the returns at or below the value at risk")
            .because(because(NO_RETURN)),
        all.figure("risk.tail_ratio", "Tail ratio", Unit::Ratio, figures.tail_ratio)
            .formula("|95% quantile| / |5% quantile| of the returns")
            .because(because("the 5% quantile is 0")),
        all.figure("risk.ulcer_index", "Ulcer index", Unit::Percent, figures.ulcer_index)
            .formula("√mean(D_t²) over the dates with a return")
            .source("Martin and McCann (1989)")
            .because(because(NO_RETURN)),
    ]
}

pub(super) fn drawdown(stats: &Stats) -> Vec<Figure> {
    let figures = &stats.drawdown;
    let all = returns_of(stats);
    let reason = all.needs(1, NO_DRAWDOWN);
    let ends = figures.peak.zip(figures.valley).map(|(peak, valley)| {
        let recovery = figures.recovery.map_or("not recovered".to_owned(), |date| format!("recovered {date}"));
        format!("peak {peak}, valley {valley}, {recovery}")
    });
    let duration = figures.duration_days.map(|days| days as f64);
    vec![
        all.figure("drawdown.max", "Maximum drawdown", Unit::Percent, figures.max)
            .formula("min D_t, D_t = I_t / max(I_0 … I_t) − 1")
            .when(ends)
            .because(reason.as_str()),
        all.figure("drawdown.duration_days", "Duration of the maximum drawdown", Unit::Days, duration)
            .formula("calendar days from the peak to the first date at or above it again, or to the last date")
            .when(span(figures.peak, figures.recovery.or(stats.to).filter(|_| figures.peak.is_some())))
            .because(reason.as_str()),
        all.figure("drawdown.current", "Current drawdown", Unit::Percent, figures.current)
            .formula("D_t on the newest date")
            .when(stats.to)
            .because(reason),
    ]
}
