//! The steps of a build: templates, tables, pages, and the proof that all links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::digest::Digest;
use crate::file_content::FileContent;
use crate::kept::Kept;
use crate::proof;
use crate::publication::Publication;
use crate::render::links::{composed, encoded};
use crate::render::markdown::PageOf;
use crate::render::own_templates::OwnTemplates;
use crate::render::tables::{self, Table};
use crate::{Error, Place, Result};

use super::links;
use super::links::MarkdownLink;
use super::one_file;
use super::pages::{self, FrontCharts, Page, Rendered, Site};
use super::theme::{self, Theme};

/// The files of a site by their path, which is relative and written with `/`.
pub type Files = BTreeMap<String, FileContent>;

/// Options of a build beside the publication.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The address the site is published at, instead of the configured one.
    pub base_url: Option<&'a str>,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether blocks made from Markdown say which line they come from.
    pub lines: bool,
    /// The site's own templates, if it has any.
    pub templates: Option<&'a OwnTemplates>,
    /// The pictures beside the author's Markdown, by their path in the site.
    pub pictures: Option<&'a Files>,
    /// The folder of the author's texts: a file in it that a page links to becomes part of the site.
    pub content_dir: Option<&'a Path>,
    /// Files that become part of the site as they are, by their path in it.
    pub static_files: Option<&'a Files>,
    /// What is published of the proof, if there is one.
    pub proof: Option<&'a proof::Published>,
    /// The monthly reports, by their path in the site.
    pub reports: Option<&'a Files>,
    /// The paths of reports that will be there in time, with those that are there already.
    pub promised: Option<&'a BTreeSet<String>>,
    /// Files that were made before.
    pub kept: Option<&'a Kept>,
}

/// What the rendering of a site leaves in memory for the next one.
#[derive(Debug, Default)]
pub struct Held {
    links: links::Index,
    /// The links that came from Markdown, by the page they are on.
    markdown: BTreeMap<String, Vec<MarkdownLink>>,
    files: Arc<Files>,
    /// The files that were still to come.
    promised: BTreeSet<String>,
    front: Drawn,
    page_of: Mapped,
}

impl Held {
    /// Whether a file that was there or was still to come is neither now.
    fn has_lost(&self, files: &Files, promised: &BTreeSet<String>) -> bool {
        let is_gone = |path: &String| !files.contains_key(path) && !promised.contains(path);
        // Both are in order, so that each is gone through once.
        let mut now = files.keys().peekable();
        let mut is_there = |path: &String| {
            while now.next_if(|next| *next < path).is_some() {}
            now.peek().is_some_and(|next| *next == path)
        };
        self.files.keys().any(|path| !is_there(path) && is_gone(path)) || self.promised.iter().any(is_gone)
    }
}

/// The charts of the front, and what they are drawn from.
#[derive(Debug, Default)]
struct Drawn {
    base: Option<Digest>,
    charts: Arc<OnceLock<FrontCharts>>,
}

impl Drawn {
    /// The same charts if they would be drawn from the same, else none yet.
    fn again(&self, kept: Option<&Kept>) -> Self {
        let base = kept.map(|kept| kept.base(["charts"]));
        let is_same = base.is_some() && base == self.base;
        Self { base, charts: if is_same { Arc::clone(&self.charts) } else { Arc::default() } }
    }
}

/// Which file is on which page, and what that follows from.
#[derive(Debug, Default)]
struct Mapped {
    base: Option<Digest>,
    page_of: Arc<PageOf>,
}

impl Mapped {
    /// The same where it follows from the same.
    fn again(&self, publication: &Publication, options: &Options) -> Self {
        let drafts = Digest::of(&[options.drafts.into()]);
        let base = options.kept.map(|kept| kept.base([publication.texts.outline(), drafts]));
        if base.is_some() && base == self.base {
            return Self { base, page_of: Arc::clone(&self.page_of) };
        }
        Self { base, page_of: Arc::new(pages::page_of_files(publication, options.drafts)) }
    }
}

/// A site in memory, and what it leaves for the next one.
#[derive(Debug)]
pub struct RenderedSite {
    /// Its files.
    pub files: Arc<Files>,
    /// For the next rendering, if that keeps files of this one.
    pub held: Held,
}

/// Renders the whole site into memory and checks every internal link.
///
/// # Errors
/// A template that does not parse or render, with its file, line and column; a link that leads nowhere, with the
/// Markdown file or the page it is on.
pub fn render(publication: &Publication, options: &Options) -> Result<Files> {
    let theme = theme::load(options.templates.unwrap_or(&OwnTemplates::none()))?;
    let tables = tables::all(publication);
    let RenderedSite { files, held } = render_again(publication, &theme, &tables, options, &Held::default())?;
    drop(held);
    Ok(Arc::unwrap_or_clone(files))
}

