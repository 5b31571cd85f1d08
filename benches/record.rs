//! What a day's work costs: loading, computing and building, over one to thirty-two years of daily snapshots; and
//! that importing grows with what is imported.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code, reason = "some of them are for tests alone")]
#[path = "../tests/support/statements.rs"]
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use trackrecord::analysis::Window;
use trackrecord::analysis::lineage::Lineage;
use trackrecord::analysis::notes::match_notes;
use trackrecord::analysis::orders::{Order, orders};
use trackrecord::analysis::stats::stats;
use trackrecord::analysis::trades::trade_figures;
use trackrecord::build::session::{Changed, Session, Settings, When};
use trackrecord::build::{Options, render};
use trackrecord::calendar::YearMonth;
use trackrecord::collect::Batch;
use trackrecord::collect::flex::{self, FlexSettings};
use trackrecord::collect::save::save;
use trackrecord::config::{self, Config, Member, Paper, Strategy};
use trackrecord::proof::Witness;
use trackrecord::publication::redact;
use trackrecord::record::store::{Changes, Store};
use trackrecord::record::{Annotation, Bar, PreTrade, PriceSeries, PriceSymbol, Record, Snapshot, load};
use trackrecord::render::markdown::PageOf;
use trackrecord::render::own_templates::OwnTemplates;
use trackrecord::render::pictures::Pictures;
use trackrecord::report::{self, Cache};
use trackrecord::site::page_of_files;
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

fn reporting<'a>(cache: &'a Cache, page_of: &'a PageOf, pictures: &'a Pictures) -> report::Options<'a> {
    static NO_TEMPLATES: OwnTemplates = OwnTemplates::none();
    static NO_WITNESSES: BTreeMap<YearMonth, Witness> = BTreeMap::new();
    report::Options {
        base_url: None,
        drafts: false,
        templates: &NO_TEMPLATES,
        witnesses: &NO_WITNESSES,
        paper: Paper::A4,
        fonts: &[],
        root: Path::new("."),
        page_of,
        pictures,
        cache,
        kept: None,
        is_wanted: &|| true,
    }
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
    let page_of = page_of_files(&publication, false);
    let options = reporting(&cache, &page_of, &pictures);
    report::all(&publication, &options).unwrap();
    group.bench_function("95 reports, none changed", |bench| {
        bench.iter(|| report::all(black_box(&publication), &options).unwrap().files.len());
    });
    // Month after month, so that the compiler remembers nothing of the document.
    let mut months = publication.months.iter().map(|month| month.month).cycle();
    group.bench_function("one report, typeset", |bench| {
        bench.iter(|| {
            let cache = Cache::in_memory();
            report::one(&publication, months.next().unwrap(), &reporting(&cache, &page_of, &pictures))
                .unwrap()
                .typeset
        });
    });
    group.bench_function("render", |bench| {
        bench.iter(|| render(&site, black_box(&record), &config, &Options::default(), &cache).unwrap().files.len());
    });
    group.finish();
}

/// From a changed text to its finished pages, with the site held in memory as `watch` does.
fn words(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (site, _) = demo_site(folder.path());
    let mut session = Session::open(site.clone(), [], Settings::default());
    session.rebuild(today(), Changed::Unknown, When::Now).unwrap();
    let mut group = criterion.benchmark_group("another word, held in memory");
    for path in ["content/about.md", "content/months/2022-06.md", "content/trades/2022-07-01-vlue.md"] {
        let (file, changed) = (site.root().join(path), BTreeSet::from([PathBuf::from(path)]));
        let text = std::fs::read_to_string(&file).unwrap();
        let mut count = 0;
        group.bench_function(path, |bench| {
            bench.iter(|| {
                count += 1;
                std::fs::write(&file, format!("{text}\nWord {count}.\n")).unwrap();
                session.rebuild(today(), Changed::Paths(&changed), When::Later).unwrap().changed.len()
            });
        });
    }
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
        let snapshots = years_of(&record.snapshots, years);
        let changes = Changes { snapshots, ..Changes::default() };
        Store::open_volatile(&site).unwrap().commit(&changes).unwrap();
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
        PriceSeries::new(PriceSymbol::new(format!("S{number:02}")), dates.iter().enumerate().map(bar).collect())
            .unwrap()
    };
    (0..20).map(series).map(|series| (series.symbol.clone(), series)).collect()
}

