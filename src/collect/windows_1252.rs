//! Text in Windows-1252, as spreadsheets and Swiss brokers write it.

use std::borrow::Cow;

/// The characters of the bytes from 0x80 to 0x9f; 0 where there is none. All others are those of Latin-1.
const SPECIAL: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Whether a file is read as Windows-1252, because it is neither UTF-8 nor marked as UTF-16.
pub(super) fn is_windows_1252(bytes: &[u8]) -> bool {
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    !is_utf16 && std::str::from_utf8(bytes).is_err() && decoded(bytes).is_some()
}

/// The text, where it can be nothing else: no byte is of a control character or of none, and no bytes beyond ASCII are a
/// character in UTF-8, of which a file that is broken has others.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let is_broken_utf8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if is_broken_utf8 {
        return None;
    }
    let letters = bytes.iter().map(|byte| match byte {
        b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0xa0..=0xff => Some(char::from(*byte)),
        0x80..=0x9f => SPECIAL.get(usize::from(byte - 0x80)).copied().filter(|letter| *letter != '\0'),
        _ => None,
    });
    letters.collect::<Option<String>>().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_ascii_are_read_and_other_bytes_are_not() {
        assert_eq!(decoded(b"St\xfcckpreis \x80 5\x96 \x9c\r\n").unwrap(), "Stückpreis € 5– œ\r\n");
        assert_eq!(decoded(b"a\x81"), None, "no character");
        assert_eq!(decoded(b"a\x00\xfc"), None, "not a text");
        assert_eq!(decoded("für \u{20ac}".as_bytes().split_last().unwrap().1), None, "UTF-8 that was cut off");
    }
}
