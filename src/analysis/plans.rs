//! Which saved plan an order carries out.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::lineage::Lineage;
use super::orders::Order;
use crate::record::{Plan, PlannedTrade};

/// Orders first filled at most this many calendar days after the plan's date carry out its trades.
pub const DAYS_TO_CARRY_OUT: i64 = 10;

/// The planned trade an order carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the trade in it.
    pub trade: usize,
    /// The plan's reference price, in the order's currency and in the units of its first fill; `None` where it was made later
    /// than the date it is for.
    pub reference_price: Option<Decimal>,
}

/// Plans and orders, brought together. One planned trade may take several orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanMatches {
    of_order: Vec<Option<Planned>>,
}

impl PlanMatches {
    /// What an order carries out; its index is that in the list given to [`match_plans`].
    pub fn of_order(&self, order: usize) -> Option<Planned> {
        self.of_order.get(order).copied().flatten()
    }

    /// The orders that carry out a planned trade, in time order.
    pub fn orders_of(&self, plan: usize, trade: usize) -> impl Iterator<Item = usize> {
        let is_of =
            move |planned: &Option<Planned>| planned.is_some_and(|found| (found.plan, found.trade) == (plan, trade));
        self.of_order.iter().enumerate().filter(move |(_, planned)| is_of(planned)).map(|(order, _)| order)
    }
}

/// Brings each order to the planned trade it carries out.
///
/// An order carries out a trade of its ticker (in the broker's or Yahoo's spelling, now or when the plan was made), side and currency in the newest
/// plan of a strategy that was made by its first fill, is dated on or before it, in UTC, and at most
/// [`DAYS_TO_CARRY_OUT`] days before. One of options, futures or the like carries out none. An older plan of the same strategy has been replaced by then. `plans` are ascending
/// by date, then by the time they were made.
pub fn match_plans(plans: &[Plan], orders: &[Order], lineage: &Lineage<'_>) -> PlanMatches {
    PlanMatches { of_order: orders.iter().map(|order| planned(order, plans, lineage)).collect() }
}

/// What one planned unit has become when a fill was made: 4 after a split of four for one in between.
pub fn units_since(plan: &Plan, order: &Order, filled: DateTime<Utc>, lineage: &Lineage<'_>) -> Decimal {
    let day = plan.made_at.map_or(plan.as_of, |made| made.date_naive());
    lineage.units_since(&order.instrument, day, filled)
}

fn planned(order: &Order, plans: &[Plan], lineage: &Lineage<'_>) -> Option<Planned> {
    let until = plans.partition_point(|plan| plan.as_of <= order.date());
    let mut replaced = BTreeSet::new();
    let known = plans.iter().enumerate().take(until).rev();
    let in_time = known.take_while(|(_, plan)| (order.date() - plan.as_of).num_days() <= DAYS_TO_CARRY_OUT);
    let made = in_time.filter(|(_, plan)| plan.was_made_by(order.first_fill));
    let mut newest = made.filter(|(_, plan)| replaced.insert(&plan.strategy));
    newest.find_map(|(index, plan)| {
        let written = plan.made_at.unwrap_or_else(|| plan.as_of.and_time(NaiveTime::MIN).and_utc());
        let is_of = |trade: &PlannedTrade| is_of(trade, order, written, lineage);
        let (trade, found) = plan.trades.iter().enumerate().find(|(_, trade)| is_of(trade))?;
        let units = units_since(plan, order, order.first_fill, lineage);
        let price = found.reference_price.checked_div(units);
        let reference_price = price.filter(|_| plan.made_late().is_none());
        Some(Planned { plan: index, trade, reference_price })
    })
}

