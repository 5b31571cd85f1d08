//! Publishing with a program of the owner's.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::interrupt::was_asked;
use crate::error::{Error, Result};

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
        if was_asked() {
            stop(child);
            return Err(Error::internal(format!("`{program}` was stopped, as asked"))
                .hint("what it had sent by then may be there already; publish again to send all of it"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks the program to end, as it may have something to put in order, and ends it if it does not.
fn stop(child: &mut Child) {
    if cfg!(unix) {
        // If there is nothing to ask it with, it is ended at once.
        let _ = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &child.id().to_string()]).status();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1) && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
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
    fn a_program_that_fails_or_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let said = |command: &[&str]| run_in(folder.path(), command).unwrap_err().to_string();
        assert!(said(&["false", "{public}"]).contains("`false` ended with exit code 1"));
        assert!(said(&["no-such-program", "{public}"]).contains("cannot start `no-such-program`"));
    }
}
