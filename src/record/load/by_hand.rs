//! Money that its owner entered, and that the broker states too.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::sums::adding_up;
use crate::record::flow::{AGAIN, DAYS_APART};
use crate::record::{CashFlow, Finding, FindingKind, Severity, Subject};

/// Flows without those entered by hand, or read from a table of net values, that the broker's rows state too: one for
/// one, the nearest first. One that was entered beside an equal one on purpose is never among them. A flow of a table is
/// everything that moved since the value before it, `valued` the days of these values, so that several rows may be one.
pub(super) fn without_entered_twice(
    flows: Vec<CashFlow>,
    valued: &BTreeSet<NaiveDate>,
    findings: &mut Vec<Finding>,
) -> Vec<CashFlow> {
    let is_entered = |flow: &CashFlow| flow.source.is_by_hand() && !flow.id.starts_with(AGAIN);
    let entered = || flows.iter().enumerate().filter(|(_, flow)| is_entered(flow));
    let stated = || flows.iter().enumerate().filter(|(_, flow)| !flow.source.is_by_hand());
    let mut pairs: Vec<(i64, usize, usize)> = entered()
        .flat_map(|(ours, entry)| {
            stated()
                .filter(|(_, row)| may_be_one(entry, row))
                .map(move |(theirs, row)| (apart(entry, row), ours, theirs))
        })
        .collect();
    pairs.sort_unstable();
    let (mut gone, mut used) = (Vec::new(), Vec::new());
    for (_, ours, theirs) in pairs {
        if gone.contains(&ours) || used.contains(&theirs) {
            continue;
        }
        gone.push(ours);
        used.push(theirs);
        findings.extend(flows.get(ours).zip(flows.get(theirs)).map(|(entry, row)| stated_too(entry, &[row])));
    }
    for (ours, entry) in entered().filter(|(_, flow)| flow.source.is_table_of_values()) {
        let rows = if gone.contains(&ours) { None } else { rows_of(entry, valued, &flows, &used) };
        if let Some(theirs) = rows {
            gone.push(ours);
            findings.push(stated_too(entry, &theirs.iter().filter_map(|at| flows.get(*at)).collect::<Vec<_>>()));
            used.extend(theirs);
        }
    }
    let placed = flows.into_iter().enumerate();
    placed.filter(|(place, _)| !gone.contains(place)).map(|(_, flow)| flow).collect()
}

/// The broker's rows that add up to a flow of a table of net values: of those since the value before it, else of those some
/// days around.
fn rows_of(entry: &CashFlow, valued: &BTreeSet<NaiveDate>, flows: &[CashFlow], used: &[usize]) -> Option<Vec<usize>> {
    let since = *valued.range(..entry.date).next_back()?;
    [0, DAYS_APART.unsigned_abs()].into_iter().find_map(|more| {
        let (from, to) = (since.checked_sub_days(Days::new(more))?, entry.date.checked_add_days(Days::new(more))?);
        let is_inside = |row: &CashFlow| {
            !row.source.is_by_hand() && row.currency == entry.currency && from < row.date && row.date <= to
        };
        let rows = flows.iter().enumerate().filter(|(at, row)| is_inside(row) && !used.contains(at));
        let amounts: Vec<(usize, Decimal)> = rows.map(|(at, row)| (at, row.amount)).collect();
        adding_up(&amounts, entry.amount)
    })
}

/// Whether an entry and a row of the broker can be the same money.
fn may_be_one(entry: &CashFlow, row: &CashFlow) -> bool {
    (entry.currency, entry.amount) == (row.currency, row.amount) && apart(entry, row) <= DAYS_APART
}

fn apart(entry: &CashFlow, row: &CashFlow) -> i64 {
    (entry.date - row.date).num_days().abs()
}

