use std::path::Path;

use super::*;
use crate::build::testing::TestSite;
use crate::proof::testing::{deaths, now};
use crate::proof::{files_to_publish, status};
use crate::record::store::crash;

/// A site with a seed that is known.
fn site() -> TestSite {
    let site = TestSite::new();
    let seed: Seed = "5e".repeat(32).parse().unwrap();
    seed.write(&site.dir()).unwrap();
    site
}

fn begun() -> TestSite {
    let site = site();
    init(&site.dir(), &site.config(), now()).unwrap();
    site
}

fn again(site: &TestSite) -> Recorded {
    record(&site.dir(), &site.config(), now()).unwrap().unwrap()
}

fn stored(site: &TestSite) -> Stored {
    Stored::read(&site.dir()).unwrap().unwrap()
}

fn kinds(site: &TestSite) -> Vec<&'static str> {
    stored(site).log.lines().iter().map(|line| line.kind.as_str()).collect()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all =
        walkdir::WalkDir::new(folder).into_iter().map(|file| file.unwrap()).filter(|file| file.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    all.map(|file| (name(file.path()), std::fs::read(file.path()).unwrap())).collect()
}

#[test]
fn a_site_that_has_not_begun_records_nothing() {
    let site = TestSite::new();
    assert_eq!(record(&site.dir(), &site.config(), now()).unwrap(), None);
    assert!(!site.path("data/proof").exists());
    assert!(status(&site.dir(), &site.config(), now()).unwrap().is_none());
}

#[test]
fn a_log_begins_with_the_charter_and_holds_all_that_is_published() {
    let site = begun();
    let stored = stored(&site);
    let kinds = kinds(&site);
    assert_eq!(kinds[0], "charter");
    let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
    let publication =
        redact(&load::load(&site.dir(), &site.config(), last_possible_date(now())), &site.config()).unwrap();
    assert_eq!(count("day"), publication.days.len());
    assert!(count("trades") > 0 && count("book") > 0 && count("signal") > 0, "{kinds:?}");
    let (_, day) = stored.iter().find(|(line, _)| line.kind == Kind::Day).unwrap();
    let first = publication.days[0].index;
    assert_eq!(day.text("index").unwrap(), crate::publication::Published::get(first).to_string());
    assert_eq!(day.private().keys().copied().collect::<Vec<_>>(), ["account", "cash", "flows", "nav", "positions"]);
    assert!(init(&site.dir(), &site.config(), now()).unwrap_err().message().contains("already"));
}

#[test]
fn what_is_recorded_is_recorded_once_and_with_the_same_bytes() {
    let (one, two) = (begun(), begun());
    let before = files(&one.path("data/proof"));
    assert_eq!(before, files(&two.path("data/proof")));
    let recorded = again(&one);
    assert_eq!((recorded.new, recorded.remarks), (0, Vec::new()));
    assert_eq!(before, files(&one.path("data/proof")));
}

#[test]
fn a_commitment_opens_to_the_value_in_data() {
    let site = begun();
    let stored = stored(&site);
    let (line, day) = stored.iter().find(|(line, _)| line.kind == Kind::Day).unwrap();
    let snapshot: serde_json::Value =
        serde_json::from_str(&site.read(&format!("data/snapshots/{}.json", line.date))).unwrap();
    let nav = snapshot["net_liquidation"].as_str().unwrap();
    let seed = Seed::read(&site.dir()).unwrap();
    let salt = Salt::of(&seed, &line.file_name(), "nav");
    assert_eq!(day.private()["nav"], commitment(&salt, "nav", nav));
}

