//! Sessions and closes of stock exchanges beside those of a library that no one here wrote.

use std::collections::BTreeMap;
use std::process::Command;

use trackrecord::calendar::Exchange;

const EXCHANGES: [&str; 9] = ["XNYS", "XLON", "XETR", "XPAR", "XAMS", "XBRU", "XLIS", "XSWX", "XTKS"];

#[test]
fn every_session_and_close_is_that_of_exchange_calendars() {
    let Some(python) = std::env::var_os("TRACKRECORD_PYTHON") else {
        eprintln!("skipped: TRACKRECORD_PYTHON names no Python that has exchange_calendars");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/sessions.py");
    let output = Command::new(python).arg(script).args(EXCHANGES).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut theirs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in printed.lines() {
        let (mic, session) = line.split_once(' ').unwrap();
        theirs.entry(mic).or_default().push(session);
    }
    for mic in EXCHANGES {
        let exchange = Exchange::from_mic(mic).unwrap();
        let all = exchange.sessions("2005-01-01".parse().unwrap()..="2028-12-31".parse().unwrap());
        let ours: Vec<String> = all
            .map(|date| format!("{date} {}", exchange.close(date).unwrap().format("%Y-%m-%dT%H:%M:%SZ")))
            .collect();
        let (theirs, total) = (&theirs[mic], ours.len());
        let differences: Vec<_> = ours
            .iter()
            .map(String::as_str)
            .filter(|session| !theirs.contains(session))
            .chain(theirs.iter().copied().filter(|session| !ours.iter().any(|own| own == session)))
            .collect();
        assert!(differences.is_empty() && total > 5_800, "{mic}: {differences:?} of {total}");
    }
}
