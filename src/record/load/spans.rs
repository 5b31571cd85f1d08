//! Money of which running totals say only between which two days it moved.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::record::CashFlow;

/// Flows in which the sum of a span is what is left of it beside the movements that other files report inside: the running
/// totals at its ends are right whatever else is known. A span within another one is one of its movements.
pub(super) fn without_what_is_known(mut flows: Vec<CashFlow>) -> Vec<CashFlow> {
    let mut spans: Vec<(i64, usize, (NaiveDate, NaiveDate))> = flows
        .iter()
        .enumerate()
        .filter_map(|(at, flow)| flow.span().map(|(from, to)| ((to - from).num_days(), at, (from, to))))
        .collect();
    // The shortest first, so that a longer one meets what is left of it.
    spans.sort_unstable();
    for (_, at, span) in spans {
        let Some(sum) = flows.get(at) else { continue };
        let parts = flows.iter().enumerate().filter(|(other, flow)| *other != at && is_inside(flow, sum, span));
        let known: Decimal = parts.map(|(_, flow)| flow.amount).sum();
        if let Some(sum) = flows.get_mut(at) {
            sum.amount = sum.amount.saturating_sub(known).normalize();
            sum.kind = sum.kind.by_sign(sum.amount);
        }
    }
    flows.retain(|flow| flow.span().is_none() || !flow.amount.is_zero());
    flows
}

fn is_inside(flow: &CashFlow, sum: &CashFlow, (from, to): (NaiveDate, NaiveDate)) -> bool {
    let within = match flow.span() {
        Some((begins, ends)) => from <= begins && ends <= to,
        None => from < flow.date && flow.date <= to,
    };
    within && (&flow.account, flow.currency, &flow.source) == (&sum.account, sum.currency, &sum.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::flow;

    fn row(id: &str, date: &str, amount: &str) -> CashFlow {
        CashFlow { id: id.into(), source: "nav".into(), ..flow(date.parse().unwrap(), amount.parse().unwrap()) }
    }

    /// The day and the amount of what is left.
    fn left(rows: &[CashFlow]) -> Vec<(String, String)> {
        let left = without_what_is_known(rows.to_vec());
        left.iter().map(|flow| (flow.date.to_string(), format!("{} {}", flow.kind, flow.amount))).collect()
    }

    fn expected(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(day, what)| ((*day).to_owned(), (*what).to_owned())).collect()
    }

    #[test]
    fn a_gap_that_another_file_fills_counts_once_and_half_of_it_leaves_the_rest() {
        let gap = row("nav-sum:2026-01-05:2026-01-15", "2026-01-15", "100");
        assert_eq!(left(std::slice::from_ref(&gap)), expected(&[("2026-01-15", "deposit 100")]));
        let (one, other) = (row("nav:2026-01-07", "2026-01-07", "130"), row("nav:2026-01-12", "2026-01-12", "-30"));
        let (first, second) = (("2026-01-07", "deposit 130"), ("2026-01-12", "withdrawal -30"));
        assert_eq!(left(&[gap.clone(), one.clone(), other.clone()]), expected(&[first, second]));
        // A file up to the 8th, and the totals from there on.
        let rest = row("nav-sum:2026-01-08:2026-01-15", "2026-01-15", "-30");
        assert_eq!(
            left(&[gap.clone(), one.clone(), rest.clone()]),
            expected(&[first, ("2026-01-15", "withdrawal -30")])
        );
        assert_eq!(left(&[gap.clone(), one.clone(), rest, other]), expected(&[first, second]));
        assert_eq!(left(&[gap.clone(), one]), expected(&[("2026-01-15", "withdrawal -30"), first]));
        // What moved on the first day is in the total there, and money of another source is another matter.
        let outside = [
            row("nav:2026-01-05", "2026-01-05", "100"),
            CashFlow { source: "manual".into(), ..row("manual:1", "2026-01-07", "9") },
        ];
        assert_eq!(left(&[vec![gap], outside.to_vec()].concat()).len(), 3);
    }
}
