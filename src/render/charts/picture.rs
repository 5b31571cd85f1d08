//! A chart on a page: one drawing that the page stretches to any width, and every letter over it in HTML, so that letters
//! keep their size.

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::format::escape;
use crate::{Error, Result};

use super::plot::{self, Area, Drawn, Layer};
use super::scale::Tick;
use super::svg::{Ink, SCALE, Svg};

/// The size of the drawing before the page stretches it.
const WIDTH: u32 = 200;
const HEIGHT: u32 = 100;

/// Widths of lines in pixels: the account's, others', thin ones.
const PENS: [u32; 3] = [2, 1, 1];

/// Parts of the width that keep their extremes when a line is thinned: as many as can be told apart.
const COLUMNS: usize = 700;

/// How wide a letter of a date and the gap behind it are, as parts of the narrowest picture of each of three sizes: the full page, a
/// tablet, a phone. The style sheet leaves out what has no room.
const ROOM: [(f64, f64); 3] = [(0.0085, 0.012), (0.0145, 0.02), (0.027, 0.028)];

/// So many pixels wide is a picture on the smallest phone, beside the labels of its axis.
const NARROW: f64 = 250.0;

/// How many pixels high a picture of a class is on a phone, where it is lowest.
pub(super) fn pixels_on_a_phone(class: &str) -> f64 {
    match class.split(' ').find(|word| *word != "bare") {
        Some("tall") => 432.0,
        Some("price") => 400.0,
        Some("middle") => 280.0,
        Some("low") => 200.0,
        _ => 300.0,
    }
}

/// A label of an axis with more letters than this is wider than the room beside a picture on a phone.
const SHORT_LABEL: usize = 6;

/// From here on a date ends at its place.
const LATE: f64 = 0.93;

/// A chart in the units of its axes, with one time axis for all of its panels.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Unique on its page.
    pub id: String,
    /// Which chart it is, for the script that redraws it.
    pub kind: &'static str,
    /// Its name, which stands over it.
    pub title: String,
    /// Its unit and what else is to be known, beside the name.
    pub note: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// How high it is, as a class of the style sheet.
    pub height: &'static str,
    /// Left and right end.
    pub x: (f64, f64),
    /// Labels of the time axis.
    pub ticks: Vec<Tick>,
    /// Spans of time that are marked through all panels.
    pub bands: Vec<(f64, f64)>,
    /// One above the other.
    pub panels: Vec<Panel>,
    /// Words and points at their places.
    pub letters: Vec<Letter>,
}

/// One panel of a chart.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// Its name and its unit, where there is more than one panel.
    pub heading: Option<(&'static str, String)>,
    /// Its upper and lower edge, as parts of the height.
    pub edges: (f64, f64),
    /// Lower and upper end of its axis.
    pub y: (f64, f64),
    /// Labels of the axis, each with a line.
    pub levels: Vec<(f64, String)>,
    /// The height that the others are measured from.
    pub base: f64,
    /// What is drawn, from back to front.
    pub layers: Vec<Layer>,
}

impl Panel {
    /// Where a height is, as a part of the height of the picture.
    pub fn place(&self, height: f64) -> f64 {
        let share = (self.y.1 - height) / (self.y.1 - self.y.0);
        self.edges.0 + share * (self.edges.1 - self.edges.0)
    }
}

/// Something in HTML over the drawing.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its class.
    pub class: &'static str,
    /// From the left, as a part of the width; `None` where the class says it.
    pub left: Option<f64>,
    /// From the top, as a part of the height.
    pub top: f64,
    /// The same on a phone, where the name of a curve stands inside the picture.
    pub inside: Option<f64>,
    /// Its HTML.
    pub html: String,
}

impl Letter {
    /// Words without a place of their own on a phone.
    pub fn new(class: &'static str, left: Option<f64>, top: f64, html: impl Into<String>) -> Self {
        Self { class, left, top, inside: None, html: html.into() }
    }
}

impl Picture {
    /// Where a time is, as a part of the width.
    pub fn place(&self, x: f64) -> f64 {
        (x - self.x.0) / (self.x.1 - self.x.0)
    }

