//! The paths that templates and compiler agree on.

use typst::syntax::{FileId, RootedPath, VirtualPath, VirtualRoot};

/// The template that is typeset.
pub const MAIN: &str = "report.typ";

/// The id of a path below the compiler's root.
pub fn id_of(path: &str) -> Option<FileId> {
    VirtualPath::new(path).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}
