//! What is open of one instrument in one account.

use std::collections::VecDeque;
use std::rc::Rc;

use rust_decimal::Decimal;

use super::is_rounding;
use super::leg::Leg;
use crate::analysis::rebuilt::is_like_a_split;
use crate::record::{Execution, Side};

/// Less than this of a share is what a ratio left in the last digits.
const DUST: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// The digits behind the point of quantities after a ratio.
const DIGITS: u32 = 8;

/// Open lots, oldest first, all on the same side.
#[derive(Default)]
pub(super) struct Book<'a> {
    lots: VecDeque<Lot<'a>>,
}

pub(super) enum Lot<'a> {
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
    fill.realized_pnl.is_some_and(|profit| !profit.is_zero() && !is_rounding(profit, -commission))
}

/// Whether the broker says of a fill what it opened or closed.
pub(super) fn says_what_it_does(fill: &Execution) -> bool {
    Indicator::of(fill) != Indicator::Nothing || has_profit(fill)
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
        let mut closed = self.close(&mut leg);
        closed.confirmed = indicator != Indicator::Nothing || has_profit(fill);
        if leg.quantity > DUST || (closed.is_nothing() && leg.quantity > Decimal::ZERO) {
            if opens_with_the_rest(fill, indicator, &closed) {
                self.lots.push_back(Lot::Opened(leg));
            } else {
                closed.without_opening += leg.quantity;
            }
        }
        closed
    }

    /// Closes what is open on the other side, as far as the leg reaches.
    pub fn close(&mut self, leg: &mut Leg<'a>) -> Closed<'a> {
        let mut closed = Closed::default();
        while leg.quantity > Decimal::ZERO {
            let Some(lot) = self.lots.front_mut().filter(|lot| lot.side() != leg.fill.side) else { break };
            let open = lot.signed_quantity().abs();
            let closing = leg.take(open);
            let is_all = open - closing.quantity <= DUST;
            match lot {
                Lot::Opened(opening) => {
                    let part = if is_all { open } else { closing.quantity };
                    closed.pairs.push((opening.take(part), closing));
                }
                Lot::Unknown(held) => {
                    *held += leg.fill.side.signed(closing.quantity);
                    closed.without_opening += closing.quantity;
                }
            }
            if is_all {
                self.lots.pop_front();
            }
        }
        closed
    }

    /// Takes in a change that no fill explains. Where it looks like a split, nothing is known any more of what the lots
    /// cost.
    pub fn change(&mut self, quantity: Decimal) {
        let held = self.position();
        if is_like_a_split(held, held + quantity) {
            self.lots = VecDeque::from([Lot::Unknown(held + quantity)]);
        } else {
            self.transfer(quantity);
        }
    }

    /// Takes in what came or went without a result. What came is of unknown origin; of what went, the oldest goes first.
    pub fn transfer(&mut self, quantity: Decimal) {
        let (gone, left) = self.take(-quantity);
        drop(gone);
        if !left.is_zero() {
            self.lots.push_back(Lot::Unknown(-left));
        }
    }

    /// Takes out so much, below zero of a short position, oldest first; returns the lots and what was not there.
    pub fn take(&mut self, quantity: Decimal) -> (Vec<Lot<'a>>, Decimal) {
        let side = if quantity.is_sign_negative() { Side::Sell } else { Side::Buy };
        let (mut taken, mut left) = (Vec::new(), quantity.abs());
        while left > DUST {
            let Some(lot) = self.lots.front_mut().filter(|lot| lot.side() == side) else { break };
            let open = lot.signed_quantity().abs();
            let part = if open - left <= DUST { open } else { left };
            left = (left - part).max(Decimal::ZERO);
            taken.push(match lot {
                Lot::Opened(opening) => Lot::Opened(opening.take(part)),
                Lot::Unknown(held) => {
                    let part = side.signed(part);
                    *held -= part;
                    Lot::Unknown(part)
                }
            });
            if part == open {
                self.lots.pop_front();
            }
        }
        (taken, if left > DUST { side.signed(left) } else { Decimal::ZERO })
    }

    /// Puts in lots that come from elsewhere, as the newest.
    pub fn put(&mut self, lots: impl IntoIterator<Item = Lot<'a>>) {
        self.lots.extend(lots);
    }

    /// What is spun off for each lot: `quantity` in all, and `share` of what the lots cost. Without a share the cost of both
    /// is open.
    pub fn spin_off(&mut self, quantity: Decimal, share: Option<Decimal>, why: &Rc<str>) -> Vec<Lot<'a>> {
        spin_off(self.lots.iter_mut(), quantity, share, Some(why))
    }

    /// Leaves open what the lots cost.
    pub fn open_cost(&mut self, why: &Rc<str>) {
        for lot in &mut self.lots {
            if let Lot::Opened(leg) = lot {
                leg.open_cost = Some(Rc::clone(why));
            }
        }
    }

    /// Makes it so many units in all, at the same cost.
    pub fn rescale(&mut self, quantity: Decimal) {
        let mut lots: Vec<Lot> = self.lots.drain(..).collect();
        rescale(&mut lots, quantity);
        self.lots.extend(lots);
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
    pub fn signed_quantity(&self) -> Decimal {
        match self {
            Self::Opened(leg) => leg.fill.side.signed(leg.quantity),
            Self::Unknown(held) => *held,
        }
    }

    fn side(&self) -> Side {
        if self.signed_quantity().is_sign_negative() { Side::Sell } else { Side::Buy }
    }

    fn set(&mut self, quantity: Decimal) {
        match self {
            Self::Opened(leg) => leg.quantity = quantity.abs(),
            Self::Unknown(held) => *held = quantity,
        }
    }
}

