//! Options that are exercised or assigned, and the shares that change hands with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{AssetClass, ExecId, Execution, Instruments};

/// For each option that was exercised or assigned, the fill of the shares delivered for it.
///
/// The broker books both at one time, the option at a price of 0, and reports no profit for it: what it cost or brought
/// is part of what the shares cost or bring. Without a profit reported it cannot be distinguished from an option that expired.
pub(super) fn deliveries<'a>(fills: &[&'a Execution], instruments: &Instruments) -> BTreeMap<&'a ExecId, &'a ExecId> {
    let mut taken: BTreeSet<&ExecId> = BTreeSet::new();
    let is_option = |fill: &Execution| instruments.class_of(fill) == AssetClass::Option;
    let ended = fills.iter().filter(|fill| {
        fill.price.is_zero() && fill.realized_pnl.is_some_and(|profit| profit.is_zero()) && is_option(fill)
    });
    let mut found = BTreeMap::new();
    for option in ended {
        let units = option.quantity * option.multiplier;
        let first = fills.partition_point(|fill| fill.time < option.time);
        let same_time = fills.iter().skip(first).take_while(|fill| fill.time == option.time);
        let mut delivered = same_time.filter(|fill| {
            fill.account == option.account
                && fill.currency == option.currency
                && !fill.price.is_zero()
                && fill.quantity * fill.multiplier == units
                && !is_option(fill)
                && of_its_root(option, fill)
        });
        if let Some(shares) = delivered.find(|fill| !taken.contains(&fill.exec_id)) {
            taken.insert(&shares.exec_id);
            found.insert(&option.exec_id, &shares.exec_id);
        }
    }
    found
}

/// Whether an option's ticker (`XYZ   240621P00050000`) begins with that of what is delivered. Futures go by other ones.
fn of_its_root(option: &Execution, delivered: &Execution) -> bool {
    let root = |text: &str| text.chars().take_while(char::is_ascii_alphabetic).collect::<String>();
    let class = delivered.asset_class.family();
    class == AssetClass::Future || root(option.symbol.as_str()) == root(delivered.symbol.as_str())
}
