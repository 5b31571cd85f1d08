//! What each holding contributed year by year and month by month, in tables that add up in both directions.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::contributions::Steps;
use super::disclosure::{Disclosure, PublicResult};
use crate::analysis::contributions::{Contributions, Period, Spans};
use crate::calendar::YearMonth;
use crate::record::Ticker;

/// What each holding contributed in some periods. All numbers are parts of the total return of the whole time: every row and every
/// column adds up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtByPeriod {
    /// The years that the table is of, or empty where it is of all.
    pub name: String,
    /// The columns.
    pub periods: Vec<BroughtPeriod>,
    /// The holdings, the one that brought the most in the whole time first; then what belongs to none, and last what cannot be attributed.
    pub rows: Vec<BroughtRow>,
    /// What each column adds up to.
    pub totals: Vec<PublicResult>,
    /// What all of it adds up to.
    pub total: PublicResult,
}

/// A month or a year, or several where positions are not known when one of them ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtPeriod {
    /// The first of them, as `2026` or `2026-01`.
    pub from: String,
    /// The last one.
    pub to: String,
    /// How a column is named.
    pub label: String,
}

/// What one holding brought in each period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtRow {
    /// Ticker; none for what belongs to no holding.
    pub symbol: Option<String>,
    /// Name from the configuration, or empty; else what it is.
    pub name: String,
    /// What it brought, period by period.
    pub cells: Vec<BroughtCell>,
    /// What that adds up to.
    pub total: PublicResult,
}

/// What a holding brought in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtCell {
    /// Its part; none where it was not held, or nothing is known.
    pub value: Option<PublicResult>,
    /// Whether nothing is known of the period.
    pub unknown: bool,
}

/// What rows are called that are no holding's; the list of the whole time says more.
const REST: &str = "Cash and the rest";
const NOT_ATTRIBUTED: &str = "Not attributed";

/// Steps in the cells of a table.
struct Cells {
    /// By holding, then by period.
    holdings: Vec<(Option<Ticker>, Vec<Option<i64>>)>,
    /// What cannot be attributed, by period.
    unattributed: Vec<Option<i64>>,
}

/// What was brought by year, and a table by month for each year.
pub(super) fn tables(
    found: &Spans<Ticker>,
    whole: &Steps,
    name: impl Fn(&Ticker) -> String,
    disclosure: &Disclosure,
) -> (BroughtByPeriod, Vec<BroughtByPeriod>) {
    let (years, months) = (found.years(), found.months());
    let by_year = cells(&years, whole, disclosure);
    let of_year = |(at, year): (usize, &Period<i32, Ticker>)| {
        let own: Vec<_> =
            months.iter().filter(|month| (year.from..=year.to).contains(&month.from.year())).cloned().collect();
        let heads = own.iter().map(|month| head(month, month_label(month.from, month.to)));
        table(year_label(year), heads.collect(), cells(&own, &by_year.of_period(at), disclosure), &name, disclosure)
    };
    let by_month = years.iter().enumerate().map(of_year).collect();
    let heads = years.iter().map(|year| head(year, year_label(year))).collect();
    (table(String::new(), heads, by_year, &name, disclosure), by_month)
}

