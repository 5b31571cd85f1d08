//! Round trips: what was bought and sold again, or sold short and bought back, and what came of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::fx::Rates;
use super::instruments::is_trade;
use crate::record::{
    AccountId, Currency, ExecId, Execution, Instrument, Instruments, Record, Side, Snapshot, Ticker,
};

/// Bought first or sold first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Bought, then sold.
    Long,
    /// Sold, then bought back.
    Short,
}

impl Direction {
    /// `long` or `short`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// One matched pair of an opening and a closing fill, or of part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTrip {
    /// The account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: Instrument,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The currency of prices, `gross` and `net`.
    pub currency: Currency,
    /// Bought first or sold first.
    pub direction: Direction,
    /// Shares or contracts matched, above zero.
    pub quantity: Decimal,
    /// Price of the opening fill.
    pub entry_price: Decimal,
    /// Price of the closing fill.
    pub exit_price: Decimal,
    /// Value of the opening leg: quantity x price x multiplier.
    pub entry_value: Decimal,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// When it was closed.
    pub closed: DateTime<Utc>,
    /// The opening fill.
    pub opening: ExecId,
    /// The closing fill.
    pub closing: ExecId,
    /// Price difference x quantity x multiplier, before commissions.
    pub gross: Decimal,
    /// `gross` less both legs' share of their commissions; `None` if one is not known.
    pub net: Option<Decimal>,
    /// The same in base currency, each leg at its own rate; `None` if a rate or commission is not known.
    pub net_base: Option<Decimal>,
    /// What the account had in base currency when it was closed: the value of the last snapshot before, and the money that
    /// came in since.
    pub capital: Option<Decimal>,
}

impl RoundTrip {
    /// UTC date of the closing fill, which is the date the round trip counts under.
    pub fn closed_on(&self) -> NaiveDate {
        self.closed.date_naive()
    }

    /// Calendar days between the UTC dates of the two fills: 0 for a day trade.
    pub fn holding_days(&self) -> i64 {
        (self.closed_on() - self.opened.date_naive()).num_days()
    }

    /// `net` as a fraction of the opening leg's value, in trade currency; `None` where either is unknown or 0.
    pub fn net_return(&self) -> Option<f64> {
        self.net?.checked_div(self.entry_value)?.to_f64()
    }

    /// `net_base` in basis points of `capital`.
    pub fn result_bps(&self) -> Option<f64> {
        let fraction = self.net_base?.checked_div(self.capital?)?;
        fraction.to_f64().map(|fraction| fraction * 10_000.0)
    }
}

/// What is left open of a fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLot {
    /// The account.
    pub account: AccountId,
    /// What is held.
    pub instrument: Instrument,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The opening fill.
    pub opening: ExecId,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// Shares or contracts, below zero when short.
    pub quantity: Decimal,
}

/// The broker's realized profit of a closing fill beside ours, both in the trade's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealizedProfit {
    /// The closing fill.
    pub exec_id: ExecId,
    /// Its UTC date.
    pub date: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The currency of both amounts.
    pub currency: Currency,
    /// Net profit of the round trips it closed; `None` if what it closed, or a commission, is not in the record.
    pub ours: Option<Decimal>,
    /// What the broker says.
    pub brokers: Decimal,
}

/// All fills of a record, matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    /// Closed round trips, by time of closing.
    pub closed: Vec<RoundTrip>,
    /// What is still open, by account and instrument, oldest first.
    pub open: Vec<OpenLot>,
    /// Closing fills for which the broker reports a realized profit, by time.
    pub realized: Vec<RealizedProfit>,
    /// Fills that closed something held since before the record's first fill; they make no round trip.
    pub without_opening: Vec<ExecId>,
}

