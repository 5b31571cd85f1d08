//! The pages of the site: their paths, their templates, and what each template receives.

mod page_context;
mod strategies;

use std::collections::BTreeSet;

use serde::Serialize;
use tera::Context;

use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{Month, OrderView, Publication, StrategyView};
use crate::record::Document;
use crate::render::links::below_content;
use crate::render::markdown::PageOf;
use crate::render::tables::Table;

use super::Options;
use super::links::MarkdownLink;
use super::markdown::{self, Html, Source, root_of};
use super::theme::Theme;
use crate::format;
use page_context::PageContext;

/// Everything the pages have in common.
pub struct Site<'a> {
    publication: &'a Publication,
    theme: &'a Theme,
    tables: &'a [Table],
    base_url: Option<String>,
    drafts: bool,
    reports: BTreeSet<&'a str>,
    page_of: PageOf,
    common: Context,
}

/// A finished page.
pub struct Rendered {
    /// Its path in the site.
    pub path: String,
    /// Its HTML.
    pub html: String,
    /// Links that came from Markdown.
    pub links: Vec<MarkdownLink>,
}

/// One page.
#[derive(Clone, Copy)]
pub enum Page<'a> {
    /// A page that every site has.
    Section(&'static Section),
    /// One month.
    Month(usize, &'a Month),
    /// One order.
    Order(&'a OrderView),
    /// One of several strategies.
    Strategy(&'a StrategyView),
    /// A page of the author's own.
    Own(&'a Document),
    /// What a server shows where nothing is.
    NotFound,
}

/// A page that every site has, or every site with strategies to show.
pub struct Section {
    slug: &'static str,
    template: &'static str,
    name: &'static str,
}

/// In the order of the navigation. The first is the site's front.
static SECTIONS: [Section; 11] = [
    Section { slug: "", template: "index.html", name: "Overview" },
    Section { slug: "performance", template: "performance.html", name: "Performance" },
    Section { slug: "months", template: "months.html", name: "Months" },
    Section { slug: "trades", template: "trades.html", name: "Trades" },
    Section { slug: "execution", template: "execution.html", name: "Execution" },
    Section { slug: "strategies", template: "strategies.html", name: "Strategies" },
    Section { slug: "signals", template: "signals.html", name: "Signals" },
    Section { slug: "backtest", template: "backtest.html", name: "Backtest" },
    Section { slug: "journal", template: "journal.html", name: "Journal" },
    Section { slug: "methodology", template: "methodology.html", name: "Methodology" },
    Section { slug: "data", template: "data.html", name: "Data" },
];

impl Section {
    /// Whether there is anything to put on it.
    fn is_of(&self, publication: &Publication) -> bool {
        let strategies = &publication.strategies;
        match self.slug {
            "strategies" => strategies.several,
            "signals" => strategies.list.iter().any(|strategy| !strategy.signals.is_empty()),
            "backtest" => {
                strategies.comparison.is_some() || (strategies.no_comparison.is_some() && !strategies.list.is_empty())
            }
            _ => true,
        }
    }
}

fn strategy_path(strategy: &StrategyView) -> String {
    format!("strategies/{}/index.html", strategy.id)
}

fn page_at(slug: &str) -> String {
    if slug.is_empty() { "index.html".into() } else { format!("{slug}/index.html") }
}

fn month_path(month: YearMonth) -> String {
    format!("months/{month}/index.html")
}

fn order_path(order: &OrderView) -> String {
    format!("trades/{}/index.html", order.slug)
}

/// A text of the author's that stands on a page every site has, by its slug: `index.md` on the front.
fn section_of(slug: &str) -> Option<&'static Section> {
    let slug = if slug == "index" { "" } else { slug };
    SECTIONS.iter().find(|section| section.slug == slug)
}

/// The pages of the site.
pub fn list<'a>(site: &Site<'a>) -> Vec<Page<'a>> {
    let publication = site.publication;
    let sections = site.sections().map(Page::Section);
    let several = publication.strategies.list.iter().filter(|_| publication.strategies.several).map(Page::Strategy);
    let months = publication.months.iter().enumerate().map(|(number, month)| Page::Month(number, month));
    let orders = publication.orders.iter().map(Page::Order);
    let own = site.own_pages().map(Page::Own);
    sections.chain(several).chain(months).chain(orders).chain(own).chain([Page::NotFound]).collect()
}

/// The author's pages that are not part of a page every site has.
fn own_pages(publication: &Publication, drafts: bool) -> impl Iterator<Item = &Document> {
    let shown = publication.pages.values().filter(move |page| drafts || !page.draft);
    shown.filter(|page| section_of(&page.slug).is_none())
}

/// The page of each Markdown file, by the file's path below `content/`.
pub fn page_of_files(publication: &Publication, drafts: bool) -> PageOf {
    let sections = SECTIONS.iter().filter(|section| section.is_of(publication)).map(|section| {
        let slug = if section.slug.is_empty() { "index" } else { section.slug };
        (format!("{slug}.md"), page_at(section.slug))
    });
    let own = own_pages(publication, drafts).map(|page| (below_content(&page.path), page_at(&page.slug)));
    let months =
        publication.months.iter().map(|month| (format!("months/{}.md", month.month), month_path(month.month)));
    let notes = publication
        .orders
        .iter()
        .filter_map(|order| order.note.as_ref().map(|note| (below_content(&note.path), order_path(order))));
    sections.chain(own).chain(months).chain(notes).collect()
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
    ) -> Result<Self> {
        let base_url = options.base_url.map(ToString::to_string).or_else(|| publication.facts.base_url.clone());
        let base_url = base_url.map(|url| if url.ends_with('/') { url } else { url + "/" });
        let mut site = Self {
            publication,
            theme,
            tables,
            base_url,
            drafts: options.drafts,
            reports: options.reports.into_iter().flatten().map(|(path, _)| path.as_str()).collect(),
            page_of: PageOf::new(),
            common: Context::new(),
        };
        site.page_of = page_of_files(publication, options.drafts);
        site.common = site.common_context();
        Ok(site)
    }

    /// The address the site is published at, ending in `/`.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// The pages of the navigation.
    fn sections(&self) -> impl Iterator<Item = &'static Section> {
        let publication = self.publication;
        SECTIONS.iter().filter(move |section| section.is_of(publication))
    }

    fn is_shown(&self, document: &Document) -> bool {
        self.drafts || !document.draft
    }

    fn own_pages(&self) -> impl Iterator<Item = &'a Document> {
        own_pages(self.publication, self.drafts)
    }

    /// The path of a month's report, if it has one.
    fn report(&self, month: YearMonth) -> Option<&'a str> {
        self.reports.get(format!("months/{month}.pdf").as_str()).copied()
    }

    fn commentary(&self, month: YearMonth) -> Option<&'a Document> {
        self.publication.commentary.get(&month).filter(|document| self.is_shown(document))
    }

    fn common_context(&self) -> Context {
        let mut context = Context::new();
        context.insert("facts", &self.publication.facts);
        let sections: Vec<_> = self.sections().map(|section| link(section.name, &page_at(section.slug))).collect();
        context.insert("sections", &sections);
        let own: Vec<_> = self.own_pages().map(|page| link(&page.title, &page_at(&page.slug))).collect();
        context.insert("own_pages", &own);
        context.insert("base_url", &self.base_url);
        context
    }

    fn markdown(&self, document: &Document, page: &str, below: u8) -> Html {
        let source =
            Source { text: &document.body, path: &document.path, first_line: document.body_line, page, below };
        markdown::render(&source, &self.page_of)
    }
}

