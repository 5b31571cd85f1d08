//! The series that readers get and that everything drawn for them is computed from: by the day from the published index,
//! or by the month where no day is published.
//!
//! An index, a drawdown and a rolling ratio that were each rounded from exact values would together be as good as exact.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::disclosure::{Disclosure, Published};
use crate::analysis::alignment::AlignedSeries;
use crate::analysis::drawdown;
use crate::analysis::performance::Performance;
use crate::analysis::periods;
use crate::analysis::returns::{DailyReturn, ReturnSeries};
use crate::analysis::risk;
use crate::analysis::stats::{DrawdownStats, ReturnStats, RiskStats, Stats};
use crate::calendar::YearMonth;

/// A record's series as they are published.
pub fn published(daily: &Performance, disclosure: &Disclosure) -> Performance {
    if !disclosure.draws_from_published() {
        return daily.clone();
    }
    let dates = daily.series.dates();
    let shown: Vec<bool> = match disclosure.by_day() {
        true => vec![true; dates.len()],
        false => ends_of_months(&dates),
    };
    let kept = dates.iter().zip(&daily.index).zip(&shown).filter(|(_, shown)| **shown);
    let points: Vec<(NaiveDate, f64)> =
        kept.map(|((date, index), _)| (*date, disclosure.index(*index).get())).collect();
    let series = series(&points, daily, disclosure.by_day());
    let index: Vec<f64> = points.iter().map(|(_, index)| *index).collect();
    let drawdowns = drawdown::drawdowns(&index);
    Performance {
        drawdown_periods: drawdown::periods(&series.dates(), &drawdowns),
        aligned: daily.aligned.as_ref().map(|aligned| along(aligned, &points, &shown, disclosure.by_day())),
        series,
        index,
        drawdowns,
        ..daily.clone()
    }
}

/// Whether each date is the first, or the last of its month.
fn ends_of_months(dates: &[NaiveDate]) -> Vec<bool> {
    let month = |at: usize| dates.get(at).map(|date| YearMonth::of(*date));
    (0..dates.len()).map(|at| at == 0 || month(at) != month(at + 1)).collect()
}

fn series(points: &[(NaiveDate, f64)], daily: &Performance, by_day: bool) -> ReturnSeries {
    let mut days = Vec::with_capacity(points.len());
    for (at, (before, after)) in points.iter().zip(points.iter().skip(1)).enumerate() {
        // While the account was empty, a return began later than the one before it ended.
        let since = daily.series.days.get(at).filter(|_| by_day).map_or(before.0, |day| day.since);
        days.push(DailyReturn { date: after.0, since, value: growth(before.1, after.1) });
    }
    ReturnSeries { start: daily.series.start, days }
}

fn growth(before: f64, after: f64) -> f64 {
    if before > 0.0 { after / before - 1.0 } else { 0.0 }
}

/// The benchmark on the dates that are shown, beside the returns of the account between them.
fn along(aligned: &AlignedSeries, points: &[(NaiveDate, f64)], shown: &[bool], by_day: bool) -> AlignedSeries {
    let points: BTreeMap<NaiveDate, f64> = points.iter().copied().collect();
    let on = |date: NaiveDate| points.range(..=date).next_back().map(|(_, index)| *index);
    let mut along = aligned.clone();
    let mut shown = shown.iter();
    along.index.retain(|_| shown.next().copied().unwrap_or_default());
    along.pairs.retain(|_| by_day);
    for pair in &mut along.pairs {
        if let Some((before, after)) = on(pair.since).zip(on(pair.date)) {
            pair.ours = growth(before, after);
        }
    }
    along
}

/// The figures of a record, those about single days and falls as the published series has them: a reader sees one number for one
/// fall, whether he reads a figure, a chart or the file.
pub fn with_published_days(stats: Stats, shown: &Performance, disclosure: &Disclosure) -> Stats {
    if !disclosure.draws_from_published() {
        return stats;
    }
    let deepest = shown.drawdown_periods.first();
    let by_day = disclosure.by_day();
    let max = stats.drawdown.max.and(drawdown::maximum(&shown.drawdowns));
    let over = |value: Option<f64>, figure: fn(f64, f64) -> Option<f64>| figure(value?, max?);
    let calmar = over(stats.returns.annualized, risk::calmar);
    let recovery_factor = over(stats.returns.total, risk::recovery_factor);
    Stats {
        risk: RiskStats {
            calmar: stats.risk.calmar.and(calmar),
            recovery_factor: stats.risk.recovery_factor.and(recovery_factor),
            ..stats.risk
        },
        returns: ReturnStats {
            best_day: periods::best_day(&shown.series, shown.exchange).filter(|_| by_day),
            worst_day: periods::worst_day(&shown.series, shown.exchange).filter(|_| by_day),
            ..stats.returns
        },
        drawdown: DrawdownStats {
            max,
            peak: deepest.map(|drawdown| drawdown.peak),
            valley: deepest.map(|drawdown| drawdown.valley),
            recovery: deepest.and_then(|drawdown| drawdown.recovery),
            duration_days: deepest.map(|drawdown| drawdown.duration_days),
            current: stats.drawdown.max.and(shown.drawdowns.last().copied()),
            worst: shown.drawdown_periods.iter().take(drawdown::LISTED).copied().collect(),
        },
        ..stats
    }
}
