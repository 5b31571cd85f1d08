//! How figures and dates are written: a real minus sign, a fixed number of decimals, an em dash for undefined.

use chrono::{DateTime, NaiveDate, Utc};

use crate::analysis::catalogue::Unit;
use crate::analysis::frequency::Frequency;

/// The replacement for an undefined figure.
pub const UNDEFINED: &str = "\u{2014}";

const MINUS: char = '\u{2212}';

/// Whether a positive figure carries a plus sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Only a minus, where there is one.
    Minus,
    /// A plus or a minus, except on zero.
    Both,
}

/// A number with thousands separators; one that rounds to zero has no sign.
pub fn number(value: f64, digits: usize, sign: Sign) -> String {
    if !value.is_finite() {
        return UNDEFINED.into();
    }
    let plain = format!("{:.*}", digits, value.abs());
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 4);
    match (is_zero, value < 0.0, sign) {
        (false, true, _) => text.push(MINUS),
        (false, false, Sign::Both) => text.push('+'),
        _ => {}
    }
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A fraction in percent: `+1.25%`.
pub fn percent(value: f64, digits: usize, sign: Sign) -> String {
    if value.is_finite() { number(value * 100.0, digits, sign) + "%" } else { UNDEFINED.into() }
}

/// Basis points: `+3.2 bps`.
pub fn basis_points(value: f64, digits: usize, sign: Sign) -> String {
    if value.is_finite() { number(value, digits, sign) + " bps" } else { UNDEFINED.into() }
}

/// A date: `27 Jan 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// An instant: `27 Jan 2026, 14:30 UTC`.
pub fn moment(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// The value of a figure in its unit.
pub fn figure(value: f64, unit: Unit) -> String {
    figure_to(value, unit, if unit == Unit::BasisPoints { 1 } else { 2 })
}

/// The value of a figure in its unit, to so many decimals where it is a ratio.
pub fn figure_to(value: f64, unit: Unit, decimals: usize) -> String {
    match unit {
        Unit::Percent => percent(value, decimals, Sign::Minus),
        Unit::Ratio => number(value, decimals, Sign::Minus),
        Unit::BasisPoints => basis_points(value, decimals, Sign::Minus),
        // Five digits and more are no figure that anyone means to the last one, and read like an amount.
        Unit::Days | Unit::Count if value.abs() >= 9_999.5 => {
            let unit = if unit == Unit::Days { " days" } else { "" };
            format!("{} thousand{unit}", number(value / 1000.0, 1, Sign::Minus))
        }
        Unit::Days => format!("{} days", number(value, 0, Sign::Minus)),
        Unit::Count => number(value, 0, Sign::Minus),
        Unit::Amount => number(value, 2, Sign::Minus),
    }
}

/// -1, 0 or 1 as the class of a cell, after rounding to the decimals shown.
pub fn sign_class(value: f64, shown_unit: f64) -> &'static str {
    match value {
        value if value >= shown_unit / 2.0 => "gain",
        value if value <= -shown_unit / 2.0 => "loss",
        _ => "flat",
    }
}

/// The text with the special characters of HTML and XML escaped.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// What figures of so many returns rest on: `1,992 daily returns`, or `84 valuations, about 12 a year`.
pub fn observed(returns: usize, frequency: Frequency) -> String {
    let count = |count: usize| number(count as f64, 0, Sign::Minus);
    if frequency.daily {
        return format!("{} daily return{}", count(returns), if returns == 1 { "" } else { "s" });
    }
    format!("{} valuations, about {} a year", count(returns + 1), number(frequency.periods, 0, Sign::Minus))
}

/// Returns a year: `252`, or `51.8` where they were counted.
pub fn periods(frequency: Frequency) -> String {
    number(frequency.periods, if frequency.daily { 0 } else { 1 }, Sign::Minus)
}

/// A text as part of a file name, an address or an anchor: small letters and digits, and one hyphen between them for all
/// else. Empty where there are none.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_alphanumeric() => slug.push(letter),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The beginning of a slug that fits into the name of a file among other words, whatever a broker calls an instrument.
pub fn short_slug(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = slug(text);
    slug.truncate(slug.floor_char_boundary(LONGEST));
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_slug_fits_into_a_file_name() {
        assert_eq!(short_slug("BRK B"), "brk-b");
        assert_eq!(short_slug(&"L".repeat(300)), "l".repeat(60));
        assert_eq!(short_slug(&"ü".repeat(300)), "ü".repeat(30));
        assert_eq!(short_slug(&format!("{} b", "a".repeat(59))), "a".repeat(59));
    }

    #[test]
    fn what_is_not_daily_is_not_called_so() {
        let weekly = Frequency { periods: 51.8, daily: false };
        assert_eq!(observed(104, weekly), "105 valuations, about 52 a year");
        assert_eq!(periods(weekly), "51.8");
        let daily = Frequency { periods: 252.0, daily: true };
        assert_eq!(observed(1992, daily), "1,992 daily returns");
        assert_eq!(periods(daily), "252");
    }

    #[test]
    fn percent_has_a_real_minus_and_no_signed_zero() {
        assert_eq!(percent(0.01254, 2, Sign::Both), "+1.25%");
        assert_eq!(percent(-0.0125, 1, Sign::Both), "\u{2212}1.2%");
        assert_eq!(percent(-0.00001, 2, Sign::Both), "0.00%");
        assert_eq!(percent(12.3456, 1, Sign::Minus), "1,234.6%");
        assert_eq!(percent(f64::NAN, 1, Sign::Minus), UNDEFINED);
    }

    #[test]
    fn many_days_and_returns_are_not_written_to_the_last_one() {
        assert_eq!(figure(9_999.4, Unit::Days), "9,999 days");
        assert_eq!(figure(28_502.7, Unit::Days), "28.5 thousand days");
        assert_eq!(figure(28_502.7, Unit::Count), "28.5 thousand");
    }

    #[test]
    fn a_slug_has_one_hyphen_where_words_end() {
        for (text, expected) in [
            ("BRK.B", "brk-b"),
            ("AAPL  240119C00150000", "aapl-240119c00150000"),
            ("What's new?", "what-s-new"),
            ("Über 3 %", "über-3"),
            ("--", ""),
        ] {
            assert_eq!(slug(text), expected);
        }
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(number(1_234_567.0, 0, Sign::Minus), "1,234,567");
        assert_eq!(number(-999.994, 2, Sign::Minus), "\u{2212}999.99");
        assert_eq!(number(100.0, 0, Sign::Both), "+100");
    }

    #[test]
    fn the_class_agrees_with_the_text() {
        assert_eq!(sign_class(0.00004, 0.0001), "flat");
        assert_eq!(sign_class(0.00006, 0.0001), "gain");
        assert_eq!(sign_class(-0.01, 0.0001), "loss");
    }
}
