//! Held back means nowhere: what happened after the cut changes no byte of the site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;
use trackrecord::build::session::{Changed, Session, Settings, When};
use trackrecord::build::{Options, render};
use trackrecord::config::{self, Config, PrivacyLevel};
use trackrecord::proof;
use trackrecord::publication::redact;
use trackrecord::record::{
    Annotation, Bar, CashFlow, ExecId, Execution, FlowKind, PriceSeries, PriceSymbol, Record, Snapshot, load,
};
use trackrecord::report::Cache;

use crate::support::Site;

/// Half a year of the demo, in which it trades in March, April, July and August.
const FIRST: &str = "2021-03-01";
const LAST: &str = "2021-08-31";
/// Rules look back for a year; more prices than that would only cost time.
const PRICES_FROM: &str = "2020-01-01";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A part of the demo in memory, and its settings with one strategy and with two.
struct Demo {
    site: Site,
    record: Record,
    one: Config,
    two: Config,
    three: Config,
    /// All of the demo's record with its prices, from which random ones are cut.
    all: Record,
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    let site = Site::demo();
    let folder = trackrecord::SiteDir::new(site.path(""));
    let one = config::load(&folder, []).unwrap();
    let text = site.read("config/config.toml");
    let (head, strategy) = text.split_once("[[strategy]]").unwrap();
    let of = |id: &str, top: u8, members: &str| {
        let own = strategy
            .replace("id = \"momentum\"", &format!("id = \"{id}\""))
            .replace("top_n = 3", &format!("top_n = {top}"));
        let kept = own
            .lines()
            .filter(|line| !line.contains("symbol =") || members.split(' ').any(|member| line.contains(member)));
        format!("[[strategy]]{}\n", kept.collect::<Vec<_>>().join("\n"))
    };
    site.put("config/config.toml", format!("{head}{}{}", of("few", 1, "MTUM QUAL"), of("many", 2, "SIZE USMV VLUE")));
    let two = config::load(&folder, []).unwrap();
    let third = format!("{}{}{}", of("few", 1, "MTUM QUAL"), of("many", 1, "SIZE USMV"), of("momentum", 1, "VLUE"));
    site.put("config/config.toml", format!("{head}{third}"));
    let three = config::load(&folder, []).unwrap();
    let mut all = load::load(&folder, &one, date("2100-01-01"));
    let mut record = all.clone().since(date(FIRST)).until(date(LAST));
    for series in record.prices.values_mut() {
        let bars = series.bars().iter().filter(|bar| bar.date >= date(PRICES_FROM)).cloned();
        *series = PriceSeries::new(series.symbol.clone(), bars.collect()).unwrap();
    }
    of_each_strategy(&mut record);
    of_each_strategy(&mut all);
    Demo { site, record, one, two, three, all }
});

/// Each month's signal is one of each strategy.
fn of_each_strategy(record: &mut Record) {
    let all = std::mem::take(&mut record.signals).into_iter();
    record.signals = all
        .flat_map(|signal| {
            ["few", "many", "momentum"]
                .map(|id| trackrecord::record::Signal { strategy: id.into(), ..signal.clone() })
        })
        .collect();
}

/// What a random record is cut from the demo by.
#[derive(Debug, Clone)]
struct Cutting {
    /// Its first month, counted from February 2015, and how many months it has.
    first: u32,
    months: u32,
    /// Of its fills, snapshots and notes those are left out whose number is one of these by this.
    without: (usize, usize),
    /// All quantities and amounts so many hundredths as large.
    size: i64,
    level: PrivacyLevel,
}

fn cuttings() -> impl Strategy<Value = Cutting> {
    let level = prop::sample::select(vec![Fine, Daily, Monthly, Coarse]);
    (0u32..80, 7u32..14, (3usize..17, 0usize..17), 3i64..900, level)
        .prop_map(|(first, months, without, size, level)| Cutting { first, months, without, size, level })
}

