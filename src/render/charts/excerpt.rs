//! Part of a curve in the author's texts: what the first page draws, from one month to another.

use super::picture::{Panel, Picture};
use super::print::{self, Printed};
use super::record::Growth;
use super::{
    DATES, below_the_peak, curves, end, ends, fall_in_words, grown, growth_in_words, measured, ticks, time_span,
};
use crate::Result;
use crate::publication::within::{Whose, Within};
use crate::publication::{Day, Publication, Published};

/// Which curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// Growth of 100 in account and benchmark, on a logarithmic scale.
    Equity,
    /// The fall from the highest value so far.
    Drawdown,
}

/// Part of a curve with all that is drawn of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    curve: Curve,
    days: Vec<Day>,
    /// What the account brought in it.
    total: Option<f64>,
    /// The deepest fall of the whole record, where that is drawn.
    deepest: Option<f64>,
    benchmark: Option<String>,
    by_day: bool,
    measured: &'static str,
}

impl Excerpt {
    /// Part of a curve.
    ///
    /// # Errors
    /// A part with fewer than two days.
    pub fn of(curve: Curve, within: &Within, publication: &Publication) -> Result<Self> {
        let days = within.days()?;
        let benchmark = publication.facts.benchmark.clone();
        Ok(Self {
            curve,
            total: within.total_return(Whose::Account).ok(),
            deepest: publication.value("drawdown.max").filter(|_| within.is_all()),
            benchmark: benchmark.filter(|_| days.iter().any(|day| day.benchmark_index.is_some())),
            by_day: publication.facts.by_day,
            measured: measured(publication.facts.by_day, publication.facts.is_daily),
            days,
        })
    }

    /// As HTML. `id` is unique on its page.
    ///
    /// # Errors
    /// What `plotters` cannot draw, which is a mistake of this program.
    pub fn html(&self, id: &str) -> Result<String> {
        let days = &self.days;
        let picture = Picture {
            id: id.to_owned(),
            kind: "excerpt",
            x: time_span(days),
            ticks: ticks(days, DATES),
            ..match self.curve {
                Curve::Equity => self.growth(),
                Curve::Drawdown => self.drawdown(),
            }
        };
        picture.html()
    }

    fn growth(&self) -> Picture {
        let curves = curves(&self.days, |value| Growth::LOGARITHMIC.height(value));
        let panel = Panel { edges: (0.0, 1.0), ..Growth::LOGARITHMIC.panel(&curves) };
        let last = |read: fn(&Day) -> Option<f64>| self.days.iter().rev().find_map(read).map(grown);
        let ours = self.total.map(|total| grown(1.0 + total)).or_else(|| last(|day| Some(day.index.get())));
        let theirs = last(|day| day.benchmark_index.map(Published::get));
        let labels = [
            ours.map(|value| end("Account", &value, "")).unwrap_or_default(),
            self.benchmark().zip(theirs).map(|(name, value)| end(name, &value, "")).unwrap_or_default(),
        ];
        Picture {
            title: "Growth of 100".into(),
            note: "log scale".into(),
            description: growth_in_words(&self.days, (self.total, self.benchmark())),
            height: "middle",
            letters: ends(&panel, time_span(&self.days), &curves, &labels, "middle"),
            panels: vec![panel],
            ..Picture::default()
        }
    }

    fn drawdown(&self) -> Picture {
        Picture {
            title: "Below the last peak".into(),
            note: self.measured.into(),
            description: fall_in_words(&self.days, (self.deepest, self.by_day)),
            height: "low bare",
            panels: vec![below_the_peak((0.0, 1.0), &self.days)],
            ..Picture::default()
        }
    }

    /// For a printed page.
    ///
    /// # Errors
    /// As [`html`](Self::html).
    pub fn printed(&self) -> Result<Printed> {
        let drawn = match self.curve {
            Curve::Equity => print::growth_of(&self.days, (self.total, self.benchmark()), 170)?,
            Curve::Drawdown => print::drawdown_of(&self.days, (self.deepest, self.by_day), 90)?,
        };
        Ok(Printed { title: self.title().to_owned(), ..drawn })
    }

    /// The benchmark that is drawn beside the account.
    pub fn benchmark(&self) -> Option<&str> {
        self.benchmark.as_deref().filter(|_| self.curve == Curve::Equity)
    }

    fn title(&self) -> &'static str {
        match self.curve {
            Curve::Equity => "Growth of 100, logarithmic",
            Curve::Drawdown => "Drawdown",
        }
    }
}