    /// The chart as HTML.
    ///
    /// # Errors
    /// Only if the drawing library refuses the coordinates.
    pub fn html(&self) -> Result<String> {
        self.html_around().map(|parts| parts.concat())
    }

    /// The chart as HTML in two parts, between which links over the drawing have their place: a picture has none in it.
    ///
    /// # Errors
    /// As [`html`](Self::html).
    pub fn html_around(&self) -> Result<[String; 2]> {
        let mut shapes = String::new();
        self.draw(&mut shapes).map_err(|cause| {
            Error::internal(format!("cannot draw the chart `{}`", self.title)).because(cause.to_string())
        })?;
        let (id, width, height) = (&self.id, WIDTH as i32 * SCALE, HEIGHT as i32 * SCALE);
        let note =
            if self.note.is_empty() { String::new() } else { format!(" <small>{}</small>", escape(&self.note)) };
        let chart = format!(
            "<div class=\"chart {}\" data-kind=\"{}\"><p class=\"title\" id=\"{id}-t\"><b>{}</b>{note}</p>\
             <div class=\"box\"{} role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <svg viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{shapes}</svg>{}</div>",
            self.height,
            self.kind,
            escape(&self.title),
            self.room_for_labels(),
            self.letters(),
        );
        Ok([chart, format!("<p class=\"hidden\" id=\"{id}-d\">{}</p></div>", escape(&self.description))])
    }

    /// What long labels of an axis need on a phone, less what the margin of a page takes up.
    fn room_for_labels(&self) -> String {
        let labels = self.panels.iter().flat_map(|panel| &panel.levels);
        let letters = labels.map(|(_, text)| text.chars().count()).max().filter(|letters| *letters > SHORT_LABEL);
        letters.map(|letters| format!(" style=\"--labels:{}px\"", letters * 33 / 5 - 6)).unwrap_or_default()
    }

    fn letters(&self) -> String {
        let mut html = String::new();
        for panel in &self.panels {
            for (at, text) in &panel.levels {
                let top = percent(panel.place(*at));
                let _ = write!(html, "<b class=\"y\" style=\"top:{top}\">{}</b>", escape(text));
            }
            if let Some((name, note)) = &panel.heading {
                let top = percent(panel.edges.0);
                let _ =
                    write!(html, "<b class=\"head\" style=\"top:{top}\">{name} <small>{}</small></b>", escape(note));
            }
        }
        let places: Vec<f64> = self.ticks.iter().map(|tick| self.place(tick.x)).collect();
        let texts: Vec<&str> = self.ticks.iter().map(|tick| tick.text.as_str()).collect();
        for ((tick, place), sizes) in self.ticks.iter().zip(&places).zip(kept(&places, &texts, &ROOM)) {
            let room = match sizes {
                0 => continue,
                1 => " widest",
                2 => " wide",
                _ => "",
            };
            let last = if *place > LATE { " last" } else { "" };
            let (mut left, text) = (percent(*place), escape(&tick.text));
            // As wide as its letters, less what the margin of a page takes up.
            let width = (tick.text.chars().count() * 33 / 5).saturating_sub(12);
            if last.is_empty() && place + width as f64 / NARROW > 1.0 {
                left = format!("min({left},100% - {width}px)");
            }
            let _ = write!(html, "<b class=\"x{last}{room}\" style=\"left:{left}\">{text}</b>");
        }
        for letter in &self.letters {
            let left = letter.left.map(|left| format!("left:{};", percent(left))).unwrap_or_default();
            let inside = letter.inside.map(|top| format!(";--p:{}", percent(top))).unwrap_or_default();
            let (class, top) = (letter.class, percent(letter.top));
            let _ = write!(html, "<b class=\"{class}\" style=\"{left}top:{top}{inside}\">{}</b>", letter.html);
        }
        html
    }

