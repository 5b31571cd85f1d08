//! The account and the index side by side.

use serde::Serialize;

use crate::analysis::catalogue::Figure;
use crate::format::{self, Sign};
use crate::publication::{Facts, IndexFigures, PublicFigure, Publication, Published, UsualPeriod};

/// A figure of the account beside that of the index.
#[derive(Debug, Serialize)]
pub struct BesideRow {
    name: &'static str,
    /// Its anchor among the definitions.
    id: Option<&'static str>,
    /// `None` where it cannot be told.
    account: Option<String>,
    index: Option<String>,
    /// What is to be known of it, or why it cannot be told.
    note: String,
}

impl BesideRow {
    /// Whether it cannot be told.
    pub fn is_unknown(&self) -> bool {
        self.account.is_none()
    }
}

/// The figures that have a place on the first page.
pub fn rows(publication: &Publication) -> Vec<BesideRow> {
    let Facts { periods, is_daily, by_day, .. } = publication.facts;
    // Where days are published, the figures are those of the index as it is drawn.
    let index = match by_day && is_daily {
        true => IndexFigures::of(&publication.days, &publication.facts, (periods, is_daily)),
        false => publication.index,
    };
    let rows = [
        a_year(publication),
        spread(publication, "Volatility per year", "risk.volatility", index.volatility.map(one_percent)),
        sharpe(publication, index.sharpe),
        worst_fall(publication, index.fall),
        worst_month(publication),
        gains(publication),
        beta(publication),
        chance(publication),
    ];
    rows.into_iter().flatten().collect()
}

fn one_percent(value: f64) -> String {
    format::percent(value, 1, Sign::Minus)
}

fn reason(figure: &Figure<PublicFigure>) -> String {
    figure.undefined_because.clone().unwrap_or_else(|| "not defined".into())
}

fn a_year(publication: &Publication) -> Option<BesideRow> {
    let period = publication.period(UsualPeriod::SinceInceptionAnnualized)?;
    let Facts { inception, after_costs, .. } = &publication.facts;
    let costs = if *after_costs { ", after costs" } else { "" };
    let note = match period.value {
        Some(_) => format!("since {}{costs}", format::day(*inception)),
        None => period.undefined_because.clone().unwrap_or_default(),
    };
    Some(BesideRow {
        name: "Return per year",
        id: Some("returns.annualized"),
        account: period.value.map(|value| one_percent(value.get())),
        index: period.benchmark.map(|value| one_percent(value.get())),
        note,
    })
}

/// A figure of the spread of returns.
fn spread(
    publication: &Publication,
    name: &'static str,
    id: &'static str,
    index: Option<String>,
) -> Option<BesideRow> {
    let figure = publication.figure(id)?;
    let digits = publication.facts.digits.figures.min(1);
    let account = figure.value.map(|value| format::percent(value.get(), digits, Sign::Minus));
    let note = if account.is_some() { String::new() } else { reason(figure) };
    let index = index.filter(|_| account.is_some());
    Some(BesideRow { name, id: Some(id), account, index, note })
}

fn sharpe(publication: &Publication, index: Option<f64>) -> Option<BesideRow> {
    let found = publication.figure("risk.sharpe")?;
    let digits = publication.facts.digits.figures;
    let ratio = |value: f64| format::number(value, digits, Sign::Minus);
    let bound = |id| publication.value(id).map(ratio);
    let note = match (found.value, bound("significance.sharpe_low").zip(bound("significance.sharpe_high"))) {
        (None, _) => reason(found),
        (Some(_), Some((low, high))) => format!("90% interval {low} to {high}"),
        (Some(_), None) => String::new(),
    };
    let account = found.value.map(|value| ratio(value.get()));
    let index = index.filter(|_| account.is_some()).map(ratio);
    Some(BesideRow { name: "Sharpe ratio", id: Some("risk.sharpe"), account, index, note })
}

fn worst_fall(publication: &Publication, index: Option<f64>) -> Option<BesideRow> {
    let found = publication.figure("drawdown.max")?;
    let by_day = publication.facts.by_day;
    let worst = publication.drawdowns.first().filter(|_| by_day);
    let when = worst.map(|fall| {
        let over = match fall.recovery {
            Some(_) => {
                let days = format::number(fall.duration_days as f64, 0, Sign::Minus);
                format!("at its peak again after {days} days")
            }
            None => "not at its peak again".to_owned(),
        };
        format!("{} to {}; {over}", format::day(fall.peak), format::day(fall.valley))
    });
    let note = match found.value {
        Some(_) if by_day => when.unwrap_or_default(),
        Some(_) => "by month-ends".to_owned(),
        None => reason(found),
    };
    Some(BesideRow {
        name: "Worst fall",
        id: Some("drawdown.max"),
        account: found.value.map(|value| one_percent(value.get())),
        index: index.map(one_percent),
        note,
    })
}

