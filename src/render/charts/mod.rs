//! The charts of the site and of its reports, and the numbers behind them for the script that redraws a range.

mod brought;
mod comparison;
mod drawdowns;
mod equal_parts;
mod excerpt;
mod exposure;
mod falls;
mod first_day;
mod inside;
mod month;
mod months;
mod picture;
mod places;
mod plot;
mod price;
pub mod print;
mod print_record;
mod quotient;
mod ranks;
mod record;
mod rolling;
mod scale;
mod series;
mod slippage;
mod svg;

pub use brought::brought;
pub use comparison::comparison;
pub use drawdowns::falls_by_depth;
pub use equal_parts::equal_parts;
pub use excerpt::{Curve, Excerpt};
pub use exposure::exposure;
pub use falls::shuffled_falls;
pub use month::month;
pub use months::{spread, twelve_months, years};
pub use price::{Around, price};
pub use quotient::against_index;
pub use ranks::ranks;
pub use record::{RecordChart, record};
pub use rolling::rolling;
pub use series::series;
pub use slippage::slippage;

use crate::format::{self, Sign};
use crate::publication::{Day, Period, Publication, Published, UsualPeriod};
use picture::{Letter, Panel};
use plot::Layer;
use scale::{Axis, Tick, span, x_of};
use svg::Ink;

/// How many dates fit below a chart.
const DATES: usize = 12;

fn ticks(days: &[Day], wanted: usize) -> Vec<Tick> {
    scale::ticks(&days.iter().map(|day| day.date).collect::<Vec<_>>(), wanted)
}

fn time_span(days: &[Day]) -> (f64, f64) {
    span(days.iter().map(|day| x_of(day.date)), 0.0)
}

/// The total return, which is published more finely than the last point of a curve.
fn since_inception(periods: &[Period]) -> Option<f64> {
    let all = periods.iter().find(|period| period.period == UsualPeriod::SinceInception)?;
    all.value.map(Published::get)
}

/// What became of 100, in words, with the total return and the benchmark's name where they are known.
fn growth_in_words(days: &[Day], (total, benchmark): (Option<f64>, Option<&str>)) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return "No data yet.".into() };
    let ours = format!(
        "100 invested on {} had become {} on {}",
        format::day(first.date),
        grown(total.map_or(last.index.get(), |total| 1.0 + total)),
        format::day(last.date)
    );
    match benchmark.zip(last.benchmark_index) {
        Some((name, value)) => format!("{ours}; in the {name}, {}.", grown(value.get())),
        None => format!("{ours}."),
    }
}

/// What 100 have become by a factor.
fn grown(factor: f64) -> String {
    format::number(factor * 100.0, 1, Sign::Minus)
}

/// How far the account is or was below its highest value at worst, in words.
fn fall_in_words(days: &[Day], (max, by_day): (Option<f64>, bool)) -> String {
    let worst = days.iter().map(|day| day.drawdown.get()).fold(0.0, f64::min);
    format!(
        "The fall from the highest {} so far; at worst {}.",
        if by_day { "value" } else { "month-end" },
        format::percent(max.unwrap_or(worst), 1, Sign::Minus)
    )
}

/// Values of 100 for each day, of the account and of the benchmark where it has one, as they are measured on the axis.
fn curves(days: &[Day], height: impl Fn(f64) -> f64) -> [Vec<(f64, f64)>; 2] {
    let ours = days.iter().map(|day| (x_of(day.date), height(day.index.get() * 100.0)));
    let theirs = days.iter().filter_map(|day| Some((x_of(day.date), height(day.benchmark_index?.get() * 100.0))));
    [ours.collect(), theirs.collect()]
}

/// The benchmark's curve below the account's, each where it is a line.
fn lines([ours, theirs]: &[Vec<(f64, f64)>; 2]) -> Vec<Layer> {
    let inked = [(theirs, Ink::Benchmark), (ours, Ink::Ours)];
    inked
        .into_iter()
        .filter(|(curve, _)| curve.len() > 1)
        .map(|(curve, ink)| Layer::Line(curve.clone(), ink))
        .collect()
}

/// Of what a fall is measured on.
fn measured(by_day: bool, is_daily: bool) -> &'static str {
    match (by_day, is_daily) {
        (false, _) => "at month-ends",
        (true, true) => "on daily closes",
        (true, false) => "at the valuations",
    }
}

/// How far below its peak so far the account was.
fn below_the_peak(edges: (f64, f64), days: &[Day]) -> Panel {
    let points: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), day.drawdown.get())).collect();
    let lowest = points.iter().map(|point| point.1).fold(-0.01, f64::min);
    let panel = percent_panel(edges, [lowest].into_iter(), 4, Sign::Minus);
    Panel { y: (panel.y.0, 0.0), layers: vec![Layer::Area(points, Ink::Drawdown)], ..panel }
}

