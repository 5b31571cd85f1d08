//! The privacy boundary: record and figures in, what strangers may see out.
//!
//! Everything below this module receives [`Publication`] alone. In relative mode no [`Amount`] can be made, so
//! a page that wants to show money has nothing to show; and numbers are [`Published`], rounded by [`Disclosure`], because a
//! ratio of two amounts at full precision gives both away. [`scan`] then reads the finished site once more.

mod amount;
mod answers;
mod brought_by_period;
mod comparison;
mod contributions;
mod costs;
pub mod costs_sentence;
mod curve;
mod disclosure;
mod equal_parts;
mod exposure;
mod figures;
mod holdings;
mod index_figures;
pub mod intended;
pub mod kept;
mod listed;
pub mod luck;
mod month_end;
pub mod order_sentence;
mod orders;
mod periods;
mod planned;
mod posts;
mod price_path;
mod quality;
pub mod restated;
mod rows;
pub mod scan;
pub mod sentence;
mod strategies;
mod strategy_view;
#[cfg(test)]
pub mod testing;
mod texts;
mod trips_by_order;
mod view;
mod whole_months;
pub mod within;

pub use crate::analysis::periods::UsualPeriod;
pub use answers::Answer;
pub use brought_by_period::{BroughtByPeriod, BroughtCell, BroughtPeriod, BroughtRow};
pub use contributions::{HoldingBrought, HoldingsBrought};
pub use costs::{Cost, CostYear, CostsView};
pub use disclosure::*;
pub use equal_parts::{EqualDay, EqualParts, EqualYear};
pub use exposure::{Exposure, exposures};
pub use figures::{WITHHELD, is_return, withheld};
use index_figures::IndexAlong;
pub use index_figures::IndexFigures;
pub use luck::ShuffledFalls;
pub use orders::CLOSES_NOTHING;
pub use posts::Post;
pub use price_path::PricePath;
pub use strategy_view::*;
pub use texts::{NoteText, Reads, Texts, Unread};
pub use trips_by_order::TripsByOrder;
pub use view::*;

use std::collections::BTreeSet;
use std::iter::successors;
use std::path::PathBuf;

use chrono::{Days, NaiveDate};

use crate::analysis::Window;
use crate::analysis::performance::{Performance, performance};
use crate::analysis::returns::LargeFlowDay;
use crate::analysis::stats::Stats;
use crate::analysis::trades::trade_figures_of;
use crate::calendar::{Exchange, YearMonth};
use crate::config::{Config, FlowTiming, Status};
use crate::error::{Error, Result};
use crate::format;
use crate::locale::Locale;
use crate::record::lacking::{Lacking, Rows};
use crate::record::{Execution, Record};
use whole_months::{last_weighed, last_whole_month};

/// Why there are no snapshots: nothing was imported yet, or what was imported holds no value of the account.
fn nothing_to_publish(record: &Record) -> Error {
    let Record { executions: fills, snapshots, flows, income, .. } = record;
    let rows = Rows { fills, snapshots, flows, income };
    match Lacking::of(rows).into_iter().find(|lacking| *lacking == Lacking::NetValue) {
        Some(lacking) => Error::data(lacking.sentence()).hint(lacking.next_step()),
        None if !fills.is_empty() => Error::data("the record holds fills and no net value, and without it there is no return")
            .hint("bring net values in with `trackrecord import nav FILE`, or ask the broker with `trackrecord collect snapshot`"),
        None => Error::data("there is nothing to publish yet: the record has no snapshots")
            .hint("bring data in with `trackrecord import`, or look at `trackrecord demo`"),
    }
}

/// Turns a record into what strangers may see.
///
/// # Errors
/// A record without two snapshots, or a day whose return is undefined.
pub fn redact(record: &Record, config: &Config) -> Result<Publication> {
    config.site.locale.write(|| disclosed(record, config))
}

fn disclosed(record: &Record, config: &Config) -> Result<Publication> {
    let disclosure = Disclosure::new(&config.privacy);
    let Some(last) = record.snapshots.last() else { return Err(nothing_to_publish(record)) };
    if disclosure.by_day() {
        return published(record, record, config, &disclosure);
    }
    // A value of each day that the site is built on would be a daily series for whoever collects them.
    let ended = last_whole_month(last.date, record.exchange);
    if record.snapshots.iter().filter(|snapshot| snapshot.date <= ended).count() < 2 {
        return Err(no_whole_month(ended));
    }
    published(&record.until(ended), record, config, &disclosure)
}

fn no_whole_month(ended: NaiveDate) -> Error {
    let month = YearMonth::of(ended).next().in_words();
    Error::data("no month of the record has ended yet, and `[privacy] precision` publishes months alone")
        .hint(format!("build again after the end of {month}, or set precision = \"daily\""))
}

