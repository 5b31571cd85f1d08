//! A record as its broker first stated it: what returns would have been with the values that were later restated.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::record::{Record, Restatement, Table};

/// A record whose net values and external flows are those that were stated first.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstStated {
    /// The record with them.
    pub record: Record,
    /// The dates whose net value was another one at first.
    pub net_values: Vec<NaiveDate>,
    /// The dates of the external flows that were other ones at first.
    pub flows: Vec<NaiveDate>,
}

/// The record of net values and flows as it was first stated, by what is known to have been restated. Of several earlier values
/// of one thing the one of the oldest statement is the first.
///
/// What a later statement has added or left out is no restatement, and stays as it is.
pub fn first_stated(record: &Record, restatements: &[Restatement]) -> FirstStated {
    let mut found = FirstStated { record: record.clone(), net_values: Vec::new(), flows: Vec::new() };
    for restated in first_of_each(restatements) {
        match (restated.table, restated.what) {
            (Table::Snapshot, "net value") => found.take_net_value(restated),
            (Table::Cash, "amount") => found.take_amount(restated),
            _ => {}
        }
    }
    found
}

/// The oldest statement of each thing that was restated. A statement whose time is not known is older than any.
fn first_of_each(restatements: &[Restatement]) -> impl Iterator<Item = &Restatement> {
    let mut first: BTreeMap<(Table, &str, &str), &Restatement> = BTreeMap::new();
    for restated in restatements {
        let entry = first.entry((restated.table, &restated.key, restated.what)).or_insert(restated);
        if restated.stated < entry.stated {
            *entry = restated;
        }
    }
    first.into_values()
}

impl FirstStated {
    /// Whether anything that returns are computed from was restated.
    pub fn is_another(&self) -> bool {
        !(self.net_values.is_empty() && self.flows.is_empty())
    }

    fn take_net_value(&mut self, restated: &Restatement) {
        let Some((old, new)) = values(restated) else { return };
        let stands = self
            .record
            .snapshots
            .iter_mut()
            .find(|snapshot| snapshot.own_date() == restated.date && snapshot.net_liquidation == new);
        if let Some(snapshot) = stands {
            snapshot.net_liquidation = old;
            self.net_values.push(snapshot.date);
        }
    }

    fn take_amount(&mut self, restated: &Restatement) {
        let Some((old, new)) = values(restated) else { return };
        let is_it = |flow: &&mut crate::record::CashFlow| {
            flow.id == restated.key && flow.amount == new && flow.kind.is_external()
        };
        if let Some(flow) = self.record.flows.iter_mut().find(is_it) {
            flow.amount = old;
            flow.kind = flow.kind.by_sign(old);
            self.flows.push(flow.date);
        }
    }
}

fn values(restated: &Restatement) -> Option<(Decimal, Decimal)> {
    Some((restated.old.parse().ok()?, restated.new.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{flow, snapshots};

    fn restated(
        table: Table,
        key: &str,
        date: &str,
        [what, old, new]: [&'static str; 3],
        stated: &str,
    ) -> Restatement {
        Restatement {
            date: date.parse().unwrap(),
            table,
            key: key.into(),
            what,
            stated: Some(stated.parse().unwrap()),
            old: old.into(),
            new: new.into(),
            effect: None,
        }
    }

    #[test]
    fn the_first_of_several_values_counts_and_what_does_not_stand_is_left_alone() {
        let deposit = flow("2026-01-06".parse().unwrap(), 125.into());
        let record = Record {
            snapshots: snapshots("2026-01-05", &["1000", "1150"]),
            flows: vec![deposit.clone()],
            ..Record::default()
        };
        let restatements = [
            restated(Table::Snapshot, "s", "2026-01-06", ["net value", "1120", "1150"], "2026-01-09T00:00:00Z"),
            restated(Table::Snapshot, "s", "2026-01-06", ["net value", "1110", "1150"], "2026-01-07T00:00:00Z"),
            restated(Table::Snapshot, "t", "2026-01-05", ["net value", "900", "1001"], "2026-01-07T00:00:00Z"),
            restated(Table::Cash, &deposit.id, "2026-01-06", ["amount", "100", "125"], "2026-01-07T00:00:00Z"),
            restated(Table::Fill, "f", "2026-01-06", ["commission", "1", "2"], "2026-01-07T00:00:00Z"),
        ];
        let found = first_stated(&record, &restatements);
        let values: Vec<Decimal> = found.record.snapshots.iter().map(|snapshot| snapshot.net_liquidation).collect();
        assert_eq!(values, [Decimal::from(1000), Decimal::from(1110)]);
        assert_eq!(found.record.flows[0].amount, Decimal::from(100));
        assert_eq!((found.net_values.len(), found.flows.len()), (1, 1));
        assert!(found.is_another());
        let nothing = first_stated(&record, &restatements[4..]);
        assert!(!nothing.is_another() && nothing.record == record);
    }
}