/// What comes beside each lot: `quantity` in all, and `share` of what the lots cost. Without a share the cost of both is
/// open, for the reason given.
pub(super) fn spin_off<'l, 'a: 'l>(
    lots: impl ExactSizeIterator<Item = &'l mut Lot<'a>>,
    quantity: Decimal,
    share: Option<Decimal>,
    why: Option<&Rc<str>>,
) -> Vec<Lot<'a>> {
    let lots: Vec<&mut Lot> = lots.collect();
    let held: Decimal = lots.iter().map(|lot| lot.signed_quantity()).sum();
    let mut children = Vec::with_capacity(lots.len());
    for lot in lots {
        let part = (lot.signed_quantity() * quantity).checked_div(held).unwrap_or_default();
        children.push(match lot {
            Lot::Unknown(_) => Lot::Unknown(part),
            Lot::Opened(leg) => {
                let mut child = leg.take_cost(share.unwrap_or_default(), part.abs());
                if share.is_none() {
                    leg.open_cost = why.map(Rc::clone);
                    child.open_cost = why.map(Rc::clone);
                }
                Lot::Opened(child)
            }
        });
    }
    exact(&mut children, quantity);
    children
}

/// Makes lots so many units in all, each in proportion.
pub(super) fn rescale(lots: &mut [Lot], quantity: Decimal) {
    let held: Decimal = lots.iter().map(Lot::signed_quantity).sum();
    for lot in lots.iter_mut() {
        if let Some(part) = (lot.signed_quantity() * quantity).checked_div(held) {
            lot.set(part);
        }
    }
    exact(lots, quantity);
}

/// Rounds the lots' quantities, and gives the last what is then missing to the sum.
fn exact(lots: &mut [Lot], quantity: Decimal) {
    let Some((last, others)) = lots.split_last_mut() else { return };
    let mut left = quantity;
    for lot in others {
        lot.set(lot.signed_quantity().round_dp(DIGITS));
        left -= lot.signed_quantity();
    }
    last.set(left.round_dp(DIGITS));
}

/// Whether a profit is that of the pairs that a fill closed, before or after commissions; brokers differ in whether that of the
/// fill is divided between what it closes and what it opens. What is not known contradicts nothing.
fn is_profit_of(closed: &Closed, fill: &Execution, profit: Decimal) -> bool {
    let gross =
        closed.pairs.iter().map(|(opening, closing)| opening.closed_by(closing).gross).sum::<Option<Decimal>>();
    let of = |commissions: &dyn Fn(&(Leg, Leg)) -> Option<Decimal>| {
        closed.pairs.iter().map(commissions).sum::<Option<Decimal>>()
    };
    let opening = of(&|(opening, _)| opening.money.commission);
    let closing = of(&|(_, closing)| closing.money.commission);
    let quantity: Decimal = closed.pairs.iter().map(|(_, closing)| closing.quantity).sum();
    let (Some(gross), Some(opening), Some(closing)) = (gross, opening, closing) else { return true };
    let all = closing.checked_mul(fill.quantity).and_then(|all| all.checked_div(quantity)).unwrap_or(closing);
    [gross, gross - opening - closing, gross - opening - all].into_iter().any(|ours| is_rounding(ours, profit))
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
            let whole = fill.realized_pnl.is_none_or(|brokers| is_profit_of(closed, fill, brokers));
            !closed.is_nothing() && (whole || !closed.without_opening.is_zero())
        }
    }
}
