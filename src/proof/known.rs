//! What a site still knows of the values that it has committed to: as the record has them, and as it had them before a broker or the
//! owner said otherwise. Files only grow, so that most of what was known then can be had again by leaving out what was stated later;
//! whether it is what was committed to, the commitment tells.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::charter;
use super::entry::{Fields, Value};
use super::log::{Kind, Line};
use super::private_values::{cash, fills, flows, positions};
use super::sealed;
use super::statements::{AllStatements, Statements};
use super::wanted::statements_of_fills;
use crate::config::Config;
use crate::error::Result;
use crate::record::load::{self, StatedOn};
use crate::record::{Record, Snapshot, Source};
use crate::site_dir::SiteDir;

/// The private values of a record.
pub struct Known<'a> {
    site: &'a SiteDir,
    config: &'a Config,
    today: NaiveDate,
    record: Record,
    /// Every valuation as it was stored.
    stored: BTreeMap<NaiveDate, Vec<Snapshot>>,
    /// Every statement that is kept, and those by their times that fills of the days wished for were read from.
    statements: AllStatements,
    of_fills: Statements,
    /// The dates of all fills and movements of cash that are stored, with the times of their statements.
    times: Vec<StatedOn>,
    /// The record as it was without some rows, in the ways that the last entry was looked for.
    earlier: RefCell<BTreeMap<Without, Record>>,
}

/// Which rows are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Without {
    /// Those that the owner entered himself.
    ByHand,
    /// Those of later statements than that of a time.
    After(DateTime<Utc>),
    /// Both.
    AfterAndByHand(DateTime<Utc>),
    /// Those of one statement, which was imported after later ones.
    Only(DateTime<Utc>),
    /// Those of all statements: the terminal alone had reported.
    Statements,
}

impl Without {
    fn counts(self, source: &Source, stated: Option<DateTime<Utc>>) -> bool {
        match self {
            Self::ByHand => !source.is_by_hand(),
            Self::After(time) => stated.is_none_or(|stated| stated <= time),
            Self::AfterAndByHand(time) => !source.is_by_hand() && stated.is_none_or(|stated| stated <= time),
            Self::Only(time) => stated != Some(time),
            Self::Statements => stated.is_none(),
        }
    }
}

/// What is told of a day is told of it within so many days, or of a row that is dated so near.
const DAYS_AROUND: Days = Days::new(8);

impl<'a> Known<'a> {
    /// Of a site, for entries of the dates from one to another.
    ///
    /// # Errors
    /// The folder of kept statements cannot be read.
    pub fn of(
        site: &'a SiteDir,
        config: &'a Config,
        today: NaiveDate,
        dates: (NaiveDate, NaiveDate),
    ) -> Result<Self> {
        let record = load::load(site, config, today);
        let mut stored: BTreeMap<NaiveDate, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in load::stored_snapshots(site, record.exchange) {
            stored.entry(snapshot.date).or_default().push(snapshot);
        }
        let (of_fills, of_cash) = load::statement_times(site);
        let is_meant = |(date, _): &&StatedOn| (dates.0..=dates.1).contains(date);
        let meant: BTreeSet<DateTime<Utc>> = of_fills.iter().filter(is_meant).map(|(_, time)| *time).collect();
        let times = of_fills.iter().chain(&of_cash).copied().collect();
        let of_fills = Statements::of(site, config, &meant)?;
        let (statements, earlier) = (AllStatements::of(site)?, RefCell::default());
        Ok(Self { site, config, today, record, stored, statements, of_fills, times, earlier })
    }

