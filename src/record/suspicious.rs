//! Prices that are not believed until their owner confirms them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::files::{files, read_rows};
use super::{Bar, Finding, FindingKind, PriceSymbol, Severity, Subject};
use crate::error::Place;
use crate::site_dir::SiteDir;

/// A bar that is kept out of every figure until its owner confirms it: a row of
/// `data/prices/suspicious/SYMBOL.csv`. The columns are those of a [`Bar`], and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspiciousBar {
    /// The exchange's date.
    pub date: NaiveDate,
    /// Opening price.
    pub open: Option<Decimal>,
    /// Highest price.
    pub high: Option<Decimal>,
    /// Lowest price.
    pub low: Option<Decimal>,
    /// Closing price.
    pub close: Decimal,
    /// Adjusted closing price.
    pub adj_close: Option<Decimal>,
    /// Shares traded.
    pub volume: Option<u64>,
    /// The unit as the source quotes it.
    pub currency: String,
    /// Why it is not believed.
    pub reason: String,
}

impl SuspiciousBar {
    /// A bar that is not believed, and why.
    pub fn new(bar: Bar, reason: impl Into<String>) -> Self {
        let Bar { date, open, high, low, close, adj_close, volume, currency } = bar;
        Self { date, open, high, low, close, adj_close, volume, currency, reason: reason.into() }
    }

    /// The bar itself.
    pub fn into_bar(self) -> Bar {
        let Self { date, open, high, low, close, adj_close, volume, currency, reason: _ } = self;
        Bar { date, open, high, low, close, adj_close, volume, currency }
    }
}

/// What the owner should know about the bars of a symbol that are kept out; nothing where there are none.
pub fn kept_out(symbol: &PriceSymbol, bars: &[SuspiciousBar]) -> Option<Finding> {
    let (first, rest) = bars.split_first()?;
    let mut message = format!("{} is kept out of all figures: {}", first.date, first.reason);
    if let Some(last) = rest.last() {
        message = format!("{message}; so are {} more bars until {}", rest.len(), last.date);
    }
    let next = format!(
        "compare with the exchange; if it is right, add \"{symbol} {}\" to `[yahoo] confirmed` and collect prices again",
        first.date
    );
    let dates: Vec<_> = bars.iter().map(|bar| bar.date).collect();
    let finding = Finding::new(Severity::Warning, FindingKind::SuspiciousPrice, message, next);
    Some(finding.headed(Subject::Prices(symbol.clone())).about_dates(&dates))
}

/// What the owner should know about all bars that are kept out.
pub(super) fn findings(site: &SiteDir) -> Vec<Finding> {
    let paths = match files(&site.suspicious_prices(), "csv") {
        Ok(paths) => paths,
        Err(error) => return vec![Finding::from_error(FindingKind::Unreadable, &error)],
    };
    let mut findings = Vec::new();
    for path in paths {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match read_rows::<SuspiciousBar>(&path, site) {
            Ok(rows) => {
                let bars: Vec<_> = rows.into_iter().map(|(_, bar)| bar).collect();
                let place = Place::file(path).relative_to(site.root());
                findings.extend(kept_out(&PriceSymbol::new(name), &bars).map(|finding| finding.at(place)));
            }
            Err(errors) => {
                findings.extend(errors.iter().map(|error| Finding::from_error(FindingKind::Unreadable, error)))
            }
        }
    }
    findings
}
