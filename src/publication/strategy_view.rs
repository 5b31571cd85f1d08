//! What strangers may see of the strategies: their signals, what became of plans, live beside the backtest.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::disclosure::{
    MarketFigure, PublicFigure, PublicIndex, PublicResult, PublicReturn, PublicSlippage, PublicWeight,
};
use super::rows::PositionView;
use crate::calendar::YearMonth;
use crate::record::Side;
use crate::static_text::{self, StaticText};

/// Everything about strategies. A record without any has an empty one, and the site shows nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StrategiesView {
    /// The strategies that have something to show, in the order of the configuration.
    pub list: Vec<StrategyView>,
    /// Whether there are several, so that pages name them.
    pub several: bool,
    /// What became of each planned trade, newest first.
    pub planned: Vec<PlanItemView>,
    /// Slugs of orders that no plan has, since plans are saved; newest first.
    pub unplanned: Vec<String>,
    /// The live record beside the simulation of the same rules.
    pub comparison: Option<ComparisonView>,
    /// Why there is no comparison, where there could be one.
    pub no_comparison: Option<String>,
    /// What each strategy brought to the total return; only with several.
    pub contributions: Option<ContributionsView>,
}

/// One strategy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StrategyView {
    /// Its short name in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its rule in a sentence.
    pub rule: String,
    /// How momentum is computed, for rules that use it.
    pub formula: Option<String>,
    /// Its saved signals, newest first.
    pub signals: Vec<SignalView>,
    /// Its positions, with several strategies.
    pub positions: Vec<PositionView>,
    /// Slugs of its orders, newest first, with several strategies.
    pub orders: Vec<String>,
}

/// What a strategy's rule said at one month-end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalView {
    /// The month at whose end it was formed.
    pub formation: YearMonth,
    /// The date whose knowledge it rests on.
    pub as_of: NaiveDate,
    /// The date it was saved, where that is known.
    pub made_on: Option<NaiveDate>,
    /// Whether it was saved more than a month after its month ended: then it proves nothing.
    pub made_late: bool,
    /// Best first.
    pub ranking: Vec<RankedView>,
    /// Tickers held by it, best first.
    pub selected: Vec<String>,
    /// What could not be ranked, and why.
    pub skipped: Vec<SkippedView>,
}

/// One place of a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankedView {
    /// The place, from 1.
    pub rank: usize,
    /// Places won (above zero) or lost since the month before.
    pub change: Option<i64>,
    /// Ticker.
    pub symbol: String,
    /// Name, or empty.
    pub name: String,
    /// Its momentum, as a fraction.
    pub momentum: Option<MarketFigure>,
    /// The price the momentum starts from, and its date.
    pub start: Option<(String, NaiveDate)>,
    /// The price it ends at, and its date.
    pub end: Option<(String, NaiveDate)>,
    /// The share of the strategy it is to have.
    pub target_weight: PublicWeight,
}

/// Something that could not be ranked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkippedView {
    /// Ticker.
    pub symbol: String,
    /// Why.
    pub reason: String,
}

/// What became of a planned trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanState {
    /// It was carried out.
    Done,
    /// Its fills may be among those that are held back.
    HeldBack,
    /// There is still time to carry it out.
    Open,
    /// Some of it was carried out.
    Partly,
    /// None of it was carried out.
    NotTraded,
}

impl PlanState {
    /// How pages and tables name it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::HeldBack => "held back",
            Self::Open => "open",
            Self::Partly => "partly",
            Self::NotTraded => "not traded",
        }
    }

    /// Whether there was time to carry it out in full, and it was not.
    pub fn is_missed(self) -> bool {
        matches!(self, Self::Partly | Self::NotTraded)
    }
}

