//! Spoils files: bytes, lines, and above all the numbers and dates in them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// What numbers, dates and words are replaced by.
const EXTREMES: [&str; 56] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.00",
    "-5",
    "1e28",
    "1e-28",
    "1e308",
    "1e309",
    "NaN",
    "inf",
    "-inf",
    "null",
    "true",
    "",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "79228162514264337593543950336",
    "0.0000000000000000000000000001",
    "7.9228162514264337593543950335",
    "999999999999999",
    "1000000000000000",
    "1000000000000001",
    "999999999999999.99999999999",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "4294967296",
    "2147483648",
    "65536",
    "1,234.56",
    "1.234,56",
    "1 234",
    "1'234",
    "0x10",
    "1_000",
    "+5",
    ".5",
    "5.",
    "1970-01-01",
    "1969-12-31",
    "0001-01-01",
    "1015-02-02",
    "9999-12-31",
    "10000-01-01",
    "2024-02-30",
    "-262143-01-01",
    "99991231",
    "00010101",
    "2015-02-02T00:00:00Z",
    "U7654321",
    "USD",
    "XXX",
];

/// Pieces that mean something in one of the forms.
const PIECES: [&str; 34] = [
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "\"",
    "'",
    ",",
    ";",
    "\t",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&amp;",
    "&#0;",
    "+++\n",
    "---\n",
    "{{ stat:sharpe }}",
    "{{ chart:equity }}",
    "[^1]",
    "[^1]: [^1]\n",
    "![x](../../etc/passwd)",
    "<script>",
    "> [!NOTE]\n",
    "# ",
    "| a | b |\n|--|--|\n",
    "[[",
    "]]",
    "\u{fffd}",
];

/// A number below a limit.
fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    random.next_u32() as usize % limit.max(1)
}

fn pick<'a>(random: &mut ChaCha8Rng, from: &[&'a str]) -> &'a str {
    from[below(random, from.len())]
}

/// One of the files with one to four things changed in it.
pub fn mutated(seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds[below(random, seeds.len())].clone();
    for _ in 0..=below(random, 4) {
        bytes = changed(bytes, seeds, random);
    }
    bytes.truncate(1 << 20);
    bytes
}

fn changed(mut bytes: Vec<u8>, seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let at = below(random, bytes.len() + 1);
    match below(random, 16) {
        // Numbers and words, which are what is believed: half of all changes.
        0..=5 => replaced_token(&bytes, random, |random| pick(random, &EXTREMES).as_bytes().to_vec()),
        6 => {
            // The same extreme in two places, whose product is out of all bounds.
            let extreme = pick(random, &EXTREMES);
            let once = replaced_token(&bytes, random, |_| extreme.as_bytes().to_vec());
            replaced_token(&once, random, |_| extreme.as_bytes().to_vec())
        }
        7 => {
            let other = tokens(&bytes);
            let range = other.get(below(random, other.len())).cloned().unwrap_or(0..0);
            let text = bytes[range].to_vec();
            replaced_token(&bytes, random, |_| text.clone())
        }
        8 => lines(&bytes, random, |lines, one, other| lines.swap(one, other)),
        9 => lines(&bytes, random, |lines, one, _| {
            lines.remove(one);
        }),
        10 => {
            let times = [1, 1, 2, 8, 40][below(random, 5)];
            lines(&bytes, random, |lines, one, other| {
                let line = lines[one];
                lines.splice(other..other, std::iter::repeat_n(line, times));
            })
        }
        11 => {
            bytes.truncate(at);
            bytes
        }
        12 => {
            bytes.splice(at..at, pick(random, &PIECES).bytes());
            bytes
        }
        13 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << below(random, 8);
            }
            bytes
        }
        14 => {
            let end = (at + below(random, 40)).min(bytes.len());
            bytes.drain(at..end);
            bytes
        }
        _ => {
            let other = &seeds[below(random, seeds.len())];
            let start = below(random, other.len());
            let end = (start + below(random, 200)).min(other.len());
            bytes.splice(at..at, other[start..end].iter().copied());
            bytes
        }
    }
}

/// Where the words and numbers of a text are.
fn tokens(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'+');
    let (mut found, mut start) = (Vec::new(), None);
    for (at, byte) in bytes.iter().enumerate() {
        match (is_part(byte), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| from..bytes.len()));
    found
}

/// Replaces a token, one with digits rather than a name.
fn replaced_token(bytes: &[u8], random: &mut ChaCha8Rng, by: impl FnOnce(&mut ChaCha8Rng) -> Vec<u8>) -> Vec<u8> {
    let all = tokens(bytes);
    let has_digit = |range: &&std::ops::Range<usize>| bytes[(*range).clone()].iter().any(u8::is_ascii_digit);
    let numbers: Vec<_> = all.iter().filter(has_digit).collect();
    let range = match below(random, 8) {
        0 => all.get(below(random, all.len())),
        _ => numbers.get(below(random, numbers.len())).copied(),
    };
    let Some(range) = range else { return bytes.to_vec() };
    [&bytes[..range.start], by(random).as_slice(), &bytes[range.end..]].concat()
}

fn lines(bytes: &[u8], random: &mut ChaCha8Rng, change: impl FnOnce(&mut Vec<&[u8]>, usize, usize)) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let (one, other) = (below(random, lines.len()), below(random, lines.len()));
    change(&mut lines, one, other);
    lines.concat()
}
