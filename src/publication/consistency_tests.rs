//! What is published agrees with itself at every level: recomputed from the tables, within the tolerance that the
//! methodology page names.

use super::levels_tests::{known, total};
use super::testing::{at, two_years};
use super::*;
use crate::config::PrivacyLevel::{Coarse, Daily, Fine, Monthly};
use crate::config::{Privacy, PrivacyLevel};
use crate::format::{Sign, number};
use crate::render::charts;

fn figure(publication: &Publication, id: &str) -> f64 {
    let mut figures = publication.figures.iter().flat_map(|group| &group.figures);
    figures.find(|figure| figure.id == id).unwrap().value.unwrap().get()
}

fn compound(values: &[f64]) -> f64 {
    values.iter().map(|value| 1.0 + value).product::<f64>() - 1.0
}

/// The index as the tables have it, by the day or by the month.
fn index(publication: &Publication) -> Vec<f64> {
    known(publication, if publication.facts.by_day { "daily" } else { "month_ends" }, "index")
}

fn close(what: &str, found: f64, said: f64, tolerance: f64) {
    assert!((found - said).abs() <= tolerance, "{what}: {found} and {said} differ by more than {tolerance}");
}

/// Months compound to their years and to the whole: half a step for each factor, and for what they come to.
fn months_compound(publication: &Publication) {
    let steps = publication.facts.steps;
    // Where no day is published, the total is as coarse as the index, and the year that goes on is what its months make.
    let (half, by_months) = (steps.returns / 2.0, if publication.facts.by_day { 0.0 } else { 1.0 });
    for year in &publication.years {
        let months: Vec<f64> = year.months.iter().flatten().map(|month| month.get()).collect();
        // An error of a factor is as large as the others make it.
        let tolerance = (months.len() + 1) as f64 * half * 1.3;
        close(&year.year.to_string(), compound(&months), year.value.get(), tolerance);
    }
    let months = known(publication, "months", "return");
    let whole = 1.0 + total(publication);
    close(
        "months",
        (1.0 + compound(&months)) / whole,
        1.0,
        (months.len() + 1) as f64 * half * 1.1 + by_months * steps.index / 2.0,
    );
    let years: Vec<f64> = publication.years.iter().map(|year| year.value.get()).collect();
    close(
        "years",
        (1.0 + compound(&years)) / whole,
        1.0,
        (years.len() + 1) as f64 * half * 1.3 + by_months * (steps.index / 2.0 + 12.0 * half),
    );
}

/// The same return in the list of figures, of periods, on the card, at the end of the chart and of the index.
fn the_total_is_one(publication: &Publication) {
    let (total, steps) = (total(publication), publication.facts.steps);
    assert_eq!(total, figure(publication, "returns.total"));
    let end = *index(publication).last().unwrap();
    let half = if steps.of_the_logarithm { (steps.index / 2.0).exp_m1() * end } else { steps.index / 2.0 };
    close("the end of the index", end - 1.0, total, half + steps.returns / 2.0 + 1e-9);
    let chart = charts::record(publication).unwrap().with_marks(|_| None);
    let grown = number((1.0 + total) * 100.0, 1, Sign::Minus);
    assert!(chart.contains(&format!("had become {grown} on")), "{grown}");
    let this_year = publication.periods.iter().find(|period| period.period == UsualPeriod::YearToDate).unwrap();
    assert_eq!(this_year.value, publication.years.last().map(|year| year.value));
}

/// Account less index is the difference, and the parts of a difference to the backtest are its sum.
fn differences_add_up(publication: &Publication, level: PrivacyLevel) {
    let steps = publication.facts.steps;
    let step = if publication.facts.by_day { steps.returns } else { steps.index };
    let (own, benchmark) = (figure(publication, "benchmark.own_total"), figure(publication, "benchmark.total"));
    close("account less index", own - benchmark, figure(publication, "benchmark.excess_total"), 1e-6);
    let Some(found) = &publication.strategies.comparison else { return };
    let bps = (found.live.get() - found.backtest.get()) * 10_000.0;
    let least = Disclosure::new(&Privacy { precision: level, ..Privacy::default() }).least_result_bps();
    close("account less backtest", bps, found.difference_bps.get(), least / 2.0 + step * 5_000.0 + 0.01);
    let parts: f64 = found.causes.iter().map(|cause| cause.bps.get()).sum();
    let halves = (found.causes.len() + 1) as f64 * least / 2.0;
    close("the parts", parts, found.difference_bps.get(), halves + 0.01);
}

/// Drawdowns are those of the index.
fn drawdowns_follow(publication: &Publication) {
    let index = index(publication);
    let mut high = 0.0f64;
    let depths = index.iter().map(|value| {
        high = high.max(*value);
        value / high - 1.0
    });
    let deepest = depths.fold(0.0, f64::min);
    close("the deepest", known(publication, "drawdowns", "depth")[0], deepest, 3e-6);
    let steps = publication.facts.steps;
    if publication.facts.by_day {
        let tolerance = steps.index * 1.1 + steps.returns / 2.0 + 2e-6;
        close("maximum drawdown", deepest, figure(publication, "drawdown.max"), tolerance);
    } else {
        // A fall within a month is deeper than that between its ends.
        assert!(figure(publication, "drawdown.max") <= deepest + steps.index + steps.returns / 2.0);
    }
}

/// Volatility and Sharpe ratio of the published days: rounding adds a sixth of its squared step to their variance, and by
/// chance as much as the root of that over so many returns.
fn risk_follows(publication: &Publication) {
    let (facts, index) = (&publication.facts, index(publication));
    if !facts.by_day {
        return;
    }
    let returns: Vec<f64> = index.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    let count = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / count;
    let variance = returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let (deviation, year) = (variance.sqrt(), facts.periods.sqrt());
    let q = facts.steps.index.powi(2) / 6.0 / variance;
    let part = q / 2.0 + 3.0 * (q / count).sqrt();
    let volatility = deviation * year;
    close(
        "volatility",
        volatility,
        figure(publication, "risk.volatility"),
        volatility * part + facts.steps.figures / 2.0 + 1e-6,
    );
    let free = (facts.risk_free.ln_1p() / facts.periods).exp_m1();
    let sharpe = (mean - free) / deviation * year;
    let ends = facts.steps.index / count / deviation * year;
    close(
        "Sharpe ratio",
        sharpe,
        figure(publication, "risk.sharpe"),
        sharpe.abs() * part + ends + facts.steps.ratios / 2.0 + 1e-6,
    );
}

fn agrees_with_itself(publication: &Publication, level: PrivacyLevel) {
    months_compound(publication);
    the_total_is_one(publication);
    differences_add_up(publication, level);
    drawdowns_follow(publication);
    risk_follows(publication);
}

#[test]
fn the_demo_agrees_with_itself_at_every_level() {
    for level in [Fine, Daily, Monthly, Coarse] {
        agrees_with_itself(&at(level, None), level);
    }
}

#[test]
fn two_years_agree_with_themselves_at_every_level() {
    for level in [Fine, Daily, Monthly, Coarse] {
        let publication = two_years(level);
        assert_eq!(publication.months.len(), 24);
        agrees_with_itself(&publication, level);
    }
}
