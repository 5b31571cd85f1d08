//! The same scripted day read by a client that no one here wrote and that speaks the other encoding: `ib_async`, Python.

use std::process::Command;

use serde_json::{Value, json};

use crate::gateway::{Behaviour, Gateway, Incident, Kind, Request};

/// What `ib_async` reads from a gateway or what it complains about, where there is a Python that has it.
fn read_by_ib_async(port: u16) -> Option<Result<Value, String>> {
    let Some(python) = std::env::var_os("TRACKRECORD_PYTHON") else {
        eprintln!("skipped: TRACKRECORD_PYTHON names no Python that has ib_async");
        return None;
    };
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/ib_async_client.py");
    let output = Command::new(python).arg(program).arg(port.to_string()).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(serde_json::from_slice(&output.stdout).unwrap()) } else { Err(complaints) })
}

#[test]
fn foreign_clients_complain_of_what_they_cannot_read() {
    let running = Gateway::normal_day().behave(Behaviour::At(Kind::Execution, 2, Incident::BadBody)).start();
    let Some(seen) = read_by_ib_async(running.port()) else { return };
    let complaint = seen.expect_err("a complaint");
    assert!(complaint.contains("ib_async complains: Error handling fields: ['11', 'not', "), "{complaint}");
}

#[test]
fn foreign_clients_read_the_same_day() {
    let running = Gateway::normal_day().current_time(1_769_180_400).start();
    let Some(seen) = read_by_ib_async(running.port()) else { return };
    let seen = seen.unwrap();
    assert_eq!(seen["version"], 178);
    assert_eq!(seen["accounts"], json!(["DU1234567"]));
    assert_eq!(seen["time"], 1_769_180_400.0);
    for (position, expected) in fills().into_iter().enumerate() {
        assert_eq!(seen["fills"][position], expected);
    }
    assert_eq!(seen["fills"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        seen["positions"],
        json!([
            ["DU1234567", 265_598, "AAPL", "USD", 100.0, 188.27],
            ["DU1234567", 139_683_207, "VOD", "GBP", 500.0, 8.006],
        ])
    );
    assert_eq!(
        seen["portfolio"],
        json!([
            ["DU1234567", 265_598, "NASDAQ", 100.0, 190.0, 19_000.0, 188.27, 173.0, 0.0],
            ["DU1234567", 139_683_207, "LSE", 500.0, 8.0, 4_000.0, 8.006, -3.0, 0.0],
        ])
    );
    assert_eq!(seen["values"], values());
    assert_eq!(
        seen["summary"],
        json!([
            ["DU1234567", "ExchangeRate", "GBP", "1.25"],
            ["DU1234567", "NetLiquidation", "USD", "45000.00"],
            ["DU1234567", "TotalCashValue", "USD", "21000.00"],
        ])
    );
    assert_eq!(seen["contracts"], contracts());
    let asked = running.requests();
    assert_eq!(asked[0], Request::StartApi { client_id: 5 });
    assert!(!asked.iter().any(|request| matches!(request, Request::Other(_))), "{asked:?}");
}

/// The order of the London line has no number, since it was given by hand: it comes with client 0.
fn fills() -> Vec<Value> {
    let fill = |exec_id: &str, time: &str, contract: Value, order: Value, what: Value, commission: Value| {
        json!({
            "exec_id": exec_id, "time": time, "account": "DU1234567", "contract": contract, "order": order,
            "what": what, "commission": commission,
        })
    };
    let (apple, order) = (json!([265_598, "AAPL", "STK", "USD", ""]), json!([1_412_345_678, 11, 1, ""]));
    vec![
        fill(
            "0001f4e8.69dd6f01.01.01",
            "2026-01-23T09:15:07+00:00",
            json!([139_683_207, "VOD", "STK", "GBP", ""]),
            json!([1_412_345_670, 0, 0, ""]),
            json!(["LSE", "BOT", 500.0, 8.0, 500.0, 8.0]),
            json!(["0001f4e8.69dd6f01.01.01", 3.0, "GBP", 0.0]),
        ),
        fill(
            "0000e0d5.69dd7411.01.01",
            "2026-01-23T15:05:31+00:00",
            apple.clone(),
            order.clone(),
            json!(["ISLAND", "BOT", 60.0, 188.25, 60.0, 188.25]),
            json!(["0000e0d5.69dd7411.01.01", 0.62, "USD", 0.0]),
        ),
        fill(
            "0000e0d5.69dd7412.01.01",
            "2026-01-23T15:05:32+00:00",
            apple,
            order,
            json!(["ISLAND", "BOT", 40.0, 188.3, 100.0, 188.27]),
            json!(["0000e0d5.69dd7412.01.01", 0.38, "USD", 0.0]),
        ),
        fill(
            "00025b49.69dd7a02.01.01",
            "2026-01-23T20:27:04+00:00",
            json!([272_093, "MSFT", "STK", "USD", ""]),
            json!([1_412_345_679, 12, 1, "rebalance"]),
            json!(["ISLAND", "SLD", 12.5, 410.11, 12.5, 410.11]),
            json!(["00025b49.69dd7a02.01.01", 1.02, "USD", 512.35]),
        ),
    ]
}

/// Key and currency together name a value.
fn values() -> Value {
    let all = [
        ["AccountType", "", "INDIVIDUAL"],
        ["CashBalance", "BASE", "21000.00"],
        ["CashBalance", "GBP", "800.00"],
        ["CashBalance", "USD", "20000.00"],
        ["ExchangeRate", "BASE", "1.00"],
        ["ExchangeRate", "GBP", "1.25"],
        ["ExchangeRate", "USD", "1.00"],
        ["NetLiquidation", "USD", "45000.00"],
        ["NetLiquidationByCurrency", "BASE", "45000.00"],
        ["NetLiquidationByCurrency", "GBP", "4800.00"],
        ["NetLiquidationByCurrency", "USD", "39000.00"],
        ["StockMarketValue", "BASE", "24000.00"],
        ["StockMarketValue", "GBP", "4000.00"],
        ["StockMarketValue", "USD", "19000.00"],
        ["TotalCashBalance", "BASE", "21000.00"],
    ];
    all.into_iter().map(|[key, currency, value]| json!(["DU1234567", key, currency, value])).collect()
}

fn contracts() -> Value {
    let (new_york, london) =
        ("20260123:0400-20260123:2000;20260124:CLOSED", "20260123:0800-20260123:1630;20260124:CLOSED");
    json!([
        [
            265_598,
            "NASDAQ",
            1,
            0.01,
            "APPLE INC",
            "US/Eastern",
            new_york,
            "SMART,NYSE,NASDAQ",
            "COMMON",
            [["ISIN", "US0378331005"]]
        ],
        [
            139_683_207,
            "LSE",
            100,
            0.02,
            "VODAFONE GROUP PLC",
            "GB-Eire",
            london,
            "SMART,LSE",
            "COMMON",
            [["ISIN", "GB00BH4HKS39"]]
        ],
    ])
}
