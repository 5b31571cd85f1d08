//! What a strategy's rule said at one month-end.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::json_number;
use super::name::PriceSymbol;
use super::schema::Schema;
use crate::calendar::YearMonth;

/// Which rule decides what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The instruments with the highest return over `lookback_months`, without the last `skip_months`.
    #[default]
    Momentum,
    /// The same weights every month.
    FixedWeights,
    /// Bought once and then left alone.
    BuyAndHold,
}

impl Rule {
    /// The rule's name as the configuration spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Momentum => "momentum",
            Self::FixedWeights => "fixed_weights",
            Self::BuyAndHold => "buy_and_hold",
        }
    }
}

/// The answer of a strategy's rule: a file `data/signals/2026-01.json`, named by its formation month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The number of its form.
    #[serde(default)]
    pub schema: Schema,
    /// The strategy's id.
    pub strategy: String,
    /// Its rule.
    pub rule: Rule,
    /// The date whose knowledge it rests on; later prices were not looked at.
    pub as_of: NaiveDate,
    /// The date on which it was saved, by the clock of the computer; `null` where it was only asked for.
    #[serde(default)]
    pub made_on: Option<NaiveDate>,
    /// The last complete month on or before `as_of`.
    pub formation: YearMonth,
    /// Months before the formation's end at which the measured return starts; `null` for rules without one.
    pub lookback_months: Option<u32>,
    /// Months before the formation's end at which it ends.
    pub skip_months: Option<u32>,
    /// Every instrument that could be ranked, best first; equal ones by symbol.
    pub ranking: Vec<Ranked>,
    /// The symbols to hold, best first.
    pub selected: Vec<PriceSymbol>,
    /// Instruments that could not be ranked, and why.
    pub skipped: Vec<Skipped>,
}

/// One instrument's place in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// Its place, from 1.
    pub rank: usize,
    /// Its place a month before, if it had one.
    pub previous_rank: Option<usize>,
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// Its name.
    pub name: String,
    /// `P(T - skip) / P(T - lookback) - 1`, as a fraction; `null` for rules that do not rank.
    pub momentum: Option<f64>,
    /// The price the return starts from.
    pub start: Option<DatedPrice>,
    /// The price it ends at.
    pub end: Option<DatedPrice>,
    /// The share of the strategy it is to have, 0 where it is not selected.
    pub target_weight: f64,
}

impl Ranked {
    /// Places won (above zero) or lost since the month before; `None` where it had no place.
    pub fn change(&self) -> Option<i64> {
        let place = |rank: usize| i64::try_from(rank).ok();
        Some(place(self.previous_rank?)? - place(self.rank)?)
    }
}

/// An adjusted close, in whole units of its currency, with its date.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedPrice {
    /// Session whose close the price is.
    pub date: NaiveDate,
    /// Adjusted close, in the currency of the instrument.
    #[serde(with = "json_number")]
    pub price: Decimal,
}

/// An instrument that could not be ranked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// Why the rule leaves the instrument out.
    pub reason: String,
}

/// Momenta nearer than this are the same: price sources scale adjusted prices anew with every distribution.
const SAME_MOMENTUM: f64 = 1e-6;

impl Signal {
    /// Whether two signals of one month say the same: the same places, weights and, but for rounding, momenta.
    ///
    /// Prices alone may differ, because adjusted prices are scaled anew with every distribution. So may the date
    /// on which the question was asked.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let same_place = |(one, other): (&Ranked, &Ranked)| {
            let momentum = match (one.momentum, other.momentum) {
                (Some(one), Some(other)) => (one - other).abs() <= SAME_MOMENTUM,
                (one, other) => one == other,
            };
            one.symbol == other.symbol && one.target_weight == other.target_weight && momentum
        };
        let skipped = |signal: &Self| signal.skipped.iter().map(|skipped| skipped.symbol.clone()).collect::<Vec<_>>();
        (&self.strategy, self.rule, self.formation) == (&other.strategy, other.rule, other.formation)
            && self.ranking.len() == other.ranking.len()
            && self.ranking.iter().zip(&other.ranking).all(same_place)
            && skipped(self) == skipped(other)
    }
}
