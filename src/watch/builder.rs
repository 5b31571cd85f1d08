//! The builder: a thread that looks at the files when something may have happened to them, and makes the site again when it
//! has.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::desk::Desks;
use super::edits::edited;
use super::failure::Failure;
use super::folders::Watched;
use super::generation::{Generation, listed};
use super::inputs::{Change, Inputs};
use super::typesetter::Job;
use super::{Notice, Sources};
use crate::build::session::{Changed, Rebuilt, Session, Settings, When};
use crate::build::typesetting::TypesetReports;
use crate::site_dir::SiteDir;
use crate::{Error, Result};

/// What is asked of the builder.
pub enum Wake {
    /// To look at the files.
    Changed {
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

/// A file that is still being written is looked at after this time, and every other one once more.
const AGAIN: Duration = Duration::from_millis(20);

/// After this time what happened in a new folder before it was watched is found, and reports are typeset.
const LATE: Duration = Duration::from_millis(100);

/// Makes the site.
pub struct Builder {
    session: Session,
    root: PathBuf,
    sources: Sources,
    generations: watch::Sender<Arc<Generation>>,
    notices: mpsc::UnboundedSender<Notice>,
    desks: Arc<Desks>,
    watched: Watched,
    jobs: Sender<Job>,
    inputs: Inputs,
    /// What went wrong with files that may not be whole yet.
    held: Option<Failure>,
    /// What keeps the reports of the newest pages from being typeset, as HTML.
    report_failure: Option<String>,
    typesetting: Typesetting,
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
        jobs: Sender<Job>,
    ) -> Self {
        let root = site.root().to_path_buf();
        let settings = Settings { lines: true, ..Settings::default() };
        Self {
            session: Session::open(site, sources.environment.iter().cloned(), settings),
            root,
            sources,
            generations,
            notices,
            desks,
            watched,
            jobs,
            inputs: Inputs::default(),
            held: None,
            report_failure: None,
            typesetting: Typesetting::Idle,
            looks: Looks::default(),
        }
    }

    /// Works until nobody can ask for anything any more.
    pub fn run(mut self, woken: &Receiver<Wake>) {
        self.inputs.look(&self.root);
        self.build(None);
        self.show_failure();
        self.looks.plan(Instant::now(), false);
        loop {
            let wake = match self.looks.next() {
                Some(at) => woken.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match wake {
                Ok(Wake::Changed { at_once, folders }) => {
                    if folders && let Err(error) = self.watched.renew() {
                        self.tell(Notice::Trouble(error));
                    }
                    self.looks.plan(Instant::now(), at_once);
                }
                Ok(Wake::Desk) => self.draw(),
                Ok(Wake::Typeset(reports)) => self.take(*reports),
                Err(RecvTimeoutError::Timeout) => {
                    let is_late = self.looks.done(Instant::now());
                    self.look(is_late);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look(&mut self, is_late: bool) {
        let changes = self.inputs.look(&self.root);
        if !changes.is_empty() {
            return self.build(Some(&changes));
        }
        self.show_failure();
        if is_late {
            self.typeset();
        }
    }

    /// Makes the site again after these changes, or all of it.
    fn build(&mut self, changes: Option<&[Change]>) {
        let began = Instant::now();
        let paths: BTreeSet<PathBuf> = changes.into_iter().flatten().map(|change| change.path.clone()).collect();
        let changed = if changes.is_some() { Changed::Paths(&paths) } else { Changed::Unknown };
        match self.session.rebuild((self.sources.today)(), changed, When::Later) {
            Ok(rebuilt) => {
                self.held = None;
                self.report_failure = None;
                if self.typesetting == Typesetting::Running {
                    self.typesetting = Typesetting::Outdated;
                }
                self.show(rebuilt, changes.unwrap_or_default(), began);
                self.draw();
            }
            Err(error) => self.hold(error),
        }
    }

    /// Keeps an error until the next look: a file that is half written is whole by then, most often.
    fn hold(&mut self, error: Error) {
        self.held = Some(Failure::new(error, &self.root));
        self.looks.plan(Instant::now(), false);
    }

    /// Serves a new site.
    fn show(&self, rebuilt: Rebuilt, changes: &[Change], began: Instant) {
        let before = self.generations.borrow().clone();
        let changed: BTreeSet<String> = rebuilt.changed.into_iter().chain(rebuilt.removed).collect();
        let (count, was_failure) = (changed.len(), before.failure.is_some());
        let edited = edited(changes, &changed, &rebuilt.files);
        let editor = self.session.config().map(|config| config.watch.editor.clone()).unwrap_or_default();
        let failure = self.report_failure.clone();
        let is_mended = count == 0 && was_failure && failure.is_none();
        self.generations.send_replace(Arc::new(Generation {
            number: before.number + 1,
            files: Some(rebuilt.files),
            changed: listed(changed),
            edited,
            failure,
            reports_wait: rebuilt.reports_wait,
            editor,
        }));
        self.tell(match (is_mended, rebuilt.typeset) {
            (true, _) => Notice::Mended,
            (false, 0) => Notice::Built { changed: count, took: began.elapsed() },
            (false, reports) => Notice::Typeset(reports),
        });
    }

    /// Shows what went wrong, over the last good site.
    fn show_failure(&mut self) {
        let Some(failure) = self.held.take() else { return };
        let before = self.generations.borrow().clone();
        self.generations.send_replace(Arc::new(Generation {
            number: before.number + 1,
            changed: Some(BTreeSet::new()),
            edited: None,
            failure: Some(failure.html(&self.root)),
            ..(*before).clone()
        }));
        self.tell(Notice::Failed(failure));
    }

    /// Has the reports typeset that are older than the pages.
    fn typeset(&mut self) {
        if self.typesetting != Typesetting::Idle || self.report_failure.is_some() {
            return;
        }
        if let Some(typesetting) = self.session.typesetting() {
            self.typesetting = Typesetting::Running;
            self.give(Job::All(Box::new(typesetting)));
        }
    }

    /// Takes the reports that were typeset.
    fn take(&mut self, reports: Result<TypesetReports>) {
        let began = Instant::now();
        let is_outdated = std::mem::replace(&mut self.typesetting, Typesetting::Idle) == Typesetting::Outdated;
        if is_outdated {
            return self.looks.plan(began, false);
        }
        match reports.and_then(|reports| self.session.put_reports(reports)) {
            Ok(Some(rebuilt)) => self.show(rebuilt, &[], began),
            Ok(None) => self.looks.plan(began, false),
            Err(error) => {
                let failure = Failure::new(error, &self.root);
                self.report_failure = Some(failure.html(&self.root));
                self.held = Some(failure);
                self.show_failure();
            }
        }
    }

    /// Has pictures made of the reports that somebody looks at.
    fn draw(&self) {
        if self.desks.is_empty() {
            return;
        }
        if let Some(typesetting) = self.session.drawing() {
            self.give(Job::Pictures(Box::new(typesetting)));
        }
    }

    fn give(&self, job: Job) {
        // It ends only with this thread.
        let _ = self.jobs.send(job);
    }

    fn tell(&self, notice: Notice) {
        // The program is ending, and nobody listens.
        let _ = self.notices.send(notice);
    }
}

/// When the files are to be looked at.
#[derive(Debug, Default)]
struct Looks {
    now: Option<Instant>,
    again: Option<Instant>,
    late: Option<Instant>,
}

impl Looks {
    /// Plans the looks after an event. Those that are planned are not put off, so that events without end delay none.
    fn plan(&mut self, now: Instant, at_once: bool) {
        if at_once {
            self.now.get_or_insert(now);
        }
        self.again.get_or_insert(now + AGAIN);
        self.late = Some(now + LATE);
    }

    fn next(&self) -> Option<Instant> {
        [self.now, self.again, self.late].into_iter().flatten().min()
    }

    /// Takes those away that are due, and says whether the last was among them.
    fn done(&mut self, now: Instant) -> bool {
        self.now.take_if(|at| *at <= now);
        self.again.take_if(|at| *at <= now);
        self.late.take_if(|at| *at <= now).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_looked_at_now_and_again() {
        let start = Instant::now();
        let mut looks = Looks::default();
        looks.plan(start, true);
        let mut at = Vec::new();
        while let Some(next) = looks.next() {
            at.push(next - start);
            looks.done(next);
        }
        assert_eq!(at, [Duration::ZERO, AGAIN, LATE]);
    }

    #[test]
    fn events_without_end_put_no_look_off() {
        let start = Instant::now();
        let mut looks = Looks::default();
        for millisecond in 0..15 {
            looks.plan(start + Duration::from_millis(millisecond), false);
        }
        assert_eq!(looks.next(), Some(start + AGAIN));
    }
}
