//! One plot: axes, grid and layers, drawn with `plotters` into an accessible SVG element.

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::format::escape;
use crate::{Error, Result};

use super::scale;
use super::svg::{Ink, SCALE, Svg};

/// The size of a chart. It is drawn once for wide and once for narrow screens, and the style sheet shows the one that
/// fits, so that its text is readable on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Font size in pixels, before the page scales it.
    pub letters: i32,
    /// Its class on the page.
    pub class: &'static str,
}

impl Size {
    /// For desktop screens.
    pub const fn wide(height: u32) -> Self {
        Self { width: 960, height, letters: 11, class: "wide" }
    }

    /// For a column of a printed page, where it is scaled to about two thirds.
    pub const fn print(height: u32) -> Self {
        Self { width: 470, height, letters: 10, class: "print" }
    }

    /// For a phone held upright.
    pub const fn narrow(height: u32) -> Self {
        Self { width: 380, height, letters: 13, class: "narrow" }
    }
}

/// Something drawn over the grid, in the units of the axes.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A line through points.
    Line(Vec<(f64, f64)>, Ink),
    /// The area between a line and zero.
    Area(Vec<(f64, f64)>, Ink),
    /// The area inside a line that ends where it starts.
    Band(Vec<(f64, f64)>, Ink),
    /// Bars from zero (left, right, height), with one ink for positive and one for negative values.
    Bars(Vec<(f64, f64, f64)>, Ink, Ink),
    /// A thin horizontal line at this height.
    Level(f64),
}

/// A chart in the units of its axes.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Unique on its page.
    pub id: String,
    /// Which chart it is, for the script that redraws it.
    pub kind: &'static str,
    /// Its name.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// Left and right end.
    pub x: (f64, f64),
    /// Lower and upper end.
    pub y: (f64, f64),
    /// Labels of the horizontal axis.
    pub x_labels: Vec<(f64, String)>,
    /// Labels of the vertical axis, each with a grid line.
    pub y_labels: Vec<(f64, String)>,
    /// What is drawn, from back to front.
    pub layers: Vec<Layer>,
}

/// The font of printed charts: the report's.
const PRINT_FONT: &str = "Source Sans 3";

const LEFT: i32 = 2;
const RIGHT: i32 = 52;
const TOP: i32 = 10;
const BOTTOM: i32 = 24;

type Area<'a> = DrawingArea<Svg<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = std::result::Result<(), DrawingAreaErrorKind<Infallible>>;

impl Plot {
    /// The chart as an SVG element.
    ///
    /// # Errors
    /// Only if the drawing library refuses the coordinates.
    pub fn svg(&self, size: Size) -> Result<String> {
        let shapes = self.shapes(size)?;
        let (left, right, top, bottom) = self.edges(size);
        let id = format!("{}-{}", self.id, size.class);
        Ok(format!(
            "<svg class=\"chart {}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
             data-kind=\"{}\" data-plot=\"{left} {top} {right} {bottom}\"><title id=\"{id}-t\">{}</title>\
             <desc id=\"{id}-d\">{}</desc>{shapes}</svg>",
            size.class,
            size.width as i32 * SCALE,
            size.height as i32 * SCALE,
            self.kind,
            escape(&self.title),
            escape(&self.description),
        ))
    }

    /// The chart as an SVG document of its own.
    ///
    /// # Errors
    /// As [`svg`](Self::svg).
    pub fn document(&self, size: Size) -> Result<String> {
        let shapes = self.shapes(size)?;
        let (width, height) = (size.width as i32 * SCALE, size.height as i32 * SCALE);
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{PRINT_FONT}\">{shapes}</svg>"
        ))
    }

    fn shapes(&self, size: Size) -> Result<String> {
        let mut shapes = String::new();
        self.draw(size, &mut shapes).map_err(|cause| {
            Error::internal(format!("cannot draw the chart `{}`", self.title)).because(cause.to_string())
        })?;
        Ok(shapes)
    }

    /// Left, right, top and bottom of the plotting area in SVG units.
    fn edges(&self, size: Size) -> (i32, i32, i32, i32) {
        let (width, height) = (size.width as i32, size.height as i32);
        (LEFT * SCALE, (width - RIGHT) * SCALE, TOP * SCALE, (height - BOTTOM) * SCALE)
    }

    fn draw(&self, size: Size, shapes: &mut String) -> Drawn {
        let (left, right, top, bottom) = self.edges(size);
        let root = Svg::new(size.width, size.height, shapes).into_drawing_area();
        let plane = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            self.x.0..self.x.1,
            self.y.0..self.y.1,
            (left..right, bottom..top),
        );
        let area: Area = root.apply_coord_spec(plane);
        self.draw_axes(&root, &area, (left, right, bottom), size.letters)?;
        let columns = ((right - left) / SCALE * 2) as usize;
        for layer in &self.layers {
            self.draw_layer(&area, layer, columns)?;
        }
        root.present()
    }

    fn draw_axes(&self, root: &DrawingArea<Svg, Shift>, area: &Area, edges: (i32, i32, i32), letters: i32) -> Drawn {
        let (left, right, bottom) = edges;
        let colour = Ink::Label.colour();
        let style = |horizontal, vertical| {
            TextStyle::from(("sans-serif", letters * SCALE)).color(&colour).pos(Pos::new(horizontal, vertical))
        };
        for (height, label) in &self.y_labels {
            let (_, y) = area.map_coordinate(&(self.x.0, *height));
            root.draw(&PathElement::new(vec![(left, y), (right, y)], Ink::Grid.colour().stroke_width(10)))?;
            let beside = (right + 8 * SCALE, y);
            root.draw(&Text::new(label.as_str(), beside, style(HPos::Left, VPos::Center)))?;
        }
        for (place, label) in &self.x_labels {
            let (x, _) = area.map_coordinate(&(*place, self.y.0));
            let below = (x, bottom + 8 * SCALE);
            let anchor = match x {
                x if x - left < 15 * SCALE => HPos::Left,
                x if right - x < 15 * SCALE => HPos::Right,
                _ => HPos::Center,
            };
            root.draw(&Text::new(label.as_str(), below, style(anchor, VPos::Top)))?;
        }
        Ok(())
    }

    fn draw_layer(&self, area: &Area, layer: &Layer, columns: usize) -> Drawn {
        match layer {
            Layer::Line(points, ink) => {
                let width = if *ink == Ink::Ours { 18 } else { 13 };
                area.draw(&PathElement::new(scale::thinned(points, columns), ink.colour().stroke_width(width)))
            }
            Layer::Area(points, ink) => {
                let points = scale::thinned(points, columns);
                let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
                    return Ok(());
                };
                area.draw(&PathElement::new(points.clone(), ink.colour().stroke_width(10)))?;
                let corners = [(last.0, 0.0), (first.0, 0.0)];
                area.draw(&Polygon::new(
                    points.into_iter().chain(corners).collect::<Vec<_>>(),
                    ink.colour().mix(0.16),
                ))
            }
            Layer::Band(points, ink) => area.draw(&Polygon::new(points.clone(), ink.colour().mix(0.28))),
            Layer::Bars(bars, above, below) => bars.iter().try_for_each(|(left, right, height)| {
                let ink = if *height < 0.0 { below } else { above };
                area.draw(&Rectangle::new([(*left, 0.0), (*right, *height)], ink.colour().filled()))
            }),
            Layer::Level(height) => {
                let ends = vec![(self.x.0, *height), (self.x.1, *height)];
                area.draw(&PathElement::new(ends, Ink::Base.colour().stroke_width(10)))
            }
        }
    }
}
