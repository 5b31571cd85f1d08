//! Cash of which only the sum in base currency is known, where a part may be in other currencies.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::record::{Currency, Snapshot, Source};

/// What a currency may move by between two valuations of which one does not say its rate.
const UNKNOWN_MOVE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// The most that cash can have gained or lost in base currency from one snapshot to the next by exchange rates, without the
/// snapshots saying so; 0 where they say the cash of each currency.
///
/// All cash may have been in the currency that moved most. Positions in a currency may have been bought with a loan in
/// it, which is no part of a sum that other cash makes up for.
pub(super) fn most_gained(before: &Snapshot, after: &Snapshot, snapshots: &[Snapshot]) -> Decimal {
    if is_by_currency(before) {
        return Decimal::ZERO;
    }
    let moves: Vec<(Currency, Decimal)> = foreign(after, snapshots)
        .into_iter()
        .filter_map(|currency| Some((currency, moved(currency, before, after, snapshots)?)))
        .collect();
    let largest = moves.iter().map(|(_, moved)| *moved).max().unwrap_or_default();
    let sum = |snapshot: &Snapshot| snapshot.cash.values().map(Decimal::abs).max().unwrap_or_default();
    let on_cash = largest.saturating_mul(sum(before).max(sum(after)));
    let on_loans = moves.iter().map(|(currency, moved)| moved.saturating_mul(held_in(*currency, before)));
    on_loans.fold(on_cash, Decimal::saturating_add)
}

/// The gateway tells the cash of each currency; statements tell one sum.
fn is_by_currency(snapshot: &Snapshot) -> bool {
    snapshot.source == Source::Tws || snapshot.cash.keys().any(|currency| *currency != snapshot.base_currency)
}

/// The currencies other than the base currency that the account has had to do with up to a snapshot.
fn foreign(until: &Snapshot, snapshots: &[Snapshot]) -> BTreeSet<Currency> {
    let known = snapshots.iter().take_while(|snapshot| snapshot.date <= until.date);
    let all = known.flat_map(|snapshot| snapshot.fx.keys().copied());
    all.filter(|currency| *currency != until.base_currency).collect()
}

/// By which part a rate moved, either way; `None` where the account had nothing to do with the currency before.
fn moved(currency: Currency, before: &Snapshot, after: &Snapshot, snapshots: &[Snapshot]) -> Option<Decimal> {
    let rate = |snapshot: &Snapshot| snapshot.fx_to_base(currency).filter(|rate| *rate > Decimal::ZERO);
    let earlier = snapshots.iter().rev().filter(|one| one.date <= before.date).find_map(rate)?;
    let Some(later) = snapshots.iter().filter(|one| one.date >= after.date).find_map(rate) else {
        return Some(UNKNOWN_MOVE);
    };
    let moved = (later - earlier).checked_div(earlier)?.abs();
    let is_told = rate(before).is_some() && rate(after).is_some();
    Some(if is_told { moved } else { moved.max(UNKNOWN_MOVE) })
}

/// The value of positions in a currency, in base currency.
fn held_in(currency: Currency, snapshot: &Snapshot) -> Decimal {
    let rate = snapshot.fx_to_base(currency).unwrap_or_default();
    let of = snapshot.known_positions().iter().filter(|position| position.currency == currency);
    of.map(|position| position.market_value.abs().saturating_mul(rate)).fold(Decimal::ZERO, Decimal::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{currency, dec, position, snapshot};

    /// 1,000 net of which 900 are cash, with the rate of the euro.
    fn day(date: &str, rate: Option<&str>) -> Snapshot {
        let mut snapshot = snapshot(date, 1000);
        snapshot.cash.insert(currency("USD"), dec("900"));
        snapshot.fx.extend(rate.map(|rate| (currency("EUR"), dec(rate))));
        snapshot
    }

    fn most(days: &[Snapshot], at: usize) -> String {
        most_gained(&days[at], &days[at + 1], days).normalize().to_string()
    }

    #[test]
    fn all_cash_may_be_in_the_currency_that_moved_most() {
        let mut days = [day("2026-01-05", Some("1.00")), day("2026-01-06", Some("1.04"))];
        assert_eq!(most(&days, 0), "36");
        days[0].fx.insert(currency("GBP"), dec("1.25"));
        days[1].fx.insert(currency("GBP"), dec("1.1875"));
        assert_eq!(most(&days, 0), "45", "the pound fell by 5 %");
        // A loan of 400 euros may stand against the shares.
        days[0].positions =
            Some(vec![crate::record::Position { currency: currency("EUR"), ..position("X", 40, 10) }]);
        assert_eq!(most(&days, 0), "61");
        days[0].cash.insert(currency("EUR"), dec("0"));
        assert_eq!(most(&days, 0), "0", "the cash of each currency is known");
    }

    #[test]
    fn a_rate_that_is_not_told_may_have_moved() {
        let days = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"];
        let rates = [None, Some("1.00"), None, None];
        let days: Vec<Snapshot> = days.iter().zip(rates).map(|(date, rate)| day(date, rate)).collect();
        assert_eq!(most(&days, 0), "0", "no euros yet");
        assert_eq!((most(&days, 1), most(&days, 2)), ("45".to_owned(), "45".to_owned()));
        assert_eq!(most(&[day("2026-01-05", None), day("2026-01-06", None)], 0), "0", "never any euros");
    }
}
