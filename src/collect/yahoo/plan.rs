//! From which date on a symbol is asked about.

use chrono::{Days, NaiveDate};

use super::chart::Chart;
use crate::record::Bar;

/// Days before the last stored bar that are asked for again. A dividend or split changes every earlier bar, and
/// Yahoo may learn of one weeks later: the bars that are stored already show it.
const OVERLAP: Days = Days::new(31);

/// Stored prices that begin this much later than they could are fetched from the start. Holidays are shorter.
const GAP: Days = Days::new(7);

/// The dates that are asked for: from this one until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first date.
    pub from: NaiveDate,
    /// Whether this is all that is wanted and stored, and not only the newest part.
    pub whole: bool,
}

/// What to ask first: the newest part where there are stored prices, else everything.
pub(super) fn first(stored: &[Bar], wanted: NaiveDate) -> Span {
    let whole = whole(stored, wanted);
    match stored.last().and_then(|last| last.date.checked_sub_days(OVERLAP)) {
        Some(from) if from > whole.from => Span { from, whole: false },
        _ => whole,
    }
}

/// Everything: what is wanted, and what is stored.
pub(super) fn whole(stored: &[Bar], wanted: NaiveDate) -> Span {
    Span { from: stored.first().map_or(wanted, |first| first.date.min(wanted)), whole: true }
}

/// Whether Yahoo has prices before the stored ones that are wanted.
pub(super) fn lacks_beginning(stored: &[Bar], wanted: NaiveDate, chart: &Chart) -> bool {
    let possible = chart.first_trade.map_or(wanted, |first| first.max(wanted));
    stored.first().zip(possible.checked_add_days(GAP)).is_some_and(|(first, latest)| first.date > latest)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bar, chart, date};
    use super::*;

    #[test]
    fn without_stored_prices_everything_is_asked() {
        let span = Span { from: date("2025-01-02"), whole: true };
        assert_eq!(first(&[], date("2025-01-02")), span);
    }

    #[test]
    fn the_newest_part_overlaps_what_is_stored() {
        let stored = [bar("2024-01-02", "1"), bar("2026-01-23", "1")];
        let span = Span { from: date("2025-12-23"), whole: false };
        assert_eq!(first(&stored, date("2025-01-02")), span);
        let all = Span { from: date("2024-01-02"), whole: true };
        assert_eq!(whole(&stored, date("2025-01-02")), all);
        let short = [bar("2026-01-20", "1"), bar("2026-01-23", "1")];
        assert_eq!(first(&short, date("2026-01-05")), Span { from: date("2026-01-05"), whole: true });
    }

    #[test]
    fn a_missing_beginning_is_seen_where_there_is_one() {
        let stored = [bar("2025-03-10", "1")];
        let mut chart = chart(&[]);
        assert!(lacks_beginning(&stored, date("2025-01-02"), &chart));
        assert!(!lacks_beginning(&stored, date("2025-03-05"), &chart));
        chart.first_trade = Some(date("2025-03-07"));
        assert!(!lacks_beginning(&stored, date("2025-01-02"), &chart));
    }
}