#[derive(Serialize)]
struct Link {
    name: String,
    path: String,
}

fn link(name: &str, path: &str) -> Link {
    Link { name: name.into(), path: path.into() }
}

impl<'a> Page<'a> {
    fn path(&self) -> String {
        match self {
            Self::Section(section) => page_at(section.slug),
            Self::Month(_, month) => month_path(month.month),
            Self::Order(order) => order_path(order),
            Self::Strategy(strategy) => strategy_path(strategy),
            Self::Own(page) => page_at(&page.slug),
            Self::NotFound => "404.html".into(),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            Self::Section(section) => section.template,
            Self::Month(..) => "month.html",
            Self::Order(_) => "trade.html",
            Self::Strategy(_) => "strategy.html",
            Self::Own(_) => "page.html",
            Self::NotFound => "404.html",
        }
    }

    /// The entry of the navigation this page belongs to.
    fn section_path(&self) -> String {
        match self {
            Self::Month(..) => page_at("months"),
            Self::Order(_) => page_at("trades"),
            Self::Strategy(_) => page_at("strategies"),
            other => other.path(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Section(section) => section.name.into(),
            Self::Month(_, month) => month.month.in_words(),
            Self::Order(order) => format!("{} {}, {}", side_in_words(order), order.symbol, format::day(order.date)),
            Self::Strategy(strategy) => strategy.name.clone(),
            Self::Own(page) => page.title.clone(),
            Self::NotFound => "Page not found".into(),
        }
    }

    /// Renders the page.
    ///
    /// # Errors
    /// As [`Theme::render`] and the charts.
    pub fn render(&self, site: &Site<'a>) -> Result<Rendered> {
        let path = self.path();
        let mut page_context = PageContext { context: site.common.clone(), links: Vec::new(), path: path.clone() };
        // The 404 page is shown at any depth: only absolute links lead anywhere from there.
        let root = match (self, site.base_url()) {
            (Self::NotFound, Some(base_url)) => base_url.to_string(),
            _ => root_of(&path),
        };
        page_context.context.insert("root", &root);
        page_context.context.insert("path", &path);
        page_context.context.insert("section", &self.section_path());
        page_context.context.insert("page_title", &self.title());
        self.fill(site, &mut page_context)?;
        let html = site.theme.render(self.template(), &page_context.context)?;
        Ok(Rendered { path, html, links: page_context.links })
    }

    fn fill(&self, site: &Site<'a>, page_context: &mut PageContext) -> Result<()> {
        match self {
            Self::Section(section) => page_context.section(site, section),
            Self::Month(number, month) => page_context.month(site, *number, month),
            Self::Order(order) => {
                page_context.order(site, order);
                Ok(())
            }
            Self::Strategy(strategy) => {
                page_context.strategy(site.publication, strategy);
                Ok(())
            }
            Self::Own(page) => {
                let html = site.markdown(page, &page_context.path, 1);
                page_context.html("body", html);
                Ok(())
            }
            Self::NotFound => {
                page_context.context.insert("style", &site.theme.style());
                Ok(())
            }
        }
    }
}

fn side_in_words(order: &OrderView) -> &'static str {
    match order.side {
        crate::record::Side::Buy => "Bought",
        crate::record::Side::Sell => "Sold",
    }
}
