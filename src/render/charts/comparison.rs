//! The live record and the backtest, over the cone of expected outcomes.

use super::picture::{Panel, Picture};
use super::plot::Layer;
use super::quotient::Quotients;
use super::scale::{self, Axis, x_of};
use super::svg::Ink;
use super::{DATES, end, ends, grown};
use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{ComparisonView, Published};

/// The panels, as parts of the height.
const GROWTH: (f64, f64) = (0.0, 0.64);
const QUOTIENT: (f64, f64) = (0.73, 1.0);

/// Growth of 100 in the account and in the backtest of its rules, over the cone of expected outcomes, and below
/// it how far the one is beyond the other; on the logarithmic scale equal distances are equal returns.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn comparison(comparison: &ComparisonView) -> Result<String> {
    let height = |value: f64| (value * 100.0).max(1e-6).ln();
    let days = &comparison.days;
    let dates: Vec<_> = days.iter().map(|day| day.date).collect();
    let live: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.live.get()))).collect();
    let backtest: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.backtest.get()))).collect();
    let cone = &comparison.cone;
    let edge = |value: f64, date| (x_of(date), height(value));
    let upper: Vec<(f64, f64)> = cone.iter().map(|point| edge(point.high.get(), point.date)).collect();
    let lower: Vec<(f64, f64)> = cone.iter().map(|point| edge(point.low.get(), point.date)).collect();
    let all = [&live, &backtest, &upper, &lower].into_iter().flatten().map(|point| point.1);
    let start = height(1.0);
    let (low, high) = all.fold((start, start), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::of_growth(100.0, (low.exp(), high.exp()), 4);
    let margin = (high - low).max(0.01) * 0.05;
    let mut layers = Vec::new();
    if !cone.is_empty() {
        layers.push(Layer::Band(upper.into_iter().chain(lower.into_iter().rev()).collect(), Ink::Base));
    }
    layers.push(Layer::Line(backtest.clone(), Ink::Benchmark));
    layers.push(Layer::Line(live.clone(), Ink::Ours));
    let panel = Panel {
        edges: GROWTH,
        y: (low - margin, high + margin),
        levels: axis.levels(f64::ln, Sign::Minus, ""),
        base: start,
        layers,
        ..Panel::default()
    };
    let x = (x_of(comparison.from), x_of(comparison.to));
    let quotients =
        Quotients::of(days.iter().map(|day| (day.date, day.live.get(), day.backtest.get()))).at_month_ends();
    let apart = Panel {
        heading: Some(("Account divided by backtest", "100 at the start, at month-ends".into())),
        ..quotients.panel(QUOTIENT)
    };
    let words = [
        end("Account", &grown(1.0 + comparison.live.get()), ""),
        end("Backtest", &grown(1.0 + comparison.backtest.get()), "hypothetical"),
    ];
    let picture = Picture {
        id: "comparison".into(),
        kind: "comparison",
        title: "Growth of 100".into(),
        note: "account and hypothetical backtest, log scale".into(),
        description: in_words(comparison),
        height: "tall",
        x,
        ticks: scale::ticks(&dates, DATES),
        letters: ends(&panel, x, &[live, backtest], &words, "tall")
            .into_iter()
            .chain(quotients.end(&apart, x, "tall"))
            .collect(),
        panels: vec![panel, apart],
        ..Picture::default()
    };
    picture.html()
}

fn in_words(comparison: &ComparisonView) -> String {
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
                "{head}; nine of ten resampled records ended between {} and {}.",
                grown(end.low.get()),
                grown(end.high.get())
            )
        }
        None => format!("{head}."),
    }
}
