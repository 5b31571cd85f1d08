//! What each holding brought to the account.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Window;
use super::attribution::{Contributions, Groups, contributions};
use super::holding_names::HoldingNames;
use crate::config::FlowTiming;
use crate::error::Result;
use crate::record::{CashFlow, Currency, Execution, Position, Record, Snapshot, Ticker};

/// Below this a difference of returns is nothing.
const ROUNDING: f64 = 1e-12;

/// What each holding brought, as `stats --json` prints it. All of it adds up to the total return.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HoldingContributions {
    /// What each holding brought, by its ticker.
    pub holdings: BTreeMap<Ticker, f64>,
    /// What belongs to none.
    pub rest: f64,
    /// What the returns came to during which positions or an exchange rate are not known.
    pub not_attributed: f64,
    /// How many returns those are.
    pub not_attributed_returns: usize,
    /// How many returns there are in all.
    pub returns: usize,
}

impl HoldingContributions {
    /// The same as these; `None` where nothing could be attributed.
    pub fn of(found: &Contributions<Ticker>) -> Option<Self> {
        let holdings = found.parts.iter().filter_map(|(ticker, part)| Some((ticker.clone()?, *part)));
        found.is_known().then(|| Self {
            holdings: holdings.collect(),
            // A difference of sums: what is left of nothing is how a machine rounds.
            rest: found.parts.get(&None).copied().filter(|rest| rest.abs() > ROUNDING).unwrap_or_default(),
            not_attributed: found.unattributed,
            not_attributed_returns: found.unattributed_returns,
            returns: found.returns,
        })
    }
}

/// What each holding brought to the account's total return over a window; see [`contributions`]. Everything that has gone by
/// one ticker in the end is one holding. What belongs to none is cash: interest, charges of the account, and what exchange
/// rates made of money.
///
/// # Errors
/// A day whose return is undefined.
pub fn by_holding(
    record: &Record,
    base: Currency,
    timing: FlowTiming,
    window: Window,
) -> Result<Contributions<Ticker>> {
    let names = HoldingNames::of(record);
    let groups = Groups {
        position: |snapshot: &Snapshot, position: &Position| Some(names.of_position(position, snapshot.as_of)),
        fill: |fill: &Execution| names.of_fill(fill),
        income: |flow: &CashFlow| names.of_income(flow),
    };
    contributions(record, base, timing, window, groups)
}
