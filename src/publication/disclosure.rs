//! What the privacy settings allow to be shown, and how precisely.

mod precision;
mod step;
mod two_way;
mod values;
mod words;

pub use precision::{Digits, Steps, Weighed};
pub use values::*;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::RoundingStrategy;

use super::amount::Amount;
use crate::analysis::catalogue::Unit;
use crate::calendar::YearMonth;
use crate::config::{Privacy, PrivacyLevel, PrivacyMode};
use crate::format;
use precision::{Costs, Precision};
use step::Step;

/// The only maker of [`Amount`]s and [`Published`] numbers.
#[derive(Debug, Clone, Copy)]
pub struct Disclosure {
    mode: PrivacyMode,
    level: PrivacyLevel,
    delay_days: u32,
    precision: &'static Precision,
}

impl Disclosure {
    /// What these settings allow.
    pub fn new(privacy: &Privacy) -> Self {
        let Privacy { mode, precision: level, delay_days, .. } = *privacy;
        let disclosure = Self { mode, level, delay_days, precision: precision::of(level) };
        Self { precision: precision::of(disclosure.level()), ..disclosure }
    }

    /// What is shown at a level where nothing is held back and no amount is shown.
    pub fn at(precision: PrivacyLevel) -> Self {
        Self::new(&Privacy { precision, ..Privacy::default() })
    }

    /// How finely numbers are published. Where amounts are shown, there is no size to keep.
    pub fn level(&self) -> PrivacyLevel {
        if self.shows_amounts() { PrivacyLevel::Fine } else { self.level }
    }

    /// Whether single days are published; otherwise month-ends are.
    pub fn by_day(&self) -> bool {
        self.precision.by_day
    }

    /// A day of the record in words; where no day is published, its month.
    pub fn day_or_month(&self, date: NaiveDate) -> String {
        if self.by_day() { format::day(date) } else { YearMonth::of(date).in_words() }
    }

    /// Whether whatever is drawn by the day is computed from the published index instead of the exact one.
    pub fn draws_from_published(&self) -> bool {
        self.level() != PrivacyLevel::Fine
    }

    /// When positions are weighed.
    pub fn weighed(&self) -> Weighed {
        self.precision.weighed
    }

    /// Whether all orders are listed.
    pub fn lists_all(&self) -> bool {
        self.precision.lists_all
    }

    /// Whether an order of a weight is left out, because the weight would be published as nothing.
    pub fn leaves_out(&self, weight: f64) -> bool {
        !self.lists_all() && self.precision.weights.round(weight) == 0.0
    }

    /// Whether commissions of orders are shown.
    pub fn shows_commissions(&self) -> bool {
        matches!(self.precision.costs, Costs::Each(_))
    }

    /// Whether the band of each year's commissions is shown.
    pub fn shows_cost_bands(&self) -> bool {
        self.precision.costs == Costs::Bands
    }

    /// The decimals that pages and reports write.
    pub fn digits(&self) -> Digits {
        self.precision.digits
    }

    /// The steps that readers meet who recompute figures.
    pub fn steps(&self) -> Steps {
        let Precision { index, returns, figures, ratios, held_weights, .. } = self.precision;
        Steps {
            index: index.width(),
            of_the_logarithm: matches!(index, Step::Log(_)),
            returns: returns.width(),
            figures: figures.width(),
            ratios: ratios.width(),
            held_weights: held_weights.width(),
        }
    }

    /// The steps of what is held, and of what an order moved, as shares of the account.
    pub fn weight_widths(&self) -> (f64, f64) {
        (self.precision.held_weights.width(), self.precision.weights.width())
    }

    /// Whether amounts of money and share counts are shown.
    pub fn shows_amounts(&self) -> bool {
        self.mode == PrivacyMode::Absolute
    }

    /// Whether positions and trades are held back for a while.
    pub fn holds_back(&self) -> bool {
        self.delay_days() > 0
    }

    /// Calendar days for which positions and trades are held back.
    pub fn delay_days(&self) -> u32 {
        self.delay_days
    }

    /// Money with its cents, in absolute mode.
    pub fn money(&self, value: Decimal) -> Option<Amount> {
        self.shows_amounts().then(|| Amount(format!("{:.2}", value.round_dp(2))))
    }

