//! What docs/proof.md says to do when a computer, a seed or an authority is gone.

use crate::authority::Authority;
use crate::support::Site;

const NOTE: [&str; 7] = ["annotate", "new", "--symbol", "MTUM", "--side", "buy", "--thesis"];

fn noted(site: &Site, thesis: &str) {
    site.ok(&[&NOTE[..], &[thesis]].concat());
}

/// The same files elsewhere, as a backup brings them.
fn moved(site: &Site) -> Site {
    let other = Site::demo();
    for below in ["data", "content"] {
        std::fs::remove_dir_all(other.path(below)).unwrap();
        for entry in walkdir::WalkDir::new(site.path(below)).into_iter().map(Result::unwrap) {
            let path = other.path(entry.path().strip_prefix(site.path("")).unwrap().to_str().unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(path).unwrap();
            } else {
                std::fs::copy(entry.path(), path).unwrap();
            }
        }
    }
    other
}

#[test]
fn on_another_computer_the_log_goes_on_where_it_stood() {
    let site = crate::proof::built();
    let log = site.read("data/proof/log");
    let other = moved(&site);
    noted(&other, "It goes on.");
    let longer = other.read("data/proof/log");
    assert!(longer.starts_with(&log) && longer.lines().count() == log.lines().count() + 1);
    other.ok(&["build"]);
    other.ok(&["verify"]);
    let file = other.path("opened.json").to_str().unwrap().to_owned();
    other.ok(&["proof", "open", "--from", "2022-07-01", "--to", "2022-07-05", "--out", &file]);
    other.ok(&["verify", "--opened", &file]);
}

#[test]
fn without_its_seed_a_log_stays_good_and_another_one_is_begun() {
    let site = crate::proof::built();
    std::fs::remove_file(site.path("data/proof/private/seed")).unwrap();
    let said = site.run(&[&NOTE[..], &["It goes on."]].concat());
    assert!(said.code == 1 && said.err.contains("the seed of the proof is not there"), "{}", said.shown());
    assert!(said.err.contains("docs/proof.md says what to do"), "{}", said.shown());
    // What was published is as good as it was.
    site.ok(&["build"]);
    site.ok(&["verify"]);
    assert!(site.refused(&["proof", "init"]).contains("begun only once"));
    let before = site.read("data/proof/log");
    std::fs::rename(site.path("data/proof"), site.path("the-first-log")).unwrap();
    site.ok(&["proof", "init"]);
    site.ok(&["build"]);
    site.ok(&["verify"]);
    assert_ne!(site.read("data/proof/log").lines().next(), before.lines().next());
}

#[test]
fn the_stamps_of_an_authority_that_is_gone_stay_what_they_are() {
    let (Some(gone), Some(next)) = (Authority::new("Gone"), Authority::new("Next")) else { return };
    let site = crate::proof::built();
    let config = site.read("config/config.toml");
    let named = |authority: &Authority| {
        site.put("config/config.toml", format!("{config}\n[proof]\nauthorities = [{:?}]\n", authority.address));
    };
    let certificate = |name: &str, authority: &Authority| {
        site.put(&format!("data/proof/tsa/{name}.pem"), std::fs::read_to_string(authority.root()).unwrap());
    };
    named(&gone);
    certificate("gone", &gone);
    site.ok(&["proof", "stamp"]);
    named(&next);
    certificate("next", &next);
    noted(&site, "It goes on.");
    site.ok(&["build"]);
    let said = site.ok(&["verify", "--all"]);
    assert!(said.out.contains("2 time stamps") && said.out.contains("by Gone and Next"), "{}", said.shown());
    // Its certificate is needed as long as its stamps are.
    std::fs::remove_file(site.path("data/proof/tsa/gone.pem")).unwrap();
    site.ok(&["build"]);
    let said = site.run(&["verify", "--all"]);
    assert!(said.code == 1 && said.out.contains("is not signed by whom"), "{}", said.shown());
}
