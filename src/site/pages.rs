//! The pages of the site: their paths, their templates, and what each template receives.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use tera::Context;

use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{Month, OrderView, Publication};
use crate::record::Document;

use super::links::MarkdownLink;
use super::markdown::{self, Html, PageOf, Source, root_of};
use super::tables::Table;
use super::theme::Theme;
use super::{Options, charts, format};

/// Everything the pages have in common.
pub struct Site<'a> {
    publication: &'a Publication,
    theme: &'a Theme,
    tables: &'a [Table],
    base_url: Option<String>,
    drafts: bool,
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
    /// A page of the author's own.
    Own(&'a Document),
    /// What a server shows where nothing is.
    NotFound,
}

/// A page that every site has.
pub struct Section {
    slug: &'static str,
    template: &'static str,
    name: &'static str,
}

/// In the order of the navigation. The first is the site's front.
static SECTIONS: [Section; 8] = [
    Section { slug: "", template: "index.html", name: "Overview" },
    Section { slug: "performance", template: "performance.html", name: "Performance" },
    Section { slug: "months", template: "months.html", name: "Months" },
    Section { slug: "trades", template: "trades.html", name: "Trades" },
    Section { slug: "execution", template: "execution.html", name: "Execution" },
    Section { slug: "journal", template: "journal.html", name: "Journal" },
    Section { slug: "methodology", template: "methodology.html", name: "Methodology" },
    Section { slug: "data", template: "data.html", name: "Data" },
];

/// Latest orders and notes on the front, and months of commentary shown in full in the journal.
const LATEST: usize = 8;
const NOTES: usize = 4;
const FULL_COMMENTARY: usize = 6;

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
    let sections = SECTIONS.iter().map(Page::Section);
    let months = publication.months.iter().enumerate().map(|(number, month)| Page::Month(number, month));
    let orders = publication.orders.iter().map(Page::Order);
    let own = site.own_pages().map(Page::Own);
    sections.chain(months).chain(orders).chain(own).chain([Page::NotFound]).collect()
}

