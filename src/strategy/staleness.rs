//! How old the stored prices of a universe are.

use chrono::NaiveDate;

use super::Prices;
use super::momentum::{STALE_DAYS, is_stale, last_complete_month};
use crate::config::Strategy;
use crate::record::Symbol;

/// Members of a universe whose prices end too early for a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staleness {
    as_of: NaiveDate,
    newest: Option<NaiveDate>,
    /// Members whose newest price is too old for today, with its date.
    old: Vec<(Symbol, Option<NaiveDate>)>,
    /// Whether all prices reach the end of the month that a signal is formed at.
    covers_formation: bool,
}

/// How old the prices of a strategy's universe are, seen from `as_of`.
pub fn staleness(strategy: &Strategy, prices: &Prices, as_of: NaiveDate) -> Staleness {
    let formed = last_complete_month(as_of).last_day();
    let newest_bar = |symbol: &Symbol| prices.get(symbol).and_then(|series| series.on_or_before(as_of));
    let members = || strategy.universe.iter().map(|member| member.yahoo());
    let old = members().filter(|symbol| newest_bar(symbol).is_none_or(|bar| is_stale(bar, as_of)));
    Staleness {
        as_of,
        newest: members().filter_map(|symbol| newest_bar(&symbol).map(|bar| bar.date)).max(),
        old: old
            .map(|symbol| {
                let date = newest_bar(&symbol).map(|bar| bar.date);
                (symbol, date)
            })
            .collect(),
        covers_formation: members().all(|symbol| newest_bar(&symbol).is_some_and(|bar| !is_stale(bar, formed))),
    }
}

impl Staleness {
    /// Whether every member has a price near the end of the month that a signal is formed at.
    pub fn covers_formation(&self) -> bool {
        self.covers_formation
    }

    /// What is stale, in words; `None` where nothing is.
    pub fn in_words(&self) -> Option<String> {
        if self.old.is_empty() {
            return None;
        }
        let Some(newest) = self.newest else { return Some("there are no prices of the universe".into()) };
        let days = (self.as_of - newest).num_days();
        if days > STALE_DAYS {
            return Some(format!(
                "the prices are stale: the newest is of {newest}, {days} days before {}",
                self.as_of
            ));
        }
        let list: Vec<String> = self
            .old
            .iter()
            .map(|(symbol, date)| match date {
                Some(date) => format!("{symbol} (newest {date})"),
                None => format!("{symbol} (none)"),
            })
            .collect();
        Some(format!("some prices are stale or missing: {}", list.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::testing::{prices, series, strategy};

    #[test]
    fn old_prices_are_told_and_do_not_cover_the_month() {
        let prices =
            prices([series("A", &[("2020-01-31", "1"), ("2020-02-05", "1")]), series("B", &[("2020-01-02", "1")])]);
        let of = |symbols: &[&str], date: &str| staleness(&strategy(symbols, 1), &prices, date.parse().unwrap());
        assert_eq!(of(&["A"], "2020-02-05").in_words(), None);
        assert!(of(&["A"], "2020-02-05").covers_formation());
        assert_eq!(
            of(&["A", "B"], "2020-02-05").in_words().unwrap(),
            "some prices are stale or missing: B (newest 2020-01-02)"
        );
        assert!(!of(&["A", "B"], "2020-02-05").covers_formation());
        let march = of(&["A"], "2020-03-20");
        assert_eq!(
            march.in_words().unwrap(),
            "the prices are stale: the newest is of 2020-02-05, 44 days before 2020-03-20"
        );
        assert!(!march.covers_formation());
        assert_eq!(of(&["NONE"], "2020-03-20").in_words().unwrap(), "there are no prices of the universe");
    }
}
