//! What strangers may see. Templates, tables and charts receive these types and nothing else.
//!
//! No type here has a field for an account, an execution id or an order id. Money is an [`Amount`], which only
//! the privacy boundary can make, and in the default mode makes none.

mod month_end;
mod trading;

pub use super::amount::Amount;
pub use super::rows::{Period, PositionView};
pub use month_end::MonthEnd;
pub use trading::{NoteView, OrderView, RoundTripView, SlippageGroup, SlippageView, YearOfCosts};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::answers::Answer;
use super::contributions::HoldingsBrought;
use super::costs::CostsView;
use super::disclosure::{
    Digits, MarketFigure, PublicFigure, PublicIndex, PublicReturn, PublicWeight, Published, Steps,
};
use super::equal_parts::EqualParts;
use super::index_figures::IndexFigures;
use super::kept;
use super::luck::ShuffledFalls;
use super::price_path::PricePath;
use super::restated::Restated;
use super::strategy_view::{SignalView, StrategiesView, StrategyView};
use super::texts::Texts;
use crate::analysis::catalogue::{Figure, FigureGroup};
use crate::analysis::periods::UsualPeriod;
use crate::calendar::YearMonth;
use crate::config::{Site, Status, as_base_url};
use crate::locale::Locale;

/// Everything the site is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Who, what and since when.
    pub facts: Facts,
    /// Every figure, grouped, with its definition.
    pub figures: Vec<FigureGroup<PublicFigure>>,
    /// One entry per snapshot, ascending.
    pub days: Vec<Day>,
    /// One entry per calendar month of the record, ascending.
    pub months: Vec<Month>,
    /// Where the account stood at the end of each month.
    pub month_ends: BTreeMap<YearMonth, MonthEnd>,
    /// One row per calendar year, ascending.
    pub years: Vec<Year>,
    /// Returns over usual periods against the benchmark.
    pub periods: Vec<Period>,
    /// The worst drawdowns, deepest first.
    pub drawdowns: Vec<DrawdownView>,
    /// Figures of the index over all valuations of the account.
    pub index: IndexFigures,
    /// The next sessions, where there is no return yet.
    pub next_sessions: Vec<NaiveDate>,
    /// Rolling figures of the days that have a full window.
    pub rolling: Vec<Rolling>,
    /// Open positions by weight, largest first, as of `facts.positions_as_of`.
    pub positions: Vec<PositionView>,
    /// Cash as a share of net liquidation value.
    pub cash_weight: Option<PublicWeight>,
    /// What each holding contributed to the total return, where that is known.
    pub contributions: Option<HoldingsBrought>,
    /// Orders, newest first.
    pub orders: Vec<OrderView>,
    /// Closes around each order, by its slug, where there are prices.
    pub price_paths: BTreeMap<String, PricePath>,
    /// When much money crossed the account's border, ascending.
    pub large_flows: Vec<LargeFlow>,
    /// Closed round trips, newest first.
    pub round_trips: Vec<RoundTripView>,
    /// What the round trips leave out or assume, a sentence each.
    pub round_trip_remarks: Vec<String>,
    /// Execution quality.
    pub slippage: SlippageView,
    /// What trading cost, where single commissions are not shown; oldest first.
    pub costs: Vec<YearOfCosts>,
    /// What trading cost and how much was traded, by year.
    pub trading_costs: CostsView,
    /// What is rounded and why, a sentence each.
    pub rounding: Vec<String>,
    /// What is missing or odd in the data, in words.
    pub data_quality: Vec<String>,
    /// What the broker has restated of that which returns are computed from.
    pub restated: Restated,
    /// The universe in equal parts, bought and left alone, where prices of it are stored.
    pub equal_parts: Option<EqualParts>,
    /// Why there is no such comparison, where there could be one.
    pub no_equal_parts: Option<String>,
    /// How deep records fell that hold the same returns in another order, where that is known.
    pub shuffled_falls: Option<ShuffledFalls>,
    /// What is said about the questions of careful readers.
    pub answers: Vec<Answer>,
    /// What the author wrote.
    #[serde(skip)]
    pub texts: Texts,
    /// Signals, plans and backtests.
    pub strategies: StrategiesView,
}

impl Publication {
    /// All figures, whatever their group.
    pub fn all_figures(&self) -> impl Iterator<Item = &Figure<PublicFigure>> + Clone {
        self.figures.iter().flat_map(|group| &group.figures)
    }

    /// The figure of this id, if it is shown.
    pub fn figure(&self, id: &str) -> Option<&Figure<PublicFigure>> {
        self.all_figures().find(|figure| figure.id == id)
    }

    /// The value of the figure of this id, if it is shown and defined.
    pub fn value(&self, id: &str) -> Option<f64> {
        self.figure(id)?.value.map(Published::get)
    }

    /// The return over a usual period ending at the newest snapshot.
    pub fn period(&self, wanted: UsualPeriod) -> Option<&Period> {
        self.periods.iter().find(|period| period.period == wanted)
    }

    /// The days up to a date.
    pub fn days_until(&self, date: NaiveDate) -> &[Day] {
        self.days.get(..self.days.partition_point(|day| day.date <= date)).unwrap_or(&self.days)
    }

    /// What each strategy's rule said at the end of a month, where that was saved.
    pub fn signals_formed(&self, formation: YearMonth) -> impl Iterator<Item = (&StrategyView, &SignalView)> {
        self.strategies.list.iter().filter_map(move |strategy| {
            Some((strategy, strategy.signals.iter().find(|signal| signal.formation == formation)?))
        })
    }
}

