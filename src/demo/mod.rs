//! The demo: a simulated account that trades a simple rule on real prices, and the empty site to start from.
//!
//! The account follows 12-1 momentum over five US factor ETFs from 2015 to 2022. Everything but the prices is
//! made up with a fixed seed, so the same bytes come out on every run:
//!
//! ```text
//! data/demo/prices --> market --> strategy::backtest, filled by broker --> DemoRecord --> write
//! ```

mod broker;
pub mod market;
mod simulate;
mod starter;
#[cfg(test)]
mod tests;
mod write;

pub use simulate::{DemoRecord, simulate, simulate_on};
pub use starter::{Started, init};
pub use write::write;
