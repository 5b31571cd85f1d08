//! Which order a note is about.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use chrono::{DateTime, Utc};

use super::instruments::{same_ticker, ticker_key};
use super::lineage::Lineage;
use super::orders::Order;
use crate::record::Annotation;
pub use crate::record::annotation::DAYS_TO_WAIT;

/// Notes and orders, brought together: at most one of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteMatches {
    of_order: Vec<Option<usize>>,
    /// Notes without an order and why, in the order they were given.
    pub unmatched: Vec<UnmatchedNote>,
}

impl NoteMatches {
    #[cfg(test)]
    pub(super) fn of_order_list(self) -> Vec<Option<usize>> {
        self.of_order
    }

    /// The index of the note on an order, both as they were given to [`match_notes`].
    pub fn of_order(&self, order: usize) -> Option<usize> {
        self.of_order.get(order).copied().flatten()
    }
}

/// A note that belongs to no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnmatchedNote {
    /// Its index in the list given to [`match_notes`].
    pub note: usize,
    /// Why.
    pub why: WhyUnmatched,
}

/// Why a note belongs to no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnmatched {
    /// The order or fill it names is not in the record, or is of another symbol or side.
    NamesNoOrder,
    /// No order of its symbol and side was filled in time.
    NoOrderInTime,
    /// Its order, by index, has another note already.
    Taken(usize),
}

/// Brings each note to its order.
///
/// A note belongs to the order whose fill or order number it names; one that names nothing, to the first order
/// of its symbol (in the broker's or Yahoo's spelling, and as it was called when the note was written) and side (if it says one) whose first fill is at or after
/// `created_at` and at most [`DAYS_TO_WAIT`] calendar days later in UTC. It never reaches a later order, not even
/// where the first one is taken. Of several notes on one order, one that names it comes before one that does
/// not, then the earliest `created_at`, then the lower id; the others are listed as unmatched.
///
/// `orders` are in time order, as [`orders`](super::orders::orders) gives them.
pub fn match_notes(annotations: &[Annotation], orders: &[Order], lineage: &Lineage<'_>) -> NoteMatches {
    let mut matches = NoteMatches { of_order: vec![None; orders.len()], unmatched: Vec::new() };
    let mut ranked: Vec<(usize, &Annotation)> = annotations.iter().enumerate().collect();
    ranked.sort_by_key(|(position, note)| (!note.names_its_order(), note.created_at, &note.id, *position));
    let index = OrderIndex::new(orders, lineage);
    for (position, note) in ranked {
        match index.order_of(note) {
            Err(why) => matches.unmatched.push(UnmatchedNote { note: position, why }),
            Ok(order) => match matches.of_order.get_mut(order) {
                Some(free @ None) => *free = Some(position),
                _ => matches.unmatched.push(UnmatchedNote { note: position, why: WhyUnmatched::Taken(order) }),
            },
        }
    }
    matches.unmatched.sort_by_key(|unmatched| unmatched.note);
    matches
}

/// The orders by what a note can say of one, so that no note walks them all.
struct OrderIndex<'a> {
    orders: &'a [Order],
    lineage: &'a Lineage<'a>,
    /// By every ticker their instruments had, in time order.
    by_ticker: HashMap<String, Vec<usize>>,
    by_number: HashMap<&'a str, Vec<usize>>,
    /// By the id of a fill, and by the id without its version.
    by_fill: HashMap<&'a str, Vec<usize>>,
    /// By the names that a fill has where a statement lacks its execution.
    by_name: HashMap<String, Vec<usize>>,
}

impl<'a> OrderIndex<'a> {
    fn new(orders: &'a [Order], lineage: &'a Lineage<'a>) -> Self {
        let (mut by_ticker, mut by_number, mut by_fill) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut by_name = HashMap::new();
        for (index, order) in orders.iter().enumerate() {
            for ticker in lineage.names_of(order) {
                add(&mut by_ticker, ticker_key(&ticker), index);
            }
            for fill in &order.fills {
                for number in [&fill.perm_id, &fill.order_id].into_iter().flatten() {
                    add(&mut by_number, number.as_str(), index);
                }
                add(&mut by_fill, fill.exec_id.as_str(), index);
                if let Some((family, _)) = fill.exec_id.version() {
                    add(&mut by_fill, family, index);
                }
                fill.names_by_number().for_each(|name| add(&mut by_name, name, index));
            }
        }
        Self { orders, lineage, by_ticker, by_number, by_fill, by_name }
    }

