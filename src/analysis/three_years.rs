//! The standard deviation of three years of months, which presentations of funds state of themselves and of their benchmark.

use std::collections::BTreeMap;

use super::periods;
use super::returns::ReturnSeries;
use super::statistics::{finite, standard_deviation};
use crate::calendar::{Exchange, YearMonth};

/// So many months it takes.
pub const MONTHS: usize = 36;

/// The newest full calendar months in a row, at most 36, the newest first. A month of which a record holds only a part, or
/// nothing, ends the row; one that has not ended yet is passed over.
pub fn full_months(series: &ReturnSeries, exchange: Exchange) -> Vec<YearMonth> {
    let all = periods::by_month(series);
    let unfinished = |month: &YearMonth| periods::ends_within(series, *month, exchange);
    let mut wanted = all.keys().next_back().map(|last| if unfinished(last) { last.minus(1) } else { *last });
    let mut found = Vec::new();
    while let Some(month) = wanted.filter(|month| found.len() < MONTHS && all.contains_key(month)) {
        if periods::begins_within(series, month, exchange) {
            break;
        }
        found.push(month);
        wanted = Some(month.minus(1));
    }
    found
}

/// Three-year standard deviation a year: `s sqrt(12)` with the sample standard deviation `s` (ddof = 1) of the returns of
/// these months; undefined where they are not 36 or one has no return.
///
/// Source: GIPS 2020, three-year annualized ex post standard deviation of monthly returns.
pub fn three_year_deviation(months: &[YearMonth], returns: &BTreeMap<YearMonth, f64>) -> Option<f64> {
    let values: Vec<f64> = months.iter().filter_map(|month| returns.get(month).copied()).collect();
    if values.len() != MONTHS {
        return None;
    }
    finite(standard_deviation(&values)? * 12f64.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{close, date, series};

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    #[test]
    fn thirty_six_months_that_gain_or_lose_two_per_cent() {
        let months: Vec<YearMonth> = (0..MONTHS as u32).map(|back| month("2025-12").minus(back)).collect();
        let returns: BTreeMap<YearMonth, f64> =
            months.iter().enumerate().map(|(at, month)| (*month, if at % 2 == 0 { 0.03 } else { -0.01 })).collect();
        // Each is 2 % from the mean of 1 %: 36 x 0.0004 over 35.
        close(three_year_deviation(&months, &returns), (36.0 * 0.0004 / 35.0 * 12.0f64).sqrt());
        assert_eq!(three_year_deviation(&months[1..], &returns), None);
        let holes: BTreeMap<YearMonth, f64> = returns.into_iter().skip(1).collect();
        assert_eq!(three_year_deviation(&months, &holes), None);
    }

    #[test]
    fn a_part_of_a_month_ends_the_row_and_the_present_one_is_passed_over() {
        let days = ["2025-01-15", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-10"].map(date);
        let found = full_months(&series(&days, &[0.01; 4]), Exchange::from_mic("XXXX").unwrap());
        assert_eq!(found, ["2025-03", "2025-02"].map(month));
        let holes = ["2025-01-31", "2025-02-28", "2025-04-30"].map(date);
        let found = full_months(&series(&holes, &[0.01; 2]), Exchange::from_mic("XXXX").unwrap());
        assert_eq!(found, ["2025-04"].map(month));
        assert!(full_months(&ReturnSeries::default(), Exchange::default()).is_empty());
    }
}
