//! Texts within what is no text: the title of a film, the comment of a picture, words in a file of a program.
//!
//! A number is six bytes, and six bytes are equal to those of an amount now and then in curves, dots and packed data. What somebody
//! has written stands among other text, or by itself between zeros.

/// So many of a hundred bytes are control characters in what is no text, at least.
const MOST_CONTROLS: usize = 2;

/// So many bytes are looked through at once.
const STRETCH: usize = 4096;

/// Among so many bytes before, behind or around a place is looked whether it stands in a text.
const AROUND: usize = 32;

/// Of those bytes so many letters are text ...
const LEAST_TEXT: usize = 6;

/// ... and for each that is none there are so many that are.
const TEXT_FOR_OTHER: usize = 3;

/// So many letters of two or four bytes in a row are a word.
const SHORTEST_WIDE: usize = 4;

/// A sentence in data that is known to be none has so many letters and more, at least half of them of words.
const SHORTEST_SENTENCE: usize = 24;

/// What a file's bytes may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything: words stand somewhere in it.
    Unknown,
    /// Curves, dots or tables of numbers: only whole sentences are words.
    Numbers,
}

/// Whether these bytes are no text in any encoding of one byte a letter.
pub fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    // Most stretches have none, and are looked through many bytes at a time.
    let has_any = |stretch: &&[u8]| stretch.iter().fold(false, |any, byte| any | is_control(*byte));
    let stretches = bytes.chunks(STRETCH).filter(has_any);
    let controls = stretches.flatten().filter(|byte| is_control(**byte)).count();
    controls * 100 > bytes.len() * MOST_CONTROLS
}

/// Whether these are the dots of a picture, as they are: icons and bitmaps, which have no words.
pub fn is_of_dots(bytes: &[u8]) -> bool {
    let is_bitmap = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    bytes.starts_with(b"\0\0\x01\0") || bytes.starts_with(b"\0\0\x02\0") || is_bitmap
}

/// All that reads as text in these bytes, a passage a line.
pub fn passages(bytes: &[u8], kind: Kind) -> Vec<u8> {
    let wide = [2, 4].into_iter().flat_map(|width| wide(bytes, width));
    match kind {
        Kind::Unknown => among_text(bytes).chain(wide).collect::<Vec<_>>().join(&b'\n'),
        Kind::Numbers => {
            let runs = bytes.split(|byte| !is_letter(*byte)).map(<[u8]>::to_vec);
            runs.chain(wide).filter(|run| is_sentence(run)).collect::<Vec<_>>().join(&b'\n')
        }
    }
}

/// Letters, digits and signs of ASCII.
const fn is_letter(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// The stretches of bytes that stand among text; zeros set words apart.
fn among_text(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let begins_text = begins_text(&bytes_as(bytes));
    let begins = |at: Option<usize>| at.and_then(|at| begins_text.get(at)) == Some(&true);
    let is_among = |at: usize| [0, 8, 16, 24, AROUND - 1].into_iter().any(|before| begins(at.checked_sub(before)));
    let marked: Vec<u8> = bytes.iter().enumerate().map(|(at, byte)| if is_among(at) { *byte } else { 0 }).collect();
    let passages: Vec<_> =
        marked.split(|byte| *byte == 0).filter(|run| !run.is_empty()).map(<[u8]>::to_vec).collect();
    passages.into_iter()
}

/// What a byte counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Text,
    Other,
    Nothing,
}

fn bytes_as(bytes: &[u8]) -> Vec<As> {
    let mut all = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            let is_text = u8::try_from(u32::from(letter)).map_or(true, |byte| byte > 0x7f || is_letter(byte));
            let counts = match (letter, is_text) {
                ('\0', _) => As::Nothing,
                (_, true) => As::Text,
                (_, false) => As::Other,
            };
            all.extend(std::iter::repeat_n(counts, letter.len_utf8()));
        }
        all.extend(std::iter::repeat_n(As::Other, chunk.invalid().len()));
    }
    all
}

