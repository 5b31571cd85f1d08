//! Which rows of a record are one corporate action, and of which instruments.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::action_text;
use super::actions::{Change, Event, Leg};
use super::instruments::same_ticker;
use super::split_sources::once;
use crate::record::instrument::Kind;
use crate::record::{
    AccountId, ActionKind, CorporateAction, Currency, Instrument, Instruments, Position, Ratio, Record, Ticker,
    action_rows,
};

/// The events of a record by time, each with its legs; what they do to lots is for [`interpret`](super::interpretation) to say, because it
/// depends on what is held.
pub fn events<'a>(record: &'a Record, instruments: &Instruments) -> Vec<Event<'a>> {
    let mut groups: BTreeMap<(Option<&AccountId>, &str), Vec<&CorporateAction>> = BTreeMap::new();
    for row in action_rows::in_force(&record.actions) {
        groups.entry((row.account.as_ref(), &row.event)).or_default().push(row);
    }
    let mut events: Vec<Event> = groups.into_values().filter_map(|rows| event(&rows, record, instruments)).collect();
    // The broker numbers events as it books them.
    let number = |event: &Event| event.id.parse::<u64>().ok();
    events.sort_by(|a, b| (a.time, a.date, number(a), a.id).cmp(&(b.time, b.date, number(b), b.id)));
    by_effect(&mut events);
    once(events)
}

/// Puts a split that is of the same time as a change of the contract where it belongs: after what brings the split
/// contract, and before what takes it away.
fn by_effect(events: &mut [Event]) {
    for last in 1..events.len() {
        for place in (1..=last).rev() {
            let pair = events.get(place - 1).zip(events.get(place));
            if pair.is_none_or(|(before, after)| !comes_first(after, before)) {
                break;
            }
            events.swap(place - 1, place);
        }
    }
}

/// Whether one of two events of one time only makes sense before the other.
fn comes_first(one: &Event, other: &Event) -> bool {
    (one.time, one.date, one.account) == (other.time, other.date, other.account)
        && (brings_what_it_splits(one, other) == Some(true) || brings_what_it_splits(other, one) == Some(false))
}

/// Whether a change of contracts brings the contract of a split, or takes it away; `None` where it is of others.
fn brings_what_it_splits(change: &Event, split: &Event) -> Option<bool> {
    let [leg] = split.legs.as_slice() else { return None };
    let factor = split.reported.filter(|_| split.kind.is_split())?.factor();
    let held = leg.quantity?.checked_mul(factor - Decimal::ONE)?;
    let changed =
        change.legs.iter().find(|own| own.instrument == leg.instrument).filter(|_| change.legs.len() > 1)?;
    let changed = changed.quantity.filter(|quantity| !quantity.is_zero())?;
    Some(changed.is_sign_positive() == held.is_sign_positive())
}

fn event<'a>(rows: &[&'a CorporateAction], record: &Record, instruments: &Instruments) -> Option<Event<'a>> {
    let first = rows.iter().min_by_key(|row| (row.effective(), row.date, &row.id))?;
    let mut legs: BTreeMap<Instrument, Leg> = BTreeMap::new();
    for row in rows {
        let of = row.of.as_ref().and_then(|ticker| one_of(ticker, row, rows, record, instruments));
        if row.of.is_some() && of.is_none() {
            continue;
        }
        for (instrument, symbol) in legs_of(row, rows, record, instruments) {
            if of.as_ref() == Some(&instrument) {
                // One contract under both names: nothing happened to what is held.
                return None;
            }
            let leg = legs.entry(instrument.clone()).or_insert(Leg {
                instrument,
                symbol,
                quantity: None,
                ratio: row.ratio,
                of: of.clone(),
                proceeds: Decimal::ZERO,
                currency: row.currency,
                value: Decimal::ZERO,
                price: row.price,
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
        source: &first.source,
        reported: reported(&first.kind, &legs, &first.text),
        is_in_prices: first.kind.is_split(),
        change: Change::CostOpen(legs.iter().map(|leg| leg.instrument.clone()).collect()),
        legs,
    })
}

/// New units for each old one. The words of a dividend say how many come for those held.
fn reported(kind: &ActionKind, legs: &[Leg], text: &str) -> Option<Ratio> {
    let by_hand = legs.iter().find_map(|leg| leg.ratio.filter(|_| !leg.is_gone()));
    let words = || {
        let ratio = action_text::ratio(text)?;
        if !kind.is_stock_dividend() {
            return Some(ratio);
        }
        let all = ratio.new.checked_add(ratio.old)?;
        Ratio::of(all, ratio.old).filter(|_| legs.iter().all(|leg| leg.is_of_parent))
    };
    by_hand.or_else(words)
}

/// The instruments of a row. What is entered by hand for several instruments is about one of each ticker, which may not
/// have been traded yet.
fn legs_of(
    row: &CorporateAction,
    rows: &[&CorporateAction],
    record: &Record,
    instruments: &Instruments,
) -> Vec<(Instrument, Ticker)> {
    if rows.iter().any(|row| row.of.is_some()) {
        let one = one_of(&row.symbol, row, rows, record, instruments);
        return one.map(|instrument| (instrument, row.symbol.clone())).into_iter().collect();
    }
    instruments_of(row, record, instruments)
}

/// The one instrument that a ticker of an event entered by hand means: of what was held before, one known by then, else the
/// newest; of a ticker that nothing goes by yet, one of its own.
fn one_of(
    ticker: &Ticker,
    row: &CorporateAction,
    rows: &[&CorporateAction],
    record: &Record,
    instruments: &Instruments,
) -> Option<Instrument> {
    let named = CorporateAction { symbol: ticker.clone(), of: None, ..row.clone() };
    let found = instruments_of(&named, record, instruments);
    let is_old = rows.iter().any(|row| row.of.as_ref() == Some(ticker));
    let before = |instrument: &Instrument| {
        let traded = || record.executions.iter().take_while(|fill| fill.time < row.effective());
        let held = || record.snapshots.iter().take_while(|snapshot| snapshot.date < row.date);
        traded().any(|fill| instruments.of_fill(fill) == *instrument)
            || held().flat_map(|one| one.known_positions()).any(|one| instruments.of_position(one) == *instrument)
    };
    let known = match &found[..] {
        [] => None,
        [(only, _)] => Some(only.clone()),
        several => {
            let fits = several.iter().find(|(instrument, _)| before(instrument) == is_old);
            fits.or(several.last()).map(|(instrument, _)| instrument.clone())
        }
    };
    let kind = Kind { class: row.asset_class.family(), multiplier: Decimal::ONE };
    known.or_else(|| Some(Instrument::Ticker(ticker.clone(), row.currency?, kind)))
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