/// A part of the demo with holes in it, of another size.
fn random_record(cutting: &Cutting) -> Record {
    let begin = date("2015-02-01") + chrono::Months::new(cutting.first);
    let end = begin + chrono::Months::new(cutting.months) - Days::new(1);
    let mut record = DEMO.all.clone().since(begin).until(end);
    let (every, one) = cutting.without;
    let mut number = 0;
    let mut is_kept = || {
        number += 1;
        number % every != one
    };
    record.executions.retain(|_| is_kept());
    record.annotations.retain(|_| is_kept());
    record.plans.retain(|_| is_kept());
    let size = Decimal::new(cutting.size, 2);
    for fill in &mut record.executions {
        fill.quantity *= size;
        fill.commission = fill.commission.map(|charged| charged * size);
    }
    record.flows.iter_mut().for_each(|flow| flow.amount *= size);
    for snapshot in &mut record.snapshots {
        snapshot.net_liquidation *= size;
        snapshot.cash.values_mut().for_each(|cash| *cash *= size);
        for position in snapshot.positions.iter_mut().flatten() {
            position.quantity *= size;
            position.market_value *= size;
        }
    }
    for series in record.prices.values_mut() {
        let bars = series.bars().iter().filter(|bar| bar.date >= begin - chrono::Months::new(14) && bar.date <= end);
        if let Ok(shorter) = PriceSeries::new(series.symbol.clone(), bars.cloned().collect()) {
            *series = shorter;
        }
    }
    record
}

/// Makes the enum and the list of its values from one list of names.
macro_rules! laters {
    ($($later:ident),+ $(,)?) => {
        /// Something that happened after the cut, or did not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum Later {
            $($later,)+
        }

        const ALL: &[Later] = &[$(Later::$later,)+];
    };
}

laters! {
    NoFills,
    OtherPrices,
    TwiceTheFills,
    NoCommissions,
    OtherPositions,
    UnknownPositions,
    NoPlans,
    OtherPlans,
    NoSignals,
    OtherSignals,
    NoNotes,
    AnotherNote,
    AnOutcome,
    ACorrection,
    ACancellation,
    ADividend,
    OtherMarket,
}

use Later::*;
use PrivacyLevel::{Coarse, Daily, Fine, Monthly};

/// The record with another history after `cut`, and the same net values and flows.
fn changed(record: &Record, later: Later, cut: NaiveDate) -> Record {
    let mut other = record.clone();
    let Record { executions, superseded, snapshots, income, prices, annotations, signals, plans, .. } = &mut other;
    let after = |fill: &Execution| fill.utc_date() > cut;
    let time: DateTime<Utc> = (cut + Days::new(1)).and_hms_opt(15, 0, 0).unwrap().and_utc();
    match later {
        NoFills => executions.retain(|fill| !after(fill)),
        OtherPrices => {
            executions.iter_mut().filter(|fill| after(fill)).for_each(|fill| fill.price *= Decimal::new(101, 2))
        }
        TwiceTheFills => {
            let mut again: Vec<_> = executions.iter().filter(|fill| after(fill)).cloned().collect();
            for fill in &mut again {
                fill.exec_id = ExecId::new(format!("again.{}", fill.exec_id));
                (fill.order_id, fill.perm_id) = (None, None);
            }
            executions.append(&mut again);
            executions.sort_by(|one, other| (one.time, &one.exec_id).cmp(&(other.time, &other.exec_id)));
        }
        NoCommissions => executions.iter_mut().filter(|fill| after(fill)).for_each(|fill| fill.commission = None),
        OtherPositions => snapshots.iter_mut().filter(|snapshot| snapshot.date > cut).for_each(all_in_one),
        UnknownPositions => snapshots.iter_mut().filter(|snapshot| snapshot.date > cut).for_each(|snapshot| {
            snapshot.positions = None;
            snapshot.cash.clear();
        }),
        NoPlans => plans.retain(|plan| plan.as_of <= cut),
        OtherPlans => {
            for plan in plans.iter_mut().filter(|plan| plan.as_of > cut) {
                plan.trades.iter_mut().for_each(|trade| trade.reference_price += Decimal::ONE);
            }
        }
        NoSignals => signals.retain(|signal| signal.as_of <= cut),
        OtherSignals => {
            signals.iter_mut().filter(|signal| signal.as_of > cut).for_each(|signal| signal.ranking.reverse())
        }
        NoNotes => annotations.retain(|note| note.created_at < time),
        AnotherNote => {
            let mut note = annotations[0].clone();
            (note.id, note.created_at) = ("another".into(), time);
            annotations.push(note);
        }
        AnOutcome => {
            let is_known = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at.date_naive() <= cut);
            let outcome = |note: &Annotation| note.post_trade.as_ref().and_then(|post| post.completed_at);
            for note in annotations.iter_mut().filter(|note| !is_known(outcome(note))) {
                let mut post = note.post_trade.clone().unwrap_or_default();
                (post.outcome, post.completed_at) = ("Sold again at once.".into(), Some(time));
                note.post_trade = Some(post);
            }
        }
        ACorrection => {
            if let Some(fill) = executions.iter().find(|fill| after(fill)) {
                superseded
                    .push(Execution { exec_id: ExecId::new(format!("{}.00", fill.exec_id.fill())), ..fill.clone() });
            }
        }
        ACancellation => {
            if let Some(at) = executions.iter().rposition(|fill| !after(fill)) {
                let fill = executions.remove(at);
                let id = ExecId::new(format!("{}.taken-back", fill.exec_id));
                superseded.push(Execution { exec_id: id, time, cancels: Some(fill.exec_id.clone()), ..fill.clone() });
                superseded.push(fill);
            }
        }
        ADividend => {
            let paid = snapshots.iter().find(|snapshot| snapshot.date > cut).unwrap();
            income.push(dividend(paid));
        }
        OtherMarket => {
            let members = ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"].map(PriceSymbol::new);
            for (_, series) in prices.iter_mut().filter(|(symbol, _)| members.contains(symbol)) {
                *series = dearer_after(series, cut);
            }
        }
    }
    other
}

