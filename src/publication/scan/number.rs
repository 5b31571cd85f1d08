//! Numbers as they are written: found in a text, and read in every way their separators allow.

use rust_decimal::Decimal;

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
        while decimals > 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
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

    /// Its bytes, in the order of a table; none of a number with more digits than a decimal has.
    pub fn bytes(self) -> Option<[u8; BYTES]> {
        let [unused @ .., _, _, _, _, _, _, _, _, _, _, _, _] = self.mantissa.to_be_bytes();
        let decimals = u8::try_from(self.decimals).ok().filter(|_| unused == [0; 4])?;
        let mut bytes = [decimals; BYTES];
        bytes.iter_mut().zip(self.mantissa.to_be_bytes().into_iter().skip(4)).for_each(|(byte, digit)| *byte = digit);
        Some(bytes)
    }

    /// Digits from the first that is not zero.
    pub fn digits(self) -> usize {
        self.mantissa.checked_ilog10().map_or(0, |power| power as usize + 1)
    }
}

/// The characters that can stand between the digits of one number.
fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '\u{2019}' | ' ' | '_' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// The length of the separator that these bytes start with.
fn separator(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'.' | b',' | b'\'' | b' ' | b'_', ..] => Some(1),
        [0xc2, 0xa0, ..] => Some(2),
        // In UTF-8 the narrow and the thin space, and the apostrophe of typesetters.
        [0xe2, 0x80, 0xaf | 0x89 | 0x99, ..] => Some(3),
        _ => None,
    }
}

/// Numbers with their separators and byte offsets. Coordinates of drawings are none.
pub fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut drawings = coordinates(text).peekable();
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let from = rest + bytes.get(rest..)?.iter().position(u8::is_ascii_digit)?;
            while drawings.next_if(|(_, end)| *end <= from).is_some() {}
            if let Some((_, end)) = drawings.next_if(|(start, _)| *start <= from) {
                rest = end;
                continue;
            }
            rest = end_of_number(bytes, from);
            return text.get(from..rest).map(|number| (from, number));
        }
    })
}

fn end_of_number(bytes: &[u8], from: usize) -> usize {
    let mut end = from;
    loop {
        let after = bytes.get(end..).unwrap_or_default();
        end += after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = bytes.get(end..).unwrap_or_default();
        match separator(after) {
            Some(length) if after.get(length).is_some_and(u8::is_ascii_digit) => end += length,
            _ => return end,
        }
    }
}

/// The byte ranges of attributes that hold coordinates, in order.
fn coordinates(text: &str) -> impl Iterator<Item = (usize, usize)> {
    const ATTRIBUTES: [&[u8]; 6] =
        [b" d=\"", b" points=\"", b" viewbox=\"", b" transform=\"", b" data-path=\"", b" data-plot=\""];
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"=\"").filter_map(move |at| {
        let start = at + 2;
        let before = bytes.get(..start)?;
        ATTRIBUTES.iter().any(|name| before.ends_with(name)).then_some(())?;
        let length = memchr::memchr(b'"', bytes.get(start..)?)?;
        Some((start, start + length))
    })
}

/// The numbers a spelling can stand for, and whether it has thousands separators in that reading.
///
/// A number can start where the spelling does or behind a comma or space, which may separate two numbers; the
/// digits behind a point are a fraction or a group. No number of more than one digit starts with a zero.
pub fn readings(spelling: &str) -> Vec<(Number, bool)> {
    let pieces: Vec<&[u8]> = spelling.split(is_separator).map(str::as_bytes).collect();
    let marks: Vec<char> = spelling.chars().filter(|letter| is_separator(*letter)).collect();
    let mut readings = Vec::new();
    for start in 0..pieces.len() {
        let behind = start.checked_sub(1).and_then(|before| marks.get(before));
        if behind.is_some_and(|mark| matches!(mark, '.' | '\'' | '\u{2019}' | '_')) {
            continue;
        }
        let pieces = pieces.get(start..).unwrap_or_default();
        read_from(pieces, marks.get(start..).unwrap_or_default(), &mut readings);
    }
    readings
}

/// The readings that start with the first piece: plain, and with one, two ... groups of three digits behind it.
fn read_from(pieces: &[&[u8]], marks: &[char], readings: &mut Vec<(Number, bool)>) {
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
        // A point before three digits is most likely a decimal point, so that is no proof of thousands.
        let one_point = groups == 1 && separator == Some(&'.');
        readings.extend(Number::of_digits(whole(), None).map(|number| (number, groups > 0 && !one_point)));
        let mark =
            marks.get(groups).filter(|mark| matches!(mark, '.' | ',') && (groups == 0 || Some(*mark) != separator));
        if let Some((_, fraction)) = mark.zip(rest.get(groups)) {
            readings.extend(Number::of_digits(whole(), Some(fraction)).map(|number| (number, groups > 0)));
        }
    }
}
