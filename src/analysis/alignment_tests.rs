use super::*;
use crate::analysis::benchmark::{beta, r_squared};
use crate::analysis::testing::{close, date, series};
use proptest::prelude::*;

fn closes<const N: usize>(days: [(&str, f64); N]) -> Closes {
    Closes::new(days.map(|(day, close)| (date(day), close)), Some(Exchange::NEW_YORK))
}

#[test]
fn our_returns_are_compounded_over_days_without_a_close() {
    let dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].map(date);
    let aligned = align(
        &series(&dates, &[0.01, 0.02, 0.03]),
        &closes([("2024-01-02", 100.0), ("2024-01-04", 110.0), ("2024-01-05", 121.0)]),
    );
    assert_eq!(aligned.pairs.len(), 2);
    assert_eq!((aligned.pairs[0].since, aligned.pairs[0].date), (dates[0], dates[2]));
    close(Some(aligned.pairs[0].ours), 1.01 * 1.02 - 1.0);
    close(Some(aligned.pairs[0].benchmark), 0.1);
    assert_eq!(aligned.pairs[1].ours, 0.03);
    assert!(aligned.left_out.is_empty());
    let comparison = aligned.comparison.unwrap();
    close(Some(comparison.ours), 1.01 * 1.02 * 1.03);
    close(Some(comparison.benchmark), 1.21);
}

#[test]
fn the_benchmarks_closes_between_two_snapshots_need_no_snapshot() {
    let dates = ["2024-01-02", "2024-01-05"].map(date);
    let all = [("2024-01-02", 100.0), ("2024-01-03", 50.0), ("2024-01-04", 90.0), ("2024-01-05", 110.0)];
    let aligned = align(&series(&dates, &[0.05]), &closes(all));
    close(Some(aligned.pairs[0].benchmark), 0.1);
}

#[test]
fn a_hole_of_six_weekdays_leaves_its_pair_out_on_both_sides() {
    // Between Tuesday the 2nd and Thursday the 11th lie six weekdays, between the 11th and Friday the 19th five.
    let dates = ["2024-01-02", "2024-01-09", "2024-01-10", "2024-01-11", "2024-01-19"].map(date);
    let aligned = align(
        &series(&dates, &[0.01, 0.02, 0.03, 0.04]),
        &closes([("2024-01-02", 100.0), ("2024-01-11", 120.0), ("2024-01-19", 132.0)]),
    );
    assert_eq!(aligned.left_out, [date("2024-01-11")]);
    assert_eq!(aligned.ours(), [0.04]);
    close(Some(aligned.benchmark()[0]), 0.1);
    // The totals run over the hole: both sides have a value at its ends.
    close(aligned.comparison.map(|found| found.benchmark), 1.32);
    // The close of the 2nd is five weekdays old on the 9th and six on the 10th.
    let index: Vec<_> = aligned.index.iter().map(|(_, value)| *value).collect();
    assert_eq!(index, [Some(1.0), Some(1.0), None, Some(1.2), Some(1.32)]);
}

#[test]
fn the_comparison_keeps_to_the_dates_both_have() {
    let dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].map(date);
    let aligned =
        align(&series(&dates, &[0.01, 0.02, 0.03]), &closes([("2024-01-03", 100.0), ("2024-01-04", 102.0)]));
    let comparison = aligned.comparison.unwrap();
    assert_eq!((comparison.from, comparison.to), (dates[1], dates[2]));
    close(Some(comparison.ours), 1.02);
    close(Some(comparison.benchmark), 1.02);
    // Before the first close and after the last the benchmark has no value.
    assert_eq!((aligned.index[0].1, aligned.index[3].1), (None, None));
    assert_eq!(aligned.between(dates[1], dates[3]), None);
}

#[test]
fn the_newest_close_holds_while_its_exchange_is_shut() {
    // Good Friday is no session in New York; Monday is.
    let dates = ["2024-03-27", "2024-03-28", "2024-03-29", "2024-04-01"].map(date);
    let known = closes([("2024-03-27", 100.0), ("2024-03-28", 110.0)]);
    let aligned = align(&series(&dates, &[0.0, 0.0, 0.0]), &known);
    close(aligned.between(dates[0], dates[2]), 0.1);
    assert_eq!(aligned.between(dates[0], dates[3]), None);
    let unknown = Closes { exchange: None, ..known };
    assert_eq!(align(&series(&dates, &[0.0, 0.0, 0.0]), &unknown).between(dates[0], dates[2]), None);
}

