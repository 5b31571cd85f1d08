//! A static-site generator for a live trading track record.
//!
//! Data goes one way, from left to right, and the module tree follows it:
//!
//! ```text
//! broker statements, CSV files          content/*.md     config/
//!              |                              |             |
//!           collect                           |             |
//!              |  rows                        |             |
//!        record::store <-- data/ --> record::load           |
//!                                         |  Record         |
//!                              strategy (signal, trades, backtest)
//!                              analysis (every figure)      |
//!                                         |                 |
//!                              publication (what strangers may see)
//!                                         |
//!                   render (charts, tables, fonts, Markdown)
//!                              |              |
//!                       site (pages)   report (monthly PDFs)
//!                                         |
//!                                      public/
//! ```
//!
//! `record` knows nothing of `analysis`, `analysis` nothing of `site`, and nothing below `publication` sees an
//! account id or, in the default privacy mode, an amount of money. The library never prints: it returns values
//! and [`Error`]s, and [`cli`] puts them into words. Orders are never sent.

pub mod alerts;
pub mod analysis;
pub mod annotate;
pub mod brokers;
pub mod build;
pub mod calendar;
pub mod check;
pub mod cli;
pub mod collect;
pub mod config;
#[cfg(test)]
mod content_tests;
mod counted;
pub mod demo;
mod digest;
mod direction;
pub mod doctor;
pub mod error;
pub mod file_content;
pub mod format;
pub mod init;
mod interrupt;
pub mod kept;
pub mod locale;
#[cfg(test)]
mod map_tests;
mod nearest;
mod program;
pub mod proof;
pub mod publication;
pub mod publish;
pub mod record;
pub mod render;
pub mod report;
pub mod schedule;
pub mod secrecy;
pub mod site;
pub mod site_dir;
mod static_text;
pub mod strategy;
#[cfg(test)]
mod testing;
pub mod toml_value;
pub mod watch;

pub use error::{Error, ErrorKind, Place, Result};
pub use site_dir::SiteDir;
