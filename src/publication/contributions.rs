//! What each holding brought, as strangers see it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, PublicResult, Published};
use crate::analysis::Window;
use crate::analysis::attribution::Contributions;
use crate::analysis::by_holding::by_holding;
use crate::config::Config;
use crate::error::Result;
use crate::record::{Record, Ticker};

/// The account's total return over the dates of which positions are shown, by holding. The parts add up to the total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingsBrought {
    /// First date.
    pub from: NaiveDate,
    /// Last date; positions after it are held back.
    pub to: NaiveDate,
    /// The total return, as a fraction.
    pub total: PublicResult,
    /// What each holding brought, the most first; then what belongs to none, and last what cannot be attributed.
    pub parts: Vec<HoldingBrought>,
}

/// What one holding brought to the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingBrought {
    /// Ticker; none for what belongs to no holding.
    pub symbol: Option<String>,
    /// Name from the configuration, or empty; else what it is.
    pub name: String,
    /// Its part of the total return, as a fraction.
    pub contribution: PublicResult,
}

/// What each holding brought up to the end of a record; nothing where there is no return or none can be attributed.
///
/// # Errors
/// A day whose return is undefined.
pub fn of_holdings(record: &Record, config: &Config, disclosure: &Disclosure) -> Result<Option<HoldingsBrought>> {
    let [first, .., last] = record.snapshots.as_slice() else { return Ok(None) };
    let (base, timing) = (config.account.base_currency, config.analysis.flow_timing);
    let found = by_holding(record, base, timing, Window::default())?;
    if !found.is_known() || found.parts.len() < 2 {
        return Ok(None);
    }
    let (symbols, values): (Vec<Option<Ticker>>, Vec<f64>) =
        found.parts.iter().map(|(key, part)| (key.clone(), *part)).unzip();
    let unattributed = (found.unattributed_returns > 0).then_some(found.unattributed);
    let values: Vec<f64> = values.into_iter().chain(unattributed).collect();
    let mut rounded = disclosure.contributions(&values).into_iter();
    let mut parts: Vec<HoldingBrought> = symbols
        .into_iter()
        .zip(rounded.by_ref())
        .map(|(symbol, contribution)| HoldingBrought {
            name: match &symbol {
                Some(ticker) => config.name_of(ticker).unwrap_or_default().to_owned(),
                None => "Cash and the rest: interest, charges of the account, exchange rates".to_owned(),
            },
            symbol: symbol.map(|ticker| ticker.to_string()),
            contribution,
        })
        .collect();
    let size = |part: &HoldingBrought| (part.symbol.is_some(), part.contribution.get());
    parts.sort_by(|one, other| {
        let ((one_is, one_brought), (other_is, other_brought)) = (size(one), size(other));
        other_is.cmp(&one_is).then(other_brought.total_cmp(&one_brought)).then_with(|| one.symbol.cmp(&other.symbol))
    });
    let not_attributed = |contribution| HoldingBrought { symbol: None, name: not_attributed(&found), contribution };
    parts.extend(rounded.map(not_attributed));
    let total = disclosure.contribution(parts.iter().map(|part| part.contribution.get()).sum());
    Ok(Some(HoldingsBrought { from: first.date, to: last.date, total, parts }))
}

/// What is said of returns during which nothing can be attributed.
pub(super) fn not_attributed<K>(found: &Contributions<K>) -> String {
    format!(
        "Not attributed ({} of {} valuations): positions or an exchange rate are not known",
        found.unattributed_returns, found.returns
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::snapshots;
    use crate::analysis::trade_samples::position;
    use crate::config::{Privacy, PrivacyLevel};

    /// Three positions that gain 24, 13 and 6 on 10,000, and 1 of interest.
    fn record() -> Record {
        let mut snapshots = snapshots("2026-01-05", &["10000", "10044"]);
        for (snapshot, prices) in snapshots.iter_mut().zip([[10, 10, 10], [34, 23, 16]]) {
            let held = ["A", "B", "C"].into_iter().zip(prices).map(|(symbol, price)| position(symbol, 1, price));
            snapshot.positions = Some(held.collect());
        }
        Record { snapshots, ..Record::default() }
    }

    #[test]
    fn rounded_parts_add_up_to_the_rounded_total() {
        let of = |precision| {
            let config = Config { privacy: Privacy { precision, ..Privacy::default() }, ..Config::default() };
            let found = of_holdings(&record(), &config, &Disclosure::new(&config.privacy)).unwrap().unwrap();
            let parts =
                found.parts.iter().map(|part| (part.symbol.clone().unwrap_or_default(), part.contribution.get()));
            (found.total.get(), parts.collect::<Vec<_>>())
        };
        let named = |parts: [(&str, f64); 4]| parts.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let fine = named([("A", 0.0024), ("B", 0.0013), ("C", 0.0006), ("", 0.0001)]);
        assert_eq!(of(PrivacyLevel::Fine), (0.0044, fine));
        // Two steps of 0.2 %: one, none, none and none, and one more for what lost most.
        let daily = named([("A", 0.002), ("B", 0.002), ("C", 0.0), ("", 0.0)]);
        assert_eq!(of(PrivacyLevel::Daily), (0.004, daily));
        assert_eq!(of(PrivacyLevel::Monthly).0, 0.0);
    }

    #[test]
    fn a_record_without_positions_brings_nothing_to_show() {
        let mut record = record();
        record.snapshots.iter_mut().for_each(|snapshot| snapshot.positions = None);
        let config = Config::default();
        assert_eq!(of_holdings(&record, &config, &Disclosure::new(&config.privacy)).unwrap(), None);
    }
}
