//! Every figure, each with one definition and one documented function.
//!
//! Pure functions over a [`Record`](crate::record::Record)'s values, in `f64`; an undefined figure is
//! `None`. [`stats`] gathers them, [`catalogue`] names, defines and explains them.

pub mod action_text;
pub mod actions;
pub mod alignment;
pub mod attribution;
pub mod benchmark;
pub mod by_holding;
pub mod carino_linking;
pub mod catalogue;
pub mod cone;
pub mod contributions;
pub mod costs;
pub mod drawdown;
pub mod events;
pub mod first_stated;
pub mod frequency;
pub mod fx;
pub mod holding_names;
pub mod holdings;
pub mod instruments;
pub mod interpretation;
pub mod lineage;
pub mod money_weighted;
pub mod notes;
pub mod orders;
pub mod pair_rates;
pub mod performance;
pub mod periods;
pub mod plans;
pub mod price_basis;
pub mod rebuilt;
pub mod reconcile;
pub mod resampling;
pub mod returns;
pub mod risk;
pub mod rolling;
pub mod round_trips;
pub mod self_check;
pub mod significance;
pub mod slippage;
pub mod split_sources;
pub mod statistics;
pub mod stats;
#[cfg(test)]
pub(crate) mod testing;
pub mod three_years;
pub mod tracking;
#[cfg(test)]
pub(crate) mod trade_samples;
pub mod trades;

use chrono::NaiveDate;

/// The dates figures are taken over: returns and fills dated from the first to the last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// First date, or the record's start.
    pub from: Option<NaiveDate>,
    /// Last date, or the record's end.
    pub to: Option<NaiveDate>,
}

impl Window {
    /// Whether a date lies inside.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}
