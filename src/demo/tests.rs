//! What must hold of the demo as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::SiteDir;
use crate::calendar::YearMonth;
use crate::init::init;
use crate::record::{Bar, CashFlow, Execution, FlowKind, PriceSeries, PriceSymbol, Side, Snapshot, Ticker};

static DEMO: LazyLock<DemoRecord> = LazyLock::new(|| simulate().unwrap());

fn dollars(snapshot: &Snapshot) -> Decimal {
    snapshot.cash[&snapshot.base_currency]
}

fn quantities(snapshot: &Snapshot) -> BTreeMap<Ticker, Decimal> {
    snapshot.known_positions().iter().map(|position| (position.symbol.clone(), position.quantity)).collect()
}

/// Every file below a folder with its content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path))
        } else {
            drop(files.insert(path.clone(), fs::read(path).unwrap()))
        }
    }
    files
}

fn relative(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    tree(folder).into_iter().map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_path_buf(), bytes)).collect()
}

#[test]
fn every_run_writes_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &two, &two] {
        write(&SiteDir::new(folder.path())).unwrap();
    }
    let files = relative(one.path());
    assert!(files == relative(two.path()));
    assert_eq!(files.keys().filter(|path| path.starts_with("data/snapshots")).count(), 1993);
    assert_eq!(files[Path::new("data/prices/MTUM.csv")], market::files()["MTUM.csv"]);
}

#[test]
fn the_files_read_back_as_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    write(&site).unwrap();
    let mut executions: Vec<Execution> = Vec::new();
    for path in tree(&site.executions()).into_keys() {
        executions.extend(csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap));
    }
    assert_eq!(executions, DEMO.executions);
    let snapshots: Vec<Snapshot> =
        tree(&site.snapshots()).into_values().map(|json| serde_json::from_slice(&json).unwrap()).collect();
    assert_eq!(snapshots, DEMO.snapshots);
    let flows: Vec<CashFlow> =
        csv::Reader::from_path(site.flows()).unwrap().deserialize().map(Result::unwrap).collect();
    assert_eq!(flows, DEMO.flows);
    let config: crate::config::Config = toml::from_str(&fs::read_to_string(site.config()).unwrap()).unwrap();
    assert_eq!(config.site.status, crate::config::Status::Demo);
}

#[test]
fn the_record_is_eight_years_long() {
    let dates: Vec<NaiveDate> = DEMO.snapshots.iter().map(|snapshot| snapshot.date).collect();
    assert_eq!(dates.first(), "2015-01-30".parse().ok().as_ref());
    assert_eq!(dates.last(), "2022-12-28".parse().ok().as_ref());
    assert!(dates.is_sorted_by(|a, b| a < b));
    let months: BTreeSet<_> = dates[1..].iter().map(|date| YearMonth::of(*date)).collect();
    assert_eq!((dates.len(), months.len()), (1993, 95));
    let orders: BTreeSet<_> = DEMO.executions.iter().map(|fill| &fill.perm_id).collect();
    assert_eq!((orders.len(), DEMO.executions.len()), (72, 106));
}

#[test]
fn every_day_reconciles_to_the_last_decimal() {
    for day in DEMO.snapshots.windows(2) {
        let (before, after) = (&day[0], &day[1]);
        let close = |ticker: &Ticker, date| DEMO.prices[&PriceSymbol::new(ticker.as_str())].on(date).unwrap().close;
        let mut expected = before.net_liquidation;
        let mut cash = dollars(before);
        let mut held = quantities(before);
        for (symbol, quantity) in &held {
            expected += *quantity * (close(symbol, after.date) - close(symbol, before.date));
        }
        for flow in DEMO.flows.iter().filter(|flow| flow.date == after.date) {
            expected += flow.amount;
            cash += flow.amount;
        }
        for fill in DEMO.executions.iter().filter(|fill| fill.utc_date() == after.date) {
            assert_eq!(fill.reference_price, Some(close(&fill.symbol, after.date)));
            let slippage = fill.signed_quantity() * (fill.price - close(&fill.symbol, after.date));
            expected -= slippage + fill.commission.unwrap();
            cash -= fill.signed_quantity() * fill.price + fill.commission.unwrap();
            *held.entry(fill.symbol.clone()).or_default() += fill.signed_quantity();
        }
        held.retain(|_, quantity| !quantity.is_zero());
        assert_eq!(after.net_liquidation, expected, "{}", after.date);
        assert_eq!(dollars(after), cash, "{}", after.date);
        assert_eq!(quantities(after), held, "{}", after.date);
        let worth: Decimal = after.known_positions().iter().map(|position| position.market_value).sum();
        assert_eq!(after.net_liquidation, dollars(after) + worth, "{}", after.date);
    }
}

