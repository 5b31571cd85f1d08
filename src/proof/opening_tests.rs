use std::path::PathBuf;

use super::*;
use crate::build::testing::TestSite;
use crate::proof::testing::{begun, now, published};
use crate::proof::{Options, Verified, verify};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const ALL: Wish = Wish { from: NaiveDate::MIN, to: NaiveDate::MAX, field: None };

fn opened(site: &TestSite, wish: Wish) -> (PathBuf, Opened) {
    let target = site.path("for-the-auditor.json");
    let opened = open(&site.dir(), &site.config(), wish, &target, now()).unwrap();
    (target, opened)
}

/// What an auditor finds who has the published proof and a file.
fn audited(site: &TestSite, opened: PathBuf, statements: Vec<PathBuf>) -> Verified {
    let folder = published(site);
    verify(&folder.path().join("proof"), &Options { opened: Some(opened), statements, ..Options::default() }).unwrap()
}

#[test]
fn an_auditor_sees_that_values_are_those_committed_to_and_that_days_close() {
    let site = begun();
    let (path, opened) = opened(&site, ALL);
    assert!(opened.values > 100 && opened.remarks.is_empty(), "{opened:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let found = audited(&site, path, Vec::new());
    assert_eq!(found.broken, None);
    for what in [
        "opened values are those",
        "positions add up",
        "cash adds up",
        "the recorded index follows from net values and flows (",
    ] {
        assert!(
            found.checked.iter().any(|said| said.contains(what)),
            "{what}: {:?} {:?}",
            found.checked,
            found.unchecked
        );
    }
}

#[test]
fn another_value_or_salt_than_was_committed_to_is_named() {
    let site = begun();
    let (path, _) = opened(&site, ALL);
    let good = std::fs::read_to_string(&path).unwrap();
    let (_, rest) = good.split_once("\"name\":\"nav\"").unwrap();
    let value = rest.split("\"value\":\"").nth(1).unwrap().split('"').next().unwrap();
    std::fs::write(&path, good.replacen(&format!("\"value\":\"{value}\""), "\"value\":\"1000000\"", 1)).unwrap();
    let broken = audited(&site, path, Vec::new()).broken.unwrap();
    assert!(
        broken.what.contains("nav of ") && broken.what.contains("is not the value that was committed to"),
        "{broken:?}"
    );
}

#[test]
fn only_what_is_wished_is_opened() {
    let site = begun();
    let wish = Wish { from: date("2022-07-01"), to: date("2022-07-05"), field: Some("nav") };
    let (path, opened) = opened(&site, wish);
    assert_eq!(opened.values, 2, "two sessions");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("-day-2022-07-01.json") && !text.contains("\"cash\"") && !text.contains("2022-07-06"));
    let refused = |wish, target: &str| {
        open(&site.dir(), &site.config(), wish, &site.path(target), now()).unwrap_err().message().to_owned()
    };
    assert!(refused(Wish { field: Some("size"), ..wish }, "x.json").contains("nothing called `size`"));
    assert!(
        refused(Wish { from: date("2019-01-01"), to: date("2019-01-02"), ..wish }, "x.json")
            .contains("can be opened")
    );
    std::fs::create_dir_all(site.path("public")).unwrap();
    assert!(refused(wish, "public/x.json").contains("must not be where it is published"));
    std::fs::create_dir_all(site.path("static/more")).unwrap();
    assert!(refused(wish, "static/more/x.json").contains("must not be where it is published"));
}

#[test]
fn a_value_that_is_another_one_by_now_is_said_to_be_lost() {
    let site = begun();
    let path = "data/snapshots/2022-07-15.json";
    let text = site.read(path);
    let snapshot: serde_json::Value = serde_json::from_str(&text).unwrap();
    let nav = snapshot["net_liquidation"].as_str().unwrap();
    site.write(path, &text.replace(&format!("\"{nav}\""), "\"123456.78\""));
    let (_, opened) = opened(&site, Wish { field: Some("nav"), ..ALL });
    assert_eq!(opened.remarks.len(), 1);
    assert!(opened.remarks[0].contains("-day-2022-07-15.json cannot be opened"), "{opened:?}");
}
