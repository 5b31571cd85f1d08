use super::super::testing::{adjusted, bar, chart, date};
use super::*;

fn judged(chart: &Chart, stored: &[Bar], confirmed: &[&str]) -> Judged {
    let stored = stored.iter().map(|bar| (bar.date, bar.clone())).collect();
    let confirmed = confirmed.iter().map(|day| date(day)).collect();
    judge(chart, Known { stored: &stored, confirmed: &confirmed, revised: false })
}

fn held(chart: &Chart) -> Vec<String> {
    judged(chart, &[], &[]).held.into_iter().map(|bar| bar.reason).collect()
}

#[test]
fn half_as_much_again_is_the_limit() {
    let closes = |second: &str| chart(&[bar("2026-01-26", "100"), bar("2026-01-27", second)]);
    assert!(held(&closes("150")).is_empty());
    assert_eq!(held(&closes("150.1")), ["its close is +50.1 % from that of 2026-01-26, and no split is known"]);
    assert!(held(&closes("50")).is_empty());
    assert_eq!(held(&closes("49")), ["its close is -51.0 % from that of 2026-01-26, and no split is known"]);
}

#[test]
fn the_last_stored_bar_is_the_measure_of_the_first_new_one() {
    let stored = [bar("2026-01-26", "100")];
    let fresh = chart(&[bar("2026-01-27", "10000"), bar("2026-01-28", "101")]);
    let judged = judged(&fresh, &stored, &[]);
    assert_eq!(judged.believed, [bar("2026-01-28", "101")]);
    assert_eq!(judged.held[0].date, date("2026-01-27"));
}

#[test]
fn a_confirmed_bar_is_the_new_measure() {
    let fresh = chart(&[bar("2026-01-26", "100"), bar("2026-01-27", "160"), bar("2026-01-28", "161")]);
    assert_eq!(judged(&fresh, &[], &[]).held.len(), 2);
    assert!(judged(&fresh, &[], &["2026-01-27"]).held.is_empty());
}

#[test]
fn a_split_explains_a_raw_close_when_the_adjusted_one_is_smooth() {
    let mut raw = chart(&[adjusted("2026-01-26", "400", "100"), adjusted("2026-01-27", "101", "101")]);
    raw.splits.insert(date("2026-01-27"), 4.into());
    assert!(held(&raw).is_empty());
    let mut wrong = chart(&[bar("2026-01-26", "400"), bar("2026-01-27", "101")]);
    wrong.splits.insert(date("2026-01-27"), 4.into());
    assert!(held(&wrong)[0].ends_with("has not adjusted earlier prices"));
    wrong.splits.insert(date("2026-01-27"), 40.into());
    assert!(
        held(&wrong)[0].ends_with("the split of 2026-01-27 (40 for 1) does not explain it"),
        "{:?}",
        held(&wrong)
    );
}

#[test]
fn adjusted_closes_must_agree_with_closes() {
    // Half the value is said to have been paid out, and no dividend is named.
    let paid = chart(&[adjusted("2026-01-26", "100", "50"), adjusted("2026-01-27", "100", "100")]);
    assert_eq!(held(&paid), ["its adjusted close is as if 50 % had been paid out since 2026-01-26"]);
    let back = chart(&[adjusted("2026-01-26", "100", "99"), adjusted("2026-01-27", "100", "90")]);
    assert_eq!(held(&back), ["its adjusted close contradicts its close: less was paid out by 2026-01-26 than later"]);
    let none = chart(&[bar("2026-01-26", "100"), Bar { adj_close: None, ..bar("2026-01-27", "100") }]);
    assert_eq!(held(&none), ["it has no adjusted close, and the bars around it have one"]);
    let negative = chart(&[adjusted("2026-01-26", "100", "-5"), bar("2026-01-27", "100")]);
    assert_eq!(held(&negative), ["its adjusted close is -5, as if more had been paid out than it was worth"]);
}

#[test]
fn a_step_that_is_stored_needs_no_second_look() {
    let stored: BTreeMap<_, _> =
        [bar("2026-01-26", "100"), bar("2026-01-27", "160")].map(|bar| (bar.date, bar)).into();
    let halved = chart(&[bar("2026-01-26", "50"), bar("2026-01-27", "80"), bar("2026-01-28", "81")]);
    let known = Known { stored: &stored, confirmed: &BTreeSet::new(), revised: true };
    assert!(judge(&halved, known).held.is_empty());
}
