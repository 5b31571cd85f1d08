//! What there is to report: what the runs, the record and the clock say, as events.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::analysis::Window;
use crate::analysis::performance::performance;
use crate::calendar::{Exchange, YearMonth};
use crate::check::{check, distances_to_the_brokers_return};
use crate::config::{Alert, Config, PrivacyMode, Strategy, Topic};
use crate::digest::sha256;
use crate::record::{FindingKind, Record, Severity, Side, Signal, Subject};
use crate::schedule::runs::{Ending, Run};
use crate::strategy::plan::plan;

/// Something that a person should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is about.
    pub topic: Topic,
    /// Its own name: the same one is reported once until it clears.
    pub key: String,
    /// Whether it lasts until it clears; otherwise it happened, and that is all.
    pub lasts: bool,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
    /// A file of the site that belongs to it, by its path in it.
    pub file: Option<String>,
}

impl Event {
    fn lasting(topic: Topic, what: &str, title: String, text: String) -> Self {
        let key = if what.is_empty() { topic.name().to_owned() } else { format!("{}:{what}", topic.name()) };
        Self { topic, key, lasts: true, title, text, file: None }
    }

    fn once(topic: Topic, what: &str, title: String, text: String) -> Self {
        Self { lasts: false, ..Self::lasting(topic, what, title, text) }
    }
}

/// Jobs that have failed twice one after the other, and those that wait for a log-in for longer than a restart takes.
pub fn of_runs(runs: &[Run], shows_details: bool) -> Vec<Event> {
    let jobs: BTreeSet<&str> = runs.iter().map(|run| run.job.as_str()).collect();
    jobs.into_iter().filter_map(|job| of_job(job, runs, shows_details)).collect()
}

fn of_job(job: &str, runs: &[Run], shows_details: bool) -> Option<Event> {
    let mut own: Vec<&Run> = runs.iter().filter(|run| run.job == job).collect();
    own.sort_by_key(|run| run.scheduled);
    // One that is under way says nothing yet.
    own.retain(|run| !matches!(run.result, Ending::Running | Ending::Again | Ending::Stopped));
    let (last, before) = (own.pop()?, own.pop());
    let twice = last.result == Ending::Failed && before.is_some_and(|run| run.result == Ending::Failed);
    let waits = last.result == Ending::Waiting && last.ended.is_some_and(|ended| ended - last.started > RESTART);
    let title = match (twice, waits) {
        (true, _) => format!("{job} has failed twice"),
        (_, true) => format!("{job} waits: log in to Gateway"),
        _ => return None,
    };
    // What went wrong may name accounts and amounts.
    let text = if shows_details {
        last.detail.clone()
    } else {
        format!(
            "`trackrecord schedule list` says why the run of {} ended so.",
            last.scheduled.format("%Y-%m-%d %H:%M UTC")
        )
    };
    Some(Event::lasting(Topic::Failed, job, title, text))
}

/// How long Gateway may take to restart without anybody hearing of it.
const RESTART: chrono::TimeDelta = chrono::TimeDelta::minutes(25);

/// A session whose snapshot is not there though it is past the time.
pub fn of_clock(alert: &Alert, newest: Option<NaiveDate>, exchange: Exchange, now: DateTime<Utc>) -> Option<Event> {
    let by = alert.snapshot_by?;
    let over = |session: NaiveDate| {
        // A time in the morning is meant of the day after.
        let same_day = instant(session, by);
        let close = exchange.close(session).or_else(|| Some(session.and_hms_opt(23, 59, 0)?.and_utc()));
        let due = if same_day < close { instant(session.checked_add_days(Days::new(1))?, by) } else { same_day };
        due.map(|due| due <= now)
    };
    let last = exchange.last_closed(now);
    let session = if over(last)? { last } else { exchange.previous_session(last) };
    let is_there = newest.is_some_and(|newest| newest >= session);
    (!is_there).then(|| {
        let text = match newest {
            Some(newest) => {
                format!("The newest snapshot is of {newest}. Log in to Gateway, or run `trackrecord collect`.")
            }
            None => "There is no snapshot at all. Log in to Gateway, or run `trackrecord collect`.".to_owned(),
        };
        Event::lasting(Topic::Snapshot, "", format!("No snapshot of {session}"), text)
    })
}

fn instant(date: NaiveDate, at: crate::config::LocalTime) -> Option<DateTime<Utc>> {
    Some(date.and_time(at.time).and_local_timezone(at.zone).earliest()?.to_utc())
}

/// Whether amounts may be in what is sent: where the site shows them too, or where the alert is the owner's alone.
pub fn shows_amounts(alert: &Alert, config: &Config) -> bool {
    alert.private || config.privacy.mode == PrivacyMode::Absolute
}

/// What the record says that somebody should hear of.
pub fn of_record(
    alert: &Alert,
    record: &Record,
    signals: &[Signal],
    config: &Config,
    now: DateTime<Utc>,
) -> Vec<Event> {
    let shows_amounts = shows_amounts(alert, config);
    let mut events = findings(record, config, alert.private);
    events.extend(figures(alert, record, config));
    events.extend(signals.iter().map(|signal| of_signal(signal, record, config, shows_amounts, now)));
    events.extend(months(record, config));
    let mut names = BTreeSet::new();
    events.retain(|event| names.insert(event.key.clone()));
    events
}

/// The topics that [`of_record`] looks at.
pub const OF_RECORD: [Topic; 7] = [
    Topic::NetValue,
    Topic::Reconciliation,
    Topic::Drawdown,
    Topic::Signal,
    Topic::Month,
    Topic::Action,
    Topic::Restated,
];

