//! What the commands say, to the letter.

use std::process::Command;

use crate::support::Site;

#[test]
fn the_figures_of_the_demo() {
    insta::assert_snapshot!(Site::demo().ok(&["stats"]).shown());
}

#[test]
fn the_figures_of_the_demo_for_machines() {
    let mut stats = Site::demo().ok(&["stats", "--json", "--from", "2021-11-01"]).json();
    round(&mut stats);
    insta::assert_snapshot!(serde_json::to_string_pretty(&stats).unwrap());
}

/// Nine significant digits: what a processor does with the rest is its own affair.
fn round(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => {
            *value = format!("{:.9e}", number.as_f64().unwrap()).into();
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(round),
        serde_json::Value::Object(values) => values.values_mut().for_each(round),
        _ => {}
    }
}

#[test]
fn the_slippage_of_the_demo() {
    insta::assert_snapshot!(Site::demo().ok(&["slippage", "--from", "2022-01-01"]).shown());
}

#[test]
fn the_check_of_the_demo() {
    insta::assert_snapshot!(Site::demo().ok(&["check"]).shown());
}

#[test]
fn an_import() {
    insta::assert_snapshot!(Site::plain().ok(&["import", "flex", "flex/activity.xml"]).shown());
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_trackrecord")).args(arguments).output().unwrap().status.code()
    };
    assert_eq!(run(&["statz"]), Some(2));
    assert_eq!(run(&["stats", "--from", "yesterday"]), Some(2));
    assert_eq!(run(&["--version"]), Some(0));
    assert_eq!(run(&["completions", "bash"]), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let site = Site::demo();
    let program = env!("CARGO_BIN_EXE_trackrecord");
    let script = format!("set -o pipefail; {program} --root {} stats --json | head -c 10", site.path("").display());
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
