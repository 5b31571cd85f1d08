//! An instrument's place in the ranking of a rule while its price is shown.

use crate::publication::SignalView;

use super::picture::Panel;
use super::plot::Layer;
use super::scale::x_of;
use super::svg::Ink;

/// What one signal says of an instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// From when to when it counts.
    pub span: (f64, f64),
    /// Its place from 1, where it is ranked.
    pub rank: Option<usize>,
    /// How many the rule holds.
    pub held: usize,
    /// How many are ranked.
    pub ranked: usize,
}

/// The places of an instrument between two times, ascending. Empty where it is never ranked, and of one place alone, which is no course.
pub fn of(symbol: &str, signals: &[SignalView], x: (f64, f64)) -> Vec<Place> {
    let mut until = x.1;
    let mut places = Vec::new();
    for signal in signals {
        let from = x_of(signal.formation.last_day());
        let span = (from.max(x.0), until.min(x.1));
        until = from;
        if span.0 >= span.1 {
            continue;
        }
        let rank = signal.ranking.iter().find(|row| row.symbol == symbol).map(|row| row.rank);
        places.push(Place { span, rank, held: signal.selected.len(), ranked: signal.ranking.len() });
    }
    places.reverse();
    if places.iter().filter(|place| place.rank.is_some()).count() < 2 { Vec::new() } else { places }
}

/// The places in steps over the time that the instrument was held, with a line under those that the rule holds.
pub fn panel(places: &[Place], held: (f64, f64), edges: (f64, f64)) -> Option<Panel> {
    let last = places.iter().map(|place| place.ranked).max()?;
    let (low, high) = (-(last as f64) - 0.5, -0.5);
    let mut layers = vec![Layer::Blocks(vec![(held.0, held.1, low, high)], Ink::Ours, 0.09)];
    let under = |place: &Place| (place.held > 0).then(|| -(place.held as f64) - 0.5);
    layers.extend(steps(places, under).into_iter().map(|line| Layer::Line(line, Ink::Base)));
    let rank = |place: &Place| place.rank.map(|rank| -(rank as f64));
    layers.extend(steps(places, rank).into_iter().map(|line| Layer::Line(line, Ink::Ours)));
    Some(Panel {
        heading: Some(("Place in the ranking", "the rule holds what is above the line".into())),
        edges,
        y: (low, high),
        levels: [1, last].map(|place| (-(place as f64), place.to_string())).into(),
        base: f64::NAN,
        layers,
    })
}

/// Lines in steps, broken where there is no height.
fn steps(places: &[Place], height: impl Fn(&Place) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut is_open = false;
    for place in places {
        let Some(height) = height(place) else {
            is_open = false;
            continue;
        };
        let step = [(place.span.0, height), (place.span.1, height)];
        match lines.last_mut().filter(|_| is_open) {
            Some(line) => line.extend(step),
            None => lines.push(step.into()),
        }
        is_open = true;
    }
    lines
}

/// A sentence with a space before it, for those who do not see the picture.
pub fn in_words(places: &[Place]) -> String {
    let ranks = || places.iter().filter_map(|place| place.rank);
    match (ranks().min(), ranks().max()) {
        (Some(best), Some(worst)) if best == worst => format!(" Its place in the ranking was {best} throughout."),
        (Some(best), Some(worst)) => format!(" Its place in the ranking was between {best} and {worst}."),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn places_are_those_of_the_signals_between_two_times() {
        let publication = testing::publication();
        let signals = &publication.strategies.list[0].signals[..4];
        let symbol = signals[1].ranking[0].symbol.as_str();
        let at = |signal: usize| x_of(signals[signal].formation.last_day());
        // The oldest begins before the picture, the newest after it.
        let x = (at(3) + 5.0, at(0) - 5.0);
        let places = of(symbol, signals, x);
        let spans: Vec<_> = places.iter().map(|place| place.span).collect();
        assert_eq!(spans, [(x.0, at(2)), (at(2), at(1)), (at(1), x.1)]);
        assert_eq!(places[2].rank, Some(1));
        assert_eq!((places[2].held, places[2].ranked), (signals[1].selected.len(), signals[1].ranking.len()));
        assert_eq!(of("NOTHING", signals, x), []);
        assert_eq!(of(symbol, signals, (at(1), at(0))), [], "one place is no course");
        assert!(panel(&[], x, (0.0, 1.0)).is_none());
    }

    #[test]
    fn a_line_is_broken_where_there_is_no_place() {
        let place = |from: f64, rank| Place { span: (from, from + 1.0), rank, held: 2, ranked: 5 };
        let places = [place(0.0, Some(1)), place(1.0, Some(4)), place(2.0, None), place(3.0, Some(2))];
        let rank = |place: &Place| place.rank.map(|rank| -(rank as f64));
        assert_eq!(
            steps(&places, rank),
            [vec![(0.0, -1.0), (1.0, -1.0), (1.0, -4.0), (2.0, -4.0)], vec![(3.0, -2.0), (4.0, -2.0)]]
        );
        assert_eq!(in_words(&places), " Its place in the ranking was between 1 and 4.");
        assert_eq!(in_words(&places[..1]), " Its place in the ranking was 1 throughout.");
    }
}
