//! The deepest falls by how deep they were and how long they took.

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{DrawdownView, Publication, Published};

use super::picture::{Letter, Panel, Picture};
use super::scale::{Axis, Tick, span};

/// So many of the deepest falls have their name beside them.
const NAMED: usize = 3;

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
        note: "days from a peak until it was reached again, open where it has not been; both axes log".into(),
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
    for (rank, fall) in falls.iter().enumerate().rev() {
        let (left, top) = (picture.place(days(fall)), panel.place(height(fall)));
        let class = if fall.recovery.is_some() { "point down" } else { "point open down" };
        picture.letters.push(Letter::new(class, Some(left), top, ""));
        if rank < NAMED {
            let class = if left > 0.7 { "mark beside before" } else { "mark beside" };
            picture.letters.push(Letter::new(class, Some(left), top, format::day(fall.peak)));
        }
    }
    picture.panels = vec![panel];
    picture.html().map(Some)
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
