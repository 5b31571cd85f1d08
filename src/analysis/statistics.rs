//! Sample statistics that several figures are made from.

/// A spread or sum of returns this small is rounding, not risk: a return carries about 2e-16 of it, and a
/// ratio over nothing but rounding would be a huge, meaningless number.
pub const NEGLIGIBLE: f64 = 1e-12;

/// The value, unless it is infinite or not a number.
pub fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// A quotient, undefined where the divisor is nothing but rounding.
pub fn ratio(dividend: f64, divisor: f64) -> Option<f64> {
    if divisor.abs() > NEGLIGIBLE { finite(dividend / divisor) } else { None }
}

/// Arithmetic mean; undefined for an empty sample.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { finite(values.iter().sum::<f64>() / values.len() as f64) }
}

/// Sum of squared distances from the mean; undefined for an empty sample.
pub fn squared_deviations(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    finite(values.iter().map(|value| (value - mean).powi(2)).sum())
}

/// Sample standard deviation (ddof = 1); undefined for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    finite((squared_deviations(values)? / (values.len() - 1) as f64).sqrt())
}

/// Sample standard deviation, undefined also where the values do not differ, up to rounding.
pub fn spread(values: &[f64]) -> Option<f64> {
    standard_deviation(values).filter(|deviation| *deviation > NEGLIGIBLE)
}

/// The `level` quantile (0 to 1) with linear interpolation, as numpy's default; undefined for an empty sample.
pub fn quantile(values: &[f64], level: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, level)
}

/// [`quantile`] of values that ascend.
pub fn quantile_of_sorted(sorted: &[f64], level: f64) -> Option<f64> {
    let position = sorted.len().checked_sub(1)? as f64 * level.clamp(0.0, 1.0);
    let below = *sorted.get(position.floor() as usize)?;
    let above = *sorted.get(position.ceil() as usize)?;
    let share = position - position.floor();
    // From the nearer end, as numpy does, so that the result never leaves the two values.
    let step = above - below;
    finite(if share < 0.5 { below + step * share } else { above - step * (1.0 - share) })
}

/// Growth of 1 through these returns, less 1; undefined for an empty sample.
pub fn compounded<'a>(returns: impl IntoIterator<Item = &'a f64>) -> Option<f64> {
    let mut returns = returns.into_iter().peekable();
    returns.peek()?;
    finite(returns.fold(1.0, |growth, value| growth * (1.0 + value)) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_about_an_empty_sample() {
        assert_eq!(mean(&[]), None);
        assert_eq!(squared_deviations(&[]), None);
        assert_eq!(standard_deviation(&[1.0]), None);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(compounded(&[]), None);
    }

    #[test]
    fn the_standard_deviation_divides_by_one_less() {
        // Mean 3; squares 4 + 1 + 1 + 4 = 10 over 3.
        assert_eq!(standard_deviation(&[1.0, 2.0, 4.0, 5.0]), Some((10.0_f64 / 3.0).sqrt()));
    }

    #[test]
    fn equal_values_have_no_spread_whatever_the_rounding() {
        assert_eq!(spread(&[0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2]), None);
        assert!(spread(&[0.1, 0.2]).is_some());
    }

    #[test]
    fn quantiles_lie_between_the_neighbours() {
        // Position 0.05 x 4 = 0.2 between -3 and -1.
        assert!((quantile(&[5.0, -3.0, 2.0, -1.0, 0.0], 0.05).unwrap() + 2.6).abs() < 1e-15);
        assert_eq!(quantile(&[5.0, -3.0, 2.0, -1.0, 0.0], 0.5), Some(0.0));
        assert_eq!(quantile(&[5.0, -3.0], 1.0), Some(5.0));
    }

    #[test]
    fn infinities_and_rounding_give_no_ratio() {
        assert_eq!(ratio(1.0, 1e-17), None);
        assert_eq!(ratio(f64::INFINITY, 1.0), None);
        assert_eq!(mean(&[f64::MAX, f64::MAX]), None);
        assert_eq!(ratio(1.0, -2.0), Some(-0.5));
    }
}
