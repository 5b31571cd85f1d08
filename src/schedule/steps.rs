//! The steps of a job: the same library functions that the commands of these names call. No order is ever sent.

mod collecting;
mod signals;

use chrono::{DateTime, NaiveDate, Utc};

use crate::build::{self, build};
use crate::calendar::{decided_for, last_possible_date};
use crate::check::check;
use crate::collect::progress::Silent;
use crate::config::{Config, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::interrupt;
use crate::proof;
use crate::publish::{self, Published};
use crate::record::{Plan, Record, Severity, Side, load};
use crate::site_dir::SiteDir;
use crate::strategy::plan::plan;

/// How a step, or the whole job, came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// It is done: what it did, in words.
    Out(String),
    /// The gateway is not logged in: what it said, and what to do.
    Waiting(String),
    /// Something is missing or wrong, and the steps after it still make sense.
    Short(String),
}

/// Where a step works, and when.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The site.
    pub site: &'a SiteDir,
    /// Its configuration.
    pub config: &'a Config,
    /// The moment of the run.
    pub now: DateTime<Utc>,
    /// Whether the gateway was asked in vain before: then only it is asked again.
    pub is_retry: bool,
}

impl Scene<'_> {
    /// Nothing can be dated after it.
    fn today(&self) -> NaiveDate {
        last_possible_date(self.now)
    }

    fn record(&self) -> Record {
        load::load(self.site, self.config, self.today())
    }
}

/// Does one step.
///
/// # Errors
/// What keeps it from being done; the steps after it would rest on it.
pub fn step(step: Step, scene: &Scene) -> Result<Came> {
    let is_recorded_first = step == Step::Publish;
    let wrong = if is_recorded_first { before_publishing(scene) } else { None };
    let came = done(step, scene)?;
    let brings_in = matches!(step, Step::Collect | Step::Flex | Step::Signal);
    let wrong = if brings_in { not_recorded(scene) } else { wrong };
    Ok(match (came, wrong) {
        (Came::Out(words), Some(wrong)) => Came::Short(format!("{words}; {wrong}")),
        (came, _) => came,
    })
}

/// Appends to the log of a site that has one what it lacks by now. Says what could not be recorded.
fn not_recorded(scene: &Scene) -> Option<String> {
    match proof::record(scene.site, scene.config, scene.now) {
        Ok(Some(recorded)) => {
            let stamped = if recorded.intentions > 0 { not_stamped(scene) } else { None };
            let remarks = recorded.remarks.into_iter().chain(stamped).collect::<Vec<_>>().join("; ");
            (!remarks.is_empty()).then_some(remarks)
        }
        Ok(None) => None,
        Err(error) => Some(in_words(&error, scene.site)),
    }
}

/// Records, signs and stamps what is published. Says the first thing that was not done.
fn before_publishing(scene: &Scene) -> Option<String> {
    let all = [not_recorded(scene), not_renewed(scene), not_signed(scene), not_stamped(scene)];
    all.into_iter().flatten().next()
}

/// Records the digests of all stamps once a year. Says what keeps it from that.
fn not_renewed(scene: &Scene) -> Option<String> {
    let renewed = proof::renew(scene.site, scene.config, scene.now, false);
    renewed.err().map(|error| in_words(&error, scene.site))
}

/// Signs the log where it has a key. Says why it is not signed.
fn not_signed(scene: &Scene) -> Option<String> {
    proof::sign(scene.site).err().map(|error| in_words(&error, scene.site))
}

/// Has the log stamped where authorities are configured. Says who did not.
fn not_stamped(scene: &Scene) -> Option<String> {
    match proof::stamp(scene.site, scene.config, scene.now) {
        Ok(stamped) => (!stamped.failures.is_empty()).then(|| stamped.failures.join("; ")),
        Err(error) => Some(in_words(&error, scene.site)),
    }
}

fn done(step: Step, scene: &Scene) -> Result<Came> {
    match step {
        Step::Collect => collecting::everything(scene),
        Step::Prices => collecting::prices(scene),
        Step::Flex => collecting::flex(scene),
        Step::Check => checked(scene),
        Step::Signal => signals::save(scene).map(Came::Out),
        Step::List => list(scene).map(Came::Out),
        Step::Build => built(scene).map(Came::Out),
        Step::Publish => published(scene).map(Came::Out),
    }
}

fn checked(scene: &Scene) -> Result<Came> {
    let findings = check(&scene.record(), scene.config);
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let words = format!("{} errors, {} warnings", count(Severity::Error), count(Severity::Warning));
    if count(Severity::Error) > 0 {
        return Ok(Came::Short(format!("{words}; `trackrecord check` lists them")));
    }
    Ok(Came::Out(words))
}

fn list(scene: &Scene) -> Result<String> {
    let record = scene.record();
    let as_of = decided_for(scene.now.date_naive());
    let plans = scene.config.strategy.iter().map(|strategy| plan(&record, scene.config, strategy, as_of));
    let plans: Vec<Plan> = plans.collect::<Result<_>>()?;
    Ok(plans.iter().map(trades_in_words).collect::<Vec<_>>().join("; "))
}

/// What to trade by hand, in a line.
fn trades_in_words(plan: &Plan) -> String {
    let trade = |trade: &crate::record::PlannedTrade| {
        let action = if trade.action == Side::Buy { "buy" } else { "sell" };
        format!("{action} {} {}", trade.shares.normalize(), trade.ticker)
    };
    let trades: Vec<String> = plan.trades.iter().map(trade).collect();
    let listed = if trades.is_empty() { "nothing to trade".to_owned() } else { trades.join(", ") };
    format!("{}: {listed}", plan.strategy)
}

fn built(scene: &Scene) -> Result<String> {
    let built = build(scene.site, scene.config, scene.today(), &build::Options::default())?;
    Ok(format!("{} files, {} new or changed", built.files, built.summary.written))
}

fn published(scene: &Scene) -> Result<String> {
    let options = publish::Options {
        remote: None,
        branch: None,
        is_demo_meant: false,
        is_same_repository_meant: false,
        starts_afresh: false,
        replaces: false,
        today: scene.today(),
        is_dry: false,
    };
    let mut prepared = publish::prepare(scene.site, scene.config, &options, &Silent)?;
    if interrupt::is_asked() {
        return Err(Error::busy("it was asked to stop before anything was published"));
    }
    let destination = prepared.destination();
    let words = match prepared.publish(scene.now)? {
        Published::Nothing => format!("{destination} is up to date"),
        Published::Handed => format!("handed to {destination}"),
        Published::Pushed { .. } => format!("published to {destination}"),
    };
    prepared.remember(scene.site)?;
    Ok(words)
}

/// An error as one line: what, where, why, and what to do.
pub fn in_words(error: &Error, site: &SiteDir) -> String {
    let place = error.place().map(|place| format!("{}: ", place.clone().relative_to(site.root())));
    let causes: String = error.causes().iter().map(|cause| format!(" ({cause})")).collect();
    let next = error.next_step().map(|next| format!("; next: {next}")).unwrap_or_default();
    format!("{}{}{causes}{next}", place.unwrap_or_default(), error.message())
}

/// Whether trying again later may help.
fn is_temporary(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Network)
}
