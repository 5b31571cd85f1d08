//! Which of the broker's statements a day was read from: the digests of the files as they were received.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::collect::flex::{self, FlexSettings};
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Result;
use crate::record::store::raw_files;
use crate::site_dir::SiteDir;

/// A statement as it was received.
struct Kept {
    /// The day on which the broker made it, in a zone of its own; nothing where it does not say so in the usual form.
    made_on: Option<NaiveDate>,
    digest: Digest,
    path: std::path::PathBuf,
}

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
        for kept in kept(site)? {
            if !kept.made_on.is_none_or(|date| is_near(times, date)) {
                continue;
            }
            let Ok(bytes) = std::fs::read(&kept.path) else { continue };
            let Ok(batch) = flex::parse(&kept.path, &bytes, &FlexSettings::of(config)) else { continue };
            let of_days = batch.snapshots.iter().filter_map(|snapshot| snapshot.generated);
            let of_fills = batch.executions.iter().filter_map(|fill| fill.generated);
            for time in of_days.chain(of_fills).filter(|time| times.contains(time)) {
                statements.0.entry(time).or_default().insert(kept.digest);
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

/// Every statement that is kept.
pub struct AllStatements(Vec<Kept>);

impl AllStatements {
    /// Those of a site.
    ///
    /// # Errors
    /// The folder of kept files cannot be read.
    pub fn of(site: &SiteDir) -> Result<Self> {
        Ok(Self(kept(site)?))
    }

    /// Their digests, those first that were made from a date on: what a day was read from is soon found.
    pub fn since(&self, date: NaiveDate) -> impl Iterator<Item = Digest> {
        let first = self.0.partition_point(|kept| kept.made_on.is_none_or(|made| made < date));
        let (before, since) = self.0.split_at(first);
        since.iter().chain(before.iter().rev()).map(|kept| kept.digest)
    }
}

fn is_near(times: &BTreeSet<DateTime<Utc>>, date: NaiveDate) -> bool {
    let (first, last) = (date.checked_sub_days(Days::new(1)), date.checked_add_days(Days::new(1)));
    times.iter().any(|time| Some(time.date_naive()) >= first && Some(time.date_naive()) <= last)
}

/// By the day on which they were made.
fn kept(site: &SiteDir) -> Result<Vec<Kept>> {
    let mut all = Vec::new();
    for path in raw_files(site, "xml")? {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        all.push(Kept { made_on: flex::made_on(&bytes), digest: Digest::of(&bytes), path });
    }
    all.sort_by_key(|kept| (kept.made_on, kept.digest));
    Ok(all)
}
