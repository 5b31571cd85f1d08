//! Which of all stored rows are the fills that count.
//!
//! Files only ever grow: a commission that arrived late, a correction, a cancelled trade each add a row. Here
//! the rows of one fill become one, the corrected ones step back, and what was taken back disappears.

use std::collections::{BTreeMap, BTreeSet};

use super::fill_names::{name_what_was_booked_again, other_names};
use super::restatement::{Decisions, Discovered, Table};
use super::versions::together;
use super::{ExecId, Execution, Finding, FindingKind, Severity, Subject};
use crate::error::Place;

/// The outcome of reading all rows together.
#[derive(Debug, Default)]
pub(super) struct Effective {
    /// The fills that count, by time, then id.
    pub executions: Vec<Execution>,
    /// Fills that were corrected or taken back.
    pub superseded: Vec<Execution>,
    /// What was restated or contradicts, and cancellations of nothing.
    pub discovered: Discovered,
}

/// Reads all rows together: equal ids, and several names of one fill, are one fill, a higher version replaces a lower one, and a row that
/// cancels another removes it.
pub(super) fn effective(rows: Vec<(Place, Execution)>, decisions: &Decisions) -> Effective {
    let mut discovered = Discovered::default();
    let mut fills = merged(rows, decisions, &mut discovered);
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
            // Two statements may report one cancellation, one by the fill's id and one by its number.
            None if originals.is_named(cancelled) => {}
            None => discovered.findings.push(cancels_nothing(place, fill, cancelled)),
        }
    }
    for (id, original) in found {
        if let Some((_, fill)) = fills.get_mut(&id) {
            fill.cancels = Some(original);
        }
    }
    let (executions, superseded) = in_force(fills.into_values().map(|(_, fill)| fill).collect());
    Effective { executions, superseded, discovered }
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
            for number in fill.names_by_number() {
                by_number.entry(number).or_default().push(id);
            }
            by_time.entry(fill.time.timestamp()).or_default().push(id);
        }
        Self { fills, by_number, by_time }
    }

    /// Whether a fill is known by this number, taken back or not.
    fn is_named(&self, named: &ExecId) -> bool {
        self.by_number.contains_key(number_of(named))
    }

    /// The fill that a row takes back and does not name by its id: by the number of its transaction or trade, else by
    /// what was traded, when and at which price.
    fn of(&self, named: &ExecId, cancel: &Execution, gone: &BTreeSet<ExecId>) -> Option<&'a ExecId> {
        let free = |id: &&&ExecId| {
            let fill = self.fills.get(**id).map(|(_, fill)| fill);
            !gone.contains(**id) && fill.is_some_and(|fill| is_before(fill, cancel))
        };
        let by_number = self.by_number.get(number_of(named)).and_then(|ids| ids.iter().find(free));
        let alike = |id: &&&ExecId| self.fills.get(**id).is_some_and(|(_, fill)| same_terms(fill, cancel));
        let at_the_time = || self.by_time.get(&cancel.time.timestamp())?.iter().filter(free).find(alike);
        by_number.or_else(at_the_time).copied()
    }
}

