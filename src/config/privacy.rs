//! `[privacy]`

use serde::{Deserialize, Serialize};

/// Whether amounts of money are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyMode {
    /// Returns, weights, prices and basis points only.
    #[default]
    Relative,
    /// Amounts of money and share counts too; never an account id.
    Absolute,
}

/// How finely whatever depends on the account's size is published in relative mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyLevel {
    /// Six decimals: the account's size can be worked out from them.
    Fine,
    /// Daily values in steps of 0.3 %, months in steps of 0.1 %, orders in steps of 1 %, positions in steps of 10 %.
    #[default]
    Daily,
    /// No daily value; months in steps of 0.1 %, weights in steps of 5 %.
    Monthly,
    /// No daily value; months in steps of 0.5 %, weights in steps of 10 %.
    Coarse,
}

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// `relative` or `absolute`.
    pub mode: PrivacyMode,
    /// `fine`, `daily`, `monthly` or `coarse`; of no effect where amounts are published.
    pub precision: PrivacyLevel,
    /// Calendar days for which positions and trades are held back.
    pub delay_days: u32,
    /// Texts that the final search takes for something private, and that are the same only by chance.
    pub allow: Vec<String>,
    /// Whether others on this computer may read tokens and passwords in `local.toml`.
    pub readable_secrets: bool,
}
