use std::path::Path;

use super::*;
use crate::build::testing::TestSite;
use crate::proof::testing::{deaths, now, published};
use crate::proof::verify::{Verified, verify};
use crate::proof::{Options, Recorded, Wish, init, open, record, status};
use crate::record::store::crash;

/// The last valuation of the record is of 29 July 2022.
const DELAY: &str = "delay_days = 20";
const NOTE: &str = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nside = \"BUY\"\nthesis = \"It rises.\"\n+++\n";

/// A site with a delay whose last five days come later; those are given.
fn begun(delay: &str) -> (TestSite, Vec<(String, String)>) {
    let site = TestSite::new();
    site.replace("config/config.toml", "[privacy]", &format!("[privacy]\n{delay}"));
    let seed: Seed = "5e".repeat(32).parse().unwrap();
    seed.write(&site.dir()).unwrap();
    let mut days: Vec<String> = std::fs::read_dir(site.path("data/snapshots"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    days.sort();
    let later: Vec<(String, String)> = days
        .split_off(days.len() - 5)
        .into_iter()
        .map(|name| {
            let path = format!("data/snapshots/{name}");
            let text = site.read(&path);
            std::fs::remove_file(site.path(&path)).unwrap();
            (path, text)
        })
        .collect();
    init(&site.dir(), &site.config(), now()).unwrap();
    (site, later)
}

fn again(site: &TestSite) -> Recorded {
    let recorded = record(&site.dir(), &site.config(), now()).unwrap().unwrap();
    assert_eq!(recorded.remarks, Vec::<String>::new());
    recorded
}

fn stored(site: &TestSite) -> Stored {
    Stored::read(&site.dir()).unwrap().unwrap()
}

fn sealed(site: &TestSite) -> Vec<(Line, Entry)> {
    let stored = stored(site);
    stored.iter().filter(|(line, _)| line.kind == Kind::Sealed).map(|(line, entry)| (*line, entry.clone())).collect()
}

fn verified(folder: &Path) -> Verified {
    verify(&folder.join("proof"), &Options::default()).unwrap()
}

fn says(verified: &Verified, what: &str) -> bool {
    verified.checked.iter().chain(&verified.unchecked).any(|said| said.contains(what))
}

#[test]
fn one_entry_is_sealed_for_each_session_whatever_it_holds() {
    let (site, later) = begun(DELAY);
    let at_first = sealed(&site).len();
    assert!(at_first > 10, "{at_first}");
    for (at, (path, text)) in later.iter().enumerate() {
        site.write(path, text);
        again(&site);
        assert_eq!(sealed(&site).len(), at_first + at + 1);
    }
    let all = sealed(&site);
    assert!(
        all.iter().any(|(_, entry)| items(entry).is_empty()) && all.iter().any(|(_, entry)| !items(entry).is_empty())
    );
    assert!(all.iter().all(|(_, entry)| entry.private().keys().eq(["cash", "fills", "positions"].iter())));
    let folder = published(&site);
    let found = verified(folder.path());
    assert_eq!(found.broken, None);
    assert!(
        found.sealed > 0 && says(&found, "each session that was held back when it was recorded is sealed"),
        "{found:?}"
    );
    assert_eq!(again(&site).new, 0);
}

#[test]
fn a_thesis_that_is_held_back_waits_leaves_no_line_and_is_sealed_with_its_session() {
    let (site, later) = begun(DELAY);
    let before = site.read("data/proof/log");
    let others = again(&site).waiting;
    site.write("content/trades/n1.md", NOTE);
    let recorded = again(&site);
    assert_eq!((recorded.new, recorded.waiting), (0, others + 1));
    assert_eq!(site.read("data/proof/log"), before, "its presence tells nothing");
    let waiting = waiting(&site.dir()).unwrap();
    let digest = waiting.iter().find(|item| item.key() == "thesis n1").unwrap().digest();
    assert_eq!(status(&site.dir(), &site.config(), now()).unwrap().unwrap().next.new, 0);
    assert_eq!(again(&site).waiting, others + 1);
    // Another version of it waits beside the first one.
    site.write("content/trades/n1.md", &NOTE.replace("It rises.", "It falls."));
    assert_eq!(again(&site).waiting, others + 2);
    later.iter().for_each(|(path, text)| site.write(path, text));
    again(&site);
    // What is dated ahead of the newest session waits on.
    assert!(super::waiting(&site.dir()).unwrap().iter().all(|item| item.kind == Kind::Signal));
    let held: Vec<Item> = sealed(&site).iter().flat_map(|(_, entry)| items(entry)).collect();
    let theses: Vec<&Item> =
        held.iter().filter(|item| item.kind == Kind::Thesis && item.key() == "thesis n1").collect();
    assert_eq!(theses.len(), 2);
    assert!(theses.iter().any(|item| item.digest() == digest), "what was stamped is what is sealed");
    let (line, entry) = sealed(&site).pop().unwrap();
    let text = String::from_utf8(entry.to_bytes()).unwrap();
    assert_eq!(line.date.to_string(), "2022-07-29");
    assert!(text.contains(&theses[0].text()), "its bytes stand so in the entry");
    let folder = published(&site);
    let all = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .map(Result::unwrap)
        .filter(|file| file.file_type().is_file());
    for file in all {
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(
            !text.contains("It rises.") && !text.contains("It falls.") && !text.contains("\"n1\""),
            "{:?}",
            file.path()
        );
    }
}

#[test]
fn what_is_held_back_changes_nothing_but_digests() {
    let lines = |site: &TestSite| -> Vec<String> {
        site.read("data/proof/log").lines().map(|line| line[64..].to_owned()).collect()
    };
    let (one, later) = begun(DELAY);
    let (other, _) = begun(DELAY);
    other.write("content/trades/n1.md", NOTE);
    again(&other);
    for (path, text) in &later {
        for site in [&one, &other] {
            site.write(path, text);
            again(site);
        }
    }
    assert_eq!(lines(&one), lines(&other));
    assert_ne!(one.read("data/proof/log"), other.read("data/proof/log"));
    let (one, other) = (published(&one), published(&other));
    let shape = |folder: &tempfile::TempDir| -> BTreeMap<String, Option<Fields>> {
        let files = walkdir::WalkDir::new(folder.path()).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = files.filter(|file| file.file_type().is_file());
        let content = |path: &Path| {
            let mut fields = Entry::parse(&std::fs::read(path).unwrap()).ok()?.0;
            fields.remove("prev");
            Some(fields)
        };
        files.map(|file| (file.file_name().to_str().unwrap().to_owned(), content(file.path()))).collect()
    };
    assert_eq!(shape(&one), shape(&other));
}

#[test]
fn a_sealed_entry_is_not_found_by_guessing_what_it_holds() {
    let (site, later) = begun(DELAY);
    later.iter().for_each(|(path, text)| site.write(path, text));
    again(&site);
    let (line, entry) = sealed(&site).pop().unwrap();
    assert_eq!(Digest::of(&entry.to_bytes()), line.digest);
    // Whoever knows every word of it, and all but the nonce.
    let mut guess = entry.clone();
    let mut with = |nonce: String| {
        guess.0.insert("nonce".to_owned(), nonce.into());
        Digest::of(&guess.to_bytes()) == line.digest
    };
    let guesses: u32 = std::env::var("TRACKRECORD_GUESSES").map_or(20_000, |count| count.parse().unwrap());
    assert!((0..guesses).all(|number| !with(format!("{number:032x}"))), "one of {guesses}");
    let others: Vec<String> =
        stored(&site).entries.iter().filter_map(|(entry, _)| entry.text("nonce").map(str::to_owned)).collect();
    assert_eq!(others.into_iter().filter(|nonce| with(nonce.clone())).count(), 1, "its own");
}

#[test]
fn what_is_sealed_is_opened_when_the_delay_of_its_charter_is_over() {
    let (site, later) = begun("delay_days = 3");
    site.write("content/trades/n1.md", &NOTE.replace("07-29T", "07-25T"));
    again(&site);
    for (path, text) in &later {
        site.write(path, text);
        again(&site);
    }
    let folder = published(&site);
    let found = verified(folder.path());
    assert_eq!((found.broken.clone(), found.sealed), (None, 3), "{found:?}");
    assert!(says(&found, "theses that name a side"), "{found:?}");
    let opened = sealed(&site).into_iter().find(|(line, _)| line.date.to_string() == "2022-07-25").unwrap();
    let path = folder.path().join("proof/entries").join(opened.0.file_name());
    assert!(std::fs::read_to_string(&path).unwrap().contains("It rises."));
    std::fs::remove_file(path).unwrap();
    let broken = verified(folder.path()).broken.unwrap();
    assert_eq!(broken.line, Some(opened.0.seq));
    assert!(broken.what.contains("is not opened, and the delay"), "{broken:?}");
}

#[test]
fn what_is_opened_to_an_auditor_before_its_delay_is_over_is_checked_when_it_is() {
    let (site, later) = begun("delay_days = 3");
    later.iter().for_each(|(path, text)| site.write(path, text));
    again(&site);
    let target = site.path("for-the-auditor.json");
    let wish = Wish { from: NaiveDate::MIN, to: NaiveDate::MAX, field: None };
    let opened = open(&site.dir(), &site.config(), wish, &target, now()).unwrap();
    let audited = || {
        let folder = published(&site);
        let options = Options { opened: Some(target.clone()), ..Options::default() };
        verify(&folder.path().join("proof"), &options).unwrap()
    };
    let found = audited();
    assert_eq!(found.broken, None);
    assert!(says(&found, "9 opened values of entries that are sealed until their delay is over"), "{found:?}");
    assert!(says(&found, &format!("{} opened values are those that were committed to", opened.values - 9)));
    // The same file, when the delay is over.
    site.replace("config/config.toml", "delay_days = 3", "delay_days = 0");
    again(&site);
    let found = audited();
    assert_eq!(found.broken, None);
    assert!(says(&found, &format!("{} opened values are those that were committed to", opened.values)));
    assert!(!says(&found, "whose entries are sealed"), "{found:?}");
}

#[test]
fn a_delay_that_is_longer_later_does_not_keep_shut_what_was_promised() {
    let (site, later) = begun("delay_days = 3");
    site.replace("config/config.toml", "delay_days = 3", "delay_days = 30");
    later.iter().for_each(|(path, text)| site.write(path, text));
    again(&site);
    let terms: Vec<Opening> =
        openings(stored(&site).iter().map(|(line, entry)| (line, Some(entry)))).into_values().collect();
    assert!(terms.contains(&Opening::Due) && terms.contains(&Opening::NotYet), "{terms:?}");
    assert_eq!(verified(published(&site).path()).broken, None);
    // Without a delay everything may be opened, and nothing has to be before its time.
    site.replace("config/config.toml", "delay_days = 30", "delay_days = 0");
    again(&site);
    let terms: Vec<Opening> =
        openings(stored(&site).iter().map(|(line, entry)| (line, Some(entry)))).into_values().collect();
    assert!(terms.contains(&Opening::Allowed) && !terms.contains(&Opening::NotYet), "{terms:?}");
    let found = verified(published(&site).path());
    assert_eq!((found.broken, found.sealed), (None, 0));
}

#[test]
fn a_session_that_was_left_out_is_missed_and_so_is_another_text_than_was_sealed() {
    let (site, later) = begun("delay_days = 3");
    later.iter().for_each(|(path, text)| site.write(path, text));
    again(&site);
    let log = stored(&site).log;
    let last = log.lines().iter().rposition(|line| line.kind == Kind::Sealed).unwrap();
    let folder = published(&site);
    let cut: String = log.text().split_inclusive('\n').take(last).collect();
    std::fs::write(folder.path().join("proof/log"), cut).unwrap();
    let broken = verified(folder.path()).broken.unwrap();
    assert!(broken.what.contains("nothing is sealed of it"), "{broken:?}");
}

#[test]
fn by_the_month_a_session_is_opened_when_its_month_may_be_shown() {
    let terms = Terms { delay_days: 5, by_month: true };
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let are_over = |terms: Terms, dates: &[&str]| {
        terms.are_over(date("2026-01-12"), Newest::of(dates.iter().map(|text| date(text))))
    };
    // The site is one of the last month that has ended, and five days before its end January is not over in January alone.
    assert!(!are_over(terms, &["2026-01-12", "2026-01-30", "2026-02-06", "2026-02-27"]));
    assert!(are_over(terms, &["2026-01-12", "2026-01-30", "2026-02-27", "2026-03-02"]));
    let by_day = Terms { by_month: false, ..terms };
    assert!(!are_over(by_day, &["2026-01-16"]) && are_over(by_day, &["2026-01-17", "2026-01-12"]));
    assert!(
        by_day.hold(date("2026-01-12"), date("2026-01-16")) && !by_day.hold(date("2026-01-12"), date("2026-01-17"))
    );
    assert!(!Terms::default().hold(date("2026-01-12"), date("2026-01-12")));
}

/// Runs in processes of their own, each of which ends at a later point of writing.
#[test]
fn death_at_any_point_of_sealing_loses_nothing_that_waits() {
    if let Some(folder) = crash::folder() {
        let site = SiteDir::new(folder);
        let config = crate::config::load(&site, []).unwrap();
        record(&site, &config, now()).unwrap();
        return;
    }
    let (begun, later) = begun(DELAY);
    begun.write("content/trades/n1.md", NOTE);
    again(&begun);
    let (path, text) = later.last().unwrap();
    begun.write(path, text);
    let old = begun.read("data/proof/log");
    let whole = begun.copied();
    again(&whole);
    let wanted = whole.read("data/proof/log");
    let held: Vec<Item> = sealed(&whole).iter().flat_map(|(_, entry)| items(entry)).collect();
    assert!(held.iter().any(|item| item.key() == "thesis n1"));
    let name = "proof::sealed::tests::death_at_any_point_of_sealing_loses_nothing_that_waits";
    let deaths = deaths(
        name,
        || begun.copied(),
        |site, point| {
            let log = site.read("data/proof/log");
            assert!(log == old || log == wanted, "point {point}");
            again(site);
            assert_eq!(site.read("data/proof/log"), wanted, "point {point}");
            assert_eq!(waiting(&site.dir()).unwrap(), waiting(&whole.dir()).unwrap(), "point {point}");
        },
    );
    assert!(deaths > 5, "only {deaths} points");
}
