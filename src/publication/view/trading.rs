//! What strangers may see of orders, round trips, and what trading cost.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::format;
use crate::publication::amount::Amount;
use crate::publication::disclosure::{PublicCost, PublicResult, PublicSlippage, PublicWeight};
use crate::publication::kept;
use crate::publication::strategy_view::PlanItemView;
use crate::record::Side;
use crate::static_text::{self, StaticText};

/// One order with its note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    /// The name of its page: `2026-01-27-sxlk-buy`.
    pub slug: String,
    /// Date of its first fill.
    pub date: NaiveDate,
    /// Its first fill.
    pub first_fill: DateTime<Utc>,
    /// Its last fill.
    pub last_fill: DateTime<Utc>,
    /// How many fills.
    pub fills: usize,
    /// Ticker.
    pub symbol: String,
    /// Bought or sold.
    pub side: Side,
    /// Volume-weighted fill price in `currency`.
    pub price: String,
    /// The price's currency.
    pub currency: String,
    /// Notional as a share of the net liquidation value at the last snapshot before it.
    pub weight: Option<PublicWeight>,
    /// The price it is measured against.
    pub reference_price: Option<String>,
    /// Where that price came from, in words.
    pub reference_source: Option<String>,
    /// Slippage against it; positive is unfavourable.
    pub slippage_bps: Option<PublicSlippage>,
    /// Commission in basis points of notional; `None` while not all of it has been reported.
    pub commission_bps: Option<PublicCost>,
    /// Why there is no result, where there is none.
    pub no_result: String,
    /// Result of the round trips it closed, in basis points of the net liquidation value.
    pub result_bps: Option<PublicResult>,
    /// Shares, in absolute mode.
    pub quantity: Option<Amount>,
    /// Notional in `currency`, in absolute mode.
    pub notional: Option<Amount>,
    /// Commission, in absolute mode.
    pub commission: Option<Amount>,
    /// The trader's note.
    pub note: Option<NoteView>,
    /// The planned trade it carries out.
    pub plan: Option<PlanItemView>,
    /// Whether plans were saved by then and none has it.
    pub unplanned: bool,
    /// Whether something that it opened is open still.
    pub open: bool,
}

impl OrderView {
    /// `Bought` or `Sold`.
    pub fn side_in_words(&self) -> &'static str {
        match self.side {
            Side::Buy => "Bought",
            Side::Sell => "Sold",
        }
    }

    /// `Bought MTUM, 3 Feb 2020`.
    pub fn title(&self) -> String {
        format!("{} {}, {}", self.side_in_words(), self.symbol, format::day(self.date))
    }
}

/// When the trader's note on an order was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteView {
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Whether that was before the first fill.
    pub before_trade: bool,
    /// Its file, under which [`Texts`](crate::publication::Texts) has what it says.
    #[serde(skip)]
    pub path: PathBuf,
}

/// A closed round trip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundTripView {
    /// Ticker.
    pub symbol: String,
    /// `long` or `short`.
    #[serde(deserialize_with = "static_text::read")]
    pub direction: StaticText,
    /// Date opened.
    pub opened: NaiveDate,
    /// Date closed.
    pub closed: NaiveDate,
    /// Calendar days between.
    pub holding_days: i64,
    /// Entry to exit after commissions, as a return on the entry's notional.
    pub net_return: Option<PublicResult>,
    /// Profit after commissions, in basis points of the net liquidation value before the close.
    pub result_bps: Option<PublicResult>,
    /// Profit after commissions in base currency, in absolute mode.
    pub profit: Option<Amount>,
    /// Why there is no result, where there is none.
    pub reason: String,
    /// The slug of the order that opened it.
    pub opening: String,
    /// The slug of the order that closed it.
    pub closing: String,
}

/// Execution quality without amounts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlippageView {
    /// Orders in all.
    pub orders: usize,
    /// Orders with a reference price.
    pub priced_orders: usize,
    /// Mean over priced orders.
    pub mean_bps: Option<PublicSlippage>,
    /// Median over priced orders.
    pub median_bps: Option<PublicSlippage>,
    /// Sample standard deviation.
    pub std_bps: Option<PublicSlippage>,
    /// Mean weighted by notional.
    pub notional_weighted_bps: Option<PublicSlippage>,
    /// Commissions in basis points of notional.
    pub commissions_bps: Option<PublicCost>,
    /// Slippage and commissions together.
    pub implementation_shortfall_bps: Option<PublicCost>,
    /// The threshold beyond which an order is an outlier.
    #[serde(deserialize_with = "kept::number")]
    pub outlier_bps: f64,
    /// Slugs of the outliers.
    pub outliers: Vec<String>,
    /// By ticker: orders, mean.
    pub by_symbol: Vec<SlippageGroup>,
    /// By month: orders, mean.
    pub by_month: Vec<SlippageGroup>,
}

/// What trading cost in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearOfCosts {
    /// The calendar year.
    pub year: i32,
    /// Commissions against the account's mean value: `under 0.1 %`.
    pub band: String,
}

/// Slippage of a group of orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlippageGroup {
    /// The ticker or month.
    pub key: String,
    /// Priced orders in it.
    pub orders: usize,
    /// Their mean slippage.
    pub mean_bps: PublicSlippage,
}
