use super::*;
use crate::build::testing::TestSite;
use crate::proof::stamping::token::answer_of;
use crate::proof::stamps::file_of;
use crate::proof::testing::{begun, deaths, now, published};
use crate::proof::{Options, init, verify};
use crate::record::store::crash;

/// A site whose log is stamped.
fn site() -> TestSite {
    let site = begun();
    stamp(&site, "20260128090000Z");
    site
}

fn stamp(site: &TestSite, time: &str) {
    let log = site.read("data/proof/log");
    let folder = site.path("data/proof/stamps");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file_of(log.lines().count(), 0)), answer_of(log.as_bytes(), time, "A")).unwrap();
}

fn renewed(site: &TestSite, days: i64, in_any_case: bool) -> Option<usize> {
    let recorded = renew(&site.dir(), &site.config(), now() + TimeDelta::days(days), in_any_case).unwrap();
    recorded.map(|recorded| recorded.new)
}

#[test]
fn stamps_are_listed_once_a_year_and_in_between_where_that_is_wanted() {
    let site = site();
    assert_eq!(renewed(&site, 364, false), None);
    assert_eq!(renewed(&site, 365, false), Some(1));
    assert!(site.read("data/proof/log").lines().last().unwrap().ends_with("-renew-2027-01-28.json"));
    assert_eq!((renewed(&site, 365, false), renewed(&site, 800, true)), (None, None), "there is no stamp since");
    stamp(&site, "20270128090000Z");
    assert_eq!((renewed(&site, 365, true), renewed(&site, 400, false)), (None, None), "once a day, and once a year");
    assert_eq!(renewed(&site, 400, true), Some(1));
}

#[test]
fn nothing_is_listed_of_a_log_that_nobody_has_stamped() {
    let site = TestSite::new();
    assert_eq!(renewed(&site, 800, true), None);
    init(&site.dir(), &site.config(), now()).unwrap();
    assert_eq!(renewed(&site, 800, true), None);
}

#[test]
fn a_stamp_that_is_another_one_than_was_listed_breaks_the_proof() {
    let site = site();
    assert_eq!(renewed(&site, 365, false), Some(1));
    let folder = published(&site);
    let broken = || verify(&folder.path().join("proof"), &Options::default()).unwrap().broken;
    assert_eq!(broken(), None);
    let log = site.read("data/proof/log");
    let lines = log.lines().count() - 1;
    let start: String = log.split_inclusive('\n').take(lines).collect();
    let path = folder.path().join("proof/stamps").join(file_of(lines, 0));
    // Over the same lines, of an earlier time: what somebody could forge who has broken an old key.
    std::fs::write(&path, answer_of(start.as_bytes(), "20250128090000Z", "A")).unwrap();
    let found = broken().unwrap();
    assert!(found.what.contains("is not there as it was") && found.line == Some(lines + 1), "{found:?}");
    std::fs::remove_file(&path).unwrap();
    assert!(broken().unwrap().what.contains("is not there as it was"));
}

/// Runs in processes of their own, each of which ends at a later point of writing.
#[test]
fn death_at_any_point_of_renewing_leaves_all_stamps_listed_or_none() {
    let in_a_year = now() + TimeDelta::days(365);
    if let Some(folder) = crash::folder() {
        let dir = SiteDir::new(folder);
        renew(&dir, &crate::config::load(&dir, []).unwrap(), in_a_year, false).unwrap();
        return;
    }
    let stamped = site();
    let old = stamped.read("data/proof/log");
    let whole = stamped.copied();
    assert_eq!(renewed(&whole, 365, false), Some(1));
    let wanted = whole.read("data/proof/log");
    let name = "proof::renewing::tests::death_at_any_point_of_renewing_leaves_all_stamps_listed_or_none";
    let deaths = deaths(
        name,
        || stamped.copied(),
        |site, point| {
            let log = site.read("data/proof/log");
            assert!(log == old || log == wanted, "point {point}");
            let again = renewed(site, 365, false);
            assert!(again.is_none_or(|new| new == 1), "point {point}");
            assert_eq!(site.read("data/proof/log"), wanted, "point {point}");
            let broken = verify(&published(site).path().join("proof"), &Options::default()).unwrap().broken;
            assert_eq!(broken, None, "point {point}");
        },
    );
    assert!(deaths > 5, "only {deaths} points");
}
