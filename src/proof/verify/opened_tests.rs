use super::*;
use crate::build::testing::TestSite;
use crate::record::{Snapshot, load};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn amounts(rows: &[(&str, &str)]) -> Option<BTreeMap<String, Decimal>> {
    Some(rows.iter().map(|(name, value)| ((*name).to_owned(), amount(value))).collect())
}

fn day(cash: &str, held: &str, nav: &str, flow: Option<&str>) -> Day {
    let positions: Vec<(&str, &str)> = if held == "0" { Vec::new() } else { vec![("AAA", held)] };
    let flows: Vec<(&str, &str)> = flow.map(|flow| ("USD", flow)).into_iter().collect();
    Day {
        seq: 7,
        nav: Some(amount(nav)),
        account: None,
        cash: amounts(&[("USD", cash)]),
        positions: amounts(&positions),
        flows: amounts(&flows),
    }
}

/// 100 of cash, of which 40 buy four; then 50 more come.
fn three_days() -> (BTreeMap<NaiveDate, Day>, Fills) {
    let days = [
        ("2026-01-26", day("100", "0", "100", None)),
        ("2026-01-27", day("59.9", "4", "99.9", None)),
        ("2026-01-28", day("109.9", "4", "150", Some("50"))),
    ];
    let fills = Fills::from([(date("2026-01-27"), vec![("AAA".to_owned(), amount("4"), amount("40"))])]);
    (days.into_iter().map(|(text, day)| (date(text), day)).collect(), fills)
}

fn positions(days: &BTreeMap<NaiveDate, Day>, fills: &Fills) -> std::result::Result<Verified, Broken> {
    let mut verified = Verified::default();
    positions_close(&mut verified, days, fills, &[], true)?;
    Ok(verified)
}

#[test]
fn days_that_close_pass_and_the_first_that_does_not_is_named() {
    let (mut days, fills) = three_days();
    assert!(positions(&days, &fills).unwrap().checked[0].ends_with("is what is held (2 times)"));
    cash_closes(&mut Verified::default(), &days, &fills).unwrap();
    // A purchase that was left out, or a time moved to another day.
    let broken = positions(&days, &Fills::new()).unwrap_err();
    assert!(broken.what.contains("AAA does not add up on 2026-01-27") && broken.line == Some(7), "{broken:?}");
    // A loss that was booked as a withdrawal shows where no cash went out.
    days.get_mut(&date("2026-01-28")).unwrap().flows = amounts(&[("USD", "-20")]);
    let broken = cash_closes(&mut Verified::default(), &days, &fills).unwrap_err();
    assert!(broken.what.contains("cash does not add up on 2026-01-28: 46.7 %"), "{broken:?}");
}

#[test]
fn a_split_is_said_and_not_taken_for_a_fault() {
    let (mut days, fills) = three_days();
    days.get_mut(&date("2026-01-28")).unwrap().positions = amounts(&[("AAA", "16")]);
    let verified = positions(&days, &fills).unwrap();
    assert!(verified.unchecked[0].contains("1 position that is a whole multiple"), "{verified:?}");
    days.get_mut(&date("2026-01-28")).unwrap().positions = amounts(&[("AAA", "17")]);
    assert!(positions(&days, &fills).is_err());
}

#[test]
fn an_index_that_does_not_follow_from_net_values_is_named() {
    use crate::digest::Digest;
    use crate::proof::entry::fields;
    use crate::proof::log::Line;
    let (days, _) = three_days();
    let state = |indexes: [&str; 3]| {
        let mut state = State::default();
        for (at, (date, index)) in days.keys().zip(indexes).enumerate() {
            let line = Line { digest: Digest::of(b""), seq: at + 2, kind: Kind::Day, date: *date };
            state.add(&line, &Entry(fields([("index", index.into()), ("level", "fine".into())])));
        }
        state
    };
    // 99.9 / 100, and (150 - 50) / 99.9 or 150 / 149.9.
    index_follows(&mut Verified::default(), &days, &state(["1", "0.999", "1"])).unwrap();
    let broken = index_follows(&mut Verified::default(), &days, &state(["1", "0.999", "1.02"])).unwrap_err();
    assert!(broken.what.contains("the index of 2026-01-28 is 2.10 %"), "{broken:?}");
}

#[test]
fn the_broker_has_the_last_word() {
    let site = TestSite::new();
    let record = load::load(&site.dir(), &site.config(), date("2026-01-28"));
    let statement = record.snapshots[3].clone();
    let (nav, held) = (statement.net_liquidation, statement.known_positions().to_vec());
    let opened =
        Day { seq: 5, nav: Some(nav), account: Some(statement.account.private().to_owned()), ..Day::default() };
    let mut days = BTreeMap::from([(statement.date, opened)]);
    let agree = |days: &BTreeMap<NaiveDate, Day>, statement: &Snapshot| {
        statements_agree(&mut Verified::default(), days, std::slice::from_ref(statement))
    };
    agree(&days, &statement).unwrap();
    let less = Snapshot { net_liquidation: nav - Decimal::TEN, ..statement.clone() };
    assert!(agree(&days, &less).unwrap_err().what.contains("the net value of"));
    let live = Snapshot { account: crate::record::AccountId::new("U7654321"), ..statement.clone() };
    assert!(agree(&days, &live).unwrap_err().what.contains("the account of"));
    let of = |position: &crate::record::Position| (position.symbol.to_string(), position.quantity);
    days.get_mut(&statement.date).unwrap().positions = Some(held.iter().map(of).collect());
    agree(&days, &statement).unwrap();
    days.get_mut(&statement.date).unwrap().positions = amounts(&[("AAA", "1")]);
    assert!(agree(&days, &statement).unwrap_err().what.contains("what is held of"));
}