/// The same net value, all of it in the first position.
fn all_in_one(snapshot: &mut Snapshot) {
    let Some(positions) = &mut snapshot.positions else { return };
    let value: Decimal = positions.iter().map(|position| position.market_value).sum();
    positions.truncate(1);
    for position in positions {
        let price = position.market_price.unwrap_or(Decimal::ONE);
        (position.market_value, position.quantity) = (value, (value / price).round_dp(4));
    }
}

fn dividend(snapshot: &Snapshot) -> CashFlow {
    CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: "a-dividend".into(),
        date: snapshot.date,
        account: snapshot.account.clone(),
        currency: snapshot.base_currency,
        amount: Decimal::new(98_76, 2),
        fx_to_base: None,
        kind: FlowKind::Dividend,
        source: "test".into(),
    }
}

fn dearer_after(series: &PriceSeries, cut: NaiveDate) -> PriceSeries {
    let dearer = |bar: &Bar| match bar.date > cut {
        true => Bar {
            close: bar.close * Decimal::TWO,
            adj_close: bar.adj_close.map(|price| price * Decimal::TWO),
            ..bar.clone()
        },
        false => bar.clone(),
    };
    PriceSeries::new(series.symbol.clone(), series.bars().iter().map(dearer).collect()).unwrap()
}

fn settings(strategies: usize, delay: u32, level: PrivacyLevel) -> Config {
    let mut config = [&DEMO.one, &DEMO.two, &DEMO.three][strategies - 1].clone();
    (config.privacy.delay_days, config.privacy.precision) = (delay, level);
    config
}

/// Everything that pages, tables, charts and reports are made from, as finely as it can be.
fn published(record: &Record, strategies: usize, delay: u32) -> serde_json::Value {
    let publication = redact(record, &settings(strategies, delay, Fine)).unwrap();
    let mut all = serde_json::to_value(&publication).unwrap();
    all["texts"] = format!("{:?}", publication.texts).into();
    all
}

/// The names of the files that differ between the sites of two records.
fn differing(one: &Record, other: &Record, strategies: usize, delay: u32, level: PrivacyLevel) -> Vec<String> {
    let folder = trackrecord::SiteDir::new(DEMO.site.path(""));
    // With an address there are a feed and a picture for links as well.
    let mut config = settings(strategies, delay, level);
    config.site.base_url = Some("https://record.example.org/".into());
    let files =
        |record: &Record| render(&folder, record, &config, &Options::default(), &Cache::in_memory()).unwrap().files;
    let (one, other) = (files(one), files(other));
    assert!(one.contains_key("months/2021-08.pdf") && one.contains_key("backtest/index.html"));
    names_that_differ(&one, &other)
}

