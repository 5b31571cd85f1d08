//! What a session is asked for, and what it gives.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::record::Finding;
use crate::site::Files;

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
    /// What the owner should know about the record and the templates.
    pub findings: Vec<Finding>,
    /// How many reports were typeset; the others had not changed.
    pub typeset: usize,
    /// What was found odd in the templates of the reports.
    pub report_warnings: Vec<String>,
    /// Whether reports are still to be typeset.
    pub reports_wait: bool,
}
