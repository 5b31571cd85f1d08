//! A site that is held in memory while its author works on it: only what a change touches is made again.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;

use super::figures::Figures;
use super::inputs::{self, Changes};
use super::leaks;
use super::listing::{self, Listing};
pub use super::rebuilt::{Changed, Rebuilt, Settings, When};
use super::rebuilt::{Difference, Generation, Reports};
use super::texts::Texts;
use super::typesetting::{Brake, TypesetReports, Typesetting};
use crate::Result;
use crate::config::Config;
use crate::digest::Digest;
use crate::kept::{Before, Digests, Kept, Made};
use crate::proof::{self, Published};
use crate::publication::scan::{refuse_leaks, refuse_leaks_of};
use crate::record::{Finding, HeldRecord, Record};
use crate::render::own_templates::OwnTemplates;
use crate::render::pictures::Pictures;
use crate::report::{CARD_PATH, Cache, path_of};
use crate::site::theme::Theme;
use crate::site::{self, Files};
use crate::site_dir::SiteDir;

/// A site in memory from one change to the next.
///
/// ```text
/// let mut session = Session::open(site, std::env::vars(), Settings::default());
/// loop {
///     let rebuilt = session.rebuild(today, Changed::Unknown, When::Later)?;        // serve rebuilt.files
///     if let Some(typesetting) = session.typesetting() {                           // on another thread:
///         let finished = typesetting.run()?;
///         let rebuilt = session.put_reports(finished)?;                            // serve these; None: too late
///     }
/// }
/// ```
///
/// A watcher shows the pages as soon as they are made, with [`When::Later`], and typesets the reports that show the change
/// in the background: [`Session::typesetting`] is a job of its own that can be sent to another thread. Until its end the
/// site has the reports it had. An error leaves the last good site where it is and the session ready for the next
/// change; what was not read because of it is read then.
///
/// After any changes the site is byte by byte what [`build`](super::build()) makes of the same files.
pub struct Session {
    site: SiteDir,
    environment: Vec<(String, String)>,
    settings: Settings,
    inputs: Listing,
    /// The texts and pictures among them.
    texts_now: Arc<Digests>,
    /// What has changed and was not read yet.
    stale: Changes,
    today: Option<NaiveDate>,
    config: Option<Arc<Config>>,
    /// The digest of data and of the settings of figures.
    data: Option<Digest>,
    record: Option<HeldRecord>,
    /// What figures take from its texts, as far as that is known.
    outline: Option<Digest>,
    /// The texts that the record has and the figures may not; `None` if that may be all.
    unsaid: Option<BTreeSet<PathBuf>>,
    computed: Option<Computed>,
    pictures: Arc<Pictures>,
    static_files: Arc<Files>,
    proof: Option<Arc<Published>>,
    templates: Arc<OwnTemplates>,
    /// The pages' templates, once they are parsed.
    theme: Option<Arc<Theme>>,
    /// What is odd about the site's own templates.
    unused: Vec<Finding>,
    cache: Arc<Cache>,
    last: Generation,
    /// Whether that is a site of everything that is there, as far as it was looked at.
    is_whole: bool,
    texts: Texts,
}

/// Figures, and what they were computed from.
#[derive(Clone)]
struct Computed {
    /// Everything but the words of texts.
    base: Digest,
    figures: Figures,
}

impl Session {
    /// A session that has read nothing yet. `environment` is what the configuration takes from there.
    pub fn open(site: SiteDir, environment: impl IntoIterator<Item = (String, String)>, settings: Settings) -> Self {
        Self {
            environment: environment.into_iter().collect(),
            settings,
            inputs: Listing::default(),
            texts_now: Arc::default(),
            stale: Changes::all(),
            today: None,
            config: None,
            data: None,
            record: None,
            outline: None,
            unsaid: None,
            computed: None,
            pictures: Arc::default(),
            static_files: Arc::default(),
            proof: None,
            templates: Arc::default(),
            theme: None,
            unused: Vec::new(),
            cache: Arc::new(super::cache(&site)),
            last: Generation::default(),
            is_whole: false,
            texts: Texts::default(),
            site,
        }
    }

    /// The last site that was whole; empty before the first.
    pub fn files(&self) -> &Arc<Files> {
        &self.last.files
    }

