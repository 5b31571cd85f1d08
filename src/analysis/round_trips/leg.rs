//! A fill, or a part of it, with its share of the money.

use rust_decimal::Decimal;

use crate::analysis::fx::Rates;
use crate::record::{Execution, Side};

/// A fill, or what is left of it.
#[derive(Debug, Clone)]
pub(super) struct Leg<'a> {
    pub fill: &'a Execution,
    /// Which order it is of, counted by their first fills.
    pub order: usize,
    pub quantity: Decimal,
    /// Whether only the gain changes hands, and not the value.
    pub margined: bool,
    /// Quantity x price x multiplier.
    pub value: Decimal,
    pub value_base: Option<Decimal>,
    pub rate: Option<Decimal>,
    pub commission: Option<Decimal>,
    pub commission_base: Option<Decimal>,
}

/// Profit in trade and in base currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profit {
    pub gross: Decimal,
    pub net: Option<Decimal>,
    pub net_base: Option<Decimal>,
}

impl<'a> Leg<'a> {
    pub fn new(fill: &'a Execution, order: usize, margined: bool, rates: &Rates) -> Self {
        let rate = rates.of(fill);
        let value = fill.notional();
        Self {
            fill,
            order,
            quantity: fill.quantity,
            margined,
            value,
            value_base: rate.map(|rate| value * rate),
            rate,
            commission: rates.commission_in_trade_currency(fill),
            commission_base: rates.commission(fill),
        }
    }

    /// Splits off `quantity` with its part of the money; the last part takes the rest, so that the parts add up to the
    /// whole.
    pub fn take(&mut self, quantity: Decimal) -> Self {
        let all = self.quantity;
        let part = quantity.min(all);
        let split = |amount: &mut Decimal| {
            let taken = if part == all { *amount } else { *amount * part / all };
            *amount -= taken;
            taken
        };
        let taken = Self {
            quantity: part,
            value: split(&mut self.value),
            value_base: self.value_base.as_mut().map(split),
            commission: self.commission.as_mut().map(split),
            commission_base: self.commission_base.as_mut().map(split),
            ..self.clone()
        };
        self.quantity -= part;
        taken
    }

    /// What closing this leg with the other brought.
    ///
    /// Where the opening leg was paid for, each leg counts at its own rate in base currency, commissions always. Otherwise
    /// nothing was exchanged before the close but the gain, at the rate of that time.
    pub fn closed_by(&self, closing: &Self) -> Profit {
        let sign = Decimal::from(self.fill.side.sign());
        let gross = sign * (closing.value - self.value);
        let paid_for = self.fill.side == Side::Buy && !self.margined;
        let gain_in_base = || {
            if paid_for { Some(closing.value_base? - self.value_base?) } else { Some(gross * closing.rate?) }
        };
        let net_base = || Some(gain_in_base()? - self.commission_base? - closing.commission_base?);
        Profit {
            gross,
            net: self.commission.zip(closing.commission).map(|(opening, closing)| gross - opening - closing),
            net_base: net_base(),
        }
    }

    /// Makes the profit of an option part of what its shares cost, or bring. Where that profit is not known, what comes of
    /// the shares is not known either.
    pub fn carry(&mut self, net: Option<Decimal>, net_base: Option<Decimal>) {
        let sign = Decimal::from(self.fill.side.sign());
        match net {
            Some(net) => self.value -= sign * net,
            None => self.commission = None,
        }
        self.value_base = self.value_base.zip(net_base).map(|(value, net)| value - sign * net);
    }
}
