//! The names, definitions and units of all figures, and why one is undefined.
//!
//! One list feeds the terminal's table, the pages and the methodology, so that a figure has one definition.

use serde::Serialize;

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction, shown in percent.
    Percent,
    /// A plain number.
    Ratio,
    /// Basis points.
    BasisPoints,
    /// Calendar or trading days, as the name says.
    Days,
    /// How many.
    Count,
    /// Money in base currency: private in relative mode.
    Amount,
}

/// One figure with all that is needed to believe it.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Its anchor on the methodology page, and its key in `stats --json`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub unit: Unit,
    /// Its value, or `None` where it is undefined.
    pub value: Option<f64>,
    /// How many observations it rests on.
    pub observations: usize,
    /// What those are: `days`, `months`, `round trips`.
    pub observed: &'static str,
    /// Date or dates that belong to it.
    pub when: Option<String>,
    /// Why it is undefined, in words: `needs 365 days, has 120`.
    pub undefined_because: Option<String>,
    /// Its formula in words and signs.
    pub formula: &'static str,
    /// Where the definition is from; empty where it is everybody's.
    pub source: &'static str,
}

/// Figures that belong together.
#[derive(Debug, Clone, Serialize)]
pub struct FigureGroup {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub name: &'static str,
    /// Its figures, in order.
    pub figures: Vec<Figure>,
}
