//! What a session is asked for, and what it gives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::texts::Edit;
use crate::digest::Digest;
use crate::kept::Made;
use crate::record::Finding;
use crate::site::{self, Files};

/// How a session's site is made, whatever its configuration says.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The address the site is published at, instead of the configured one.
    pub base_url: Option<String>,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether blocks made from Markdown say which line they come from, as attributes that `build` leaves out.
    pub lines: bool,
}

/// What may have changed since the last time.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// Nobody knows: all files are looked at, and those are read whose size or times are other ones.
    Unknown,
    /// Nothing but these files and what is below these folders.
    Paths(&'a BTreeSet<PathBuf>),
}

/// When reports are typeset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With the pages.
    Now,
    /// When [`Session::typesetting`](super::session::Session::typesetting) is run. Until then the site has the ones of before, as far as there are any.
    Later,
}

/// A site after a change.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// All of its files.
    pub files: Arc<Files>,
    /// The paths of those that are new or differ from before.
    pub changed: BTreeSet<String>,
    /// The paths of those that are gone.
    pub removed: BTreeSet<String>,
    /// What the author wrote since the site before, where lines are asked for.
    pub edits: Vec<Edit>,
    /// What the owner should know about the record and the templates.
    pub findings: Vec<Finding>,
    /// How many reports were typeset; the others had not changed.
    pub typeset: usize,
    /// What was found odd in the templates of the reports.
    pub report_warnings: Vec<String>,
    /// Whether reports are still to be typeset.
    pub reports_wait: bool,
}

/// What a site has otherwise than the one before.
pub(super) struct Difference {
    /// The paths of the files that are new or other ones.
    pub(super) changed: BTreeSet<String>,
    /// The paths of those that are gone.
    pub(super) removed: BTreeSet<String>,
}

impl Difference {
    /// From one site to the next. Both are in order, so that each is gone through once.
    pub(super) fn between(before: &Files, now: &Files) -> Self {
        let (mut changed, mut removed) = (BTreeSet::new(), BTreeSet::new());
        let mut before = before.iter().peekable();
        for (path, content) in now {
            while let Some((gone, _)) = before.next_if(|(old, _)| *old < path) {
                removed.insert(gone.clone());
            }
            match before.next_if(|(old, _)| *old == path) {
                Some((_, old)) if old == content => {}
                _ => drop(changed.insert(path.clone())),
            }
        }
        removed.extend(before.map(|(path, _)| path.clone()));
        Self { changed, removed }
    }
}

/// The last site that was whole.
#[derive(Default)]
pub(super) struct Generation {
    /// Counts up.
    pub(super) number: u64,
    pub(super) files: Arc<Files>,
    pub(super) made: Arc<BTreeMap<String, Made>>,
    pub(super) held: site::Held,
    /// The figures of which the private values were looked for in it.
    pub(super) base: Option<Digest>,
    pub(super) findings: Vec<Finding>,
    pub(super) reports: Reports,
}

/// Reports as they were last typeset.
#[derive(Default)]
pub(super) struct Reports {
    pub(super) files: Arc<Files>,
    pub(super) made: Arc<BTreeMap<String, Made>>,
    pub(super) warnings: Vec<String>,
    /// Whether they may be older than the pages.
    pub(super) wait: bool,
}
