use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::edits::{KINDS, append, edit};
use super::session::{Changed, Rebuilt, Session, Settings, When};
use super::testing::TestSite;
use super::{Options, build};
use crate::Result;
use crate::site::Files;

fn today() -> NaiveDate {
    "2100-01-01".parse().unwrap()
}

fn open(site: &TestSite) -> Session {
    Session::open(site.dir(), [], Settings::default())
}

fn rebuilt(session: &mut Session, when: When) -> Result<Rebuilt> {
    session.rebuild(today(), Changed::Unknown, when)
}

/// What a build from nothing writes, or its error.
fn fresh(site: &TestSite) -> Result<Files, String> {
    let copy = site.copied();
    let _ = std::fs::remove_dir_all(copy.path(".cache"));
    let _ = std::fs::remove_dir_all(copy.path("public"));
    let config = crate::config::load(&copy.dir(), []).map_err(|error| error.message().to_owned())?;
    build(&copy.dir(), &config, today(), &Options::default()).map_err(|error| error.message().to_owned())?;
    let walk = walkdir::WalkDir::new(copy.path("public")).into_iter().map(Result::unwrap);
    let files = walk.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(copy.path("public")).unwrap().to_str().unwrap().to_owned();
        (path, std::fs::read(entry.path()).unwrap().into())
    });
    Ok(files.filter(|(path, _)| path != crate::site::output::MANIFEST).collect())
}

/// What the author has on disk.
fn files_of(site: &TestSite) -> Files {
    let below = ["config", "content", "data", "static", "templates"].map(|folder| site.path(folder));
    let all = below.iter().filter(|folder| folder.exists()).flat_map(walkdir::WalkDir::new).map(Result::unwrap);
    let files = all.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(site.path("")).unwrap().to_str().unwrap().to_owned();
            (path, std::fs::read(entry.path()).unwrap().into())
        })
        .collect()
}

/// The files after the changes that a rebuild says it made.
fn applied(mut before: Files, rebuilt: &Rebuilt) -> Files {
    rebuilt.removed.iter().for_each(|path| assert!(before.remove(path).is_some(), "{path}"));
    for path in &rebuilt.changed {
        let new = rebuilt.files[path].clone();
        assert_ne!(before.insert(path.clone(), new.clone()), Some(new), "{path}");
    }
    before
}

/// The paths at which two sites differ.
fn differences(files: &Files, other: &Files) -> Vec<String> {
    let paths: BTreeSet<&String> = files.keys().chain(other.keys()).collect();
    paths.into_iter().filter(|path| files.get(*path) != other.get(*path)).cloned().collect()
}

/// A site without what says of each block which line it comes from.
fn without_lines(files: &Files) -> Files {
    let stripped = |html: &[u8]| {
        let html = std::str::from_utf8(html).unwrap();
        let mut parts = html.split(" data-line=\"");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| text + part.split_once('"').unwrap().1)
    };
    let file = |(path, content): (&String, &crate::file_content::FileContent)| {
        let content = if path.ends_with(".html") { stripped(content).into() } else { content.clone() };
        (path.clone(), content)
    };
    files.iter().map(file).collect()
}

