//! The live record and the backtest, over the cone of expected outcomes.

use super::plot::{Layer, Plot};
use super::scale::{self, span, x_of};
use super::svg::Ink;
use super::{NARROW_DATES, WIDE_DATES, both};
use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{ComparisonView, Published};

/// Growth of 100 in the account and in the backtest of its rules, over the cone of expected outcomes; on the logarithmic
/// scale equal distances are equal returns.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn comparison(comparison: &ComparisonView) -> Result<String> {
    let height = |value: f64| (value * 100.0).max(1e-6).ln();
    let days = &comparison.days;
    let live: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.live.get()))).collect();
    let backtest: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.backtest.get()))).collect();
    let cone = &comparison.cone;
    let edge = |value: f64, date| (x_of(date), height(value));
    let upper: Vec<(f64, f64)> = cone.iter().map(|point| edge(point.high.get(), point.date)).collect();
    let lower: Vec<(f64, f64)> = cone.iter().map(|point| edge(point.low.get(), point.date)).collect();
    let y = span(live.iter().chain(&backtest).chain(&upper).chain(&lower).map(|point| point.1), 0.04);
    let mut layers = Vec::new();
    if !cone.is_empty() {
        layers.push(Layer::Band(upper.into_iter().chain(lower.into_iter().rev()).collect(), Ink::Base));
    }
    layers.push(Layer::Level(height(1.0)));
    // Dashes on the line, so that both are seen where they are one.
    layers.push(Layer::Line(live, Ink::Ours));
    layers.push(Layer::Line(backtest, Ink::Benchmark));
    let dates = |wanted| {
        scale::dates(comparison.from, comparison.to, wanted)
            .into_iter()
            .map(|(date, label)| (x_of(date), label))
            .collect()
    };
    let numbers = |wanted| {
        let numbers = scale::log_numbers(y.0.exp(), y.1.exp(), wanted);
        numbers.into_iter().map(|number| (number.ln(), format::number(number, 0, Sign::Minus))).collect()
    };
    let plot = Plot {
        id: "comparison".into(),
        kind: "comparison",
        title: "Live and hypothetical growth of 100, logarithmic scale".into(),
        description: in_words(comparison),
        x: (x_of(comparison.from), x_of(comparison.to)),
        y,
        x_labels: dates(WIDE_DATES),
        y_labels: numbers(5),
        layers,
    };
    let narrow = Plot { x_labels: dates(NARROW_DATES), y_labels: numbers(4), ..plot.clone() };
    both(&plot, narrow, (340, 260))
}

fn in_words(comparison: &ComparisonView) -> String {
    let grown = |value: f64| format::number(value * 100.0, 1, Sign::Minus);
    let head = format!(
        "100 on {} had become {} in the account and {} in the hypothetical backtest on {}",
        format::day(comparison.from),
        grown(1.0 + comparison.live.get()),
        grown(1.0 + comparison.backtest.get()),
        format::day(comparison.to)
    );
    match comparison.cone.last() {
        Some(end) => {
            format!(
                "{head}; nine of ten drawn records ended between {} and {}.",
                grown(end.low.get()),
                grown(end.high.get())
            )
        }
        None => format!("{head}."),
    }
}
