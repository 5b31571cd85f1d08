//! The days of one month.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{Day, Month, Publication, Published};

use super::picture::{Panel, Picture};
use super::record::each_return;
use super::scale::{Axis, x_of};
use super::{benchmark_name, end, ends, lines, ticks, time_span};

/// The days of one month: 100 on the last day before it, and the return of each day.
///
/// `None` where the month has fewer than two returns, or only months are published.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn month(publication: &Publication, month: &Month) -> Result<Option<String>> {
    let days = &publication.days;
    if !publication.facts.by_day {
        return Ok(None);
    }
    let start = days.partition_point(|day| day.date < month.month.first_day()).saturating_sub(1);
    let until = days.partition_point(|day| day.date <= month.month.last_day());
    let Some(days) = days.get(start..until).filter(|days| days.len() > 2) else { return Ok(None) };
    let Some(first) = days.first() else { return Ok(None) };
    let (x, is_daily) = (time_span(days), publication.facts.is_daily);
    let curves =
        [since(days, |day| Some(day.index.get())), since(days, |day| day.benchmark_index.map(Published::get))];
    let mut picture = Picture {
        id: "month".into(),
        kind: "month",
        title: format!("100 on {}", format::day(first.date)),
        note: if is_daily { "day by day, net" } else { "at each valuation, net" }.into(),
        description: format!(
            "What 100 had become on each day of the month; its return is {}.",
            format::percent(month.value.get(), publication.facts.digits.returns, Sign::Both)
        ),
        height: "middle",
        x,
        ticks: ticks(days, 6),
        panels: vec![growth(&curves), each_return(days, is_daily, x, (0.74, 1.0))],
        ..Picture::default()
    };
    let value = |own: f64| format::number(100.0 * (1.0 + own), 1, Sign::Minus);
    let (name, more) = benchmark_name(publication);
    let words = [
        end("Account", &value(month.value.get()), ""),
        month.benchmark.map(|theirs| end(name, &value(theirs.get()), more)).unwrap_or_default(),
    ];
    if let Some(panel) = picture.panels.first() {
        picture.letters = ends(panel, x, &curves, &words, picture.height);
    }
    picture.html().map(Some)
}

/// A series of which the first value is 100.
fn since(days: &[Day], read: impl Fn(&Day) -> Option<f64>) -> Vec<(f64, f64)> {
    let first = days.first().and_then(&read);
    let point = |day: &Day| Some((x_of(day.date), 100.0 * read(day)? / first?));
    days.iter().filter_map(point).collect()
}

fn growth(curves: &[Vec<(f64, f64)>; 2]) -> Panel {
    let heights = curves.iter().flatten().map(|point| point.1);
    let (low, high) = heights.fold((100.0f64, 100.0f64), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::about(100.0, (low, high), 4);
    let margin = (axis.ends.1 - axis.ends.0) * 0.04;
    Panel {
        edges: (0.0, 0.62),
        y: (axis.ends.0 - margin, axis.ends.1 + margin),
        levels: axis.levels(|value| value, Sign::Minus, ""),
        base: 100.0,
        layers: lines(curves),
        ..Panel::default()
    }
}