/// Matches a record's fills first in, first out, per account and instrument.
///
/// A fill that takes a position through zero closes it and opens the opposite one with the rest. Commissions go
/// with the matched part of each fill. What the first snapshot with positions shows, and no fill up to its date
/// explains at all, was held before: selling it is no short sale. Currency conversions are left out.
pub fn round_trips(record: &Record, base: Currency) -> Matching {
    let rates = Rates::new(base, &record.snapshots).with_flows(&record.flows);
    let instruments = Instruments::of(&record.executions);
    let mut books: BTreeMap<(&AccountId, Instrument), Book> = BTreeMap::new();
    let mut held_before = holdings_before_fills(record, &instruments);
    let mut fills: Vec<&Execution> = record.executions.iter().filter(|fill| is_trade(fill)).collect();
    fills.sort_by_key(|fill| (fill.time, &fill.exec_id));

    let mut matching = Matching::default();
    for fill in fills {
        let instrument = instruments.of_fill(fill);
        let book = books.entry((&fill.account, instrument.clone())).or_insert_with(|| Book {
            held_before: held_before.remove(&instrument).unwrap_or_default(),
            lots: VecDeque::new(),
        });
        book.add(&instrument, Leg::new(fill, &rates), &rates, &mut matching);
    }
    for ((_, instrument), book) in books {
        matching.open.extend(book.lots.into_iter().map(|lot| lot.into_open(&instrument)));
    }
    matching
}

/// Positions in the first snapshot with positions for which there is no fill up to its date.
fn holdings_before_fills(record: &Record, instruments: &Instruments) -> BTreeMap<Instrument, Decimal> {
    let Some(first) = record.snapshots.iter().find(|snapshot| snapshot.positions.is_some()) else {
        return BTreeMap::new();
    };
    let traded: BTreeSet<Instrument> = record
        .executions
        .iter()
        .filter(|fill| is_trade(fill) && is_in(first, fill))
        .map(|fill| instruments.of_fill(fill))
        .collect();
    let mut held = BTreeMap::new();
    for position in first.known_positions() {
        let instrument = instruments.of_position(position);
        if !traded.contains(&instrument) {
            *held.entry(instrument).or_insert(Decimal::ZERO) += position.quantity;
        }
    }
    held
}

/// Whether a snapshot already holds what a fill brought: the fill's UTC date is not after the snapshot's, and,
/// where the snapshot was taken during that date, the fill came before. Midnight stands for a date without a time.
pub(super) fn is_in(snapshot: &Snapshot, fill: &Execution) -> bool {
    let date = fill.utc_date();
    let taken = snapshot.as_of;
    let during = taken.date_naive() == snapshot.date && taken.time() != chrono::NaiveTime::MIN;
    date < snapshot.date || (date == snapshot.date && (!during || fill.time <= taken))
}

/// Open lots of one instrument in one account. All lots are on the same side.
struct Book<'a> {
    held_before: Decimal,
    lots: VecDeque<Leg<'a>>,
}

impl<'a> Book<'a> {
    fn add(&mut self, instrument: &Instrument, mut leg: Leg<'a>, rates: &Rates, matching: &mut Matching) {
        let fill = leg.fill;
        let from_before = self.close_held_before(&mut leg);
        let first = matching.closed.len();
        while let Some(lot) = self.lots.front_mut().filter(|lot| lot.fill.side != fill.side) {
            let quantity = lot.quantity.min(leg.quantity);
            if quantity <= Decimal::ZERO {
                break;
            }
            let (opening, closing) = (lot.take(quantity), leg.take(quantity));
            let lot_is_closed = lot.quantity.is_zero();
            matching.closed.push(round_trip(instrument, &opening, &closing, rates));
            if lot_is_closed {
                self.lots.pop_front();
            }
        }
        if leg.quantity > Decimal::ZERO {
            self.lots.push_back(leg);
        }
        if from_before {
            matching.without_opening.push(fill.exec_id.clone());
        }
        let trips = matching.closed.get(first..).unwrap_or_default();
        let realized = realized_profit(fill, trips, from_before);
        matching.realized.extend(realized);
    }

    /// Takes from the fill what closes a holding of unknown origin, and says whether it did.
    fn close_held_before(&mut self, leg: &mut Leg) -> bool {
        let closing = -self.held_before * Decimal::from(leg.fill.side.sign());
        let part = closing.min(leg.quantity);
        if part <= Decimal::ZERO {
            return false;
        }
        leg.take(part);
        self.held_before += part * Decimal::from(leg.fill.side.sign());
        true
    }
}

