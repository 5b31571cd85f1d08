//! Collecting from a scripted gateway, over real sockets.

mod failures;
mod fills;
mod safety;
mod snapshots;

use serde_json::Value;

use crate::gateway::Running;
use crate::support::{Said, Site};

/// 17:00 in New York on Friday 23 January 2026.
const CLOSE: i64 = 1_769_205_600;

/// A site that asks this gateway, patient for a second.
fn site(gateway: &Running) -> Site {
    site_with(gateway, "")
}

/// The same with more lines under `[ibkr]`.
fn site_with(gateway: &Running, more: &str) -> Site {
    let ibkr = format!("[ibkr]\nport = {}\ntimeout_s = 1\n{more}", gateway.port());
    Site::new(&format!("[site]\nstatus = \"paper\"\n[benchmark]\nsymbol = \"\"\n{ibkr}\n"))
}

/// What `collect PART --json` says of the part.
fn part(said: &Said) -> Value {
    said.json()["parts"][0].clone()
}

/// New, known and contradicting rows.
fn counts(said: &Said) -> (u64, u64, u64) {
    let part = part(said);
    let number = |name: &str| part[name].as_u64().unwrap();
    (number("new"), number("known"), number("conflicts"))
}

/// The kinds of findings that are errors or warnings.
fn kinds(said: &Said) -> Vec<String> {
    let part = part(said);
    let findings = part["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] != "note");
    findings.map(|finding| finding["kind"].as_str().unwrap().to_owned()).collect()
}

/// The rows of a stored file of fills: id, time, side, quantity, price, commission.
fn stored(site: &Site, date: &str) -> Vec<[String; 6]> {
    let text = site.read(&format!("data/executions/{date}.csv"));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let wanted = ["exec_id", "time", "side", "quantity", "price", "commission"].map(column);
    lines.map(|line| wanted.map(|index| line.split(',').nth(index).unwrap().to_owned())).collect()
}