/// Renders the site with its templates and tables at hand, after an earlier time of which some files may be kept.
///
/// # Errors
/// As [`render`], without the templates that do not parse.
pub fn render_again(
    publication: &Publication,
    theme: &Theme,
    tables: &[Table],
    options: &Options,
    earlier: &Held,
) -> Result<RenderedSite> {
    let front = earlier.front.again(options.kept);
    let page_of = earlier.page_of.again(publication, options);
    let site = Site::new(publication, options, theme, tables, Arc::clone(&page_of.page_of))?;
    let site = site.with_front_charts(Arc::clone(&front.charts));
    let same = options.kept.map(|kept| (kept, kept.base([theme.digest(), site.outline()])));
    let pages = pages::list(&site);
    let finished = |page| finished(page, &site, same, earlier);
    let finished = || pages.par_iter().map(finished).collect::<Result<Vec<Finished>>>();
    let tables = || tables.par_iter().map(|table| table_files(table, options.kept)).collect::<Result<Vec<_>>>();
    let (finished, tables) = rayon::join(finished, tables);
    let (finished, tables) = (finished?, tables?);

    let mut files: Files = tables.into_iter().flatten().collect();
    let assets = theme.assets().filter_map(|(name, content)| match name.as_str() {
        // The script of one page, where there is that page.
        theme::CHECK => options.proof.map(|_| (format!("proof/{name}"), content)),
        _ => Some((name, content)),
    });
    files.extend(assets);
    let given = options.reports.into_iter().flatten();
    files.extend(given.map(|(path, content)| (path.clone(), content.clone())));
    let recorded = options.proof.into_iter().flat_map(|proof| &proof.files);
    files.extend(recorded.map(|(path, content)| (path.clone(), content.clone())));
    files.insert(".nojekyll".into(), FileContent::default());
    files.insert("robots.txt".into(), robots(site.base_url()).into());
    let mut markdown = BTreeMap::new();
    let mut written = Vec::with_capacity(finished.len());
    for page in finished {
        if !page.links.is_empty() {
            markdown.insert(page.path.clone(), page.links);
        }
        written.push((page.path, page.content));
    }
    let count = written.len();
    let written = Files::from_iter(written);
    let twice = if written.len() < count { first_twice(&pages) } else { None };
    if let Some(path) = twice.or_else(|| files.keys().find(|path| written.contains_key(*path)).cloned()) {
        return Err(one_file::twice(publication, &path));
    }
    let others = std::mem::replace(&mut files, written);
    files.extend(others);
    if let Some(base_url) = site.base_url() {
        let dates = pages.iter().map(|page| (page.path(), page.last_changed(&site)));
        files.insert("sitemap.xml".into(), sitemap(base_url, &dates.collect()).into());
    }
    for (path, content) in options.static_files.into_iter().flatten() {
        // What search engines may look at is the owner's to say.
        if path != "robots.txt" && files.get(path).is_some_and(|made| made != content) {
            return Err(Error::data("the site has a file of its own at this place")
                .at(Place::file(Path::new("static").join(path)))
                .hint("rename it; templates/ is where a page or the style of the site is changed"));
        }
        files.insert(path.clone(), content.clone());
    }
    let mut links = links::Index::of(&files, site.base_url(), &earlier.links);
    let nothing = BTreeSet::new();
    let promised = options.promised.unwrap_or(&nothing);
    if options.content_dir.is_some() || options.pictures.is_some() {
        let missing = links.missing(&files, earlier.has_lost(&files, promised));
        let missing = missing.into_iter().filter(|path| !promised.contains(path));
        let picture = |path: &String| options.pictures?.get(path).cloned();
        // A picture that no page shows is nobody's to see: it may be of a draft.
        let (shown, others): (Vec<_>, Vec<_>) =
            missing.map(|path| (picture(&path), path)).partition(|(picture, _)| picture.is_some());
        let mut found: Files = shown.into_iter().filter_map(|(picture, path)| Some((path, picture?))).collect();
        if let Some(folder) = options.content_dir {
            found.extend(linked_files(folder, others.iter().map(|(_, path)| path))?);
        }
        if !found.is_empty() {
            files.extend(found);
            links = links::Index::of(&files, site.base_url(), &links);
        }
    }
    one_file::refuse(&files, publication, options)?;
    let is_less = earlier.has_lost(&files, promised);
    // In the order in which the pages were listed, which is that of their paths only by chance.
    let order: Vec<String> = if markdown.is_empty() { Vec::new() } else { pages.iter().map(Page::path).collect() };
    let in_order = order.iter().filter_map(|path| markdown.get(path)).flatten();
    let links = links.check(&files, promised, is_less, in_order)?;
    let (files, promised) = (Arc::new(files), promised.clone());
    let held = Held { links, markdown, files: Arc::clone(&files), promised, front, page_of };
    Ok(RenderedSite { files, held })
}