/// Of each place whether the bytes from there on are text.
fn begins_text(bytes: &[As]) -> Vec<bool> {
    let (mut text, mut other) = (0_usize, 0_usize);
    let mut count = |entering: Option<&As>, leaving: Option<&As>| {
        text = text + usize::from(entering == Some(&As::Text)) - usize::from(leaving == Some(&As::Text));
        other = other + usize::from(entering == Some(&As::Other)) - usize::from(leaving == Some(&As::Other));
        text >= LEAST_TEXT && other * TEXT_FOR_OTHER <= text
    };
    let mut begins = bytes.iter().take(AROUND).fold(false, |_, byte| count(Some(byte), None));
    let behind = bytes.iter().skip(AROUND).map(Some).chain(std::iter::repeat(None));
    bytes
        .iter()
        .zip(behind)
        .map(|(leaving, entering)| std::mem::replace(&mut begins, count(entering, Some(leaving))))
        .collect()
}

/// Words whose letters take so many bytes each, all but one of them zero.
fn wide(bytes: &[u8], width: usize) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for large_end in [true, false] {
        let letter = |at: usize| {
            let unit = bytes.get(at..at + width)?;
            let (own, zeros) = if large_end { unit.split_last() } else { unit.split_first() }?;
            (matches!(own, b' '..=b'~') && zeros.iter().all(|byte| *byte == 0)).then_some(*own)
        };
        let mut at = 0;
        while at < bytes.len() {
            let word: Vec<u8> = (at..).step_by(width).map_while(letter).collect();
            at += (word.len() * width).max(1);
            if word.len() >= SHORTEST_WIDE {
                found.push(word);
            }
        }
    }
    found
}

fn is_sentence(run: &[u8]) -> bool {
    let letters = run.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    run.len() >= SHORTEST_SENTENCE
        && letters * 2 >= run.len()
        && run.contains(&b' ')
        && std::str::from_utf8(run).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], kind: Kind) -> String {
        String::from_utf8_lossy(&passages(bytes, kind)).into_owned()
    }

    /// Bytes of every value, in no order that means anything.
    fn noise(count: u32) -> Vec<u8> {
        let mut state = 2_463_534_242_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_be_bytes()[0]
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn texts_are_told_from_other_files() {
        for text in [&b""[..], b"a\tb\r\n", b"na\xefve, vis-\xe0-vis", "h\u{f6}her \u{1f680}".as_bytes()] {
            assert!(!is_binary(text), "{text:?}");
        }
        for bytes in [&b"\0"[..], b"ID3\x04\0\0", b"\0\x01\0\0\0\x0d", &noise(1000)] {
            assert!(is_binary(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn a_number_among_text_or_zeros_is_read_and_one_among_noise_is_not() {
        let film = |title: &[u8]| {
            [&noise(500)[..], b"\0\0\0\x26\xa9nam\0\0\0\x1edata\0\0\0\x01\0\0\0\0", title, b"\0\0\0\0", &noise(500)]
                .concat()
        };
        for title in ["Net 100000 in May", "100000"] {
            assert!(found(&film(title.as_bytes()), Kind::Unknown).contains(title), "{title}");
        }
        assert!(found(&[&[0; 100][..], b"100000", &[0; 100]].concat(), Kind::Unknown).contains("100000"));
        let among = [&noise(500)[..], b"100000", &noise(500)].concat();
        assert!(!found(&among, Kind::Unknown).contains("100000"));
    }

    #[test]
    fn letters_of_several_bytes_are_read() {
        let wide = |word: &str, width: usize| -> Vec<u8> {
            word.bytes().flat_map(|byte| std::iter::once(byte).chain(std::iter::repeat_n(0, width - 1))).collect()
        };
        for width in [2, 4] {
            let bytes = [b"TIT2\xff\xfe", &wide("100000", width)[..], &noise(80)].concat();
            assert!(found(&bytes, Kind::Unknown).lines().any(|line| line == "100000"), "{width}");
        }
        let words = "\u{d6}l f\u{fc}r \u{20ac} 100000 \u{3b1}\u{3b2}";
        let bytes = [b"\x01\x02\0", words.as_bytes(), b"\0\x03\x04"].concat();
        assert!(found(&bytes, Kind::Unknown).contains(words));
    }

    #[test]
    fn curves_hold_nothing_but_sentences() {
        let sentence = b"The account is worth 100000 today";
        for (bytes, expected) in [
            ([&noise(99)[..], sentence, b"\0"].concat(), true),
            ([&[0x30; 99][..], b"100000", &[0x31; 99]].concat(), false),
            (b"\0\x31\0\x30\0\x30\0\x30\0\x30\0\x30".to_vec(), false),
        ] {
            assert_eq!(found(&bytes, Kind::Numbers).contains("100000"), expected, "{bytes:?}");
            assert!(expected || found(&bytes, Kind::Numbers).is_empty());
        }
    }
}
