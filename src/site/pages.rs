//! The pages of the site: their paths, their templates, and what each template receives.

mod backtest;
mod context;
mod data;
mod execution;
mod front;
mod journal;
mod methodology;
mod months;
mod own;
mod paths;
mod performance;
mod posts;
mod sections;
mod signals;
mod strategies;
mod trades;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use tera::Context;

use crate::Result;
use crate::calendar::YearMonth;
use crate::digest::Digest;
use crate::publication::{Facts, Month, OrderView, Post, Publication, Reads, StrategyView, Unread};
use crate::record::Document;
use crate::render::links::encoded;
use crate::render::markdown::PageOf;
use crate::render::tables::Table;

use super::Options;
use super::anchors::settle;
use super::links::MarkdownLink;
use super::markdown::{self, Html, Source, root_of};
use super::theme::Theme;
use crate::format;
use context::{Link, PageContext, Variables, variables};
pub use front::FrontCharts;
use journal::NoteYears;
use own::OwnPages;
pub use paths::page_of_files;
use paths::{month_path, order_path, page_at, strategy_path};
use sections::{SECTIONS, Section};

/// Everything the pages have in common.
pub struct Site<'a> {
    publication: &'a Publication,
    pub(crate) theme: &'a Theme,
    tables: &'a [Table],
    base_url: Option<String>,
    drafts: bool,
    lines: bool,
    reports: BTreeSet<&'a str>,
    page_of: Arc<PageOf>,
    /// The months that have a page, with their orders.
    months: BTreeMap<YearMonth, Vec<&'a OrderView>>,
    /// The posts that are shown, newest first.
    posts: Vec<Post<'a>>,
    own: OwnPages<'a>,
    note_years: NoteYears<'a>,
    common: Variables,
    front_charts: Arc<OnceLock<FrontCharts>>,
}

/// A finished page.
pub struct Rendered {
    /// Its HTML.
    pub html: String,
    /// Links that came from Markdown.
    pub links: Vec<MarkdownLink>,
    /// The files of the author's texts that are on it.
    pub reads: HashSet<PathBuf>,
}

