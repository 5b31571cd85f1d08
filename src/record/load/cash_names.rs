//! One movement of cash under several names.
//!
//! A statement gives a movement a number only where the box for it is ticked in the query; else its id is made of what
//! the row says. Where a box is ticked or unticked later the same movement comes again under another id, and must not
//! count twice. Two movements that are really equal stay two.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::Placed;
use crate::record::flow::{Naming, SUM};
use crate::record::{AccountId, CashFlow, Currency, FlowKind, Source};

/// The rows of each id.
type ById = BTreeMap<String, Vec<Placed<CashFlow>>>;

/// What rows of one movement have in common whatever they are called. The first text says of what section they are.
pub(in crate::record) type Terms = (String, AccountId, NaiveDate, Currency, FlowKind);

/// Puts the rows of one movement under one id: the number, where there is one.
pub(super) fn under_one_name(mut by_id: ById) -> ById {
    for (other, name) in without_numbers(&by_id) {
        let rows = by_id.remove(&other).unwrap_or_default();
        by_id.entry(name).or_default().extend(rows);
    }
    for (from, to) in
        [(Naming::Content, Naming::Number), (Naming::Day, Naming::Number), (Naming::Content, Naming::Day)]
    {
        for (other, name) in Pairs::between(&by_id, from, to).found {
            let rows = by_id.remove(&other).unwrap_or_default();
            by_id.entry(name).or_default().extend(rows);
        }
    }
    by_id
}

/// Ids without a number of movements that another statement without numbers restates, each with the id that the newest gives
/// the movement. An amount is part of such an id, and of one day each statement lists all: what none of them has
/// beside the other is the other, the nearest amount first.
fn without_numbers(by_id: &ById) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (terms, ids) in ids_by_terms(by_id, Naming::Day) {
        // Sums may be those of different spans.
        if ids.len() < 2 || terms.0.contains(SUM) {
            continue;
        }
        let rows = |id: &str| by_id.get(id).map(Vec::as_slice).unwrap_or_default();
        let mut movements: Vec<Told> = ids.into_iter().filter_map(|id| Told::of(id, rows(id))).collect();
        movements.sort_by_key(|told| (told.times.first().copied(), told.ids.clone()));
        let mut apart: Vec<Told> = Vec::new();
        for told in movements {
            let off = |known: &Told| known.newest.amount.saturating_sub(told.newest.amount).abs();
            let same = apart.iter_mut().filter(|known| known.may_be(&told)).min_by_key(|known| off(known));
            match same {
                Some(same) => same.join(told),
                None => apart.push(told),
            }
        }
        found.extend(apart.into_iter().flat_map(Told::other_names));
    }
    found
}

/// A movement without a number, and which statements hold it.
struct Told<'a> {
    newest: &'a CashFlow,
    times: BTreeSet<DateTime<Utc>>,
    /// The id of the newest row, and then the others.
    ids: Vec<&'a str>,
}

impl<'a> Told<'a> {
    /// Nothing where a row does not say of which statement it is.
    fn of(id: &'a str, rows: &'a [Placed<CashFlow>]) -> Option<Self> {
        let times = rows.iter().map(|(_, row)| row.generated).collect::<Option<BTreeSet<_>>>()?;
        let (_, newest) = rows.iter().max_by_key(|(_, row)| row.generated)?;
        Some(Self { newest, times, ids: vec![id] })
    }

    fn may_be(&self, other: &Self) -> bool {
        self.times.is_disjoint(&other.times)
            && restates(self.newest, other.newest)
            && !self.newest.is_of_another_holding(other.newest)
    }

    fn join(&mut self, other: Self) {
        let is_newer = other.newest.generated > self.newest.generated;
        let (first, second) =
            if is_newer { (other.ids, &self.ids) } else { (std::mem::take(&mut self.ids), &other.ids) };
        self.ids = first.into_iter().chain(second.iter().copied()).collect();
        self.newest = if is_newer { other.newest } else { self.newest };
        self.times.extend(other.times);
    }

    fn other_names(self) -> Vec<(String, String)> {
        let mut ids = self.ids.into_iter();
        let Some(name) = ids.next() else { return Vec::new() };
        ids.map(|id| (id.to_owned(), name.to_owned())).collect()
    }
}

/// Movements that go by two names, one to one.
struct Pairs<'a> {
    by_id: &'a ById,
    found: Vec<(String, String)>,
    used: BTreeSet<&'a str>,
}

