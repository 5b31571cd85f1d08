//! Corporate actions: what each does to what is held.
//!
//! What is held follows the quantities of the rows. What becomes of its cost follows from the kind: a split, a change of
//! symbol and a tender keep it, a payment closes, and where the statement leaves the cost open it stays open: a round
//! trip over such an event has no result.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::record::{AccountId, ActionKind, Currency, Instrument, Ratio, Source, Ticker};

/// The source of what was entered by hand.
const BY_HAND: &str = "manual";

/// What one event changes in one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    /// What is held more or less of.
    pub instrument: Instrument,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// By how much the quantity changes; `None` where only the ratio is known.
    pub quantity: Option<Decimal>,
    /// New for old, where that is all that is known.
    pub ratio: Option<Ratio>,
    /// The instrument of which the ratio counts the old units, where it is not this one.
    pub of: Option<Instrument>,
    /// Cash received, below zero for cash paid.
    pub proceeds: Decimal,
    /// The currency of the proceeds.
    pub currency: Option<Currency>,
    /// What the leg is worth, as the statement says.
    pub value: Decimal,
    /// What was paid for a unit that went, or what one that came was worth, where that is all that is known.
    pub(super) price: Option<Decimal>,
    /// Whether the words say that this is the instrument it happened to.
    pub(super) is_of_parent: bool,
}

impl Leg {
    /// What is held afterwards.
    pub fn after(&self, held: Decimal) -> Decimal {
        match (self.quantity, self.ratio) {
            (Some(quantity), _) => held.saturating_add(quantity),
            (None, Some(ratio)) => ratio.times(held).unwrap_or(held),
            (None, None) => held,
        }
    }

    /// What was held before, given what is held afterwards.
    pub fn before(&self, held: Decimal) -> Decimal {
        match (self.quantity, self.ratio) {
            (Some(quantity), _) => held.saturating_sub(quantity),
            (None, Some(ratio)) => ratio.inverse().times(held).unwrap_or(held),
            (None, None) => held,
        }
    }

    /// Whether all of it goes, however much that is.
    pub(super) fn is_gone(&self) -> bool {
        self.ratio == Some(Ratio::NOTHING)
    }

    pub(super) fn changes(&self) -> bool {
        self.quantity.is_some_and(|quantity| !quantity.is_zero()) || (self.quantity.is_none() && self.ratio.is_some())
    }
}

/// A corporate action or a transfer with all its legs.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// What the rows have in common.
    pub id: &'a str,
    /// The date from which positions are the changed ones.
    pub date: NaiveDate,
    /// Fills from this moment on are in the new units.
    pub time: DateTime<Utc>,
    /// The account; `None` where it is of everyone who holds the instrument.
    pub account: Option<&'a AccountId>,
    /// What happened.
    pub kind: &'a ActionKind,
    /// What the source says about it.
    pub text: &'a str,
    /// The source.
    pub source: &'a Source,
    /// New units for each old one, as far as any source says.
    pub reported: Option<Ratio>,
    /// Whether prices before it are stored in the new units.
    pub is_in_prices: bool,
    /// One leg an instrument.
    pub legs: Vec<Leg>,
    /// What it does to what is held.
    pub change: Change,
}

/// What an event does to open lots.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// `quantity` of one instrument becomes `ratio` times as many of the other (or of the same) at the same total cost, and
    /// what was paid on top.
    Converted {
        /// What was held.
        from: Instrument,
        /// What is held instead; the same where only the number of units changes, and then all lots change.
        to: Instrument,
        /// How much of `from` goes, with the sign of the holding.
        quantity: Decimal,
        /// New units for each old one.
        ratio: Decimal,
        /// Money paid on top, which is cost.
        paid: Decimal,
    },
    /// What was held is gone, and `proceeds` in all were paid for it.
    Closed {
        /// What was held.
        instrument: Instrument,
        /// How much of it, with the sign of the holding.
        quantity: Decimal,
        /// Money received, below zero where a short position was charged.
        proceeds: Decimal,
    },
    /// Part of one company became another. Of the cost of the parent's lots `share` moves; `None` where nothing says how
    /// much, and then the cost of both is open.
    SpunOff {
        /// The instrument whose holders receive something.
        parent: Instrument,
        /// What was received.
        child: Instrument,
        /// How much of it.
        quantity: Decimal,
        /// The part of the parent's cost that is the child's.
        share: Option<Decimal>,
    },
    /// What was held became several things, cash among them, and its cost is divided by what each is worth.
    Exchanged {
        /// What was held.
        from: Instrument,
        /// How much of it, with the sign of the holding.
        quantity: Decimal,
        /// What is held instead.
        into: Vec<Part>,
        /// Money received, below zero where a short position was charged.
        proceeds: Decimal,
        /// The part of the cost that this money stands for.
        cash_share: Decimal,
    },
    /// Came instead of a dividend in cash: it cost what it was worth.
    Received {
        /// What.
        instrument: Instrument,
        /// How much.
        quantity: Decimal,
        /// What it was worth.
        cost: Decimal,
    },
    /// Came from another account (above zero) at a cost that is not known, or went there without a result.
    Moved {
        /// What.
        instrument: Instrument,
        /// How much.
        quantity: Decimal,
    },
    /// Quantities change, and what becomes of the cost of these instruments is open.
    CostOpen(BTreeSet<Instrument>),
}

/// One of several things that something became.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What is held instead.
    pub instrument: Instrument,
    /// How much, with the sign of the holding.
    pub quantity: Decimal,
    /// Its part of the cost.
    pub share: Decimal,
}