    fn order_of(&self, note: &Annotation) -> Result<usize, WhyUnmatched> {
        if note.names_its_order() {
            let called = |order: &Order| {
                let mut names = self.lineage.names_of(order).into_iter();
                names.any(|name| same_ticker(note.symbol.as_str(), name.as_str()))
            };
            let named = self.fitting(note, self.named(note));
            let named = named.filter(|(_, order)| is_named(note, order) && called(order));
            // Order numbers come back after months: the one nearest in time is meant.
            let nearest = named.min_by_key(|(_, order)| (order.first_fill - note.created_at).abs());
            return nearest.map(|(index, _)| index).ok_or(WhyUnmatched::NamesNoOrder);
        }
        let of_ticker = self.by_ticker.get(&ticker_key(&note.symbol)).map(Vec::as_slice).unwrap_or_default();
        let filled = |index: &usize| self.orders.get(*index).map(|order| order.first_fill);
        let start = of_ticker.partition_point(|index| filled(index) < Some(note.created_at));
        let later = of_ticker.get(start..).unwrap_or_default().iter().copied();
        let in_time = later.take_while(|index| filled(index).is_some_and(|time| is_in_time(note.created_at, time)));
        let means = |order: &Order| self.lineage.means(note.symbol.as_str(), order, note.created_at);
        let first = self.fitting(note, in_time).find(|(_, order)| means(order));
        first.map(|(index, _)| index).ok_or(WhyUnmatched::NoOrderInTime)
    }

    /// The orders of the numbers or fills that a note names, in time order.
    fn named(&self, note: &Annotation) -> BTreeSet<usize> {
        let numbers = note.order.as_deref().and_then(|number| self.by_number.get(number.trim()));
        let fills = note.exec_ids.iter().flat_map(|id| {
            let family = id.version().and_then(|(family, _)| self.by_fill.get(family));
            self.by_fill.get(id.as_str()).into_iter().chain(family).chain(self.by_name.get(id.as_str()))
        });
        numbers.into_iter().chain(fills).flatten().copied().collect()
    }

    fn fitting(
        &self,
        note: &Annotation,
        candidates: impl IntoIterator<Item = usize>,
    ) -> impl Iterator<Item = (usize, &'a Order)> {
        let orders = self.orders;
        let found = candidates.into_iter().filter_map(move |index| Some((index, orders.get(index)?)));
        found.filter(move |(_, order)| fits(note, order))
    }
}

/// Adds an order to a list whose last entry may be the same order.
fn add<K: Hash + Eq>(lists: &mut HashMap<K, Vec<usize>>, key: K, order: usize) {
    let list = lists.entry(key).or_default();
    if list.last() != Some(&order) {
        list.push(order);
    }
}

fn fits(note: &Annotation, order: &Order) -> bool {
    note.pre_trade.side.is_none_or(|side| side == order.side)
}

/// Fill ids say more than an order number; where both are given, the ids count.
fn is_named(note: &Annotation, order: &Order) -> bool {
    if note.exec_ids.is_empty() {
        note.order.as_deref().is_some_and(|number| order.has_number(number.trim()))
    } else {
        note.exec_ids.iter().any(|id| order.has_fill(id))
    }
}

