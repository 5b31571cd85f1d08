//! A build in two steps, for those who have to look at the record before a site is made of it.

use chrono::NaiveDate;

use super::lock::Lock;
use super::memory::{Look, Memory};
use super::{Built, Options, checked, made};
use crate::Result;
use crate::config::Config;
use crate::record::store::finish_interrupted;
use crate::record::{HeldRecord, Record};
use crate::site::Files;
use crate::site_dir::SiteDir;

/// A build whose record is loaded and whose site is not made yet.
pub struct Begun<'a> {
    site: &'a SiteDir,
    config: &'a Config,
    today: NaiveDate,
    /// What the record was loaded from.
    look: Option<Look>,
    held: HeldRecord,
}

/// A finished build with everything it holds.
pub struct Whole {
    /// What the build did.
    pub built: Built,
    /// Every file that stands in the folder, as it stands there.
    pub files: Files,
    /// What they were made from.
    pub held: HeldRecord,
    /// While this is held, no other build changes the folder.
    pub lock: Lock,
}

impl<'a> Begun<'a> {
    /// Loads the record.
    pub fn begin(site: &'a SiteDir, config: &'a Config, today: NaiveDate) -> Self {
        // What cannot be finished is told by those who read the record.
        let _ = finish_interrupted(site);
        let mut look = Look::at(site);
        let seen = look.as_mut().map_or_else(|| site.clone(), |look| look.seen(site));
        Self { site, config, today, look, held: HeldRecord::load(&seen, config, today) }
    }

    /// The record.
    pub fn record(&self) -> &Record {
        self.held.record()
    }

    /// Makes the site.
    ///
    /// # Errors
    /// As [`build`](super::build()).
    pub fn finish(self, options: &Options) -> Result<Whole> {
        let Self { site, config, today, look, held } = self;
        let lock = Lock::take(site)?;
        let public = site.public();
        let out = options.out.unwrap_or(&public);
        let mut memory = look.and_then(|look| Memory::after(look, site, config, today, options, out));
        let again = memory.as_mut().and_then(|memory| Some((memory.unchanged()?, memory.standing()?)));
        let (built, files) = match again {
            Some((said, files)) => (Built::again(said), files),
            None => {
                let figures = checked(held.record(), config, options)?;
                made(site, config, options, memory, &held, &figures, false)?
            }
        };
        Ok(Whole { built, files, held, lock })
    }
}
