//! The deepest falls by how deep they were and how long they took.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{DrawdownView, Publication, Published};

use super::picture::{Letter, Panel, Picture};
use super::scale::{Axis, Tick, span};

/// So many of the deepest falls have their name beside them.
const NAMED: usize = 3;

/// A name is so wide and so high on a phone, as parts of the picture.
const NAME: (f64, f64) = (0.36, 0.08);

/// A point for each of the deepest falls, both axes logarithmic. `None` of fewer than three falls.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn falls_by_depth(publication: &Publication) -> Result<Option<String>> {
    let falls: Vec<&DrawdownView> =
        publication.drawdowns.iter().filter(|fall| fall.depth.get() < 0.0 && fall.duration_days > 0).collect();
    if falls.len() < 3 {
        return Ok(None);
    }
    let days = |fall: &DrawdownView| (fall.duration_days as f64).ln();
    let percent = |fall: &DrawdownView| fall.depth.get().abs() * 100.0;
    // Deeper is lower, as in the other charts of falls.
    let height = |fall: &DrawdownView| -percent(fall).ln();
    let x = widened(falls.iter().map(|fall| days(fall)));
    let depths = widened(falls.iter().map(|fall| percent(fall).ln()));
    let panel = Panel {
        edges: (0.0, 1.0),
        y: (-depths.1, -depths.0),
        levels: factors(depths).negated().levels(|fall| -fall.abs().ln(), Sign::Minus, "%"),
        base: f64::NAN,
        ..Panel::default()
    };
    let mut picture = Picture {
        id: "falls".into(),
        kind: "falls",
        title: "Falls by depth and length".into(),
        note: "days from a peak until it was reached again; an open circle: not reached yet; both axes log".into(),
        description: in_words(&falls),
        height: "middle bare",
        x,
        ticks: factors(x)
            .whole()
            .numbers
            .into_iter()
            .map(|days| Tick { x: days.ln(), text: in_days(days), has_line: true })
            .collect(),
        ..Picture::default()
    };
    for fall in falls.iter().rev() {
        let (left, top) = (picture.place(days(fall)), panel.place(height(fall)));
        let class = if fall.recovery.is_some() { "point down" } else { "point open down" };
        picture.letters.push(Letter::new(class, Some(left), top, ""));
    }
    picture.letters.extend(names(&falls, |fall| (picture.place(days(fall)), panel.place(height(fall)))));
    picture.panels = vec![panel];
    picture.html().map(Some)
}

/// The dates of the deepest falls beside their points; on a phone without those that another would run into there.
fn names(falls: &[&DrawdownView], place: impl Fn(&DrawdownView) -> (f64, f64)) -> Vec<Letter> {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let name = |fall: &&DrawdownView| {
        let (left, top) = place(fall);
        let is_before = left > 0.7;
        let begin = if is_before { left - NAME.0 } else { left };
        let is_free = taken.iter().all(|other| (other.0 - begin).abs() >= NAME.0 || (other.1 - top).abs() >= NAME.1);
        if is_free {
            taken.push((begin, top));
        }
        let class = match (is_before, is_free) {
            (true, true) => "mark beside before",
            (true, false) => "mark beside before wide",
            (false, true) => "mark beside",
            (false, false) => "mark beside wide",
        };
        Letter::new(class, Some(left), top, format::day(fall.peak))
    };
    falls.iter().take(NAMED).map(name).collect()
}

/// Both ends of the logarithms, a third of a factor of ten apart at least.
fn widened(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = span(values, 0.08);
    let lacking = (1.2 - (high - low)).max(0.0) / 2.0;
    (low - lacking, high + lacking)
}

/// The axis between two logarithms.
fn factors((low, high): (f64, f64)) -> Axis {
    Axis::of_factors((low.exp(), high.exp()), 8)
}

fn in_days(days: f64) -> String {
    format::number(days, 0, Sign::Minus) + if days == 1.0 { " day" } else { " days" }
}

fn in_words(falls: &[&DrawdownView]) -> String {
    let one = |fall: &&DrawdownView| {
        let depth = format::percent(fall.depth.get(), 1, Sign::Minus);
        let days = format::number(fall.duration_days as f64, 0, Sign::Minus);
        let so_far = if fall.recovery.is_some() { "" } else { " so far" };
        format!("{depth} in {days} days{so_far} from {}", format::day(fall.peak))
    };
    format!("The deepest falls: {}.", falls.iter().take(NAMED).map(one).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn each_fall_is_a_point_and_the_deepest_have_their_dates() {
        let mut publication = testing::publication();
        let chart = falls_by_depth(&publication).unwrap().unwrap();
        let points =
            chart.matches("class=\"point down\"").count() + chart.matches("class=\"point open down\"").count();
        assert_eq!(points, publication.drawdowns.len());
        assert_eq!(chart.matches("class=\"mark beside").count(), NAMED);
        let deepest = format::day(publication.drawdowns[0].peak);
        assert!(chart.contains(&deepest) && !chart.contains("NaN"), "{chart}");
        publication.drawdowns.truncate(2);
        assert_eq!(falls_by_depth(&publication).unwrap(), None);
    }

    #[test]
    fn on_a_phone_no_name_runs_into_another() {
        let publication = testing::publication();
        let falls: Vec<&DrawdownView> = publication.drawdowns.iter().take(3).collect();
        let place = |fall: &DrawdownView| match falls.iter().position(|other| *other == fall) {
            Some(0) => (0.5, 0.5),
            Some(1) => (0.55, 0.52),
            _ => (0.9, 0.8),
        };
        let classes: Vec<&str> = names(&falls, place).iter().map(|letter| letter.class).collect();
        assert_eq!(classes, ["mark beside", "mark beside wide", "mark beside before"]);
    }

    #[test]
    fn small_falls_of_a_few_days_have_labels_of_their_own() {
        let mut publication = testing::publication();
        for (fall, (depth, days)) in publication.drawdowns.iter_mut().zip([(-0.019, 1), (-0.014, 2), (-0.012, 1)]) {
            fall.depth = testing::fine().daily(depth);
            fall.duration_days = days;
        }
        publication.drawdowns.truncate(3);
        let chart = falls_by_depth(&publication).unwrap().unwrap();
        let labels = |class: &str| -> Vec<String> {
            let parts = chart.split(class).skip(1);
            parts.map(|part| part.split(['>', '<']).nth(1).unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(labels("class=\"y"), ["\u{2212}2%", "\u{2212}1.5%", "\u{2212}1%"]);
        assert_eq!(labels("class=\"x"), ["1 day", "2 days"]);
    }
}
