//! The paths that templates and compiler agree on.

use typst::syntax::{FileId, RootedPath, VirtualPath, VirtualRoot};

/// The template of a report.
pub const MAIN: &str = "report.typ";

/// The template of the picture for links.
pub const CARD: &str = "card.typ";

/// The id of a path below the compiler's root.
pub fn id_of(path: &str) -> Option<FileId> {
    VirtualPath::new(path).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}
