//! Each level of precision on the demo: what is published, and that it agrees with itself within its rounding.

use super::testing::at;
use super::*;
use crate::config::PrivacyLevel::{self, Coarse, Daily, Monthly};
use crate::render::tables::{self, Table, Values};

/// A published table's numbers, read back from its CSV.
fn column(publication: &Publication, table: &str, name: &str) -> Vec<Option<f64>> {
    let all = tables::all(publication);
    let table: &Table = all.iter().find(|found| found.name == table).unwrap();
    let csv = String::from_utf8(table.csv().unwrap()).unwrap();
    let place = csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap();
    csv.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().parse().ok()).collect()
}

pub(super) fn known(publication: &Publication, table: &str, name: &str) -> Vec<f64> {
    column(publication, table, name).into_iter().flatten().collect()
}

pub(super) fn total(publication: &Publication) -> f64 {
    let all = |period: &&Period| period.period == UsualPeriod::SinceInception;
    publication.periods.iter().find(all).unwrap().value.unwrap().get()
}

fn is_multiple(value: f64, step: f64) -> bool {
    ((value / step).round() * step - value).abs() < 1e-9
}

/// Months compound to their years and to the whole within half a step each.
fn compounds(publication: &Publication, step: f64) {
    let compound = |values: &[f64]| values.iter().map(|value| 1.0 + value).product::<f64>();
    for year in &publication.years {
        let months: Vec<f64> = year.months.iter().flatten().map(|month| month.get()).collect();
        // Each factor is off by half a step at most, and so is the year.
        let tolerance = (months.len() + 1) as f64 * step / 2.0 * 1.3;
        let found = compound(&months) - 1.0;
        assert!((found - year.value.get()).abs() <= tolerance, "{}: {found} {}", year.year, year.value.get());
    }
    let months = known(publication, "months", "return");
    let whole = 1.0 + total(publication);
    let found = compound(&months);
    assert!((found / whole - 1.0).abs() <= months.len() as f64 * step / 2.0 * 1.1, "{found} {whole}");
}

#[test]
fn by_the_day_everything_drawn_comes_from_one_rounded_index() {
    let publication = at(Daily, None);
    let index = known(&publication, "daily", "index");
    assert!(index.len() > 1900);
    let steps: Vec<f64> = index.iter().map(|value| value.ln() / 0.003).collect();
    assert!(steps.iter().all(|steps| (steps - steps.round()).abs() < 0.001), "{steps:?}");
    let mut high = 0.0f64;
    let drawdowns = known(&publication, "daily", "drawdown");
    for (value, drawdown) in index.iter().zip(&drawdowns) {
        high = high.max(*value);
        assert!((value / high - 1.0 - drawdown).abs() < 2e-6);
    }
    let returns = known(&publication, "daily", "daily_return");
    for (pair, daily) in index.windows(2).zip(&returns) {
        assert!((pair[1] / pair[0] - 1.0 - daily).abs() < 2e-6);
    }
    // The same index is the live one of the comparison, and the deepest fall is one of its own.
    assert_eq!(known(&publication, "backtest", "live_index"), index);
    assert_eq!(known(&publication, "drawdowns", "depth")[0], drawdowns.iter().copied().fold(0.0, f64::min));
    // A rolling figure is that of the published returns.
    let last = publication.rolling.last().unwrap();
    let window = &returns[returns.len() - 63..];
    let mean = window.iter().sum::<f64>() / 63.0;
    let variance = window.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 62.0;
    assert!((last.volatility.unwrap().get() - (variance * 252.0).sqrt()).abs() < 1e-4);
}

