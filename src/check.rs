//! Looks for everything in a record that is wrong, odd or missing.

pub mod own_words;
mod unshown;

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;

use crate::analysis::Window;
use crate::analysis::instruments::ticker_key;
use crate::analysis::performance::{Performance, performance};
use crate::analysis::reconcile::reconcile;
use crate::analysis::returns;
use crate::analysis::self_check::self_check;
use crate::calendar::day_before;
use crate::config::Config;
use crate::error::Place;
use crate::nearest;
use crate::record::{
    Annotation, Finding, FindingKind, PriceSymbol, Record, Severity, StatementPeriod, Subject, Ticker,
};

/// A larger difference to the broker's own return is reported.
const TOLERANCE_BPS: f64 = 1.0;

/// All findings about a record, the most severe first.
pub fn check(record: &Record, config: &Config) -> Vec<Finding> {
    let mut findings = record.findings.clone();
    findings.extend(reconcile(record, config.account.base_currency));
    findings.extend(unknown_tickers(record, config));
    let daily = performance(
        record,
        &config.analysis,
        &config.benchmark.symbol,
        config.account.base_currency,
        Window::default(),
    );
    match &daily {
        Ok(daily) => {
            findings.extend(gaps(daily));
            findings.extend(calendar(daily));
            findings.extend(benchmark(record, config, daily));
            findings.extend(record.statements.iter().map(|period| brokers_return(period, record, daily)));
            findings.extend(large_flows(daily));
            findings.extend(unshown::findings(record, daily));
            match self_check(record, daily, config) {
                Ok(broken) => findings.extend(broken),
                Err(error) => findings.push(Finding::from_error(FindingKind::NoReturn, &error)),
            }
        }
        Err(error) => findings.push(Finding::from_error(FindingKind::NoReturn, error)),
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Sessions between snapshots that have none.
fn gaps(daily: &Performance) -> Option<Finding> {
    let exchange = daily.exchange;
    let missing = daily.missing_sessions();
    let shown: Vec<String> = missing.iter().take(5).map(ToString::to_string).collect();
    let more = if missing.len() > shown.len() { ", ..." } else { "" };
    let days = match (missing.len(), exchange.has_calendar()) {
        (1, true) => format!("one session of {exchange} has"),
        (count, true) => format!("{count} sessions of {exchange} have"),
        (1, false) => "one weekday has".to_owned(),
        (count, false) => format!("{count} weekdays have"),
    };
    let message = format!("{days} no snapshot: {}{more}", shown.join(", "));
    let next = "the next return covers them; import a Flex statement of those days to fill them in, or name another \
                exchange in `[account] exchange`";
    let finding = Finding::new(Severity::Warning, FindingKind::MissingDays, message, next)
        .about_dates(&missing)
        .at(Place::file("data/snapshots"));
    (!missing.is_empty()).then_some(finding)
}

/// Reports an exchange without a known calendar.
fn calendar(daily: &Performance) -> Option<Finding> {
    let message =
        format!("the holidays of {} are not known: every weekday counts as one of its sessions", daily.exchange);
    let next = "nothing to do; `[account] exchange` chooses another exchange";
    (!daily.exchange.has_calendar()).then(|| Finding::new(Severity::Note, FindingKind::NoCalendar, message, next))
}

/// What is wrong with the comparison, or does not cover the record.
fn benchmark(record: &Record, config: &Config, daily: &Performance) -> Vec<Finding> {
    let symbol = &config.benchmark.symbol;
    if symbol.is_empty() || record.snapshots.is_empty() {
        return Vec::new();
    }
    let next = "run `trackrecord collect prices`, which also brings the exchange rates that are needed";
    let place = Place::file(format!("data/prices/{symbol}.csv"));
    let warning = |message: String, next: &str| {
        Finding::new(Severity::Warning, FindingKind::Benchmark, message, next)
            .about(Subject::Prices(PriceSymbol::new(symbol.as_str())))
            .at(place.clone())
    };
    if let Some(reason) = &daily.not_compared {
        let next = format!("{next}, or set `[benchmark] symbol = \"\"`");
        return vec![warning(format!("there is no comparison with the benchmark: {reason}"), &next)];
    }
    let Some(aligned) = &daily.aligned else { return Vec::new() };
    let ends = aligned.comparison.filter(|found| daily.series.end() > Some(found.to));
    let ends =
        ends.map(|found| warning(format!("the comparison with {symbol} ends on {}, its last close", found.to), next));
    let begins = aligned.comparison.filter(|found| daily.series.start < Some(found.from));
    let begins = begins.map(|found| {
        warning(format!("the comparison with {symbol} begins on {}, its first close", found.from), next)
    });
    let holes = (!aligned.left_out.is_empty()).then(|| {
        let message = format!(
            "{} pairs of returns are left out of the comparison: {symbol} has no close for more than five weekdays before {}",
            aligned.left_out.len(),
            aligned.left_out.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        );
        warning(message, "complete its prices")
    });
    begins.into_iter().chain(ends).chain(holes).collect()
}

/// How far ours are from the broker's own returns, in basis points, by the periods of which both are known.
pub fn distances_to_the_brokers_return<'a>(
    record: &'a Record,
    daily: &Performance,
) -> Vec<(&'a StatementPeriod, f64)> {
    let distance = |period| both_returns(period, record, daily).map(|(theirs, ours)| (ours - theirs) * 10_000.0);
    record.statements.iter().filter_map(|period| Some((period, distance(period)?))).collect()
}

/// The broker's own time-weighted return of a period, and ours.
fn both_returns(period: &StatementPeriod, record: &Record, daily: &Performance) -> Option<(f64, f64)> {
    let series = daily.series.window(Window { from: Some(period.from), to: Some(period.to) });
    let base_known = series.start.is_some_and(|start| start <= day_before(period.from));
    let complete = base_known && record.snapshots.iter().any(|snapshot| snapshot.date == period.to);
    let theirs = period.twr_percent.and_then(|percent| percent.to_f64())?;
    Some((theirs / 100.0, returns::total(&series.values()).filter(|_| complete)?))
}

/// Compares the broker's time-weighted return of a period with ours.
fn brokers_return(period: &StatementPeriod, record: &Record, daily: &Performance) -> Finding {
    let subject = Subject::Period { from: period.from, to: period.to };
    let named = format!("statement {} to {}", period.from, period.to);
    let place = Place::file("data/statements.csv");
    let Some((theirs, ours)) = both_returns(period, record, daily) else {
        let message = format!(
            "{named}: no comparison with the broker's own return, because snapshots or the figure are missing"
        );
        return Finding::new(
            Severity::Note,
            FindingKind::BrokerReturn,
            message,
            "include the days before and in the period",
        )
        .about(subject)
        .at(place);
    };
    let difference = (ours - theirs) * 10_000.0;
    let theirs = theirs * 100.0;
    let message = format!(
        "{named}: the broker's return is {theirs:.4} %, ours {:.4} %, {difference:+.2} bps apart",
        ours * 100.0
    );
    if difference.abs() <= TOLERANCE_BPS {
        return Finding::new(Severity::Note, FindingKind::BrokerReturn, message, "nothing to do")
            .about(subject)
            .at(place);
    }
    let next = "look for deposits missing from data/flows.csv, or try another `[analysis] flow_timing`";
    Finding::new(Severity::Warning, FindingKind::BrokerReturn, message, next).about(subject).at(place)
}

/// Notes on tickers that occur nowhere else in the record or its configuration: most of them are misspelt.
fn unknown_tickers(record: &Record, config: &Config) -> Vec<Finding> {
    let fills = record.executions.iter().chain(&record.superseded).map(|fill| fill.symbol.clone());
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let members = || config.strategy.iter().flat_map(|strategy| &strategy.universe);
    let priced = record.prices.keys().map(|symbol| Ticker::new(symbol.as_str()));
    let all = fills
        .chain(held.map(|position| position.symbol.clone()))
        .chain(members().map(|member| member.ticker()))
        .chain(members().map(|member| Ticker::new(&member.symbol)))
        .chain(priced);
    // The broker's spelling comes before Yahoo's.
    let mut known: BTreeMap<String, Ticker> = BTreeMap::new();
    for ticker in all {
        known.entry(ticker_key(&ticker)).or_insert(ticker);
    }
    let unknown = record.annotations.iter().filter(|note| !known.contains_key(&ticker_key(&note.symbol)));
    let finding = |note: &Annotation| {
        let ticker = &note.symbol;
        let message = format!("{ticker} is neither traded, held nor priced here, and in no strategy's universe");
        let next = match nearest(ticker, &known) {
            Some(nearest) => format!("correct `symbol`: did you mean {nearest}?"),
            None => "correct `symbol`, if it is misspelt; otherwise the first fill will make it known".to_owned(),
        };
        Finding::new(Severity::Warning, FindingKind::UnknownTicker, message, next)
            .about(Subject::Ticker(ticker.clone()))
            .at(Place::file(&note.path))
    };
    unknown.map(finding).collect()
}

/// The known ticker that is one typing error away.
fn nearest<'a>(ticker: &Ticker, known: &'a BTreeMap<String, Ticker>) -> Option<&'a Ticker> {
    known.get(nearest::nearest(&ticker_key(ticker), known.keys().map(String::as_str), 1)?)
}

fn large_flows(daily: &Performance) -> Vec<Finding> {
    let percent =
        |value: Option<f64>| value.map_or("undefined".to_owned(), |value| format!("{:+.4} %", value * 100.0));
    let finding = |flow: &returns::LargeFlowDay| {
        let message = format!(
            "between the valuations of {} and {} a flow was {:.1} % of the account; the return is {} (split), {} (start), \
             {} (end)",
            flow.since,
            flow.date,
            flow.share * 100.0,
            percent(flow.split),
            percent(flow.start),
            percent(flow.end)
        );
        let next = "if they differ much, a valuation at the time of the flow would settle it";
        Finding::new(Severity::Note, FindingKind::LargeFlow, message, next)
            .about(Subject::Date(flow.date))
            .at(Place::file("data/flows.csv"))
    };
    daily.large_flows.iter().map(finding).collect()
}
