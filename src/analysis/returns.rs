//! Time-weighted daily returns from net liquidation values and external flows.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Window;
use super::frequency::Frequency;
pub use super::frequency::{DAYS_PER_YEAR, MIN_DAYS_TO_ANNUALIZE};
use super::statistics::{compounded, finite};
use crate::calendar::Exchange;
use crate::config::FlowTiming;
use crate::error::Error;
use crate::record::{CashFlow, Currency, Snapshot};

/// Flows above this share of net liquidation value make the day's return depend on the convention.
pub const LARGE_FLOW: f64 = 0.10;

/// The return between two consecutive valuations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyReturn {
    /// Date of the later snapshot, to which the return belongs.
    pub date: NaiveDate,
    /// Date of the snapshot before.
    pub since: NaiveDate,
    /// The return, as a fraction.
    pub value: f64,
}

impl DailyReturn {
    /// Calendar days between its two valuations.
    #[inline]
    pub fn calendar_days(&self) -> i64 {
        (self.date - self.since).num_days()
    }
}

/// Returns in order, linked whatever the gap between two snapshots. While the account is empty there are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReturnSeries {
    /// Date of the snapshot that the first return is taken from; `None` where there is no snapshot.
    pub start: Option<NaiveDate>,
    /// The returns, ascending by date.
    pub days: Vec<DailyReturn>,
}

impl ReturnSeries {
    /// The returns alone.
    pub fn values(&self) -> Vec<f64> {
        self.days.iter().map(|day| day.value).collect()
    }

    /// All snapshot dates: the start, then the date of each return. One more than there are returns.
    pub fn dates(&self) -> Vec<NaiveDate> {
        self.start.into_iter().chain(self.days.iter().map(|day| day.date)).collect()
    }

    /// Growth of 1 on each of [`dates`](Self::dates): `I_0 = 1`, `I_t = I_{t-1} (1 + r_t)`.
    pub fn index(&self) -> Vec<f64> {
        let growth = self.days.iter().scan(1.0, |index, day| {
            *index *= 1.0 + day.value;
            Some(*index)
        });
        self.start.map(|_| 1.0).into_iter().chain(growth).collect()
    }

    /// The date of the last return.
    pub fn end(&self) -> Option<NaiveDate> {
        self.days.last().map(|day| day.date)
    }

    /// Calendar days that the returns stand for: from the start to the last of them, without those on which the account
    /// was empty; 0 without returns.
    pub fn calendar_days(&self) -> i64 {
        self.days.iter().map(DailyReturn::calendar_days).sum()
    }

    /// How many returns a year it has, by the sessions of an exchange; `configured` where it is a daily record.
    pub fn frequency(&self, exchange: Exchange, configured: u32) -> Frequency {
        let sessions = self.sessions_along(exchange).pop().unwrap_or_default();
        self.frequency_over(sessions, configured)
    }

    /// The same where it is known over how many sessions it goes.
    pub fn frequency_over(&self, sessions: usize, configured: u32) -> Frequency {
        Frequency::of(self.days.len(), sessions, self.calendar_days(), configured)
    }

    /// Over how many sessions of an exchange it goes up to each of its returns, and up to the first: from zero, one number more
    /// than there are returns.
    pub fn sessions_along(&self, exchange: Exchange) -> Vec<usize> {
        let so_far = self.days.iter().scan(0, |sum, day| {
            *sum += exchange.age(day.since, day.date);
            Some(*sum)
        });
        std::iter::once(0).chain(so_far).collect()
    }

    /// Returns above the risk-free rate of their time, from a rate a year; undefined for one of -100 % or below.
    pub fn excess(&self, frequency: Frequency, risk_free: f64) -> Option<Vec<f64>> {
        frequency.excess(self.days.iter().map(|day| (day.value, day.calendar_days())), risk_free)
    }

    /// The returns dated inside the window. The snapshot before the first of them is the new start.
    pub fn window(&self, window: Window) -> Self {
        let days: Vec<_> = self.days.iter().filter(|day| window.contains(day.date)).copied().collect();
        Self { start: days.first().map(|day| day.since), days }
    }

    /// Sessions of an exchange without a snapshot between the first and the last.
    pub fn missing_sessions(&self, exchange: Exchange) -> Vec<NaiveDate> {
        self.days.iter().flat_map(|day| exchange.sessions_between(day.since, day.date)).collect()
    }
}

/// Two consecutive valuations and the money that crossed the border between them, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Date of the earlier snapshot.
    pub since: NaiveDate,
    /// Date of the later snapshot.
    pub date: NaiveDate,
    /// Net liquidation value at the earlier one.
    pub before: Decimal,
    /// Net liquidation value at the later one.
    pub after: Decimal,
    /// Money that came in, 0 or above.
    pub contributed: Decimal,
    /// Money that went out, 0 or above.
    pub withdrawn: Decimal,
}

