//! Bars about zero in tables.

use serde::Serialize;

/// A bar beside others of the same table, in percent of the width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// Where zero is.
    zero: f64,
    from: f64,
    size: f64,
}

/// The bars of values that are drawn on one scale; the sign is the side of zero.
pub fn bars(values: &[f64]) -> Vec<Bar> {
    let (low, high) = values.iter().fold((0.0f64, 0.0f64), |(low, high), value| (low.min(*value), high.max(*value)));
    let length = (high - low).max(1e-9);
    let part = |value: f64| (value / length * 1000.0).round() / 10.0;
    let zero = part(-low);
    let bar = |value: &f64| Bar { zero, from: part((-low + value.min(0.0)).max(0.0)), size: part(value.abs()) };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_value_is_on_the_other_side_of_zero() {
        let bar = |zero, from, size| Bar { zero, from, size };
        assert_eq!(bars(&[0.3, -0.1, 0.0]), [bar(25.0, 25.0, 75.0), bar(25.0, 0.0, 25.0), bar(25.0, 25.0, 0.0)]);
        assert_eq!(bars(&[0.35, 0.7]), [bar(0.0, 0.0, 50.0), bar(0.0, 0.0, 100.0)]);
        assert_eq!(bars(&[0.0]), [bar(0.0, 0.0, 0.0)]);
    }
}
