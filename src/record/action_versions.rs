//! Which stored rows are about one corporate action, and how they differ.
//!
//! A statement numbers its transactions where that box of the query is ticked. A row without a number is named after what
//! it is about, so that a restated quantity stays the same row; once a statement with numbers says the same, both are one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Source;
use super::action::{ActionKind, CorporateAction, UNNUMBERED};
use super::asset_class::AssetClass;
use super::versions::{Difference, Differences, Versioned, statement_fields};

impl Versioned for CorporateAction {
    statement_fields!();

    fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Differences::default();
        found.compare("date", self.date, other.date);
        let accounts = self.account.is_some() && other.account.is_some() && self.account != other.account;
        found.add_if(accounts, "account", "this account", "another account");
        found.add_if(!same_kind(&self.kind, &other.kind), "kind", &self.kind, &other.kind);
        let contract = |row: &Self| row.conid.map_or_else(|| row.symbol.to_string(), |number| number.to_string());
        found.add_if(!self.same_contract(other), "contract", contract(self), contract(other));
        let standing = |row: &Self| if row.cancels.is_some() { "takes another back" } else { "stands" };
        found.compare("standing", standing(self), standing(other));
        let time = |row: &Self| row.time.map(|time| time.to_rfc3339());
        found.compare_known("time", time(self), time(other));
        found.compare_known("currency", self.currency, other.currency);
        found.compare_known("ratio", self.ratio, other.ratio);
        found.compare_known("quantity", self.quantity, other.quantity);
        found.compare_known("proceeds", self.proceeds, other.proceeds);
        found.compare_known("value", self.value, other.value);
        found.compare_known("price", self.price, other.price);
        found.compare_known("multiplier", self.multiplier, other.multiplier);
        let text = |row: &Self| Some(row.text.trim().to_owned()).filter(|text| !text.is_empty());
        found.compare_known("text", text(self), text(other));
        found.into()
    }

    /// Fills in what this one lacks. Earlier versions left a zero out, so that it says no more than nothing.
    fn complete_from(&mut self, other: &Self) {
        let said = |number: Option<Decimal>| number.filter(|number| !number.is_zero());
        if naming(self) < naming(other) {
            self.id.clone_from(&other.id);
        }
        if self.event.starts_with(PAIR) && !other.event.starts_with(PAIR) {
            self.event.clone_from(&other.event);
        }
        self.time = self.time.or(other.time.filter(|_| self.date == other.date));
        if self.account.is_none() {
            self.account.clone_from(&other.account);
        }
        if is_unsaid(&self.kind) {
            self.kind.clone_from(&other.kind);
        }
        self.conid = self.conid.or(other.conid.filter(|_| self.symbol == other.symbol));
        if self.asset_class == AssetClass::Unknown {
            self.asset_class.clone_from(&other.asset_class);
        }
        self.currency = self.currency.or(other.currency);
        self.quantity = self.quantity.or(other.quantity);
        self.ratio = self.ratio.or(other.ratio);
        self.proceeds = self.proceeds.or(said(other.proceeds));
        self.value = self.value.or(said(other.value));
        self.price = self.price.or(other.price);
        self.multiplier = self.multiplier.or(other.multiplier);
        if self.text.trim().is_empty() {
            self.text.clone_from(&other.text);
        }
        self.generated = self.generated.or(other.generated);
    }
}

/// What the event of rows begins with whose statement does not number events.
const PAIR: &str = "pair:";

/// Old queries do not say a type.
fn is_unsaid(kind: &ActionKind) -> bool {
    matches!(kind, ActionKind::Other(code) if code.is_empty())
}

/// Whether both may mean the same: the words of rows without a type tell some kinds apart no further.
fn same_kind(one: &ActionKind, other: &ActionKind) -> bool {
    one == other
        || (one.is_split() && other.is_split())
        || (one.is_stock_dividend() && other.is_stock_dividend())
        || is_unsaid(one)
        || is_unsaid(other)
}

/// How a row came by its id; what says more is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// After all that it says, as earlier versions named rows without a number.
    Content,
    /// After what it is about.
    Subject,
    /// By the broker's number of the transaction, or as its source names it.
    Number,
}

