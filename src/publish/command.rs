//! Publishing with a program of the owner's.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::interrupt;

/// Runs the program with the folder of the site in place of `{public}`. What it writes goes to standard error.
///
/// # Errors
/// It cannot be started, or says by its exit code that it failed.
pub fn run(command: &[String], public: &Path, root: &Path) -> Result<()> {
    let public = std::path::absolute(public).map_err(|cause| Error::io("find", public, cause))?;
    let public = public.to_string_lossy();
    let mut words = command.iter().map(|word| word.replace("{public}", &public));
    let Some(program) = words.next() else { return Ok(()) };
    let hint = "correct `[publish] command`, or run it by hand to see more";
    interrupt::listen_for_a_moment();
    let mut child = Command::new(&program)
        .args(words)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()))
        .spawn()
        .map_err(|cause| {
            Error::configuration(format!("cannot start `{program}`, which `[publish] command` names"))
                .because(cause)
                .hint("install it, or correct `[publish] command`")
        })?;
    let status = wait(&mut child, &program)?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Error::network(format!("`{program}` ended with exit code {code}")).hint(hint)),
        None => Err(Error::network(format!("`{program}` was stopped before its end")).hint(hint)),
    }
}

/// Waits for the program's end, and ends it if this one is asked to stop.
fn wait(child: &mut Child, program: &str) -> Result<ExitStatus> {
    let failed = |cause| Error::internal(format!("cannot wait for `{program}`")).because(cause);
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok(status);
        }
        if interrupt::is_asked() {
            stop(child);
            return Err(Error::internal(format!("`{program}` was stopped, as asked"))
                .hint("what it had sent by then may be there already; publish again to send all of it"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks the program and those that it has started to end, as they may have something to put in order, and ends them if they
/// do not.
fn stop(child: &mut Child) {
    if cfg!(unix) {
        let family = family(child.id(), &processes());
        signal("-TERM", &family);
        let start = Instant::now();
        let is_running = |child: &mut Child| {
            matches!(child.try_wait(), Ok(None)) || processes().iter().any(|process| family.contains(&process.id))
        };
        while start.elapsed() < Duration::from_secs(1) && is_running(child) {
            std::thread::sleep(Duration::from_millis(20));
        }
        signal("-KILL", &family);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Sends a signal. Where there is nothing to send it with, the program alone is ended, and at once.
fn signal(name: &str, processes: &BTreeSet<u32>) {
    let ids = processes.iter().map(u32::to_string);
    let _ = Command::new("sh").args(["-c", "kill \"$@\" 2>/dev/null", "kill", name]).args(ids).status();
}

/// A process, and the one that has started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
}

/// Everything that runs; nothing where the system has no `ps`. A group of their own would tell the family of a program from
/// others too, but then it could not ask for a password.
fn processes() -> Vec<Process> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).stderr(Stdio::null()).output();
    let text = listed.map(|listed| String::from_utf8_lossy(&listed.stdout).into_owned()).unwrap_or_default();
    text.lines().filter_map(running).collect()
}

fn running(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let process = Process { id: words.next()?.parse().ok()?, parent: words.next()?.parse().ok()? };
    // What has ended and is not taken leave of by its parent is listed still.
    words.next().filter(|state| !state.starts_with('Z')).map(|_| process)
}

/// A process with all that it and its children have started.
fn family(first: u32, processes: &[Process]) -> BTreeSet<u32> {
    let mut family = BTreeSet::from([first]);
    loop {
        let before = family.len();
        let children = processes.iter().filter(|process| family.contains(&process.parent)).map(|process| process.id);
        let children: Vec<u32> = children.collect();
        family.extend(children);
        if family.len() == before {
            return family;
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn run_in(folder: &Path, command: &[&str]) -> Result<()> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        run(&command, &folder.join("a b"), folder)
    }

    #[test]
    fn the_folder_is_put_in_as_one_word_and_no_shell_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a b")).unwrap();
        std::fs::write(folder.path().join("a b/x"), "1").unwrap();
        run_in(folder.path(), &["cp", "-r", "{public}/.", "$HOME"]).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("$HOME/x")).unwrap(), "1");
    }

    #[test]
    fn a_family_is_what_was_started_by_one_of_it() {
        let lines = ["  7 1 Ss", " 9 8 S", " 8 7 R+", "10 7 Z", "11 2 S", "x", "12"];
        let processes: Vec<Process> = lines.into_iter().filter_map(running).collect();
        assert_eq!(processes.len(), 4);
        assert_eq!(family(7, &processes), BTreeSet::from([7, 8, 9]));
        assert_eq!(family(6, &[]), BTreeSet::from([6]));
    }

    #[test]
    fn what_the_program_has_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let script = "trap '' TERM; sh -c 'sleep 600 & echo $! > grandchild; wait'";
        let mut child = Command::new("sh").args(["-c", script]).current_dir(folder.path()).spawn().unwrap();
        let grandchild =
            || std::fs::read_to_string(folder.path().join("grandchild")).ok()?.trim().parse::<u32>().ok();
        while grandchild().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let is_running = |id: u32| processes().iter().any(|process| process.id == id);
        assert!(is_running(grandchild().unwrap()));
        stop(&mut child);
        let start = Instant::now();
        while is_running(grandchild().unwrap()) && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!is_running(grandchild().unwrap()) && !is_running(child.id()));
    }

    #[test]
    fn a_program_that_fails_or_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let said = |command: &[&str]| run_in(folder.path(), command).unwrap_err().to_string();
        assert!(said(&["false", "{public}"]).contains("`false` ended with exit code 1"));
        assert!(said(&["no-such-program", "{public}"]).contains("cannot start `no-such-program`"));
    }
}
