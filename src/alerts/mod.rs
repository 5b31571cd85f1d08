//! Who hears of what: events of the runs, the record and the clock, each reported once until it clears.
//!
//! [`events`] says what there is, [`state`] remembers what was reported, [`send`] carries it away. An alert that cannot be sent
//! fails no job: it is tried again, and the log says why.

pub mod events;
pub mod heartbeat;
pub mod send;
pub mod state;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::calendar::{Exchange, last_possible_date};
use crate::config::{Alert, Config, Topic};
use crate::error::Result;
use crate::record::{load, signals_and_plans};
use crate::schedule::exchange;
use crate::schedule::log::{Line, Log};
use crate::schedule::runs::{self, Ending, Run};
use crate::schedule::steps;
use crate::schedule::turn::{self, Turn};
use crate::site_dir::SiteDir;
use send::message::Message;

/// How long a service is left alone that did not take a message and did not say for how long.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What is known when it is looked what there is to report.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The site.
    pub site: &'a SiteDir,
    /// Its configuration.
    pub config: &'a Config,
    /// The exchange of the account.
    pub exchange: Exchange,
    /// The runs so far.
    pub runs: &'a [Run],
    /// Whether the record may have changed, so that it is looked at too.
    pub is_record_new: bool,
}

/// Runs what is due, gives the sign of life, and tells who is to hear of what came of it. Beside the runs, what could not be sent.
///
/// # Errors
/// As [`turn`](crate::schedule::turn::turn).
pub fn turn(
    site: &SiteDir,
    config: &Config,
    clock: impl Fn() -> DateTime<Utc> + Copy,
) -> Result<(Turn, Vec<String>)> {
    let Some(_lock) = turn::lock(site)? else { return Ok((Turn::Elsewhere, Vec::new())) };
    let turned = turn::under_lock(site, config, clock)?;
    let ran = match &turned {
        Turn::Ran(ran) | Turn::Hung(ran) => ran.as_slice(),
        Turn::Elsewhere | Turn::Stopped(_) => return Ok((turned, Vec::new())),
    };
    let mut failures: Vec<String> = ran.iter().filter_map(|run| beat(config, run)).collect();
    // Without alerts nobody is to hear of it, and the record need not be read for its exchange.
    if !config.alert.is_empty() {
        // A step that hangs may be in the middle of a change to the record.
        let is_record_new = !ran.is_empty() && matches!(turned, Turn::Ran(_));
        let runs = runs::read(site)?;
        let look = Look { site, config, exchange: exchange(site, config, clock()), runs: &runs, is_record_new };
        // The jobs are done, and what is wrong with alerts fails none of them.
        failures.extend(tell(&look, clock).unwrap_or_else(|error| vec![steps::in_words(&error, site)]));
    }
    failures.iter().for_each(|words| log(site, words, clock()));
    Ok((turned, failures))
}

/// The sign of life after a run. A gateway that is not logged in is neither good nor bad.
fn beat(config: &Config, run: &Run) -> Option<String> {
    let is_good = match run.result {
        Ending::Done => true,
        Ending::Failed => false,
        _ => return None,
    };
    let refusal = heartbeat::beat(config, is_good).err()?;
    Some(format!("{}: {}", heartbeat::NAME, config.without_secrets(&refusal.words)))
}

fn log(site: &SiteDir, words: &str, now: DateTime<Utc>) {
    let line =
        Line { time: now, level: "error", job: "", scheduled: now, step: "alert", event: "failed", detail: words };
    Log::of(site).write(&line);
}

/// Looks what there is to report and sends it. What could not be sent, by the alert's name and in words.
///
/// # Errors
/// `data/alerts.csv` cannot be read or written: what is not written down would be said again.
pub fn tell(look: &Look, clock: impl Fn() -> DateTime<Utc>) -> Result<Vec<String>> {
    let alerts = &look.config.alert;
    let before = state::read(look.site)?;
    let mut rows = before.clone();
    let now = clock().trunc_subsecs(0);
    take_in(look, &mut rows, now);
    if rows != before {
        state::write(look.site, &rows)?;
    }
    let mut failures = Vec::new();
    for alert in alerts {
        for place in state::to_send(&rows, alert, now) {
            let Some(row) = rows.get_mut(place) else { continue };
            let Some(message) = Message::of(row, look.site, look.config) else { continue };
            match send::send(alert, look.config, look.site, &message) {
                Ok(()) => state::sent(row, clock().trunc_subsecs(0)),
                Err(refusal) => {
                    let wait = refusal.wait.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or(PATIENCE);
                    row.not_before = now.checked_add_signed(wait.min(state::LONGEST_WAIT));
                    failures.push(format!("{}: {}", alert.name, look.config.without_secrets(&refusal.words)));
                    // The next message would meet the same.
                    break;
                }
            }
        }
    }
    state::forget(&mut rows, alerts);
    if rows != before {
        state::write(look.site, &rows)?;
    }
    Ok(failures)
}

fn take_in(look: &Look, rows: &mut Vec<state::Row>, now: DateTime<Utc>) {
    let newest = newest_snapshot(look.site);
    let of_record = look.is_record_new.then(|| {
        let today = last_possible_date(now);
        (load::load(look.site, look.config, today), signals_and_plans::signals(look.site, today).0)
    });
    for alert in &look.config.alert {
        let mut topics = vec![Topic::Failed, Topic::Snapshot];
        let mut events = events::of_runs(look.runs, alert.private);
        events.extend(events::of_clock(alert, newest, look.exchange, now));
        if let Some((record, signals)) = &of_record {
            topics.extend(events::OF_RECORD);
            events.extend(events::of_record(alert, record, signals, look.config, now));
        }
        state::take_in(rows, alert, &topics, &events, now);
    }
}

/// The date of the newest snapshot, by the names of the files.
fn newest_snapshot(site: &SiteDir) -> Option<chrono::NaiveDate> {
    let names = std::fs::read_dir(site.snapshots()).ok()?;
    let dates = names.filter_map(|entry| entry.ok()?.file_name().to_str()?.get(..10)?.parse().ok());
    dates.max()
}

/// Sends a message of no consequence, to see whether it arrives.
///
/// # Errors
/// What kept it from arriving, and what to do.
pub fn test(alert: &Alert, site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Result<()> {
    let message = Message::of_test(alert, config, now);
    send::send(alert, config, site, &message).map_err(|refusal| {
        let words = config.without_secrets(&refusal.words);
        crate::error::Error::network(format!("{}: {words}", alert.name))
            .hint("docs/alerts.md says what each service needs")
    })
}
