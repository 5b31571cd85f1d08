use proptest::prelude::*;

use super::*;
use crate::error::Place;
use crate::record::{AccountId, FindingKind, Ticker};

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(value: &str, generated: Option<&str>) -> Snapshot {
    Snapshot {
        schema: 2,
        date: "2025-12-31".parse().unwrap(),
        as_of: "2025-12-31T22:00:00Z".parse().unwrap(),
        account: AccountId::new("U7654321"),
        base_currency: "EUR".parse().unwrap(),
        net_liquidation: amount(value),
        cash: BTreeMap::from([("EUR".parse().unwrap(), amount("1050.31"))]),
        fx: BTreeMap::new(),
        accruals: BTreeMap::new(),
        positions: None,
        generated: generated.map(|time| time.parse().unwrap()),
        dated: None,
        doubts: Vec::new(),
        source: "flex".into(),
    }
}

fn with_positions(snapshot: Snapshot) -> Snapshot {
    let position = Position {
        symbol: Ticker::new("SXLI"),
        conid: Some(75_776_003),
        exchange: "LSEETF".into(),
        currency: "USD".parse().unwrap(),
        quantity: amount("269"),
        average_cost: None,
        market_price: Some(amount("138.7678")),
        market_value: amount("37328.5382"),
        unrealized_pnl: None,
        realized_pnl: None,
    };
    let fx = BTreeMap::from([("USD".parse().unwrap(), amount("0.94971"))]);
    Snapshot { positions: Some(vec![position]), fx, ..snapshot }
}

fn read(snapshots: &[Snapshot]) -> (Snapshot, Vec<FindingKind>) {
    let (read, found) = discovered(snapshots);
    (read, found.findings.into_iter().map(|finding| finding.kind).collect())
}

fn discovered(snapshots: &[Snapshot]) -> (Snapshot, Discovered) {
    let placed = snapshots.iter().enumerate().map(|(line, snapshot)| (Place::line("a", line), snapshot.clone()));
    let mut found = Discovered::default();
    let (_, read) = together(placed.collect(), &mut found).unwrap();
    (read, found)
}

fn is_known(snapshot: &Snapshot, stored: &[Snapshot]) -> bool {
    verdict(stored, snapshot) == Verdict::Known
}

const DECEMBER: &str = "2026-01-01T03:15:00Z";
const JANUARY: &str = "2026-01-31T03:15:00Z";

#[test]
fn the_day_before_a_period_is_known_and_completed_by_the_statement_before() {
    let (ends, begins) = (with_positions(day("107108.41", Some(DECEMBER))), day("107108.41", Some(JANUARY)));
    assert!(is_known(&begins, std::slice::from_ref(&ends)), "it only knows less");
    assert!(!is_known(&ends, std::slice::from_ref(&begins)), "it knows more");
    for order in [[ends.clone(), begins.clone()], [begins, ends.clone()]] {
        let (read, findings) = read(&order);
        assert_eq!((read.positions, read.fx), (ends.positions.clone(), ends.fx.clone()));
        assert_eq!(findings, []);
    }
}

#[test]
fn cash_by_currency_completes_the_same_sum_and_a_restated_sum_replaces_it() {
    // 1,050.31 euros, of which 100 dollars at 0.94971.
    let mut parts = with_positions(day("107108.41", Some(DECEMBER)));
    parts.cash = [("EUR".parse().unwrap(), amount("955.339")), ("USD".parse().unwrap(), amount("100"))].into();
    let sum = day("107108.41", Some(JANUARY));
    assert!(is_known(&sum, std::slice::from_ref(&parts)) && !is_known(&parts, std::slice::from_ref(&sum)));
    for order in [[parts.clone(), sum.clone()], [sum.clone(), parts.clone()]] {
        assert_eq!(read(&order), (Snapshot { generated: sum.generated, ..parts.clone() }, Vec::new()));
    }
    let restated = Snapshot { cash: [("EUR".parse().unwrap(), amount("1060"))].into(), ..sum };
    for order in [[parts.clone(), restated.clone()], [restated.clone(), parts.clone()]] {
        let (read, findings) = read(&order);
        assert_eq!((&read.cash, findings), (&restated.cash, vec![FindingKind::Restated]));
    }
}

#[test]
fn the_newest_statement_wins_and_the_restatement_is_named() {
    let (first, restated) = (with_positions(day("100000", Some(DECEMBER))), day("100001.5", Some(JANUARY)));
    for order in [[first.clone(), restated.clone()], [restated, first]] {
        let (read, findings) = read(&order);
        assert_eq!(read.net_liquidation, amount("100001.5"));
        assert!(read.positions.is_some(), "only the older one reports what was held");
        assert_eq!(findings, [FindingKind::Restated]);
    }
}

#[test]
fn a_restatement_says_what_it_changed_and_by_how_much() {
    let (first, restated) = (day("100000", Some(DECEMBER)), day("100001.5", Some(JANUARY)));
    let (_, found) = discovered(&[restated.clone(), first]);
    let [only] = found.restatements.as_slice() else { panic!("{found:?}") };
    assert_eq!((only.what, only.old.as_str(), only.new.as_str()), ("net value", "100000", "100001.5"));
    assert_eq!((only.date, only.effect), (restated.date, Some(amount("1.5"))));
    let message = &found.findings[0].message;
    assert_eq!(
        message,
        "a later statement restates the net value: 100000 before, 100001.5 now; the later one counts"
    );
}

