//! Publishing with a program of the owner's.

use std::path::Path;
use std::process::{Command, Stdio};

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
    let status = Command::new(&program)
        .args(words)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|cause| {
            Error::configuration(format!("cannot start `{program}`, which `[publish] command` names"))
                .because(cause)
                .hint("install it, or correct `[publish] command`")
        })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Error::network(format!("`{program}` ended with exit code {code}")).hint(hint)),
        None => Err(Error::network(format!("`{program}` was stopped before its end")).hint(hint)),
    }
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
