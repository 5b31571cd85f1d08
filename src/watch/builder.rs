//! The builder: a thread that looks at the files when something may have happened to them, and makes the site again when it
//! has.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::caught::caught;
use super::desk::Desks;
use super::edits::edited;
use super::failure::Failure;
use super::folders::Watched;
use super::generation::{Generation, Reports, listed};
use super::looks::{Look, Looks};
use super::typesetter::Typesetter;
use super::{Notice, Sources};
use crate::build::session::{Changed, Rebuilt, Session, Settings, When};
use crate::build::typesetting::{Brake, TypesetReports};
use crate::site_dir::SiteDir;
use crate::{Error, Result};

/// What is asked of the builder.
pub enum Wake {
    /// To look at the files.
    Changed {
        /// The files and folders that something happened to, below the root.
        paths: Vec<PathBuf>,
        /// Whether the file is whole: it was closed, moved or removed.
        at_once: bool,
        /// Whether one of the watched folders itself came or went.
        folders: bool,
    },
    /// To have the report typeset that somebody has opened.
    Desk,
    /// To take reports that were typeset, or what keeps them from it.
    Typeset(Box<Result<TypesetReports>>),
}

/// Makes the site.
pub struct Builder {
    session: Session,
    site: SiteDir,
    sources: Sources,
    generations: watch::Sender<Arc<Generation>>,
    notices: mpsc::UnboundedSender<Notice>,
    desks: Arc<Desks>,
    watched: Watched,
    typesetter: Typesetter,
    /// What went wrong with files that may not be whole yet.
    held: Option<Failure>,
    /// What keeps the site from being made, as HTML.
    failure: Option<String>,
    /// What kept the reports from being typeset the last time, as HTML.
    report_failure: Option<String>,
    /// What keeps the files from being looked at.
    unseen: Option<String>,
    typesetting: Typesetting,
    /// Of what the typesetter is at.
    brake: Brake,
    looks: Looks,
}

/// Where the typesetting of reports stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typesetting {
    /// Nobody is at it.
    Idle,
    /// The typesetter is at it, for the newest pages.
    Running,
    /// It is at it for pages that are not the newest any more.
    Outdated,
    /// The reports of the newest pages cannot be typeset.
    Failed,
}

fn open(site: &SiteDir, sources: &Sources) -> Session {
    let settings = Settings { lines: true, ..Settings::default() };
    Session::open(site.clone(), sources.environment.iter().cloned(), settings)
}

impl Builder {
    /// A builder of a site that was never built.
    pub fn new(
        site: SiteDir,
        sources: Sources,
        generations: watch::Sender<Arc<Generation>>,
        notices: mpsc::UnboundedSender<Notice>,
        desks: Arc<Desks>,
        watched: Watched,
        typesetter: Typesetter,
    ) -> Self {
        Self {
            session: open(&site, &sources),
            site,
            sources,
            generations,
            notices,
            desks,
            watched,
            typesetter,
            held: None,
            failure: None,
            report_failure: None,
            unseen: None,
            typesetting: Typesetting::Idle,
            brake: Brake::default(),
            looks: Looks::default(),
        }
    }

