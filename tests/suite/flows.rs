//! Deposits that no file tells, entered by hand.

use crate::support::Site;

fn snapshot(date: &str, value: u32) -> String {
    format!(
        "{{\"schema\": 1, \"date\": \"{date}\", \"as_of\": \"{date}T21:00:00Z\", \"account\": \"U1234567\", \"base_currency\": \"USD\", \
         \"net_liquidation\": \"{value}\", \"source\": \"tws\"}}"
    )
}

#[test]
fn a_deposit_is_no_profit_once_it_is_entered() {
    let site = Site::plain()
        .file("data/snapshots/2026-01-26.json", snapshot("2026-01-26", 1000))
        .file("data/snapshots/2026-01-27.json", snapshot("2026-01-27", 1515));
    let total = || site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap();
    assert!((total() - 0.515).abs() < 1e-12, "{}", total());
    site.ok(&["flow", "add", "2026-01-27", "500"]);
    // 1,515 / (1,000 + 500) - 1.
    assert!((total() - 0.01).abs() < 1e-12, "{}", total());
    assert!(site.refused(&["flow", "add", "2026-01-27", "500"]).contains("--again"));
    site.ok(&["flow", "add", "2026-01-27", "-15", "--kind", "withdrawal"]);
    let flows = site.ok(&["flow", "list", "--json"]).json();
    assert_eq!((&flows["schema"], flows["flows"].as_array().unwrap().len()), (&1.into(), 2));
    assert!(site.refused(&["flow", "add", "2026-01-27", "9", "EUR"]).contains("--rate"));
    // (1,515 + 15) / 1,500 - 1.
    assert!((total() - 0.02).abs() < 1e-12, "{}", total());
}
