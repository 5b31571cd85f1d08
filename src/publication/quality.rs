//! What is missing or odd in the data, told to everybody.

use super::view::Facts;
use crate::analysis::performance::Performance;
use crate::format::{Sign, number};
use crate::record::Record;

/// One sentence for each thing a careful reader should know about the data.
pub fn in_words(record: &Record, daily: &Performance, facts: &Facts, unmatched_notes: usize) -> Vec<String> {
    let mut sentences = vec![gaps(facts)];
    if facts.flow_days > 0 {
        sentences.push(format!(
            "Money came in or went out on {}; returns are time-weighted, with money {}.",
            days(facts.flow_days),
            facts.flow_timing
        ));
    }
    for flow in &daily.large_flows {
        let percent = |value: Option<f64>| match value {
            Some(value) => format!("{} %", number(value * 100.0, 2, Sign::Both)),
            None => "undefined".into(),
        };
        sentences.push(format!(
            "On {} a flow was {:.0} % of the account; that day returned {} as published, {} with flows at the start \
             and {} with flows at the end of the day.",
            flow.date,
            flow.share * 100.0,
            percent(flow.split),
            percent(flow.start),
            percent(flow.end)
        ));
    }
    if let Some(aligned) = daily.aligned.as_ref().filter(|aligned| !aligned.left_out.is_empty()) {
        sentences.push(format!(
            "{} are left out of the comparison with the benchmark, because it has no close within five weekdays.",
            capitalized(&days(aligned.left_out.len()))
        ));
    }
    let without_commission = record.executions.iter().filter(|fill| fill.commission.is_none()).count();
    if without_commission > 0 {
        sentences.push(format!("The commission of {without_commission} fills has not been reported yet."));
    }
    if !record.superseded.is_empty() {
        sentences.push(format!("{} fills were corrected or cancelled by the broker.", record.superseded.len()));
    }
    if unmatched_notes > 0 {
        sentences.push(format!("{unmatched_notes} notes belong to no order shown here."));
    }
    if facts.delay_days > 0 {
        sentences.push(format!(
            "Positions and trades are held back for {} days and are shown up to {}.",
            facts.delay_days, facts.positions_as_of
        ));
    }
    sentences
}

fn gaps(facts: &Facts) -> String {
    match (facts.missing_weekdays, facts.market_holidays) {
        (0, _) => "There is a valuation for every weekday.".into(),
        (missing, 0) => {
            format!("{} have no valuation; the return of the next one covers them.", capitalized(&weekdays(missing)))
        }
        (missing, holidays) => format!(
            "{} have no valuation, {holidays} of them days without a close of the benchmark, most likely market \
             holidays; the return of the next valuation covers them.",
            capitalized(&weekdays(missing))
        ),
    }
}

fn days(count: usize) -> String {
    if count == 1 { "one day".into() } else { format!("{count} days") }
}

fn weekdays(count: usize) -> String {
    if count == 1 { "one weekday".into() } else { format!("{count} weekdays") }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
