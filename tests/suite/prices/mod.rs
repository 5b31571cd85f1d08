//! Prices, collected over real sockets from a chart service on this computer.

mod answers;
mod history;
mod oracle;
mod patience;
mod recorded;
mod suspicious;

use std::collections::BTreeMap;
use std::time::Duration;

use trackrecord::SiteDir;
use trackrecord::collect::progress::Silent;
use trackrecord::collect::report::PartReport;
use trackrecord::collect::yahoo::{Wanted, collect};
use trackrecord::config;
use trackrecord::record::store::Store;
use trackrecord::record::{PriceSymbol, Severity};

use crate::support::Site;
use crate::yahoo::{FakeYahoo, Listing};

/// A site and the service it collects from.
struct Desk {
    site: Site,
    settings: config::Yahoo,
}

impl Desk {
    fn new(fake: &FakeYahoo) -> Self {
        Self { site: Site::plain(), settings: settings(&fake.base_url()) }
    }

    /// The same site, and another service at the next collection.
    fn moved_to(mut self, fake: &FakeYahoo) -> Self {
        self.settings.base_url = fake.base_url();
        self
    }

    fn confirming(mut self, entry: &str) -> Self {
        self.settings.confirmed.push(entry.to_owned());
        self
    }

    /// Collects the symbols from 2 January 2025 on.
    fn collect(&self, symbols: &[&str], now: &str) -> PartReport {
        self.collect_from(symbols, "2025-01-02", now)
    }

    fn collect_from(&self, symbols: &[&str], from: &str, now: &str) -> PartReport {
        let from = from.parse().unwrap();
        let wanted: Vec<Wanted> =
            symbols.iter().map(|symbol| Wanted { symbol: PriceSymbol::new(*symbol), from }).collect();
        let mut store = Store::open(&SiteDir::new(self.site.path(""))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(collect(&mut store, &self.settings, &wanted, now.parse().unwrap(), &Silent)).unwrap()
    }

    /// The stored rows of a symbol without the header.
    fn rows(&self, symbol: &str) -> Vec<String> {
        self.lines(&format!("data/prices/{symbol}.csv"))
    }

    fn held(&self, symbol: &str) -> Vec<String> {
        self.lines(&format!("data/prices/suspicious/{symbol}.csv"))
    }

    fn lines(&self, file: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.site.path(file)).unwrap_or_default();
        text.lines().skip(1).map(str::to_owned).collect()
    }

    /// Dates and closes, for looking at.
    fn closes(&self, symbol: &str) -> Vec<(String, String)> {
        let cell = |row: &str, number: usize| row.split(',').nth(number).unwrap().to_owned();
        self.rows(symbol).iter().map(|row| (cell(row, 0), cell(row, 4))).collect()
    }

    fn dates(&self, symbol: &str) -> Vec<String> {
        self.closes(symbol).into_iter().map(|(date, _)| date).collect()
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.site.files("data")
    }
}

fn settings(base_url: &str) -> config::Yahoo {
    config::Yahoo { base_url: base_url.to_owned(), ..config::Yahoo::default() }
}

/// What a report says, one line a finding.
fn said(report: &PartReport) -> String {
    let lines = report.findings.iter().map(|finding| format!("{} {}", finding.severity, finding.text()));
    lines.collect::<Vec<_>>().join("\n")
}

fn has(report: &PartReport, severity: Severity, kind: &str) -> bool {
    report.findings.iter().any(|finding| finding.severity == severity && finding.kind.name() == kind)
}

/// Closes that rise a little every weekday, from 2 January 2025 to 30 January 2026.
fn calm(symbol: &str) -> Listing {
    Listing::new(symbol, "USD").closes("2025-01-02", (0..282).map(|day| 180.25 + 0.05 * f64::from(day)))
}

/// Friday 23 January 2026, an hour after London has closed.
const FRIDAY: &str = "2026-01-23T17:30:00Z";
/// The Monday after it.
const MONDAY: &str = "2026-01-26T17:30:00Z";

#[test]
fn thirty_symbols_over_fourteen_months_take_no_time() {
    let symbols: Vec<String> = (0..30).map(|number| format!("S{number:02}.L")).collect();
    let closes = |number: u32| (0..305).map(move |day| 100.0 + f64::from(number) + f64::from(day) * 0.01);
    let listings = symbols.iter().zip(0..).map(|(symbol, number)| {
        Listing::new(symbol, "GBp").closes("2024-11-25", closes(number)).dividend("2025-06-05", 0.5)
    });
    let fake = FakeYahoo::of(listings.collect());
    let desk = Desk::new(&fake);
    let wanted: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let start = std::time::Instant::now();
    let report = desk.collect_from(&wanted, "2024-11-25", FRIDAY);
    let first = start.elapsed();
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!(report.added.new, 30 * 305);
    let start = std::time::Instant::now();
    let again = desk.collect_from(&wanted, "2024-11-25", FRIDAY);
    eprintln!("30 symbols x 14 months: {first:?}, and again {:?}", start.elapsed());
    assert_eq!(again.added.new, 0);
    eprintln!("{PEAK}{}", peak_memory().unwrap_or_default());
    assert!(first < Duration::from_secs(5), "{first:?}");
    assert_eq!(fake.requests().len(), 60);
}

const PEAK: &str = "most memory held, in kB: ";

/// The most memory this process has held so far, in kB, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn thirty_symbols_over_fourteen_months_take_little_memory() {
    let test = "prices::thirty_symbols_over_fourteen_months_take_no_time";
    let alone = std::process::Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&alone.stderr);
    let peak = words.lines().find_map(|line| line.strip_prefix(PEAK)).unwrap_or_else(|| panic!("{words}"));
    assert!(peak.parse::<u64>().unwrap() < 150_000, "{peak} kB, the service included");
}