    /// Works until nobody can ask for anything any more.
    pub fn run(mut self, woken: &Receiver<Wake>) {
        self.look(Look { paths: None, is_late: false });
        self.show_failure();
        self.looks.plan_again(Instant::now());
        loop {
            let wake = match self.looks.next() {
                Some(at) => woken.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match wake {
                Ok(wake) => self.answer(wake),
                Err(RecvTimeoutError::Timeout) => {
                    let look = self.looks.take(Instant::now());
                    self.look(look);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn answer(&mut self, wake: Wake) {
        match wake {
            Wake::Changed { paths, at_once, folders } => {
                if folders && let Err(error) = self.watched.renew() {
                    self.tell(Notice::Trouble(error));
                }
                self.looks.plan(Instant::now(), paths, at_once);
            }
            Wake::Desk => self.draw(),
            Wake::Typeset(reports) => self.take(*reports),
        }
    }

    fn look(&mut self, Look { paths, is_late }: Look) {
        let seen = self.session.look(paths.as_ref().map_or(Changed::Unknown, Changed::Paths));
        let unseen = seen.as_ref().err().map(ToString::to_string);
        let is_same = unseen == std::mem::replace(&mut self.unseen, unseen.clone());
        match seen {
            Ok(false) if is_same => {
                self.show_failure();
                if is_late {
                    self.typeset();
                }
            }
            Ok(_) => self.build(),
            Err(_) if is_same => self.show_failure(),
            Err(error) => self.hold(error),
        }
    }

    /// Makes the site of the files as they were last seen.
    fn build(&mut self) {
        let began = Instant::now();
        let today = self.sources.today;
        self.brake.hold();
        match caught("the site", || self.session.remake(today(), When::Later)) {
            Ok(Ok(rebuilt)) => {
                (self.held, self.failure) = (None, None);
                self.forget_typesetting();
                self.show(rebuilt, began);
                self.draw();
            }
            Ok(Err(error)) => {
                self.brake.release();
                self.hold(error);
            }
            Err(error) => {
                // What it left behind may be half of something. The same files would only fail again, so that a change is waited for.
                self.session = open(&self.site, &self.sources);
                let _ = self.session.look(Changed::Unknown);
                self.forget_typesetting();
                self.hold(error);
            }
        }
    }

    /// The reports are not those of the newest pages any more, and typesetting the rest of them would take time from the
    /// next ones.
    fn forget_typesetting(&mut self) {
        self.brake.end();
        self.typesetting = match self.typesetting {
            Typesetting::Running | Typesetting::Outdated => Typesetting::Outdated,
            Typesetting::Idle | Typesetting::Failed => Typesetting::Idle,
        };
    }

    /// Keeps an error until the next look: a file that is half written is whole by then, most often.
    fn hold(&mut self, error: Error) {
        self.held = Some(Failure::new(error, self.site.root()));
        self.looks.plan_again(Instant::now());
    }

    /// Serves a new site.
    fn show(&self, rebuilt: Rebuilt, began: Instant) {
        let was_failure = self.generations.borrow().failure.is_some();
        let changed: BTreeSet<String> = rebuilt.changed.into_iter().chain(rebuilt.removed).collect();
        let count = changed.len();
        let edited = edited(&rebuilt.edits, &changed, &rebuilt.files);
        let editor = self.session.config().map(|config| config.watch.editor.clone()).unwrap_or_default();
        self.serve(|next| {
            next.files = Some(rebuilt.files);
            next.changed = listed(changed);
            next.edited = edited;
            next.reports = if rebuilt.reports_wait { Reports::Coming } else { Reports::Settled };
            next.editor = editor;
        });
        let is_mended = count == 0 && was_failure && self.shown_failure().is_none();
        self.tell(match (is_mended, rebuilt.typeset) {
            (true, _) => Notice::Mended,
            (false, 0) => Notice::Built { changed: count, took: began.elapsed() },
            (false, reports) => Notice::Typeset(reports),
        });
    }

    /// Shows what went wrong, over the last good site.
    fn show_failure(&mut self) {
        let Some(failure) = self.held.take() else { return };
        self.failure = Some(failure.html("The site cannot be built", self.site.root()));
        let comes = self.typesetting == Typesetting::Running;
        self.serve(|next| {
            // Nothing is typeset for a site that is not the newest.
            if next.reports == Reports::Coming && !comes {
                next.reports = Reports::Settled;
            }
        });
        self.tell(Notice::Failed(failure));
    }

    /// Shows that the reports cannot be typeset, over pages that are as they should be.
    fn show_report_failure(&mut self, error: Error) {
        let failure = Failure::new(error, self.site.root());
        let html = failure.html("The monthly reports cannot be typeset", self.site.root());
        let is_known = self.report_failure.replace(html.clone()) == Some(html);
        self.serve(|next| next.reports = Reports::Failed(failure.words(self.site.root())));
        if !is_known {
            self.tell(Notice::Failed(failure));
        }
    }

    fn shown_failure(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.failure, &self.report_failure].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.concat())
    }

    /// Serves what is served now with these changes, as the next generation.
    fn serve(&self, change: impl FnOnce(&mut Generation)) {
        let mut next = Generation::clone(&self.generations.borrow());
        next.number += 1;
        (next.changed, next.edited) = (Some(BTreeSet::new()), None);
        next.failure = self.shown_failure();
        change(&mut next);
        self.generations.send_replace(Arc::new(next));
    }

    /// Has the reports typeset that are older than the pages.
    fn typeset(&mut self) {
        if self.typesetting != Typesetting::Idle {
            return;
        }
        if let Some(typesetting) = self.session.typesetting() {
            self.typesetting = Typesetting::Running;
            self.brake = typesetting.brake();
            self.typesetter.typeset(typesetting);
        }
    }

    /// Takes the reports that were typeset.
    fn take(&mut self, reports: Result<TypesetReports>) {
        let began = Instant::now();
        let is_outdated = std::mem::replace(&mut self.typesetting, Typesetting::Idle) == Typesetting::Outdated;
        if is_outdated {
            return self.looks.plan_again(began);
        }
        match reports.and_then(|reports| self.session.put_reports(reports)) {
            Ok(Some(rebuilt)) => {
                self.report_failure = None;
                self.show(rebuilt, began);
            }
            Ok(None) => self.looks.plan_again(began),
            Err(error) => {
                self.typesetting = Typesetting::Failed;
                self.show_report_failure(error);
            }
        }
    }

    /// Has pictures made of the reports that somebody looks at.
    fn draw(&self) {
        if self.desks.is_empty() {
            return;
        }
        if let Some(typesetting) = self.session.drawing() {
            self.typesetter.draw(typesetting);
        }
    }

    fn tell(&self, notice: Notice) {
        // The program is ending, and nobody listens.
        let _ = self.notices.send(notice);
    }
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
