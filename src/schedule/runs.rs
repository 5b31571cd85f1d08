//! `data/runs.csv`: what has been run, one row for each time that a job came.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::record::store::{Store, csv_bytes, table_rows, write_atomically};
use crate::site_dir::SiteDir;

/// One row: what became of a job that came at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The job's name.
    pub job: String,
    /// When it came.
    pub scheduled: DateTime<Utc>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended; where it was tried several times, the last of them.
    pub ended: Option<DateTime<Utc>>,
    /// What became of it.
    pub result: Ending,
    /// What it did, or what kept it from it.
    pub detail: String,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It runs, or was cut short by the end of its process.
    Running,
    /// It runs for a second time, after it was cut short.
    Again,
    /// All is done.
    Done,
    /// The gateway is not logged in: it is tried again.
    Waiting,
    /// It was asked to stop, and runs again.
    Stopped,
    /// Something kept it from being done.
    Failed,
}

impl Ending {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Again => "again",
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// The rows, in the order of the file. Without the file there are none.
///
/// # Errors
/// A file that cannot be read.
pub fn read(site: &SiteDir) -> Result<Vec<Run>> {
    table_rows(&site.runs(), site)
}

/// Writes the rows in the place of the old ones, under the site's lock.
///
/// # Errors
/// Another process that goes on writing, or a folder that cannot be written to.
pub fn write(site: &SiteDir, runs: &[Run]) -> Result<()> {
    let _store = Store::open(site)?;
    write_at_once(&site.runs(), runs)
}

/// The same without the site's lock, for the end of a process that holds it itself.
///
/// # Errors
/// A folder that cannot be written to.
pub fn write_at_once(path: &Path, runs: &[Run]) -> Result<()> {
    let bytes = csv_bytes(runs)?;
    write_atomically(path, &bytes, true)
}
