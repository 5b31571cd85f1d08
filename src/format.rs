//! How figures and dates are written: a real minus sign, a fixed number of decimals, an em dash for undefined, in the order and
//! with the marks of the current [`Locale`].

use chrono::{DateTime, NaiveDate, Utc};
use unicode_normalization::UnicodeNormalization;

use crate::analysis::catalogue::Unit;
use crate::analysis::frequency::Frequency;
use crate::calendar::YearMonth;
use crate::counted::noun;
use crate::locale::Locale;

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
    let sign = match (is_zero, value < 0.0, sign) {
        (false, true, _) => Some(MINUS),
        (false, false, Sign::Both) => Some('+'),
        _ => None,
    };
    marked(sign, &plain)
}

/// Digits, and maybe a point and more of them, behind a sign and with the marks of the locale.
fn marked(sign: Option<char>, plain: &str) -> String {
    let locale = Locale::current();
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let mut text = String::with_capacity(plain.len() + 8);
    text.extend(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(locale.thousands());
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(locale.decimal());
        text.push_str(fraction);
    }
    text
}

/// A price or an amount of data, such as `-1234.50`, as it is written on a page; what is no such number stays as it is.
pub fn written(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or((None, plain), |digits| (Some(MINUS), digits));
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && digits.matches('.').count() < 2;
    if is_number { marked(sign, digits) } else { plain.to_owned() }
}

/// A sentence of the program's own with the marks of the locale in its numbers: `1,000 in steps of 0.3 %`.
pub fn with_marks(sentence: &str) -> String {
    let letters: Vec<char> = sentence.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let mark = |(at, letter): (usize, &char)| {
        let is_inside = is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
        match letter {
            '.' if is_inside => Locale::current().decimal(),
            ',' if is_inside => Locale::current().thousands(),
            other => *other,
        }
    };
    letters.iter().enumerate().map(mark).collect()
}

/// A fraction in percent: `+1.25%`.
pub fn percent(value: f64, digits: usize, sign: Sign) -> String {
    if value.is_finite() { number(value * 100.0, digits, sign) + "%" } else { UNDEFINED.into() }
}

/// How many decimals a return has in a narrow table: over 1,000 % none.
pub fn narrow_digits(value: f64) -> usize {
    usize::from(value.abs() < 10.0)
}

/// A share of something in percent; `under 0.5%` of one that rounds to nothing.
pub fn share(value: f64, digits: usize) -> String {
    under(value, last_digit(digits)).unwrap_or_else(|| percent(value, digits, Sign::Minus))
}

/// What a one in the last digit of a percentage is.
pub fn last_digit(digits: usize) -> f64 {
    10f64.powi(-(digits as i32) - 2)
}

/// `under 2.5%` of a share that rounds to nothing by a step of 5 %: half of the step, with all its decimals.
pub fn under(value: f64, step: f64) -> Option<String> {
    let half = step / 2.0;
    let is_exact = |digits: &usize| {
        let shifted = half * 10f64.powi(*digits as i32 + 2);
        (shifted - shifted.round()).abs() < 1e-6
    };
    let digits = (0..6).find(is_exact).unwrap_or(6);
    (value.abs() < half).then(|| format!("under {}", percent(half, digits, Sign::Minus)))
}

/// Basis points: `+3.2 bps`.
pub fn basis_points(value: f64, digits: usize, sign: Sign) -> String {
    if value.is_finite() { number(value, digits, sign) + " bps" } else { UNDEFINED.into() }
}

/// A chance in whole per cent; what is nearly sure is not called so.
pub fn chance(value: f64) -> String {
    match value {
        value if value >= 0.995 => format!("over {}", percent(0.99, 0, Sign::Minus)),
        value if value < 0.005 => format!("under {}", percent(0.01, 0, Sign::Minus)),
        value => percent(value, 0, Sign::Minus),
    }
}

/// A sentence of the program's own with its numbers and dates as pages write them.
pub fn as_pages_write(sentence: &str) -> String {
    with_dates(&with_marks(sentence))
}

