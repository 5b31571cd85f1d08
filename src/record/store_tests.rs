use proptest::prelude::*;

use super::*;
use crate::record::testing::fill;
use crate::record::{AccountId, ExecId, FlowKind, Ticker};

fn folder() -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    (folder, site)
}

fn stored(site: &SiteDir) -> Vec<Execution> {
    let paths = files(&site.executions(), "csv").unwrap();
    paths.iter().flat_map(|path| read_rows(path, site.root()).unwrap()).map(|(_, row)| row).collect()
}

fn counts(new: usize, known: usize, conflicts: usize) -> Added {
    Added { new, known, conflicts }
}

#[test]
fn a_second_run_adds_nothing() {
    let (_folder, site) = folder();
    let store = Store::open(&site).unwrap();
    let fills = [fill("a.b.01.01"), fill("a.b.02.01")];
    assert_eq!(store.add_executions(&fills).unwrap(), counts(2, 0, 0));
    let bytes = std::fs::read(site.executions_file(fills[0].utc_date())).unwrap();
    assert_eq!(store.add_executions(&fills).unwrap(), counts(0, 2, 0));
    assert_eq!(std::fs::read(site.executions_file(fills[0].utc_date())).unwrap(), bytes);
}

#[test]
fn what_a_row_adds_is_kept_and_what_it_contradicts_too() {
    let (_folder, site) = folder();
    let store = Store::open(&site).unwrap();
    let bare = fill("a.b.01.01");
    let with_commission =
        Execution { commission: Some(1.into()), commission_currency: Some("USD".parse().unwrap()), ..bare.clone() };
    let other_price = Execution { price: 7.into(), ..bare.clone() };
    assert_eq!(store.add_executions(std::slice::from_ref(&bare)).unwrap(), counts(1, 0, 0));
    assert_eq!(store.add_executions(std::slice::from_ref(&with_commission)).unwrap(), counts(1, 0, 0));
    assert_eq!(store.add_executions(std::slice::from_ref(&bare)).unwrap(), counts(0, 1, 0));
    assert_eq!(store.add_executions(std::slice::from_ref(&other_price)).unwrap(), counts(0, 0, 1));
    assert_eq!(store.add_executions(std::slice::from_ref(&other_price)).unwrap(), counts(0, 1, 0));
    assert_eq!(stored(&site), [bare, with_commission, other_price]);
}

#[test]
fn decimals_are_stored_as_they_came() {
    let (_folder, site) = folder();
    let row = Execution { price: "188.2500".parse().unwrap(), ..fill("a.b.01.01") };
    Store::open(&site).unwrap().add_executions(&[row]).unwrap();
    let text = std::fs::read_to_string(site.executions_file("2026-01-27".parse().unwrap())).unwrap();
    assert!(text.contains(",188.2500,"), "{text}");
}

#[test]
fn a_later_snapshot_of_a_date_stands_beside_the_first() {
    let (_folder, site) = folder();
    let store = Store::open(&site).unwrap();
    let first = Snapshot {
        schema: 1,
        date: "2026-01-27".parse().unwrap(),
        as_of: "2026-01-27T21:00:00Z".parse().unwrap(),
        account: AccountId::new("U7654321"),
        base_currency: "USD".parse().unwrap(),
        net_liquidation: "100000.00".parse().unwrap(),
        cash: BTreeMap::new(),
        fx: BTreeMap::new(),
        positions: None,
        accruals: [].into(),
        doubts: Vec::new(),
        source: "test".into(),
    };
    let later = Snapshot { as_of: "2026-01-27T22:00:00Z".parse().unwrap(), ..first.clone() };
    let contradiction = Snapshot { net_liquidation: 1.into(), ..first.clone() };
    assert_eq!(store.add_snapshots(&[first.clone(), later.clone()]).unwrap(), counts(2, 0, 0));
    assert_eq!(store.add_snapshots(&[later, first]).unwrap(), counts(0, 2, 0));
    assert_eq!(store.add_snapshots(&[contradiction]).unwrap(), counts(0, 0, 1));
    assert_eq!(files(&site.snapshots(), "json").unwrap().len(), 3);
}

#[test]
fn income_and_flows_go_their_own_ways() {
    let (_folder, site) = folder();
    let store = Store::open(&site).unwrap();
    let deposit = CashFlow {
        id: "cash:1".into(),
        date: "2026-01-27".parse().unwrap(),
        account: AccountId::new("U7654321"),
        currency: "USD".parse().unwrap(),
        amount: 1000.into(),
        fx_to_base: None,
        kind: FlowKind::Deposit,
        source: "test".into(),
    };
    let dividend = CashFlow { id: "cash:2".into(), kind: FlowKind::Dividend, ..deposit.clone() };
    let changed = CashFlow { amount: 2000.into(), ..deposit.clone() };
    assert_eq!(store.add_cash(&[deposit.clone(), dividend]).unwrap(), counts(2, 0, 0));
    assert_eq!(store.add_cash(&[deposit, changed]).unwrap(), counts(0, 1, 1));
    assert_eq!(read_rows::<CashFlow>(&site.flows(), site.root()).unwrap().len(), 2);
    assert_eq!(read_rows::<CashFlow>(&site.income(), site.root()).unwrap().len(), 1);
}

#[test]
fn a_damaged_file_stops_the_writer_before_it_writes() {
    let (_folder, site) = folder();
    let store = Store::open(&site).unwrap();
    store.add_executions(&[fill("a.b.01.01")]).unwrap();
    let path = site.executions_file("2026-01-27".parse().unwrap());
    let cut = std::fs::read_to_string(&path).unwrap().trim_end().to_owned();
    std::fs::write(&path, &cut).unwrap();
    let error = store.add_executions(&[fill("a.b.02.01")]).unwrap_err();
    assert_eq!(error.to_string(), "data/executions/2026-01-27.csv:2: the last line is cut off");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), cut);
}

#[test]
fn a_second_writer_is_refused() {
    let (_folder, site) = folder();
    let _first = Store::open(&site).unwrap();
    let error = Store::with_patience(&site, Duration::from_millis(60)).unwrap_err();
    assert_eq!(error.message(), "another trackrecord is writing to this site");
}

#[test]
fn a_write_that_fails_leaves_the_old_file_and_no_litter() {
    let (folder, _) = folder();
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let error = write_atomically(&taken, b"x", true).unwrap_err();
    assert!(error.to_string().contains("cannot write the file"), "{error}");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["taken"]);
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
        Store::open_volatile(&site).unwrap().add_executions(std::slice::from_ref(&row)).unwrap();
        prop_assert_eq!(stored(&site), [row]);
    }

    #[test]
    fn imports_in_any_order_and_number_give_the_same_fills(
        picks in prop::collection::vec(0usize..8, 1..20),
    ) {
        let (_folder, site) = folder();
        let store = Store::open_volatile(&site).unwrap();
        for pick in &picks {
            store.add_executions(&[fill(&format!("a.b.{pick:02}.01"))]).unwrap();
        }
        let mut ids: Vec<ExecId> = stored(&site).into_iter().map(|row| row.exec_id).collect();
        ids.sort();
        let mut expected: Vec<usize> = picks;
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(ids, expected.iter().map(|n| ExecId::new(format!("a.b.{n:02}.01"))).collect::<Vec<_>>());
    }
}
