//! With authorities that `openssl` plays; where there is none, nothing is tested here.

use std::fs;

use chrono::{DateTime, Utc};

use super::super::{Options, Verified, verify};
use super::*;
use crate::build::testing::TestSite;
use crate::proof::stamping::token::answer_of;
use crate::proof::testing::published;
use crate::proof::{files_to_publish, init, record, stamp};

#[path = "../../../tests/support/authority.rs"]
#[allow(dead_code)]
mod authority;
use authority::Authority;

/// A site that is stamped now by these authorities.
fn site(authorities: &[&Authority]) -> TestSite {
    let site = TestSite::new();
    init(&site.dir(), &site.config(), Utc::now()).unwrap();
    let addresses: Vec<&str> = authorities.iter().map(|authority| authority.address.as_str()).collect();
    let config = site.read("config/config.toml");
    site.write("config/config.toml", &format!("{config}\n[proof]\nauthorities = {addresses:?}\n"));
    for (at, authority) in authorities.iter().enumerate() {
        site.write(&format!("data/proof/tsa/{at}.pem"), &fs::read_to_string(authority.root()).unwrap());
    }
    stamped(&site);
    site
}

fn stamped(site: &TestSite) {
    let done = stamp(&site.dir(), &site.config(), Utc::now()).unwrap();
    assert!(!done.by.is_empty() && done.failures.is_empty(), "{done:?}");
}

fn note(site: &TestSite, id: &str) {
    let note = format!(
        "+++\nid = \"{id}\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n"
    );
    site.write(&format!("content/trades/{id}.md"), &note);
    assert_eq!(record(&site.dir(), &site.config(), Utc::now()).unwrap().unwrap().new, 1);
}

fn verified(folder: &Path, every_stamp: bool) -> Verified {
    verify(&folder.join("proof"), &Options { every_stamp, ..Options::default() }).unwrap()
}

fn is_said(sentences: &[String], what: &str) -> bool {
    sentences.iter().any(|sentence| sentence.contains(what))
}

#[test]
fn stamps_of_two_authorities_are_read_and_their_signatures_checked() {
    let (Some(a), Some(b)) = (Authority::new("First"), Authority::new("Second")) else { return };
    let site = site(&[&a, &b]);
    let found = verified(published(&site).path(), false);
    assert_eq!(found.broken, None);
    assert!(
        is_said(&found.checked, "2 time stamps, each over the lines that it names, by First and Second"),
        "{found:?}"
    );
    assert!(is_said(&found.checked, "2 time stamps are signed by whom the 2 certificates"), "{found:?}");
    assert!(is_said(&found.unchecked, "whether the certificates in tsa/ are those of the authorities"));
    assert!(!is_said(&found.unchecked, "when anything was recorded"));
    let days = found.timings.counts(Kind::Day);
    assert!(days.earlier > 30 && days.all() == days.earlier, "all of it is imported history: {days:?}");
}

#[test]
fn a_sample_is_checked_and_all_where_that_is_wanted() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    for at in 0..8 {
        note(&site, &format!("n{at}"));
        stamped(&site);
    }
    let folder = published(&site);
    let some = verified(folder.path(), false);
    assert!(is_said(&some.unchecked, "the signatures of 4 other time stamps: `--all`"), "{some:?}");
    let all = verified(folder.path(), true);
    assert!(is_said(&all.checked, "9 time stamps are signed") && !is_said(&all.unchecked, "other time stamps"));
    // One that nobody looks at in the sample is no signature at all.
    let log = site.read("data/proof/log");
    let lines = log.lines().count() - 7;
    let start: String = log.split_inclusive('\n').take(lines).collect();
    let forged = answer_of(start.as_bytes(), "20220801120000Z", "First");
    fs::write(folder.path().join(format!("proof/stamps/{lines}.a.tsr")), forged).unwrap();
    assert_eq!(verified(folder.path(), false).broken, None);
    let broken = verified(folder.path(), true).broken.unwrap();
    assert!(broken.what.contains("is not signed by whom") && broken.line == Some(lines), "{broken:?}");
}