#[test]
fn what_comes_later_is_appended_and_no_byte_before_it_changes() {
    let site = site();
    let late: Vec<_> =
        files(&site.path("data/snapshots")).into_iter().filter(|(name, _)| name.as_str() >= "2022-07-15").collect();
    late.iter().for_each(|(name, _)| std::fs::remove_file(site.path("data/snapshots").join(name)).unwrap());
    init(&site.dir(), &site.config(), now()).unwrap();
    let before = files(&site.path("data/proof"));
    for (name, content) in &late {
        site.write(&format!("data/snapshots/{name}"), std::str::from_utf8(content).unwrap());
        assert!(again(&site).new > 0, "{name}");
    }
    let after = files(&site.path("data/proof"));
    assert!(after["log"].starts_with(&before["log"]));
    for (name, content) in before.iter().filter(|(name, _)| *name != "log") {
        assert_eq!(&after[name], content, "{name}");
    }
    let days = kinds(&site).iter().filter(|kind| **kind == "day").count();
    assert_eq!(days, files(&site.path("data/snapshots")).len());
}

#[test]
fn a_net_value_that_is_another_one_later_is_corrected_and_both_stay() {
    let site = begun();
    let path = "data/snapshots/2022-07-15.json";
    let text = site.read(path);
    let snapshot: serde_json::Value = serde_json::from_str(&text).unwrap();
    let nav = snapshot["net_liquidation"].as_str().unwrap();
    let more = nav.parse::<rust_decimal::Decimal>().unwrap() * rust_decimal::Decimal::new(1005, 3);
    site.write(path, &text.replace(&format!("\"{nav}\""), &format!("\"{}\"", more.round_dp(2))));
    let recorded = again(&site);
    assert!(recorded.new >= 1 && recorded.new == recorded.corrections, "{recorded:?}");
    assert_eq!(again(&site).new, 0, "a correction is made once");
    let stored = stored(&site);
    let (_, correction) = stored.iter().find(|(line, _)| line.kind == Kind::Correction).unwrap();
    let seq = usize::try_from(correction.number("corrects").unwrap()).unwrap();
    let corrected = stored.log.lines()[seq - 1];
    assert_eq!((corrected.kind, corrected.date.to_string().as_str()), (Kind::Day, "2022-07-15"));
    assert_ne!(correction.0["old"], correction.0["new"]);
    assert!(correction.private().contains_key("nav"));
}

#[test]
fn a_thesis_is_there_before_its_order_and_a_later_edit_is_said_to_be_one() {
    let site = begun();
    let note = |why: &str| {
        format!(
            "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nside = \"BUY\"\nthesis = \"{why}\"\n+++\n"
        )
    };
    site.write("content/trades/n1.md", &note("It rises."));
    assert_eq!(again(&site).new, 1);
    site.write("content/trades/n1.md", &note("It falls."));
    assert_eq!(again(&site).corrections, 1);
    let stored = stored(&site);
    let last: Vec<String> =
        stored.entries.iter().rev().take(2).map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(last[1].contains("\"kind\":\"thesis\"") && last[1].contains("It rises."));
    assert!(last[0].contains("edited afterwards") && last[0].contains("It falls."));
    std::fs::remove_file(site.path("content/trades/n1.md")).unwrap();
    assert_eq!(again(&site).corrections, 1);
    assert_eq!(again(&site).new, 0);
}

#[test]
fn what_would_show_an_amount_is_not_recorded_and_said() {
    let site = begun();
    let snapshot: serde_json::Value = serde_json::from_str(&site.read("data/snapshots/2022-07-15.json")).unwrap();
    let nav = snapshot["net_liquidation"].as_str().unwrap();
    site.write(
        "content/trades/n1.md",
        &format!("+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"I have {nav}\"\n+++\n"),
    );
    let recorded = again(&site);
    assert_eq!(recorded.new, 0);
    assert!(recorded.remarks[0].contains("thesis of 2022-07-29 was not recorded"), "{recorded:?}");
    assert!(!recorded.remarks[0].contains(nav));
}

#[test]
fn a_setting_of_the_charter_that_changes_is_amended() {
    let site = begun();
    site.replace("config/config.toml", "benchmark]", "benchmark] # as before");
    assert_eq!(again(&site).new, 0);
    let mut config = site.config();
    config.privacy.delay_days = 30;
    let recorded = record(&site.dir(), &config, now()).unwrap().unwrap();
    assert!(recorded.corrections >= 1, "{recorded:?}");
    let stored = stored(&site);
    let (_, amend) = stored.iter().find(|(line, _)| line.kind == Kind::Amend).unwrap();
    assert_eq!((amend.text("field"), &amend.0["new"]), (Some("delay_days"), &Value::Number(30)));
    assert_eq!(record(&site.dir(), &config, now()).unwrap().unwrap().new, 0);
}

