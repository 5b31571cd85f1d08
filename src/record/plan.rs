//! A saved list of trades: what was meant, before anything was done.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::execution::Side;
use super::json_number;
use super::name::{Currency, PriceSymbol, Ticker};
use super::schema::Schema;
use crate::calendar::{YearMonth, decided_for};

/// The trades that bring an account to its targets: a file `data/plans/2026-01-27.json`. Ratios are fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The number of its form.
    #[serde(default)]
    pub schema: Schema,
    /// The strategy's id.
    pub strategy: String,
    /// The date it was made for; no price or snapshot is newer.
    pub as_of: NaiveDate,
    /// When it was saved; older files do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<DateTime<Utc>>,
    /// The month whose end the signal is of.
    pub formation: YearMonth,
    /// The date of the snapshot it starts from.
    pub snapshot: NaiveDate,
    /// Value of what the strategy manages, in base currency.
    #[serde(with = "json_number")]
    pub nav: Decimal,
    /// The account's currency.
    pub base_currency: Currency,
    /// Share of the account below which a difference is left alone.
    #[serde(with = "json_number")]
    pub threshold: Decimal,
    /// What to trade: sales first, then purchases, each by symbol.
    pub trades: Vec<PlannedTrade>,
    /// What stays as it is, and why.
    pub unchanged: Vec<Unchanged>,
    /// Cash expected when all is done, in base currency, at assumed slippage and commissions.
    #[serde(with = "json_number")]
    pub cash_after: Decimal,
    /// What else the reader should know.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Plan {
    /// Whether it was there to act on at an instant, as far as it says.
    pub fn was_made_by(&self, instant: DateTime<Utc>) -> bool {
        self.made_at.is_none_or(|made| made <= instant)
    }

    /// The day it was saved, where it was made for an earlier one: then its prices could be chosen with hindsight.
    pub fn made_late(&self) -> Option<NaiveDate> {
        self.made_at.map(|made| made.date_naive()).filter(|made| self.as_of < decided_for(*made))
    }

    /// Whether another one says the same, whenever it was saved.
    pub fn agrees_with(&self, other: &Self) -> bool {
        Self { made_at: None, ..self.clone() } == Self { made_at: None, ..other.clone() }
    }
}

/// One order to be placed by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTrade {
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// The broker's ticker.
    pub ticker: Ticker,
    /// Its name, or empty.
    #[serde(default)]
    pub name: String,
    /// Buy or sell.
    pub action: Side,
    /// How many shares.
    #[serde(with = "json_number")]
    pub shares: Decimal,
    /// The price it is measured against later: the newest close, in `currency`.
    #[serde(with = "json_number")]
    pub reference_price: Decimal,
    /// The date of that price.
    pub reference_date: NaiveDate,
    /// The currency of the price.
    pub currency: Currency,
    /// Shares times reference price, in base currency.
    #[serde(with = "json_number")]
    pub notional_base: Decimal,
    /// The position's share of `nav` before.
    pub current_weight: f64,
    /// The share it is to have.
    pub target_weight: f64,
    /// The share it has at the reference price when the order is filled.
    pub weight_after: f64,
}

/// A position that stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unchanged {
    /// Yahoo's symbol, or the broker's ticker where it is in no universe.
    pub symbol: String,
    /// Its share of `nav`.
    pub current_weight: f64,
    /// The share it should have; `null` where it is in no universe.
    pub target_weight: Option<f64>,
    /// Why.
    pub reason: String,
}
