//! What is due at an instant, given what was run: a pure function, so that months can be tried in a moment.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::occurrences::Planned;
use super::runs::{Ending, Run};
use crate::calendar::Exchange;

/// How long after the end of a try in vain the gateway is asked again: with the minute that a try takes, every ten.
pub const RETRY: TimeDelta = TimeDelta::minutes(9);

/// How a run that is due begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// For the first time, or after it was asked to stop.
    First,
    /// After a run that its process did not live to end.
    Again,
    /// After a gateway that was not logged in.
    Retry,
}

/// Where a job stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is to run now.
    Due {
        /// When it came.
        scheduled: DateTime<Utc>,
        /// How it begins.
        attempt: Attempt,
    },
    /// It has run, or has failed for good, and comes again.
    Settled,
    /// It is tried again from this instant on.
    Waits {
        /// When it came.
        scheduled: DateTime<Utc>,
        /// When it is tried again.
        again: DateTime<Utc>,
    },
    /// It came, nobody was there, and now it is too late.
    Missed {
        /// When it came.
        scheduled: DateTime<Utc>,
    },
    /// The last run came later than now: the clock was set back, and nothing runs twice.
    ClockBack {
        /// When the last run came.
        scheduled: DateTime<Utc>,
    },
}

/// Where a job stands, given all runs so far.
pub fn standing(job: &Planned, runs: &[Run], now: DateTime<Utc>) -> Standing {
    let own = || runs.iter().filter(|run| run.job == job.name);
    let Some(scheduled) = job.timing.last(now) else { return Standing::Settled };
    if let Some(later) = own().filter(|run| run.scheduled > scheduled).max_by_key(|run| run.scheduled) {
        let is_ahead = later.scheduled > now;
        return if is_ahead { Standing::ClockBack { scheduled: later.scheduled } } else { Standing::Settled };
    }
    let is_late = job.deadline.is_some_and(|deadline| now - scheduled > deadline.delta());
    let due = |attempt| if is_late { Standing::Missed { scheduled } } else { Standing::Due { scheduled, attempt } };
    let Some(run) = own().rfind(|run| run.scheduled == scheduled) else { return due(Attempt::First) };
    match (run.result, retry_at(run)) {
        (Ending::Stopped, _) => due(Attempt::First),
        (Ending::Running, _) => due(Attempt::Again),
        (Ending::Waiting, Some(again)) if !is_late && now < last_retry(job, scheduled) => {
            // A clock that was set back since does not keep anyone waiting for longer than a try does.
            if now >= again || again - now > RETRY {
                Standing::Due { scheduled, attempt: Attempt::Retry }
            } else {
                Standing::Waits { scheduled, again }
            }
        }
        _ => Standing::Settled,
    }
}

fn retry_at(run: &Run) -> Option<DateTime<Utc>> {
    run.ended?.checked_add_signed(RETRY)
}

/// Until when a gateway is asked again: the next session opens then, and brings a day of its own.
fn last_retry(job: &Planned, scheduled: DateTime<Utc>) -> DateTime<Utc> {
    next_open(job.exchange, scheduled)
}

/// When the next session opens after an instant; where the hours are not known, when its day begins.
fn next_open(exchange: Exchange, after: DateTime<Utc>) -> DateTime<Utc> {
    let local = after.with_timezone(&exchange.zone()).date_naive();
    let days = (0..30).filter_map(|days| local.checked_add_days(Days::new(days)));
    let opens = days.filter(|day| exchange.is_session(*day)).filter_map(|day| {
        let midnight = || Some(day.and_hms_opt(0, 0, 0)?.and_local_timezone(exchange.zone()).earliest()?.to_utc());
        exchange.open(day).or_else(midnight)
    });
    opens.into_iter().find(|open| *open > after).unwrap_or(after)
}

/// Writes down that a run begins.
pub fn begin(runs: &mut Vec<Run>, job: &Planned, scheduled: DateTime<Utc>, attempt: Attempt, now: DateTime<Utc>) {
    let result = if attempt == Attempt::Again { Ending::Again } else { Ending::Running };
    match runs.iter_mut().rfind(|run| run.job == job.name && run.scheduled == scheduled) {
        Some(run) => (run.ended, run.result) = (None, result),
        None => runs.push(Run {
            job: job.name.clone(),
            scheduled,
            started: now,
            ended: None,
            result,
            detail: String::new(),
        }),
    }
}

/// Writes down what became of the run that has begun last.
pub fn end(runs: &mut [Run], job: &str, scheduled: DateTime<Utc>, now: DateTime<Utc>, result: Ending, detail: &str) {
    if let Some(run) = runs.iter_mut().rfind(|run| run.job == job && run.scheduled == scheduled) {
        (run.ended, run.result) = (Some(now), result);
        detail.clone_into(&mut run.detail);
    }
}

/// Gives up what can no longer be done: a wait that has gone on until the next session, and a run that was cut short twice.
/// Only while no run is under way. Returns whether anything changed.
pub fn settle(jobs: &[Planned], runs: &mut [Run], now: DateTime<Utc>) -> bool {
    let mut changed = false;
    for run in runs {
        let is_over = match run.result {
            Ending::Waiting => {
                let job = jobs.iter().find(|job| job.name == run.job);
                job.is_none_or(|job| {
                    now >= last_retry(job, run.scheduled)
                        || job.timing.last(now) > Some(run.scheduled)
                        || job.deadline.is_some_and(|deadline| now - run.scheduled > deadline.delta())
                })
            }
            // It came again before anybody went on with it.
            Ending::Running | Ending::Stopped => {
                let job = jobs.iter().find(|job| job.name == run.job);
                let is_past = job.is_none_or(|job| job.timing.last(now) > Some(run.scheduled));
                if is_past {
                    "the program ended in the middle of it, and was not run again in time"
                        .clone_into(&mut run.detail);
                }
                is_past
            }
            Ending::Again => {
                "the program ended twice in the middle of it; see logs/schedule.log".clone_into(&mut run.detail);
                true
            }
            _ => false,
        };
        if is_over {
            run.result = Ending::Failed;
            run.ended.get_or_insert(now);
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