fn backtests(criterion: &mut Criterion) {
    let prices = prices();
    let member = |symbol: &PriceSymbol| Member { symbol: symbol.to_string(), ..Member::default() };
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

fn read(text: &str) -> Batch {
    let settings = FlexSettings {
        account: None,
        time_zone: chrono_tz::America::New_York,
        zones: None,
        cash: None,
        base_currency: Some("USD".parse().unwrap()),
    };
    flex::parse(Path::new("a.xml"), text.as_bytes(), &settings).unwrap()
}

fn import(text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let batch = read(text);
    save(&mut Store::open(&SiteDir::new(folder.path())).unwrap(), &batch, &[]).unwrap().executions.new
        + batch.skipped_rows()
}

/// The shortest of three runs: what else the computer does only adds to it.
fn shortest<T>(work: impl Fn() -> T) -> Duration {
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    runs.min().unwrap()
}

/// Fails where four times the rows take much more than four times as long, or where 50,000 are a wait.
fn grows_with_its_rows<T>(name: &str, work: impl Fn(usize) -> T) {
    let (few, many) = (shortest(|| work(12_500)), shortest(|| work(50_000)));
    println!("{name}: 12,500 rows {few:?}, 50,000 rows {many:?}");
    assert!(many < Duration::from_secs(2), "{name}: 50,000 rows take {many:?}");
    assert!(many < few * 8, "{name}: {few:?} for 12,500 rows, {many:?} for 50,000");
}

/// Notes on every second of many orders, half of them by number.
fn notes_on(orders: &[Order]) -> Vec<Annotation> {
    let noted = orders.iter().step_by(2).enumerate().map(|(number, order)| Annotation {
        id: number.to_string(),
        symbol: order.symbol.clone(),
        created_at: order.first_fill - chrono::TimeDelta::hours(1),
        pre_trade: PreTrade::default(),
        post_trade: None,
        order: order.fills.first().and_then(|fill| fill.order_id.clone()).filter(|_| number % 2 == 0),
        exec_ids: Vec::new(),
        body: String::new(),
        body_line: 1,
        front: None,
        path: PathBuf::new(),
    });
    noted.collect()
}

fn imports(criterion: &mut Criterion) {
    let [few, many] = [12_500, 50_000].map(|rows| [statements::trades(rows), statements::left_out(rows)]);
    let text = |kind: usize, rows| if rows == 50_000 { many.get(kind).unwrap() } else { few.get(kind).unwrap() };
    grows_with_its_rows("trades on 250 dates", |rows| import(text(0, rows)));
    grows_with_its_rows("rows left out", |rows| import(text(1, rows)));
    let [few, many] = [12_500, 50_000].map(|rows| orders(&read(&statements::trades(rows)).executions));
    let [few, many] = [few, many].map(|orders| (notes_on(&orders), orders));
    let record = Record::default();
    let lineage = Lineage::of(&record);
    grows_with_its_rows("notes on every second order", |rows| {
        let (notes, orders) = if rows == 50_000 { &many } else { &few };
        match_notes(notes, orders, &lineage)
    });
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10);
    group.bench_function("50,000 trades on 250 dates", |bench| bench.iter(|| import(text(0, 50_000))));
    group.bench_function("50,000 rows left out", |bench| bench.iter(|| import(text(1, 50_000))));
    group.finish();
}

criterion_group!(benches, the_demo, words, by_years, backtests, imports);
criterion_main!(benches);