    /// The private values of what an entry is about, as the record has them.
    pub fn values(&self, line: &Line, says: &Fields) -> BTreeMap<&'static str, String> {
        self.values_in(&self.record, line, says)
    }

    /// The value of that name as it was when the entry was made: the first for which this holds.
    pub fn before(&self, name: &str, line: &Line, says: &Fields, holds: impl Fn(&String) -> bool) -> Option<String> {
        if name == "statement" {
            let mut digests = self.statements.since(line.date).map(|digest| digest.to_string());
            if let Some(found) = digests.find(&holds) {
                return Some(found);
            }
        }
        let on = match line.kind {
            Kind::Book => snapshot_of_book(&self.record, says).map(|snapshot| snapshot.date),
            Kind::Day | Kind::Sealed => Some(line.date),
            _ => None,
        };
        let versions = on.and_then(|on| self.stored.get(&on)).into_iter().flatten();
        let mut versions = versions.filter_map(|snapshot| of_snapshot(snapshot).remove(name));
        versions.find(&holds).or_else(|| {
            let ways = self.ways(line, says);
            // Neighbours share most of them, and those of years would not fit into memory.
            self.earlier.borrow_mut().retain(|way, _| ways.contains(way));
            ways.into_iter().find_map(|without| self.value_without(without, name, line, says).filter(&holds))
        })
    }

    /// What may not have been known when an entry was made, the least first.
    fn ways(&self, line: &Line, says: &Fields) -> Vec<Without> {
        if matches!(line.kind, Kind::Charter | Kind::Amend) {
            return Vec::new();
        }
        let from = date(says, "since").unwrap_or(line.date).checked_sub_days(DAYS_AROUND);
        let to = line.date.checked_add_days(DAYS_AROUND);
        let is_near =
            |(date, _): &&StatedOn| from.is_none_or(|from| *date >= from) && to.is_none_or(|to| *date <= to);
        let times: BTreeSet<DateTime<Utc>> = self.times.iter().filter(is_near).map(|(_, time)| *time).collect();
        let each = |way: fn(DateTime<Utc>) -> Without| times.iter().rev().copied().map(way);
        let of_statements = each(Without::After).chain(each(Without::Only)).chain(each(Without::AfterAndByHand));
        [Without::ByHand].into_iter().chain(of_statements).chain([Without::Statements]).collect()
    }

    fn value_without(&self, without: Without, name: &str, line: &Line, says: &Fields) -> Option<String> {
        let mut earlier = self.earlier.borrow_mut();
        let record = earlier.entry(without).or_insert_with(|| {
            load::stated_by(self.site, self.config, self.today, &|source, stated| without.counts(source, stated))
        });
        self.values_in(record, line, says).remove(name)
    }

    fn values_in(&self, record: &Record, line: &Line, says: &Fields) -> BTreeMap<&'static str, String> {
        match line.kind {
            Kind::Charter | Kind::Amend => charter::accounts(record, self.config),
            Kind::Day => {
                let Some(snapshot) = record.snapshots.iter().find(|snapshot| snapshot.date == line.date) else {
                    return BTreeMap::new();
                };
                let mut values = of_snapshot(snapshot);
                values.insert("flows", flows(record, date(says, "since"), line.date));
                values
            }
            Kind::Trades => {
                let statements = self.of_fills.value(&statements_of_fills(&record.executions, line.date));
                let statements = statements.map(|statements| ("statement", statements));
                [("fills", fills(&record.executions, line.date))].into_iter().chain(statements).collect()
            }
            Kind::Book => snapshot_of_book(record, says).map(of_snapshot).unwrap_or_default(),
            Kind::Sealed => sealed::private(record, line.date),
            _ => BTreeMap::new(),
        }
    }
}

fn snapshot_of_book<'r>(record: &'r Record, says: &Fields) -> Option<&'r Snapshot> {
    let on = date(says, "positions_as_of")?;
    record.snapshots.iter().rfind(|snapshot| snapshot.date <= on)
}

fn of_snapshot(snapshot: &Snapshot) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("account", snapshot.account.private().to_owned()),
        ("nav", snapshot.net_liquidation.to_string()),
        ("cash", cash(snapshot)),
        ("positions", positions(snapshot)),
    ])
}

fn date(says: &Fields, name: &str) -> Option<NaiveDate> {
    says.get(name).and_then(Value::as_text)?.parse().ok()
}
