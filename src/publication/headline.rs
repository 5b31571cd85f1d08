//! The cards at the top of the first page.

use super::disclosure::{Disclosure, Published};
use super::view::{Card, Facts};
use crate::analysis::catalogue::Unit;
use crate::analysis::performance::Performance;
use crate::analysis::stats::{BenchmarkStats, Stats};
use crate::format::{Sign, day, number, percent as percent_text};

/// The headline: what a visitor has five seconds for.
pub fn cards(stats: &Stats, daily: &Performance, facts: &Facts, disclosure: &Disclosure) -> Vec<Card> {
    let shown = |value: Option<f64>| value.map(|value| disclosure.period(value).get());
    let since = format!("since {}, {}", day(facts.inception), facts.observed);
    let mut cards = vec![percent("returns.total", "Net return since inception", shown(stats.returns.total), since)];
    cards.push(match stats.returns.annualized {
        Some(_) => percent(
            "returns.annualized",
            "A year",
            shown(stats.returns.annualized),
            format!("over {:.1} years", facts.calendar_days as f64 / 365.25),
        ),
        None => percent(
            "returns.annualized",
            "A year",
            None,
            format!("needs 365 days, has {}; shorter periods are not annualized", facts.calendar_days),
        ),
    });
    cards.push(percent("returns.ytd", "This year", shown(stats.returns.ytd), format!("to {}", day(facts.as_of))));
    if let Some((name, benchmark)) = facts.benchmark.as_deref().zip(stats.benchmark.as_ref()) {
        let card = points(
            "benchmark.excess_total",
            shown(benchmark.excess_total),
            against(name, benchmark, facts, disclosure),
        );
        // Being ahead of an index that leaves dividends out is no gain to be coloured as one.
        let sign = if facts.without_dividends { 0 } else { card.sign };
        cards.push(Card { label: format!("Against {name}"), sign, ..card });
    }
    let sharpe_note = format!("{}, risk-free {}%", facts.observed, facts.risk_free * 100.0);
    let no_sharpe = || stats.lacks().unwrap_or_else(|| "the returns do not differ".into());
    let sharpe = stats.risk.sharpe.map(|value| disclosure.figure(value, Unit::Ratio).get());
    cards.push(Card {
        id: "risk.sharpe".into(),
        label: "Sharpe ratio".into(),
        value: sharpe.map_or("n/a".into(), |value| number(value, disclosure.digits().figures, Sign::Minus)),
        sign: 0,
        note: if sharpe.is_some() { sharpe_note } else { no_sharpe() },
    });
    cards.push(percent(
        "drawdown.max",
        "Worst drawdown",
        shown(stats.drawdown.max),
        drawdown_note(stats, daily, disclosure),
    ));
    cards
}

/// What the benchmark did, and when, where that is not all of the record.
fn against(name: &str, benchmark: &BenchmarkStats, facts: &Facts, disclosure: &Disclosure) -> String {
    let theirs =
        benchmark.total.map(|value| disclosure.market(value).get()).map_or("not known".to_owned(), signed_percent);
    match (benchmark.from, benchmark.to, benchmark.own_total) {
        (Some(from), Some(to), Some(ours)) if (from, to) != (facts.inception, facts.as_of) => {
            format!(
                "{name} {theirs}, account {}, {} to {}",
                signed_percent(disclosure.period(ours).get()),
                disclosure.day_or_month(from),
                disclosure.day_or_month(to)
            )
        }
        _ => format!("{name} {theirs} over the same dates"),
    }
}

fn drawdown_note(stats: &Stats, daily: &Performance, disclosure: &Disclosure) -> String {
    let dates = match (stats.drawdown.peak, stats.drawdown.valley) {
        (Some(peak), Some(valley)) => format!("{} to {}; ", day(peak), day(valley)),
        _ => String::new(),
    };
    let deepest = stats.drawdown.worst.first().filter(|_| !disclosure.by_day());
    let at_month_ends = deepest.map(|worst| disclosure.daily(worst.depth).get());
    let dates = match at_month_ends {
        Some(depth) => format!("by month-ends {}, {dates}", signed_percent(depth)),
        None => dates,
    };
    let now = match stats.drawdown.current.map(|value| disclosure.daily(value).get()) {
        Some(current) if current < 0.0 => {
            format!("now {} below the peak", signed_percent(-current).replace('+', ""))
        }
        Some(_) => "now at a peak".to_owned(),
        None => format!("{} returns so far", daily.series.days.len()),
    };
    dates + &now
}

fn percent(id: &str, label: &str, value: Option<f64>, note: String) -> Card {
    Card {
        id: id.into(),
        label: label.into(),
        value: value.map_or("n/a".into(), signed_percent),
        sign: value.map_or(0, sign),
        note,
    }
}

fn points(id: &str, value: Option<f64>, note: String) -> Card {
    let text = value.map_or("n/a".into(), |value| signed_percent(value).replace('%', " pp"));
    Card { value: text, ..percent(id, "", value, note) }
}

fn sign(value: f64) -> i8 {
    match value {
        value if value > 0.0 => 1,
        value if value < 0.0 => -1,
        _ => 0,
    }
}

/// `+12.3%` or `−12.3%`.
fn signed_percent(value: f64) -> String {
    percent_text(value, 1, Sign::Both)
}
