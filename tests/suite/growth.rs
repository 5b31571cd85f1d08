//! Reading costs what is read: ten thousand rows are no wait.

use std::path::Path;
use std::time::{Duration, Instant};

use trackrecord::SiteDir;
use trackrecord::collect::csv::{self, CsvSettings};
use trackrecord::collect::flex::{self, FlexSettings};
use trackrecord::collect::{Batch, save};
use trackrecord::config::CsvImport;
use trackrecord::record::store::Store;

use crate::statements;

const ROWS: usize = 12_500;

/// Where each row looks at all before it, this many take ten times as long without optimization.
const LONGEST: Duration = Duration::from_secs(6);

fn read_flex(text: &str) -> Batch {
    let base_currency = Some("USD".parse().unwrap());
    let settings = FlexSettings {
        account: None,
        time_zone: chrono_tz::America::New_York,
        zones: None,
        cash: None,
        base_currency,
    };
    flex::parse(Path::new("a.xml"), text.as_bytes(), &settings).unwrap()
}

fn within_limit<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    let taken = start.elapsed();
    assert!(taken < LONGEST, "{taken:?}");
    made
}

#[test]
fn trades_on_250_dates_are_read_and_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&SiteDir::new(folder.path())).unwrap();
    let text = statements::trades(ROWS);
    let saved = within_limit(|| save::save(&mut store, &read_flex(&text), &[]).unwrap());
    assert_eq!((saved.executions.new, saved.executions.known), (ROWS, 0));
    assert_eq!(std::fs::read_dir(folder.path().join("data/executions")).unwrap().count(), 250);
}

#[test]
fn rows_that_are_left_out_cost_no_more_than_others() {
    let text = statements::left_out(ROWS);
    let batch = within_limit(|| read_flex(&text));
    assert_eq!((batch.executions.len(), batch.skipped_rows()), (1, ROWS - 1));
}

#[test]
fn dividends_are_read() {
    let text = statements::dividends(ROWS);
    assert_eq!(within_limit(|| read_flex(&text)).income.len(), ROWS);
}

#[test]
fn a_table_is_read() {
    let text = statements::table(ROWS);
    let import = CsvImport::default();
    let settings = CsvSettings { import: &import, account: None, base_currency: "USD".parse().unwrap() };
    let batch = within_limit(|| csv::parse(Path::new("a.csv"), text.as_bytes(), &settings).unwrap());
    assert_eq!(batch.executions.len(), ROWS);
}
