//! Statements in the forms in which Interactive Brokers sends them: made-up ones of the repository, and real ones
//! where `TRACKRECORD_SAMPLES` names a folder that has them in `flex/`.

use std::path::PathBuf;

use crate::support::{Site, fixture};

/// The folder of files that cannot be part of the repository.
pub fn samples() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("TRACKRECORD_SAMPLES")?);
    assert!(folder.is_dir(), "TRACKRECORD_SAMPLES: there is no folder {}", folder.display());
    Some(folder)
}

/// The files of a folder with this ending, in order.
pub fn files(folder: PathBuf, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    paths
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

fn base_currency(text: &str) -> &str {
    let account = text.split('<').find(|tag| tag.starts_with("AccountInformation "));
    account.map(|row| attribute(row, "currency")).filter(|currency| !currency.is_empty()).unwrap_or("EUR")
}

#[test]
fn every_statement_is_read_to_the_last_fill() {
    let mut statements = files(fixture("flex/forms"), "xml");
    assert_eq!(statements.len(), 4);
    statements.extend(samples().into_iter().flat_map(|folder| files(folder.join("flex"), "xml")));
    for path in statements {
        let text = std::fs::read_to_string(&path).unwrap();
        let site = Site::new(&format!("[account]\nbase_currency = \"{}\"\n", base_currency(&text)));
        let file = path.display().to_string();
        site.ok(&["import", "flex", &file]);
        let first = site.files("data");
        site.ok(&["import", "flex", &file]);
        assert_eq!(site.files("data"), first, "{file}: importing again adds nothing");
        let check = site.run(&["check", "--json"]).json();
        assert_eq!(check["errors"], 0, "{file}: {check}");
        let stored: usize = first
            .iter()
            .filter(|(name, _)| name.starts_with("executions/"))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().skip(1).count())
            .sum();
        let cancelled = text.matches("transactionType=\"TradeCancel\"").count();
        assert_eq!(stored - 2 * cancelled, fills(&text), "{file}");
    }
}

/// What `check` says about the broker's own return after importing a file.
fn own_return(file: &str) -> String {
    let site = Site::new("[account]\nbase_currency = \"USD\"\n");
    site.ok(&["import", "flex", file]);
    let check = site.run(&["check", "--json"]).json();
    let compared = check["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "broker-return").unwrap();
    assert_eq!(compared["severity"], "note", "{compared}");
    compared["message"].as_str().unwrap().to_owned()
}

#[test]
fn the_brokers_own_return_is_ours() {
    // 7,703 / 7,665 - 1, with dividends that are owed on both days.
    let said = own_return("flex/forms/broker_return.xml");
    assert!(said.contains("ours 0.4958 %"), "{said}");
    if let Some(folder) = samples() {
        let said = own_return(&folder.join("flex/pp_File17_redacted.xml").display().to_string());
        assert!(said.contains("ours 0.0507 %"), "{said}");
    }
}

#[test]
fn summaries_cancellations_and_twins_are_no_fills() {
    let site = Site::new("[account]\nbase_currency = \"CHF\"\n");
    site.ok(&["import", "flex", "flex/forms/summaries_between_trades.xml"]);
    let stats = site.ok(&["stats", "--json"]).json();
    assert_eq!(stats["trades"]["executions"], 3, "an exchange of currencies is no trade: {stats}");
    assert_eq!(stats["trades"]["orders"], 2, "two fills are one order: {stats}");
    let income = site.read("data/income.csv");
    assert_eq!(income.lines().count(), 3, "a dividend and its tax, each once: {income}");

    let site = Site::new("[account]\nbase_currency = \"USD\"\n");
    site.ok(&["import", "flex", "flex/forms/cancelled_and_booked_again.xml"]);
    let said = site.run(&["check"]);
    assert!(said.err.contains("in 1 fill,") || said.out.contains("in 1 fill,"), "{}", said.shown());
}
