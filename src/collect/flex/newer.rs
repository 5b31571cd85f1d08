//! What statements that are newer than an imported one said of the same things.
//!
//! A row that only repeats what is stored is not stored again. Where an older statement comes in later and says something
//! else, the newer one that had repeated it must be heard again, or the older one would seem the last word.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{FlexSettings, parse};
use crate::collect::Batch;
use crate::error::Result;
use crate::record::{CashFlow, CorporateAction, Execution, Snapshot, StatementPeriod};
use crate::site_dir::SiteDir;

/// Adds the rows of kept statements that are newer than those of a batch, and say something else of the same things.
///
/// # Errors
/// The folder of kept files cannot be read. A kept file that cannot be read any more is left out.
pub fn hear_newer(site: &SiteDir, batch: &mut Batch, settings: &FlexSettings) -> Result<()> {
    let said = SaidAll::of(batch);
    let Some(oldest) = said.oldest else { return Ok(()) };
    for path in crate::record::store::raw_files(site, "xml")? {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if !may_be_newer(&bytes, oldest) {
            continue;
        }
        let Ok(newer) = parse(&path, &bytes, settings) else { continue };
        said.add(newer, batch);
    }
    Ok(())
}

/// Whether a statement was made after a time, or does not say so in the usual form.
fn may_be_newer(bytes: &[u8], oldest: DateTime<Utc>) -> bool {
    // The day is enough to leave most of them unread, whatever their zone.
    let may_be = |date| date >= oldest.date_naive() - chrono::Days::new(1);
    stated(bytes).is_some_and(|time| day(time).is_none_or(may_be))
}

/// The day on which a statement was made, in a zone of its own, where it says so in the usual form.
pub fn made_on(bytes: &[u8]) -> Option<NaiveDate> {
    day(stated(bytes)?)
}

/// What stands where a statement says when it was made, if it does so near its beginning.
fn stated(bytes: &[u8]) -> Option<&[u8]> {
    const HEAD: usize = 4096;
    const MARK: &[u8] = b"whenGenerated=\"";
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    head.get(memchr::memmem::find(head, MARK)? + MARK.len()..)
}

fn day(time: &[u8]) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(std::str::from_utf8(time.get(..8)?).ok()?, "%Y%m%d").ok()
}

/// A row that a statement repeats or restates.
trait Repeated: Clone {
    fn generated(&self) -> Option<DateTime<Utc>>;

    /// Everything that names what it is about.
    fn names(&self) -> Vec<String>;

    /// The names under which rows about the same may be found.
    fn sought(&self) -> Vec<String> {
        self.names()
    }

    fn agrees(&self, other: &Self) -> bool;
}

impl Repeated for Execution {
    fn generated(&self) -> Option<DateTime<Utc>> {
        self.generated
    }

    fn names(&self) -> Vec<String> {
        let transaction = self.transaction_id.as_ref().map(|number| format!("transaction:{number}"));
        let trade = self.trade_id.as_ref().map(|number| format!("trade:{number}"));
        // Another query may have named it otherwise.
        let terms = format!("{} {} {} {} {}", self.time, self.symbol, self.side, self.quantity, self.price);
        [self.exec_id.to_string(), terms].into_iter().chain(transaction).chain(trade).collect()
    }

    fn agrees(&self, other: &Self) -> bool {
        self.merged_with(other).is_ok()
    }
}

impl Repeated for Snapshot {
    fn generated(&self) -> Option<DateTime<Utc>> {
        self.generated
    }

    fn names(&self) -> Vec<String> {
        vec![self.date.to_string()]
    }

    fn agrees(&self, other: &Self) -> bool {
        self.says_the_same(other)
    }
}

impl Repeated for CashFlow {
    fn generated(&self) -> Option<DateTime<Utc>> {
        self.generated
    }

    fn names(&self) -> Vec<String> {
        vec![self.id.clone(), money(self, self.is_numbered())]
    }

    fn sought(&self) -> Vec<String> {
        vec![self.id.clone(), money(self, !self.is_numbered())]
    }

    fn agrees(&self, other: &Self) -> bool {
        self.says_the_same(other)
    }
}

/// A movement by its day, currency and kind, of those with or without a number.
fn money(flow: &CashFlow, numbered: bool) -> String {
    format!("{} {} {} {numbered}", flow.date, flow.currency, flow.kind)
}

impl Repeated for StatementPeriod {
    fn generated(&self) -> Option<DateTime<Utc>> {
        self.generated
    }

    fn names(&self) -> Vec<String> {
        vec![format!("{} {}", self.from, self.to)]
    }

    fn agrees(&self, other: &Self) -> bool {
        self.says_the_same(other)
    }
}

/// The rows of one kind, all that differ, by what names them.
struct Said<T>(HashMap<String, Vec<T>>);

impl<T: Repeated> Said<T> {
    fn of<'t>(rows: impl IntoIterator<Item = &'t T>) -> Self
    where
        T: 't,
    {
        let mut by_name: HashMap<String, Vec<T>> = HashMap::new();
        for row in rows {
            for name in row.names() {
                by_name.entry(name).or_default().push(row.clone());
            }
        }
        Self(by_name)
    }

    /// The rows that are newer than one of ours about the same, and differ from it.
    fn newer<'s>(&'s self, rows: Vec<T>) -> impl Iterator<Item = T> + 's
    where
        T: 's,
    {
        let restates = |row: &T, ours: &T| row.generated() > ours.generated() && !ours.agrees(row);
        rows.into_iter().filter(move |row| {
            let about_the_same = row.sought().into_iter().filter_map(|name| self.0.get(&name));
            about_the_same.flatten().any(|ours| restates(row, ours))
        })
    }

    fn oldest(&self) -> Option<DateTime<Utc>> {
        self.0.values().flatten().filter_map(Repeated::generated).min()
    }
}

/// The rows of a batch.
struct SaidAll {
    fills: Said<Execution>,
    values: Said<Snapshot>,
    cash: Said<CashFlow>,
    periods: Said<StatementPeriod>,
    actions: Vec<CorporateAction>,
    oldest: Option<DateTime<Utc>>,
}

impl SaidAll {
    fn of(batch: &Batch) -> Self {
        let fills = Said::of(&batch.executions);
        let values = Said::of(&batch.snapshots);
        let cash = Said::of(batch.flows.iter().chain(&batch.income));
        let periods = Said::of(&batch.statements);
        let actions = batch.actions.clone();
        let of_actions = actions.iter().filter_map(|action| action.generated).min();
        let times = [fills.oldest(), values.oldest(), cash.oldest(), periods.oldest(), of_actions];
        let oldest = times.into_iter().flatten().min();
        Self { fills, values, cash, periods, actions, oldest }
    }

    fn add(&self, newer: Batch, batch: &mut Batch) {
        batch.executions.extend(self.fills.newer(newer.executions));
        batch.snapshots.extend(self.values.newer(newer.snapshots));
        batch.flows.extend(self.cash.newer(newer.flows));
        batch.income.extend(self.cash.newer(newer.income));
        batch.statements.extend(self.periods.newer(newer.statements));
        batch.actions.extend(newer.actions.into_iter().filter(|action| {
            let about_the_same = self.actions.iter().filter(|ours| ours.may_be(action));
            let older = |ours: &&CorporateAction| action.generated > ours.generated;
            about_the_same.filter(older).any(|ours| !ours.says_the_same(action))
        }));
    }
}