/// A name by a number, without what tells several bookings of a trade apart.
fn number_of(named: &ExecId) -> &str {
    let id = named.as_str();
    id.match_indices(':').nth(1).and_then(|(at, _)| id.get(..at)).unwrap_or(id)
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

/// One row per id: the last word on it, completed by the others.
fn merged(
    mut rows: Vec<(Place, Execution)>,
    decisions: &Decisions,
    discovered: &mut Discovered,
) -> BTreeMap<ExecId, (Place, Execution)> {
    name_what_was_booked_again(&mut rows.iter_mut().map(|(_, row)| row).collect::<Vec<_>>());
    let names = other_names(&rows);
    let name_of = |id: &ExecId| names.get(id).unwrap_or(id).clone();
    let mut by_id: BTreeMap<ExecId, Vec<(Place, Execution)>> = BTreeMap::new();
    for (place, row) in rows {
        let id = name_of(&row.exec_id);
        let counts = |id: &ExecId| decisions.allow(Table::Fill, id.as_str(), &row);
        if counts(&id) && (id == row.exec_id || counts(&row.exec_id)) {
            by_id.entry(id).or_default().push((place, row));
        }
    }
    let mut fills = BTreeMap::new();
    for (id, rows) in by_id {
        let Some(mut read) = together(rows) else { continue };
        let date = read.row.utc_date();
        discovered.add((Table::Fill, id.as_str(), date), &Subject::Fill(id.clone()), &read);
        if read.row.cancels.as_ref().is_some_and(is_number) {
            // A statement that holds the trade itself names it better than one that only knows its number.
            let named = read.older().filter_map(|older| older.cancels.as_ref()).find(|id| !is_number(id)).cloned();
            read.row.cancels = named.or(read.row.cancels);
        }
        read.row.cancels = read.row.cancels.as_ref().map(name_of);
        read.row.exec_id = id.clone();
        fills.insert(id, (read.place, read.row));
    }
    fills
}

/// Whether a cancelled fill is named by a number of another statement rather than by its id.
fn is_number(id: &ExecId) -> bool {
    id.as_str().starts_with("transaction:") || id.as_str().starts_with("trade:")
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
            let outcome = effective(rows(&order), &Decisions::default());
            assert_eq!(outcome.executions.len(), 1);
            assert_eq!(outcome.executions[0].commission, Some("1.05".parse().unwrap()));
            assert!(outcome.discovered.findings.is_empty());
        }
    }

    #[test]
    fn a_correction_replaces_and_does_not_add() {
        let outcome = effective(
            rows(&[
                fill("0000000a.0000000b.01.02"),
                fill("0000000a.0000000b.01.01"),
                fill("0000000a.0000000b.02.01"),
            ]),
            &Decisions::default(),
        );
        assert_eq!(ids(&outcome.executions), ["0000000a.0000000b.01.02", "0000000a.0000000b.02.01"]);
        assert_eq!(ids(&outcome.superseded), ["0000000a.0000000b.01.01"]);
    }

    #[test]
    fn ids_of_another_form_are_fills_of_their_own_whatever_their_last_digits() {
        let numbered = [fill("4711.27.1"), fill("4711.27.2"), fill("2026.01.27.01"), fill("2026.01.27.02")];
        let outcome = effective(rows(&numbered), &Decisions::default());
        assert_eq!((outcome.executions.len(), outcome.superseded.len()), (4, 0));
    }

    #[test]
    fn a_cancelled_trade_and_its_cancellation_both_go() {
        let cancel = Execution { cancels: Some(ExecId::new("0000000a.0000000b.01.01")), ..fill("transaction:9") };
        let outcome = effective(
            rows(&[fill("0000000a.0000000b.01.01"), cancel, fill("0000000a.0000000b.02.01")]),
            &Decisions::default(),
        );
        assert_eq!(ids(&outcome.executions), ["0000000a.0000000b.02.01"]);
        assert_eq!(outcome.superseded.len(), 2);
        assert!(outcome.discovered.findings.is_empty());
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
                    let outcome = effective(rows(&order.map(Clone::clone)), &Decisions::default());
                    assert_eq!(ids(&outcome.executions), ["transaction:1003"], "{named}");
                    assert!(outcome.discovered.findings.is_empty(), "{named}: {:?}", outcome.discovered.findings);
                }
            }
        }
        let elsewhere = Execution {
            cancels: Some(ExecId::new("transaction:1")),
            price: 7.into(),
            ..numbered("transaction:1002", "1002")
        };
        assert_eq!(
            effective(rows(&[again, elsewhere]), &Decisions::default()).discovered.findings[0].kind,
            FindingKind::CancelsNothing
        );
    }

    #[test]
    fn a_trade_booked_again_under_the_number_of_the_one_taken_back_stands() {
        let named = |price: i64| Execution {
            trade_id: Some("77".into()),
            price: price.into(),
            source: "flex".into(),
            ..fill("trade:77")
        };
        let cancel = |named: &str| Execution {
            exec_id: ExecId::new("cancel:77"),
            cancels: Some(ExecId::new(named)),
            trade_id: None,
            ..named_at(5)
        };
        fn named_at(price: i64) -> Execution {
            Execution { price: price.into(), source: "flex".into(), ..fill("trade:77") }
        }
        let counted = |fills: &[Execution]| {
            let outcome = effective(rows(fills), &Decisions::default());
            assert!(outcome.discovered.contradictions.is_empty() && outcome.discovered.findings.is_empty());
            outcome.executions.iter().map(|fill| fill.price.to_string()).collect::<Vec<_>>()
        };
        for cancel in [cancel("trade:77"), cancel("unnamed:cancel:77")] {
            let (first, again) = (named(5), named(6));
            assert_eq!(counted(&[first.clone(), cancel.clone(), again.clone()]), ["6"]);
            assert_eq!(counted(&[again.clone(), cancel.clone(), first.clone()]), ["6"]);
            assert_eq!(counted(&[first.clone(), cancel.clone()]), [""; 0]);
            // A later statement has numbers for both.
            let numbered = |fill: Execution, number: &str| Execution {
                exec_id: ExecId::new(format!("transaction:{number}")),
                transaction_id: Some(number.into()),
                ..fill
            };
            let later = [numbered(first.clone(), "1001"), numbered(again.clone(), "1003")];
            assert_eq!(counted(&[first, cancel, again, later[0].clone(), later[1].clone()]), ["6"]);
        }
    }

    #[test]
    fn a_cancellation_of_an_unknown_trade_is_an_error() {
        let cancel = Execution { cancels: Some(ExecId::new("nowhere")), ..fill("transaction:9") };
        let outcome = effective(rows(&[cancel]), &Decisions::default());
        assert!(outcome.executions.is_empty());
        assert_eq!(outcome.discovered.findings[0].kind, FindingKind::CancelsNothing);
    }

    #[test]
    fn the_newest_statement_of_a_fill_counts_in_any_order() {
        let row = |commission: &str, generated: &str| Execution {
            commission: Some(commission.parse().unwrap()),
            commission_currency: Some("USD".parse().unwrap()),
            fx_to_base: Some("0.5".parse().unwrap()),
            generated: Some(generated.parse().unwrap()),
            source: "flex".into(),
            ..fill("a.b.01.01")
        };
        let (first, second) = (row("1.50", "2026-01-28T05:00:00Z"), row("1", "2026-02-28T05:00:00Z"));
        let terminal =
            Execution { commission: Some("2".parse().unwrap()), source: "tws".into(), ..fill("a.b.01.01") };
        for order in [[&first, &second, &terminal], [&terminal, &second, &first], [&second, &terminal, &first]] {
            let outcome = effective(rows(&order.map(Clone::clone)), &Decisions::default());
            let [counted] = outcome.executions.as_slice() else { panic!("{outcome:?}") };
            assert_eq!(counted.commission, Some("1".parse().unwrap()));
            let found = &outcome.discovered;
            assert!(found.contradictions.is_empty() && found.findings.iter().all(|f| f.severity == Severity::Note));
            let mut effects: Vec<_> =
                found.restatements.iter().map(|r| (r.what, r.old.as_str(), r.new.as_str(), r.effect)).collect();
            effects.sort();
            let effect = |text: &str| Some(text.parse().unwrap());
            // 0.50 and 1 USD less paid, at 0.5 each.
            assert_eq!(
                effects,
                [("commission", "1.50", "1", effect("0.250")), ("commission", "2", "1", effect("0.5"))]
            );
        }
    }

    #[test]
    fn a_decision_settles_a_contradiction_and_a_new_row_opens_it_again() {
        let other = Execution { price: 7.into(), ..fill("a.b.01.01") };
        let both = [fill("a.b.01.01"), other.clone()];
        let found = effective(rows(&both), &Decisions::default()).discovered.contradictions;
        assert_eq!(found[0].versions.iter().map(|v| v.says["price"].as_str()).collect::<Vec<_>>(), ["188.25", "7"]);
        assert!(found[0].keep(0).is_none() && found[0].keep(3).is_none());
        for (number, price) in [(1, "188.25"), (2, "7")] {
            let decisions = Decisions::new(found[0].keep(number));
            let outcome = effective(rows(&both), &decisions);
            assert_eq!(outcome.executions[0].price, price.parse().unwrap());
            assert!(outcome.discovered.findings.is_empty());
        }
        let third = Execution { price: 8.into(), ..other };
        let three = [both[0].clone(), both[1].clone(), third];
        let outcome = effective(rows(&three), &Decisions::new(found[0].keep(2)));
        assert_eq!(outcome.discovered.findings[0].kind, FindingKind::Conflict);
    }

    #[test]
    fn times_far_apart_are_a_wrong_zone_and_no_restatement() {
        let terminal = Execution { source: "tws".into(), ..fill("a.b.01.01") };
        let at = |time: &str| Execution { source: "flex".into(), time: time.parse().unwrap(), ..fill("a.b.01.01") };
        for (time, findings) in [("2026-01-27T15:30:01Z", 0), ("2026-01-27T20:30:00Z", 1)] {
            let outcome = effective(rows(&[terminal.clone(), at(time)]), &Decisions::default());
            assert_eq!(outcome.discovered.contradictions.len(), findings, "{time}");
        }
    }

    #[test]
    fn a_contradiction_keeps_the_first_and_is_named() {
        let other = Execution { price: 7.into(), ..fill("0000000a.0000000b.01.01") };
        let outcome = effective(rows(&[fill("0000000a.0000000b.01.01"), other]), &Decisions::default());
        assert_eq!(outcome.executions.len(), 1);
        assert_eq!(outcome.executions[0].price, fill("x").price);
        assert!(outcome.discovered.findings[0].message.contains("another price than at a.csv:2"));
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
            let expected = effective(rows(&all), &Decisions::default());
            let shuffled: Vec<Execution> = order.drain(..).map(|i| all[i].clone()).collect();
            let outcome = effective(rows(&shuffled), &Decisions::default());
            prop_assert_eq!(outcome.executions, expected.executions);
            prop_assert_eq!(outcome.superseded, expected.superseded);
        }
    }
}
