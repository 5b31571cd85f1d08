//! Orders and round trips.

/// What the fills came to.
#[allow(missing_docs)]
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct TradeFigures {
    pub executions: usize,
    pub orders: usize,
    pub round_trips: usize,
    pub win_rate: Option<f64>,
    pub profit_factor: Option<f64>,
    pub average_win: Option<f64>,
    pub average_loss: Option<f64>,
    pub payoff_ratio: Option<f64>,
    pub expectancy: Option<f64>,
    pub expectancy_bps: Option<f64>,
    pub average_win_bps: Option<f64>,
    pub average_loss_bps: Option<f64>,
    pub holding_days: Option<f64>,
    pub turnover: Option<f64>,
    pub commissions: Option<f64>,
    pub commissions_bps: Option<f64>,
}
