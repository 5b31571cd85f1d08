//! The demo: a simulated account that trades a simple rule on real prices.
//!
//! The account follows 12-1 momentum over five US factor ETFs from 2015 to 2022. Everything but the prices is
//! made up with a fixed seed, so the same bytes come out on every run:
//!
//! ```text
//! data/demo/prices --> market --> strategy::backtest, filled by broker --> DemoRecord --> write
//! ```

mod broker;
mod content;
pub mod market;
mod simulate;
#[cfg(test)]
mod tests;
mod write;

pub use broker::EXEC_ID;
pub use simulate::{DemoRecord, simulate, simulate_on};
pub use write::write;
