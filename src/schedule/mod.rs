//! What is done without being asked: jobs by the sessions of an exchange, what of them is due, and what became of them.
//!
//! [`due`] decides by the jobs, the runs so far and an instant alone. [`turn`] runs what it says and writes it down; the
//! steps are the library functions of the commands. No order is ever sent.

pub mod due;
pub mod install;
pub mod log;
pub mod occurrences;
pub mod runs;
pub mod steps;
pub mod turn;

use chrono::{DateTime, Utc};

use crate::calendar::{Exchange, last_possible_date};
use crate::config::Config;
use crate::record::load;
use crate::site_dir::SiteDir;

/// The exchange by whose sessions the account's days go: the configured one, else that of the record.
pub fn exchange(site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Exchange {
    let of_record = || load::load(site, config, last_possible_date(now)).exchange;
    let exchange = config.account.exchange.unwrap_or_else(of_record);
    exchange.or_weekdays_in(config.ibkr.exchange_zone)
}
