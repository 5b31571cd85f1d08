//! Being stopped: whatever was started ends too, and nothing temporary stays.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{CONFIG, record, said};
use crate::repository::executable;
use crate::support::Site;

/// Something that `publish` has started, and that would go on for some seconds.
struct Started {
    site: Site,
    folder: tempfile::TempDir,
    child: Child,
}

impl Started {
    /// Publishes with a program that says when it begins and whether it came to its end. `program` is what runs it.
    fn new(site: Site, arguments: &[&str], before: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (began, went_on) = (folder.path().join("began"), folder.path().join("went-on"));
        let script = format!(
            "#!/bin/sh\ntouch {}\nsleep 6 >/dev/null 2>&1\ntouch {}\nexit 1\n",
            began.display(),
            went_on.display()
        );
        for name in ["git", "uploader"] {
            executable(&folder.path().join(name), &script);
        }
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let inner = site.command(&[&["publish"], arguments].concat());
        let words = std::iter::once(inner.get_program()).chain(inner.get_args());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{before} exec \"$@\""), "sh"]).args(words).env("PATH", path);
        command.env("TMPDIR", folder.path().join("tmp")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let start = Instant::now();
        while !began.exists() {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(300));
        Self { site, folder, child }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("sh").args(["-c", "kill -\"$1\" \"$0\"", &id, name]).status();
        assert!(status.unwrap().success());
    }
}

#[test]
fn every_signal_that_asks_to_stop_stops_git_and_the_owners_program_too() {
    let git = || Started::new(record(CONFIG), &["--remote", "/x"], "");
    let uploader = || {
        let config = format!("{CONFIG}[publish]\ncommand = [\"uploader\", \"{{public}}\"]\n");
        Started::new(record(&config), &[], "")
    };
    let runs: [(&str, &dyn Fn() -> Started); 4] = [("INT", &git), ("TERM", &git), ("HUP", &git), ("TERM", &uploader)];
    let mut folders = Vec::new();
    for (name, begin) in runs {
        // One after the other: on a busy machine the first would end by itself before the last has begun.
        let run = begin();
        run.signal(name);
        let start = Instant::now();
        let Started { site, folder, child } = run;
        let said = said(&child.wait_with_output().unwrap());
        assert!(said.code == 1 && said.err.contains("was stopped, as asked"), "{name}: {}", said.shown());
        assert!(start.elapsed() < Duration::from_secs(3), "{name}");
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0, "{name}");
        folders.push((name, site, folder));
    }
    std::thread::sleep(Duration::from_secs(7));
    for (name, _site, folder) in folders {
        assert!(!folder.path().join("went-on").exists(), "{name}");
    }
}

#[test]
fn whoever_is_to_ignore_the_end_of_the_terminal_does() {
    let run = Started::new(record(CONFIG), &["--remote", "/x"], "trap '' HUP;");
    run.signal("HUP");
    let Started { folder, child, .. } = run;
    let said = said(&child.wait_with_output().unwrap());
    assert!(said.code == 1 && !said.err.contains("as asked"), "{}", said.shown());
    assert!(folder.path().join("went-on").exists());
}
