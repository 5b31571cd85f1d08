//! Corporate actions: which rows are one event, and what it does to what is held.
//!
//! What is held follows the quantities of the rows. What becomes of its cost follows from the kind: a split, a change of
//! symbol and a tender keep it, a payment closes, and where the statement leaves the cost open it stays open: a round
//! trip over such an event has no result.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::action_text;
use super::instruments::same_ticker;
use super::split_sources::once;
use crate::record::{
    AccountId, ActionKind, CorporateAction, Currency, Instrument, Instruments, Position, Ratio, Record, Ticker,
    action_rows,
};

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
    /// Cash received, below zero for cash paid.
    pub proceeds: Decimal,
    /// The currency of the proceeds.
    pub currency: Option<Currency>,
    /// What the leg is worth, as the statement says.
    pub value: Decimal,
    /// Whether the words say that this is the instrument it happened to.
    is_of_parent: bool,
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

    fn changes(&self) -> bool {
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
        /// The company.
        parent: Instrument,
        /// What was received.
        child: Instrument,
        /// How much of it.
        quantity: Decimal,
        /// The part of the parent's cost that is the child's.
        share: Option<Decimal>,
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

impl Event<'_> {
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
            _ => format!("{} of {}: the statement does not say what became of the cost", self.kind, self.date),
        }
    }

    /// The leg of an instrument.
    pub fn leg(&self, instrument: &Instrument) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.instrument == *instrument)
    }
}

/// The events of a record by time, each with its legs; what they do to lots is for [`interpret`] to say, because it
/// depends on what is held.
pub fn events<'a>(record: &'a Record, instruments: &Instruments) -> Vec<Event<'a>> {
    let mut groups: BTreeMap<(Option<&AccountId>, &str), Vec<&CorporateAction>> = BTreeMap::new();
    for row in action_rows::in_force(&record.actions) {
        groups.entry((row.account.as_ref(), &row.event)).or_default().push(row);
    }
    let mut events: Vec<Event> = groups.into_values().filter_map(|rows| event(&rows, record, instruments)).collect();
    events.sort_by(|a, b| (a.time, a.date, a.id).cmp(&(b.time, b.date, b.id)));
    once(events)
}

fn event<'a>(rows: &[&'a CorporateAction], record: &Record, instruments: &Instruments) -> Option<Event<'a>> {
    let first = rows.iter().min_by_key(|row| (row.effective(), row.date, &row.id))?;
    let mut legs: BTreeMap<Instrument, Leg> = BTreeMap::new();
    for row in rows {
        for (instrument, symbol) in instruments_of(row, record, instruments) {
            let leg = legs.entry(instrument.clone()).or_insert(Leg {
                instrument,
                symbol,
                quantity: None,
                ratio: row.ratio,
                proceeds: Decimal::ZERO,
                currency: row.currency,
                value: Decimal::ZERO,
                is_of_parent: action_text::is_of_parent(&row.text),
            });
            // Of what was traded that day there are several rows.
            if let Some(quantity) = row.quantity {
                leg.quantity = Some(leg.quantity.unwrap_or_default().saturating_add(quantity));
            }
            leg.proceeds = leg.proceeds.saturating_add(row.proceeds.unwrap_or_default());
            leg.value = leg.value.saturating_add(row.value.unwrap_or_default());
        }
    }
    let legs: Vec<Leg> = legs.into_values().filter(Leg::changes).collect();
    (!legs.is_empty()).then(|| Event {
        id: &first.event,
        date: first.date,
        time: first.effective(),
        account: first.account.as_ref(),
        kind: &first.kind,
        text: &first.text,
        change: Change::CostOpen(legs.iter().map(|leg| leg.instrument.clone()).collect()),
        legs,
    })
}

/// The instruments a row is about: its contract, else what goes by its ticker.
fn instruments_of(row: &CorporateAction, record: &Record, instruments: &Instruments) -> Vec<(Instrument, Ticker)> {
    let alike = |symbol: &Ticker, currency: Currency| {
        same_ticker(symbol.as_str(), row.symbol.as_str()) && row.currency.is_none_or(|own| own == currency)
    };
    if row.conid.is_none() {
        let fills = record.executions.iter().filter(|fill| alike(&fill.symbol, fill.currency));
        let fills = fills.filter(|fill| instruments.is_share(fill));
        let positions = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
        let positions = positions.filter(|position| alike(&position.symbol, position.currency));
        let positions = positions.filter(|position| instruments.is_share_position(position));
        let known: BTreeMap<Instrument, Ticker> = positions
            .map(|position| (instruments.of_position(position), position.symbol.clone()))
            .chain(fills.map(|fill| (instruments.of_fill(fill), fill.symbol.clone())))
            .collect();
        return known.into_iter().collect();
    }
    let Some(currency) = row.currency else {
        return row.conid.map(|conid| (Instrument::Contract(conid), row.symbol.clone())).into_iter().collect();
    };
    let position = Position {
        symbol: row.symbol.clone(),
        conid: row.conid,
        exchange: String::new(),
        currency,
        quantity: row.quantity.unwrap_or_default(),
        average_cost: None,
        market_price: None,
        market_value: Decimal::ZERO,
        unrealized_pnl: None,
        realized_pnl: None,
    };
    vec![(instruments.of_position(&position), row.symbol.clone())]
}

