//! The site that is published: made once, searched, and held in memory, so that what leaves is what was searched.

use crate::build::{self, Begun, Lock, Typeset, Whole};
use crate::config::Config;
use crate::error::Result;
use crate::publication::scan::{Secrets, refuse_leaks};
use crate::record::{HeldRecord, Record};
use crate::site::Files;
use crate::site::output::{KEEP, MANIFEST, with_manifest};
use crate::site_dir::SiteDir;

use super::Options;

/// A record that was loaded to be published.
pub struct Loaded<'a> {
    site: &'a SiteDir,
    config: &'a Config,
    way: Way<'a>,
}

enum Way<'a> {
    /// `public/` becomes this site.
    Built(Box<Begun<'a>>),
    /// Nothing is written.
    Dry(Box<HeldRecord>),
}

/// The finished site.
pub struct Made {
    /// Every file of it.
    pub files: Files,
    /// What it was made from.
    pub held: HeldRecord,
    /// The monthly reports; nothing in a dry run.
    pub reports: Option<Typeset>,
    /// Keeps `public/` as it is; nothing in a dry run.
    pub lock: Option<Lock>,
}

impl<'a> Loaded<'a> {
    /// Loads the record, once for everything that follows.
    pub fn load(site: &'a SiteDir, config: &'a Config, options: &Options) -> Self {
        let way = if options.is_dry {
            Way::Dry(Box::new(HeldRecord::load(site, config, options.today)))
        } else {
            Way::Built(Box::new(Begun::begin(site, config, options.today)))
        };
        Self { site, config, way }
    }

    /// The record.
    pub fn record(&self) -> &Record {
        match &self.way {
            Way::Built(begun) => begun.record(),
            Way::Dry(held) => held.record(),
        }
    }

    /// Makes the site of it.
    ///
    /// # Errors
    /// As [`build::build`].
    pub fn made(self, base_url: Option<&str>) -> Result<Made> {
        let Self { site, config, way } = self;
        let building = build::Options { base_url, ..build::Options::default() };
        match way {
            Way::Built(begun) => {
                let Whole { built, mut files, held, lock } = begun.finish(&building)?;
                files.remove(KEEP);
                Ok(Made { files, held, reports: Some(built.reports), lock: Some(lock) })
            }
            Way::Dry(held) => {
                // With the reports that are kept, but keeping none.
                let cache = build::cache(site).read_only();
                let files = build::render(site, held.record(), config, &building, &cache)?.files;
                Ok(Made { files: with_manifest(&files), held: *held, reports: None, lock: None })
            }
        }
    }
}

impl Made {
    /// Searches everything that is about to leave, whoever made it and when.
    ///
    /// # Errors
    /// Whatever private is in it.
    pub fn refuse_leaks(&self, config: &Config) -> Result<()> {
        let mut files = self.files.clone();
        // The digits of digests look like any number.
        files.remove(MANIFEST);
        refuse_leaks(&Secrets::of(self.held.record(), config).search(&files))
    }
}
