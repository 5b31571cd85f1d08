//! Reads a site's `data/` and `content/` into a [`Record`].
//!
//! A bad file or row becomes a finding with its place and the rest still loads, so that `check` can list
//! everything at once. Whether a record with errors may be published is decided by whoever publishes.

mod by_hand;
mod cash;
pub(super) mod cash_names;
mod spans;
mod sums;

pub use cash::unknown_cash_type;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use rayon::prelude::*;

use super::accounts;
use super::corrections::effective;
use super::files::{FileResult, Placed, files, read_rows, read_snapshot};
use super::lacking::{Lacking, Rows};
use super::restatement::{Decisions, Discovered, Restatement, Table};
use super::{
    AccountId, CashFlow, CorporateAction, Currency, Execution, Finding, FindingKind, Private, Record, Settings,
    Severity, Snapshot, Source,
};
use super::{HeldRecord, action_rows, emptiness, possible, prices, same_day, signals_and_plans, spelling, store};
use crate::calendar::Exchange;
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// Reads everything. `today` is the date after which nothing can have happened yet.
pub fn load(site: &SiteDir, settings: &dyn Settings, today: NaiveDate) -> Record {
    HeldRecord::load(site, settings, today).into_record()
}

/// Reads `data/`, and gives the record without the author's texts and before it is cut at its inception.
pub(super) fn data(site: &SiteDir, settings: &dyn Settings, today: NaiveDate) -> Record {
    let mut reader = Reader::new(site, settings.base_currency(), today, &|_, _| true);
    if let Err(error) = store::finish_interrupted(site) {
        reader.findings.push(Finding::from_error(FindingKind::Unreadable, &error));
    }
    let account = settings.account();
    let account_files = || rayon::join(|| read_executions(site), || read_snapshots(site));
    let others = || rayon::join(|| prices::all(site, today), || signals_and_plans::read(site, today));
    let ((fills, snapshots), ((prices, found), (signals, plans, of_strategies))) = rayon::join(account_files, others);
    let any_valued = !snapshots.values.is_empty();
    let Record { exchange, executions, superseded, snapshots, .. } = reader.account((fills, snapshots), settings);
    let actions = reader.actions(account.as_ref());
    let (flows, income) = reader.cash(account.as_ref(), settings);
    let statements = reader.statements(account.as_ref());
    reader.findings.extend(found);
    reader.private.received_in(site.raw());
    let mut record = Record {
        private: Arc::new(std::mem::take(&mut reader.private)),
        exchange,
        executions,
        superseded,
        snapshots,
        actions,
        flows,
        income,
        statements,
        signals,
        plans,
        prices,
        restatements: reader.restatements(),
        contradictions: std::mem::take(&mut reader.discovered.contradictions),
        ..Record::default()
    };
    reader.findings.extend(accounts::findings(&record, settings));
    let Record { executions: fills, snapshots, flows, income, .. } = &record;
    let mut lacking = Lacking::of(Rows { fills, snapshots, flows, income });
    // Values that are there and were refused are missing in no query.
    lacking.retain(|lacks| *lacks != Lacking::NetValue || !any_valued);
    reader.findings.extend(lacking.into_iter().map(Lacking::finding));
    reader.findings.extend(of_strategies);
    record.findings = reader.findings;
    record.findings.extend(super::suspicious::findings(site));
    record.findings.extend(emptiness::finding(&record.snapshots, &record.flows));
    let empty = settings.inception().and_then(|inception| empty_inception(&record, inception, today));
    record.findings.extend(empty);
    record
}

/// Fills, valuations and money across the account's border as they would be without the rows of which this is not true: by their
/// source, and by when the broker made the statement that has them. Nothing that is wrong with them is told.
pub fn stated_by(
    site: &SiteDir,
    settings: &dyn Settings,
    today: NaiveDate,
    counts: &dyn Fn(&Source, Option<DateTime<Utc>>) -> bool,
) -> Record {
    let mut reader = Reader::new(site, settings.base_currency(), today, counts);
    let record = reader.account((read_executions(site), read_snapshots(site)), settings);
    let (flows, _) = reader.cash(settings.account().as_ref(), settings);
    let record = Record { flows, ..record };
    match settings.inception() {
        Some(inception) => record.since(inception),
        None => record,
    }
}

