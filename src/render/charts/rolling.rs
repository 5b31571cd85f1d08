//! A figure over the last so many returns.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{PublicFigure, Publication, Published, Rolling};

use super::picture::{Letter, Panel, Picture};
use super::plot::Layer;
use super::scale::{Axis, x_of};
use super::svg::Ink;
use super::{DATES, percent_panel, ticks, time_span};

/// A rolling figure over time; `None` where no day has a full window.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn rolling(
    publication: &Publication,
    kind: &'static str,
    (title, note): (&str, &str),
    is_percent: bool,
    read: impl Fn(&Rolling) -> Option<PublicFigure>,
) -> Result<Option<String>> {
    let points: Vec<(f64, f64)> = publication
        .rolling
        .iter()
        .filter_map(|row| Some((x_of(row.date), read(row)?.get())))
        .filter(|point| point.1.is_finite())
        .collect();
    let (Some(last), true) = (points.last().copied(), points.len() > 1) else { return Ok(None) };
    let panel = if is_percent {
        percent_panel((0.0, 1.0), points.iter().map(|point| point.1), 4, Sign::Minus)
    } else {
        ratios(&points)
    };
    let latest =
        if is_percent { format::percent(last.1, 1, Sign::Minus) } else { format::number(last.1, 2, Sign::Minus) };
    let top = panel.place(last.1);
    let end = Letter { inside: Some((top - 0.14).max(0.0)), ..Letter::new("end ours", None, top, latest.clone()) };
    let picture = Picture {
        id: kind.into(),
        kind,
        title: title.into(),
        note: note.into(),
        description: format!("{latest} on the last day."),
        height: "low",
        x: time_span(&publication.days),
        ticks: ticks(&publication.days, DATES),
        panels: vec![Panel { layers: vec![Layer::Line(points, Ink::Ours)], ..panel }],
        letters: vec![end, Letter::new("point ours", Some(1.0), top, "")],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// A panel of plain numbers about zero.
fn ratios(points: &[(f64, f64)]) -> Panel {
    let heights = points.iter().map(|point| point.1);
    let (low, high) = heights.fold((0.0f64, 0.0f64), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::about(0.0, (low, high), 4);
    Panel { edges: (0.0, 1.0), y: axis.ends, levels: axis.levels(|ratio| ratio, Sign::Minus, ""), ..Panel::default() }
}