    /// A number of shares, in absolute mode.
    pub fn shares(&self, quantity: Decimal) -> Option<Amount> {
        self.shows_amounts().then(|| Amount(quantity.normalize().to_string()))
    }
}

/// Numbers, each by the kind that decides how finely it is published.
impl Disclosure {
    /// Growth of 1 in the account up to a day.
    pub fn index(&self, value: f64) -> PublicIndex {
        PublicIndex::rounded(self.precision.index.round(value))
    }

    /// A day's return or its distance from the high before, from the published index where that is coarser.
    pub fn daily(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(self.precision.derived.round(value))
    }

    /// A return over a month or longer, or its deepest fall.
    pub fn period(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(self.precision.returns.round(value))
    }

    /// The total return up to a month-end, which says no more than the index on it.
    pub fn total_so_far(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(Step::Decimals(6).round(self.index(1.0 + value).get() - 1.0))
    }

    /// The return of the whole record. Every version of a site says another one, so that where no day is published it says no more than
    /// the index either.
    pub fn whole(&self, value: f64) -> PublicReturn {
        if self.by_day() { self.period(value) } else { self.total_so_far(value) }
    }

    /// The same as a figure.
    pub fn whole_figure(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.whole(value).get())
    }

    /// A published return as a figure.
    pub fn as_figure(&self, shown: PublicReturn) -> PublicFigure {
        PublicFigure::rounded(shown.get())
    }

    /// What one published return is above another.
    pub fn above(&self, own: PublicFigure, other: PublicFigure) -> PublicFigure {
        PublicFigure::rounded(Step::Decimals(6).round(own.get() - other.get()))
    }

    /// What published months make together, which says no more than they do.
    pub fn of_months(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(Step::Decimals(6).round(value))
    }

    /// A figure over many days, in its unit; one that is a return as [`period`](Self::period) has it.
    pub fn figure(&self, value: f64, unit: Unit) -> PublicFigure {
        let precision = self.precision;
        let step = match unit {
            Unit::Percent => precision.figures,
            Unit::Ratio => precision.ratios,
            Unit::BasisPoints => precision.results_bps,
            Unit::Days | Unit::Count => precision.counts,
            // Amounts are shown as they are, or not at all.
            Unit::Amount => precision::FINE.figures,
        };
        PublicFigure::rounded(step.round(value))
    }

    /// A figure that is a return over a month or longer.
    pub fn return_figure(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.returns.round(value))
    }

    /// A figure that is one day's return.
    pub fn day_figure(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.derived.round(value))
    }

    /// A figure that follows from market prices alone.
    pub fn market_figure(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.market.round(value))
    }

    /// The share of records drawn by chance of which something is so.
    pub fn share_of_draws(&self, share: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.weights.round(share))
    }

    /// What is traded in a year, as a multiple of the account's value.
    pub fn turnover(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.turnover.round(value))
    }

    /// A ratio of risk over a moving window.
    pub fn rolling_ratio(&self, value: f64) -> PublicFigure {
        PublicFigure::rounded(self.precision.rolling_ratios.round(value))
    }

    /// What a position or cash is of the account's value.
    pub fn held_weight(&self, value: f64) -> PublicWeight {
        PublicWeight::rounded(self.precision.held_weights.round(value))
    }

    /// What an order moved, as a share of the account's value, or of what was planned.
    pub fn weight(&self, value: f64) -> PublicWeight {
        PublicWeight::rounded(self.precision.weights.round(value))
    }

    /// The weight that a rule asks for, whatever the account.
    pub fn target(&self, value: f64) -> PublicWeight {
        PublicWeight::rounded(self.precision.targets.round(value))
    }

    /// The return of a trade after what it cost.
    pub fn trade_return(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.trade_returns.round(value))
    }

    /// A result in basis points of the account's value.
    pub fn result_bps(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.results_bps.round(value))
    }

    /// The smallest result that is not published as nothing, in basis points.
    pub fn least_result_bps(&self) -> f64 {
        self.precision.results_bps.width()
    }

    /// A day's return as another treatment of its flow has it.
    pub fn sensitivity(&self, value: f64) -> PublicReturn {
        PublicReturn::rounded(self.precision.sensitivities.round(value))
    }

    /// What a strategy brought to the account's return.
    pub fn contribution(&self, value: f64) -> PublicResult {
        PublicResult::rounded(self.precision.contributions.round(value))
    }

    /// What holdings brought is rounded to this, so that it adds up also in the digits that pages write.
    fn contribution_step(&self) -> Step {
        let decimals = i32::try_from(self.precision.digits.results + 2).unwrap_or(2);
        let (written, step) = (Step::Decimals(decimals), self.precision.contributions);
        if step.width() < written.width() { written } else { step }
    }

    /// How far what a holding brought in a period may be from the exact part of it.
    pub fn contribution_room(&self) -> f64 {
        self.contribution_step().width() * two_way::MOVED
    }

    /// In how many steps something that was brought is published.
    pub(super) fn contribution_steps(&self, value: f64) -> i64 {
        self.contribution_step().steps(value)
    }

    /// What was brought in so many steps.
    pub(super) fn brought(&self, steps: i64) -> PublicResult {
        PublicResult::rounded(self.contribution_step().of_steps(steps))
    }

    /// What parts brought in steps that add up to those of the whole.
    pub(super) fn contribution_parts(&self, parts: &[f64], whole: i64) -> Vec<i64> {
        self.contribution_step().parts(parts, whole)
    }

    /// What was brought in each cell of a table, in steps that add up to those of its rows and of its columns.
    pub(super) fn contribution_table(
        &self,
        cells: &[Vec<Option<f64>>],
        rows: &[i64],
        columns: &[i64],
    ) -> Vec<Vec<Option<i64>>> {
        let width = self.contribution_step().width();
        let exact: Vec<Vec<Option<f64>>> =
            cells.iter().map(|row| row.iter().map(|cell| cell.map(|cell| cell / width)).collect()).collect();
        two_way::rounded(&exact, rows, columns)
    }

    /// Fills against their reference prices, in basis points.
    pub fn slippage_bps(&self, value: f64) -> PublicSlippage {
        PublicSlippage::rounded(self.precision.slippage_bps.round(value))
    }

    /// Commissions in basis points of what was traded, where they are shown.
    pub fn cost_bps(&self, value: f64) -> Option<PublicCost> {
        match self.precision.costs {
            Costs::Each(step) => Some(PublicCost::rounded(step.round(value))),
            Costs::Bands | Costs::Withheld => None,
        }
    }

    /// Money across the border as a share of the account's value, where that is shown.
    pub fn flow(&self, share: f64) -> Option<PublicFlow> {
        self.precision.flows.map(|step| PublicFlow::rounded(step.round(share)))
    }

    /// What follows from market prices and public rules alone.
    pub fn market(&self, value: f64) -> MarketFigure {
        MarketFigure::rounded(self.precision.market.round(value))
    }

    /// An edge of a cone of simulations.
    pub fn cone(&self, value: f64) -> MarketFigure {
        MarketFigure::rounded(self.precision.cone.round(value))
    }
}

/// Prices.
impl Disclosure {
    /// The price of an order: as it is written where all fills had the same one. The mean of several would disclose how
    /// the shares were split, so it has fewer digits.
    pub(super) fn mean_price(&self, price: Decimal, fills: impl IntoIterator<Item = Decimal>) -> String {
        let mut fills = fills.into_iter();
        let first = fills.next();
        match self.precision.mean_price_digits {
            Some(digits) if fills.any(|other| Some(other) != first) => significant(price, digits),
            _ => price_text(price),
        }
    }
}

/// A price as it is written: to a hundredth, below ten to a ten-thousandth.
pub(super) fn price_text(price: Decimal) -> String {
    let ten = Decimal::TEN;
    if price.abs() >= ten { format!("{:.2}", price.round_dp(2)) } else { format!("{:.4}", price.round_dp(4)) }
}

fn significant(price: Decimal, digits: u32) -> String {
    let rounded = price.round_sf_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    rounded.unwrap_or(price).normalize().to_string()
}

#[cfg(test)]
#[path = "disclosure_tests.rs"]
mod tests;