/// A sentence with the dates and months in it, such as `2020-02-19` and `2020-02`, as pages write them.
pub fn with_dates(sentence: &str) -> String {
    let word = |word: &str| {
        let (plain, end) = word.split_at(word.trim_end_matches([',', ';', ':']).len());
        match (plain.parse::<NaiveDate>(), plain.parse::<YearMonth>()) {
            (Ok(date), _) => day(date) + end,
            (_, Ok(month)) => month.in_words() + end,
            _ => word.to_owned(),
        }
    };
    sentence.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A date: `27 Jan 2026`.
pub fn day(date: NaiveDate) -> String {
    ordered(date, ("%-d %b %Y", "%b %-d, %Y"))
}

/// A date within a sentence: `27 January 2026`.
pub fn long_day(date: NaiveDate) -> String {
    ordered(date, ("%-d %B %Y", "%B %-d, %Y"))
}

/// A date whose year is known: `27 Jan`.
pub fn day_of_year(date: NaiveDate) -> String {
    ordered(date, ("%-d %b", "%b %-d"))
}

/// A date with its day first, or with its month first where the locale has it so.
fn ordered(date: NaiveDate, (day_first, month_first): (&str, &str)) -> String {
    date.format(if Locale::current().month_first() { month_first } else { day_first }).to_string()
}

/// An instant: `27 Jan 2026, 14:30 UTC`.
pub fn moment(time: DateTime<Utc>) -> String {
    format!("{}, {}", day(time.date_naive()), time.format("%H:%M UTC"))
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
        return format!("{} {}", count(returns), noun(returns, "daily return"));
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
    // An accent of its own is no letter; with the one before it, it is.
    for letter in text.nfc().flat_map(char::to_lowercase) {
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

/// A number of bytes in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_called_sure_and_dates_are_written_out() {
        assert_eq!([0.9951, 0.9558, 0.004].map(chance), ["over 99%", "96%", "under 1%"]);
        assert_eq!(with_dates("peak 2020-02-19, then 2020-11 of 5"), "peak 19 Feb 2020, then November 2020 of 5");
    }

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
    fn each_locale_has_marks_and_an_order_of_its_own() {
        let date = NaiveDate::from_ymd_opt(2026, 1, 27).unwrap();
        let time = date.and_hms_opt(14, 30, 0).unwrap().and_utc();
        for (tag, figures, dates) in [
            (
                "en-GB",
                ["1,234,567.5", "+1.25%", "\u{2212}1,234.50"],
                ["27 Jan 2026, 14:30 UTC", "27 January 2026", "27 Jan"],
            ),
            (
                "en-US",
                ["1,234,567.5", "+1.25%", "\u{2212}1,234.50"],
                ["Jan 27, 2026, 14:30 UTC", "January 27, 2026", "Jan 27"],
            ),
            (
                "de-DE",
                ["1.234.567,5", "+1,25%", "\u{2212}1.234,50"],
                ["27 Jan 2026, 14:30 UTC", "27 January 2026", "27 Jan"],
            ),
            (
                "fr-FR",
                ["1\u{202f}234\u{202f}567,5", "+1,25%", "\u{2212}1\u{202f}234,50"],
                ["27 Jan 2026, 14:30 UTC", "27 January 2026", "27 Jan"],
            ),
        ] {
            tag.parse::<Locale>().unwrap().write(|| {
                let found =
                    [number(1_234_567.5, 1, Sign::Minus), percent(0.0125, 2, Sign::Both), written("-1234.50")];
                assert_eq!(found, figures, "{tag}");
                assert_eq!([moment(time), long_day(date), day_of_year(date)], dates, "{tag}");
            });
        }
    }

    #[test]
    fn what_is_no_number_is_written_as_it_is() {
        for text in ["", "-", "about 1000", "1e5", "1.2.3", ".5", "1,000"] {
            assert_eq!(written(text), text);
        }
        assert_eq!(written("1000"), "1,000");
        "de".parse::<Locale>().unwrap().write(|| {
            assert_eq!(
                with_marks("1,000 steps of 0.3 %. It is 1, or 1.5."),
                "1.000 steps of 0,3 %. It is 1, or 1,5."
            );
            assert_eq!(as_pages_write("up to 1,000% since 2020-02"), "up to 1.000% since February 2020");
        });
        assert_eq!(written("0.0123"), "0.0123");
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
