//! `data/alerts.csv`: which events were reported to whom, and which are still to be. Once an event is in it, what has to be
//! sent depends on nothing else, so that a restart, quiet hours and a service that is down lose nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::events::Event;
use crate::config::{Alert, Topic};
use crate::error::Result;
use crate::record::store::{Store, csv_bytes, table_rows, write_atomically};
use crate::site_dir::SiteDir;

/// One row: an event as one alert knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The alert's name.
    pub alert: String,
    /// What the event is about.
    pub rule: Topic,
    /// The event's name.
    pub event: String,
    /// Whether it lasts until it clears.
    pub lasts: bool,
    /// When it was first seen.
    pub since: DateTime<Utc>,
    /// When it was reported.
    pub sent: Option<DateTime<Utc>>,
    /// When it was over.
    pub cleared: Option<DateTime<Utc>>,
    /// Before this nothing is sent: the service asked for patience, or did not answer.
    pub not_before: Option<DateTime<Utc>>,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
    /// A file of the site that belongs to it.
    pub file: Option<String>,
}

/// The topic under which it is remembered that an alert is known: what was there before it is not reported to it.
const KNOWN: &str = "known";

/// Whether something is to be sent about a row, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has come.
    Came,
    /// It had come and is over, and nobody heard of it yet.
    CameAndCleared,
    /// It was reported, and is over.
    Cleared,
}

impl Row {
    /// What is to be sent about it.
    pub fn phase(&self) -> Option<Phase> {
        match (self.sent, self.cleared) {
            (None, None) => Some(Phase::Came),
            (None, Some(_)) => Some(Phase::CameAndCleared),
            (Some(_), Some(_)) => Some(Phase::Cleared),
            (Some(_), None) => None,
        }
    }
}

/// Takes in what there is now about the topics that were looked at. What has come is added, what is gone is cleared, and what
/// has come back before anybody heard that it had gone never went.
pub fn take_in(rows: &mut Vec<Row>, alert: &Alert, looked_at: &[Topic], events: &[Event], now: DateTime<Utc>) {
    let is_new = !rows.iter().any(|row| row.alert == alert.name && row.event == KNOWN);
    for event in events.iter().filter(|event| alert.is_about(event.topic)) {
        let known = rows.iter_mut().find(|row| row.alert == alert.name && row.event == event.key);
        match known {
            Some(row) => row.cleared = None,
            None => rows.push(Row {
                alert: alert.name.clone(),
                rule: event.topic,
                event: event.key.clone(),
                lasts: event.lasts,
                since: now,
                // What happened before there was the alert is no news.
                sent: (is_new && !event.lasts).then_some(now),
                cleared: None,
                not_before: None,
                title: event.title.clone(),
                text: event.text.clone(),
                file: event.file.clone(),
            }),
        }
    }
    let is_there = |row: &Row| events.iter().any(|event| event.key == row.event);
    for row in rows.iter_mut().filter(|row| row.alert == alert.name && row.lasts && row.event != KNOWN) {
        if looked_at.contains(&row.rule) && row.cleared.is_none() && !is_there(row) {
            row.cleared = Some(now);
        }
    }
    // Only a look at the whole record has seen what happened before.
    if is_new && looked_at.contains(&Topic::Signal) {
        rows.push(Row {
            alert: alert.name.clone(),
            rule: Topic::Failed,
            event: KNOWN.to_owned(),
            lasts: true,
            since: now,
            sent: Some(now),
            cleared: None,
            not_before: None,
            title: String::new(),
            text: String::new(),
            file: None,
        });
    }
}

/// The rows of an alert about which something is to be sent now, by their place. None in quiet hours: they are kept.
pub fn to_send(rows: &[Row], alert: &Alert, now: DateTime<Utc>) -> Vec<usize> {
    if alert.quiet.is_some_and(|quiet| quiet.holds(now)) {
        return Vec::new();
    }
    let waits = |row: &Row| row.not_before.is_some_and(|until| now < until && until - now <= LONGEST_WAIT);
    let own =
        rows.iter().enumerate().filter(|(_, row)| row.alert == alert.name && row.phase().is_some() && !waits(row));
    own.map(|(place, _)| place).collect()
}

/// The longest that a service is left alone. A clock that was set back keeps nobody waiting for longer.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

/// Writes down that what was to be sent about a row has been.
pub fn sent(row: &mut Row, now: DateTime<Utc>) {
    row.sent = Some(now);
    row.not_before = None;
}

/// Forgets what is over and was reported to be, and what belongs to alerts that are no longer configured.
pub fn forget(rows: &mut Vec<Row>, alerts: &[Alert]) {
    let is_over = |row: &Row| row.sent.zip(row.cleared).is_some_and(|(sent, cleared)| sent >= cleared);
    rows.retain(|row| !is_over(row) && alerts.iter().any(|alert| alert.name == row.alert));
}

/// The rows, in the order of the file. Without the file there are none.
///
/// # Errors
/// A file that cannot be read.
pub fn read(site: &SiteDir) -> Result<Vec<Row>> {
    table_rows(&site.alerts(), site)
}

/// Writes the rows in the place of the old ones, under the site's lock.
///
/// # Errors
/// Another process that goes on writing, or a folder that cannot be written to.
pub fn write(site: &SiteDir, rows: &[Row]) -> Result<()> {
    let path = site.alerts();
    if rows.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(crate::error::Error::io("remove the file", &path, error))
            }
            _ => Ok(()),
        };
    }
    let _store = Store::open(site)?;
    write_atomically(&path, &csv_bytes(rows)?, true)
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
