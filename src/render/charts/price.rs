//! An instrument's price around an order.

use crate::Result;
use crate::format::{self, Sign, escape};
use crate::publication::{OrderView, PricePath, Published};
use crate::record::Side;

use super::DATES;
use super::picture::{Letter, Panel, Picture};
use super::plot::Layer;
use super::scale::{self, Axis, x_of};
use super::svg::Ink;

/// A name beside a mark is so wide, as a part of the width.
const NAME: f64 = 0.16;

/// The closes around an order, with the time that its position was held.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn price(order: &OrderView, path: &PricePath) -> Result<String> {
    let points: Vec<(f64, f64)> = path.closes.iter().map(|(date, close)| (x_of(*date), close.get())).collect();
    let (low, high) = scale::span(points.iter().map(|point| point.1), 0.05);
    let axis = Axis::within((low, high), 5);
    let dates: Vec<_> = path.closes.iter().map(|(date, _)| *date).collect();
    let x = scale::span(points.iter().map(|point| point.0), 0.0);
    let held = (x_of(path.held.0).clamp(x.0, x.1), x_of(path.held.1).clamp(x.0, x.1));
    let panel = Panel {
        edges: (0.0, 1.0),
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
        note: note(order, path),
        description: in_words(order, path),
        height: "bare",
        x,
        // A price is anybody's, but a day of it might be taken for one of the account's.
        ticks: scale::months(&dates, DATES),
        ..Picture::default()
    };
    picture.letters = marks(order, path, (&picture, &panel), (&points, held));
    picture.panels = vec![panel];
    picture.html()
}

fn note(order: &OrderView, path: &PricePath) -> String {
    let which = match path.every {
        1 => "closes".to_owned(),
        2 => "every second close".to_owned(),
        3 => "every third close".to_owned(),
        more => format!("every {more}th close"),
    };
    format!("{which} in {}; shaded while held", order.currency)
}

/// The purchase and the sale: a full point and an open one on the curve, and their names at the upper corners of the band.
fn marks(
    order: &OrderView,
    path: &PricePath,
    (picture, panel): (&Picture, &Panel),
    (points, held): (&[(f64, f64)], (f64, f64)),
) -> Vec<Letter> {
    let close = |x: f64| points.iter().rfind(|point| point.0 <= x).or(points.first()).map_or(0.0, |point| point.1);
    let point = |class, x: f64| Letter::new(class, Some(picture.place(x)), panel.place(close(x)), "");
    let (first, last) = names(order, path);
    let (left, right) = (picture.place(held.0), picture.place(held.1));
    let is_narrow = right - left < 2.0 * NAME;
    let outside = is_narrow && left > NAME;
    let mut letters = vec![
        point("point ours", held.0),
        Letter::new(if outside { "mark late" } else { "mark" }, Some(left), 0.0, escape(&first)),
    ];
    if let Some(last) = last {
        let beyond = is_narrow && right < 1.0 - NAME;
        letters.push(point("point open ours", held.1));
        // Where there is no room on either side, the second name stands below the first.
        let top = if is_narrow && !outside && !beyond { 0.07 } else { 0.0 };
        letters.push(Letter::new(if beyond { "mark" } else { "mark late" }, Some(right), top, escape(&last)));
    }
    letters
}

/// What was done first, and last if that is over.
fn names(order: &OrderView, path: &PricePath) -> (String, Option<String>) {
    let is_first = order.date == path.held.0;
    let opened_by_sale = matches!(order.side, Side::Sell) == is_first;
    let (first, last) = if opened_by_sale { ("Sold", "Bought") } else { ("Bought", "Sold") };
    let name = |what: &str, date| format!("{what} {}", format::day(date));
    (name(first, path.held.0), path.is_closed.then(|| name(last, path.held.1)))
}

fn in_words(order: &OrderView, path: &PricePath) -> String {
    let (first, last) = names(order, path);
    let change = match (path.closes.first(), path.closes.last()) {
        (Some((_, first)), Some((_, last))) => format!(
            "The price went from {} to {}",
            format::number(first.get(), 2, Sign::Minus),
            format::number(last.get(), 2, Sign::Minus)
        ),
        _ => String::new(),
    };
    let last = last.map(|last| format!("; {}", last.to_lowercase())).unwrap_or_default();
    format!("{change}. {first}{last}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn an_order_has_its_price_with_both_ends() {
        let publication = testing::publication();
        for (slug, names) in [
            ("2020-02-03-mtum-buy", ["Bought 3 Feb 2020", "Sold 1 Jul 2021"]),
            ("2021-07-01-mtum-sell", ["Bought 3 Feb 2020", "Sold 1 Jul 2021"]),
        ] {
            let order = publication.orders.iter().find(|order| order.slug == slug).unwrap();
            let chart = price(order, publication.price_paths.get(slug).unwrap()).unwrap();
            for part in names.iter().chain(&["point open ours", "shaded while held", "<b>MTUM</b>"]) {
                assert!(chart.contains(part), "{part} in {chart}");
            }
            assert!(!chart.contains("NaN"), "{chart}");
        }
    }
}