/// One page.
#[derive(Clone, Copy)]
pub enum Page<'a> {
    /// A page that every site has.
    Section(&'static Section),
    /// One month.
    Month(usize, &'a Month),
    /// One order.
    Order(usize, &'a OrderView),
    /// One of several strategies.
    Strategy(&'a StrategyView),
    /// The notes of one year, where there are many.
    NoteYear(i32),
    /// A page of the author's own.
    Own(Unread<'a>),
    /// The list of those, where there are many.
    AllOwn,
    /// One of his posts.
    Post(usize, Post<'a>),
    /// The posts with a tag.
    Tag(&'a str),
    /// What a server shows where nothing is.
    NotFound,
}

/// The pages of the site.
pub fn list<'a>(site: &Site<'a>) -> Vec<Page<'a>> {
    let publication = site.publication;
    let sections = site.sections().map(Page::Section);
    let several = publication.strategies.list.iter().filter(|_| publication.strategies.several).map(Page::Strategy);
    let months = publication.months.iter().enumerate().map(|(number, month)| Page::Month(number, month));
    let orders = publication.orders.iter().enumerate().map(|(number, order)| Page::Order(number, order));
    let years = site.note_years.years().map(Page::NoteYear);
    let own = site.own.with_page().filter(|page| !site.note_years.has_page(page.slug())).map(Page::Own);
    let all_own = site.own.has_list().then_some(Page::AllOwn);
    let posts = site.posts.iter().enumerate().map(|(number, post)| Page::Post(number, *post));
    let tags = posts::tags(site).into_iter().map(Page::Tag);
    let written = years.chain(own).chain(all_own).chain(posts).chain(tags);
    sections.chain(several).chain(months).chain(orders).chain(written).chain([Page::NotFound]).collect()
}

impl<'a> Site<'a> {
    /// Gathers what all pages need.
    ///
    /// # Errors
    /// Only if a value cannot be handed to a template.
    pub fn new(
        publication: &'a Publication,
        options: &Options<'a>,
        theme: &'a Theme,
        tables: &'a [Table],
        page_of: Arc<PageOf>,
    ) -> Result<Self> {
        let base_url =
            options.base_url.map(ToString::to_string).or_else(|| publication.facts.masthead.base_url.clone());
        let base_url = base_url.map(|url| if url.ends_with('/') { url } else { url + "/" });
        let mut site = Self {
            publication,
            theme,
            tables,
            base_url,
            drafts: options.drafts,
            lines: options.lines,
            reports: options
                .reports
                .into_iter()
                .flat_map(BTreeMap::keys)
                .chain(options.promised.into_iter().flatten())
                .map(String::as_str)
                .collect(),
            page_of,
            months: months::orders_by_month(publication),
            own: OwnPages::of(publication, options.drafts),
            note_years: NoteYears::of(publication),
            posts: publication.texts.posts(options.drafts),
            common: Variables::new(),
            front_charts: Arc::default(),
        };
        site.common = site.common()?;
        Ok(site)
    }

    /// The same with the charts of the front where they may have been drawn before, or will be.
    pub fn with_front_charts(self, front_charts: Arc<OnceLock<FrontCharts>>) -> Self {
        Self { front_charts, ..self }
    }

    fn front_charts(&self) -> Result<&FrontCharts> {
        if let Some(drawn) = self.front_charts.get() {
            return Ok(drawn);
        }
        let drawn = FrontCharts::of(self.publication)?;
        Ok(self.front_charts.get_or_init(|| drawn))
    }

    /// The digest of what every page is made from beside figures and templates: the masthead, what is asked of the site, and which
    /// pages of the author's there are.
    pub(crate) fn outline(&self) -> Digest {
        let Self { publication, base_url, drafts, lines, .. } = self;
        let settings = format!("{:?} {base_url:?} {drafts} {lines}", publication.facts.masthead);
        let post = |post: &Post| {
            format!("{} {:?} {:?} {:?} {:?}", post.path(), post.title(), post.date(), post.tags(), post.summary())
        };
        let posts = Digest::of_parts(self.posts.iter().map(post));
        Digest::of_parts([
            Digest::of(settings.as_bytes()),
            publication.texts.outline(),
            self.own.foot_digest(),
            posts,
        ])
    }

    /// The address the site is published at, ending in `/`.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// The pages that every site has and this one has something to put on.
    fn sections(&self) -> impl Iterator<Item = &'static Section> {
        let publication = self.publication;
        SECTIONS.iter().filter(move |section| (section.applies)(publication))
    }

    fn is_shown(&self, text: Unread) -> bool {
        self.drafts || !text.is_draft()
    }

    /// The path of a month's report, if it has one.
    fn report(&self, month: YearMonth) -> Option<&'a str> {
        self.reports.get(format!("months/{month}.pdf").as_str()).copied()
    }

    fn commentary(&self, month: YearMonth) -> Option<Unread<'a>> {
        self.publication.texts.commentary(month).filter(|text| self.is_shown(*text))
    }

    /// Whether a month has a page.
    fn has_month(&self, month: YearMonth) -> bool {
        self.months.contains_key(&month)
    }

    /// The orders first filled in a month that has a page, newest first.
    fn orders_of(&self, month: YearMonth) -> Vec<&'a OrderView> {
        self.months.get(&month).cloned().unwrap_or_default()
    }

    fn common(&self) -> Result<Variables> {
        variables(&Common {
            facts: &self.publication.facts,
            sections: self.navigation(),
            own_pages: self.own.in_foot().map(own::link).collect(),
            has_more_pages: self.own.has_list(),
            base_url: self.base_url(),
        })
    }

    /// The entries of the navigation with their pages.
    fn navigation(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for section in self.sections() {
            let link = Link::new(section.name, &section.path());
            match entries.last_mut().filter(|entry| entry.name == section.entry) {
                Some(entry) => entry.pages.push(link),
                None => entries.push(Entry { name: section.entry, path: section.path(), pages: vec![link] }),
            }
        }
        entries
    }

    /// The path of the entry of the navigation that a page of this path belongs to.
    fn entry_of(&self, path: &str) -> String {
        let section = self.sections().find(|section| section.path() == path);
        let first = section.and_then(|found| self.sections().find(|section| section.entry == found.entry));
        first.map_or_else(|| path.to_owned(), Section::path)
    }

    fn markdown(&self, document: &Document, page: &str, below: u8) -> Result<Html> {
        let source = Source {
            text: &document.body,
            path: &document.path,
            first_line: document.body_line,
            page,
            below,
            lines: self.lines,
            publication: self.publication,
        };
        markdown::render(&source, &self.page_of)
    }
}

/// What every template receives.
#[derive(Serialize)]
struct Common<'a> {
    facts: &'a Facts,
    /// Entries of the navigation, in order.
    sections: Vec<Entry>,
    /// The author's pages, as many as the foot of a page has room for.
    own_pages: Vec<Link>,
    /// Whether there are more, with a page that lists all of them.
    has_more_pages: bool,
    base_url: Option<&'a str>,
}

/// An entry of the navigation, and the pages that belong to it, the one it leads to first.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    path: String,
    pages: Vec<Link>,
}

/// What every template receives of its own page.
#[derive(Serialize)]
struct Address<'a> {
    /// The way up to the site's root.
    root: &'a str,
    /// Its own path as a link spells it.
    path: &'a str,
    /// The entry of the navigation it belongs to.
    section: &'a str,
    page_title: &'a str,
}

/// A text of the author's on a page that is made all the same.
#[derive(Serialize)]
struct Body {
    body: String,
}

/// The page that a server sends for an address that does not exist.
#[derive(Serialize)]
struct NotFound {
    /// The style sheet, since no relative link leads to it.
    style: String,
}

