//! One fill under several names.
//!
//! A statement names a fill by its execution, else by its transaction, else by its trade, as the boxes of the query allow.
//! Where a box is ticked or unticked later, two rows of one fill have different ids, and must not count twice.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::versions::Versioned;
use super::{AccountId, ExecId, Execution, Side};
use crate::digest::sha256;
use crate::error::Place;

/// The name of a fill by its transaction begins with this.
const BY_TRANSACTION: &str = "transaction:";
/// The name of a fill by its trade begins with this.
pub(crate) const BY_TRADE: &str = "trade:";
/// The name of a row that a correction implies. It copies the numbers of what it takes back, and is never joined.
const IMPLIED: &str = "cancel-for:";

/// The name of a trade at its terms, where it was taken back and a query gives its bookings no other name. Of several at
/// the same terms the later ones are counted.
pub(crate) fn booking(number: &str, row: &Execution, count: usize) -> ExecId {
    let terms = format!("{} {} {}", row.side, row.quantity.normalize(), row.price.normalize());
    let again = if count > 1 { format!("-{count}") } else { String::new() };
    ExecId::new(format!("{BY_TRADE}{number}:{}{again}", sha256(terms.as_bytes(), 8)))
}

/// A trade that was taken back and booked again has the number of the first one. Where a query gives fills no other name,
/// each booking of such a trade gets one of its own, and so does each row that takes one back.
pub(crate) fn name_what_was_booked_again(rows: &mut [&mut Execution]) {
    let of = |row: &Execution| (row.account.clone(), row.side, row.quantity, row.price, row.time.timestamp());
    let trade = |row: &Execution, id: &ExecId| {
        let number = id.as_str().strip_prefix(BY_TRADE)?.split(':').next()?;
        Some((row.account.clone(), number.to_owned()))
    };
    let own = |row: &Execution| trade(row, &row.exec_id).filter(|_| row.cancels.is_none());
    let known: BTreeSet<_> = rows.iter().filter_map(|row| own(row)).collect();
    if known.is_empty() {
        return;
    }
    let cancels = || rows.iter().filter(|row| row.cancels.is_some());
    let terms_taken_back: BTreeSet<_> = cancels().map(|row| of(row)).collect();
    let by_number = cancels().filter_map(|row| trade(row, row.cancels.as_ref()?));
    let by_terms = rows.iter().filter(|row| terms_taken_back.contains(&of(row))).filter_map(|row| own(row));
    let taken_back: BTreeSet<_> = by_number.chain(by_terms).filter(|trade| known.contains(trade)).collect();
    for row in rows.iter_mut() {
        let named = row.cancels.clone().unwrap_or_else(|| row.exec_id.clone());
        let Some((_, number)) = trade(row, &named).filter(|trade| taken_back.contains(trade)) else { continue };
        if named.as_str() != format!("{BY_TRADE}{number}") {
            continue;
        }
        let name = booking(&number, row, 1);
        if row.cancels.is_none() {
            row.exec_id = name;
            continue;
        }
        if row.exec_id.as_str() == format!("cancel:{number}") {
            row.exec_id = ExecId::new(name.as_str().replacen(BY_TRADE, "cancel:", 1));
        }
        row.cancels = Some(name);
    }
}

/// The name under which the rows of each id count, for those that have another one.
pub(super) fn other_names(rows: &[(Place, Execution)]) -> BTreeMap<ExecId, ExecId> {
    let by_number = |id: &str| id.starts_with(BY_TRANSACTION) || id.starts_with(BY_TRADE);
    if !rows.iter().any(|(_, row)| row.cancels.is_some() || by_number(row.exec_id.as_str())) {
        return BTreeMap::new();
    }
    let mut by_id: BTreeMap<&ExecId, Named> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(_, row)| !row.exec_id.as_str().starts_with(IMPLIED)) {
        by_id.entry(&row.exec_id).or_insert_with(|| Named::of(row)).hear(row);
    }
    let mut alike: BTreeMap<Terms, Alike> = BTreeMap::new();
    for named in of_one_number(by_id.into_values().collect()) {
        let alike = alike.entry(named.terms()).or_default();
        if named.row.cancels.is_some() { alike.cancels.push(named) } else { alike.fills.push(named) }
    }
    alike.into_values().flat_map(Alike::joined).flat_map(Named::other_names).collect()
}

/// What rows of one fill have in common whatever they are called: account, side, quantity, price and second.
type Terms<'a> = (&'a AccountId, Side, Decimal, Decimal, i64);

/// Fills of equal terms, and rows that take such fills back.
#[derive(Default)]
struct Alike<'a> {
    fills: Vec<Named<'a>>,
    cancels: Vec<Named<'a>>,
}

impl<'a> Alike<'a> {
    fn joined(self) -> impl Iterator<Item = Named<'a>> {
        // What was booked after a cancellation is the fill that was booked again, and not the one that was taken back.
        let taken_back = self.cancels.iter().filter_map(Named::number).min();
        by_terms(self.fills, taken_back).into_iter().chain(by_terms(self.cancels, None))
    }
}

