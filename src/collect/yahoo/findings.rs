//! Puts into words what happened to the prices of a symbol.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use super::chart::Chart;
use super::merge::{History, Settled, Stored};
use crate::calendar::price_age;
use crate::error::{Error, Place};
use crate::record::suspicious::kept_out;
use crate::record::{Bar, Finding, FindingKind, PriceSymbol, Severity, Subject};

/// Weekdays without a price after which a symbol may be gone. The longest holidays are shorter.
const STALE: usize = 7;

/// Why a symbol has no new prices, and what is used instead.
pub(super) fn failed(symbol: &PriceSymbol, error: &Error, stored: &[Bar]) -> Finding {
    let mut finding = Finding::from_error(FindingKind::NoNewPrices, error);
    let place = finding.place.take().map(|place| format!("{place}: ")).unwrap_or_default();
    finding.message = format!("{place}{}; {}", finding.message, used(stored));
    finding.headed(Subject::Prices(symbol.clone())).at(file(symbol))
}

/// A finding of a symbol, which is named in front of it.
fn finding(
    symbol: &PriceSymbol,
    severity: Severity,
    kind: FindingKind,
    message: impl Into<String>,
    next: &str,
) -> Finding {
    Finding::new(severity, kind, message, next).headed(Subject::Prices(symbol.clone()))
}

fn used(stored: &[Bar]) -> String {
    match stored.last() {
        Some(last) => format!("using prices up to {}", last.date),
        None => "there are no stored prices".to_owned(),
    }
}

fn file(symbol: &PriceSymbol) -> Place {
    Place::file(PathBuf::from("data/prices").join(format!("{symbol}.csv")))
}

/// Everything about a symbol's answer that its owner should know.
pub(super) fn settled(
    symbol: &PriceSymbol,
    settled: &Settled,
    chart: Option<&Chart>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = held(symbol, settled).into_iter().chain(history(symbol, settled)).collect();
    if let Some(chart) = chart {
        findings.extend(oddities(symbol, chart));
        findings.extend(nothing(symbol, settled, chart));
        findings.extend(stale(symbol, settled, now));
    }
    findings
        .into_iter()
        .map(|finding| if finding.place.is_none() { finding.at(file(symbol)) } else { finding })
        .collect()
}

/// Bars that are kept out. Where the newest prices are among them, something asked for is missing.
fn held(symbol: &PriceSymbol, settled: &Settled) -> Option<Finding> {
    let mut finding = kept_out(symbol, &settled.held)?;
    let newest = settled.bars.last().map(|bar| bar.date);
    if settled.held.last().is_some_and(|last| Some(last.date) > newest) {
        finding.severity = Severity::Error;
        finding.message = format!("{}; {}", finding.message, used(&settled.bars));
    }
    let place = PathBuf::from("data/prices/suspicious").join(format!("{symbol}.csv"));
    Some(finding.at(Place::file(place)))
}

fn history(symbol: &PriceSymbol, settled: &Settled) -> Vec<Finding> {
    match &settled.history {
        History::Kept => settled
            .refused
            .iter()
            .map(|bar| {
                let message = format!(
                    "{}: Yahoo's new prices are not believed, and the stored ones stay: {}",
                    bar.date, bar.reason
                );
                finding(symbol, Severity::Warning, FindingKind::PricesRefused, message, CONFIRM)
                    .about(Subject::Date(bar.date))
            })
            .collect(),
        History::Replaced { reason, lost } => {
            let message = format!("all prices were fetched again: {reason}; what changed is kept in data/raw");
            let mut findings =
                vec![finding(symbol, Severity::Note, FindingKind::PricesReplaced, message, "nothing to do")];
            if let Some(days) = listed(lost) {
                let message = format!("Yahoo no longer has {days}; they are kept in data/raw");
                let next = "compare the two versions";
                findings.push(
                    finding(symbol, Severity::Warning, FindingKind::PricesLost, message, next).about_dates(lost),
                );
            }
            findings
        }
        History::Defended { reason } => {
            let message = format!(
                "Yahoo's history contradicts the stored prices and is not believed: {reason}; {}",
                used(&settled.bars)
            );
            vec![finding(symbol, Severity::Error, FindingKind::PricesRefused, message, CONFIRM)]
        }
    }
}

