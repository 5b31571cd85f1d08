//! The account at the end of each month: what a monthly report shows beside the month itself.
//!
//! Nothing here depends on a later day, so that the report of a month stays as it is while the record goes on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::costs;
use super::disclosure::{Disclosure, PublicReturn, Published, Weighed};
use super::holdings::holdings;
use super::index_figures::IndexAlong;
use super::listed::Listed;
use super::periods;
use super::quality::{self, MonthOfData};
use super::view::{DrawdownView, MonthEnd, Period};
use super::whole_months::{last_weighed, last_whole_month};
use crate::analysis::alignment::AlignedSeries;
use crate::analysis::catalogue::Unit;
use crate::analysis::frequency::Frequency;
use crate::analysis::performance::Performance;
use crate::analysis::periods::{PeriodReturn, UsualPeriod, by_month, ends_within, month_of, usual_periods};
use crate::analysis::reconcile::unexplained_changes;
use crate::analysis::returns::ReturnSeries;
use crate::analysis::{Window, benchmark, drawdown, risk};
use crate::calendar::YearMonth;
use crate::config::Config;
use crate::format;
use crate::locale::Locale;
use crate::record::Record;

/// What of the whole record each month's end shows a part of.
struct Along<'a> {
    data: MonthOfData<'a>,
    first_cost: Option<NaiveDate>,
    index: IndexAlong,
    /// The dates of the published series.
    dates: Vec<NaiveDate>,
    /// Over how many sessions the account's series goes up to each of its returns.
    sessions: Vec<usize>,
}

/// The state of the account at the end of each month.
pub struct MonthEnds<'a> {
    /// The record as it was known at the end of `until`.
    pub disclosed: &'a Record,
    /// Its daily series.
    pub daily: &'a Performance,
    /// The series as it is published.
    pub shown: &'a Performance,
    /// How figures are computed and what is shown.
    pub config: &'a Config,
    /// Which orders are shown.
    pub listed: &'a Listed,
    /// The newest date of which positions and trades are shown.
    pub until: NaiveDate,
    /// The newest valuation up to then, as the rest of the site names it.
    pub trades_until: NaiveDate,
}

