//! One plot: axes, grid and layers, drawn with `plotters` into an accessible SVG element.

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::{Error, Result};

use super::print::STYLE;
use super::scale;
use super::svg::{Ink, SCALE, Svg};

/// The size of a chart in a column of a printed page, where it is scaled to about two thirds, in pixels.
const WIDTH: u32 = 470;
const LETTERS: i32 = 10;

/// Widths of lines: the account's, others', thin ones.
const PENS: [u32; 3] = [18, 13, 10];

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
    /// Blocks (left, right, one end, the other), inked with this strength.
    Blocks(Vec<(f64, f64, f64, f64)>, Ink, f64),
    /// A thin horizontal line at this height.
    Level(f64),
}

/// A chart in the units of its axes.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Its name.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// How high it is, in pixels.
    pub height: u32,
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
pub(super) const PRINT_FONT: &str = "Source Sans 3";

const LEFT: i32 = 2;
const RIGHT: i32 = 52;
const TOP: i32 = 10;
const BOTTOM: i32 = 24;

/// An area to draw in.
pub type Area<'a> = DrawingArea<Svg<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
/// What comes of drawing.
pub type Drawn = std::result::Result<(), DrawingAreaErrorKind<Infallible>>;

impl Plot {
    /// The chart as an SVG document of its own.
    ///
    /// # Errors
    /// Only if the drawing library refuses the coordinates.
    pub fn document(&self) -> Result<String> {
        let mut shapes = String::new();
        self.draw(&mut shapes).map_err(|cause| {
            Error::internal(format!("cannot draw the chart `{}`", self.title)).because(cause.to_string())
        })?;
        let (width, height) = (WIDTH as i32 * SCALE, self.height as i32 * SCALE);
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{PRINT_FONT}\">{STYLE}{shapes}</svg>"
        ))
    }

    fn draw(&self, shapes: &mut String) -> Drawn {
        let (width, height) = (WIDTH as i32, self.height as i32);
        let (left, right, top, bottom) =
            (LEFT * SCALE, (width - RIGHT) * SCALE, TOP * SCALE, (height - BOTTOM) * SCALE);
        let root = Svg::new(WIDTH, self.height, shapes).into_drawing_area();
        let plane = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            self.x.0..self.x.1,
            self.y.0..self.y.1,
            (left..right, bottom..top),
        );
        let area: Area = root.apply_coord_spec(plane);
        self.draw_axes(&root, &area, (left, right, bottom), LETTERS)?;
        let columns = ((right - left) / SCALE * 2) as usize;
        for layer in &self.layers {
            draw_layer(&area, self.x, layer, columns, PENS)?;
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
}

/// Draws one layer, with lines thinned to the extremes of so many columns, and pens for the account, for others and for thin lines.
pub fn draw_layer(area: &Area, x: (f64, f64), layer: &Layer, columns: usize, pens: [u32; 3]) -> Drawn {
    let [ours, others, thin] = pens;
    match layer {
        Layer::Line(points, ink) => {
            let width = if *ink == Ink::Ours { ours } else { others };
            area.draw(&PathElement::new(scale::thinned(points, columns), ink.colour().stroke_width(width)))
        }
        Layer::Area(points, ink) => {
            let points = scale::thinned(points, columns);
            let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
                return Ok(());
            };
            area.draw(&PathElement::new(points.clone(), ink.colour().stroke_width(thin)))?;
            let corners = [(last.0, 0.0), (first.0, 0.0)];
            area.draw(&Polygon::new(points.into_iter().chain(corners).collect::<Vec<_>>(), ink.colour().mix(0.16)))
        }
        Layer::Band(points, ink) => area.draw(&Polygon::new(points.clone(), ink.colour().mix(0.28))),
        Layer::Bars(bars, above, below) => bars.iter().try_for_each(|(left, right, height)| {
            let ink = if *height < 0.0 { below } else { above };
            area.draw(&Rectangle::new([(*left, 0.0), (*right, *height)], ink.colour().filled()))
        }),
        Layer::Blocks(blocks, ink, strength) => blocks.iter().try_for_each(|(left, right, from, to)| {
            area.draw(&Rectangle::new([(*left, *from), (*right, *to)], ink.colour().mix(*strength).filled()))
        }),
        Layer::Level(height) => {
            let ends = vec![(x.0, *height), (x.1, *height)];
            area.draw(&PathElement::new(ends, Ink::Base.colour().stroke_width(thin)))
        }
    }
}