impl Interval {
    /// The time-weighted return under a convention, or `None` where it is undefined: a denominator of 0 or
    /// below, or less than nothing left.
    ///
    /// `split`: `(V_t + W) / (V_{t-1} + C) - 1`, `start`: `V_t / (V_{t-1} + C - W) - 1`, `end`:
    /// `(V_t - C + W) / V_{t-1} - 1`. Sums are exact decimals, so that a day without gain returns exactly 0. Where the
    /// account is empty before or after, only `split` has a meaning, and it is used whatever the convention.
    pub fn time_weighted(&self, timing: FlowTiming) -> Option<f64> {
        let net = self.contributed.checked_sub(self.withdrawn)?;
        let timing = if self.before.is_zero() || self.after.is_zero() { FlowTiming::Split } else { timing };
        let (after, before) = match timing {
            FlowTiming::Split => {
                (self.after.checked_add(self.withdrawn)?, self.before.checked_add(self.contributed)?)
            }
            FlowTiming::Start => (self.after, self.before.checked_add(net)?),
            FlowTiming::End => (self.after.checked_sub(net)?, self.before),
        };
        let all_lost = self.after.is_zero() && after.is_zero();
        if before <= Decimal::ZERO || (after <= Decimal::ZERO && !all_lost) {
            return None;
        }
        if before == after { Some(0.0) } else { finite(after.to_f64()? / before.to_f64()? - 1.0) }
    }

    /// Whether the account was empty and stayed without money from outside: no return, and no time that counts.
    pub fn is_idle(&self) -> bool {
        self.before.is_zero() && self.contributed.is_zero()
    }

    /// Whether money crossed the account's border.
    pub fn has_flow(&self) -> bool {
        !self.contributed.is_zero() || !self.withdrawn.is_zero()
    }
}

/// The intervals between consecutive snapshots with their external flows.
///
/// A flow belongs to the interval it is dated in: after the earlier snapshot, up to the later one. Flows on or
/// before the first snapshot are part of its value; flows after the last one have not been valued yet. Money of a
/// weekend is in the snapshot of that weekend, whichever session that one stands for.
///
/// # Errors
/// A net liquidation value below 0, snapshots out of order, or a flow whose exchange rate is not known: each names the
/// date.
pub fn intervals(snapshots: &[Snapshot], flows: &[CashFlow], base: Currency) -> Result<Vec<Interval>, Error> {
    let mut external: Vec<&CashFlow> = flows.iter().filter(|flow| flow.kind.is_external()).collect();
    external.sort_by_key(|flow| flow.date);
    let first = snapshots.first().map(Snapshot::own_date);
    let mut upcoming = external.into_iter().filter(|flow| first.is_some_and(|first| flow.date > first)).peekable();
    let mut found = Vec::with_capacity(snapshots.len());
    for (earlier, later) in snapshots.iter().zip(snapshots.iter().skip(1)) {
        if later.date <= earlier.date {
            return Err(out_of_order(later.date));
        }
        let mut interval = Interval {
            since: earlier.date,
            date: later.date,
            before: value_of(earlier)?,
            after: value_of(later)?,
            contributed: Decimal::ZERO,
            withdrawn: Decimal::ZERO,
        };
        while let Some(flow) = upcoming.next_if(|flow| flow.date <= later.own_date()) {
            add_flow(&mut interval, flow, base)?;
        }
        found.push(interval);
    }
    Ok(found)
}

fn add_flow(interval: &mut Interval, flow: &CashFlow, base: Currency) -> Result<(), Error> {
    let amount = flow.in_base(base).ok_or_else(|| unknown_rate(flow, base))?;
    let side = if amount.is_sign_positive() { &mut interval.contributed } else { &mut interval.withdrawn };
    *side = side.checked_add(amount.abs()).ok_or_else(|| impossible(interval.date))?;
    Ok(())
}

fn value_of(snapshot: &Snapshot) -> Result<Decimal, Error> {
    if snapshot.net_liquidation >= Decimal::ZERO {
        return Ok(snapshot.net_liquidation);
    }
    let date = snapshot.date;
    Err(Error::data(format!("the net liquidation value on {date} is below 0, so no return can be taken"))
        .hint(format!("correct the snapshot of {date} in data/snapshots, or start the record after it")))
}

fn out_of_order(date: NaiveDate) -> Error {
    Error::data(format!("the snapshot of {date} does not come after the one before it"))
        .hint("keep one snapshot per date in data/snapshots")
}

fn unknown_rate(flow: &CashFlow, base: Currency) -> Error {
    Error::data(format!("the flow of {} is in {} and its rate to {base} is not known", flow.date, flow.currency))
        .hint(format!(
            "write the rate into fx_to_base in data/flows.csv: what 1 {} was worth in {base}",
            flow.currency
        ))
}

