use super::*;

const LATER: i64 = 10_000_000_000;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("content/months")).unwrap();
    fs::write(folder.path().join("content/months/2026-01.md"), "January").unwrap();
    fs::write(folder.path().join("content/about.md"), "Me").unwrap();
    folder
}

fn look(folder: &Path) -> Stamps {
    stamps(folder, ["content", "none"], |_| false).unwrap()
}

fn listing(folder: &Path, after: i64, earlier: &Listing) -> Listing {
    Listing::of(folder, &look(folder), now(folder).unwrap() + after, earlier).unwrap()
}

/// Writes a file anew and gives it back the time it had.
fn write_in_secret(path: &Path, content: &str) {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, content).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn files_are_listed_by_their_path_below_the_root() {
    let folder = folder();
    let paths: Vec<String> = look(folder.path()).into_keys().collect();
    assert_eq!(paths, ["content/about.md", "content/months/2026-01.md"]);
    let without = stamps(folder.path(), ["content"], |path| path == "content/months").unwrap();
    assert_eq!(without.len(), 1);
}

#[test]
fn the_content_decides_and_not_the_time() {
    let folder = folder();
    let first = listing(folder.path(), LATER, &Listing::default());
    fs::write(folder.path().join("content/about.md"), "Me").unwrap();
    assert!(listing(folder.path(), LATER, &first).has_same_content(&first));
    fs::write(folder.path().join("content/about.md"), "We").unwrap();
    assert!(!listing(folder.path(), LATER, &first).has_same_content(&first));
}

#[test]
fn added_removed_and_renamed_files_are_other_content() {
    let folder = folder();
    let first = listing(folder.path(), LATER, &Listing::default());
    let path = |name: &str| folder.path().join("content").join(name);
    fs::write(path("b.md"), "").unwrap();
    assert!(!listing(folder.path(), LATER, &first).has_same_content(&first));
    fs::remove_file(path("b.md")).unwrap();
    assert!(listing(folder.path(), LATER, &first).has_same_content(&first));
    fs::rename(path("about.md"), path("about-me.md")).unwrap();
    assert!(!listing(folder.path(), LATER, &first).has_same_content(&first));
}

/// Of the same size and time: only the time of its last change of any kind shows that it was written.
#[cfg(unix)]
#[test]
fn a_change_that_keeps_size_and_time_is_noticed() {
    let folder = folder();
    let first = listing(folder.path(), LATER, &Listing::default());
    std::thread::sleep(std::time::Duration::from_millis(20));
    write_in_secret(&folder.path().join("content/about.md"), "We");
    assert!(!listing(folder.path(), LATER, &first).has_same_content(&first));
}

/// As on a file system whose clock stands still between two writes: nothing but the content differs.
#[test]
fn a_file_written_just_before_it_was_listed_is_read_again() {
    let folder = folder();
    let about = folder.path().join("content/about.md");
    let recent = listing(folder.path(), 0, &Listing::default());
    let settled = listing(folder.path(), LATER, &Listing::default());
    assert!(recent.has_recent() && !settled.has_recent());

    write_in_secret(&about, "We");
    let stamps = look(folder.path());
    let unnoticed = |listing: &Listing| {
        let mut listing = listing.clone();
        for (path, file) in &mut listing.files {
            file.stamp = stamps[path];
        }
        Listing::of(folder.path(), &stamps, i64::MAX, &listing).unwrap().has_same_content(&listing)
    };
    assert!(!unnoticed(&recent));
    // What was old when it was listed is believed: that is what saves the reading.
    assert!(unnoticed(&settled));
}

#[test]
fn what_was_written_is_known_without_reading_it() {
    let folder = folder();
    let content = |text: &str| crate::file_content::FileContent::from(text.as_bytes());
    let mut files = Files::from([("content/about.md".to_owned(), content("Me"))]);
    assert!(Listing::written(&look(folder.path()), 0, &files).is_none());
    files.insert("content/months/2026-01.md".into(), content("January"));
    let written = Listing::written(&look(folder.path()), 0, &files).unwrap();
    assert!(written.has_same_content(&listing(folder.path(), 0, &Listing::default())));
}

#[test]
fn contents_come_along_of_what_was_read_and_is_wanted() {
    let folder = folder();
    let settled = listing(folder.path(), LATER, &Listing::default());
    let about = folder.path().join("content/about.md");
    fs::write(&about, "Someone else").unwrap();
    let read = |earlier: &Listing, wanted: &str| {
        let is_wanted = |path: &str| path.starts_with(wanted);
        Listing::with_contents(folder.path(), &look(folder.path()), i64::MAX, earlier, is_wanted).unwrap().1
    };
    let changed = ReadFiles::from([(about, b"Someone else".to_vec())]);
    assert_eq!(read(&settled, "content"), changed);
    assert_eq!(read(&settled, "content/months"), ReadFiles::new());
    assert_eq!(read(&Listing::default(), "content").len(), 2);
}
