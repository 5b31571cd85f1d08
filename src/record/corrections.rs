//! Which of all stored rows are the fills that count.
//!
//! Files only ever grow: a commission that arrived late, a correction, a cancelled trade each add a row. Here
//! the rows of one fill become one, the corrected ones step back, and what was taken back disappears.

use std::collections::{BTreeMap, BTreeSet};

use super::{ExecId, Execution, Finding, FindingKind, Severity, Subject};
use crate::error::Place;

/// The outcome of reading all rows together.
#[derive(Debug, Default)]
pub struct Effective {
    /// The fills that count, by time, then id.
    pub executions: Vec<Execution>,
    /// Fills that were corrected or taken back.
    pub superseded: Vec<Execution>,
    /// Contradictions.
    pub findings: Vec<Finding>,
}

/// Reads all rows together: equal ids are one fill, a higher version replaces a lower one, and a row that
/// cancels another removes it.
pub fn effective(rows: Vec<(Place, Execution)>) -> Effective {
    let mut findings = Vec::new();
    let mut fills = merged(rows, &mut findings);
    let originals = Originals::among(&fills);
    let named = fills.values().filter_map(|(_, fill)| fill.cancels.clone());
    let mut gone: BTreeSet<ExecId> = named.filter(|id| fills.contains_key(id)).collect();
    let mut found = Vec::new();
    for (id, (place, fill)) in &fills {
        let Some(cancelled) = fill.cancels.as_ref().filter(|cancelled| !fills.contains_key(*cancelled)) else {
            continue;
        };
        match originals.of(cancelled, fill, &gone) {
            Some(original) => {
                gone.insert(original.clone());
                found.push((id.clone(), original.clone()));
            }
            None => findings.push(cancels_nothing(place, fill, cancelled)),
        }
    }
    for (id, original) in found {
        if let Some((_, fill)) = fills.get_mut(&id) {
            fill.cancels = Some(original);
        }
    }
    let (executions, superseded) = in_force(fills.into_values().map(|(_, fill)| fill).collect());
    Effective { executions, superseded, findings }
}

/// The fills that count, and those that were corrected or taken back, each by time, then id. No two have the same id.
pub(super) fn in_force(fills: Vec<Execution>) -> (Vec<Execution>, Vec<Execution>) {
    let cancelling = fills.iter().filter_map(|fill| Some([&fill.exec_id, fill.cancels.as_ref()?]));
    let mut gone: BTreeSet<ExecId> = cancelling.flatten().cloned().collect();
    let ids: BTreeSet<&ExecId> = fills.iter().map(|fill| &fill.exec_id).filter(|id| !gone.contains(*id)).collect();
    gone.extend(corrected(ids.into_iter()));
    let (mut superseded, mut executions): (Vec<_>, Vec<_>) =
        fills.into_iter().partition(|fill| gone.contains(&fill.exec_id));
    for list in [&mut executions, &mut superseded] {
        list.sort_by(|a, b| (a.time, &a.exec_id).cmp(&(b.time, &b.exec_id)));
    }
    (executions, superseded)
}

/// The fills that others may take back, by what names them. A cancellation may come in a later statement than its
/// trade, and knows it by another number than the record.
struct Originals<'a> {
    fills: &'a BTreeMap<ExecId, (Place, Execution)>,
    by_number: BTreeMap<String, Vec<&'a ExecId>>,
    by_time: BTreeMap<i64, Vec<&'a ExecId>>,
}

impl<'a> Originals<'a> {
    fn among(fills: &'a BTreeMap<ExecId, (Place, Execution)>) -> Self {
        let (mut by_number, mut by_time): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (id, (_, fill)) in fills.iter().filter(|(_, (_, fill))| fill.cancels.is_none()) {
            let transaction = fill.transaction_id.as_ref().map(|number| format!("transaction:{number}"));
            let trade = fill.trade_id.as_ref().map(|number| format!("trade:{number}"));
            for number in transaction.into_iter().chain(trade) {
                by_number.entry(number).or_default().push(id);
            }
            by_time.entry(fill.time.timestamp()).or_default().push(id);
        }
        Self { fills, by_number, by_time }
    }