impl MonthEnds<'_> {
    /// One entry for each month with a return.
    pub fn all(&self, disclosure: &Disclosure) -> BTreeMap<YearMonth, MonthEnd> {
        let changes = unexplained_changes(self.disclosed, self.config.account.base_currency);
        let missing = self.daily.missing_sessions();
        let data = MonthOfData {
            disclosed: self.disclosed,
            daily: self.daily,
            changes: &changes,
            missing: &missing,
            listed: self.listed,
            until: self.until,
            trades_until: self.trades_until,
        };
        let along = Along {
            data,
            first_cost: costs::first_in(self.disclosed),
            index: IndexAlong::of(self.daily, self.shown),
            dates: self.shown.series.dates(),
            sessions: self.daily.series.sessions_along(self.daily.exchange),
        };
        let end = |month| Some((month, self.end(month, &along, disclosure)?));
        let locale = Locale::current();
        let months: Vec<YearMonth> = by_month(&self.daily.series).into_keys().collect();
        months.into_par_iter().filter_map(|month| locale.write(|| end(month))).collect()
    }

    fn end(&self, month: YearMonth, along: &Along, disclosure: &Disclosure) -> Option<MonthEnd> {
        let Along { data, first_cost, index, dates, sessions } = along;
        let series = self.daily.series.window(Window { from: None, to: Some(month.last_day()) });
        let inside = month_of(&self.daily.series, month);
        let as_of = series.end()?;
        let after = dates.partition_point(|day| *day <= as_of);
        let (dates, falls) = (dates.get(..after)?, self.shown.drawdowns.get(..after)?);
        let values = series.values();
        let analysis = &self.daily.analysis;
        let sessions = sessions.get(values.len()).copied()?;
        let frequency = series.frequency_over(sessions, analysis.periods_per_year);
        let calendar_days = series.calendar_days();
        let lacks = frequency.lacks(values.len(), calendar_days);
        let enough = lacks.is_none();
        let excess = series.excess(frequency, analysis.risk_free).filter(|_| enough);
        let (beta, r_squared) = self.beside_the_benchmark(as_of, frequency).unzip();
        let month_goes_on = ends_within(&self.daily.series, month, self.daily.exchange);
        let held = holdings(self.disclosed, self.config, disclosure, self.weighed(as_of, month_goes_on, disclosure));
        Some(MonthEnd {
            since: inside.start?,
            as_of,
            observations: values.len(),
            calendar_days,
            periods: usual(&series, self.daily.aligned.as_ref(), disclosure),
            periods_per_year: format::periods(frequency),
            periods_a_year: frequency.periods,
            is_daily: frequency.daily,
            missing_sessions: data.missing.iter().filter(|day| **day <= as_of).count(),
            after_costs: first_cost.is_some_and(|first| first <= as_of),
            observed: format::observed(values.len(), frequency),
            lacks,
            volatility: enough
                .then(|| risk::volatility(&values, frequency.periods))
                .flatten()
                .map(|value| disclosure.figure(value, Unit::Percent)),
            sharpe: excess
                .and_then(|excess| risk::sharpe(&excess, frequency.periods))
                .map(|value| disclosure.figure(value, Unit::Ratio)),
            max_drawdown: drawdown::maximum(falls).map(|value| disclosure.daily(value)),
            index: index.until(as_of, disclosure),
            worst_fall: worst(dates, falls, disclosure),
            year_drawdown: periods::deepest_of_year(self.shown, as_of).map(|value| disclosure.daily(value)),
            drawdown: falls.last().map(|value| disclosure.daily(*value)),
            beta: beta.map(|value| disclosure.figure(value, Unit::Ratio)),
            r_squared: r_squared.map(|value| disclosure.figure(value, Unit::Ratio)),
            positions_as_of: held.as_of,
            positions: held.positions,
            cash_weight: held.cash_weight,
            month_goes_on,
            held_back_after: (self.until < as_of).then_some(self.trades_until),
            data_quality: quality::of_month(data, month, &inside, disclosure),
        })
    }

    /// The date of the positions that are shown for a month.
    fn weighed(&self, as_of: NaiveDate, month_goes_on: bool, disclosure: &Disclosure) -> NaiveDate {
        let newest = as_of.min(self.until);
        if disclosure.weighed() == Weighed::Daily {
            return as_of;
        }
        let is_over = newest == as_of && !month_goes_on;
        let end = if is_over { as_of } else { last_whole_month(newest, self.daily.exchange) };
        last_weighed(self.disclosed, end, disclosure)
    }

    /// Beta and R² of the pairs up to a date, where there are enough of them.
    fn beside_the_benchmark(&self, date: NaiveDate, frequency: Frequency) -> Option<(f64, f64)> {
        let aligned = self.daily.aligned.as_ref()?;
        let pairs = aligned.pairs.get(..aligned.pairs.partition_point(|pair| pair.date <= date))?;
        let lengths: i64 = pairs.iter().map(|pair| (pair.date - pair.since).num_days()).sum();
        if frequency.lacks(pairs.len(), lengths).is_some() {
            return None;
        }
        let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs.iter().map(|pair| (pair.ours, pair.benchmark)).unzip();
        Some((benchmark::beta(&ours, &theirs)?, benchmark::r_squared(&ours, &theirs)?))
    }
}

/// The deepest fall through these, where days are published.
fn worst(dates: &[NaiveDate], falls: &[f64], disclosure: &Disclosure) -> Option<DrawdownView> {
    let falls = if disclosure.by_day() { drawdown::periods(dates, falls) } else { Vec::new() };
    falls.first().map(|worst| periods::fall(worst, disclosure))
}