impl<'a> Pairs<'a> {
    /// Of each other's ids of these two kinds: first rows of one amount; then those that a statement of another time
    /// has instead, because of one kind of money and one day each statement lists all. Money paid for one share is never that
    /// of another.
    fn between(by_id: &'a ById, from: Naming, to: Naming) -> Self {
        let mut pairs = Self { by_id, found: Vec::new(), used: BTreeSet::new() };
        let unnamed = ids_by_terms(by_id, from);
        if unnamed.is_empty() {
            return pairs;
        }
        let named = ids_by_terms(by_id, to);
        for (terms, ids) in &unnamed {
            let Some(named) = named.get(terms) else { continue };
            let told_with: BTreeSet<DateTime<Utc>> =
                named.iter().flat_map(|id| pairs.rows(id)).filter_map(|(_, row)| row.generated).collect();
            // A statement that numbers some rows says of the others that they are movements of their own.
            let alone =
                |one: &CashFlow| to != Naming::Number || one.generated.is_none_or(|at| !told_with.contains(&at));
            let same = |one: &CashFlow, other: &CashFlow| alone(one) && !one.is_of_another_holding(other);
            pairs.add(ids, named, |one, other| same(one, other) && one.amount == other.amount);
            pairs.add(ids, named, |one, other| same(one, other) && restates(one, other));
        }
        pairs
    }

    fn rows(&self, id: &str) -> &'a [Placed<CashFlow>] {
        self.by_id.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, ids: &[&'a str], named: &[&'a str], same: impl Fn(&CashFlow, &CashFlow) -> bool) {
        let is_same = |one: &[Placed<CashFlow>], other: &[Placed<CashFlow>]| {
            one.iter().any(|(_, one)| other.iter().any(|(_, other)| same(one, other)))
        };
        for id in ids {
            if self.used.contains(id) {
                continue;
            }
            let rows = self.rows(id);
            let found = named.iter().find(|name| !self.used.contains(*name) && is_same(rows, self.rows(name)));
            if let Some(name) = found {
                self.used.extend([id, name]);
                self.found.push(((*id).to_owned(), (*name).to_owned()));
            }
        }
    }
}

/// Whether one is what a statement of another time says instead of the other.
fn restates(one: &CashFlow, other: &CashFlow) -> bool {
    let same_label = one.label.is_none() || other.label.is_none() || one.label == other.label;
    same_label && one.generated.is_some() && other.generated.is_some() && one.generated != other.generated
}

fn ids_by_terms(by_id: &ById, naming: Naming) -> BTreeMap<Terms, Vec<&str>> {
    let mut found: BTreeMap<Terms, Vec<&str>> = BTreeMap::new();
    for (id, rows) in by_id {
        let of_statement = rows.iter().filter(|(_, row)| row.source == Source::Flex && row.naming() == naming);
        for (_, row) in of_statement {
            let ids = found.entry(terms(row)).or_default();
            if ids.last() != Some(&id.as_str()) {
                ids.push(id);
            }
        }
    }
    found
}

