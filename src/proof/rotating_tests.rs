use super::*;
use crate::build::testing::TestSite;
use crate::proof::testing::{deaths, now, published, signed};
use crate::proof::{Options, sign, verify};
use crate::record::store::crash;

fn rotated(site: &TestSite, own: Option<&str>, why: Why) -> Result<Recorded> {
    let own = own.map(|own| site.path(own));
    rotate(&site.dir(), &site.config(), own.as_deref(), why, now() + chrono::TimeDelta::days(1))
}

/// What is said of the key; otherwise what is wrong.
fn verified(site: &TestSite) -> Result<String, String> {
    let found = verify(&published(site).path().join("proof"), &Options::default()).unwrap();
    match found.broken {
        Some(broken) => Err(broken.what),
        None => Ok(found.checked.into_iter().filter(|what| what.contains("key")).collect::<Vec<_>>().join("; ")),
    }
}

fn newest(site: &TestSite) -> Entry {
    let log = site.read("data/proof/log");
    let name = &log.lines().last().unwrap()[66..];
    Entry::parse(site.read(&format!("data/proof/{name}")).as_bytes()).unwrap()
}

fn remove(site: &TestSite, names: &[&str]) {
    for name in names {
        std::fs::remove_file(site.path(&format!("data/proof/private/{name}"))).unwrap();
    }
}

#[test]
fn a_new_key_is_signed_by_the_old_one_and_signs_from_then_on() {
    let Some(site) = signed() else { return };
    rotated(&site, None, Why::Planned).unwrap();
    // The newest signature is the old key's still, over the lines before the new one.
    let said = verified(&site).unwrap();
    assert!(said.contains("exchanges the key (planned)"), "{said}");
    assert!(sign(&site.dir()).unwrap());
    let lines = site.read("data/proof/log").lines().count();
    assert!(verified(&site).unwrap().contains(&format!("the first {lines} lines are signed")));
    let signers = site.read("data/proof/allowed_signers");
    assert_eq!((signers.lines().count(), signers.matches("valid-before=\"20260129090000Z\"").count()), (2, 1));
    rotated(&site, None, Why::Planned).unwrap();
    assert!(sign(&site.dir()).unwrap());
    assert!(verified(&site).is_ok());
}

#[test]
fn who_has_lost_his_key_goes_on_with_the_one_that_the_log_has_named() {
    let Some(site) = signed() else { return };
    remove(&site, &["key", "key.pub"]);
    std::fs::rename(site.path("data/proof/private/key-2"), site.path("elsewhere")).unwrap();
    std::fs::rename(site.path("data/proof/private/key-2.pub"), site.path("elsewhere.pub")).unwrap();
    let refused = rotated(&site, None, Why::Planned).unwrap_err();
    assert!(refused.message().contains("the key that signs the log is not there"), "{refused}");
    assert!(!site.path("data/proof/private/key-2").exists(), "a key in place of the one that was named");
    let refused = rotated(&site, None, Why::Lost).unwrap_err();
    assert!(refused.message().contains("named next is not there"), "{refused}");
    rotated(&site, Some("elsewhere"), Why::Lost).unwrap();
    assert_eq!(newest(&site).text("reason"), Some("lost"));
    assert!(sign(&site.dir()).unwrap());
    assert!(verified(&site).unwrap().contains("exchanges the key (lost)"));
    // Both are lost: any other key is refused.
    remove(&site, &["key-3", "key-3.pub"]);
    std::fs::remove_file(site.path("elsewhere")).unwrap();
    new_key(&site.dir(), 9).unwrap();
    let refused = rotated(&site, Some("data/proof/private/key-9"), Why::Lost).unwrap_err();
    assert!(refused.message().contains("whose digest the log has named"), "{refused}");
}

#[test]
fn a_thief_with_the_old_key_signs_nothing_after_it_was_exchanged_and_cannot_take_over_unseen() {
    let Some(site) = signed() else { return };
    let stolen = site.path("data/stolen");
    std::fs::copy(site.path("data/proof/private/key"), &stolen).unwrap();
    rotated(&site, None, Why::Stolen).unwrap();
    assert!(sign(&site.dir()).unwrap());
    assert!(verified(&site).unwrap().contains("exchanges the key (stolen)"));
    let log = site.read("data/proof/log");
    let path = format!("data/proof/stamps/{}.sig", log.lines().count());
    let by_thief = signing::signature(&stolen, NAMESPACE, log.as_bytes()).unwrap();
    std::fs::write(site.path(&path), by_thief).unwrap();
    assert!(verified(&site).unwrap_err().contains("is no signature over the lines"));
}

#[test]
fn a_key_that_neither_the_one_before_nor_the_log_allows_breaks_the_proof() {
    let Some(site) = signed() else { return };
    let other = public_key(&new_key(&site.dir(), 9).unwrap()).unwrap();
    let before = newest(&site);
    let after = |more: &[(&str, &str)]| {
        let mut says = entry(&other, "x");
        says.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        may_follow(&before, &Entry(says)).unwrap()
    };
    assert!(after(&[]).unwrap_err().contains("has not signed it"));
    let sign = |key: &str, bytes: &str| {
        let path = site.path(&format!("data/proof/private/{key}"));
        String::from_utf8(signing::signature(&path, OF_KEYS, bytes.as_bytes()).unwrap()).unwrap()
    };
    const FIELD: &str = "signed_by_the_one_before";
    assert_eq!(after(&[(FIELD, &sign("key", &other))]), Ok(()));
    assert!(after(&[(FIELD, &sign("key-9", &other))]).is_err(), "it has signed itself");
    assert!(after(&[(FIELD, &sign("key", "another key"))]).is_err());
    let of_log = signing::signature(&site.path("data/proof/private/key"), NAMESPACE, other.as_bytes()).unwrap();
    assert!(after(&[(FIELD, &String::from_utf8(of_log).unwrap())]).is_err(), "a signature for another use");
}

/// Runs in processes of their own, each of which ends at a later point of writing.
#[test]
fn death_at_any_point_of_an_exchange_leaves_the_old_key_or_the_new_one() {
    if let Some(folder) = crash::folder() {
        let dir = SiteDir::new(folder);
        let config = crate::config::load(&dir, []).unwrap();
        rotate(&dir, &config, None, Why::Planned, now() + chrono::TimeDelta::days(1)).unwrap();
        return;
    }
    let Some(begun) = signed() else { return };
    let old = begun.read("data/proof/log").lines().count();
    let name = "proof::rotating::tests::death_at_any_point_of_an_exchange_leaves_the_old_key_or_the_new_one";
    let deaths = deaths(
        name,
        || begun.copied(),
        |site, point| {
            // Whoever comes next finishes what was begun, or begins anew.
            crate::record::store::finish_interrupted(&site.dir()).unwrap();
            let lines = site.read("data/proof/log").lines().count();
            assert!(lines == old || lines == old + 1, "point {point}");
            let signers = site.read("data/proof/allowed_signers").lines().count();
            let signs = site.read("data/proof/private/key_path").trim_end().ends_with("key-2");
            assert_eq!((signers, signs), (1 + lines - old, lines > old), "point {point}");
            if lines == old {
                rotated(site, None, Why::Planned).unwrap();
            }
            assert!(sign(&site.dir()).unwrap(), "point {point}");
            assert!(verified(site).unwrap().contains("exchanges the key"), "point {point}");
        },
    );
    assert!(deaths > 5, "only {deaths} points");
}
