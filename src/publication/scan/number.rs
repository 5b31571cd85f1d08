//! Numbers as they are written: found in a text, and read in every way their separators allow.

use rust_decimal::Decimal;

use super::own::{Range, end_of_digest};

/// Plain numbers need so many digits to be taken for an amount ...
pub const DIGITS: usize = 6;
/// ... and numbers with thousands separators, which are rarely anything else, so many.
pub const GROUPED_DIGITS: usize = 5;

/// The bytes of a number: 96 bits of digits, as a decimal has them, and the place of its point.
pub const BYTES: usize = 13;

/// A number whatever its notation: `1.50` is `1.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    /// All digits.
    mantissa: u128,
    /// How many of them are behind the point; the last of those is not zero.
    decimals: u32,
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self::new(value.mantissa().unsigned_abs(), value.scale())
    }
}

impl Number {
    fn new(mut mantissa: u128, mut decimals: u32) -> Self {
        while decimals > 0
            && let Some(shorter) = tenth(mantissa)
        {
            mantissa = shorter;
            decimals -= 1;
        }
        Self { mantissa, decimals: if mantissa == 0 { 0 } else { decimals } }
    }

    /// The number whose digits are those of the pieces one after another, the last piece being a fraction or not.
    fn of_digits<'a>(pieces: impl Iterator<Item = &'a [u8]>, fraction: Option<&'a [u8]>) -> Option<Self> {
        let mut mantissa = 0u128;
        for digit in pieces.flatten().chain(fraction.into_iter().flatten()) {
            mantissa = mantissa.checked_mul(10)?.checked_add(u128::from(digit - b'0'))?;
        }
        Some(Self::new(mantissa, u32::try_from(fraction.map_or(0, <[u8]>::len)).ok()?))
    }

    /// What it is sorted by in a table, in [`BYTES`] bytes; none of a number with more digits than a decimal has.
    pub fn key(self) -> Option<u128> {
        let decimals = u8::try_from(self.decimals).ok().filter(|_| self.mantissa >> 96 == 0)?;
        Some(self.mantissa << 8 | u128::from(decimals))
    }

    /// Digits from the first that is not zero.
    pub fn digits(self) -> usize {
        self.mantissa.checked_ilog10().map_or(0, |power| power as usize + 1)
    }
}

/// A number without its last digit, where that is zero. Nearly every number is short, and divided much sooner.
fn tenth(mantissa: u128) -> Option<u128> {
    match u64::try_from(mantissa) {
        Ok(short) => short.is_multiple_of(10).then(|| u128::from(short / 10)),
        Err(_) => mantissa.is_multiple_of(10).then_some(mantissa / 10),
    }
}

/// The characters that can stand between the digits of one number.
fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | ' ' | '_')
}

/// How separators are written otherwise, in small letters: in HTML, in an address, in a script.
const ESCAPED: [(&str, char); 26] = [
    ("&nbsp;", ' '),
    ("&thinsp;", ' '),
    ("&ensp;", ' '),
    ("&emsp;", ' '),
    ("&#160;", ' '),
    ("&#xa0;", ' '),
    ("&#8201;", ' '),
    ("&#x2009;", ' '),
    ("&#8239;", ' '),
    ("&#x202f;", ' '),
    ("&#39;", '\''),
    ("&#x27;", '\''),
    ("&apos;", '\''),
    ("&rsquo;", '\''),
    ("&#8217;", '\''),
    ("&#x2019;", '\''),
    ("&comma;", ','),
    ("&#44;", ','),
    ("&period;", '.'),
    ("&#46;", '.'),
    ("%2c", ','),
    ("%20", ' '),
    ("\\u00a0", ' '),
    ("\\u202f", ' '),
    ("\\u2009", ' '),
    ("\\u2019", '\''),
];

