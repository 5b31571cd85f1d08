//! One look at the clock: what is due is run, one job at a time, and written down before and after.

use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};

use super::due::{self, Attempt, Standing};
use super::exchange;
use super::log::{Line, Log, plain};
use super::occurrences::{Planned, planned};
use super::runs::{self, Ending, Run};
use super::steps::{Came, Scene, in_words, step};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::record::store::between_writes;
use crate::site_dir::SiteDir;

/// How long a step may go on after the program was asked to stop.
const GRACE: Duration = Duration::from_millis(1500);

/// What a look came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Another process runs this site's jobs now.
    Elsewhere,
    /// What was run, and what became of it.
    Ran(Vec<Run>),
    /// The last of these was still under way when its time was up, and goes on until the program ends.
    Hung(Vec<Run>),
    /// The program was asked to stop.
    Stopped(Vec<Run>),
}

/// Runs what is due.
///
/// # Errors
/// `data/runs.csv` cannot be read or written: what is not written down would be run again.
pub fn turn(site: &SiteDir, config: &Config, clock: impl Fn() -> DateTime<Utc>) -> Result<Turn> {
    let Some(_lock) = lock(site)? else { return Ok(Turn::Elsewhere) };
    under_lock(site, config, clock)
}

/// The same for whoever holds the lock.
///
/// # Errors
/// As [`turn`].
pub fn under_lock(site: &SiteDir, config: &Config, clock: impl Fn() -> DateTime<Utc>) -> Result<Turn> {
    let jobs = planned(config, exchange(site, config, clock()));
    let mut book = Book { site, runs: runs::read(site)?, log: Log::of(site), config };
    if due::settle(&jobs, &mut book.runs, clock()) {
        book.write()?;
    }
    let mut ran = Vec::new();
    for job in &jobs {
        if interrupt::is_asked() {
            return Ok(Turn::Stopped(ran));
        }
        let now = clock();
        let Standing::Due { scheduled, attempt } = due::standing(job, &book.runs, now) else { continue };
        book.begin(job, scheduled, attempt, now)?;
        let finish = run(site, config, job, attempt, scheduled, now);
        let (result, detail) = finish.in_words(job);
        ran.push(book.end(job, scheduled, clock(), result, &detail)?);
        match finish {
            Finish::Came(..) => {}
            Finish::Stopped => return Ok(Turn::Stopped(ran)),
            Finish::Hung(_) => return Ok(Turn::Hung(ran)),
        }
    }
    Ok(Turn::Ran(ran))
}

/// Takes the right to run this site's jobs; nothing where another process has it.
///
/// # Errors
/// A folder that cannot be written to.
pub fn lock(site: &SiteDir) -> Result<Option<File>> {
    let path = site.schedule_lock();
    let file = std::fs::create_dir_all(site.data())
        .and_then(|()| File::options().create(true).truncate(false).write(true).open(&path));
    let file = file.map_err(|error| Error::io("open the lock of the schedule", &path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("take the lock of the schedule", &path, error)),
    }
}

/// What is written down.
struct Book<'a> {
    site: &'a SiteDir,
    config: &'a Config,
    runs: Vec<Run>,
    log: Log,
}

impl Book<'_> {
    fn write(&self) -> Result<()> {
        runs::write(self.site, &self.runs)
    }

    fn begin(&mut self, job: &Planned, scheduled: DateTime<Utc>, attempt: Attempt, now: DateTime<Utc>) -> Result<()> {
        due::begin(&mut self.runs, job, scheduled, attempt, now.trunc_subsecs(0));
        self.write()?;
        let event = if attempt == Attempt::First { "begin" } else { "begin again" };
        self.say(job, scheduled, now, event, "");
        Ok(())
    }

    /// Writes down the end. A step that hangs may hold the site's lock for ever: then it is written without it.
    fn end(
        &mut self,
        job: &Planned,
        scheduled: DateTime<Utc>,
        now: DateTime<Utc>,
        result: Ending,
        detail: &str,
    ) -> Result<Run> {
        let detail = plain(detail, self.config);
        due::end(&mut self.runs, &job.name, scheduled, now.trunc_subsecs(0), result, &detail);
        self.say(job, scheduled, now, result.name(), &detail);
        if result == Ending::Done {
            self.write()?;
        } else {
            between_writes(|| runs::write_at_once(&self.site.runs(), &self.runs))?;
        }
        let own = self.runs.iter().rfind(|run| run.job == job.name && run.scheduled == scheduled);
        own.cloned().ok_or_else(|| Error::internal("a run that has ended is not written down"))
    }

    fn say(&self, job: &Planned, scheduled: DateTime<Utc>, time: DateTime<Utc>, event: &str, detail: &str) {
        let level = match event {
            "failed" => "error",
            "waiting" | "stopped" => "warning",
            _ => "info",
        };
        self.log.write(&Line { time, level, job: &job.name, scheduled, step: "job", event, detail });
    }
}

