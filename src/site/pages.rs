//! The pages of the site: their paths, their templates, and what each template receives.

mod backtest;
mod bars;
mod beside;
mod context;
mod costs;
mod data;
mod disclosures;
mod equal_parts;
mod execution;
mod feed;
mod front;
mod journal;
mod luck;
mod methodology;
mod months;
mod own;
mod page;
mod paths;
mod performance;
mod posts;
mod proof;
mod recorded;
mod restatements;
mod sections;
mod signals;
mod stamped;
mod strategies;
mod trades;
mod years;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::Result;
use crate::calendar::YearMonth;
use crate::digest::Digest;
use crate::proof::Published;
use crate::publication::{Facts, OrderView, Post, Publication, TripsByOrder, Unread};
use crate::record::Document;
use crate::render::markdown::PageOf;
use crate::render::tables::Table;

use super::Options;
use super::markdown::{self, Html, Source};
use super::theme::Theme;
use context::{Link, Variables, variables};
pub use front::FrontCharts;
use own::OwnPages;
pub use page::{Page, Rendered};
pub(super) use paths::page_at;
pub use paths::page_of_files;
use sections::{SECTIONS, Section};
use years::ByYear;

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
    /// The years that have a page of notes, and those that have one of orders.
    note_years: ByYear<'a>,
    order_years: ByYear<'a>,
    trips: TripsByOrder<'a>,
    common: Variables,
    front_charts: Arc<OnceLock<FrontCharts>>,
    proof: Option<&'a Published>,
}

/// The pages of the site.
pub fn list<'a>(site: &Site<'a>) -> Vec<Page<'a>> {
    let publication = site.publication;
    let sections = site.sections().map(Page::Section);
    let several = publication.strategies.list.iter().filter(|_| publication.strategies.several).map(Page::Strategy);
    let months = publication.months.iter().enumerate().map(|(number, month)| Page::Month(number, month));
    let orders = publication.orders.iter().enumerate().map(|(number, order)| Page::Order(number, order));
    let years = site.note_years.years().map(Page::NoteYear);
    let trades = site.order_years.years().map(Page::OrderYear);
    let trades = trades.chain((!site.order_years.is_empty()).then_some(Page::OrderIndex));
    let own = site.own.with_page().filter(|page| !journal::is_year(&site.note_years, page.slug())).map(Page::Own);
    let all_own = site.own.has_list().then_some(Page::AllOwn);
    let posts = site.posts.iter().enumerate().map(|(number, post)| Page::Post(number, *post));
    let tags = posts::tags(site).into_iter().map(Page::Tag);
    let feed = site.base_url().map(|_| Page::Feed);
    let written = years.chain(own).chain(all_own).chain(posts).chain(tags);
    sections
        .chain(several)
        .chain(months)
        .chain(orders)
        .chain(trades)
        .chain(written)
        .chain(site.proof.map(Page::Proof))
        .chain([Page::NotFound])
        .chain(feed)
        .collect()
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
        let mut site = Self {
            publication,
            theme,
            tables,
            base_url: publication.facts.masthead.address(options.base_url),
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
            note_years: journal::note_years(publication),
            order_years: trades::years(publication),
            trips: TripsByOrder::of(publication),
            posts: publication.texts.posts(options.drafts),
            common: Variables::new(),
            front_charts: Arc::default(),
            proof: options.proof,
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
        // Every page carries the newest line of the log.
        let proof = self.proof.map(Published::digest);
        let settings = format!("{:?} {base_url:?} {drafts} {lines} {proof:?}", publication.facts.masthead);
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
        let locale = self.publication.facts.masthead.locale;
        variables(&Common {
            facts: &self.publication.facts,
            sections: self.navigation(),
            own_pages: self.own.in_foot().map(own::link).collect(),
            has_more_pages: self.own.has_list(),
            witness: self.proof.and_then(|proof| proof.told.newest()).map(|line| line.to_string()),
            base_url: self.base_url(),
            marks: String::from_iter([locale.thousands(), locale.decimal()]),
            month_first: locale.month_first(),
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
        markdown::render(&self.source(document, page, below), &self.page_of)
    }

    /// A text on a page, below a heading of this level.
    fn source<'s>(&'s self, document: &'s Document, page: &'s str, below: u8) -> Source<'s> {
        Source {
            text: &document.body,
            path: &document.path,
            first_line: document.body_line,
            page,
            below,
            lines: self.lines,
            publication: self.publication,
        }
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
    /// The newest line of the log, where there is one.
    witness: Option<String>,
    base_url: Option<&'a str>,
    /// What scripts write between thousands and before a fraction, and whether the month stands before the day.
    marks: String,
    month_first: bool,
}

/// An entry of the navigation, and the pages that belong to it, the one it leads to first.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    path: String,
    pages: Vec<Link>,
}

#[cfg(test)]
#[path = "pages/tests.rs"]
mod tests;