fn stated_too(entry: &CashFlow, rows: &[&CashFlow]) -> Finding {
    let (amount, currency, source) = (entry.amount.normalize(), entry.currency, &entry.source);
    let days: BTreeSet<String> = rows.iter().map(|row| row.date.to_string()).collect();
    let days = days.into_iter().collect::<Vec<_>>().join(" and ");
    let message = format!(
        "the flow of {amount} {currency} on {} from `{source}` is in the broker's statement too, on {days}: the statement's counts, \
         and the other does not",
        entry.date
    );
    let next = format!(
        "nothing to do if money moved once; if it moved twice, `trackrecord flow add {} {amount} {currency} --again`",
        entry.date
    );
    Finding::new(Severity::Note, FindingKind::EnteredTwice, message, next).headed(Subject::Date(entry.date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AccountId, FlowKind};

    fn row(id: &str, date: &str, amount: &str) -> CashFlow {
        let source = match id.split(':').next().unwrap() {
            "cash" => "flex",
            "nav" => "nav",
            _ => "manual",
        };
        CashFlow {
            symbol: None,
            conid: None,
            id: id.into(),
            date: format!("2026-01-{date}").parse().unwrap(),
            account: AccountId::new("U7654321"),
            currency: "USD".parse().unwrap(),
            amount: amount.parse().unwrap(),
            fx_to_base: None,
            kind: FlowKind::Deposit,
            source: source.into(),
            label: None,
            generated: None,
        }
    }

    fn left(rows: &[CashFlow]) -> (Vec<String>, usize) {
        let mut findings = Vec::new();
        let valued = ["2026-01-02", "2026-01-09", "2026-01-16", "2026-01-23"].map(|day| day.parse().unwrap());
        let left = without_entered_twice(rows.to_vec(), &valued.into(), &mut findings);
        (left.into_iter().map(|flow| flow.id).collect(), findings.len())
    }

    fn expected(ids: &[&str], found: usize) -> (Vec<String>, usize) {
        (ids.iter().map(|id| (*id).to_owned()).collect(), found)
    }

    #[test]
    fn the_brokers_row_wins_within_three_days() {
        for date in ["24", "27", "30"] {
            assert_eq!(
                left(&[row("manual:1", "27", "500"), row("cash:1", date, "500.00")]),
                expected(&["cash:1"], 1)
            );
            assert_eq!(
                left(&[row("nav:2026-01-27", "27", "500"), row("cash:1", date, "500")]),
                expected(&["cash:1"], 1)
            );
        }
        for (date, amount) in [("23", "500"), ("31", "500"), ("27", "501"), ("27", "-500")] {
            assert_eq!(left(&[row("manual:1", "27", "500"), row("cash:1", date, amount)]).1, 0, "{date} {amount}");
        }
        let euro = CashFlow { currency: "EUR".parse().unwrap(), ..row("cash:1", "27", "500") };
        assert_eq!(left(&[row("manual:1", "27", "500"), euro]).1, 0);
    }

    #[test]
    fn they_pair_one_for_one_and_what_was_entered_again_stays() {
        let entries = [row("manual:1", "26", "500"), row("manual:2", "28", "500")];
        assert_eq!(
            left(&[&entries[..], &[row("cash:1", "27", "500")]].concat()),
            expected(&["manual:2", "cash:1"], 1)
        );
        let both = [row("cash:1", "25", "500"), row("cash:2", "28", "500")];
        assert_eq!(left(&[&entries[..], &both].concat()), expected(&["cash:1", "cash:2"], 2));
        let again = row("manual-again:1", "27", "500");
        assert_eq!(left(&[again, row("cash:1", "27", "500")]), expected(&["manual-again:1", "cash:1"], 0));
        assert_eq!(left(&entries), expected(&["manual:1", "manual:2"], 0));
    }

    #[test]
    fn a_flow_of_a_week_is_all_that_the_broker_booked_in_it() {
        let weekly = row("nav:2026-01-16", "16", "500");
        let days = [row("cash:1", "12", "700"), row("cash:2", "14", "-200")];
        let all = [&[weekly.clone()][..], &days].concat();
        assert_eq!(left(&all), expected(&["cash:1", "cash:2"], 1));
        // What the broker booked a day earlier or later than the table is the same money.
        let late = [row("cash:1", "09", "700"), row("cash:2", "18", "-200")];
        assert_eq!(left(&[&[weekly.clone()][..], &late].concat()), expected(&["cash:1", "cash:2"], 1));
        // What does not add up is other money, and an entry by hand is one movement.
        let other = [row("cash:1", "12", "700"), row("cash:2", "14", "-199")];
        assert_eq!(left(&[&[weekly][..], &other].concat()).1, 0);
        assert_eq!(left(&[&[row("manual:1", "16", "500")][..], &days].concat()).1, 0);
    }
}