#[test]
fn what_is_published_by_the_day_agrees_within_the_tolerance_that_the_page_names() {
    let publication = at(Daily, None);
    compounds(&publication, 0.001);
    // Half a step of the logarithm, and half a step of the total.
    let index = known(&publication, "daily", "index");
    let end = index.last().unwrap();
    assert!((end / (1.0 + total(&publication)) - 1.0).abs() < 0.0015 + 0.0005, "{end}");
    // The published volatility against the one of the published returns, whose variance has step^2 / 6 more.
    let returns = known(&publication, "daily", "daily_return");
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let variance = returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (returns.len() - 1) as f64;
    let recomputed = ((variance - 0.003f64.powi(2) / 6.0) * 252.0).sqrt();
    let mut figures = publication.figures.iter().flat_map(|group| &group.figures);
    let volatility = figures.find(|figure| figure.id == "risk.volatility").unwrap().value.unwrap().get();
    assert!((recomputed - volatility).abs() < 0.0005, "{recomputed} {volatility}");
    // Account less index is the difference.
    let mut figures = publication.figures.iter().flat_map(|group| &group.figures);
    let mut figure = |id: &str| figures.find(|figure| figure.id == id).unwrap().value.unwrap().get();
    let (benchmark, own, excess) =
        (figure("benchmark.total"), figure("benchmark.own_total"), figure("benchmark.excess_total"));
    assert!((own - benchmark - excess).abs() <= 1e-6, "{own} {benchmark} {excess}");
    // The last label of the chart is the card's value.
    let chart = crate::render::charts::record(&publication).unwrap().with_marks(|_| None);
    let grown = crate::format::number((1.0 + total(&publication)) * 100.0, 1, crate::format::Sign::Minus);
    assert!(chart.contains(&format!("had become {grown} on")), "{grown}");
}

#[test]
fn by_the_day_what_depends_on_size_has_its_steps() {
    let publication = at(Daily, None);
    for (table, name, step) in [
        ("orders", "weight", 0.01),
        ("positions", "weight", 0.1),
        ("positions", "gain", 0.001),
        ("orders", "result_bps", 20.0),
        ("orders", "slippage_bps", 1.0),
        ("round_trips", "net_return", 0.001),
        ("round_trips", "result_bps", 20.0),
        ("months", "return", 0.001),
    ] {
        let values = known(&publication, table, name);
        assert!(!values.is_empty() && values.iter().all(|value| is_multiple(*value, step)), "{table} {name}");
    }
    assert!(publication.orders.iter().all(|order| order.commission_bps.is_none()));
    assert_eq!(publication.slippage.commissions_bps, None);
    assert_eq!(publication.slippage.implementation_shortfall_bps, None);
    // The demo ends within December 2022, so that its last weights are those of November, and its last full year is 2021.
    let facts = &publication.facts;
    assert_eq!((facts.positions_as_of < facts.as_of, facts.trades_until), (true, facts.as_of));
    assert_eq!(publication.costs.last().unwrap().year, 2021);
    assert!(publication.costs.iter().all(|costs| costs.band.starts_with("under ")));
    let strategies = publication.strategies.comparison.unwrap();
    assert!(strategies.causes.iter().all(|cause| cause.name != "Commissions"));
}

/// No count, list or figure includes an order whose weight is published as nothing.
fn small_orders_are_nowhere(publication: &Publication) {
    let orders = &publication.orders;
    assert!(orders.iter().all(|order| order.weight.is_none_or(|weight| weight.get() > 0.0)));
    let all = at(Daily, Some(&publication.facts.as_of.to_string())).orders.len();
    assert!(orders.len() < all, "the demo has small orders, or this test sees nothing");
    assert_eq!(publication.facts.order_count, orders.len());
    assert_eq!(publication.slippage.orders, orders.len());
    assert_eq!(publication.months.iter().filter_map(|month| month.orders).sum::<usize>(), orders.len());
    let figure = |id: &str| {
        let mut figures = publication.figures.iter().flat_map(|group| &group.figures);
        figures.find(|figure| figure.id == id).unwrap().value.unwrap().get()
    };
    assert_eq!(figure("trades.orders"), orders.len() as f64);
    assert_eq!(figure("trades.executions"), orders.iter().map(|order| order.fills).sum::<usize>() as f64);
    assert_eq!(figure("trades.round_trips"), publication.round_trips.len() as f64);
    let listed = |date, symbol: &str| orders.iter().any(|order| order.symbol == symbol && order.date == date);
    for trip in &publication.round_trips {
        assert!(listed(trip.opened, &trip.symbol) && listed(trip.closed, &trip.symbol), "{trip:?}");
    }
    for item in &publication.strategies.planned {
        let size = (item.weight_target.get() - item.weight_before.get()).abs();
        assert!(item.slug.is_some() || item.price.is_none(), "{item:?} {size}");
    }
    let slugs: Vec<&str> = orders.iter().map(|order| order.slug.as_str()).collect();
    let named = publication.strategies.unplanned.iter().chain(&publication.slippage.outliers);
    assert!(
        named
            .chain(publication.strategies.planned.iter().filter_map(|item| item.slug.as_ref()))
            .all(|slug| slugs.contains(&slug.as_str()))
    );
}

