//! Yahoo's numbers as decimals.

use rust_decimal::Decimal;

/// The shortest decimal that is the number Yahoo means; nothing for one that is none.
///
/// Yahoo keeps prices as 32-bit floats and prints them widened to 64 bits: 74.06 arrives as `74.05999755859375`.
/// Where a number is exactly a 32-bit float, the shortest decimal that reads back as this float is taken, and so
/// 74.06 is stored. The change is below half a unit in the last place of the float, one part in sixteen million.
/// Any other number is taken as it is printed.
pub(super) fn decimal(number: f64) -> Option<Decimal> {
    #[expect(clippy::cast_possible_truncation, reason = "whether anything is lost is what is asked")]
    let narrow = number as f32;
    // A reader of JSON may be off by a unit in the last of 53 bits; two 32-bit floats are half a billion apart.
    let is_narrow = (f64::from(narrow) - number).abs() <= number.abs() * 4.0 * f64::EPSILON;
    let text = if is_narrow { narrow.to_string() } else { number.to_string() };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: f64) -> String {
        decimal(number).unwrap().to_string()
    }

    #[test]
    fn widened_floats_are_what_was_meant() {
        assert_eq!(shown(74.059_997_558_593_75), "74.06");
        assert_eq!(shown(34.099_998_474_121_094), "34.1");
        assert_eq!(shown(1_286.569_946_289_062_5), "1286.57");
        assert_eq!(shown(1.122_082_591_056_823_7), "1.1220826");
        assert_eq!(shown(1258.0), "1258");
    }

    #[test]
    fn other_numbers_stay_as_they_are() {
        assert_eq!(shown(305.3), "305.3");
        assert_eq!(shown(97_372.123_456_7), "97372.1234567");
        assert_eq!(shown(0.0), "0");
        assert_eq!(decimal(f64::NAN), None);
        assert_eq!(decimal(1e300), None);
    }

    #[test]
    fn the_last_bit_may_be_off() {
        let next = f64::from_bits(34.099_998_474_121_094_f64.to_bits() + 1);
        assert_eq!(shown(next), "34.1");
    }
}
