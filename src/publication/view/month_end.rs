//! What strangers may see of the end of a month: the figures of its report.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::publication::disclosure::{PublicFigure, PublicReturn, PublicWeight};
use crate::publication::index_figures::IndexFigures;
use crate::publication::kept;
use crate::publication::rows::{Period, PositionView};

use super::DrawdownView;

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
    /// The same as a number.
    #[serde(deserialize_with = "kept::number")]
    pub periods_a_year: f64,
    /// Whether they are those of single sessions.
    pub is_daily: bool,
    /// Trading days without a snapshot so far.
    pub missing_sessions: usize,
    /// Whether there has been a commission or fee.
    pub after_costs: bool,
    /// Calendar days since inception.
    pub calendar_days: i64,
    /// Returns over usual periods that end here, against the benchmark.
    pub periods: Vec<Period>,
    /// What the figures of risk need that is not there yet.
    pub lacks: Option<String>,
    /// Volatility since inception, a year.
    pub volatility: Option<PublicFigure>,
    /// Sharpe ratio since inception, a year.
    pub sharpe: Option<PublicFigure>,
    /// Deepest drawdown since inception.
    pub max_drawdown: Option<PublicReturn>,
    /// Figures of the index over the account's valuations so far.
    pub index: IndexFigures,
    /// The fall that was the deepest, where days are shown.
    pub worst_fall: Option<DrawdownView>,
    /// Deepest drawdown within the calendar year so far.
    pub year_drawdown: Option<PublicReturn>,
    /// How far below the peak the account stands, 0 or negative.
    pub drawdown: Option<PublicReturn>,
    /// Beta since inception.
    pub beta: Option<PublicFigure>,
    /// R² since inception.
    pub r_squared: Option<PublicFigure>,
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
