//! The reports of a site as a job that can be done beside it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::calendar::YearMonth;
use crate::config;
use crate::kept::{Kept, Made};
use crate::proof::Witness;
use crate::publication::Publication;
use crate::publication::scan::Secrets;
use crate::render::own_templates::OwnTemplates;
use crate::render::pictures::Pictures;
use crate::report::{self, Cache, Reports};
use crate::{Error, Result, site};

/// Reports to be typeset, with everything that it takes.
pub struct Typesetting {
    pub(super) number: u64,
    pub(super) publication: Arc<Publication>,
    pub(super) secrets: Arc<Secrets>,
    pub(super) pictures: Arc<Pictures>,
    pub(super) templates: Arc<OwnTemplates>,
    pub(super) base_url: Option<String>,
    pub(super) drafts: bool,
    pub(super) report: config::Report,
    /// The site's root.
    pub(super) root: PathBuf,
    pub(super) witnesses: BTreeMap<YearMonth, Witness>,
    pub(super) cache: Arc<Cache>,
    pub(super) kept: Kept,
    pub(super) brake: Brake,
}

/// Holds up or ends a job from another thread, before the next report that it would typeset.
#[derive(Debug, Clone, Default)]
pub struct Brake(Arc<(Mutex<Way>, Condvar)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    #[default]
    Free,
    Held,
    Ended,
}

impl Brake {
    /// Lets the job wait, so that it takes no time from something more urgent.
    pub fn hold(&self) {
        self.set(Way::Held);
    }

    /// Lets the job go on.
    pub fn release(&self) {
        self.set(Way::Free);
    }

    /// Ends the job for good: nobody wants its reports any more.
    pub fn end(&self) {
        self.set(Way::Ended);
    }

    fn set(&self, way: Way) {
        let (now, changed) = &*self.0;
        let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
        if *now != Way::Ended {
            *now = way;
        }
        changed.notify_all();
    }

    /// Waits while the job is held up, and says whether it goes on.
    fn lets_go_on(&self) -> bool {
        let (now, changed) = &*self.0;
        let now = now.lock().unwrap_or_else(PoisonError::into_inner);
        let now = changed.wait_while(now, |now| *now == Way::Held).unwrap_or_else(PoisonError::into_inner);
        *now != Way::Ended
    }
}

/// Typeset reports, for [`Session::put_reports`](super::session::Session::put_reports).
pub struct TypesetReports {
    /// Of which site.
    pub(super) number: u64,
    pub(super) secrets: Arc<Secrets>,
    pub(super) reports: Reports,
    pub(super) made: Arc<BTreeMap<String, Made>>,
}

impl Typesetting {
    /// What holds it up, or ends it before its time. The reports that it has made by then are in the cache.
    pub fn brake(&self) -> Brake {
        self.brake.clone()
    }

    /// Typesets those that are not the same as before.
    ///
    /// # Errors
    /// The first that cannot be typeset: a template that is wrong, commentary that cannot be typeset; an end before its time.
    pub fn run(self) -> Result<TypesetReports> {
        let reports = self.with_options(|options| report::all(&self.publication, options))?;
        Ok(TypesetReports {
            number: self.number,
            secrets: self.secrets,
            reports,
            made: Arc::new(self.kept.into_made()),
        })
    }

    /// Draws the pages of the report of one month: a PNG with `scale` pixels a point.
    ///
    /// # Errors
    /// As [`Self::run`], and a month without a report.
    pub fn picture(&self, month: YearMonth, scale: f64) -> Result<Vec<u8>> {
        self.with_options(|options| report::picture(&self.publication, month, options, scale))
    }

    fn with_options<T>(&self, work: impl FnOnce(&report::Options) -> T) -> T {
        work(&report::Options {
            base_url: self.base_url.as_deref(),
            drafts: self.drafts,
            templates: &self.templates,
            paper: self.report.paper,
            fonts: &self.report.fonts,
            root: &self.root,
            page_of: &site::page_of_files(&self.publication, self.drafts),
            pictures: &self.pictures,
            witnesses: &self.witnesses,
            cache: &self.cache,
            kept: Some(&self.kept),
            is_wanted: &|| self.brake.lets_go_on(),
        })
    }

    /// As [`Self::run`], on one thread alone, so that pages can be made meanwhile.
    ///
    /// # Errors
    /// As [`Self::run`]; no thread to be had.
    pub fn run_in_background(self) -> Result<TypesetReports> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|cause| Error::internal("cannot start a thread").because(cause))?;
        pool.install(|| self.run())
    }
}
