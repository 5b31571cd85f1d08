//! The privacy boundary: record and figures in, what strangers may see out.
//!
//! Everything below this module receives [`Publication`] alone. In relative mode no [`Amount`] can be made, so
//! a page that wants to show money has nothing to show; and numbers are [`Published`], rounded by [`Disclosure`], because a
//! ratio of two amounts at full precision gives both away. [`scan`] then reads the finished site once more.

mod amount;
mod comparison;
mod disclosure;
mod headline;
mod holdings;
pub mod kept;
mod month_end;
mod orders;
mod periods;
mod planned;
mod quality;
mod rows;
pub mod scan;
mod strategies;
mod strategy_view;
#[cfg(test)]
pub mod testing;
mod texts;
mod view;

pub use crate::analysis::periods::UsualPeriod;
pub use disclosure::*;
pub use strategy_view::*;
pub use texts::{NoteText, Reads, Texts, Unread};
pub use view::*;

use chrono::{Days, NaiveDate};

use crate::analysis::Window;
use crate::analysis::catalogue::{Figure, FigureGroup, Unit, catalogue};
use crate::analysis::performance::performance;
use crate::analysis::stats::Stats;
use crate::analysis::trades::trade_figures;
use crate::config::{Config, FlowTiming, Status};
use crate::error::{Error, Result};
use crate::format;
use crate::record::Record;
use crate::record::lacking::{Lacking, Rows};

/// Why there are no snapshots: nothing was imported yet, or what was imported holds no value of the account.
fn nothing_to_publish(record: &Record) -> Error {
    let Record { executions: fills, snapshots, flows, income, .. } = record;
    let rows = Rows { fills, snapshots, flows, income };
    match Lacking::of(rows).into_iter().find(|lacking| *lacking == Lacking::NetValue) {
        Some(lacking) => Error::data(lacking.sentence()).hint(lacking.next_step()),
        None => Error::data("there is nothing to publish yet: the record has no snapshots")
            .hint("bring data in with `trackrecord import`, or look at `trackrecord demo`"),
    }
}

/// Turns a record into what strangers may see.
///
/// # Errors
/// A record without two snapshots, or a day whose return is undefined.
pub fn redact(record: &Record, config: &Config) -> Result<Publication> {
    let disclosure = Disclosure::new(&config.privacy);
    let Some(last) = record.snapshots.last() else {
        return Err(nothing_to_publish(record));
    };
    let until = disclosed_until(last.date, &disclosure);
    let mut disclosed = record.until(until);
    if !disclosure.holds_back() {
        // What was written after the newest valuation about trades before it does not wait for the next one.
        disclosed.annotations.clone_from(&record.annotations);
    }
    let parts = Parts { whole: &record.net_values(&config.benchmark.symbol), disclosed: &disclosed, until };
    redacted(&parts, config, &disclosure)
}

/// Exchanges the texts in a publication for those of a record of which nothing else has changed: neither data nor
/// settings, nor what notes say about their orders beside words. Of the record nothing but its texts and its exchange is
/// looked at.
pub fn reword(publication: &mut Publication, record: &Record, config: &Config) {
    let disclosure = Disclosure::new(&config.privacy);
    publication.texts = if disclosure.holds_back() {
        let until = disclosed_until(publication.facts.as_of, &disclosure);
        publication.texts.reworded(record, &record.annotations_until(until))
    } else {
        publication.texts.reworded(record, &record.annotations)
    };
}

/// The newest date of which positions and trades are shown, where that of the newest snapshot is `last`.
fn disclosed_until(last: NaiveDate, disclosure: &Disclosure) -> NaiveDate {
    last.checked_sub_days(Days::new(disclosure.delay_days().into())).unwrap_or(last)
}

/// The two parts of a record that everything published is made from.
struct Parts<'a> {
    /// Net values and flows up to the newest snapshot, for returns and figures of returns. What the author wrote about
    /// months and on pages is here too: it is shown at once, and drafts are his to hold back.
    whole: &'a Record,
    /// The record as it was known at the end of `until`: for everything else.
    disclosed: &'a Record,
    /// The newest date of which positions and trades are shown.
    until: NaiveDate,
}

