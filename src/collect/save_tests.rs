use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::*;
use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::record::store::crash;

/// Imports a statement with fills, snapshots, deposits, income and the broker's own return.
fn import(folder: &Path) -> Saved {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/flex/activity.xml");
    let bytes = std::fs::read(&path).unwrap();
    let batch = flex::parse(&path, &bytes, &FlexSettings::of(&Config::default())).unwrap();
    save(&SiteDir::new(folder), &batch, &[Received { path, bytes }]).unwrap()
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
fn a_writer_that_dies_at_any_point_loses_and_doubles_nothing() {
    const THIS: &str = "collect::save::tests::a_writer_that_dies_at_any_point_loses_and_doubles_nothing";
    if let Some(folder) = crash::folder() {
        import(&folder);
        return;
    }
    let undisturbed = tempfile::tempdir().unwrap();
    import(undisturbed.path());
    let expected = files(undisturbed.path());
    // Before a file, in the middle of it, before its name and after it.
    let points = 4 * expected.len();
    assert!(points > 40, "{:?}", expected.keys());
    (0..points).into_par_iter().for_each(|point| {
        let folder = tempfile::tempdir().unwrap();
        assert!(crash::died(THIS, folder.path(), point), "point {point} is never reached");
        let left = files(folder.path());
        assert!(
            left.iter().all(|(path, bytes)| expected.get(path) == Some(bytes)),
            "half a file after point {point}"
        );
        import(folder.path());
        assert_eq!(files(folder.path()), expected, "died at point {point}");
    });
    let folder = tempfile::tempdir().unwrap();
    assert!(!crash::died(THIS, folder.path(), points), "there are more points than {points}");
}
