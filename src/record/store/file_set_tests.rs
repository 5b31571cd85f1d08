use super::*;

fn folder() -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    std::fs::create_dir_all(site.data()).unwrap();
    (folder, site)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_write_that_fails_leaves_the_old_file_and_no_litter() {
    let (folder, site) = folder();
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let error = write_atomically(&taken, b"x", true).unwrap_err();
    assert!(error.to_string().contains("cannot write the file"), "{error}");
    assert_eq!(names(folder.path()), ["data", "taken"]);
    drop(site);
}

#[test]
fn where_one_content_cannot_be_written_none_is() {
    let (folder, site) = folder();
    std::fs::write(site.flows(), "before").unwrap();
    std::fs::write(folder.path().join("data/raw"), "no folder").unwrap();
    let mut files = FileSet::default();
    files.write(site.flows(), b"after".to_vec());
    files.write(site.raw().join("x"), b"x".to_vec());
    files.apply(&site, true).unwrap_err();
    assert_eq!(std::fs::read_to_string(site.flows()).unwrap(), "before");
    assert_eq!(names(&site.data()), ["flows.csv", "raw"]);
}

#[test]
fn writes_and_removals_are_made_together_and_leave_no_journal() {
    let (_folder, site) = folder();
    std::fs::write(site.income(), "old").unwrap();
    let mut files = FileSet::default();
    for number in 0..2 * MANY {
        files.write(site.raw().join(format!("{number}")), vec![7; number]);
    }
    files.remove(site.income());
    files.apply(&site, true).unwrap();
    assert_eq!(names(&site.data()), ["raw"]);
    assert_eq!(std::fs::read(site.raw().join("5")).unwrap(), [7; 5]);
    assert_eq!(names(&site.raw()).len(), 2 * MANY);
}

#[test]
fn temporary_files_of_the_dead_go_and_those_of_others_stay() {
    let (_folder, site) = folder();
    std::fs::create_dir_all(site.prices()).unwrap();
    for name in [".VOD.L.csv.tmp", ".x", "mine.tmp", "VOD.L.csv"] {
        std::fs::write(site.prices().join(name), "x").unwrap();
    }
    recover(&site).unwrap();
    assert_eq!(names(&site.prices()), [".x", "VOD.L.csv", "mine.tmp"]);
}

#[test]
fn a_journal_that_leads_out_of_the_site_is_refused() {
    let (_folder, site) = folder();
    for path in ["../outside", "/etc/passwd"] {
        std::fs::write(site.journal(), format!("{{\"written\":[],\"removed\":[\"{path}\"]}}")).unwrap();
        let error = recover(&site).unwrap_err();
        assert!(error.message().contains("cannot be read"), "{error}");
    }
}

#[test]
fn a_new_file_never_replaces_one_and_follows_no_link() {
    let (folder, _site) = folder();
    let path = folder.path().join("a/b.md");
    assert!(write_new(&path, b"first", true).unwrap());
    assert!(!write_new(&path, b"second", true).unwrap());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert!(!write_new(&link, b"x", false).unwrap());
        assert!(!folder.path().join("nowhere").exists());
    }
}

#[test]
fn what_a_killed_run_has_left_goes_with_the_next_write() {
    let folder = tempfile::tempdir().unwrap();
    let leave = |name: &str, age: u64| {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
    };
    leave(".Ab12cD.tmp", 7_200);
    leave(".Ab12cE.tmp", 60);
    leave(".mine.tmp", 7_200);
    leave("Ab12cD.tmp", 7_200);
    write_atomically(&folder.path().join("a"), b"x", false).unwrap();
    assert_eq!(names(folder.path()), [".Ab12cE.tmp", ".mine.tmp", "Ab12cD.tmp", "a"]);
}
