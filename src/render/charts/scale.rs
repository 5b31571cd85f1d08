//! Round numbers and dates for axes, and the thinning of long lines.

use chrono::{Datelike, NaiveDate};

use crate::calendar::YearMonth;
use crate::format::{self, Sign};

/// A date as a number on the time axis.
pub fn x_of(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

/// The smallest and largest value with a margin above and below; widened if they are equal.
pub fn span(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    match high - low {
        width if !width.is_finite() => (0.0, 1.0),
        width if width < 1e-9 => (low - low.abs().max(1.0) * 0.05, high + high.abs().max(1.0) * 0.05),
        width => (low - width * margin, high + width * margin),
    }
}

/// The labels of an axis, and the ends that it needs for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Lower and upper end.
    pub ends: (f64, f64),
    /// Round numbers between them, upwards, with the base among them.
    pub numbers: Vec<f64>,
    /// How many decimals all of them have; `None` where each has its own, as on a logarithmic axis.
    pub digits: Option<usize>,
}

impl Axis {
    /// An axis about a base over `low..high`, with about `wanted` numbers, and at least one on each side where there is data.
    pub fn about(base: f64, (low, high): (f64, f64), wanted: usize) -> Self {
        let (low, high) = (low.min(base), high.max(base));
        let step = round_step(low, high, wanted);
        let tiny = step * 1e-6;
        let low = if low < base - tiny { low.min(base - step) } else { low };
        let high = if high > base + tiny { high.max(base + step) } else { high };
        let (low, high) = if low < high { (low, high) } else { (base - step, base + step) };
        Self::of((low, high), steps(base, step, (low, high)))
    }

    /// An axis over `low..high` without a base, with about `wanted` numbers.
    pub fn within((low, high): (f64, f64), wanted: usize) -> Self {
        let step = round_step(low, high, wanted);
        Self::of((low, high), steps(0.0, step, (low, high)))
    }

    /// An axis over `low..high`, both positive, in even steps about a base; from a factor of ten on in those of 1, 2 and 5.
    pub fn of_growth(base: f64, (low, high): (f64, f64), wanted: usize) -> Self {
        let (low, high) = (low.min(base), high.max(base));
        if high / low >= 10.0 {
            return Self::of_factors((low, high), wanted * 2);
        }
        Self::of((low, high), steps(base, round_step(low, high, wanted), (low, high)))
    }

    /// An axis over `low..high`, both positive, in steps of factors: 1, 2 and 5 times powers of ten; of less than three of these,
    /// more of them, and of more than `most`, fewer.
    pub fn of_factors((low, high): (f64, f64), most: usize) -> Self {
        let powers = || (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
        let inside = |factors: &[f64]| -> Vec<f64> {
            let all = powers().flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
            all.filter(|number| (low * 0.999..=high * 1.001).contains(number)).collect()
        };
        let usual = inside(&[1.0, 2.0, 5.0]);
        if usual.len() < 3 {
            let numbers = inside(&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]);
            return Self { ends: (low, high), numbers, digits: None };
        }
        let numbers = [usual, inside(&[1.0, 3.0]), inside(&[1.0])];
        let few = numbers.iter().find(|numbers| numbers.len() <= most).or(numbers.last());
        Self { ends: (low, high), numbers: few.cloned().unwrap_or_default(), digits: None }
    }

    fn of(ends: (f64, f64), numbers: Vec<f64>) -> Self {
        Self { ends, digits: numbers.iter().map(|number| decimals(*number)).max(), numbers }
    }

    /// The axis with its whole numbers alone: of things that are counted there is no half.
    pub fn whole(mut self) -> Self {
        self.numbers.retain(|number| decimals(*number) == 0);
        self.digits = Some(0);
        self
    }

    /// The same below zero.
    pub fn negated(self) -> Self {
        let numbers = self.numbers.into_iter().rev().map(|number| -number).collect();
        Self { ends: (-self.ends.1, -self.ends.0), numbers, digits: self.digits }
    }

