//! The files of a record, one at a time: found, read as text, split into rows.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;

use serde::de::DeserializeOwned;

use super::Snapshot;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::file_content::not_utf8;
use crate::site_dir::SiteDir;

/// A value read from a file, with its place.
pub(super) type Placed<T> = (Place, T);

/// What one file gave: its values, or everything that is wrong with it.
pub(super) type FileResult<T> = Result<Vec<Placed<T>>, Vec<Error>>;

/// The files of a folder with this ending, sorted by name; hidden ones are none of ours.
pub(super) fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read the folder", folder, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::io("read the folder", folder, error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|found| found == ending) {
            paths.push(path);
        }
    }
    // By stem, so that the first snapshot of a date comes before `DATE.2.json`.
    paths.sort_by(|a, b| a.file_stem().cmp(&b.file_stem()));
    Ok(paths)
}

/// Reads a text file, unless the site has it already; its errors show the path below the site's root.
pub(super) fn read_text<'a>(path: &Path, site: &'a SiteDir) -> Result<Cow<'a, str>> {
    let place = || Place::file(path).relative_to(site.root());
    let no_text = |bytes: &[u8], error: Utf8Error| not_utf8(bytes, error, &place().path, ErrorKind::Data);
    if let Some(bytes) = site.read_already(path) {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| no_text(bytes, error));
    }
    // Who opens a pipe may wait for ever.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Err(Error::data("it is neither a file nor a folder").at(place()).hint("take it out of the site"));
    }
    let bytes = std::fs::read(path).map_err(|error| Error::io("read the file", &place().path, error))?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|error| no_text(error.as_bytes(), error.utf8_error()))
}

/// Reads a CSV file with a header. A missing file holds no rows.
///
/// # Errors
/// One error for each row that cannot be read; then none of the file's rows count.
pub(super) fn read_rows<T: DeserializeOwned>(path: &Path, site: &SiteDir) -> Result<Vec<Placed<T>>, Vec<Error>> {
    let place = Place::file(path).relative_to(site.root());
    if site.read_already(path).is_none() && !path.exists() {
        return Ok(Vec::new());
    }
    let text = read_text(path, site).map_err(|error| vec![error])?;
    if text.trim().is_empty() {
        let error = Error::data("the file is empty; even without rows it needs its header").at(place);
        return Err(vec![error.hint("delete the file or restore it from a copy")]);
    }
    if !text.ends_with('\n') {
        let last = text.lines().count();
        let error = Error::data("the last line is cut off").at(Place::line(&place.path, last));
        return Err(vec![error.hint("restore the file from a copy, or end the line if it is complete")]);
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().cloned().map_err(|error| vec![row_error(&error, &place)])?;
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for record in reader.records() {
        let row = record.and_then(|record| {
            let line = record.position().and_then(|position| usize::try_from(position.line()).ok());
            record.deserialize(Some(&headers)).map(|row| (Place { line, ..place.clone() }, row))
        });
        match row {
            Ok(row) => rows.push(row),
            Err(error) => errors.push(row_error(&error, &place)),
        }
    }
    if errors.is_empty() { Ok(rows) } else { Err(errors) }
}

fn row_error(error: &csv::Error, place: &Place) -> Error {
    let line = error.position().and_then(|position| usize::try_from(position.line()).ok());
    let message = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("column {}: {}", field + 1, err.kind()),
            None => err.kind().to_string(),
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} columns, the header {expected_len}")
        }
        _ => error.to_string(),
    };
    Error::data(message).at(Place { line, ..place.clone() }).hint("data/README.md lists the columns")
}

/// Reads one snapshot file, whose name starts with its date.
pub(super) fn read_snapshot(path: &Path, site: &SiteDir) -> Result<Placed<Snapshot>> {
    let place = Place::file(path).relative_to(site.root());
    let text = read_text(path, site)?;
    let snapshot: Snapshot = serde_json::from_str(&text).map_err(|error| {
        let at = Place { column: Some(error.column()), ..Place::line(&place.path, error.line().max(1)) };
        Error::data("it is not a snapshot").at(at).because(error).hint("data/README.md shows what a snapshot holds")
    })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.starts_with(&snapshot.date.to_string()) {
        let message = format!("its date is {}, and its name says otherwise", snapshot.date);
        return Err(Error::data(message).at(place).hint("rename the file to its date"));
    }
    Ok((place, snapshot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_already_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        let (there, gone) = (site.root().join("data/there.csv"), site.flows());
        std::fs::create_dir(site.data()).unwrap();
        std::fs::write(&there, "now").unwrap();
        let seen = site
            .with_read([(there.clone(), b"then".to_vec()), (gone.clone(), b"date\n2024-05-06\n".to_vec())].into());
        assert_eq!(read_text(&there, &site).unwrap(), "now");
        assert_eq!(read_text(&there, &seen).unwrap(), "then");
        assert!(read_rows::<(String,)>(&gone, &site).unwrap().is_empty());
        assert_eq!(read_rows::<(String,)>(&gone, &seen).unwrap().len(), 1);
        let damaged = site.with_read([(there.clone(), b"a\nb\xff".to_vec())].into());
        let error = read_text(&there, &damaged).unwrap_err().to_string();
        assert!(error.contains("data/there.csv:2"), "{error}");
    }
}
