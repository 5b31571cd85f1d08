//! The account divided by what it is compared with: two curves that are nearly the same say nothing over each other.

use chrono::NaiveDate;

use super::picture::{Letter, Panel, Picture};
use super::record::Growth;
use super::scale::{self, x_of};
use super::{DATES, ends, grown};
use crate::Result;
use crate::calendar::YearMonth;
use crate::format::{self, Sign};
use crate::publication::{Publication, Published};

/// What is shorter than so many days is drawn by the day.
const LEAST: i64 = 183;

/// The account divided by the index over the days that have both, 100 at the first. `None` of fewer than two.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn against_index(publication: &Publication) -> Result<Option<String>> {
    let both =
        publication.days.iter().filter_map(|day| Some((day.date, day.index.get(), day.benchmark_index?.get())));
    let quotients = Quotients::of(both);
    let (Some((first, _)), Some((last, end)), true) =
        (quotients.0.first(), quotients.0.last(), quotients.0.len() > 1)
    else {
        return Ok(None);
    };
    let x = (x_of(*first), x_of(*last));
    let panel = quotients.panel((0.0, 1.0));
    let apart = match end - 1.0 {
        apart if apart.abs() < 0.0005 => "level with the index".to_owned(),
        apart if apart > 0.0 => format!("{} above the index", format::percent(apart, 1, Sign::Minus)),
        apart => format!("{} below the index", format::percent(-apart, 1, Sign::Minus)),
    };
    let dates: Vec<NaiveDate> = quotients.0.iter().map(|(date, _)| *date).collect();
    let picture = Picture {
        id: "against-index".into(),
        kind: "quotient",
        title: "Account divided by index".into(),
        note: "100 at the start; rising is ahead of the index; log scale".into(),
        description: format!(
            "Measured from {}, the account stood {apart} on {}.",
            format::day(*first),
            format::day(*last)
        ),
        height: "low",
        x,
        ticks: scale::ticks(&dates, DATES),
        letters: quotients.end(&panel, x, "low"),
        panels: vec![panel],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// How far one curve has gone beyond another since the first date, as a factor.
pub(super) struct Quotients(Vec<(NaiveDate, f64)>);

impl Quotients {
    /// Of curves with a value on the same dates.
    pub(super) fn of(both: impl Iterator<Item = (NaiveDate, f64, f64)>) -> Self {
        let mut start = None;
        let quotient = |(date, ours, theirs): (NaiveDate, f64, f64)| {
            let quotient = ours / theirs;
            (quotient.is_finite() && quotient > 0.0).then(|| (date, quotient / *start.get_or_insert(quotient)))
        };
        Self(both.filter_map(quotient).collect())
    }

    /// The last one of each month alone, so that rounding of the curves does not show; all of what is shorter than half a year.
    pub(super) fn at_month_ends(self) -> Self {
        let month = |(date, _): &(NaiveDate, f64)| YearMonth::of(*date);
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return self };
        if (last.0 - first.0).num_days() < LEAST {
            return self;
        }
        let ends = self
            .0
            .iter()
            .enumerate()
            .filter(|(at, one)| *at == 0 || self.0.get(at + 1).is_none_or(|next| month(next) != month(one)));
        Self(ends.map(|(_, one)| *one).collect())
    }

    fn curve(&self) -> Vec<(f64, f64)> {
        self.0.iter().map(|(date, quotient)| (x_of(*date), Growth::LOGARITHMIC.height(quotient * 100.0))).collect()
    }

    /// The panel with their curve.
    pub(super) fn panel(&self, edges: (f64, f64)) -> Panel {
        Panel { edges, ..Growth::LOGARITHMIC.panel(&[self.curve(), Vec::new()]) }
    }

    /// The label at the end of the curve.
    pub(super) fn end(&self, panel: &Panel, x: (f64, f64), height: &str) -> Vec<Letter> {
        let label = self.0.last().map(|(_, quotient)| format!("<span>{}</span>", grown(*quotient)));
        ends(panel, x, &[self.curve()], &[label.unwrap_or_default()], height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn a_quotient_starts_at_one_and_leaves_out_what_has_none() {
        let day = |number: u32| NaiveDate::from_ymd_opt(2026, 1, number).unwrap();
        let found = Quotients::of(
            [(day(5), 1.1, 1.0), (day(6), 1.21, 1.1), (day(7), 1.0, 0.0), (day(8), 1.32, 1.0)].into_iter(),
        );
        let rounded: Vec<(NaiveDate, f64)> =
            found.0.iter().map(|(day, value)| (*day, (value * 1e9).round() / 1e9)).collect();
        assert_eq!(rounded, [(day(5), 1.0), (day(6), 1.0), (day(8), 1.2)]);
    }

    #[test]
    fn the_demo_ends_where_its_curves_do() {
        let publication = testing::publication();
        let last = publication.days.last().unwrap();
        let chart = against_index(&publication).unwrap().unwrap();
        let value = grown(last.index.get() / last.benchmark_index.unwrap().get());
        assert!(chart.contains(&format!("<span>{value}</span>")), "{value} in {chart}");
        assert!(chart.contains("above the index on 28 Dec 2022"), "{chart}");
    }

    #[test]
    fn of_a_month_the_last_day_is_left() {
        let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let days = |count: usize| first.iter_days().take(count).map(|date| (date, 1.0, 1.0));
        let left: Vec<String> =
            Quotients::of(days(200)).at_month_ends().0.iter().map(|(date, _)| date.to_string()).collect();
        assert_eq!(
            left,
            [
                "2026-01-05",
                "2026-01-31",
                "2026-02-28",
                "2026-03-31",
                "2026-04-30",
                "2026-05-31",
                "2026-06-30",
                "2026-07-23"
            ]
        );
        assert_eq!(Quotients::of(days(20)).at_month_ends().0.len(), 20);
    }

    #[test]
    fn without_an_index_there_is_no_quotient() {
        let mut publication = testing::publication();
        publication.days.iter_mut().for_each(|day| day.benchmark_index = None);
        assert!(against_index(&publication).unwrap().is_none());
    }
}