/// The labels of an axis of fractions, in percent.
fn percent_levels(axis: &Axis, sign: Sign) -> Vec<(f64, String)> {
    axis.levels(|number| number / 100.0, sign, "%")
}

/// A panel of fractions about zero over these heights, with labels in percent.
fn percent_panel(edges: (f64, f64), heights: impl Iterator<Item = f64>, wanted: usize, sign: Sign) -> Panel {
    let (low, high) = heights
        .filter(|height| height.is_finite())
        .fold((0.0f64, 0.0f64), |(low, high), height| (low.min(height), high.max(height)));
    let mut axis = Axis::about(0.0, (low * 100.0, high * 100.0), wanted);
    // However high the other side is: nothing returns less than that.
    if low > -1.0 {
        axis.ends.0 = axis.ends.0.max(-100.0);
        axis.numbers.retain(|number| *number >= -100.0);
    }
    let margin = (axis.ends.1 - axis.ends.0) * 0.04;
    let (low, high) = axis.ends;
    let ends = (if low < 0.0 { low - margin } else { low }, if high > 0.0 { high + margin } else { high });
    Panel {
        edges,
        y: (ends.0 / 100.0, ends.1 / 100.0),
        levels: percent_levels(&axis, sign),
        base: 0.0,
        ..Panel::default()
    }
}

/// The end of a curve, with its label.
struct Ended {
    classes: [&'static str; 2],
    /// Where it ends, from the top.
    top: f64,
    label: String,
}

/// The classes of the label and of the point at the end of the account's curve, of the benchmark's, and of a third one, which has
/// no label where the picture is narrow.
const ENDS: [[&str; 2]; 3] =
    [["end ours", "point ours"], ["end bench", "point bench"], ["end other wide", "point other"]];

/// The values at the end of curves, side by side with them, and inside the picture where it is narrow: as near to the end of its
/// curve as no curve is in the way.
fn ends(panel: &Panel, x: (f64, f64), curves: &[Vec<(f64, f64)>], labels: &[String], height: &str) -> Vec<Letter> {
    ends_above(panel, x, curves, labels, (panel.edges.1, height))
}

/// The same, where everything below that height is taken by other words.
fn ends_above(
    panel: &Panel,
    x: (f64, f64),
    curves: &[Vec<(f64, f64)>],
    labels: &[String],
    (lowest, height): (f64, &str),
) -> Vec<Letter> {
    let ended = curves.iter().zip(ENDS).zip(labels).filter_map(|((curve, classes), label)| {
        let (_, height) = curve.last().filter(|_| !label.is_empty())?;
        Some(Ended { classes, top: panel.place(*height), label: label.clone() })
    });
    let mut ended: Vec<Ended> = ended.collect();
    ended.sort_by(|a, b| a.top.total_cmp(&b.top));
    let mut tops: Vec<f64> = ended.iter().map(|end| end.top).collect();
    let has_two_lines = ended.iter().any(|end| end.label.contains("<small>"));
    let pixels = picture::pixels_on_a_phone(height);
    picture::apart(&mut tops, if has_two_lines { 39.0 } else { 29.0 } / pixels, panel.edges);
    let mut places = inside::Places::new(panel, x, lowest, pixels);
    let letters = ended.iter().zip(tops).flat_map(|(end, top)| {
        let [label, point] = end.classes;
        let is_inside = !end.classes.contains(&"end other wide");
        let inside = is_inside.then(|| places.take(curves, end.top, &end.label));
        let label = Letter { inside, ..Letter::new(label, None, top, end.label.clone()) };
        [label, Letter::new(point, Some(1.0), end.top, "")]
    });
    letters.collect()
}

/// A name with its value at the end of a curve, and what is to be known of it in a second line.
fn end(name: &str, value: &str, more: &str) -> String {
    let more = if more.is_empty() { String::new() } else { format!("<small>{}</small>", format::escape(more)) };
    // In an element of its own, so that a name that ends in a number does not read as one with it.
    format!("{} <span>{value}</span>{more}", format::escape(name))
}

/// The benchmark's name, and that it leaves dividends out where it does.
fn benchmark_name(publication: &Publication) -> (&str, &str) {
    const WITHOUT: &str = "without dividends";
    let name = publication.facts.benchmark.as_deref().unwrap_or_default();
    match name.strip_suffix(WITHOUT) {
        Some(short) if publication.facts.without_dividends => (short.trim_end(), WITHOUT),
        _ => (name, ""),
    }
}