/// How a run was left.
enum Finish {
    /// It came to its end, and how.
    Came(Ending, String),
    /// The program was asked to stop.
    Stopped,
    /// Its time is up, and it goes on; the step it is at.
    Hung(String),
}

impl Finish {
    fn in_words(&self, job: &Planned) -> (Ending, String) {
        match self {
            Self::Came(result, detail) => (*result, detail.clone()),
            Self::Stopped => (Ending::Stopped, "it was asked to stop, and runs again".to_owned()),
            Self::Hung(step) => (
                Ending::Failed,
                format!("`{step}` had not ended after {}, and was given up; `limit` gives the job longer", job.limit),
            ),
        }
    }
}

/// Runs the steps beside this thread, which keeps an eye on the clock and on whoever asks to stop.
fn run(
    site: &SiteDir,
    config: &Config,
    job: &Planned,
    attempt: Attempt,
    scheduled: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Finish {
    let (said, heard) = channel();
    let at = Arc::new(AtomicUsize::new(0));
    let of_thread = (site.clone(), config.clone(), job.clone(), at.clone());
    std::thread::spawn(move || {
        let (site, config, job, at) = of_thread;
        let is_retry = attempt == Attempt::Retry;
        let finish = all(&job, scheduled, &Scene { site: &site, config: &config, now, is_retry }, &at);
        // Nobody listens any more where its time was up.
        let _ = said.send(finish);
    });
    let give_up = Instant::now() + job.limit.duration();
    let mut asked: Option<Instant> = None;
    loop {
        match heard.recv_timeout(Duration::from_millis(100)) {
            Ok(finish) => return finish,
            Err(RecvTimeoutError::Disconnected) => {
                return Finish::Came(Ending::Failed, "a fault of this program ended it; please report it".to_owned());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if interrupt::is_asked() && asked.get_or_insert_with(Instant::now).elapsed() > GRACE {
            return Finish::Stopped;
        }
        if Instant::now() > give_up {
            let step = job.steps.get(at.load(Ordering::Relaxed)).map_or("the job", |step| step.name());
            return Finish::Hung(step.to_owned());
        }
    }
}

/// All steps, in order. What falls short does not keep the later ones from being done; an error does, and so does a gateway
/// that was asked again in vain. `at` says which of them is under way.
fn all(job: &Planned, scheduled: DateTime<Utc>, scene: &Scene, at: &AtomicUsize) -> Finish {
    let log = Log::of(scene.site);
    let say = |step: &str, level: &str, event: &str, detail: &str| {
        let detail = plain(detail, scene.config);
        log.write(&Line { time: Utc::now(), level, job: &job.name, scheduled, step, event, detail: &detail });
    };
    let (mut done, mut short, mut waits) = (Vec::new(), Vec::new(), None);
    for (place, one) in job.steps.iter().enumerate() {
        at.store(place, Ordering::Relaxed);
        if interrupt::is_asked() {
            return Finish::Stopped;
        }
        let name = one.name();
        say(name, "info", "begin", "");
        match step(*one, scene) {
            Ok(Came::Out(words)) => {
                say(name, "info", "done", &words);
                done.push(format!("{name}: {words}"));
            }
            Ok(Came::Short(words)) => {
                say(name, "error", "failed", &words);
                short.push(format!("{name}: {words}"));
            }
            Ok(Came::Waiting(words)) => {
                say(name, "warning", "waiting", &words);
                waits = Some(words);
                if scene.is_retry {
                    break;
                }
            }
            Err(_) if interrupt::is_asked() => return Finish::Stopped,
            Err(error) => {
                let words = in_words(&error, scene.site);
                say(name, "error", "failed", &words);
                short.push(format!("{name}: {words}"));
                break;
            }
        }
    }
    let joined = |parts: Vec<String>| parts.join("; ");
    match waits {
        Some(words) => Finish::Came(Ending::Waiting, joined(std::iter::once(words).chain(short).collect())),
        None if short.is_empty() => Finish::Came(Ending::Done, joined(done)),
        None => Finish::Came(Ending::Failed, joined(short)),
    }
}