fn names_that_differ<T: PartialEq>(one: &BTreeMap<String, T>, other: &BTreeMap<String, T>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// The cut of the demo with this delay, and its record with these things after it.
fn with_laters(laters: &[Later], delay: u32) -> (NaiveDate, Record) {
    let cut = date(LAST) - Days::new(delay.into());
    (cut, laters.iter().fold(DEMO.record.clone(), |record, later| changed(&record, *later, cut)))
}

/// From 31 August back to 30 June.
const DELAY: u32 = 62;

#[test]
fn what_happens_after_the_cut_is_seen_by_nobody_and_would_be_without_one() {
    let record = &DEMO.record;
    let cut = date(LAST) - Days::new(DELAY.into());
    for strategies in [1, 2] {
        let [held_back, shown] = [DELAY, 0].map(|delay| published(record, strategies, delay));
        for later in ALL.iter().copied() {
            let other = changed(record, later, cut);
            assert!(published(&other, strategies, DELAY) == held_back, "{later:?} shows, {strategies} strategies");
            assert!(published(&other, strategies, 0) != shown, "{later:?} could not be seen at all");
        }
    }
}

#[test]
fn the_parts_of_several_strategies_are_those_of_the_record_up_to_the_cut() {
    let record = &DEMO.record;
    let cut = date(LAST) - Days::new(DELAY.into());
    let parts = |record: &Record, delay| published(record, 2, delay)["strategies"]["contributions"].clone();
    let held_back = parts(record, DELAY);
    assert_eq!(held_back, parts(&record.until(cut), 0));
    assert_eq!((held_back["from"].as_str(), held_back["to"].as_str()), (Some(FIRST), Some("2021-06-30")));
    assert_ne!(held_back["total"], parts(record, 0)["total"]);
}

#[test]
fn what_happens_after_the_cut_changes_no_byte_of_any_file() {
    let record = &DEMO.record;
    let laters = [NoFills, OtherPositions, NoPlans, NoSignals, AnOutcome, ACancellation, ADividend, OtherMarket];
    let (_, other) = with_laters(&laters, DELAY);
    for strategies in [1, 2] {
        assert_eq!(
            differing(record, &other, strategies, DELAY, Fine),
            Vec::<String>::new(),
            "{strategies} strategies"
        );
    }
    let seen = differing(record, &other, 2, 0, Fine);
    for part in ["months/2021-07.pdf", "backtest/index.html", "strategies/index.html", "trades/index.html"] {
        assert!(seen.iter().any(|name| name == part), "{part} {seen:?}");
    }
}

#[test]
fn what_is_watched_stays_as_it_is_while_things_happen_after_the_cut() {
    // The last orders of the demo are those of 1 July 2022, and its last day is in December.
    for (delay, stays) in [(200, true), (0, false)] {
        let site = Site::demo();
        let config = site.read("config/config.toml");
        site.put("config/config.toml", config.replace("[privacy]\n", &format!("[privacy]\ndelay_days = {delay}\n")));
        let folder = trackrecord::SiteDir::new(site.path(""));
        let mut session = Session::open(folder, [], Settings::default());
        let mut rebuilt = || session.rebuild(date("2023-01-01"), Changed::Unknown, When::Later).unwrap();
        let before = rebuilt().files;
        assert!(before.contains_key("trades/index.html"));
        let last = std::fs::read_dir(site.path("data/executions")).unwrap().map(|file| file.unwrap().path()).max();
        std::fs::remove_file(last.unwrap()).unwrap();
        let after = rebuilt();
        assert_eq!(*before == *after.files, stays, "delayed by {delay} days: {:?}", after.changed);
        assert_eq!(after.changed.is_empty(), stays);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn whatever_happens_after_any_cut_changes_no_byte(
        laters in prop::collection::vec(prop::sample::select(ALL.to_vec()), 1..6),
        strategies in 1usize..=2,
        delay in 1u32..120,
        level in prop::sample::select(vec![Fine, Daily, Monthly, Coarse]),
    ) {
        let record = &DEMO.record;
        let (_, other) = with_laters(&laters, delay);
        prop_assert_eq!(differing(record, &other, strategies, delay, level), Vec::<String>::new(), "{:?}", laters);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_any_record_at_any_level_nobody_sees_what_happens_after_the_cut(
        cutting in cuttings(),
        laters in prop::collection::vec(prop::sample::select(ALL.to_vec()), 1..6),
        strategies in 1usize..=3,
        delay in 1u32..200,
    ) {
        let record = random_record(&cutting);
        let last = record.snapshots.last().unwrap().date;
        let cut = last - Days::new(delay.into());
        let later = |record: Record, later: &Later| match later {
            // There must be something to change.
            AnotherNote if record.annotations.is_empty() => record,
            ADividend if record.snapshots.last().unwrap().date <= cut => record,
            _ => changed(&record, *later, cut),
        };
        let other = laters.iter().fold(record.clone(), later);
        let config = settings(strategies, delay, cutting.level);
        let both = [&record, &other].map(|record| redact(record, &config).map_err(|error| error.to_string()));
        prop_assert!(both[0] == both[1], "{:?} shows in {:?} with {} strategies", laters, cutting, strategies);
    }
}

/// The files of a site that recorded a record week by week from the cut on, but for its reports, whose packed pages end with a digest.
/// Where a digest stands, or its beginning, there is a mark.
fn recorded(record: &Record, config: &Config, cut: NaiveDate) -> BTreeMap<String, String> {
    let site = Site::nowhere();
    let folder = trackrecord::SiteDir::new(site.path(""));
    "5e".repeat(32).parse::<proof::Seed>().unwrap().write(&folder).unwrap();
    let evening = |date: NaiveDate| date.and_hms_opt(22, 0, 0).unwrap().and_utc();
    let until = |date: NaiveDate| record.clone().until(date);
    proof::init_with(&folder, config, evening(cut), || until(cut)).unwrap();
    let weeks = cut.iter_weeks().skip(1).take_while(|date| *date < date_of_last(record));
    for date in weeks.chain([date_of_last(record)]) {
        let recorded = proof::record_with(&folder, config, evening(date), || until(date)).unwrap().unwrap();
        assert_eq!(recorded.remarks, Vec::<String>::new());
    }
    let rendered = render(&folder, record, config, &Options::default(), &Cache::in_memory()).unwrap();
    let texts = rendered.files.into_iter().filter(|(path, _)| !path.ends_with(".pdf"));
    texts.map(|(path, content)| (path, without_digests(&String::from_utf8_lossy(&content)))).collect()
}

fn date_of_last(record: &Record) -> NaiveDate {
    record.snapshots.last().unwrap().date
}

/// A text with a mark in place of each run of 64 or 16 hexadecimal digits.
fn without_digests(text: &str) -> String {
    let is_hex = |letter: char| matches!(letter, '0'..='9' | 'a'..='f');
    let mut masked = String::new();
    for part in text.split_inclusive(|letter| !is_hex(letter)) {
        let digits = part.trim_end_matches(|letter| !is_hex(letter));
        let is_digest = matches!(digits.len(), 64 | 16);
        masked.push_str(&if is_digest { part.replace(digits, "#") } else { part.to_owned() });
    }
    masked
}

#[test]
fn what_happens_after_the_cut_changes_digests_of_the_log_alone() {
    let record = &DEMO.record;
    // The record begins before the log does, so that there is something to hold back in it.
    let (cut, other) = with_laters(ALL, DELAY);
    let [one, same] = [record, &other].map(|record| recorded(record, &settings(1, DELAY, Fine), cut));
    assert!(one["proof/log"].lines().any(|line| line.contains("-sealed-2021-08-")), "{}", one["proof/log"]);
    assert_eq!(names_that_differ(&one, &same), Vec::<String>::new());
    // Without a delay it is seen in the log and on the pages.
    let [one, same] = [record, &other].map(|record| recorded(record, &settings(1, 0, Fine), cut));
    let seen = names_that_differ(&one, &same);
    assert!(["proof/log", "proof/index.html"].iter().all(|name| seen.iter().any(|other| other == name)), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn whatever_happens_after_any_cut_changes_digests_of_the_log_alone(
        laters in prop::collection::vec(prop::sample::select(ALL.to_vec()), 1..6),
        strategies in 1usize..=2,
        delay in 1u32..100,
        level in prop::sample::select(vec![Fine, Daily, Monthly, Coarse]),
    ) {
        let record = &DEMO.record;
        let (cut, other) = with_laters(&laters, delay);
        let config = settings(strategies, delay, level);
        prop_assert!(recorded(record, &config, cut) == recorded(&other, &config, cut), "{:?}", laters);
    }
}