#[test]
fn lines_are_attributes_of_blocks_alone() {
    let site = TestSite::new();
    append(&site, "content/months/2022-07.md", "July.\n");
    let mut session = Session::open(site.dir(), [], Settings { lines: true, ..Settings::default() });
    let files = rebuilt(&mut session, When::Now).unwrap().files;
    let page = String::from_utf8_lossy(&files["months/2022-07/index.html"]);
    assert!(page.contains("<p data-line=\"months/2022-07.md:"), "{page}");
    assert_eq!(differences(&without_lines(&files), &fresh(&site).unwrap()), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_has_the_site_of_a_build_from_nothing(
        edits in prop::collection::vec((0..KINDS, 0u8..3, any::<bool>(), any::<bool>()), 3..9),
        lines in any::<bool>(),
    ) {
        let site = TestSite::new();
        let mut session = Session::open(site.dir(), [], Settings { lines, ..Settings::default() });
        let mut before = Files::clone(&rebuilt(&mut session, When::Now).unwrap().files);
        for (kind, which, is_known, in_background) in edits {
            let on_disk = files_of(&site);
            edit(&site, kind, which);
            let paths = differences(&on_disk, &files_of(&site)).iter().map(|path| site.path(path)).collect();
            let changed = if is_known { Changed::Paths(&paths) } else { Changed::Unknown };
            let when = if in_background { When::Later } else { When::Now };
            let outcome = session.rebuild(today(), changed, when).and_then(|rebuilt| {
                before = applied(before.clone(), &rebuilt);
                assert_eq!(differences(&before, &rebuilt.files), Vec::<String>::new());
                let Some(job) = session.typesetting() else { return Ok(rebuilt) };
                let rebuilt = session.put_reports(job.run()?)?.unwrap();
                before = applied(before.clone(), &rebuilt);
                Ok(rebuilt)
            });
            match (outcome.map_err(|error| error.message().to_owned()), fresh(&site)) {
                (Ok(rebuilt), Ok(expected)) => {
                    let files = if lines { without_lines(&rebuilt.files) } else { Files::clone(&rebuilt.files) };
                    prop_assert_eq!(differences(&files, &expected), Vec::<String>::new(), "edit {} {}", kind, which);
                }
                (Err(error), Err(expected)) => {
                    // With reports later, what is wrong with pages comes first.
                    prop_assert!(in_background || error == expected, "edit {} {}: {} {}", kind, which, error, expected);
                    prop_assert_eq!(differences(session.files(), &before), Vec::<String>::new());
                }
                (found, expected) => prop_assert!(false, "edit {} {}: {:?} is not {:?}", kind, which, found.map(drop), expected.map(drop)),
            }
        }
    }
}

#[test]
fn another_word_changes_only_what_shows_it() {
    let site = TestSite::new();
    append(&site, "content/months/2022-07.md", "July.\n");
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Now).unwrap();
    assert_eq!(first.changed.len(), first.files.len());
    append(&site, "content/months/2022-07.md", "\nOne more word.\n");
    let second = rebuilt(&mut session, When::Later).unwrap();
    // The first page and the list of months show the first words alone, and are the same.
    let pages = ["journal/index.html", "months/2022-07/index.html"];
    assert_eq!(second.changed.iter().collect::<Vec<_>>(), pages);
    // Of all other pages and reports not even a copy was made.
    let is_list = |path: &String| ["index.html", "months/index.html"].contains(&path.as_str());
    let of_interest = |path: &String| !is_list(path) && (path.ends_with(".html") || path.ends_with(".pdf"));
    let mut untouched = second.files.iter().filter(|(path, _)| of_interest(path) && !second.changed.contains(*path));
    assert!(untouched.all(|(path, content)| content.as_ptr() == first.files[path].as_ptr()));
    assert!(second.reports_wait);
    let job = session.typesetting().unwrap();
    let third = session.put_reports(job.run_in_background().unwrap()).unwrap().unwrap();
    assert_eq!(third.changed.iter().collect::<Vec<_>>(), ["months/2022-07.pdf"]);
    assert_eq!((third.typeset, third.reports_wait), (1, false));
    assert!(session.typesetting().is_none());
}

/// Buys and sells a share again and again on one day, with a note on each.
fn trade_a_lot(site: &TestSite, orders: usize) {
    let header = site.read("data/executions/2022-07-01.csv").lines().next().unwrap().to_owned();
    let mut rows = vec![header];
    for number in 0..orders {
        let (side, hour, minute) = (["BUY", "SELL"][number % 2], 14 + number / 60, number % 60);
        let time = format!("2022-07-05T{hour}:{minute:02}:00Z");
        let id = format!("0000many.{number:08}.01.01");
        let order = 4_100_000_000 + 7919 * number;
        rows.push(format!(
            "{id},{time},DU0000000,MTUM,,STK,BATS,USD,{side},10,134.66,1,0,USD,,1,{order},98{number},,134.66,demo,,,,,,"
        ));
        let note = format!("id = \"many-{number}\"\nsymbol = \"MTUM\"\ncreated_at = {time}\nexec_ids = [\"{id}\"]");
        site.write(&format!("content/trades/many-{number}.md"), &format!("+++\n{note}\n+++\nWords {number}.\n"));
    }
    site.write("data/executions/2022-07-05.csv", &(rows.join("\n") + "\n"));
}