fn is_in_time(written: DateTime<Utc>, filled: DateTime<Utc>) -> bool {
    filled >= written && (filled.date_naive() - written.date_naive()).num_days() <= DAYS_TO_WAIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::orders::orders;
    use crate::analysis::trade_samples::{Fill, note};
    use crate::record::{ExecId, Execution, Side};

    fn matched(notes: &[Annotation], fills: &[Execution]) -> (Vec<Option<usize>>, Vec<WhyUnmatched>) {
        let matches = match_notes(notes, &orders(fills), &Lineage::default());
        (matches.of_order, matches.unmatched.iter().map(|unmatched| unmatched.why).collect())
    }

    fn bought(date: &str) -> Execution {
        Fill::buy("SXLK", 1, 10).on(date).done()
    }

    #[test]
    fn a_note_belongs_to_the_first_order_after_it_and_never_to_every_later_one() {
        let notes = [note("a", "SXLK.L", "2026-01-06T09:00:00Z")];
        let fills = [bought("2026-01-05"), bought("2026-01-07"), bought("2026-01-08"), bought("2026-02-05")];
        assert_eq!(matched(&notes, &fills), (vec![None, Some(0), None, None], vec![]));
    }

    #[test]
    fn a_note_waits_five_days_and_does_not_reach_back() {
        let fills = [bought("2026-01-10")];
        let matched_when_written = |at: &str| matched(&[note("a", "SXLK", at)], &fills).0 == [Some(0)];
        assert!(matched_when_written("2026-01-05T00:00:00Z"));
        assert!(!matched_when_written("2026-01-04T23:59:59Z"));
        assert!(matched_when_written("2026-01-10T15:00:00Z"));
        assert!(!matched_when_written("2026-01-10T15:00:01Z"));
    }

    #[test]
    fn the_side_counts_where_the_note_says_one() {
        let mut sells = note("a", "SXLK", "2026-01-05T09:00:00Z");
        sells.pre_trade.side = Some(Side::Sell);
        let fills = [bought("2026-01-05"), Fill::sell("SXLK", 1, 10).on("2026-01-06").done()];
        assert_eq!(matched(&[sells], &fills).0, [None, Some(0)]);
    }

    #[test]
    fn the_earliest_note_takes_the_order_and_the_next_one_does_not_move_on() {
        let notes = [note("late", "SXLK", "2026-01-05T10:00:00Z"), note("early", "SXLK", "2026-01-05T09:00:00Z")];
        let fills = [bought("2026-01-05"), bought("2026-01-06")];
        assert_eq!(matched(&notes, &fills), (vec![Some(1), None], vec![WhyUnmatched::Taken(0)]));
    }

    #[test]
    fn a_note_that_names_a_transaction_finds_its_fill_when_the_execution_is_known() {
        let mut named = note("a", "SXLK", "2026-03-01T09:00:00Z");
        named.exec_ids = vec![ExecId::new("transaction:55")];
        let mut fill = Fill::buy("SXLK", 1, 10).on("2026-01-05").id("0000aaaa.01.01.01").done();
        fill.transaction_id = Some("55".into());
        let other = Fill::buy("SXLK", 1, 10).on("2026-01-06").done();
        let (of_order, unmatched) = matched(&[named], &[fill, other]);
        assert_eq!((of_order, unmatched.len()), (vec![Some(0), None], 0));
    }

    #[test]
    fn a_named_fill_or_order_beats_the_date() {
        let mut by_fill = note("z", "SXLK", "2026-03-01T09:00:00Z");
        by_fill.exec_ids = vec![ExecId::new("mine")];
        let mut by_number = note("y", "SXLK", "2026-03-01T09:00:00Z");
        by_number.order = Some("12".into());
        let by_date = note("x", "SXLK", "2026-01-05T09:00:00Z");
        let fills = [
            Fill::buy("SXLK", 1, 10).on("2026-01-05").id("mine").done(),
            Fill::buy("SXLK", 1, 10).on("2026-01-06").order("12").done(),
            Fill::buy("SXLK", 1, 10).on("2026-02-20").order("12").done(),
        ];
        let (of_order, unmatched) = matched(&[by_date, by_fill, by_number], &fills);
        assert_eq!(of_order, [Some(1), None, Some(2)], "the order 12 nearest in time is meant");
        assert_eq!(unmatched, [WhyUnmatched::Taken(0)]);
    }

    #[test]
    fn a_note_that_names_an_unknown_order_is_listed() {
        let mut named = note("a", "SXLK", "2026-01-05T09:00:00Z");
        named.order = Some("99".into());
        let notes = [named, note("b", "VOD", "2026-01-05T09:00:00Z")];
        let expected = vec![WhyUnmatched::NamesNoOrder, WhyUnmatched::NoOrderInTime];
        assert_eq!(matched(&notes, &[bought("2026-01-05")]), (vec![None], expected));
    }
}
