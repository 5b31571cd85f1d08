//! What is missing or odd in the data, as published.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::disclosure::{Disclosure, Published};
use super::listed::Listed;
use super::orders::Trades;
use super::view::Facts;
use crate::analysis::actions::Event;
use crate::analysis::holdings::Holdings;
use crate::analysis::performance::Performance;
use crate::analysis::reconcile::UnexplainedChange;
use crate::analysis::returns::{LargeFlowDay, ReturnSeries};
use crate::calendar::{Exchange, YearMonth};
use crate::format::{self, Sign, day, number};
use crate::record::{ActionKind, Execution, Record};

/// One sentence for each thing a careful reader should know about the data.
pub fn in_words(
    disclosed: &Record,
    daily: &Performance,
    facts: &Facts,
    trades: &Trades,
    disclosure: &Disclosure,
) -> Vec<String> {
    let unmatched_notes = trades.unmatched_notes;
    let mut sentences = vec![missing_sessions(daily.exchange, facts.missing_sessions)];
    if facts.flow_days > 0 {
        sentences.push(format!(
            "Money came in or went out on {}; returns are time-weighted, with money {}.",
            days(facts.flow_days),
            facts.flow_timing
        ));
    }
    sentences.extend(daily.large_flows.iter().map(|flow| large_flow(flow, disclosure)));
    sentences.extend(comparison(daily, facts, disclosure));
    let listed = |fill: &&Execution| trades.listed.fill(&fill.exec_id);
    sentences.extend(without_commission(disclosed.executions.iter().filter(listed)));
    sentences.extend(corrected(disclosed.superseded.iter().filter(listed)));
    sentences.extend(trades.remarks.iter().cloned());
    sentences.extend(without_cost(disclosed));
    // The orders of some may be held back, and how many is nobody's business.
    if unmatched_notes > 0 && facts.delay_days == 0 {
        sentences.push(format!("{unmatched_notes} notes belong to no order shown here."));
    }
    if facts.delay_days > 0 {
        sentences.push(format!(
            "Positions and trades are held back for {} days and are shown up to {}.",
            facts.delay_days,
            day(facts.trades_until)
        ));
    }
    sentences
}

/// Remarks on the data of single months.
pub struct MonthOfData<'a> {
    /// The record as it was known at the end of `until`.
    pub disclosed: &'a Record,
    /// The daily series of all net values.
    pub daily: &'a Performance,
    /// What is unexplained of each change in net value up to `until`.
    pub changes: &'a [UnexplainedChange],
    /// Trading days without a snapshot.
    pub missing: &'a [NaiveDate],
    /// Which orders are shown.
    pub listed: &'a Listed,
    /// The newest date of which positions and trades are shown.
    pub until: NaiveDate,
    /// The newest valuation of those, which is what is said of them.
    pub trades_until: NaiveDate,
}

/// One sentence for each thing a careful reader should know about the data of a month, whose returns are `inside`.
pub fn of_month(data: &MonthOfData, month: YearMonth, inside: &ReturnSeries, disclosure: &Disclosure) -> Vec<String> {
    let in_month = |date: &NaiveDate| YearMonth::of(*date) == month;
    let mut sentences = vec![missing_days(data, &in_month, disclosure)];
    let exchange = data.daily.exchange;
    let unseen = |since: &NaiveDate| exchange.sessions_between(*since, month.first_day()).next().is_some();
    if let Some(since) = inside.start.filter(unseen) {
        sentences
            .push(format!("The month's first return starts on {}, at the last valuation before it.", day(since)));
    }
    let end = inside.end().unwrap_or_else(|| month.last_day());
    let held_back = (data.until < end).then_some(data.trades_until);
    sentences.extend(reconciled(data.changes, held_back, &in_month, disclosure));
    let (disclosed, daily) = (data.disclosed, data.daily);
    let of_month = |fill: &&Execution| in_month(&fill.utc_date()) && data.listed.fill(&fill.exec_id);
    sentences.extend(corrected(disclosed.superseded.iter().filter(of_month)));
    sentences.extend(without_commission(disclosed.executions.iter().filter(of_month)));
    sentences.extend(
        daily.large_flows.iter().filter(|flow| in_month(&flow.date)).map(|flow| large_flow(flow, disclosure)),
    );
    let left_out = daily.aligned.iter().flat_map(|aligned| &aligned.left_out).filter(|day| in_month(day)).count();
    match left_out {
        0 => {}
        1 => sentences.push("One pair of returns is left out of the comparison with the benchmark.".into()),
        count => {
            sentences.push(format!("{count} pairs of returns are left out of the comparison with the benchmark."))
        }
    }
    if let Some(until) = held_back {
        sentences.push(format!("Positions and trades after {} are held back.", day(until)));
    }
    sentences
}

