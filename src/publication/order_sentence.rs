//! An order in a sentence.

use super::disclosure::Published;
use super::rows::PositionView;
use super::sentence::{Sentence, Span};
use super::view::{Facts, OrderView, Publication, RoundTripView};
use crate::format::{Sign, day, number, percent, written};
use crate::record::Side;

/// What was done and what came of it, without the name of the instrument: `at 88.23, 33% of the account; held`. It is made of
/// what the tables of orders, round trips and positions say.
pub fn of_order(order: &OrderView, publication: &Publication) -> Vec<Span> {
    let Publication { facts, round_trips, positions, .. } = publication;
    let mut sentence = Sentence::default();
    sentence.plain(format!(" at {}", written(&order.price)));
    if let Some(weight) = order.weight {
        sentence.plain(format!(", {} of the account", facts.digits.weight(weight.get())));
    }
    let of_symbol = |direction: &str| -> Vec<&RoundTripView> {
        round_trips.iter().filter(|trip| trip.symbol == order.symbol && trip.direction == direction).collect()
    };
    let long = of_symbol("long");
    let closes_a_purchase = long.iter().any(|trip| trip.closed == order.date);
    if !of_a_short(&mut sentence, order, &of_symbol("short"), closes_a_purchase, (positions, facts)) {
        match order.side {
            Side::Buy => bought(&mut sentence, order, &long, (positions, facts)),
            Side::Sell => sold(&mut sentence, order, &long, facts),
        }
    }
    sentence.into_spans()
}

/// Whether it is held at the end of the record: long, or short.
fn is_held(positions: &[PositionView], symbol: &str, short: bool) -> bool {
    let is_short = |position: &PositionView| position.weight.is_some_and(|weight| weight.get() < 0.0);
    positions.iter().any(|position| position.symbol == symbol && is_short(position) == short)
}

/// Of an order that sold what was not held, or bought it back; `false` of any other.
fn of_a_short(
    sentence: &mut Sentence,
    order: &OrderView,
    trips: &[&RoundTripView],
    closes_a_purchase: bool,
    (positions, facts): (&[PositionView], &Facts),
) -> bool {
    let is_date = |trip: &&&RoundTripView| match order.side {
        Side::Buy => trip.closed == order.date,
        Side::Sell => trip.opened == order.date,
    };
    let is_held = is_held(positions, &order.symbol, true);
    match (order.side, trips.iter().filter(is_date).collect::<Vec<_>>().as_slice()) {
        (Side::Buy, [trip]) => {
            sentence.plain(format!(", sold short on {}", day(trip.opened)));
            result(sentence, trip, facts);
        }
        (Side::Sell, [trip]) if !is_held => {
            sentence.plain(format!(", short; bought back on {}", day(trip.closed)));
            result(sentence, trip, facts);
        }
        (Side::Sell, []) if is_held && order.date <= facts.positions_as_of && !closes_a_purchase => {
            sentence.plain("; held short.");
        }
        _ => return false,
    }
    true
}

/// Of a purchase: when it was sold again, or that it is held.
fn bought(
    sentence: &mut Sentence,
    order: &OrderView,
    trips: &[&RoundTripView],
    (positions, facts): (&[PositionView], &Facts),
) {
    let opened: Vec<_> = trips.iter().filter(|trip| trip.opened == order.date).collect();
    let is_held = is_held(positions, &order.symbol, false);
    match opened.as_slice() {
        [trip] if !is_held => {
            sentence.plain(format!("; sold on {}", day(trip.closed)));
            result(sentence, trip, facts);
        }
        [_, _, ..] if !is_held => {
            let last = opened.iter().map(|trip| trip.closed).max().unwrap_or(order.date);
            sentence.plain(format!("; sold in {} parts by {}", opened.len(), day(last)));
            results(sentence, &opened, facts);
        }
        [] if is_held && order.date <= facts.positions_as_of => {
            sentence.plain("; held.");
        }
        _ => {
            sentence.plain(".");
        }
    }
}

