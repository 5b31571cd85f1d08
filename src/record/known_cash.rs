//! Movements of cash without a number, held against those that are known.
//!
//! The name of such a movement is made of its day, kind and amount, so that the same row of two statements is one and two
//! equal rows of one statement are two. That leaves two cases which only a whole statement can decide: another amount where
//! not every statement says when it was made, and equal amounts of two shares.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::files::read_rows;
use super::flow::Naming;
use super::load::cash_names::terms;
use super::{CashFlow, Source};
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;

/// The movements without a number that a site has, and the statements read so far.
#[derive(Debug, Default)]
pub struct KnownCash(BTreeMap<NaiveDate, OfDay>);

/// The movements of a day by their names.
type OfDay = BTreeMap<String, Vec<CashFlow>>;

impl KnownCash {
    /// Those of a site.
    ///
    /// # Errors
    /// A stored file that cannot be read.
    pub fn of(site: &SiteDir) -> Result<Self> {
        let mut known = Self::default();
        for path in [site.flows(), site.income()] {
            let rows = read_rows::<CashFlow>(&path, site).map_err(Error::all)?;
            for (_, row) in rows.into_iter().filter(|(_, row)| is_unnumbered(row)) {
                known.0.entry(row.date).or_default().entry(row.id.clone()).or_default().push(row);
            }
        }
        Ok(known)
    }

    /// Gives the rows of one more statement the names under which they are known, and knows them from then on.
    pub fn name<'r>(&mut self, statement: impl IntoIterator<Item = &'r mut CashFlow>) {
        let mut days: BTreeMap<NaiveDate, Vec<&mut CashFlow>> = BTreeMap::new();
        for row in statement.into_iter().filter(|row| is_unnumbered(row)) {
            days.entry(row.date).or_default().push(row);
        }
        for (date, mut rows) in days {
            let known = self.0.entry(date).or_default();
            by_holding(known, &mut rows);
            by_place(known, &mut rows);
            for row in rows {
                known.entry(row.id.clone()).or_default().push(row.clone());
            }
        }
    }
}

/// Equal amounts of two shares are two, whichever of them a statement names first.
fn by_holding(known: &OfDay, rows: &mut [&mut CashFlow]) {
    let holding = |rows: &Vec<CashFlow>| rows.iter().find_map(|row| row.conid);
    let mut holdings: BTreeMap<String, Option<u64>> =
        known.iter().map(|(id, rows)| (id.clone(), holding(rows))).collect();
    // Statements of one file that overlap have the same name for the same row.
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for row in rows.iter_mut().filter(|row| row.section() == "cash") {
        let fits = |id: &String| match (holdings.get(id), row.conid) {
            (Some(Some(other)), Some(own)) => *other == own,
            _ => true,
        };
        let before = given.entry(row.id.clone()).or_default();
        let again = before.iter().find(|id| fits(id)).cloned();
        let base = first_of_equal(&row.id);
        let names = (1..).map(|number| if number == 1 { base.to_owned() } else { format!("{base}-{number}") });
        let Some(id) = again.or_else(|| names.into_iter().find(|id| !used.contains(id) && fits(id))) else {
            continue;
        };
        let of = holdings.get(&id).copied().flatten().or(row.conid);
        holdings.insert(id.clone(), of);
        used.insert(id.clone());
        before.push(id.clone());
        row.id = id;
    }
}

/// Of a day a statement lists all movements. One that it has instead of a known one, and that nothing puts in an order in
/// time, takes the name of that: the two contradict each other until their owner says which of them counts.
fn by_place(known: &OfDay, rows: &mut [&mut CashFlow]) {
    let own: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut taken = BTreeSet::new();
    for row in rows.iter_mut().filter(|row| !known.contains_key(&row.id)) {
        let free = known.iter().filter(|(id, _)| !own.contains(*id) && !taken.contains(*id));
        let off = |known: &CashFlow| known.amount.saturating_sub(row.amount).abs();
        // What was decided about before says the same under another name: it is the nearest.
        let nearest = free
            .filter_map(|(id, rows)| Some((rows.iter().filter(|known| stands_for(row, known)).map(off).min()?, id)));
        if let Some((_, id)) = nearest.min() {
            taken.insert(id.clone());
            row.id.clone_from(id);
        }
    }
}

/// Whether a row can be what another statement says instead of a known one, as far as nothing says when both were made.
fn stands_for(row: &CashFlow, known: &CashFlow) -> bool {
    let same_word = known.label.is_none() || row.label.is_none() || known.label == row.label;
    let undated = known.generated.is_none() || row.generated.is_none();
    undated && same_word && terms(known) == terms(row) && !known.is_of_another_holding(row)
}

/// Whether a statement gave it no number of its own; sums may be those of different spans.
fn is_unnumbered(row: &CashFlow) -> bool {
    row.source == Source::Flex && row.naming() == Naming::Day && !row.is_sum()
}

