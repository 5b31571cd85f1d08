//! The last answer, as `.cache/secrecy`, for as long as nothing has changed that matters to it.
//!
//! It is never in `public/`: how well the size is hidden is the owner's to know.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, Place, Result};
use crate::record::store::write_atomically;
use crate::site_dir::SiteDir;

#[derive(Serialize, Deserialize)]
struct Kept {
    /// What the answer is about.
    about: Digest,
    answer: Answer,
}

fn path(site: &SiteDir) -> PathBuf {
    site.cache().join("secrecy")
}

/// What matters to an answer: level, rule, orders, flows, and which month it is. A further day does not, nor does a
/// commission that the broker names later.
fn about(site: &SiteDir, config: &Config) -> Option<Digest> {
    let settings = serde_json::to_string(&(&config.privacy, &config.strategy, &config.analysis)).ok()?;
    let mut parts = vec![settings, env!("CARGO_PKG_VERSION").to_owned()];
    let newest = names(&site.snapshots()).pop().unwrap_or_default();
    parts.push(newest.get(..7).unwrap_or_default().to_owned());
    for name in names(&site.executions()) {
        let text = std::fs::read_to_string(site.executions().join(&name)).ok()?;
        parts.push(format!("{name}\n{}", fills(&text).unwrap_or(text)));
    }
    parts.push(std::fs::read_to_string(site.flows()).unwrap_or_default());
    Some(Digest::of(parts.join("\n").as_bytes()))
}

/// What of a day's fills makes an order: everything that says which of them count, how many shares and at which price.
const OF_ORDERS: [&str; 8] = ["exec_id", "time", "symbol", "side", "quantity", "price", "multiplier", "cancels"];

/// A file of fills without the columns that are no part of an order; nothing where it is no such table.
fn fills(text: &str) -> Option<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    let places: Vec<usize> =
        OF_ORDERS.iter().filter_map(|name| header.iter().position(|column| column == *name)).collect();
    let row = |row: csv::StringRecord| places.iter().filter_map(|at| row.get(*at)).collect::<Vec<_>>().join(",");
    let rows: Vec<String> =
        reader.into_records().map(|record| record.map(row)).collect::<std::result::Result<_, _>>().ok()?;
    (places.len() >= 6).then(|| rows.join("\n"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// Keeps an answer.
///
/// # Errors
/// A file that cannot be written.
pub fn write(site: &SiteDir, config: &Config, answer: &Answer) -> Result<()> {
    let Some(about) = about(site, config) else { return Ok(()) };
    let text = serde_json::to_string(&Kept { about, answer: answer.clone() })
        .map_err(|error| Error::data(error.to_string()).at(Place::file(path(site))))?;
    let folder = site.cache();
    std::fs::create_dir_all(&folder).map_err(|cause| Error::io("make the folder", &folder, cause))?;
    write_atomically(&path(site), text.as_bytes(), false)
}

/// The last answer, if it still holds.
pub fn read(site: &SiteDir, config: &Config) -> Option<Answer> {
    let kept: Kept = serde_json::from_str(&std::fs::read_to_string(path(site)).ok()?).ok()?;
    (Some(kept.about) == about(site, config)).then_some(kept.answer)
}
