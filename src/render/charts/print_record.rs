//! The record in one chart for paper: growth, how far below the last peak, and each month, over one time axis, with both curves
//! named at their ends.

use std::fmt::Write;

use plotters::prelude::*;

use super::picture::{Frame, Panel, apart, kept};
use super::plot::{Area, Drawn, PRINT_FONT};
use super::print::STYLE;
use super::record::{BELOW, FALLS, FEW, GROWTH, Growth, LEAST_FALL, MONTHS, each_month, each_return};
use super::scale::{Tick, x_of};
use super::svg::{Ink, SCALE, Svg};
use super::{
    below_the_peak, benchmark_name, curves, fall_in_words, grown, growth_in_words, measured, since_inception, ticks,
    time_span,
};
use crate::analysis::drawdown;
use crate::calendar::YearMonth;
use crate::format::{self, Sign, escape};
use crate::publication::{Day, MonthEnd, Publication, Published};
use crate::{Error, Result};

/// The size in points, of which these are left for letters at the left at least, at the right and below.
const SIZE: (i32, i32) = (504, 246);
const LEFT: i32 = 31;
const RIGHT: i32 = 92;
const BOTTOM: i32 = 15;

/// Sizes of letters, the larger for what stands at the ends of curves.
const LETTERS: f64 = 8.25;
const LARGE: f64 = 9.0;

/// So many points wide is a letter at most.
const OF_A_LETTER: f64 = 4.5;

/// Widths of lines in tenths of a point: the account's, others', thin ones.
const PENS: [u32; 3] = [13, 10, 5];

/// How many dates fit below the chart, and how wide a letter and a gap are, as parts of its width.
const DATES: usize = 10;
const LETTER: f64 = 0.012;
const GAP: f64 = 0.02;

/// A name of the index that is longer stands in a line of its own, cut to what fits.
const SHORT_NAME: usize = 12;
const LONGEST_NAME: usize = 21;

/// The chart as a self-contained SVG document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordChart {
    /// The picture, with its styles inside.
    pub svg: String,
    /// Its alternative text.
    pub alt: String,
    /// Its scale, and what else is to be known beside its title.
    pub note: String,
}

/// The chart of the record up to the end of a month.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn record(publication: &Publication, end: &MonthEnd) -> Result<RecordChart> {
    let chart = Chart::new(publication, end);
    let mut shapes = String::new();
    chart
        .draw(&mut shapes)
        .map_err(|cause| Error::internal("cannot draw the chart of the record").because(cause.to_string()))?;
    chart.write(&mut shapes);
    let (width, height) = (SIZE.0 * SCALE, SIZE.1 * SCALE);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{PRINT_FONT}\">{STYLE}{shapes}</svg>"
    );
    let facts = &publication.facts;
    let alt = format!(
        "Growth of 100. {} {}",
        growth_in_words(chart.days, (since_inception(&end.periods), facts.benchmark.as_deref())),
        fall_in_words(chart.days, (end.max_drawdown.map(Published::get), facts.by_day))
    );
    let scale = if chart.is_young { "" } else { "log scale" };
    let ends = if facts.by_day { "" } else { "at month-ends" };
    let index = if facts.benchmark.is_none() { "no index is set" } else { "" };
    let parts: Vec<&str> = [scale, ends, index].into_iter().filter(|part| !part.is_empty()).collect();
    Ok(RecordChart { svg, alt, note: parts.join("; ") })
}

struct Chart<'a> {
    publication: &'a Publication,
    end: &'a MonthEnd,
    days: &'a [Day],
    x: (f64, f64),
    ticks: Vec<Tick>,
    curves: [Vec<(f64, f64)>; 2],
    falls: Vec<drawdown::Drawdown>,
    panels: [Panel; 3],
    is_young: bool,
    /// Points at the left, for the labels of the axes.
    left: i32,
}

impl<'a> Chart<'a> {
    fn new(publication: &'a Publication, end: &'a MonthEnd) -> Self {
        let days = publication.days_until(end.as_of);
        let facts = &publication.facts;
        let is_young = days.len() <= FEW && facts.by_day;
        let falls = if is_young { Vec::new() } else { deepest(days) };
        let growth = Growth { logarithmic: !is_young, with_falls: !falls.is_empty() };
        let x = time_span(days);
        let curves = curves(days, |value| growth.height(value));
        let month = YearMonth::of(end.as_of);
        let months = &publication.months;
        let months = months.get(..months.partition_point(|known| known.month <= month)).unwrap_or(months);
        let below = Panel {
            heading: Some(("Below the last peak", measured(facts.by_day, end.is_daily).into())),
            ..below_the_peak(BELOW, days)
        };
        let bars = if is_young { each_return(days, end.is_daily, x, MONTHS) } else { each_month(months, x) };
        let panels = [growth.panel(&curves), below, bars];
        let letters = panels.iter().flat_map(|panel| &panel.levels).map(|(_, text)| text.chars().count()).max();
        let left = LEFT.max((letters.unwrap_or_default() as f64 * OF_A_LETTER).ceil() as i32 + 5);
        Self { publication, end, days, x, ticks: ticks(days, DATES), curves, falls, panels, is_young, left }
    }