/// A record up to where it is published; `known` is all of it.
fn published(record: &Record, known: &Record, config: &Config, disclosure: &Disclosure) -> Result<Publication> {
    let Some(last) = record.snapshots.last() else { return Err(nothing_to_publish(record)) };
    let until = disclosed_until(last.date, record.exchange, disclosure);
    let mut disclosed = record.until(until);
    if waits_for_nothing(disclosure) {
        // What was written after the newest valuation about trades before it does not wait for the next one.
        disclosed.annotations.clone_from(&known.annotations);
    }
    let mut whole = record.net_values(&config.benchmark.symbol);
    // Words about a month wait for nothing.
    whole.commentary.clone_from(&known.commentary);
    let parts = Parts { whole: &whole, disclosed: &disclosed, until };
    redacted(&parts, config, disclosure)
}

/// Whether a note is shown as soon as it is written.
fn waits_for_nothing(disclosure: &Disclosure) -> bool {
    disclosure.by_day() && !disclosure.holds_back()
}

/// Exchanges the texts in a publication for those of a record of which nothing else has changed: neither data nor
/// settings, nor what notes say about their orders beside words. Of the record nothing but its texts and its exchange is
/// looked at. With `changed`, only those in these files can be other ones.
pub fn reword(publication: &mut Publication, record: &Record, config: &Config, changed: Option<&BTreeSet<PathBuf>>) {
    let disclosure = Disclosure::new(&config.privacy);
    let until = (!waits_for_nothing(&disclosure)).then(|| publication.shown_until(record.exchange, &disclosure));
    publication.texts.reword(record, until, |path| changed.is_none_or(|changed| changed.contains(path)));
}

/// The sessions of a week after the first valuation, on which the next ones can be. None where there is a return.
fn next_sessions(record: &Record, daily: &Performance, disclosure: &Disclosure) -> Vec<NaiveDate> {
    let first = record.snapshots.last().filter(|_| daily.series.days.is_empty() && disclosure.by_day());
    let after = |date: &NaiveDate| Some(record.exchange.next_session(*date));
    first.map(|first| successors(after(&first.date), after).take(5).collect()).unwrap_or_default()
}

/// The newest date of which positions and trades are shown, where that of the newest snapshot shown is `last`.
fn disclosed_until(last: NaiveDate, exchange: Exchange, disclosure: &Disclosure) -> NaiveDate {
    let until = last.checked_sub_days(Days::new(disclosure.delay_days().into())).unwrap_or(last);
    if disclosure.by_day() { until } else { last_whole_month(until, exchange) }
}

impl Publication {
    /// The newest date of which positions and trades are shown.
    fn shown_until(&self, exchange: Exchange, disclosure: &Disclosure) -> NaiveDate {
        disclosed_until(self.facts.as_of, exchange, disclosure)
    }

