//! Real statements, where the folder with them exists.

use std::path::{Path, PathBuf};

use crate::support::Site;

pub fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("TRACKRECORD_SAMPLES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there are no samples in {}", folder.display());
    None
}

fn attribute<'a>(row: &'a str, name: &str) -> &'a str {
    let start = format!(" {name}=\"");
    row.split_once(&start).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
}

/// The rows that are fills in the end, counted by a scan of the text that knows nothing of our reader.
fn fills(text: &str) -> usize {
    let rows: Vec<&str> = text.split('<').filter(|tag| tag.starts_with("Trade ")).collect();
    let executions = rows.iter().filter(|row| matches!(attribute(row, "levelOfDetail"), "" | "EXECUTION"));
    let (cancels, fills): (Vec<&&str>, Vec<&&str>) =
        executions.partition(|row| attribute(row, "transactionType") == "TradeCancel");
    fills.len() - cancels.len()
}

#[test]
fn every_real_statement_is_read_to_the_last_fill() {
    let Some(folder) = samples() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(folder.join("flex")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "xml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let base = text
            .split('<')
            .find(|tag| tag.starts_with("AccountInformation "))
            .map_or("", |row| attribute(row, "currency"));
        let base = if base.is_empty() { "EUR" } else { base };
        let site = Site::new(&format!("[account]\nbase_currency = \"{base}\"\n"));
        let file = path.display().to_string();
        site.ok(&["import", "flex", &file]);
        let first = site.files("data");
        site.ok(&["import", "flex", &file]);
        assert_eq!(site.files("data"), first, "{file}: importing again adds nothing");
        let check = site.run(&["check", "--json"]).json();
        assert_eq!(check["errors"], 0, "{file}: {check}");
        let slippage = site.ok(&["stats", "--json"]).json();
        let stored: usize = first
            .iter()
            .filter(|(name, _)| name.starts_with("executions/"))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().skip(1).count())
            .sum();
        let cancelled = text.matches("transactionType=\"TradeCancel\"").count();
        assert_eq!(stored - 2 * cancelled, fills(&text), "{file}");
        assert!(slippage["trades"]["executions"].as_u64().unwrap() as usize <= fills(&text));
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn the_brokers_own_return_is_ours() {
    let Some(folder) = samples() else { return };
    let site = Site::new("[account]\nbase_currency = \"USD\"\n");
    site.ok(&["import", "flex", &folder.join("flex/pp_File17_redacted.xml").display().to_string()]);
    let check = site.ok(&["check", "--json"]).json();
    let compared =
        check["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "broker-return").unwrap().clone();
    assert_eq!(compared["severity"], "note", "{compared}");
    assert!(compared["message"].as_str().unwrap().contains("ours 0.0507 %"), "{compared}");
}
