//! The data of a monthly report: the `data.json` of its template.
//!
//! Figures are formatted by the same functions as on the pages; the text around them is the template's. A figure is
//! `{ "text": "+1.2%", "sign": "gain" }`; an undefined one is an em dash, with its reason in `why`.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::Place;
use crate::calendar::YearMonth;
use crate::config::Paper;
use crate::format::{self, Sign};
use crate::publication::{
    Digits, Facts, Month, MonthEnd, NoteText, OrderView, Period, PositionView, PublicWeight, Publication, Published,
    SignalView, UsualPeriod, sentence,
};
use crate::record::Document;

use super::markdown::Blocks;
use crate::render::fonts;

/// Everything in the report of one month.
pub struct MonthData<'a> {
    /// What strangers may see.
    pub publication: &'a Publication,
    /// The month that the report is about.
    pub month: &'a Month,
    /// The account at its end.
    pub end: &'a MonthEnd,
    /// Its orders, oldest first.
    pub orders: Vec<MonthOrder<'a>>,
    /// The trader's commentary.
    pub commentary: Option<(&'a Document, Blocks)>,
}

/// An order of the month.
pub struct MonthOrder<'a> {
    /// The order as the site shows it.
    pub order: &'a OrderView,
    /// What the note on it says, with its short forms as words.
    pub note: Option<Cow<'a, NoteText>>,
}

impl MonthData<'_> {
    /// The date of the newest row in the report.
    pub fn date(&self) -> chrono::NaiveDate {
        let fills = self.orders.iter().map(|found| found.order.last_fill.date_naive());
        let notes = self.orders.iter().map(|found| {
            let created = found.order.note.as_ref().map(|note| note.created_at);
            [created, found.note.as_ref().and_then(|note| note.completed_at)]
        });
        let written = notes.flatten().flatten();
        let month = self.month.month;
        let formed =
            [month.previous(), month].into_iter().flat_map(|formation| self.publication.signals_formed(formation));
        let saved = formed.filter_map(|(_, signal)| signal.made_on);
        fills.chain(written.map(|time| time.date_naive())).chain(saved).fold(self.end.as_of, Ord::max)
    }

    /// The pictures in the commentary, and the location of each reference.
    pub fn pictures(&self) -> impl Iterator<Item = &(String, Place)> {
        self.commentary.iter().flat_map(|(_, blocks)| &blocks.pictures)
    }

    /// The charts in the commentary as SVG documents, by file.
    pub fn charts(&self) -> impl Iterator<Item = &(String, String)> {
        self.commentary.iter().flat_map(|(_, blocks)| &blocks.charts)
    }

    /// The report's data.
    pub fn data(&self, paper: Paper, base_url: Option<&str>) -> Value {
        let facts = &self.publication.facts;
        json!({
            "schema": 1,
            "paper": if paper == Paper::A4 { "a4" } else { "us-letter" },
            "lang": "en",
            "region": facts.masthead.locale.region().filter(|_| facts.masthead.locale.tag().starts_with("en")),
            "title": title(&facts.masthead.title),
            "author": facts.masthead.author,
            "description": facts.masthead.description,
            "status": facts.status,
            "currency": facts.base_currency,
            "benchmark": facts.benchmark,
            "inception": format::day(facts.inception),
            "flow_timing": facts.flow_timing,
            "risk_free": format::percent(facts.risk_free, 1, Sign::Minus),
            "periods_per_year": self.end.periods_per_year,
            "month": { "id": self.month.month, "name": self.month.month.in_words(), "part": self.part(),
                "sentence": sentence::of_month(self.month, facts) },
            "from": format::day(self.end.since),
            "to": format::day(self.end.as_of),
            "date": format::day(self.date()),
            "address": base_url.map(|url| format!("{url}months/{}/index.html", self.month.month)),
            "observed": self.end.observed,
            "month_observations": self.month.observations,
            "sentence": sentence::of_record_until(self.end, self.publication),
            "proof": self.proof(),
            "after_costs": self.end.after_costs,
            "the_benchmark": facts.the_benchmark,
            "without_dividends": facts.without_dividends,
            "performance": self.performance(),
            "periods": self.end.periods.iter().filter_map(period).map(|row| self.judged(row)).collect::<Vec<_>>(),
            "year": self.year(),
            "positions": self.positions(),
            "held_back_after": self.end.held_back_after.map(format::day),
            "orders": self.orders.iter().map(|order| order_data(order, facts.digits)).collect::<Vec<_>>(),
            "commissions": facts.commissions,
            "by_day": facts.by_day,
            "signals": self.signals(self.month.month.previous()),
            "next_signals": self.signals(self.month.month),
            "quality": self.end.data_quality,
            "commentary": self.commentary.as_ref().map(|(document, blocks)| {
                json!({ "title": own_title(document), "blocks": blocks.tree })
            }),
        })
    }

    /// The saved signals formed at the end of a month.
    fn signals(&self, formation: YearMonth) -> Vec<Value> {
        let several = self.publication.strategies.several;
        let saved = self.publication.signals_formed(formation);
        saved.map(|(strategy, found)| signal(several.then_some(strategy.name.as_str()), found)).collect()
    }

    /// The part of the month that the record covers, if not all of it.
    fn part(&self) -> Option<&'static str> {
        let starts_inside = self.end.since >= self.month.month.first_day();
        match (starts_inside, self.end.month_goes_on) {
            (true, true) => Some("part of the month"),
            (true, false) => Some("the record's first month"),
            (false, true) => Some("the month so far"),
            (false, false) => None,
        }
    }

    fn positions(&self) -> Value {
        let weights = self.end.positions.iter().filter_map(|position| position.weight).chain(self.end.cash_weight);
        let largest = weights.map(|weight| weight.get().abs()).fold(0.01, f64::max);
        let facts = &self.publication.facts;
        let digits = facts.digits;
        let row = |position: &PositionView, bar| position_data(position, bar, facts);
        let bar = |weight: PublicWeight| (weight.get() / largest).clamp(-1.0, 1.0);
        json!({
            "as_of": self.end.positions_as_of.map(format::day),
            "step": (digits.weights == 0).then(|| format::percent(facts.steps.held_weights, 0, Sign::Minus)),
            "emptied": facts.emptied.filter(|date| *date <= self.end.as_of).map(format::day),
            "rows": self.end.positions.iter().map(|position| row(position, position.weight.map_or(0.0, bar))).collect::<Vec<_>>(),
            "cash": self.end.cash_weight.map(|weight| {
                json!({ "weight": format::percent(weight.get(), digits.weights, Sign::Minus), "bar": bar(weight) })
            }),
        })
    }
}

