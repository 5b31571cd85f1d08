//! What handed over rows are beside the stored ones, and the files they are written to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::action_versions::grouped;
use super::super::coverage::Coverage;
use super::super::files::{files as files_of, read_snapshot};
use super::super::restatement::Decision;
use super::super::same_day;
use super::super::versions::{Verdict, Versioned, verdict};
use super::super::{CashFlow, CorporateAction, ExecId, Execution, Snapshot, StatementPeriod};
use super::commit::Rows;
use super::{FileSet, Store, csv_bytes, json_bytes};
use crate::error::Result;

/// All stored fills: those of each file, and where the rows of each id are.
#[derive(Debug, Default)]
struct Fills {
    by_date: BTreeMap<NaiveDate, Vec<Execution>>,
    by_id: HashMap<ExecId, Vec<(NaiveDate, usize)>>,
}

impl Fills {
    fn add(&mut self, row: Execution) {
        let date = row.utc_date();
        let rows = self.by_date.entry(date).or_default();
        self.by_id.entry(row.exec_id.clone()).or_default().push((date, rows.len()));
        rows.push(row);
    }

    fn of_id(&self, id: &ExecId) -> Vec<&Execution> {
        let places = self.by_id.get(id).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|(date, index)| self.by_date.get(date)?.get(*index)).collect()
    }

    fn of_date(&self, date: NaiveDate) -> &[Execution] {
        self.by_date.get(&date).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The rows by the age of their statements, so that what came in between is not taken for the last word.
fn oldest_first<T: Versioned>(rows: &[T]) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by_key(|row| row.generated());
    rows
}

/// Whether a movement of cash that is known has to be heard again: after what a statement in between said otherwise, which has or
/// lacks the box for its number; or without any number, because a statement that holds it holds another one beside it, which
/// would else be taken for what became of it.
fn is_heard_again<'a>(row: &CashFlow, same_id: &[CashFlow], others: impl Iterator<Item = &'a CashFlow>) -> bool {
    let said = same_id.iter().map(|known| known.generated).max().flatten();
    others.filter(|other| (other.currency, other.kind) == (row.currency, row.kind) && other.generated > said).any(
        |other| {
            if other.is_numbered() != row.is_numbered() {
                other.amount != row.amount && other.generated < row.generated
            } else {
                !row.is_numbered() && other.id != row.id && other.generated <= row.generated
            }
        },
    )
}

impl Store {
    /// Fills go to `data/executions/`, one file a UTC date.
    pub(super) fn stage_executions(&self, fills: &[Execution], files: &mut FileSet) -> Result<Rows<Execution>> {
        let mut added = Rows::default();
        if fills.is_empty() {
            return Ok(added);
        }
        let mut stored = self.stored_fills()?;
        let mut changed = BTreeSet::new();
        for fill in oldest_first(fills) {
            if added.note(fill, verdict(&stored.of_id(&fill.exec_id), fill)) {
                changed.insert(fill.utc_date());
                stored.add(fill.clone());
            }
        }
        for date in changed {
            files.write(self.site().executions_file(date), csv_bytes(stored.of_date(date))?);
        }
        Ok(added)
    }

    fn stored_fills(&self) -> Result<Fills> {
        let mut fills = Fills::default();
        for path in files_of(&self.site().executions(), "csv")? {
            self.rows::<Execution>(&path)?.into_iter().for_each(|row| fills.add(row));
        }
        Ok(fills)
    }