    /// The fill that a row takes back and does not name by its id: by the number of its transaction or trade, else by
    /// what was traded, when and at which price.
    fn of(&self, named: &ExecId, cancel: &Execution, gone: &BTreeSet<ExecId>) -> Option<&'a ExecId> {
        let free = |id: &&&ExecId| {
            let fill = self.fills.get(**id).map(|(_, fill)| fill);
            !gone.contains(**id) && fill.is_some_and(|fill| is_before(fill, cancel))
        };
        let by_number = self.by_number.get(named.as_str()).and_then(|ids| ids.iter().find(free));
        let alike = |id: &&&ExecId| self.fills.get(**id).is_some_and(|(_, fill)| same_terms(fill, cancel));
        let at_the_time = || self.by_time.get(&cancel.time.timestamp())?.iter().filter(free).find(alike);
        by_number.or_else(at_the_time).copied()
    }
}

/// Transaction numbers grow, so that a fill can only be taken back by a higher one. A trade that is booked again has a
/// higher one than the row that took it back.
fn is_before(fill: &Execution, cancel: &Execution) -> bool {
    let number = |row: &Execution| row.transaction_id.as_ref()?.parse::<u64>().ok();
    number(fill).zip(number(cancel)).is_none_or(|(fill, cancel)| fill < cancel)
}

fn same_terms(fill: &Execution, cancel: &Execution) -> bool {
    fill.account == cancel.account
        && fill.instrument() == cancel.instrument()
        && fill.side == cancel.side
        && fill.quantity == cancel.quantity
        && fill.price == cancel.price
}

/// One row per id. Rows that contradict the first one are reported and left out.
fn merged(rows: Vec<(Place, Execution)>, findings: &mut Vec<Finding>) -> BTreeMap<ExecId, (Place, Execution)> {
    let mut fills: BTreeMap<ExecId, (Place, Execution)> = BTreeMap::new();
    for (place, row) in rows {
        match fills.get_mut(&row.exec_id) {
            None => {
                fills.insert(row.exec_id.clone(), (place, row));
            }
            Some((first, fill)) => match fill.merged_with(&row) {
                Ok(merged) => *fill = merged,
                Err(fields) => findings.push(contradiction(&place, first, &row, &fields)),
            },
        }
    }
    fills
}

/// The ids of which a later version exists.
fn corrected<'a>(ids: impl Iterator<Item = &'a ExecId>) -> Vec<ExecId> {
    let mut newest: BTreeMap<&str, (u32, &ExecId)> = BTreeMap::new();
    let mut older = Vec::new();
    for id in ids {
        let Some((fill, version)) = id.version() else { continue };
        match newest.get_mut(fill) {
            None => {
                newest.insert(fill, (version, id));
            }
            Some((known, known_id)) if version > *known => {
                older.push(known_id.clone());
                (*known, *known_id) = (version, id);
            }
            Some(_) => older.push(id.clone()),
        }
    }
    older
}

fn contradiction(place: &Place, first: &Place, row: &Execution, fields: &[&str]) -> Finding {
    Finding::new(
        Severity::Error,
        FindingKind::Conflict,
        format!("fill {} stands here again with another {} than at {first}", row.exec_id, fields.join(" and ")),
        "compare both with the broker's statement and delete the wrong row",
    )
    .about(Subject::Fill(row.exec_id.clone()))
    .at(place.clone())
}

