//! Monthly reports: one PDF for each month of a [`Publication`], typeset as a fund's factsheet is.
//!
//! ```text
//! Publication --> month (data) --> typeset (template, charts, tables) --> PDF --> cache
//! content/    --> markdown (tree) --^
//! ```
//!
//! A report depends only on its month and the months before it, so that it does not change as the record grows.
//! It is archival (PDF/A-3a), accessible (PDF/UA-1), and carries the month's orders as CSV, and its daily returns where
//! those are published.

mod apostrophes;
mod cache;
mod card;
mod errors;
mod footnotes;
mod locate;
mod markdown;
mod missing_glyphs;
mod month;
mod paths;
mod standing;
mod templates;
mod typeset;
mod typesetter;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use crate::calendar::YearMonth;
use crate::config::Paper;
use crate::file_content::FileContent;
use crate::kept::Kept;
use crate::proof::Witness;
use crate::publication::{Month, Publication};
use crate::render::markdown::PageOf;
use crate::render::own_templates::OwnTemplates;
use crate::render::pictures::Pictures;
use crate::{Error, Result};

pub use cache::Cache;
pub use card::PATH as CARD_PATH;
pub use typeset::is_own;

use typesetter::Typesetter;

/// What a report needs beside the publication.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The address the site is published at, instead of the configured one.
    pub base_url: Option<&'a str>,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// The site's own templates.
    pub templates: &'a OwnTemplates,
    /// Size of the pages.
    pub paper: Paper,
    /// The site's own font files, by their path below its root.
    pub fonts: &'a [String],
    /// The site's root, below which they are, and texts in which to look for characters that no font has.
    pub root: &'a Path,
    /// The page of the site for each Markdown file, so that commentary can link to it.
    pub page_of: &'a PageOf,
    /// The pictures that commentary can refer to.
    pub pictures: &'a Pictures,
    /// The line of the log that each month's report carries, where the site records.
    pub witnesses: &'a BTreeMap<YearMonth, Witness>,
    /// Reports that were made before.
    pub cache: &'a Cache,
    /// The reports of the last build.
    pub kept: Option<&'a Kept>,
    /// Whether anybody still waits for them, which is asked before each.
    pub is_wanted: &'a (dyn Fn() -> bool + Sync),
}

/// Finished reports.
#[derive(Debug, Default)]
pub struct Reports {
    /// The documents by their path in the site: `months/2026-01.pdf`.
    pub files: BTreeMap<String, FileContent>,
    /// Every text in them, by name, for the search for private values: inside the PDFs the text is compressed.
    pub words: BTreeMap<String, FileContent>,
    /// How many were typeset anew instead of read from the cache.
    pub typeset: usize,
    /// Warnings of the compiler.
    pub warnings: Vec<String>,
    /// Why some could not be stored in the cache.
    pub not_kept: Option<Error>,
}

/// The path of a month's report in the site.
pub fn path_of(month: YearMonth) -> String {
    format!("months/{month}.pdf")
}

/// The report of every month.
///
/// # Errors
/// The first month that cannot be typeset: a template that is wrong, commentary that cannot be typeset; one that nobody waits
/// for any more.
pub fn all(publication: &Publication, options: &Options) -> Result<Reports> {
    let typesetter = Typesetter::new(publication, options)?;
    let reports = || publication.months.par_iter().map(|month| typesetter.report(month)).collect();
    let (made, card) = rayon::join(reports, || typesetter.card());
    typesetter.gathered(made, card?)
}

/// No month's report, but the picture for links, where there is one.
///
/// # Errors
/// A template that is wrong, or a picture that cannot be typeset.
pub fn none(publication: &Publication, options: &Options) -> Result<Reports> {
    if options.base_url.is_none() {
        return Ok(Reports::default());
    }
    let typesetter = Typesetter::new(publication, options)?;
    typesetter.gathered(Vec::new(), typesetter.card()?)
}

/// The report of one month.
///
/// # Errors
/// As [`all`], and a month without a daily return.
pub fn one(publication: &Publication, month: YearMonth, options: &Options) -> Result<Reports> {
    let known = known(publication, month)?;
    let typesetter = Typesetter::new(publication, options)?;
    typesetter.gathered(vec![typesetter.report(known)], None)
}

/// The pages of the report of one month as a picture: a PNG with `scale` pixels a point.
///
/// # Errors
/// As [`one`].
pub fn picture(publication: &Publication, month: YearMonth, options: &Options, scale: f64) -> Result<Vec<u8>> {
    let known = known(publication, month)?;
    Typesetter::new(publication, options)?.picture(known, scale)
}

/// A month that has a report.
fn known(publication: &Publication, month: YearMonth) -> Result<&Month> {
    let known = publication.months.iter().find(|known| known.month == month);
    known.ok_or_else(|| {
        let error =
            Error::usage(format!("there is no report for {}: no daily return is dated in it", month.in_words()));
        match (publication.months.first(), publication.months.last()) {
            (Some(first), Some(last)) => error.hint(format!("the record has {} to {}", first.month, last.month)),
            _ => error.hint("returns need two snapshots"),
        }
    })
}

/// The file from which the template reads its data.
const DATA: &str = "data.json";

/// The heading level of the commentary section.
const COMMENTARY_LEVEL: u8 = 2;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "commentary_tests.rs"]
mod commentary_tests;

#[cfg(test)]
#[path = "font_tests.rs"]
mod font_tests;