pub(in crate::record) fn terms(row: &CashFlow) -> Terms {
    let section = row.id.split(':').next().unwrap_or_default();
    let part = if row.id.ends_with(":cash") { ":cash" } else { "" };
    let kind = match row.kind {
        FlowKind::Withdrawal => FlowKind::Deposit,
        // Earlier versions took for `other` what they did not know.
        FlowKind::Unassigned => FlowKind::Other,
        kind => kind,
    };
    (format!("{section}{part}"), row.account.clone(), row.date, row.currency, kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;

    fn row(id: &str, amount: &str, generated: &str) -> CashFlow {
        CashFlow {
            symbol: None,
            conid: None,
            id: id.into(),
            date: "2026-01-27".parse().unwrap(),
            account: AccountId::new("U7654321"),
            currency: "USD".parse().unwrap(),
            amount: amount.parse().unwrap(),
            fx_to_base: None,
            kind: FlowKind::Deposit,
            source: Source::Flex,
            label: Some("Deposits/Withdrawals".into()),
            generated: (!generated.is_empty()).then(|| format!("2026-02-{generated}T05:00:00Z").parse().unwrap()),
        }
    }

    fn ids(rows: &[CashFlow]) -> Vec<(String, usize)> {
        let mut by_id = ById::new();
        for (line, row) in rows.iter().enumerate() {
            by_id.entry(row.id.clone()).or_default().push((Place::line("flows.csv", line + 2), row.clone()));
        }
        under_one_name(by_id).into_iter().map(|(id, rows)| (id, rows.len())).collect()
    }

    fn expected(ids: &[(&str, usize)]) -> Vec<(String, usize)> {
        ids.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
    }

    const HASH: &str = "cash:00000000000000ab";

    #[test]
    fn equal_movements_pair_one_to_one() {
        let second = format!("{HASH}-2");
        let unnumbered = [row(HASH, "100", "01"), row(&second, "100", "01")];
        let numbered = [row("cash:6001", "100", "09"), row("cash:6002", "100", "09")];
        let all = [unnumbered.clone(), numbered.clone()].concat();
        assert_eq!(ids(&all), expected(&[("cash:6001", 2), ("cash:6002", 2)]));
        // A second one that only the unnumbered statement has is one of its own.
        let fewer = [unnumbered.to_vec(), vec![numbered[0].clone()]].concat();
        assert_eq!(ids(&fewer), expected(&[(&second, 1), ("cash:6001", 2)]));
        let undated = [row(HASH, "100", ""), row("cash:6001", "100", "")];
        assert_eq!(ids(&undated), expected(&[("cash:6001", 2)]));
    }

    #[test]
    fn three_names_of_one_movement_are_one() {
        let all = [row(HASH, "100", "01"), row("cash:2026-01-27:ab", "100", "05"), row("cash:6001", "100", "09")];
        assert_eq!(ids(&all), expected(&[("cash:6001", 3)]));
        assert_eq!(ids(&all[..2]), expected(&[("cash:2026-01-27:ab", 2)]));
    }

    #[test]
    fn an_amount_of_another_statement_is_a_restatement_and_one_of_the_same_a_movement_of_its_own() {
        let numbered = row("cash:6001", "125", "09");
        assert_eq!(ids(&[row(HASH, "100", "01"), numbered.clone()]), expected(&[("cash:6001", 2)]));
        assert_eq!(ids(&[row(HASH, "100", "09"), numbered.clone()]).len(), 2);
        assert_eq!(ids(&[row(HASH, "125", "09"), numbered.clone()]).len(), 2);
        assert_eq!(ids(&[row(HASH, "100", ""), numbered.clone()]).len(), 2);
        let other = CashFlow { kind: FlowKind::Dividend, ..row(HASH, "125", "01") };
        assert_eq!(ids(&[other, numbered.clone()]).len(), 2);
        let other_day = CashFlow { date: "2026-01-28".parse().unwrap(), ..row(HASH, "125", "01") };
        assert_eq!(ids(&[other_day, numbered]).len(), 2);
    }

    #[test]
    fn without_any_number_what_no_statement_has_beside_the_other_is_the_other() {
        let told = |amount: &str, generated: &str| {
            row(&format!("cash:2026-01-27:{}", amount.replace('.', "0")), amount, generated)
        };
        let counted = |rows: &[CashFlow]| -> Vec<String> {
            let mut by_id = ById::new();
            for row in rows {
                by_id.entry(row.id.clone()).or_default().push((Place::file("flows.csv"), row.clone()));
            }
            let newest =
                |rows: Vec<Placed<CashFlow>>| rows.into_iter().map(|(_, row)| row).max_by_key(|row| row.generated);
            let amounts = under_one_name(by_id).into_values().filter_map(newest).map(|row| row.amount.to_string());
            let mut amounts: Vec<String> = amounts.collect();
            amounts.sort();
            amounts
        };
        assert_eq!(counted(&[told("100", "01"), told("125", "09")]), ["125"]);
        // And restated once more.
        assert_eq!(counted(&[told("125", "09"), told("100", "01"), told("130", "20")]), ["130"]);
        // Both stand in the later one.
        assert_eq!(counted(&[told("100", "01"), told("100", "09"), told("125", "09")]), ["100", "125"]);
        // Of two, one is restated.
        let three = [told("100", "01"), told("700", "01"), told("700", "09"), told("125", "09")];
        assert_eq!(counted(&three), ["125", "700"]);
        // What came later has a number in the end.
        assert_eq!(counted(&[told("100", "01"), told("125", "09"), row("cash:6001", "125", "20")]), ["125"]);
        // Nothing says that these are of two statements, that is another share, and that another kind of money.
        assert_eq!(counted(&[told("100", ""), told("125", "09")]).len(), 2);
        let of = |conid, row: CashFlow| CashFlow { conid: Some(conid), ..row };
        assert_eq!(counted(&[of(1, told("100", "01")), of(2, told("125", "09"))]).len(), 2);
        let other = CashFlow { label: Some("Deposits".into()), ..told("125", "09") };
        assert_eq!(counted(&[told("100", "01"), other]).len(), 2);
    }

    #[test]
    fn dividends_of_two_shares_are_two_however_equal_and_their_restatements_do_not_cross() {
        let of = |id: &str, amount: &str, generated: &str, conid: Option<u64>| CashFlow {
            kind: FlowKind::Dividend,
            conid,
            ..row(id, amount, generated)
        };
        let numbered = of("cash:6001", "100", "09", Some(22));
        assert_eq!(ids(&[of(HASH, "100", "01", Some(11)), numbered.clone()]).len(), 2);
        assert_eq!(ids(&[of(HASH, "90", "01", Some(11)), numbered.clone()]).len(), 2);
        assert_eq!(ids(&[of(HASH, "90", "01", Some(22)), numbered.clone()]).len(), 1);
        // What names no share is of any.
        assert_eq!(ids(&[of(HASH, "100", "01", None), numbered]).len(), 1);
    }
}