impl Event<'_> {
    /// Changes what is held.
    pub fn apply(&self, held: &mut BTreeMap<Instrument, Decimal>) {
        let after: Vec<Decimal> = self.legs.iter().map(|leg| self.after(leg, held)).collect();
        held.extend(self.legs.iter().map(|leg| leg.instrument.clone()).zip(after));
    }

    fn after(&self, leg: &Leg, held: &BTreeMap<Instrument, Decimal>) -> Decimal {
        let of = |instrument| held.get(instrument).copied().unwrap_or_default();
        let own = of(&leg.instrument);
        match (&leg.of, leg.quantity, leg.ratio) {
            (Some(parent), None, Some(ratio)) => own.saturating_add(ratio.times(of(parent)).unwrap_or_default()),
            _ => leg.after(own),
        }
    }

    /// Changes what is held back to what it was before. What went without a quantity is what came for it.
    pub fn undo(&self, held: &mut BTreeMap<Instrument, Decimal>) {
        for leg in &self.legs {
            let own = held.get(&leg.instrument).copied().unwrap_or_default();
            let parent = leg.of.as_ref().and_then(|parent| self.leg(parent));
            let before = match (parent, leg.quantity, leg.ratio) {
                (Some(parent), None, Some(ratio)) if parent.is_gone() => {
                    held.insert(parent.instrument.clone(), ratio.inverse().times(own).unwrap_or_default());
                    Decimal::ZERO
                }
                (Some(parent), None, Some(ratio)) => {
                    let kept = held.get(&parent.instrument).copied().unwrap_or_default();
                    own.saturating_sub(ratio.times(kept).unwrap_or_default())
                }
                _ if leg.is_gone() && leg.quantity.is_none() => continue,
                _ => leg.before(own),
            };
            held.insert(leg.instrument.clone(), before);
        }
    }

    /// Whether something goes, however much that is, and nothing comes by which it could be told afterwards.
    pub fn goes_without_trace(&self) -> bool {
        let comes_for = |leg: &Leg| self.legs.iter().any(|other| other.of.as_ref() == Some(&leg.instrument));
        self.legs.iter().any(|leg| leg.is_gone() && leg.quantity.is_none() && !comes_for(leg))
    }

    /// Works out quantities and amounts from ratios and prices, given what was held just before.
    pub fn settle(&mut self, held: &BTreeMap<Instrument, Decimal>) {
        let open = |leg: &Leg| leg.quantity.is_none() && (leg.of.is_some() || leg.is_gone() || leg.price.is_some());
        let of = |leg: &Leg| held.get(&leg.instrument).copied().unwrap_or_default();
        let changes: Vec<Option<Decimal>> =
            self.legs.iter().map(|leg| open(leg).then(|| self.after(leg, held).saturating_sub(of(leg)))).collect();
        for (leg, change) in self.legs.iter_mut().zip(changes) {
            let Some(change) = change else { continue };
            let own = of(leg);
            leg.quantity = Some(change);
            let amount = |quantity: Decimal| leg.price.and_then(|price| price.checked_mul(quantity));
            if leg.is_gone() {
                leg.proceeds = amount(own).unwrap_or_default();
            } else {
                // What does not change is priced to say what it is worth beside what comes.
                leg.value = amount(if change.is_zero() { own } else { change }).unwrap_or_default();
            }
        }
    }

    /// What it made of one instrument for another: the former, the latter and how much of that.
    pub fn passed_on(&self) -> Vec<(&Instrument, &Instrument, Decimal)> {
        match &self.change {
            Change::Converted { from, to, quantity, ratio, .. } => {
                vec![(from, to, quantity.checked_mul(*ratio).unwrap_or_default())]
            }
            Change::SpunOff { parent, child, quantity, .. } => vec![(parent, child, *quantity)],
            Change::Exchanged { from, into, .. } => {
                into.iter().map(|part| (from, &part.instrument, part.quantity)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it was entered by hand.
    pub fn is_by_hand(&self) -> bool {
        self.source.as_str() == BY_HAND
    }

    /// Whether the owner said a price.
    pub fn has_price(&self) -> bool {
        self.legs.iter().any(|leg| leg.price.is_some())
    }

    /// Whether it multiplies units of what is held.
    pub fn changes_units(&self) -> bool {
        self.kind.is_split() || self.kind.is_stock_dividend()
    }

    /// The instruments whose open lots have no known cost from here on.
    pub fn without_cost(&self) -> BTreeSet<Instrument> {
        match &self.change {
            Change::CostOpen(instruments) => instruments.clone(),
            Change::SpunOff { parent, child, share: None, .. } => [parent.clone(), child.clone()].into(),
            Change::Moved { instrument, quantity } if *quantity > Decimal::ZERO => [instrument.clone()].into(),
            _ => BTreeSet::new(),
        }
    }

    /// Why a result that needs the cost is not known.
    pub fn reason(&self) -> String {
        match &self.change {
            Change::Moved { .. } => {
                format!("transferred on {}, and the statement does not say at what cost", self.date)
            }
            _ if self.is_by_hand() => {
                format!(
                    "{} of {}: it was entered without the prices by which the cost is divided",
                    self.kind, self.date
                )
            }
            _ => format!("{} of {}: the statement does not say what became of the cost", self.kind, self.date),
        }
    }

    /// The leg of an instrument.
    pub fn leg(&self, instrument: &Instrument) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.instrument == *instrument)
    }
}

#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
