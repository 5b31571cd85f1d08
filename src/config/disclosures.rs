//! `[disclosures]`

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::toml_value;

/// `[disclosures]`: what careful readers ask and no record knows, in its keeper's words. What is empty is "not stated" on
/// the page of disclosures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Disclosures {
    /// Who keeps the account, and whose money is in it.
    pub owner: String,
    /// When the record was first published.
    #[serde(deserialize_with = "toml_value::date", skip_serializing_if = "Option::is_none")]
    pub first_published: Option<NaiveDate>,
    /// What it costs beside what is booked to the account.
    pub other_costs: String,
    /// Why the benchmark fits.
    pub benchmark_fit: String,
    /// Other accounts run on the same strategy, closed ones included.
    pub other_accounts: String,
    /// How many variants of the rule were tried on past prices before this one was chosen.
    pub variants_tried: String,
    /// Records that were published before this one or beside it, those that were given up included.
    pub other_records: String,
    /// Changes of method, benchmark or broker, and mistakes corrected, each with its date.
    pub changes: Vec<String>,
    /// Who has audited or checked the record.
    pub audit: String,
}
