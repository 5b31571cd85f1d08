//! What the documents say of files: every key that `--json` prints, and configuration that can be copied.

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

/// The blocks of configuration in a document; one may hold a part for each file.
fn configuration(text: &str) -> Vec<String> {
    let blocks = text.split("```toml\n").skip(1).map(|part| part.split("```").next().unwrap().to_owned());
    let has_table = |part: &String| part.lines().any(|line| line.trim_start().starts_with('['));
    let parts =
        |block: String| block.replace("# config/", "\0# config/").split('\0').map(str::to_owned).collect::<Vec<_>>();
    blocks.flat_map(parts).filter(has_table).collect()
}

#[test]
fn configuration_in_documents_can_be_copied() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(folder.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for path in pages.filter(|path| path.extension().is_some_and(|end| end == "md")) {
        for part in configuration(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            trackrecord::config::parse(&part, &path).unwrap_or_else(|error| panic!("{error}\n{part}"));
        }
    }
    assert!(count >= 7, "{count}");
    assert!(trackrecord::config::parse("[[alert]]\nnmae = \"x\"\n", folder).is_err());
}
