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
        rows(&[fill("0000000a.0000000b.01.02"), fill("0000000a.0000000b.01.01"), fill("0000000a.0000000b.02.01")]),
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
fn a_correction_that_is_taken_back_does_not_bring_back_what_it_replaced() {
    let (first, second) = (fill("0000000a.0000000b.01.01"), fill("0000000a.0000000b.01.02"));
    let cancels = |of: &Execution| Execution { cancels: Some(of.exec_id.clone()), ..fill("transaction:9") };
    let left = |all: &[Execution]| {
        let outcome = effective(rows(all), &Decisions::default());
        ids(&outcome.executions).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(left(&[first.clone(), second.clone(), cancels(&second)]), Vec::<String>::new());
    assert_eq!(left(&[first.clone(), second.clone(), cancels(&first)]), ["0000000a.0000000b.01.02"]);
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
    let terminal = Execution { commission: Some("2".parse().unwrap()), source: "tws".into(), ..fill("a.b.01.01") };
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
        assert_eq!(effects, [("commission", "1.50", "1", effect("0.250")), ("commission", "2", "1", effect("0.5"))]);
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