#[test]
fn positions_with_fewer_columns_are_the_same_positions() {
    let full = with_positions(day("100", Some(DECEMBER)));
    let mut plain = with_positions(day("100", Some(JANUARY)));
    plain.positions.as_mut().unwrap()[0].market_price = None;
    assert!(is_known(&plain, std::slice::from_ref(&full)));
    let (read, findings) = read(&[plain, full.clone()]);
    assert_eq!((read.positions, findings), (full.positions, vec![]));
}

#[test]
fn an_older_statement_that_comes_later_is_stored_once_and_does_not_count() {
    let (old, new) = (day("100000", Some(DECEMBER)), day("100001", Some(JANUARY)));
    assert_eq!(verdict(std::slice::from_ref(&new), &old), Verdict::New);
    let again = day("100000", Some("2026-01-05T00:00:00Z"));
    assert_eq!(verdict(&[new, old], &again), Verdict::Known, "the same older value from another statement");
}

#[test]
fn without_an_order_in_time_a_difference_is_a_contradiction() {
    for (one, other) in [(None, None), (None, Some(JANUARY)), (Some(JANUARY), Some(JANUARY))] {
        let (_, findings) = read(&[day("100000", one), day("100001", other)]);
        assert_eq!(findings, [FindingKind::Conflict], "{one:?} {other:?}");
    }
}

#[test]
fn a_statement_outranks_the_terminal_whatever_the_hour() {
    let late = Snapshot { as_of: "2025-12-31T23:30:00Z".parse().unwrap(), source: "tws".into(), ..day("99", None) };
    let (read, findings) = read(&[late, day("100", Some(JANUARY))]);
    assert_eq!((read.net_liquidation, findings), (amount("100"), vec![]));
}

/// The same value reported for New Year's Day, on which nothing was open.
fn on_the_holiday(value: &str, generated: Option<&str>) -> Snapshot {
    let holiday = "2026-01-01".parse().unwrap();
    Snapshot { dated: Some(holiday), cash: BTreeMap::new(), ..day(value, generated) }
}

#[test]
fn a_value_repeated_on_a_holiday_completes_that_of_its_session_and_never_replaces_it() {
    let own = with_positions(day("107108.41", Some(DECEMBER)));
    let repeated = on_the_holiday("107108.41", Some(JANUARY));
    for order in [[own.clone(), repeated.clone()], [repeated.clone(), own.clone()]] {
        assert_eq!(read(&order), (own.clone(), vec![]));
    }
    // Restated since, from what the holiday still repeats.
    let restated = day("107108.50", Some("2026-02-01T00:00:00Z"));
    let (counts, findings) = read(&[own.clone(), repeated.clone(), restated]);
    assert_eq!((counts.net_liquidation, counts.own_date()), (amount("107108.50"), own.date));
    assert!(counts.positions.is_some() && counts.dated.is_none());
    assert_eq!(findings, [FindingKind::Restated]);
    // A session without positions has those of the holiday.
    let (counts, _) = read(&[day("107108.41", Some(JANUARY)), with_positions(repeated)]);
    assert_eq!((counts.positions, counts.dated), (own.positions, None));
}

#[test]
fn another_value_on_a_holiday_is_the_later_word_at_the_rates_of_its_session() {
    let own = with_positions(day("107108.41", Some(DECEMBER)));
    let moved = on_the_holiday("108108.41", Some(JANUARY));
    for order in [[own.clone(), moved.clone()], [moved.clone(), own.clone()]] {
        let (counts, findings) = read(&order);
        assert_eq!((counts.net_liquidation, counts.dated), (amount("108108.41"), moved.dated));
        assert_eq!((counts.fx, counts.positions, findings), (own.fx.clone(), None, vec![]));
    }
    // What a terminal says of the session is nothing that a statement repeats.
    let terminal = Snapshot { source: "tws".into(), ..own };
    let (counts, _) = read(&[terminal, on_the_holiday("107108.41", Some(JANUARY))]);
    assert_eq!((counts.source.as_str(), counts.fx.len()), ("flex", 0));
}

proptest! {
    #[test]
    fn any_order_of_statements_reads_the_same(
        values in prop::collection::vec((0u32..3, any::<bool>()), 1..6),
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let snapshots: Vec<Snapshot> = values.iter().enumerate().map(|(index, (value, held))| {
            let snapshot = day(&format!("{}", 100 + value), Some(&format!("2026-01-{:02}T00:00:00Z", index + 1)));
            if *held { with_positions(snapshot) } else { snapshot }
        }).collect();
        let shuffled: Vec<Snapshot> = order.iter().filter_map(|index| snapshots.get(*index).cloned()).collect();
        prop_assert_eq!(read(&snapshots).0, read(&shuffled).0);
    }
}
