//! Which of all stored rows of corporate actions count.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{ActionKind, CorporateAction, UNNAMED};
use super::action_versions::grouped;
use super::files::Placed;
use super::restatement::{Decisions, Discovered, Table};
use super::{Finding, FindingKind, Severity, Subject, versions};

/// The rows about one change as one, the last word on it; sums beside single rows left out; and each row that takes another
/// back with the id of that one. Both stay in the list, so that a record cut at a date knows what was known then.
pub(super) fn together(
    rows: Vec<Placed<CorporateAction>>,
    decisions: &Decisions,
) -> (Vec<CorporateAction>, Discovered) {
    let mut found = Discovered::default();
    let mut actions: Vec<Placed<CorporateAction>> = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (id, mut rows) in grouped(rows) {
        rows.retain(|(_, row)| decisions.allow(Table::Action, &id, row));
        let ids: BTreeSet<String> = rows.iter().map(|(_, row)| row.id.clone()).collect();
        let Some(read) = versions::together(rows) else { continue };
        let subject = Subject::Ticker(read.row.symbol.clone());
        found.add((Table::Action, &id, read.row.date), &subject, &read);
        names.extend(ids.into_iter().filter(|other| *other != read.row.id).map(|other| (other, read.row.id.clone())));
        actions.push((read.place, read.row));
    }
    for (_, row) in &mut actions {
        if let Some(id) = row.cancels.as_ref().and_then(|id| names.get(id)) {
            row.cancels = Some(id.clone());
        }
    }
    let single: Vec<CorporateAction> =
        actions.iter().map(|(_, row)| row).filter(|row| !row.is_sum()).cloned().collect();
    let reported = |sum: &CorporateAction| {
        single.iter().any(|row| row.kind == sum.kind && row.date == sum.date && row.same_contract(sum))
    };
    actions.retain(|(_, row)| !row.is_sum() || !reported(row));
    actions.sort_by(|(_, a), (_, b)| order(a).cmp(&order(b)));
    link(&mut actions, &mut found.findings);
    (actions.into_iter().map(|(_, row)| row).collect(), found)
}

fn order(row: &CorporateAction) -> (chrono::DateTime<chrono::Utc>, chrono::NaiveDate, Option<u64>, &str) {
    (row.effective(), row.date, number(row), &row.id)
}

/// Transaction numbers grow.
fn number(row: &CorporateAction) -> Option<u64> {
    row.id.rsplit(':').next()?.parse().ok()
}

/// Finds what each row takes back that does not name it.
fn link(actions: &mut [Placed<CorporateAction>], findings: &mut Vec<Finding>) {
    let mut gone: BTreeSet<String> = actions.iter().filter_map(|(_, row)| row.cancels.clone()).collect();
    for index in 0..actions.len() {
        let Some((place, cancel)) = actions.get(index).filter(|(_, row)| row.cancels.as_deref() == Some(UNNAMED))
        else {
            continue;
        };
        let original =
            actions.iter().map(|(_, row)| row).find(|row| !gone.contains(&row.id) && is_original(row, cancel));
        match original.map(|row| row.id.clone()) {
            Some(id) => {
                gone.insert(id.clone());
                if let Some((_, cancel)) = actions.get_mut(index) {
                    cancel.cancels = Some(id);
                }
            }
            None => findings.push(
                Finding::new(
                    Severity::Error,
                    FindingKind::CancelsNothing,
                    format!("row {} takes back a {} that is not in the record", cancel.id, cancel.kind),
                    "import the statement that holds the original row",
                )
                .about(Subject::Ticker(cancel.symbol.clone()))
                .at(place.clone()),
            ),
        }
    }
}

fn is_original(row: &CorporateAction, cancel: &CorporateAction) -> bool {
    let before = number(row).zip(number(cancel)).is_none_or(|(row, cancel)| row < cancel);
    let opposite = row.quantity.zip(cancel.quantity).is_some_and(|(one, other)| one == -other);
    row.cancels.is_none()
        && before
        && opposite
        && row.kind == cancel.kind
        && row.account == cancel.account
        && row.same_contract(cancel)
        // A transfer is taken back on a day of its own.
        && (row.kind == ActionKind::Transfer || (row.effective() == cancel.effective() && row.text == cancel.text))
}

/// The actions that count: those that neither take another back nor are taken back.
pub fn in_force(actions: &[CorporateAction]) -> Vec<&CorporateAction> {
    let gone: BTreeSet<&str> = actions.iter().filter_map(|row| row.cancels.as_deref()).collect();
    actions.iter().filter(|row| row.cancels.is_none() && !gone.contains(row.id.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::split;
    use super::*;
    use crate::error::Place;

    fn read(rows: &[CorporateAction]) -> (Vec<CorporateAction>, Vec<Finding>) {
        let placed = rows.iter().enumerate().map(|(line, row)| (Place::line("actions.csv", line + 2), row.clone()));
        let (actions, found) = together(placed.collect(), &Decisions::default());
        (actions, found.findings)
    }

    fn counting(rows: &[CorporateAction]) -> Vec<String> {
        in_force(&read(rows).0).iter().map(|row| row.id.clone()).collect()
    }

    #[test]
    fn a_row_taken_back_and_the_row_that_takes_it_back_both_go_and_the_new_one_stays() {
        let wrong = split("transaction:1", "30");
        let back = CorporateAction {
            date: "2026-01-12".parse().unwrap(),
            cancels: Some(UNNAMED.into()),
            ..split("transaction:2", "-30")
        };
        let right = CorporateAction { date: back.date, ..split("transaction:3", "30") };
        for rows in [[&wrong, &back, &right], [&right, &back, &wrong], [&back, &right, &wrong]] {
            assert_eq!(counting(&rows.map(Clone::clone)), ["transaction:3"]);
        }
        assert_eq!(counting(&[wrong.clone(), right.clone()]).len(), 2);
        let (_, findings) = read(&[back, right]);
        assert_eq!(findings[0].kind, FindingKind::CancelsNothing);
    }

    #[test]
    fn the_newest_statement_counts_and_without_an_order_in_time_it_is_a_conflict() {
        let at = |quantity: &str, time: Option<&str>| CorporateAction {
            generated: time.map(|time| time.parse().unwrap()),
            ..split("transaction:1", quantity)
        };
        let (old, new) = (at("30", Some("2026-01-09T05:00:00Z")), at("20", Some("2026-02-09T05:00:00Z")));
        for rows in [[&old, &new], [&new, &old]] {
            let (actions, findings) = read(&rows.map(Clone::clone));
            assert_eq!(actions[0].quantity, Some(20.into()));
            assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Restated]);
        }
        assert_eq!(read(&[at("30", None), at("20", None)]).1[0].kind, FindingKind::Conflict);
        assert_eq!(read(&[at("30", None), at("30", None)]).1, []);
    }

    #[test]
    fn a_sum_stands_only_until_the_single_rows_are_known() {
        let sum = CorporateAction { time: None, ..split("action-sum:ab", "30") };
        let (one, two) = (split("transaction:1", "10"), split("transaction:2", "20"));
        assert_eq!(counting(std::slice::from_ref(&sum)), ["action-sum:ab"]);
        assert_eq!(counting(&[sum, one, two]), ["transaction:1", "transaction:2"]);
    }
}