#[test]
fn entries_are_as_fine_as_the_site_and_finer_ones_are_held_back_when_it_gets_coarser() {
    let site = begun();
    let mut config = site.config();
    config.privacy.precision = crate::config::PrivacyLevel::Monthly;
    let recorded = record(&site.dir(), &config, now()).unwrap().unwrap();
    // The charter says so; no figure of the finer level is "corrected".
    assert_eq!((recorded.new, recorded.corrections), (1, 1), "{recorded:?}");
    let published = files_to_publish(&site.dir(), &config).unwrap().unwrap();
    assert_eq!(published.held_back + 2, published.entries);
    let fresh = self::site();
    init(&fresh.dir(), &config, now()).unwrap();
    let stored = self::stored(&fresh);
    assert!(stored.iter().filter(|(line, _)| line.kind == Kind::Day).all(|(_, day)| day.text("index").is_none()));
    assert_eq!(files_to_publish(&fresh.dir(), &config).unwrap().unwrap().held_back, 0);
}

#[test]
fn no_private_value_stands_in_what_is_published() {
    let site = begun();
    let config = site.config();
    let record = load::load(&site.dir(), &config, last_possible_date(now()));
    let published = files_to_publish(&site.dir(), &config).unwrap().unwrap();
    assert_eq!(Secrets::of(&record, &config).search(&published.files), Vec::new());
    let seed = std::fs::read_to_string(site.dir().proof_seed()).unwrap();
    assert!(published.files.values().all(|file| !String::from_utf8_lossy(file).contains(seed.trim())));
    assert!(published.files.keys().all(|path| !path.contains("private")));
}

#[test]
fn a_log_or_an_entry_that_was_changed_stops_recording() {
    let site = begun();
    let entry = stored(&site).log.lines()[1].file_name();
    let path = format!("data/proof/entries/{entry}");
    let good = site.read(&path);
    site.write(&path, &good.replace("\"source\":\"demo\"", "\"source\":\"flex\""));
    let error = record(&site.dir(), &site.config(), now()).unwrap_err();
    assert!(error.message().contains("not the one that the log names"), "{error}");
    site.write(&path, &good);
    let log = site.read("data/proof/log");
    site.write("data/proof/log", &log.replacen("-day-", "-gap-", 1));
    assert!(record(&site.dir(), &site.config(), now()).is_err());
    site.write("data/proof/log", &log);
    std::fs::remove_file(site.dir().proof_seed()).unwrap();
    assert!(record(&site.dir(), &site.config(), now()).unwrap_err().message().contains("the seed"));
}

/// Runs in processes of their own, each of which ends at a later point of writing.
#[test]
fn death_at_any_point_of_writing_leaves_the_old_log_or_the_new_one() {
    if let Some(folder) = crash::folder() {
        let site = SiteDir::new(folder);
        let config = crate::config::load(&site, []).unwrap();
        record(&site, &config, now()).unwrap();
        return;
    }
    let begun = begun();
    let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
    let other = note.replace("n1", "n2");
    begun.write("content/trades/n1.md", note);
    begun.write("content/trades/n2.md", &other);
    let old = begun.read("data/proof/log");
    let whole = begun.copied();
    assert_eq!(again(&whole).new, 2);
    let wanted = files(&whole.path("data/proof"));
    let name = "proof::recording::tests::death_at_any_point_of_writing_leaves_the_old_log_or_the_new_one";
    let deaths = deaths(
        name,
        || begun.copied(),
        |site, point| {
            let log = site.read("data/proof/log");
            assert!(log == old || log.as_bytes() == wanted["log"], "point {point}");
            assert!(log == old || Stored::read(&site.dir()).unwrap().is_some());
            again(site);
            assert_eq!(files(&site.path("data/proof")), wanted, "point {point}");
        },
    );
    assert!(deaths > 10, "only {deaths} points");
}
