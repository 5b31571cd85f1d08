//! Round trips: what was bought and sold again, or sold short and bought back, and what came of it.

mod actions;
mod assignment;
mod book;
mod leg;
mod parts;
mod timeline;
mod trips;
mod unexplained;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::fx::Rates;
use crate::record::{AccountId, Currency, ExecId, Execution, Instrument, Record, Snapshot, Ticker};

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

/// Everything of one opening order that one closing order closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTrip {
    /// Account that traded.
    pub account: AccountId,
    /// What was traded.
    pub instrument: Instrument,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The currency of `entry_value`, `gross` and `net`.
    pub currency: Currency,
    /// Bought first or sold first.
    pub direction: Direction,
    /// Shares or contracts matched, above zero.
    pub quantity: Decimal,
    /// Value of the opening leg: quantity x price x multiplier, summed fill by fill; `None` where a corporate action leaves
    /// open what it cost.
    pub entry_value: Option<Decimal>,
    /// When its first share was opened.
    pub opened: DateTime<Utc>,
    /// When its last share was closed.
    pub closed: DateTime<Utc>,
    /// The first of the opening order's fills in it.
    pub opening: ExecId,
    /// The first of the closing order's fills in it.
    pub closing: ExecId,
    /// Price difference x quantity x multiplier, before commissions; `None` where it is not known what was paid.
    pub gross: Option<Decimal>,
    /// `gross` less both legs' share of their commissions; `None` if one is not known.
    pub net: Option<Decimal>,
    /// The same in base currency; `None` if a rate or commission is not known. What was paid for is converted leg by leg,
    /// each at its own rate. Of futures, CFDs and short sales only the gain is exchanged, at the closing fill's rate.
    pub net_base: Option<Decimal>,
    /// What the account had in base currency when it was closed: the value of the last snapshot before, and the money that
    /// came in since.
    pub capital: Option<Decimal>,
    /// Why there is no result, where a corporate action leaves the cost open.
    pub reason: Option<String>,
}

impl RoundTrip {
    /// UTC date of the last closing fill, which is the date the round trip counts under.
    pub fn closed_on(&self) -> NaiveDate {
        self.closed.date_naive()
    }

    /// Calendar days between the UTC dates of opening and closing: 0 for a day trade.
    pub fn holding_days(&self) -> i64 {
        (self.closed_on() - self.opened.date_naive()).num_days()
    }

    /// `net` as a fraction of the opening leg's value, in trade currency; `None` where either is unknown or 0.
    pub fn net_return(&self) -> Option<f64> {
        self.net?.checked_div(self.entry_value?)?.to_f64()
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
    /// Account that traded.
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

/// The broker's realized profit of one instrument in one second beside ours, both in the trade's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealizedProfit {
    /// The first of its fills.
    pub exec_id: ExecId,
    /// Its UTC date.
    pub date: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// The currency of both amounts.
    pub currency: Currency,
    /// Net profit of what it closed; `None` if what it closed, or a commission, is not in the record.
    pub ours: Option<Decimal>,
    /// What the broker says.
    pub brokers: Decimal,
}

/// A fill that closed something the record does not show the opening of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutOpening {
    /// The closing fill.
    pub exec_id: ExecId,
    /// Its UTC date.
    pub date: NaiveDate,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// Shares or contracts of it that make no round trip, above zero.
    pub quantity: Decimal,
    /// Whether the broker itself says that the fill closes something. Otherwise only the positions of a snapshot do, and
    /// a fill may be missing.
    pub confirmed: bool,
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
    /// Fills that closed what was held before the record, or came into it without a fill, by time; they make no round trip.
    pub without_opening: Vec<WithoutOpening>,
}

/// Matches a record's orders first in, first out by their first fill, per account and instrument.
///
/// A round trip is everything of one opening order that one closing order closed, however the exchange cut them into
/// fills ([`super::orders`]). An order that takes a position through zero closes it and opens the opposite one with the rest.
/// Where fills of opposite orders alternate, the order whose first fill came first is taken whole first; but where the broker says
/// what one of them opened or closed, they are taken in the order of time. Commissions go with the matched part of each fill. Fills of one time go by the broker's transaction numbers, else closing
/// before opening. Currency conversions are left out.
///
/// What was held before the record is the first known position less the fills up to it. Closing it makes no round trip,
/// and never opens one. Whether a fill closes anything is for the broker's open/close indicator to say, then for its
/// realized profit, then for that holding.
///
/// Corporate actions and transfers change open lots as [`super::actions`] says: splits and changes of contract keep the cost, a
/// payment closes at what was paid, and where the statement leaves the cost open a round trip has no result.
///
/// An option that is exercised or assigned makes no round trip where the broker reports no profit for it: what it cost or
/// brought is then part of what the shares cost or bring.
pub fn round_trips(record: &Record, base: Currency) -> Matching {
    let rates = Rates::new(base, &record.snapshots).with_flows(&record.flows);
    timeline::matched(record, &rates)
}

/// Whether a snapshot already holds what a fill brought: the fill's UTC date is not after the snapshot's own, and,
/// where the snapshot was taken during that date, the fill came before. Midnight stands for a date without a time.
pub(super) fn is_in(snapshot: &Snapshot, fill: &Execution) -> bool {
    let (date, own) = (fill.utc_date(), snapshot.own_date());
    date < own || (date == own && taken_during(snapshot).is_none_or(|taken| fill.time <= taken))
}

/// Whether two figures for one profit differ by no more than a cent, or a hundredth of a percent.
pub(super) fn is_rounding(ours: Decimal, brokers: Decimal) -> bool {
    (ours - brokers).abs() <= Decimal::new(1, 2).max(brokers.abs() * Decimal::new(1, 4))
}

/// The time a snapshot was taken, where that was during its UTC date.
fn taken_during(snapshot: &Snapshot) -> Option<DateTime<Utc>> {
    let taken = snapshot.as_of;
    (taken.date_naive() == snapshot.own_date() && taken.time() != NaiveTime::MIN).then_some(taken)
}

#[cfg(test)]
mod action_tests;
#[cfg(test)]
mod interleaved_tests;
#[cfg(test)]
mod opening_tests;
#[cfg(test)]
mod tests;