/// What the owner calls the site, and where he publishes it: on every page, and in no figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masthead {
    /// The site's name.
    pub title: String,
    /// Who publishes it; may be empty.
    pub author: String,
    /// One sentence; may be empty.
    pub description: String,
    /// Where it is published, ending in `/`.
    pub base_url: Option<String>,
    /// What feed and entries are named by, where the owner says so.
    pub feed_id: Option<String>,
    /// In which order dates and with which marks numbers are written.
    pub locale: Locale,
}

impl Masthead {
    /// The address of the site, ending in `/`: another one than the configured, if there is one.
    pub fn address(&self, instead: Option<&str>) -> Option<String> {
        instead.or(self.base_url.as_deref()).map(as_base_url)
    }
}

impl From<&Site> for Masthead {
    fn from(site: &Site) -> Self {
        let Site { title, author, description, base_url, feed_id, locale, status: _, inception: _ } = site.clone();
        Self { title, author, description, base_url, feed_id, locale }
    }
}

/// Who, what and since when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What the site is called, and where it is.
    #[serde(flatten)]
    pub masthead: Masthead,
    /// Live, paper or demo.
    pub status: Status,
    /// The account's currency.
    pub base_currency: String,
    /// What the benchmark is called, where there is something to compare: a price index is one without dividends.
    pub benchmark: Option<String>,
    /// The same inside a sentence.
    pub the_benchmark: Option<String>,
    /// Whether it leaves dividends out, so that being ahead of it is no gain.
    pub without_dividends: bool,
    /// First snapshot.
    pub inception: NaiveDate,
    /// Newest snapshot.
    pub as_of: NaiveDate,
    /// Calendar days from first to newest snapshot.
    pub calendar_days: i64,
    /// Returns.
    pub observations: usize,
    /// What figures rest on: `1,992 daily returns`, or `84 valuations, about 12 a year`.
    pub observed: String,
    /// Trading days without a snapshot between the first and the newest.
    pub missing_sessions: usize,
    /// Days on which money crossed the account's border.
    pub flow_days: usize,
    /// Days by which positions and trades are held back.
    pub delay_days: u32,
    /// The newest date of which trades are shown.
    pub trades_until: NaiveDate,
    /// The date of the positions that are shown.
    pub positions_as_of: NaiveDate,
    /// Whether single days are shown; otherwise the days of the record are its month-ends.
    pub by_day: bool,
    /// Whether the commission of each order is shown.
    pub commissions: bool,
    /// How many decimals are written.
    pub digits: Digits,
    /// Whether amounts of money are shown.
    pub absolute: bool,
    /// How external money is timed, in words that follow `money`.
    pub flow_timing: String,
    /// Risk-free rate a year.
    #[serde(deserialize_with = "kept::number")]
    pub risk_free: f64,
    /// Returns a year, to one decimal.
    pub periods_per_year: String,
    /// Returns a year.
    #[serde(deserialize_with = "kept::number")]
    pub periods: f64,
    /// Whether they are those of single sessions.
    pub is_daily: bool,
    /// How precisely they are published, for whoever recomputes them.
    pub steps: Steps,
    /// How many orders are shown.
    pub order_count: usize,
    /// Whether the record holds a commission or fee, so that its returns are after costs.
    pub after_costs: bool,
    /// Since when the account is empty, if its money was taken out.
    pub emptied: Option<NaiveDate>,
}

/// A time at which more than a tenth of the account was paid in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeFlow {
    /// The day to whose return it belongs, or the last of its month where days are not shown.
    pub date: NaiveDate,
}

/// One trading date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// Session of the exchange.
    pub date: NaiveDate,
    /// Time-weighted return since the snapshot before; `None` on the first.
    pub daily_return: Option<PublicReturn>,
    /// Growth of 1 since inception.
    pub index: PublicIndex,
    /// Index below its highest so far, 0 or negative.
    pub drawdown: PublicReturn,
    /// Growth of 1 in the benchmark over the same dates.
    pub benchmark_index: Option<MarketFigure>,
    /// Net liquidation value, in absolute mode.
    pub net_liquidation: Option<Amount>,
}

/// One calendar month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// Calendar month.
    pub month: YearMonth,
    /// Our return.
    pub value: PublicReturn,
    /// The benchmark's over the same dates.
    pub benchmark: Option<MarketFigure>,
    /// Daily returns in it.
    pub observations: usize,
    /// Whether the record covers only part of it.
    pub partial: bool,
    /// Deepest drawdown within it, from its own highest point.
    pub max_drawdown: Option<PublicReturn>,
    /// Orders filled in it; `None` where some may be held back.
    pub orders: Option<usize>,
}

/// One calendar year, as a row of the monthly table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Year {
    /// Calendar year.
    pub year: i32,
    /// January to December.
    pub months: Vec<Option<PublicReturn>>,
    /// The year's return so far.
    pub value: PublicReturn,
    /// The benchmark's over the same dates.
    pub benchmark: Option<MarketFigure>,
    /// Deepest drawdown within the year.
    pub max_drawdown: Option<PublicReturn>,
    /// Whether the record covers only part of it.
    pub partial: bool,
}

/// A drawdown from peak to recovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawdownView {
    /// Index at the valley against the peak, negative.
    pub depth: PublicReturn,
    /// Date of the peak.
    pub peak: NaiveDate,
    /// Date of the valley.
    pub valley: NaiveDate,
    /// First date at or above the peak again.
    pub recovery: Option<NaiveDate>,
    /// Calendar days from the peak to the recovery, or to the last date.
    pub duration_days: i64,
}

/// Rolling figures on one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rolling {
    /// The last date of the windows.
    pub date: NaiveDate,
    /// 252-day Sharpe ratio.
    pub sharpe: Option<PublicFigure>,
    /// 63-day volatility a year.
    pub volatility: Option<PublicFigure>,
    /// 252-day beta.
    pub beta: Option<PublicFigure>,
}