/// The dates of all fills that are stored, and of all movements of cash, each with the time at which the broker made the statement that has it.
pub fn statement_times(site: &SiteDir) -> (Vec<StatedOn>, Vec<StatedOn>) {
    let fills = read_executions(site).values.into_iter();
    let fills = fills.filter_map(|(_, fill)| Some((fill.utc_date(), fill.generated?))).collect();
    let cash = [site.flows(), site.income()].map(|path| read_rows::<CashFlow>(&path, site));
    let cash = Files::from_results(cash.into()).values.into_iter();
    (fills, cash.filter_map(|(_, flow)| Some((flow.date, flow.generated?))).collect())
}

/// The date of a row, and when its statement was made.
pub type StatedOn = (NaiveDate, DateTime<Utc>);

/// An inception that leaves nothing of a record, which is hardly what was meant.
fn empty_inception(record: &Record, inception: NaiveDate, today: NaiveDate) -> Option<Finding> {
    let last = record.snapshots.last().map(|snapshot| snapshot.date);
    let message = match last {
        _ if inception > today => format!("[site] inception is {inception}, which has not come yet"),
        Some(last) if inception > last => {
            format!(
                "[site] inception is {inception}, and the newest snapshot is of {last}: nothing is left of the record"
            )
        }
        _ => return None,
    };
    let next = "correct `inception` in config/config.toml, or take it out to start with the first snapshot";
    let finding = Finding::new(Severity::Error, FindingKind::EmptyInception, message, next);
    Some(finding.at(Place::file("config/config.toml")))
}

/// What a folder of files gave: the values, and an error for each that could not be read.
struct Files<T> {
    values: Vec<Placed<T>>,
    errors: Vec<Error>,
}

impl<T> Files<T> {
    fn from_results(results: Vec<FileResult<T>>) -> Self {
        let mut files = Self { values: Vec::new(), errors: Vec::new() };
        for result in results {
            match result {
                Ok(values) => files.values.extend(values),
                Err(errors) => files.errors.extend(errors),
            }
        }
        files
    }
}

struct Reader<'a> {
    site: &'a SiteDir,
    base_currency: Currency,
    today: NaiveDate,
    findings: Vec<Finding>,
    /// Base currencies of snapshots other than the configured one.
    foreign: BTreeSet<Currency>,
    /// The days of which tables of net values have a value.
    valued: BTreeSet<NaiveDate>,
    /// What of contradicting rows has been decided.
    decisions: Decisions,
    /// What was restated, and what contradicts.
    discovered: Discovered,
    /// What is private in the rows, also in those of which nothing is read.
    private: Private,
    /// Whether a row counts at all, by its source and the time of its statement.
    counts: &'a dyn Fn(&Source, Option<DateTime<Utc>>) -> bool,
}

impl<'a> Reader<'a> {
    fn new(
        site: &'a SiteDir,
        base_currency: Currency,
        today: NaiveDate,
        counts: &'a dyn Fn(&Source, Option<DateTime<Utc>>) -> bool,
    ) -> Self {
        let findings = Vec::new();
        let (decisions, discovered) = (Decisions::default(), Discovered::default());
        let (foreign, valued) = (BTreeSet::new(), BTreeSet::new());
        let private = Private::default();
        let mut reader =
            Self { site, base_currency, today, findings, foreign, valued, decisions, discovered, private, counts };
        let rows = reader.take(Files::from_results(vec![read_rows(&site.decisions(), site)]));
        reader.decisions = Decisions::new(rows.into_iter().map(|(_, decision)| decision));
        reader
    }

    /// What was restated, by date.
    fn restatements(&mut self) -> Vec<Restatement> {
        let mut restatements = std::mem::take(&mut self.discovered.restatements);
        restatements.sort();
        restatements
    }

    fn take<T>(&mut self, files: Files<T>) -> Vec<Placed<T>> {
        self.findings.extend(files.errors.iter().map(|error| Finding::from_error(FindingKind::Unreadable, error)));
        files.values
    }

    fn error(&mut self, kind: FindingKind, place: Place, message: impl Into<String>, next: &str) {
        self.findings.push(Finding::new(Severity::Error, kind, message, next).at(place));
    }

    fn is_dated_possibly(&mut self, place: &Place, date: NaiveDate) -> bool {
        let Some(message) = possible::date(date, self.today) else { return true };
        let kind = if date > self.today { FindingKind::Future } else { FindingKind::Impossible };
        self.error(kind, place.clone(), message, "correct the date, or this computer's clock");
        false
    }

