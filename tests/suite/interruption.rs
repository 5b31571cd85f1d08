//! Killed, crowded or out of room: the record stays whole.

use std::process::Stdio;
use std::time::Duration;

use crate::support::Site;

/// How many files are in the folders that an import fills one after another.
fn written(site: &Site) -> usize {
    let count = |below: &str| std::fs::read_dir(site.path(below)).map_or(0, Iterator::count);
    count("data/raw") + count("data/executions") + count("data/snapshots")
}

/// Every single point of a write is tried beside the store; this is the program itself, killed by the system.
#[test]
fn killed_after_some_files_a_second_run_gives_the_undisturbed_record() {
    let undisturbed = Site::plain();
    undisturbed.ok(&["import", "flex", "flex/year.xml", "flex/activity.xml"]);
    let expected = undisturbed.files("data");
    for files in [1, 2, 5, 50, 150, 250] {
        let site = Site::plain();
        let mut import = site.command(&["import", "flex", "flex/year.xml", "flex/activity.xml"]);
        let mut child = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while written(&site) < files && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(100));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(written(&site) >= files, "the import ended before it wrote {files} files");
        site.ok(&["import", "flex", "flex/year.xml", "flex/activity.xml"]);
        let mut found = site.files("data");
        // What a killed writer leaves beside its target is never read.
        found.retain(|name, _| !name.ends_with(".tmp"));
        assert_eq!(found, expected, "killed after {files} files");
    }
}

#[test]
fn two_imports_at_once_double_nothing() {
    let site = Site::plain();
    let start = || site.command(&["import", "flex", "flex/activity.xml"]).stdout(Stdio::null()).spawn().unwrap();
    let (mut one, mut two) = (start(), start());
    assert!(one.wait().unwrap().success() && two.wait().unwrap().success());
    assert_eq!(site.ok(&["stats", "--json"]).json()["trades"]["executions"], 3);
    let rows = site.read("data/executions/2025-06-02.csv");
    assert_eq!(rows.lines().count(), 3, "{rows}");
}

#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_leaves_what_was_there() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let before = site.files("data");
    // No file may grow beyond a kilobyte: the year's statement cannot be archived.
    let program = env!("CARGO_BIN_EXE_trackrecord");
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {program} --root {} import flex flex/year.xml",
        site.path("").display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(crate::support::fixture(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write the file") && said.contains("next: "), "{said}");
    assert_eq!(site.files("data"), before);
}

#[test]
fn a_signal_first_finishes_what_a_killed_writer_had_begun() {
    let site = Site::demo();
    site.put("data/.commit", r#"{"written": [], "removed": []}"#);
    site.ok(&["signal", "--as-of", "2022-06-30"]);
    assert!(!site.path("data/.commit").exists());
}

/// A build makes files that did not change a second name of the old ones: slowed there, it leaves time for another build.
#[test]
#[cfg(target_os = "linux")]
fn two_builds_at_once_mix_nothing() {
    use sha2::{Digest, Sha256};
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    site.ok(&["build"]);
    site.put("content/about.md", "# About\n\nOther words.\n");
    let build = site.command(&["build", "--base-url", "https://a.example/x/"]);
    let mut slowed = std::process::Command::new("strace");
    slowed.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=linkat", "-e", "inject=linkat:delay_enter=50000"]);
    slowed.arg(build.get_program()).args(build.get_args()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut first) = slowed.spawn() else {
        eprintln!("skipped: strace cannot be run");
        return;
    };
    let is_begun = |site: &Site| {
        let names = std::fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        names.into_iter().any(|name| name.to_string_lossy().starts_with(".public-"))
    };
    while !is_begun(&site) && first.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    site.ok(&["build", "--base-url", "https://b.example/y/"]);
    assert!(first.wait().unwrap().success());
    let files = site.files("public");
    let manifest = site.read("public/.trackrecord-manifest");
    for (digest, name) in manifest.lines().filter_map(|line| line.split_once("  ")) {
        let found: String = Sha256::digest(&files[name]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, digest, "{name} is not what the manifest says");
    }
    let names = |address: &str| {
        let holds = |content: &&Vec<u8>| String::from_utf8_lossy(content).contains(address);
        files.values().filter(holds).count()
    };
    assert_eq!((names("a.example") > 0, names("b.example") > 0), (false, true), "the second build came last");
}