/// A planned trade and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanItemView {
    /// The strategy's name.
    pub strategy: String,
    /// The date of the plan.
    pub planned: NaiveDate,
    /// The day it was saved, where that is later: then it proves nothing.
    pub made_late: Option<NaiveDate>,
    /// Ticker.
    pub symbol: String,
    /// Bought or sold.
    pub side: Side,
    /// What became of it.
    pub state: PlanState,
    /// The plan's reference price.
    pub planned_price: String,
    /// Volume-weighted price of all its fills.
    pub price: Option<String>,
    /// The currency of both.
    pub currency: String,
    /// Fills against the reference price; positive is unfavourable.
    pub slippage_bps: Option<PublicSlippage>,
    /// Weekdays from the plan to the first fill.
    pub days_late: Option<usize>,
    /// Shares filled over shares planned.
    pub filled: PublicWeight,
    /// The position's weight before, and the one that was meant.
    pub weight_before: PublicWeight,
    /// The weight it was to have.
    pub weight_target: PublicWeight,
    /// Shares planned, in absolute mode.
    pub planned_shares: Option<Amount>,
    /// Shares filled, in absolute mode.
    pub filled_shares: Option<Amount>,
    /// The file of the trader's note, under which [`Texts`](super::Texts) has what it says.
    #[serde(skip)]
    pub note: Option<PathBuf>,
    /// The page of its first order.
    pub slug: Option<String>,
}

/// The live record beside the simulation of the same rules over the same dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonView {
    /// First date of both.
    pub from: NaiveDate,
    /// Last date of both.
    pub to: NaiveDate,
    /// One entry per snapshot, ascending.
    pub days: Vec<ComparedDay>,
    /// The 5 % to 95 % cone at some of the dates, ascending.
    pub cone: Vec<ConeView>,
    /// Our total return.
    pub live: PublicReturn,
    /// The simulated one, hypothetical.
    pub backtest: MarketFigure,
    /// Ours less the simulated one, in basis points.
    pub difference_bps: PublicResult,
    /// The same in words.
    pub difference: String,
    /// Its parts, which add up to it.
    pub causes: Vec<CauseView>,
    /// Standard deviation of the daily differences, a year.
    pub tracking_error: Option<PublicFigure>,
    /// A description of the sample behind the cone.
    pub cone_source: String,
    /// Share of the resampled records that ended below ours, in words.
    pub verdict: Option<String>,
    /// The assumptions of the simulation.
    pub assumptions: Vec<String>,
}

/// One date of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedDay {
    /// Session of the exchange.
    pub date: NaiveDate,
    /// Growth of 1 in the account.
    pub live: PublicIndex,
    /// Growth of 1 in the simulation.
    pub backtest: MarketFigure,
}

/// The cone on one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConeView {
    /// Session of the exchange.
    pub date: NaiveDate,
    /// Growth of 1 that 5 % of the draws stayed below.
    pub low: MarketFigure,
    /// That of the median draw.
    pub middle: MarketFigure,
    /// Growth of 1 that 5 % went beyond.
    pub high: MarketFigure,
}

/// Part of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CauseView {
    /// What it is called.
    #[serde(deserialize_with = "static_text::read")]
    pub name: StaticText,
    /// Basis points of the difference; below zero it cost.
    pub bps: PublicResult,
    /// The same in words.
    pub text: String,
    /// What is counted here.
    #[serde(deserialize_with = "static_text::read")]
    pub meaning: StaticText,
}

/// The account's total return over the dates of which positions are shown, in parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContributionsView {
    /// First date.
    pub from: NaiveDate,
    /// Last date; positions after it are held back.
    pub to: NaiveDate,
    /// The total return, as a fraction.
    pub total: PublicResult,
    /// Its parts: each strategy's, and last what belongs to none.
    pub parts: Vec<ContributionView>,
}

/// What one strategy brought to the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContributionView {
    /// The strategy's id; none for what belongs to no strategy.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its part of the total return, as a fraction.
    pub contribution: PublicResult,
    /// Weight of its positions; `None` for what has none.
    pub weight: Option<PublicWeight>,
    /// Whether it holds any: what weighs too little for a step is held all the same.
    pub is_held: bool,
    /// How many orders it has.
    pub orders: usize,
}
