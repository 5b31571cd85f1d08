//! Charts for paper: one size, fixed colours, and alternative text.

use crate::Result;
use crate::publication::{Day, MonthEnd, Published};

use super::plot::{Plot, Size};
use super::{drawdown_plot, growth_plot, since_inception};

/// A chart as a self-contained SVG document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The picture, with its styles inside.
    pub svg: String,
    /// Its alternative text.
    pub alt: String,
    /// Its title.
    pub title: String,
}

/// How many dates fit below a chart.
const DATES: usize = 7;

/// Growth of 100 in the account and the benchmark on these days up to a month's end, on a logarithmic scale.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn growth(days: &[Day], end: &MonthEnd, benchmark: Option<&str>) -> Result<Printed> {
    printed(growth_plot(days, (since_inception(&end.periods), benchmark), true, (DATES, 5)), 182)
}

/// As [`growth`], in the proportions of the picture for links.
///
/// # Errors
/// As [`growth`].
pub fn card(days: &[Day], end: &MonthEnd, benchmark: Option<&str>) -> Result<Printed> {
    printed(growth_plot(days, (since_inception(&end.periods), benchmark), true, (DATES, 3)), 128)
}

/// The fall from the highest value so far on these days up to a month's end.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn drawdown(days: &[Day], end: &MonthEnd, by_day: bool) -> Result<Printed> {
    printed(drawdown_plot(days, (end.max_drawdown.map(Published::get), by_day), DATES), 90)
}

fn printed(plot: Plot, height: u32) -> Result<Printed> {
    Ok(Printed {
        svg: plot.document(Size::print(height))?,
        alt: format!("{}. {}", plot.title, plot.description),
        title: plot.title,
    })
}
