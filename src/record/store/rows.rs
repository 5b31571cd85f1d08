//! What handed over rows are beside the stored ones, and the files they are written to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::coverage::Coverage;
use super::super::files::{files as files_of, read_snapshot};
use super::super::same_day;
use super::super::{CashFlow, CorporateAction, ExecId, Execution, Snapshot, StatementPeriod};
use super::commit::{Rows, Verdict};
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

/// A row that adds nothing to what the stored rows say together is known; one that contradicts them is a
/// conflict, and known once it has been kept.
fn verdict(stored: &[&Execution], row: &Execution) -> Verdict {
    let Some((first, rest)) = stored.split_first() else { return Verdict::New };
    if stored.contains(&row) {
        return Verdict::Known;
    }
    let together = rest.iter().fold((*first).clone(), |merged, next| merged.merged_with(next).unwrap_or(merged));
    match together.merged_with(row) {
        Ok(merged) if merged == together => Verdict::Known,
        Ok(_) => Verdict::New,
        Err(_) => Verdict::Conflict,
    }
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
        for fill in fills {
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
        for snapshot in snapshots {
            let of_date = match stored.entry(snapshot.date) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(self.stored_snapshots(snapshot.date)?)
                }
            };
            let verdict = if of_date.contains(snapshot) || same_day::is_known(snapshot, of_date) {
                Verdict::Known
            } else if of_date.iter().any(|stored| same_day::contradicts(snapshot, stored)) {
                Verdict::Conflict
            } else {
                Verdict::New
            };
            if added.note(snapshot, verdict) {
                of_date.push(snapshot.clone());
                files.write(self.snapshot_path(snapshot.date, of_date.len()), json_bytes(snapshot)?);
            }
        }
        Ok(added)
    }

    fn stored_snapshots(&self, date: NaiveDate) -> Result<Vec<Snapshot>> {
        let mut stored = Vec::new();
        loop {
            let path = self.snapshot_path(date, stored.len() + 1);
            if !path.exists() {
                return Ok(stored);
            }
            stored.push(read_snapshot(&path, self.site().root())?.1);
        }
    }

    fn snapshot_path(&self, date: NaiveDate, number: usize) -> PathBuf {
        let name = match number {
            1 => format!("{date}.json"),
            more => format!("{date}.{more}.json"),
        };
        self.site().snapshots().join(name)
    }

    /// Corporate actions go to `data/actions.csv`. One that says what is stored is known, whatever the statement; where a
    /// statement of another time says something else, both stay and the newest counts.
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
        let before = stored.len();
        for action in actions {
            let same: Vec<&CorporateAction> = stored.iter().filter(|row| row.id == action.id).collect();
            let ordered = |row: &&CorporateAction| {
                row.generated.is_some() && action.generated.is_some() && row.generated != action.generated
            };
            let verdict = match same.iter().max_by_key(|row| row.generated) {
                _ if same.contains(&action) => Verdict::Known,
                None => Verdict::New,
                Some(newest) if newest.agrees_with(action) => Verdict::Known,
                Some(_) if same.iter().all(ordered) => Verdict::New,
                Some(_) => Verdict::Conflict,
            };
            if added.note(action, verdict) {
                stored.push(action.clone());
            }
        }
        if stored.len() > before {
            files.write(path, csv_bytes(&stored)?);
        }
        Ok(added)
    }

    /// Money across the account's border goes to `data/flows.csv`, the rest to `data/income.csv`.
    pub(super) fn stage_cash(&self, flows: &[CashFlow], files: &mut FileSet) -> Result<Rows<CashFlow>> {
        let (external, internal): (Vec<_>, Vec<_>) = flows.iter().cloned().partition(|flow| flow.kind.is_external());
        let mut added = self.append(&self.site().flows(), &external, |flow| flow.id.clone(), files)?;
        let inside = self.append(&self.site().income(), &internal, |flow| flow.id.clone(), files)?;
        added.new.extend(inside.new);
        added.known += inside.known;
        added.conflicts.extend(inside.conflicts);
        Ok(added)
    }

    pub(super) fn stage_statements(
        &self,
        periods: &[StatementPeriod],
        files: &mut FileSet,
    ) -> Result<Rows<StatementPeriod>> {
        let key = |period: &StatementPeriod| (period.from, period.to, period.account.clone());
        self.append(&self.site().statements(), periods, key, files)
    }

    pub(super) fn stage_coverage(&self, rows: &[Coverage], files: &mut FileSet) -> Result<Rows<Coverage>> {
        let key = |row: &Coverage| (row.from, row.to, row.account.clone(), row.query.clone(), row.source.clone());
        self.append(&self.site().coverage(), rows, key, files)
    }

    /// Appends the rows that are not in the file yet; `key` is what must be unique.
    fn append<T, K: Ord>(
        &self,
        path: &Path,
        rows: &[T],
        key: impl Fn(&T) -> K,
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
            let verdict = if same_key.contains(row) {
                Verdict::Known
            } else if same_key.is_empty() {
                Verdict::New
            } else {
                Verdict::Conflict
            };
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
