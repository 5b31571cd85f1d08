//! Collecting without anybody who watches: a gateway that is not logged in is normal, and waited for.

use super::{Came, Scene, in_words, is_temporary};
use crate::collect::flex::service::Pace;
use crate::collect::ibkr::AccountKind;
use crate::collect::progress::Silent;
use crate::collect::report::{Part, PartReport};
use crate::collect::run::{Options, run};
use crate::config::Status;
use crate::error::Result;
use crate::record::{Finding, Severity};

/// What to do about a gateway that does not answer.
const LOG_IN: &str = "log in to Gateway (or TWS): it restarts every day, and asks for a second factor once a week";

/// Fills, account, statements if the Flex service is configured, and prices. A demo has prices alone.
pub fn everything(scene: &Scene) -> Result<Came> {
    if scene.config.site.status == Status::Demo {
        return prices(scene);
    }
    let more = [scene.config.flex.is_configured().then_some(Part::Flex), Some(Part::Prices)].into_iter().flatten();
    let broker = [Part::Executions, Part::Snapshot];
    let parts: Vec<Part> = broker.into_iter().chain(more.filter(|_| !scene.is_retry)).collect();
    collect(scene, &parts)
}

/// Prices alone: they are nobody's.
pub fn prices(scene: &Scene) -> Result<Came> {
    collect(scene, &[Part::Prices])
}

/// Statements alone.
pub fn flex(scene: &Scene) -> Result<Came> {
    collect(scene, &[Part::Flex])
}

fn collect(scene: &Scene, parts: &[Part]) -> Result<Came> {
    let options =
        Options { parts, kind: kind(scene, parts)?, pace: Pace::default(), now: scene.now, progress: &Silent };
    let outcomes = run(scene.site, scene.config, &options)?;
    let (mut done, mut wrong, mut waits) = (Vec::new(), Vec::new(), None);
    for (part, outcome) in &outcomes {
        match outcome {
            Ok(report) if report.is_complete() => {
                done.push(format!("{} {} new", part.name(), report.added.new));
            }
            Ok(report) => wrong.push(format!("{}: {}", part.name(), missing(report))),
            Err(error) if is_of_gateway(*part) && is_temporary(error) => {
                waits.get_or_insert_with(|| format!("{LOG_IN}: {}", in_words(error, scene.site)));
            }
            Err(error) => wrong.push(format!("{}: {}", part.name(), in_words(error, scene.site))),
        }
    }
    Ok(match waits {
        Some(words) => Came::Waiting(words),
        None if wrong.is_empty() => Came::Out(done.join(", ")),
        None => Came::Short(wrong.join("; ")),
    })
}

fn is_of_gateway(part: Part) -> bool {
    matches!(part, Part::Executions | Part::Snapshot)
}

/// What a part was asked for and did not bring.
fn missing(report: &PartReport) -> String {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let first = errors.clone().next().map(|finding: &Finding| finding.message.clone());
    let more = errors.count().saturating_sub(1);
    match first {
        Some(first) if more > 0 => format!("{first}, and {more} more"),
        Some(first) => first,
        None => {
            format!("{} rows contradict what is stored; `trackrecord check` lists them", report.added.conflicts)
        }
    }
}

/// Whose money is asked for. Prices are nobody's.
fn kind(scene: &Scene, parts: &[Part]) -> Result<AccountKind> {
    if parts == [Part::Prices] { Ok(AccountKind::Paper) } else { AccountKind::of_site(scene.config) }
}
