//! An order in a sentence.

use super::disclosure::Published;
use super::rows::PositionView;
use super::sentence::{Sentence, Span};
use super::trips_by_order::TripsByOrder;
use super::view::{Facts, OrderView, Publication, RoundTripView};
use crate::format::{Sign, day, number, percent, written};
use crate::record::Side;

/// What was done and what came of it, without the name of the instrument: `at 88.23, 33% of the account; held`. It is made of
/// what the tables of orders, round trips and positions say.
pub fn of_order(order: &OrderView, trips: &TripsByOrder, publication: &Publication) -> Vec<Span> {
    let facts = &publication.facts;
    let mut sentence = Sentence::default();
    sentence.plain(format!(" at {}", written(&order.price)));
    if let Some(weight) = order.weight {
        sentence.plain(format!(", {} of the account", facts.digits.weight(weight.get())));
    }
    let before = if order.side == Side::Buy { "sold short" } else { "bought" };
    let closed = trips.closed_by(order);
    match closed {
        [] => opening(&mut sentence, order, trips.opened_by(order), publication),
        [trip] => {
            sentence.plain(format!(", {before} on {}", day(trip.opened)));
            result(&mut sentence, trip, facts);
        }
        [.., _] => {
            let first = closed.iter().map(|trip| trip.opened).min().unwrap_or(order.date);
            sentence.plain(format!(", {before} in {} parts from {} on", closed.len(), day(first)));
            results(&mut sentence, closed, facts);
        }
    }
    if !closed.is_empty() {
        the_rest(&mut sentence, order, trips.opened_by(order), publication);
    }
    sentence.into_spans()
}

/// Of an order that closed a position and opened one on the other side: what became of that.
fn the_rest(sentence: &mut Sentence, order: &OrderView, trips: &[&RoundTripView], publication: &Publication) {
    let last = trips.iter().map(|trip| trip.closed).max();
    if last.is_none() && !order.open {
        return;
    }
    let (position, again) = if order.side == Side::Sell { ("short", "bought back") } else { ("long", "sold") };
    sentence.plain(format!(" The rest opened a {position} position"));
    let by = if trips.len() == 1 { "on" } else { "by" };
    match last {
        Some(last) if order.open => sentence.plain(format!(", part of it {again} {by} {}", day(last))),
        Some(last) => sentence.plain(format!(", {again} {by} {}", day(last))),
        None if is_held(order, publication) => sentence.plain(", held"),
        None => sentence,
    };
    sentence.plain(".");
}

/// Of an order that closed nothing: when it was closed in its turn, or that it is held.
fn opening(sentence: &mut Sentence, order: &OrderView, trips: &[&RoundTripView], publication: &Publication) {
    let facts = &publication.facts;
    let is_short = order.side == Side::Sell;
    let (short, again) = if is_short { (", short", "bought back") } else { ("", "sold") };
    let last = day(trips.iter().map(|trip| trip.closed).max().unwrap_or(order.date));
    match (trips, order.open) {
        ([], true) if is_held(order, publication) => {
            sentence.plain(if is_short { "; held short." } else { "; held." });
        }
        ([], _) => {
            sentence.plain(".");
        }
        ([trip], is_open) => {
            let part = if is_open { "part of it " } else { "" };
            sentence.plain(format!("{short}; {part}{again} on {last}"));
            result(sentence, trip, facts);
        }
        (_, true) => {
            sentence.plain(format!("{short}; parts of it {again} by {last}"));
            results(sentence, trips, facts);
        }
        (_, false) => {
            sentence.plain(format!("{short}; {again} in {} parts by {last}", trips.len()));
            results(sentence, trips, facts);
        }
    }
}

/// Whether the positions shown are of its day or later, and have what it opened.
fn is_held(order: &OrderView, publication: &Publication) -> bool {
    let is_short = |position: &PositionView| position.weight.is_some_and(|weight| weight.get() < 0.0);
    let is_its =
        |position: &PositionView| position.symbol == order.symbol && is_short(position) == (order.side == Side::Sell);
    order.date <= publication.facts.positions_as_of && publication.positions.iter().any(is_its)
}