fn findings(record: &Record, config: &Config, shows_words: bool) -> Vec<Event> {
    let found = check(record, config);
    let found = found.iter().filter_map(|finding| {
        let (topic, lasts, title) = match (finding.kind, finding.severity) {
            (_, Severity::Note) if finding.kind != FindingKind::Restated => return None,
            (FindingKind::NetValue, _) => (Topic::NetValue, true, "A change of net value is not explained"),
            (FindingKind::CorporateAction, _) => (Topic::Action, true, "A corporate action needs a word"),
            (FindingKind::Restated, _) => (Topic::Restated, false, "The broker has restated something"),
            _ => return None,
        };
        // The numbers of fills are nobody else's business, whatever may be shown.
        let subjects =
            finding.heading.iter().chain(&finding.about).filter(|subject| !matches!(subject, Subject::Fill(_)));
        let subjects: Vec<String> = subjects.map(ToString::to_string).collect();
        let subject = subjects.join(", ");
        // The message may hold amounts and numbers of accounts; what it is about does not.
        let text = if shows_words {
            format!("{}. Next: {}", sentence(&subject, &finding.message), finding.next_step)
        } else {
            sentence(&subject, "`trackrecord check` says more")
        };
        let what = if lasts {
            sha256(subject.as_bytes(), 12)
        } else {
            sha256(format!("{subject} {}", finding.message).as_bytes(), 12)
        };
        Some(Event { lasts, ..Event::lasting(topic, &what, title.to_owned(), text) })
    });
    found.collect()
}

fn sentence(subject: &str, words: &str) -> String {
    if subject.is_empty() { words.to_owned() } else { format!("{subject}: {words}") }
}

fn figures(alert: &Alert, record: &Record, config: &Config) -> Vec<Event> {
    let base = config.account.base_currency;
    let Ok(daily) = performance(record, &config.analysis, "", base, Window::default()) else { return Vec::new() };
    let mut events = Vec::new();
    if let (Some(limit), Some(depth)) = (alert.drawdown, daily.drawdowns.last())
        && -depth > limit
    {
        let title = format!("The account is {:.1} % below its highest point", -depth * 100.0);
        let text = format!("The limit is {:.1} %.", limit * 100.0);
        events.push(Event::lasting(Topic::Drawdown, "", title, text));
    }
    for (period, bps) in distances_to_the_brokers_return(record, &daily) {
        if bps.abs() > alert.reconciliation_bps {
            let title = format!("The broker's return and ours are {bps:+.0} bps apart");
            let text =
                format!("From {} to {}. Look for deposits missing from data/flows.csv.", period.from, period.to);
            let what = format!("{}-{}", period.from, period.to);
            events.push(Event::lasting(Topic::Reconciliation, &what, title, text));
        }
    }
    events
}

fn of_signal(signal: &Signal, record: &Record, config: &Config, shows_amounts: bool, now: DateTime<Utc>) -> Event {
    let strategy = config.strategy.iter().find(|strategy| strategy.id == signal.strategy);
    let name = strategy.map_or(signal.strategy.as_str(), |strategy| strategy.name.as_str());
    let selected: Vec<&str> = signal.selected.iter().map(|symbol| symbol.as_str()).collect();
    let held = if selected.is_empty() { "everything stays in cash".to_owned() } else { selected.join(", ") };
    let list = strategy.and_then(|strategy| list(strategy, record, config, shows_amounts, now));
    let list = list.map(|list| format!(" To trade by hand: {list}.")).unwrap_or_default();
    let what = format!("{}:{}", signal.strategy, signal.formation);
    let title = format!("{name}: the signal of {}", signal.formation.in_words());
    Event::once(Topic::Signal, &what, title, format!("To hold: {held}.{list}"))
}

/// What to trade: share counts where amounts may be shown, weights otherwise.
fn list(
    strategy: &Strategy,
    record: &Record,
    config: &Config,
    shows_amounts: bool,
    now: DateTime<Utc>,
) -> Option<String> {
    let as_of = crate::calendar::decided_for(now.date_naive());
    let plan = plan(record, config, strategy, as_of).ok()?;
    let trades = plan.trades.iter().map(|trade| {
        let action = if trade.action == Side::Buy { "buy" } else { "sell" };
        if shows_amounts {
            format!("{action} {} {}", trade.shares.normalize(), trade.ticker)
        } else {
            format!("{action} {} to {:.0} %", trade.ticker, trade.target_weight * 100.0)
        }
    });
    let trades: Vec<String> = trades.collect();
    Some(if trades.is_empty() { "nothing".to_owned() } else { trades.join(", ") })
}

/// Each month of the record that is over, with its return.
fn months(record: &Record, config: &Config) -> Vec<Event> {
    let base = config.account.base_currency;
    let Ok(daily) = performance(record, &config.analysis, "", base, Window::default()) else { return Vec::new() };
    let Some(end) = daily.series.end() else { return Vec::new() };
    let dates = daily.series.dates();
    let months: BTreeSet<YearMonth> = dates.iter().map(|date| YearMonth::of(*date)).collect();
    let is_over = |month: &YearMonth| record.exchange.next_session(end) > month.last_day();
    let closed = months.into_iter().filter(is_over).map(|month| {
        let window = Window { from: Some(month.first_day()), to: Some(month.last_day()) };
        let total = crate::analysis::returns::total(&daily.series.window(window).values());
        let figure = total.map_or("n/a".to_owned(), |total| format!("{:+.1} %", total * 100.0));
        let title = format!("{} is closed: {figure}", month.in_words());
        let text = "The report is attached where the message can carry one.".to_owned();
        let file = Some(format!("months/{month}.pdf"));
        Event { file, ..Event::once(Topic::Month, &month.to_string(), title, text) }
    });
    closed.collect()
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