#[test]
fn gains_realized_and_open_add_up_to_the_whole_gain() {
    let last = DEMO.snapshots.last().unwrap();
    let realized: Decimal = DEMO.executions.iter().filter_map(|fill| fill.realized_pnl).sum();
    let open: Decimal = last.known_positions().iter().filter_map(|position| position.unrealized_pnl).sum();
    let paid_in: Decimal = DEMO.flows.iter().map(|flow| flow.amount).sum();
    assert!((last.net_liquidation - paid_in - realized - open).abs() < Decimal::new(1, 2));
}

#[test]
fn shares_are_whole_and_cash_is_never_borrowed() {
    for fill in &DEMO.executions {
        assert!(fill.quantity > Decimal::ZERO && fill.quantity.fract().is_zero());
        assert_eq!(fill.price, fill.price.round_dp(2));
    }
    for snapshot in &DEMO.snapshots {
        assert!(dollars(snapshot) > Decimal::ZERO, "{}", snapshot.date);
        assert!(snapshot.known_positions().iter().all(|position| position.quantity > Decimal::ZERO));
    }
}

#[test]
fn most_of_the_account_is_invested_in_three_funds() {
    let waiting = |date: NaiveDate| {
        DEMO.flows.iter().any(|flow| date >= flow.date && date < flow.date + Days::new(6))
            || (YearMonth::of(date).to_string() == "2022-01" && date < "2022-01-10".parse().unwrap())
    };
    for snapshot in DEMO.snapshots.iter().skip(1).filter(|snapshot| !waiting(snapshot.date)) {
        assert_eq!(snapshot.known_positions().len(), 3, "{}", snapshot.date);
        // Half a per cent, and what was trimmed from one fund while the others were near enough to their targets.
        assert!(dollars(snapshot) < snapshot.net_liquidation * Decimal::new(35, 3), "{}", snapshot.date);
    }
}

#[test]
fn fills_are_in_order_and_sales_come_before_purchases() {
    let ids: BTreeSet<_> = DEMO.executions.iter().map(|fill| &fill.exec_id).collect();
    assert_eq!(ids.len(), DEMO.executions.len());
    for pair in DEMO.executions.windows(2) {
        assert!(pair[0].time < pair[1].time);
        let sold_after_buying = pair[0].side == Side::Buy && pair[1].side == Side::Sell;
        assert!(!sold_after_buying || pair[0].utc_date() < pair[1].utc_date());
    }
}

#[test]
fn money_moves_four_times() {
    let flows: Vec<_> = DEMO.flows.iter().map(|flow| (flow.date.to_string(), flow.amount, flow.kind)).collect();
    let deposit = |date: &str, amount: i64| (date.to_owned(), Decimal::from(amount), FlowKind::Deposit);
    let withdrawal = ("2022-01-10".to_owned(), Decimal::from(-18_000), FlowKind::Withdrawal);
    assert_eq!(
        flows,
        [deposit("2015-01-30", 100_000), deposit("2017-08-30", 15_000), deposit("2020-04-29", 20_000), withdrawal]
    );
    assert!(DEMO.flows.iter().all(|flow| DEMO.snapshots.iter().any(|snapshot| snapshot.date == flow.date)));
}

