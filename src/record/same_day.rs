//! What several snapshots of a date come to.
//!
//! A statement begins with the net value of the day before its period, so a day is reported twice: once with positions
//! and rates and once without. What one leaves open another completes. Where a later statement says something else,
//! the broker has restated the day: the newest counts, and the older one stays in its file.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::files::Placed;
use super::restatement::{Discovered, Table};
use super::versions::{self, Difference, Verdict, Versioned};
use super::{Currency, Position, Snapshot, Source, Subject};

impl Snapshot {
    /// Whether both are about the same moment of the same account, by the same source.
    pub fn same_moment(&self, other: &Self) -> bool {
        (self.own_date(), self.moment(), &self.account, self.base_currency, &self.source)
            == (other.own_date(), other.moment(), &other.account, other.base_currency, &other.source)
    }

    /// When on its date it was taken. A statement values the date itself: its hour is only what the configured time zone
    /// makes of the close.
    fn moment(&self) -> Option<DateTime<Utc>> {
        (!self.is_of_statement()).then_some(self.as_of)
    }

    /// Whether nothing that both say of one moment differs. What one leaves open is no difference.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// Whether the sum that one states is other money than the cash by currency of the other; `None` where they state it
    /// alike.
    fn cash_differs(&self, other: &Self) -> Option<bool> {
        let (sum, parts) = match (self.is_cash_in_base(), other.is_cash_in_base()) {
            (true, false) => (self, other),
            (false, true) => (other, self),
            _ => return None,
        };
        if parts.cash.is_empty() {
            return None;
        }
        let rates = Self { fx: parts.fx.clone(), cash: sum.cash.clone(), ..parts.clone() };
        Some(rates.is_its_cash(&parts.cash) == Some(false))
    }

    /// Whether it is of a statement, which the broker stands by more than by what its terminal shows.
    fn is_of_statement(&self) -> bool {
        self.source == Source::Flex
    }
}

/// The cash of a snapshot in words.
fn cash(snapshot: &Snapshot) -> String {
    let amounts = snapshot.cash.iter().map(|(currency, amount)| format!("{amount} {currency}"));
    amounts.collect::<Vec<_>>().join(", ")
}

/// The currencies of which both say something, and differ.
fn differ<'a>(
    one: &'a BTreeMap<Currency, Decimal>,
    other: &'a BTreeMap<Currency, Decimal>,
) -> impl Iterator<Item = (Currency, Decimal, Decimal)> + 'a {
    let both = one.iter().filter_map(|(currency, amount)| Some((*currency, *amount, *other.get(currency)?)));
    both.filter(|(_, amount, known)| amount != known)
}

impl Versioned for Snapshot {
    fn generated(&self) -> Option<DateTime<Utc>> {
        self.generated
    }

    fn undated(&self) -> Self {
        let as_of = self.moment().unwrap_or_else(|| self.own_date().and_time(NaiveTime::MIN).and_utc());
        Self { generated: None, as_of, ..self.clone() }
    }

    fn as_filed(&self) -> Self {
        Self { date: self.own_date(), dated: None, ..self.clone() }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.net_liquidation != other.net_liquidation {
            let effect = self.net_liquidation.checked_sub(other.net_liquidation);
            let value = Difference::new("net value", self.net_liquidation, other.net_liquidation);
            found.push(Difference { effect, ..value });
        }
        let mut amounts = vec![("accruals", &self.accruals, &other.accruals), ("rate", &self.fx, &other.fx)];
        match self.cash_differs(other) {
            Some(true) => found.push(Difference::new("cash", cash(self), cash(other))),
            Some(false) => {}
            None => amounts.insert(0, ("cash", &self.cash, &other.cash)),
        }
        for (field, one, other) in amounts {
            found.extend(differ(one, other).map(|(currency, this, that)| {
                Difference::new(field, format!("{this} {currency}"), format!("{that} {currency}"))
            }));
        }
        if let (Some(one), Some(other)) = (&self.positions, &other.positions) {
            let only = |these: &[Position], those: &[Position]| {
                let only = these.iter().filter(|held| !those.iter().any(|other| same_holding(held, other)));
                let named = only.map(|held| format!("{} {} worth {}", held.quantity, held.symbol, held.market_value));
                named.collect::<Vec<_>>().join(", ")
            };
            let (this, that) = (only(one, other), only(other, one));
            if !(this.is_empty() && that.is_empty()) {
                found.push(Difference::new("positions", this, that));
            }
        }
        found
    }

