use rust_decimal::Decimal;

use super::*;
use crate::analysis::testing::{close, date, flow, prices, snapshot, snapshots, usd};
use crate::record::PriceSymbol;

fn figures(record: &Record) -> Stats {
    stats(record, &Analysis::default(), "B", usd(), TradeFigures::default(), Window::default()).unwrap()
}

fn example() -> Record {
    let snapshots = snapshots("2024-01-30", &["1000", "1100", "990", "1089"]);
    let closes: Vec<_> =
        snapshots.iter().zip([100, 110, 110, 121]).map(|(day, close)| (day.date, close.into())).collect();
    let prices = std::collections::BTreeMap::from([(PriceSymbol::new("B"), prices("B", &closes))]);
    Record { snapshots, prices, ..Record::default() }
}

#[test]
fn the_figures_of_four_snapshots() {
    let found = figures(&example());
    assert_eq!((found.from, found.to), (Some(date("2024-01-30")), Some(date("2024-02-02"))));
    assert_eq!((found.observations, found.missing_sessions, found.calendar_days), (3, 0, 3));
    close(found.returns.total, 0.089);
    close(found.returns.mtd, 0.99 - 1.0);
    assert_eq!(found.returns.annualized, None);
    close(found.drawdown.max, -0.1);
    close(found.drawdown.current, -0.01);
    assert_eq!(found.drawdown.recovery, None);
    assert_eq!(found.drawdown.duration_days, Some(2));
    close(found.risk.recovery_factor, 0.89);
    close(found.risk.gain_to_pain, (0.1 - 0.01) / 0.01);
    let benchmark = found.benchmark.unwrap();
    close(benchmark.total, 0.21);
    close(benchmark.excess_total, 0.089 - 0.21);
    assert_eq!(benchmark.observations, 3);
}

#[test]
fn the_json_has_the_keys_others_rely_on() {
    let json = serde_json::to_value(figures(&example())).unwrap();
    let keys =
        |path: &str| -> Vec<String> { json.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect() };
    let starts = |path: &str, expected: &str| {
        let expected: Vec<_> = expected.split(',').collect();
        assert_eq!(keys(path)[..expected.len()], expected, "{path}");
    };
    starts("", "from,to,observations,missing_sessions,returns,risk,drawdown,benchmark,trades,significance");
    starts(
        "/returns",
        "total,annualized,mtd,ytd,best_day,worst_day,win_days,best_month,worst_month,money_weighted,by_month,by_year",
    );
    starts("/risk", "volatility,sharpe,sortino,calmar,omega,skewness,kurtosis,var_95,cvar_95,ulcer_index,tail_ratio");
    starts("/drawdown", "max,peak,valley,recovery,duration_days,current,worst");
    starts(
        "/benchmark",
        "symbol,total,alpha,beta,correlation,tracking_error,information_ratio,up_capture,down_capture",
    );
    starts("/significance", "probabilistic_sharpe,minimum_track_record_days,sharpe_low,sharpe_high");
    assert_eq!(json["from"], "2024-01-30");
    assert_eq!(json["returns"]["annualized"], serde_json::Value::Null);
    assert_eq!(json["returns"]["best_day"]["date"], "2024-01-31");
    assert_eq!(keys("/returns/by_month"), ["2024-01", "2024-02"]);
    assert_eq!(keys("/returns/by_year"), ["2024"]);
    assert_eq!(keys("/drawdown/worst/0"), ["depth", "peak", "valley", "recovery", "duration_days"]);
}

#[test]
fn an_empty_or_new_record_has_no_figures_and_no_error() {
    let new = Record { snapshots: vec![snapshot(date("2024-01-02"), Decimal::from(1000))], ..Record::default() };
    let mut priced = Record { prices: example().prices, ..Record::default() };
    priced.flows.push(flow(date("2024-01-02"), Decimal::from(1000)));
    for record in [Record::default(), new, priced] {
        let found = figures(&record);
        assert_eq!((found.from, found.to, found.observations), (None, None, 0));
        assert_eq!(found.benchmark, None);
        let json = serde_json::to_value(&found).unwrap();
        for group in ["returns", "drawdown", "significance"] {
            for (key, value) in json[group].as_object().unwrap() {
                let empty = value.is_null()
                    || value.as_object().is_some_and(|map| map.is_empty())
                    || value.as_array().is_some_and(Vec::is_empty);
                assert!(empty, "{group}.{key} is {value}");
            }
        }
        assert_eq!(found.risk.volatility.or(found.risk.omega).or(found.risk.ulcer_index), None);
    }
}

