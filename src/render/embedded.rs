//! The program's own `templates/`, compiled into it: pages, style, the report and its fonts.

use include_dir::{Dir, include_dir};

/// `templates/` as it was when the program was compiled.
pub static TEMPLATES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// One of its files.
pub fn embedded(name: &str) -> Option<&'static [u8]> {
    TEMPLATES.get_file(name).map(include_dir::File::contents)
}
