//! From a site directory to its finished `public/`: load, compute, redact, render, look for leaks, swap.

mod begun;
#[cfg(test)]
mod edits;
mod figures;
mod inputs;
mod kept_figures;
#[cfg(test)]
mod kept_tests;
mod leaks;
mod listing;
mod lock;
mod memory;
#[cfg(test)]
mod private_values_tests;
mod rebuilt;
pub mod session;
#[cfg(test)]
mod session_tests;
mod static_files;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod typesetting;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::calendar::YearMonth;
use crate::config::{self, Config, is_base_url};
use crate::error::{Error, Place, Result};
use crate::kept::Kept;
use crate::proof::{self, Witness};
use crate::publication::scan::refuse_leaks;
use crate::record::{Finding, HeldRecord, Record, Severity};
use crate::render::markdown::PageOf;
use crate::render::own_templates::OwnTemplates;
use crate::render::pictures::Pictures;
use crate::report::{self, Cache, Reports};
use crate::site::output::{self, Replaced, Summary};
use crate::site::{self, Files, finer, overrides, theme};
use crate::site_dir::{INPUT_FOLDERS, SiteDir};
pub use begun::{Begun, Whole};
use figures::Figures;
pub use lock::Lock;
use memory::{Memory, Said};

/// Options of a build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The folder to write, instead of `public/`.
    pub out: Option<&'a Path>,
    /// The address the site is published at, instead of the configured one.
    pub base_url: Option<&'a str>,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether the monthly reports are left out, and what leads to them.
    pub without_reports: bool,
}

/// What a build did.
#[derive(Debug)]
pub struct Built {
    /// How many files the site has.
    pub files: usize,
    /// How many of them changed.
    pub summary: Summary,
    /// What the site that stood there said more finely.
    pub finer_before: Vec<String>,
    /// Warnings about the record that did not keep it from being built.
    pub warnings: usize,
    /// The monthly reports.
    pub reports: Typeset,
}

impl Built {
    /// What a build says that finds everything as the last one left it.
    fn again(said: Said) -> Self {
        let Said { files, warnings, reports } = said;
        let summary = Summary { written: 0, unchanged: files, removed: 0 };
        Self {
            files,
            summary,
            finer_before: Vec::new(),
            warnings,
            reports: Typeset { count: 0, warnings: reports, not_kept: None },
        }
    }
}

/// What became of the monthly reports.
#[derive(Debug)]
pub struct Typeset {
    /// How many were typeset; the others had not changed.
    pub count: usize,
    /// What was found odd in a template.
    pub warnings: Vec<String>,
    /// Why they could not be kept for the next build, if so.
    pub not_kept: Option<Error>,
}

/// Builds the site. The old one stays as it is unless everything succeeds.
///
/// # Errors
/// A record with errors, a template or link that is wrong, something private in a page, a folder that cannot be
/// replaced.
pub fn build(site: &SiteDir, config: &Config, today: NaiveDate, options: &Options) -> Result<Built> {
    let _lock = Lock::take(site)?;
    let public = site.public();
    let out = options.out.unwrap_or(&public);
    refuse_among_inputs(site, out)?;
    let mut memory = Memory::open(site, config, today, options, out);
    if let Some(said) = memory.as_mut().and_then(Memory::unchanged) {
        return Ok(Built::again(said));
    }
    let known = memory.as_ref().and_then(|memory| memory.figures().read(site, config));
    let is_known = known.is_some();
    let (held, figures) = match known {
        Some((held, figures)) => {
            publishable(held.record(), options.base_url)?;
            (held, figures)
        }
        None => {
            let seen = memory.as_mut().map_or_else(|| site.clone(), Memory::seen);
            let held = HeldRecord::load(&seen, config, today);
            drop_aside(seen);
            let figures = checked(held.record(), config, options)?;
            (held, figures)
        }
    };
    let (built, files) = made(site, config, options, memory, &held, &figures, is_known)?;
    drop_aside((held, figures, files));
    Ok(built)
}

/// Refuses to put a site among what sites are made from: the next build would take it for texts and pictures.
fn refuse_among_inputs(site: &SiteDir, out: &Path) -> Result<()> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let below = absolute(out)
        .zip(absolute(site.root()))
        .and_then(|(out, root)| Some(out.strip_prefix(root).ok()?.to_owned()));
    let first = below.as_deref().and_then(|below| below.iter().next());
    match first.and_then(|first| INPUT_FOLDERS.iter().find(|folder| first == **folder)) {
        Some(folder) => Err(Error::refused(format!("the next build would read this site as a part of {folder}/"))
            .at(Place::file(out))
            .hint("name another folder with `--out`")),
        None => Ok(()),
    }
}

/// Drops what is large while the work goes on, or the program ends without it.
fn drop_aside<T: Send + 'static>(value: T) {
    rayon::spawn(|| drop(value));
}

