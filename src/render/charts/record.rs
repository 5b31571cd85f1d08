//! The record in one chart: growth, how far below the last peak, and each month, over one time axis.

use crate::Result;
use crate::calendar::YearMonth;
use crate::format::{self, Sign, escape};
use crate::publication::{Day, DrawdownView, LargeFlow, Month, Publication, Published};

use super::picture::{Letter, Panel, Picture, percent};
use super::plot::Layer;
use super::scale::{Axis, x_of};
use super::svg::Ink;
use super::{
    DATES, below_the_peak, benchmark_name, curves, end, ends_above, fall_in_words, grown, growth_in_words, lines,
    measured, percent_panel, since_inception, ticks, time_span,
};

/// The panels, as parts of the height.
pub(super) const GROWTH: (f64, f64) = (0.0, 0.56);
pub(super) const BELOW: (f64, f64) = (0.632, 0.8);
pub(super) const MONTHS: (f64, f64) = (0.872, 0.985);

/// Up to so many valuations each is a point, and each day has its bar in the place of months.
pub(super) const FEW: usize = 30;

/// So many falls are marked, and so deep is the least of them.
pub(super) const FALLS: usize = 3;
pub(super) const LEAST_FALL: f64 = -0.02;

/// A label of a fall is so wide at most, on a wide and on a narrow screen, as a part of the width.
const LABEL: (f64, f64) = (0.13, 0.25);

/// The words at a large flow are so high, as a part of the height.
const FLOW: f64 = 0.055;

/// The labels of falls are so high on a phone, at the foot of the panel, as a part of the height.
const FOOT: f64 = 0.085;

/// So wide is the name of a curve there, as a part of the width.
const NAME: f64 = 0.39;

/// The chart of the record, drawn once, and where its months are, for the links to comments on them.
#[derive(Debug, Clone)]
pub struct RecordChart {
    parts: [String; 2],
    /// The middle of each month's bar and its upper end, as parts of width and height.
    months: Vec<(YearMonth, f64, f64)>,
}

impl RecordChart {
    /// A chart in which no month has its bar.
    pub(super) fn without_months(parts: [String; 2]) -> Self {
        Self { parts, months: Vec::new() }
    }

    /// The chart with a mark over each month that has an address to link to.
    pub fn with_marks(&self, address: impl Fn(YearMonth) -> Option<String>) -> String {
        let mark = |(month, left, top): &(YearMonth, f64, f64)| {
            let (address, words) = (escape(&address(*month)?), month.in_words());
            let place = format!("left:{};top:{}", percent(*left), percent(*top));
            Some(format!(
                "<a href=\"{address}\" data-month=\"{month}\" title=\"Comment on {words}\" aria-label=\"Comment on {words}\" style=\"{place}\"></a>"
            ))
        };
        let marks: String = self.months.iter().filter_map(mark).collect();
        let [chart, end] = &self.parts;
        if marks.is_empty() {
            format!("{chart}{end}")
        } else {
            format!("{chart}<div class=\"marks\">{marks}</div>{end}")
        }
    }
}

