//! How fast a proof of ten years is. `just proof-speed` runs it, on an idle machine and optimized.

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};

use super::stamping::asking::tests::{Peer, QUICK};
use super::stamping::{stamp_with, token::answer_of};
use super::stamps::file_of;
use super::testing::published;
use super::{Options, init, verify};
use crate::build::testing::TestSite;
use crate::calendar::Exchange;

/// Whoever wrote down ten years, a valuation each session.
fn ten_years(now: DateTime<Utc>) -> TestSite {
    let site = TestSite::new();
    let exchange = Exchange::from_mic("XNYS").unwrap();
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut days: Vec<NaiveDate> = std::fs::read_dir(site.path("data/snapshots"))
        .unwrap()
        .map(|file| date(file.unwrap().file_name().to_str().unwrap().trim_end_matches(".json")))
        .collect();
    days.sort();
    let account: serde_json::Value =
        serde_json::from_str(&site.read(&format!("data/snapshots/{}.json", days[0]))).unwrap();
    // What came in before is there all the time.
    let first = days[0].to_string();
    let is_later = |row: &&str| row.split(',').nth(1).is_some_and(|date| date > first.as_str());
    let flows: String = site.read("data/flows.csv").lines().filter(is_later).map(|row| format!("{row}\n")).collect();
    site.write("data/flows.csv", &flows);
    for day in exchange.sessions_between(date("2012-07-31"), days[0]) {
        let mut snapshot = account.clone();
        snapshot["date"] = day.to_string().into();
        snapshot["as_of"] = format!("{day}T21:00:00Z").into();
        site.write(&format!("data/snapshots/{day}.json"), &snapshot.to_string());
    }
    let recorded = init(&site.dir(), &site.config(), now).unwrap();
    assert_eq!(recorded.remarks, Vec::<String>::new());
    site
}

/// Two stamps over each line, which is more than one each session.
fn stamps(site: &TestSite, folder: &std::path::Path) -> usize {
    let log = site.read("data/proof/log");
    let (mut start, mut count) = (String::new(), 0);
    for (at, line) in log.split_inclusive('\n').enumerate() {
        start.push_str(line);
        for (authority, name) in ["A", "B"].into_iter().enumerate() {
            let answer = answer_of(start.as_bytes(), "20260128090000Z", name);
            std::fs::write(folder.join(file_of(at + 1, authority)), answer).unwrap();
            count += 1;
        }
    }
    count
}

/// The median of some runs.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..9)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "it measures an optimized program on an idle machine: `just proof-speed`"]
fn ten_years_are_verified_in_300_ms_and_a_stamp_takes_50_ms() {
    let now: DateTime<Utc> = "2026-01-28T09:00:00Z".parse().unwrap();
    let site = ten_years(now);
    let peer = Peer::honest("A", now);
    let config = site.read("config/config.toml");
    site.write("config/config.toml", &format!("{config}\n[proof]\nauthorities = [{:?}]\n", peer.address));
    let stamping = median(|| {
        let done = stamp_with(&site.dir(), &site.config(), now, QUICK).unwrap();
        assert_eq!((done.by.len(), done.failures.len()), (1, 0));
        let file = site.path("data/proof/stamps").join(file_of(done.lines, 0));
        assert!(file.metadata().unwrap().len() < 20_000);
        std::fs::remove_file(file).unwrap();
    });
    let folder = published(&site);
    std::fs::create_dir_all(folder.path().join("proof/stamps")).unwrap();
    let stamps = stamps(&site, &folder.path().join("proof/stamps"));
    let mut entries = 0;
    let verifying = median(|| {
        let verified = verify(&folder.path().join("proof"), &Options::default()).unwrap();
        assert_eq!(verified.broken, None);
        entries = verified.entries;
    });
    assert!(entries > 2_520, "{entries} entries are no ten years");
    let said = format!(
        "{entries} entries, {stamps} stamps: verified in {verifying:?}; one stamp in {stamping:?}, without a network\n"
    );
    std::io::Write::write_all(&mut std::io::stdout(), said.as_bytes()).unwrap();
    assert!(verifying < Duration::from_millis(300), "verifying took {verifying:?}");
    assert!(stamping < Duration::from_millis(50), "a stamp took {stamping:?}");
}
