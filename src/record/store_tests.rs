use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::files::files;
use super::*;
use crate::record::testing::fill;
use crate::record::{AccountId, CashFlow, ExecId, Execution, FlowKind, Snapshot, Ticker};

fn folder() -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    (folder, site)
}

fn stored(site: &SiteDir) -> Vec<Execution> {
    let paths = files(&site.executions(), "csv").unwrap();
    paths.iter().flat_map(|path| read_rows(path, site).unwrap()).map(|(_, row)| row).collect()
}

/// Commits fills and counts them.
fn fills(store: &mut Store, fills: &[Execution]) -> Added {
    let changes = Changes { executions: fills.to_vec(), ..Changes::default() };
    store.commit(&changes).unwrap().executions.counts()
}

fn snapshots(store: &mut Store, snapshots: &[Snapshot]) -> Added {
    let changes = Changes { snapshots: snapshots.to_vec(), ..Changes::default() };
    store.commit(&changes).unwrap().snapshots.counts()
}

fn cash(store: &mut Store, cash: &[CashFlow]) -> Added {
    let changes = Changes { cash: cash.to_vec(), ..Changes::default() };
    store.commit(&changes).unwrap().cash.counts()
}

fn counts(new: usize, known: usize, conflicts: usize) -> Added {
    Added { new, known, conflicts }
}

#[test]
fn a_second_run_adds_nothing() {
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    let both = [fill("a.b.01.01"), fill("a.b.02.01")];
    assert_eq!(fills(&mut store, &both), counts(2, 0, 0));
    let bytes = std::fs::read(site.executions_file(both[0].utc_date())).unwrap();
    assert_eq!(fills(&mut store, &both), counts(0, 2, 0));
    assert_eq!(std::fs::read(site.executions_file(both[0].utc_date())).unwrap(), bytes);
}

#[test]
fn what_a_row_adds_is_kept_and_what_it_contradicts_too() {
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    let bare = fill("a.b.01.01");
    let with_commission =
        Execution { commission: Some(1.into()), commission_currency: Some("USD".parse().unwrap()), ..bare.clone() };
    let other_price = Execution { price: 7.into(), ..bare.clone() };
    assert_eq!(fills(&mut store, std::slice::from_ref(&bare)), counts(1, 0, 0));
    assert_eq!(fills(&mut store, std::slice::from_ref(&with_commission)), counts(1, 0, 0));
    assert_eq!(fills(&mut store, std::slice::from_ref(&bare)), counts(0, 1, 0));
    assert_eq!(fills(&mut store, std::slice::from_ref(&other_price)), counts(0, 0, 1));
    assert_eq!(fills(&mut store, std::slice::from_ref(&other_price)), counts(0, 1, 0));
    assert_eq!(stored(&site), [bare, with_commission, other_price]);
}

#[test]
fn decimals_are_stored_as_they_came() {
    let (_folder, site) = folder();
    let row = Execution { price: "188.2500".parse().unwrap(), ..fill("a.b.01.01") };
    fills(&mut Store::open(&site).unwrap(), &[row]);
    let text = std::fs::read_to_string(site.executions_file("2026-01-27".parse().unwrap())).unwrap();
    assert!(text.contains(",188.2500,"), "{text}");
}

#[test]
fn a_later_snapshot_of_a_date_stands_beside_the_first() {
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    let first = Snapshot {
        schema: 1,
        dated: None,
        date: "2026-01-27".parse().unwrap(),
        as_of: "2026-01-27T21:00:00Z".parse().unwrap(),
        account: AccountId::new("U7654321"),
        base_currency: "USD".parse().unwrap(),
        net_liquidation: "100000.00".parse().unwrap(),
        cash: BTreeMap::new(),
        fx: BTreeMap::new(),
        positions: None,
        accruals: [].into(),
        generated: None,
        doubts: Vec::new(),
        source: "test".into(),
    };
    let later = Snapshot { as_of: "2026-01-27T22:00:00Z".parse().unwrap(), ..first.clone() };
    let contradiction = Snapshot { net_liquidation: 1.into(), ..first.clone() };
    assert_eq!(snapshots(&mut store, &[first.clone(), later.clone()]), counts(2, 0, 0));
    assert_eq!(snapshots(&mut store, &[later, first]), counts(0, 2, 0));
    assert_eq!(snapshots(&mut store, &[contradiction]), counts(0, 0, 1));
    assert_eq!(files(&site.snapshots(), "json").unwrap().len(), 3);
}

fn deposit() -> CashFlow {
    CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: "cash:1".into(),
        date: "2026-01-27".parse().unwrap(),
        account: AccountId::new("U7654321"),
        currency: "USD".parse().unwrap(),
        amount: 1000.into(),
        fx_to_base: None,
        kind: FlowKind::Deposit,
        source: "test".into(),
    }
}

