//! The catalogue of figures as strangers see it.

use chrono::NaiveDate;

use super::disclosure::{Digits, Disclosure, PublicFigure, Published};
use super::view::Facts;
use crate::analysis::catalogue::{Figure, FigureGroup, Unit, catalogue};
use crate::analysis::stats::Stats;
use crate::calendar::YearMonth;
use crate::format;

/// Every figure that may be shown: none in money unless amounts are, none of single days where only months are.
pub fn public_figures(stats: &Stats, disclosure: &Disclosure) -> Vec<FigureGroup<PublicFigure>> {
    let group = |FigureGroup { id, name, figures }| {
        let figures: Vec<Figure> = figures;
        let shown = figures.into_iter().filter(|figure| is_shown(figure, disclosure));
        FigureGroup { id, name, figures: shown.map(|figure| public(figure, disclosure)).collect() }
    };
    catalogue(stats).into_iter().map(group).collect()
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
            _ if is_return(self.id) => digits.returns,
            _ => digits.figures,
        };
        self.value.map(|value| format::figure_to(value.get(), self.unit, decimals))
    }
}

fn public(figure: Figure, disclosure: &Disclosure) -> Figure<PublicFigure> {
    let (id, unit) = (figure.id, figure.unit);
    let figure = figure.map(|value| match id {
        "returns.best_day" | "returns.worst_day" | "drawdown.current" => disclosure.day_figure(value),
        "benchmark.total" => disclosure.market_figure(value),
        "trades.turnover" => disclosure.turnover(value),
        _ if is_return(id) => disclosure.return_figure(value),
        _ => disclosure.figure(value, unit),
    });
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
