//! What can be said of the index from its published values on the account's dates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, Published};
use super::view::{Day, Facts};
use crate::analysis::frequency::Frequency;
use crate::analysis::performance::Performance;
use crate::analysis::{Window, drawdown, risk};

/// Figures of the index, to stand beside those of the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct IndexFigures {
    /// Volatility a year.
    #[serde(deserialize_with = "super::kept::maybe_number")]
    pub volatility: Option<f64>,
    /// Sharpe ratio a year.
    #[serde(deserialize_with = "super::kept::maybe_number")]
    pub sharpe: Option<f64>,
    /// Its deepest fall.
    #[serde(deserialize_with = "super::kept::maybe_number")]
    pub fall: Option<f64>,
}

impl IndexFigures {
    /// Over these days, with so many returns a year, and whether they are those of single sessions. Nothing where only months are
    /// published, or returns are not those of single sessions: the account's figures rest on other ones.
    pub fn of(days: &[Day], facts: &Facts, (periods, is_daily): (f64, bool)) -> Self {
        let values: Option<Vec<f64>> = days.iter().map(|day| day.benchmark_index.map(Published::get)).collect();
        match values {
            Some(values) if facts.by_day && is_daily => Self::of_values(&values, periods, facts.risk_free),
            _ => Self::default(),
        }
    }

    fn of_values(values: &[f64], periods: f64, risk_free: f64) -> Self {
        let returns: Vec<f64> =
            values.windows(2).filter_map(|pair| Some(pair.last()? / pair.first()? - 1.0)).collect();
        let daily = Frequency { periods, daily: true };
        let excess = daily.excess(returns.iter().map(|value| (*value, 1)), risk_free);
        Self {
            volatility: risk::volatility(&returns, periods),
            sharpe: excess.and_then(|excess| risk::sharpe(&excess, periods)),
            fall: drawdown::maximum(&drawdown::drawdowns(values)),
        }
    }
}

/// The index as if it were an account: over all valuations, published or not, since closes of an index are anybody's; and over the
/// published dates, by which the account's falls are measured.
pub(super) struct IndexAlong {
    all: Option<Performance>,
    /// Over how many sessions `all` goes up to each of its returns.
    sessions: Vec<usize>,
    shown: Option<Performance>,
}

impl IndexAlong {
    /// The index along an account's series.
    pub(super) fn of(daily: &Performance, shown: &Performance) -> Self {
        let all = daily.of_benchmark();
        let sessions = all.as_ref().map(|all| all.series.sessions_along(all.exchange)).unwrap_or_default();
        Self { all, sessions, shown: shown.of_benchmark() }
    }

    /// Its figures up to a date.
    pub(super) fn until(&self, date: NaiveDate, disclosure: &Disclosure) -> IndexFigures {
        let (Some(all), Some(along)) = (&self.all, &self.shown) else { return IndexFigures::default() };
        let series = all.series.window(Window { from: None, to: Some(date) });
        let sessions = self.sessions.get(series.days.len()).copied().unwrap_or_default();
        let frequency = series.frequency_over(sessions, all.analysis.periods_per_year);
        let excess = series.excess(frequency, all.analysis.risk_free);
        let after = along.series.dates().partition_point(|day| *day <= date);
        let shown = |value: f64| disclosure.market_figure(value).get();
        IndexFigures {
            volatility: risk::volatility(&series.values(), frequency.periods).map(shown),
            sharpe: excess.and_then(|excess| risk::sharpe(&excess, frequency.periods)).map(shown),
            fall: along.drawdowns.get(..after).and_then(drawdown::maximum).map(shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PrivacyLevel;
    use crate::publication::testing;

    #[test]
    fn the_index_is_measured_as_the_account_is() {
        // Returns of 10 %, -10 % and 10 %: their mean is 1/30, their deviation 0.2 / √3.
        let index = IndexFigures::of_values(&[1.0, 1.1, 0.99, 1.089], 3.0, 0.0);
        let round = |value: Option<f64>| (value.unwrap() * 1e9).round() / 1e9;
        assert_eq!(round(index.volatility), 0.2);
        assert_eq!(round(index.sharpe), 0.5);
        assert_eq!(round(index.fall), -0.1);
    }

    #[test]
    fn of_months_alone_the_index_has_no_daily_figures() {
        let publication = testing::two_years(PrivacyLevel::Monthly);
        let facts = &publication.facts;
        let figures = IndexFigures::of(&publication.days, facts, (facts.periods, facts.is_daily));
        assert_eq!(figures, IndexFigures::default());
        // Those of all valuations are what two years that are published by the day make of the same closes; but a fall is measured from
        // month-end to month-end, as the account's, and is less deep.
        let fine = testing::two_years(PrivacyLevel::Fine);
        let by_day = IndexFigures::of(&fine.days, &fine.facts, (fine.facts.periods, fine.facts.is_daily));
        let close =
            |a: Option<f64>, b: Option<f64>, by: f64| assert!((a.unwrap() - b.unwrap()).abs() < by, "{a:?} {b:?}");
        for (a, b) in [(publication.index.volatility, by_day.volatility), (publication.index.sharpe, by_day.sharpe)] {
            close(a, b, 0.02);
        }
        let closes: Vec<f64> = publication.days.iter().map(|day| day.benchmark_index.unwrap().get()).collect();
        close(publication.index.fall, drawdown::maximum(&drawdown::drawdowns(&closes)), 1e-4);
        assert!(publication.index.fall > by_day.fall);
        // At the end of a month they are those of the months so far, at the last one those of all.
        let ends: Vec<IndexFigures> = publication.month_ends.values().map(|end| end.index).collect();
        assert_eq!(ends.last(), Some(&publication.index));
        assert!(ends.windows(2).all(|two| two[1].fall <= two[0].fall) && ends[0].fall > publication.index.fall);
    }
}
