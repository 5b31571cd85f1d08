//! A record in memory, of which the author's texts are read again without the rest.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::content_files::{self, Content, InRecord, Text};
use super::cut::TextsSince;
use super::{Document, Finding, FindingKind, Record, Settings, Severity, dated_texts, load, placeholders};
use crate::calendar::Exchange;
use crate::error::Place;
use crate::site_dir::SiteDir;

/// A record, and what it takes to exchange the texts in it.
#[derive(Debug)]
pub struct HeldRecord {
    record: Record,
    /// What was found in `data/`, which no text changes.
    data_findings: Vec<Finding>,
    content: Content,
    /// The date after which nothing can have been written yet.
    today: NaiveDate,
    /// Which texts belong to the record, where it is cut at its inception.
    since: Option<TextsSince>,
    /// How many warnings there are about data that was not read this time.
    unread_warnings: usize,
}

/// What became of texts that were read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reread {
    /// They say something else, and that is all: the same texts are there, notes are of the same orders.
    OnlyWords,
    /// That may not be all.
    MoreThanWords,
}

/// What has to be known of a record's data to read its texts alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct DataOfTexts {
    exchange: Exchange,
    zone: Tz,
    since: Option<TextsSince>,
    today: NaiveDate,
    /// How many warnings there are about data.
    warnings: usize,
}

impl HeldRecord {
    /// What has to be known of its data to read its texts alone.
    pub fn data_of_texts(&self) -> DataOfTexts {
        let exchange = self.record.exchange;
        let warnings = self.unread_warnings + warnings(&self.data_findings);
        let (since, today) = (self.since.clone(), self.today);
        DataOfTexts { exchange, zone: exchange.zone(), since, today, warnings }
    }

    /// Reads the texts alone. The record has none of its data then, nor what was found in it.
    pub fn of_texts(site: &SiteDir, data: DataOfTexts) -> Self {
        let exchange = data.exchange.or_weekdays_in(data.zone);
        let record = Record { exchange, ..Record::default() };
        let DataOfTexts { since, today, warnings: unread_warnings, .. } = data;
        let content = content_files::read(site, today);
        let mut held = Self { record, data_findings: Vec::new(), content, today, since, unread_warnings };
        held.put_texts();
        held
    }

    /// Reads everything. `today` is the date after which nothing can have happened yet.
    pub fn load(site: &SiteDir, settings: &dyn Settings, today: NaiveDate) -> Self {
        let (mut record, content) =
            rayon::join(|| load::data(site, settings, today), || content_files::read(site, today));
        let data_findings = std::mem::take(&mut record.findings);
        let inception = settings.inception();
        let since = inception.map(|inception| TextsSince::of(&record, inception));
        let record = match inception {
            Some(inception) => record.since(inception),
            None => record,
        };
        let mut held = Self { record, data_findings, content, today, since, unread_warnings: 0 };
        held.put_texts();
        held
    }

    /// Reads these files of the texts again, by their paths below the site's root: those that are new, gone or other ones.
    pub fn read_texts(&mut self, site: &SiteDir, changed: &BTreeSet<PathBuf>, today: NaiveDate) -> Reread {
        self.today = today;
        if let Some(texts) = self.content.other_words(site, changed, today)
            && texts.iter().all(|(_, text)| text.place_in(&mut self.record).is_some())
        {
            texts.iter().for_each(|(_, text)| self.put_words(text));
            self.record.findings.sort();
            self.content.put_words(texts);
            return Reread::OnlyWords;
        }
        self.content = std::mem::take(&mut self.content).read_again(site, today, |path| changed.contains(path));
        self.put_texts();
        Reread::MoreThanWords
    }

    /// Puts other words into the place that a text has in the record.
    fn put_words(&mut self, text: &Text) {
        match text.place_in(&mut self.record) {
            Some(InRecord::Annotation(place, note)) => place.clone_from(note),
            Some(InRecord::Document(place, document)) => {
                place.clone_from(document);
                let is_of_it =
                    |place: &Option<Place>| place.as_ref().is_some_and(|place| place.path == document.path);
                let findings = &mut self.record.findings;
                let is_of_words = |kind| matches!(kind, FindingKind::FillIn | FindingKind::Future);
                findings.retain(|finding| !is_of_words(finding.kind) || !is_of_it(&finding.place));
                findings.extend(of_words(document));
            }
            None => {}
        }
    }

