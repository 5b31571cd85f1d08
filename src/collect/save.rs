//! Hands a batch to the store, the received files first.

use std::path::PathBuf;

use serde::Serialize;

use super::Batch;
use crate::error::Result;
use crate::record::store::{Added, Store};
use crate::site_dir::SiteDir;

/// A file as it was received.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Fills, corrections and cancellations.
    pub executions: Added,
    /// Daily snapshots.
    pub snapshots: Added,
    /// External flows, income and charges.
    pub cash: Added,
    /// The broker's own periods.
    pub statements: Added,
    /// Annotations and commentary; one whose file exists is known.
    pub texts: Added,
}

impl Saved {
    /// Everything together.
    pub fn total(&self) -> Added {
        self.executions + self.snapshots + self.cash + self.statements + self.texts
    }

    /// How many rows contradict stored ones.
    pub fn conflicts(&self) -> usize {
        self.total().conflicts
    }
}

/// Writes what a batch holds into a site. Whatever was written when this is interrupted is known when it runs again.
///
/// # Errors
/// As [`Store`]: another writer, a damaged file, a disk that refuses. Nothing is ever half-written.
pub fn save(site: &SiteDir, batch: &Batch, received: &[Received]) -> Result<Saved> {
    let store = Store::open(site)?;
    for file in received {
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        store.archive(&name, &file.bytes)?;
    }
    let cash: Vec<_> = batch.flows.iter().chain(&batch.income).cloned().collect();
    Ok(Saved {
        executions: store.add_executions(&batch.executions)?,
        snapshots: store.add_snapshots(&batch.snapshots)?,
        cash: store.add_cash(&cash)?,
        statements: store.add_statements(&batch.statements)?,
        texts: texts(site, batch, &store)?,
    })
}

fn texts(site: &SiteDir, batch: &Batch, store: &Store) -> Result<Added> {
    let annotations = batch.annotations.iter().map(|note| (site.root().join(&note.path), note.text.as_str()));
    let commentary = batch.commentary.iter().map(|(month, text)| (site.commentary_file(*month), text.as_str()));
    let mut added = Added::default();
    for (path, text) in annotations.chain(commentary) {
        if store.add_text(&path, text)? {
            added.new += 1;
        } else {
            added.known += 1;
        }
    }
    Ok(added)
}

#[cfg(test)]
#[path = "save_tests.rs"]
mod tests;