/// What is known of a fill under one or several ids.
struct Named<'a> {
    row: &'a Execution,
    ids: Vec<&'a ExecId>,
    by_execution: bool,
    transaction: Option<&'a str>,
    trade: Option<&'a str>,
    conid: Option<u64>,
}

impl<'a> Named<'a> {
    fn of(row: &'a Execution) -> Self {
        let id = row.exec_id.as_str();
        let (transaction, trade) = (id.strip_prefix(BY_TRANSACTION), id.strip_prefix(BY_TRADE));
        let trade = trade.and_then(|number| number.split(':').next());
        let by_execution = transaction.is_none() && trade.is_none() && row.cancels.is_none();
        Self { row, ids: vec![&row.exec_id], by_execution, transaction, trade, conid: None }
    }

    fn hear(&mut self, row: &'a Execution) {
        self.transaction = self.transaction.or(row.transaction_id.as_deref());
        self.trade = self.trade.or(row.trade_id.as_deref());
        self.conid = self.conid.or(row.conid);
    }

    fn terms(&self) -> Terms<'a> {
        let row = self.row;
        (&row.account, row.side, row.quantity, row.price, row.time.timestamp())
    }

    /// Which kinds of names are known.
    fn kinds(&self) -> [bool; 3] {
        [self.by_execution, self.transaction.is_some(), self.trade.is_some()]
    }

    /// Whether it is known to have been booked again at the same terms, as its name counts it.
    fn is_counted(&self) -> bool {
        let is_later = |id: &&ExecId| id.as_str().starts_with(BY_TRADE) && id.as_str().contains('-');
        self.row.cancels.is_none() && self.ids.iter().any(is_later)
    }

    /// Transactions are numbered as they are booked.
    fn number(&self) -> Option<u64> {
        self.transaction?.parse().ok()
    }

    /// Whether both, of equal terms, can be one fill: no kind of name is known of both and differs, and one of them has
    /// a kind that the other lacks.
    fn may_be(&self, other: &Self) -> bool {
        let differ = |one: Option<&str>, other: Option<&str>| one.is_some() && other.is_some() && one != other;
        let same_instrument = match (self.conid, other.conid) {
            (Some(one), Some(other)) => one == other,
            _ => self.row.symbol == other.row.symbol,
        };
        same_instrument
            && self.kinds() != other.kinds()
            && !(self.by_execution && other.by_execution)
            && !differ(self.transaction, other.transaction)
            && !differ(self.trade, other.trade)
    }

    fn join(&mut self, other: Self) {
        self.ids.extend(other.ids);
        self.by_execution |= other.by_execution;
        self.transaction = self.transaction.or(other.transaction);
        self.trade = self.trade.or(other.trade);
        self.conid = self.conid.or(other.conid);
    }

    /// Its ids but the best, each with the best: an execution before a transaction before a trade.
    fn other_names(self) -> Vec<(ExecId, ExecId)> {
        let rank = |id: &ExecId| match id.as_str() {
            id if id.starts_with(BY_TRADE) => 2,
            id if id.starts_with(BY_TRANSACTION) => 1,
            _ => 0,
        };
        let Some(best) = self.ids.iter().min_by_key(|id| (rank(id), **id)).copied() else { return Vec::new() };
        self.ids.into_iter().filter(|id| *id != best).map(|id| (id.clone(), best.clone())).collect()
    }
}

/// Joins what has the same number of a transaction, which no two fills of an account share.
fn of_one_number(all: Vec<Named>) -> Vec<Named> {
    let mut of_number: BTreeMap<(&AccountId, bool, &str), usize> = BTreeMap::new();
    let mut joined: Vec<Named> = Vec::new();
    for named in all {
        let number = named.transaction.map(|number| (&named.row.account, named.row.cancels.is_some(), number));
        let known = number.and_then(|number| of_number.get(&number)).and_then(|index| joined.get_mut(*index));
        match known {
            // Two executions of one transaction are versions of a fill, which their ids put in an order.
            Some(known) if !(known.by_execution && named.by_execution) => known.join(named),
            _ => {
                if let Some(number) = number {
                    of_number.insert(number, joined.len());
                }
                joined.push(named);
            }
        }
    }
    joined
}

/// How two names are found to be of one fill.
type Way<'w> = &'w dyn Fn(&Named, &Named) -> bool;

