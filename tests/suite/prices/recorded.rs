//! Answers in the forms that Yahoo gives: made-up ones of the repository, and recorded ones where
//! `TRACKRECORD_SAMPLES` names a folder that has them in `yahoo/`.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::*;
use crate::samples::{files, samples};
use crate::support::fixture;
use crate::yahoo::{Reply, unknown};

/// Serves each document that has times under its symbol.
fn replay(folder: PathBuf) -> (FakeYahoo, BTreeMap<String, Value>) {
    let mut documents = BTreeMap::new();
    for path in files(folder, "json") {
        let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let series = &document["chart"]["result"][0];
        if series["timestamp"].is_array() && !path.display().to_string().contains(".fake.") {
            let symbol = series["meta"]["symbol"].as_str().unwrap().to_owned();
            documents.insert(symbol, document);
        }
    }
    let served = documents.clone();
    let fake = FakeYahoo::scripted(move |request, _| match request.symbol().and_then(|symbol| served.get(symbol)) {
        Some(document) => Reply::ok(document.to_string()),
        None => unknown(),
    });
    (fake, documents)
}

/// Dates and closes by arithmetic that knows nothing of our reader.
fn expected(document: &Value) -> Vec<(NaiveDate, f64)> {
    let series = &document["chart"]["result"][0];
    let zone: chrono_tz::Tz = series["meta"]["exchangeTimezoneName"].as_str().unwrap().parse().unwrap();
    let times = series["timestamp"].as_array().unwrap().iter().map(|time| time.as_i64().unwrap());
    let closes = series["indicators"]["quote"][0]["close"].as_array().unwrap().iter().map(Value::as_f64);
    let date = |time| DateTime::<Utc>::from_timestamp(time, 0).unwrap().with_timezone(&zone).date_naive();
    times.zip(closes).filter_map(|(time, close)| Some((date(time), close?))).collect()
}

/// Collects all documents of a folder twice; every bar must come in, and none the second time.
fn collected(folder: PathBuf) -> (Desk, PartReport) {
    let (fake, documents) = replay(folder);
    assert!(!documents.is_empty());
    let desk = Desk::new(&fake);
    let symbols: Vec<&str> = documents.keys().map(String::as_str).collect();
    let report = desk.collect_from(&symbols, "2017-01-01", "2025-02-20T18:00:00Z");
    assert!(!has(&report, Severity::Error, "no-new-prices"), "{}", said(&report));
    for (symbol, document) in &documents {
        let expected = expected(document);
        let currency = document["chart"]["result"][0]["meta"]["currency"].as_str().unwrap();
        let rows = desk.rows(symbol);
        assert_eq!(rows.len(), expected.len(), "{symbol}: {}", said(&report));
        for (row, (date, close)) in rows.iter().zip(expected) {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells[0], date.to_string(), "{symbol}");
            assert_eq!(cells[4].parse::<f64>().unwrap() as f32, close as f32, "{symbol} {date}");
            assert_eq!(cells[7], currency, "{symbol}");
        }
        assert!(desk.held(symbol).is_empty(), "{symbol}: {:?}", desk.held(symbol));
    }
    let files = desk.files();
    desk.collect_from(&symbols, "2017-01-01", "2025-02-20T18:00:00Z");
    assert_eq!(desk.files(), files);
    (desk, report)
}

#[test]
fn answers_of_every_form_are_read_to_the_last_bar() {
    let (desk, report) = collected(fixture("yahoo"));
    assert_eq!(desk.dates("NULL.DE"), ["2017-10-26", "2017-10-27", "2017-10-30", "2017-11-01"]);
    assert!(said(&report).contains("note NULL.DE: Yahoo has no price of 2017-10-31"), "{}", said(&report));
    assert_eq!(desk.rows("PNCE.L")[0].split(',').nth(4), Some("1259.5"));
    assert_eq!(desk.dates("SPLT"), ["2020-08-27", "2020-08-28", "2020-08-31"]);
    assert_eq!(desk.dates("EURUSD=X"), ["2020-01-01", "2020-01-02", "2020-07-01"]);
}

#[test]
fn recorded_answers_are_read_to_the_last_bar() {
    let Some(folder) = samples() else { return };
    let (desk, report) = collected(folder.join("yahoo"));
    assert_eq!(desk.rows("MUV2.DE").len(), 123);
    assert!(said(&report).contains("note MUV2.DE: Yahoo has no price of 2017-12-19"), "{}", said(&report));
    assert_eq!(desk.rows("OCDO.L"), ["2020-01-02,1279.5,1286.57,1258,1259.5,1259.5,728520,GBp"]);
    assert_eq!(desk.dates("AAPL")[0], "2020-08-31", "the day of the split");
    assert_eq!(desk.rows("MSFT").len(), 252);
    assert_eq!(desk.dates("EURUSD=X"), ["2020-01-01", "2020-01-02", "2020-01-03"]);
}

#[test]
fn an_answer_without_times_is_refused() {
    let body = std::fs::read(fixture("yahoo/no_times.json")).unwrap();
    let fake = FakeYahoo::scripted(move |_, _| Reply::ok(body.clone()));
    let report = Desk::new(&fake).collect(&["TIME"], FRIDAY);
    assert_eq!(said(&report), "error TIME: Yahoo sends prices without dates; there are no stored prices");
}
