//! What kept git from talking to a remote, by what it says, with the next step.

use crate::error::Error;

/// What git's words mean, by what they hold. The first that fits counts.
pub fn explained(doing: &str, remote: &str, words: &str) -> Error {
    let lower = words.to_lowercase();
    let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    let error = if says(NO_NETWORK) {
        Error::network(format!("cannot reach {remote}"))
            .hint("look at the network and at the address, then publish again")
    } else if says(NO_HOST_KEY) {
        Error::refused(format!("SSH does not know the server of {remote}"))
            .hint("connect once by hand (`ssh -T git@github.com`) and compare its fingerprint")
    } else if says(NO_LOG_IN) {
        Error::refused(format!("{remote} does not accept the log-in"))
            .hint("log in so that `git ls-remote` with this address works without a question: `gh auth login`, a credential helper, or an SSH key")
    } else if says(NO_REPOSITORY) {
        Error::configuration(format!("there is no git repository at {remote}, or not for this log-in"))
            .hint("make it first, or correct `--remote` or `[publish] remote`")
    } else {
        Error::network(format!("cannot {doing} {remote}")).hint("git says why; then publish again")
    };
    let last: Vec<&str> = words.lines().filter(|line| !line.starts_with("hint:")).collect();
    let start = last.len().saturating_sub(12);
    let last = last.get(start..).unwrap_or_default().join("\n");
    if last.is_empty() { error } else { error.because(format!("git: {last}")) }
}

const NO_NETWORK: &[&str] = &[
    "could not resolve",
    "network is unreachable",
    "failed to connect",
    "couldn't connect",
    "could not connect",
    "unable to connect",
    "connection refused",
    "connection timed out",
    "operation timed out",
    "no route to host",
    "name or service not known",
    "temporary failure in name resolution",
];

const NO_HOST_KEY: &[&str] = &["host key verification failed"];

const NO_LOG_IN: &[&str] = &[
    "authentication failed",
    "could not read username",
    "could not read password",
    "terminal prompts disabled",
    "permission denied",
    "returned error: 401",
    "returned error: 403",
    "access denied",
    "invalid credentials",
];

const NO_REPOSITORY: &[&str] = &[
    "does not appear to be a git repository",
    "repository not found",
    "not a git repository",
    "does not exist",
    "not found",
    "not valid: is this a git repository",
    "no such file or directory",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_git_says_is_put_into_a_next_step() {
        let kind = |words: &str| explained("look at", "https://h/r", words).kind();
        assert_eq!(kind("fatal: unable to access 'x': Could not resolve host: h"), ErrorKind::Network);
        assert_eq!(
            kind("fatal: could not read Username for 'https://h': terminal prompts disabled"),
            ErrorKind::Refused
        );
        assert_eq!(
            kind("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository."),
            ErrorKind::Refused
        );
        assert_eq!(
            kind("remote: Repository not found.\nfatal: repository 'https://h/r/' not found"),
            ErrorKind::Configuration
        );
        assert_eq!(kind("fatal: '/x' does not appear to be a git repository"), ErrorKind::Configuration);
        assert_eq!(kind("fatal: the remote end hung up"), ErrorKind::Network);
        let error = explained("look at", "https://h/r", "one\nhint: long\nfatal: two");
        assert_eq!(error.causes(), ["git: one\nfatal: two"]);
    }
}