fn missing_days(data: &MonthOfData, in_month: &impl Fn(&NaiveDate) -> bool, disclosure: &Disclosure) -> String {
    let missing: Vec<String> =
        data.missing.iter().filter(|day| in_month(day)).map(|day| format::day_of_year(*day)).collect();
    if missing.is_empty() || !disclosure.by_day() {
        return missing_sessions(data.daily.exchange, missing.len());
    }
    format!(
        "{} no valuation ({}); the return of the next one covers {}.",
        capitalized(&trading_days_have(data.daily.exchange, missing.len())),
        missing.join(", "),
        if missing.len() == 1 { "it" } else { "them" }
    )
}

/// How well the month's changes in net value are explained, as far as positions and trades are shown; nothing where that
/// is not at all.
fn reconciled(
    changes: &[UnexplainedChange],
    held_back_after: Option<NaiveDate>,
    in_month: &impl Fn(&NaiveDate) -> bool,
    disclosure: &Disclosure,
) -> Option<String> {
    let largest = changes
        .iter()
        .filter(|change| in_month(&change.date))
        .max_by(|one, other| one.bps.abs().total_cmp(&other.bps.abs()));
    let up_to = held_back_after.map(|until| format!(" up to {}", day(until))).unwrap_or_default();
    let least = disclosure.least_result_bps();
    match largest.map(|change| (change.date, disclosure.result_bps(change.bps).get())) {
        None if held_back_after.is_some() => None,
        None => {
            Some("No two valuations in a row list positions, so net value cannot be reconciled with them.".into())
        }
        Some((_, 0.0)) => Some(format!(
            "Prices, fills, flows and costs explain each day's net value{up_to} to less than {least} bps."
        )),
        Some((_, bps)) if !disclosure.by_day() => Some(format!(
            "Prices, fills, flows and costs explain each day's net value{up_to}; at most {} bps are left.",
            number(bps.abs(), disclosure.digits().bps, Sign::Minus)
        )),
        Some((date, bps)) => Some(format!(
            "Prices, fills, flows and costs explain each day's net value{up_to}; most is left on {}: {} bps.",
            day(date),
            number(bps, disclosure.digits().bps, Sign::Both)
        )),
    }
}

fn large_flow(flow: &LargeFlowDay, disclosure: &Disclosure) -> String {
    let Some(share) = disclosure.flow(flow.share) else {
        return format!(
            "In {} a flow was large against the account; the month's return depends on when in the day it is counted.",
            YearMonth::of(flow.date).in_words()
        );
    };
    let (digits, fraction) = (disclosure.digits().results, |value| disclosure.sensitivity(value).get());
    let percent = |value: Option<f64>| match value {
        Some(value) => format::percent(fraction(value), digits, Sign::Both),
        None => "undefined".into(),
    };
    let when = if flow.date.pred_opt() == Some(flow.since) {
        format!("On {}", day(flow.date))
    } else {
        format!("Between the valuations of {} and {}", day(flow.since), day(flow.date))
    };
    let share = format::percent(share.get(), 0, Sign::Minus);
    let (split, start, end) = (percent(flow.split), percent(flow.start), percent(flow.end));
    if split == start && start == end {
        return format!(
            "{when} a flow came to {share} of the account; the return is {split}, whether it counts at the start or at the end."
        );
    }
    format!(
        "{when} a flow came to {share} of the account; the return is {split} as published, {start} if it counts at the start \
         and {end} if at the end."
    )
}

