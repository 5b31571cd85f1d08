use std::collections::BTreeSet;

use super::*;
use crate::analysis::testing::{snapshots, usd};
use crate::analysis::trades::TradeFigures;
use crate::analysis::{Window, stats::stats};
use crate::config::Analysis;
use crate::record::Record;

fn example(trades: TradeFigures) -> Stats {
    let record = Record { snapshots: snapshots("2024-01-30", &["1000", "1100", "990"]), ..Record::default() };
    stats(&record, &Analysis::default(), "B", usd(), trades, Window::default()).unwrap()
}

fn reason(stats: &Stats, id: &str) -> Option<String> {
    let groups = catalogue(stats);
    groups.into_iter().flat_map(|group| group.figures).find(|figure| figure.id == id).unwrap().undefined_because
}

#[test]
fn each_figure_is_named_after_its_place_in_the_json() {
    let mut found = example(TradeFigures::default());
    found.benchmark = Some(crate::analysis::stats::BenchmarkStats::default());
    let json = serde_json::to_value(&found).unwrap();
    let mut seen = BTreeSet::new();
    for group in catalogue(&found) {
        for figure in group.figures {
            assert!(seen.insert(figure.id), "{} comes twice", figure.id);
            assert!(figure.id.starts_with(group.id), "{}", figure.id);
            let value = json.pointer(&format!("/{}", figure.id.replace('.', "/"))).expect(figure.id);
            let value = value.get("value").unwrap_or(value);
            assert_eq!(value.as_f64(), figure.value, "{}", figure.id);
            assert!(!figure.formula.is_empty() && !figure.name.is_empty(), "{}", figure.id);
        }
    }
}

#[test]
fn every_figure_says_what_it_means_in_sentences() {
    let mut found = example(TradeFigures::default());
    found.benchmark = Some(crate::analysis::stats::BenchmarkStats::default());
    let ids: Vec<&str> = catalogue(&found).into_iter().flat_map(|group| group.figures).map(|it| it.id).collect();
    assert_eq!(meaning::MEANINGS.map(|(id, _)| id).to_vec(), ids);
    let mut seen = BTreeSet::new();
    for (id, meaning) in meaning::MEANINGS {
        assert!(meaning.starts_with(char::is_uppercase) && meaning.ends_with('.') && seen.insert(meaning), "{id}");
    }
}

#[test]
fn every_number_of_the_json_is_in_the_catalogue() {
    let mut found = example(TradeFigures::default());
    found.benchmark = Some(crate::analysis::stats::BenchmarkStats::default());
    let json = serde_json::to_value(&found).unwrap();
    let known: BTreeSet<_> = catalogue(&found).into_iter().flat_map(|group| group.figures).map(|it| it.id).collect();
    let told_elsewhere = "returns.by_month returns.by_year risk.risk_free risk.periods_per_year drawdown.peak \
        drawdown.valley drawdown.recovery drawdown.worst benchmark.symbol benchmark.observations benchmark.left_out benchmark.from \
        benchmark.to benchmark.periods_per_year benchmark.calendar_days \
        significance.trials significance.trials_sharpe_sd";
    let told_elsewhere: BTreeSet<_> = told_elsewhere.split_whitespace().collect();
    for group in ["returns", "risk", "drawdown", "benchmark", "trades", "significance"] {
        for key in json[group].as_object().unwrap().keys() {
            let id = format!("{group}.{key}");
            assert!(known.contains(id.as_str()) != told_elsewhere.contains(id.as_str()), "{id}");
        }
    }
}

#[test]
fn an_undefined_figure_says_why_in_numbers() {
    let found = example(TradeFigures::default());
    let because = |id| reason(&found, id).unwrap_or_default();
    assert_eq!(because("returns.annualized"), "needs 365 days, has 2");
    assert_eq!(because("risk.calmar"), "needs 63 returns, has 2");
    assert_eq!(because("returns.money_weighted"), "needs 365 days, has 2");
    assert_eq!(because("risk.skewness"), "needs 63 returns, has 2");
    assert_eq!(because("significance.sharpe_low"), "needs 63 returns, has 2");
    assert_eq!(because("benchmark.beta"), "there are no prices of B");
    assert_eq!(because("trades.win_rate"), "needs 1 round trip, has 0");
    assert_eq!(because("returns.one_year"), "needs a record from 2023-02-01; this one starts on 2024-01-30");
    assert_eq!(because("significance.deflated_sharpe"), "how many variants were tried is not stated");
    assert_eq!(reason(&found, "returns.total"), None);
    let mut found = found;
    found.returns.money_weighted_total = None;
    let because = reason(&found, "returns.money_weighted_total").unwrap();
    assert_eq!(because, "no single rate between −99.99% and 1,000% a year explains the change in value");
}

#[test]
fn trades_without_a_loss_say_so() {
    let won = TradeFigures { round_trips: 3, win_rate: Some(1.0), average_win: Some(5.0), ..TradeFigures::default() };
    let found = example(won);
    assert_eq!(reason(&found, "trades.profit_factor").as_deref(), Some("no losing trade yet"));
    assert_eq!(reason(&found, "trades.payoff_ratio").as_deref(), Some("no losing trade yet"));
    assert_eq!(reason(&found, "trades.average_win"), None);
    let lost = example(TradeFigures { round_trips: 3, win_rate: Some(0.0), ..TradeFigures::default() });
    assert_eq!(reason(&lost, "trades.payoff_ratio").as_deref(), Some("no winning trade yet"));
}