#[test]
fn a_token_for_other_bytes_or_of_somebody_else_breaks_the_proof() {
    let (Some(a), Some(b)) = (Authority::new("First"), Authority::new("Second")) else { return };
    let site = site(&[&a]);
    let log = site.read("data/proof/log");
    let lines = log.lines().count();
    let folder = published(&site);
    let path = |lines: usize| folder.path().join(format!("proof/stamps/{lines}.a.tsr"));
    let good = fs::read(path(lines)).unwrap();
    let broken = || verified(folder.path(), false).broken.expect("it is broken").what;
    // Dated back: a token that was made for more lines stands under fewer.
    fs::write(path(lines - 1), &good).unwrap();
    assert!(broken().contains("is over other bytes"), "{}", broken());
    fs::remove_file(path(lines - 1)).unwrap();
    // Cut off and gone on with: the stamp is over more than there is.
    fs::rename(path(lines), path(lines + 1)).unwrap();
    assert!(broken().contains(&format!("and the log has {lines}")), "{}", broken());
    fs::remove_file(path(lines + 1)).unwrap();
    // The right bytes, and an authority for which no certificate vouches.
    let nonce = crate::proof::stamping::token::Nonce::of([3; 8]);
    let request = crate::proof::stamping::token::request(Digest::of(log.as_bytes()), nonce);
    fs::write(path(lines), b.reply(&request)).unwrap();
    assert!(broken().contains("unable to get local issuer certificate"), "{}", broken());
    // Dated back by hand, the signature does not hold.
    let start =
        good.windows(15).position(|part| part[14] == b'Z' && part[..14].iter().all(u8::is_ascii_digit)).unwrap();
    let mut dated = good.clone();
    dated[start + 3] -= 1;
    fs::write(path(lines), &dated).unwrap();
    assert!(broken().contains("is not signed by whom"), "{}", broken());
    fs::write(path(lines), &good).unwrap();
    assert_eq!(verified(folder.path(), true).broken, None);
    fs::write(folder.path().join("proof/stamps/newest.tsr"), &good).unwrap();
    assert!(broken().contains("stamps/newest.tsr is no stamp"), "{}", broken());
}

#[test]
fn a_log_that_is_cut_off_and_gone_on_with_is_stamped_late() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    let first = published(&site);
    let entries = verified(first.path(), false).entries;
    // Everything is begun anew, with the same record; the old stamps do not fit, and the new ones are of now.
    let config = site.config();
    fs::rename(site.path("data/proof"), site.path("data/before")).unwrap();
    init(&site.dir(), &config, "2022-06-01T00:00:00Z".parse().unwrap()).unwrap();
    fs::create_dir_all(site.path("data/proof/stamps")).unwrap();
    fs::rename(site.path("data/before/tsa"), site.path("data/proof/tsa")).unwrap();
    fs::copy(
        site.path(&format!("data/before/stamps/{entries}.a.tsr")),
        site.path(&format!("data/proof/stamps/{entries}.a.tsr")),
    )
    .unwrap();
    assert!(files_to_publish(&site.dir(), &config).is_err());
    fs::remove_dir_all(site.path("data/proof/stamps")).unwrap();
    record(&site.dir(), &config, Utc::now()).unwrap();
    let before: DateTime<Utc> = Utc::now();
    stamped(&site);
    let found = verified(published(&site).path(), true);
    assert_eq!(found.broken, None);
    let days = found.timings.counts(Kind::Day);
    assert!(days.on_time == 0 && days.late > 30, "{days:?}");
    assert!(
        found.timings.entries.iter().all(|dated| dated.stamped.unwrap() >= before - chrono::TimeDelta::seconds(1))
    );
}

#[test]
fn what_cannot_be_checked_is_said() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    note(&site, "n1");
    fs::remove_dir_all(site.path("data/proof/tsa")).unwrap();
    let found = verified(published(&site).path(), false);
    assert_eq!(found.broken, None);
    assert!(is_said(&found.unchecked, "tsa/ has no certificate"), "{found:?}");
    assert!(is_said(&found.unchecked, "no time stamp is over the last 1 yet"), "{found:?}");
}

#[test]
fn an_answer_for_which_no_certificate_vouches_is_not_kept() {
    let (Some(a), Some(b)) = (Authority::new("First"), Authority::new("Second")) else { return };
    let site = site(&[&a]);
    let config = site.read("config/config.toml").replace(&a.address, &b.address);
    site.write("config/config.toml", &config);
    note(&site, "n1");
    let refused = stamp(&site.dir(), &site.config(), Utc::now()).unwrap();
    assert!(
        refused.by.is_empty() && refused.failures[0].contains("unable to get local issuer certificate"),
        "{refused:?}"
    );
    site.write("data/proof/tsa/b.pem", &fs::read_to_string(b.root()).unwrap());
    stamped(&site);
    assert_eq!(verified(published(&site).path(), true).broken, None);
}

#[test]
fn a_certificate_that_has_expired_since_held_when_it_stamped() {
    let end = (Utc::now() + chrono::TimeDelta::seconds(6)).format("%Y%m%d%H%M%SZ").to_string();
    let Some(a) = Authority::until("First", &end) else { return };
    let site = site(&[&a]);
    std::thread::sleep(std::time::Duration::from_secs(7));
    let found = verified(published(&site).path(), false);
    assert_eq!(found.broken, None);
    assert!(is_said(&found.checked, "1 of them by certificates that have expired since"), "{found:?}");
}