/// The first path that two of these pages have.
fn first_twice(pages: &[Page]) -> Option<String> {
    let mut seen = BTreeSet::new();
    pages.iter().map(Page::path).find(|path| !seen.insert(path.clone()))
}

/// A page, made now or before.
struct Finished {
    path: String,
    content: FileContent,
    links: Vec<MarkdownLink>,
}

fn finished(page: &Page, site: &Site, same: Option<(&Kept, Digest)>, earlier: &Held) -> Result<Finished> {
    let path = page.path();
    let same = same.map(|(kept, common)| (kept, page.base(site, common)));
    if let Some(content) = same.and_then(|(kept, base)| kept.take(&path, base)) {
        let links = earlier.markdown.get(&path).cloned().unwrap_or_default();
        return Ok(Finished { path, content, links });
    }
    let Rendered { html, links, reads } = page.render(site)?;
    let content = html.into();
    if let Some((kept, base)) = same {
        kept.put(&path, base, reads, &content);
    }
    Ok(Finished { path, content, links })
}

fn table_files(table: &Table, kept: Option<&Kept>) -> Result<Vec<(String, FileContent)>> {
    let same = kept.map(|kept| (kept, kept.base(["table"])));
    let take = |path: String| same.and_then(|(kept, base)| Some((path.clone(), kept.take(&path, base)?)));
    if let Some(files) = table.paths().map(take).into_iter().collect() {
        return Ok(files);
    }
    let files = table.files()?.into_iter().map(|(path, text)| (path, FileContent::from(text))).collect::<Vec<_>>();
    if let Some((kept, base)) = same {
        files.iter().for_each(|(path, content)| kept.put(path, base, [], content));
    }
    Ok(files)
}

/// The files beside the author's texts that pages link to. Texts are no files to hand out: one that is no page is a draft.
fn linked_files<'a>(folder: &Path, paths: impl Iterator<Item = &'a String>) -> Result<Files> {
    let is_text = |path: &str| {
        let ending = Path::new(path).extension().unwrap_or_default();
        ["md", "markdown"].iter().any(|text| ending.eq_ignore_ascii_case(text))
    };
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
    let wanted = paths.filter(|path| !is_text(path) && !is_hidden(path));
    let found = wanted.filter_map(|path| Some((path, spelt(folder, path)?))).filter(|(_, file)| file.is_file());
    let read = |(path, file): (&String, PathBuf)| {
        let content = std::fs::read(&file).map_err(|cause| Error::io("read", &file, cause))?;
        Ok((path.clone(), content.into()))
    };
    found.map(read).collect()
}

/// The file or folder at a path, whose name may be spelt with its accents as letters of their own.
fn spelt(folder: &Path, path: &str) -> Option<PathBuf> {
    path.split('/').try_fold(folder.to_path_buf(), |folder, name| {
        let as_written = folder.join(name);
        if name.is_ascii() || as_written.exists() {
            return Some(as_written);
        }
        let inside = folder.read_dir().ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        inside.filter(|path| path.file_name().is_some_and(|found| composed(&found.to_string_lossy()) == name)).min()
    })
}

fn robots(base_url: Option<&str>) -> String {
    let sitemap = base_url.map(|url| format!("Sitemap: {url}sitemap.xml\n")).unwrap_or_default();
    format!("User-agent: *\nAllow: /\n{sitemap}")
}

/// Every page with the date of its newest content.
fn sitemap(base_url: &str, pages: &BTreeMap<String, NaiveDate>) -> String {
    let pages = pages.iter().filter(|(path, _)| path.ends_with("index.html"));
    let urls: String = pages
        .map(|(path, date)| {
            let address = format!("{base_url}{}", encoded(path.trim_end_matches("index.html")));
            format!("  <url><loc>{}</loc><lastmod>{date}</lastmod></url>\n", crate::format::escape(&address))
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{urls}</urlset>\n"
    )
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod address_tests;

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
