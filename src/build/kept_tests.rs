//! After any edits the site is what a build from nothing makes of the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::edits::{KINDS, append, edit, last_file};
use super::testing::TestSite;
use super::*;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    // A build that failed may have left no folder.
    let all = walkdir::WalkDir::new(folder).into_iter().filter_map(std::result::Result::ok);
    let files = all.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            (entry.path().strip_prefix(folder).unwrap().display().to_string(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// How many files a build made and its warnings, or its error; and what it left in `public/`.
type Outcome = (Result<(usize, usize, Vec<String>), String>, BTreeMap<String, Vec<u8>>);

fn outcome(site: &TestSite) -> Outcome {
    let built = build(&site.dir(), &site.config(), "2100-01-01".parse().unwrap(), &Options::default());
    let said =
        built.map(|built| (built.files, built.warnings, built.reports.warnings)).map_err(|error| error.to_string());
    (said, files(&site.path("public")))
}

/// The same files without anything that a build has left.
fn untouched(site: &TestSite) -> TestSite {
    let copy = site.copied();
    for below in [".cache", "public"] {
        fs::remove_dir_all(copy.path(below)).unwrap();
    }
    copy
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_kept_build_is_that_of_the_same_files_from_nothing(edits in prop::collection::vec((0..KINDS, 0u8..3), 2..6)) {
        let site = TestSite::new();
        outcome(&site).0.unwrap();
        for (kind, which) in edits {
            edit(&site, kind, which);
            let (said, public) = outcome(&site);
            let (expected, expected_public) = outcome(&untouched(&site));
            prop_assert_eq!(&said, &expected, "edit {} {}", kind, which);
            if said.is_ok() {
                prop_assert!(public == expected_public, "edit {} {}", kind, which);
            }
        }
    }
}

#[test]
fn what_a_killed_writer_has_left_is_finished_first() {
    let site = TestSite::new();
    outcome(&site).0.unwrap();
    let removed = last_file(&site, "data/snapshots").unwrap();
    site.write("data/.commit", &format!("{{\"written\":[],\"removed\":[\"{removed}\"]}}"));
    let (expected, expected_public) = outcome(&untouched(&site));
    let (said, public) = outcome(&site);
    assert_eq!(said, expected);
    assert!(public == expected_public);
    assert!(!site.path(&removed).exists());
}

#[test]
fn another_word_makes_only_what_shows_it_again() {
    let site = TestSite::new();
    append(&site, "content/months/2022-07.md", "July.\n");
    outcome(&site).0.unwrap();
    let before = files(&site.path("public"));
    append(&site, "content/months/2022-07.md", "\nOne more word.\n");
    let dir = site.dir();
    let (config, public) = (site.config(), site.path("public"));
    let memory = Memory::open(&dir, &config, "2100-01-01".parse().unwrap(), &Options::default(), &public).unwrap();
    let record = crate::record::load::load(&dir, &config, "2100-01-01".parse().unwrap());
    let kept = memory.kept(&record);
    let (figures, materials) = (Figures::of(&record, &config).unwrap(), Materials::read(&dir).unwrap());
    let options = &Options::default();
    let rendering = Rendering { site: &dir, figures: &figures, materials: &materials, config: &config, options };
    let after = rendering.rendered(&cache(&dir), Some(&kept)).unwrap().files;
    let taken = kept.taken();
    let made: Vec<&String> = after
        .keys()
        .filter(|path| path.ends_with(".html") || path.ends_with(".pdf"))
        .filter(|path| !taken.contains(*path))
        .collect();
    // It is the last comment, whose beginning stands on the first page.
    let pages =
        ["index.html", "journal/index.html", "months/2022-07.pdf", "months/2022-07/index.html", "months/index.html"];
    assert_eq!(made, pages);
    let differs = |path: &&String| before.get(*path).is_none_or(|old| old[..] != after[*path][..]);
    assert!(after.keys().filter(differs).all(|path| made.contains(&path)));
}
