//! Money that its owner entered, and that the broker states too.

use crate::record::flow::{AGAIN, DAYS_APART};
use crate::record::{CashFlow, Finding, FindingKind, Severity, Subject};

/// Flows without those entered by hand, or read from a table of net values, that the broker's rows state too: one for
/// one, the nearest first. One that was entered beside an equal one on purpose is never among them.
pub(super) fn without_entered_twice(flows: Vec<CashFlow>, findings: &mut Vec<Finding>) -> Vec<CashFlow> {
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
        findings.extend(flows.get(ours).zip(flows.get(theirs)).map(|(entry, row)| stated_too(entry, row)));
    }
    let placed = flows.into_iter().enumerate();
    placed.filter(|(place, _)| !gone.contains(place)).map(|(_, flow)| flow).collect()
}

/// Whether an entry and a row of the broker can be the same money.
fn may_be_one(entry: &CashFlow, row: &CashFlow) -> bool {
    (entry.currency, entry.amount) == (row.currency, row.amount) && apart(entry, row) <= DAYS_APART
}

fn apart(entry: &CashFlow, row: &CashFlow) -> i64 {
    (entry.date - row.date).num_days().abs()
}

fn stated_too(entry: &CashFlow, row: &CashFlow) -> Finding {
    let (amount, currency, source) = (entry.amount.normalize(), entry.currency, &entry.source);
    let message = format!(
        "the flow of {amount} {currency} on {} from `{source}` is in the broker's statement too, on {}: the statement's counts, \
         and the other does not",
        entry.date, row.date
    );
    let next =
        "nothing to do if money moved once; if it moved twice, enter it with `trackrecord flow add ... --again`";
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
        let left = without_entered_twice(rows.to_vec(), &mut findings);
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
}
