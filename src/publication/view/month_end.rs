//! What strangers may see of the end of a month: the figures of its report.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::publication::disclosure::{PublicFigure, PublicReturn, PublicWeight};
use crate::publication::rows::{Period, PositionView};

/// Where the account stood at the end of a month, whatever has happened since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthEnd {
    /// The snapshot that the month's first return is taken from.
    pub since: NaiveDate,
    /// The month's last snapshot.
    pub as_of: NaiveDate,
    /// Returns since inception.
    pub observations: usize,
    /// What its figures rest on: `1,992 daily returns`, or `84 valuations, about 12 a year`.
    pub observed: String,
    /// Returns a year, by which they are annualized.
    pub periods_per_year: String,
    /// Calendar days since inception.
    pub calendar_days: i64,
    /// Returns over usual periods that end here, against the benchmark.
    pub periods: Vec<Period>,
    /// Volatility since inception, a year.
    pub volatility: Option<PublicFigure>,
    /// Sharpe ratio since inception, a year.
    pub sharpe: Option<PublicFigure>,
    /// Deepest drawdown since inception.
    pub max_drawdown: Option<PublicReturn>,
    /// How far below the peak the account stands, 0 or negative.
    pub drawdown: Option<PublicReturn>,
    /// The date of the positions.
    pub positions_as_of: Option<NaiveDate>,
    /// Open positions by weight, largest first.
    pub positions: Vec<PositionView>,
    /// Cash as a share of net liquidation value.
    pub cash_weight: Option<PublicWeight>,
    /// Whether sessions of the month are still to come.
    pub month_goes_on: bool,
    /// The date after which positions and trades of the month are held back, if some are.
    pub held_back_after: Option<NaiveDate>,
    /// What is missing or odd in the month's data, in words.
    pub data_quality: Vec<String>,
}