fn worst_month(publication: &Publication) -> Option<BesideRow> {
    let months = publication.months.iter().filter(|month| !month.partial);
    let worst = months.clone().min_by(|a, b| a.value.get().total_cmp(&b.value.get()))?;
    let theirs = months.filter_map(|month| Some((month.month, month.benchmark?.get())));
    let theirs = theirs.min_by(|a, b| a.1.total_cmp(&b.1));
    let note = match theirs {
        Some((month, _)) if month == worst.month => format!("{}, both", month.in_words()),
        Some((month, _)) => format!("{}; the index in {}", worst.month.in_words(), month.in_words()),
        None => worst.month.in_words(),
    };
    Some(BesideRow {
        name: "Worst month",
        id: Some("returns.worst_month"),
        account: Some(one_percent(worst.value.get())),
        index: theirs.map(|(_, value)| one_percent(value)),
        note,
    })
}

/// How many months were above zero.
fn gains(publication: &Publication) -> Option<BesideRow> {
    let months = &publication.months;
    if months.len() < 12 {
        return None;
    }
    let share = |gains: usize, all: usize| one_whole(gains as f64 / all as f64);
    let ours = months.iter().filter(|month| month.value.get() > 0.0).count();
    let theirs: Vec<f64> = months.iter().filter_map(|month| Some(month.benchmark?.get())).collect();
    let above = theirs.iter().filter(|value| **value > 0.0).count();
    let has_index = theirs.len() == months.len();
    let note = match has_index {
        true if above == ours => format!("{ours} of {}, both", months.len()),
        true => format!("{ours} of {}; the index {above}", months.len()),
        false => format!("{ours} of {}", months.len()),
    };
    Some(BesideRow {
        name: "Months above zero",
        id: None,
        account: Some(share(ours, months.len())),
        index: has_index.then(|| share(above, theirs.len())),
        note,
    })
}

fn one_whole(value: f64) -> String {
    format::percent(value, 0, Sign::Minus)
}

fn beta(publication: &Publication) -> Option<BesideRow> {
    publication.facts.benchmark.as_ref()?;
    let found = publication.figure("benchmark.beta")?;
    let digits = publication.facts.digits.figures;
    let write = |value: f64| format::number(value, digits, Sign::Minus);
    let explained = publication.value("benchmark.r_squared").map(|value| format!("R² {}", write(value)));
    Some(BesideRow {
        name: "Beta to the index",
        id: Some("benchmark.beta"),
        account: found.value.map(|value| write(value.get())),
        index: found.value.map(|_| "1".into()),
        note: if found.value.is_some() { explained.unwrap_or_default() } else { reason(found) },
    })
}

fn chance(publication: &Publication) -> Option<BesideRow> {
    let found = publication.figure("significance.probabilistic_sharpe")?;
    let needed = publication.value("significance.minimum_track_record_days");
    let count = |value: f64| format::number(value, 0, Sign::Minus);
    let has = count(publication.facts.observations as f64);
    let note = match (found.value, needed) {
        (None, _) => reason(found),
        (Some(_), Some(needed)) => format!("needs {} returns for 95%, has {has}", count(needed)),
        (Some(_), None) => String::new(),
    };
    Some(BesideRow {
        name: "Chance that the Sharpe ratio is above 0",
        id: Some("significance.probabilistic_sharpe"),
        account: found.value.map(|value| format::chance(value.get())),
        index: None,
        note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn the_demo_stands_beside_its_index() {
        let rows = rows(&testing::publication());
        let words = |row: &BesideRow| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
            format!("{} | {} | {} | {}", row.name, or(&row.account), or(&row.index), row.note)
        };
        let words: Vec<String> = rows.iter().map(words).collect();
        assert_eq!(words[0], "Return per year | 9.8% | 8.4% | since 30 Jan 2015, after costs");
        assert_eq!(words[1], "Volatility per year | 17.9% | 18.9% | ");
        assert_eq!(words[2], "Sharpe ratio | 0.61 | 0.52 | 90% interval 0.15 to 1.18");
        assert!(
            words[3].starts_with("Worst fall | \u{2212}33.5% | \u{2212}33.9% | 19 Feb 2020 to 23 Mar 2020;"),
            "{}",
            words[3]
        );
        assert_eq!(words[4], "Worst month | \u{2212}11.3% | \u{2212}12.5% | March 2020, both");
        assert_eq!(words[5], "Months above zero | 66% | 66% | 63 of 95, both");
        assert_eq!(words.len(), 8);
    }
}
