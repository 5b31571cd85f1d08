//! Numbers as brokers write them.

use std::str::FromStr;

use rust_decimal::Decimal;

/// 10^20. No number of an account is larger, and sums of millions of them fit into a decimal.
const LARGEST: Decimal = Decimal::from_parts(1_661_992_960, 1_808_227_885, 5, false, 0);

/// Reads a number with the given decimal mark, exactly. Thousands may be grouped, in threes only.
///
/// # Errors
/// Anything else: `NaN`, `1,5` where the comma is not the decimal mark, more than 10^20.
pub fn parse(text: &str, mark: char) -> Result<Decimal, String> {
    bounded(read(text.trim(), mark).ok_or_else(|| not_a_number(text))?, text)
}

fn bounded(number: Decimal, text: &str) -> Result<Decimal, String> {
    if number.abs() > LARGEST { Err(format!("`{}` is larger than any account", shown(text))) } else { Ok(number) }
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
    let bare = format!("{sign}{bare}");
    let number = bounded(read(&bare, mark).ok_or_else(|| not_a_number(text))?, &bare)?;
    match (negative, number.is_sign_negative()) {
        (true, true) => Err(not_a_number(text)),
        (true, false) => Ok(-number),
        (false, _) => Ok(number),
    }
}

/// Why the decimal mark of some numbers is not known.
#[derive(Debug, PartialEq, Eq)]
pub struct Doubt<'a> {
    /// In words.
    pub message: String,
    /// The number that is in doubt, or contradicts others.
    pub number: &'a str,
    /// Whether no number proves anything, rather than two each other's contrary.
    pub is_single: bool,
}

/// The decimal mark of some numbers, by what they prove: `1.234,5` has a comma, `0.51` a point, and `1,234` could be
/// either. `None` where no number has a mark at all.
///
/// # Errors
/// Numbers that prove both, or only such as could be either.
pub fn mark_of<'a>(numbers: impl Iterator<Item = &'a str>) -> Result<Option<char>, Doubt<'a>> {
    let (mut point, mut comma, mut either) = (None, None, None);
    for number in numbers {
        match evidence(number) {
            Evidence::Nothing => {}
            Evidence::Either => either = either.or(Some(number)),
            Evidence::Mark('.') => point = point.or(Some(number)),
            Evidence::Mark(_) => comma = comma.or(Some(number)),
        }
    }
    match (point, comma, either) {
        (Some(point), Some(comma), _) => Err(Doubt {
            message: format!("`{point}` has a decimal point, and `{comma}` a decimal comma"),
            number: comma,
            is_single: false,
        }),
        (Some(_), None, _) => Ok(Some('.')),
        (None, Some(_), _) => Ok(Some(',')),
        (None, None, Some(either)) => Err(Doubt {
            message: format!("`{either}` could be thousands or decimals, and nothing in the file settles it"),
            number: either,
            is_single: true,
        }),
        (None, None, None) => Ok(None),
    }
}

/// What one number proves about the decimal mark.
enum Evidence {
    Nothing,
    Mark(char),
    Either,
}

fn evidence(number: &str) -> Evidence {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let number = number.split(['e', 'E']).next().unwrap_or_default();
    if digits(number) == 0 || number.contains(char::is_alphabetic) {
        return Evidence::Nothing;
    }
    let Some(last) = number.rfind([',', '.']) else { return Evidence::Nothing };
    let (before, rest) = number.split_at(last);
    let (mark, other) = if rest.starts_with(',') { (',', '.') } else { ('.', ',') };
    let whole: String = before.chars().skip_while(|letter| !letter.is_ascii_digit()).collect();
    let grouped = whole.contains(['\'', '\u{2019}', ' ', '\u{a0}', '\u{202f}']);
    if before.contains(mark) {
        return if before.contains(other) { Evidence::Nothing } else { Evidence::Mark(other) };
    }
    if before.contains(other) || grouped {
        return Evidence::Mark(mark);
    }
    let could_be_thousands = digits(rest) == 3 && (1..=3).contains(&digits(&whole)) && !whole.starts_with('0');
    if could_be_thousands { Evidence::Either } else { Evidence::Mark(mark) }
}

fn not_a_number(text: &str) -> String {
    format!("`{}` is not a number", shown(text))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
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
    fn what_no_account_holds_is_refused_so_that_sums_fit() {
        assert_eq!(parse("1e20", '.').unwrap().to_string(), "100000000000000000000");
        for text in ["100000000000000000001", "-1e21", "79228162514264337593543950335"] {
            assert_eq!(parse(text, '.').unwrap_err(), format!("`{text}` is larger than any account"));
            assert!(parse_money(text, '.').unwrap_err().contains("larger than any account"));
        }
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

    #[test]
    fn the_decimal_mark_is_what_the_numbers_prove() {
        for (numbers, mark) in [
            (vec!["1.234,5"], Some(',')),
            (vec!["1,234.5"], Some('.')),
            (vec!["-$1,234", "$0.35"], Some('.')),
            (vec!["1.234.567"], Some(',')),
            (vec!["1,234,567"], Some('.')),
            (vec!["0,123"], Some(',')),
            (vec!["1'234.567"], Some('.')),
            (vec!["1 234,567"], Some(',')),
            (vec!["41,39", "1.000"], Some(',')),
            (vec!["12", "", "-", "n/a"], None),
        ] {
            assert_eq!(mark_of(numbers.iter().copied()).unwrap(), mark, "{numbers:?}");
        }
        let either = mark_of(["12", "1,234"].into_iter()).unwrap_err();
        assert_eq!(either.message, "`1,234` could be thousands or decimals, and nothing in the file settles it");
        let both = mark_of(["1.5", "1,5"].into_iter()).unwrap_err();
        assert_eq!(both.message, "`1.5` has a decimal point, and `1,5` a decimal comma");
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
