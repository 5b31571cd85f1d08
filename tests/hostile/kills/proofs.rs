//! What is done to a proof: its keys, its stamps, and what is opened of it to one reader.

use std::path::Path;
use std::process::Command;

use super::seen::{begun, files};
use super::trials::{CONFIG, short, write};
use super::{Trial, run};
use crate::authority::Authority;

/// Commands that must succeed.
fn after(root: &Path, commands: &[&[&str]]) {
    for arguments in commands {
        let said = run(root, &arguments.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    }
}

/// A record whose log has been begun.
fn with_log(root: &Path) {
    short(root);
    after(root, &[&["proof", "init"]]);
}

/// The same where an authority stamps.
fn with_authority(root: &Path, authority: &Authority) {
    with_log(root);
    write(root, "config/config.toml", &format!("{CONFIG}[proof]\nauthorities = [\"{}\"]\n", authority.address));
    write(root, "data/proof/tsa/0.pem", &std::fs::read_to_string(authority.root()).unwrap());
}

pub fn trials() -> Vec<Trial> {
    let days = ["--from", "2025-06-02", "--to", "2025-06-05", "--out", "ROOT/opened.json"];
    let open = [&["proof", "open"][..], &days].concat();
    let mut trials = vec![Trial::seen("proof open", files, true, &open, with_log)];
    if Command::new("ssh-keygen").arg("-?").output().is_ok() {
        trials.push(Trial::seen("proof key", begun, true, &["proof", "key"], with_log));
        let keyed = |root: &Path| {
            with_log(root);
            after(root, &[&["proof", "key"]]);
        };
        trials.push(Trial::seen("proof rotate", begun, false, &["proof", "rotate"], keyed));
    }
    if let Some(authority) = Authority::new("First") {
        let stamp = |root: &Path| with_authority(root, &authority);
        trials.push(Trial::seen("proof stamp", begun, true, &["proof", "stamp"], stamp));
        let renew = |root: &Path| {
            with_authority(root, &authority);
            after(root, &[&["proof", "stamp"]]);
        };
        trials.push(Trial::seen("proof renew", begun, true, &["proof", "renew"], renew));
    }
    trials
}
