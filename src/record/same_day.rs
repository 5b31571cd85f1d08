//! What several snapshots of a date come to.
//!
//! A statement begins with the net value of the day before its period, so a day is reported twice: once with positions
//! and rates and once without. What one leaves open another completes. Where a later statement says something else,
//! the broker has restated the day: the newest counts, and the older one stays in its file.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::files::Placed;
use super::{Currency, Finding, FindingKind, Severity, Snapshot, Source, Subject};

impl Snapshot {
    /// Whether both are about the same moment of the same account, by the same source.
    pub fn same_moment(&self, other: &Self) -> bool {
        (self.own_date(), self.as_of, &self.account, self.base_currency, &self.source)
            == (other.own_date(), other.as_of, &other.account, other.base_currency, &other.source)
    }

    /// Whether they say nothing of the same moment in which they differ. What one leaves open is no difference.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.net_liquidation == other.net_liquidation
            && same_where_both(&self.cash, &other.cash)
            && same_where_both(&self.fx, &other.fx)
            && same_where_both(&self.accruals, &other.accruals)
            && (self.positions.is_none() || other.positions.is_none() || self.positions == other.positions)
    }

    /// Fills in what this one lacks from the other one of the same moment.
    pub fn complete_from(&mut self, other: &Self) {
        if self.cash.is_empty() {
            self.cash.clone_from(&other.cash);
        }
        if self.accruals.is_empty() && self.net_liquidation == other.net_liquidation {
            self.accruals.clone_from(&other.accruals);
        }
        for (currency, rate) in &other.fx {
            self.fx.entry(*currency).or_insert(*rate);
        }
        if self.positions.is_none() {
            self.positions.clone_from(&other.positions);
        }
        for doubt in &other.doubts {
            if !self.doubts.contains(doubt) {
                self.doubts.push(doubt.clone());
            }
        }
    }

    /// Whether it is of a statement, which the broker stands by more than by what its terminal shows.
    fn is_of_statement(&self) -> bool {
        self.source == Source::Flex
    }
}

fn same_where_both(one: &BTreeMap<Currency, Decimal>, other: &BTreeMap<Currency, Decimal>) -> bool {
    one.iter().all(|(currency, amount)| other.get(currency).is_none_or(|known| known == amount))
}

/// Whether a snapshot adds nothing to these of the same date: they agree with it and lack nothing that it contains.
pub(super) fn is_known(snapshot: &Snapshot, stored: &[Snapshot]) -> bool {
    let mut same: Vec<&Snapshot> = stored.iter().filter(|known| known.same_moment(snapshot)).collect();
    same.sort_by_key(|known| std::cmp::Reverse(known.generated));
    let Some((newest, older)) = same.split_first() else { return false };
    let mut together = (*newest).clone();
    older.iter().for_each(|known| together.complete_from(known));
    let mut more = together.clone();
    more.complete_from(snapshot);
    together.agrees_with(snapshot) && more == together
}

/// Whether nothing says which of two snapshots that differ is the later word on the same moment.
pub(super) fn contradicts(one: &Snapshot, other: &Snapshot) -> bool {
    let ordered = one.generated.is_some() && other.generated.is_some() && one.generated != other.generated;
    one.same_moment(other) && !one.agrees_with(other) && !ordered
}

/// The snapshot of a date: a statement's before others, then the latest moment, then the newest statement of it, with
/// what that one lacks, from others of the same moment.
pub(super) fn together(mut of_day: Vec<Placed<Snapshot>>, findings: &mut Vec<Finding>) -> Option<Placed<Snapshot>> {
    let rank =
        |snapshot: &Snapshot| (snapshot.is_of_statement(), snapshot.own_date(), snapshot.as_of, snapshot.generated);
    // Stable, so that of two equal ones the first file counts.
    of_day.sort_by_key(|(_, snapshot)| std::cmp::Reverse(rank(snapshot)));
    let mut of_day = of_day.into_iter();
    let (place, mut newest) = of_day.next()?;
    for (other_place, other) in of_day.filter(|(_, other)| other.same_moment(&newest)).collect::<Vec<_>>() {
        if contradicts(&newest, &other) {
            let message = format!("it has the same time as {place} and different content");
            let next = "compare both with the broker and delete the wrong file";
            findings
                .push(Finding::new(Severity::Error, FindingKind::Conflict, message, next).at(other_place.clone()));
        } else if !newest.agrees_with(&other) {
            findings.push(restated(&newest, &other).at(place.clone()));
        }
        newest.complete_from(&other);
    }
    Some((place, newest))
}

fn restated(newest: &Snapshot, older: &Snapshot) -> Finding {
    let message = if newest.net_liquidation == older.net_liquidation {
        "a later statement restates what the account held; the later one counts".to_owned()
    } else {
        format!(
            "a later statement restates the net value: {} before, {} now; the later one counts",
            older.net_liquidation, newest.net_liquidation
        )
    };
    let next = "nothing to do; both files stay";
    Finding::new(Severity::Note, FindingKind::Restated, message, next).headed(Subject::Date(newest.date))
}

#[cfg(test)]
#[path = "same_day_tests.rs"]
mod tests;