const CONFIRM: &str = "compare with the exchange; Yahoo often mends such errors within days, and what you confirm in \
                       `[yahoo] confirmed` is taken as it is";

fn oddities(symbol: &PriceSymbol, chart: &Chart) -> Vec<Finding> {
    let reported = [
        (&chart.empty, Severity::Note, FindingKind::EmptyBar, "Yahoo has no price of"),
        (
            &chart.future,
            Severity::Warning,
            FindingKind::Future,
            "Yahoo gives bars of days that have not come, which are left out:",
        ),
        (
            &chart.doubled,
            Severity::Note,
            FindingKind::DoubleBar,
            "Yahoo gives two bars, of which the later counts, for",
        ),
        (
            &chart.unusable_events,
            Severity::Warning,
            FindingKind::UnusableEvent,
            "Yahoo names a dividend or split without a usable amount on",
        ),
    ];
    let mut findings: Vec<Finding> = reported
        .into_iter()
        .filter_map(|(dates, severity, kind, words)| {
            let dates: Vec<NaiveDate> = dates.iter().copied().collect();
            let message = format!("{words} {}", listed(&dates)?);
            let next = "nothing to do unless the exchange traded or paid then";
            Some(finding(symbol, severity, kind, message, next).about_dates(&dates))
        })
        .collect();
    if !chart.bars.is_empty() && chart.bars.iter().all(|bar| bar.adj_close.is_none()) {
        let message = "Yahoo sends no adjusted closes, so dividends are missing from figures";
        findings.push(finding(
            symbol,
            Severity::Warning,
            FindingKind::NotAdjusted,
            message,
            "collect prices again later",
        ));
    }
    findings
}

/// An answer without a single finished bar, which is not what was asked for.
fn nothing(symbol: &PriceSymbol, settled: &Settled, chart: &Chart) -> Option<Finding> {
    let message = format!("Yahoo's answer has no finished bar of the days asked for; {}", used(&settled.bars));
    let next = "collect prices again tomorrow; if it goes on, look the symbol up on finance.yahoo.com";
    chart.bars.is_empty().then(|| finding(symbol, Severity::Warning, FindingKind::NoNewPrices, message, next))
}

fn stale(symbol: &PriceSymbol, settled: &Settled, now: DateTime<Utc>) -> Option<Finding> {
    let last = settled.bars.iter().map(|bar| bar.date).chain(settled.held.iter().map(|bar| bar.date)).max()?;
    let age = price_age(symbol.as_str(), last, now.date_naive());
    (age > STALE).then(|| {
        let message = format!("no price since {last}: suspended, delisted or renamed?");
        let next = "look the symbol up on finance.yahoo.com, and correct it in the configuration if it was renamed";
        finding(symbol, Severity::Error, FindingKind::StalePrices, message, next).about(Subject::Date(last))
    })
}

/// Confirmed dates on which there is no bar at all.
pub(super) fn idle_confirmations(symbol: &PriceSymbol, stored: &Stored, settled: &Settled) -> Option<Finding> {
    let known: BTreeSet<NaiveDate> =
        settled.bars.iter().map(|bar| bar.date).chain(settled.held.iter().map(|bar| bar.date)).collect();
    let idle: Vec<NaiveDate> = stored.confirmed.difference(&known).copied().collect();
    let message = format!("`[yahoo] confirmed` names days without a bar: {}", listed(&idle)?);
    let finding =
        finding(symbol, Severity::Note, FindingKind::IdleConfirmation, message, "correct the date, or remove it");
    Some(finding.about_dates(&idle).at(file(symbol)))
}

/// The first few dates and how many more there are.
fn listed(dates: &[NaiveDate]) -> Option<String> {
    let shown: Vec<String> = dates.iter().take(3).map(NaiveDate::to_string).collect();
    match dates.len().saturating_sub(shown.len()) {
        _ if dates.is_empty() => None,
        0 => Some(shown.join(", ")),
        more => Some(format!("{} and {more} more days", shown.join(", "))),
    }
}