/// What an event does to lots, given what was held of an instrument just before it, and the part of a parent's cost that
/// moves to what was spun off.
pub fn interpret(
    event: &Event,
    held: impl Fn(&Instrument) -> Decimal,
    named: impl Fn(&str) -> Option<Instrument>,
    share: impl Fn(&Instrument, &Instrument) -> Option<Decimal>,
) -> Change {
    let open = || Change::CostOpen(event.legs.iter().map(|leg| leg.instrument.clone()).collect());
    match (event.kind, event.legs.as_slice()) {
        (ActionKind::Transfer, [leg]) => {
            Change::Moved { instrument: leg.instrument.clone(), quantity: leg.quantity.unwrap_or_default() }
        }
        (kind, [leg]) if kind.is_split() => {
            units_changed(leg, event.text, held(&leg.instrument)).unwrap_or_else(open)
        }
        (ActionKind::StockDividend | ActionKind::ChosenDividend, [leg])
            if leg.value.is_zero() && !held(&leg.instrument).is_zero() =>
        {
            units_changed(leg, "", held(&leg.instrument)).unwrap_or_else(open)
        }
        (kind, [one, other]) if kind.keeps_cost() || *kind == ActionKind::Subscription => {
            converted(one, other).unwrap_or_else(open)
        }
        (ActionKind::Merger, [one, other]) if one.proceeds.is_zero() && other.proceeds.is_zero() => {
            converted(one, other).unwrap_or_else(open)
        }
        (ActionKind::Delisted | ActionKind::DividendRightExpired, [leg]) => closed(leg).unwrap_or_else(open),
        (ActionKind::Merger | ActionKind::BondMaturity | ActionKind::BillMaturity, [leg])
            if !leg.proceeds.is_zero() =>
        {
            closed(leg).unwrap_or_else(open)
        }
        (ActionKind::SpinOff, [leg]) => match action_text::parent(event.text).and_then(named) {
            Some(parent) if parent != leg.instrument => Change::SpunOff {
                share: share(&parent, &leg.instrument),
                parent,
                child: leg.instrument.clone(),
                quantity: leg.quantity.unwrap_or_default(),
            },
            _ => open(),
        },
        _ => open(),
    }
}

/// A different number of units of the same instrument. The quantity says it to the last fraction; the words where what is
/// held is not known, or contradicts them.
fn units_changed(leg: &Leg, text: &str, held: Decimal) -> Option<Change> {
    let told = leg.ratio.or_else(|| action_text::ratio(text)).map(Ratio::factor);
    let by_quantity = leg.after(held).checked_div(held).filter(|ratio| *ratio > Decimal::ZERO);
    let agrees = |ratio: Decimal| {
        held.checked_mul(ratio).is_some_and(|should| (should - leg.after(held)).abs() < Decimal::ONE)
    };
    let ratio = match (told, by_quantity) {
        (Some(told), _) if leg.quantity.is_none() || !agrees(told) => told,
        (_, Some(by_quantity)) => by_quantity,
        (told, None) => told?,
    };
    let (from, to) = (leg.instrument.clone(), leg.instrument.clone());
    Some(Change::Converted { from, to, quantity: held, ratio, paid: Decimal::ZERO })
}

/// One contract for another. Of a long holding the old one goes; of a short one the words say which is the old one.
fn converted(one: &Leg, other: &Leg) -> Option<Change> {
    let (first, second) = (one.quantity?, other.quantity?);
    if first.is_sign_negative() == second.is_sign_negative() {
        return None;
    }
    let one_is_old = if one.is_of_parent == other.is_of_parent { first.is_sign_negative() } else { one.is_of_parent };
    let (old, new, gone, come) = if one_is_old { (one, other, first, second) } else { (other, one, second, first) };
    Some(Change::Converted {
        from: old.instrument.clone(),
        to: new.instrument.clone(),
        quantity: -gone,
        ratio: come.checked_div(gone)?.abs(),
        paid: -(one.proceeds.checked_add(other.proceeds)?),
    })
}

fn closed(leg: &Leg) -> Option<Change> {
    let (instrument, quantity) = (leg.instrument.clone(), -leg.quantity?);
    Some(Change::Closed { instrument, quantity, proceeds: leg.proceeds })
}

#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
