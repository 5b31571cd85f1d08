//! What corporate actions do to open lots.
//!
//! A split, a change of symbol and a tender keep the cost, and so does a dividend in shares of the same company. A payment
//! closes. Where one thing becomes several, of which money may be one, the cost goes with what each is worth.

use rust_decimal::Decimal;

use super::action_text;
use super::actions::{Change, Event, Leg, Part};
use crate::record::{ActionKind, Instrument, Ratio};

/// What an event does to lots, given what was held of an instrument just before it, and the part of a parent's cost that
/// moves to what was spun off.
pub fn interpret(
    event: &Event,
    held: impl Fn(&Instrument) -> Decimal,
    named: impl Fn(&str) -> Option<Instrument>,
    share: impl Fn(&Instrument, &Instrument) -> Option<Decimal>,
) -> Change {
    let open = || Change::CostOpen(event.legs.iter().map(|leg| leg.instrument.clone()).collect());
    let change = match (event.kind, event.legs.as_slice()) {
        (ActionKind::Transfer, [leg]) => {
            Some(Change::Moved { instrument: leg.instrument.clone(), quantity: leg.quantity.unwrap_or_default() })
        }
        (kind, [leg]) if kind.is_split() => units_changed(leg, event.reported, held(&leg.instrument)),
        (kind, [leg]) if kind.is_stock_dividend() => dividend(event, leg, held(&leg.instrument)),
        (kind, [one, other]) if kind.keeps_cost() || *kind == ActionKind::Subscription => {
            converted(one, other, &held)
        }
        (ActionKind::Merger, [_, _, ..]) => exchanged(&event.legs, &held),
        (ActionKind::Delisted | ActionKind::DividendRightExpired, [leg]) => closed(leg),
        (ActionKind::Merger | ActionKind::BondMaturity | ActionKind::BillMaturity, [leg])
            if !leg.proceeds.is_zero() || leg.is_gone() =>
        {
            closed(leg)
        }
        (ActionKind::SpinOff, legs) => spun_off(event, legs, named, share),
        _ => None,
    };
    change.unwrap_or_else(open)
}

/// Shares as a dividend. More of the same are held at the same cost, as after a split; where the holder chose them instead
/// of cash, or they are of another company, they cost what they were worth.
fn dividend(event: &Event, leg: &Leg, held: Decimal) -> Option<Change> {
    let is_other = held.is_zero() && !leg.is_of_parent;
    if (*event.kind == ActionKind::ChosenDividend || is_other) && !leg.value.is_zero() {
        let (instrument, quantity) = (leg.instrument.clone(), leg.quantity?);
        return Some(Change::Received { instrument, quantity, cost: leg.value.abs() });
    }
    if held.is_zero() && leg.quantity.is_some() && event.reported.is_none() {
        return None;
    }
    units_changed(leg, event.reported, held)
}

fn spun_off(
    event: &Event,
    legs: &[Leg],
    named: impl Fn(&str) -> Option<Instrument>,
    share: impl Fn(&Instrument, &Instrument) -> Option<Decimal>,
) -> Option<Change> {
    let (child, parent) = match legs {
        [child] => (child, action_text::parent(event.text).and_then(named)?),
        legs => legs.iter().find_map(|leg| Some((leg, leg.of.clone()?)))?,
    };
    if parent == child.instrument {
        return None;
    }
    let worth = |leg: &Leg| Some(leg.value.abs()).filter(|value| !value.is_zero());
    let by_value = || {
        let (own, all) = (worth(child)?, worth(event.leg(&parent)?)?.checked_add(child.value.abs())?);
        own.checked_div(all)
    };
    Some(Change::SpunOff {
        share: by_value().or_else(|| share(&parent, &child.instrument)),
        child: child.instrument.clone(),
        quantity: child.quantity.unwrap_or_default(),
        parent,
    })
}

