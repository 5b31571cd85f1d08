//! Part of a curve in the author's texts: what the first page draws, from one month to another.

use super::plot::{Plot, Size};
use super::print::Printed;
use super::{NARROW_DATES, WIDE_DATES, both, date_labels, drawdown_plot, figure, growth_plot};
use crate::Result;
use crate::format::escape;
use crate::publication::within::{Whose, Within};
use crate::publication::{Day, Publication};

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
            deepest: figure(publication, "drawdown.max").filter(|_| within.is_all()),
            benchmark: benchmark.filter(|_| days.iter().any(|day| day.benchmark_index.is_some())),
            by_day: publication.facts.by_day,
            days,
        })
    }

    /// As HTML with a caption. `id` is unique on its page.
    ///
    /// # Errors
    /// What `plotters` cannot draw, which is a mistake of this program.
    pub fn html(&self, id: &str) -> Result<String> {
        let named = |plot: Plot| Plot { id: id.to_owned(), ..plot };
        let (wide, narrow) = match self.curve {
            Curve::Equity => (self.plot((WIDE_DATES, 5)), self.plot((NARROW_DATES, 4))),
            Curve::Drawdown => {
                let wide = self.plot((WIDE_DATES, 3));
                let narrow = Plot { x_labels: date_labels(&self.days, NARROW_DATES), ..wide.clone() };
                (wide, narrow)
            }
        };
        let heights = if self.curve == Curve::Equity { (300, 240) } else { (150, 130) };
        let drawn = both(&named(wide), named(narrow), heights)?;
        Ok(format!("{drawn}<figcaption class=\"legend\">{}</figcaption>", self.caption()))
    }

    /// For a printed page.
    ///
    /// # Errors
    /// As [`html`](Self::html).
    pub fn printed(&self) -> Result<Printed> {
        let plot = self.plot((7, 4));
        Ok(Printed {
            svg: plot.document(Size::print(if self.curve == Curve::Equity { 170 } else { 90 }))?,
            alt: format!("{}. {}", plot.title, plot.description),
            title: self.title().to_owned(),
        })
    }

    /// The benchmark that is drawn beside the account.
    pub fn benchmark(&self) -> Option<&str> {
        self.benchmark.as_deref().filter(|_| self.curve == Curve::Equity)
    }

    fn plot(&self, labels: (usize, usize)) -> Plot {
        match self.curve {
            Curve::Equity => growth_plot(&self.days, (self.total, self.benchmark()), true, labels),
            Curve::Drawdown => drawdown_plot(&self.days, (self.deepest, self.by_day), labels.0),
        }
    }

    fn title(&self) -> &'static str {
        match self.curve {
            Curve::Equity => "Growth of 100, logarithmic",
            Curve::Drawdown => "Drawdown",
        }
    }

    fn caption(&self) -> String {
        let benchmark = self.benchmark().map(|name| format!("<span class=\"key bench\">{}</span>", escape(name)));
        let lines = match self.curve {
            Curve::Equity => "<span class=\"key ours\">Account</span>".to_owned() + &benchmark.unwrap_or_default(),
            Curve::Drawdown => String::new(),
        };
        format!("<b>{}</b> {lines}", self.title())
    }
}
