//! What is open of one instrument in one account.

use std::collections::VecDeque;

use rust_decimal::Decimal;

use super::is_rounding;
use super::leg::Leg;
use crate::analysis::rebuilt::is_like_a_split;
use crate::record::{Execution, Side};

/// Open lots, oldest first, all on the same side.
#[derive(Default)]
pub(super) struct Book<'a> {
    lots: VecDeque<Lot<'a>>,
}

enum Lot<'a> {
    /// What a fill opened.
    Opened(Leg<'a>),
    /// Shares or contracts that came without a fill, below zero when short.
    Unknown(Decimal),
}

/// What a fill closed.
#[derive(Default)]
pub(super) struct Closed<'a> {
    /// Pairs of an opening leg and the part of the fill that closed it.
    pub pairs: Vec<(Leg<'a>, Leg<'a>)>,
    /// Shares or contracts that closed something whose opening is not in the record.
    pub without_opening: Decimal,
    /// Whether the broker says that it closed something.
    pub confirmed: bool,
}

impl Closed<'_> {
    pub fn is_nothing(&self) -> bool {
        self.pairs.is_empty() && self.without_opening.is_zero()
    }
}

/// What the broker's open/close indicator says of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indicator {
    Opens,
    Closes,
    Both,
    Nothing,
}

impl Indicator {
    pub fn of(fill: &Execution) -> Self {
        let words = fill.open_close.as_deref().unwrap_or_default();
        let says = |letter: char| {
            words.split([';', ',', ' ']).any(|word| word.starts_with([letter, letter.to_ascii_lowercase()]))
        };
        match (says('O'), says('C')) {
            (true, true) => Self::Both,
            (true, false) => Self::Opens,
            (false, true) => Self::Closes,
            (false, false) => Self::Nothing,
        }
    }
}

/// Whether the broker reports a profit for a fill, which only closing makes. Some count the commission of an opening as one.
fn has_profit(fill: &Execution) -> bool {
    let commission = fill.commission.unwrap_or_default();
    fill.realized_pnl.is_some_and(|profit| !profit.is_zero() && profit != -commission)
}

impl<'a> Book<'a> {
    /// Shares or contracts held, below zero when short.
    pub fn position(&self) -> Decimal {
        self.lots.iter().map(Lot::signed_quantity).sum()
    }

    /// Takes in a fill, and returns what it closed.
    pub fn add(&mut self, mut leg: Leg<'a>) -> Closed<'a> {
        let (fill, indicator) = (leg.fill, Indicator::of(leg.fill));
        if indicator == Indicator::Opens {
            // What was on the other side has been closed by something that is not in the record.
            self.lots.retain(|lot| lot.side() == fill.side);
        }
        let mut closed =
            Closed { confirmed: indicator != Indicator::Nothing || has_profit(fill), ..Closed::default() };
        while leg.quantity > Decimal::ZERO {
            let Some(lot) = self.lots.front_mut().filter(|lot| lot.side() != fill.side) else { break };
            let closing = leg.take(lot.signed_quantity().abs());
            match lot {
                Lot::Opened(opening) => closed.pairs.push((opening.take(closing.quantity), closing)),
                Lot::Unknown(held) => {
                    *held += closing.quantity * Decimal::from(fill.side.sign());
                    closed.without_opening += closing.quantity;
                }
            }
            if lot.signed_quantity().is_zero() {
                self.lots.pop_front();
            }
        }
        if leg.quantity > Decimal::ZERO {
            if opens_with_the_rest(fill, indicator, &closed) {
                self.lots.push_back(Lot::Opened(leg));
            } else {
                closed.without_opening += leg.quantity;
            }
        }
        closed
    }

    /// Takes in a change that no fill explains. What came is of unknown origin; of what went, the oldest goes first. Where
    /// it looks like a split, nothing is known any more of what the lots cost.
    pub fn change(&mut self, quantity: Decimal) {
        let held = self.position();
        if is_like_a_split(held, held + quantity) {
            self.lots = VecDeque::from([Lot::Unknown(held + quantity)]);
            return;
        }
        let side = if quantity.is_sign_negative() { Side::Sell } else { Side::Buy };
        let mut left = quantity.abs();
        while left > Decimal::ZERO {
            let Some(lot) = self.lots.front_mut().filter(|lot| lot.side() != side) else { break };
            let part = left.min(lot.signed_quantity().abs());
            left -= part;
            match lot {
                Lot::Opened(opening) => drop(opening.take(part)),
                Lot::Unknown(held) => *held += part * Decimal::from(side.sign()),
            }
            if lot.signed_quantity().is_zero() {
                self.lots.pop_front();
            }
        }
        if left > Decimal::ZERO {
            self.lots.push_back(Lot::Unknown(left * Decimal::from(side.sign())));
        }
    }

    /// The lots that fills opened.
    pub fn into_opened(self) -> impl Iterator<Item = Leg<'a>> {
        self.lots.into_iter().filter_map(|lot| match lot {
            Lot::Opened(leg) => Some(leg),
            Lot::Unknown(_) => None,
        })
    }
}

impl Lot<'_> {
    fn signed_quantity(&self) -> Decimal {
        match self {
            Self::Opened(leg) => leg.quantity * Decimal::from(leg.fill.side.sign()),
            Self::Unknown(held) => *held,
        }
    }

    fn side(&self) -> Side {
        if self.signed_quantity().is_sign_negative() { Side::Sell } else { Side::Buy }
    }
}

/// Whether what is left of a fill, once nothing open is on the other side any more, opens a position.
fn opens_with_the_rest(fill: &Execution, indicator: Indicator, closed: &Closed) -> bool {
    match indicator {
        Indicator::Opens => true,
        Indicator::Closes => false,
        Indicator::Both => !closed.is_nothing(),
        Indicator::Nothing if !has_profit(fill) => true,
        // The broker says that it closed something: either just what was found, or more than that.
        Indicator::Nothing => {
            let net: Option<Decimal> =
                closed.pairs.iter().map(|(opening, closing)| opening.closed_by(closing).net).sum();
            let whole = net.zip(fill.realized_pnl).is_none_or(|(ours, brokers)| is_rounding(ours, brokers));
            !closed.is_nothing() && (whole || !closed.without_opening.is_zero())
        }
    }
}
