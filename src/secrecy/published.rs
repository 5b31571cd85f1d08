//! What is published of a record at a level, beside the step of the record that each number is about.
//!
//! A start value fits a number when the number that would be published of it is the same. The rounding is that of
//! [`Disclosure`] itself, so that no step is written down twice.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::brought::{self, Linking, OfPeriod};
use super::facts::{Event, Facts, Orders, Step};
use super::replay::EDGE;
use crate::calendar::YearMonth;
use crate::config::{Config, PrivacyLevel};
use crate::error::Result;
use crate::publication::{Disclosure, OrderView, PublicIndex, PublicReturn, PublicWeight, Publication, redact};
use crate::record::{Record, Side};

/// Everything published that depends on the account's size.
#[derive(Debug)]
pub struct Published {
    /// How it is rounded.
    pub disclosure: Disclosure,
    /// How gains of holdings become parts of the total return, where those are published.
    pub linking: Option<Linking>,
    /// What is published of each step.
    pub steps: Vec<OfStep>,
}

/// What is published of a step.
#[derive(Debug, Clone, Default)]
pub struct OfStep {
    /// The index at its end.
    pub index: Option<PublicIndex>,
    /// The return over it, where that is rounded on its own.
    pub growth: Option<PublicReturn>,
    /// The return of the month that ends with it.
    pub month: Option<PublicReturn>,
    /// The deepest fall in that month.
    pub fall: Option<PublicReturn>,
    /// Weights of positions at its end.
    pub weights: Vec<Option<PublicWeight>>,
    /// What holdings brought in the periods that end with it.
    pub brought: Vec<OfPeriod>,
    /// Weights of orders, by the day's place among the days with orders and by column.
    pub orders: Vec<Vec<OfOrder>>,
    /// Whether a month ends with it.
    pub ends_month: bool,
    /// Whether nothing that is published depends on the value at its end.
    pub is_quiet: bool,
    /// The first of the quiet steps right before it, or itself.
    pub since: usize,
}

/// What is published of the orders of a day in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OfOrder {
    /// Nothing that says anything.
    Unknown,
    /// There was none, or one that is not listed for its size.
    None,
    /// An order of this weight.
    Weight(PublicWeight),
}

/// A published number of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// The index.
    Index,
    /// The return over it.
    Growth,
    /// The month's return.
    Month,
    /// The fall in the month.
    Fall,
    /// The weight of a column.
    Weight(usize),
    /// What a column brought, by the period's place.
    Brought(usize, usize),
    /// An order, by the day's place and by column.
    Order(usize, usize),
}

impl OfStep {
    /// Leaves out a number that the record itself does not bear out.
    pub fn forget(&mut self, number: Number) {
        match number {
            Number::Index => self.index = None,
            Number::Growth => self.growth = None,
            Number::Month => self.month = None,
            Number::Fall => self.fall = None,
            Number::Weight(column) => self.weights.iter_mut().skip(column).take(1).for_each(|weight| *weight = None),
            Number::Brought(period, column) => {
                let parts = self.brought.iter_mut().skip(period).take(1).flat_map(|period| &mut period.parts);
                parts.skip(column).take(1).for_each(|part| *part = None);
            }
            Number::Order(day, column) => {
                let orders = self.orders.iter_mut().skip(day).take(1);
                orders.for_each(|day| day.iter_mut().skip(column).take(1).for_each(|of| *of = OfOrder::Unknown));
            }
        }
    }
}

impl Published {
    /// How many parts of the total return are published of holdings.
    #[cfg(test)]
    pub fn parts_by_holding(&self) -> usize {
        let periods = self.steps.iter().flat_map(|step| &step.brought);
        periods.flat_map(|period| &period.parts).flatten().count()
    }