    /// Its labels with where they stand, of which no two say the same. Where there is a unit, zero has neither it nor decimals.
    pub fn levels(&self, height: impl Fn(f64) -> f64, sign: Sign, unit: &str) -> Vec<(f64, String)> {
        let label = |number: f64| {
            let is_bare_zero = number == 0.0 && !unit.is_empty();
            let digits = if is_bare_zero { 0 } else { self.digits.unwrap_or_else(|| decimals(number)) };
            let text = format::number(number, digits, sign);
            (height(number), if is_bare_zero { text } else { text + unit })
        };
        let mut levels: Vec<(f64, String)> = self.numbers.iter().map(|number| label(*number)).collect();
        levels.dedup_by(|one, before| one.1 == before.1);
        levels
    }
}

/// From so many wanted numbers on there is room for some more than are wanted.
const ROOMY: usize = 5;

/// A step of 1, 2 or 5 times a power of ten, of which about `wanted` go into `low..high`; no more of them where there is little
/// room.
fn round_step(low: f64, high: f64, wanted: usize) -> f64 {
    let raw = (high - low) / wanted.max(1) as f64;
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(raw.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    if wanted < ROOMY {
        return steps.into_iter().find(|step| *step >= raw * 0.999).unwrap_or(raw);
    }
    let distance = |step: &f64| (step / raw).ln().abs();
    steps.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(raw)
}

/// The numbers that are whole steps away from a base.
fn steps(base: f64, step: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let first = ((low - base) / step - 1e-6).ceil() as i64;
    let last = ((high - base) / step + 1e-6).floor() as i64;
    (first..=last).map(|number| base + number as f64 * step).collect()
}

/// The fewest decimals that write a number as it is, six at most.
fn decimals(number: f64) -> usize {
    let is_written = |digits: &usize| {
        let shifted = number * 10f64.powi(*digits as i32);
        (shifted - shifted.round()).abs() < 1e-9 * shifted.abs().max(1.0)
    };
    (0..6).find(is_written).unwrap_or(6)
}

/// A date on the time axis, with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it is.
    pub x: f64,
    /// Its label.
    pub text: String,
    /// Whether a line is drawn there.
    pub has_line: bool,
}

/// Labels of the time axis over these dates, at most about `wanted`: firsts of years, quarters or months, of a short record some of
/// the dates themselves. The first label has its year, and stands at the first date where the next is far from it.
pub fn ticks(dates: &[NaiveDate], wanted: usize) -> Vec<Tick> {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Vec::new() };
    if (*last - *first).num_days() <= 75 { days(dates, wanted) } else { months(dates, wanted) }
}

/// Labels of the time axis that name years and months alone, however few.
pub fn months(dates: &[NaiveDate], wanted: usize) -> Vec<Tick> {
    let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else { return Vec::new() };
    let months = i64::from(last.year() - first.year()) * 12 + i64::from(last.month()) - i64::from(first.month());
    let step = [1, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|step| months / step <= wanted as i64).unwrap_or(240);
    let mut found: Vec<Tick> = Vec::new();
    let mut month = YearMonth::of(first);
    while month.first_day() <= last {
        let number = i64::from(month.year()) * 12 + i64::from(month.month()) - 1;
        let day = month.first_day();
        if number % step == 0 && day >= first {
            if found.is_empty() && (day - first).num_days() > step * 14 {
                let text = first.format(if step < 12 { "%b %Y" } else { "%Y" }).to_string();
                found.push(Tick { x: x_of(first), text, has_line: false });
            }
            let form = match (month.month(), found.is_empty()) {
                (1, _) => "%Y",
                (_, true) => "%b %Y",
                _ => "%b",
            };
            found.push(Tick { x: x_of(day), text: day.format(form).to_string(), has_line: true });
        }
        month = month.next();
    }
    found
}

