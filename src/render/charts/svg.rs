//! A drawing backend of `plotters` that writes small, themable SVG.
//!
//! Coordinates are tenths of a pixel. Every shape has a hex colour, for readers without the style sheet, and a class, by
//! which the style sheet of the page recolours it.

use std::convert::Infallible;
use std::fmt::Write;

use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use crate::format::escape;

/// Units of the coordinates in one pixel.
pub const SCALE: i32 = 10;

/// What a shape stands for: it decides the class and the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The account's own curve or bar.
    Ours,
    /// The index beside it.
    Benchmark,
    /// The area below a high.
    Drawdown,
    /// A month or order above zero.
    Gain,
    /// A month or order below zero.
    Loss,
    /// Lines of the grid.
    Grid,
    /// The line of zero or of the start.
    Base,
    /// Numbers and dates.
    Label,
}

impl Ink {
    const ALL: [Self; 8] =
        [Self::Ours, Self::Benchmark, Self::Drawdown, Self::Gain, Self::Loss, Self::Grid, Self::Base, Self::Label];

    /// The colour in a light page.
    pub fn colour(self) -> RGBColor {
        match self {
            Self::Ours => RGBColor(0x12, 0x3f, 0x6b),
            Self::Benchmark => RGBColor(0x8f, 0x5d, 0x0c),
            Self::Drawdown => RGBColor(0xa5, 0x35, 0x2c),
            Self::Gain => RGBColor(0x1b, 0x6b, 0x50),
            Self::Loss => RGBColor(0xa5, 0x35, 0x2b),
            Self::Grid => RGBColor(0xe4, 0xe1, 0xd8),
            Self::Base => RGBColor(0x8b, 0x8f, 0x92),
            Self::Label => RGBColor(0x5b, 0x61, 0x67),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Benchmark => "bench",
            Self::Drawdown => "down",
            Self::Gain => "up-bar",
            Self::Loss => "down-bar",
            Self::Grid => "grid",
            Self::Base => "base",
            Self::Label => "label",
        }
    }

    /// The ink of a colour: `plotters` passes only colours to the backend.
    fn of(colour: BackendColor) -> Self {
        let (red, green, blue) = colour.rgb;
        Self::ALL.into_iter().find(|ink| ink.colour() == RGBColor(red, green, blue)).unwrap_or(Self::Label)
    }
}

/// The shapes of one chart, as they are drawn.
pub struct Svg<'a> {
    size: (u32, u32),
    shapes: &'a mut String,
}

impl<'a> Svg<'a> {
    /// A canvas of this many pixels that appends to `shapes`.
    pub fn new(width: u32, height: u32, shapes: &'a mut String) -> Self {
        Self { size: (width * SCALE as u32, height * SCALE as u32), shapes }
    }

    fn path(&mut self, points: impl IntoIterator<Item = BackendCoord>, attributes: &str, close: bool) {
        let mut points = points.into_iter();
        let Some(mut last) = points.next() else { return };
        let _ = write!(self.shapes, "<path {attributes} d=\"M{} {}", last.0, last.1);
        let mut command = 'l';
        for point in points {
            let (dx, dy) = (point.0 - last.0, point.1 - last.1);
            if (dx, dy) == (0, 0) {
                continue;
            }
            // A minus separates numbers as well as a space does.
            let gap = |number: i32| if number < 0 { "" } else { " " };
            match command {
                'l' => drop(write!(self.shapes, "l{dx}{}{dy}", gap(dy))),
                _ => drop(write!(self.shapes, "{}{dx}{}{dy}", gap(dx), gap(dy))),
            }
            command = ' ';
            last = point;
        }
        self.shapes.push_str(if close { "z\"/>" } else { "\"/>" });
    }
}

fn stroke<S: BackendStyle>(style: &S) -> String {
    let ink = Ink::of(style.color());
    format!(
        "class=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"",
        ink.class(),
        hex(ink),
        style.stroke_width()
    )
}

fn fill<S: BackendStyle>(style: &S) -> String {
    let ink = Ink::of(style.color());
    let opacity = style.color().alpha;
    let opacity = if opacity < 1.0 { format!(" fill-opacity=\"{opacity}\"") } else { String::new() };
    format!("class=\"{} area\" fill=\"{}\"{opacity}", ink.class(), hex(ink))
}

fn hex(ink: Ink) -> String {
    let RGBColor(red, green, blue) = ink.colour();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let _ = write!(
            self.shapes,
            "<rect {} x=\"{}\" y=\"{}\" width=\"1\" height=\"1\"/>",
            fill(&color),
            point.0,
            point.1
        );
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.path([from, to], &stroke(style), false);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            self.path(path, &stroke(style), false);
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, filled: bool) -> Drawn {
        let attributes = if filled { fill(style) } else { stroke(style) };
        let (width, height) = ((b.0 - a.0).abs().max(1), (b.1 - a.1).abs().max(1));
        let (x, y) = (a.0.min(b.0), a.1.min(b.1));
        let _ = write!(self.shapes, "<rect {attributes} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, filled: bool) -> Drawn {
        let attributes = if filled { fill(style) } else { stroke(style) };
        let _ = write!(self.shapes, "<circle {attributes} cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", center.0, center.1);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        self.path(points, &fill(style), true);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let ink = Ink::of(style.color());
        let size = style.size().round() as i32;
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // Digits are about 0.7 of the size high; `dominant-baseline` is not known to every reader.
        let down = match style.anchor().v_pos {
            VPos::Top => size * 7 / 10,
            VPos::Center => size * 35 / 100,
            VPos::Bottom => 0,
        };
        let _ = write!(
            self.shapes,
            "<text class=\"{}\" fill=\"{}\" font-size=\"{size}\" text-anchor=\"{anchor}\" x=\"{}\" y=\"{}\">{}</text>",
            ink.class(),
            hex(ink),
            at.0,
            at.1 + down,
            escape(text)
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::prelude::*;

    #[test]
    fn a_path_is_relative_and_an_ink_gives_class_and_colour() {
        let mut shapes = String::new();
        let root = Svg::new(10, 10, &mut shapes).into_drawing_area();
        root.draw(&PathElement::new(
            vec![(0, 50), (10, 40), (10, 40), (25, 60)],
            Color::stroke_width(&Ink::Ours.colour(), 15),
        ))
        .unwrap();
        root.draw(&Rectangle::new([(5, 8), (1, 2)], Ink::Gain.colour().filled())).unwrap();
        drop(root);
        assert_eq!(
            shapes,
            "<path class=\"ours\" fill=\"none\" stroke=\"#123f6b\" stroke-width=\"15\" d=\"M0 50l10-10 15 20\"/>\
             <rect class=\"up-bar area\" fill=\"#1b6b50\" x=\"1\" y=\"2\" width=\"4\" height=\"6\"/>"
        );
    }

    #[test]
    fn text_is_escaped() {
        let mut shapes = String::new();
        let root = Svg::new(10, 10, &mut shapes).into_drawing_area();
        let colour = Ink::Label.colour();
        let style = TextStyle::from(("sans-serif", 100)).color(&colour);
        root.draw(&Text::new("<script>", (0, 0), style)).unwrap();
        drop(root);
        assert!(shapes.contains(">&lt;script&gt;</text>"), "{shapes}");
    }
}
