//! Where a record stands at the end of a month, and at which of these ends its positions are weighed.

use chrono::{Days, NaiveDate};

use super::disclosure::{Disclosure, Weighed};
use crate::calendar::{Exchange, YearMonth};
use crate::record::Record;

/// The last day by which a month had ended, as seen on a date: the date itself if no session of its month is to come.
pub fn last_whole_month(date: NaiveDate, exchange: Exchange) -> NaiveDate {
    let month = YearMonth::of(date);
    if exchange.session_on_or_before(month.last_day()) <= date {
        return date;
    }
    month.first_day().checked_sub_days(Days::new(1)).unwrap_or(date)
}

/// The last day up to the end of a month on which positions were weighed.
pub fn last_weighed(record: &Record, end: NaiveDate, disclosure: &Disclosure) -> NaiveDate {
    if disclosure.weighed() != Weighed::Quarterly {
        return end;
    }
    let first = record.snapshots.first().map_or(end, |snapshot| snapshot.date);
    let mut month = YearMonth::of(end);
    while month > YearMonth::of(first) && !month.month().is_multiple_of(3) && !has_order(record, month) {
        month = month.minus(1);
    }
    end.min(month.last_day())
}

/// Whether anything was traded in a month.
fn has_order(record: &Record, month: YearMonth) -> bool {
    let before = |day: NaiveDate| record.executions.partition_point(|fill| fill.utc_date() < day);
    before(month.first_day()) < before(month.next().first_day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, snapshot};
    use crate::config::{Privacy, PrivacyLevel};

    #[test]
    fn by_the_day_holdings_are_weighed_by_the_quarter_and_after_orders() {
        let record = Record {
            snapshots: vec![snapshot("2026-01-05", 1000), snapshot("2026-08-31", 1000)],
            executions: vec![Fill::buy("A", 1, 10).on("2026-05-12").done()],
            ..Record::default()
        };
        let weighed = |level, end: &str| {
            let disclosure = Disclosure::new(&Privacy { precision: level, ..Privacy::default() });
            last_weighed(&record, end.parse().unwrap(), &disclosure).to_string()
        };
        let daily = |end| weighed(PrivacyLevel::Daily, end);
        assert_eq!(daily("2026-01-30"), "2026-01-30", "the first month");
        assert_eq!(daily("2026-02-27"), "2026-01-31");
        assert_eq!(daily("2026-03-31"), "2026-03-31", "a quarter");
        assert_eq!(daily("2026-04-30"), "2026-03-31");
        assert_eq!(daily("2026-05-29"), "2026-05-29", "a month with an order");
        assert_eq!(daily("2026-08-31"), "2026-06-30");
        for level in [PrivacyLevel::Fine, PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
            assert_eq!(weighed(level, "2026-04-30"), "2026-04-30");
        }
    }

    #[test]
    fn a_month_has_ended_with_its_last_session() {
        let exchange = Exchange::default();
        let ended = |date: &str| last_whole_month(date.parse().unwrap(), exchange).to_string();
        // The 31st of May 2026 is a Sunday.
        assert_eq!(ended("2026-05-29"), "2026-05-29");
        assert_eq!(ended("2026-05-31"), "2026-05-31");
        assert_eq!(ended("2026-05-28"), "2026-04-30");
        assert_eq!(ended("2026-01-02"), "2025-12-31");
    }
}