    /// The pictures as they were last read.
    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// The configuration as it was last read.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_deref()
    }

    /// The record as it was last read, whether or not a site could be made of it.
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref().map(HeldRecord::record)
    }

    /// Makes the site anew as far as it has changed. `today` is the date after which nothing can have happened yet.
    ///
    /// # Errors
    /// As [`build`](super::build()), without those of writing; a configuration that is wrong.
    pub fn rebuild(&mut self, today: NaiveDate, changed: Changed, reports: When) -> Result<Rebuilt> {
        self.look(changed)?;
        self.remake(today, reports)
    }

    /// As [`Self::rebuild`], of the files as they were last looked at.
    ///
    /// # Errors
    /// As [`Self::rebuild`].
    pub fn remake(&mut self, today: NaiveDate, reports: When) -> Result<Rebuilt> {
        self.is_whole = false;
        if self.today.replace(today) != Some(today) {
            self.stale.data = true;
        }
        let config = self.read_config()?;
        let computed = self.compute(&config, today)?;
        self.read_templates()?;
        self.read_pictures()?;
        let reports = match reports {
            When::Now => Some(self.typesetting_of(&config, &computed).run()?),
            When::Later => None,
        };
        self.read_static_files()?;
        self.read_proof(&config)?;
        let theme = self.parse_theme()?;
        let rebuilt = self.render(&computed, &theme, reports)?;
        self.is_whole = true;
        Ok(Rebuilt { edits: self.texts.edits(), ..rebuilt })
    }

    /// The reports that still have to be typeset for the last site, as a job for another thread; `None` if there are none.
    pub fn typesetting(&self) -> Option<Typesetting> {
        let (config, computed) = self.config.as_ref().zip(self.computed.as_ref())?;
        (self.is_whole && self.last.reports.wait).then(|| self.typesetting_of(config, computed))
    }

    /// What the picture of a report is made from, as a job for another thread; `None` before the first site.
    pub fn drawing(&self) -> Option<Typesetting> {
        let (config, computed) = self.config.as_ref().zip(self.computed.as_ref())?;
        Some(self.typesetting_of(config, computed))
    }

    /// The site with reports that were typeset meanwhile; `None` if it was made anew since, so that they are too late.
    ///
    /// # Errors
    /// Something private in them.
    pub fn put_reports(&mut self, typeset: TypesetReports) -> Result<Option<Rebuilt>> {
        let TypesetReports { number, secrets, reports, made } = typeset;
        if number != self.last.number {
            return Ok(None);
        }
        refuse_leaks(&secrets.search(&reports.words))?;
        let mut files = Files::clone(&self.last.files);
        files.extend(reports.files.iter().map(|(path, pdf)| (path.clone(), pdf.clone())));
        let difference = Difference::between(&self.last.files, &files);
        self.last.files = Arc::new(files);
        self.last.number += 1;
        self.last.reports = Reports { files: Arc::new(reports.files), made, warnings: reports.warnings, wait: false };
        Ok(Some(self.rebuilt(difference, reports.typeset)))
    }

    /// Looks at the files, and says whether one is new, gone, or another one than when they were last looked at.
    ///
    /// # Errors
    /// A file or folder that cannot be read.
    pub fn look(&mut self, changed: Changed) -> Result<bool> {
        // What an error kept from being seen may lie anywhere: everything is looked at until there is a site of it all again.
        let was_whole = std::mem::replace(&mut self.is_whole, false);
        // Where no clock can be asked, no file is taken to be the same by its times.
        let now = listing::now(&self.site.cache()).unwrap_or(i64::MIN);
        let changes = match changed {
            Changed::Paths(paths) if was_whole => inputs::renew_at(&self.site, paths, now, &mut self.inputs)?,
            _ => inputs::renew(&self.site, now, &mut self.inputs)?,
        };
        self.is_whole = was_whole && changes.is_empty();
        let has_changed = !changes.is_empty();
        if has_changed {
            inputs::renew_texts(Arc::make_mut(&mut self.texts_now), &self.inputs, &changes);
        }
        if self.settings.lines {
            self.texts.read(self.site.root(), &changes);
        }
        self.stale.add(changes);
        Ok(has_changed)
    }

    /// What was made before as far as it may be taken again.
    fn kept(&self, base: Digest, made: &Arc<BTreeMap<String, Made>>, files: &Arc<Files>) -> Kept {
        Kept::new(base, Arc::clone(&self.texts_now), Arc::clone(made), Before::Memory(Arc::clone(files)))
    }

    fn typesetting_of(&self, config: &Config, computed: &Computed) -> Typesetting {
        let Computed { base, figures } = computed;
        let reports = &self.last.reports;
        Typesetting {
            number: self.last.number,
            publication: Arc::clone(&figures.publication),
            secrets: Arc::clone(&figures.secrets),
            pictures: Arc::clone(&self.pictures),
            templates: Arc::clone(&self.templates),
            base_url: self.settings.base_url.clone(),
            drafts: self.settings.drafts,
            report: config.report.clone(),
            root: self.site.root().to_path_buf(),
            witnesses: proof::witnesses(self.proof.as_deref(), &figures.publication),
            cache: Arc::clone(&self.cache),
            kept: self.kept(*base, &reports.made, &reports.files),
            brake: Brake::default(),
        }
    }

    /// Renders the pages, with these reports or with those of before.
    fn render(&mut self, computed: &Computed, theme: &Theme, typeset: Option<TypesetReports>) -> Result<Rebuilt> {
        let Computed { base, figures } = computed;
        let kept = self.kept(*base, &self.last.made, &self.last.files);
        let months = figures.publication.months.iter().map(|month| path_of(month.month));
        let address = figures.publication.facts.masthead.address(self.settings.base_url.as_deref());
        let promised: BTreeSet<String> = months.chain(address.map(|_| CARD_PATH.to_owned())).collect();
        let old = self.last.reports.files.iter().filter(|(path, _)| promised.contains(*path));
        let (files, words, count, made) = match typeset {
            Some(TypesetReports { reports, made, .. }) => {
                (reports.files, reports.words, reports.typeset, Some((made, reports.warnings)))
            }
            None => (old.map(|(path, pdf)| (path.clone(), pdf.clone())).collect(), Files::new(), 0, None),
        };
        let content = self.site.content();
        let rendering = site::Options {
            base_url: self.settings.base_url.as_deref(),
            drafts: self.settings.drafts,
            lines: self.settings.lines,
            templates: None,
            pictures: Some(self.pictures.files()),
            content_dir: Some(&content),
            static_files: Some(&self.static_files),
            proof: self.proof.as_deref(),
            reports: Some(&files),
            promised: Some(&promised),
            kept: Some(&kept),
        };
        let rendered = site::render_again(&figures.publication, theme, &figures.tables, &rendering, &self.last.held)?;
        let difference = Difference::between(&self.last.files, &rendered.files);
        self.refuse_leaks(computed, &rendered.files, &words, &difference)?;
        let reports = match made {
            Some((made, warnings)) => Reports { files: Arc::new(files), made, warnings, wait: false },
            None => Reports { files: Arc::new(files), wait: true, ..std::mem::take(&mut self.last.reports) },
        };
        let findings = self.record.iter().flat_map(|held| &held.record().findings).chain(&self.unused).cloned();
        let findings = findings.chain(self.pictures.findings());
        let whole = Generation {
            number: self.last.number + 1,
            files: rendered.files,
            made: Arc::new(kept.into_made()),
            held: rendered.held,
            base: Some(*base),
            findings: findings.collect(),
            reports,
        };
        self.last = whole;
        Ok(self.rebuilt(difference, count))
    }

    /// Looks for private values in what was not looked through before.
    fn refuse_leaks(&self, computed: &Computed, files: &Files, words: &Files, difference: &Difference) -> Result<()> {
        let Computed { base, figures } = computed;
        // With other private values nothing was looked through, and nothing is kept either: they are part of what it is made from.
        let same_secrets = self.last.base == Some(*base);
        let new = files.iter().filter(|(path, _)| !same_secrets || difference.changed.contains(*path));
        let new: Files = new.map(|(path, content)| (path.clone(), content.clone())).collect();
        let leaks = [figures.secrets.search(&new), figures.secrets.search(words)].concat();
        refuse_leaks_of(&leaks, |leak| leaks::written(leak, files, &self.site))
    }

    fn rebuilt(&self, difference: Difference, typeset: usize) -> Rebuilt {
        let Generation { files, findings, reports, .. } = &self.last;
        Rebuilt {
            files: Arc::clone(files),
            changed: difference.changed,
            removed: difference.removed,
            edits: Vec::new(),
            findings: findings.clone(),
            typeset,
            report_warnings: reports.warnings.clone(),
            reports_wait: reports.wait,
        }
    }
}