    /// Where a time and a part of the height are, in tenths of a point.
    fn at(&self, x: f64, part: f64) -> (f64, f64) {
        let share = (x - self.x.0) / (self.x.1 - self.x.0);
        let (left, right) = (f64::from(self.left), f64::from(SIZE.0 - RIGHT));
        ((left + share * (right - left)) * 10.0, part * f64::from(SIZE.1 - BOTTOM) * 10.0)
    }

    fn draw(&self, shapes: &mut String) -> Drawn {
        let [width, height] = [SIZE.0, SIZE.1].map(|side| side as u32);
        let root = Svg::new(width, height, shapes).into_drawing_area();
        let frame = Frame {
            x: self.x,
            sides: (self.left * SCALE, (SIZE.0 - RIGHT) * SCALE),
            edge: &|part| self.at(self.x.0, part).1.round() as i32,
            columns: (SIZE.0 - self.left - RIGHT) as usize * 2,
            pens: PENS,
        };
        let bands: Vec<(f64, f64)> =
            self.falls.iter().map(|fall| (x_of(fall.peak), fall.recovery.map_or(self.x.1, x_of))).collect();
        frame.draw(&root, &bands, &self.ticks, &self.panels)?;
        let [growth, ..] = &self.panels;
        self.draw_points(&frame.area(&root, growth.y, growth.edges))?;
        root.present()
    }

    /// A point at the end of each curve, and for each valuation while there are few.
    fn draw_points(&self, area: &Area) -> Drawn {
        let [ours, theirs] = &self.curves;
        let ends = [(theirs.last(), Ink::Benchmark), (ours.last(), Ink::Ours)];
        let valuations = ours.iter().filter(|_| self.is_young).map(|point| (Some(point), Ink::Ours));
        for (point, ink) in valuations.chain(ends) {
            if let Some(point) = point {
                area.draw(&Circle::new(*point, 20, ink.colour().filled()))?;
            }
        }
        Ok(())
    }

    fn write(&self, shapes: &mut String) {
        for panel in &self.panels {
            for (at, text) in &panel.levels {
                let (x, y) = self.at(self.x.0, panel.place(*at));
                Word::small(Ink::Label).at((x - 50.0, y + 28.0)).end().write(shapes, text);
            }
            if let Some((name, note)) = &panel.heading {
                let (x, y) = self.at(self.x.0, panel.edges.0);
                let text =
                    format!("<tspan font-weight=\"600\" fill=\"#15181c\">{}</tspan> {}", escape(name), escape(note));
                Word::small(Ink::Label).at((x, y - 45.0)).write_marked(shapes, &text);
            }
        }
        self.write_dates(shapes);
        self.write_ends(shapes);
        self.write_falls(shapes);
    }

    fn write_dates(&self, shapes: &mut String) {
        let places: Vec<f64> = self.ticks.iter().map(|tick| (tick.x - self.x.0) / (self.x.1 - self.x.0)).collect();
        let texts: Vec<&str> = self.ticks.iter().map(|tick| tick.text.as_str()).collect();
        let shown = kept(&places, &texts, &[(LETTER, GAP)]);
        for ((tick, place), _) in self.ticks.iter().zip(&places).zip(shown).filter(|(_, shown)| *shown > 0) {
            let (x, y) = self.at(tick.x, 1.0);
            let word = Word::small(Ink::Label).at((x, y + 95.0));
            if *place > 0.93 { word.end() } else { word }.write(shapes, &tick.text);
        }
    }

