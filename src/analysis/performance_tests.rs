//! The identities every record must keep.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::analysis::stats::{Stats, stats};
use crate::analysis::testing::{date, flow, prices, snapshot, usd, weekdays};
use crate::analysis::trades::TradeFigures;
use crate::record::{PriceSymbol, Snapshot};

fn figures(record: &Record) -> Stats {
    stats(record, &Analysis::default(), "B", usd(), TradeFigures::default(), Window::default()).unwrap()
}

fn same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}

/// Values in cents that move by at most 5 % a day.
fn walk(steps: &[i64]) -> Vec<Decimal> {
    let values = steps.iter().scan(10_000_000_i64, |value, step| {
        *value += *value / 10_000 * step;
        Some(Decimal::new(*value, 2))
    });
    values.collect()
}

fn valued(values: &[Decimal]) -> Vec<Snapshot> {
    weekdays("2019-01-01", values.len()).into_iter().zip(values).map(|(day, value)| snapshot(day, *value)).collect()
}

fn with_flows(values: &[Decimal], flows: &[(usize, i64)]) -> Record {
    let snapshots = valued(values);
    let flows = flows.iter().map(|(at, amount)| flow(snapshots[at % values.len()].date, Decimal::new(*amount, 2)));
    Record { flows: flows.collect(), snapshots, ..Record::default() }
}

fn steps(least: usize) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-500_i64..500, least..600)
}