/// What the parts brought: each of two, of more the least and the most.
fn results(sentence: &mut Sentence, trips: &[&RoundTripView], facts: &Facts) {
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
    use crate::analysis::trade_samples::{Fill, position, snapshot};
    use crate::config::{Config, Privacy, PrivacyLevel};
    use crate::publication::{redact, testing};
    use crate::record::{Record, Snapshot};

    fn words(publication: &Publication, slug: &str) -> String {
        let order = publication.orders.iter().find(|order| order.slug == slug).unwrap();
        of_order(order, &TripsByOrder::of(publication), publication).into_iter().map(|span| span.text).collect()
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
            results(&mut sentence, &trips, &publication.facts);
            sentence.into_spans().into_iter().map(|span| span.text).collect::<String>()
        };
        assert!(said(2).contains("% and "), "{}", said(2));
        assert!(said(3).contains("% to "), "{}", said(3));
    }

    /// What is said of orders in XYZ: day, shares and price of each. At the end of the month so many are held, at 20.
    fn told<const ORDERS: usize>(orders: [(&str, i64, i64); ORDERS], held: i64) -> [String; ORDERS] {
        let fill = |(day, shares, price): (&str, i64, i64)| {
            let side = if shares > 0 { Side::Buy } else { Side::Sell };
            Fill::new(side, "XYZ", shares.abs(), price).at(&format!("2026-01-{day}Z")).commission("0", "USD").done()
        };
        let positions = if held == 0 { vec![] } else { vec![position("XYZ", held, 20)] };
        let at = |day, positions| Snapshot { positions: Some(positions), ..snapshot(day, 100_000) };
        let record = Record {
            executions: orders.into_iter().map(fill).collect(),
            snapshots: vec![at("2026-01-02", vec![]), at("2026-01-30", positions)],
            ..Record::default()
        };
        let privacy = Privacy { precision: PrivacyLevel::Fine, ..Privacy::default() };
        let publication = redact(&record, &Config { privacy, ..Config::default() }).unwrap();
        let trips = TripsByOrder::of(&publication);
        let said = |order: &OrderView| -> String {
            of_order(order, &trips, &publication).into_iter().map(|span| span.text).collect()
        };
        let mut by_time: Vec<String> = publication.orders.iter().rev().map(said).collect();
        by_time.iter_mut().for_each(|said| *said = said.split_once("account").unwrap().1.to_owned());
        by_time.try_into().unwrap()
    }

    #[test]
    fn an_old_position_is_told_as_closed_where_another_is_open_now() {
        // 100 sold at 20 and bought at 18 gain 200 on 2,000.
        let short = told([("05T15:00:00", -100, 20), ("08T15:00:00", 100, 18), ("20T15:00:00", -100, 20)], -100);
        assert_eq!(
            short,
            [
                ", short; bought back on 8 Jan 2026: +10.0% in 3 days.",
                ", sold short on 5 Jan 2026: +10.0% in 3 days.",
                "; held short."
            ]
        );
        let long = told([("05T15:00:00", 100, 20), ("08T15:00:00", -100, 18), ("20T15:00:00", 100, 20)], 100);
        assert_eq!(
            long,
            [
                "; sold on 8 Jan 2026: \u{2212}10.0% in 3 days.",
                ", bought on 5 Jan 2026: \u{2212}10.0% in 3 days.",
                "; held."
            ]
        );
    }

    #[test]
    fn an_order_that_turns_a_position_round_says_so() {
        let open = told([("05T15:00:00", 100, 20), ("08T15:00:00", -150, 22)], -50);
        assert_eq!(open[1], ", bought on 5 Jan 2026: +10.0% in 3 days. The rest opened a short position, held.");
        let closed = told([("05T15:00:00", -100, 20), ("08T15:00:00", 150, 18), ("20T15:00:00", -50, 18)], 0);
        assert_eq!(
            closed[1],
            ", sold short on 5 Jan 2026: +10.0% in 3 days. The rest opened a long position, sold on 20 Jan 2026."
        );
    }

    #[test]
    fn each_order_of_a_day_is_told_by_what_closed_it() {
        let told = told(
            [
                ("05T15:00:00", 100, 20),
                ("05T16:00:00", -100, 21),
                ("05T17:00:00", 100, 20),
                ("05T18:00:00", -100, 18),
            ],
            0,
        );
        assert_eq!(
            told,
            [
                "; sold on 5 Jan 2026: +5.0% in 0 days.",
                ", bought on 5 Jan 2026: +5.0% in 0 days.",
                "; sold on 5 Jan 2026: \u{2212}10.0% in 0 days.",
                ", bought on 5 Jan 2026: \u{2212}10.0% in 0 days."
            ]
        );
    }

    #[test]
    fn of_what_is_held_in_part_the_part_is_told() {
        let one = told([("05T15:00:00", 100, 20), ("08T15:00:00", -40, 22)], 60);
        assert_eq!(one[0], "; part of it sold on 8 Jan 2026: +10.0% in 3 days.");
        let more = told([("05T15:00:00", -100, 20), ("08T15:00:00", 40, 22), ("09T15:00:00", 40, 18)], -20);
        assert_eq!(more[0], ", short; parts of it bought back by 9 Jan 2026: \u{2212}10.0% and +10.0%.");
        let parts = told([("05T15:00:00", 100, 20), ("06T15:00:00", 50, 25), ("08T15:00:00", -150, 22)], 0);
        assert_eq!(parts[2], ", bought in 2 parts from 5 Jan 2026 on: \u{2212}12.0% and +10.0%.");
        // Through zero: 100 are closed, and 50 opened and closed.
        let through = told([("05T15:00:00", 100, 20), ("08T15:00:00", -150, 22), ("09T15:00:00", 50, 22)], 0);
        assert_eq!(
            through[1],
            ", bought on 5 Jan 2026: +10.0% in 3 days. The rest opened a short position, bought back on 9 Jan 2026."
        );
        assert_eq!(through[2], ", sold short on 8 Jan 2026: 0.0% in 1 day.");
    }
}
