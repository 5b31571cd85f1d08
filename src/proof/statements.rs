//! Which of the broker's statements a day was read from: the digests of the files as they were received.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::record::store::raw_files;
use crate::site_dir::SiteDir;

/// The digests of statements by the time at which the broker made them.
#[derive(Debug, Default)]
pub struct Statements(BTreeMap<DateTime<Utc>, BTreeSet<Digest>>);

impl Statements {
    /// Those that were made at these times, of the files that are kept. One that cannot be read any more is left out.
    ///
    /// # Errors
    /// The folder of kept files cannot be read.
    pub fn of(site: &SiteDir, config: &Config, times: &BTreeSet<DateTime<Utc>>) -> Result<Self> {
        let mut statements = Self::default();
        if times.is_empty() {
            return Ok(statements);
        }
        for path in raw_files(site, "xml")? {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            if !flex::made_on(&bytes).is_none_or(|date| is_near(times, date)) {
                continue;
            }
            let Ok(batch) = flex::parse(&path, &bytes, &FlexSettings::of(config)) else { continue };
            let digest = Digest::of(&bytes);
            let of_days = batch.snapshots.iter().filter_map(|snapshot| snapshot.generated);
            let of_fills = batch.executions.iter().filter_map(|fill| fill.generated);
            for time in of_days.chain(of_fills).filter(|time| times.contains(time)) {
                statements.0.entry(time).or_default().insert(digest);
            }
        }
        Ok(statements)
    }

    /// What is committed to: the digests of the statements that were made at these times, a line each; nothing where one is not kept.
    pub fn value(&self, times: &BTreeSet<DateTime<Utc>>) -> Option<String> {
        let mut digests = BTreeSet::new();
        for time in times {
            digests.extend(self.0.get(time)?);
        }
        let lines: Vec<String> = digests.iter().map(Digest::to_string).collect();
        Some(lines.join("\n")).filter(|lines| !lines.is_empty())
    }
}

/// Every statement that is kept: the day on which the broker made it, in a zone of its own, where it says so in the usual form, and its
/// digest.
pub struct AllStatements(Vec<(Option<NaiveDate>, Digest)>);

impl AllStatements {
    /// Those of a site.
    ///
    /// # Errors
    /// The folder of kept files cannot be read.
    pub fn of(site: &SiteDir) -> Result<Self> {
        let mut all = Vec::new();
        for path in raw_files(site, "xml")? {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            all.push((flex::made_on(&bytes), Digest::of(&bytes)));
        }
        all.sort();
        Ok(Self(all))
    }

    /// Their digests, those first that were made from a date on: what a day was read from is soon found.
    pub fn since(&self, date: NaiveDate) -> impl Iterator<Item = Digest> {
        let first = self.0.partition_point(|(made_on, _)| made_on.is_none_or(|made| made < date));
        let (before, since) = self.0.split_at(first);
        since.iter().chain(before.iter().rev()).map(|(_, digest)| *digest)
    }
}

fn is_near(times: &BTreeSet<DateTime<Utc>>, date: NaiveDate) -> bool {
    let (first, last) = (date.checked_sub_days(Days::new(1)), date.checked_add_days(Days::new(1)));
    times.iter().any(|time| Some(time.date_naive()) >= first && Some(time.date_naive()) <= last)
}
