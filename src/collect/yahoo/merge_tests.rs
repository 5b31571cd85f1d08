use chrono::Days;
use proptest::prelude::*;

use super::super::testing::{adjusted, bar, chart, date};
use super::*;

fn stored(bars: &[Bar]) -> Stored {
    Stored { bars: bars.to_vec(), ..Stored::default() }
}

const WHOLE: Span = Span { from: NaiveDate::MIN, whole: true };
const NEWEST: Span = Span { from: NaiveDate::MIN, whole: false };

#[test]
fn what_is_stored_stays_to_the_last_digit() {
    let known = [Bar { volume: Some(900), ..adjusted("2026-01-26", "100.00", "99.00") }];
    let fresh = chart(&[adjusted("2026-01-26", "100", "99.0001"), bar("2026-01-27", "101")]);
    let settled = settle(&stored(&known), &fresh, NEWEST);
    assert_eq!(settled.bars, [known[0].clone(), bar("2026-01-27", "101")]);
    assert_eq!((settled.new, settled.known, settled.history), (1, 1, History::Kept));
}

#[test]
fn the_newest_part_never_replaces_history() {
    let known = [bar("2026-01-23", "400"), bar("2026-01-26", "400")];
    let mut fresh = chart(&[bar("2026-01-26", "100"), bar("2026-01-27", "101")]);
    fresh.splits.insert(date("2026-01-27"), 4.into());
    assert_eq!(needs_whole(&known, &fresh, date("2026-01-23")).unwrap(), "a split on 2026-01-27, 4 for 1");
    let settled = settle(&stored(&known), &fresh, NEWEST);
    assert_eq!(settled.bars, known);
    assert_eq!(settled.held.len(), 1);
    assert_eq!(settled.history, History::Defended { reason: "a split on 2026-01-27, 4 for 1".to_owned() });
}

#[test]
fn a_whole_history_replaces_the_stored_one() {
    let known = [bar("2026-01-23", "400"), bar("2026-01-26", "400")];
    let mut fresh = chart(&[bar("2026-01-23", "100"), bar("2026-01-26", "100"), bar("2026-01-27", "101")]);
    fresh.splits.insert(date("2026-01-27"), 4.into());
    let settled = settle(&stored(&known), &fresh, WHOLE);
    assert_eq!(settled.bars, fresh.bars);
    let reason = "a split on 2026-01-27, 4 for 1".to_owned();
    assert_eq!(settled.history, History::Replaced { reason, lost: Vec::new() });
}

#[test]
fn a_day_between_changed_ones_is_not_carried_over() {
    let known = [bar("2026-01-22", "400"), bar("2026-01-23", "404"), bar("2026-01-26", "400")];
    let fresh = chart(&[bar("2026-01-22", "300"), bar("2026-01-26", "300")]);
    let settled = settle(&stored(&known), &fresh, WHOLE);
    let History::Replaced { lost, .. } = settled.history else { panic!("{:?}", settled.history) };
    assert_eq!(lost, [date("2026-01-23")]);
    let steady = chart(&[bar("2026-01-22", "400"), bar("2026-01-26", "401")]);
    let settled = settle(&stored(&known), &steady, WHOLE);
    let History::Replaced { lost, .. } = settled.history else { panic!("{:?}", settled.history) };
    assert_eq!(lost, [date("2026-01-23")], "the day behind it has changed");
    let steady = chart(&[bar("2026-01-21", "399"), bar("2026-01-22", "400"), bar("2026-01-26", "400")]);
    assert_eq!(settle(&stored(&known), &steady, WHOLE).bars.len(), 4);
}

#[test]
fn no_shared_day_asks_for_everything() {
    let known = [bar("2025-01-02", "100")];
    let fresh = chart(&[bar("2026-01-26", "100")]);
    let reason = needs_whole(&known, &fresh, date("2025-01-02")).unwrap();
    assert_eq!(reason, "Yahoo no longer has the days before 2025-01-02");
}

/// Closes of quiet days with some wrong ones, and now and then a new level.
fn paths() -> impl Strategy<Value = Vec<f64>> {
    let day = (
        0.98..1.02_f64,
        prop_oneof![12 => Just(1.0), 1 => Just(100.0), 1 => Just(0.01), 1 => Just(1.7), 1 => Just(0.0)],
    );
    (prop::collection::vec(0.98..1.02_f64, 5), prop::collection::vec(day, 0..60)).prop_map(|(quiet, days)| {
        let mut level = 100.0;
        let quiet = quiet.into_iter().map(|step| (step, 1.0));
        quiet
            .chain(days)
            .map(|(step, wrong)| {
                level *= step;
                if wrong == 1.7 {
                    level *= 1.7;
                }
                if wrong == 1.7 { level } else { level * wrong }
            })
            .collect()
    })
}

fn days(closes: &[f64]) -> Vec<Bar> {
    let first = date("2025-06-02");
    let day = |(number, close): (u64, &f64)| bar(&(first + Days::new(number)).to_string(), &format!("{close:.4}"));
    (0..).zip(closes).map(day).collect()
}

/// One collection as it is done over the network, from all that Yahoo has.
fn collected(known: Stored, all: &[Bar]) -> Stored {
    let wanted = date("2025-06-02");
    let part = |span: Span| chart(&all.iter().filter(|bar| bar.date >= span.from).cloned().collect::<Vec<_>>());
    let mut span = plan::first(&known.bars, wanted);
    if !span.whole && needs_whole(&known.bars, &part(span), wanted).is_some() {
        span = plan::whole(&known.bars, wanted);
    }
    let settled = settle(&known, &part(span), span);
    Stored { bars: settled.bars, held: settled.held, confirmed: known.confirmed }
}

proptest! {
    #[test]
    fn every_bar_is_stored_once_and_a_second_run_changes_nothing(closes in paths()) {
        let all = days(&closes);
        let once = collected(Stored::default(), &all);
        let mut dates: Vec<_> = once.bars.iter().map(|bar| bar.date).collect();
        dates.extend(once.held.iter().map(|bar| bar.date));
        dates.sort_unstable();
        prop_assert_eq!(dates, all.iter().map(|bar| bar.date).collect::<Vec<_>>());
        prop_assert_eq!(collected(once.clone(), &all), once);
    }

    #[test]
    fn collecting_day_by_day_gives_what_one_collection_gives(closes in paths(), pauses in prop::collection::vec(1usize..9, 1..20)) {
        let all = days(&closes);
        let mut known = collected(Stored::default(), &all[..5]);
        let mut until = 5;
        for pause in pauses {
            until = (until + pause).min(all.len());
            known = collected(known, &all[..until]);
        }
        known = collected(known, &all);
        prop_assert_eq!(known, collected(Stored::default(), &all));
    }
}
