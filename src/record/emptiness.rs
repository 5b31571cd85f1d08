//! An account that is worth nothing for a while.

use super::{CashFlow, Finding, FindingKind, Severity, Snapshot};
use crate::error::Place;

/// The first net value of 0 that no withdrawal explains in an account that is worth something later. An account may be
/// emptied and funded again, or lose everything for good; anything else is a snapshot that went wrong.
pub(super) fn finding(snapshots: &[Snapshot], flows: &[CashFlow]) -> Option<Finding> {
    let worth_something = |snapshot: &Snapshot| !snapshot.net_liquidation.is_zero();
    let (before, empty) = snapshots.iter().zip(snapshots.iter().skip(1)).find(|(before, after)| {
        let withdrawn = |flow: &CashFlow| {
            flow.amount.is_sign_negative() && flow.date > before.own_date() && flow.date <= after.own_date()
        };
        let funded_later = || snapshots.iter().any(|later| later.date > after.date && worth_something(later));
        worth_something(before) && !worth_something(after) && !flows.iter().any(withdrawn) && funded_later()
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
