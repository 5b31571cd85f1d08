use super::*;
use crate::analysis::testing::{close, date, decimal, flow, snapshot, snapshots, usd};
use crate::record::FlowKind;

fn returns(values: &[&str], flows: &[CashFlow], timing: FlowTiming) -> Result<ReturnSeries, Error> {
    daily_returns(&snapshots("2024-01-01", values), flows, usd(), timing)
}

#[test]
fn a_return_compares_two_snapshots() {
    let series = returns(&["1000", "1100", "990"], &[], FlowTiming::Split).unwrap();
    close(Some(series.days[0].value), 0.1);
    close(Some(series.days[1].value), -0.1);
    assert_eq!(series.dates(), [date("2024-01-01"), date("2024-01-02"), date("2024-01-03")]);
    close(series.index().last().copied(), 0.99);
    close(total(&series.values()), -0.01);
}

#[test]
fn each_convention_times_the_money_in_its_own_way() {
    // 1000 becomes 1500 while 600 come in and 200 go out.
    let flows = [flow(date("2024-01-02"), decimal("600")), flow(date("2024-01-02"), decimal("-200"))];
    let value = |timing| Some(returns(&["1000", "1500"], &flows, timing).unwrap().days[0].value);
    close(value(FlowTiming::Split), 1700.0 / 1600.0 - 1.0);
    close(value(FlowTiming::Start), 1500.0 / 1400.0 - 1.0);
    close(value(FlowTiming::End), 1100.0 / 1000.0 - 1.0);
}

#[test]
fn flows_count_only_between_snapshots() {
    let before_and_after = [
        flow(date("2023-12-29"), decimal("500")),
        flow(date("2024-01-01"), decimal("1000")),
        flow(date("2024-01-04"), decimal("77")),
    ];
    let series = returns(&["1000", "1100", "990"], &before_and_after, FlowTiming::Split).unwrap();
    assert_eq!(series, returns(&["1000", "1100", "990"], &[], FlowTiming::Split).unwrap());
}

#[test]
fn a_flow_on_a_weekend_belongs_to_the_next_snapshot() {
    let days = [snapshot(date("2024-01-05"), decimal("1000")), snapshot(date("2024-01-08"), decimal("1530"))];
    let series = daily_returns(&days, &[flow(date("2024-01-06"), decimal("500"))], usd(), FlowTiming::Split).unwrap();
    close(Some(series.days[0].value), 0.02);
}

#[test]
fn a_dividend_is_performance() {
    let mut dividend = flow(date("2024-01-02"), decimal("100"));
    dividend.kind = FlowKind::Dividend;
    close(total(&returns(&["1000", "1100"], &[dividend], FlowTiming::Split).unwrap().values()), 0.1);
}

#[test]
fn a_flow_in_another_currency_counts_at_its_rate() {
    let mut euros = flow(date("2024-01-02"), decimal("100"));
    euros.currency = "EUR".parse().unwrap();
    let error = returns(&["1000", "1110"], std::slice::from_ref(&euros), FlowTiming::Split).unwrap_err();
    assert_eq!(error.message(), "the flow of 2024-01-02 is in EUR and its rate to USD is not known");
    assert!(error.next_step().unwrap().contains("fx_to_base"));
    euros.fx_to_base = Some(decimal("1.10"));
    assert_eq!(returns(&["1000", "1110"], &[euros], FlowTiming::Split).unwrap().values(), [0.0]);
}

#[test]
fn an_account_worth_nothing_is_an_error_that_names_the_date() {
    for value in ["0", "-5"] {
        let error = returns(&["1000", value, "1000"], &[], FlowTiming::Split).unwrap_err();
        assert!(error.message().contains("2024-01-02"), "{error}");
    }
}

#[test]
fn nothing_to_divide_by_is_an_error_that_names_the_date() {
    let flows = [flow(date("2024-01-02"), decimal("-1000"))];
    let error = returns(&["1000", "10"], &flows, FlowTiming::Start).unwrap_err();
    assert!(error.message().contains("2024-01-02"), "{error}");
    assert!(returns(&["1000", "10"], &flows, FlowTiming::Split).is_ok());
    let flows = [flow(date("2024-01-02"), decimal("1000"))];
    assert!(returns(&["1000", "900"], &flows, FlowTiming::End).unwrap_err().message().contains("2024-01-02"));
}

