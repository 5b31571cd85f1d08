use std::fs;

use chrono::NaiveDate;

use super::*;
use crate::build::edits::append;
use crate::build::memory::Memory;
use crate::build::testing::TestSite;
use crate::build::{Options, build};

fn today() -> NaiveDate {
    "2100-01-01".parse().unwrap()
}

fn built(site: &TestSite) {
    build(&site.dir(), &site.config(), today(), &Options::default()).unwrap();
}

/// What a build finds kept.
fn found(site: &TestSite) -> Option<(HeldRecord, Figures)> {
    let (dir, config, public) = (site.dir(), site.config(), site.path("public"));
    let memory = Memory::open(&dir, &config, today(), &Options::default(), &public).unwrap();
    memory.figures().read(&dir, &config)
}

#[test]
fn figures_are_kept_as_long_as_nothing_changes_that_they_are_computed_from() {
    let site = TestSite::new();
    assert!(found(&site).is_none());
    built(&site);
    let computed =
        Figures::of(HeldRecord::load(&site.dir(), &site.config(), today()).record(), &site.config()).unwrap();
    let (held, kept) = found(&site).unwrap();
    assert!(*kept.publication == *computed.publication);
    assert!(held.record().snapshots.is_empty());

    append(&site, "content/about.md", "\nAnother word.\n");
    let (_, kept) = found(&site).unwrap();
    assert!(*kept.publication != *computed.publication, "it has the new word");
    let note = "+++\nid = \"x\"\nsymbol = \"MTUM\"\ncreated_at = 2022-06-03T09:00:00Z\n+++\n";
    for changes in [
        ("content/trades/another.md", note),
        ("config/local.toml", "[analysis]\nrisk_free = 0.01\n"),
        ("config/local.toml", "[flex]\ntoken = \"123456789012\"\n"),
        ("config/local.toml", "[site]\ninception = 2022-06-14\n"),
        ("config/local.toml", "[site]\nlocale = \"de\"\n"),
        ("data/cash.csv", "no,rows\n"),
    ] {
        let before = fs::read_to_string(site.path(changes.0)).ok();
        site.write(changes.0, changes.1);
        assert!(found(&site).is_none(), "{}", changes.0);
        match before {
            Some(before) => site.write(changes.0, &before),
            None => fs::remove_file(site.path(changes.0)).unwrap(),
        }
        assert!(found(&site).is_some(), "{}", changes.0);
    }
}

#[test]
fn figures_are_under_the_masthead_of_today_and_beside_the_pages_of_today() {
    let site = TestSite::new();
    built(&site);
    site.write("config/local.toml", "[site]\ntitle = \"Another\"\ndescription = \"D\"\n[ibkr]\nport = 1\n");
    site.write("content/extra.md", "A page.\n");
    let (_, kept) = found(&site).unwrap();
    let computed =
        Figures::of(HeldRecord::load(&site.dir(), &site.config(), today()).record(), &site.config()).unwrap();
    assert_eq!(kept.publication.facts.masthead.title, "Another");
    assert!(*kept.publication == *computed.publication);
}

#[test]
fn what_is_wrong_with_a_text_is_said_beside_what_is_wrong_with_data() {
    let site = TestSite::new();
    built(&site);
    append(&site, "content/about.md", "\n");
    assert!(found(&site).is_some());
    site.write("content/trades/broken.md", "+++\nid = 'x'\n+++\n");
    assert!(found(&site).is_none());
}

#[test]
fn a_file_that_was_cut_short_or_changed_is_as_good_as_nothing() {
    let site = TestSite::new();
    built(&site);
    let file = site.path(".cache/figures");
    let whole = fs::read(&file).unwrap();
    let public = |site: &TestSite| fs::read(site.path("public/index.html")).unwrap();
    let before = public(&site);
    let mut spoilt = whole.clone();
    let middle = spoilt.len() / 2;
    spoilt[middle] ^= 1;
    for bytes in [&whole[..whole.len() - 1], &whole[..70], b"", &spoilt] {
        fs::write(&file, bytes).unwrap();
        assert!(found(&site).is_none());
    }
    append(&site, "content/about.md", "\nAnother word.\n");
    built(&site);
    assert_eq!(public(&site), before);
    assert!(found(&site).is_some(), "it is made anew");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let site = TestSite::new();
    built(&site);
    assert_eq!(fs::metadata(site.path(".cache/figures")).unwrap().permissions().mode() & 0o777, 0o600);
}
