//! What groups of positions and fills brought: over a whole window, and over its months and years.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::calendar::YearMonth;

/// What groups of positions and fills brought, as parts that add up to the account's total return.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions<K> {
    /// What each group brought; what belongs to none also has interest, distributions and fees.
    pub parts: BTreeMap<Option<K>, f64>,
    /// What the returns came to during which positions or an exchange rate are not known.
    pub unattributed: f64,
    /// How many returns those are.
    pub unattributed_returns: usize,
    /// How many returns there are in all.
    pub returns: usize,
}

impl<K: Ord + Clone> Contributions<K> {
    /// Returns during which nothing can be attributed.
    pub(super) fn unknown(total: f64, returns: usize) -> Self {
        Self { parts: BTreeMap::from([(None, 0.0)]), unattributed: total, unattributed_returns: returns, returns }
    }

    /// Whether anything could be attributed at all.
    pub fn is_known(&self) -> bool {
        self.unattributed_returns < self.returns
    }

    /// What all groups brought whose part is known.
    pub fn attributed(&self) -> f64 {
        self.parts.values().sum()
    }

    fn add(&mut self, other: &Self) {
        for (key, part) in &other.parts {
            *self.parts.entry(key.clone()).or_default() += part;
        }
        self.unattributed += other.unattributed;
        self.unattributed_returns += other.unattributed_returns;
        self.returns += other.returns;
    }
}

/// Returns that can only be attributed together: one, or those between two snapshots whose positions are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Span<K> {
    /// The date of the first return.
    pub from: NaiveDate,
    /// The date of the last return.
    pub to: NaiveDate,
    /// What they brought of the total return of the whole window.
    pub brought: Contributions<K>,
}

/// All spans of a window, in the order of time. What they brought adds up to the total return.
#[derive(Debug, Clone, PartialEq)]
pub struct Spans<K>(pub Vec<Span<K>>);

/// What some months or years brought, the first and the last included. Several stand together where positions are not known
/// when one of them ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<T, K> {
    /// The first month or year.
    pub from: T,
    /// The last one.
    pub to: T,
    /// What they brought of the total return of the whole window.
    pub brought: Contributions<K>,
}

impl<K: Ord + Clone> Spans<K> {
    /// What the whole window brought.
    pub fn whole(&self) -> Contributions<K> {
        let mut whole = Contributions::unknown(0.0, 0);
        self.0.iter().for_each(|span| whole.add(&span.brought));
        whole
    }

    /// What each month with a return brought.
    pub fn months(&self) -> Vec<Period<YearMonth, K>> {
        self.periods(YearMonth::of)
    }

    /// What each year with a return brought; a year has the months of [`months`](Self::months) that lie in it.
    pub fn years(&self) -> Vec<Period<i32, K>> {
        self.periods(|date| date.year())
    }

    fn periods<T: Ord + Copy>(&self, of: impl Fn(NaiveDate) -> T) -> Vec<Period<T, K>> {
        let mut found: Vec<Period<T, K>> = Vec::new();
        for span in &self.0 {
            let (from, to) = (of(span.from), of(span.to));
            match found.last_mut().filter(|period| from <= period.to) {
                Some(period) => {
                    period.to = period.to.max(to);
                    period.brought.add(&span.brought);
                }
                None => found.push(Period { from, to, brought: span.brought.clone() }),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str, part: f64) -> Span<&'static str> {
        let parts = BTreeMap::from([(Some("A"), part), (None, 0.5)]);
        let brought = Contributions { parts, unattributed: 0.0, unattributed_returns: 0, returns: 1 };
        Span { from: from.parse().unwrap(), to: to.parse().unwrap(), brought }
    }

    fn shown<T: ToString + Ord>(periods: &[Period<T, &'static str>]) -> Vec<(String, String, f64)> {
        let part = |period: &Period<T, &'static str>| period.brought.parts[&Some("A")];
        periods.iter().map(|period| (period.from.to_string(), period.to.to_string(), part(period))).collect()
    }

    #[test]
    fn months_stand_together_where_one_ends_inside_a_span() {
        let mut spans = Spans(vec![
            span("2025-10-01", "2025-10-31", 1.0),
            span("2025-11-03", "2025-11-20", 2.0),
            // Positions are known on 20 November and on 9 January.
            span("2025-11-21", "2026-01-09", 4.0),
            span("2026-01-12", "2026-01-12", 8.0),
            span("2026-03-02", "2026-03-02", 16.0),
        ]);
        let month = |from: &str, to: &str, part| (from.to_owned(), to.to_owned(), part);
        let expected =
            [month("2025-10", "2025-10", 1.0), month("2025-11", "2026-01", 14.0), month("2026-03", "2026-03", 16.0)];
        assert_eq!(shown(&spans.months()), expected);
        assert_eq!(shown(&spans.years()), [month("2025", "2026", 31.0)]);
        assert_eq!(spans.whole().parts, BTreeMap::from([(Some("A"), 31.0), (None, 2.5)]));
        // Known at the end of the year too, each year has its own.
        spans.0[2] = span("2025-11-21", "2025-12-31", 4.0);
        assert_eq!(shown(&spans.years()), [month("2025", "2025", 7.0), month("2026", "2026", 24.0)]);
    }
}