/// The name of the first of several equal rows: `cash:DATE:CONTENT` of `cash:DATE:CONTENT-2`.
fn first_of_equal(id: &str) -> &str {
    let content = id.rsplit(':').next().unwrap_or_default();
    content.split_once('-').map_or(id, |(_, number)| {
        let behind = number.len() + 1;
        id.get(..id.len() - behind).unwrap_or(id)
    })
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::record::{AccountId, FlowKind};

    const DAY: &str = "cash:2026-01-27:";

    /// A movement of the 27th, of a statement of a day of February where it is dated.
    fn row(name: &str, amount: i64, conid: Option<u64>, generated: &str) -> CashFlow {
        CashFlow {
            id: format!("{DAY}{name}"),
            date: "2026-01-27".parse().unwrap(),
            account: AccountId::new("U7654321"),
            currency: "USD".parse().unwrap(),
            amount: amount.into(),
            fx_to_base: None,
            kind: FlowKind::Dividend,
            source: Source::Flex,
            label: Some("Dividends".into()),
            generated: format!("2026-02-{generated}T00:00:00Z").parse().ok(),
            symbol: None,
            conid,
        }
    }

    fn undated(name: &str, amount: i64) -> CashFlow {
        row(name, amount, None, "")
    }

    /// The names that the rows of statements get, one statement after the other.
    fn named(statements: &[&[CashFlow]]) -> Vec<Vec<String>> {
        let mut known = KnownCash::default();
        let name = |rows: &&[CashFlow]| {
            let mut rows = rows.to_vec();
            known.name(&mut rows);
            rows.iter().map(|row| row.id.replace(DAY, "")).collect()
        };
        statements.iter().map(name).collect()
    }

    #[test]
    fn one_amount_instead_of_another_takes_its_name_where_nothing_orders_the_statements() {
        let [a, b, c] = [undated("a", 500), undated("b", 700), undated("c", 900)];
        // What stands beside it in one statement is a movement of its own, and so is what only one has.
        assert_eq!(
            named(&[&[a.clone(), b.clone()], from_ref(&b), from_ref(&a)]),
            [vec!["a", "b"], vec!["b"], vec!["a"]]
        );
        assert_eq!(named(&[from_ref(&a), &[a.clone(), b.clone()]]), [vec!["a"], vec!["a", "b"]]);
        let instead = named(&[from_ref(&a), from_ref(&b), from_ref(&b), from_ref(&a)]);
        assert_eq!(instead, [["a"], ["a"], ["a"], ["a"]], "and the same again");
        // The nearest of two, one for one.
        assert_eq!(named(&[&[a.clone(), c], &[undated("d", 880), undated("e", 1)]]), [["a", "c"], ["c", "a"]]);
        let dated = |day: &str| row("b", 700, None, day);
        assert_eq!(named(&[from_ref(&a), &[dated("09")]]), [["a"], ["a"]], "one of them says no time");
        assert_eq!(named(&[&[row("a", 500, None, "05")], &[dated("09")]]), [["a"], ["b"]]);
        let tax = CashFlow { kind: FlowKind::Tax, ..b.clone() };
        let in_lieu = CashFlow { label: Some("Payment In Lieu Of Dividends".into()), ..b };
        for other in [tax, in_lieu] {
            assert_eq!(named(&[std::slice::from_ref(&a), &[other]]), [["a"], ["b"]]);
        }
    }

    #[test]
    fn equal_amounts_of_two_shares_are_two_in_any_order_and_cut() {
        let [first, second] = ["a", "a-2"];
        for day in ["", "05"] {
            let of = |name: &str, conid: u64| row(name, 500, Some(conid), day);
            let both = [of(first, 11), of(second, 22)];
            let turned = [of(first, 22), of(second, 11)];
            let expected = [vec!["a", "a-2"], vec!["a-2", "a"], vec!["a-2"], vec!["a"]];
            assert_eq!(named(&[&both, &turned, &[of(first, 22)], &[of(first, 11)]]), expected, "{day}");
            assert_eq!(
                named(&[&[of(first, 11)], &[of(first, 22)], &turned]),
                [vec!["a"], vec!["a-2"], vec!["a-2", "a"]]
            );
            // Without the box for it, a row may be of any share.
            assert_eq!(named(&[&both, &[row(first, 500, None, day)]])[1], ["a"]);
        }
        // Two equal ones of one share stay two, and overlapping statements of one file have one name for one row.
        let twice =
            [row(first, 500, Some(11), "05"), row(second, 500, Some(11), "05"), row(first, 500, Some(11), "09")];
        assert_eq!(named(&[&twice, &twice]), [["a", "a-2", "a"], ["a", "a-2", "a"]]);
    }

    #[test]
    fn the_number_behind_equal_rows_is_no_part_of_their_content() {
        assert_eq!(first_of_equal("cash:2026-01-27:ab-12"), "cash:2026-01-27:ab");
        assert_eq!(first_of_equal("cash:2026-01-27:ab"), "cash:2026-01-27:ab");
        assert_eq!(first_of_equal(""), "");
    }
}
