//! From a site directory to its finished `public/`: load, compute, redact, render, look for leaks, swap.

use std::path::Path;

use chrono::NaiveDate;

use crate::config::{Config, is_base_url};
use crate::error::{Error, Result};
use crate::publication::publish;
use crate::publication::scan::{Secrets, refuse_leaks};
use crate::record::{Finding, Record, Severity, load};
use crate::site::output::{self, Summary};
use crate::site::{self, Files};
use crate::site_dir::SiteDir;

/// What a build can be told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The folder to write, instead of `public/`.
    pub out: Option<&'a Path>,
    /// The address the site is published at, instead of the configured one.
    pub base_url: Option<&'a str>,
    /// Whether drafts are shown.
    pub drafts: bool,
}

/// What a build did.
#[derive(Debug)]
pub struct Built {
    /// How many files the site has.
    pub files: usize,
    /// How many of them changed.
    pub summary: Summary,
    /// Warnings about the record that did not keep it from being built.
    pub warnings: usize,
}

/// Builds the site. The old one stays as it is unless everything succeeds.
///
/// # Errors
/// A record with errors, a template or link that is wrong, something private in a page, a folder that cannot be
/// replaced.
pub fn build(site: &SiteDir, config: &Config, today: NaiveDate, options: &Options) -> Result<Built> {
    let record = load::load(site, config, today);
    let files = render(site, &record, config, options)?;
    let public = site.public();
    let summary = output::replace(options.out.unwrap_or(&public), &files)?;
    let warnings = record.findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
    Ok(Built { files: files.len(), summary, warnings })
}

/// Renders the site into memory and makes sure that it holds nothing private.
///
/// # Errors
/// As [`build`], without those of writing.
pub fn render(site: &SiteDir, record: &Record, config: &Config, options: &Options) -> Result<Files> {
    refuse_errors(&record.findings)?;
    if let Some(url) = options.base_url.filter(|url| !is_base_url(url)) {
        return Err(Error::new(format!("`{url}` is not an address a site can be published at"))
            .hint("write it as https://name.github.io/record/"));
    }
    let publication = publish(record, config)?;
    let templates = site.templates();
    let rendering = site::Options {
        base_url: options.base_url,
        drafts: options.drafts,
        template_dir: templates.is_dir().then_some(&templates),
    };
    let files = site::render(&publication, &rendering)?;
    refuse_leaks(&Secrets::of(record, config).search(&files))?;
    Ok(files)
}

/// No figure is published from a record with errors.
fn refuse_errors(findings: &[Finding]) -> Result<()> {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let error = Error::new(match errors.len() {
        1 => first.message.clone(),
        count => format!("{} (the first of {count} errors)", first.message),
    });
    let error = error.hint(format!("{}; `trackrecord check` lists everything", first.next_step));
    Err(match &first.place {
        Some(place) => error.at(place.clone()),
        None => error,
    })
}
