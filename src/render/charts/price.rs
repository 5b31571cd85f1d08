//! An instrument's price around an order.

use chrono::NaiveDate;

use crate::Result;
use crate::format::{self, Sign, escape};
use crate::publication::{OrderView, PricePath, Published, SignalView};
use crate::record::Side;

use super::DATES;
use super::picture::{Letter, Panel, Picture};
use super::places::{self, Place};
use super::plot::Layer;
use super::scale::{self, Axis, x_of};
use super::svg::Ink;

/// A name beside a mark is so wide at most, as a part of the width; on a phone, where each name has a line of its own, half of it.
const NAME: f64 = 0.2;

/// Where the panel of the price ends that has one of places under it, and where that one is.
const ABOVE: f64 = 0.76;
const PLACES: (f64, f64) = (0.86, 1.0);

/// What else happened to the position of an order.
pub struct Around<'a> {
    /// The days of the orders at the other ends of its round trips.
    pub others: Vec<NaiveDate>,
    /// The signals of its strategy, newest first.
    pub signals: &'a [SignalView],
}

/// The closes around an order, with the time that its position was held, and below it the instrument's place in the ranking.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn price(order: &OrderView, path: &PricePath, around: &Around) -> Result<String> {
    let points: Vec<(f64, f64)> = path.closes.iter().map(|(date, close)| (x_of(*date), close.get())).collect();
    let (low, high) = scale::span(points.iter().map(|point| point.1), 0.05);
    let axis = Axis::within((low, high), 5);
    let dates: Vec<_> = path.closes.iter().map(|(date, _)| *date).collect();
    let x = scale::span(points.iter().map(|point| point.0), 0.0);
    let held = (x_of(path.held.0).clamp(x.0, x.1), x_of(path.held.1).clamp(x.0, x.1));
    let ranked = places::of(&order.symbol, around.signals, x);
    let panel = Panel {
        edges: (0.0, if ranked.is_empty() { 1.0 } else { ABOVE }),
        y: (low, high),
        levels: axis.levels(|price| price, Sign::Minus, ""),
        // No price is one that the others are measured from.
        base: f64::NAN,
        layers: vec![
            Layer::Blocks(vec![(held.0, held.1, low, high)], Ink::Ours, 0.09),
            Layer::Line(points.clone(), Ink::Label),
        ],
        ..Panel::default()
    };
    let mut picture = Picture {
        id: "price".into(),
        kind: "price",
        title: order.symbol.clone(),
        note: note(order, path, around),
        description: in_words(order, path, around, &ranked),
        height: if ranked.is_empty() { "bare" } else { "bare price" },
        x,
        // A price is anybody's, but a day of it might be taken for one of the account's.
        ticks: scale::months(&dates, DATES),
        ..Picture::default()
    };
    picture.letters = marks(order, path, (&picture, &panel), (&points, held));
    let circle = |date| {
        let at = x_of(date).clamp(x.0, x.1);
        let class = if is_first(order, path) { "point open ours" } else { "point ours" };
        Letter::new(class, Some(picture.place(at)), panel.place(close_at(&points, at)), "")
    };
    let circles: Vec<Letter> = between(path, around).map(circle).collect();
    picture.letters.extend(circles);
    picture.panels = vec![panel];
    picture.panels.extend(places::panel(&ranked, held, PLACES));
    picture.html()
}

fn note(order: &OrderView, path: &PricePath, around: &Around) -> String {
    let which = match path.every {
        1 => "closes".to_owned(),
        2 => "every second close".to_owned(),
        3 => "every third close".to_owned(),
        more => format!("every {more}th close"),
    };
    let circles = match between(path, around).next() {
        None => "",
        Some(_) if is_sale(order) => "; a circle for each purchase",
        Some(_) => "; a circle for each sale",
    };
    format!("{which} in {}; shaded while held{circles}", order.currency)
}

fn is_sale(order: &OrderView) -> bool {
    matches!(order.side, Side::Sell)
}

/// Whether the order opened the position.
fn is_first(order: &OrderView, path: &PricePath) -> bool {
    order.date == path.held.0
}

/// The days on which parts were closed, or opened, while the position was held.
fn between(path: &PricePath, around: &Around) -> impl Iterator<Item = NaiveDate> {
    let (first, last) = path.held;
    around.others.iter().copied().filter(move |date| (first..=last).contains(date) && *date != first && *date != last)
}

/// The close on a day, or the last one before it.
fn close_at(points: &[(f64, f64)], x: f64) -> f64 {
    points.iter().rfind(|point| point.0 <= x).or(points.first()).map_or(0.0, |point| point.1)
}

/// The purchase and the sale: a full point and an open one on the curve, and their names over the upper corners of the band.
fn marks(
    order: &OrderView,
    path: &PricePath,
    (picture, panel): (&Picture, &Panel),
    (points, held): (&[(f64, f64)], (f64, f64)),
) -> Vec<Letter> {
    let point = |class, x: f64| Letter::new(class, Some(picture.place(x)), panel.place(close_at(points, x)), "");
    let name = |class, left, text: &str| Letter::new(class, Some(left), 0.0, escape(text));
    let (first, last) = names(order, path);
    let (left, right) = (picture.place(held.0), picture.place(held.1));
    let [first_class, last_class] = sides(left, right);
    let mut letters = vec![point("point ours", held.0), name(first_class, left, &first)];
    if let Some(last) = last {
        letters.push(point("point open ours", held.1));
        letters.push(name(last_class, right, &last));
    }
    letters
}