    fn draw(&self, shapes: &mut String) -> Drawn {
        let root = Svg::new(WIDTH, HEIGHT, shapes).into_drawing_area();
        let height = f64::from(HEIGHT as i32 * SCALE);
        let frame = Frame {
            x: self.x,
            sides: (0, WIDTH as i32 * SCALE),
            edge: &|part| (part * height).round() as i32,
            columns: COLUMNS,
            pens: PENS,
        };
        frame.draw(&root, &self.bands, &self.ticks, &self.panels)?;
        root.present()
    }
}

/// Where panels are drawn, and how finely.
pub struct Frame<'a> {
    /// Left and right end of the time axis.
    pub x: (f64, f64),
    /// The same in units of the drawing.
    pub sides: (i32, i32),
    /// Where a part of the height is, in units of the drawing.
    pub edge: &'a dyn Fn(f64) -> i32,
    /// Parts of the width that keep their extremes when a line is thinned.
    pub columns: usize,
    /// Widths of lines: the account's, others', thin ones.
    pub pens: [u32; 3],
}

impl Frame<'_> {
    /// The plane between two edges, over these heights.
    pub fn area<'s>(&self, root: &DrawingArea<Svg<'s>, Shift>, y: (f64, f64), edges: (f64, f64)) -> Area<'s> {
        let (right, down) = (self.sides.0..self.sides.1, (self.edge)(edges.1)..(self.edge)(edges.0));
        root.apply_coord_spec(Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            self.x.0..self.x.1,
            y.0..y.1,
            (right, down),
        ))
    }

    /// Spans of time and lines of dates through all panels, and each panel with its levels and layers.
    pub fn draw(
        &self,
        root: &DrawingArea<Svg, Shift>,
        bands: &[(f64, f64)],
        ticks: &[Tick],
        panels: &[Panel],
    ) -> Drawn {
        let [.., thin] = self.pens;
        let all = self.area(root, (0.0, 1.0), (0.0, 1.0));
        for (from, to) in bands {
            all.draw(&Rectangle::new([(*from, 0.0), (*to, 1.0)], Ink::Drawdown.colour().mix(0.06).filled()))?;
        }
        for tick in ticks.iter().filter(|tick| tick.has_line) {
            let line = vec![(tick.x, 0.0), (tick.x, 1.0)];
            all.draw(&PathElement::new(line, Ink::Grid.colour().stroke_width(thin)))?;
        }
        for panel in panels {
            let area = self.area(root, panel.y, panel.edges);
            for (at, _) in &panel.levels {
                let ink = if (at - panel.base).abs() < 1e-9 { Ink::Base } else { Ink::Grid };
                let line = vec![(self.x.0, *at), (self.x.1, *at)];
                area.draw(&PathElement::new(line, ink.colour().stroke_width(thin)))?;
            }
            for layer in &panel.layers {
                plot::draw_layer(&area, self.x, layer, self.columns, self.pens)?;
            }
        }
        Ok(())
    }
}

/// At how many sizes of the picture each label is kept, so that none runs into another: each size keeps some of what the wider one
/// does, and years before the months between them. A size is how wide a letter and the gap behind it are, as parts of the width.
pub(super) fn kept(places: &[f64], texts: &[&str], sizes: &[(f64, f64)]) -> Vec<usize> {
    let is_year = |text: &str| text.len() == 4 && text.bytes().all(|letter| letter.is_ascii_digit());
    let mut labels: Vec<(usize, f64, &str)> =
        places.iter().zip(texts).enumerate().map(|(at, (place, text))| (at, *place, *text)).collect();
    labels.sort_by_key(|(at, _, text)| (*at > 0 && !is_year(text), *at));
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); sizes.len()];
    let mut found = vec![0; places.len()];
    for (at, place, text) in labels {
        for ((letter, gap), taken) in sizes.iter().zip(&mut taken) {
            let width = text.chars().count() as f64 * letter;
            // Near the right edge the style sheet moves a label back into the picture.
            let start = if place > LATE { place - width } else { place.min(1.0 - width) };
            if taken.iter().any(|(from, to)| start < to + gap && *from < start + width + gap) {
                break;
            }
            taken.push((start, start + width));
            if let Some(found) = found.get_mut(at) {
                *found += 1;
            }
        }
    }
    found
}

