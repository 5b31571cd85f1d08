//! Pairs of legs, gathered into round trips and beside the broker's own profits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::book::Closed;
use super::leg::Leg;
use super::{Direction, Matching, OpenLot, RealizedProfit, RoundTrip, WithoutOpening};
use crate::analysis::fx::Rates;
use crate::record::{AccountId, Execution, Instrument, Side};

/// Net profit in trade and in base currency.
type Net = (Option<Decimal>, Option<Decimal>);

pub(super) struct Trips<'a> {
    rates: &'a Rates<'a>,
    /// By opening and closing order.
    closed: BTreeMap<(usize, usize), RoundTrip>,
    realized: BTreeMap<(DateTime<Utc>, Instrument, AccountId), Realized>,
    without_opening: Vec<WithoutOpening>,
}

struct Realized {
    profit: RealizedProfit,
    closes: bool,
}

impl<'a> Trips<'a> {
    pub fn new(rates: &'a Rates<'a>) -> Self {
        Self { rates, closed: BTreeMap::new(), realized: BTreeMap::new(), without_opening: Vec::new() }
    }

    /// What a fill closed.
    pub fn add(&mut self, instrument: &Instrument, fill: &Execution, closed: Closed) {
        let mut net = Some(Decimal::ZERO);
        for (opening, closing) in &closed.pairs {
            let trip = self.trip(instrument, opening, closing);
            net = net.zip(trip.net).map(|(sum, net)| sum + net);
            match self.closed.entry((opening.order, closing.order)) {
                Entry::Vacant(place) => {
                    place.insert(trip);
                }
                Entry::Occupied(mut place) => place.get_mut().join(trip),
            }
        }
        if closed.without_opening > Decimal::ZERO {
            net = None;
            self.without_opening.push(WithoutOpening {
                exec_id: fill.exec_id.clone(),
                date: fill.utc_date(),
                symbol: fill.symbol.clone(),
                quantity: closed.without_opening,
                confirmed: closed.confirmed,
            });
        }
        self.realize(instrument, fill, net, !closed.pairs.is_empty());
    }

    /// What an option that was exercised or assigned leaves to the shares delivered for it.
    pub fn add_delivered(&mut self, fill: &Execution, closed: &Closed) -> Net {
        let profits = || closed.pairs.iter().map(|(opening, closing)| opening.closed_by(closing));
        if closed.without_opening > Decimal::ZERO {
            self.without_opening.push(WithoutOpening {
                exec_id: fill.exec_id.clone(),
                date: fill.utc_date(),
                symbol: fill.symbol.clone(),
                quantity: closed.without_opening,
                confirmed: closed.confirmed,
            });
            return (None, None);
        }
        (profits().map(|profit| profit.net).sum(), profits().map(|profit| profit.net_base).sum())
    }

    fn trip(&self, instrument: &Instrument, opening: &Leg, closing: &Leg) -> RoundTrip {
        let profit = opening.closed_by(closing);
        RoundTrip {
            account: closing.fill.account.clone(),
            instrument: instrument.clone(),
            symbol: closing.fill.symbol.clone(),
            currency: closing.fill.currency,
            direction: if opening.fill.side == Side::Buy { Direction::Long } else { Direction::Short },
            quantity: closing.quantity,
            entry_value: opening.open_cost.is_none().then_some(opening.money.value),
            opened: opening.fill.time,
            closed: closing.fill.time.max(opening.fill.time),
            opening: opening.fill.exec_id.clone(),
            closing: closing.fill.exec_id.clone(),
            gross: profit.gross,
            net: profit.net,
            net_base: profit.net_base,
            capital: None,
            reason: opening.open_cost.as_deref().map(str::to_owned),
        }
    }

    /// Sets ours beside the broker's, where it reports a profit. Of several fills at one time it is theirs together, since
    /// nothing may say which of them came first.
    fn realize(&mut self, instrument: &Instrument, fill: &Execution, ours: Option<Decimal>, closes: bool) {
        let Some(brokers) = fill.realized_pnl else { return };
        match self.realized.entry((fill.time, instrument.clone(), fill.account.clone())) {
            Entry::Vacant(place) => {
                let profit = RealizedProfit {
                    exec_id: fill.exec_id.clone(),
                    date: fill.utc_date(),
                    symbol: fill.symbol.clone(),
                    currency: fill.currency,
                    ours,
                    brokers,
                };
                place.insert(Realized { profit, closes });
            }
            Entry::Occupied(mut place) => {
                let Realized { profit, closes: known } = place.get_mut();
                profit.ours = profit.ours.zip(ours).map(|(sum, ours)| sum + ours);
                profit.brokers += brokers;
                *known |= closes;
            }
        }
    }

    pub fn finish(self) -> Matching {
        let mut closed: Vec<RoundTrip> = self.closed.into_values().collect();
        for trip in &mut closed {
            trip.capital = self.rates.capital_on(trip.closed_on());
        }
        closed.sort_by_key(|trip| (trip.closed, trip.opened));
        Matching {
            closed,
            open: Vec::new(),
            realized: self.realized.into_values().filter_map(Realized::into_profit).collect(),
            without_opening: self.without_opening,
        }
    }
}

impl Realized {
    /// Nothing where nothing was closed and the broker says so too.
    fn into_profit(self) -> Option<RealizedProfit> {
        let Self { mut profit, closes } = self;
        if !closes {
            profit.ours = None;
        }
        (closes || !profit.brokers.is_zero()).then_some(profit)
    }
}

impl RoundTrip {
    /// Adds what another pair of fills of the same two orders came to.
    fn join(&mut self, other: Self) {
        let sum = |one: Option<Decimal>, other: Option<Decimal>| Some(one? + other?);
        self.quantity += other.quantity;
        self.entry_value = sum(self.entry_value, other.entry_value);
        self.gross = sum(self.gross, other.gross);
        self.net = sum(self.net, other.net);
        self.net_base = sum(self.net_base, other.net_base);
        self.reason = self.reason.take().or(other.reason);
        self.opened = self.opened.min(other.opened);
        self.closed = self.closed.max(other.closed);
    }
}

impl Leg<'_> {
    /// What of it is still open.
    pub fn into_open(self, instrument: &Instrument) -> OpenLot {
        OpenLot {
            account: self.fill.account.clone(),
            instrument: instrument.clone(),
            symbol: self.fill.symbol.clone(),
            opening: self.fill.exec_id.clone(),
            opened: self.fill.time,
            quantity: self.fill.side.signed(self.quantity),
        }
    }
}
