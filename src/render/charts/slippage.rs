//! How far fills were from their reference prices, month by month.

use crate::Result;
use crate::calendar::YearMonth;
use crate::format::Sign;
use crate::publication::{Publication, Published};

use super::picture::{Panel, Picture};
use super::plot::Layer;
use super::scale::{self, Axis, x_of};
use super::svg::Ink;

/// Mean slippage a month as bars on true time; positive is unfavourable. `None` without a priced order.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn slippage(publication: &Publication) -> Result<Option<String>> {
    let groups = &publication.slippage.by_month;
    let months: Vec<(YearMonth, f64)> =
        groups.iter().filter_map(|group| Some((group.key.parse().ok()?, group.mean_bps.get()))).collect();
    let (Some((first, _)), Some((last, _))) = (months.first(), months.last()) else { return Ok(None) };
    let bars: Vec<(f64, f64, f64)> = months
        .iter()
        .map(|(month, mean)| {
            let (left, right) = (x_of(month.first_day()), x_of(month.last_day()) + 1.0);
            let gap = (right - left) * 0.12;
            (left + gap, right - gap, *mean)
        })
        .collect();
    let heights = bars.iter().map(|bar| bar.2);
    let (low, high) = heights.fold((0.0f64, 0.0f64), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::about(0.0, (low, high), 4);
    let picture = Picture {
        id: "slippage".into(),
        kind: "slippage",
        title: "Mean slippage by month".into(),
        note: "basis points; plus means it cost".into(),
        description:
            "Bars above zero are unfavourable: the orders were filled at worse prices than their references.".into(),
        height: "low bare",
        x: (x_of(first.first_day()), x_of(last.last_day()) + 1.0),
        ticks: scale::ticks(&months.iter().map(|(month, _)| month.first_day()).collect::<Vec<_>>(), super::DATES),
        panels: vec![Panel {
            edges: (0.0, 1.0),
            y: axis.ends,
            levels: axis.levels(|mean| mean, Sign::Both, ""),
            layers: vec![Layer::Bars(bars, Ink::Loss, Ink::Gain)],
            ..Panel::default()
        }],
        ..Picture::default()
    };
    picture.html().map(Some)
}
