//! Deposits and withdrawals that the record does not have, found by what they did to the net value.
//!
//! TWS and the earlier system report no deposits, and one that is missing would be published as profit.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::net_value::{Money, Unexplained, unexplained};
use super::snapshot_place;
use super::unknown_cash::most_gained;
use crate::analysis::fx::Rates;
use crate::analysis::holdings::{Holdings, Movement};
use crate::record::{Currency, Finding, FindingKind, Instruments, Record, Severity, Snapshot, Subject};

/// A larger part of the net value than this, unexplained, is an error.
const LARGEST: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// Over more days than this, income that nobody recorded may add up to as much.
const LONGEST_DAYS: i64 = 10;

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// An error for each change in net value of which fills, prices, income and accruals leave more than 2 % unexplained.
///
/// Only where that can be determined: positions, their prices and all rates are known on both days, cash moved by as much as the net
/// value, the fills explain all quantities, there was no corporate action, and nothing that is held on margin. Where only the sum of
/// the cash is known, the most that it can have gained by exchange rates does not count.
pub fn missing_flows(record: &Record, base: Currency) -> Vec<Finding> {
    let holdings = Holdings::of(record);
    let rates = Rates::new(base, &record.snapshots);
    let is_margined = margined(record);
    let mut money = Money::of(record);
    let mut findings = Vec::new();
    for (before, after) in record.snapshots.iter().zip(record.snapshots.iter().skip(1)) {
        let moved = money.between(before, after);
        let Some(rest) = unexplained(&moved, before, after, &rates) else { continue };
        let least = LARGEST * before.net_liquidation.abs();
        if rest.amount.abs() <= least {
            continue;
        }
        let gained = most_gained(before, after, &record.snapshots);
        let least = least.saturating_add(gained);
        if rest.amount.abs() <= least || !is_told(before, after) || is_margined(before) || is_margined(after) {
            continue;
        }
        if moved.fills.iter().any(|fill| fill.asset_class.is_margined())
            || !quantities_agree(&holdings, before, after)
        {
            continue;
        }
        if of_cash(before, after, &rest).is_some_and(|cash| same_direction(cash, rest.amount) && cash.abs() > least) {
            findings.push(finding(before, &rest, gained, base));
        }
    }
    findings
}

/// Whether both snapshots say what is held, and at what price, not long apart.
fn is_told(before: &Snapshot, after: &Snapshot) -> bool {
    let reported = |snapshot: &Snapshot| {
        let positions = snapshot.positions.as_deref();
        positions.is_some_and(|held| held.iter().all(|one| one.quantity.is_zero() || one.market_price.is_some()))
    };
    reported(before) && reported(after) && (after.date - before.date).num_days() <= LONGEST_DAYS
}

/// Whether a snapshot holds something whose market value is no money.
fn margined(record: &Record) -> impl Fn(&Snapshot) -> bool {
    let instruments = Instruments::of(&record.executions);
    move |snapshot| snapshot.known_positions().iter().any(|position| instruments.is_margined_position(position))
}

/// Whether the fills between two snapshots, and nothing else, turn the positions of the one into those of the other.
fn quantities_agree(holdings: &Holdings, before: &Snapshot, after: &Snapshot) -> bool {
    let of = |snapshot: &Snapshot| {
        holdings.known().iter().find(|(known, _)| std::ptr::eq(*known, snapshot)).map(|(_, held)| held)
    };
    let (Some(earlier), Some(later)) = (of(before), of(after)) else { return false };
    let mut counted = earlier.clone();
    for movement in holdings.movements.iter().filter(|movement| movement.is_in(after) && !movement.is_in(before)) {
        if matches!(movement, Movement::Event(_)) {
            return false;
        }
        movement.apply(&mut counted);
    }
    let near = |instrument| {
        let quantity =
            |held: &std::collections::BTreeMap<_, Decimal>| held.get(instrument).copied().unwrap_or_default();
        (quantity(&counted) - quantity(later)).abs() <= ROUNDING
    };
    counted.keys().chain(later.keys()).all(near)
}

/// What is unexplained of the change in the sum of cash, positions and accruals. A deposit is in it; a stale price is not.
fn of_cash(before: &Snapshot, after: &Snapshot, rest: &Unexplained) -> Option<Decimal> {
    let explained = after.net_liquidation - before.net_liquidation - rest.amount;
    Some(after.sum_of_parts()? - before.sum_of_parts()? - explained)
}

fn same_direction(one: Decimal, other: Decimal) -> bool {
    one.is_sign_negative() == other.is_sign_negative()
}

