//! A record in memory, of which the author's texts are read again without the rest.

use std::path::Path;

use chrono::NaiveDate;

use super::content_files::{self, Content};
use super::cut::TextsSince;
use super::{Finding, Record, Settings, load, placeholders};
use crate::site_dir::SiteDir;

/// A record, and what it takes to exchange the texts in it.
#[derive(Debug)]
pub struct HeldRecord {
    record: Record,
    /// What was found in `data/`, which no text changes.
    data_findings: Vec<Finding>,
    content: Content,
    /// Which texts belong to the record, where it is cut at its inception.
    since: Option<TextsSince>,
    is_live: bool,
}

impl HeldRecord {
    /// Reads everything. `today` is the date after which nothing can have happened yet.
    pub fn load(site: &SiteDir, settings: &dyn Settings, today: NaiveDate) -> Self {
        let (mut record, content) = rayon::join(|| load::data(site, settings, today), || content_files::read(site));
        let data_findings = std::mem::take(&mut record.findings);
        let inception = settings.inception();
        let since = inception.map(|inception| TextsSince::of(&record, inception));
        let record = match inception {
            Some(inception) => record.since(inception),
            None => record,
        };
        let mut held = Self { record, data_findings, content, since, is_live: settings.is_live() };
        held.put_texts();
        held
    }

    /// Reads the texts that may have changed again, by their paths below the site's root.
    pub fn read_texts(&mut self, site: &SiteDir, may_have_changed: impl Fn(&Path) -> bool + Sync) {
        self.content = std::mem::take(&mut self.content).read_again(site, may_have_changed);
        self.put_texts();
    }

    fn put_texts(&mut self) {
        let mut texts = Record::default();
        let mut findings = self.data_findings.clone();
        findings.extend(self.content.put_into(&mut texts));
        findings.extend(placeholders::findings(&texts, self.is_live));
        findings.sort();
        let Record { mut annotations, mut commentary, pages, .. } = texts;
        if let Some(since) = &self.since {
            since.cut(&mut annotations, &mut commentary);
        }
        self.record = Record { annotations, commentary, pages, findings, ..std::mem::take(&mut self.record) };
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The record alone.
    pub fn into_record(self) -> Record {
        self.record
    }
}
