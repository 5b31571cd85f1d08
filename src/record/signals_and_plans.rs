//! Reading and writing what the strategies said: saved signals and plans.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::de::DeserializeOwned;

use super::files::{files, read_text};
use super::store::{Decided, FileSet, Store, json_bytes};
use super::{Finding, FindingKind, Plan, Severity, Signal, Subject};
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// All signals and plans; what cannot be read or contradicts another becomes a finding.
///
/// Of several plans of a date that say when they were made all count, each for the orders after it; of those that do
/// not, the last one.
pub(super) fn read(site: &SiteDir, today: NaiveDate) -> (Vec<Signal>, Vec<Plan>, Vec<Finding>) {
    let (signals, mut findings) = signals(site, today);
    let mut plans: BTreeMap<_, Plan> = BTreeMap::new();
    for (place, plan) in documents::<Plan>(&site.plans(), site, &mut findings) {
        if !in_future(&place, plan.as_of, today, &mut findings) {
            plans.insert((plan.as_of, plan.strategy.clone(), plan.made_at), plan);
        }
    }
    (signals, plans.into_values().collect(), findings)
}

/// Whether a strategy's signal of a month is saved already, and says the same.
pub fn is_saved(saved: &[Signal], signal: &Signal) -> bool {
    let same = |known: &&Signal| (&known.strategy, known.formation) == (&signal.strategy, signal.formation);
    saved.iter().find(same).is_some_and(|known| known.agrees_with(signal))
}

/// The saved signals by month and strategy, and what is wrong with them. Of several of a strategy and month the first
/// counts: it is what was known then.
pub fn signals(site: &SiteDir, today: NaiveDate) -> (Vec<Signal>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut signals: BTreeMap<_, (Place, Signal)> = BTreeMap::new();
    for (place, signal) in documents::<Signal>(&site.signals(), site, &mut findings) {
        if in_future(&place, signal.as_of, today, &mut findings) {
            continue;
        }
        let key = (signal.formation, signal.strategy.clone());
        match signals.get(&key) {
            None => {
                signals.insert(key, (place, signal));
            }
            Some((first, known)) if !known.agrees_with(&signal) => {
                findings.push(disagreement(first, place).about(Subject::Month(signal.formation)));
            }
            Some(_) => {}
        }
    }
    (signals.into_values().map(|(_, signal)| signal).collect(), findings)
}

fn disagreement(first: &Place, place: Place) -> Finding {
    let message = format!("it ranks otherwise than {first}, which counts because it was first");
    let next = "prices have been corrected since: compare both, and delete the one that is wrong";
    Finding::new(Severity::Warning, FindingKind::Conflict, message, next).at(place)
}

fn in_future(place: &Place, date: NaiveDate, today: NaiveDate, findings: &mut Vec<Finding>) -> bool {
    let is_future = date > today;
    if is_future {
        let message = format!("it is dated {date}, which has not come yet");
        let next = "correct the date, or this computer's clock";
        let finding = Finding::new(Severity::Error, FindingKind::Future, message, next);
        findings.push(finding.about(Subject::Date(date)).at(place.clone()));
    }
    is_future
}

/// Every JSON document of a folder with its place, in the order they were written.
fn documents<T: DeserializeOwned + Send>(
    folder: &Path,
    site: &SiteDir,
    findings: &mut Vec<Finding>,
) -> Vec<(Place, T)> {
    let mut read = Vec::new();
    let mut paths = files(folder, "json").unwrap_or_else(|error| {
        findings.push(Finding::from_error(FindingKind::Unreadable, &error));
        Vec::new()
    });
    paths.sort_by_key(|path| numbered(path));
    let documents: Vec<_> = paths.par_iter().map(|path| document(path, site)).collect();
    for document in documents {
        match document {
            Ok(document) => read.push(document),
            Err(error) => findings.push(Finding::from_error(FindingKind::Unreadable, &error)),
        }
    }
    read
}

/// A file's name without its number, and the number: `2026-01.10.json` comes after `2026-01.2.json`.
fn numbered(path: &Path) -> (String, usize) {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match stem.rsplit_once('.') {
        Some((name, number)) => (name.to_owned(), number.parse().unwrap_or(0)),
        None => (stem, 1),
    }
}

fn document<T: DeserializeOwned>(path: &Path, site: &SiteDir) -> Result<(Place, T)> {
    let place = Place::file(path).relative_to(site.root());
    let text = read_text(path, site)?;
    let value = serde_json::from_str(&text).map_err(|error| {
        let at = Place { column: Some(error.column()), ..Place::line(&place.path, error.line().max(1)) };
        Error::data("it is not what `trackrecord` writes here")
            .at(at)
            .because(error)
            .hint("delete the file and save it again")
    })?;
    Ok((place, value))
}

impl Store {
    /// A signal goes under its formation month; with several strategies the name holds its id.
    pub(super) fn stage_signal(&self, signal: &Signal, several: bool, files: &mut FileSet) -> Result<Decided> {
        let name = name_of(&signal.formation.to_string(), &signal.strategy, several);
        self.stage_document(&self.site().signals(), &name, signal, (Counts::Any, Signal::agrees_with), files)
    }

    /// A plan goes under its date; with several strategies the name holds its id.
    pub(super) fn stage_plan(&self, plan: &Plan, several: bool, files: &mut FileSet) -> Result<Decided> {
        let name = name_of(&plan.as_of.to_string(), &plan.strategy, several);
        self.stage_document(&self.site().plans(), &name, plan, (Counts::Newest, Plan::agrees_with), files)
    }

    /// A value goes to `NAME.json`, or beside those that say something else to `NAME.2.json` ...
    fn stage_document<T>(
        &self,
        folder: &Path,
        name: &str,
        value: &T,
        (counts, same): (Counts, fn(&T, &T) -> bool),
        files: &mut FileSet,
    ) -> Result<Decided>
    where
        T: serde::Serialize + DeserializeOwned,
    {
        let first = folder.join(format!("{name}.json"));
        let mut path = first.clone();
        let mut number = 1;
        let mut known = None;
        while path.exists() {
            let (_, stored): (_, T) = document(&path, self.site())?;
            let earlier = if counts == Counts::Any { known } else { None };
            known = earlier.or_else(|| same(&stored, value).then(|| path.clone()));
            number += 1;
            path = folder.join(format!("{name}.{number}.json"));
        }
        if let Some(known) = known {
            return Ok(Decided::Known(known));
        }
        files.write(&path, json_bytes(value)?);
        Ok(if number == 1 { Decided::New(path) } else { Decided::Differs(first, path) })
    }
}

/// Which of the stored documents make another one needless by saying the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// Any of them.
    Any,
    /// The newest, which has replaced the others: to go back to one of those is news.
    Newest,
}

fn name_of(date: &str, strategy: &str, several: bool) -> String {
    if several { format!("{date}-{strategy}") } else { date.to_owned() }
}
