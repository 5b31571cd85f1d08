//! Every key that `--json` prints is in docs/json.md.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Site;

/// Keys of a document; those that are dates, months, years or symbols are values.
fn keys(value: &Value, is_map: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                if !is_map {
                    found.insert(key.clone());
                }
                keys(inner, key.starts_with("by_") || key == "holdings", found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, false, found)),
        _ => {}
    }
}

#[test]
fn every_key_for_machines_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let site = Site::demo();
    let mut found = BTreeSet::new();
    for arguments in [
        &["stats"][..],
        &["slippage"],
        &["check"],
        &["signal", "--as-of", "2022-12-28"],
        &["rebalance", "--as-of", "2022-07-01"],
        &["backtest"],
        &["flow", "list"],
        &["schedule", "list"],
    ] {
        let document = site.run(&[arguments, &["--json"]].concat()).json();
        assert_eq!(document["schema"], 1, "{arguments:?}");
        // Rows of flows are described beside their file.
        if arguments[0] != "flow" {
            keys(&document, false, &mut found);
        }
    }
    let missing: Vec<&String> = found.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not explain {missing:?}");
    assert!(found.len() > 100, "{found:?}");
}