    /// Names what cannot be true of a row; whether there is nothing.
    fn is_possible(&mut self, place: &Place, wrong: Option<String>) -> bool {
        let Some(message) = wrong else { return true };
        let next = "correct the row from the broker's statement";
        self.error(FindingKind::Impossible, place.clone(), message, next);
        false
    }

    /// Fills and valuations, in one spelling, and the exchange whose sessions they are of.
    fn account(
        &mut self,
        (fills, snapshots): (Files<Execution>, Files<Snapshot>),
        settings: &dyn Settings,
    ) -> Record {
        let account = settings.account();
        let (mut executions, superseded) = self.executions(fills, account.as_ref());
        let held: Vec<&Snapshot> = snapshots.values.iter().map(|(_, snapshot)| snapshot).collect();
        let exchange = settings.exchange(&executions, &held);
        let mut snapshots = self.snapshots(snapshots, account.as_ref(), exchange);
        spelling::unify(&mut executions, &mut snapshots);
        Record { exchange, executions, superseded, snapshots, ..Record::default() }
    }

    fn executions(
        &mut self,
        files: Files<Execution>,
        account: Option<&AccountId>,
    ) -> (Vec<Execution>, Vec<Execution>) {
        let mut rows = self.take(files);
        self.private.fills(rows.iter().map(|(_, fill)| fill));
        rows.retain(|(_, fill)| account.is_none_or(|account| fill.account == *account));
        rows.retain(|(_, fill)| (self.counts)(&fill.source, fill.generated));
        rows.retain(|(place, fill)| {
            self.is_possible(place, possible::fill(fill)) && self.is_dated_possibly(place, fill.utc_date())
        });
        let outcome = effective(rows, &self.decisions);
        self.discover(outcome.discovered);
        (outcome.executions, outcome.superseded)
    }

    fn discover(&mut self, found: Discovered) {
        self.findings.extend(found.findings);
        self.discovered.restatements.extend(found.restatements);
        self.discovered.contradictions.extend(found.contradictions);
    }

    /// One snapshot a session.
    fn snapshots(
        &mut self,
        files: Files<Snapshot>,
        account: Option<&AccountId>,
        exchange: Exchange,
    ) -> Vec<Snapshot> {
        let mut by_date: BTreeMap<NaiveDate, Vec<Placed<Snapshot>>> = BTreeMap::new();
        let mut without_session = BTreeSet::new();
        let base = self.base_currency;
        let rows = self.take(files);
        let private = &mut self.private;
        let wrong = || rows.par_iter().map(|(_, snapshot)| possible::stored_snapshot(snapshot)).collect::<Vec<_>>();
        let ((), wrong) = rayon::join(|| private.snapshots(rows.iter().map(|(_, snapshot)| snapshot)), wrong);
        let (rows, foreign): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .zip(wrong)
            .filter(|((_, snapshot), _)| account.is_none_or(|account| snapshot.account == *account))
            .filter(|((_, snapshot), _)| (self.counts)(&snapshot.source, snapshot.generated))
            .partition(|((_, snapshot), _)| snapshot.base_currency == base);
        let foreign: Vec<Placed<Snapshot>> = foreign.into_iter().map(|(row, _)| row).collect();
        self.findings.extend(other_currency(&foreign, base));
        self.foreign = foreign.iter().map(|(_, snapshot)| snapshot.base_currency).collect();
        for ((place, snapshot), wrong) in rows {
            let counts = |name: String| self.decisions.allow(Table::Snapshot, &name, &snapshot);
            let counts = self.decisions.are_none()
                || counts(same_day::key(&snapshot)) && counts(same_day::former_key(&snapshot));
            if counts && self.is_possible_snapshot(&place, &snapshot, wrong) {
                self.valued.extend(Some(snapshot.date).filter(|_| snapshot.source.is_table_of_values()));
                let snapshot = snapshot.of_session(exchange);
                without_session.extend(snapshot.dated);
                by_date.entry(snapshot.date).or_default().push((place, snapshot));
            }
        }
        self.findings.extend(moved(&without_session, exchange));
        let mut found = Discovered::default();
        let days: Vec<Placed<Snapshot>> =
            by_date.into_values().filter_map(|of_day| same_day::together(of_day, &mut found)).collect();
        self.discover(found);
        for (place, snapshot) in &days {
            self.findings.extend(snapshot.doubts.iter().map(|doubt| {
                let next = "compare with the broker; a later snapshot of the same date replaces this one";
                Finding::new(Severity::Warning, FindingKind::DoubtfulSnapshot, doubt, next).at(place.clone())
            }));
        }
        days.into_iter().map(|(_, snapshot)| snapshot).collect()
    }