fn cancels_nothing(place: &Place, row: &Execution, cancelled: &ExecId) -> Finding {
    Finding::new(
        Severity::Error,
        FindingKind::CancelsNothing,
        format!("row {} takes back the fill {cancelled}, which is not in the record", row.exec_id),
        "import the statement that holds the original trade",
    )
    .about(Subject::Fill(cancelled.clone()))
    .at(place.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::testing::fill;

    fn rows(fills: &[Execution]) -> Vec<(Place, Execution)> {
        fills.iter().enumerate().map(|(i, fill)| (Place::line("a.csv", i + 2), fill.clone())).collect()
    }

    fn ids(fills: &[Execution]) -> Vec<&str> {
        fills.iter().map(|fill| fill.exec_id.as_str()).collect()
    }

    #[test]
    fn a_late_commission_fills_the_gap() {
        let early = Execution { commission: None, ..fill("0000000a.0000000b.01.01") };
        let late = Execution { commission: Some("1.05".parse().unwrap()), ..fill("0000000a.0000000b.01.01") };
        for order in [[early.clone(), late.clone()], [late, early]] {
            let outcome = effective(rows(&order));
            assert_eq!(outcome.executions.len(), 1);
            assert_eq!(outcome.executions[0].commission, Some("1.05".parse().unwrap()));
            assert!(outcome.findings.is_empty());
        }
    }

    #[test]
    fn a_correction_replaces_and_does_not_add() {
        let outcome = effective(rows(&[
            fill("0000000a.0000000b.01.02"),
            fill("0000000a.0000000b.01.01"),
            fill("0000000a.0000000b.02.01"),
        ]));
        assert_eq!(ids(&outcome.executions), ["0000000a.0000000b.01.02", "0000000a.0000000b.02.01"]);
        assert_eq!(ids(&outcome.superseded), ["0000000a.0000000b.01.01"]);
    }

    #[test]
    fn ids_of_another_form_are_fills_of_their_own_whatever_their_last_digits() {
        let numbered = [fill("4711.27.1"), fill("4711.27.2"), fill("2026.01.27.01"), fill("2026.01.27.02")];
        let outcome = effective(rows(&numbered));
        assert_eq!((outcome.executions.len(), outcome.superseded.len()), (4, 0));
    }

    #[test]
    fn a_cancelled_trade_and_its_cancellation_both_go() {
        let cancel = Execution { cancels: Some(ExecId::new("0000000a.0000000b.01.01")), ..fill("transaction:9") };
        let outcome = effective(rows(&[fill("0000000a.0000000b.01.01"), cancel, fill("0000000a.0000000b.02.01")]));
        assert_eq!(ids(&outcome.executions), ["0000000a.0000000b.02.01"]);
        assert_eq!(outcome.superseded.len(), 2);
        assert!(outcome.findings.is_empty());
    }

    #[test]
    fn a_cancellation_from_a_later_statement_finds_its_trade_and_not_the_one_booked_again() {
        let numbered = |id: &str, number: &str| Execution {
            transaction_id: Some(number.into()),
            trade_id: Some("2001".into()),
            ..fill(id)
        };
        let (original, again) = (numbered("0000zz.1.01.01", "1001"), numbered("transaction:1003", "1003"));
        let unnumbered = Execution { transaction_id: None, trade_id: None, ..original.clone() };
        for original in [original, unnumbered] {
            for named in ["transaction:1001", "trade:2001"] {
                let cancel = Execution {
                    cancels: Some(ExecId::new(named)),
                    trade_id: None,
                    ..numbered("transaction:1002", "1002")
                };
                for order in [[&original, &cancel, &again], [&again, &cancel, &original]] {
                    let outcome = effective(rows(&order.map(Clone::clone)));
                    assert_eq!(ids(&outcome.executions), ["transaction:1003"], "{named}");
                    assert!(outcome.findings.is_empty(), "{named}: {:?}", outcome.findings);
                }
            }
        }
        let elsewhere = Execution {
            cancels: Some(ExecId::new("transaction:1")),
            price: 7.into(),
            ..numbered("transaction:1002", "1002")
        };
        assert_eq!(effective(rows(&[again, elsewhere])).findings[0].kind, FindingKind::CancelsNothing);
    }

    #[test]
    fn a_cancellation_of_an_unknown_trade_is_an_error() {
        let cancel = Execution { cancels: Some(ExecId::new("nowhere")), ..fill("transaction:9") };
        let outcome = effective(rows(&[cancel]));
        assert!(outcome.executions.is_empty());
        assert_eq!(outcome.findings[0].kind, FindingKind::CancelsNothing);
    }

    #[test]
    fn a_contradiction_keeps_the_first_and_is_named() {
        let other = Execution { price: 7.into(), ..fill("0000000a.0000000b.01.01") };
        let outcome = effective(rows(&[fill("0000000a.0000000b.01.01"), other]));
        assert_eq!(outcome.executions.len(), 1);
        assert_eq!(outcome.executions[0].price, fill("x").price);
        assert!(outcome.findings[0].message.contains("another price than at a.csv:2"));
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(mut order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle()) {
            let all: Vec<Execution> = (0..12)
                .map(|i| Execution {
                    commission: (i % 3 == 0).then(|| 1.into()),
                    ..fill(&format!("0000000a.0000000b.{:02}.{:02}", i / 3, i % 2 + 1))
                })
                .collect();
            let expected = effective(rows(&all));
            let shuffled: Vec<Execution> = order.drain(..).map(|i| all[i].clone()).collect();
            let outcome = effective(rows(&shuffled));
            prop_assert_eq!(outcome.executions, expected.executions);
            prop_assert_eq!(outcome.superseded, expected.superseded);
        }
    }
}