fn redacted(parts: &Parts<'_>, config: &Config, disclosure: &Disclosure) -> Result<Publication> {
    let Parts { whole, disclosed, until } = *parts;
    let base = config.account.base_currency;
    let daily = performance(whole, &config.analysis, &config.benchmark.symbol, base, Window::default())?;
    let stats = Stats::of(&daily, trade_figures(disclosed, base, Window::default()));
    let mut trades = orders::Trades::of(disclosed, config, disclosure, until);
    let holdings = holdings::holdings(disclosed, config, disclosure, until);
    let strategies = strategies::strategies(disclosed, config, &daily, &mut trades, &holdings.positions, disclosure)?;
    let facts = Facts {
        title: config.site.title.clone(),
        author: config.site.author.clone(),
        description: config.site.description.clone(),
        // One that is not said is never built.
        status: if config.site.status == Status::Unset { Status::Paper } else { config.site.status },
        base_url: config.site.base_url.clone(),
        locale: config.site.locale.clone(),
        base_currency: base.to_string(),
        benchmark: daily.aligned.is_some().then(|| config.benchmark.name_with_kind()),
        without_dividends: config.benchmark.is_price_index(),
        inception: daily.series.start.or(whole.snapshots.first().map(|first| first.date)).unwrap_or(until),
        as_of: whole.snapshots.last().map_or(until, |last| last.date),
        calendar_days: daily.series.calendar_days(),
        observations: daily.series.days.len(),
        observed: format::observed(daily.series.days.len(), daily.frequency()),
        missing_sessions: stats.missing_sessions,
        flow_days: daily.flow_days.len(),
        delay_days: disclosure.delay_days(),
        positions_as_of: holdings.as_of.unwrap_or(until),
        absolute: disclosure.shows_amounts(),
        flow_timing: flow_timing_in_words(config.analysis.flow_timing).to_owned(),
        risk_free: config.analysis.risk_free,
        periods_per_year: format::periods(daily.frequency()),
        order_count: trades.orders.len(),
    };
    Ok(Publication {
        headline: headline::cards(&stats, &daily, &facts, disclosure),
        figures: public_figures(&stats, disclosure),
        days: periods::days(whole, &daily, disclosure),
        months: periods::months(&daily, &trades.orders, until, disclosure),
        month_ends: month_end::MonthEnds { disclosed, daily: &daily, config, until }.all(disclosure),
        years: periods::years(&daily, disclosure),
        periods: periods::usual(&daily, disclosure),
        drawdowns: periods::drawdowns(&stats, disclosure),
        rolling: periods::rolling(&daily, disclosure),
        positions: holdings.positions,
        cash_weight: holdings.cash_weight,
        data_quality: quality::in_words(disclosed, &daily, &facts, &trades, disclosure),
        slippage: trades.slippage,
        round_trips: trades.round_trips,
        round_trip_remarks: trades.remarks,
        orders: trades.orders,
        texts: Texts::new(whole, trades.notes),
        strategies,
        facts,
    })
}

/// The figures without those in money, unless amounts are shown.
fn public_figures(stats: &Stats, disclosure: &Disclosure) -> Vec<FigureGroup<PublicFigure>> {
    let is_shown = |figure: &Figure| figure.unit != Unit::Amount || disclosure.shows_amounts();
    let group = |FigureGroup { id, name, figures }| {
        let figures: Vec<Figure> = figures;
        let shown = figures.into_iter().filter(is_shown);
        FigureGroup { id, name, figures: shown.map(|figure| figure.map(|value| disclosure.figure(value))).collect() }
    };
    catalogue(stats).into_iter().map(group).collect()
}

fn flow_timing_in_words(timing: FlowTiming) -> &'static str {
    match timing {
        FlowTiming::Split => "coming in at the start of the day and leaving at its end",
        FlowTiming::Start => "moving at the start of the day",
        FlowTiming::End => "moving at the end of the day",
    }
}