/// How the two names stand: left of their places if they are `late`, else right of them. Inside the band where both find room there,
/// else outside, else the second below the first, as the style sheet has it. On a phone only `early` counts.
fn sides(left: f64, right: f64) -> [&'static str; 2] {
    let (before, after) = (left > NAME, right < 1.0 - NAME);
    let [first, last] = match right - left {
        width if width >= 2.0 * NAME => ["mark", "mark late"],
        _ if before && after => ["mark late", "mark"],
        width if before && width >= NAME => ["mark late", "mark late"],
        _ if before => ["mark late", "mark late under"],
        _ => ["mark", "mark under"],
    };
    [(first, left), (last, right)].map(|(class, place)| if place < 0.5 { early(class) } else { class })
}

/// The class of a name whose place is in the first half.
fn early(class: &'static str) -> &'static str {
    match class {
        "mark" => "mark early",
        "mark late" => "mark late early",
        "mark under" => "mark under early",
        _ => "mark late under early",
    }
}

/// What was done first, and last if that is over.
fn names(order: &OrderView, path: &PricePath) -> (String, Option<String>) {
    let opened_by_sale = is_sale(order) == is_first(order, path);
    let (first, last) = if opened_by_sale { ("Sold", "Bought") } else { ("Bought", "Sold") };
    let name = |what: &str, date| format!("{what} {}", format::day(date));
    (name(first, path.held.0), path.is_closed.then(|| name(last, path.held.1)))
}

fn in_words(order: &OrderView, path: &PricePath, around: &Around, ranked: &[Place]) -> String {
    let (first, last) = names(order, path);
    let change = match (path.closes.first(), path.closes.last()) {
        (Some((_, first)), Some((_, last))) => format!(
            "The price went from {} to {}",
            format::number(first.get(), 2, Sign::Minus),
            format::number(last.get(), 2, Sign::Minus)
        ),
        _ => String::new(),
    };
    let last = last
        .map(|last| format!("; {}", last.replacen("Sold", "sold", 1).replacen("Bought", "bought", 1)))
        .unwrap_or_default();
    let (done, dates) = (if is_sale(order) { "bought" } else { "sold" }, between(path, around));
    let between: String = dates.map(|date| format!("; in part {done} {}", format::day(date))).collect();
    format!("{change}. {first}{between}{last}.{}", places::in_words(ranked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn an_order_has_its_price_with_both_ends_and_its_places() {
        let publication = testing::publication();
        let signals = &publication.strategies.list[0].signals;
        for (slug, names) in [
            ("2020-02-03-mtum-buy", ["Bought 3 Feb 2020", "Sold 1 Jul 2021"]),
            ("2021-07-01-mtum-sell", ["Bought 3 Feb 2020", "Sold 1 Jul 2021"]),
        ] {
            let order = publication.orders.iter().find(|order| order.slug == slug).unwrap();
            let path = publication.price_paths.get(slug).unwrap();
            let drawn = |others: &[&str], signals| {
                let others = others.iter().map(|date| date.parse().unwrap()).collect();
                price(order, path, &Around { others, signals }).unwrap()
            };
            let whole = drawn(&["2020-02-03", "2021-07-01"], signals);
            for part in
                names.iter().chain(&["point open ours", "shaded while held<", "<b>MTUM</b>", "Place in the ranking"])
            {
                assert!(whole.contains(part), "{part} in {whole}");
            }
            assert!(!whole.contains("NaN"), "{whole}");
            let in_parts = drawn(&["2020-09-01", "2021-07-01"], &[]);
            let done = if order.side == Side::Buy { "sale" } else { "purchase" };
            assert!(in_parts.contains(&format!("; a circle for each {done}<")), "{in_parts}");
            assert!(in_parts.contains("1 Sep 2020; sold 1 Jul 2021.") && !in_parts.contains("ranking"), "{in_parts}");
            assert_eq!(in_parts.matches("class=\"point").count(), whole.matches("class=\"point").count() + 1);
        }
    }

    #[test]
    fn names_of_both_ends_stand_inside_the_picture_and_not_on_each_other() {
        for (left, right) in
            (0..=50).flat_map(|left| (left..=50).map(move |right| (left as f64 / 50.0, right as f64 / 50.0)))
        {
            let span = |class: &str, place: f64| {
                let start = if class.contains("late") { place - NAME } else { place };
                (start, start + NAME)
            };
            let [first, last] = sides(left, right);
            let (one, other) = (span(first, left), span(last, right));
            let is_apart = one.1 <= other.0 + 1e-9 || other.1 <= one.0 + 1e-9 || last.contains("under");
            assert!(is_apart, "{left} {right}: {first}, {last}");
            for (start, end) in [one, other] {
                assert!(start > -1e-9 && end < 1.0 + 1e-9, "{left} {right}: {first}, {last}");
            }
        }
    }
}
