//! Each kind of oddity is found once, where it is.

use serde_json::Value;

use crate::support::Site;

fn findings(site: &Site) -> Vec<Value> {
    site.run(&["check", "--json"]).json()["findings"].as_array().unwrap().clone()
}

fn imported() -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    site
}

#[track_caller]
fn found<'a>(findings: &'a [Value], kind: &str) -> &'a Value {
    findings.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("no {kind} among {findings:#?}"))
}

#[test]
fn a_lost_fill_shows_as_a_position_that_does_not_add_up() {
    let site = imported();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    std::fs::remove_file(site.path("data/executions/2025-06-06.csv")).unwrap();
    // The newest snapshot holds 50, the fills say 100.
    let snapshot =
        site.read("data/snapshots/2025-06-06.json").replace("2025-06-06", "2025-06-02").replace("\"50\"", "\"100\"");
    std::fs::remove_file(site.path("data/snapshots/2025-06-02.json")).unwrap();
    site.put("data/snapshots/2025-06-02.json", snapshot);
    let findings = findings(&site);
    let finding = found(&findings, "positions");
    assert!(finding["message"].as_str().unwrap().contains("ABCD"), "{finding}");
}

#[test]
fn a_missing_session_is_listed() {
    let site = imported();
    std::fs::remove_file(site.path("data/snapshots/2025-06-04.json")).unwrap();
    let findings = findings(&site);
    assert!(found(&findings, "missing-days")["message"].as_str().unwrap().contains("2025-06-04"));
}

#[test]
fn a_note_without_an_order_is_listed() {
    let site = imported().file(
        "content/trades/a.md",
        "+++\nid = 'a'\nsymbol = 'ZZZZ'\ncreated_at = 2025-06-02T09:00:00Z\n[pre_trade]\nside = 'BUY'\n+++\n",
    );
    let findings = findings(&site);
    assert!(found(&findings, "note").to_string().contains("content/trades/a.md"));
}

#[test]
fn a_price_in_pence_is_recognized() {
    let site = imported().file(
        "data/prices/ABCD.csv",
        "date,open,high,low,close,adj_close,volume,currency\n2025-06-02,9390,9410,9380,9395,,,USD\n",
    );
    let findings = findings(&site);
    assert!(found(&findings, "price-range").to_string().contains("in pence"), "{findings:#?}");
}

#[test]
fn a_return_that_is_not_the_brokers_is_reported() {
    let site = imported();
    let flows = site.read("data/flows.csv").replace(",25000,", ",24000,");
    site.put("data/flows.csv", flows);
    let findings = findings(&site);
    assert_eq!(found(&findings, "broker-return")["severity"], "warning");
}

#[test]
fn a_row_that_contradicts_another_stops_the_build() {
    let site = imported();
    let rows = site.read("data/executions/2025-06-02.csv");
    let second = rows.lines().nth(1).unwrap().replace(",93.95,", ",39.95,");
    site.put("data/executions/2025-06-02.csv", format!("{rows}{second}\n"));
    let findings = findings(&site);
    let conflict = found(&findings, "conflict");
    assert_eq!((&conflict["severity"], &conflict["line"]), (&"error".into(), &4.into()), "{conflict}");
    assert!(site.refused(&["build"]).contains("another price"));
}

#[test]
fn a_contradiction_is_settled_by_a_command_and_no_row_is_lost() {
    let site = imported();
    let rows = site.read("data/executions/2025-06-02.csv");
    let second = rows.lines().nth(1).unwrap().replace(",93.95,", ",39.95,");
    site.put("data/executions/2025-06-02.csv", format!("{rows}{second}\n"));
    let listed = site.run(&["resolve", "--json"]);
    assert_eq!(listed.code, 1);
    let listed = &listed.json()["contradictions"][0];
    let prices: Vec<&str> =
        listed["versions"].as_array().unwrap().iter().map(|row| row["says"]["price"].as_str().unwrap()).collect();
    assert_eq!(prices, ["93.95", "39.95"]);
    let id = listed["id"].as_str().unwrap();
    assert!(site.refused(&["resolve", id, "--keep", "3"]).contains("name one from 1 to 2"));
    site.ok(&["resolve", id, "--keep", "1"]);
    assert!(site.ok(&["resolve"]).err.contains("no stored rows contradict"));
    assert!(findings(&site).iter().all(|finding| finding["kind"] != "conflict"));
    assert_eq!(site.read("data/executions/2025-06-02.csv"), format!("{rows}{second}\n"));
    assert!(site.read("data/decisions.csv").starts_with("table,key,keep,drop\nfill,"));
    assert!(site.refused(&["resolve", id, "--keep", "1"]).contains("there is no contradiction"));
}

#[test]
fn what_else_keeps_a_site_from_being_built_is_found_and_nothing_is_written() {
    let cases = [
        ("content/about.md", "+++\ntitle = 'About'\n+++\n\nSee [this](nowhere.md).\n", "content/about.md:5"),
        ("content/about.md", "+++\ntitle = 'About'\n+++\n\nMy account is U7654321.\n", "content/about.md:5"),
        ("templates/foot.html", "<footer>\n{% if facts", "templates/foot.html"),
    ];
    for (file, text, place) in cases {
        let site = imported().file(file, text);
        let said = site.run(&["check", "--json"]);
        let findings = said.json()["findings"].as_array().unwrap().clone();
        let finding = found(&findings, "not-built");
        assert!(finding.to_string().contains(place), "{place} in {finding}");
        assert_eq!(finding["file"], file, "as it lies in the site");
        assert_eq!(said.code, 1);
        assert!(!site.path("public").exists(), "nothing is written");
        site.refused(&["build"]);
    }
    let site = imported();
    site.ok(&["build"]);
    assert!(findings(&site).iter().all(|finding| finding["kind"] != "not-built"));
}

#[cfg(unix)]
#[test]
fn a_variable_of_the_environment_may_hold_anything() {
    use std::os::unix::ffi::OsStrExt;
    let site = imported();
    let mut command = site.command(&["check"]);
    let output = command.env("LS_COLORS", std::ffi::OsStr::from_bytes(b"a\xff")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