/// The usual periods up to the end of a series, against the benchmark.
pub fn usual(series: &ReturnSeries, aligned: Option<&AlignedSeries>, disclosure: &Disclosure) -> Vec<Period> {
    let exact = usual_periods(series, aligned);
    let view = |period: &PeriodReturn| periods::view(period.clone(), disclosure);
    if disclosure.by_day() {
        return exact.iter().map(view).collect();
    }
    let by_months = ByMonths::new(&exact, series, disclosure);
    let value = |period: &PeriodReturn| by_months.as_ref().and_then(|by_months| by_months.value(period));
    let shown = |period: &PeriodReturn| Period { value: value(period), ..view(period) };
    exact.iter().map(shown).collect()
}

/// Periods where no day is published: every month's report has them, and so has every version of a site, so that together they would
/// say of each month-end what its index does not. They follow from what is published of months and month-ends, or are as coarse as
/// the index.
struct ByMonths<'a> {
    month: YearMonth,
    /// The published returns of the months so far.
    months: BTreeMap<YearMonth, PublicReturn>,
    /// The return since inception, exact and published.
    total: Option<(f64, PublicReturn)>,
    /// The exact return of the calendar year that ends with the month.
    year: Option<f64>,
    disclosure: &'a Disclosure,
}

impl<'a> ByMonths<'a> {
    fn new(exact: &[PeriodReturn], series: &ReturnSeries, disclosure: &'a Disclosure) -> Option<Self> {
        let months: BTreeMap<_, _> =
            by_month(series).into_iter().map(|(month, value)| (month, disclosure.period(value))).collect();
        let value = |wanted| exact.iter().find(|period| period.period == wanted)?.value;
        let total = value(UsualPeriod::SinceInception).map(|total| (total, disclosure.total_so_far(total)));
        let month = *months.last_key_value()?.0;
        // A calendar year is published as exactly as a month.
        let is_year = month.month() == 12 && months.contains_key(&month.minus(11));
        let year = value(UsualPeriod::YearToDate).filter(|_| is_year);
        Some(Self { month, months, total, year, disclosure })
    }

    fn value(&self, period: &PeriodReturn) -> Option<PublicReturn> {
        let exact = period.value?;
        if self.year == Some(exact) {
            return Some(self.disclosure.period(exact));
        }
        match period.period {
            UsualPeriod::SinceInception => self.total.map(|(_, shown)| shown),
            UsualPeriod::SinceInceptionAnnualized => self.a_year(exact),
            UsualPeriod::YearToDate => self.since(self.month.minus(self.month.month() - 1)),
            UsualPeriod::QuarterToDate => self.since(self.month.minus((self.month.month() - 1) % 3)),
            UsualPeriod::OneYear => Some(self.disclosure.total_so_far(exact)),
            UsualPeriod::ThreeYears => Some(self.rate_of(3, exact)),
            UsualPeriod::FiveYears => Some(self.rate_of(5, exact)),
            UsualPeriod::MonthToDate => Some(self.disclosure.period(exact)),
        }
    }

    /// What the published months since one of them make together; the total where the record begins with it.
    fn since(&self, first: YearMonth) -> Option<PublicReturn> {
        if self.months.first_key_value().is_some_and(|(begun, _)| *begun >= first) {
            let total = self.total.map(|(_, shown)| shown).filter(|_| self.months.len() > 1);
            return total.or(self.months.get(&self.month).copied());
        }
        let growth: f64 = self.months.range(first..).map(|(_, month)| 1.0 + month.get()).product();
        Some(self.disclosure.of_months(growth - 1.0))
    }

    /// The yearly rate of what some years returned, as coarsely as the index says that.
    fn rate_of(&self, years: i32, rate: f64) -> PublicReturn {
        let total = self.disclosure.total_so_far((1.0 + rate).powi(years) - 1.0).get();
        self.disclosure.period((1.0 + total).powf(1.0 / f64::from(years)) - 1.0)
    }

    /// The published total a year, over as many years as the exact one.
    fn a_year(&self, rate: f64) -> Option<PublicReturn> {
        let (total, shown) = self.total?;
        Some(match rate.ln_1p() / total.ln_1p() {
            years if years.is_finite() => self.disclosure.period((shown.get().ln_1p() * years).exp_m1()),
            _ => self.disclosure.period(0.0),
        })
    }
}

#[cfg(test)]
#[path = "month_end_tests.rs"]
mod tests;
