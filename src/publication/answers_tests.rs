use super::*;
use crate::analysis::testing::{flow, snapshots};
use crate::analysis::trade_samples::position;
use crate::config::{Config, PrivacyLevel};
use crate::publication::{redact, testing};
use crate::record::{CashFlow, FlowKind};

fn answer<'a>(publication: &'a Publication, id: &str) -> &'a Answer {
    publication.answers.iter().find(|answer| answer.id == id).unwrap()
}

fn words(publication: &Publication, id: &str) -> String {
    answer(publication, id).sentences.join(" ")
}

fn of(record: &Record, change: impl FnOnce(&mut Config)) -> Publication {
    let mut config = Config::default();
    config.site.status = Status::Live;
    config.privacy.precision = PrivacyLevel::Fine;
    change(&mut config);
    redact(record, &config).unwrap()
}

/// Three days: +1 %, a deposit of a tenth and more, -2 %.
fn record() -> Record {
    let mut snapshots = snapshots("2026-01-05", &["10000", "10100", "12100", "11858"]);
    for snapshot in &mut snapshots {
        snapshot.positions = Some(vec![position("A", 10, 100)]);
        snapshot.cash = [("USD".parse().unwrap(), 9000.into())].into();
    }
    let flows = vec![flow("2026-01-07".parse().unwrap(), 2000.into())];
    Record { snapshots, flows, ..Record::default() }
}

#[test]
fn there_are_seventeen_and_each_says_something() {
    for publication in [testing::publication(), of(&record(), |_| {})] {
        assert_eq!(publication.answers.len(), 17);
        let ids: std::collections::BTreeSet<&str> = publication.answers.iter().map(|answer| answer.id).collect();
        assert_eq!(ids.len(), 17);
        for answer in &publication.answers {
            let stated = answer.stated.iter().map(|stated| &stated.words);
            let said = [&answer.sentences, &answer.not_stated].into_iter().flatten().chain(stated);
            assert!(said.clone().count() > 0 && said.clone().all(|line| line.ends_with('.')), "{answer:?}");
        }
    }
}

#[test]
fn the_record_answers_what_it_knows() {
    let publication = of(&record(), |_| {});
    assert!(words(&publication, "account").contains("trades with real money"));
    assert!(words(&publication, "dates").contains("first valuation on 5 Jan 2026 to its newest on 8 Jan 2026"));
    assert!(words(&publication, "costs").contains("lists no commissions, interest, withholding tax or fees"));
    // 1.01 x 12100 / 12100 x 0.98 = 0.9898.
    assert!(words(&publication, "periods").contains("returned −1.02%."), "{}", words(&publication, "periods"));
    let method = words(&publication, "method");
    assert!(
        method.contains("Money came in or went out on 1 day. It was more than a tenth of the account on 1 of them"),
        "{method}"
    );
    assert!(words(&publication, "benchmark").starts_with("No benchmark is shown: there are no prices of ^GSPC"));
    assert_eq!(words(&publication, "deviation"), "It cannot be given yet: needs 36 full months in a row, has 0.");
    assert!(
        words(&publication, "worst")
            .contains("was 2.00% from 7 Jan 2026 to 8 Jan 2026; it has not been at that peak")
    );
    let leverage = words(&publication, "leverage");
    assert!(leverage.starts_with("Cash was below zero on none of the 1 date"), "{leverage}");
    assert!(leverage.contains("No position was short") && leverage.contains("no derivative"), "{leverage}");
}

#[test]
fn what_is_borrowed_short_or_booked_is_said() {
    let mut bad = record();
    for snapshot in &mut bad.snapshots {
        snapshot.positions = Some(vec![position("A", -10, 100)]);
        snapshot.cash = [("USD".parse().unwrap(), (-500).into())].into();
    }
    let tax = CashFlow { kind: FlowKind::Tax, ..flow("2026-01-06".parse().unwrap(), (-3).into()) };
    bad.income = vec![tax];
    let publication = of(&bad, |_| {});
    let leverage = words(&publication, "leverage");
    assert!(
        leverage.contains("money was borrowed.") && leverage.contains("Positions were held short."),
        "{leverage}"
    );
    assert!(
        words(&publication, "costs")
            .contains("the record lists withholding tax, and no commissions, interest or fees")
    );
    for snapshot in &mut bad.snapshots {
        snapshot.positions = None;
        snapshot.cash.clear();
    }
    let unknown = words(&of(&bad, |_| {}), "leverage");
    assert!(unknown.contains("cash is not known") && unknown.contains("positions are not known"), "{unknown}");
}

#[test]
fn its_keeper_answers_the_rest_or_does_not() {
    let silent = of(&record(), |_| {});
    let missing: Vec<&str> =
        silent.answers.iter().filter(|answer| !answer.not_stated.is_empty()).map(|it| it.id).collect();
    assert_eq!(missing, ["account", "dates", "costs", "other-accounts", "changes", "checking"]);
    let said = of(&record(), |config| {
        config.disclosures = Disclosures {
            owner: " Me. ".into(),
            first_published: Some("2026-01-07".parse().unwrap()),
            other_accounts: "None.".into(),
            changes: vec!["1 May: another broker.".into(), String::new()],
            ..Disclosures::default()
        };
    });
    assert_eq!(answer(&said, "account").stated[0].words, "Me.");
    assert!(words(&said, "dates").contains("first published on 7 Jan 2026; whatever lies before that"));
    assert_eq!(answer(&said, "other-accounts").stated[0].words, "None.");
    assert_eq!(answer(&said, "changes").stated[0].words, "1 May: another broker.");
}

#[test]
fn a_simulated_account_is_never_called_real_and_nobody_claims_a_standard() {
    for status in [Status::Paper, Status::Demo] {
        let publication = of(&record(), |config| config.site.status = status);
        let all = format!("{:?}", publication.answers);
        assert!(words(&publication, "account").contains("hypothetical"));
        assert!(!all.contains("real money") && !all.contains("own money") && !all.contains("GIPS"), "{all}");
    }
}

#[test]
fn no_single_day_is_named_where_months_are_published() {
    let publication = testing::at(PrivacyLevel::Monthly, None);
    assert!(
        words(&publication, "worst").contains("from December 2021 to September 2022;"),
        "{}",
        words(&publication, "worst")
    );
    assert!(words(&publication, "completeness").contains("round to nothing"));
}
