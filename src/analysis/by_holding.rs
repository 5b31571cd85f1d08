//! What each holding contributed to the account.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Window;
use super::attribution::{Groups, contributions};
use super::contributions::{Contributions, Period, Spans};
use super::holding_names::HoldingNames;
use crate::calendar::YearMonth;
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{CashFlow, Currency, Execution, Position, Record, Snapshot, Ticker};

/// Below this a difference of returns is nothing.
const ROUNDING: f64 = 1e-12;

/// What each holding contributed, as `stats --json` prints it. All of it adds up to the total return, and so do months and years.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HoldingContributions {
    /// Over the whole time.
    #[serde(flatten)]
    pub whole: PartsByHolding,
    /// Of it, in each month with a return.
    pub by_month: Vec<PartsOfPeriod<YearMonth>>,
    /// Of it, in each year with a return.
    pub by_year: Vec<PartsOfPeriod<i32>>,
}

/// The parts of months or years; several stand together where positions are not known when one of them ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartsOfPeriod<T> {
    /// The first month or year.
    pub from: T,
    /// The last one.
    pub to: T,
    /// What it brought of the total return of the whole time.
    #[serde(flatten)]
    pub parts: PartsByHolding,
}

/// Parts of the total return by holding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartsByHolding {
    /// What each holding contributed, by its ticker; `None` where that of none is known.
    pub holdings: Option<BTreeMap<Ticker, f64>>,
    /// What belongs to none.
    pub rest: Option<f64>,
    /// What the returns came to during which positions or an exchange rate are not known.
    pub not_attributed: f64,
    /// How many returns those are.
    pub not_attributed_returns: usize,
    /// How many returns there are in all.
    pub returns: usize,
}

impl HoldingContributions {
    /// The same as these; `None` where nothing could be attributed.
    pub fn of(found: &Spans<Ticker>) -> Option<Self> {
        let whole = found.whole();
        whole.is_known().then(|| Self {
            whole: (&whole).into(),
            by_month: found.months().iter().map(PartsOfPeriod::from).collect(),
            by_year: found.years().iter().map(PartsOfPeriod::from).collect(),
        })
    }
}

impl<T: Copy> From<&Period<T, Ticker>> for PartsOfPeriod<T> {
    fn from(period: &Period<T, Ticker>) -> Self {
        Self { from: period.from, to: period.to, parts: (&period.brought).into() }
    }
}

impl From<&Contributions<Ticker>> for PartsByHolding {
    fn from(found: &Contributions<Ticker>) -> Self {
        let holdings = found.parts.iter().filter_map(|(ticker, part)| Some((ticker.clone()?, *part)));
        // A difference of sums: what is left of nothing is how a machine rounds.
        let rest = found.parts.get(&None).copied().filter(|rest| rest.abs() > ROUNDING).unwrap_or_default();
        Self {
            holdings: found.is_known().then(|| holdings.collect()),
            rest: found.is_known().then_some(rest),
            not_attributed: found.unattributed,
            not_attributed_returns: found.unattributed_returns,
            returns: found.returns,
        }
    }
}

/// What each holding contributed to the account's total return over a window; see [`contributions`]. Everything that has gone by
/// one ticker in the end is one holding. What belongs to none is cash: interest, charges of the account, and what exchange
/// rates made of money.
///
/// # Errors
/// A day whose return is undefined.
pub fn by_holding(record: &Record, base: Currency, timing: FlowTiming, window: Window) -> Result<Spans<Ticker>> {
    let names = HoldingNames::of(record);
    let groups = Groups {
        position: |snapshot: &Snapshot, position: &Position| Some(names.of_position(position, snapshot.as_of)),
        fill: |fill: &Execution| names.of_fill(fill),
        income: |flow: &CashFlow| names.of_income(flow),
    };
    contributions(record, base, timing, window, groups)
}