#[test]
fn a_close_of_zero_is_no_close() {
    let dates = ["2024-01-02", "2024-01-03"].map(date);
    let aligned = align(&series(&dates, &[0.01]), &closes([("2024-01-02", 0.0), ("2024-01-03", 110.0)]));
    assert_eq!((aligned.pairs.len(), aligned.comparison), (0, None));
}

#[test]
fn an_empty_account_is_not_compared() {
    // Emptied on the 3rd, funded again on the 8th from the value of the 5th.
    let part = |since: &str, day: &str, value| DailyReturn { since: date(since), date: date(day), value };
    let series = ReturnSeries {
        start: Some(date("2024-01-02")),
        days: vec![part("2024-01-02", "2024-01-03", 0.01), part("2024-01-05", "2024-01-08", 0.02)],
    };
    let all = [("2024-01-02", 100.0), ("2024-01-03", 101.0), ("2024-01-05", 202.0), ("2024-01-08", 206.04)];
    let aligned = align(&series, &closes(all));
    close(aligned.comparison.map(|found| found.benchmark), 1.01 * 1.02);
    close(aligned.comparison.map(|found| found.ours), 1.01 * 1.02);
    assert_eq!(aligned.lengths(), [1, 3]);
}

#[test]
fn sparse_pairs_are_annualized_as_what_they_are() {
    let daily = Frequency { periods: 252.0, daily: true };
    let dates: Vec<_> = Exchange::NEW_YORK.sessions(date("2023-01-03")..=date("2023-12-29")).collect();
    let returns = series(&dates, &vec![0.001; dates.len() - 1]);
    let all = || dates.iter().map(|day| (*day, 100.0));
    let whole = align(&returns, &Closes::new(all(), None));
    assert_eq!(whole.frequency(daily, returns.days.len()), daily);
    // Every fifth close alone.
    let weekly = align(&returns, &Closes::new(all().step_by(5), None));
    let found = weekly.frequency(daily, returns.days.len());
    let days: i64 = weekly.lengths().iter().sum();
    close(Some(found.periods), weekly.pairs.len() as f64 * 365.25 / days as f64);
    assert!(!found.daily && (49.0..53.0).contains(&found.periods), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_series_against_itself_is_itself_whatever_is_missing(
        values in prop::collection::vec(-0.03f64..0.03, 80..200),
        snapshots in prop::collection::vec(prop::bool::weighted(0.9), 200),
        known in prop::collection::vec(prop::bool::weighted(0.9), 200),
    ) {
        let dates: Vec<_> = Exchange::NEW_YORK.sessions(date("2022-01-03")..=date("2023-12-29")).collect();
        let mut level = 100.0;
        let levels: Vec<_> = dates.iter().zip(&values).map(|(day, value)| { level *= 1.0 + value; (*day, level) }).collect();
        let keep = |kept: &Vec<bool>| -> Vec<_> {
            levels.iter().zip(kept).filter(|(_, kept)| **kept).map(|(day, _)| *day).collect()
        };
        let (held, closed) = (keep(&snapshots), keep(&known));
        let (days, values): (Vec<_>, Vec<_>) = held.iter().copied().unzip();
        let returns: Vec<f64> = values.windows(2).map(|pair: &[f64]| pair[1] / pair[0] - 1.0).collect();
        let aligned = align(&series(&days, &returns), &Closes::new(closed, Some(Exchange::NEW_YORK)));
        prop_assume!(aligned.pairs.len() > 10);
        let (ours, theirs) = (aligned.ours(), aligned.benchmark());
        close(beta(&ours, &theirs), 1.0);
        close(r_squared(&ours, &theirs), 1.0);
        let comparison = aligned.comparison.unwrap();
        close(Some(comparison.ours), comparison.benchmark);
    }
}