fn period(publication: &Publication, wanted: UsualPeriod) -> Option<PublicReturn> {
    publication.periods.iter().find(|period| period.period == wanted)?.value
}

fn months_alone(level: PrivacyLevel, step: f64, weights: f64) {
    let publication = at(level, None);
    let months = publication.months.len();
    assert_eq!(publication.days.len(), months + 1);
    assert!(publication.rolling.is_empty());
    for table in tables::all(&publication) {
        let by_order = ["orders", "round_trips", "signals", "plans"].contains(&table.name);
        let dates = |values: &Values| matches!(values, Values::Dates(_));
        assert!(
            by_order || table.rows() <= months + 1 || !table.columns.iter().any(|c| dates(&c.values)),
            "{}",
            table.name
        );
        assert!(table.name != "daily");
    }
    let ids = ["returns.best_day", "returns.worst_day", "drawdown.duration_days", "trades.commissions_bps"];
    assert!(publication.figures.iter().flat_map(|group| &group.figures).all(|figure| !ids.contains(&figure.id)));
    assert!(known(&publication, "months", "return").iter().all(|value| is_multiple(*value, step)));
    assert!(known(&publication, "orders", "weight").iter().all(|value| is_multiple(*value, weights)));
    assert!(publication.costs.is_empty());
    small_orders_are_nowhere(&publication);
    compounds(&publication, step);
    // The curve ends where the total return says.
    let end = *known(&publication, "month_ends", "index").last().unwrap();
    assert!((end - 1.0 - total(&publication)).abs() < 2e-6, "{end}");
    assert_eq!(publication.years.last().map(|year| year.value), period(&publication, UsualPeriod::YearToDate));
    let newest = publication.month_ends.values().next_back().unwrap();
    let so_far = newest.periods.iter().find(|period| period.period == UsualPeriod::SinceInception).unwrap();
    assert!((so_far.value.unwrap().get() - (end - 1.0)).abs() < 2e-6);
    let falls = publication.data_quality.iter().filter(|line| line.contains("a flow "));
    assert!(falls.clone().all(|line| !line.contains('%')), "{:?}", falls.collect::<Vec<_>>());
}

#[test]
fn by_the_month_no_day_is_published() {
    months_alone(Monthly, 0.001, 0.05);
    months_alone(Coarse, 0.005, 0.1);
}

#[test]
fn builds_within_a_month_say_the_same_where_months_are_published() {
    let all = |level, date| {
        let publication = at(level, Some(date));
        serde_json::to_string(&publication).unwrap()
    };
    for level in [Monthly, Coarse] {
        let (then, later) = (all(level, "2020-02-28"), all(level, "2020-03-18"));
        assert_eq!(then, later);
        assert_ne!(all(level, "2020-03-31"), later);
    }
}

#[test]
fn before_a_month_has_ended_nothing_is_published_by_the_month() {
    let mut config = crate::config::Config::default();
    config.privacy.precision = Monthly;
    let snapshots = ["2024-05-06", "2024-05-07"].map(|date| crate::analysis::trade_samples::snapshot(date, 1000));
    let record = Record { snapshots: snapshots.into(), ..Record::default() };
    let error = redact(&record, &config).err().unwrap();
    assert!(error.message().contains("no month of the record has ended"), "{error}");
}

#[test]
fn a_fall_is_one_number_wherever_it_is_said() {
    for level in [PrivacyLevel::Fine, PrivacyLevel::Daily, Monthly, Coarse] {
        let publication = at(level, None);
        let deepest = publication.drawdowns.first().unwrap().depth.get();
        let drawn = publication.days.iter().map(|day| day.drawdown.get()).fold(0.0, f64::min);
        let newest = publication.month_ends.values().next_back().unwrap();
        assert_eq!(publication.value("drawdown.max"), Some(deepest), "{level:?}");
        assert_eq!(newest.max_drawdown.map(Published::get), Some(deepest), "{level:?}");
        assert_eq!(drawn, deepest, "{level:?}");
        // And what is divided by it, is divided by this one.
        let (calmar, year) =
            (publication.value("risk.calmar").unwrap(), publication.value("returns.annualized").unwrap());
        let step = [0.005, 0.05, 0.5][usize::from(level == Monthly) + 2 * usize::from(level == Coarse)];
        assert!((calmar - year / -deepest).abs() <= step + 0.02, "{level:?}: {calmar} {year} {deepest}");
    }
}
