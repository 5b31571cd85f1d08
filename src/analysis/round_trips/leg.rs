//! A fill, or a part of it, with its share of the money.

use std::rc::Rc;

use rust_decimal::Decimal;

use crate::analysis::fx::Rates;
use crate::record::{Execution, Side};

/// A fill, or what is left of it. What a corporate action books stands for one too.
#[derive(Debug, Clone)]
pub(super) struct Leg<'a> {
    pub fill: &'a Execution,
    /// Which order it is of, counted by their first fills.
    pub order: usize,
    pub quantity: Decimal,
    /// Whether only the gain changes hands, and not the value.
    pub margined: bool,
    pub rate: Option<Decimal>,
    pub money: Money,
    /// Why it is not known what it cost or brought, where a corporate action leaves that open.
    pub open_cost: Option<Rc<str>>,
}

/// Amounts that parts of a leg share.
#[derive(Debug, Clone)]
pub(super) struct Money {
    /// Quantity x price x multiplier.
    pub value: Decimal,
    pub value_base: Option<Decimal>,
    pub commission: Option<Decimal>,
    pub commission_base: Option<Decimal>,
}

/// Profit in trade and in base currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profit {
    pub gross: Option<Decimal>,
    pub net: Option<Decimal>,
    pub net_base: Option<Decimal>,
}

impl Money {
    /// Splits off a part of `all`. The last part takes the rest, so that the parts add up to the whole.
    fn take(&mut self, part: Decimal, all: Decimal) -> Self {
        let split = |amount: &mut Decimal| {
            let taken = if part == all { *amount } else { *amount * part / all };
            *amount -= taken;
            taken
        };
        Self {
            value: split(&mut self.value),
            value_base: self.value_base.as_mut().map(split),
            commission: self.commission.as_mut().map(split),
            commission_base: self.commission_base.as_mut().map(split),
        }
    }
}

impl<'a> Leg<'a> {
    pub fn new(fill: &'a Execution, order: usize, margined: bool, rates: &Rates) -> Self {
        let rate = rates.of(fill);
        let value = fill.notional();
        let money = Money {
            value,
            value_base: rate.map(|rate| value * rate),
            commission: rates.commission_in_trade_currency(fill),
            commission_base: rates.commission(fill),
        };
        Self { fill, order, quantity: fill.quantity, margined, rate, money, open_cost: None }
    }

    /// Splits off `quantity` with its part of the money.
    pub fn take(&mut self, quantity: Decimal) -> Self {
        let (all, part) = (self.quantity, quantity.min(self.quantity));
        self.quantity -= part;
        Self { quantity: part, money: self.money.take(part, all), ..self.clone() }
    }

    /// Splits off a share of what it cost, for `quantity` of another instrument.
    pub fn take_cost(&mut self, share: Decimal, quantity: Decimal) -> Self {
        Self { quantity, money: self.money.take(share, Decimal::ONE), ..self.clone() }
    }

    /// Adds what was paid on top.
    pub fn pay(&mut self, amount: Decimal) {
        self.money.value += amount;
        self.money.value_base = self.money.value_base.zip(self.rate).map(|(value, rate)| value + amount * rate);
    }

    /// What closing this leg with the other brought.
    ///
    /// Where the opening leg was paid for, each leg counts at its own rate in base currency, commissions always. Otherwise
    /// nothing was exchanged before the close but the gain, at the rate of that time.
    pub fn closed_by(&self, closing: &Self) -> Profit {
        if self.open_cost.is_some() || closing.open_cost.is_some() {
            return Profit { gross: None, net: None, net_base: None };
        }
        let (opened, closed) = (&self.money, &closing.money);
        let gross = self.fill.side.signed(closed.value - opened.value);
        let paid_for = self.fill.side == Side::Buy && !self.margined;
        let gain_in_base = || {
            if paid_for { Some(closed.value_base? - opened.value_base?) } else { Some(gross * closing.rate?) }
        };
        let net_base = || Some(gain_in_base()? - opened.commission_base? - closed.commission_base?);
        Profit {
            gross: Some(gross),
            net: opened.commission.zip(closed.commission).map(|(opening, closing)| gross - opening - closing),
            net_base: net_base(),
        }
    }

    /// Makes the profit of an option part of what its shares cost, or bring. Where that profit is not known, what comes of
    /// the shares is not known either.
    pub fn carry(&mut self, net: Option<Decimal>, net_base: Option<Decimal>) {
        let side = self.fill.side;
        match net {
            Some(net) => self.money.value -= side.signed(net),
            None => self.money.commission = None,
        }
        self.money.value_base = self.money.value_base.zip(net_base).map(|(value, net)| value - side.signed(net));
    }
}