#[test]
fn one_note_of_many_changes_its_order_and_its_year() {
    let site = TestSite::new();
    trade_a_lot(&site, 202);
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Now).unwrap();
    assert!(first.files.contains_key("journal/2022/index.html"));
    site.replace("content/trades/many-7.md", "Words 7.", "Other words.");
    let second = rebuilt(&mut session, When::Now).unwrap();
    let changed: Vec<&String> = second.changed.iter().collect();
    assert_eq!(changed[0], "journal/2022/index.html");
    assert!(changed.len() == 2 && changed[1].starts_with("trades/2022-07-05-mtum-"), "{changed:?}");
    assert_eq!(differences(&second.files, &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn another_title_or_page_computes_no_figure_again() {
    let site = TestSite::new();
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Now).unwrap();
    let is_same = |files: &Files, path: &str| files[path].as_ptr() == first.files[path].as_ptr();
    let table = "data/months.csv";
    site.write("config/local.toml", "[site]\ntitle = \"Another title\"\n[watch]\neditor = \"vi\"\n");
    let second = rebuilt(&mut session, When::Later).unwrap();
    assert!(is_same(&second.files, table) && !is_same(&second.files, "index.html"));
    let page = |files: &Files| String::from_utf8_lossy(&files["data/index.html"]).into_owned();
    assert!(page(&second.files).contains("Another title"));
    site.write("content/extra.md", "+++\ntitle = \"An extra page\"\n+++\nWords.\n");
    let third = rebuilt(&mut session, When::Now).unwrap();
    assert!(is_same(&third.files, table) && page(&third.files).contains("An extra page"));
    assert_eq!(differences(&third.files, &fresh(&site).unwrap()), Vec::<String>::new());
    site.write("config/local.toml", "[analysis]\nrisk_free = 0.02\n");
    let fourth = rebuilt(&mut session, When::Now).unwrap();
    assert!(!is_same(&fourth.files, table));
    assert_eq!(differences(&fourth.files, &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn a_job_that_is_ended_makes_no_more_reports_and_one_that_is_held_up_waits() {
    let site = TestSite::new();
    let mut session = open(&site);
    rebuilt(&mut session, When::Later).unwrap();
    let job = session.typesetting().unwrap();
    job.brake().end();
    job.brake().release();
    assert!(job.run().is_err());
    assert!(!site.path(".cache/reports").exists());

    let job = session.typesetting().unwrap();
    let brake = job.brake();
    brake.hold();
    let typeset = std::thread::spawn(|| job.run());
    assert!(!typeset.is_finished());
    brake.release();
    let whole = session.put_reports(typeset.join().unwrap().unwrap()).unwrap().unwrap();
    assert_eq!(differences(&whole.files, &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn another_style_makes_no_page_again_but_the_one_that_carries_it() {
    let site = TestSite::new();
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Now).unwrap();
    site.write("templates/extra.css", "b { margin: 1px }");
    let second = rebuilt(&mut session, When::Later).unwrap();
    assert_eq!(second.changed.iter().collect::<Vec<_>>(), ["404.html", "style.css"]);
    let mut pages = second.files.iter().filter(|(path, _)| path.ends_with("index.html"));
    assert!(pages.all(|(path, content)| content.as_ptr() == first.files[path].as_ptr()));
    session.put_reports(session.typesetting().unwrap().run().unwrap()).unwrap();
    assert_eq!(differences(session.files(), &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn reports_of_a_site_that_has_become_another_one_come_too_late() {
    let site = TestSite::new();
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Later).unwrap();
    assert!(first.files.keys().all(|path| !path.ends_with(".pdf")));
    // The pages lead to the reports all the same: they will be there.
    assert!(String::from_utf8_lossy(&first.files["months/index.html"]).contains("2022-07.pdf"));
    let job = session.typesetting().unwrap();
    append(&site, "content/months/2022-07.md", "July.\n");
    rebuilt(&mut session, When::Later).unwrap();
    assert!(session.put_reports(job.run().unwrap()).unwrap().is_none());
    let job = session.typesetting().unwrap();
    let files = session.put_reports(job.run().unwrap()).unwrap().unwrap().files;
    assert_eq!(differences(&files, &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn an_error_leaves_the_last_site_and_its_end_brings_the_next() {
    let site = TestSite::new();
    let mut session = open(&site);
    let first = rebuilt(&mut session, When::Now).unwrap();
    let errors: [(&str, &str); 4] = [
        ("content/about.md", "+++\nno front matter\n+++\n"),
        ("config/local.toml", "[site]\ntitel = 'x'\n"),
        ("templates/foot.html", "{{ x | no_such_filter }}"),
        ("content/extra.md", "[nowhere](none.md)"),
    ];
    for (path, text) in errors {
        let before = std::fs::read_to_string(site.path(path)).ok();
        site.write(path, text);
        for _ in 0..2 {
            assert!(rebuilt(&mut session, When::Now).is_err(), "{path}");
            assert!(
                Arc::ptr_eq(session.files(), &first.files) || differences(session.files(), &first.files).is_empty()
            );
            assert!(session.typesetting().is_none());
        }
        match before {
            Some(before) => site.write(path, &before),
            None => std::fs::remove_file(site.path(path)).unwrap(),
        }
        let again = rebuilt(&mut session, When::Now).unwrap();
        assert_eq!((again.changed.len(), again.removed.len()), (0, 0), "{path}");
    }
}

#[test]
fn a_private_value_is_refused_in_pages_and_in_reports_that_come_later() {
    let site = TestSite::new();
    site.write("config/local.toml", "[flex]\ntoken = \"123456789012\"\n");
    let mut session = open(&site);
    rebuilt(&mut session, When::Now).unwrap();
    append(&site, "content/about.md", "\n123456789012\n");
    let error = rebuilt(&mut session, When::Later).unwrap_err().to_string();
    assert!(error.contains("a token or password"), "{error}");
    // Not even when nothing has changed since.
    assert!(rebuilt(&mut session, When::Later).is_err());
}

#[test]
fn a_private_value_is_placed_in_the_text_where_lines_are_asked_for() {
    let site = TestSite::new();
    site.write("config/local.toml", "[flex]\ntoken = \"123456789012\"\n");
    let mut session = Session::open(site.dir(), [], Settings { lines: true, ..Settings::default() });
    site.write("content/months/2022-07.md", "July.\n");
    rebuilt(&mut session, When::Later).unwrap();
    append(&site, "content/months/2022-07.md", "\nWritten\nfor du0000000\nby me.\n");
    let error = rebuilt(&mut session, When::Later).unwrap_err();
    let place = "content/months/2022-07.md:4";
    assert_eq!(error.place().unwrap().to_string(), place);
    let said = error.message();
    assert!(said.lines().any(|line| line == format!("{place} shows an account id (du0000000)")), "{said}");
    // A token is not even shown to its owner, and neither is its line.
    site.replace("content/months/2022-07.md", "du0000000", "123456789012");
    let error = rebuilt(&mut session, When::Later).unwrap_err();
    assert_eq!(error.place().unwrap().to_string(), "content/months/2022-07.md");
    assert!(
        error.message().contains(&format!("{place} shows a token or password of config/local.toml")),
        "{}",
        error.message()
    );
    // What a template shows is in no text.
    site.write("content/months/2022-07.md", "July.\n");
    site.write("templates/foot.html", "<p>DU0000000</p>");
    let error = rebuilt(&mut session, When::Later).unwrap_err();
    assert!(error.place().unwrap().to_string().starts_with("public/"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_lies_beside_a_file_that_cannot_be_looked_at_is_seen_when_that_is_mended() {
    let site = TestSite::new();
    let mut session = open(&site);
    rebuilt(&mut session, When::Now).unwrap();
    let link = site.path("content/loop.md");
    let paths = |names: &[&str]| names.iter().map(|name| site.path(name)).collect::<BTreeSet<_>>();
    std::os::unix::fs::symlink("loop.md", &link).unwrap();
    append(&site, "content/about.md", "\nBeside it.\n");
    let both = paths(&["content/about.md", "content/loop.md"]);
    session.rebuild(today(), Changed::Paths(&both), When::Now).unwrap_err();
    std::fs::remove_file(&link).unwrap();
    let one = paths(&["content/loop.md"]);
    let rebuilt = session.rebuild(today(), Changed::Paths(&one), When::Now).unwrap();
    assert!(String::from_utf8_lossy(&rebuilt.files["about/index.html"]).contains("Beside it."));
    assert_eq!(differences(&rebuilt.files, &fresh(&site).unwrap()), Vec::<String>::new());
}

#[test]
fn what_is_published_of_static_is_seen_and_what_editors_leave_is_not() {
    let site = TestSite::new();
    let mut session = open(&site);
    rebuilt(&mut session, When::Now).unwrap();
    for name in [".htaccess", "list.tmp", ".well-known/a", ".list.swp", "#list#", "list~"] {
        site.write(&format!("static/{name}"), "words");
    }
    assert!(session.look(Changed::Unknown).unwrap());
    let changed = session.remake(today(), When::Now).unwrap().changed;
    assert_eq!(changed.iter().collect::<Vec<_>>(), [".htaccess", ".well-known/a", "list.tmp"]);
    assert_eq!(differences(session.files(), &fresh(&site).unwrap()), Vec::<String>::new());
    site.write("static/.list.swp", "other words");
    assert!(!session.look(Changed::Unknown).unwrap());
}
