//! The data folder of an earlier system: fills as CSV, snapshots and annotations as JSON, commentary in Markdown.

mod annotation;
mod executions;
mod ids;
mod snapshot;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::{Batch, number, utf8};
use crate::calendar::YearMonth;
use crate::error::{Error, Place, Result};
use crate::record::{Currency, ExecId, Source};

/// What the earlier system does not say.
#[derive(Debug, Clone, Copy)]
pub struct SeedSettings<'a> {
    /// The account; `seed` if none is configured.
    pub account: Option<&'a str>,
    /// The currency of snapshots, and of fills without a commission currency.
    pub base_currency: Currency,
}

/// Where rows came from, in the record.
const SOURCE: Source = Source::Seed;

/// Reads `executions/*.csv`, `snapshots/*.json`, `annotations/*.json` and `annotations/monthly/YYYY-MM.md` below a
/// folder. Times without a zone are UTC.
///
/// # Errors
/// A folder without any of these, or a file that cannot be read. Nothing is returned then.
pub fn parse(folder: &Path, settings: &SeedSettings) -> Result<Batch> {
    let has_any =
        |folder: &Path| ["executions", "snapshots", "annotations"].iter().any(|part| folder.join(part).is_dir());
    let below = folder.join("data");
    let folder = if !has_any(folder) && has_any(&below) { &below } else { folder };
    if !has_any(folder) {
        return Err(Error::usage("there is no executions, snapshots or annotations folder here")
            .at(Place::file(folder))
            .hint("name the data folder of the earlier system"));
    }
    let mut batch = Batch::default();
    let mut places = Vec::new();
    for path in files(&folder.join("executions"), "csv", &mut batch)? {
        let (fills, of_fills) = executions::parse(&path, &read(&path)?, settings)?;
        batch.extend(fills);
        places.extend(of_fills);
    }
    for path in files(&folder.join("snapshots"), "json", &mut batch)? {
        batch.extend(snapshot::parse(&path, &read(&path)?, settings)?);
    }
    ids::judge_twins(&mut batch, places);
    ids::give_own_ids(&mut batch.executions);
    let fills: BTreeSet<ExecId> = batch.executions.iter().map(|fill| fill.exec_id.clone()).collect();
    for path in files(&folder.join("annotations"), "json", &mut batch)? {
        batch.extend(annotation::parse(&path, &read(&path)?, &fills)?);
    }
    give_own_names(&mut batch);
    for path in files(&folder.join("annotations/monthly"), "md", &mut batch)? {
        match path.file_stem().and_then(OsStr::to_str).and_then(|name| name.parse::<YearMonth>().ok()) {
            Some(month) => batch.commentary.push((month, utf8(&path, &read(&path)?)?.to_owned())),
            None => batch.skip("commentary", "its name is not a month such as 2026-01.md", Place::file(&path)),
        }
    }
    Ok(batch)
}

/// The files of a folder with this extension, by name. Others are counted as left out, folders passed over.
fn files(folder: &Path, extension: &str, batch: &mut Batch) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(|error| Error::io("list the folder", folder, error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::io("list the folder", folder, error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    let wanted = |path: &PathBuf| path.extension().is_some_and(|known| known.eq_ignore_ascii_case(extension));
    let (kept, others): (Vec<_>, Vec<_>) = found.into_iter().partition(wanted);
    for path in others {
        batch.skip("file", format!("its name does not end in .{extension}"), Place::file(path));
    }
    Ok(kept)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::io("read the file", path, error))
}

/// Annotations that would get the same file name are numbered.
fn give_own_names(batch: &mut Batch) {
    let mut taken = BTreeSet::new();
    for document in &mut batch.annotations {
        let stem = document.path.with_extension("").to_string_lossy().into_owned();
        let mut number = 1;
        while !taken.insert(document.path.clone()) {
            number += 1;
            document.path = PathBuf::from(format!("{stem}-{number}.md"));
        }
    }
}

/// A JSON document, with the place of what is wrong with it.
fn json(path: &Path, bytes: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>> {
    let text = utf8(path, bytes)?;
    serde_json::from_str(text).map_err(|error| {
        let place = Place { path: path.to_owned(), line: Some(error.line()), column: Some(error.column().max(1)) };
        Error::data("this is not the JSON object that is expected here")
            .at(place)
            .hint("repair the file (NaN is not JSON: write null); nothing was imported")
            .because(error)
    })
}

fn wrong(path: &Path, message: String) -> Error {
    Error::data(message).at(Place::file(path)).hint("correct the file and import again; nothing was imported")
}

/// A number as it is written. JSON numbers are read through the shortest text that stands for them, which is how the
/// earlier system wrote them: `188.25` stays `188.25`.
fn decimal(path: &Path, object: &serde_json::Map<String, serde_json::Value>, key: &str) -> Result<Option<Decimal>> {
    let text = match object.get(key) {
        None | Some(serde_json::Value::Null) => return Ok(None),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    number::parse(&text, '.').map(Some).map_err(|problem| wrong(path, format!("{key}: {problem}")))
}

fn needed_decimal(path: &Path, object: &serde_json::Map<String, serde_json::Value>, key: &str) -> Result<Decimal> {
    decimal(path, object, key)?.ok_or_else(|| wrong(path, format!("there is no {key}")))
}

/// A text; `null` and an absent one are empty.
fn text(path: &Path, object: &serde_json::Map<String, serde_json::Value>, key: &str) -> Result<String> {
    match object.get(key) {
        None | Some(serde_json::Value::Null) => Ok(String::new()),
        Some(serde_json::Value::String(text)) => Ok(text.clone()),
        Some(serde_json::Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(wrong(path, format!("{key} is not a text"))),
    }
}