/// The chart of the record.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn record(publication: &Publication) -> Result<RecordChart> {
    let Publication { days, facts, .. } = publication;
    if days.len() < 2 {
        return super::first_day::first_day(publication);
    }
    let total = since_inception(&publication.periods);
    let is_young = days.len() <= FEW && facts.by_day;
    let falls: Vec<&DrawdownView> = match is_young {
        true => Vec::new(),
        false => publication.drawdowns.iter().filter(|fall| fall.depth.get() <= LEAST_FALL).take(FALLS).collect(),
    };
    let growth = Growth { logarithmic: !is_young, with_falls: !falls.is_empty() };
    let x = time_span(days);
    let curves = curves(days, |value| growth.height(value));
    let mut panels = vec![growth.panel(&curves), below(publication)];
    panels.push(if is_young {
        each_return(days, facts.is_daily, x, MONTHS)
    } else {
        each_month(&publication.months, x)
    });
    let mut picture = Picture {
        id: "record".into(),
        kind: "record",
        title: "Growth of 100".into(),
        note: note(publication, growth.logarithmic),
        description: in_words(publication, total),
        height: "tall",
        x,
        ticks: ticks(days, DATES),
        bands: falls.iter().map(|fall| band(fall, x.1)).collect(),
        panels,
        letters: Vec::new(),
    };
    let fall_labels = fall_labels(&falls, &picture);
    let mut letters = end_labels(publication, total, &picture, &curves, &fall_labels);
    letters.extend(now(publication, &picture));
    letters.extend(fall_labels);
    letters.extend(flow_marks(&publication.large_flows, &picture, &curves));
    if is_young {
        letters.extend(points(&picture, &curves));
    }
    picture.letters = letters;
    let months = if is_young { Vec::new() } else { bar_tops(&publication.months, &picture) };
    Ok(RecordChart { parts: picture.html_around()?, months })
}

/// The middle of each month's bar and its upper end.
fn bar_tops(months: &[Month], picture: &Picture) -> Vec<(YearMonth, f64, f64)> {
    let Some(panel) = picture.panels.last() else { return Vec::new() };
    let top = |month: &Month| {
        let middle = (x_of(month.month.first_day()) + x_of(month.month.last_day()) + 1.0) / 2.0;
        (month.month, picture.place(middle).clamp(0.0, 1.0), panel.place(month.value.get().max(0.0)))
    };
    months.iter().map(top).collect()
}

/// A triangle on the line of 100 for each large flow, all of one size; words below or above the line, where no curve and no other
/// words are.
fn flow_marks(flows: &[LargeFlow], picture: &Picture, curves: &[Vec<(f64, f64)>; 2]) -> Vec<Letter> {
    let Some(panel) = picture.panels.first() else { return Vec::new() };
    let mut free = 0.0;
    let mark = |flow: &LargeFlow| {
        let left = picture.place(x_of(flow.date)).clamp(0.0, 1.0);
        let base = panel.place(panel.base);
        // Words that would leave the picture stand before their mark.
        let is_late = left >= 1.0 - LABEL.0;
        let (from, to) = if is_late { (left - LABEL.0, left + 0.02) } else { (left - 0.02, left + LABEL.0) };
        let beside = curves.iter().flatten().filter(|(x, _)| (from..to).contains(&picture.place(*x)));
        let places: Vec<f64> = beside.map(|(_, height)| panel.place(*height)).collect();
        let is_free = |from: f64, to: f64| !places.iter().any(|place| (from..to).contains(place));
        let has_room = if is_late { from >= free } else { left >= free };
        let (below, over) = if is_late { ("flow before", "flow over before") } else { ("flow", "flow over") };
        let class = match (has_room, is_free(base + 0.005, base + FLOW), is_free(base - FLOW, base - 0.005)) {
            (true, true, _) => below,
            (true, false, true) => over,
            _ => return Letter::new("flow", Some(left), base, ""),
        };
        free = left + LABEL.0;
        Letter::new(class, Some(left), base, "<span>large flow</span>")
    };
    flows.iter().map(mark).collect()
}

/// How growth is drawn.
#[derive(Clone, Copy)]
pub(super) struct Growth {
    pub(super) logarithmic: bool,
    /// Whether the foot of the panel is left to the labels of falls.
    pub(super) with_falls: bool,
}

impl Growth {
    /// On a logarithmic scale, with nothing else in the panel.
    pub(super) const LOGARITHMIC: Self = Self { logarithmic: true, with_falls: false };

    pub(super) fn height(self, value: f64) -> f64 {
        if self.logarithmic { value.max(1e-6).ln() } else { value }
    }

