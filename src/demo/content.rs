//! What the demo's author wrote, laid over the pages of a new site.

use std::collections::BTreeMap;
use std::path::PathBuf;

use include_dir::{Dir, include_dir};

use crate::init::{files_of, starter_pages};

static CONTENT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/demo/content");

/// The demo's `content/`: the starter pages, replaced where the demo has its own.
pub(super) fn content() -> BTreeMap<PathBuf, &'static [u8]> {
    let mut content = starter_pages();
    content.extend(files_of(&CONTENT));
    content
}
