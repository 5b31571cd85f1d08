//! One page: its path, its template, and how it is rendered.

use std::collections::HashSet;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;
use tera::Context;

use super::context::{PageContext, variables};
use super::journal;
use super::own;
use super::paths::{month_path, order_path, page_at, strategy_path};
use super::posts;
use super::proof;
use super::sections::Section;
use super::{Site, feed, months, strategies, trades};
use crate::Result;
use crate::digest::Digest;
use crate::direction::without_turns;
use crate::format;
use crate::proof::Published;
use crate::publication::order_sentence::of_order;
use crate::publication::sentence;
use crate::publication::{Month, OrderView, Post, Reads, StrategyView, Unread};
use crate::render::links::encoded;
use crate::site::anchors::settle;
use crate::site::links::MarkdownLink;
use crate::site::markdown::root_of;

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
    /// The orders of one year, where there are many.
    OrderYear(i32),
    /// All of them for the script that filters, which cannot fetch anything where a site is opened from files.
    OrderIndex,
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
    /// How to check what was published.
    Proof(&'a Published),
    /// What a server shows where nothing is.
    NotFound,
    /// What is new, for feed readers.
    Feed,
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
    /// What it says, for whoever lists it.
    description: &'a str,
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
            Self::OrderYear(year) => trades::year_path(*year),
            Self::OrderIndex => trades::INDEX.into(),
            Self::NoteYear(year) => journal::year_path(*year),
            Self::Own(page) => page_at(page.slug()),
            Self::AllOwn => page_at(own::LIST),
            Self::Post(_, post) => post.path(),
            Self::Tag(tag) => posts::tag_path(tag),
            Self::Proof(_) => page_at(proof::SLUG),
            Self::NotFound => "404.html".into(),
            Self::Feed => "feed.xml".into(),
        }
    }

    pub(super) fn template(&self) -> &'static str {
        match self {
            Self::Section(section) => section.template,
            Self::Month(..) => "month.html",
            Self::Order(..) => "trade.html",
            Self::Strategy(_) => "strategy.html",
            Self::OrderYear(_) => "trades_year.html",
            Self::OrderIndex => "orders.js",
            Self::NoteYear(_) => "journal_year.html",
            Self::Own(_) => "page.html",
            Self::AllOwn => "pages.html",
            Self::Post(..) => "post.html",
            Self::Tag(_) => "tag.html",
            Self::Proof(_) => "verify.html",
            Self::NotFound => "404.html",
            Self::Feed => "feed.xml",
        }
    }

    /// The section this page belongs to.
    fn section_path(&self) -> String {
        match self {
            Self::Month(..) => page_at("months"),
            Self::Order(..) | Self::OrderYear(_) => page_at("trades"),
            Self::Strategy(_) => page_at("strategies"),
            Self::Proof(_) => page_at("methodology"),
            Self::NoteYear(_) | Self::Post(..) | Self::Tag(_) => page_at("journal"),
            other => other.path(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Section(section) => section.name.into(),
            Self::Month(_, month) => month.month.in_words(),
            Self::Order(_, order) => order.title(),
            Self::Strategy(strategy) => strategy.name.clone(),
            Self::OrderYear(year) => format!("Trades, {year}"),
            Self::OrderIndex => "Orders".into(),
            Self::NoteYear(year) => format!("Notes on orders, {year}"),
            Self::Own(page) => page.title().into(),
            Self::AllOwn => "All pages".into(),
            Self::Post(_, post) => post.title().into(),
            Self::Tag(tag) => format!("Posts tagged {tag}"),
            Self::Proof(_) => "Proof".into(),
            Self::NotFound => "Page not found".into(),
            Self::Feed => "Feed".into(),
        }
    }

    /// The date of the newest content on it: of the record, or of the order's note.
    pub(crate) fn last_changed(&self, site: &Site) -> NaiveDate {
        let as_of = site.publication.facts.as_of;
        match self {
            Self::Month(_, month) => month.month.last_day().min(as_of),
            Self::Order(_, order) => {
                let note = order.note.as_ref().map(|note| note.created_at);
                note.map_or(order.last_fill, |written| written.max(order.last_fill)).date_naive()
            }
            _ => as_of,
        }
    }

    /// What it says in a sentence, else what the site does.
    fn description(&self, site: &Site) -> String {
        let publication = site.publication;
        let own = match self {
            Self::Section(section) if section.slug.is_empty() => {
                sentence::in_words(&sentence::of_record(publication))
            }
            Self::Month(_, month) => sentence::in_words(&sentence::of_month(month, &publication.facts)),
            Self::Order(_, order) => {
                let told = sentence::in_words(&of_order(order, &site.trips, publication));
                format!("{} {} on {}{told}", order.side_in_words(), order.symbol, format::day(order.date))
            }
            _ => String::new(),
        };
        if own.is_empty() { publication.facts.masthead.description.clone() } else { own }
    }

    /// Renders the page.
    ///
    /// # Errors
    /// As [`Theme::render`] and the charts.
    pub fn render(&self, site: &Site<'a>) -> Result<Rendered> {
        site.publication.facts.masthead.locale.write(|| self.rendered(site))
    }

    fn rendered(&self, site: &Site<'a>) -> Result<Rendered> {
        let path = self.path();
        // The 404 page is shown at any depth: only absolute links lead anywhere from there.
        let root = match (self, site.base_url()) {
            (Self::NotFound, Some(base_url)) => base_url.to_string(),
            _ => root_of(&path),
        };
        let (spelt, section) = (encoded(&path), site.entry_of(&self.section_path()));
        let [title, description] = [self.title(), self.description(site)].map(|text| without_turns(&text));
        let address =
            Address { root: &root, path: &spelt, section: &section, page_title: &title, description: &description };
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
    pub(super) fn context(&self, site: &Site<'a>, path: &str, reads: &Reads) -> Result<PageContext> {
        match self {
            Self::Section(section) => with_text((section.context)(site, reads)?, section.text(), site, path, reads),
            Self::Month(number, month) => months::month(site, *number, month, path, reads),
            Self::Order(number, order) => trades::order(site, *number, order, path, reads),
            Self::Strategy(strategy) => strategies::strategy(site.publication, strategy),
            Self::OrderYear(year) => trades::year(site, *year),
            Self::OrderIndex => trades::index(site),
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
            Self::Proof(proof) => proof::context(proof, site, reads),
            Self::NotFound => PageContext::new(&NotFound { style: site.theme.style() }),
            Self::Feed => feed::context(site, reads),
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