/// Of a sale: when it had been bought, and what it brought.
fn sold(sentence: &mut Sentence, order: &OrderView, trips: &[&RoundTripView], facts: &Facts) {
    let closed: Vec<_> = trips.iter().filter(|trip| trip.closed == order.date).collect();
    match closed.as_slice() {
        [trip] => {
            sentence.plain(format!(", bought on {}", day(trip.opened)));
            result(sentence, trip, facts);
        }
        _ => {
            sentence.plain(".");
        }
    }
}

/// What the parts brought: each of two, of more the least and the most.
fn results(sentence: &mut Sentence, trips: &[&&RoundTripView], facts: &Facts) {
    let mut known: Vec<f64> = trips.iter().filter_map(|trip| trip.net_return.map(Published::get)).collect();
    known.sort_by(f64::total_cmp);
    let written = |value: f64| percent(value, facts.digits.results.min(1), Sign::Both);
    match (known.as_slice(), known.len() == trips.len()) {
        ([low, .., high], true) if written(*low) == written(*high) => {
            sentence.plain(": ").judged(written(*low), *low);
        }
        ([low, between @ .., high], true) => {
            let and = if between.is_empty() { " and " } else { " to " };
            sentence.plain(": ").judged(written(*low), *low).plain(and).judged(written(*high), *high);
        }
        _ => {}
    }
    sentence.plain(".");
}

fn result(sentence: &mut Sentence, trip: &RoundTripView, facts: &Facts) {
    let Some(value) = trip.net_return.map(Published::get) else {
        sentence.plain(".");
        return;
    };
    let days = number(trip.holding_days as f64, 0, Sign::Minus);
    let unit = if trip.holding_days == 1 { "day" } else { "days" };
    sentence
        .plain(": ")
        .judged(percent(value, facts.digits.results.min(1), Sign::Both), value)
        .plain(format!(" in {days} {unit}."));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    fn words(publication: &Publication, slug: &str) -> String {
        let order = publication.orders.iter().find(|order| order.slug == slug).unwrap();
        of_order(order, publication).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn orders_say_what_came_of_them() {
        let publication = testing::publication();
        let sold = words(&publication, "2022-07-01-qual-sell");
        assert!(sold.ends_with("of the account, bought on 1 Jul 2021: \u{2212}14.9% in 365 days."), "{sold}");
        let held = words(&publication, "2022-07-01-vlue-buy");
        let in_parts = words(&publication, "2020-02-03-mtum-buy");
        assert!(
            in_parts.ends_with("of the account; sold in 2 parts by 1 Jul 2021: +18.9% and +33.7%."),
            "{in_parts}"
        );
        assert!(held.starts_with(" at 88.23, 33") && held.ends_with("% of the account; held."), "{held}");
    }

    #[test]
    fn of_many_parts_the_least_and_the_most_are_named() {
        let publication = testing::publication();
        let said = |count: usize| {
            let trips: Vec<&RoundTripView> = publication.round_trips.iter().take(count).collect();
            let mut sentence = Sentence::default();
            results(&mut sentence, &trips.iter().collect::<Vec<_>>(), &publication.facts);
            sentence.into_spans().into_iter().map(|span| span.text).collect::<String>()
        };
        assert!(said(2).contains("% and "), "{}", said(2));
        assert!(said(3).contains("% to "), "{}", said(3));
    }

    #[test]
    fn a_short_sale_is_not_the_sale_of_a_purchase() {
        let mut publication = testing::publication();
        publication.round_trips.iter_mut().for_each(|trip| trip.direction = "short");
        let sold = words(&publication, "2022-07-01-qual-sell");
        assert!(sold.ends_with("of the account."), "{sold}");
        let covered = words(&publication, "2021-07-01-qual-buy");
        assert!(!covered.contains("held"), "{covered}");
        let trip = publication.round_trips.iter_mut().find(|trip| trip.symbol == "QUAL").unwrap();
        (trip.opened, trip.closed) = ("2021-06-01".parse().unwrap(), "2021-07-01".parse().unwrap());
        let covered = words(&publication, "2021-07-01-qual-buy");
        assert!(covered.contains("of the account, sold short on 1 Jun 2021: "), "{covered}");
    }
}
