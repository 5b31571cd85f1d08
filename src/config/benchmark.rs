//! `[benchmark]`: what the account is compared with.

use serde::{Deserialize, Serialize};

/// `[benchmark]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Benchmark {
    /// Yahoo's symbol, under which its prices are stored; empty for no benchmark.
    pub symbol: String,
    /// The name on the pages.
    pub name: String,
    /// Whether its closes leave dividends out. Default: an index does unless it is known for a total return; adjusted closes
    /// of shares and funds do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<BenchmarkKind>,
}

/// What the closes of a benchmark count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BenchmarkKind {
    /// Prices alone: dividends are left out.
    Price,
    /// Prices with dividends reinvested.
    Total,
}

impl Default for Benchmark {
    fn default() -> Self {
        Self { symbol: "^GSPC".into(), name: "S&P 500".into(), kind: None }
    }
}

impl Benchmark {
    /// Whether dividends are left out.
    pub fn is_price_index(&self) -> bool {
        let total_return = |symbol: &str| symbol.ends_with("TR") || TOTAL_RETURN_INDICES.contains(&symbol);
        match self.kind {
            Some(kind) => kind == BenchmarkKind::Price,
            None => self.symbol.starts_with('^') && !total_return(&self.symbol),
        }
    }

    /// The name, which says so where dividends are left out.
    pub fn name_with_kind(&self) -> String {
        if self.is_price_index() { format!("{} without dividends", self.name) } else { self.name.clone() }
    }
}

/// Indices with dividends reinvested whose symbols at Yahoo do not end in `TR`.
const TOTAL_RETURN_INDICES: [&str; 5] = ["^GDAXI", "^MDAXI", "^SDAXI", "^TECDAX", "^XNDX"];
