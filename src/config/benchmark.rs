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

    /// The name, which says so where dividends are left out. A short one stays on one line.
    pub fn name_with_kind(&self) -> String {
        let is_short = self.name.chars().count() <= SHORT_NAME;
        let name = if is_short { self.name.replace(' ', "\u{a0}") } else { self.name.clone() };
        if self.is_price_index() { format!("{name} without dividends") } else { name }
    }
}

/// A name of so many letters fits any line.
const SHORT_NAME: usize = 16;

/// Indices with dividends reinvested whose symbols at Yahoo do not end in `TR`.
const TOTAL_RETURN_INDICES: [&str; 5] = ["^GDAXI", "^MDAXI", "^SDAXI", "^TECDAX", "^XNDX"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stays_on_one_line() {
        let named = |name: &str| Benchmark { name: name.into(), ..Benchmark::default() }.name_with_kind();
        assert_eq!(named("S&P 500"), "S&P\u{a0}500 without dividends");
        assert_eq!(named("A Fund of Considerable Length"), "A Fund of Considerable Length without dividends");
    }
}
