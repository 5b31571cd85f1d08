//! Days, months, years and other periods as strangers see them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::disclosure::{Disclosure, PublicReturn};
use super::view::{Day, DrawdownView, Month, OrderView, Period, Rolling, Year};
use crate::analysis::catalogue::Unit;
use crate::analysis::performance::Performance;
use crate::analysis::periods::UsualPeriod;
use crate::analysis::returns::ReturnSeries;
use crate::analysis::stats::Stats;
use crate::analysis::{Window, drawdown, periods};
use crate::calendar::YearMonth;
use crate::format::with_dates;
use crate::record::Record;

/// One entry for each date of the series, ascending.
pub fn days(record: &Record, daily: &Performance, disclosure: &Disclosure) -> Vec<Day> {
    let returns = daily.series.days.iter().map(|day| Some(disclosure.daily(day.value)));
    let returns = std::iter::once(None).chain(returns);
    let on = |date: &NaiveDate| record.snapshots.binary_search_by_key(date, |snapshot| snapshot.date).ok();
    let value = |date: &NaiveDate| record.snapshots.get(on(date)?).map(|snapshot| snapshot.net_liquidation);
    let benchmark = |at: usize| {
        let (_, value) = daily.aligned.as_ref()?.index.get(at)?;
        value.map(|value| disclosure.market(value))
    };
    let series =
        daily.series.dates().into_iter().zip(returns).zip(daily.index.iter().zip(&daily.drawdowns)).enumerate();
    series
        .map(|(at, ((date, daily_return), (index, drawdown)))| Day {
            date,
            daily_return,
            index: disclosure.index(*index),
            drawdown: disclosure.daily(*drawdown),
            benchmark_index: benchmark(at),
            net_liquidation: value(&date).and_then(|value| disclosure.money(value)),
        })
        .collect()
}

/// One entry per calendar month with a return, ascending, with its orders where `until` does not hold some of them back.
pub fn months(
    daily: &Performance,
    shown: &Performance,
    orders: &[OrderView],
    until: NaiveDate,
    disclosure: &Disclosure,
) -> Vec<Month> {
    let benchmark = daily.aligned.as_ref().map(|aligned| periods::benchmark_by_month(&daily.series, aligned));
    let mut order_counts: BTreeMap<YearMonth, usize> = BTreeMap::new();
    for order in orders {
        *order_counts.entry(YearMonth::of(order.date)).or_default() += 1;
    }
    let values = periods::by_month(&daily.series);
    let month = |(month, value): (YearMonth, f64)| {
        let series = periods::month_of(&daily.series, month);
        Month {
            month,
            value: disclosure.period(value),
            benchmark: benchmark.as_ref().and_then(|values| Some(disclosure.market(*values.get(&month)?))),
            observations: series.days.len(),
            partial: periods::is_partial(&daily.series, month, daily.exchange),
            max_drawdown: depth_within(shown, month, disclosure),
            orders: series
                .end()
                .is_some_and(|end| end <= until)
                .then(|| order_counts.get(&month).copied().unwrap_or_default()),
        }
    };
    values.into_iter().map(month).collect()
}

/// One row per calendar year with a return, ascending. Where no day is published, the year that goes on is what the periods say.
pub fn years(daily: &Performance, shown: &Performance, usual: &[Period], disclosure: &Disclosure) -> Vec<Year> {
    let benchmark = daily.aligned.as_ref().map(|aligned| periods::benchmark_by_year(&daily.series, aligned));
    let months = periods::by_month(&daily.series);
    let year = |(year, value): (i32, f64)| {
        let month = |number| Some(disclosure.period(*months.get(&YearMonth::new(year, number)?)?));
        Year {
            year,
            months: (1..=12).map(month).collect(),
            value: disclosure.period(value),
            benchmark: benchmark.as_ref().and_then(|values| Some(disclosure.market(*values.get(&year)?))),
            max_drawdown: deepest(&shown.series.window(calendar_year(year))).map(|depth| disclosure.daily(depth)),
            partial: is_partial_year(daily, year),
        }
    };
    let mut years: Vec<Year> = periods::by_year(&daily.series).into_iter().map(year).collect();
    let to_date =
        usual.iter().find(|period| period.period == UsualPeriod::YearToDate).and_then(|period| period.value);
    if let (Some(last), Some(to_date), false) = (years.last_mut(), to_date, disclosure.by_day()) {
        last.value = to_date;
    }
    years
}

/// The deepest fall within a month, where its days are shown.
fn depth_within(shown: &Performance, month: YearMonth, disclosure: &Disclosure) -> Option<PublicReturn> {
    let depth = deepest(&periods::month_of(&shown.series, month)).filter(|_| disclosure.by_day());
    depth.map(|depth| disclosure.daily(depth))
}

fn calendar_year(year: i32) -> Window {
    Window { from: NaiveDate::from_ymd_opt(year, 1, 1), to: NaiveDate::from_ymd_opt(year, 12, 31) }
}

fn is_partial_year(daily: &Performance, year: i32) -> bool {
    let month = |number| YearMonth::new(year, number);
    month(1).is_none_or(|january| periods::begins_within(&daily.series, january, daily.exchange))
        || month(12).is_none_or(|december| periods::ends_within(&daily.series, december, daily.exchange))
}

/// The deepest fall within the calendar year of a date, up to it.
pub fn deepest_of_year(shown: &Performance, date: NaiveDate) -> Option<f64> {
    let Window { from, .. } = calendar_year(date.year());
    deepest(&shown.series.window(Window { from, to: Some(date) }))
}

fn deepest(series: &ReturnSeries) -> Option<f64> {
    drawdown::maximum(&drawdown::drawdowns(&series.index())).filter(|_| !series.days.is_empty())
}

/// A period as it is shown.
pub fn view(period: periods::PeriodReturn, disclosure: &Disclosure) -> Period {
    Period {
        period: period.period,
        value: period.value.map(|value| disclosure.period(value)),
        benchmark: period.benchmark.map(|value| disclosure.market(value)),
        annualized: period.annualized,
        undefined_because: period.undefined_because.as_deref().map(with_dates),
    }
}

/// The worst drawdowns.
pub fn drawdowns(stats: &Stats, disclosure: &Disclosure) -> Vec<DrawdownView> {
    stats.drawdown.worst.iter().map(|found| fall(found, disclosure)).collect()
}

/// A drawdown as it is shown.
pub fn fall(drawdown: &drawdown::Drawdown, disclosure: &Disclosure) -> DrawdownView {
    DrawdownView {
        depth: disclosure.daily(drawdown.depth),
        peak: drawdown.peak,
        valley: drawdown.valley,
        recovery: drawdown.recovery,
        duration_days: drawdown.duration_days,
    }
}

/// Rolling figures of the days with at least one full window among those shown.
pub fn rolling(daily: &Performance, disclosure: &Disclosure) -> Vec<Rolling> {
    if !disclosure.by_day() {
        return Vec::new();
    }
    let days = daily.rolling().into_iter().map(|day| Rolling {
        date: day.date,
        sharpe: day.sharpe.map(|value| disclosure.rolling_ratio(value)),
        volatility: day.volatility.map(|value| disclosure.figure(value, Unit::Percent)),
        beta: day.beta.map(|value| disclosure.rolling_ratio(value)),
    });
    days.filter(|day| day.sharpe.is_some() || day.volatility.is_some() || day.beta.is_some()).collect()
}
