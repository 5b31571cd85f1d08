use super::*;
use crate::analysis::alignment::{Closes, align};
use crate::analysis::testing::{close, date, series};

/// Snapshots 2023-11-30, 2023-12-15, 2023-12-29, 2024-01-02, 2024-02-01, 2024-02-02.
fn example() -> ReturnSeries {
    let dates = ["2023-11-30", "2023-12-15", "2023-12-29", "2024-01-02", "2024-02-01", "2024-02-02"].map(date);
    series(&dates, &[0.1, 0.1, -0.2, 0.05, 0.0])
}

fn month(text: &str) -> YearMonth {
    text.parse().unwrap()
}

#[test]
fn a_month_is_the_product_of_its_days() {
    let months = by_month(&example());
    close(months.get(&month("2023-12")).copied(), 0.21);
    close(months.get(&month("2024-01")).copied(), -0.2);
    close(months.get(&month("2024-02")).copied(), 0.05);
    assert_eq!(months.len(), 3);
}

#[test]
fn a_year_is_the_product_of_its_days() {
    let years = by_year(&example());
    close(years.get(&2023).copied(), 0.21);
    close(years.get(&2024).copied(), 0.8 * 1.05 - 1.0);
}

#[test]
fn periods_to_date_end_at_the_newest_snapshot() {
    close(month_to_date(&example()), 0.05);
    close(quarter_to_date(&example()), -0.16);
    close(year_to_date(&example()), -0.16);
    assert_eq!(month_to_date(&ReturnSeries::default()), None);
}

#[test]
fn quarters_start_in_january_april_july_and_october() {
    for (day, start) in [("2024-03-31", "2024-01-01"), ("2024-06-01", "2024-04-01"), ("2024-12-31", "2024-10-01")] {
        assert_eq!(quarter_start(date(day)), date(start));
        assert_eq!(year_start(date(day)), date("2024-01-01"));
    }
}

#[test]
fn a_trailing_year_needs_a_snapshot_at_its_start() {
    let dates = ["2023-01-31", "2023-06-30", "2024-01-31"].map(date);
    close(trailing(&series(&dates, &[0.1, 0.2]), 12), 0.32);
    let dates = ["2023-02-01", "2023-06-30", "2024-01-31"].map(date);
    assert_eq!(trailing(&series(&dates, &[0.1, 0.2]), 12), None);
    // A day dated on the base itself lies before the period.
    let dates = ["2022-12-30", "2023-01-31", "2024-01-31"].map(date);
    close(trailing(&series(&dates, &[0.5, 0.2]), 12), 0.2);
}

#[test]
fn the_usual_periods_say_why_they_are_missing() {
    let found = usual_periods(&example(), None);
    assert_eq!(found.len(), 8);
    let year = &found[3];
    assert_eq!((year.period, year.value), (UsualPeriod::OneYear, None));
    assert_eq!(
        year.undefined_because.as_deref(),
        Some("needs a record from 2023-02-02; this one starts on 2023-11-30")
    );
    close(found[6].value, 1.21 * 0.8 * 1.05 - 1.0);
    assert_eq!(found[7].undefined_because.as_deref(), Some("needs 365 days, has 64"));
    assert!(usual_periods(&ReturnSeries::default(), None).is_empty());
}

#[test]
fn three_years_are_a_year_rate() {
    let dates = ["2021-01-04", "2021-02-01", "2024-02-01"].map(date);
    let found = usual_periods(&series(&dates, &[0.3, 0.331]), None);
    // 2021-02-01 to 2024-02-01 are 1095 days.
    close(found[4].value, 1.331_f64.powf(365.25 / 1095.0) - 1.0);
    assert!(found[4].annualized);
}

#[test]
fn the_benchmark_runs_between_the_same_snapshots() {
    let closes = [("2023-11-30", 100.0), ("2023-12-15", 90.0), ("2023-12-29", 110.0), ("2024-01-02", 121.0)];
    let closes = closes.map(|(day, close)| (date(day), close));
    let aligned = align(&example(), &Closes::new(closes, Some(Exchange::NEW_YORK)));
    let months = benchmark_by_month(&example(), &aligned);
    close(months.get(&month("2023-12")).copied(), 0.1);
    close(months.get(&month("2024-01")).copied(), 0.1);
    // After the last close the exchange has opened again.
    assert_eq!(months.get(&month("2024-02")), None);
    close(benchmark_by_year(&example(), &aligned).get(&2023).copied(), 0.1);
    assert_eq!(usual_periods(&example(), Some(&aligned))[6].benchmark, None);
}

#[test]
fn the_best_and_worst_have_their_dates() {
    // From 30 November there are eleven sessions to 15 December; from 29 December the next is 2 January.
    let best = best_day(&example(), Exchange::NEW_YORK).unwrap();
    assert_eq!((best.since, best.date, best.sessions), (date("2023-11-30"), date("2023-12-15"), 11));
    let worst = worst_day(&example(), Exchange::NEW_YORK).unwrap();
    assert_eq!((worst.since, worst.date, worst.sessions), (date("2023-12-29"), date("2024-01-02"), 1));
    let months = by_month(&example());
    assert_eq!(best_month(&months).unwrap().month, month("2023-12"));
    assert_eq!(worst_month(&months).unwrap().month, month("2024-01"));
    assert_eq!(best_day(&ReturnSeries::default(), Exchange::NEW_YORK), None);
}

#[test]
fn flat_days_are_neither_won_nor_lost() {
    close(win_days(&example().values()), 0.75);
    assert_eq!(win_days(&[0.0]), None);
}

#[test]
fn gain_to_pain_is_taken_over_months() {
    close(gain_to_pain(&by_month(&example())), (0.21 - 0.2 + 0.05) / 0.2);
    assert_eq!(gain_to_pain(&BTreeMap::new()), None);
}

#[test]
fn a_month_is_partial_where_the_record_starts_or_ends_in_it() {
    let partial = |text| is_partial(&example(), month(text), Exchange::NEW_YORK);
    assert!(!partial("2023-12"));
    assert!(!partial("2024-01"));
    assert!(partial("2024-02"));
    assert!(partial("2023-11"));
}

#[test]
fn a_month_is_whole_once_its_last_session_is_there() {
    // Good Friday was 29 March 2024: the month's last session in New York was Thursday the 28th; in Tokyo it was the 29th.
    let series = series(&["2024-02-29", "2024-03-28"].map(date), &[0.1]);
    assert!(!is_partial(&series, month("2024-03"), Exchange::NEW_YORK));
    assert!(is_partial(&series, month("2024-03"), Exchange::from_mic("XTKS").unwrap()));
}
