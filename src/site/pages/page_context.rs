//! What each template receives beside what all pages have in common.

use std::collections::BTreeMap;

use serde_json::json;
use tera::Context;

use crate::Result;
use crate::calendar::YearMonth;
use crate::format;
use crate::publication::{Month, OrderView, Publication};
use crate::render::charts;
use crate::site::links::MarkdownLink;
use crate::site::markdown::{self, Html, Source};

use super::{Section, Site, link, side_in_words};

/// Latest orders and notes on the front, and months of commentary shown in full in the journal.
const LATEST: usize = 8;
const NOTES: usize = 4;
const FULL_COMMENTARY: usize = 6;

/// A page's context while it is put together.
pub(super) struct PageContext {
    pub(super) context: Context,
    pub(super) links: Vec<MarkdownLink>,
    pub(super) path: String,
}

impl PageContext {
    pub(super) fn html(&mut self, key: &'static str, html: Html) {
        self.context.insert(key, &html.html);
        self.links.extend(html.links);
    }

    pub(super) fn section(&mut self, site: &Site, section: &Section) -> Result<()> {
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
            "strategies" => self.overview(publication),
            "signals" => self.signals(publication),
            "backtest" => self.backtest(publication)?,
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
        self.current_signals(publication);
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
                json!({ "month": month, "excerpt": text, "report": site.report(month.month) })
            })
            .collect();
        self.context.insert("months", &months);
    }

    pub(super) fn month(&mut self, site: &Site, number: usize, month: &Month) -> Result<()> {
        let publication = site.publication;
        let of =
            |number: Option<usize>| number.and_then(|number| publication.months.get(number)).map(|month| month.month);
        self.context.insert("month", month);
        self.context.insert("previous", &of(number.checked_sub(1)));
        self.context.insert("next", &of(Some(number + 1)));
        self.context.insert("chart", &charts::month(publication, month)?);
        self.context.insert("report", &site.report(month.month));
        let orders: Vec<_> =
            publication.orders.iter().filter(|order| YearMonth::of(order.date) == month.month).collect();
        self.context.insert("orders", &orders);
        if let Some(text) = site.commentary(month.month) {
            let html = site.markdown(text, &self.path, 2);
            self.html("commentary", html);
        }
        Ok(())
    }

    pub(super) fn order(&mut self, site: &Site, order: &OrderView) {
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
        self.plans(publication);
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