/// The site's title; an accessible document must not have an empty one.
fn title(written: &str) -> &str {
    if fonts::is_blank(written) { "Track record" } else { written }
}

/// The title that the author gave a text; one taken from a heading stands in the text itself.
fn own_title(document: &Document) -> Option<&str> {
    document.is_titled.then_some(document.title.as_str())
}

pub(super) fn number(value: Option<impl Published>) -> Option<f64> {
    value.map(Published::get)
}

pub(super) fn percent(value: Option<f64>, digits: usize) -> Value {
    match value {
        Some(value) => json!({
            "text": format::percent(value, digits, Sign::Both),
            "sign": format::sign_class(value, 0.01 * 0.1f64.powi(digits as i32)),
        }),
        None => plain(None),
    }
}

pub(super) fn points(value: Option<f64>) -> Value {
    match value {
        Some(value) => json!({
            "text": format::number(value * 100.0, 1, Sign::Both),
            "value": (value * 1000.0).round() / 10.0,
            "sign": format::sign_class(value, 0.001),
        }),
        None => plain(None),
    }
}

fn basis_points(value: Option<f64>, digits: usize) -> Value {
    match value {
        Some(value) => {
            let text = format::number(value, digits, Sign::Both);
            json!({ "text": text, "sign": format::sign_class(value, 0.1f64.powi(digits as i32)) })
        }
        None => plain(None),
    }
}

pub(super) fn plain(text: Option<String>) -> Value {
    json!({ "text": text.as_deref().unwrap_or(format::UNDEFINED), "sign": "flat" })
}

/// Takes the colour from a cell, or from each of a row.
pub(super) fn uncoloured(value: &mut Value) {
    match value {
        Value::Array(cells) => cells.iter_mut().for_each(uncoloured),
        Value::Object(cell) => {
            cell.insert("sign".into(), "flat".into());
            cell.remove("depth");
        }
        _ => {}
    }
}