fn without_commission<'a>(fills: impl Iterator<Item = &'a Execution>) -> Option<String> {
    match fills.filter(|fill| fill.commission.is_none()).count() {
        0 => None,
        1 => Some("The commission of 1 fill has not been reported yet.".into()),
        count => Some(format!("The commission of {count} fills has not been reported yet.")),
    }
}

fn corrected<'a>(superseded: impl Iterator<Item = &'a Execution>) -> Option<String> {
    // A row that takes a fill back is bookkeeping and no fill itself.
    match superseded.filter(|fill| fill.cancels.is_none()).count() {
        0 => None,
        1 => Some("1 fill was corrected or cancelled by the broker.".into()),
        count => Some(format!("{count} fills were corrected or cancelled by the broker.")),
    }
}

/// What corporate actions and transfers leave open of the cost of instruments.
fn without_cost(disclosed: &Record) -> Vec<String> {
    let sentence = |event: &Event| {
        let open = event.without_cost();
        let symbols: BTreeSet<&str> =
            event.legs.iter().filter(|leg| open.contains(&leg.instrument)).map(|leg| leg.symbol.as_str()).collect();
        let symbols: Vec<&str> = symbols.into_iter().collect();
        let what = match event.kind {
            ActionKind::Transfer => "transfer".to_owned(),
            kind => kind.to_string(),
        };
        format!(
            "Results of {} after the {what} of {} are n/a: no statement says at what cost it was held.",
            symbols.join(" and "),
            day(event.date)
        )
    };
    let holdings = Holdings::of(disclosed);
    holdings.events().filter(|event| !event.without_cost().is_empty()).map(sentence).collect()
}

fn missing_sessions(exchange: Exchange, missing: usize) -> String {
    if missing == 0 {
        return format!("There is a valuation for every {}.", trading_day(exchange));
    }
    let covered = if missing == 1 { "it" } else { "them" };
    let unknown = if exchange.has_calendar() {
        String::new()
    } else {
        format!(" Some may be holidays: those of {exchange} are not known.")
    };
    let have = capitalized(&trading_days_have(exchange, missing));
    format!("{have} no valuation; the return of the next one covers {covered}.{unknown}")
}

/// `one trading day in New York has`, `3 weekdays have`.
fn trading_days_have(exchange: Exchange, count: usize) -> String {
    match count {
        1 => format!("one {} has", trading_day(exchange)),
        _ if exchange.has_calendar() => format!("{count} trading days in {} have", exchange.name()),
        _ => format!("{count} weekdays have"),
    }
}

/// `trading day in New York`, or `weekday` where the holidays of an exchange are not known.
fn trading_day(exchange: Exchange) -> String {
    if exchange.has_calendar() { format!("trading day in {}", exchange.name()) } else { "weekday".into() }
}

/// Where the comparison with the benchmark does not cover the record, and what was left out of it.
fn comparison(daily: &Performance, facts: &Facts, disclosure: &Disclosure) -> Vec<String> {
    let symbol = &daily.benchmark_symbol;
    if let Some(reason) = daily.not_compared.as_ref().filter(|_| !symbol.is_empty()) {
        return vec![format!("The record is not compared with {symbol}: {reason}.")];
    }
    let mut sentences = Vec::new();
    let Some(aligned) = &daily.aligned else { return sentences };
    let name = facts.benchmark.as_deref().unwrap_or(symbol);
    if let Some(found) = aligned.comparison.filter(|found| (found.from, found.to) != (facts.inception, facts.as_of)) {
        sentences.push(format!(
            "The comparison with {name} runs from {} to {}, the first and the last date with a valuation and a close.",
            disclosure.day_or_month(found.from),
            disclosure.day_or_month(found.to)
        ));
    }
    match aligned.left_out.len() {
        0 => {}
        1 => sentences.push(format!(
            "One pair of returns is left out of it: within it {name} has no close for more than five weekdays."
        )),
        count => sentences.push(format!(
            "{count} pairs of returns are left out of it: within them {name} has no close for more than five weekdays."
        )),
    }
    sentences
}

fn days(count: usize) -> String {
    if count == 1 { "one day".into() } else { format!("{count} days") }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