/// The separator that these bytes start with, and its length.
fn separator(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    match first {
        '.' | ',' | '\'' | ' ' | '_' => Some((first, 1)),
        '&' | '%' | '\\' => ESCAPED
            .iter()
            .find(|(escaped, _)| text.starts_with(escaped))
            .map(|(escaped, plain)| (*plain, escaped.len())),
        // All spaces are one, and so are the apostrophes of typewriters and typesetters.
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some((' ', first.len_utf8())),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`' => Some(('\'', first.len_utf8())),
        '\u{b7}' | '\u{66b}' | '\u{ff0e}' => Some(('.', first.len_utf8())),
        '\u{66c}' | '\u{ff0c}' => Some((',', first.len_utf8())),
        _ => None,
    }
}

/// Signs that nobody sees, and digits of other alphabets.
pub fn with_plain_digits(text: &str) -> Option<String> {
    let is_unseen = |letter: char| matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    let zero_of = |letter: char| {
        let zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce, 0x1d7ec, 0x1d7f6];
        zeros.into_iter().find(|zero| (*zero..*zero + 10).contains(&u32::from(letter)))
    };
    let is_plain = |letter: char| letter.is_ascii() || !is_unseen(letter) && zero_of(letter).is_none();
    if text.is_ascii() || text.chars().all(is_plain) {
        return None;
    }
    let plain = |letter: char| match zero_of(letter) {
        Some(zero) => char::from_digit(u32::from(letter) - zero, 10).unwrap_or(letter),
        None => letter,
    };
    Some(text.chars().filter(|letter| !is_unseen(*letter)).map(plain).collect())
}

/// Where a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling {
    /// Where it starts.
    pub at: usize,
    /// Where it ends.
    pub end: usize,
    /// How many digits it has.
    pub digits: usize,
}

/// Numbers with their separators, but for those that the program has computed itself.
pub fn numbers<'a>(text: &'a str, own: &'a [Range]) -> impl Iterator<Item = Spelling> {
    let bytes = text.as_bytes();
    let mut own = own.iter().peekable();
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let at = rest + bytes.get(rest..)?.iter().position(u8::is_ascii_digit)?;
            while own.next_if(|(_, end)| *end <= at).is_some() {}
            if let Some((_, end)) = own.next_if(|(start, _)| *start <= at) {
                rest = *end;
                continue;
            }
            let found = spelling(text, at);
            rest = found.end;
            match is_beside_letter(bytes, &found).then(|| end_of_digest(bytes, (at, found.end))).flatten() {
                Some(end) => rest = end,
                None => return Some(found),
            }
        }
    })
}

fn is_beside_letter(bytes: &[u8], found: &Spelling) -> bool {
    let before = found.at.checked_sub(1).and_then(|before| bytes.get(before));
    [before, bytes.get(found.end)].into_iter().flatten().any(u8::is_ascii_alphabetic)
}

fn spelling(text: &str, at: usize) -> Spelling {
    let mut found = Spelling { at, end: at, digits: 0 };
    loop {
        let after = text.get(found.end..).unwrap_or_default();
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        found.digits += digits;
        found.end += digits;
        match after.get(digits..).and_then(separator) {
            Some((_, length)) if after.as_bytes().get(digits + length).is_some_and(u8::is_ascii_digit) => {
                found.end += length;
            }
            _ => return found,
        }
    }
}

/// A number with plain separators.
pub fn with_plain_separators(spelling: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(spelling.len()), spelling);
    while let Some(letter) = rest.chars().next() {
        let (letter, length) = separator(rest).unwrap_or((letter, letter.len_utf8()));
        plain.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

/// The numbers a spelling can stand for, and whether it has thousands separators in that reading.
///
/// A number can start where the spelling does or behind a comma or space, which may separate two numbers; the
/// digits behind a point are a fraction or a group. No number of more than one digit starts with a zero.
///
/// A decimal mark before three digits is most likely just that: it alone is no proof of thousands.
pub fn readings(spelling: &str, decimal: char) -> Vec<(Number, bool)> {
    let pieces: Vec<&[u8]> = spelling.split(is_separator).map(str::as_bytes).collect();
    let marks: Vec<char> = spelling.chars().filter(|letter| is_separator(*letter)).collect();
    let mut readings = Vec::new();
    for start in 0..pieces.len() {
        let behind = start.checked_sub(1).and_then(|before| marks.get(before));
        if behind.is_some_and(|mark| matches!(mark, '.' | '\'' | '_')) {
            continue;
        }
        let pieces = pieces.get(start..).unwrap_or_default();
        read_from(pieces, marks.get(start..).unwrap_or_default(), decimal, &mut readings);
    }
    readings
}

/// The readings that start with the first piece: plain, and with one, two ... groups of three digits behind it.
fn read_from(pieces: &[&[u8]], marks: &[char], decimal: char, readings: &mut Vec<(Number, bool)>) {
    let Some((first, rest)) = pieces.split_first() else { return };
    if first.len() > 1 && first.starts_with(b"0") {
        return;
    }
    let separator = marks.first();
    for groups in 0..=rest.len().min(5) {
        if let Some(group) = groups.checked_sub(1).and_then(|at| rest.get(at)) {
            let one_style = marks.get(groups - 1) == separator;
            if group.len() != 3 || first.len() > 3 || !one_style {
                return;
            }
        }
        let whole = || pieces.iter().take(groups + 1).copied();
        let one_mark = groups == 1 && separator == Some(&decimal);
        readings.extend(Number::of_digits(whole(), None).map(|number| (number, groups > 0 && !one_mark)));
        let mark =
            marks.get(groups).filter(|mark| matches!(mark, '.' | ',') && (groups == 0 || Some(*mark) != separator));
        if let Some((_, fraction)) = mark.zip(rest.get(groups)) {
            readings.extend(Number::of_digits(whole(), Some(fraction)).map(|number| (number, groups > 0)));
        }
    }
}