/// A cell of the table of months, deeper the further it is from zero.
pub(super) fn tinted(value: Option<f64>) -> Value {
    let depth = match value.map(f64::abs) {
        Some(size) if size >= 0.05 => 3,
        Some(size) if size >= 0.02 => 2,
        Some(size) if size >= 0.005 => 1,
        _ => 0,
    };
    let mut cell = points(value);
    if let Some(cell) = cell.as_object_mut() {
        cell.insert("depth".into(), depth.into());
        if let Some(value) = value.filter(|value| format::narrow_digits(*value) == 0) {
            cell.insert("text".into(), format::number(value * 100.0, 0, Sign::Both).into());
        }
        if value.is_none() {
            cell.insert("text".into(), "".into());
        }
    }
    cell
}

/// A return of the account, the benchmark's, and how far they are apart.
pub(super) fn headline(name: &str, (value, benchmark): (Option<f64>, Option<f64>), why: Option<&str>) -> Value {
    json!({
        "label": name,
        "value": percent(value, 1),
        "benchmark": percent(benchmark, 1),
        "difference": points(value.zip(benchmark).map(|(value, benchmark)| value - benchmark)),
        "why": why,
    })
}

pub(super) fn period_row(name: &str, period: &Period) -> Value {
    headline(name, (number(period.value), number(period.benchmark)), period.undefined_because.as_deref())
}

/// A row of the table of periods; one that is undefined is left out, unless it is a usual one.
fn period(period: &Period) -> Option<Value> {
    use UsualPeriod::{MonthToDate, OneYear, SinceInception, YearToDate};
    let always = matches!(period.period, MonthToDate | YearToDate | OneYear | SinceInception);
    (always || period.value.is_some()).then(|| period_row(period.period.short_label(), period))
}

/// Money or shares as they are written, where they are shown at all.
fn amount(amount: Option<&impl ToString>) -> Option<String> {
    amount.map(|amount| format::written(&amount.to_string()))
}

fn position_data(position: &PositionView, bar: f64, facts: &Facts) -> Value {
    let digits = facts.digits;
    let weight =
        position.weight.map_or("n/a".to_owned(), |weight| format::percent(weight.get(), digits.weights, Sign::Minus));
    json!({
        "symbol": position.symbol,
        "name": if position.no_weight.is_empty() { position.name.clone() } else { position.no_weight.clone() },
        "weight": position.under(facts).unwrap_or(weight),
        "bar": bar,
        "gain": percent(number(position.gain), digits.gains),
        "price": position.price.as_deref().map(format::written),
        "currency": position.currency,
        "quantity": amount(position.quantity.as_ref()),
        "market_value": amount(position.market_value.as_ref()),
    })
}

fn order_data(found: &MonthOrder, digits: Digits) -> Value {
    let order = found.order;
    let note = order.note.as_ref().zip(found.note.as_ref()).map(|(written, note)| {
        let before_trade = written.before_trade;
        json!({ "thesis": note.thesis, "lesson": note.lesson, "outcome": note.outcome, "before_trade": before_trade })
    });
    json!({
        "date": format::day_of_year(order.date),
        "side": order.side,
        "symbol": order.symbol,
        "weight": plain(order.weight.map(|weight| digits.weight(weight.get()))),
        "reference": order.reference_price.as_deref().map(format::written),
        "reference_source": order.reference_source,
        "price": format::written(&order.price),
        "currency": order.currency,
        "slippage": basis_points(number(order.slippage_bps), digits.bps),
        "commission": plain(order.commission_bps.map(|bps| format::number(bps.get(), 1, Sign::Minus))),
        "result": basis_points(number(order.result_bps), digits.bps),
        "quantity": amount(order.quantity.as_ref()),
        "notional": amount(order.notional.as_ref()),
        "commission_amount": amount(order.commission.as_ref()),
        "note": note,
    })
}

fn signal(strategy: Option<&str>, signal: &SignalView) -> Value {
    let rows = signal.ranking.iter().map(|row| {
        json!({
            "rank": row.rank,
            "symbol": row.symbol,
            "name": row.name,
            "momentum": percent(number(row.momentum), 1),
            "weight": (row.target_weight.get() != 0.0).then(|| format::percent(row.target_weight.get(), 1, Sign::Minus)),
        })
    });
    json!({
        "strategy": strategy,
        "as_of": format::day(signal.as_of),
        "made_on": signal.made_on.map(format::day),
        "made_late": signal.made_late,
        "rows": rows.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
#[path = "month_tests.rs"]
mod tests;
