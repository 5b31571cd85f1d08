//! The places of a rule's ranking, month by month.

use std::collections::BTreeMap;

use crate::Result;
use crate::format::escape;
use crate::publication::{RankedView, SignalView, StrategyView};

use super::DATES;
use super::picture::{Letter, Panel, Picture};
use super::plot::Layer;
use super::scale::{self, x_of};
use super::svg::Ink;

/// So many months are drawn at most, the newest ones; of long rankings fewer, as so many corners fit into a page.
const MONTHS: usize = 240;
const CORNERS: usize = 1800;

/// Up to so many places fit into a chart of middle height, and so many at all.
const FEW: usize = 14;
const MANY: usize = 40;

/// Days for which a line stays at its place before and after the end of a month.
const STAY: f64 = 9.0;

/// The corners of a line.
type Line = Vec<(f64, f64)>;

/// The place of each instrument in each month, the held ones above the rest. `None` of fewer than two months, of a single
/// instrument, and of more than can be told apart.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn ranks(strategy: &StrategyView) -> Result<Option<String>> {
    let longest = |signals: &[SignalView]| {
        signals.iter().flat_map(|signal| &signal.ranking).map(|row| row.rank).max().unwrap_or(0)
    };
    let most = (CORNERS / longest(&strategy.signals).max(1)).min(MONTHS);
    let newest = strategy.signals.get(..most).unwrap_or(&strategy.signals);
    let places = longest(newest);
    let signals: Vec<&SignalView> = newest.iter().rev().collect();
    let (Some(first), Some(last), true) =
        (signals.first(), signals.last(), signals.len() > 1 && (2..=MANY).contains(&places))
    else {
        return Ok(None);
    };
    let at = |signal: &SignalView| x_of(signal.formation.last_day());
    let x = (at(first), at(last));
    let is_held = |symbol: &str| last.selected.iter().any(|held| held == symbol);
    let lines = lines(&signals, at, x);
    let first_of = last.ranking.first().map(|row| row.symbol.as_str()).unwrap_or_default();
    let (drawn_out, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(symbol, _)| symbol == first_of);
    let order: Vec<String> = others.iter().chain(&drawn_out).map(|(symbol, _)| symbol.clone()).collect();
    let mut layers: Vec<Layer> = held_places(&signals, at).into_iter().collect();
    layers.extend(others.into_iter().map(|(_, line)| Layer::Line(line, Ink::Base)));
    layers.extend(drawn_out.into_iter().map(|(_, line)| Layer::Line(line, Ink::Ours)));
    let panel = Panel {
        edges: (0.0, 1.0),
        y: (-(places as f64) - 0.5, -0.5),
        levels: (1..=places)
            .filter(|place| places <= FEW || [1, places].contains(place))
            .map(|place| (-(place as f64), place.to_string()))
            .collect(),
        layers,
        ..Panel::default()
    };
    let name = |row: &RankedView| {
        let class = match &row.symbol {
            symbol if symbol == first_of => "name ours",
            symbol if is_held(symbol) => "name held",
            _ => "name",
        };
        // By which of the lines are its own, in the order in which they are drawn, a script draws out another one.
        let own = order.iter().enumerate().filter(|(_, symbol)| **symbol == row.symbol);
        let own: Vec<String> = own.map(|(at, _)| at.to_string()).collect();
        let name = format!("<span data-lines=\"{}\">{}</span>", own.join(" "), escape(&row.symbol));
        Letter::new(class, None, panel.place(-(row.rank as f64)), name)
    };
    let dates: Vec<_> = signals.iter().map(|signal| signal.formation.last_day()).collect();
    let picture = Picture {
        id: format!("ranks-{}", strategy.id),
        kind: "ranks",
        title: "Places in the ranking".into(),
        note: "at month-ends; what is shaded is held; choose a name to follow its line".into(),
        description: in_words(last),
        height: if places > FEW { "tall ranks" } else { "ranks" },
        x,
        ticks: scale::ticks(&dates, DATES),
        letters: last.ranking.iter().map(name).collect(),
        panels: vec![panel],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// The line of each instrument, in parts where it is not ranked in between.
fn lines(signals: &[&SignalView], at: impl Fn(&SignalView) -> f64, ends: (f64, f64)) -> Vec<(String, Line)> {
    let mut open: BTreeMap<&str, (usize, Line)> = BTreeMap::new();
    let mut done = Vec::new();
    for (number, signal) in signals.iter().enumerate() {
        for row in &signal.ranking {
            let (x, height) = (at(signal), -(row.rank as f64));
            let stay = [(x - STAY).max(ends.0), (x + STAY).min(ends.1)].map(|x| (x, height));
            let (before, line) = open.entry(&row.symbol).or_default();
            if *before + 1 != number && !line.is_empty() {
                done.push((row.symbol.clone(), std::mem::take(line)));
            }
            *before = number;
            line.extend(stay);
        }
    }
    done.extend(open.into_iter().map(|(symbol, (_, line))| (symbol.to_owned(), line)));
    done
}

/// The places that were held, from the first down to the last of each month.
fn held_places(signals: &[&SignalView], at: impl Fn(&SignalView) -> f64) -> Option<Layer> {
    let counts: Vec<(f64, f64)> = signals.iter().map(|signal| (at(signal), signal.selected.len() as f64)).collect();
    let (first, last) = (counts.first()?, counts.last()?);
    let mut corners = vec![(first.0, -0.5)];
    let mut previous = first.1;
    for (x, held) in &counts {
        corners.extend([(*x, -previous - 0.5), (*x, -held - 0.5)]);
        previous = *held;
    }
    corners.push((last.0, -0.5));
    counts.iter().any(|(_, held)| *held > 0.0).then_some(Layer::Band(corners, Ink::Base))
}

fn in_words(last: &SignalView) -> String {
    let month = last.formation.in_words();
    match last.selected.as_slice() {
        [] => format!("At the end of {month} the rule held nothing."),
        held => format!("At the end of {month} the rule held {}.", held.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn a_line_is_broken_where_it_is_not_ranked() {
        let publication = testing::publication();
        let newest = &publication.strategies.list[0].signals[..3];
        let mut middle = newest[1].clone();
        middle.ranking.retain(|row| row.rank != 1);
        let best = &newest[1].ranking[0].symbol;
        let signals = [&newest[2], &middle, &newest[0]];
        let drawn = lines(&signals, |signal| x_of(signal.formation.last_day()), (0.0, 1e9));
        let of_best: Vec<usize> =
            drawn.iter().filter(|(symbol, _)| symbol == best).map(|(_, line)| line.len()).collect();
        assert_eq!(of_best, [2, 2]);
        assert!(drawn.iter().any(|(_, line)| line.len() == 6));
    }

    #[test]
    fn the_demo_names_what_is_ranked_and_draws_out_the_first() {
        let publication = testing::publication();
        let strategy = &publication.strategies.list[0];
        let chart = ranks(strategy).unwrap().unwrap();
        let newest = &strategy.signals[0];
        assert_eq!(chart.matches("class=\"name ours\"").count(), 1);
        assert_eq!(chart.matches("class=\"name held\"").count(), newest.selected.len() - 1);
        assert_eq!(chart.matches("class=\"name\"").count(), newest.ranking.len() - newest.selected.len());
        // Each line belongs to one name.
        let of_names = chart.split("data-lines=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut owned: Vec<usize> =
            of_names.flat_map(|own| own.split(' ').filter_map(|at| at.parse().ok()).collect::<Vec<_>>()).collect();
        owned.sort_unstable();
        let drawn = chart.matches("<path class=\"base\" fill=\"none\"").count()
            + chart.matches("<path class=\"ours\" fill=\"none\"").count();
        assert_eq!(owned, (0..drawn).collect::<Vec<_>>());
        let mut single = strategy.clone();
        single.signals.truncate(1);
        assert!(ranks(&single).unwrap().is_none());
    }
}
