//! The months as they were first recorded, beside what they are now.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, PublicReturn};
use super::sentence::{Sentence, Span};
use crate::analysis::first_stated::first_stated;
use crate::analysis::performance::Performance;
use crate::analysis::periods::by_month;
use crate::analysis::returns::{ReturnSeries, daily_returns};
use crate::analysis::statistics::compounded;
use crate::calendar::YearMonth;
use crate::config::Config;
use crate::counted::counted;
use crate::record::Record;

/// What the broker has restated of that which returns are computed from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Restated {
    /// Days whose net value was another one at first.
    pub net_values: usize,
    /// External flows that were other ones at first.
    pub flows: usize,
    /// The newest day of these.
    pub newest: Option<NaiveDate>,
    /// The months whose published return would be another one, ascending.
    pub months: Vec<RestatedMonth>,
    /// The total return as first recorded, and now.
    pub total: Option<(PublicReturn, PublicReturn)>,
    /// Whether no return could have been taken with the first values.
    pub undefined: bool,
}

/// A month with two returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestatedMonth {
    /// Which.
    pub month: YearMonth,
    /// Its return with what was stated first.
    pub first: PublicReturn,
    /// Its return now.
    pub now: PublicReturn,
}

/// The months of a record as they would have been with the values that its broker stated first. `disclosed` holds what is known to
/// have been restated.
pub fn view(
    whole: &Record,
    disclosed: &Record,
    daily: &Performance,
    config: &Config,
    disclosure: &Disclosure,
) -> Restated {
    let found = first_stated(whole, &disclosed.restatements);
    let newest = found.net_values.iter().chain(&found.flows).max().copied();
    let counts =
        Restated { net_values: found.net_values.len(), flows: found.flows.len(), newest, ..Restated::default() };
    if !found.is_another() {
        return counts;
    }
    let (base, timing) = (config.account.base_currency, config.analysis.flow_timing);
    let first = daily_returns(&found.record.snapshots, &found.record.flows, base, timing);
    let Ok(first) = first else { return Restated { undefined: true, ..counts } };
    let total = |series: &ReturnSeries| compounded(&series.values()).map(|value| disclosure.whole(value));
    Restated {
        months: months(&first, &daily.series, disclosure),
        total: total(&first).zip(total(&daily.series)),
        ..counts
    }
}

fn months(first: &ReturnSeries, now: &ReturnSeries, disclosure: &Disclosure) -> Vec<RestatedMonth> {
    let before = by_month(first);
    let month = |(month, now): (YearMonth, f64)| {
        let (first, now) = (disclosure.period(*before.get(&month)?), disclosure.period(now));
        (first != now).then_some(RestatedMonth { month, first, now })
    };
    by_month(now).into_iter().filter_map(month).collect()
}

/// How much of what returns are computed from was restated, and how many months by it.
pub fn of_restated(restated: &Restated, months: usize) -> Vec<Span> {
    let mut sentence = Sentence::default();
    let changed = restated.net_values + restated.flows;
    if changed == 0 {
        sentence.plain("No later statement has restated a value that returns are computed from.");
        return sentence.into_spans();
    }
    let parts = [(restated.net_values, "net value"), (restated.flows, "deposit or withdrawal")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| match (count, what) {
            (1, "deposit or withdrawal") | (_, "net value") => counted(count, what),
            (count, _) => format!("{count} deposits or withdrawals"),
        })
        .collect();
    sentence.plain("The broker has restated ").figure(parts.join(" and "));
    if restated.undefined {
        sentence.plain(". With what was stated first no return could have been taken.");
        return sentence.into_spans();
    }
    match restated.months.len() {
        0 => sentence.plain("; no published month is another one by it."),
        count => sentence.plain("; ").figure(format!("{count} of {months}")).plain(if count == 1 {
            " months was another one before."
        } else {
            " months were other ones before."
        }),
    };
    sentence.into_spans()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::snapshots;
    use crate::config::{PrivacyLevel, Status};
    use crate::publication::{Published, redact, sentence, testing};
    use crate::record::{Restatement, Table};

    fn record(old: &str) -> Record {
        let restated = Restatement {
            date: "2026-01-30".parse().unwrap(),
            table: Table::Snapshot,
            key: "s".into(),
            what: "net value",
            stated: None,
            old: old.into(),
            new: "1010".into(),
            effect: None,
        };
        // 29 and 30 January, 2 and 3 February.
        let snapshots = snapshots("2026-01-29", &["1000", "1010", "1020.1", "1020.1"]);
        Record { snapshots, restatements: vec![restated], ..Record::default() }
    }

    fn of(record: &Record) -> Restated {
        let mut config = Config::default();
        config.site.status = Status::Live;
        config.privacy.precision = PrivacyLevel::Fine;
        redact(record, &config).unwrap().restated
    }

    #[test]
    fn a_restated_end_of_a_month_changes_that_month_and_the_next_and_not_the_total() {
        let found = of(&record("990"));
        let rows: Vec<(String, f64, f64)> = (found.months.iter())
            .map(|month| (month.month.to_string(), month.first.get(), month.now.get()))
            .collect();
        // 990 of 1,000 before and 1,010 now; 1,020.1 of 990 before and of 1,010 now.
        assert_eq!(rows, [("2026-01".into(), -0.01, 0.01), ("2026-02".into(), 0.030404, 0.01)]);
        let (first, now) = found.total.unwrap();
        assert_eq!((first.get(), now.get()), (0.0201, 0.0201));
        assert_eq!(
            sentence::in_words(&of_restated(&found, 2)),
            "The broker has restated 1 net value; 2 of 2 months were other ones before."
        );
    }

    #[test]
    fn a_difference_below_the_published_digits_is_no_other_month() {
        let found = of(&record("1010.0001"));
        assert_eq!((found.net_values, found.months.len()), (1, 0));
        assert!(sentence::in_words(&of_restated(&found, 2)).ends_with("no published month is another one by it."));
    }

    #[test]
    fn without_a_restatement_it_says_so() {
        let demo = testing::demo();
        assert_eq!(demo.restated, Restated::default());
        assert!(sentence::in_words(&of_restated(&demo.restated, 95)).starts_with("No later statement has restated"));
    }

    #[test]
    fn first_values_that_make_no_return_are_said_to() {
        let found = of(&record("-5"));
        assert!(found.undefined && found.months.is_empty());
    }
}
