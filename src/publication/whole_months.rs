//! Where a record stands at the end of a month.

use chrono::{Days, NaiveDate};

use crate::calendar::{Exchange, YearMonth};

/// The last day by which a month had ended, as seen on a date: the date itself if no session of its month is to come.
pub fn last_whole_month(date: NaiveDate, exchange: Exchange) -> NaiveDate {
    let month = YearMonth::of(date);
    if exchange.session_on_or_before(month.last_day()) <= date {
        return date;
    }
    month.first_day().checked_sub_days(Days::new(1)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

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
