//! The account beside its universe in equal parts.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{Day, EqualParts, Publication, Published};

use super::picture::{Panel, Picture};
use super::plot::Layer;
use super::scale::{Axis, x_of};
use super::svg::Ink;
use super::{DATES, benchmark_name, end, ends, grown, lines, ticks};

/// Growth of 100 in both, on a logarithmic scale. `None` of fewer than three dates.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn equal_parts(publication: &Publication, found: &EqualParts) -> Result<Option<String>> {
    let height = |value: f64| (value * 100.0).max(1e-6).ln();
    let days: Vec<Day> = publication.days.iter().take_while(|day| day.date <= found.to).cloned().collect();
    let (Some(first), Some(last), true) = (days.first(), days.last(), days.len() > 2) else { return Ok(None) };
    let ours: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.index.get()))).collect();
    let theirs: Vec<(f64, f64)> = found.days.iter().map(|day| (x_of(day.date), height(day.index.get()))).collect();
    let start = height(1.0);
    let begin = first.benchmark_index.map(Published::get);
    let of_index = |day: &Day| Some((x_of(day.date), height(day.benchmark_index?.get() / begin?)));
    let index: Vec<(f64, f64)> = days.iter().filter_map(of_index).collect();
    let all = ours.iter().chain(&theirs).chain(&index).map(|point| point.1);
    let (low, high) = all.fold((start, start), |(low, high), height| (low.min(height), high.max(height)));
    let axis = Axis::of_growth(100.0, (low.exp(), high.exp()), 4);
    let margin = (high - low).max(0.01) * 0.05;
    let panel = Panel {
        edges: (0.0, 1.0),
        y: (low - margin, high + margin),
        levels: axis.levels(f64::ln, Sign::Minus, ""),
        base: start,
        ..Panel::default()
    };
    let x = (x_of(first.date), x_of(last.date));
    let (name, _) = benchmark_name(publication);
    let words = [
        end("Account", &grown(1.0 + found.account.get()), ""),
        end("Equal parts", &grown(1.0 + found.total.get()), ""),
        found.benchmark.map(|index| end(name, &grown(1.0 + index.get()), "")).unwrap_or_default(),
    ];
    let mut layers: Vec<Layer> =
        (index.len() > 1).then(|| Layer::Line(index.clone(), Ink::Base)).into_iter().collect();
    let both = [ours, theirs];
    layers.extend(lines(&both));
    let [ours, theirs] = both;
    let curves = [ours, theirs, index];
    let panel = Panel { layers, ..panel };
    let picture = Picture {
        id: "equal".into(),
        kind: "equal",
        title: "Growth of 100".into(),
        note: if begin.is_some() {
            "the account, hypothetical equal parts, and the benchmark in grey; log scale".into()
        } else {
            "the account and hypothetical equal parts, log scale".into()
        },
        description: format!(
            "100 on {} had become {} in the account and, hypothetically, {} in equal parts on {}.",
            format::day(found.from),
            grown(1.0 + found.account.get()),
            grown(1.0 + found.total.get()),
            format::day(found.to)
        ),
        height: "middle",
        x,
        ticks: ticks(&days, DATES),
        letters: ends(&panel, x, &curves, &words, "middle"),
        panels: vec![panel],
        ..Picture::default()
    };
    picture.html().map(Some)
}
