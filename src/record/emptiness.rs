//! An account that is worth nothing for a while.

use chrono::NaiveDate;

use super::{CashFlow, Finding, FindingKind, Record, Severity, Snapshot};
use crate::error::Place;

impl Record {
    /// The session since which the account has been empty, because its money was withdrawn; `None` while it is worth
    /// something, and where it lost everything.
    #[must_use]
    pub fn emptied_on(&self) -> Option<NaiveDate> {
        let last = self.snapshots.iter().rposition(|snapshot| !snapshot.net_liquidation.is_zero())?;
        let (last, empty) = self.snapshots.get(last).zip(self.snapshots.get(last + 1))?;
        is_withdrawn(last, empty, &self.flows).then_some(empty.date)
    }
}

/// Whether money was withdrawn between two snapshots.
fn is_withdrawn(before: &Snapshot, after: &Snapshot, flows: &[CashFlow]) -> bool {
    let between = |flow: &&CashFlow| flow.date > before.own_date() && flow.date <= after.own_date();
    flows.iter().filter(between).any(|flow| flow.amount.is_sign_negative())
}

/// The first net value of 0 that no withdrawal explains in an account that is worth something later. An account may be
/// emptied and funded again, or lose everything for good; anything else is a snapshot that went wrong.
pub(super) fn finding(snapshots: &[Snapshot], flows: &[CashFlow]) -> Option<Finding> {
    let worth_something = |snapshot: &Snapshot| !snapshot.net_liquidation.is_zero();
    let (before, empty) = snapshots.iter().zip(snapshots.iter().skip(1)).find(|(before, after)| {
        let funded_later = || snapshots.iter().any(|later| later.date > after.date && worth_something(later));
        worth_something(before) && !worth_something(after) && !is_withdrawn(before, after, flows) && funded_later()
    })?;
    let message = format!("net liquidation is 0, and no withdrawal since {} explains it", before.date);
    let next = "correct the file, or enter the withdrawal with `trackrecord flow add`";
    let place = Place::file(format!("data/snapshots/{}.json", empty.own_date()));
    Some(Finding::new(Severity::Error, FindingKind::Impossible, message, next).at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(values: &[(&str, i64)]) -> Vec<Snapshot> {
        let snapshot = |(date, value): &(&str, i64)| {
            let text = format!(
                r#"{{"schema": 1, "date": "{date}", "as_of": "{date}T21:00:00Z", "account": "U1", "base_currency": "USD",
                    "net_liquidation": "{value}", "cash": {{}}, "fx": {{}}, "accruals": {{}}, "positions": null,
                    "source": "flex"}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        values.iter().map(snapshot).collect()
    }

    fn withdrawal(date: &str) -> CashFlow {
        let text = format!(
            r#"{{"id": "w", "date": "{date}", "account": "U1", "currency": "USD", "amount": "-100", "fx_to_base": "1",
                "kind": "withdrawal", "source": "flex"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_account_is_empty_since_its_money_was_withdrawn() {
        let emptied_on = |values: &[(&str, i64)], flows: &[CashFlow]| {
            let record = Record { snapshots: worth(values), flows: flows.to_vec(), ..Record::default() };
            record.emptied_on().map(|date| date.to_string())
        };
        let empty = [("2026-01-05", 100), ("2026-01-06", 0), ("2026-01-07", 0)];
        assert_eq!(emptied_on(&empty, &[withdrawal("2026-01-06")]).as_deref(), Some("2026-01-06"));
        assert_eq!(emptied_on(&empty, &[]), None, "lost");
        assert_eq!(emptied_on(&empty, &[withdrawal("2026-01-07")]), None, "withdrawn when nothing was left");
        let funded = [("2026-01-05", 100), ("2026-01-06", 0), ("2026-01-07", 90)];
        assert_eq!(emptied_on(&funded, &[withdrawal("2026-01-06")]), None, "funded again");
    }

    #[test]
    fn a_value_of_nothing_needs_a_withdrawal_if_something_follows() {
        let gap = worth(&[("2026-01-05", 100), ("2026-01-06", 0), ("2026-01-07", 100)]);
        let place = |snapshots: &[Snapshot], flows: &[CashFlow]| Some(finding(snapshots, flows)?.place?.to_string());
        assert_eq!(place(&gap, &[]).as_deref(), Some("data/snapshots/2026-01-06.json"));
        assert_eq!(place(&gap, &[withdrawal("2026-01-06")]), None);
        for beside in ["2026-01-05", "2026-01-07"] {
            assert!(place(&gap, &[withdrawal(beside)]).is_some(), "a withdrawal on {beside}");
        }
        let lost = worth(&[("2026-01-05", 100), ("2026-01-06", 0), ("2026-01-07", 0)]);
        assert_eq!(place(&lost, &[]), None, "lost for good");
        let unfunded = worth(&[("2026-01-05", 0), ("2026-01-06", 0), ("2026-01-07", 100)]);
        assert_eq!(place(&unfunded, &[]), None, "not funded yet");
        // Emptied with a withdrawal first, and once more without.
        let twice =
            worth(&[("2026-01-05", 9), ("2026-01-06", 0), ("2026-01-07", 9), ("2026-01-08", 0), ("2026-01-09", 9)]);
        assert_eq!(place(&twice, &[withdrawal("2026-01-06")]).as_deref(), Some("data/snapshots/2026-01-08.json"));
    }
}
