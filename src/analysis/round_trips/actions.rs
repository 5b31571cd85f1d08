//! What corporate actions and transfers do to open lots.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::book::{Closed, Lot, rescale, spin_off};
use super::leg::{Leg, Money};
use super::timeline::Timeline;
use crate::analysis::actions::{Change, Event, Leg as EventLeg, Part};
use crate::analysis::fx::Rates;
use crate::record::{AccountId, ExecId, Execution, Instrument, Side, Trade};

/// Digits of a quantity where only the ratio is known.
const DIGITS: u32 = 4;

/// What an event books in one instrument, as a fill of it, at the rate of the day on which the account shows it.
pub(super) fn booking(event: &Event, leg: &EventLeg, account: &AccountId, rates: &Rates) -> Option<Execution> {
    let currency = leg.currency?;
    let quantity = leg.quantity.unwrap_or_default();
    Some(Execution {
        commission: Some(Decimal::ZERO),
        commission_currency: Some(currency),
        fx_to_base: rates.on(currency, event.date),
        proceeds: Some(leg.proceeds),
        ..Execution::from(Trade {
            exec_id: ExecId::new(format!("action:{}", event.id)),
            time: event.time,
            account: account.clone(),
            symbol: leg.symbol.clone(),
            currency,
            side: if quantity.is_sign_negative() { Side::Sell } else { Side::Buy },
            quantity: quantity.abs(),
            price: Decimal::ZERO,
            source: "action".into(),
        })
    })
}

impl<'a> Timeline<'a> {
    /// Changes the open lots of an account. `number` is that of the order that a closing would be of.
    pub(super) fn event(&mut self, event: &'a Event<'a>, account: &AccountId, number: usize) {
        match &event.change {
            Change::Converted { from, to, quantity, ratio, .. } if from == to => {
                self.rescaled(event, account, from, *quantity, *ratio);
            }
            Change::Converted { from, to, quantity, ratio, paid } => {
                let (mut lots, missing) = self.book(account, from).take(*quantity);
                if !missing.is_zero() {
                    lots.insert(0, Lot::Unknown(missing));
                }
                rescale(&mut lots, (quantity * ratio).round_dp(DIGITS * 2));
                pay(&mut lots, *paid);
                self.book(account, to).put(lots);
            }
            Change::Closed { instrument, quantity, proceeds } => {
                self.closed(account, (instrument, *quantity, *proceeds), number);
            }
            Change::SpunOff { parent, child, quantity, share } => {
                let why = Rc::from(event.reason());
                let lots = self.book(account, parent).spin_off(*quantity, *share, &why);
                self.book(account, child).put(lots);
            }
            Change::Exchanged { from, quantity, into, proceeds, cash_share } => {
                self.exchanged(account, (from, *quantity, *proceeds), (into, *cash_share), number);
            }
            Change::Received { instrument, quantity, cost } => {
                let lot = match self.booking(number, instrument) {
                    Some(fill) => Lot::Opened(at_cost(fill, number, *quantity, *cost, self.rates.of(fill))),
                    None => Lot::Unknown(*quantity),
                };
                self.book(account, instrument).put([lot]);
            }
            Change::Moved { instrument, quantity } => self.book(account, instrument).transfer(*quantity),
            Change::CostOpen(_) => self.cost_open(event, account, number),
        }
    }

    /// The statement says the quantity to the last digit; where the lots known here are not all of it, the ratio does.
    fn rescaled(
        &mut self,
        event: &Event,
        account: &AccountId,
        instrument: &Instrument,
        quantity: Decimal,
        ratio: Decimal,
    ) {
        let book = self.book(account, instrument);
        let held = book.position();
        let stated = event.leg(instrument).filter(|leg| leg.quantity.is_some() && held == quantity);
        book.rescale(stated.map_or_else(|| (held * ratio).round_dp(DIGITS), |leg| leg.after(held)));
    }

    fn closed(
        &mut self,
        account: &AccountId,
        (instrument, quantity, proceeds): (&Instrument, Decimal, Decimal),
        number: usize,
    ) {
        let Some(fill) = self.booking(number, instrument) else {
            drop(self.book(account, instrument).take(quantity));
            return;
        };
        let mut leg = self.paid(fill, number, quantity, proceeds);
        let mut closed = self.book(account, instrument).close(&mut leg);
        closed.without_opening += leg.quantity;
        closed.confirmed = true;
        self.trips.add(instrument, fill, closed);
    }