    /// The names and values of both curves at their ends, and how far below the peak the account is.
    fn write_ends(&self, shapes: &mut String) {
        let last = |read: fn(&Day) -> Option<f64>| self.days.iter().rev().find_map(read);
        let total = since_inception(&self.end.periods);
        let ours = total.map(|total| 1.0 + total).or_else(|| last(|day| Some(day.index.get())));
        let theirs = last(|day| day.benchmark_index.map(Published::get));
        let (name, more) = benchmark_name(self.publication);
        let (name, more) = match name.chars().count() {
            0..=SHORT_NAME => (name, more.to_owned()),
            _ => ("Index", cut(&format!("{name} {more}"))),
        };
        let [growth, below, _] = &self.panels;
        let named = [("Account", ours, String::new(), Ink::Ours), (name, theirs, more, Ink::Benchmark)];
        let mut ends: Vec<_> = named
            .into_iter()
            .zip(&self.curves)
            .filter_map(|((name, value, more, ink), curve)| {
                Some((growth.place(curve.last()?.1), format!("{name} {}", grown(value?)), more, ink))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut tops: Vec<f64> = ends.iter().map(|end| end.0).collect();
        let above_has_two = ends.first().is_some_and(|end| !end.2.is_empty());
        // Letters that stand at the upper edge are inside.
        apart(&mut tops, if above_has_two { 0.095 } else { 0.055 }, (GROWTH.0 + 0.02, GROWTH.1));
        for ((_, text, more, ink), top) in ends.iter().zip(tops) {
            let (x, y) = self.at(self.x.1, top);
            Word::large(*ink).at((x + 60.0, y + 30.0)).write(shapes, text);
            if !more.is_empty() {
                Word::small(Ink::Label).at((x + 60.0, y + 125.0)).write(shapes, more);
            }
        }
        let Some(fall) = self.days.last().map(|day| day.drawdown.get()) else { return };
        let is_below = fall <= -0.0005;
        let is_emptied = self.publication.facts.emptied.is_some_and(|date| date <= self.end.as_of);
        let text = match is_below {
            true => {
                let when = if is_emptied { "at the end" } else { "now" };
                format!("{} {when}", format::percent(fall, 1, Sign::Minus))
            }
            false => "at its peak".into(),
        };
        let (x, y) = self.at(self.x.1, below.place(fall));
        Word::large(if is_below { Ink::Loss } else { Ink::Label }).at((x + 60.0, y + 30.0)).write(shapes, &text);
    }

    /// Depth and length of the falls at the foot of the growth panel, the deepest first; one that would run into another is left
    /// out.
    fn write_falls(&self, shapes: &mut String) {
        let (right, bottom) = self.at(self.x.1, GROWTH.1);
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for fall in &self.falls {
            let so_far = if fall.recovery.is_none() { ", so far" } else { "" };
            let days = format!("{} days{so_far}", format::number(fall.duration_days as f64, 0, Sign::Minus));
            let depth = format::percent(fall.depth, 1, Sign::Minus);
            let width = days.len().max(depth.chars().count() + 1) as f64 * OF_A_LETTER * f64::from(SCALE);
            let (start, _) = self.at(x_of(fall.peak), GROWTH.1);
            let is_late = start + width > right;
            let (from, to) = if is_late { (right - width, right) } else { (start, start + width) };
            if taken.iter().any(|other| from < other.1 && other.0 < to) {
                continue;
            }
            taken.push((from, to));
            let at = if is_late { right - 20.0 } else { start + 20.0 };
            for (word, text, y) in
                [(Word::large(Ink::Loss), depth, bottom - 110.0), (Word::small(Ink::Label), days, bottom - 15.0)]
            {
                let word = word.at((at, y));
                if is_late { word.end() } else { word }.write(shapes, &text);
            }
        }
    }
}

/// The deepest falls of the published curve that are worth a mark.
fn deepest(days: &[Day]) -> Vec<drawdown::Drawdown> {
    let (dates, depths): (Vec<_>, Vec<_>) = days.iter().map(|day| (day.date, day.drawdown.get())).unzip();
    let mut falls = drawdown::periods(&dates, &depths);
    falls.retain(|fall| fall.depth <= LEAST_FALL);
    falls.truncate(FALLS);
    falls
}

/// A name that has room.
fn cut(name: &str) -> String {
    let name = name.trim();
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).collect::<String>().trim_end().to_owned() + "…"
}

/// A piece of text in the drawing.
#[derive(Clone, Copy)]
struct Word {
    ink: Ink,
    size: f64,
    weight: u32,
    at: (f64, f64),
    anchor: &'static str,
}

impl Word {
    fn small(ink: Ink) -> Self {
        Self { ink, size: LETTERS, weight: 400, at: (0.0, 0.0), anchor: "start" }
    }

    fn large(ink: Ink) -> Self {
        Self { size: LARGE, weight: 600, ..Self::small(ink) }
    }

    /// From where it starts on its line.
    fn at(self, at: (f64, f64)) -> Self {
        Self { at, ..self }
    }

    /// It ends there.
    fn end(self) -> Self {
        Self { anchor: "end", ..self }
    }

    fn write(self, shapes: &mut String, text: &str) {
        self.write_marked(shapes, &escape(text));
    }

    fn write_marked(self, shapes: &mut String, marked: &str) {
        let Self { ink, size, weight, at: (x, y), anchor } = self;
        let RGBColor(red, green, blue) = ink.colour();
        let size = size * f64::from(SCALE);
        let _ = write!(
            shapes,
            "<text fill=\"#{red:02x}{green:02x}{blue:02x}\" font-size=\"{size}\" font-weight=\"{weight}\" \
             text-anchor=\"{anchor}\" x=\"{x:.0}\" y=\"{y:.0}\">{marked}</text>"
        );
    }
}

#[cfg(test)]
#[path = "print_record_tests.rs"]
mod tests;