fn impossible(date: NaiveDate) -> Error {
    Error::data(format!("no return can be taken on {date}: its flows leave nothing to divide by"))
        .hint(format!("check the flows of {date} in data/flows.csv, or set flow_timing = \"split\" in config.toml"))
}

/// Time-weighted returns, one per snapshot after the first.
///
/// Formulas: [`Interval::time_weighted`]. Undefined days do not exist: a day whose return is undefined is an
/// error. While the account is empty there is no return. No snapshot or one gives an empty series.
///
/// # Errors
/// As [`intervals`] and [`with_returns`].
pub fn daily_returns(
    snapshots: &[Snapshot],
    flows: &[CashFlow],
    base: Currency,
    timing: FlowTiming,
) -> Result<ReturnSeries, Error> {
    let (_, series) = with_returns(intervals(snapshots, flows, base)?, timing)?;
    let start = series.start.or(snapshots.first().map(|snapshot| snapshot.date));
    Ok(ReturnSeries { start, ..series })
}

/// The intervals that have a return, and the returns: those during which the account was empty are left out. A loss of
/// everything without a withdrawal, -100 %, ends the record.
///
/// # Errors
/// A day whose return is undefined, or a value that reappears without a deposit after a total loss; the error names the day.
pub fn with_returns(intervals: Vec<Interval>, timing: FlowTiming) -> Result<(Vec<Interval>, ReturnSeries), Error> {
    let (mut counted, mut days) = (Vec::with_capacity(intervals.len()), Vec::with_capacity(intervals.len()));
    let mut ruined = None;
    for day in intervals {
        match ruined {
            Some(date) if day.is_idle() && !day.after.is_zero() => return Err(unexplained_zero(date)),
            Some(_) => continue,
            None if day.is_idle() => continue,
            None => {}
        }
        let value = day.time_weighted(timing).ok_or_else(|| impossible(day.date))?;
        days.push(DailyReturn { date: day.date, since: day.since, value });
        counted.push(day);
        ruined = (value <= -1.0).then_some(day.date);
    }
    Ok((counted, ReturnSeries { start: days.first().map(|day| day.since), days }))
}

fn unexplained_zero(date: NaiveDate) -> Error {
    Error::data(format!(
        "the net liquidation value on {date} is 0 without a withdrawal, and is back later without a deposit"
    ))
    .hint(format!("correct or delete the snapshot of {date} in data/snapshots, or add the flows to data/flows.csv"))
}

/// A day whose flow is large against the account, with its return under each convention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LargeFlowDay {
    /// The valuation before.
    pub since: NaiveDate,
    /// The day of the valuation that holds the flow.
    pub date: NaiveDate,
    /// Money in plus money out as a share of the net liquidation value before.
    pub share: f64,
    /// The return with `flow_timing = "split"`.
    pub split: Option<f64>,
    /// The return with `flow_timing = "start"`.
    pub start: Option<f64>,
    /// The return with `flow_timing = "end"`.
    pub end: Option<f64>,
}

/// The days whose flows, in plus out, exceed 10 % of the net liquidation value before (GIPS 2020: a large flow
/// calls for a valuation at its time).
pub fn large_flow_days(days: &[Interval]) -> Vec<LargeFlowDay> {
    let large = days.iter().filter_map(|day| {
        let flows = day.contributed.checked_add(day.withdrawn)?.to_f64()?;
        let share = finite(flows / day.before.to_f64()?).filter(|share| *share > LARGE_FLOW)?;
        Some(LargeFlowDay {
            since: day.since,
            date: day.date,
            share,
            split: day.time_weighted(FlowTiming::Split),
            start: day.time_weighted(FlowTiming::Start),
            end: day.time_weighted(FlowTiming::End),
        })
    });
    large.collect()
}

/// Total return `I_T - 1`, as a fraction; undefined without a return.
pub fn total(returns: &[f64]) -> Option<f64> {
    compounded(returns)
}

/// Annualized return `(1 + total)^(365.25 / days) - 1` over calendar days from first to last snapshot.
///
/// Undefined for fewer than 365 days. Source: GIPS 2020, periods under a year are not annualized.
pub fn annualized(total: f64, calendar_days: i64) -> Option<f64> {
    if calendar_days < MIN_DAYS_TO_ANNUALIZE {
        return None;
    }
    finite((1.0 + total).powf(DAYS_PER_YEAR / calendar_days as f64) - 1.0)
}

/// The return of the days dated from `from` on: product of daily returns; undefined without one.
pub fn period_return(series: &ReturnSeries, from: NaiveDate) -> Option<f64> {
    compounded(series.days.iter().filter(|day| day.date >= from).map(|day| &day.value))
}

/// The date after `base`, from which returns measured against the close of `base` are dated.
pub(super) fn day_after(base: NaiveDate) -> NaiveDate {
    base.checked_add_days(Days::new(1)).unwrap_or(base)
}

#[cfg(test)]
#[path = "returns_tests.rs"]
mod tests;
