//! Charts for paper: one size, fixed colours, and alternative text.

use crate::Result;
use crate::publication::{Day, MonthEnd, Published};

use crate::format::Sign;

use super::picture::kept;
use super::plot::{Layer, Plot};
pub use super::print_record::record;
use super::scale::{Axis, x_of};
use super::svg::Ink;
use super::{curves, fall_in_words, growth_in_words, lines, percent_levels, since_inception, ticks, time_span};

/// A chart as a self-contained SVG document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The picture, with its styles inside.
    pub svg: String,
    /// Its alternative text.
    pub alt: String,
    /// Its title.
    pub title: String,
}

/// How many dates fit below a chart.
const DATES: usize = 7;

/// How wide a letter of a date is, and the gap behind it, in which half of the next date stands, as parts of the width.
const LETTER: f64 = 0.014;
const GAP: f64 = 0.03;

/// What is added to a drawing for paper: without colours the index is told from the account by its dashes.
pub(super) const STYLE: &str = "<style>path.bench{stroke-dasharray:42 22}</style>";

/// Growth of 100 in the account and the benchmark on these days, on a logarithmic scale, with the total return and the
/// benchmark's name where they are known, so high.
pub(super) fn growth_of(days: &[Day], named: (Option<f64>, Option<&str>), height: u32) -> Result<Printed> {
    let curves = curves(days, |value| value.max(1e-6).ln());
    let start = 100f64.ln();
    let (low, high) = curves
        .iter()
        .flatten()
        .map(|point| point.1)
        .fold((start, start), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::of_growth(100.0, (low.exp(), high.exp()), 4);
    let margin = (high - low).max(0.01) * 0.04;
    let layers = [Layer::Level(start)].into_iter().chain(lines(&curves)).collect();
    printed(Plot {
        title: "Growth of 100, logarithmic scale".into(),
        description: growth_in_words(days, named),
        height,
        x: time_span(days),
        y: (low - margin, high + margin),
        x_labels: dates(days),
        y_labels: axis.levels(f64::ln, Sign::Minus, ""),
        layers,
    })
}

/// Growth of 100 up to a month's end in the proportions of the picture for links.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn card(days: &[Day], end: &MonthEnd, benchmark: Option<&str>) -> Result<Printed> {
    growth_of(days, (since_inception(&end.periods), benchmark), 128)
}

/// The fall from the highest value so far on these days, with the deepest fall where it is known, so high.
pub(super) fn drawdown_of(days: &[Day], worst: (Option<f64>, bool), height: u32) -> Result<Printed> {
    let points: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), day.drawdown.get())).collect();
    let lowest = points.iter().map(|point| point.1).fold(-0.001, f64::min);
    let axis = Axis::about(0.0, (lowest * 100.0, 0.0), 3);
    printed(Plot {
        title: "Drawdown".into(),
        description: fall_in_words(days, worst),
        height,
        x: time_span(days),
        y: (axis.ends.0 / 100.0 * 1.04, 0.0),
        x_labels: dates(days),
        y_labels: percent_levels(&axis, Sign::Minus),
        layers: vec![Layer::Area(points, Ink::Drawdown), Layer::Level(0.0)],
    })
}

/// The labels of the time axis that have room.
fn dates(days: &[Day]) -> Vec<(f64, String)> {
    let (first, last) = time_span(days);
    let ticks = ticks(days, DATES);
    let places: Vec<f64> = ticks.iter().map(|tick| (tick.x - first) / (last - first)).collect();
    let texts: Vec<&str> = ticks.iter().map(|tick| tick.text.as_str()).collect();
    let kept = kept(&places, &texts, &[(LETTER, GAP)]);
    ticks.iter().zip(kept).filter(|(_, kept)| *kept > 0).map(|(tick, _)| (tick.x, tick.text.clone())).collect()
}

fn printed(plot: Plot) -> Result<Printed> {
    Ok(Printed { svg: plot.document()?, alt: format!("{}. {}", plot.title, plot.description), title: plot.title })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn no_date_runs_into_the_one_before() {
        let mut publication = testing::publication();
        let days = &mut publication.days;
        for length in [3, 60, 270, 1_990] {
            let days = &days[..length.min(days.len())];
            let (dates, (first, last)) = (dates(days), time_span(days));
            let place = |at: usize| (dates[at].0 - first) / (last - first);
            // The first begins at its place, the others have it in their middle.
            let second_begins = |width: f64| place(1) - width / 2.0;
            let width = |at: usize| dates[at].1.chars().count() as f64 * 0.012;
            assert!(dates.len() < 2 || second_begins(width(1)) > width(0), "{dates:?}");
            assert!(!dates.is_empty());
        }
    }
}
