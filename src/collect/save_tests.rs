use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::record::store::crash;

/// Imports a statement with fills, snapshots, deposits, income and the broker's own return.
fn import(folder: &Path) -> Saved {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/flex/activity.xml");
    let bytes = std::fs::read(&path).unwrap();
    let batch = flex::parse(&path, &bytes, &FlexSettings::of(&Config::default())).unwrap();
    save(&mut Store::open(&SiteDir::new(folder)).unwrap(), &batch, &[Received { path, bytes }]).unwrap()
}

/// The files of the record; what a dead writer leaves beside them is hidden, and never read.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let visible = |entry: &walkdir::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let entries = walkdir::WalkDir::new(folder.join("data")).min_depth(1).into_iter().filter_entry(visible);
    let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| (entry.path().strip_prefix(folder).unwrap().into(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn an_import_that_dies_at_any_point_is_there_as_a_whole_or_not_at_all() {
    const THIS: &str = "collect::save::tests::an_import_that_dies_at_any_point_is_there_as_a_whole_or_not_at_all";
    if let Some(folder) = crash::folder() {
        import(&folder);
        return;
    }
    let undisturbed = tempfile::tempdir().unwrap();
    import(undisturbed.path());
    let expected = files(undisturbed.path());
    let mut unfinished = 0;
    let mut points = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        if !crash::died(THIS, folder.path(), points) {
            break;
        }
        let left = files(folder.path());
        assert!(
            left.iter().all(|(path, bytes)| expected.get(path) == Some(bytes)),
            "half a file after point {points}"
        );
        // Whoever comes next finds all of it or nothing.
        drop(Store::open(&SiteDir::new(folder.path())).unwrap());
        let found = files(folder.path());
        assert!(found.is_empty() || found == expected, "a part of it after point {points}: {:?}", found.keys());
        unfinished += usize::from(!found.is_empty());
        assert_eq!(temporary(folder.path()), Vec::<PathBuf>::new(), "died at point {points}");
        import(folder.path());
        assert_eq!(files(folder.path()), expected, "died at point {points}");
        points += 1;
    }
    // Two for each content, one for each name, and those of the list of changes.
    assert!(points >= 3 * expected.len(), "{points}");
    assert!(unfinished > expected.len(), "{unfinished}");
}

/// What a dead writer left that is never read.
fn temporary(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder.join("data")).into_iter().map(|entry| entry.unwrap().into_path());
    let ours = [folder.join("data"), folder.join("data/.lock")];
    let hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    entries.filter(|path| hidden(path) && !ours.contains(path)).collect()
}
