//! What each holding contributed, as strangers see it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::brought_by_period::{self, BroughtByPeriod};
use super::disclosure::{Disclosure, PublicResult, Published};
use crate::analysis::Window;
use crate::analysis::by_holding::by_holding;
use crate::analysis::contributions::{Contributions, Spans};
use crate::config::Config;
use crate::error::Result;
use crate::record::{Record, Ticker};

/// The account's total return over the dates of which positions are shown, by holding. The parts add up to the total, and
/// those of years and months to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingsBrought {
    /// First date.
    pub from: NaiveDate,
    /// Last date; positions after it are held back.
    pub to: NaiveDate,
    /// The total return, as a fraction.
    pub total: PublicResult,
    /// What each holding contributed, the most first; then what belongs to none, and last what cannot be attributed.
    pub parts: Vec<HoldingBrought>,
    /// What each brought year by year.
    pub by_year: BroughtByPeriod,
    /// What each brought month by month: a table for each year.
    pub by_month: Vec<BroughtByPeriod>,
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

/// What was brought, in steps of what is published.
pub(super) struct Steps {
    /// What each holding contributed, in the order in which they are shown; what belongs to none is last.
    pub holdings: Vec<(Option<Ticker>, i64)>,
    /// What cannot be attributed, where anything cannot.
    pub unattributed: Option<i64>,
}

/// What each holding contributed up to the end of a record; nothing where there is no return or none can be attributed.
///
/// # Errors
/// A day whose return is undefined.
pub fn of_holdings(record: &Record, config: &Config, disclosure: &Disclosure) -> Result<Option<HoldingsBrought>> {
    let [first, .., last] = record.snapshots.as_slice() else { return Ok(None) };
    let (base, timing) = (config.account.base_currency, config.analysis.flow_timing);
    let found: Spans<Ticker> = by_holding(record, base, timing, Window::default())?;
    let whole = found.whole();
    if !whole.is_known() || whole.parts.len() < 2 {
        return Ok(None);
    }
    let steps = in_steps(&whole, disclosure);
    let name = |ticker: &Ticker| config.name_of(ticker).unwrap_or_default().to_owned();
    let rest = || "Cash and the rest: interest, charges of the account, exchange rates".to_owned();
    let mut parts: Vec<HoldingBrought> = steps
        .holdings
        .iter()
        .map(|(symbol, steps)| HoldingBrought {
            name: symbol.as_ref().map_or_else(rest, &name),
            symbol: symbol.as_ref().map(ToString::to_string),
            contribution: disclosure.brought(*steps),
        })
        .collect();
    parts.extend(steps.unattributed.map(|steps| HoldingBrought {
        symbol: None,
        name: not_attributed(&whole),
        contribution: disclosure.brought(steps),
    }));
    let total = disclosure.contribution(parts.iter().map(|part| part.contribution.get()).sum());
    let (by_year, by_month) = brought_by_period::tables(&found, &steps, name, disclosure);
    Ok(Some(HoldingsBrought { from: first.date, to: last.date, total, parts, by_year, by_month }))
}

