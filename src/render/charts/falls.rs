//! How deep the same returns fall in another order.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{Publication, Published};

use super::picture::{Letter, Panel, Picture};
use super::plot::Layer;
use super::scale::{Axis, Tick};
use super::svg::Ink;

/// Bars of the shuffled records by their deepest fall, with the account's own marked. `None` where nothing was shuffled.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn shuffled_falls(publication: &Publication) -> Result<Option<String>> {
    let Some(falls) = &publication.shuffled_falls else { return Ok(None) };
    let left = |at: usize| f64::from(falls.first + at as u32) * falls.step;
    let shares: Vec<f64> = falls.shares.iter().map(|share| share.get() * 100.0).collect();
    let bars: Vec<(f64, f64, f64)> = shares
        .iter()
        .enumerate()
        .map(|(at, share)| (left(at) + falls.step * 0.06, left(at) + falls.step * 0.94, *share))
        .collect();
    // The shuffles are of days: beside them a fall by month-ends would stand too far left.
    let own = publication.value("drawdown.max").filter(|_| publication.facts.by_day);
    let own = own.map(|fall| fall.abs() * 100.0);
    let (begin, end) = (left(0), left(shares.len()));
    let x = (
        own.map_or(begin, |own| begin.min(own - falls.step)).max(0.0),
        own.map_or(end, |own| end.max(own + falls.step)),
    );
    let axis = Axis::about(0.0, (0.0, shares.iter().copied().fold(1.0, f64::max)), 4);
    // Where the account is marked, the bars are what it stands before.
    let of_bars = if own.is_some() { Ink::Base } else { Ink::Ours };
    let panel = Panel {
        edges: (0.0, 1.0),
        y: (0.0, axis.ends.1 * 1.02),
        levels: axis.levels(|share| share, Sign::Minus, "%"),
        layers: vec![Layer::Bars(bars, of_bars, of_bars)],
        ..Panel::default()
    };
    let every = shares.len().div_ceil(7).max(1);
    let digits = usize::from(falls.step < 1.0);
    let label = |fall: f64| format::number(-fall, digits, Sign::Minus) + "%";
    let ticks = (0..=shares.len()).filter(|at| at % every == 0).map(|at| Tick {
        x: left(at),
        text: label(left(at)),
        has_line: false,
    });
    let mut picture = Picture {
        id: "shuffled".into(),
        kind: "shuffled",
        title: format::with_marks("Deepest fall of 1,000 shuffles"),
        note: "share of the shuffles, in steps of the deepest fall".into(),
        description: "Bars count the records with the same returns in another order by their deepest fall.".into(),
        height: "middle bare",
        x,
        ticks: ticks.collect(),
        panels: vec![panel],
        ..Picture::default()
    };
    if let Some(own) = own {
        let width = (x.1 - x.0) * 0.003;
        let top = axis.ends.1 * 1.02;
        if let Some(panel) = picture.panels.first_mut() {
            panel.layers.push(Layer::Bars(vec![(own - width, own + width, top)], Ink::Ours, Ink::Ours));
        }
        let place = picture.place(own);
        let words = format!("Account {}", format::percent(-own / 100.0, 1, Sign::Minus));
        let class = if place > 0.7 { "mark before" } else { "mark" };
        picture.letters.push(Letter::new(class, Some(place), 0.02, words));
    }
    picture.html().map(Some)
}