impl<'a> Site<'a> {
    /// Gathers what all pages need.
    ///
    /// # Errors
    /// Only if a value cannot be handed to a template.
    pub fn new(
        publication: &'a Publication,
        options: &Options,
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
            page_of: PageOf::new(),
            common: Context::new(),
        };
        site.page_of = site.pages_of_files();
        site.common = site.common_context();
        Ok(site)
    }

    /// The address the site is published at, ending in `/`.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    fn is_shown(&self, document: &Document) -> bool {
        self.drafts || !document.draft
    }

    /// The author's pages that are not part of a page every site has.
    fn own_pages(&self) -> impl Iterator<Item = &'a Document> {
        let drafts = self.drafts;
        let shown = self.publication.pages.values().filter(move |page| drafts || !page.draft);
        shown.filter(|page| section_of(&page.slug).is_none())
    }

    fn commentary(&self, month: YearMonth) -> Option<&'a Document> {
        self.publication.commentary.get(&month).filter(|document| self.is_shown(document))
    }

    fn pages_of_files(&self) -> PageOf {
        let below_content = |path: &std::path::Path| {
            path.strip_prefix("content").unwrap_or(path).to_string_lossy().replace('\\', "/")
        };
        let sections = SECTIONS.iter().map(|section| {
            let slug = if section.slug.is_empty() { "index" } else { section.slug };
            (format!("{slug}.md"), page_at(section.slug))
        });
        let own = self.own_pages().map(|page| (below_content(&page.path), page_at(&page.slug)));
        let months = self
            .publication
            .months
            .iter()
            .map(|month| (format!("months/{}.md", month.month), month_path(month.month)));
        let notes = self
            .publication
            .orders
            .iter()
            .filter_map(|order| order.note.as_ref().map(|note| (below_content(&note.path), order_path(order))));
        sections.chain(own).chain(months).chain(notes).collect()
    }

    fn common_context(&self) -> Context {
        let mut context = Context::new();
        context.insert("facts", &self.publication.facts);
        let sections: Vec<_> = SECTIONS.iter().map(|section| link(section.name, &page_at(section.slug))).collect();
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
            Self::Own(page) => page_at(&page.slug),
            Self::NotFound => "404.html".into(),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            Self::Section(section) => section.template,
            Self::Month(..) => "month.html",
            Self::Order(_) => "trade.html",
            Self::Own(_) => "page.html",
            Self::NotFound => "404.html",
        }
    }

    /// The entry of the navigation this page belongs to.
    fn section_path(&self) -> String {
        match self {
            Self::Month(..) => page_at("months"),
            Self::Order(_) => page_at("trades"),
            other => other.path(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Section(section) => section.name.into(),
            Self::Month(_, month) => month.month.in_words(),
            Self::Order(order) => format!("{} {}, {}", side_in_words(order), order.symbol, format::day(order.date)),
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
        let mut filling = Filling { context: site.common.clone(), links: Vec::new(), path: path.clone() };
        // The 404 page is shown at any depth: only absolute links lead anywhere from there.
        let root = match (self, site.base_url()) {
            (Self::NotFound, Some(base_url)) => base_url.to_string(),
            _ => root_of(&path),
        };
        filling.context.insert("root", &root);
        filling.context.insert("path", &path);
        filling.context.insert("section", &self.section_path());
        filling.context.insert("page_title", &self.title());
        self.fill(site, &mut filling)?;
        let html = site.theme.render(self.template(), &filling.context)?;
        Ok(Rendered { path, html, links: filling.links })
    }

    fn fill(&self, site: &Site<'a>, filling: &mut Filling) -> Result<()> {
        match self {
            Self::Section(section) => filling.section(site, section),
            Self::Month(number, month) => filling.month(site, *number, month),
            Self::Order(order) => {
                filling.order(site, order);
                Ok(())
            }
            Self::Own(page) => {
                let html = site.markdown(page, &filling.path, 1);
                filling.html("body", html);
                Ok(())
            }
            Self::NotFound => {
                filling.context.insert("style", &site.theme.style());
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

/// A page's context while it is put together.
struct Filling {
    context: Context,
    links: Vec<MarkdownLink>,
    path: String,
}

impl Filling {
    fn html(&mut self, key: &'static str, html: Html) {
        self.context.insert(key, &html.html);
        self.links.extend(html.links);
    }

    fn section(&mut self, site: &Site, section: &Section) -> Result<()> {
        let publication = site.publication;
        let slug = if section.slug.is_empty() { "index" } else { section.slug };
        if let Some(text) = publication.pages.get(slug).filter(|text| site.is_shown(text)) {
            let html = site.markdown(text, &self.path, 1);
            self.html("body", html);
        }
        match section.slug {
            "" => self.front(publication)?,
            "performance" => self.performance(publication)?,
            "months" => self.months(site),
            "trades" => {
                self.context.insert("orders", &publication.orders);
                self.context.insert("round_trips", &publication.round_trips);
            }
            "execution" => self.execution(publication)?,
            "journal" => self.journal(site),
            "methodology" => self.context.insert("figures", &publication.figures),
            _ => self.data(site),
        }
        Ok(())
    }

    fn time_charts(&mut self, publication: &Publication) -> Result<()> {
        self.context.insert("chart_linear", &charts::growth(publication, false)?);
        self.context.insert("chart_log", &charts::growth(publication, true)?);
        self.context.insert("chart_drawdown", &charts::drawdown(publication)?);
        self.context.insert("chart_months", &charts::months(publication)?);
        self.context.insert("series", &charts::series(publication));
        Ok(())
    }

    fn front(&mut self, publication: &Publication) -> Result<()> {
        self.time_charts(publication)?;
        self.context.insert("headline", &publication.headline);
        self.years(publication);
        self.context.insert("periods", &publication.periods);
        self.context.insert("positions", &publication.positions);
        self.context.insert("cash_weight", &publication.cash_weight);
        let largest =
            publication.positions.iter().map(|position| position.weight.abs()).chain(publication.cash_weight);
        self.context.insert("largest_weight", &largest.fold(0.01, f64::max));
        self.context.insert("orders", publication.orders.get(..LATEST).unwrap_or(&publication.orders));
        let notes: Vec<_> = publication.orders.iter().filter_map(note_in_short).take(NOTES).collect();
        self.context.insert("notes", &notes);
        self.context.insert("data_quality", &publication.data_quality);
        Ok(())
    }

    /// The rows of the monthly table, newest first.
    fn years(&mut self, publication: &Publication) {
        let known: BTreeMap<YearMonth, &Month> =
            publication.months.iter().map(|month| (month.month, month)).collect();
        let rows: Vec<_> = publication
            .years
            .iter()
            .rev()
            .map(|year| {
                let cells: Vec<_> = year
                    .months
                    .iter()
                    .zip(1..)
                    .map(|(value, number)| {
                        let month = YearMonth::new(year.year, number).filter(|month| known.contains_key(month));
                        json!({ "value": value, "month": month })
                    })
                    .collect();
                json!({ "year": year.year, "cells": cells, "value": year.value, "benchmark": year.benchmark,
                    "max_drawdown": year.max_drawdown, "partial": year.partial })
            })
            .collect();
        self.context.insert("years", &rows);
    }

    fn performance(&mut self, publication: &Publication) -> Result<()> {
        self.years(publication);
        self.context.insert("figures", &shown(publication));
        self.context.insert("periods", &publication.periods);
        self.context.insert("drawdowns", &publication.drawdowns);
        self.context.insert("data_quality", &publication.data_quality);
        let rolling = [
            charts::rolling(publication, "rolling-sharpe", "Sharpe ratio over the last 252 days", false, |row| {
                row.sharpe
            })?,
            charts::rolling(
                publication,
                "rolling-volatility",
                "Volatility over the last 63 days, a year",
                true,
                |row| row.volatility,
            )?,
            charts::rolling(publication, "rolling-beta", "Beta over the last 252 days", false, |row| row.beta)?,
        ];
        self.context.insert("rolling", &rolling.into_iter().flatten().collect::<Vec<_>>());
        Ok(())
    }

    fn months(&mut self, site: &Site) {
        self.years(site.publication);
        let months: Vec<_> = site
            .publication
            .months
            .iter()
            .rev()
            .map(|month| {
                let text = site.commentary(month.month).map(|text| markdown::excerpt(&text.body, 160));
                json!({ "month": month, "excerpt": text })
            })
            .collect();
        self.context.insert("months", &months);
    }

    fn month(&mut self, site: &Site, number: usize, month: &Month) -> Result<()> {
        let publication = site.publication;
        let of =
            |number: Option<usize>| number.and_then(|number| publication.months.get(number)).map(|month| month.month);
        self.context.insert("month", month);
        self.context.insert("previous", &of(number.checked_sub(1)));
        self.context.insert("next", &of(Some(number + 1)));
        self.context.insert("chart", &charts::month(publication, month)?);
        let orders: Vec<_> =
            publication.orders.iter().filter(|order| YearMonth::of(order.date) == month.month).collect();
        self.context.insert("orders", &orders);
        if let Some(text) = site.commentary(month.month) {
            let html = site.markdown(text, &self.path, 2);
            self.html("commentary", html);
        }
        Ok(())
    }

    fn order(&mut self, site: &Site, order: &OrderView) {
        self.context.insert("order", order);
        self.context.insert("side", side_in_words(order));
        let orders = &site.publication.orders;
        let place = orders.iter().position(|other| other.slug == order.slug).unwrap_or_default();
        let of = |number: Option<usize>| {
            number.and_then(|number| orders.get(number)).map(|order| link(&order.symbol, &order.slug))
        };
        self.context.insert("next", &of(place.checked_sub(1)));
        self.context.insert("previous", &of(Some(place + 1)));
        let month = YearMonth::of(order.date);
        let is_shown = site.publication.months.iter().any(|shown| shown.month == month);
        self.context.insert("month", &is_shown.then_some(month));
        if let Some(note) = order.note.as_ref().filter(|note| !note.body.trim().is_empty()) {
            let source =
                Source { text: &note.body, path: &note.path, first_line: note.body_line, page: &self.path, below: 2 };
            let html = markdown::render(&source, &site.page_of);
            self.html("note_body", html);
        }
    }

    fn execution(&mut self, publication: &Publication) -> Result<()> {
        let slippage = &publication.slippage;
        self.context.insert("slippage", slippage);
        self.context.insert("chart", &charts::slippage(publication)?);
        let outliers: Vec<_> =
            publication.orders.iter().filter(|order| slippage.outliers.contains(&order.slug)).collect();
        self.context.insert("outliers", &outliers);
        Ok(())
    }

    fn journal(&mut self, site: &Site) {
        let notes: Vec<_> = site.publication.orders.iter().filter_map(note_in_short).collect();
        self.context.insert("notes", &notes);
        let mut texts = site.publication.commentary.iter().rev().filter(|(_, text)| site.is_shown(text));
        let mut full = Vec::new();
        for (month, text) in texts.by_ref().take(FULL_COMMENTARY) {
            let html = site.markdown(text, &self.path, 3);
            full.push(json!({ "month": month, "html": html.html, "has_page": has_page(site, *month) }));
            self.links.extend(html.links);
        }
        self.context.insert("commentary", &full);
        let earlier: Vec<_> = texts.map(|(month, _)| *month).filter(|month| has_page(site, *month)).collect();
        self.context.insert("earlier", &earlier);
    }

    fn data(&mut self, site: &Site) {
        let tables: Vec<_> = site
            .tables
            .iter()
            .map(|table| {
                let columns: Vec<_> = table
                    .columns
                    .iter()
                    .map(|column| json!({ "name": column.name, "meaning": column.meaning }))
                    .collect();
                json!({ "name": table.name, "meaning": table.meaning, "rows": table.rows(), "columns": columns })
            })
            .collect();
        self.context.insert("tables", &tables);
    }
}

fn has_page(site: &Site, month: YearMonth) -> bool {
    site.publication.months.iter().any(|shown| shown.month == month)
}

/// The figures with their values written out.
fn shown(publication: &Publication) -> Vec<serde_json::Value> {
    let group =
        |group: &crate::analysis::catalogue::FigureGroup| {
            let figures: Vec<_> = group.figures.iter().map(|figure| {
            json!({ "id": figure.id, "name": figure.name, "value": figure.value.map(|_| format::figure(figure)),
                    "observations": figure.observations, "observed": figure.observed, "when": figure.when,
                    "undefined_because": figure.undefined_because })
        }).collect();
            json!({ "id": group.id, "name": group.name, "figures": figures })
        };
    publication.figures.iter().map(group).collect()
}

/// An order with a note, as a few lines of the journal.
fn note_in_short(order: &OrderView) -> Option<serde_json::Value> {
    let note = order.note.as_ref()?;
    let words = [&note.thesis, &note.body, &note.outcome].into_iter().find(|words| !words.trim().is_empty());
    Some(json!({
        "slug": order.slug, "symbol": order.symbol, "side": order.side, "date": order.date,
        "created_at": note.created_at, "before_trade": note.before_trade,
        "words": words.map(|words| markdown::excerpt(words, 240)),
        "outcome": markdown::excerpt(&note.outcome, 160), "result_bps": order.result_bps,
        "matched_expectation": note.matched_expectation,
    }))
}