/// The real prices, multiplied by `factor` after `date`.
fn changed_after(date: NaiveDate, factor: Decimal) -> BTreeMap<PriceSymbol, PriceSeries> {
    let change = |bar: &Bar| {
        let mut bar = bar.clone();
        if bar.date > date {
            bar.close *= factor;
            bar.adj_close = bar.adj_close.map(|price| price * factor);
        }
        bar
    };
    let mut prices = market::prices().unwrap();
    for (index, series) in prices.values_mut().enumerate() {
        // Each fund another way, so that the ranking changes too.
        let bars = series.bars().iter().map(|bar| if index % 2 == 0 { change(bar) } else { bar.clone() }).collect();
        *series = PriceSeries::new(series.symbol.clone(), bars).unwrap();
    }
    prices
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn nothing_before_a_date_depends_on_prices_after_it(day in 0_u64..2880, percent in 30_i64..300) {
        let date = "2015-01-30".parse::<NaiveDate>().unwrap() + Days::new(day);
        let other = simulate_on(changed_after(date, Decimal::new(percent, 2))).unwrap();
        let fills = |record: &DemoRecord| -> Vec<Execution> {
            record.executions.iter().filter(|fill| fill.utc_date() <= date).cloned().collect()
        };
        let snapshots = |record: &DemoRecord| -> Vec<Snapshot> {
            record.snapshots.iter().filter(|snapshot| snapshot.date <= date).cloned().collect()
        };
        prop_assert_eq!(fills(&DEMO), fills(&other));
        prop_assert_eq!(snapshots(&DEMO), snapshots(&other));
        prop_assert!(percent == 100 || other.snapshots.last() != DEMO.snapshots.last());
    }
}

/// The front matter of each of the demo's annotations.
fn annotations() -> Vec<toml::Table> {
    let front = |(path, content): (PathBuf, &[u8])| {
        let text = String::from_utf8(content.to_vec()).unwrap();
        let front = text.strip_prefix("+++\n").and_then(|text| text.split_once("\n+++\n")).map(|parts| parts.0);
        path.starts_with("trades").then(|| front.unwrap().parse().unwrap())
    };
    content::content().into_iter().filter_map(front).collect()
}

#[test]
fn every_note_belongs_to_an_order_of_the_demo() {
    let notes = annotations();
    let mut orders = BTreeSet::new();
    for note in &notes {
        let text = |key: &str| note[key].to_string().trim_matches('"').to_owned();
        let created: DateTime<Utc> = text("created_at").parse().unwrap();
        let side = note["pre_trade"]["side"].as_str().unwrap();
        let fill = DEMO.executions.iter().find(|fill| {
            fill.symbol.as_str() == text("symbol") && fill.side.to_string() == side && fill.time >= created
        });
        let fill = fill.unwrap_or_else(|| panic!("{} has no order", text("id")));
        assert_eq!(fill.utc_date(), created.date_naive(), "{}", text("id"));
        assert!(orders.insert(fill.perm_id.clone()), "{} shares its order", text("id"));
        let intended = note["pre_trade"]["intended_entry"].as_float().unwrap();
        let quote: f64 = fill.reference_price.unwrap().try_into().unwrap();
        assert!((intended / quote - 1.0).abs() < 2e-4, "{}: {intended} for {quote}", text("id"));
    }
    assert_eq!(notes.len(), 12);
}

#[test]
fn the_notes_tell_of_disappointments_and_of_the_worst_trade() {
    let notes = annotations();
    let disappointing = |note: &&toml::Table| {
        let matched = note.get("post_trade").and_then(|post| post.get("matched_expectation"));
        matched.and_then(toml::Value::as_bool) == Some(false)
    };
    assert!(notes.iter().filter(disappointing).count() >= 3);
    assert!(notes.iter().any(|note| !note.contains_key("post_trade")));
    let worst = DEMO.executions.iter().min_by_key(|fill| fill.realized_pnl.unwrap_or_default()).unwrap();
    assert_eq!((worst.symbol.as_str(), worst.utc_date().to_string().as_str()), ("QUAL", "2022-07-01"));
    assert!(notes.iter().any(|note| note["id"].as_str() == Some("2021-07-01-qual")));
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let error = write(&SiteDir::new(folder.path())).unwrap_err();
    assert!(error.message().contains("something other than a demo"));
    assert_eq!(tree(folder.path()).len(), 1);
}

#[test]
fn a_live_site_is_never_made_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    init(&site).unwrap();
    let before = tree(folder.path());
    write(&site).unwrap_err();
    assert!(before == tree(folder.path()));
}

#[test]
fn data_added_to_a_demo_is_not_mixed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    write(&site).unwrap();
    let added = site.snapshots().join("2023-01-03.json");
    fs::write(&added, "{}").unwrap();
    let error = write(&site).unwrap_err();
    assert_eq!(error.place().unwrap().path, added);
}

#[test]
fn the_demo_leaves_nothing_to_fill_in() {
    for (path, content) in content::content() {
        assert!(!String::from_utf8_lossy(content).contains("[Fill in"), "{}", path.display());
    }
}