/// A fill, or what is left of it, with its share of the commission.
#[derive(Clone)]
struct Leg<'a> {
    fill: &'a Execution,
    quantity: Decimal,
    rate: Option<Decimal>,
    commission: Option<Decimal>,
    commission_base: Option<Decimal>,
}

impl<'a> Leg<'a> {
    fn new(fill: &'a Execution, rates: &Rates) -> Self {
        Self {
            fill,
            quantity: fill.quantity,
            rate: rates.of(fill),
            commission: rates.commission_in_trade_currency(fill),
            commission_base: rates.commission(fill),
        }
    }

    /// Splits off `quantity` with its part of the commission; the last part takes the rest, so that the parts
    /// add up to the whole.
    fn take(&mut self, quantity: Decimal) -> Self {
        if quantity >= self.quantity {
            let whole = self.clone();
            self.quantity = Decimal::ZERO;
            self.commission = self.commission.map(|_| Decimal::ZERO);
            self.commission_base = self.commission_base.map(|_| Decimal::ZERO);
            return whole;
        }
        let share = |amount: &mut Option<Decimal>| {
            let part = amount.map(|amount| amount * quantity / self.quantity);
            *amount = amount.zip(part).map(|(amount, part)| amount - part);
            part
        };
        let commission = share(&mut self.commission);
        let commission_base = share(&mut self.commission_base);
        self.quantity -= quantity;
        Self { quantity, commission, commission_base, ..self.clone() }
    }

    fn value(&self) -> Decimal {
        self.quantity * self.fill.price * self.fill.multiplier
    }

    fn into_open(self, instrument: &Instrument) -> OpenLot {
        OpenLot {
            account: self.fill.account.clone(),
            instrument: instrument.clone(),
            symbol: self.fill.symbol.clone(),
            opening: self.fill.exec_id.clone(),
            opened: self.fill.time,
            quantity: self.quantity * Decimal::from(self.fill.side.sign()),
        }
    }
}

fn round_trip(instrument: &Instrument, opening: &Leg, closing: &Leg, rates: &Rates) -> RoundTrip {
    let sign = Decimal::from(opening.fill.side.sign());
    let gross = sign * (closing.value() - opening.value());
    let commissions = opening.commission.zip(closing.commission).map(|(open, close)| open + close);
    RoundTrip {
        account: opening.fill.account.clone(),
        instrument: instrument.clone(),
        symbol: opening.fill.symbol.clone(),
        currency: opening.fill.currency,
        direction: if opening.fill.side == Side::Buy { Direction::Long } else { Direction::Short },
        quantity: opening.quantity,
        entry_price: opening.fill.price,
        exit_price: closing.fill.price,
        entry_value: opening.value(),
        opened: opening.fill.time,
        closed: closing.fill.time,
        opening: opening.fill.exec_id.clone(),
        closing: closing.fill.exec_id.clone(),
        gross,
        net: commissions.map(|commissions| gross - commissions),
        net_base: net_in_base(sign, opening, closing),
        capital: rates.capital_on(closing.fill.utc_date()),
    }
}

fn net_in_base(sign: Decimal, opening: &Leg, closing: &Leg) -> Option<Decimal> {
    let gross = sign * (closing.value() * closing.rate? - opening.value() * opening.rate?);
    Some(gross - opening.commission_base? - closing.commission_base?)
}

/// The broker's figure beside ours, where it reports one for a fill that closed something or says it did.
fn realized_profit(fill: &Execution, trips: &[RoundTrip], from_before: bool) -> Option<RealizedProfit> {
    let brokers = fill.realized_pnl?;
    if trips.is_empty() && brokers.is_zero() {
        return None;
    }
    let ours = if trips.is_empty() || from_before { None } else { trips.iter().map(|trip| trip.net).sum() };
    Some(RealizedProfit {
        exec_id: fill.exec_id.clone(),
        date: fill.utc_date(),
        symbol: fill.symbol.clone(),
        currency: fill.currency,
        ours,
        brokers,
    })
}

#[cfg(test)]
#[path = "round_trips_tests.rs"]
mod tests;