    fn is_possible_snapshot(&mut self, place: &Place, snapshot: &Snapshot, wrong: Option<String>) -> bool {
        let fine = wrong.is_none();
        if let Some(message) = wrong {
            let next = "correct the file, or set [site] inception after it";
            self.error(FindingKind::Impossible, place.clone(), message, next);
        }
        fine && self.is_dated_possibly(place, snapshot.date)
    }

    fn actions(&mut self, account: Option<&AccountId>) -> Vec<CorporateAction> {
        let mut rows = self.take(Files::from_results(vec![read_rows(&self.site.actions(), self.site)]));
        self.private.actions(rows.iter().map(|(_, row)| row));
        rows.retain(|(_, row): &Placed<CorporateAction>| {
            account.is_none_or(|account| row.account.as_ref().is_none_or(|own| own == account))
        });
        rows.retain(|(place, row)| {
            self.is_possible(place, possible::action(row)) && self.is_dated_possibly(place, row.date)
        });
        let (actions, found) = action_rows::together(rows, &self.decisions);
        self.discover(found);
        actions
    }
}

/// Snapshots in another currency than the configured one: one mistake, however many they are.
fn other_currency(foreign: &[Placed<Snapshot>], base: Currency) -> Option<Finding> {
    let (place, first) = foreign.first()?;
    let reported: BTreeSet<&str> = foreign.iter().map(|(_, snapshot)| snapshot.base_currency.as_str()).collect();
    let reported: Vec<&str> = reported.into_iter().collect();
    let snapshots =
        if foreign.len() == 1 { "1 snapshot is".into() } else { format!("{} snapshots are", foreign.len()) };
    let message = format!("{snapshots} in {}, and `[account] base_currency` is {base}", reported.join(" and "));
    let next = format!(
        "set `[account] base_currency = \"{}\"` in config/config.toml; nothing has to be imported again",
        first.base_currency
    );
    Some(Finding::new(Severity::Error, FindingKind::BaseCurrency, message, next).at(place.clone()))
}

/// What has become of snapshots of days on which the exchange was shut.
fn moved(dates: &BTreeSet<NaiveDate>, exchange: Exchange) -> Option<Finding> {
    let shown: Vec<String> = dates.iter().take(5).map(ToString::to_string).collect();
    let more = if dates.len() > shown.len() { ", ..." } else { "" };
    let message = format!(
        "{} of days without a session of {exchange} ({}{more}): each stands for the session before it",
        if dates.len() == 1 { "one snapshot is".to_owned() } else { format!("{} snapshots are", dates.len()) },
        shown.join(", ")
    );
    let next = "nothing to do; `[account] exchange` chooses another exchange";
    let finding =
        Finding::new(Severity::Note, FindingKind::NoSession, message, next).at(Place::file("data/snapshots"));
    (!dates.is_empty()).then_some(finding)
}

fn read_executions(site: &SiteDir) -> Files<Execution> {
    let results = files(&site.executions(), "csv").map(|paths| each(paths, |path| read_rows(path, site)));
    collected(results)
}

/// Every valuation as it stands in its file, those that were restated since among them. Files that cannot be read are left out.
pub fn stored_snapshots(site: &SiteDir, exchange: Exchange) -> Vec<Snapshot> {
    read_snapshots(site).values.into_iter().map(|(_, snapshot)| snapshot.of_session(exchange)).collect()
}

fn read_snapshots(site: &SiteDir) -> Files<Snapshot> {
    let results = files(&site.snapshots(), "json").map(|paths| {
        each(paths, |path| read_snapshot(path, site).map(|placed| vec![placed]).map_err(|error| vec![error]))
    });
    collected(results)
}

fn collected<T>(results: Result<Vec<FileResult<T>>>) -> Files<T> {
    match results {
        Ok(results) => Files::from_results(results),
        Err(error) => Files { values: Vec::new(), errors: vec![error] },
    }
}

fn each<T: Send>(paths: Vec<PathBuf>, read: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    paths.par_iter().map(|path| read(path)).collect()
}
