//! A run that brings data in: the store, opened once, and the record as it is after each commit.

use chrono::{DateTime, Utc};

use crate::calendar::last_possible_date;
use crate::config::Config;
use crate::error::Result;
use crate::record::store::{Changes, Committed, Store};
use crate::record::{Record, load};
use crate::site_dir::SiteDir;

/// One run on one site, which no other process writes to meanwhile.
pub struct Work<'a> {
    /// What the site is configured to be.
    pub config: &'a Config,
    /// The moment of the run.
    pub now: DateTime<Utc>,
    store: Store,
    /// The record, unless something was added since it was read.
    record: Option<Record>,
}

impl<'a> Work<'a> {
    /// Takes the site's lock for the whole run.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn begin(site: &SiteDir, config: &'a Config, now: DateTime<Utc>) -> Result<Self> {
        Ok(Self { config, now, store: Store::open(site)?.refusing_after(last_possible_date(now)), record: None })
    }

    /// The store, for what changes no fills, snapshots or cash.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Writes all of this, or nothing.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn commit(&mut self, changes: &Changes) -> Result<Committed> {
        let done = self.store.commit(changes)?;
        if !done.files.is_empty() {
            self.record = None;
        }
        Ok(done)
    }

    /// The record with the prices that have been stored since it was read.
    pub fn read_again(&mut self) -> &Record {
        self.record = None;
        self.record()
    }

    /// The record as it is now.
    pub fn record(&mut self) -> &Record {
        let (store, config, now) = (&self.store, self.config, self.now);
        self.record.get_or_insert_with(|| load::load(store.site(), config, last_possible_date(now)))
    }
}
