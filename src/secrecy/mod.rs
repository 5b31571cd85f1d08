//! What a site gives away of the account's size: its own record, attacked as a reader would who knows the rule.
//!
//! ```text
//! record --> facts (steps, orders) --> sizing (which orders the rule decides)
//!                |                          |
//! record --> published (at each level) --> replay (which start values fit) --> Answer
//! ```

mod brought;
mod facts;
pub mod kept;
mod published;
mod replay;
mod sizing;
mod words;

use serde::{Deserialize, Serialize};

use crate::config::{Config, PrivacyLevel, PrivacyMode};
use crate::error::{Error, Result};
use crate::record::Record;
use facts::Facts;
use published::Published;
use replay::Replay;

/// An interval at 90 % confidence that is narrower than this factor has found the account.
pub const FACTOR: f64 = 1.5;

/// Where single start values are told apart, less than this share of them has found it.
pub const QUARTER: f64 = 0.25;

/// All levels, the finest first.
const LEVELS: [PrivacyLevel; 4] =
    [PrivacyLevel::Fine, PrivacyLevel::Daily, PrivacyLevel::Monthly, PrivacyLevel::Coarse];

/// Start values that are tried; fine numbers leave narrow teeth.
const GRID: usize = 1_001;
const FINE_GRID: usize = 8_001;

/// What was found out about a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The level it is published at.
    pub level: PrivacyLevel,
    /// Which way it was attacked.
    pub tried: Tried,
    /// How many orders the record has.
    pub orders: usize,
    /// How many of them the rule decides to the share.
    pub explained: usize,
    /// What each level leaves, the finest first.
    pub levels: Vec<OfLevel>,
    /// The finest level that would hide the size, where the present one does not.
    pub better: Option<PrivacyLevel>,
}

/// How a record can be attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// The whole rule was simulated for each start value.
    Replay,
    /// No rule decides most orders, so that only their being whole shares was used.
    WholeShares,
}

/// What a level leaves of the start values from half to twice the true one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OfLevel {
    /// The level.
    pub level: PrivacyLevel,
    /// The share of start values that fit.
    pub share: f64,
    /// Between which a reader would place nine tenths of them: the larger over the smaller.
    pub factor: f64,
    /// Whether that is finding the account.
    pub found: bool,
}

impl Answer {
    /// What the present level leaves.
    pub fn now(&self) -> Option<&OfLevel> {
        self.levels.iter().find(|of| of.level == self.level)
    }
}

/// Attacks a record at its own level and at the coarser ones.
///
/// # Errors
/// A site that publishes amounts, a record without two valuations, and the errors of `redact`.
pub fn secrecy(record: &Record, config: &Config) -> Result<Answer> {
    if config.privacy.mode == PrivacyMode::Absolute {
        return Err(Error::usage("`[privacy] mode = \"absolute\"` publishes the amounts themselves")
            .hint("set mode = \"relative\" to see what ratios give away"));
    }
    let facts = Facts::of(record, config).ok_or_else(|| {
        Error::data("there are not two valuations of the account to try anything on").hint("import some first")
    })?;
    let (orders, explained) = facts.explained();
    let tried = if explained * 2 > orders { Tried::Replay } else { Tried::WholeShares };
    let mut levels = Vec::new();
    for level in LEVELS {
        match Published::at(level, record, config, &facts) {
            Ok(published) => levels.push(of_level(level, &facts, published)),
            // No month has ended yet: at such a level nothing is published.
            Err(_) if level > config.privacy.precision => {}
            Err(error) => return Err(error),
        }
    }
    let level = config.privacy.precision;
    let is_found = |of: &OfLevel| of.level == level && of.found;
    let better = levels.iter().any(is_found).then(|| levels.iter().find(|of| of.level > level && !of.found));
    let better = better.flatten().map(|of| of.level);
    Ok(Answer { level, tried, orders, explained, levels, better })
}

fn of_level(level: PrivacyLevel, facts: &Facts, published: Published) -> OfLevel {
    let is_fine = level == PrivacyLevel::Fine;
    let values = grid(facts.start, if is_fine { FINE_GRID } else { GRID });
    let left = Replay::new(facts, published).survivors(&values);
    let share = left.len() as f64 / values.len() as f64;
    let logs: Vec<f64> = left.iter().filter_map(|place| values.get(*place)).map(|value| value.ln()).collect();
    let factor = (quantile(&logs, 0.95) - quantile(&logs, 0.05)).exp();
    OfLevel { level, share, factor, found: if is_fine { share < QUARTER } else { factor < FACTOR } }
}

/// Start values at equal distances of their logarithm, from half to twice the true one.
fn grid(start: f64, count: usize) -> Vec<f64> {
    let step = 2.0 * std::f64::consts::LN_2 / (count - 1) as f64;
    (0..count).map(|at| start * (step * at as f64 - std::f64::consts::LN_2).exp()).collect()
}

/// A quantile of ascending values between the nearest two.
fn quantile(ascending: &[f64], part: f64) -> f64 {
    let place = part * ascending.len().saturating_sub(1) as f64;
    let value = |at: f64| ascending.get(at as usize).copied().unwrap_or_default();
    value(place.floor()) + (value(place.ceil()) - value(place.floor())) * place.fract()
}

#[cfg(test)]
mod tests;