/// One thing for several, of which money may be one: the cost goes with what each is worth.
fn exchanged(legs: &[Leg], held: &impl Fn(&Instrument) -> Decimal) -> Option<Change> {
    let (old, new) = old_and_new(legs, held)?;
    let quantity = -old.quantity?;
    let sign = if quantity.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
    let proceeds: Decimal = legs.iter().map(|leg| leg.proceeds).sum();
    let cash = proceeds.checked_mul(sign)?;
    if let ([one], true) = (&new[..], cash <= Decimal::ZERO) {
        return converted(old, one, held);
    }
    let same_currency = legs.iter().all(|leg| leg.currency == old.currency);
    let worth: Vec<Decimal> = new.iter().map(|leg| leg.value.abs()).collect();
    if !same_currency || cash < Decimal::ZERO || worth.iter().any(Decimal::is_zero) {
        return None;
    }
    let all = worth.iter().sum::<Decimal>().checked_add(cash)?;
    let part = |(leg, worth): (&&Leg, &Decimal)| {
        let share = worth.checked_div(all)?;
        Some(Part { instrument: leg.instrument.clone(), quantity: leg.quantity?, share })
    };
    Some(Change::Exchanged {
        from: old.instrument.clone(),
        quantity,
        into: new.iter().zip(&worth).map(part).collect::<Option<_>>()?,
        proceeds,
        cash_share: cash.checked_div(all)?,
    })
}

/// What goes, and what comes for it: by hand, by the words, by what is held, by where the cash stands, else by the one sign
/// that differs.
fn old_and_new<'l>(legs: &'l [Leg], held: &impl Fn(&Instrument) -> Decimal) -> Option<(&'l Leg, Vec<&'l Leg>)> {
    let only = |is_old: &dyn Fn(&Leg) -> bool| {
        let mut old = legs.iter().filter(|leg| is_old(leg));
        old.next().filter(|_| old.next().is_none())
    };
    let is_negative = |leg: &Leg| leg.quantity.is_some_and(|quantity| quantity.is_sign_negative());
    let old = only(&Leg::is_gone)
        .or_else(|| only(&|leg| leg.is_of_parent))
        .or_else(|| only(&|leg| takes_what_is_held(leg, held)))
        .or_else(|| only(&|leg| !leg.proceeds.is_zero()))
        .or_else(|| only(&is_negative))
        .or_else(|| only(&|leg| !is_negative(leg)))?;
    let new: Vec<&Leg> = legs.iter().filter(|leg| leg.instrument != old.instrument).collect();
    let opposite = new.iter().all(|leg| is_negative(leg) != is_negative(old));
    (opposite && !new.is_empty()).then_some((old, new))
}

/// A different number of units of the same instrument. The quantity says it to the last fraction; the words where what is
/// held is not known, or contradicts them.
fn units_changed(leg: &Leg, reported: Option<Ratio>, held: Decimal) -> Option<Change> {
    let reported = reported.map(Ratio::factor);
    let by_quantity = leg.after(held).checked_div(held).filter(|ratio| *ratio > Decimal::ZERO);
    let agrees = |ratio: Decimal| {
        held.checked_mul(ratio).is_some_and(|should| (should - leg.after(held)).abs() < Decimal::ONE)
    };
    let ratio = match (reported, by_quantity) {
        (Some(reported), _) if leg.quantity.is_none() || !agrees(reported) => reported,
        (_, Some(by_quantity)) => by_quantity,
        (reported, None) => reported?,
    };
    let (from, to) = (leg.instrument.clone(), leg.instrument.clone());
    Some(Change::Converted { from, to, quantity: held, ratio, paid: Decimal::ZERO })
}

/// Whether a leg takes some or all of what is held, long or short.
fn takes_what_is_held(leg: &Leg, held: &impl Fn(&Instrument) -> Decimal) -> bool {
    let held = held(&leg.instrument);
    leg.quantity.is_some_and(|quantity| {
        !held.is_zero() && quantity.is_sign_negative() != held.is_sign_negative() && quantity.abs() <= held.abs()
    })
}

/// One contract for another. The words say which is the old one; where they say it of both or of neither, it is the one
/// whose holding goes. Without a known holding it is taken for a long one, of which the old contract goes.
fn converted(one: &Leg, other: &Leg, held: &impl Fn(&Instrument) -> Decimal) -> Option<Change> {
    for (old, new) in [(one, other), (other, one)] {
        if let (Some(of), Some(ratio)) = (&new.of, new.ratio)
            && *of == old.instrument
        {
            let (from, to) = (old.instrument.clone(), new.instrument.clone());
            let quantity = -old.quantity.unwrap_or_default();
            return Some(Change::Converted { from, to, quantity, ratio: ratio.factor(), paid: Decimal::ZERO });
        }
    }
    let (first, second) = (one.quantity?, other.quantity?);
    if first.is_sign_negative() == second.is_sign_negative() {
        return None;
    }
    let (one_goes, other_goes) = (takes_what_is_held(one, held), takes_what_is_held(other, held));
    let one_is_old = if one.is_of_parent != other.is_of_parent {
        one.is_of_parent
    } else if one_goes != other_goes {
        one_goes
    } else {
        first.is_sign_negative()
    };
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
