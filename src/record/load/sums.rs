//! Sums of cash beside the single movements that they add up.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::record::{CashFlow, Finding, FindingKind, FlowKind, Severity, Source, Subject};

/// Of more rows than these no choice is tried, only all of them together.
const MOST_TRIED: usize = 16;

/// Cash without the sums whose movements are reported one by one. A sum that single rows of its kind do not add up to
/// stays, and is named where there are any.
pub(super) fn without_sums(flows: Vec<CashFlow>, findings: &mut Vec<Finding>) -> Vec<CashFlow> {
    let sums: Vec<usize> = places(&flows, |flow| flow.is_sum() && flow.span().is_none());
    let single = places(&flows, |flow| !flow.is_sum() && flow.source == Source::Flex);
    let (mut used, mut covered) = (BTreeSet::new(), BTreeSet::new());
    for place in sums {
        let Some(sum) = flows.get(place) else { continue };
        let parts: Vec<(usize, Decimal)> = single
            .iter()
            .filter(|other| !used.contains(*other))
            .filter_map(|other| Some((*other, flows.get(*other).filter(|flow| is_part(flow, sum))?.amount)))
            .collect();
        match adding_up(&parts, sum.amount) {
            Some(adding) => {
                used.extend(adding);
                covered.insert(place);
            }
            None if parts.is_empty() => {}
            None => findings.push(not_added_up(sum, parts.iter().map(|(_, amount)| amount).sum())),
        }
    }
    let placed = flows.into_iter().enumerate();
    placed.filter(|(place, _)| !covered.contains(place)).map(|(_, flow)| flow).collect()
}

fn places(flows: &[CashFlow], wanted: impl Fn(&CashFlow) -> bool) -> Vec<usize> {
    flows.iter().enumerate().filter(|(_, flow)| wanted(flow)).map(|(place, _)| place).collect()
}

/// Whether a single row is of the day and of the kind of a sum, by the broker's word for it where both have one.
fn is_part(single: &CashFlow, sum: &CashFlow) -> bool {
    let paid = |kind| matches!(kind, FlowKind::Deposit | FlowKind::Withdrawal);
    let same_kind = match (&single.label, &sum.label) {
        (Some(one), Some(other)) => one == other,
        _ => single.kind == sum.kind || (paid(single.kind) && paid(sum.kind)),
    };
    let place = |flow: &CashFlow| (flow.account.clone(), flow.date, flow.currency);
    same_kind && single.section() == sum.section() && place(single) == place(sum)
}

/// Which of these rows add up to an amount: all of them, else some.
pub(super) fn adding_up(parts: &[(usize, Decimal)], amount: Decimal) -> Option<Vec<usize>> {
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, (_, part)| sum.checked_add(*part))?;
    if !parts.is_empty() && sum == amount {
        return Some(parts.iter().map(|(place, _)| *place).collect());
    }
    let choices =
        u32::try_from(parts.len()).ok().filter(|_| parts.len() <= MOST_TRIED).map(|count| 1_u32 << count)?;
    (1..choices).find_map(|choice| {
        let chosen = || parts.iter().enumerate().filter(|(bit, _)| choice & (1 << bit) != 0).map(|(_, part)| part);
        let sum: Decimal = chosen().map(|(_, part)| part).sum();
        (sum == amount).then(|| chosen().map(|(place, _)| *place).collect())
    })
}

fn not_added_up(sum: &CashFlow, single: Decimal) -> Finding {
    let what = sum.label.clone().unwrap_or_else(|| sum.kind.to_string());
    let (amount, currency, date) = (sum.amount.normalize(), sum.currency, sum.date);
    let message = format!(
        "a sum of {amount} {currency} of `{what}` on {date} stands beside single movements of {} {currency}, which do not add \
         up to it: both count",
        single.normalize()
    );
    let next = "compare the day with the broker, and tick `Detail` for Cash Transactions in the Flex query";
    Finding::new(Severity::Warning, FindingKind::CashSummaryOnly, message, next).about(Subject::Date(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, label: &str, amount: &str) -> CashFlow {
        let amount: Decimal = amount.parse().unwrap();
        CashFlow {
            symbol: None,
            conid: None,
            id: id.into(),
            date: "2026-01-27".parse().unwrap(),
            account: crate::record::AccountId::new("U7654321"),
            currency: "USD".parse().unwrap(),
            amount,
            fx_to_base: None,
            kind: if label == "Dividends" { FlowKind::Dividend } else { FlowKind::Deposit.by_sign(amount) },
            source: Source::Flex,
            label: Some(label.into()),
            generated: None,
        }
    }

    const PAID: &str = "Deposits/Withdrawals";

    /// The amounts that are left, and how many sums are named.
    fn left(rows: &[CashFlow]) -> (Vec<String>, usize) {
        let mut findings = Vec::new();
        let left = without_sums(rows.to_vec(), &mut findings);
        (left.iter().map(|flow| flow.amount.to_string()).collect(), findings.len())
    }

    fn amounts(amounts: &[&str], named: usize) -> (Vec<String>, usize) {
        (amounts.iter().map(|amount| (*amount).to_owned()).collect(), named)
    }

    #[test]
    fn a_sum_is_covered_by_the_single_rows_of_its_kind_that_add_up_to_it() {
        let sum = row("cash-sum:1", PAID, "70");
        let single = [row("cash:1", PAID, "100"), row("cash:2", PAID, "-30")];
        assert_eq!(left(&[vec![sum.clone()], single.to_vec()].concat()), amounts(&["100", "-30"], 0));
        // One more movement of the day, which the sum did not know.
        let more = [vec![sum.clone(), row("cash:3", PAID, "8")], single.to_vec()].concat();
        assert_eq!(left(&more), amounts(&["8", "100", "-30"], 0));
        assert_eq!(left(&[sum.clone(), single[0].clone()]), amounts(&["70", "100"], 1));
        let two = [row("cash-sum:a", "Dividends", "3"), row("cash-sum:b", "Dividends", "4")];
        let parts = ["1", "2", "4"].map(|amount| row(&format!("cash:{amount}"), "Dividends", amount));
        assert_eq!(left(&[two.to_vec(), parts.to_vec()].concat()), amounts(&["1", "2", "4"], 0));
    }

    #[test]
    fn a_row_of_another_kind_day_or_currency_covers_nothing() {
        let sum = row("cash-sum:1", PAID, "50000");
        let dividend = row("cash:1", "Dividends", "50000");
        let other_day = CashFlow { date: "2026-01-28".parse().unwrap(), ..row("cash:2", PAID, "50000") };
        let other_money = CashFlow { currency: "EUR".parse().unwrap(), ..row("cash:3", PAID, "50000") };
        let by_hand = CashFlow { source: "manual".into(), ..row("manual:3", PAID, "50000") };
        for other in [dividend, other_day, other_money, by_hand] {
            assert_eq!(left(&[sum.clone(), other]), amounts(&["50000", "50000"], 0));
        }
    }
}
