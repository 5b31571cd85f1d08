//! Orders, and what changed without one, in the order in which they count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter::Peekable;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Matching;
use super::actions::booking;
use super::assignment::deliveries;
use super::book::{Book, Indicator};
use super::leg::Leg;
use super::parts::{Order, parts};
use super::trips::Trips;
use super::unexplained::{Unexplained, unexplained};
use crate::analysis::actions::Event;
use crate::analysis::fx::Rates;
use crate::analysis::holdings::Holdings;
use crate::analysis::orders::grouped;
use crate::record::{AccountId, AssetClass, ExecId, Execution, Instrument, Instruments, Record};

/// Open lots of each account and instrument, and what has come of those that were closed.
pub(super) struct Timeline<'a> {
    pub rates: &'a Rates<'a>,
    instruments: Instruments<'a>,
    /// The account that changes and corporate actions are of where they do not say.
    account: AccountId,
    books: BTreeMap<(AccountId, Instrument), Book<'a>>,
    /// What corporate actions book, by their number and instrument.
    bookings: &'a BTreeMap<(usize, Instrument), Execution>,
    /// The shares delivered for an option, by the option's fill.
    deliveries: BTreeMap<&'a ExecId, &'a ExecId>,
    /// The profits of options that go with the shares, by the fill of the shares.
    carried: BTreeMap<&'a ExecId, (Option<Decimal>, Option<Decimal>)>,
    pub trips: Trips<'a>,
}

/// Matches all fills of a record.
pub(super) fn matched(record: &Record, rates: &Rates) -> Matching {
    let instruments = Instruments::of(&record.executions);
    let holdings = Holdings::of(record);
    let groups = grouped(&record.executions, &instruments);
    let mut fills: Vec<&Execution> = groups.iter().flat_map(|(_, fills)| fills.iter().copied()).collect();
    fills.sort_by_key(|fill| (fill.time, &fill.exec_id));
    let Some(account) = account_of(record, &fills) else { return Matching::default() };
    // Events are numbered on from the orders.
    let events: Vec<(usize, &Event)> = (groups.len()..).zip(holdings.events()).collect();
    let bookings = bookings(&events, &account, rates);
    let mut timeline = Timeline {
        rates,
        instruments,
        account,
        books: BTreeMap::new(),
        bookings: &bookings,
        deliveries: BTreeMap::new(),
        carried: BTreeMap::new(),
        trips: Trips::new(rates),
    };
    timeline.deliveries = deliveries(&fills, &timeline.instruments);
    let mut others =
        Others { changes: unexplained(&holdings).into_iter().peekable(), events: events.iter().copied().peekable() };
    let mut orders: VecDeque<Order> = parts(&groups, &events).into();
    while let Some(time) = orders.front().and_then(Order::time) {
        others.up_to(Some(time), &mut timeline);
        let until = orders.partition_point(|order| order.time() == Some(time));
        timeline.at_one_time(orders.drain(..until).collect());
    }
    others.up_to(None, &mut timeline);
    timeline.finish()
}

fn bookings(
    events: &[(usize, &Event)],
    account: &AccountId,
    rates: &Rates,
) -> BTreeMap<(usize, Instrument), Execution> {
    let mut bookings = BTreeMap::new();
    for (number, event) in events {
        for leg in &event.legs {
            let account = event.account.unwrap_or(account);
            if let Some(booked) = booking(event, leg, account, rates) {
                bookings.insert((*number, leg.instrument.clone()), booked);
            }
        }
    }
    bookings
}

/// What comes between orders: corporate actions, and changes that nothing explains.
struct Others<'a, E: Iterator<Item = (usize, &'a Event<'a>)>, C: Iterator<Item = Unexplained>> {
    changes: Peekable<C>,
    events: Peekable<E>,
}

impl<'a, E: Iterator<Item = (usize, &'a Event<'a>)>, C: Iterator<Item = Unexplained>> Others<'a, E, C> {
    /// Brings in what came before the fills of a time, in order; all that is left without one.
    fn up_to(&mut self, time: Option<DateTime<Utc>>, timeline: &mut Timeline<'a>) {
        loop {
            let event = self.events.peek().map(|(_, event)| event.time);
            let event = event.filter(|event| time.is_none_or(|time| *event <= time));
            let is_next = |change: &Unexplained| {
                let before = |until: DateTime<Utc>| change.after.is_none_or(|after| after < until);
                time.is_none_or(before) && event.is_none_or(before)
            };
            if let Some(change) = self.changes.next_if(is_next) {
                timeline.change(change);
            } else if let Some((number, event)) = self.events.next_if(|_| event.is_some()) {
                timeline.event_everywhere(event, number);
            } else {
                return;
            }
        }
    }
}

/// The account whose positions the snapshots hold: theirs, or the only one of the fills where they name it otherwise.
fn account_of(record: &Record, fills: &[&Execution]) -> Option<AccountId> {
    let named = record.snapshots.first().map(|snapshot| &snapshot.account);
    let traded = |account: &&AccountId| fills.iter().any(|fill| fill.account == **account);
    named.filter(traded).or(fills.first().map(|fill| &fill.account)).cloned()
}

impl<'a> Timeline<'a> {
    fn change(&mut self, change: Unexplained) {
        let account = self.account.clone();
        self.book(&account, &change.instrument).change(change.quantity);
    }

    /// An event in its account; in all that hold anything where it names none.
    fn event_everywhere(&mut self, event: &'a Event<'a>, number: usize) {
        let known: BTreeSet<AccountId> = self.books.keys().map(|(account, _)| account.clone()).collect();
        let own = event.account.filter(|account| known.contains(account));
        match own {
            Some(account) => self.event(event, account, number),
            None if event.account.is_some() || known.is_empty() => {
                let account = self.account.clone();
                self.event(event, &account, number);
            }
            None => known.iter().for_each(|account| self.event(event, account, number)),
        }
    }

    pub(super) fn book(&mut self, account: &AccountId, instrument: &Instrument) -> &mut Book<'a> {
        self.books.entry((account.clone(), instrument.clone())).or_default()
    }

    /// What an event books in an instrument, as a fill.
    pub(super) fn booking(&self, number: usize, instrument: &Instrument) -> Option<&'a Execution> {
        self.bookings.get(&(number, instrument.clone()))
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
            let rank = |(_, order): &(usize, &Order)| (!self.is_option(order), self.turn(order));
            let next = orders.iter().enumerate().min_by_key(rank).map_or(0, |(index, _)| index);
            let order = orders.remove(next);
            self.order(order);
        }
    }

    fn is_option(&self, order: &Order) -> bool {
        order.fills.first().is_some_and(|fill| self.instruments.class_of(fill) == AssetClass::Option)
    }

    /// Whose turn it is among orders of one time: what closes something that is open, then what opens; then what should
    /// close and finds nothing to close yet, or should open while something is open on the other side.
    fn turn(&self, order: &Order) -> u8 {
        let Some(fill) = order.fills.first() else { return 0 };
        let book = self.books.get(&(fill.account.clone(), order.instrument.clone()));
        let closes = book.is_some_and(|book| fill.side.signed(book.position()) < Decimal::ZERO);
        match (Indicator::of(fill), closes) {
            (Indicator::Opens, true) => 3,
            (_, true) => 0,
            (Indicator::Opens | Indicator::Nothing, false) => 1,
            (Indicator::Closes | Indicator::Both, false) => 2,
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