#[test]
fn two_snapshots_of_one_date_are_an_error() {
    let days = [snapshot(date("2024-01-05"), decimal("1")), snapshot(date("2024-01-05"), decimal("2"))];
    let error = daily_returns(&days, &[], usd(), FlowTiming::Split).unwrap_err();
    assert!(error.message().contains("2024-01-05"));
}

#[test]
fn a_record_without_two_snapshots_has_no_returns() {
    assert_eq!(returns(&[], &[], FlowTiming::Split).unwrap(), ReturnSeries::default());
    let one = returns(&["0"], &[], FlowTiming::Split).unwrap();
    assert_eq!((one.start, one.days.len(), one.calendar_days()), (Some(date("2024-01-01")), 0, 0));
    assert_eq!(one.index(), [1.0]);
    assert_eq!(total(&one.values()), None);
}

#[test]
fn a_window_starts_from_the_snapshot_before_its_first_return() {
    let series = returns(&["1000", "1100", "1210", "1331"], &[], FlowTiming::Split).unwrap();
    let part = series.window(Window { from: Some(date("2024-01-03")), to: Some(date("2024-01-03")) });
    assert_eq!(part.dates(), [date("2024-01-02"), date("2024-01-03")]);
    close(total(&part.values()), 0.1);
    let none = series.window(Window { from: Some(date("2025-01-01")), to: None });
    assert_eq!(none, ReturnSeries::default());
}

#[test]
fn sessions_without_a_snapshot_are_missing() {
    // Monday the 15th was a holiday in New York and none in London.
    let days = ["2024-01-11", "2024-01-12", "2024-01-17"].map(|day| snapshot(date(day), decimal("1")));
    let series = daily_returns(&days, &[], usd(), FlowTiming::Split).unwrap();
    let missing = |mic| series.missing_sessions(Exchange::from_mic(mic).unwrap());
    assert_eq!(missing("XNYS"), [date("2024-01-16")]);
    assert_eq!(missing("XLON"), [date("2024-01-15"), date("2024-01-16")]);
}

#[test]
fn a_value_repeated_on_the_weekend_is_no_return_and_its_flows_are_in_it() {
    // Friday 100, Saturday and Sunday the same, a deposit of 10 on Sunday, Monday 121: 10 %.
    let values = [("2024-01-04", "100"), ("2024-01-05", "100"), ("2024-01-06", "100"), ("2024-01-07", "110")];
    let days = values.into_iter().chain([("2024-01-08", "121")]);
    let mut sessions: Vec<Snapshot> =
        days.map(|(day, value)| snapshot(date(day), decimal(value)).of_session(Exchange::NEW_YORK)).collect();
    // The last of each session, as the record keeps it.
    sessions.drain(1..3);
    let flows = [flow(date("2024-01-07"), decimal("10"))];
    let series = daily_returns(&sessions, &flows, usd(), FlowTiming::Split).unwrap();
    assert_eq!(series.dates(), ["2024-01-04", "2024-01-05", "2024-01-08"].map(date));
    assert_eq!(series.days[0].value, 0.0);
    close(Some(series.days[1].value), 0.1);
}

#[test]
fn a_year_rate_needs_a_year() {
    close(annualized(0.21, 731), 1.21_f64.powf(365.25 / 731.0) - 1.0);
    close(annualized(0.1, 365), 1.1_f64.powf(365.25 / 365.0) - 1.0);
    assert_eq!(annualized(0.1, 364), None);
}

#[test]
fn a_flow_above_a_tenth_is_large() {
    let flows = [flow(date("2024-01-02"), decimal("100")), flow(date("2024-01-03"), decimal("-111"))];
    let days = intervals(&snapshots("2024-01-01", &["1000", "1100", "1000"]), &flows, usd()).unwrap();
    let large = large_flow_days(&days);
    assert_eq!(large.len(), 1);
    assert_eq!(large[0].date, date("2024-01-03"));
    close(Some(large[0].share), 111.0 / 1100.0);
    close(large[0].split, 1111.0 / 1100.0 - 1.0);
    close(large[0].start, 1000.0 / 989.0 - 1.0);
    close(large[0].end, 1111.0 / 1100.0 - 1.0);
}