/// Divides what was brought in the whole time among periods.
fn cells<T>(periods: &[Period<T, Ticker>], whole: &Steps, disclosure: &Disclosure) -> Cells {
    let known: Vec<&Contributions<Ticker>> =
        periods.iter().map(|period| &period.brought).filter(|brought| brought.is_known()).collect();
    let attributed: Vec<f64> = known.iter().map(|brought| brought.attributed()).collect();
    let rows: Vec<i64> = whole.holdings.iter().map(|(_, steps)| *steps).collect();
    let columns = disclosure.contribution_parts(&attributed, rows.iter().sum());
    let exact: Vec<Vec<Option<f64>>> = whole
        .holdings
        .iter()
        .map(|(key, _)| known.iter().map(|brought| brought.parts.get(key).copied()).collect())
        .collect();
    let rounded = disclosure.contribution_table(&exact, &rows, &columns);
    let spread = |row: Vec<Option<i64>>| {
        let mut row = row.into_iter();
        periods.iter().map(|period| if period.brought.is_known() { row.next().flatten() } else { None }).collect()
    };
    let holdings = whole.holdings.iter().map(|(key, _)| key.clone()).zip(rounded.into_iter().map(spread)).collect();
    let open = || periods.iter().map(|period| &period.brought).filter(|brought| brought.unattributed_returns > 0);
    let values: Vec<f64> = open().map(|brought| brought.unattributed).collect();
    let mut left = disclosure.contribution_parts(&values, whole.unattributed.unwrap_or_default()).into_iter();
    let unattributed = periods
        .iter()
        .map(|period| if period.brought.unattributed_returns > 0 { left.next() } else { None })
        .collect();
    Cells { holdings, unattributed }
}

impl Cells {
    /// What one period is divided into in turn.
    fn of_period(&self, at: usize) -> Steps {
        let holdings =
            self.holdings.iter().filter_map(|(key, cells)| Some((key.clone(), cells.get(at).copied().flatten()?)));
        Steps { holdings: holdings.collect(), unattributed: self.unattributed.get(at).copied().flatten() }
    }
}

fn table(
    name: String,
    periods: Vec<BroughtPeriod>,
    cells: Cells,
    name_of: impl Fn(&Ticker) -> String,
    disclosure: &Disclosure,
) -> BroughtByPeriod {
    let total_of = |at: usize| -> i64 {
        let holdings = cells.holdings.iter().map(|(_, cells)| cells);
        holdings.chain([&cells.unattributed]).filter_map(|cells| cells.get(at).copied().flatten()).sum()
    };
    let totals: Vec<i64> = (0..periods.len()).map(total_of).collect();
    // What belongs to no holding has a part wherever anything is known.
    let nothing_known = |at: usize| {
        let rest = cells.holdings.iter().find(|(key, _)| key.is_none());
        rest.is_none_or(|(_, cells)| cells.get(at).copied().flatten().is_none())
    };
    let row = |symbol: Option<String>, name: String, cells: &[Option<i64>], can_be_unknown: bool| BroughtRow {
        symbol,
        name,
        cells: cells
            .iter()
            .enumerate()
            .map(|(at, steps)| BroughtCell {
                value: steps.map(|steps| disclosure.brought(steps)),
                unknown: can_be_unknown && nothing_known(at),
            })
            .collect(),
        total: disclosure.brought(cells.iter().flatten().sum()),
    };
    let mut rows: Vec<BroughtRow> = cells
        .holdings
        .iter()
        .map(|(key, cells)| {
            row(
                key.as_ref().map(ToString::to_string),
                key.as_ref().map_or_else(|| REST.to_owned(), &name_of),
                cells,
                true,
            )
        })
        .collect();
    if cells.unattributed.iter().any(Option::is_some) {
        rows.push(row(None, NOT_ATTRIBUTED.to_owned(), &cells.unattributed, false));
    }
    let total = disclosure.brought(totals.iter().sum());
    BroughtByPeriod {
        name,
        periods,
        rows,
        totals: totals.into_iter().map(|steps| disclosure.brought(steps)).collect(),
        total,
    }
}

fn head<T: Display, K>(period: &Period<T, K>, label: String) -> BroughtPeriod {
    BroughtPeriod { from: period.from.to_string(), to: period.to.to_string(), label }
}

fn year_label<K>(year: &Period<i32, K>) -> String {
    if year.from == year.to { year.from.to_string() } else { format!("{}–{}", year.from, year.to) }
}

fn month_label(from: YearMonth, to: YearMonth) -> String {
    let (short, long) = (|month: YearMonth| month.first_day().format("%b").to_string(), "%b %Y");
    if from == to {
        short(from)
    } else if from.year() == to.year() {
        format!("{}–{}", short(from), short(to))
    } else {
        format!("{}–{}", from.first_day().format(long), to.first_day().format(long))
    }
}
