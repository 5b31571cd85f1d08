//! A record in memory, of which the author's texts are read again without the rest.

use std::path::Path;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::content_files::{self, Content};
use super::cut::TextsSince;
use super::{Finding, Record, Settings, Severity, load, placeholders};
use crate::calendar::Exchange;
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
    /// How many warnings there are about data that was not read this time.
    unread_warnings: usize,
}

/// What has to be known of a record's data to read its texts alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct DataOfTexts {
    exchange: Exchange,
    zone: Tz,
    since: Option<TextsSince>,
    /// How many warnings there are about data.
    warnings: usize,
}

impl HeldRecord {
    /// What has to be known of its data to read its texts alone.
    pub fn data_of_texts(&self) -> DataOfTexts {
        let exchange = self.record.exchange;
        let warnings = self.unread_warnings + warnings(&self.data_findings);
        DataOfTexts { exchange, zone: exchange.zone(), since: self.since.clone(), warnings }
    }

    /// Reads the texts alone. The record has none of its data then, nor what was found in it.
    pub fn of_texts(site: &SiteDir, settings: &dyn Settings, data: DataOfTexts) -> Self {
        let exchange = data.exchange.or_weekdays_in(data.zone);
        let record = Record { exchange, ..Record::default() };
        let (since, unread_warnings) = (data.since, data.warnings);
        let (content, is_live) = (content_files::read(site), settings.is_live());
        let mut held = Self { record, data_findings: Vec::new(), content, since, is_live, unread_warnings };
        held.put_texts();
        held
    }

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
        let is_live = settings.is_live();
        let mut held = Self { record, data_findings, content, since, is_live, unread_warnings: 0 };
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

    /// The record, cut at the last date that may be published.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// How many warnings there are about data and texts.
    pub fn warnings(&self) -> usize {
        self.unread_warnings + warnings(&self.record.findings)
    }

    /// The record alone.
    pub fn into_record(self) -> Record {
        self.record
    }
}

fn warnings(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Warning).count()
}
