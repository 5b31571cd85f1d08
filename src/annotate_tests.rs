use super::*;
use crate::analysis::trade_samples::{Fill, date, dec, note, plan};
use crate::record::PostTrade;

#[test]
fn every_state_a_note_can_be_in() {
    let mut done = note("done", "A", "2026-01-05T09:00:00Z");
    done.post_trade = Some(PostTrade::default());
    let mut worse = note("matched", "B", "2026-01-05T09:00:00Z");
    worse.pre_trade.intended_entry = Some(dec("100"));
    let record = Record {
        annotations: vec![
            done,
            worse,
            note("late", "C", "2026-01-05T09:00:00Z"),
            note("new", "D", "2026-01-12T09:00:00Z"),
        ],
        executions: vec![Fill::buy("B", 10, dec("100.2")).on("2026-01-06").done()],
        ..Record::default()
    };
    let listed = list(&record, date("2026-01-13"));
    let states: Vec<_> = listed.iter().map(|listed| (listed.id.as_str(), listed.state.in_words())).collect();
    assert_eq!(
        states,
        [("done", "completed"), ("matched", "matched to order"), ("late", "unmatched"), ("new", "planned")]
    );
    assert_eq!(listed[1].fill.as_deref(), Some("Filled at 100.2 USD on 2026-01-06, 20.0 bps worse than intended"));
}

#[test]
fn the_newest_plan_proposes_what_nobody_has_written_about() {
    let mut written = note("n", "SXLK", "2026-01-05T09:00:00Z");
    written.pre_trade.side = Some(Side::Buy);
    let record = Record {
        plans: vec![
            plan("a", "2025-12-02", &[(Side::Buy, "SXLE", "SXLE.L", "30")]),
            plan("a", "2026-01-05", &[(Side::Sell, "SXLU", "SXLU.L", "40"), (Side::Buy, "SXLK", "SXLK.L", "188")]),
        ],
        annotations: vec![written],
        ..Record::default()
    };
    let found = proposals(&record, date("2026-01-06"));
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        (only.symbol.as_str(), only.side, only.pre_trade.intended_entry),
        ("SXLU", Side::Sell, Some(dec("40")))
    );
    assert_eq!(only.pre_trade.position_size_rationale, "From 0.0 % to 10.0 % of the account; target 10.0 %.");
    assert!(proposals(&record, date("2026-01-16")).is_empty(), "ten days are over");
}

#[test]
fn ids_are_unique() {
    let mut record = Record::default();
    let at = "2026-01-27T14:30:00Z".parse().unwrap();
    for expected in ["2026-01-27-brk-b", "2026-01-27-brk-b-2", "2026-01-27-brk-b-3"] {
        let note = new_note(&record, Ticker::new("BRK B"), PreTrade::default(), String::new(), at);
        assert_eq!(
            (note.id.as_str(), note.path.to_str()),
            (expected, Some(format!("content/trades/{expected}.md").as_str()))
        );
        record.annotations.push(note);
    }
}
