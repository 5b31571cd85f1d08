//! The names, definitions and units of all figures, and why one is undefined.
//!
//! One list feeds the terminal's table, the pages and the methodology, so that a figure has one definition.

mod meaning;
mod performance;
mod significance;
mod trading;

use serde::{Deserialize, Serialize};

pub use meaning::meaning;
pub use significance::SETTINGS;

use super::stats::Stats;
use crate::static_text::{self, StaticText};

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure<V = f64> {
    /// Its anchor on the methodology page, and its path in `stats --json`: `returns.total`.
    #[serde(deserialize_with = "static_text::read")]
    pub id: StaticText,
    /// Its name.
    #[serde(deserialize_with = "static_text::read")]
    pub name: StaticText,
    /// How it is written.
    pub unit: Unit,
    /// Its value, or `None` where it is undefined.
    pub value: Option<V>,
    /// How many observations it rests on.
    pub observations: usize,
    /// What those are: `returns`, `months`, `round trips`.
    #[serde(deserialize_with = "static_text::read")]
    pub observed: StaticText,
    /// Date or dates that belong to it.
    pub when: Option<String>,
    /// Why it is undefined: `needs 365 days, has 120`.
    pub undefined_because: Option<String>,
    /// Its formula.
    #[serde(deserialize_with = "static_text::read")]
    pub formula: StaticText,
    /// Where the definition is from; empty where it is everybody's.
    #[serde(deserialize_with = "static_text::read")]
    pub source: StaticText,
}

/// Figures that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureGroup<V = f64> {
    /// Its anchor.
    #[serde(deserialize_with = "static_text::read")]
    pub id: StaticText,
    /// Its heading.
    #[serde(deserialize_with = "static_text::read")]
    pub name: StaticText,
    /// Its figures, in order.
    pub figures: Vec<Figure<V>>,
}

/// Every figure with its value, its definition, and why it is undefined where it is.
pub fn catalogue(stats: &Stats) -> Vec<FigureGroup> {
    vec![
        FigureGroup { id: "returns", name: "Returns", figures: performance::returns(stats) },
        FigureGroup { id: "risk", name: "Risk", figures: performance::risk(stats) },
        FigureGroup { id: "drawdown", name: "Drawdown", figures: performance::drawdown(stats) },
        FigureGroup { id: "benchmark", name: "Against the benchmark", figures: trading::benchmark(stats) },
        FigureGroup { id: "trades", name: "Trades", figures: trading::trades(stats) },
        FigureGroup { id: "significance", name: "Is it luck?", figures: significance::significance(stats) },
    ]
}

/// What a group's figures rest on.
#[derive(Clone, Copy)]
struct Sample {
    observations: usize,
    observed: &'static str,
}

impl Sample {
    fn figure(self, id: &'static str, name: &'static str, unit: Unit, value: Option<f64>) -> Figure {
        Figure {
            id,
            name,
            unit,
            value,
            observations: self.observations,
            observed: self.observed,
            when: None,
            undefined_because: None,
            formula: "",
            source: "",
        }
    }

    /// Why a figure that takes `least` observations is undefined; `otherwise` where there are enough of them.
    fn needs(self, least: usize, otherwise: &str) -> String {
        if self.observations < least {
            needs(least as i64, self.observed, self.observations as i64)
        } else {
            otherwise.into()
        }
    }
}

/// `needs 365 days, has 120`.
fn needs(least: i64, observed: &str, has: i64) -> String {
    let observed = if least == 1 { observed.trim_end_matches('s') } else { observed };
    format!("needs {least} {observed}, has {has}")
}

impl<V> Figure<V> {
    /// The same figure with another form of its value.
    pub fn map<W>(self, change: impl FnOnce(V) -> W) -> Figure<W> {
        let Self { id, name, unit, value, observations, observed, when, undefined_because, formula, source } = self;
        let value = value.map(change);
        Figure { id, name, unit, value, observations, observed, when, undefined_because, formula, source }
    }
}

impl Figure {
    fn formula(mut self, formula: &'static str) -> Self {
        self.formula = formula;
        self
    }

    fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    fn when(mut self, when: Option<impl ToString>) -> Self {
        self.when = when.map(|when| when.to_string());
        self
    }

    /// Says why the figure is undefined, if it is.
    fn because(mut self, reason: impl Into<String>) -> Self {
        self.undefined_because = self.value.is_none().then(|| reason.into());
        self
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