#[test]
fn what_is_restated_back_under_its_other_name_is_heard_again() {
    let said = |id: &str, amount: i64, month: u32| CashFlow {
        id: id.into(),
        amount: amount.into(),
        generated: Some(format!("2026-{month:02}-01T05:00:00Z").parse().unwrap()),
        source: "flex".into(),
        ..deposit()
    };
    let unnumbered = |month| said("cash:2026-01-27:ab", 1000, month);
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    let all = [unnumbered(2), said("cash:7", 1200, 3), unnumbered(4)];
    assert_eq!(cash(&mut store, &all), counts(3, 0, 0));
    assert_eq!(cash(&mut store, &all), counts(0, 3, 0));
    assert_eq!(cash(&mut store, &[unnumbered(5)]), counts(0, 1, 0), "nothing was said in between");
}

#[test]
fn a_movement_without_a_number_is_heard_again_beside_a_new_one() {
    let said = |id: &str, amount: i64, month: u32| CashFlow {
        id: format!("cash:2026-01-27:{id}"),
        amount: amount.into(),
        generated: Some(format!("2026-{month:02}-01T05:00:00Z").parse().unwrap()),
        source: "flex".into(),
        ..deposit()
    };
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    assert_eq!(cash(&mut store, &[said("ab", 1000, 2)]), counts(1, 0, 0));
    assert_eq!(cash(&mut store, &[said("ab", 1000, 3)]), counts(0, 1, 0), "nothing stands beside it");
    let both = [said("ab", 1000, 4), said("cd", 500, 4)];
    assert_eq!(cash(&mut store, &both), counts(2, 0, 0));
    assert_eq!(cash(&mut store, &both), counts(0, 2, 0));
    let later = both.map(|row| CashFlow { generated: Some("2026-05-01T05:00:00Z".parse().unwrap()), ..row });
    assert_eq!(cash(&mut store, &later), counts(0, 2, 0));
}

#[test]
fn income_and_flows_go_their_own_ways() {
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    let deposit = deposit();
    let dividend = CashFlow { id: "cash:2".into(), kind: FlowKind::Dividend, ..deposit.clone() };
    let changed = CashFlow { amount: 2000.into(), ..deposit.clone() };
    assert_eq!(cash(&mut store, &[deposit.clone(), dividend]), counts(2, 0, 0));
    assert_eq!(cash(&mut store, &[deposit, changed]), counts(0, 1, 1));
    assert_eq!(read_rows::<CashFlow>(&site.flows(), &site).unwrap().len(), 2);
    assert_eq!(read_rows::<CashFlow>(&site.income(), &site).unwrap().len(), 1);
}

#[test]
fn a_damaged_file_stops_the_writer_before_it_writes() {
    let (_folder, site) = folder();
    let mut store = Store::open(&site).unwrap();
    fills(&mut store, &[fill("a.b.01.01")]);
    let path = site.executions_file("2026-01-27".parse().unwrap());
    let cut = std::fs::read_to_string(&path).unwrap().trim_end().to_owned();
    std::fs::write(&path, &cut).unwrap();
    let changes = Changes { executions: vec![fill("a.b.02.01")], ..Changes::default() };
    let error = store.commit(&changes).unwrap_err();
    assert_eq!(error.to_string(), "data/executions/2026-01-27.csv:2: the last line is cut off");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), cut);
}

#[test]
fn a_second_writer_is_refused() {
    let (_folder, site) = folder();
    let _first = Store::open(&site).unwrap();
    let error = Store::open_within(&site, Duration::from_millis(60)).unwrap_err();
    assert_eq!(error.message(), "another trackrecord is writing to this site");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn rows_read_back_as_they_were_written(
        cents in 1u32..10_000_000, scale in 0u32..6, quantity in 1u32..1_000_000, symbol in "[A-Z,.; ]{1,8}",
    ) {
        let (_folder, site) = folder();
        let row = Execution {
            price: rust_decimal::Decimal::new(cents.into(), scale),
            quantity: quantity.into(),
            symbol: Ticker::new(symbol),
            ..fill("a.b.01.01")
        };
        fills(&mut Store::open_volatile(&site).unwrap(), std::slice::from_ref(&row));
        prop_assert_eq!(stored(&site), [row]);
    }

    #[test]
    fn imports_in_any_order_and_number_give_the_same_fills(
        picks in prop::collection::vec(0usize..8, 1..20),
    ) {
        let (_folder, site) = folder();
        let mut store = Store::open_volatile(&site).unwrap();
        for pick in &picks {
            fills(&mut store, &[fill(&format!("a.b.{pick:02}.01"))]);
        }
        let mut ids: Vec<ExecId> = stored(&site).into_iter().map(|row| row.exec_id).collect();
        ids.sort();
        let mut expected: Vec<usize> = picks;
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(ids, expected.iter().map(|n| ExecId::new(format!("a.b.{n:02}.01"))).collect::<Vec<_>>());
    }
}
