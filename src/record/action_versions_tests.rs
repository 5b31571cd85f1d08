use proptest::prelude::*;

use super::super::action_rows::{in_force, together};
use super::super::restatement::{Decisions, Discovered};
use super::super::testing::split;
use super::*;
use crate::error::Place;

fn at(day: u32, row: CorporateAction) -> CorporateAction {
    let generated = format!("2026-02-{day:02}T05:00:00Z").parse().ok();
    CorporateAction { generated, source: Source::Flex, ..row }
}

fn read(rows: &[CorporateAction]) -> (Vec<CorporateAction>, Discovered) {
    let placed = rows.iter().enumerate().map(|(line, row)| (Place::line("actions.csv", line + 2), row.clone()));
    together(placed.collect(), &Decisions::default())
}

/// Ids and quantities of what counts.
fn counting(rows: &[CorporateAction]) -> Vec<(String, String)> {
    let read = read(rows).0;
    in_force(&read).iter().map(|row| (row.id.clone(), row.quantity.unwrap().to_string())).collect()
}

fn said(id: &str, quantity: &str) -> (String, String) {
    (id.to_owned(), quantity.to_owned())
}

#[test]
fn an_action_without_a_number_and_later_with_one_is_one_action() {
    for unnumbered in ["action-row:0123456789abcdef", "action:0123456789abcdef"] {
        let (plain, numbered) = (at(1, split(unnumbered, "30")), at(9, split("action:71", "30")));
        for rows in [[&plain, &numbered], [&numbered, &plain]] {
            assert_eq!(counting(&rows.map(Clone::clone)), [said("action:71", "30")], "{unnumbered}");
        }
        // Also where the number comes in the older of both.
        let (plain, numbered) = (at(9, split(unnumbered, "30")), at(1, split("action:71", "30")));
        assert_eq!(counting(&[plain, numbered]), [said("action:71", "30")]);
    }
    let of_both = [at(1, split("action-row:a", "30")), at(5, split("action:0123456789abcdef", "30"))];
    assert_eq!(counting(&of_both), [said("action-row:a", "30")]);
}

#[test]
fn as_many_rows_without_a_number_as_with_one_are_paired_and_the_rest_stay() {
    let plain = ["action-row:a", "action-row:a-2"].map(|id| at(1, split(id, "10")));
    let numbered = ["action:71", "action:72"].map(|id| at(9, split(id, "10")));
    let all: Vec<CorporateAction> = plain.iter().chain(&numbered).cloned().collect();
    assert_eq!(counting(&all), [said("action:71", "10"), said("action:72", "10")]);
    assert_eq!(counting(&all[..3]).len(), 2, "one number for two equal rows");
    // What one statement holds beside each other is two, and so is another day, side or contract.
    assert_eq!(counting(&[at(1, split("action-row:a", "10")), at(1, split("action:71", "10"))]).len(), 2);
    let other_day = CorporateAction { date: "2026-01-12".parse().unwrap(), ..at(9, split("action:71", "10")) };
    let other = CorporateAction { conid: Some(2), ..at(9, split("action:71", "10")) };
    for row in [other_day, other] {
        assert_eq!(counting(&[at(1, split("action-row:a", "10")), row]).len(), 2);
    }
}

#[test]
fn a_restated_quantity_is_the_same_action_with_and_without_numbers() {
    let quantity = |day, id: &str, quantity: &str| at(day, split(id, quantity));
    for (old, new) in [("action:71", "action:71"), ("action-row:a", "action-row:a"), ("action-row:a", "action:71")] {
        for (first, last) in [("30", "20"), ("20", "30")] {
            let rows = [quantity(1, old, first), quantity(9, new, last)];
            assert_eq!(counting(&rows), [said(new, last)]);
            let restated = read(&rows).1.restatements;
            let words = |row: &super::super::Restatement| (row.what, row.old.clone(), row.new.clone());
            assert_eq!(restated.iter().map(words).collect::<Vec<_>>(), [("quantity", first.into(), last.into())]);
        }
    }
    let sums = [quantity(1, "action-sum:ab", "30"), quantity(9, "action-sum:cd", "20")];
    assert_eq!(counting(&sums), [said("action-sum:cd", "20")]);
}

#[test]
fn what_a_query_leaves_out_another_completes_and_a_zero_is_said() {
    let paid = |day, amount: Option<i64>| CorporateAction {
        proceeds: amount.map(Decimal::from),
        ..at(day, split("action:71", "30"))
    };
    let proceeds = |rows: &[CorporateAction]| read(rows).0[0].proceeds;
    assert_eq!(proceeds(&[paid(1, Some(42)), paid(9, None)]), Some(42.into()));
    assert_eq!(proceeds(&[paid(1, Some(42)), paid(9, Some(0))]), Some(0.into()), "a correction to nothing");
    let untyped = CorporateAction { kind: ActionKind::Other(String::new()), ..at(9, split("action:71", "30")) };
    assert_eq!(read(&[at(1, split("action:71", "30")), untyped]).0[0].kind, ActionKind::ForwardSplit);
    let pair = CorporateAction { event: "pair:ab".into(), ..at(9, split("action:71", "30")) };
    assert_eq!(read(&[at(1, split("action:71", "30")), pair]).0[0].event, "9");
}

#[test]
fn rows_that_nothing_puts_in_an_order_are_settled_by_a_decision() {
    let undated = |quantity: &str| CorporateAction { generated: None, ..at(1, split("action:71", quantity)) };
    let rows = [undated("30"), undated("20")];
    let (actions, found) = read(&rows);
    assert_eq!((actions.len(), found.contradictions.len()), (1, 1));
    let decision = found.contradictions[0].keep(2).unwrap();
    let placed = rows.iter().map(|row| (Place::file("actions.csv"), row.clone())).collect();
    let (actions, found) = together(placed, &Decisions::new([decision]));
    assert_eq!((actions[0].quantity, found.contradictions.len()), (Some(20.into()), 0));
}

proptest! {
    /// Versions of two actions in any order are the same record: the newest statement's, and every older one is named.
    #[test]
    fn the_order_of_rows_does_not_matter(
        rows in prop::collection::vec((1..28_u32, 0..3_usize, 1..4_u32), 1..8),
        shift in 0..8_usize,
    ) {
        let ids = ["action:71", "action:72", "action-row:a"];
        let mut made: Vec<CorporateAction> = rows
            .iter()
            .map(|(day, id, quantity)| {
                let conid = Some(u64::from(*id == 1));
                CorporateAction { conid, ..at(*day, split(ids[*id], &quantity.to_string())) }
            })
            .collect();
        // One statement says one thing of one row, and never the same with and without its number.
        let mut seen = BTreeSet::new();
        made.retain(|row| seen.insert((row.conid, row.generated)));
        let straight = read(&made);
        let newest = made.iter().filter(|row| row.conid == Some(0)).max_by_key(|row| row.generated);
        if let Some(newest) = newest {
            let counts: Vec<_> = straight.0.iter().filter(|row| row.conid == Some(0)).collect();
            prop_assert_eq!(counts.len(), 1);
            prop_assert_eq!(counts[0].quantity, newest.quantity);
        }
        let by = shift % made.len();
        made.rotate_left(by);
        made.reverse();
        let turned = read(&made);
        prop_assert_eq!(&straight.0, &turned.0);
        let sorted = |mut found: Discovered| { found.restatements.sort(); found.restatements };
        prop_assert_eq!(sorted(straight.1), sorted(turned.1));
    }
}
