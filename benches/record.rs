//! What a day's work costs: loading, computing and building, over one to thirty-two years of daily snapshots.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use trackrecord::analysis::Window;
use trackrecord::analysis::stats::stats;
use trackrecord::analysis::trades::trade_figures;
use trackrecord::build::{Options, render};
use trackrecord::config::{self, Config, Member, Paper, Strategy};
use trackrecord::publication::redact;
use trackrecord::record::store::Store;
use trackrecord::record::{Bar, PriceSeries, Record, Snapshot, Symbol, load};
use trackrecord::report::{self, Cache, Pictures};
use trackrecord::strategy::Prices;
use trackrecord::strategy::backtest::{Span, backtest};
use trackrecord::{SiteDir, demo};

fn today() -> chrono::NaiveDate {
    "2100-01-01".parse().unwrap()
}

fn demo_site(folder: &Path) -> (SiteDir, Config) {
    let site = SiteDir::new(folder);
    demo::write(&site).unwrap();
    let config = config::load(&site, []).unwrap();
    (site, config)
}

fn figures(record: &Record, config: &Config) -> usize {
    let base = config.account.base_currency;
    let trades = trade_figures(record, base, Window::default());
    let all = stats(record, &config.analysis, &config.benchmark.symbol, base, trades, Window::default());
    all.unwrap().observations
}

fn reporting<'a>(cache: &'a Cache, pictures: &'a Pictures) -> report::Options<'a> {
    report::Options { base_url: None, drafts: false, template_dir: None, paper: Paper::A4, pictures, cache }
}

fn the_demo(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (site, config) = demo_site(folder.path());
    let record = load::load(&site, &config, today());
    let mut group = criterion.benchmark_group("demo, 1,993 snapshots");
    group.sample_size(20);
    group.bench_function("load", |bench| bench.iter(|| load::load(&site, &config, today()).snapshots.len()));
    group.bench_function("stats", |bench| bench.iter(|| figures(black_box(&record), &config)));
    // Every monthly report as it was, and one of them typeset anew.
    let cache = Cache::in_memory();
    let publication = redact(&record, &config).unwrap();
    let pictures = Pictures::default();
    let options = reporting(&cache, &pictures);
    report::all(&publication, &options).unwrap();
    group.bench_function("95 reports, none changed", |bench| {
        bench.iter(|| report::all(black_box(&publication), &options).unwrap().files.len());
    });
    // Month after month, so that the compiler remembers nothing of the document.
    let mut months = publication.months.iter().map(|month| month.month).cycle();
    group.bench_function("one report, typeset", |bench| {
        bench.iter(|| {
            let cache = Cache::in_memory();
            report::one(&publication, months.next().unwrap(), &reporting(&cache, &pictures)).unwrap().typeset
        });
    });
    group.bench_function("render", |bench| {
        bench.iter(|| render(&site, black_box(&record), &config, &Options::default(), &cache).unwrap().files.len());
    });
    group.finish();
}

/// The demo's snapshots again and again, each time starting where the last ended, on weekdays.
fn years_of(snapshots: &[Snapshot], years: usize) -> Vec<Snapshot> {
    let mut date = snapshots.first().unwrap().date;
    let days = snapshots.iter().cycle().take(years * 252).map(|snapshot| {
        date = date.iter_days().skip(1).find(|day| trackrecord::calendar::is_weekday(*day)).unwrap();
        let as_of = date.and_hms_opt(21, 0, 0).unwrap().and_utc();
        Snapshot { date, as_of, ..snapshot.clone() }
    });
    days.collect()
}

fn by_years(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (site, config) = demo_site(folder.path());
    let record = load::load(&site, &config, today());
    let mut group = criterion.benchmark_group("load and stats by years");
    group.sample_size(10);
    for years in [1, 4, 8, 32] {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        Store::open_volatile(&site).unwrap().add_snapshots(&years_of(&record.snapshots, years)).unwrap();
        group.bench_with_input(BenchmarkId::from_parameter(years), &site, |bench, site| {
            bench.iter(|| figures(&load::load(site, &config, today()), &config));
        });
    }
    group.finish();
}

/// Twenty made-up instruments with a price for every weekday of twenty-seven years.
fn prices() -> Prices {
    let first: chrono::NaiveDate = "1995-01-02".parse().unwrap();
    let dates: Vec<_> =
        first.iter_days().filter(|day| trackrecord::calendar::is_weekday(*day)).take(27 * 261).collect();
    let series = |number: usize| {
        let bar = |(day, date): (usize, &chrono::NaiveDate)| {
            let wave = (day as f64 / (90.0 + 13.0 * number as f64)).sin() + day as f64 / 4000.0;
            let close = rust_decimal::Decimal::new((8000.0 + 2000.0 * wave) as i64, 2);
            Bar {
                date: *date,
                open: None,
                high: None,
                low: None,
                close,
                adj_close: None,
                volume: None,
                currency: "USD".into(),
            }
        };
        PriceSeries::new(Symbol::new(format!("S{number:02}")), dates.iter().enumerate().map(bar).collect()).unwrap()
    };
    (0..20).map(series).map(|series| (series.symbol.clone(), series)).collect()
}

fn backtests(criterion: &mut Criterion) {
    let prices = prices();
    let member = |symbol: &Symbol| Member { symbol: symbol.to_string(), ..Member::default() };
    let strategy = Strategy { universe: prices.keys().map(member).collect(), ..Strategy::default() };
    let config = Config::default();
    let base = config.account.base_currency;
    let mut group = criterion.benchmark_group("backtest, 27 years x 20 symbols");
    group.sample_size(10);
    group.bench_function("simulate", |bench| {
        bench.iter(|| backtest(&strategy, black_box(&prices), base, Span::default()).unwrap().snapshots.len());
    });
    group.bench_function("simulate and figures", |bench| {
        bench.iter(|| {
            let simulation = backtest(&strategy, black_box(&prices), base, Span::default()).unwrap();
            figures(&simulation.into_record(None), &config)
        });
    });
    group.finish();
}

criterion_group!(benches, the_demo, by_years, backtests);
criterion_main!(benches);
