//! How the log of a site stands.

use chrono::{DateTime, NaiveDate, Utc};

use super::folder::{Stored, item_stamps};
use super::log::Kind;
use super::private::is_readable_by_others;
use super::recording::{Recorded, next};
use super::stamps::Stamps;
use super::timing::Timings;
use crate::config::Config;
use crate::error::Result;
use crate::site_dir::SiteDir;

/// What `proof status` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// How many entries there are of each kind.
    pub kinds: Vec<(&'static str, usize)>,
    /// The date of the newest entry.
    pub newest: Option<NaiveDate>,
    /// The digest of the log.
    pub head: String,
    /// How many lines the newest time stamp is over.
    pub stamped: Option<usize>,
    /// Which entries were stamped in time.
    pub timings: Timings,
    /// What the next recording would append, and what keeps it from that.
    pub next: Recorded,
}

/// How the log stands, and what the next recording would append. Nothing is written.
///
/// # Errors
/// As [`record`](super::record).
pub fn status(site: &SiteDir, config: &Config, now: DateTime<Utc>) -> Result<Option<Started>> {
    crate::record::store::finish_interrupted(site)?;
    let Some(stored) = Stored::read(site)? else { return Ok(None) };
    let count = |kind: Kind| stored.log.lines().iter().filter(|line| line.kind == kind).count();
    let kinds = Kind::ALL.into_iter().map(|kind| (kind.as_str(), count(kind))).filter(|(_, count)| *count > 0);
    let (kinds, newest) = (kinds.collect(), stored.log.lines().iter().map(|line| line.date).max());
    let head = stored.log.head().to_string();
    let stamps = Stamps::read(&site.proof_stamps(), &stored.log)?.map_err(|wrong| wrong.of(site))?;
    let alone = item_stamps(site)?;
    let timings = Timings::of(stored.iter(), &stamps, &alone);
    let stamped = stamps.all().last().map(|stamp| stamp.lines);
    let mut next = next(site, config, now, stored)?;
    if is_readable_by_others(site) {
        next.remarks
            .push("others on this computer can read the seed: `chmod 600 data/proof/private/seed`".to_owned());
    }
    Ok(Some(Started { kinds, newest, head, stamped, timings, next }))
}
