//! What the commands about strategies have in common.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Utc};
use clap::Args;
use serde::Serialize;

use super::terminal::Terminal;
use crate::calendar::decided_for;
use crate::config::{Config, Strategy};
use crate::error::{Error, Result};

/// Which strategy a command is about.
#[derive(Args)]
pub struct Chosen {
    /// Only the strategy with this id [default: all]
    #[arg(long, value_name = "ID")]
    pub strategy: Option<String>,
}

impl Chosen {
    /// The selected strategies, in the order of the configuration.
    pub fn of<'a>(&self, config: &'a Config) -> Result<Vec<&'a Strategy>> {
        if config.strategy.is_empty() {
            return Err(Error::usage("the configuration says that there is no strategy")
                .hint("write one as `[[strategy]]`, and take `strategy = []` out; config/config.example.toml explains every key"));
        }
        let Some(id) = &self.strategy else { return Ok(config.strategy.iter().collect()) };
        let found = config.strategy.iter().find(|strategy| strategy.id == *id);
        found.map(|strategy| vec![strategy]).ok_or_else(|| {
            let ids: Vec<&str> = config.strategy.iter().map(|strategy| strategy.id.as_str()).collect();
            Error::usage(format!("there is no strategy `{id}`"))
                .hint(format!("the strategies are: {}", ids.join(", ")))
        })
    }
}

/// The date a decision rests on. Without `--as-of` it is today, except that a month is complete only when its last
/// day is over.
pub fn decision_date(as_of: Option<NaiveDate>) -> NaiveDate {
    as_of.unwrap_or_else(|| decided_for(Utc::now().date_naive()))
}

/// Prints the documents of one or several strategies as a list of this name.
pub fn json<T: Serialize>(terminal: &Terminal, name: &'static str, documents: &[T]) -> Result<()> {
    terminal.json(&BTreeMap::from([(name, documents)]))
}
