//! How much of the account was invested.

use crate::Result;
use crate::format::Sign;
use crate::publication::{Exposure, Publication, exposures};

use super::picture::Picture;
use super::plot::Layer;
use super::scale::{ticks, x_of};
use super::svg::Ink;
use super::{DATES, Panel, percent_panel};

/// Net exposure as steps from one date whose positions are shown to the next, and what was short below zero. `None` of fewer
/// than three dates.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn exposure(publication: &Publication) -> Result<Option<String>> {
    let rows = exposures(publication);
    let (Some(first), Some(last), true) = (rows.first(), rows.last(), rows.len() > 2) else { return Ok(None) };
    let steps = |height: fn(&Exposure) -> f64| -> Vec<(f64, f64)> {
        let pairs = rows.iter().zip(rows.iter().skip(1));
        pairs.flat_map(|(row, next)| [(x_of(row.date), height(row)), (x_of(next.date), height(row))]).collect()
    };
    let panel = percent_panel((0.0, 1.0), rows.iter().flat_map(|row| [row.net, row.short]), 4, Sign::Minus);
    let mut layers = vec![Layer::Area(steps(|row| row.net), Ink::Ours)];
    let any_short = rows.iter().any(|row| row.short < 0.0);
    if any_short {
        layers.push(Layer::Area(steps(|row| row.short), Ink::Drawdown));
    }
    let picture = Picture {
        id: "exposure".into(),
        kind: "exposure",
        title: "Net exposure".into(),
        note: format!(
            "share of the account that is not cash{}",
            if any_short { "; in red, what is short" } else { "" }
        ),
        description: "Steps from one date whose positions are shown to the next.".into(),
        height: "low",
        x: (x_of(first.date), x_of(last.date)),
        ticks: ticks(&rows.iter().map(|row| row.date).collect::<Vec<_>>(), DATES),
        panels: vec![Panel { layers, ..panel }],
        ..Picture::default()
    };
    picture.html().map(Some)
}