/// Some of these dates, the first and the last among them. No other one is named: where months alone are published, their ends are all
/// that is known.
fn days(dates: &[NaiveDate], wanted: usize) -> Vec<Tick> {
    let last = dates.len().saturating_sub(1);
    let count = last.min(wanted.clamp(2, 6) - 1).max(1);
    let mut year = None;
    let mut chosen: Vec<NaiveDate> =
        (0..=count).filter_map(|number| dates.get(last * number / count).copied()).collect();
    chosen.dedup();
    let tick = |day: NaiveDate| {
        let text = if year == Some(day.year()) { format::day_of_year(day) } else { format::day(day) };
        year = Some(day.year());
        Tick { x: x_of(day), text, has_line: false }
    };
    chosen.into_iter().map(tick).collect()
}

/// At most the first, lowest, highest and last point of each of `columns` equal parts of the x axis.
///
/// Peaks and valleys are never lost by thinning.
pub fn thinned(points: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let width = (last.0 - first.0) / columns.max(1) as f64;
    if points.len() <= columns || width <= 0.0 {
        return points.to_vec();
    }
    let column = |point: &(f64, f64)| ((point.0 - first.0) / width) as usize;
    let mut kept = Vec::new();
    for part in points.chunk_by(|a, b| column(a) == column(b)) {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let corners = [part.first(), part.iter().min_by(by_height), part.iter().max_by(by_height), part.last()];
        let mut corners: Vec<(f64, f64)> = corners.into_iter().flatten().copied().collect();
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        corners.dedup();
        kept.extend(corners);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn axis_numbers_are_round_and_the_base_is_among_them() {
        let numbers = |low, high| Axis::of_growth(100.0, (low, high), 4).numbers;
        assert_eq!(numbers(91.0, 252.0), [100.0, 150.0, 200.0, 250.0]);
        assert_eq!(numbers(60.0, 100.0), [60.0, 70.0, 80.0, 90.0, 100.0]);
        assert_eq!(numbers(80.0, 1_200.0), [100.0, 200.0, 500.0, 1_000.0]);
        assert_eq!(numbers(100.0, 9e5), [1e2, 3e2, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5]);
        let short = Axis::of_growth(100.0, (99.97, 102.1), 4);
        assert_eq!((short.numbers, short.digits), (vec![100.0, 101.0, 102.0], Some(0)));
        assert_eq!(Axis::about(0.0, (-20.0, 77.0), 5).numbers, [-20.0, 0.0, 20.0, 40.0, 60.0]);
        assert_eq!([0.5, 0.02, 20.0, 1.5, 0.1 + 0.2, 0.0].map(decimals), [1, 2, 0, 1, 1, 0]);
    }

    #[test]
    fn each_side_with_data_has_a_number() {
        assert_eq!(Axis::about(0.0, (-33.5, 0.0), 4).numbers, [-30.0, -20.0, -10.0, 0.0]);
        let axis = Axis::about(0.0, (-0.3, 30.0), 3);
        assert_eq!((axis.numbers, axis.ends.0), (vec![-20.0, 0.0, 20.0], -20.0));
        assert_eq!(Axis::about(0.0, (0.0, 0.0), 3).numbers, [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn factors_are_round_and_written_as_they_are() {
        let labels = |low, high| {
            let levels = Axis::of_factors((low, high), 8).levels(f64::ln, Sign::Minus, "%");
            levels.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(labels(1.5, 60.0), ["2%", "5%", "10%", "20%", "50%"]);
        assert_eq!(labels(8.0, 40.0), ["10%", "15%", "20%", "30%"]);
        assert_eq!(labels(0.9, 4.0), ["1%", "1.5%", "2%", "3%"]);
        assert_eq!(labels(0.1, 90_000.0), ["0.1%", "1%", "10%", "100%", "1,000%", "10,000%"]);
    }

    #[test]
    fn what_is_counted_has_no_half() {
        let axis = Axis::about(0.0, (0.0, 2.0), 4);
        assert_eq!((axis.numbers.len(), axis.whole().numbers), (5, vec![0.0, 1.0, 2.0]));
        assert_eq!(Axis::of_factors((0.6, 4.0), 8).whole().numbers, [1.0, 2.0, 3.0]);
    }

    fn words(first: &str, last: &str, wanted: usize) -> Vec<String> {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let dates: Vec<NaiveDate> = day(first).iter_days().take_while(|date| *date <= day(last)).collect();
        ticks(&dates, wanted).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn the_first_date_has_its_year() {
        assert_eq!(words("2014-01-02", "2018-12-28", 5), ["2014", "2015", "2016", "2017", "2018"]);
        assert_eq!(words("2015-11-02", "2018-12-28", 4), ["2016", "2017", "2018"]);
        assert_eq!(words("2025-11-15", "2026-10-01", 4), ["Nov 2025", "2026", "Apr", "Jul", "Oct"]);
        assert_eq!(words("2026-03-20", "2026-08-03", 9), ["Apr 2026", "May", "Jun", "Jul", "Aug"]);
        assert_eq!(words("2026-01-05", "2026-01-06", 6), ["5 Jan 2026", "6 Jan"]);
        assert_eq!(
            words("2025-12-30", "2026-01-09", 6),
            ["30 Dec 2025", "1 Jan 2026", "3 Jan", "5 Jan", "7 Jan", "9 Jan"]
        );
    }

    #[test]
    fn a_short_axis_names_no_date_that_it_has_not() {
        let ends = ["2019-12-31", "2020-01-31", "2020-02-28"].map(|date| date.parse().unwrap());
        let words: Vec<String> = ticks(&ends, 6).into_iter().map(|tick| tick.text).collect();
        assert_eq!(words, ["31 Dec 2019", "31 Jan 2020", "28 Feb"]);
    }

    #[test]
    fn a_flat_line_still_has_a_height() {
        let (low, high) = span([1.0, 1.0].into_iter(), 0.1);
        assert!(low < 1.0 && 1.0 < high);
        assert_eq!(span(std::iter::empty(), 0.1), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn no_axis_says_the_same_twice(low in -1e4f64..1e4, exponent in -4f64..5.0, wanted in 2usize..7) {
            let (high, positive) = (low + 10f64.powf(exponent), low.abs().max(1e-3));
            let grown = positive * (1.0 + 10f64.powf(exponent));
            let axes = [
                (Axis::about(0.0, (low.min(0.0), high.max(0.0)), wanted), 0.0),
                (Axis::about(100.0, (low.min(100.0), high.max(100.0)), wanted), 100.0),
                (Axis::within((low, high), wanted), f64::NAN),
                (Axis::of_growth(100.0, (positive, grown), wanted), f64::NAN),
                (Axis::of_factors((positive, positive * 3.4f64.max(1.0 + 10f64.powf(exponent))), wanted * 2), f64::NAN),
                (Axis::about(0.0, (0.0, positive), wanted).whole(), 0.0),
            ];
            for (axis, base) in axes {
                let levels = axis.levels(|number| number, Sign::Both, "%");
                let texts: std::collections::BTreeSet<&str> = levels.iter().map(|(_, text)| text.as_str()).collect();
                prop_assert_eq!(texts.len(), levels.len(), "{:?}", levels);
                prop_assert_eq!(levels.len(), axis.numbers.len(), "{:?}", axis);
                prop_assert!(base.is_nan() || axis.numbers.contains(&base), "{:?}", axis);
                prop_assert!(levels.len() < 16, "{:?}", levels);
            }
        }

        #[test]
        fn thinning_keeps_the_ends_and_the_extremes(heights in prop::collection::vec(-1e3f64..1e3, 2..400), columns in 1usize..50) {
            let points: Vec<(f64, f64)> = heights.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
            let kept = thinned(&points, columns);
            prop_assert!(kept.len() <= points.len());
            prop_assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
            let top = |points: &[(f64, f64)]| points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
            let bottom = |points: &[(f64, f64)]| points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
            prop_assert_eq!((top(&kept), bottom(&kept)), (top(&points), bottom(&points)));
            prop_assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
