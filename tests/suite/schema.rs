//! Folders of every form that data was ever written in stay readable, and those of a later one are refused.

use std::path::Path;

use crate::support::{Site, fixture};

/// A copy of a frozen folder.
fn frozen(name: &str) -> Site {
    fn copy(from: &Path, below: &str, site: &Site) {
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_string_lossy());
            if path.is_dir() {
                copy(&path, &format!("{name}/"), site);
            } else {
                site.put(&name, std::fs::read(&path).unwrap());
            }
        }
    }
    let site = Site::new("");
    copy(&fixture(name), "", &site);
    site
}

#[test]
fn a_folder_of_schema_1_gives_the_figures_it_gave_when_it_was_written() {
    let site = frozen("schema-1");
    assert!(!site.path("data/SCHEMA").exists(), "a folder without the file has schema 1");
    let check = site.run(&["check", "--json"]).json();
    assert_eq!(check["errors"], 0, "{check}");
    let stats = site.ok(&["stats", "--json"]).json();
    // The statement itself says a time-weighted return of 0.2560 %.
    assert_eq!((&stats["schema"], &stats["observations"]), (&1.into(), &5.into()));
    let total = stats["returns"]["total"].as_f64().unwrap();
    assert!((total - 0.002_560_196_028_271).abs() < 1e-12, "{total}");
    assert_eq!(stats["returns"]["best_day"]["date"], "2025-06-03");
    let slippage = site.ok(&["slippage", "--json"]).json();
    assert_eq!((&slippage["executions"], &slippage["orders"]), (&3.into(), &2.into()));
    let record = {
        let folder = trackrecord::SiteDir::new(site.path(""));
        let config = trackrecord::config::load(&folder, []).unwrap();
        trackrecord::record::load::load(&folder, &config, "2025-12-31".parse().unwrap())
    };
    assert_eq!((record.signals.len(), record.plans.len(), record.prices.len()), (1, 1, 1));
    assert_eq!((record.flows.len(), record.income.len(), record.statements.len()), (1, 3, 1));
}

#[test]
fn a_later_schema_is_refused_before_anything_is_read_or_written() {
    let site = frozen("schema-1").file("data/SCHEMA", "99\n");
    let before = site.files("data");
    for arguments in [&["stats"][..], &["check"], &["build"], &["import", "flex", "flex/activity.xml"]] {
        let said = site.refused(arguments);
        assert!(
            said.contains("data/SCHEMA") && said.contains("schema 99") && said.contains("update trackrecord"),
            "{said}"
        );
    }
    assert_eq!(site.files("data"), before);
}

#[test]
fn the_first_import_writes_the_number() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    assert_eq!(site.read("data/SCHEMA"), "2\n");
}

#[test]
fn what_is_added_to_a_folder_of_schema_1_raises_its_number_and_changes_no_figure() {
    let site = frozen("schema-1").file("data/SCHEMA", "1\n");
    let before = site.ok(&["stats", "--json"]).json();
    assert_eq!(site.read("data/SCHEMA"), "1\n");
    site.ok(&["flow", "add", "2020-01-02", "5", "USD"]);
    assert_eq!(site.read("data/SCHEMA"), "2\n");
    assert_eq!(site.ok(&["stats", "--json"]).json()["returns"], before["returns"]);
}

#[test]
fn an_import_into_a_folder_of_schema_1_makes_it_one_of_schema_2_and_keeps_its_rows() {
    let site = frozen("schema-1");
    let before = site.read("data/flows.csv");
    site.ok(&["import", "flex", "flex/activity.xml"]);
    assert_eq!(site.read("data/SCHEMA"), "2\n");
    let rows = before.lines().skip(1);
    let after = site.read("data/flows.csv");
    assert!(rows.clone().count() > 0 && rows.clone().all(|row| after.contains(row)), "{after}");
}

#[test]
fn a_document_has_the_same_shape_whatever_the_number_of_strategies() {
    let site = Site::demo();
    for (command, list) in [("signal", "signals"), ("rebalance", "plans"), ("backtest", "backtests")] {
        let mut arguments = vec![command, "--json"];
        if command != "backtest" {
            arguments.extend(["--as-of", "2022-12-28"]);
        }
        let document = site.ok(&arguments).json();
        assert_eq!(document["schema"], 1, "{command}");
        assert_eq!(document[list].as_array().unwrap().len(), 1, "{command}");
    }
}
