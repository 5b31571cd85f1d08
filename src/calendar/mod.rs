//! Dates: months, weekdays, and the sessions of stock exchanges.
//!
//! What is traded on an exchange goes by its sessions ([`Exchange`]); currencies and what has no exchange go by weekdays.

mod euronext;
mod exchange;
mod listing;
mod london;
mod month;
mod new_york;
mod rules;
mod tokyo;
mod xetra;
mod zurich;

pub use exchange::Exchange;
pub use month::YearMonth;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

/// Whether a date is Monday to Friday.
pub fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The weekdays strictly between two dates, in order.
pub fn weekdays_between(after: NaiveDate, before: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    after.iter_days().skip(1).take_while(move |day| *day < before).filter(|day| is_weekday(*day))
}

/// How many weekdays have passed from `date` to `today`: 0 on the same day, 1 from Friday to Monday.
pub fn weekday_age(date: NaiveDate, today: NaiveDate) -> usize {
    match today.checked_add_days(Days::new(1)) {
        Some(tomorrow) => weekdays_between(date, tomorrow).count(),
        None => 0,
    }
}

/// How many sessions have come since the date of a price, by the exchange of Yahoo's symbol; weekdays where it has none.
pub fn price_age(symbol: &str, date: NaiveDate, today: NaiveDate) -> usize {
    match Exchange::from_yahoo(symbol) {
        Some(exchange) => exchange.age(date, today),
        None => weekday_age(date, today),
    }
}

/// The date a decision of today rests on: today, except that a month is complete only when its last day is over.
pub fn decided_for(today: NaiveDate) -> NaiveDate {
    if today == YearMonth::of(today).last_day() { day_before(today) } else { today }
}

/// The date after which nothing can have happened by `now`: east of Greenwich the day has begun before it has in UTC.
pub fn last_possible_date(now: DateTime<Utc>) -> NaiveDate {
    let date = now.date_naive();
    date.succ_opt().unwrap_or(date)
}

/// The date an instant is held back by: that of the exchange in `zone`, which dates snapshots, or the UTC date, under which
/// fills are filed and shown, whichever is later.
pub fn latest_date(time: DateTime<Utc>, zone: Tz) -> NaiveDate {
    time.date_naive().max(time.with_timezone(&zone).date_naive())
}

/// The date one calendar day earlier.
pub fn day_before(date: NaiveDate) -> NaiveDate {
    date.pred_opt().unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_day_of_a_month_does_not_end_it_before_it_is_over() {
        let known = |today: &str| decided_for(date(today)).to_string();
        assert_eq!(known("2026-01-30"), "2026-01-30");
        assert_eq!(known("2026-01-31"), "2026-01-30");
        assert_eq!(known("2026-02-01"), "2026-02-01");
    }

    #[test]
    fn an_instant_is_held_back_by_the_later_of_its_two_dates() {
        let dated = |time: &str, zone| latest_date(time.parse().unwrap(), zone).to_string();
        // The morning of the 27th in Sydney, and the evening of the 26th in New York, which UTC files under the 27th.
        assert_eq!(dated("2026-01-26T23:30:00Z", chrono_tz::Australia::Sydney), "2026-01-27");
        assert_eq!(dated("2026-01-27T01:00:00Z", chrono_tz::America::New_York), "2026-01-27");
        assert_eq!(dated("2026-01-26T20:00:00Z", chrono_tz::America::New_York), "2026-01-26");
    }

    #[test]
    fn weekdays_are_counted_over_a_weekend() {
        // Thursday 2024-02-01 to Tuesday 2024-02-06: Friday and Monday lie between.
        let between: Vec<_> = weekdays_between(date("2024-02-01"), date("2024-02-06")).collect();
        assert_eq!(between, [date("2024-02-02"), date("2024-02-05")]);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-05")), 1);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-02")), 0);
        assert_eq!(weekday_age(date("2024-02-02"), date("2024-02-04")), 0);
    }

    #[test]
    fn a_price_ages_by_the_sessions_of_its_exchange() {
        // Tokyo was shut from 27 April to 6 May 2019.
        let age = |symbol| price_age(symbol, date("2019-04-26"), date("2019-05-07"));
        assert_eq!((age("7203.T"), age("SPY"), age("EURUSD=X")), (1, 7, 7));
    }
}
