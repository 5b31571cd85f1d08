//! How a number is made coarser.

/// The distance between two neighbouring values that can be published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// So many decimals.
    Decimals(i32),
    /// Multiples of a number.
    Of(f64),
    /// Multiples of a number in the logarithm: equal steps are equal returns.
    Log(f64),
}

/// What a step that is no number of decimals is written with.
const DECIMALS: i32 = 6;

impl Step {
    /// The distance itself.
    pub fn width(self) -> f64 {
        match self {
            // Not the power of a tenth, which is no short number.
            Self::Decimals(places) => 1.0 / 10f64.powi(places),
            Self::Of(step) | Self::Log(step) => step,
        }
    }

    /// The number as it is published.
    pub fn round(self, value: f64) -> f64 {
        let rounded = match self {
            Self::Decimals(places) => return to_decimals(value, places),
            Self::Of(step) => (value / step).round() * step,
            Self::Log(step) if value > 0.0 => ((value.ln() / step).round() * step).exp(),
            // Nothing is left.
            Self::Log(_) => 0.0,
        };
        to_decimals(rounded, DECIMALS)
    }

    /// How many steps a number is, rounded.
    pub fn steps(self, value: f64) -> i64 {
        (self.round(value) / self.width()).round() as i64
    }

    /// The number that so many steps are.
    pub fn of_steps(self, steps: i64) -> f64 {
        self.round(steps as f64 * self.width())
    }

    /// Parts in steps that add up to a whole: each down, and what is left to those that lost the most.
    pub fn parts(self, parts: &[f64], whole: i64) -> Vec<i64> {
        let width = self.width();
        let lost = |at: &usize| parts.get(*at).map_or(0.0, |part| part / width - (part / width).floor());
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by(|one, other| lost(other).total_cmp(&lost(one)).then(one.cmp(other)));
        let mut steps: Vec<i64> = parts.iter().map(|part| (part / width).floor() as i64).collect();
        let left = whole - steps.iter().sum::<i64>();
        let count = i64::try_from(parts.len()).unwrap_or(i64::MAX).max(1);
        for (place, at) in (0..).zip(order) {
            // More than one each, or fewer than none, only where the whole is none of their own.
            let more = left.div_euclid(count) + i64::from(place < left.rem_euclid(count));
            steps.iter_mut().skip(at).take(1).for_each(|steps| *steps += more);
        }
        steps
    }
}

fn to_decimals(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    let rounded = (value * scale).round() / scale;
    // No negative zero on a page.
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        for step in [Step::Decimals(6), Step::Of(0.01)] {
            assert!(step.round(-0.000_000_1).is_sign_positive());
        }
        assert_eq!(Step::Decimals(6).round(0.123_456_789), 0.123_457);
    }

    #[test]
    fn a_step_is_rounded_to_its_nearest_multiple() {
        assert_eq!(Step::Of(0.05).round(0.124), 0.1);
        assert_eq!(Step::Of(0.05).round(0.126), 0.15);
        assert_eq!(Step::Of(10.0).round(-14.9), -10.0);
        assert_eq!(Step::Of(0.005).round(0.333), 0.335);
    }

    #[test]
    fn steps_of_the_logarithm_are_equal_returns() {
        // ln 1.0254 = 0.025083; e^0.025 = 1.025315.
        assert_eq!(Step::Log(0.001).round(1.0254), 1.025_315);
        // ln 3.2847 = 1.189275; e^1.189 = 3.283796.
        assert_eq!(Step::Log(0.001).round(3.2847), 3.283_796);
        assert_eq!(Step::Log(0.001).round(1.0), 1.0);
        assert_eq!(Step::Log(0.001).round(0.0), 0.0);
        // What is rounded once is rounded.
        let once = Step::Log(0.001).round(0.876_543);
        assert_eq!(Step::Log(0.001).round(once), once);
    }

    #[test]
    fn parts_are_rounded_so_that_they_add_up() {
        // A third each is 33, 33 and 34 per cent; of equal losses the first gets what is left.
        assert_eq!(Step::Of(0.01).parts(&[1.0 / 3.0; 3], 100), [34, 33, 33]);
        // 2.4 - 1.3 + 0.3 steps are 1.4, which is one: 2, -2 and 0, and one more for what lost 0.7.
        assert_eq!(Step::Of(1.0).parts(&[2.4, -1.3, 0.3], 1), [2, -1, 0]);
        // A whole of another's making: the first two lost the most.
        assert_eq!(Step::Of(1.0).parts(&[0.4, 0.3, 0.2], -1), [0, 0, -1]);
        assert_eq!(Step::Of(1.0).parts(&[0.4, 0.3, 0.2], 5), [2, 2, 1]);
        assert!(Step::Of(0.01).parts(&[], 0).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_parts_each_is_a_neighbour_and_all_add_up(parts in proptest::collection::vec(-0.5f64..0.5, 1..30)) {
            for step in [Step::Of(0.02), Step::Of(0.001), Step::Decimals(4)] {
                let whole = step.steps(parts.iter().sum());
                let rounded: Vec<f64> = step.parts(&parts, whole).into_iter().map(|steps| step.of_steps(steps)).collect();
                let (sum, whole): (f64, f64) = (rounded.iter().sum(), step.round(parts.iter().sum()));
                proptest::prop_assert!((sum - whole).abs() < 1e-9, "{sum} {whole}");
                let near = rounded.iter().zip(&parts).all(|(rounded, part)| (rounded - part).abs() <= step.width() + 1e-9);
                proptest::prop_assert!(near, "{rounded:?}");
            }
        }
    }
}