/// Makes the site of a record in the place of the old one, and gives every file that stands there now.
fn made(
    site: &SiteDir,
    config: &Config,
    options: &Options,
    memory: Option<Memory>,
    held: &HeldRecord,
    figures: &Figures,
    is_known: bool,
) -> Result<(Built, Files)> {
    let public = site.public();
    let out = options.out.unwrap_or(&public);
    let record = held.record();
    let materials = Materials::read(site)?;
    let rendering = Rendering { site, figures, materials: &materials, config, options };
    let cache = cache(site);
    let mut kept = memory.as_ref().map(|memory| memory.kept(record));
    // What the next build is spared is written down beside the pages.
    let figures_text = || memory.as_ref().filter(|_| !is_known)?.figures().text(held, figures);
    let (mut rendered, computed) = rayon::join(|| rendering.rendered(&cache, kept.as_ref()), figures_text);
    if rendered.is_err() && kept.as_ref().is_some_and(|kept| !kept.taken().is_empty()) {
        // Of what was made before it is not known where in the author's texts a link stands: all is made again to say it.
        kept = memory.as_ref().map(|memory| memory.kept_from_now(record));
        rendered = rendering.rendered(&cache, kept.as_ref());
    }
    let Rendered { files, mut reports } = rendered?;
    let read = kept.as_ref().map(Kept::taken).unwrap_or_default();
    let before = options.out.is_none().then(|| site.site_before());
    let finer_before = finer_before(out, &files, &read);
    let known = output::Known { read: Some(&read), before: before.as_deref() };
    let Replaced { summary, files: written } = output::replace(out, &files, known)?;
    let odd = overrides::odd(&materials.templates).len() + materials.pictures.findings().len();
    let warnings = held.warnings() + odd;
    let said = Said { files: files.len(), warnings, reports: reports.warnings.clone() };
    if let (Some(memory), Some(kept), None) = (memory, kept, &reports.not_kept) {
        reports.not_kept = memory.keep(&written, said, kept.into_made(), computed.as_ref()).err();
    }
    Ok((Built { files: files.len(), summary, finer_before, warnings, reports }, written))
}

/// What the tables that stand in a folder say more finely than the new ones; those that are kept are the same.
fn finer_before(out: &Path, files: &Files, kept: &BTreeSet<String>) -> Vec<String> {
    let Ok(there) = std::fs::read_dir(out.join("data")) else { return Vec::new() };
    let mut paths: Vec<String> =
        there.filter_map(|entry| Some(format!("data/{}", entry.ok()?.file_name().to_str()?))).collect();
    paths.sort();
    let changed = paths.into_iter().filter(|path| finer::is_table(path) && !kept.contains(path));
    let finer = |path: String| {
        let old = std::fs::read(out.join(&path)).ok()?;
        let new: &[u8] = files.get(&path).map_or(b"{\"rows\":[]}", |file| file);
        (old != new).then(|| finer::finer_before(&path, &old, new))
    };
    changed.filter_map(finer).flatten().collect()
}

/// A site in memory.
#[derive(Debug)]
pub struct Rendered {
    /// Its files.
    pub files: Files,
    /// The monthly reports among them.
    pub reports: Typeset,
}

/// Where a site keeps its reports from one build to the next.
pub fn cache(site: &SiteDir) -> Cache {
    Cache::at(site.cache().join("reports"))
}

/// Renders the site into memory and makes sure that it holds nothing private.
///
/// # Errors
/// As [`build`], without those of writing.
pub fn render(
    site: &SiteDir,
    record: &Record,
    config: &Config,
    options: &Options,
    cache: &Cache,
) -> Result<Rendered> {
    let figures = checked(record, config, options)?;
    let materials = Materials::read(site)?;
    Rendering { site, figures: &figures, materials: &materials, config, options }.rendered(cache, None)
}

/// The files that pages and reports share, each read once.
struct Materials {
    templates: OwnTemplates,
    pictures: Pictures,
}

impl Materials {
    fn read(site: &SiteDir) -> Result<Self> {
        Ok(Self { templates: OwnTemplates::read(&site.templates())?, pictures: Pictures::below(&site.content())? })
    }
}

/// Everything a site is rendered from.
struct Rendering<'a> {
    site: &'a SiteDir,
    figures: &'a Figures,
    materials: &'a Materials,
    config: &'a Config,
    options: &'a Options<'a>,
}