/// The parts in steps that add up to the rounded total, the largest first.
fn in_steps(whole: &Contributions<Ticker>, disclosure: &Disclosure) -> Steps {
    let (attributed, unattributed) = (whole.attributed(), whole.unattributed);
    let all = disclosure.contribution_steps(attributed + unattributed);
    let (left, unattributed) = match *disclosure.contribution_parts(&[attributed, unattributed], all) {
        [attributed, unattributed] if whole.unattributed_returns > 0 => (attributed, Some(unattributed)),
        _ => (all, None),
    };
    let values: Vec<f64> = whole.parts.values().copied().collect();
    let steps = disclosure.contribution_parts(&values, left);
    let mut holdings: Vec<(Option<Ticker>, i64)> = whole.parts.keys().cloned().zip(steps).collect();
    holdings.sort_by(|(one, brought), (other, others)| {
        other.is_some().cmp(&one.is_some()).then(others.cmp(brought)).then_with(|| one.cmp(other))
    });
    Steps { holdings, unattributed }
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
    fn years_and_months_add_up_to_the_parts() {
        // A gains 24 and 30, B 13 and loses 9, of 10,000 each; the second month has 1,000 of cash paid in.
        let mut snapshots = snapshots("2025-12-31", &["10000", "10037", "11058"]);
        snapshots[1].date = "2026-01-30".parse().unwrap();
        snapshots[2].date = "2026-02-27".parse().unwrap();
        for (snapshot, prices) in snapshots.iter_mut().zip([[10, 10], [34, 23], [64, 14]]) {
            snapshot.as_of = snapshot.date.and_hms_opt(21, 0, 0).unwrap().and_utc();
            let held = ["A", "B"].into_iter().zip(prices).map(|(symbol, price)| position(symbol, 1, price));
            snapshot.positions = Some(held.collect());
        }
        let flows = vec![crate::analysis::testing::flow("2026-02-02".parse().unwrap(), 1_000.into())];
        let record = Record { snapshots, flows, ..Record::default() };
        let of = |precision| {
            let config = Config { privacy: Privacy { precision, ..Privacy::default() }, ..Config::default() };
            of_holdings(&record, &config, &Disclosure::new(&config.privacy)).unwrap().unwrap()
        };
        let shown = |table: &BroughtByPeriod| -> Vec<(String, Vec<Option<f64>>, f64)> {
            let cells = |row: &brought_by_period::BroughtRow| {
                row.cells.iter().map(|cell| cell.value.map(Published::get)).collect()
            };
            table
                .rows
                .iter()
                .map(|row| (row.symbol.clone().unwrap_or_default(), cells(row), row.total.get()))
                .collect()
        };
        let labels =
            |table: &BroughtByPeriod| table.periods.iter().map(|period| period.label.clone()).collect::<Vec<_>>();
        let found = of(PrivacyLevel::Fine);
        // January returned 0.37 %, February 21 of 11,037. Linked: each is weighted with ln(1 + r) / r over that of the whole.
        let (january, february): (f64, f64) = (37.0 / 10_000.0, 21.0 / 11_037.0);
        let whole = (1.0 + january) * (1.0 + february) - 1.0;
        let weight = |r: f64| r.ln_1p() / r / (whole.ln_1p() / whole);
        let right = [
            [0.0024 * weight(january), 30.0 / 11_037.0 * weight(february)],
            [0.0013 * weight(january), -9.0 / 11_037.0 * weight(february)],
        ];
        assert_eq!((found.by_month.len(), labels(&found.by_month[0])), (1, vec!["Jan".to_owned(), "Feb".to_owned()]));
        assert_eq!((labels(&found.by_year), found.by_month[0].name.as_str()), (vec!["2026".to_owned()], "2026"));
        for ((symbol, cells, _), (name, right)) in
            shown(&found.by_month[0]).iter().zip([("A", right[0]), ("B", right[1])])
        {
            assert_eq!(symbol, name);
            let near = cells.iter().zip(right).all(|(cell, right)| (cell.unwrap() - right).abs() < 1e-4);
            assert!(near, "{cells:?} {right:?}");
        }
        // In steps of 0.2 %: 3 for A, of which 1 and 2.
        let daily = of(PrivacyLevel::Daily);
        assert_eq!(shown(&daily.by_month[0])[0], ("A".to_owned(), vec![Some(0.002), Some(0.004)], 0.006));
        for found in [found, daily, of(PrivacyLevel::Coarse)] {
            for table in found.by_month.iter().chain([&found.by_year]) {
                let rows = shown(table);
                let near = |sum: f64, total: f64| assert!((sum - total).abs() < 1e-9, "{rows:?}");
                rows.iter().for_each(|(_, cells, total)| near(cells.iter().flatten().sum(), *total));
                for (at, total) in table.totals.iter().enumerate() {
                    near(rows.iter().filter_map(|(_, cells, _)| cells[at]).sum(), total.get());
                }
                near(rows.iter().map(|(_, _, total)| total).sum(), found.total.get());
            }
        }
    }

    #[test]
    fn what_is_not_known_of_a_month_is_said_and_not_nothing() {
        let mut snapshots = snapshots("2025-12-31", &["10000", "10044", "10100"]);
        for (snapshot, day) in snapshots.iter_mut().zip(["2025-12-31", "2026-01-30", "2026-02-27"]) {
            snapshot.date = day.parse().unwrap();
            snapshot.as_of = snapshot.date.and_hms_opt(21, 0, 0).unwrap().and_utc();
        }
        snapshots[0].positions = Some(vec![position("A", 1, 10)]);
        snapshots[1].positions = Some(vec![position("A", 1, 54)]);
        let record = Record { snapshots, ..Record::default() };
        let config = Config::default();
        let found = of_holdings(&record, &config, &Disclosure::new(&config.privacy)).unwrap().unwrap();
        let table = &found.by_month[0];
        let cells = |at: usize| {
            table.rows[at].cells.iter().map(|cell| (cell.value.map(Published::get), cell.unknown)).collect::<Vec<_>>()
        };
        assert_eq!(cells(0), [(Some(0.004), false), (None, true)]);
        assert_eq!(cells(1), [(Some(0.0), false), (None, true)]);
        assert_eq!((cells(2), table.rows.len()), (vec![(None, false), (Some(0.006), false)], 3));
    }

    #[test]
    fn a_record_without_positions_brings_nothing_to_show() {
        let mut record = record();
        record.snapshots.iter_mut().for_each(|snapshot| snapshot.positions = None);
        let config = Config::default();
        assert_eq!(of_holdings(&record, &config, &Disclosure::new(&config.privacy)).unwrap(), None);
    }
}
