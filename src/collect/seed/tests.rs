use std::path::Path;

use super::*;
use crate::record::content;

fn settings() -> SeedSettings<'static> {
    SeedSettings { account: None, base_currency: "USD".parse().unwrap() }
}

fn fixture() -> Batch {
    parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seed"), &settings()).unwrap()
}

#[test]
fn numbers_keep_their_digits() {
    let batch = fixture();
    assert_eq!(batch.snapshots[0].net_liquidation.to_string(), "100011.75");
    assert_eq!(batch.snapshots[1].known_positions()[1].market_price.unwrap().to_string(), "40.0333");
    assert_eq!(batch.executions[0].reference_price.unwrap().to_string(), "188.00");
}

#[test]
fn an_annotation_becomes_markdown_that_reads_back() {
    let batch = fixture();
    let note = content::annotation(&batch.annotations[0].text, &batch.annotations[0].path).unwrap();
    assert_eq!(note.pre_trade.thesis, "Top \"momentum\" sector");
    assert_eq!(note.pre_trade.intended_entry, Some(188.into()));
    assert_eq!(note.post_trade.unwrap().matched_expectation, Some(true));
}

#[test]
fn a_folder_with_nothing_of_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        parse(folder.path(), &settings())
            .unwrap_err()
            .to_string()
            .contains("no executions, snapshots or annotations")
    );
}

#[test]
fn a_broken_snapshot_is_shown_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("snapshots")).unwrap();
    fs::write(folder.path().join("snapshots/2026-01-27.json"), "{\n\"timestamp\": 1,\n").unwrap();
    let error = parse(folder.path(), &settings()).unwrap_err();
    assert!(error.place().is_some_and(|place| place.path.ends_with("2026-01-27.json")), "{error}");
}