    /// What is published of a record at a level.
    ///
    /// # Errors
    /// Those of [`redact`].
    pub fn at(level: PrivacyLevel, record: &Record, config: &Config, facts: &Facts) -> Result<Self> {
        let mut config = config.clone();
        config.privacy.precision = level;
        config.privacy.delay_days = 0;
        let disclosure = Disclosure::new(&config.privacy);
        let publication = redact(record, &config)?;
        let days: BTreeMap<NaiveDate, _> = publication.days.iter().map(|day| (day.date, day)).collect();
        let until = publication.facts.as_of;
        let (mut steps, mut since) = (Vec::new(), 0);
        for (at, step) in facts.steps.iter().enumerate().take_while(|(_, step)| step.date <= until) {
            let month = YearMonth::of(step.date);
            let next = facts.steps.get(at + 1).filter(|next| next.date <= until);
            let ends_month = next.is_none_or(|next| YearMonth::of(next.date) != month);
            let day = days.get(&step.date).filter(|_| disclosure.by_day() || ends_month);
            let of_month = publication.months.iter().find(|of| of.month == month).filter(|_| ends_month);
            let days_of_orders = step.events.iter().filter_map(|event| match event {
                Event::Orders(orders) => Some(of_orders(orders, facts, &publication)),
                Event::Flow(_) => None,
            });
            let is_quiet = !disclosure.by_day() && !ends_month && step.is_quiet() && next.is_some_and(Step::is_quiet);
            steps.push(OfStep {
                index: day.map(|day| day.index),
                growth: day.and_then(|day| day.daily_return).filter(|_| level == PrivacyLevel::Fine),
                month: of_month.map(|of| of.value),
                // Coarser than that it follows from the published index.
                fall: of_month.and_then(|of| of.max_drawdown).filter(|_| level == PrivacyLevel::Fine),
                weights: if ends_month { weights(facts, &publication, month, step.date) } else { Vec::new() },
                brought: if ends_month { brought::shown(&publication, facts, month, step.date) } else { Vec::new() },
                orders: days_of_orders.collect(),
                ends_month,
                is_quiet,
                since,
            });
            since = if is_quiet { since } else { at + 1 };
        }
        Ok(Self { linking: Linking::of(&publication, &disclosure), disclosure, steps })
    }
}

/// Weights of positions at the end of a month, by column.
fn weights(facts: &Facts, publication: &Publication, month: YearMonth, date: NaiveDate) -> Vec<Option<PublicWeight>> {
    let end = publication.month_ends.get(&month).filter(|end| end.positions_as_of == Some(date));
    let Some(end) = end else { return Vec::new() };
    let of = |symbol: &str| end.positions.iter().find(|position| position.symbol == symbol)?.weight;
    facts.symbols.iter().map(|symbol| of(symbol.as_str())).collect()
}

fn of_orders(orders: &Orders, facts: &Facts, publication: &Publication) -> Vec<OfOrder> {
    let of_column = |(column, traded): (usize, &f64)| {
        let Some(symbol) = facts.symbols.get(column) else { return OfOrder::Unknown };
        let side = if *traded < 0.0 { Side::Sell } else { Side::Buy };
        let is_it = |view: &&OrderView| view.date == orders.date && view.symbol == symbol.as_str();
        let listed: Vec<&OrderView> = publication.orders.iter().filter(is_it).collect();
        match listed[..] {
            [] => OfOrder::None,
            [only] if only.side == side => only.weight.map_or(OfOrder::Unknown, OfOrder::Weight),
            _ => OfOrder::Unknown,
        }
    };
    orders.traded.iter().enumerate().map(of_column).collect()
}

impl OfOrder {
    /// Whether an order of this weight would be published the same.
    pub fn fits(self, weight: f64, disclosure: &Disclosure) -> bool {
        match self {
            Self::Unknown => true,
            Self::None => weight == 0.0 || disclosure.leaves_out(weight),
            Self::Weight(published) => {
                let near = [weight, weight - EDGE, weight + EDGE];
                weight > 0.0 && near.into_iter().any(|weight| disclosure.weight(weight) == published)
            }
        }
    }
}
