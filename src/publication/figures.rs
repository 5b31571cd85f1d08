//! The catalogue of figures as strangers see it.

use chrono::NaiveDate;

use super::disclosure::{Digits, Disclosure, PublicFigure, Published};
use super::view::{Facts, Period};
use crate::analysis::catalogue::{Figure, FigureGroup, Unit, catalogue};
use crate::analysis::periods::UsualPeriod;
use crate::analysis::stats::Stats;
use crate::calendar::YearMonth;
use crate::format;

/// Every figure that may be shown: none in money unless amounts are, none of single days where only months are.
pub fn public_figures(stats: &Stats, usual: &[Period], disclosure: &Disclosure) -> Vec<FigureGroup<PublicFigure>> {
    let group = |FigureGroup { id, name, figures }| {
        let figures: Vec<Figure> = figures;
        let shown = figures.into_iter().filter(|figure| is_shown(figure, disclosure));
        let mut figures: Vec<Figure<PublicFigure>> = shown.map(|figure| public(figure, usual, disclosure)).collect();
        compare_as_published(&mut figures, disclosure);
        FigureGroup { id, name, figures }
    };
    catalogue(stats).into_iter().map(group).collect()
}

/// The account's total less the benchmark's, both as they are published.
fn compare_as_published(figures: &mut [Figure<PublicFigure>], disclosure: &Disclosure) {
    let of = |id: &str| figures.iter().find(|figure| figure.id == id)?.value;
    let Some((own, other)) = of("benchmark.own_total").zip(of("benchmark.total")) else { return };
    if let Some(above) = figures.iter_mut().find(|figure| figure.id == "benchmark.excess_total") {
        above.value = Some(disclosure.above(own, other));
    }
}

/// The period whose return a figure is.
fn period_of(id: &str) -> Option<UsualPeriod> {
    Some(match id {
        "returns.total" => UsualPeriod::SinceInception,
        "returns.annualized" => UsualPeriod::SinceInceptionAnnualized,
        "returns.mtd" => UsualPeriod::MonthToDate,
        "returns.qtd" => UsualPeriod::QuarterToDate,
        "returns.ytd" => UsualPeriod::YearToDate,
        "returns.one_year" => UsualPeriod::OneYear,
        "returns.three_years" => UsualPeriod::ThreeYears,
        "returns.five_years" => UsualPeriod::FiveYears,
        _ => return None,
    })
}

fn is_shown(figure: &Figure, disclosure: &Disclosure) -> bool {
    match figure.id {
        "returns.best_day" | "returns.worst_day" | "drawdown.duration_days" => disclosure.by_day(),
        "trades.commissions_bps" => disclosure.shows_commissions(),
        _ => figure.unit != Unit::Amount || disclosure.shows_amounts(),
    }
}

/// The figures that some settings withhold.
pub const WITHHELD: [&str; 8] = [
    "returns.best_day",
    "returns.worst_day",
    "drawdown.duration_days",
    "trades.average_win",
    "trades.average_loss",
    "trades.expectancy",
    "trades.commissions",
    "trades.commissions_bps",
];

/// Why one of [`WITHHELD`] is not published.
pub fn withheld(id: &str, facts: &Facts) -> Option<&'static str> {
    match id {
        "returns.best_day" | "returns.worst_day" | "drawdown.duration_days" if !facts.by_day => {
            Some("single days are not published at this `[privacy] precision`")
        }
        "trades.commissions_bps" if !facts.commissions => {
            Some("commissions are not published at this `[privacy] precision`")
        }
        "trades.average_win" | "trades.average_loss" | "trades.expectancy" | "trades.commissions"
            if !facts.absolute =>
        {
            Some("amounts of money are not published in this `[privacy] mode`")
        }
        _ => None,
    }
}

impl Figure<PublicFigure> {
    /// Its value as every page writes it; `None` where it is undefined.
    pub fn written(&self, digits: Digits) -> Option<String> {
        let decimals = match self.unit {
            Unit::BasisPoints => digits.bps,
            _ if self.id == "trades.turnover" => 0,
            _ if is_return(self.id) => digits.returns,
            _ => digits.figures,
        };
        self.value.map(|value| format::figure_to(value.get(), self.unit, decimals))
    }
}

fn public(figure: Figure, usual: &[Period], disclosure: &Disclosure) -> Figure<PublicFigure> {
    let (id, unit) = (figure.id, figure.unit);
    let period = usual
        .iter()
        .find(|period| Some(period.period) == period_of(id))
        .and_then(|period| period.value)
        .filter(|_| !disclosure.by_day());
    let figure = figure.map(|value| match id {
        _ if period.is_some() => {
            period.map_or_else(|| disclosure.whole_figure(value), |shown| disclosure.as_figure(shown))
        }
        "returns.money_weighted" | "returns.money_weighted_total" | "benchmark.own_total" => {
            disclosure.whole_figure(value)
        }
        "returns.best_day" | "returns.worst_day" | "drawdown.max" | "drawdown.current" => {
            disclosure.day_figure(value)
        }
        "benchmark.total" => disclosure.market_figure(value),
        "trades.turnover" => disclosure.turnover(value),
        _ if is_return(id) => disclosure.return_figure(value),
        _ => disclosure.figure(value, unit),
    });
    let because = figure.undefined_because.as_deref().map(format::as_pages_write);
    let figure = Figure { undefined_because: because, ..figure };
    let when = figure.when.clone();
    match id {
        _ if disclosure.by_day() => figure,
        "drawdown.max" => Figure { when: when.map(|when| format!("by month-ends: {when}")), ..figure },
        _ if id.starts_with("benchmark.") => Figure { when: when.as_deref().map(months_of), ..figure },
        _ => figure,
    }
}

/// `2020-02-14 to 2021-03-31` as `2020-02 to 2021-03`.
fn months_of(when: &str) -> String {
    let month = |word: &str| match word.parse::<NaiveDate>() {
        Ok(date) => YearMonth::of(date).to_string(),
        Err(_) => word.to_owned(),
    };
    when.split(' ').map(month).collect::<Vec<_>>().join(" ")
}

/// Whether a figure is a return over a month or longer, and written as one.
pub fn is_return(id: &str) -> bool {
    match id.split_once('.') {
        Some(("returns", of)) => of != "win_days",
        Some(("drawdown", of)) => of != "duration_days",
        Some(("benchmark", of)) => of.ends_with("total"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PrivacyLevel;
    use crate::publication::{Publication, testing};

    #[test]
    fn every_figure_that_is_not_shown_says_why() {
        let all = testing::fine_with_amounts();
        let ids =
            |publication: &Publication| -> Vec<&str> { publication.all_figures().map(|figure| figure.id).collect() };
        assert!(WITHHELD.iter().all(|id| ids(&all).contains(id) && withheld(id, &all.facts).is_none()));
        for level in [PrivacyLevel::Fine, PrivacyLevel::Daily, PrivacyLevel::Monthly] {
            let publication = testing::at(level, None);
            let shown = ids(&publication);
            for id in ids(&all) {
                let reason = withheld(id, &publication.facts);
                assert_eq!(reason.is_none(), shown.contains(&id), "{level:?} {id}");
            }
        }
    }

    #[test]
    fn days_become_their_months() {
        assert_eq!(months_of("2020-02-14 to 2021-03-31"), "2020-02 to 2021-03");
        assert_eq!(months_of("2021-03"), "2021-03");
    }
}