/// A part of the whole, as the style sheet writes it.
pub(super) fn percent(part: f64) -> String {
    let text = format!("{:.2}", part * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned() + "%"
}

/// Tops of labels from the highest down, moved apart to a distance, and all of them inside the edges if they fit.
pub fn apart(tops: &mut [f64], distance: f64, edges: (f64, f64)) {
    // What is moved away from one may come too near to another.
    let count = tops.len();
    for at in (0..count).flat_map(|_| 1..count) {
        if let Some([above, below]) = tops.get_mut(at - 1..=at) {
            let lacking = distance - (*below - *above);
            if lacking > 0.0 {
                *above -= lacking / 2.0;
                *below += lacking / 2.0;
            }
        }
    }
    let (over, under) = (
        tops.first().map_or(0.0, |top| edges.0 - top).max(0.0),
        tops.last().map_or(0.0, |top| top - edges.1).max(0.0),
    );
    tops.iter_mut().for_each(|top| *top += over - under);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_run_into_each_other() {
        // Four letters are 0.034, 0.058 and 0.108 wide, with gaps of 0.012, 0.02 and 0.028 between them.
        assert_eq!(kept(&[0.0, 0.05, 0.1, 0.2], &["2015", "2016", "2017", "2018"], &ROOM), [3, 1, 2, 3]);
        // The last one ends at its place.
        assert_eq!(kept(&[0.0, 0.9, 1.0], &["2015", "2016", "2017"], &ROOM), [3, 3, 1]);
        // One that would leave the picture begins before its place: 0.216 wide, and 0.028 behind it, on a phone.
        assert_eq!(kept(&[0.66, 0.9], &["100 days", "150 days"], &ROOM), [3, 2]);
        // A year goes before a month.
        assert_eq!(kept(&[0.0, 0.06, 0.1], &["Mar 2015", "Jul", "2016"], &ROOM)[1..], [0, 1]);
    }

    #[test]
    fn ends_are_moved_apart_and_stay_inside() {
        let moved = |mut tops: [f64; 2]| {
            apart(&mut tops, 0.06, (0.0, 0.5));
            tops.map(|top| (top * 1000.0).round() / 1000.0)
        };
        assert_eq!(moved([0.2, 0.3]), [0.2, 0.3]);
        assert_eq!(moved([0.2, 0.22]), [0.18, 0.24]);
        assert_eq!(moved([0.0, 0.02]), [0.0, 0.06]);
        assert_eq!(moved([0.49, 0.5]), [0.44, 0.5]);
    }

    #[test]
    fn a_chart_has_its_title_its_unit_and_every_letter_outside_the_drawing() {
        let panel = Panel {
            edges: (0.0, 1.0),
            y: (0.0, 2.0),
            levels: vec![(0.0, "0".into()), (1.0, "1<".into())],
            layers: vec![Layer::Line(vec![(0.0, 0.0), (1.0, 2.0)], Ink::Ours)],
            ..Panel::default()
        };
        let tick = Tick { x: 0.5, text: "2016".into(), has_line: true };
        let picture = Picture {
            id: "p".into(),
            title: "A & B".into(),
            note: "in points".into(),
            description: "It rises.".into(),
            x: (0.0, 1.0),
            ticks: vec![tick],
            panels: vec![panel],
            ..Picture::default()
        };
        let html = picture.html().unwrap();
        let (svg, letters) = html.split_once("</svg>").unwrap();
        assert!(svg.contains("<b>A &amp; B</b> <small>in points</small>") && !svg.contains("<text"), "{svg}");
        assert!(svg.contains("d=\"M0 1000l2000-1000\""), "{svg}");
        assert!(letters.contains("<b class=\"y\" style=\"top:50%\">1&lt;</b>"), "{letters}");
        assert!(letters.contains("<b class=\"x\" style=\"left:50%\">2016</b>"), "{letters}");
        assert!(letters.contains("<p class=\"hidden\" id=\"p-d\">It rises.</p>"), "{letters}");
    }
}