impl Rendering<'_> {
    /// Renders the site as far as it is not kept.
    fn rendered(&self, cache: &Cache, kept: Option<&Kept>) -> Result<Rendered> {
        let Self { site, figures, materials, config, options } = *self;
        let Figures { publication, secrets, tables } = figures;
        let page_of = site::page_of_files(publication, options.drafts);
        let recorded = proof::files_to_publish(site, config)?;
        let witnesses = proof::witnesses(recorded.as_ref(), publication);
        let made = reporting((site, config), options, materials, &page_of, &witnesses, (cache, kept));
        let reports = || match options.without_reports {
            true => report::none(publication, &made),
            false => report::all(publication, &made),
        };
        let (reports, theme) = rayon::join(reports, || theme::load(&materials.templates));
        let (reports, theme) = (reports?, theme?);
        let content = site.content();
        let rendering = site::Options {
            base_url: options.base_url,
            drafts: options.drafts,
            lines: false,
            templates: None,
            pictures: Some(materials.pictures.files()),
            content_dir: Some(&content),
            static_files: Some(&static_files::read(site)?),
            proof: recorded.as_ref(),
            reports: Some(&reports.files),
            promised: None,
            kept,
        };
        let site::RenderedSite { files, held } =
            site::render_again(publication, &theme, tables, &rendering, &site::Held::default())?;
        drop_aside(held);
        let files = Arc::unwrap_or_clone(files);
        let known = kept.map(Kept::taken).unwrap_or_default();
        let new = files.iter().filter(|(path, _)| !known.contains(*path));
        let new: Files = new.map(|(path, content)| (path.clone(), content.clone())).collect();
        refuse_leaks(&[secrets.search(&new), secrets.search(&reports.words)].concat())?;
        let Reports { typeset: count, warnings, not_kept, .. } = reports;
        Ok(Rendered { files, reports: Typeset { count, warnings, not_kept } })
    }
}

/// Typesets the report of one month, and makes sure that it holds nothing private.
///
/// # Errors
/// As [`report::one`]; a record with errors; something private in the report.
pub fn report(
    site: &SiteDir,
    record: &Record,
    config: &Config,
    month: YearMonth,
    options: &Options,
) -> Result<Reports> {
    let Figures { publication, secrets, .. } = checked(record, config, options)?;
    let materials = Materials::read(site)?;
    let cache = cache(site);
    let page_of = site::page_of_files(&publication, options.drafts);
    let witnesses = proof::witness(site, month)?.map(|witness| (month, witness)).into_iter().collect();
    let made = reporting((site, config), options, &materials, &page_of, &witnesses, (&cache, None));
    let reports = report::one(&publication, month, &made)?;
    refuse_leaks(&secrets.search(&reports.words))?;
    Ok(reports)
}

fn reporting<'a>(
    (site, config): (&'a SiteDir, &'a Config),
    options: &Options<'a>,
    materials: &'a Materials,
    page_of: &'a PageOf,
    witnesses: &'a BTreeMap<YearMonth, Witness>,
    (cache, kept): (&'a Cache, Option<&'a Kept>),
) -> report::Options<'a> {
    let (base_url, drafts) = (options.base_url, options.drafts);
    let config::Report { paper, fonts } = &config.report;
    let Materials { templates, pictures } = materials;
    let is_wanted = &|| true;
    let (paper, root) = (*paper, site.root());
    report::Options {
        base_url,
        drafts,
        templates,
        paper,
        fonts,
        root,
        page_of,
        pictures,
        witnesses,
        cache,
        kept,
        is_wanted,
    }
}

/// The figures of a record, if it can be published.
fn checked(record: &Record, config: &Config, options: &Options) -> Result<Figures> {
    publishable(record, options.base_url)?;
    Figures::of(record, config)
}

/// Whether what was found in a record keeps it from being published at an address.
fn publishable(record: &Record, base_url: Option<&str>) -> Result<()> {
    refuse_errors(&record.findings)?;
    if let Some(url) = base_url.filter(|url| !is_base_url(url)) {
        return Err(Error::configuration(format!("`{url}` is not an address a site can be published at"))
            .hint("write it as https://name.github.io/record/"));
    }
    Ok(())
}

/// Nothing is published of which it is not said, or said wrongly, whose money it is.
fn refuse_unsaid_status(findings: &[Finding]) -> Result<()> {
    let Some(found) = findings.iter().find(|finding| finding.kind.is_of_status()) else { return Ok(()) };
    let error = Error::configuration(found.message.clone()).hint(found.next_step.clone());
    Err(match &found.place {
        Some(place) => error.at(place.clone()),
        None => error,
    })
}

/// No figure is published from a record with errors.
fn refuse_errors(findings: &[Finding]) -> Result<()> {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let Some(first) = errors.first() else { return refuse_unsaid_status(findings) };
    let error = Error::data(match errors.len() {
        1 => first.message.clone(),
        count => format!("{} (the first of {count} errors)", first.message),
    });
    let error = error.hint(format!("{}; `trackrecord check` lists everything", first.next_step));
    Err(match &first.place {
        Some(place) => error.at(place.clone()),
        None => error,
    })
}
