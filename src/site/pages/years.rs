//! Orders by year, where they are too many for one page.

use std::collections::BTreeMap;

use chrono::Datelike;

use crate::publication::OrderView;

/// Orders by their years, newest first in each; none where all of them fit on one page.
pub struct ByYear<'a>(BTreeMap<i32, Vec<&'a OrderView>>);

impl<'a> ByYear<'a> {
    /// Those of a list that is longer than `most`.
    pub fn of(orders: impl Iterator<Item = &'a OrderView> + Clone, most: usize) -> Self {
        let mut years = BTreeMap::<i32, Vec<&OrderView>>::new();
        if orders.clone().nth(most).is_some() {
            for order in orders {
                years.entry(order.date.year()).or_default().push(order);
            }
        }
        Self(years)
    }

    /// Whether all of them fit on one page.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The years that have a page, with how many orders are on it, oldest first.
    pub fn counts(&self) -> impl DoubleEndedIterator<Item = (i32, usize)> {
        self.0.iter().map(|(year, orders)| (*year, orders.len()))
    }

    /// The years that have a page, oldest first.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.0.keys().copied()
    }

    /// The orders of a year.
    pub fn orders(&self, year: i32) -> impl Iterator<Item = &'a OrderView> {
        self.0.get(&year).into_iter().flatten().copied()
    }

    /// The year with a page before this one, and the one after it.
    pub fn neighbours(&self, year: i32) -> [Option<i32>; 2] {
        let before = self.0.range(..year).next_back();
        let after = self.0.range(year.saturating_add(1)..).next();
        [before, after].map(|found| found.map(|(year, _)| *year))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn years_have_pages_where_one_page_is_too_short() {
        let orders = testing::publication().orders;
        assert!(ByYear::of(orders.iter(), orders.len()).is_empty());
        let years = ByYear::of(orders.iter(), orders.len() - 1);
        assert_eq!(years.counts().map(|(_, count)| count).sum::<usize>(), orders.len());
        assert_eq!(years.counts().map(|(year, _)| year).collect::<Vec<_>>(), (2015..=2022).collect::<Vec<_>>());
        assert_eq!((years.neighbours(2015), years.neighbours(2022)), ([None, Some(2016)], [Some(2021), None]));
        assert!(years.orders(2016).all(|order| order.date.year() == 2016));
    }
}
