use std::time::Duration;

use super::asking::tests::{Peer, QUICK, good, http};
use super::*;
use crate::build::testing::TestSite;
use crate::proof::log::Kind;
use crate::proof::testing::{begun, deaths, now, published};
use crate::proof::{files_to_publish, init, record};
use crate::record::store::crash;

fn site(peers: &[&Peer]) -> TestSite {
    let site = begun();
    let addresses: Vec<&str> = peers.iter().map(|peer| peer.address.as_str()).collect();
    let config = site.read("config/config.toml");
    site.write("config/config.toml", &format!("{config}\n[proof]\nauthorities = {addresses:?}\n"));
    site
}

fn stamped(site: &TestSite) -> Stamped {
    stamp_with(&site.dir(), &site.config(), now(), QUICK).unwrap()
}

fn stamps(site: &TestSite) -> Vec<String> {
    let folder = std::fs::read_dir(site.path("data/proof/stamps")).into_iter().flatten();
    let mut names: Vec<String> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn both_authorities_stamp_the_log_once_and_are_published() {
    let (a, b) = (Peer::honest("A", now()), Peer::honest("B", now()));
    let site = site(&[&a, &b]);
    let done = stamped(&site);
    assert_eq!(done.failures, Vec::<String>::new());
    assert_eq!(done.by, [("A".to_owned(), now()), ("B".to_owned(), now())]);
    let lines = done.lines;
    assert_eq!(stamps(&site), [format!("{lines}.a.tsr"), format!("{lines}.b.tsr")]);
    assert_eq!(stamped(&site), Stamped { lines, ..Stamped::default() });
    assert_eq!((a.asked(), b.asked()), (1, 1));
    site.write("data/proof/tsa/a.pem", "-----BEGIN CERTIFICATE-----\n");
    let published = files_to_publish(&site.dir(), &site.config()).unwrap().unwrap();
    for path in
        [format!("proof/stamps/{lines}.a.tsr"), format!("proof/stamps/{lines}.b.tsr"), "proof/tsa/a.pem".to_owned()]
    {
        assert!(published.files.contains_key(&path), "{path}");
    }
    assert!(published.files.keys().all(|path| !path.contains("private") && !path.contains("asked")));
    assert_eq!(published.stamps.first(lines), Some(now()));
    assert_eq!(published.stamps.by(lines, std::iter::empty(), now() + chrono::TimeDelta::seconds(1)), 2);
}

#[test]
fn who_fails_is_named_and_asked_again_and_the_other_counts_at_once() {
    let (a, mute) = (Peer::honest("A", now()), Peer::new(|_, _| Vec::new()));
    let site = site(&[&a, &mute]);
    let done = stamped(&site);
    assert_eq!(done.by.len(), 1);
    let host = mute.address.strip_prefix("http://").unwrap();
    assert_eq!(done.failures, [format!("{host} did not stamp the log: no answer in time")]);
    assert_eq!(stamps(&site), [format!("{}.a.tsr", done.lines)]);
    stamped(&site);
    assert_eq!((a.asked(), mute.asked()), (1, 2));
}

#[test]
fn a_log_that_was_not_stamped_is_covered_by_the_next_stamp() {
    let later = now() + chrono::TimeDelta::days(3);
    let peer = Peer::new(move |digest, nonce| http(&good(digest, nonce, "A", later)));
    let site = site(&[&peer]);
    assert!(stamped(&site).failures[0].contains("clock"));
    let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
    site.write("content/trades/n1.md", note);
    let recorded = record(&site.dir(), &site.config(), later).unwrap().unwrap();
    assert_eq!((recorded.new, recorded.intentions), (1, 1));
    let done = stamp_with(&site.dir(), &site.config(), later, QUICK).unwrap();
    assert_eq!(done.lines, recorded.entries);
    let published = files_to_publish(&site.dir(), &site.config()).unwrap().unwrap();
    assert_eq!(published.stamps.first(1).unwrap(), later);
    let thesis = published.timings.entries.iter().find(|dated| dated.kind == Kind::Thesis).unwrap();
    assert_eq!(thesis.stamped.unwrap(), later);
}

#[test]
fn nothing_is_asked_where_nobody_is_named_or_nothing_is_recorded() {
    let peer = Peer::honest("A", now());
    let unnamed = site(&[]);
    assert_eq!(stamped(&unnamed), Stamped::default());
    let named = site(&[&peer]);
    std::fs::remove_dir_all(named.path("data/proof")).unwrap();
    assert_eq!((stamped(&named), peer.asked()), (Stamped::default(), 0));
}

#[test]
fn a_stamp_that_was_exchanged_is_not_published() {
    let peer = Peer::honest("A", now());
    let site = site(&[&peer]);
    let lines = stamped(&site).lines;
    let path = format!("data/proof/stamps/{lines}.a.tsr");
    std::fs::rename(site.path(&path), site.path(&format!("data/proof/stamps/{}.a.tsr", lines - 1))).unwrap();
    let error = files_to_publish(&site.dir(), &site.config()).unwrap_err();
    assert!(error.message().contains("over other bytes") && error.next_step().unwrap().contains("remove"), "{error}");
}

/// Runs in processes of their own, each of which ends at a later point of writing.
#[test]
fn death_at_any_point_of_stamping_leaves_whole_stamps_or_none() {
    if let Some(folder) = crash::folder() {
        let dir = SiteDir::new(folder);
        let config = crate::config::load(&dir, []).unwrap();
        stamp_with(&dir, &config, now(), Manners { limit: Duration::from_secs(5), ..QUICK }).unwrap();
        return;
    }
    let (a, b) = (Peer::honest("A", now()), Peer::honest("B", now()));
    let begun = site(&[&a, &b]);
    let name = "proof::stamping::tests::death_at_any_point_of_stamping_leaves_whole_stamps_or_none";
    let deaths = deaths(
        name,
        || begun.copied(),
        |site, point| {
            let log = site.read("data/proof/log");
            let done = stamped(site);
            assert!(done.failures.is_empty(), "point {point}: {:?}", done.failures);
            let published = files_to_publish(&site.dir(), &site.config()).unwrap().unwrap();
            assert_eq!(published.stamps.all().len(), 2, "point {point}");
            assert_eq!(site.read("data/proof/log"), log);
        },
    );
    assert!(deaths > 5, "only {deaths} points");
}

#[test]
fn what_is_held_back_is_stamped_at_once_and_proves_its_hour_when_it_is_opened() {
    let written: DateTime<Utc> = "2022-07-28T15:00:00Z".parse().unwrap();
    let site = TestSite::new();
    site.replace("config/config.toml", "[privacy]", "[privacy]\ndelay_days = 2");
    let days = ["2022-07-27", "2022-07-28", "2022-07-29"].map(|day| format!("data/snapshots/{day}.json"));
    let later = days.map(|path| (site.read(&path), path));
    later.iter().for_each(|(_, path)| std::fs::remove_file(site.path(path)).unwrap());
    let later_on = |hour: &str| format!("2026-01-28T{hour}:00:00Z").parse::<DateTime<Utc>>().unwrap();
    init(&site.dir(), &site.config(), later_on("08")).unwrap();
    let peer = Peer::honest("A", written);
    let config = site.read("config/config.toml");
    site.write("config/config.toml", &format!("{config}\n[proof]\nauthorities = [{:?}]\n", peer.address));
    site.write("content/trades/n1.md", &NOTE.replace("07-29T20:30", "07-28T14:59"));
    let recorded = record(&site.dir(), &site.config(), later_on("09")).unwrap().unwrap();
    assert_eq!((recorded.new, recorded.intentions), (0, 1), "it is to be stamped at once: {recorded:?}");
    let stamped = || {
        let mut stamped = Stamped::default();
        waiting::stamp(&site.dir(), &site.config(), written, QUICK, &mut stamped).unwrap();
        stamped
    };
    let done = stamped();
    assert!(done.held_back.len() == 1 && done.failures.is_empty(), "{done:?}");
    assert_eq!(stamped(), Stamped::default());
    let paths = || -> Vec<String> {
        let published = files_to_publish(&site.dir(), &site.config()).unwrap().unwrap();
        published.files.into_keys().filter(|path| path.contains("stamps/items")).collect()
    };
    for (text, path) in &later {
        assert_eq!(paths(), Vec::<String>::new(), "a stamp would tell that there is something");
        site.write(path, text);
        record(&site.dir(), &site.config(), later_on("10")).unwrap();
    }
    // Two days later that of the 27th is open; the thesis is of the 28th.
    assert_eq!(paths(), Vec::<String>::new());
    site.replace("config/config.toml", "delay_days = 2", "delay_days = 1");
    record(&site.dir(), &site.config(), later_on("11")).unwrap();
    assert!(!paths().is_empty());
    let known = files_to_publish(&site.dir(), &site.config()).unwrap().unwrap();
    let thesis = &known.told.theses["n1"];
    assert!(thesis.file.contains("-sealed-2022-07-28.json"), "{thesis:?}");
    assert_eq!(known.first_stamp(thesis), Some(written));
    assert_eq!((known.stamped_by(thesis, written), known.stamped_by(thesis, later_on("10"))), (0, 1));
    let folder = published(&site);
    let verified = crate::proof::verify(folder.path(), &crate::proof::Options::default()).unwrap();
    assert_eq!(verified.broken, None);
    let said = verified.checked.join("\n");
    assert!(said.contains("; stamped by themselves on their date or before: 1"), "{said}");
    let of = paths().pop().unwrap();
    let other = of.replace(&of["proof/stamps/items/".len()..][..4], "0000");
    std::fs::rename(folder.path().join(of), folder.path().join(other)).unwrap();
    let broken = crate::proof::verify(folder.path(), &crate::proof::Options::default()).unwrap().broken.unwrap();
    assert!(broken.what.contains("stamps something else than its name says"), "{broken:?}");
}

const NOTE: &str = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nside = \"BUY\"\nthesis = \"It rises.\"\n+++\n";
