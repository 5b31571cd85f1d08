//! How old the stored prices of a universe are.

use chrono::NaiveDate;

use super::Prices;
use super::momentum::{STALE_DAYS, is_stale, last_complete_month};
use super::rules::without_changes;
use crate::calendar::{Exchange, YearMonth, is_weekday, price_age};
use crate::config::Strategy;
use crate::record::{Bar, PriceSeries, PriceSymbol};

/// More sessions without a price than this are more than a gap.
const MISSED: usize = 5;

/// Members of a universe whose prices end too early for a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staleness {
    as_of: NaiveDate,
    newest: Option<NaiveDate>,
    /// Members whose newest price is too old for today, with its date.
    old: Vec<(PriceSymbol, Option<NaiveDate>)>,
    /// Whether all prices reach the end of the month that a signal is formed at.
    covers_formation: bool,
    /// Whether some price proves that the month's last trading day is stored.
    month_is_over: bool,
}

/// The age of the prices of a strategy's universe on `as_of`.
pub fn staleness(strategy: &Strategy, prices: &Prices, as_of: NaiveDate) -> Staleness {
    let formed = last_complete_month(as_of).last_day();
    let newest_bar = |symbol: &PriceSymbol| prices.get(symbol).and_then(|series| series.on_or_before(as_of));
    let members = || strategy.universe.iter().map(|member| member.yahoo());
    let is_old = |symbol: &PriceSymbol, bar: &Bar| {
        is_stale(bar, as_of) && price_age(symbol.as_str(), bar.date, as_of) > MISSED
    };
    let old = members().filter(|symbol| newest_bar(symbol).is_none_or(|bar| is_old(symbol, bar)));
    Staleness {
        as_of,
        newest: members().filter_map(|symbol| newest_bar(&symbol).map(|bar| bar.date)).max(),
        old: old
            .map(|symbol| {
                let date = newest_bar(&symbol).map(|bar| bar.date);
                (symbol, date)
            })
            .collect(),
        month_is_over: members().filter_map(|symbol| prices.get(&symbol)).any(|series| shows_end(series, formed)),
        covers_formation: members().all(|symbol| newest_bar(&symbol).is_some_and(|bar| !is_stale(bar, formed))),
    }
}

/// The end of the newest complete month, up to a date, for which the rule gives a signal.
pub fn newest_answer(strategy: &Strategy, prices: &Prices, until: NaiveDate) -> Option<NaiveDate> {
    let bars = strategy.universe.iter().filter_map(|member| prices.get(&member.yahoo())).map(PriceSeries::bars);
    let first = bars.clone().filter_map(|bars| bars.first().map(|bar| bar.date)).min()?;
    let last = bars.filter_map(|bars| bars.last().map(|bar| bar.date)).max()?;
    let newest = last_complete_month(until).min(YearMonth::of(last));
    let months = std::iter::successors(Some(newest), |month| Some(month.previous()));
    let mut ends = months.map(YearMonth::last_day).take_while(|end| *end >= first);
    ends.find(|end| {
        staleness(strategy, prices, *end).month_is_over && !without_changes(strategy, prices, *end).ranking.is_empty()
    })
}

/// Whether the stored month is complete: there is a bar after its end, or one of its last session.
fn shows_end(series: &PriceSeries, end: NaiveDate) -> bool {
    let last_session = match Exchange::from_yahoo(series.symbol.as_str()) {
        Some(exchange) => exchange.session_on_or_before(end),
        None => end.iter_days().rev().find(|day| is_weekday(*day)).unwrap_or(end),
    };
    series.bars().last().is_some_and(|bar| bar.date >= last_session)
}

impl Staleness {
    /// Why a signal cannot be saved yet; `None` if it can: every member has a price near the month's end, and the month's
    /// last trading day is stored.
    pub fn why_not_final(&self) -> Option<&'static str> {
        match (self.covers_formation, self.month_is_over) {
            (false, _) => Some("the prices do not reach the month's end"),
            (true, false) => Some("the prices may end before the month's last trading day"),
            (true, true) => None,
        }
    }

    /// Whether every member has a price near the end of the month that a signal is formed at.
    pub fn covers_formation(&self) -> bool {
        self.covers_formation
    }

    /// A description of what is stale; `None` if nothing is.
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
    fn a_month_is_over_once_a_price_shows_it() {
        let why = |closes: &[(&str, &str)]| {
            staleness(&strategy(&["A"], 1), &prices([series("A", closes)]), "2020-02-03".parse().unwrap())
                .why_not_final()
        };
        assert_eq!(
            why(&[("2020-01-29", "1"), ("2020-01-30", "1")]),
            Some("the prices may end before the month's last trading day")
        );
        assert_eq!(why(&[("2020-01-30", "1"), ("2020-01-31", "1")]), None);
        assert_eq!(why(&[("2020-01-30", "1"), ("2020-02-03", "1")]), None, "the 31st was a holiday");
        assert_eq!(why(&[("2020-01-02", "1")]), Some("the prices do not reach the month's end"));
    }

    #[test]
    fn a_month_ends_with_its_last_session() {
        // Good Friday was 29 March 2024, and open in Tokyo.
        let why = |symbol: &str| {
            let prices = prices([series(symbol, &[("2024-03-28", "1")])]);
            staleness(&strategy(&[symbol], 1), &prices, "2024-03-31".parse().unwrap()).why_not_final()
        };
        assert_eq!(why("SAP.DE"), None);
        assert_eq!(why("7203.T"), Some("the prices may end before the month's last trading day"));
    }

    #[test]
    fn prices_of_a_shut_exchange_are_not_stale() {
        // Tokyo was shut from 27 April to 6 May 2019.
        let words = |symbol: &str| {
            let prices = prices([series(symbol, &[("2019-04-26", "1")])]);
            staleness(&strategy(&[symbol], 1), &prices, "2019-05-07".parse().unwrap()).in_words()
        };
        assert_eq!(words("7203.T"), None);
        assert!(words("SAP.DE").unwrap().contains("stale"));
    }

    #[test]
    fn the_newest_answer_is_of_a_month_that_is_over() {
        let closes =
            [("2019-01-31", "1"), ("2019-02-28", "1"), ("2019-12-31", "2"), ("2020-01-31", "2"), ("2020-02-26", "2")];
        let prices = prices([series("A", &closes)]);
        let found = |until: &str| newest_answer(&strategy(&["A"], 1), &prices, until.parse().unwrap());
        assert_eq!(found("2024-05-05"), "2020-01-31".parse().ok(), "February 2020 ends too early");
        assert_eq!(found("2020-01-15"), None, "December 2018 and before are not there");
    }

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
