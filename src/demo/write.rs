//! Writing the demo as a site directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::simulate::{CONFIG, DemoRecord, simulate};
use super::{content, market};
use crate::SiteDir;
use crate::error::{Error, Place, Result};
use crate::init::{GIT_IGNORE, make_folder};
use crate::record::schema;
use crate::record::store::{FileSet, Store, csv_bytes, json_bytes, write_atomically, write_new};

/// Writes the demo: configuration, eight years of data, and the words about them.
///
/// # Errors
/// A folder that holds anything but an earlier demo, which is left as it is, or a file that cannot be written.
pub fn write(site: &SiteDir) -> Result<()> {
    refuse_strangers(site)?;
    // First the configuration, whose status says that the rest may be written again after an interruption.
    write_atomically(&site.config(), CONFIG.as_bytes(), false)?;
    let mut files = data_files(site, &simulate()?)?;
    refuse_additions(site, &files)?;
    for (path, content) in content::content() {
        files.insert(site.content().join(path), content.to_vec());
    }
    let mut changed = FileSet::default();
    for (path, content) in files {
        if fs::read(&path).ok().as_ref() != Some(&content) {
            changed.write(path, content);
        }
    }
    Store::open_volatile(site)?.replace(changed)?;
    write_new(&site.root().join(".gitignore"), GIT_IGNORE.as_bytes(), false)?;
    make_folder(&site.public())
}

/// Every file of `data/` by its path, in the formats of `data/README.md`.
fn data_files(site: &SiteDir, record: &DemoRecord) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut by_date: BTreeMap<NaiveDate, Vec<_>> = BTreeMap::new();
    for execution in &record.executions {
        by_date.entry(execution.utc_date()).or_default().push(execution);
    }
    for (date, executions) in by_date {
        files.insert(site.executions_file(date), csv_bytes(&executions)?);
    }
    for snapshot in &record.snapshots {
        files.insert(site.snapshots().join(format!("{}.json", snapshot.date)), json_bytes(snapshot)?);
    }
    for signal in &record.signals {
        files.insert(site.signals().join(format!("{}.json", signal.formation)), json_bytes(signal)?);
    }
    for plan in record.plans.iter().filter(|plan| !plan.trades.is_empty()) {
        files.insert(site.plans().join(format!("{}.json", plan.as_of)), json_bytes(plan)?);
    }
    files.insert(site.schema(), schema::data_file().into_bytes());
    files.insert(site.flows(), csv_bytes(&record.flows)?);
    for (name, content) in market::files() {
        files.insert(site.prices().join(name), content.to_vec());
    }
    Ok(files)
}

/// Stops unless the folder is absent, empty, or an earlier demo.
fn refuse_strangers(site: &SiteDir) -> Result<()> {
    if is_empty(site.root())? || is_demo(&site.config()) {
        return Ok(());
    }
    Err(Error::refused("the folder holds something other than a demo, and nothing was written")
        .at(Place::file(site.root()))
        .hint("name a folder that is empty or does not exist yet: `trackrecord demo another-folder`"))
}

/// Stops if someone has added data to an earlier demo: the two would mix, and nothing is ever deleted.
fn refuse_additions(site: &SiteDir, ours: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let mut found = BTreeSet::new();
    for folder in [site.executions(), site.snapshots(), site.prices(), site.signals(), site.plans()] {
        found.extend(entries(&folder)?);
    }
    match found.into_iter().find(|path| !ours.contains_key(path)) {
        None => Ok(()),
        Some(path) => {
            Err(Error::refused("the demo did not write this file, and its figures would mix with the demo's")
                .at(Place::file(path))
                .hint("write the demo to another folder, or move the file away"))
        }
    }
}

fn is_empty(folder: &Path) -> Result<bool> {
    if !folder.exists() { Ok(true) } else { Ok(entries(folder)?.is_empty()) }
}

/// Whether this configuration says `status = "demo"`. One that cannot be read says nothing.
fn is_demo(config: &Path) -> bool {
    let text = fs::read_to_string(config).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    table.get("site").and_then(|site| site.get("status")).and_then(toml::Value::as_str) == Some("demo")
}

/// What lies directly in a folder; nothing if there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let read = |cause| Error::io("read the folder", folder, cause);
    fs::read_dir(folder).map_err(read)?.map(|entry| Ok(entry.map_err(read)?.path())).collect()
}