    /// What an event paid for a quantity, as the closing leg of it.
    fn paid(&self, fill: &'a Execution, order: usize, quantity: Decimal, proceeds: Decimal) -> Leg<'a> {
        let rate = self.rates.of(fill);
        let value = fill.side.opposite().signed(proceeds);
        let nothing = Some(Decimal::ZERO);
        let value_base = rate.map(|rate| value * rate);
        let money = Money { value, value_base, commission: nothing, commission_base: nothing };
        Leg { fill, order, quantity: quantity.abs(), margined: false, rate, money, open_cost: None }
    }

    /// Every lot becomes its part of each thing, and the part that was paid in money is closed.
    fn exchanged(
        &mut self,
        account: &AccountId,
        (from, quantity, proceeds): (&Instrument, Decimal, Decimal),
        (into, cash_share): (&[Part], Decimal),
        number: usize,
    ) {
        let (mut lots, missing) = self.book(account, from).take(quantity);
        if !missing.is_zero() {
            lots.insert(0, Lot::Unknown(missing));
        }
        if !cash_share.is_zero() {
            let closing = self.booking(number, from);
            let mut leg = closing.map(|fill| self.paid(fill, number, quantity * cash_share, proceeds));
            let closed = close_share(&mut lots, cash_share, leg.as_mut());
            if let Some(fill) = closing {
                self.trips.add(from, fill, closed);
            }
        }
        let mut left = Decimal::ONE - cash_share;
        let Some((last, others)) = into.split_last() else { return };
        for part in others {
            let share = part.share.checked_div(left).unwrap_or_default();
            let moved = spin_off(lots.iter_mut(), part.quantity, Some(share), None);
            self.book(account, &part.instrument).put(moved);
            left -= part.share;
        }
        rescale(&mut lots, last.quantity);
        self.book(account, &last.instrument).put(lots);
    }

    /// Quantities follow the event, and what the lots cost is open from here on.
    fn cost_open(&mut self, event: &'a Event<'a>, account: &AccountId, number: usize) {
        let why: Rc<str> = Rc::from(event.reason());
        for leg in &event.legs {
            let fill = self.booking(number, &leg.instrument);
            let book = self.book(account, &leg.instrument);
            let held = book.position();
            let after = leg.after(held);
            book.open_cost(&why);
            if after.is_zero() {
                drop(book.take(held));
            } else if !held.is_zero() && held.is_sign_negative() == after.is_sign_negative() {
                book.rescale(after);
            } else {
                drop(book.take(held));
                book.put([match fill {
                    Some(fill) => Lot::Opened(received(fill, number, after, &why)),
                    None => Lot::Unknown(after),
                }]);
            }
        }
    }
}

/// Closes a share of every lot.
fn close_share<'a>(lots: &mut [Lot<'a>], share: Decimal, mut closing: Option<&mut Leg<'a>>) -> Closed<'a> {
    let mut closed = Closed { confirmed: true, ..Closed::default() };
    for lot in lots {
        let part = lot.signed_quantity() * share;
        let paid = closing.as_mut().map(|closing| closing.take(part.abs()));
        match lot {
            Lot::Opened(leg) => closed.pairs.extend(Some(leg.take(part.abs())).zip(paid)),
            Lot::Unknown(held) => {
                *held -= part;
                closed.without_opening += part.abs();
            }
        }
    }
    closed
}

/// What an event brought at a cost that is not known.
fn received<'a>(fill: &'a Execution, order: usize, quantity: Decimal, why: &Rc<str>) -> Leg<'a> {
    Leg { open_cost: Some(Rc::clone(why)), ..at_cost(fill, order, quantity, Decimal::ZERO, None) }
}

/// What an event brought, at what it was worth.
fn at_cost(fill: &Execution, order: usize, quantity: Decimal, value: Decimal, rate: Option<Decimal>) -> Leg<'_> {
    let nothing = Some(Decimal::ZERO);
    let value_base = rate.map(|rate| value * rate);
    let money = Money { value, value_base, commission: nothing, commission_base: nothing };
    Leg { fill, order, quantity: quantity.abs(), margined: false, rate, money, open_cost: None }
}

/// Adds what was paid on top to what the lots cost, by their quantities.
fn pay(lots: &mut [Lot], paid: Decimal) {
    let all: Decimal = lots.iter().map(Lot::signed_quantity).sum();
    for lot in lots {
        let share = lot.signed_quantity().checked_div(all).unwrap_or_default();
        if let Lot::Opened(leg) = lot {
            leg.pay(paid * share);
        }
    }
}
