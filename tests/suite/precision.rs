//! Where months alone are published, no file of the site names a day that only valuations by the day know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use trackrecord::build::{Options, render};
use trackrecord::config::{self, Config, PrivacyLevel};
use trackrecord::record::{Record, load};
use trackrecord::report::Cache;
use trackrecord::site::Files;

use crate::support::{Site, pdf_attachments, pdf_text};

/// Two years of the demo, with the fall of 2020 in them.
const FIRST: &str = "2019-12-31";
const LAST: &str = "2021-12-31";
/// A day without a valuation.
const MISSING: &str = "2020-07-15";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

struct Demo {
    site: Site,
    record: Record,
    config: Config,
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    let site = Site::demo();
    // What the author writes may name any day.
    std::fs::remove_dir_all(site.path("content")).unwrap();
    let folder = trackrecord::SiteDir::new(site.path(""));
    let config = config::load(&folder, []).unwrap();
    let mut record = load::load(&folder, &config, date("2100-01-01")).since(date(FIRST)).until(date(LAST));
    record.snapshots.retain(|snapshot| snapshot.date != date(MISSING));
    Demo { site, record, config }
});

fn files(level: PrivacyLevel) -> Files {
    let mut config = DEMO.config.clone();
    config.privacy.precision = level;
    let folder = trackrecord::SiteDir::new(DEMO.site.path(""));
    render(&folder, &DEMO.record, &config, &Options::default(), &Cache::in_memory()).unwrap().files
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Every date in a text: `2020-03-23`, `23 Mar 2020`, `23 March 2020`, and the days of a chart's numbers.
fn dates(text: &str) -> BTreeSet<NaiveDate> {
    let iso = (0..text.len()).filter_map(|at| {
        let found = text.get(at..at + 10)?;
        let is_digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let whole = found.is_ascii() && !is_digit(at.checked_sub(1)) && !is_digit(Some(at + 10));
        NaiveDate::parse_from_str(found, "%Y-%m-%d").ok().filter(|_| whole)
    });
    let words: Vec<&str> = text.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let in_words = words.windows(3).filter_map(|three| {
        let [day, month, year] = three else { return None };
        let month = MONTHS.iter().position(|name| month.starts_with(name))?;
        let year: i32 = year.parse().ok().filter(|_| year.len() == 4)?;
        NaiveDate::from_ymd_opt(year, month as u32 + 1, day.parse().ok()?)
    });
    iso.chain(in_words).chain(inlined(text)).collect()
}

/// The days of the numbers that a page's charts are drawn from in the browser: a start, and days since.
fn inlined(text: &str) -> Vec<NaiveDate> {
    let Some((_, json)) = text.split_once("id=\"series\">") else { return Vec::new() };
    let series: serde_json::Value = serde_json::from_str(json.split_once("</script>").unwrap().0).unwrap();
    let start = date(series["start"].as_str().unwrap());
    series["d"].as_array().unwrap().iter().map(|gap| start + Days::new(gap.as_u64().unwrap())).collect()
}

/// The text of a file and of what is attached to it; nothing of pictures and fonts.
fn text(path: &str, content: &[u8]) -> String {
    if !path.ends_with(".pdf") {
        return String::from_utf8_lossy(content).into_owned();
    }
    // Tests run beside each other, so that each needs a file of its own.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, content).unwrap();
    let attached = pdf_attachments(&file).unwrap_or_default();
    let attached: String = attached.into_values().collect();
    pdf_text(&file).unwrap_or_default() + &attached
}

/// The dates of the site by the files that name them, without those of orders, plans and signals.
fn named(files: &Files) -> BTreeMap<NaiveDate, BTreeSet<String>> {
    let of_orders: BTreeSet<NaiveDate> = ["orders", "round_trips", "plans", "signals"]
        .iter()
        .filter_map(|table| files.get(&format!("data/{table}.csv")))
        .flat_map(|csv| dates(&String::from_utf8_lossy(csv)))
        .collect();
    let mut named: BTreeMap<NaiveDate, BTreeSet<String>> = BTreeMap::new();
    for (path, content) in files {
        for day in dates(&text(path, content)).difference(&of_orders) {
            named.entry(*day).or_default().insert(path.clone());
        }
    }
    named
}

/// Whether a day is the last session of its month, as every reader knows it.
fn is_month_end(day: NaiveDate) -> bool {
    let sessions = DEMO.record.snapshots.iter().map(|snapshot| snapshot.date);
    let last = sessions.filter(|other| (other.year(), other.month()) == (day.year(), day.month())).max();
    last == Some(day) || (day + Days::new(1)).month() != day.month()
}

#[test]
fn no_file_names_a_day_of_the_daily_series() {
    for level in [PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
        let named = named(&files(level));
        let inside = named.range(date(FIRST)..=date(LAST));
        let days: Vec<_> = inside.filter(|(day, _)| !is_month_end(**day)).collect();
        assert!(days.is_empty(), "{level:?} {days:?}");
        assert!(named.len() > 20, "nothing is seen: {named:?}");
    }
    // By the day they are there, but for those that orders name, too.
    let by_day = named(&files(PrivacyLevel::Daily));
    let seen = DEMO.record.snapshots.iter().filter(|snapshot| by_day.contains_key(&snapshot.date)).count();
    assert!(seen > 450, "{seen} of {}", DEMO.record.snapshots.len());
}

#[test]
fn a_missing_day_is_named_by_the_day_alone() {
    let said = |level| {
        let report = text("months/2020-07.pdf", &files(level)["months/2020-07.pdf"]);
        let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
        (report.contains("no valuation"), report.contains("15 Jul"))
    };
    let (by_day, by_month) = (said(PrivacyLevel::Daily), said(PrivacyLevel::Monthly));
    // Without poppler nothing can be read.
    if by_day.0 {
        assert_eq!((by_day, by_month), ((true, true), (true, false)));
    }
}