/// `gained` is what of it may be exchange gains.
fn finding(before: &Snapshot, rest: &Unexplained, gained: Decimal, base: Currency) -> Finding {
    let amount = rest.amount.round_dp(2).normalize();
    let date: NaiveDate = rest.snapshot.own_date();
    let message = format!(
        "{amount} {base} of the change in net value from {} to {date} ({:.1} %) is explained by no fill, price, income or accrual",
        before.date,
        rest.bps / 100.0
    );
    let (paid, rates) = match gained.round_dp(2).normalize() {
        none if none.is_zero() => (amount.to_string(), String::new()),
        gained => ("AMOUNT".to_owned(), format!(" (up to {gained} {base} may be exchange rates)")),
    };
    let next = format!(
        "if money was paid in or out, enter it with `trackrecord flow add {date} {paid}`{rates}; else look for a missing fill, or \
         for income that belongs in data/income.csv"
    );
    Finding::new(Severity::Error, FindingKind::NetValue, message, next)
        .at(snapshot_place(rest.snapshot))
        .about(Subject::Period { from: before.date, to: rest.snapshot.date })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, currency, dec, position, snapshot};
    use crate::record::{Execution, Position};

    fn held(day: &str, net: i64, cash: i64, positions: Vec<Position>) -> Snapshot {
        let mut snapshot = snapshot(day, net);
        snapshot.cash.insert(currency("USD"), cash.into());
        snapshot.positions = Some(positions);
        snapshot
    }

    fn errors(executions: Vec<Execution>, snapshots: Vec<Snapshot>) -> Vec<String> {
        let record = Record { executions, snapshots, ..Record::default() };
        missing_flows(&record, currency("USD"))
            .into_iter()
            .map(|one| format!("{}; {}", one.message, one.next_step))
            .collect()
    }

    #[test]
    fn a_deposit_that_nothing_explains_is_an_error_with_the_command_to_enter_it() {
        let before = held("2026-01-05", 1000, 500, vec![position("X", 50, 10)]);
        // The price rises by 1, so 50 of 150 are explained; 100 of 1,000 are not.
        let after = held("2026-01-06", 1150, 600, vec![position("X", 50, 11)]);
        let found = errors(vec![], vec![before.clone(), after]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("100 USD of the change in net value from 2026-01-05 to 2026-01-06 (10.0 %)"),
            "{found:?}"
        );
        assert!(found[0].contains("`trackrecord flow add 2026-01-06 100`"), "{found:?}");
        let little = held("2026-01-06", 1070, 520, vec![position("X", 50, 11)]);
        assert!(errors(vec![], vec![before, little]).is_empty(), "20 of 1,000 is not more than 2 %");
    }

    #[test]
    fn exchange_gains_on_cash_are_no_deposit_and_hide_none() {
        // 900 euros and 10 shares; the euro rises by 5 %, to 945 dollars of cash.
        let day = |date: &str, net: i64, cash: i64, rate: &str| {
            let mut day = held(date, net, cash, vec![position("X", 10, 10)]);
            day.fx.insert(currency("EUR"), dec(rate));
            day
        };
        let before = day("2026-01-05", 1000, 900, "1.00");
        assert!(errors(vec![], vec![before.clone(), day("2026-01-06", 1045, 945, "1.05")]).is_empty());
        // 100 dollars paid in on the same day: 145, of which 5 % of 1,045 may be the euro.
        let found = errors(vec![], vec![before.clone(), day("2026-01-06", 1145, 1045, "1.05")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`trackrecord flow add 2026-01-06 AMOUNT` (up to 52.25 USD"), "{found:?}");
        // On a usual day 40 are found.
        assert_eq!(errors(vec![], vec![before.clone(), day("2026-01-06", 1040, 940, "1.004")]).len(), 1);
        // With the cash of each currency it is exact.
        let known = |mut day: Snapshot, dollars: i64| {
            day.cash = [(currency("EUR"), 900.into()), (currency("USD"), dollars.into())].into();
            day
        };
        let after = |net, dollars| known(day("2026-01-06", net, 0, "1.05"), dollars);
        assert!(errors(vec![], vec![known(before.clone(), 0), after(1045, 0)]).is_empty());
        let found = errors(vec![], vec![known(before, 0), after(1075, 30)]);
        assert!(found[0].contains("`trackrecord flow add 2026-01-06 30`"), "{found:?}");
    }

    #[test]
    fn what_cannot_be_told_is_no_error() {
        let before = || held("2026-01-05", 1000, 500, vec![position("X", 50, 10)]);
        let after = || held("2026-01-06", 1150, 600, vec![position("X", 50, 11)]);
        let changed = |change: &dyn Fn(&mut Snapshot)| {
            let mut after = after();
            change(&mut after);
            errors(vec![], vec![before(), after]).len()
        };
        assert_eq!(changed(&|_| {}), 1);
        assert_eq!(changed(&|after| after.positions = None), 0);
        assert_eq!(changed(&|after| after.cash.clear()), 0, "cash is not known");
        assert_eq!(
            changed(&|after| after.cash.insert(currency("USD"), 500.into()).map_or((), drop)),
            0,
            "cash did not move"
        );
        let without_price =
            |after: &mut Snapshot| after.positions.iter_mut().flatten().for_each(|one| one.market_price = None);
        assert_eq!(changed(&without_price), 0, "a price is not known");
        assert_eq!(changed(&|after| after.positions = Some(vec![position("X", 40, 11)])), 0, "a fill is missing");
        assert_eq!(changed(&|after| after.date = "2026-02-16".parse().unwrap()), 0, "too long a time");
    }

    #[test]
    fn a_fill_explains_what_it_moved() {
        let before = held("2026-01-05", 1000, 1000, vec![]);
        let after = held("2026-01-06", 999, 499, vec![position("X", 50, 10)]);
        let bought = Fill::buy("X", 50, 10).on("2026-01-06").commission("1", "USD").done();
        assert!(errors(vec![bought], vec![before.clone(), after.clone()]).is_empty());
        assert!(errors(vec![], vec![before, after]).is_empty(), "a missing fill is no withdrawal");
    }
}
