//! Renewal: an entry with the digests of all stamps so far, so that a later stamp is over them too. A certificate expires after some
//! years, and its algorithm may fall; what was stamped again before is as good as the newest stamp.

use chrono::{DateTime, TimeDelta, Utc};

use super::entry::{Fields, Value, fields};
use super::folder::Stored;
use super::log::Kind;
use super::recording::{Recorded, with_entry};
use super::stamps::{files, lines_of};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::record::store::Store;
use crate::site_dir::SiteDir;

/// So long after the last renewal, or after the first stamp, the next one is due.
const EVERY: TimeDelta = TimeDelta::days(365);

/// Appends an entry with the digests of all time stamps and signatures, if it is due, or wanted in any case. `None` where nothing was
/// appended: nothing is stamped, or all stamps are listed already.
///
/// # Errors
/// As [`record`](super::record).
pub fn renew(site: &SiteDir, config: &Config, now: DateTime<Utc>, in_any_case: bool) -> Result<Option<Recorded>> {
    if !site.proof_log().exists() {
        return Ok(None);
    }
    let mut store = Store::open(site)?;
    let Some(stored) = Stored::read(site)? else { return Ok(None) };
    let is_listed = |name: &str| lines_of(name).is_some() || name.ends_with(".sig");
    let there = files(&site.proof_stamps(), is_listed)?;
    let stamps: Fields =
        there.into_iter().map(|(name, bytes)| (name, Digest::of(&bytes).to_string().into())).collect();
    let last = stored.iter().filter(|(line, _)| line.kind == Kind::Renew).last();
    let known = last.and_then(|(_, entry)| entry.0.get("stamps")?.as_map()).cloned().unwrap_or_default();
    let today = now.date_naive();
    if stamps == known
        || stamps.keys().all(|name| lines_of(name).is_none())
        || last.is_some_and(|(line, _)| line.date == today)
    {
        return Ok(None);
    }
    // Since the last renewal, or since the oldest stamp's entry was made.
    let since = last.map(|(line, _)| line.date).or_else(|| {
        let lines = stamps.keys().filter_map(|name| lines_of(name)).min()?;
        stored.log.lines().get(lines.checked_sub(1)?)?;
        let (entry, _) = stored.entries.get(lines - 1)?;
        Some(entry.text("made_at")?.parse::<DateTime<Utc>>().ok()?.date_naive())
    });
    if !in_any_case && since.is_none_or(|since| today - since < EVERY) {
        return Ok(None);
    }
    let says = fields([("stamps", Value::Map(stamps))]);
    let (files, recorded) = with_entry(site, config, now, stored, (Kind::Renew, says))?;
    store.replace(files)?;
    Ok(Some(recorded))
}

#[cfg(test)]
#[path = "renewing_tests.rs"]
mod tests;
