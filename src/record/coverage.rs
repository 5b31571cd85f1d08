//! The days for which a source has delivered everything.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{AccountId, Source};

/// A stretch of days that one query has answered for: a row of `data/coverage.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Account that the answer was about.
    pub account: AccountId,
    /// The query's number at the source.
    pub query: String,
    /// Where the answer came from.
    pub source: Source,
}

/// The stretches between `from` and `to` that none of these cover, none longer than `longest` days.
pub fn gaps(
    covered: &[(NaiveDate, NaiveDate)],
    from: NaiveDate,
    to: NaiveDate,
    longest: u64,
) -> Vec<(NaiveDate, NaiveDate)> {
    let mut sorted = covered.to_vec();
    sorted.sort();
    let mut open = Vec::new();
    let mut next = from;
    for (first, last) in sorted {
        if first > next {
            open.push((next, (first - Days::new(1)).min(to)));
        }
        next = next.max(last + Days::new(1));
        if next > to {
            break;
        }
    }
    if next <= to {
        open.push((next, to));
    }
    open.retain(|(first, last)| first <= last && *first <= to);
    open.into_iter().flat_map(|(first, last)| pieces(first, last, longest.max(1))).collect()
}

fn pieces(first: NaiveDate, last: NaiveDate, longest: u64) -> Vec<(NaiveDate, NaiveDate)> {
    let mut pieces = Vec::new();
    let mut start = first;
    while start <= last {
        let end = (start + Days::new(longest - 1)).min(last);
        pieces.push((start, end));
        start = end + Days::new(1);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn found(covered: &[(&str, &str)], from: &str, to: &str) -> Vec<String> {
        let covered: Vec<_> = covered.iter().map(|(a, b)| (day(a), day(b))).collect();
        gaps(&covered, day(from), day(to), 365).iter().map(|(a, b)| format!("{a}..{b}")).collect()
    }

    #[test]
    fn history_is_asked_for_in_years_and_then_only_what_is_missing() {
        assert_eq!(
            found(&[], "2024-01-01", "2026-01-26"),
            ["2024-01-01..2024-12-30", "2024-12-31..2025-12-30", "2025-12-31..2026-01-26"]
        );
        let known = [("2024-01-01", "2025-06-30"), ("2025-08-01", "2026-01-20")];
        assert_eq!(found(&known, "2024-01-01", "2026-01-26"), ["2025-07-01..2025-07-31", "2026-01-21..2026-01-26"]);
        assert_eq!(found(&known, "2023-12-30", "2024-03-01"), ["2023-12-30..2023-12-31"]);
        assert!(found(&[("2024-01-01", "2026-12-31")], "2024-01-01", "2026-01-26").is_empty());
        assert!(
            found(&[("2026-01-01", "2026-01-31"), ("2025-12-01", "2026-01-05")], "2025-12-01", "2026-01-31")
                .is_empty()
        );
        assert_eq!(found(&[("2026-03-01", "2026-03-31")], "2026-01-01", "2026-01-10"), ["2026-01-01..2026-01-10"]);
    }
}