/// A snapshot every `step` weekdays, `count` of them.
fn every(step: usize, count: usize) -> Record {
    let days = crate::analysis::testing::weekdays("2020-01-02", step * count);
    let value = |at: usize| Decimal::from(1000 + at + (at * 7) % 11);
    let snapshots = days.into_iter().step_by(step).enumerate().map(|(at, day)| snapshot(day, value(at)));
    Record { snapshots: snapshots.collect(), ..Record::default() }
}

#[test]
fn few_returns_say_nothing_about_their_spread() {
    let few = figures(&every(1, 63));
    assert_eq!((few.observations, few.lacks().as_deref()), (62, Some("needs 63 returns, has 62")));
    let of_spread = [few.risk.volatility, few.risk.sharpe, few.risk.omega, few.risk.var_95, few.risk.ulcer_index];
    assert_eq!((of_spread, few.significance.probabilistic_sharpe), ([None; 5], None));
    // What is no estimate is there from the start.
    assert!(few.returns.total.is_some() && few.drawdown.max.is_some());
    let enough = figures(&every(1, 64));
    assert_eq!(enough.lacks(), None);
    assert!(enough.risk.sharpe.is_some() && enough.significance.sharpe_low.is_some());
}

#[test]
fn a_weekly_record_is_annualized_as_a_weekly_one() {
    let weekly = figures(&every(5, 105));
    let values =
        performance(&every(5, 105), &Analysis::default(), "", usd(), Window::default()).unwrap().series.values();
    let periods = 104.0 * 365.25 / weekly.calendar_days as f64;
    assert!(!weekly.daily && (52.0..52.4).contains(&periods));
    close(Some(weekly.risk.periods_per_year), periods);
    close(weekly.risk.volatility, risk::volatility(&values, periods).unwrap());
    assert_eq!(figures(&every(5, 36)).lacks().as_deref(), Some("needs 36 returns, has 35"));
    assert_eq!(figures(&every(5, 45)).lacks().as_deref(), Some("needs 365 days, has 308"));
}

#[test]
fn no_yearly_rate_of_money_before_a_year() {
    let young = figures(&every(1, 100));
    assert_eq!(young.returns.money_weighted, None);
    close(young.returns.money_weighted_total, young.returns.total.unwrap());
}

#[test]
fn a_record_without_benchmark_prices_has_no_benchmark() {
    let record = Record { prices: std::collections::BTreeMap::new(), ..example() };
    assert_eq!(serde_json::to_value(figures(&record)).unwrap()["benchmark"], serde_json::Value::Null);
}

#[test]
fn trials_deflate_the_sharpe_ratio_only_where_both_numbers_are_stated() {
    let values: Vec<String> = (0..80).map(|day| format!("{}", 1000 + day + (day * 7) % 11)).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let record = Record { snapshots: snapshots("2024-01-01", &values), ..Record::default() };
    let deflated = |trials, trials_sharpe_sd| {
        let analysis = Analysis { trials, trials_sharpe_sd, ..Analysis::default() };
        let found = stats(&record, &analysis, "", usd(), TradeFigures::default(), Window::default()).unwrap();
        (found.significance.deflated_sharpe, found.significance.probabilistic_sharpe)
    };
    assert_eq!(deflated(None, Some(0.1)).0, None);
    assert_eq!(deflated(Some(10), None).0, None);
    let (ten, plain) = deflated(Some(10), Some(0.1));
    assert!(ten.unwrap() < plain.unwrap());
    assert_eq!(deflated(Some(1), None).0, plain);
}
