//! What the commands say, to the letter.

use std::io::Write;
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
fn why_nothing_is_known_of_a_group_is_said_once() {
    let site = Site::new("[site]\nstatus = \"live\"\n");
    site.ok(&["import", "flex", "flex/year.xml"]);
    let said = site.ok(&["stats"]).out;
    assert_eq!(said.matches("there are no prices of ^GSPC").count(), 1, "{said}");
    assert!(said.contains("Against the benchmark\n  not known"), "{said}");
    let slippage = site.ok(&["slippage"]).out;
    assert!(!slippage.contains("By symbol") && !slippage.contains("By month"), "{slippage}");
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

/// What a program says of a script of the shell; `None` where it is not installed.
fn read_by(program: &str, arguments: &[&str], script: &str) -> Option<std::process::Output> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    match Command::new(program).args(arguments).arg(file.path()).output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("skipped: {program} cannot be run: {error}");
            None
        }
    }
}

#[test]
fn each_shell_reads_its_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Site::plain().ok(&["completions", shell]).out;
        for (text, is_good) in [(script.as_str(), true), (&format!("{script}\nif (\n"), false)] {
            let Some(output) = read_by(shell, &["-n"], text) else { continue };
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.success() && words.is_empty(), is_good, "{shell}: {words}");
        }
    }
    let asked = "COMP_WORDS=(trackrecord sche); COMP_CWORD=1; _trackrecord trackrecord sche trackrecord; echo \"${COMPREPLY[@]}\"\n";
    let script = Site::plain().ok(&["completions", "bash"]).out;
    let completed = read_by("bash", &[], &format!("{script}\n{asked}")).unwrap().stdout;
    assert_eq!(String::from_utf8_lossy(&completed), "schedule\n");
}

#[test]
fn who_waits_on_a_terminal_sees_for_what_and_how_long() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let ibkr = format!("[ibkr]\nport = {port}\ntimeout_s = 3\nmax_retries = 1\n");
    let site = Site::new(&format!("[site]\nstatus = \"paper\"\n[benchmark]\nsymbol = \"\"\n{ibkr}"));
    let shown = on_a_terminal(&site, "$TR collect snapshot", false);
    let place = format!("waiting for TWS or Gateway at 127.0.0.1:{port}");
    for part in ["connecting", &place, "1s", "2s"] {
        assert!(shown.contains(part), "{part}: {shown:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let site = Site::demo();
    let program = env!("CARGO_BIN_EXE_trackrecord");
    let script = format!("set -o pipefail; {program} --root {} stats --json | head -c 10", site.path("").display());
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What a shell command shows on a pseudo-terminal; `$TR` is the program on this site.
fn on_a_terminal(site: &Site, script: &str, no_colour: bool) -> String {
    let program = format!("{} --root {}", env!("CARGO_BIN_EXE_trackrecord"), site.path("").display());
    let mut command = Command::new("bash");
    command.args(["-c", script]).env("TR", program).env("TERM", "xterm");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    if no_colour {
        command.env("NO_COLOR", "1");
    }
    let mut session = rexpect::session::spawn_command(command, Some(120_000)).unwrap();
    session.exp_eof().unwrap()
}

#[test]
fn each_stream_has_colours_only_where_it_is_a_terminal() {
    const ESCAPE: char = '\u{1b}';
    let site = Site::demo();
    let shown = on_a_terminal(&site, "$TR check", false);
    assert!(shown.contains(ESCAPE) && shown.contains("note[large-flow]"), "{shown:?}");
    // Standard output in a file, standard error on the terminal, and the other way round.
    let file = site.path("check.txt");
    on_a_terminal(&site, &format!("$TR check > {}", file.display()), false);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(!written.contains(ESCAPE) && written.contains("note[large-flow]"), "{written:?}");
    let shown = on_a_terminal(&site, "$TR check 2>/dev/null", false);
    assert!(shown.contains(ESCAPE), "{shown:?}");
    on_a_terminal(&site, &format!("$TR stats --from 2020-01-02 --to 2020-01-01 2> {}", file.display()), false);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(!written.contains(ESCAPE) && written.contains("error:"), "{written:?}");
    assert!(!on_a_terminal(&site, "$TR check", true).contains(ESCAPE));
}

#[test]
fn what_a_file_says_does_not_steer_the_terminal() {
    let site = Site::plain().file("data/executions/2026-01-27.csv", "exec_id\u{1b}[2J,time\nx,y\n");
    let said = on_a_terminal(&site, "$TR check", false);
    assert!(said.contains("unreadable") && !said.contains("\u{1b}[2J"), "{said:?}");
}