fn naming(row: &CorporateAction) -> Naming {
    let name = row.id.split_once(':').map_or("", |(_, name)| name);
    if row.id.starts_with(UNNUMBERED) {
        Naming::Subject
    } else if row.source == Source::Flex && name.len() >= 16 && name.starts_with(|c: char| c.is_ascii_hexdigit()) {
        Naming::Content
    } else {
        Naming::Number
    }
}

/// Whether a row without a number may be another row: the same change of the same contract on the same day.
fn is_alike(one: &CorporateAction, other: &CorporateAction) -> bool {
    one.date == other.date
        && one.cancels.is_some() == other.cancels.is_some()
        && (one.kind == ActionKind::Transfer) == (other.kind == ActionKind::Transfer)
        && same_kind(&one.kind, &other.kind)
        && one.account == other.account
        && one.same_contract(other)
}

/// Whether rows of two ids may be about one thing, as far as one of them has no number.
pub(crate) fn may_be_one(one: &CorporateAction, other: &CorporateAction) -> bool {
    one.id == other.id || (naming(one) != naming(other) && is_alike(one, other))
}

type Groups<P> = BTreeMap<String, Vec<(P, CorporateAction)>>;

/// The rows by what they are about, under the id that says most.
pub(super) fn grouped<P>(rows: Vec<(P, CorporateAction)>) -> Groups<P> {
    let mut groups: Groups<P> = BTreeMap::new();
    // There is one sum of a contract, a day and a kind, whatever it is named after.
    let mut sums: Vec<CorporateAction> =
        rows.iter().map(|(_, row)| row).filter(|row| row.is_sum()).cloned().collect();
    sums.sort_by(|one, other| one.id.cmp(&other.id));
    for (place, row) in rows {
        let sum = sums.iter().find(|sum| row.is_sum() && is_alike(sum, &row));
        let id = sum.map_or_else(|| row.id.clone(), |sum| sum.id.clone());
        groups.entry(id).or_default().push((place, row));
    }
    let all =
        [(Naming::Subject, Naming::Number), (Naming::Content, Naming::Number), (Naming::Content, Naming::Subject)];
    for (less, more) in all {
        join(&mut groups, less, more);
    }
    groups
}

/// Joins groups whose ids say less with those that say more: each with the first free one of the same quantity, then with
/// the only one of another quantity, which has been restated.
fn join<P>(groups: &mut Groups<P>, less: Naming, more: Naming) {
    let of = |groups: &Groups<P>, wanted: Naming| -> Vec<String> {
        let is_of = |rows: &Vec<(P, CorporateAction)>| {
            rows.iter().map(|(_, row)| naming(row)).max() == Some(wanted) && rows.iter().all(|(_, row)| !row.is_sum())
        };
        groups.iter().filter(|(_, rows)| is_of(rows)).map(|(id, _)| id.clone()).collect()
    };
    let (lesser, mut free) = (of(groups, less), of(groups, more));
    if lesser.is_empty() || free.is_empty() {
        return;
    }
    let mut left = Vec::new();
    for id in lesser {
        match free.iter().position(|other| alike(groups, &id, other, true)) {
            Some(at) => merge(groups, &id, &free.remove(at)),
            None => left.push(id),
        }
    }
    let mut only: Vec<(String, String)> = Vec::new();
    for id in &left {
        let mut others = free.iter().filter(|other| alike(groups, id, other, false));
        if let (Some(other), None) = (others.next(), others.next())
            && left.iter().filter(|id| alike(groups, id, other, false)).count() == 1
        {
            only.push((id.clone(), other.clone()));
        }
    }
    only.iter().for_each(|(id, other)| merge(groups, id, other));
}

fn merge<P>(groups: &mut Groups<P>, id: &str, into: &str) {
    let rows = groups.remove(id).unwrap_or_default();
    groups.entry(into.to_owned()).or_default().extend(rows);
}

fn alike<P>(groups: &Groups<P>, one: &str, other: &str, same_quantity: bool) -> bool {
    let rows = |id: &str| groups.get(id).into_iter().flatten().map(|(_, row)| row);
    // Statements of one time would hold both: then they are two.
    let times = |id: &str| rows(id).filter_map(|row| row.generated).collect::<BTreeSet<_>>();
    times(one).is_disjoint(&times(other))
        && rows(one).any(|row| {
            rows(other).any(|other| is_alike(row, other) && (!same_quantity || row.quantity == other.quantity))
        })
}

#[cfg(test)]
#[path = "action_versions_tests.rs"]
mod tests;
