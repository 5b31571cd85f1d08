//! Hands a batch to the store together with the files it was read from.

use std::path::PathBuf;

use serde::Serialize;

use super::Batch;
use crate::error::Result;
use crate::record::store::{Added, Changes, Committed, Store, Text};
use crate::site_dir::SiteDir;

/// A file as it was received.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Received {
    /// Its name and content, as the store keeps them.
    pub fn named(&self) -> (String, Vec<u8>) {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (name, self.bytes.clone())
    }
}

/// How many rows of a batch were new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Fills, corrections and cancellations.
    pub executions: Added,
    /// Daily snapshots.
    pub snapshots: Added,
    /// Corporate actions and transfers of positions.
    pub actions: Added,
    /// External flows, income and charges.
    pub cash: Added,
    /// The broker's own periods.
    pub statements: Added,
    /// Annotations and commentary; one whose file exists is known.
    pub texts: Added,
}

impl Saved {
    /// Counts what was committed.
    pub fn of(committed: &Committed) -> Self {
        Self {
            executions: committed.executions.counts(),
            snapshots: committed.snapshots.counts(),
            actions: committed.actions.counts(),
            cash: committed.cash.counts(),
            statements: committed.statements.counts(),
            texts: committed.texts.counts(),
        }
    }

    /// Everything together.
    pub fn total(&self) -> Added {
        let rest = [self.snapshots, self.actions, self.cash, self.statements, self.texts];
        rest.into_iter().fold(self.executions, Added::and)
    }

    /// How many rows contradict stored ones.
    pub fn conflicts(&self) -> usize {
        self.total().conflicts
    }
}

/// Everything a batch holds, and the files it came from.
pub fn changes(site: &SiteDir, batch: &Batch, received: &[Received]) -> Changes {
    let annotations = batch.annotations.iter().map(|note| Text::new(site.root().join(&note.path), &note.text));
    let commentary = batch.commentary.iter().map(|(month, text)| Text::new(site.commentary_file(*month), text));
    Changes {
        raw: received.iter().map(Received::named).collect(),
        executions: batch.executions.clone(),
        snapshots: batch.snapshots.clone(),
        actions: batch.actions.clone(),
        cash: batch.flows.iter().chain(&batch.income).cloned().collect(),
        statements: batch.statements.clone(),
        texts: annotations.chain(commentary).collect(),
        ..Changes::default()
    }
}

/// Writes what a batch holds into a site: all of it or nothing.
///
/// # Errors
/// As [`Store::commit`]: a damaged file, a disk that refuses.
pub fn save(store: &mut Store, batch: &Batch, received: &[Received]) -> Result<Saved> {
    Ok(Saved::of(&store.commit(&changes(store.site(), batch, received))?))
}

#[cfg(test)]
#[path = "save_tests.rs"]
mod tests;
