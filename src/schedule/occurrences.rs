//! When a job comes: the last time up to an instant, and the next one after it.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;

use crate::calendar::{Exchange, YearMonth};
use crate::config::{Config, Job, Moment, Span, Step};

/// A job whose times can be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// When it comes.
    pub timing: Timing,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// How late it may still begin; until it comes again where this says nothing.
    pub deadline: Option<Span>,
    /// How long it may take.
    pub limit: Span,
    /// The account's exchange: until its next session opens a gateway that is not logged in is asked again.
    pub exchange: Exchange,
}

/// When a job comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// By the sessions of an exchange.
    Sessions {
        /// Whose sessions.
        exchange: Exchange,
        /// Whether only the first session of each month counts.
        is_first_of_month: bool,
        /// The time on such a day.
        moment: Moment,
    },
    /// By a pattern.
    Pattern {
        /// The pattern.
        cron: Box<Cron>,
        /// The zone whose clock it is read by.
        zone: Tz,
    },
}

/// The days that are looked at, either way: more than two months, which hold two first sessions.
const REACH: u64 = 70;

impl Timing {
    /// The last time it came up to an instant, that instant included.
    pub fn last(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Sessions { .. } => {
                let latest = now.date_naive().checked_add_days(Days::new(2))?;
                let days = (0..REACH).filter_map(|back| latest.checked_sub_days(Days::new(back)));
                days.filter_map(|day| self.on(day)).find(|time| *time <= now)
            }
            Self::Pattern { cron, zone } => {
                Some(cron.find_previous_occurrence(&now.with_timezone(zone), true).ok()?.to_utc())
            }
        }
    }

    /// The first time it comes after an instant.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Sessions { .. } => {
                let earliest = now.date_naive().checked_sub_days(Days::new(2))?;
                let days = (0..REACH).filter_map(|on| earliest.checked_add_days(Days::new(on)));
                days.filter_map(|day| self.on(day)).find(|time| *time > now)
            }
            Self::Pattern { cron, zone } => {
                Some(cron.find_next_occurrence(&now.with_timezone(zone), false).ok()?.to_utc())
            }
        }
    }

    /// When it comes on the day of a session.
    fn on(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let Self::Sessions { exchange, is_first_of_month, moment } = self else { return None };
        let counts = exchange.is_session(date) && (!is_first_of_month || is_first_session(*exchange, date));
        match moment {
            _ if !counts => None,
            Moment::Open(offset) => exchange.open(date)?.checked_add_signed(*offset),
            Moment::Close(offset) => exchange.close(date)?.checked_add_signed(*offset),
            Moment::Clock(time, zone) => instant(date, *time, *zone),
        }
    }
}

fn is_first_session(exchange: Exchange, date: NaiveDate) -> bool {
    exchange.sessions(YearMonth::of(date).first_day()..=date).next() == Some(date)
}

/// The instant of a local time: the first of two where clocks go back, an hour later where they skip it.
fn instant(date: NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    let local = date.and_time(time);
    let skipped = || zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
    Some(zone.from_local_datetime(&local).earliest().or_else(skipped)?.to_utc())
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { cron, zone } => write!(f, "{} {zone}", cron.as_str()),
            Self::Sessions { exchange, is_first_of_month, moment } => {
                let first = if *is_first_of_month { " first session of month" } else { "" };
                let offset = |offset: &TimeDelta| match offset.num_minutes() {
                    0 => String::new(),
                    minutes if minutes < 0 => format!(" - {}", Span::minutes(minutes.unsigned_abs() as u32)),
                    minutes => format!(" + {}", Span::minutes(minutes.unsigned_abs() as u32)),
                };
                match moment {
                    Moment::Open(by) => write!(f, "{exchange}{first} open{}", offset(by)),
                    Moment::Close(by) => write!(f, "{exchange}{first} close{}", offset(by)),
                    Moment::Clock(time, zone) => write!(f, "{exchange}{first} {} {zone}", time.format("%H:%M")),
                }
            }
        }
    }
}

/// The jobs of a configuration; without any, the two that every record needs. `exchange` is the account's.
pub fn planned(config: &Config, exchange: Exchange) -> Vec<Planned> {
    if config.job.is_empty() {
        return usual(config, exchange);
    }
    config.job.iter().filter_map(|job| of_job(job, exchange)).collect()
}

fn of_job(job: &Job, exchange: Exchange) -> Option<Planned> {
    let timing = match (&job.at, &job.cron, job.zone) {
        (Some(at), ..) => Timing::Sessions {
            exchange: at.exchange.unwrap_or(exchange),
            is_first_of_month: at.is_first_of_month,
            moment: with_hours(at.moment, at.exchange.unwrap_or(exchange)),
        },
        (None, Some(pattern), Some(zone)) => Timing::Pattern { cron: pattern.cron.clone(), zone: zone.0 },
        _ => return None,
    };
    let (name, steps) = (job.name.clone(), job.run.clone());
    Some(Planned { name, timing, steps, deadline: job.deadline, limit: job.limit, exchange })
}

/// The moment on an exchange whose hours may not be known: 08:00 there for the open and 18:00 for the close.
fn with_hours(moment: Moment, exchange: Exchange) -> Moment {
    let at = |hour| Moment::Clock(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default(), exchange.zone());
    match moment {
        Moment::Open(_) if !exchange.has_calendar() => at(8),
        Moment::Close(_) if !exchange.has_calendar() => at(18),
        known => known,
    }
}

/// The day's data after the close and, where there is a strategy, the month's signal before the open of its first session.
fn usual(config: &Config, exchange: Exchange) -> Vec<Planned> {
    let job = |name: &str, is_first_of_month, moment, steps: &[Step]| Planned {
        name: name.to_owned(),
        timing: Timing::Sessions { exchange, is_first_of_month, moment: with_hours(moment, exchange) },
        steps: steps.to_vec(),
        deadline: None,
        limit: Job::default().limit,
        exchange,
    };
    let is_published = config.publish != crate::config::Publish::default();
    let daily = [Step::Collect, Step::Build].into_iter().chain(is_published.then_some(Step::Publish));
    let daily: Vec<Step> = daily.collect();
    let daily = job("daily", false, Moment::Close(TimeDelta::minutes(20)), &daily);
    let before_open = Moment::Open(-TimeDelta::hours(1));
    let signal = || job("signal", true, before_open, &[Step::Prices, Step::Signal, Step::List, Step::Build]);
    std::iter::once(daily).chain((!config.strategy.is_empty()).then(signal)).collect()
}

#[cfg(test)]
#[path = "occurrences_tests.rs"]
mod tests;
