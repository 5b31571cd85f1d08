//! Answers that Yahoo really gave, where the folder with them exists.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::*;
use crate::samples::samples;
use crate::yahoo::{Reply, unknown};

/// Serves each recorded document under its symbol.
fn replay(folder: &Path) -> (FakeYahoo, BTreeMap<String, Value>) {
    let mut documents = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".json") || name.contains(".fake.") {
            continue;
        }
        let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let symbol = document["chart"]["result"][0]["meta"]["symbol"].as_str().unwrap().to_owned();
        documents.insert(symbol, document);
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

#[test]
fn real_answers_are_read_to_the_last_bar() {
    let Some(folder) = samples() else { return };
    let (fake, documents) = replay(&folder.join("yahoo"));
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
    assert_eq!(desk.rows("MUV2.DE").len(), 123);
    assert!(said(&report).contains("note MUV2.DE: Yahoo has no price of 2017-12-19"), "{}", said(&report));
    assert_eq!(desk.rows("OCDO.L"), ["2020-01-02,1279.5,1286.57,1258,1259.5,1259.5,728520,GBp"]);
    assert_eq!(desk.dates("AAPL")[0], "2020-08-31", "the day of the split");
    assert_eq!(desk.rows("MSFT").len(), 252);
    assert_eq!(desk.dates("EURUSD=X"), ["2020-01-01", "2020-01-02", "2020-01-03"]);
    let files = desk.files();
    desk.collect_from(&symbols, "2017-01-01", "2025-02-20T18:00:00Z");
    assert_eq!(desk.files(), files);
}

#[test]
fn a_real_answer_without_times_is_refused() {
    let Some(folder) = samples() else { return };
    let body = std::fs::read(folder.join("yahoo/chart-notimestamp-quotes-length.fake.json")).unwrap();
    let fake = FakeYahoo::scripted(move |_, _| Reply::ok(body.clone()));
    let report = Desk::new(&fake).collect(&["AAPL"], FRIDAY);
    assert_eq!(said(&report), "error AAPL: Yahoo sends prices without dates; there are no stored prices");
}