    /// The fills of the record that this was made from, as they were known by the end of the newest date of which trades are shown.
    pub fn fills_known_then(&self, record: &Record, config: &Config) -> Vec<Execution> {
        record.fills_until(self.shown_until(record.exchange, &Disclosure::new(&config.privacy)))
    }
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
    let shown = curve::published(&daily, disclosure);
    let trades_until = holdings::newest_date(disclosed, until).unwrap_or(until);
    let weighed = match disclosure.weighed() {
        Weighed::Daily => until,
        Weighed::Monthly | Weighed::Quarterly => {
            last_weighed(disclosed, last_whole_month(until, disclosed.exchange), disclosure)
        }
    };
    let holdings = holdings::holdings(disclosed, config, disclosure, weighed);
    // Parts that need nothing of one another; the short ones come last, and fill what is left of the time of the long ones.
    let traded = || {
        let trades = orders::Trades::of(disclosed, config, disclosure, until);
        let listed = &trades.listed;
        let stats = || {
            let traded = trade_figures_of(disclosed, base, Window::default(), |fill| listed.fill(fill));
            curve::with_published_days(Stats::of(&daily, traded), &shown, disclosure)
        };
        let ends =
            month_end::MonthEnds { disclosed, daily: &daily, shown: &shown, config, listed, until, trades_until };
        let (stats, month_ends) = Locale::join(stats, || ends.all(disclosure));
        (trades, stats, month_ends)
    };
    let compared = || strategies::Compared::of(disclosed, config, (&daily, &shown), disclosure);
    // Each build in between would measure the weights of holdings anew, as with the weights themselves.
    let brought = || {
        let earlier = (weighed < until).then(|| disclosed.until(weighed));
        contributions::of_holdings(earlier.as_ref().unwrap_or(disclosed), config, disclosure)
    };
    let usual = month_end::usual(&daily.series, daily.aligned.as_ref(), disclosure);
    let years = periods::years(&daily, &shown, &usual, disclosure);
    let equal_parts = || equal_parts::view(disclosed, config, (&daily, &shown), &years, disclosure);
    let rolling = || periods::rolling(&shown, disclosure);
    let short = || Locale::join(equal_parts, rolling);
    let ((mut trades, stats, month_ends), (compared, (contributions, (equal_parts, rolling)))) =
        Locale::join(traded, || Locale::join(compared, || Locale::join(brought, short)));
    let strategies =
        strategies::strategies(disclosed, config, compared, &mut trades, &holdings.positions, disclosure)?;
    let contributions = contributions?;
    let frequency = daily.frequency();
    let facts = Facts {
        masthead: (&config.site).into(),
        // One that is not said is never built.
        status: if config.site.status == Status::Unset { Status::Paper } else { config.site.status },
        base_currency: base.to_string(),
        benchmark: daily.aligned.is_some().then(|| config.benchmark.name_with_kind()),
        the_benchmark: daily
            .aligned
            .is_some()
            .then(|| sentence::with_article(&config.benchmark.name_with_kind(), config.benchmark.is_price_index())),
        without_dividends: config.benchmark.is_price_index(),
        inception: daily.series.start.or(whole.snapshots.first().map(|first| first.date)).unwrap_or(until),
        as_of: whole.snapshots.last().map_or(until, |last| last.date),
        calendar_days: daily.series.calendar_days(),
        observations: daily.series.days.len(),
        observed: format::observed(daily.series.days.len(), frequency),
        missing_sessions: stats.missing_sessions,
        flow_days: daily.flow_days.len(),
        delay_days: disclosure.delay_days(),
        trades_until,
        positions_as_of: holdings.as_of.unwrap_or(weighed),
        by_day: disclosure.by_day(),
        commissions: disclosure.shows_commissions(),
        digits: disclosure.digits(),
        absolute: disclosure.shows_amounts(),
        flow_timing: flow_timing_in_words(config.analysis.flow_timing).to_owned(),
        risk_free: config.analysis.risk_free,
        periods_per_year: format::periods(frequency),
        periods: frequency.periods,
        is_daily: frequency.daily,
        steps: disclosure.steps(),
        order_count: trades.orders.len(),
        after_costs: costs::are_in(disclosed),
        emptied: whole.emptied_on(),
    };
    let of_costs = || costs::view(disclosed, config, disclosure, (until, facts.as_of), &years);
    let of_days = || {
        (periods::days(whole, &shown, disclosure), periods::months(&daily, &shown, &trades.orders, until, disclosure))
    };
    let of_quality = || quality::in_words(disclosed, &daily, &facts, &trades, disclosure);
    let ((trading_costs, (days, months)), data_quality) = Locale::join(|| (of_costs(), of_days()), of_quality);
    let trading_costs = trading_costs?;
    let (equal_parts, no_equal_parts) = equal_parts?;
    let mut publication = Publication {
        answers: Vec::new(),
        figures: figures::public_figures(&stats, &usual, disclosure),
        days,
        months,
        month_ends,
        years,
        periods: usual,
        drawdowns: periods::drawdowns(&stats, disclosure),
        index: IndexAlong::of(&daily, &shown).until(facts.as_of, disclosure),
        next_sessions: next_sessions(whole, &daily, disclosure),
        rolling,
        positions: holdings.positions,
        cash_weight: holdings.cash_weight,
        contributions,
        data_quality,
        slippage: trades.slippage,
        costs: costs::bands(&trading_costs),
        trading_costs,
        equal_parts,
        no_equal_parts,
        restated: restated::view(whole, disclosed, &daily, config, disclosure),
        shuffled_falls: luck::shuffled_falls(&stats, disclosure),
        rounding: disclosure.in_words(),
        price_paths: trades.price_paths,
        large_flows: large_flows(&daily, disclosure),
        round_trips: trades.round_trips,
        round_trip_remarks: trades.remarks,
        orders: trades.orders,
        texts: Texts::new(whole, trades.notes),
        strategies,
        facts,
    };
    let questions = answers::Questions {
        publication: &publication,
        disclosed,
        daily: &daily,
        whole,
        listed: &trades.listed,
        stated: &config.disclosures,
        disclosure,
    };
    publication.answers = questions.answers();
    Ok(publication)
}

/// When much money crossed the account's border: the day, or the last of its month where no day may be named.
fn large_flows(daily: &Performance, disclosure: &Disclosure) -> Vec<LargeFlow> {
    let marked = |flow: &LargeFlowDay| match disclosure.flow(flow.share) {
        Some(_) => LargeFlow { date: flow.date },
        None => LargeFlow { date: YearMonth::of(flow.date).last_day() },
    };
    let mut flows: Vec<LargeFlow> = daily.large_flows.iter().map(marked).collect();
    flows.dedup();
    flows
}

fn flow_timing_in_words(timing: FlowTiming) -> &'static str {
    match timing {
        FlowTiming::Split => "coming in at the start of the day and leaving at its end",
        FlowTiming::Start => "moving at the start of the day",
        FlowTiming::End => "moving at the end of the day",
    }
}

#[cfg(test)]
#[path = "consistency_tests.rs"]
mod consistency_tests;
#[cfg(test)]
#[path = "levels_tests.rs"]
mod levels_tests;
