//! `static/`: files that become part of the site as they are, at the same place.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::render::links::in_the_site;
use crate::render::pictures::twice;
use crate::site::Files;
use crate::site_dir::{SiteDir, is_litter};
use crate::{Error, Place, Result};

/// Every file below `static/`, by its path in the site. Hidden ones are among them, `.well-known/` for one, but not what systems
/// and editors leave behind.
///
/// # Errors
/// A file that cannot be read, or a link, which would copy what lies elsewhere.
pub fn read(site: &SiteDir) -> Result<Files> {
    let folder = site.static_files();
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_entry(is_wanted) {
        let entry =
            entry.map_err(|cause| Error::data("cannot read the folder").at(Place::file(&folder)).because(cause))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let path = entry.path();
        if entry.path_is_symlink() && entry.depth() > 0 {
            let error = Error::data("it is a link, and what it leads to may lie anywhere");
            return Err(error.at(Place::file(path)).hint("put a copy of the file in its place"));
        }
        if !entry.file_type().is_file() {
            return Err(Error::data("it is neither a file nor a folder")
                .at(Place::file(path))
                .hint("take it out of the site"));
        }
        let name = path.strip_prefix(&folder).unwrap_or(path);
        let name = name.to_str().ok_or_else(|| {
            Error::data("its name is no text, so that no link can lead to it").at(Place::file(path)).hint("rename it")
        })?;
        let content = std::fs::read(path).map_err(|cause| Error::io("read", path, cause))?;
        if files.insert(in_the_site(Path::new(name)), content.into()).is_some() {
            return Err(twice(path));
        }
    }
    Ok(files)
}

fn is_wanted(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !is_litter(&entry.file_name().to_string_lossy())
}