/// Joins what has equal terms, one to one: first by the number of the trade, then where all else agrees too. What was
/// booked after `taken_back` is only joined by a number.
fn by_terms(mut all: Vec<Named>, taken_back: Option<u64>) -> Vec<Named> {
    if all.len() < 2 {
        return all;
    }
    all.sort_by_key(|named| (named.number(), named.row.exec_id.clone()));
    let is_late = |named: &Named| {
        named.is_counted() || named.number().is_some_and(|number| taken_back.is_some_and(|back| number > back))
    };
    let same_trade = |one: &Named, other: &Named| one.trade.is_some() && one.trade == other.trade;
    let agrees = |one: &Named, other: &Named| one.row.differences(other.row).is_empty();
    let ways: [Way; 3] = [&same_trade, &agrees, &|_, _| true];
    for fits in ways {
        let mut joined: Vec<Named> = Vec::new();
        for named in all {
            let late = is_late(&named);
            // Of what was booked again only a booking that is counted has a name to be found by.
            let again = |other: &Named| (named.is_counted() || other.is_counted()) && same_trade(other, &named);
            let same = joined.iter_mut().find(|other| {
                late == is_late(other) && (!late || again(other)) && other.may_be(&named) && fits(other, &named)
            });
            match same {
                Some(same) => same.join(named),
                None => joined.push(named),
            }
        }
        all = joined;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    fn numbered(id: &str, transaction: &str, trade: &str) -> Execution {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Execution { transaction_id: given(transaction), trade_id: given(trade), ..fill(id) }
    }

    /// The ids under which rows count that have another one, in any order of the rows.
    fn names(rows: &[Execution]) -> Vec<String> {
        let of = |rows: &[&Execution]| -> Vec<String> {
            let placed: Vec<(Place, Execution)> =
                rows.iter().map(|row| (Place::file("a.csv"), (*row).clone())).collect();
            other_names(&placed).into_iter().map(|(id, name)| format!("{id} is {name}")).collect()
        };
        let forwards: Vec<&Execution> = rows.iter().collect();
        let backwards: Vec<&Execution> = rows.iter().rev().collect();
        assert_eq!(of(&forwards), of(&backwards));
        of(&forwards)
    }

    const ONE: &str = "0000000a.0000000b.01.01";
    const TWO: &str = "0000000a.0000000c.01.01";

    #[test]
    fn a_number_joins_and_its_execution_is_the_name() {
        let by_number = numbered("transaction:55", "55", "77");
        assert_eq!(names(&[by_number.clone(), numbered(ONE, "55", "")]), [format!("transaction:55 is {ONE}")]);
        assert_eq!(names(&[numbered("trade:77", "", "77"), by_number.clone()]), ["trade:77 is transaction:55"]);
        // The broker restated its price: a transaction is one all the same, a trade may be booked again.
        let other = Execution { price: 7.into(), ..numbered(ONE, "55", "77") };
        assert_eq!(names(&[by_number, other.clone()]).len(), 1);
        assert_eq!(names(&[numbered("trade:77", "", "77"), other]).len(), 0);
    }

    #[test]
    fn without_a_number_in_common_equal_fills_pair_one_to_one() {
        let rows = [fill(ONE), fill(TWO), numbered("transaction:55", "55", ""), numbered("transaction:56", "56", "")];
        assert_eq!(names(&rows), [format!("transaction:55 is {ONE}"), format!("transaction:56 is {TWO}")]);
        assert_eq!(names(&rows[1..]).len(), 1);
        assert_eq!(names(&[fill(ONE), fill(TWO)]).len(), 0);
        assert_eq!(names(&[numbered(ONE, "57", ""), rows[2].clone()]).len(), 0);
        let late = Execution { time: "2026-01-27T15:30:01Z".parse().unwrap(), ..rows[2].clone() };
        let other = Execution { conid: Some(2), ..rows[2].clone() };
        let elsewhere = Execution { account: AccountId::new("U1"), ..rows[2].clone() };
        for different in [late, other, elsewhere] {
            assert_eq!(names(&[fill(ONE), different]).len(), 0);
        }
    }

    #[test]
    fn a_trade_that_was_booked_again_is_not_the_one_that_was_taken_back() {
        let cancel =
            Execution { cancels: Some(ExecId::new("transaction:1001")), ..numbered("transaction:1002", "1002", "") };
        let again = numbered("transaction:1003", "1003", "2001");
        for original in [numbered(ONE, "1001", "2001"), numbered(ONE, "", "2001"), fill(ONE)] {
            assert_eq!(names(&[original, cancel.clone(), again.clone()]), Vec::<String>::new());
        }
        let original = numbered("transaction:1001", "1001", "2001");
        assert_eq!(names(&[fill(ONE), original, cancel, again]), [format!("transaction:1001 is {ONE}")]);
    }

    #[test]
    fn a_cancellation_under_two_names_is_one() {
        let cancel =
            |id: &str, number: &str| Execution { cancels: Some(ExecId::new(ONE)), ..numbered(id, number, "") };
        assert_eq!(names(&[cancel("cancel:0", ""), cancel("transaction:9", "9")]), ["transaction:9 is cancel:0"]);
        assert_eq!(names(&[cancel("cancel:0", ""), cancel("cancel:1", ""), fill("transaction:8")]).len(), 0);
    }
}
