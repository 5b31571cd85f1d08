//! Numbers as brokers write them.

use std::str::FromStr;

use rust_decimal::Decimal;

/// Reads a number with the given decimal mark, exactly. Thousands may be grouped, in threes only.
///
/// # Errors
/// Anything else: `NaN`, `1,5` where the comma is not the decimal mark, more than 28 digits before the mark.
pub fn parse(text: &str, mark: char) -> Result<Decimal, String> {
    read(text.trim(), mark).ok_or_else(|| not_a_number(text))
}

/// Reads a number that may carry the sign of a currency or stand in brackets, which say that it is below zero:
/// `-$1,234.50`, `($1.00)`, `12.50 €`.
///
/// # Errors
/// As [`parse`].
pub fn parse_money(text: &str, mark: char) -> Result<Decimal, String> {
    let inside = text.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (negative, rest) = (inside.is_some(), inside.unwrap_or(text).trim());
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", rest),
    };
    let is_sign = |letter: char| matches!(letter, '$' | '€' | '£' | '¥');
    let bare = rest.strip_prefix(is_sign).or_else(|| rest.strip_suffix(is_sign)).unwrap_or(rest).trim();
    let number = parse(&format!("{sign}{bare}"), mark).map_err(|_| not_a_number(text))?;
    match (negative, number.is_sign_negative()) {
        (true, true) => Err(not_a_number(text)),
        (true, false) => Ok(-number),
        (false, _) => Ok(number),
    }
}

fn not_a_number(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    format!("`{shown}` is not a number")
}

fn read(text: &str, mark: char) -> Option<Decimal> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once(mark).unwrap_or((mantissa, ""));
    let whole = ungrouped(whole, mark)?;
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { &whole };
    let plain = if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
    let number = match exponent {
        Some(exponent) => Decimal::from_scientific(&format!("{plain}e{exponent}")).ok()?,
        None => Decimal::from_str_exact(&plain).or_else(|_| Decimal::from_str(&plain)).ok()?,
    };
    Some(if number.is_zero() { number.abs() } else { number })
}

/// The digits before the decimal mark without the marks between thousands.
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let separator = |letter: char| {
        letter != mark && matches!(letter, ',' | '.' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}')
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let well_grouped = groups.len() == 1
        || groups.iter().enumerate().all(|(index, group)| match index {
            0 => (1..=3).contains(&group.len()),
            _ => group.len() == 3,
        });
    let joined = groups.concat();
    (well_grouped && joined.bytes().all(|byte| byte.is_ascii_digit())).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_decimals() {
        for (text, mark, expected) in [
            ("188.25", '.', "188.25"),
            ("-1,234,567.890", '.', "-1234567.890"),
            ("1.234,56", ',', "1234.56"),
            ("1 234,5", ',', "1234.5"),
            (" +.5 ", '.', "0.5"),
            ("1.25E-3", '.', "0.00125"),
            ("-0", '.', "0"),
            ("7674.265297533", '.', "7674.265297533"),
        ] {
            assert_eq!(parse(text, mark).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "NaN", "inf", "1,5", "12,34.5", "1.2.3", "1e999", "0x10", "5 USD", "--1", "1e", "9e28"]
        {
            assert!(parse(text, '.').is_err(), "{text}");
        }
        assert_eq!(parse("abc", '.').unwrap_err(), "`abc` is not a number");
    }

    #[test]
    fn money_may_carry_its_sign_and_stand_in_brackets() {
        for (text, expected) in [
            ("$12.3456", "12.3456"),
            ("-$1,234.50", "-1234.50"),
            ("$-1.5", "-1.5"),
            ("($1.00)", "-1.00"),
            ("12.50 €", "12.50"),
            ("7", "7"),
        ] {
            assert_eq!(parse_money(text, '.').unwrap().to_string(), expected, "{text}");
        }
        for text in ["$", "()", "(-1)", "$$1", "$1€", "USD 5", "-", ""] {
            assert!(parse_money(text, '.').is_err(), "{text}");
        }
        assert_eq!(parse_money("$abc", '.').unwrap_err(), "`$abc` is not a number");
    }

    proptest! {
        #[test]
        fn every_decimal_is_read_back(number: i64, scale in 0u32..12) {
            let number = Decimal::new(number, scale);
            prop_assert_eq!(parse(&number.to_string(), '.').unwrap(), number);
            prop_assert_eq!(parse(&number.to_string().replace('.', ","), ',').unwrap(), number);
        }
    }
}
