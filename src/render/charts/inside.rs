//! Where the name of a curve stands inside a picture that is narrow: beside its end, where no curve and no other name is.

use super::picture::Panel;

/// A name is so high, in pixels.
const LINE: f64 = 18.5;

/// It keeps such a distance from a curve, and may begin so far above the picture and its own height, as parts of the height: beside the
/// title.
const DISTANCE: f64 = 0.012;

/// No nearer than this, where there is a place so far from everything.
const CLEAR: f64 = 0.011;
const ABOVE: f64 = 0.007;

/// A letter is so wide on the narrowest screen, as a part of the width.
const LETTER: f64 = 0.029;

/// The free heights of a panel, at its right.
pub(super) struct Places<'a> {
    panel: &'a Panel,
    x: (f64, f64),
    lowest: f64,
    /// How high a name is, as a part of the height.
    line: f64,
    taken: Vec<(f64, f64)>,
}

impl<'a> Places<'a> {
    /// All heights of the panel down to `lowest`, of a picture that is so many pixels high.
    pub(super) fn new(panel: &'a Panel, x: (f64, f64), lowest: f64, pixels: f64) -> Self {
        Self { panel, x, lowest, line: LINE / pixels, taken: Vec::new() }
    }

    /// The upper edge of the name whose curve ends at `end`, as near to it as can be. Where curves are everywhere it stands over the
    /// upper edge, or at the lowest place.
    pub(super) fn take(&mut self, curves: &[Vec<(f64, f64)>], end: f64, label: &str) -> f64 {
        let width = (letters(label) as f64 * LETTER).clamp(0.28, 0.6);
        let mut busy: Vec<(f64, f64)> = curves.iter().filter_map(|curve| self.reach(curve, width)).collect();
        busy.extend(&self.taken);
        let (line, above) = (self.line, -self.line - ABOVE);
        let distance = |top: &f64| (top + line / 2.0 - end).abs();
        let edges = [above, self.lowest - line];
        let nearest = |busy: &[(f64, f64)], room: f64| {
            let is_free = |top: &f64| {
                (above..=self.lowest - line).contains(top)
                    && busy.iter().all(|(from, to)| top + line <= from - room || top - room >= *to)
            };
            let beside = busy.iter().flat_map(|(from, to)| [from - DISTANCE - line, to + DISTANCE]);
            // Where there is no more room than it needs it stands in the middle of that.
            let between = busy.iter().flat_map(|(_, to)| busy.iter().map(move |(from, _)| (to + from - line) / 2.0));
            beside.chain(between).filter(is_free).min_by(|a, b| distance(a).total_cmp(&distance(b)))
        };
        // Clear of the line that the others are measured from, where that is possible.
        let base = self.panel.place(self.panel.base);
        let with_base: Vec<(f64, f64)> = busy.iter().copied().chain([(base, base)]).collect();
        let nearest = nearest(&with_base, CLEAR).or_else(|| nearest(&with_base, 0.0)).or_else(|| nearest(&busy, 0.0));
        let apart =
            || edges.into_iter().find(|top| self.taken.iter().all(|(from, to)| top + line <= *from || top >= to));
        let top = nearest.or_else(apart).unwrap_or(above);
        self.taken.push((top, top + line));
        top
    }

    /// From where to where a curve is in the last part of the width.
    fn reach(&self, curve: &[(f64, f64)], width: f64) -> Option<(f64, f64)> {
        let late = self.x.1 - (self.x.1 - self.x.0) * width;
        // A line comes in from the point before.
        let first = curve.partition_point(|point| point.0 < late).saturating_sub(1);
        let places = || curve.iter().skip(first).map(|point| self.panel.place(point.1));
        places().next()?;
        Some((places().fold(1.0, f64::min), places().fold(0.0, f64::max)))
    }
}

/// How many letters of a label are on a phone: its markup and its second line are not.
fn letters(label: &str) -> usize {
    let first = label.split("<small>").next().unwrap_or_default();
    let mut is_markup = false;
    let shown = first.chars().filter(|letter| {
        let was_markup = is_markup;
        is_markup = (is_markup || *letter == '<') && *letter != '>';
        !was_markup && !is_markup
    });
    // A sign that is written as a name is one letter.
    shown.count() - first.matches("&amp;").count() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Curves of a panel whose heights are those of the picture, from 0 at the top.
    fn places(curves: &[Vec<(f64, f64)>], lowest: f64, names: [(f64, &str); 2]) -> [f64; 2] {
        let panel = Panel { edges: (0.0, 1.0), y: (1.0, 0.0), ..Panel::default() };
        let mut places = Places::new(&panel, (0.0, 1.0), lowest, LINE / 0.043);
        names.map(|(end, name)| (places.take(curves, end, name) * 1000.0).round() / 1000.0)
    }

    #[test]
    fn names_stand_beside_their_curves_and_not_on_any() {
        let upper = vec![(0.0, 0.5), (0.8, 0.2), (1.0, 0.3)];
        let lower = vec![(0.0, 0.5), (0.8, 0.6), (1.0, 0.5)];
        // The upper is from 0.5 to 0.2 in the last part, the lower from 0.5 to 0.6: one over both, one under both.
        let names = [(0.3, "Account 1"), (0.5, "Index 1")];
        assert_eq!(places(&[upper.clone(), lower.clone()], 1.0, names), [0.145, 0.612]);
        // What is below 0.6 is taken: the second name stands over the first, the nearest free place.
        assert_eq!(places(&[upper, lower], 0.6, names), [0.145, 0.09]);
        // Between two flat curves there is room for both names.
        let flat = |height| vec![(0.0, height), (1.0, height)];
        assert_eq!(places(&[flat(0.0), flat(0.9)], 0.92, [(0.0, "A"), (0.9, "B")]), [0.012, 0.845]);
    }

    #[test]
    fn a_name_is_clear_of_the_line_of_all_others_and_else_in_the_middle_between_that_and_a_curve() {
        let panel = Panel { edges: (0.0, 1.0), y: (1.0, 0.0), base: 0.9, ..Panel::default() };
        let curve = vec![(0.0, 0.85), (0.9, 0.0), (1.0, 0.0)];
        let place = |lowest| {
            let mut places = Places::new(&panel, (0.0, 1.0), lowest, LINE / 0.043);
            (places.take(std::slice::from_ref(&curve), 0.5, "A") * 10_000.0).round() / 10_000.0
        };
        assert_eq!(place(1.0), 0.912, "below the line");
        assert_eq!(place(0.95), 0.8535, "0.05 high is the room above it");
    }

    #[test]
    fn a_name_without_room_keeps_clear_of_the_other_one() {
        let everywhere = vec![(0.0, 0.0), (0.9, 1.0), (1.0, 0.0)];
        assert_eq!(places(&[everywhere], 1.0, [(0.4, "A"), (0.5, "B")]), [-0.05, 0.957]);
    }

    #[test]
    fn only_what_a_phone_shows_counts_as_letters() {
        assert_eq!(letters("S&amp;P 500 <span>102.2</span><small>without dividends</small>"), 13);
    }
}
