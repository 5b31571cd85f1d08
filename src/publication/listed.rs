//! Which orders are published. Where weights are coarse, one that rounds to nothing is left out, with all that counts it:
//! a list of everything says how many shares a weight was too small for.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::disclosure::Disclosure;
use crate::analysis::fx::Rates;
use crate::analysis::orders::{Order, orders};
use crate::analysis::round_trips::RoundTrip;
use crate::record::{Currency, ExecId, Record};

/// The fills of the orders that are left out.
#[derive(Debug, Default)]
pub struct Listed {
    left_out: BTreeSet<ExecId>,
}

impl Listed {
    /// What is listed of a record.
    pub fn of(record: &Record, base: Currency, disclosure: &Disclosure) -> Self {
        if disclosure.lists_all() {
            return Self::default();
        }
        let rates = Rates::new(base, &record.snapshots).with_flows(&record.flows);
        let is_small = |order: &Order| weight(order, &rates).is_some_and(|weight| disclosure.leaves_out(weight));
        let (small, large): (Vec<Order>, Vec<Order>) = orders(&record.executions).into_iter().partition(is_small);
        // What was corrected counts where its order does.
        let of_large =
            |order: &Order| order.fills.iter().any(|fill| large.iter().any(|one| one.has_fill(&fill.exec_id)));
        let corrected = orders(&record.superseded).into_iter().filter(|order| is_small(order) && !of_large(order));
        let fills = small.into_iter().chain(corrected).flat_map(|order| order.fills);
        Self { left_out: fills.map(|fill| fill.exec_id).collect() }
    }

    /// Whether the order of a fill is listed.
    pub fn fill(&self, id: &ExecId) -> bool {
        !self.left_out.contains(id)
    }

    /// Whether an order is listed.
    pub fn order(&self, order: &Order) -> bool {
        order.fills.iter().all(|fill| self.fill(&fill.exec_id))
    }

    /// Whether both orders of a round trip are listed.
    pub fn round_trip(&self, trip: &RoundTrip) -> bool {
        self.fill(&trip.opening) && self.fill(&trip.closing)
    }
}

/// An order's notional as a share of what the account had before it.
pub fn weight(order: &Order, rates: &Rates) -> Option<f64> {
    share(order.notional_in_base(rates), rates.capital_on(order.date()))
}

/// A part of a whole, where both are known.
pub fn share(part: Option<Decimal>, whole: Option<Decimal>) -> Option<f64> {
    part?.checked_div(whole?)?.to_f64()
}