    fn put_texts(&mut self) {
        let mut texts = Record::default();
        let mut findings = self.data_findings.clone();
        findings.extend(self.content.put_into(&mut texts));
        findings.extend(texts.pages.values().chain(texts.commentary.values()).flat_map(of_words));
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

/// What is to be said of the words of a text.
fn of_words(document: &Document) -> impl Iterator<Item = Finding> {
    placeholders::finding(document).into_iter().chain(dated_texts::finding(document))
}

fn warnings(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Warning).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const NOTE: &str = "+++\nid = \"a\"\nsymbol = \"A\"\ncreated_at = 2022-06-03T09:00:00Z\n";

    /// What becomes of one file when it is read again, held against a record that is loaded anew.
    fn reread(held: &mut HeldRecord, site: &SiteDir, path: &str, text: Option<&str>) -> Reread {
        let file = site.root().join(path);
        match text {
            Some(text) => std::fs::write(file, text).unwrap(),
            None => std::fs::remove_file(file).unwrap(),
        }
        let today = "2100-01-01".parse().unwrap();
        let reread = held.read_texts(site, &BTreeSet::from([path.into()]), today);
        let anew = HeldRecord::load(site, &Config::default(), today);
        let texts = |record: &Record| {
            let Record { annotations, commentary, pages, findings, .. } = record;
            format!("{annotations:#?} {commentary:#?} {pages:#?} {findings:#?}")
        };
        assert_eq!(texts(held.record()), texts(anew.record()), "{path} {text:?}");
        reread
    }

    #[test]
    fn other_words_are_put_in_place_and_whatever_else_has_changed_is_read_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        for below in ["content/trades", "content/months"] {
            std::fs::create_dir_all(folder.path().join(below)).unwrap();
        }
        let mut held = HeldRecord::load(&site, &Config::default(), "2100-01-01".parse().unwrap());
        let note = |more: &str| format!("{NOTE}{more}+++\nWords.\n");
        let thesis = note("[pre_trade]\nthesis = \"Why\"\n");
        let side = note("[pre_trade]\nthesis = \"Why\"\nside = \"BUY\"\n");
        use Reread::{MoreThanWords, OnlyWords};
        for (path, text, expected) in [
            ("content/trades/a.md", Some(note("").as_str()), MoreThanWords),
            ("content/trades/a.md", Some(thesis.as_str()), OnlyWords),
            ("content/trades/a.md", Some(side.as_str()), MoreThanWords),
            ("content/trades/b.md", Some(side.as_str()), MoreThanWords),
            ("content/trades/b.md", Some("+++\nid = 1\n+++\n"), MoreThanWords),
            ("content/trades/b.md", None, MoreThanWords),
            ("content/about.md", Some("# Me\n\n[Fill in]\n"), MoreThanWords),
            ("content/about.md", Some("# Us\n\nWords.\n\n[Fill in: more] [fill in]\n"), OnlyWords),
            ("content/about.md", Some("+++\ndraft = true\n+++\n# Us\n\n[Fill in]\n"), OnlyWords),
            ("content/months/2022-06.md", Some("June.\n"), MoreThanWords),
            ("content/months/2022-06.md", Some("June, [fill in].\n"), OnlyWords),
            // Of two for one month the first counts.
            ("content/months/2022-06.markdown", Some("June again.\n"), MoreThanWords),
            ("content/months/2022-06.markdown", Some("June once more.\n"), OnlyWords),
            ("content/months/2022-06.md", Some("Not June.\n"), MoreThanWords),
            ("content/months/2022-06.markdown", None, MoreThanWords),
            // A date that has not come yet holds a text back, and one that has come publishes it.
            ("content/months/2022-06.md", Some("+++\ndate = 2100-01-02\n+++\nLate.\n"), OnlyWords),
            ("content/months/2022-06.md", Some("+++\ndate = 2100-01-01\n+++\nLate.\n"), OnlyWords),
            ("content/paper.csv", Some("a,b\n"), MoreThanWords),
        ] {
            assert_eq!(reread(&mut held, &site, path, text), expected, "{path} {text:?}");
        }
    }
}