impl<'a> Page<'a> {
    /// Its path in the site.
    pub fn path(&self) -> String {
        match self {
            Self::Section(section) => section.path(),
            Self::Month(_, month) => month_path(month.month),
            Self::Order(_, order) => order_path(order),
            Self::Strategy(strategy) => strategy_path(strategy),
            Self::NoteYear(year) => journal::year_path(*year),
            Self::Own(page) => page_at(page.slug()),
            Self::AllOwn => page_at(own::LIST),
            Self::Post(_, post) => post.path(),
            Self::Tag(tag) => posts::tag_path(tag),
            Self::NotFound => "404.html".into(),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            Self::Section(section) => section.template,
            Self::Month(..) => "month.html",
            Self::Order(..) => "trade.html",
            Self::Strategy(_) => "strategy.html",
            Self::NoteYear(_) => "journal_year.html",
            Self::Own(_) => "page.html",
            Self::AllOwn => "pages.html",
            Self::Post(..) => "post.html",
            Self::Tag(_) => "tag.html",
            Self::NotFound => "404.html",
        }
    }

    /// The section this page belongs to.
    fn section_path(&self) -> String {
        match self {
            Self::Month(..) => page_at("months"),
            Self::Order(..) => page_at("trades"),
            Self::Strategy(_) => page_at("strategies"),
            Self::NoteYear(_) | Self::Post(..) | Self::Tag(_) => page_at("journal"),
            other => other.path(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Section(section) => section.name.into(),
            Self::Month(_, month) => month.month.in_words(),
            Self::Order(_, order) => {
                format!("{} {}, {}", side_in_words(order), order.symbol, format::day(order.date))
            }
            Self::Strategy(strategy) => strategy.name.clone(),
            Self::NoteYear(year) => format!("Notes on orders, {year}"),
            Self::Own(page) => page.title().into(),
            Self::AllOwn => "All pages".into(),
            Self::Post(_, post) => post.title().into(),
            Self::Tag(tag) => format!("Posts on {tag}"),
            Self::NotFound => "Page not found".into(),
        }
    }

    /// Renders the page.
    ///
    /// # Errors
    /// As [`Theme::render`] and the charts.
    pub fn render(&self, site: &Site<'a>) -> Result<Rendered> {
        let path = self.path();
        // The 404 page is shown at any depth: only absolute links lead anywhere from there.
        let root = match (self, site.base_url()) {
            (Self::NotFound, Some(base_url)) => base_url.to_string(),
            _ => root_of(&path),
        };
        let (spelt, section, title) = (encoded(&path), site.entry_of(&self.section_path()), self.title());
        let address = Address { root: &root, path: &spelt, section: &section, page_title: &title };
        let reads = Reads::default();
        let own = self.context(site, &path, &reads)?;
        let mut context = Context::new();
        for (name, value) in site.common.clone().into_iter().chain(variables(&address)?).chain(own.variables) {
            context.insert_value(name, value);
        }
        let html = settle(site.theme.render(self.template(), &context)?);
        Ok(Rendered { html, links: own.links, reads: reads.into_paths() })
    }

    /// The digest of what it is made from, where all pages are made from `common`. The page for wrong addresses is seen at
    /// any of them, and so carries the style inside.
    pub(crate) fn base(&self, site: &Site<'a>, common: Digest) -> Digest {
        match self {
            Self::NotFound => Digest::of_parts([common, Digest::of(site.theme.style().as_bytes())]),
            Self::AllOwn => Digest::of_parts([common, site.own.list_digest()]),
            _ => common,
        }
    }

    /// What its template receives beside what all pages do.
    fn context(&self, site: &Site<'a>, path: &str, reads: &Reads) -> Result<PageContext> {
        match self {
            Self::Section(section) => with_text((section.context)(site, reads)?, section.text(), site, path, reads),
            Self::Month(number, month) => months::month(site, *number, month, path, reads),
            Self::Order(number, order) => trades::order(site, *number, order, path, reads),
            Self::Strategy(strategy) => strategies::strategy(site.publication, strategy),
            Self::NoteYear(year) => {
                with_text(journal::year(site, *year, reads)?, &journal::year_slug(*year), site, path, reads)
            }
            Self::AllOwn => with_text(own::list(&site.own)?, own::LIST, site, path, reads),
            Self::Own(page) => {
                let text = site.markdown(page.read(reads), path, 1)?;
                Ok(PageContext::new(&Body { body: text.html })?.with_links(text.links))
            }
            Self::Post(number, post) => posts::post(site, *number, *post, path, reads),
            Self::Tag(tag) => posts::tagged(site, tag, reads),
            Self::NotFound => PageContext::new(&NotFound { style: site.theme.style() }),
        }
    }
}

/// What a template receives, with the author's text of this name where there is one.
fn with_text(mut context: PageContext, name: &str, site: &Site, path: &str, reads: &Reads) -> Result<PageContext> {
    if let Some(text) = site.publication.texts.page(name).filter(|text| site.is_shown(*text)) {
        let text = site.markdown(text.read(reads), path, 1)?;
        context.variables.extend(variables(&Body { body: text.html })?);
        context.links.extend(text.links);
    }
    Ok(context)
}

fn side_in_words(order: &OrderView) -> &'static str {
    match order.side {
        crate::record::Side::Buy => "Bought",
        crate::record::Side::Sell => "Sold",
    }
}

#[cfg(test)]
#[path = "pages/tests.rs"]
mod tests;
