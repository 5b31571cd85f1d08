//! Rows that stand in several views.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::disclosure::{MarketFigure, PublicResult, PublicReturn, PublicWeight};
use crate::analysis::periods::UsualPeriod;

/// A usual period ending at the newest snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// Which one.
    #[serde(rename = "label")]
    pub period: UsualPeriod,
    /// Our return; a year rate where `annualized`.
    pub value: Option<PublicReturn>,
    /// The benchmark's.
    pub benchmark: Option<MarketFigure>,
    /// Whether both are year rates.
    pub annualized: bool,
    /// Why there is none.
    pub undefined_because: Option<String>,
}

/// One open position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionView {
    /// Ticker.
    pub symbol: String,
    /// Name from the configuration, or empty.
    pub name: String,
    /// Share of net liquidation value, negative when short; `None` where it cannot be told.
    pub weight: Option<PublicWeight>,
    /// Why there is no weight, or nothing.
    pub no_weight: String,
    /// Market price against average cost, as a return; `None` where the cost is unknown.
    pub gain: Option<PublicResult>,
    /// Price it is valued at, in `currency`.
    pub price: Option<String>,
    /// The price's currency.
    pub currency: String,
    /// Shares, in absolute mode.
    pub quantity: Option<Amount>,
    /// Value in `currency`, in absolute mode.
    pub market_value: Option<Amount>,
}
