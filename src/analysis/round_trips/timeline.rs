//! Orders, and what changed without one, in the order in which they count.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Matching;
use super::assignment::deliveries;
use super::book::{Book, Indicator};
use super::leg::Leg;
use super::trips::Trips;
use super::unexplained::{Unexplained, unexplained};
use crate::analysis::fx::Rates;
use crate::analysis::orders::grouped;
use crate::record::{AccountId, AssetClass, ExecId, Execution, Instrument, Instruments, Record};

/// One order: its number, and its fills by time.
struct Order<'a> {
    number: usize,
    instrument: Instrument,
    fills: Vec<&'a Execution>,
}

/// Open lots of each account and instrument, and what has come of those that were closed.
struct Timeline<'a> {
    rates: &'a Rates<'a>,
    instruments: Instruments<'a>,
    books: BTreeMap<(AccountId, Instrument), Book<'a>>,
    /// The shares delivered for an option, by the option's fill.
    deliveries: BTreeMap<&'a ExecId, &'a ExecId>,
    /// The profits of options that go with the shares, by the fill of the shares.
    carried: BTreeMap<&'a ExecId, (Option<Decimal>, Option<Decimal>)>,
    trips: Trips<'a>,
}

/// Matches all fills of a record.
pub(super) fn matched(record: &Record, rates: &Rates) -> Matching {
    let instruments = Instruments::of(&record.executions);
    let groups = grouped(&record.executions, &instruments);
    let mut fills: Vec<&Execution> = groups.iter().flat_map(|(_, fills)| fills.iter().copied()).collect();
    fills.sort_by_key(|fill| (fill.time, &fill.exec_id));
    let changes = unexplained(record, &instruments, &fills);
    let account = account_of(record, &fills);
    let deliveries = deliveries(&fills, &instruments);
    let mut timeline = Timeline {
        rates,
        instruments,
        books: BTreeMap::new(),
        deliveries,
        carried: BTreeMap::new(),
        trips: Trips::new(rates),
    };
    let mut changes = changes.into_iter().peekable();
    let orders = groups.into_iter().enumerate();
    let mut orders =
        orders.map(|(number, (instrument, fills))| Order { number, instrument, fills }).collect::<VecDeque<_>>();
    while let Some(time) = orders.front().and_then(Order::time) {
        while let Some(change) = changes.next_if(|change| change.after.is_none_or(|after| after < time)) {
            timeline.change(account.as_ref(), change);
        }
        let until = orders.partition_point(|order| order.time() == Some(time));
        timeline.at_one_time(orders.drain(..until).collect());
    }
    for change in changes {
        timeline.change(account.as_ref(), change);
    }
    timeline.finish()
}

/// The account whose positions the snapshots hold: theirs, or the only one of the fills where they name it otherwise.
fn account_of(record: &Record, fills: &[&Execution]) -> Option<AccountId> {
    let named = record.snapshots.first().map(|snapshot| &snapshot.account);
    let traded = |account: &&AccountId| fills.iter().any(|fill| fill.account == **account);
    named.filter(traded).or(fills.first().map(|fill| &fill.account)).cloned()
}

impl Order<'_> {
    fn time(&self) -> Option<DateTime<Utc>> {
        self.fills.first().map(|fill| fill.time)
    }
}

impl<'a> Timeline<'a> {
    fn change(&mut self, account: Option<&AccountId>, change: Unexplained) {
        let Some(account) = account else { return };
        self.books.entry((account.clone(), change.instrument)).or_default().change(change.quantity);
    }

    /// Orders whose first fills are of the same time: options first, because shares may be delivered for them; then by the
    /// broker's numbers, else closing before opening.
    fn at_one_time(&mut self, mut orders: Vec<Order<'a>>) {
        if orders.iter().all(|order| transaction(order).is_some()) {
            orders.sort_by_key(|order| (!self.is_option(order), transaction(order)));
            for order in orders {
                self.order(order);
            }
            return;
        }
        while !orders.is_empty() {
            let rank = |(_, order): &(usize, &Order)| (!self.is_option(order), !self.closes(order));
            let next = orders.iter().enumerate().min_by_key(rank).map_or(0, |(index, _)| index);
            let order = orders.remove(next);
            self.order(order);
        }
    }

    fn is_option(&self, order: &Order) -> bool {
        order.fills.first().is_some_and(|fill| self.instruments.class_of(fill) == AssetClass::Option)
    }

    /// Whether an order closes something, as far as can be seen before it is taken in.
    fn closes(&self, order: &Order) -> bool {
        let Some(fill) = order.fills.first() else { return false };
        match Indicator::of(fill) {
            Indicator::Closes | Indicator::Both => true,
            Indicator::Opens => false,
            Indicator::Nothing => {
                let book = self.books.get(&(fill.account.clone(), order.instrument.clone()));
                book.is_some_and(|book| book.position() * Decimal::from(fill.side.sign()) < Decimal::ZERO)
            }
        }
    }

    fn order(&mut self, order: Order<'a>) {
        for fill in order.fills {
            let margined = self.instruments.is_margined(fill);
            let mut leg = Leg::new(fill, order.number, margined, self.rates);
            if let Some((net, net_base)) = self.carried.remove(&fill.exec_id) {
                leg.carry(net, net_base);
            }
            let book = self.books.entry((fill.account.clone(), order.instrument.clone())).or_default();
            let closed = book.add(leg);
            match self.deliveries.get(&fill.exec_id) {
                Some(shares) if !closed.is_nothing() => {
                    self.carried.insert(shares, self.trips.add_delivered(fill, &closed));
                }
                _ => self.trips.add(&order.instrument, fill, closed),
            }
        }
    }

    fn finish(self) -> Matching {
        let mut matching = self.trips.finish();
        for ((_, instrument), book) in self.books {
            matching.open.extend(book.into_opened().map(|leg| leg.into_open(&instrument)));
        }
        matching
    }
}

/// The broker's number of an order's first fill.
fn transaction(order: &Order) -> Option<u64> {
    order.fills.first()?.transaction_id.as_deref()?.parse().ok()
}