#[test]
fn returns_since_a_date_are_linked() {
    let series = returns(&["1000", "1100", "1210", "1331"], &[], FlowTiming::Split).unwrap();
    close(period_return(&series, date("2024-01-03")), 0.21);
    assert_eq!(period_return(&series, date("2024-01-05")), None);
}

#[test]
fn an_account_emptied_and_funded_again_links_its_two_lives() {
    // 2 %, then 1 % and everything out, three empty days, then a new deposit that earns 1 %: 1.02 x 1.01 x 1.01.
    let days = snapshots("2024-01-01", &["1000", "1020", "0", "0", "0", "0", "1010"]);
    let flows = [flow(date("2024-01-03"), decimal("-1030.2")), flow(date("2024-01-09"), decimal("1000"))];
    for timing in [FlowTiming::Split, FlowTiming::Start, FlowTiming::End] {
        let series = daily_returns(&days, &flows, usd(), timing).unwrap();
        close(total(&series.values()), 1.02 * 1.01 * 1.01 - 1.0);
        assert_eq!(series.dates(), ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-09"].map(date));
        // One day each before, and from the empty Monday to the funded Tuesday: nothing between counts.
        assert_eq!((series.calendar_days(), series.days[2].since), (3, date("2024-01-08")));
        assert!(series.missing_sessions(Exchange::NEW_YORK).is_empty());
    }
}

#[test]
fn a_record_may_begin_with_an_empty_account() {
    let days = snapshots("2024-01-01", &["0", "0", "1010", "1020.1"]);
    let series = daily_returns(&days, &[flow(date("2024-01-03"), decimal("1000"))], usd(), FlowTiming::End).unwrap();
    assert_eq!(series.start, Some(date("2024-01-02")));
    close(total(&series.values()), 1.01 * 1.01 - 1.0);
    // Cents that arrive late in an empty account are no return.
    let late = returns(&["0", "0", "12.34"], &[], FlowTiming::Split).unwrap();
    assert_eq!((late.days.len(), late.start), (0, Some(date("2024-01-01"))));
}

#[test]
fn a_loss_of_everything_ends_the_record() {
    let new_money = [flow(date("2024-01-04"), decimal("500"))];
    let series = returns(&["1000", "1100", "0", "500"], &new_money, FlowTiming::Start).unwrap();
    assert_eq!(series.values().len(), 2);
    close(total(&series.values()), -1.0);
    let error = returns(&["1000", "1100", "0", "1100"], &[], FlowTiming::Split).unwrap_err();
    assert!(error.message().contains("2024-01-03 is 0 without a withdrawal"), "{error}");
    let error = returns(&["1000", "-5"], &[], FlowTiming::Split).unwrap_err();
    assert!(error.message().contains("2024-01-02 is below 0"), "{error}");
}

#[test]
fn a_sparse_record_is_not_annualized_as_a_daily_one() {
    let weekly: Vec<NaiveDate> = (0..53).map(|week| date("2023-01-06") + chrono::Days::new(7 * week)).collect();
    let record = crate::analysis::testing::series(&weekly, &[0.01; 52]);
    let frequency = record.frequency(Exchange::NEW_YORK, 252);
    close(Some(frequency.periods), 52.0 * 365.25 / 364.0);
    let excess = record.excess(frequency, 0.05).unwrap();
    close(Some(excess[0]), 0.01 - (1.05_f64.powf(7.0 / 365.25) - 1.0));
    // Every session of a quarter but six of 62: more than nine in ten.
    let daily: Vec<NaiveDate> = Exchange::NEW_YORK.sessions(date("2023-01-03")..=date("2023-03-31")).collect();
    assert_eq!(daily.len(), 62);
    let kept: Vec<NaiveDate> = daily.iter().enumerate().filter(|(at, _)| at % 10 != 5).map(|(_, day)| *day).collect();
    assert_eq!(kept.len(), 56);
    let record = crate::analysis::testing::series(&kept, &[0.01; 55]);
    assert!(record.frequency(Exchange::NEW_YORK, 252).daily);
}