fn is_of(trade: &PlannedTrade, order: &Order, written: DateTime<Utc>, lineage: &Lineage<'_>) -> bool {
    let means = |ticker: &str| lineage.means(ticker, order, written);
    let same = || means(trade.ticker.as_str()) || means(trade.symbol.as_str());
    !order.is_of_derivatives && trade.action == order.side && trade.currency == order.currency && same()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::analysis::orders::orders;
    use crate::analysis::trade_samples::{Fill, plan};
    use crate::record::Side;

    #[test]
    fn an_order_carries_out_the_newest_plan_before_it() {
        let plans = [
            plan("a", "2026-01-05", &[(Side::Buy, "SXLK", "SXLK.L", "188"), (Side::Sell, "SXLU", "SXLU.L", "40")]),
            plan("b", "2026-01-06", &[(Side::Buy, "GLD", "GLD", "300")]),
            plan("a", "2026-02-03", &[(Side::Buy, "SXLI", "SXLI.L", "50")]),
        ];
        let fills = [
            Fill::buy("SXLK", 1, 188).on("2026-01-02").done(),
            Fill::buy("SXLK", 1, 188).on("2026-01-05").done(),
            Fill::sell("SXLK", 1, 188).on("2026-01-06").done(),
            Fill::buy("GLD", 1, 300).on("2026-01-07").done(),
            Fill::buy("SXLK.L", 1, 189).on("2026-01-08").done(),
            Fill::sell("SXLU", 1, 40).on("2026-01-16").done(),
            Fill::buy("SXLK", 1, 189).on("2026-02-04").done(),
        ];
        let matches = match_plans(&plans, &orders(&fills), &Lineage::default());
        let found: Vec<_> = (0..fills.len())
            .map(|order| matches.of_order(order).map(|planned| (planned.plan, planned.trade)))
            .collect();
        // Before any plan; on its day; the other side; another strategy's; a second order; too late; replaced.
        assert_eq!(found, [None, Some((0, 0)), None, Some((1, 0)), Some((0, 0)), None, None]);
        assert_eq!(matches.orders_of(0, 0).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn a_plan_made_after_the_fill_is_not_what_was_carried_out() {
        let made = |price: &str, at: &str| Plan {
            made_at: at.parse().ok(),
            ..plan("a", "2026-01-05", &[(Side::Buy, "SXLK", "SXLK.L", price)])
        };
        let fills = [Fill::buy("SXLK", 1, 188).on("2026-01-05").done()];
        let at = fills[0].time;
        let found = |plans: &[Plan]| match_plans(plans, &orders(&fills), &Lineage::default()).of_order(0);
        let before = made("188", &(at - TimeDelta::minutes(5)).to_rfc3339());
        let after = made("190", &(at + TimeDelta::minutes(5)).to_rfc3339());
        let matched = found(&[before, after.clone()]).unwrap();
        assert_eq!((matched.plan, matched.reference_price), (0, Some(188.into())));
        assert_eq!(found(&[after]), None);
        // Made the next day for the day before: it may be carried out, and proves nothing of its price.
        let next = [Fill::buy("SXLK", 1, 188).on("2026-01-07").done()];
        let late = [made("188", "2026-01-06T07:00:00Z")];
        let matched = match_plans(&late, &orders(&next), &Lineage::default()).of_order(0).unwrap();
        assert_eq!(matched.reference_price, None);
    }

    #[test]
    fn an_option_does_not_carry_out_a_plan_for_its_share() {
        let plans = [plan("a", "2026-01-05", &[(Side::Buy, "SXLK", "SXLK.L", "188")])];
        let call = Fill::buy("SXLK", 1, 2).multiplier(100).on("2026-01-05");
        let share = Fill::buy("SXLK", 1, 188).on("2026-01-06").class("ETF").done();
        for class in ["OPT", ""] {
            let found =
                match_plans(&plans, &orders(&[call.clone().class(class).done(), share.clone()]), &Lineage::default());
            assert_eq!(
                (found.of_order(0), found.of_order(1).map(|planned| planned.trade)),
                (None, Some(0)),
                "{class}"
            );
        }
    }

    #[test]
    fn a_price_in_another_currency_is_no_reference() {
        let plans = [plan("a", "2026-01-05", &[(Side::Buy, "SXLK", "SXLK.L", "188")])];
        let fills = [Fill::buy("SXLK", 1, 188).on("2026-01-05").currency("GBP").done()];
        assert_eq!(match_plans(&plans, &orders(&fills), &Lineage::default()).of_order(0), None);
    }
}