    /// Fills in what this one lacks from the other one of the same moment.
    fn complete_from(&mut self, other: &Self) {
        if self.cash.is_empty() || (self.is_cash_in_base() && self.cash_differs(other) == Some(false)) {
            self.cash.clone_from(&other.cash);
        }
        if self.accruals.is_empty() && self.net_liquidation == other.net_liquidation {
            self.accruals.clone_from(&other.accruals);
        }
        for (currency, rate) in &other.fx {
            self.fx.entry(*currency).or_insert(*rate);
        }
        match (&mut self.positions, &other.positions) {
            (None, theirs) => self.positions.clone_from(theirs),
            (Some(held), Some(theirs)) => held.iter_mut().for_each(|position| complete(position, theirs)),
            (Some(_), None) => {}
        }
        // One that was completed later has settled what was in doubt.
        for doubt in other.doubts.iter().filter(|_| self.generated.is_none()) {
            if !self.doubts.contains(doubt) {
                self.doubts.push(doubt.clone());
            }
        }
        self.generated = self.generated.or(other.generated);
    }
}

/// Whether two positions are one, as far as both say.
fn same_holding(one: &Position, other: &Position) -> bool {
    let same_contract = one.conid.is_none() || other.conid.is_none() || one.conid == other.conid;
    same_contract
        && (&one.symbol, one.currency, one.quantity, one.market_value)
            == (&other.symbol, other.currency, other.quantity, other.market_value)
}

/// Fills in what a position lacks from the same one among others.
fn complete(position: &mut Position, others: &[Position]) {
    let Some(other) = others.iter().find(|other| same_holding(position, other)) else { return };
    position.conid = position.conid.or(other.conid);
    if position.exchange.is_empty() {
        position.exchange.clone_from(&other.exchange);
    }
    position.average_cost = position.average_cost.or(other.average_cost);
    position.market_price = position.market_price.or(other.market_price);
    position.unrealized_pnl = position.unrealized_pnl.or(other.unrealized_pnl);
    position.realized_pnl = position.realized_pnl.or(other.realized_pnl);
}

/// What a stored snapshot is called: its date, its moment and where it came from.
pub(super) fn key(snapshot: &Snapshot) -> String {
    match snapshot.moment() {
        Some(_) => former_key(snapshot),
        None => format!("{} from {}", snapshot.own_date(), snapshot.source),
    }
}

/// What it is called in decisions of earlier versions.
pub(super) fn former_key(snapshot: &Snapshot) -> String {
    format!("{} of {} from {}", snapshot.own_date(), snapshot.as_of.format("%FT%TZ"), snapshot.source)
}

/// What a snapshot is beside those that are stored of its date.
pub(super) fn verdict(stored: &[Snapshot], snapshot: &Snapshot) -> Verdict {
    let same: Vec<&Snapshot> = stored.iter().filter(|known| known.same_moment(snapshot)).collect();
    versions::verdict(&same, snapshot)
}

/// The snapshot of a session: a statement's before others, then the latest moment, then the newest statement of it, with
/// what that one lacks, from others of the same moment.
///
/// A value of a day without a session that only repeats one of the session's own counts for what that leaves open, and
/// for nothing else: statements report net values on holidays, but no rates and positions. Another value is the later word, and
/// only takes rates from the session.
pub(super) fn together(mut of_session: Vec<Placed<Snapshot>>, found: &mut Discovered) -> Option<Placed<Snapshot>> {
    if of_session.len() == 1 {
        return of_session.pop();
    }
    let rank = |snapshot: &Snapshot| (snapshot.is_of_statement(), snapshot.own_date(), snapshot.moment());
    // Stable, so that of two equal ones the first file counts.
    of_session.sort_by_key(|(_, snapshot)| std::cmp::Reverse(rank(snapshot)));
    let (_, first) = of_session.first()?.clone();
    let (latest, others): (Vec<_>, Vec<_>) =
        of_session.into_iter().partition(|(_, snapshot)| snapshot.same_moment(&first));
    let rows = versions::together(latest)?;
    found.add((Table::Snapshot, &key(&first), first.own_date()), &Subject::Date(first.date), &rows);
    let (place, mut row) = (rows.place, rows.row);
    let is_earlier = |other: &Snapshot| other.own_date() < first.own_date() && other.source == first.source;
    let earlier: Vec<Placed<Snapshot>> = others.into_iter().filter(|(_, other)| is_earlier(other)).collect();
    if first.dated.is_none() || earlier.is_empty() {
        return Some((place, row));
    }
    if earlier.iter().any(|(_, other)| other.net_liquidation == row.net_liquidation) {
        let (place, mut own) = together(earlier, found)?;
        own.complete_from(&row);
        return Some((place, own));
    }
    if let Some((_, own)) = together(earlier, &mut Discovered::default()) {
        own.fx.into_iter().for_each(|(currency, rate)| {
            row.fx.entry(currency).or_insert(rate);
        });
    }
    Some((place, row))
}

#[cfg(test)]
#[path = "same_day_tests.rs"]
mod tests;
