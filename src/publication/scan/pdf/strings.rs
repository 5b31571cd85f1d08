//! The strings of a PDF as they are written, and in the order in which they are shown.

/// A piece of what is shown in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What is shown.
    String(Vec<u8>),
    /// A gap as wide as the one between words.
    Gap,
}

/// A gap from which on two strings in one line are two words, in thousandths of the font's size.
const WORD: f64 = -180.0;

/// The strings of an object or of what a page shows. Those of one array are one line; those that are shown right behind each
/// other are read together once more.
pub fn lines(data: &[u8]) -> Vec<Vec<Piece>> {
    let (mut found, mut line, mut is_array) = (Vec::new(), Vec::new(), false);
    let (mut together, mut count, mut behind) = (Vec::new(), 0, data);
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        let is_start = byte == b'(' || byte == b'[' || (byte == b'<' && after.first() != Some(&b'<'));
        if is_start && !is_array && !is_shown_only(behind.get(..behind.len() - rest.len()).unwrap_or_default()) {
            found.extend((count > 1).then(|| std::mem::take(&mut together)));
            (together, count) = (Vec::new(), 0);
        }
        rest = match byte {
            b'(' => {
                let (string, after) = literal(after);
                line.push(Piece::String(string));
                after
            }
            b'<' if after.first() != Some(&b'<') => {
                let (string, after) = hexadecimal(after);
                line.push(Piece::String(string));
                after
            }
            b'<' => after.get(1..).unwrap_or_default(),
            b'-' if is_array => {
                let length = after.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                let number = rest.get(..=length).and_then(|number| std::str::from_utf8(number).ok());
                if number.and_then(|number| number.parse::<f64>().ok()).is_some_and(|number| number <= WORD) {
                    line.push(Piece::Gap);
                }
                after.get(length..).unwrap_or_default()
            }
            _ => after,
        };
        is_array = match byte {
            b'[' => true,
            b']' => false,
            _ => is_array,
        };
        if !is_array && !line.is_empty() {
            together.extend(line.iter().cloned());
            (count, behind) = (count + 1, rest);
            found.push(std::mem::take(&mut line));
        }
    }
    found.push(line);
    found.extend((count > 1).then_some(together));
    found
}

/// Whether between two strings of a page the first is shown, and nothing is moved.
fn is_shown_only(between: &[u8]) -> bool {
    matches!(between.trim_ascii(), b"Tj" | b"TJ")
}

/// A string in parentheses, from behind the first, and what follows it.
fn literal(data: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut string, mut depth, mut rest) = (Vec::new(), 1, data);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => rest = escaped(after, &mut string),
            b')' if depth == 1 => break,
            _ => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                string.push(byte);
            }
        }
    }
    (string, rest)
}

/// What stands behind a backslash; what follows it.
fn escaped<'a>(data: &'a [u8], string: &mut Vec<u8>) -> &'a [u8] {
    let octal = data.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(*byte)).count();
    if octal > 0 {
        let value = data.iter().take(octal).fold(0_u32, |value, byte| value * 8 + u32::from(byte - b'0'));
        string.push(u8::try_from(value & 0xff).unwrap_or_default());
        return data.get(octal..).unwrap_or_default();
    }
    let Some((&byte, after)) = data.split_first() else { return data };
    match byte {
        b'n' => string.push(b'\n'),
        b'r' => string.push(b'\r'),
        b't' => string.push(b'\t'),
        b'b' => string.push(8),
        b'f' => string.push(12),
        b'\n' | b'\r' => {}
        byte => string.push(byte),
    }
    after
}

/// A string in hexadecimal digits, from behind its start, and what follows it.
pub fn hexadecimal(data: &[u8]) -> (Vec<u8>, &[u8]) {
    let end = memchr::memchr(b'>', data).unwrap_or(data.len());
    let (digits, rest) = data.split_at_checked(end).unwrap_or((data, &[]));
    let digits: Vec<u8> =
        digits.iter().filter_map(|byte| char::from(*byte).to_digit(16)).map(|digit| digit as u8).collect();
    let bytes =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |value, digit| value << 4 | digit) << (4 * (2 - pair.len())));
    (bytes.collect(), rest.get(1..).unwrap_or_default())
}

/// The lines in one reading. Where signs are placed one by one, they are read once more without the ends between them.
pub fn read(lines: &[Vec<Piece>], text: impl Fn(&[u8]) -> String) -> String {
    let mut all = String::new();
    let mut count = 0_usize;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        for piece in line {
            match piece {
                Piece::String(bytes) => all += &text(bytes),
                Piece::Gap => all.push(' '),
            }
        }
        all.push('\n');
        count += 1;
    }
    if all.len() < 4 * count {
        let joined: String = all.split('\n').collect();
        all += &joined;
        all.push('\n');
    }
    all
}

/// A string of which each byte is a letter, or each pair of bytes if it starts by saying so.
pub fn plain(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xfe\xff") {
        Some(pairs) => utf16(pairs),
        None => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A text of two bytes a letter, the higher one first.
pub fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)));
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_byte_is_read() {
        let string = |written: &str| match lines(written.as_bytes()).concat().as_slice() {
            [Piece::String(bytes)] => bytes.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(string(r"(\000\b\f\n\r\t\(\)\\\q\1014)"), b"\0\x08\x0c\n\r\t()\\qA4");
        assert_eq!(string("(a (b) c\\\nd)"), b"a (b) cd");
        assert_eq!(string("<00 4a 4>"), b"\0\x4a\x40");
        assert_eq!(string("<</A (x) >>"), b"x");
    }

    #[test]
    fn strings_that_are_shown_right_behind_each_other_are_read_together_too() {
        let text = |written: &str| read(&lines(written.as_bytes()), plain);
        assert_eq!(text("(U76) Tj (543) Tj [(2) 5 (1)] TJ"), "U76\n543\n21\nU7654321\n");
        assert_eq!(text("(Total amount) Tj 0 -12 Td (of all) Tj"), "Total amount\nof all\n");
        assert_eq!(text("(Total amount) Tj T* (of) Tj (fice) Tj"), "Total amount\nof\nfice\noffice\n");
    }
}