/// Flows of up to a tenth of the smallest value the walk is likely to reach.
fn movements() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((1_usize..600, -50_000_i64..500_000), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn months_and_years_multiply_to_the_total(steps in steps(2), flows in movements()) {
        let found = figures(&with_flows(&walk(&steps), &flows)).returns;
        let months = found.by_month.values().fold(1.0, |growth, value| growth * (1.0 + value)) - 1.0;
        let years = found.by_year.values().fold(1.0, |growth, value| growth * (1.0 + value)) - 1.0;
        prop_assert!(same(found.total, Some(months)));
        prop_assert!(same(found.total, Some(years)));
    }

    #[test]
    fn the_annualized_return_compounds_to_the_total(steps in steps(265)) {
        let found = figures(&with_flows(&walk(&steps), &[]));
        let years = found.calendar_days as f64 / 365.25;
        let compounded = found.returns.annualized.map(|rate| (1.0 + rate).powf(years) - 1.0);
        prop_assert!(compounded.is_some());
        prop_assert!(same(compounded, found.returns.total));
    }

    #[test]
    fn scaling_every_value_and_flow_changes_no_figure(steps in steps(2), flows in movements(), scale in 2_i64..1000) {
        let values = walk(&steps);
        let scaled: Vec<_> = values.iter().map(|value| value * Decimal::from(scale)).collect();
        let scaled_flows: Vec<_> = flows.iter().map(|(at, amount)| (*at, amount * scale)).collect();
        let (one, other) = (figures(&with_flows(&values, &flows)), figures(&with_flows(&scaled, &scaled_flows)));
        prop_assert!(same(one.risk.sharpe, other.risk.sharpe));
        prop_assert!(same(one.drawdown.max, other.drawdown.max));
        prop_assert!(same(one.returns.total, other.returns.total));
        prop_assert!(same(one.returns.money_weighted, other.returns.money_weighted));
    }

    #[test]
    fn a_deposit_may_come_in_two_parts(steps in steps(2), at in 1_usize..600, amount in 2_i64..10_000_000) {
        let values = walk(&steps);
        let whole = figures(&with_flows(&values, &[(at, amount)]));
        let parts = figures(&with_flows(&values, &[(at, amount / 2), (at, amount - amount / 2)]));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_flow_at_fair_value_on_a_flat_day_changes_no_return(
        steps in steps(3), at in 1_usize..600, amount in -500_000_i64..10_000_000,
    ) {
        // One day is flat; from then on the account is larger by the flow and moves by the same fractions.
        let mut values = walk(&steps);
        let at = 1 + at % (values.len() - 1);
        values[at] = values[at - 1];
        let amount = Decimal::new(amount, 2);
        let factor = (values[at] + amount) / values[at];
        let moved: Vec<_> =
            values.iter().enumerate().map(|(day, value)| if day < at { *value } else { value * factor }).collect();
        let day = valued(&values)[at].date;
        let without = figures(&Record { snapshots: valued(&values), ..Record::default() });
        let with = figures(&Record { snapshots: valued(&moved), flows: vec![flow(day, amount)], ..Record::default() });
        prop_assert!(same(without.returns.total, with.returns.total));
        prop_assert!(same(without.risk.sharpe, with.risk.sharpe));
        prop_assert!(same(without.drawdown.max, with.drawdown.max));
    }

    #[test]
    fn without_flows_money_earns_the_time_weighted_rate(steps in steps(265)) {
        let found = figures(&with_flows(&walk(&steps), &[])).returns;
        prop_assert!(found.annualized.is_some_and(|rate| rate < 10.0));
        prop_assert!(same(found.money_weighted, found.annualized));
        prop_assert!(same(found.money_weighted_total, found.total));
    }

    #[test]
    fn the_drawdown_is_as_deep_as_the_worst_day(steps in steps(2)) {
        let found = figures(&with_flows(&walk(&steps), &[]));
        let worst_day = found.returns.worst_day.unwrap().value.min(0.0);
        prop_assert!(found.drawdown.max.unwrap() <= worst_day + 1e-12);
        prop_assert!(found.drawdown.current.unwrap() >= found.drawdown.max.unwrap());
    }

    #[test]
    fn omega_is_gross_gains_over_gross_losses(steps in steps(50)) {
        let record = with_flows(&walk(&steps), &[]);
        let returns = performance(&record, &Analysis::default(), "", usd(), Window::default()).unwrap().series.values();
        let (gains, losses): (Vec<f64>, Vec<f64>) = returns.iter().partition(|value| **value > 0.0);
        let expected = gains.iter().sum::<f64>() / -losses.iter().sum::<f64>();
        let omega = figures(&record).risk.omega;
        prop_assert!(omega.is_none_or(|omega| same(Some(omega), Some(expected))));
        prop_assert_eq!(omega.is_none(), returns.len() < 63 || losses.iter().all(|value| *value == 0.0));
    }

    #[test]
    fn a_benchmark_follows_itself_even_with_days_missing(
        steps in steps(130), missing in prop::collection::btree_set(0_usize..600, 0..30),
    ) {
        let values = walk(&steps);
        let mut record = with_flows(&values, &[]);
        let kept = |at: &usize| !missing.contains(at) || *at == 0;
        let days: Vec<_> = (0..values.len()).filter(kept).map(|at| record.snapshots[at].clone()).collect();
        let closes: Vec<_> = days.iter().map(|day| (day.date, day.net_liquidation)).collect();
        // The record has a snapshot every day, the benchmark lacks some: on those the record stands still too.
        let mut last = days[0].net_liquidation;
        for (at, snapshot) in record.snapshots.iter_mut().enumerate() {
            if kept(&at) { last = snapshot.net_liquidation } else { snapshot.net_liquidation = last }
        }
        record.prices.insert(PriceSymbol::new("B"), prices("B", &closes));
        let sparse = Record { snapshots: days, prices: record.prices.clone(), ..Record::default() };
        for record in [&record, &sparse] {
            let found = figures(record).benchmark.unwrap();
            prop_assert!(same(found.beta, Some(1.0)));
            prop_assert!(found.alpha.is_none_or(|alpha| alpha.abs() < 1e-9));
            prop_assert!(same(found.r_squared, Some(1.0)));
            prop_assert!(found.tracking_error.unwrap() < 1e-9);
            prop_assert_eq!(found.information_ratio, None);
        }
    }

    #[test]
    fn no_figure_is_infinite_or_not_a_number(
        values in prop::collection::vec(1_i64..1_000_000_000_000, 0..90), flows in movements(),
    ) {
        let values: Vec<_> = values.iter().map(|cents| Decimal::new(*cents, 2)).collect();
        let record = if values.is_empty() { Record::default() } else { with_flows(&values, &flows) };
        let found = figures(&record);
        // JSON has no infinities: they would turn into null and no longer equal the number.
        let figures = crate::analysis::catalogue::catalogue(&found);
        for figure in figures.iter().flat_map(|group| &group.figures) {
            prop_assert!(figure.value.is_none_or(f64::is_finite), "{}", figure.id);
            prop_assert_eq!(figure.value.is_none(), figure.undefined_because.is_some(), "{}", figure.id);
        }
    }
}

#[test]
fn a_benchmark_with_a_twentieth_of_its_days_missing_still_follows_itself() {
    let all: Vec<i64> = (0..500).map(|step| (step * 7919 % 401) - 200).collect();
    let values = walk(&all);
    let mut record = with_flows(&values, &[]);
    record.snapshots =
        record.snapshots.into_iter().enumerate().filter(|(at, _)| at % 20 != 7).map(|(_, day)| day).collect();
    let closes: Vec<_> = valued(&values).iter().map(|day| (day.date, day.net_liquidation)).collect();
    record.prices.insert(PriceSymbol::new("B"), prices("B", &closes));
    let found = figures(&record).benchmark.unwrap();
    assert!(same(found.r_squared, Some(1.0)) && same(found.beta, Some(1.0)));
    assert_eq!((found.observations, found.left_out), (474, 0));
    assert!(found.excess_total.unwrap().abs() < 1e-9);
}

#[test]
fn rolling_figures_start_when_a_window_is_full_and_betas_keep_their_dates() {
    let all: Vec<i64> = (0..300).map(|step| (step * 7919 % 401) - 200).collect();
    let values = walk(&all);
    let mut record = with_flows(&values, &[]);
    // The benchmark begins ten days later, so that its pairs lag behind the days.
    let closes: Vec<_> = record.snapshots.iter().skip(10).map(|day| (day.date, day.net_liquidation)).collect();
    record.prices.insert(PriceSymbol::new("B"), prices("B", &closes));
    let performance = performance(&record, &Analysis::default(), "B", usd(), Window::default()).unwrap();
    let rolling = performance.rolling();
    assert_eq!(rolling.len(), 299 - 62);
    assert_eq!(rolling[0].date, performance.series.days[62].date);
    assert!(rolling[0].volatility.is_some() && rolling[0].sharpe.is_none());
    assert_eq!(rolling.iter().position(|day| day.sharpe.is_some()), Some(252 - 63));
    let first_beta = rolling.iter().find(|day| day.beta.is_some()).unwrap();
    // 10 days before the first close, then 252 pairs: the 262nd return.
    assert_eq!(first_beta.date, performance.series.days[261].date);
    assert!(same(first_beta.beta, Some(1.0)));
}

/// An index in dollars, what a euro is worth, and an account in euros that holds exactly the index.
fn in_euros(pair: &str) -> (Record, Performance) {
    let euro: Currency = "EUR".parse().unwrap();
    let all: Vec<i64> = (0..300).map(|step| (step * 7919 % 401) - 200).collect();
    let dollars = valued(&walk(&all));
    let rates: Vec<_> = (0..300_i64).map(|step| Decimal::new(11_000 + (step * 37 % 211) - 100, 4)).collect();
    let on = |values: Vec<Decimal>| -> Vec<_> { dollars.iter().map(|day| day.date).zip(values).collect() };
    let mut record = Record::default();
    for (day, rate) in dollars.iter().zip(&rates) {
        record.snapshots.push(Snapshot { base_currency: euro, ..snapshot(day.date, day.net_liquidation / rate) });
    }
    let index = on(dollars.iter().map(|day| day.net_liquidation).collect());
    record.prices.insert(PriceSymbol::new("^GSPC"), prices("^GSPC", &index));
    record.prices.insert(PriceSymbol::new(pair), prices(pair, &on(rates)));
    let found = performance(&record, &Analysis::default(), "^GSPC", euro, Window::default()).unwrap();
    (record, found)
}

#[test]
fn an_index_in_another_currency_is_compared_in_the_accounts() {
    let (_, found) = in_euros("EURUSD=X");
    let found = Stats::of(&found, TradeFigures::default()).benchmark.unwrap();
    assert!(same(found.beta, Some(1.0)) && same(found.r_squared, Some(1.0)));
    assert!(found.excess_total.unwrap().abs() < 1e-9 && found.tracking_error.unwrap() < 1e-9);
}

#[test]
fn without_a_rate_there_is_no_comparison_and_the_pair_is_named() {
    let (_, found) = in_euros("EURCHF=X");
    let reason = "^GSPC is quoted in USD, and no rate to EUR is known (USDEUR=X)";
    assert_eq!((found.aligned.is_none(), found.not_compared.as_deref()), (true, Some(reason)));
    assert_eq!(Stats::of(&found, TradeFigures::default()).benchmark, None);
}

#[test]
fn a_comparison_ends_with_the_last_close() {
    let (mut record, whole) = in_euros("EURUSD=X");
    let index = record.price_series("^GSPC").unwrap();
    let known: Vec<_> = index.bars().iter().take(296).map(|bar| (bar.date, bar.close)).collect();
    record.prices.insert(PriceSymbol::new("^GSPC"), prices("^GSPC", &known));
    let euro = "EUR".parse().unwrap();
    let found = performance(&record, &Analysis::default(), "^GSPC", euro, Window::default()).unwrap();
    let stats = Stats::of(&found, TradeFigures::default());
    let benchmark = stats.benchmark.as_ref().unwrap();
    assert_eq!(benchmark.to, Some(known[295].0));
    assert!(benchmark.excess_total.unwrap().abs() < 1e-9 && same(benchmark.r_squared, Some(1.0)));
    // Our own total goes on, and no period that ends later claims a benchmark.
    assert_eq!(stats.returns.total, Stats::of(&whole, TradeFigures::default()).returns.total);
    assert!(found.usual_periods().iter().all(|period| period.benchmark.is_none()));
}

#[test]
fn figures_of_a_part_count_their_own_returns() {
    let found = figures(&with_flows(&walk(&[10; 300]), &[]));
    let month = &found.parts["returns.mtd"];
    let end = found.to.unwrap();
    let in_month = weekdays("2019-01-01", 300)
        .into_iter()
        .filter(|day| day.format("%Y%m").to_string() == end.format("%Y%m").to_string());
    assert_eq!((month.to, month.observations), (end, in_month.count()));
    assert!(!found.parts.contains_key("returns.three_years"));
}

#[test]
fn a_window_takes_its_values_from_its_own_ends() {
    let values: Vec<_> = [1000, 1100, 2200, 2420].map(Decimal::from).to_vec();
    let mut record = Record { snapshots: valued(&values), ..Record::default() };
    let days: Vec<_> = record.snapshots.iter().map(|day| day.date).collect();
    record.flows.push(flow(days[2], Decimal::from(1100)));
    let window = Window { from: Some(days[3]), to: None };
    let found = performance(&record, &Analysis::default(), "", usd(), window).unwrap();
    assert_eq!(found.series.start, Some(days[2]));
    assert!(found.flow_days.is_empty() && found.large_flows.is_empty());
    let whole = performance(&record, &Analysis::default(), "", usd(), Window::default()).unwrap();
    assert_eq!(whole.flow_days, [days[2]]);
    assert_eq!(whole.large_flows.len(), 1);
    assert_eq!(date("2019-01-01"), days[0]);
}