    pub(super) fn panel(self, curves: &[Vec<(f64, f64)>; 2]) -> Panel {
        let heights = curves.iter().flatten().map(|point| point.1).filter(|height| height.is_finite());
        let start = self.height(100.0);
        let (low, high) = heights.fold((start, start), |(low, high), height| (low.min(height), high.max(height)));
        let axis = match self.logarithmic {
            true => Axis::of_growth(100.0, (low.exp(), high.exp()), 4),
            false => Axis::about(100.0, (low, high), 4),
        };
        let (low, high) = if self.logarithmic { (low, high) } else { axis.ends };
        let length = if high - low > 1e-9 { high - low } else { self.height(101.0) - start };
        let foot = if self.with_falls { 0.22 } else { 0.05 };
        Panel {
            edges: GROWTH,
            y: (low - length * foot, high + length * 0.04),
            levels: axis.levels(|value| self.height(value), Sign::Minus, ""),
            base: start,
            layers: lines(curves),
            ..Panel::default()
        }
    }
}

fn note(publication: &Publication, logarithmic: bool) -> String {
    let facts = &publication.facts;
    let scale = if logarithmic { "log scale" } else { "" };
    let few = match publication.days.len() {
        count if count <= FEW && facts.by_day => format!("{count} valuations"),
        _ if !facts.by_day => "at month-ends".into(),
        _ => String::new(),
    };
    let index = if facts.benchmark.is_none() { "no index is set" } else { "" };
    [scale, &few, index].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn in_words(publication: &Publication, total: Option<f64>) -> String {
    let Publication { days, facts, months, .. } = publication;
    let gains = months.iter().filter(|month| month.value.get() > 0.0).count();
    format!(
        "{} {} {}",
        growth_in_words(days, (total, facts.benchmark.as_deref())),
        fall_in_words(days, (publication.value("drawdown.max"), facts.by_day)),
        match (months.len(), gains) {
            (1, 0) => "Its one month was not above zero.".to_owned(),
            (1, _) => "Its one month was above zero.".to_owned(),
            (count, _) => format!("{gains} of {count} months were above zero."),
        }
    )
}

fn below(publication: &Publication) -> Panel {
    let heading =
        Some(("Below the last peak", measured(publication.facts.by_day, publication.facts.is_daily).into()));
    Panel { heading, ..below_the_peak(BELOW, &publication.days) }
}

pub(super) fn each_month(months: &[Month], x: (f64, f64)) -> Panel {
    let bars: Vec<(f64, f64, f64)> = months
        .iter()
        .filter_map(|month| {
            let (left, right) = (x_of(month.month.first_day()), x_of(month.month.last_day()) + 1.0);
            bar(left, right, month.value.get(), x)
        })
        .collect();
    bars_panel("Each month", bars, MONTHS)
}

/// Each return as a bar that ends with it: one of a day is as wide as a day, a longer one as its time.
pub(super) fn each_return(days: &[Day], is_daily: bool, x: (f64, f64), place: (f64, f64)) -> Panel {
    let bars = days.iter().zip(days.iter().skip(1)).filter_map(|(before, day)| {
        let at = x_of(day.date);
        bar(if is_daily { at - 1.0 } else { x_of(before.date) }, at, day.daily_return?.get(), x)
    });
    bars_panel(if is_daily { "Each day" } else { "Each return" }, bars.collect(), place)
}

/// A bar with a gap at both sides, as far as it is inside the picture.
fn bar(left: f64, right: f64, height: f64, x: (f64, f64)) -> Option<(f64, f64, f64)> {
    let gap = (right - left) * 0.12;
    let (left, right) = ((left + gap).max(x.0), (right - gap).min(x.1));
    (left < right).then_some((left, right, height))
}

fn bars_panel(name: &'static str, bars: Vec<(f64, f64, f64)>, place: (f64, f64)) -> Panel {
    let panel = percent_panel(place, bars.iter().map(|bar| bar.2), 3, Sign::Both);
    Panel { heading: Some((name, "net".into())), layers: vec![Layer::Bars(bars, Ink::Gain, Ink::Loss)], ..panel }
}

/// The time of a fall, up to the end of the picture where it is not over.
fn band(fall: &DrawdownView, last: f64) -> (f64, f64) {
    (x_of(fall.peak), fall.recovery.map_or(last, x_of))
}

fn end_labels(
    publication: &Publication,
    total: Option<f64>,
    picture: &Picture,
    curves: &[Vec<(f64, f64)>; 2],
    falls: &[Letter],
) -> Vec<Letter> {
    let Some(panel) = picture.panels.first() else { return Vec::new() };
    let reaches = |letter: &Letter| letter.left.is_some_and(|left| left + LABEL.1 > 1.0 - NAME);
    let is_taken = falls.iter().any(|letter| reaches(letter) && !letter.class.contains("wide"));
    let foot = if is_taken { FOOT } else { 0.0 };
    let last = |read: fn(&Day) -> Option<f64>| publication.days.iter().rev().find_map(read);
    let ours = total.map(|total| 1.0 + total).or_else(|| last(|day| Some(day.index.get())));
    let theirs = last(|day| day.benchmark_index.map(Published::get));
    let (name, more) = benchmark_name(publication);
    let words = [("Account", ours, ""), (name, theirs, more)];
    let labels = words.map(|(name, value, more)| end(name, &value.map(grown).unwrap_or_default(), more));
    ends_above(panel, picture.x, curves, &labels, (GROWTH.1 - foot, picture.height))
}

/// How far below the peak the account is on the last day.
fn now(publication: &Publication, picture: &Picture) -> Option<Letter> {
    let (panel, last) = (picture.panels.get(1)?, publication.days.last()?);
    let fall = last.drawdown.get();
    let text = format::percent(fall, 1, Sign::Minus);
    // An account that was emptied stands nowhere now.
    let text = match (fall <= -0.0005, publication.facts.emptied.is_some()) {
        (true, true) => format!("{text} <small>at the end</small>"),
        (true, false) => format!("{text} now"),
        (false, _) => "at its peak".into(),
    };
    let class = if fall <= -0.0005 { "end now loss" } else { "end now" };
    Some(Letter::new(class, None, panel.place(fall), text))
}

/// Depth and length of the falls at the foot of the growth panel, the deepest first; one that would run into another is left out.
fn fall_labels(falls: &[&DrawdownView], picture: &Picture) -> Vec<Letter> {
    let mut taken: Vec<(f64, bool)> = Vec::new();
    let mut letters = Vec::new();
    for fall in falls {
        let (from, _) = band(fall, picture.x.1);
        let is_late = picture.place(from) > 1.0 - LABEL.1;
        let left = if is_late { 1.0 } else { picture.place(from) };
        let begin = |(left, is_late): (f64, bool), width: f64| if is_late { left - width } else { left };
        let own = (left, is_late);
        let free = |width: f64| taken.iter().all(|other| (begin(*other, width) - begin(own, width)).abs() >= width);
        if !free(LABEL.0) {
            continue;
        }
        let class = match (is_late, free(LABEL.1)) {
            (true, true) => "fall late",
            (true, false) => "fall late wide",
            (false, true) => "fall",
            (false, false) => "fall wide",
        };
        taken.push(own);
        let depth = format::percent(fall.depth.get(), 1, Sign::Minus);
        let so_far = if fall.recovery.is_none() { "<i>, so far</i>" } else { "" };
        let days = format::number(fall.duration_days as f64, 0, Sign::Minus);
        letters.push(Letter::new(
            class,
            Some(left),
            GROWTH.1,
            format!("{}<small>{} days{so_far}</small>", escape(&depth), escape(&days)),
        ));
    }
    letters
}

/// A point for each valuation.
fn points(picture: &Picture, curves: &[Vec<(f64, f64)>; 2]) -> Vec<Letter> {
    let (Some(panel), [ours, _]) = (picture.panels.first(), curves) else { return Vec::new() };
    let before_the_last = ours.iter().take(ours.len().saturating_sub(1));
    before_the_last
        .map(|(x, height)| Letter::new("point open ours", Some(picture.place(*x)), panel.place(*height), ""))
        .collect()
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
