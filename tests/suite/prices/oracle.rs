//! The same service, read by yfinance, which no one here wrote.

use std::process::Command;

use serde_json::Value;

use super::*;

/// Pence with dividends, a split, a fund in New York, and a currency.
fn listings() -> Vec<Listing> {
    let wave = |day: i32, level: f64| level * (1.0 + 0.01 * f64::from(day % 7) - 0.003 * f64::from(day % 11));
    let closes = |level: f64| (0..282).map(move |day| wave(day, level));
    vec![
        Listing::new("VOD.L", "GBp")
            .closes("2025-01-02", closes(72.5))
            .dividend("2025-06-05", 2.25)
            .dividend("2025-11-20", 1.95),
        Listing::new("SPLT", "USD")
            .at(chrono_tz::America::New_York, "09:30", "16:00")
            .closes("2025-01-02", (0..282).map(|day| wave(day, if day < 150 { 400.0 } else { 100.0 })))
            .split("2025-07-31", 4.0, 1.0)
            .dividend("2025-09-12", 0.26),
        Listing::new("GBPUSD=X", "USD")
            .at(chrono_tz::Europe::London, "00:00", "23:59")
            .closes("2025-01-02", closes(1.31)),
    ]
}

#[test]
fn yfinance_reads_the_same_prices() {
    let Some(python) = std::env::var_os("TRACKRECORD_PYTHON") else {
        eprintln!("skipped: TRACKRECORD_PYTHON does not name a Python with yfinance");
        return;
    };
    let fake = FakeYahoo::of(listings());
    let symbols = ["VOD.L", "SPLT", "GBPUSD=X"];
    let desk = Desk::new(&fake);
    let report = desk.collect(&symbols, "2026-01-24T12:00:00Z");
    assert!(report.is_complete(), "{}", said(&report));

    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/yfinance_client.py");
    let output = Command::new(python)
        .arg(script)
        .args([fake.base_url().as_str(), "2025-01-02", "2026-01-24"])
        .args(symbols)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let theirs: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {words}"));
    let mut compared = 0;
    for symbol in symbols {
        let theirs = theirs[symbol].as_array().unwrap();
        let ours = desk.rows(symbol);
        assert_eq!(theirs.len(), ours.len(), "{symbol}: {words}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            let cells: Vec<&str> = ours.split(',').collect();
            assert_eq!(cells[0], theirs["date"], "{symbol}");
            compared += 1;
            for (column, number) in [("Open", 1), ("High", 2), ("Low", 3), ("Close", 4), ("Adj Close", 5)] {
                let (ours, theirs) = (cells[number].parse::<f64>().unwrap(), theirs[column].as_f64().unwrap());
                assert_eq!(ours as f32, theirs as f32, "{symbol} {} {column}", cells[0]);
            }
        }
    }
    let paid = |symbol: &str| -> f64 {
        theirs[symbol].as_array().unwrap().iter().map(|row| row["Dividends"].as_f64().unwrap()).sum()
    };
    assert!((paid("VOD.L") - 4.2).abs() < 1e-9, "{}", paid("VOD.L"));
    eprintln!("yfinance and trackrecord agree on {compared} bars");
}
