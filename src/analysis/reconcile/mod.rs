//! Whether the parts of a record agree with each other.
//!
//! The same money shows up as fills, as positions, as net liquidation value and in the broker's own sums. Each
//! function here compares two of these and says where they part, by how much, and what to do. Messages are for
//! the trader's own terminal: they hold amounts and share counts.

mod actions;
mod fills;
mod missing_flows;
mod net_value;
mod positions;
mod unknown_cash;

use chrono::NaiveDate;

use crate::error::Place;
use crate::record::{Currency, Finding, Record, Snapshot};
use crate::site_dir::SiteDir;

pub use actions::actions_without_cost;
pub use fills::{
    closings_by_positions_alone, fills_outside_the_day, fills_without_commission, notes_without_order,
    realized_profit_against_the_brokers,
};
pub use missing_flows::missing_flows;
pub use net_value::{
    UnexplainedChange, net_value_against_profit, snapshots_against_their_own_sums, unexplained_changes,
};
pub use positions::positions_against_fills;

/// Everything in which the parts of a record disagree, by function, then date.
pub fn reconcile(record: &Record, base: Currency) -> Vec<Finding> {
    let mut findings = positions_against_fills(record);
    findings.extend(actions_without_cost(record));
    findings.extend(missing_flows(record, base));
    findings.extend(net_value_against_profit(record, base));
    findings.extend(snapshots_against_their_own_sums(record));
    findings.extend(realized_profit_against_the_brokers(record, base));
    findings.extend(closings_by_positions_alone(record, base));
    findings.extend(fills_outside_the_day(record));
    findings.extend(fills_without_commission(record, base));
    findings.extend(notes_without_order(record));
    findings
}

/// `data/executions/2026-01-27.csv`, relative to the site's root.
fn executions_place(date: NaiveDate) -> Place {
    Place::file(SiteDir::new("").executions_file(date))
}

/// `data/actions.csv`, relative to the site's root.
fn actions_place() -> Place {
    Place::file(SiteDir::new("").actions())
}

/// `data/snapshots/2026-01-27.json`, relative to the site's root.
fn snapshot_place(snapshot: &Snapshot) -> Place {
    Place::file(SiteDir::new("").snapshots().join(format!("{}.json", snapshot.own_date())))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
