//! The broker's own running total of an order against the fills that are stored: a fill that is missing or counted
//! twice shows here.

use std::collections::BTreeMap;

use ibapi::orders::{ExecutionData, ExecutionSide};
use rust_decimal::Decimal;

use super::contracts::{decimal, ticker};
use crate::analysis::holdings::Holdings;
use crate::record::{AssetClass, Execution, Finding, FindingKind, Record, Severity, Side, Subject, Ticker};

/// The key of one order's fills in one instrument.
type Order = (String, Option<u64>, Side);

/// How much of each order the gateway says is filled.
#[derive(Debug, Default)]
pub struct OrderTotals(BTreeMap<Order, (Ticker, Decimal)>);

impl OrderTotals {
    /// The totals that these fills carry.
    pub fn of<'a>(fills: impl Iterator<Item = &'a ExecutionData>) -> Self {
        let mut totals: BTreeMap<Order, (Ticker, Decimal)> = BTreeMap::new();
        for ExecutionData { contract, execution, .. } in fills {
            let Some(filled) = decimal(execution.cumulative_quantity).filter(|filled| *filled > Decimal::ZERO) else {
                continue;
            };
            if execution.perm_id == 0 || super::contracts::asset_class(contract) == AssetClass::Combination {
                continue;
            }
            let side = if execution.side == ExecutionSide::Bought { Side::Buy } else { Side::Sell };
            let conid = u64::try_from(contract.contract_id).ok().filter(|number| *number > 0);
            let entry = totals.entry((execution.perm_id.to_string(), conid, side));
            let (_, most) = entry.or_insert_with(|| (ticker(contract), Decimal::ZERO));
            *most = filled.max(*most);
        }
        Self(totals)
    }

    /// The orders of which the stored fills that count are not as much as the gateway says.
    ///
    /// Of an order that was filled on both sides of a split, the gateway may count in the units of either side.
    pub fn against(&self, record: &Record) -> Vec<Finding> {
        let mut stored: BTreeMap<Order, Decimal> = BTreeMap::new();
        for fill in &record.executions {
            if let Some(order) = &fill.perm_id {
                let sum = stored.entry((order.clone(), fill.conid, fill.side)).or_default();
                *sum = sum.saturating_add(fill.quantity);
            }
        }
        let differing = self.0.iter().filter_map(|(order, (symbol, reported))| {
            let have = stored.get(order).copied().unwrap_or_default();
            (have != *reported && in_last_units(order, record) != Some(*reported)).then(|| {
                let side = if order.2 == Side::Buy { "bought" } else { "sold" };
                let message = format!(
                    "the gateway says that an order {side} {reported} {symbol}, the fills stored come to {have}"
                );
                let next = "collect again; if it stays so, import the Flex statement of those days";
                // Less is a fill that is missing. More can be an order of many days whose total starts anew.
                let severity = if have < *reported { Severity::Error } else { Severity::Warning };
                Finding::new(severity, FindingKind::OrderTotal, message, next).about(Subject::Ticker(symbol.clone()))
            })
        });
        differing.collect()
    }
}

/// What an order filled, in the units of its last fill.
fn in_last_units(order: &Order, record: &Record) -> Option<Decimal> {
    if record.actions.is_empty() {
        return None;
    }
    let (number, conid, side) = order;
    let is_of =
        |fill: &&Execution| fill.perm_id.as_ref() == Some(number) && fill.conid == *conid && fill.side == *side;
    let fills = || record.executions.iter().filter(is_of);
    let last = fills().map(|fill| fill.time).max()?;
    let holdings = Holdings::of(record);
    Some(fills().map(|fill| holdings.carried(&fill.instrument(), fill.quantity, fill.time, last).1).sum())
}

#[cfg(test)]
mod tests {
    use ibapi::contracts::Contract;
    use ibapi::orders::Execution as Wire;

    use super::*;
    use crate::record::testing::{fill, split};
    use crate::record::{CorporateAction, ExecId};

    fn wire(shares: f64, cumulative: f64) -> ExecutionData {
        let contract = Contract { contract_id: 7, symbol: "SXLK".into(), ..Contract::default() };
        let execution = Wire { perm_id: 42, shares, cumulative_quantity: cumulative, ..Wire::default() };
        ExecutionData { contract, execution, ..ExecutionData::default() }
    }

    fn stored(id: &str, quantity: i64) -> Execution {
        let perm_id = Some("42".to_owned());
        Execution {
            exec_id: ExecId::new(id),
            quantity: quantity.into(),
            conid: Some(7),
            perm_id,
            side: Side::Buy,
            ..fill(id)
        }
    }

    #[test]
    fn a_missing_fill_and_a_doubled_one_are_named() {
        let reported = [wire(60.0, 60.0), wire(40.0, 100.0)];
        let totals = OrderTotals::of(reported.iter());
        let against =
            |fills: &[Execution]| totals.against(&Record { executions: fills.to_vec(), ..Record::default() });
        assert!(against(&[stored("a.b.1.01", 60), stored("a.b.2.01", 40)]).is_empty());
        let missing = against(&[stored("a.b.2.01", 40)]);
        assert_eq!(missing[0].message, "the gateway says that an order bought 100 SXLK, the fills stored come to 40");
        assert_eq!(against(&[stored("a", 60), stored("b", 60), stored("c", 40)]).len(), 1);
    }

    #[test]
    fn an_order_over_a_split_may_be_counted_in_the_units_of_either_side() {
        let early = Execution { time: "2026-01-07T15:00:00Z".parse().unwrap(), ..stored("a", 10) };
        let action = CorporateAction { conid: Some(7), ..split("1", "30") };
        let record = Record { executions: vec![early, stored("b", 60)], actions: vec![action], ..Record::default() };
        // 10 before 4 for 1, and 60 after it.
        for (total, findings) in [(70.0, 0), (100.0, 0), (90.0, 1)] {
            let reported = [wire(60.0, total)];
            assert_eq!(OrderTotals::of(reported.iter()).against(&record).len(), findings, "{total}");
        }
    }
}