    /// Snapshots go to `data/snapshots/`. A second one of a date gets a file of its own beside the first.
    pub(super) fn stage_snapshots(&self, snapshots: &[Snapshot], files: &mut FileSet) -> Result<Rows<Snapshot>> {
        let mut added = Rows::default();
        let mut stored: BTreeMap<NaiveDate, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in oldest_first(snapshots) {
            let of_date = match stored.entry(snapshot.date) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(free) => free.insert(self.snapshots_of(snapshot.date)?),
            };
            let verdict = same_day::verdict(of_date, snapshot);
            if added.note(snapshot, verdict) {
                of_date.push(snapshot.clone());
                files.write(self.snapshot_path(snapshot.date, of_date.len()), json_bytes(snapshot)?);
            }
        }
        Ok(added)
    }

    /// The stored snapshots of a date as they stand in their files, in the order in which they came.
    ///
    /// # Errors
    /// A stored file that cannot be read.
    pub fn snapshots_of(&self, date: NaiveDate) -> Result<Vec<Snapshot>> {
        let mut stored = Vec::new();
        loop {
            let path = self.snapshot_path(date, stored.len() + 1);
            if !path.exists() {
                return Ok(stored);
            }
            stored.push(read_snapshot(&path, self.site())?.1);
        }
    }

    fn snapshot_path(&self, date: NaiveDate, number: usize) -> PathBuf {
        let name = match number {
            1 => format!("{date}.json"),
            more => format!("{date}.{more}.json"),
        };
        self.site().snapshots().join(name)
    }

    /// Corporate actions go to `data/actions.csv`. A row without a number of its own may be one that another statement
    /// numbers, so that all are seen together.
    pub(super) fn stage_actions(
        &self,
        actions: &[CorporateAction],
        files: &mut FileSet,
    ) -> Result<Rows<CorporateAction>> {
        let mut added = Rows::default();
        if actions.is_empty() {
            return Ok(added);
        }
        let path = self.site().actions();
        let mut stored = self.rows::<CorporateAction>(&path)?;
        let incoming = oldest_first(actions).into_iter().enumerate().map(|(at, row)| (Some(at), row.clone()));
        let mut new = BTreeMap::new();
        for rows in grouped(stored.iter().map(|row| (None, row.clone())).chain(incoming).collect()).into_values() {
            let (mut known, mut handed): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(at, _)| at.is_none());
            handed.sort_by_key(|(at, _)| *at);
            for (at, row) in handed {
                if added.note(&row, verdict(&known.iter().map(|(_, row)| row).collect::<Vec<_>>(), &row)) {
                    new.insert(at, row.clone());
                    known.push((at, row));
                }
            }
        }
        if !new.is_empty() {
            stored.extend(new.into_values());
            files.write(path, csv_bytes(&stored)?);
        }
        Ok(added)
    }

    /// Money across the account's border goes to `data/flows.csv`, the rest to `data/income.csv`. A later statement may
    /// say of the same money that it is of the other kind, so both are read together.
    pub(super) fn stage_cash(&self, flows: &[CashFlow], files: &mut FileSet) -> Result<Rows<CashFlow>> {
        let mut added = Rows::default();
        if flows.is_empty() {
            return Ok(added);
        }
        let paths = [self.site().income(), self.site().flows()];
        let mut tables = [self.rows::<CashFlow>(&paths[0])?, self.rows::<CashFlow>(&paths[1])?];
        let mut changed = [false; 2];
        let mut by_id: BTreeMap<String, Vec<CashFlow>> = BTreeMap::new();
        let mut by_day: BTreeMap<NaiveDate, Vec<CashFlow>> = BTreeMap::new();
        for row in tables.iter().flatten() {
            by_id.entry(row.id.clone()).or_default().push(row.clone());
            by_day.entry(row.date).or_default().push(row.clone());
        }
        let mut unheard: BTreeMap<NaiveDate, Vec<&CashFlow>> = BTreeMap::new();
        for row in flows.iter().filter(|row| !by_id.contains_key(&row.id)) {
            unheard.entry(row.date).or_default().push(row);
        }
        for row in oldest_first(flows) {
            let same_id = by_id.entry(row.id.clone()).or_default();
            let of_day = by_day.entry(row.date).or_default();
            let verdict = match verdict(&same_id.iter().collect::<Vec<_>>(), row) {
                Verdict::Known => {
                    let new = unheard.get(&row.date).into_iter().flatten().copied();
                    if is_heard_again(row, same_id, of_day.iter().chain(new)) { Verdict::New } else { Verdict::Known }
                }
                verdict => verdict,
            };
            if added.note(row, verdict) {
                same_id.push(row.clone());
                of_day.push(row.clone());
                let [inside, external] = &mut tables;
                let [inside_changed, external_changed] = &mut changed;
                let (table, changed) =
                    if row.kind.is_external() { (external, external_changed) } else { (inside, inside_changed) };
                table.push(row.clone());
                *changed = true;
            }
        }
        for ((path, table), _) in paths.iter().zip(&tables).zip(changed).filter(|(_, changed)| *changed) {
            files.write(path, csv_bytes(table)?);
        }
        Ok(added)
    }

    pub(super) fn stage_statements(
        &self,
        periods: &[StatementPeriod],
        files: &mut FileSet,
    ) -> Result<Rows<StatementPeriod>> {
        let key = |period: &StatementPeriod| (period.from, period.to, period.account.clone());
        let periods: Vec<StatementPeriod> = oldest_first(periods).into_iter().cloned().collect();
        let judged = |stored: &[StatementPeriod], row: &_| verdict(&stored.iter().collect::<Vec<_>>(), row);
        self.append(&self.site().statements(), &periods, (key, judged), files)
    }

    /// Decisions are kept in the order in which they were made, because the last one counts.
    pub(super) fn stage_decisions(&self, decisions: &[Decision], files: &mut FileSet) -> Result<()> {
        if decisions.is_empty() {
            return Ok(());
        }
        let mut stored = self.rows::<Decision>(&self.site().decisions())?;
        stored.extend_from_slice(decisions);
        files.write(self.site().decisions(), csv_bytes(&stored)?);
        Ok(())
    }

    pub(super) fn stage_coverage(&self, rows: &[Coverage], files: &mut FileSet) -> Result<Rows<Coverage>> {
        let key = |row: &Coverage| (row.from, row.to, row.account.clone(), row.query.clone(), row.source.clone());
        let judged = |stored: &[Coverage], row: &_| match stored {
            [] => Verdict::New,
            stored if stored.contains(row) => Verdict::Known,
            _ => Verdict::Conflict,
        };
        self.append(&self.site().coverage(), rows, (key, judged), files)
    }

    /// Appends the rows that are not in the file yet, by their key and what they are beside the stored ones of that key.
    fn append<T, K: Ord>(
        &self,
        path: &Path,
        rows: &[T],
        (key, verdict): (impl Fn(&T) -> K, impl Fn(&[T], &T) -> Verdict),
        files: &mut FileSet,
    ) -> Result<Rows<T>>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq,
    {
        let mut added = Rows::default();
        if rows.is_empty() {
            return Ok(added);
        }
        let mut stored = self.rows::<T>(path)?;
        let before = stored.len();
        let mut by_key: BTreeMap<K, Vec<T>> = BTreeMap::new();
        for row in &stored {
            by_key.entry(key(row)).or_default().push(row.clone());
        }
        for row in rows {
            let same_key = by_key.entry(key(row)).or_default();
            let verdict = verdict(same_key, row);
            if added.note(row, verdict) {
                same_key.push(row.clone());
                stored.push(row.clone());
            }
        }
        if stored.len() > before {
            files.write(path, csv_bytes(&stored)?);
        }
        Ok(added)
    }
}
