//! Round numbers and dates for axes, and the thinning of long lines.

use chrono::{Datelike, NaiveDate};

use crate::calendar::YearMonth;

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

/// Round numbers inside `low..high`, about `wanted` of them: steps of 1, 2 or 5 times a power of ten.
pub fn round_numbers(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let raw = (high - low) / wanted.max(1) as f64;
    if !raw.is_finite() || raw <= 0.0 {
        return Vec::new();
    }
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(raw);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|number| number as f64 * step).collect()
}

/// The number of decimals that distinguish round numbers of this step.
pub fn decimals(step: f64) -> usize {
    (-step.abs().log10().floor()).clamp(0.0, 6.0) as usize
}

/// Round numbers for a logarithmic axis over `low..high`, both positive.
pub fn log_numbers(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    if high / low < 3.0 {
        return round_numbers(low, high, wanted);
    }
    let powers = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let all: Vec<f64> =
        powers.flat_map(|power| [1.0, 1.5, 2.0, 3.0, 5.0, 7.0].map(|factor| factor * 10f64.powi(power))).collect();
    let inside: Vec<f64> = all.into_iter().filter(|number| (low..=high).contains(number)).collect();
    let keep = inside.len().div_ceil(wanted.max(1) * 2).max(1);
    inside.into_iter().step_by(keep).collect()
}

/// The first days of years, quarters or months inside the span, at most about `wanted`, with their labels.
pub fn dates(first: NaiveDate, last: NaiveDate, wanted: usize) -> Vec<(NaiveDate, String)> {
    let months = i64::from(last.year() - first.year()) * 12 + i64::from(last.month()) - i64::from(first.month());
    let step = [1, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|step| months / step <= wanted as i64).unwrap_or(240);
    let mut found = Vec::new();
    let mut month = YearMonth::of(first);
    while month.first_day() <= last {
        let number = i64::from(month.year()) * 12 + i64::from(month.month()) - 1;
        if number % step == 0 && month.first_day() >= first {
            let day = month.first_day();
            let is_year = month.month() == 1;
            let label = if is_year { day.format("%Y") } else { day.format("%b") }.to_string();
            found.push((day, label));
        }
        month = month.next();
    }
    // A few days or weeks hold no first of a month: then the ends have to do.
    if found.len() < 2 && months < 3 {
        found = vec![(first, first.format("%-d %b").to_string()), (last, last.format("%-d %b").to_string())];
    }
    found
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
    fn axis_numbers_are_round() {
        assert_eq!(round_numbers(0.93, 2.61, 4), [1.0, 1.5, 2.0, 2.5]);
        assert_eq!(round_numbers(-0.31, 0.0, 3).len(), 2);
        assert_eq!(round_numbers(1.0, 1.0, 3), Vec::<f64>::new());
        assert_eq!(log_numbers(80.0, 420.0, 5), [100.0, 150.0, 200.0, 300.0]);
        assert_eq!((decimals(0.5), decimals(0.02), decimals(20.0)), (1, 2, 0));
    }

    #[test]
    fn axis_dates_are_firsts_of_months() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let years: Vec<_> =
            dates(day("2014-01-02"), day("2022-12-28"), 9).into_iter().map(|(_, label)| label).collect();
        assert_eq!(years, ["2015", "2016", "2017", "2018", "2019", "2020", "2021", "2022"]);
        let quarters: Vec<_> =
            dates(day("2025-11-15"), day("2026-10-01"), 4).into_iter().map(|(_, label)| label).collect();
        assert_eq!(quarters, ["2026", "Apr", "Jul", "Oct"]);
        assert_eq!(dates(day("2026-01-05"), day("2026-01-23"), 6).len(), 2);
    }

    #[test]
    fn a_flat_line_still_has_a_height() {
        let (low, high) = span([1.0, 1.0].into_iter(), 0.1);
        assert!(low < 1.0 && 1.0 < high);
        assert_eq!(span(std::iter::empty(), 0.1), (0.0, 1.0));
    }

    proptest! {
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
