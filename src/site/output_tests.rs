use super::*;

fn site(pages: &[(&str, &str)]) -> Files {
    pages.iter().map(|(path, text)| ((*path).to_string(), text.as_bytes().into())).collect()
}

fn tree(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    list(dir, dir, &mut found).unwrap();
    found
}

fn put(dir: &Path, files: &Files) -> Result<Replaced> {
    replace(dir, files, Known::default())
}

/// Nothing but the output folder is left in its parent.
fn assert_no_leftovers(parent: &Path) {
    let names: Vec<_> = fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["public"]);
}

#[test]
fn a_new_site_replaces_the_old_one_whole() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    let first =
        put(&dir, &site(&[("index.html", "one"), ("a/gone.html", "x"), ("a/same.html", "s")])).unwrap().summary;
    assert_eq!(first, Summary { written: 3, unchanged: 0, removed: 0 });
    let second =
        put(&dir, &site(&[("index.html", "two"), ("a/same.html", "s"), ("b/c/new.html", "n")])).unwrap().summary;
    assert_eq!(second, Summary { written: 2, unchanged: 1, removed: 1 });
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), "two");
    let expected = [MANIFEST, "a/same.html", "b/c/new.html", "index.html"];
    assert_eq!(tree(&dir), expected.map(String::from).into());
    assert_no_leftovers(root.path());
}

#[test]
fn an_unchanged_site_is_not_touched() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    let files = site(&[("index.html", "one")]);
    put(&dir, &files).unwrap();
    let before = fs::metadata(&dir).unwrap().modified().unwrap();
    assert_eq!(put(&dir, &files).unwrap().summary, Summary { written: 0, unchanged: 1, removed: 0 });
    assert_eq!(fs::metadata(&dir).unwrap().modified().unwrap(), before);
}

#[test]
fn a_damaged_file_is_written_again() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    let files = site(&[("index.html", "one")]);
    put(&dir, &files).unwrap();
    fs::write(dir.join("index.html"), "hey").unwrap();
    assert_eq!(put(&dir, &files).unwrap().summary.written, 1);
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), "one");
}

#[test]
fn a_folder_with_files_of_others_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("thesis.doc"), "mine").unwrap();
    let error = put(&dir, &site(&[("index.html", "one")])).unwrap_err();
    assert!(error.message().contains("thesis.doc"), "{error}");
    assert_eq!(fs::read_to_string(dir.join("thesis.doc")).unwrap(), "mine");

    fs::remove_file(dir.join("thesis.doc")).unwrap();
    put(&dir, &site(&[("index.html", "one")])).unwrap();
    fs::write(dir.join("late.txt"), "mine").unwrap();
    assert!(put(&dir, &site(&[("index.html", "two")])).is_err());
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), "one");
    assert_no_leftovers(root.path());
}

#[test]
fn a_folder_kept_for_git_counts_as_empty_and_stays_kept() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join(KEEP), "").unwrap();
    for text in ["one", "two"] {
        put(&dir, &site(&[("index.html", text)])).unwrap();
        assert!(dir.join(KEEP).is_file());
        assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), text);
    }
}

#[test]
fn a_failed_stage_leaves_the_old_site() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    put(&dir, &site(&[("index.html", "one")])).unwrap();
    // `a` cannot be a file and a folder at once: writing the stage fails half way.
    let error = put(&dir, &site(&[("a", "file"), ("a/b.html", "inside"), ("index.html", "two")])).unwrap_err();
    assert!(error.place().is_some());
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), "one");
    assert_no_leftovers(root.path());
}

#[test]
fn an_output_that_is_a_file_is_refused_and_kept() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    fs::write(&dir, "a file").unwrap();
    assert!(put(&dir, &site(&[("index.html", "one")])).is_err());
    assert_eq!(fs::read_to_string(&dir).unwrap(), "a file");
}

#[cfg(unix)]
#[test]
fn files_are_plain_and_readable_by_all() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("public");
    put(&dir, &site(&[("a/index.html", "one")])).unwrap();
    assert_eq!(fs::metadata(dir.join("a/index.html")).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o755);

    // A link in the place of a page is replaced by the page, not written through.
    let outside = root.path().join("public/a/index.html");
    fs::remove_file(&outside).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &outside).unwrap();
    put(&dir, &site(&[("a/index.html", "two")])).unwrap();
    assert!(fs::symlink_metadata(&outside).unwrap().is_file());
}

