//! What unit tests of several rooms share.

use std::path::Path;

/// Holds a generated page of `docs/` against the file. With `TRACKRECORD_WRITE_DOCS` set the file is written first.
pub fn assert_documented(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("TRACKRECORD_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/{name} is not up to date: set TRACKRECORD_WRITE_DOCS=1 and run this test again");
}