#[test]
fn the_manifest_lists_each_file_with_its_digest() {
    let text = manifest(&site(&[("b", ""), ("a", "abc")]));
    assert_eq!(
        text,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
    );
}

/// The content of every file of a folder.
fn contents(dir: &Path) -> Files {
    tree(dir).into_iter().map(|path| (path.clone(), fs::read(dir.join(&path)).unwrap().into())).collect()
}

#[test]
fn in_an_older_site_the_next_one_is_made() {
    let root = tempfile::tempdir().unwrap();
    let (dir, before) = (root.path().join("public"), root.path().join("before"));
    let known = Known { before: Some(&before), ..Known::default() };
    let sites = [
        site(&[("index.html", "one"), ("a/b/x.html", "x"), ("c/y.html", "y")]),
        site(&[("index.html", "two"), ("a/b/x.html", "x"), ("c", "a file now")]),
        site(&[("index.html", "two"), ("a/b/x.html", "x2"), ("d/e/f.html", "f"), ("c/y.html", "again")]),
        site(&[("index.html", "one"), ("a/b", "x"), ("c/y.html", "again")]),
        site(&[("index.html", "one")]),
    ];
    for files in &sites {
        replace(&dir, files, known).unwrap();
        assert!(contents(&dir) == with_manifest(files));
    }
    assert!(contents(&before) == with_manifest(&sites[3]));
    assert!(!dir.join("a").exists() && !dir.join("c").exists(), "no empty folders");
}

#[test]
fn what_was_done_to_an_older_site_does_not_come_back() {
    let root = tempfile::tempdir().unwrap();
    let (dir, before) = (root.path().join("public"), root.path().join("before"));
    let known = Known { before: Some(&before), ..Known::default() };
    let files = |word: &str| site(&[("index.html", word), ("a/x.html", "x"), ("a/y.html", "y")]);
    ["one", "two"].iter().for_each(|word| drop(replace(&dir, &files(word), known).unwrap()));
    fs::write(before.join("secret.html"), "not public").unwrap();
    fs::remove_file(before.join("a/x.html")).unwrap();
    fs::write(before.join("a/x.html"), "?").unwrap();
    // This is the same file in both.
    fs::write(before.join("a/y.html"), "!").unwrap();
    replace(&dir, &files("three"), known).unwrap();
    assert!(contents(&dir) == with_manifest(&files("three")));
    #[cfg(unix)]
    {
        fs::remove_file(before.join("a/x.html")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", before.join("a/x.html")).unwrap();
        replace(&dir, &files("four"), known).unwrap();
        assert!(fs::symlink_metadata(dir.join("a/x.html")).unwrap().is_file());
    }
}

#[test]
fn what_a_host_git_and_a_system_put_there_is_left_in_peace() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("public");
    let of = |text: &str| site(&[("index.html", text)]);
    replace(&dir, &of("one"), Known::default()).unwrap();
    fs::create_dir_all(dir.join(".git/refs")).unwrap();
    fs::write(dir.join(".git/HEAD"), "ref").unwrap();
    fs::write(dir.join("CNAME"), "record.example.org").unwrap();
    fs::write(dir.join(".DS_Store"), "x").unwrap();
    let unchanged = replace(&dir, &of("one"), Known::default()).unwrap();
    assert_eq!((unchanged.summary.written, unchanged.summary.removed), (0, 0));
    replace(&dir, &of("two"), Known::default()).unwrap();
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), "two");
    assert_eq!(fs::read_to_string(dir.join(".git/HEAD")).unwrap(), "ref");
    assert_eq!(fs::read_to_string(dir.join("CNAME")).unwrap(), "record.example.org");
    fs::write(dir.join("mine.txt"), "x").unwrap();
    assert!(replace(&dir, &of("three"), Known::default()).is_err(), "anything else is somebody's");
}

#[test]
fn a_repository_that_a_run_has_left_beside_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("public");
    replace(&dir, &site(&[("index.html", "one")]), Known::default()).unwrap();
    let left = folder.path().join(".public-left");
    fs::create_dir_all(left.join(".git")).unwrap();
    fs::write(left.join(".git/HEAD"), "ref").unwrap();
    replace(&dir, &site(&[("index.html", "two")]), Known::default()).unwrap();
    assert_eq!(fs::read_to_string(dir.join(".git/HEAD")).unwrap(), "ref");
}
