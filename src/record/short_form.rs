//! How a short form is written: `{{ stat:total_return from=2026-01 to=2026-03 }}`, on one line.

use std::ops::Range;

/// The kinds that there are.
pub const KINDS: [&str; 3] = ["stat", "chart", "trade"];

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// A word and where it starts in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word.
    pub text: &'t str,
    /// Its first byte.
    pub at: usize,
}

/// Something in double braces that may be meant as a short form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'t> {
    /// From its first brace to its last.
    pub range: Range<usize>,
    /// What comes first: `stat`.
    pub kind: Word<'t>,
    /// What follows the colon, in words; `None` where there is no colon.
    pub words: Option<Vec<Word<'t>>>,
    /// Whether it ends on its line.
    pub is_closed: bool,
}

/// All of them in a part of a text, in order. Braces after a backslash are braces.
pub fn all(text: &str, part: Range<usize>) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    let mut from = part.start;
    while let Some(start) = text.get(from..part.end).and_then(|rest| rest.find(OPEN)).map(|at| from + at) {
        // Of more braces the two innermost count.
        from = start + 1;
        if is_escaped(text, start) {
            continue;
        }
        if let Some(written) = at(text, start, part.end) {
            from = written.range.end;
            found.push(written);
        }
    }
    found
}

fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// The one that starts here; `None` where no word that could be its kind does.
fn at(text: &str, start: usize, end: usize) -> Option<Written<'_>> {
    let inside = start + OPEN.len();
    let rest = text.get(inside..end)?;
    let length = rest.find(['{', '}', '\n', '\r']).unwrap_or(rest.len());
    let is_closed = rest.get(length..)?.starts_with(CLOSE);
    let (content, after) = rest.split_at_checked(length)?;
    if after.starts_with('{') {
        return None;
    }
    let blank = content.len() - content.trim_start().len();
    let word = content.get(blank..)?;
    let letters = word.find(|letter: char| !is_of_a_name(letter)).unwrap_or(word.len());
    let (kind, rest) = word.split_at_checked(letters)?;
    if !kind.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let behind = rest.trim_start();
    let words = behind.strip_prefix(':').map(|rest| words(rest, inside + content.len() - rest.len()));
    let close = if is_closed { CLOSE.len() } else { 0 };
    let kind = Word { text: kind, at: inside + blank };
    Some(Written { range: start..inside + content.len() + close, kind, words, is_closed })
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-".contains(letter)
}

/// The words of a text that starts at an offset.
fn words(text: &str, start: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = 0;
    for part in text.split(char::is_whitespace) {
        if !part.is_empty() {
            words.push(Word { text: part, at: start + from });
        }
        from += part.len();
        from += text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let one = |written: &Written| {
            let words = written.words.as_ref().map(|words| words.iter().map(|word| word.text).collect::<Vec<_>>());
            for word in written.words.iter().flatten().chain([&written.kind]) {
                assert_eq!(text.get(word.at..word.at + word.text.len()), Some(word.text));
            }
            let closed = if written.is_closed { "" } else { " open" };
            format!("{} {:?}{closed}", written.kind.text, words.unwrap_or_default())
        };
        all(text, 0..text.len()).iter().map(one).collect()
    }

    #[test]
    fn a_form_has_a_kind_a_name_and_settings() {
        assert_eq!(found("a {{ stat:sharpe }} b"), ["stat [\"sharpe\"]"]);
        assert_eq!(
            found("{{stat:total_return from=2026-01\u{a0}to=2026-03}}{{ trade : x }}"),
            ["stat [\"total_return\", \"from=2026-01\", \"to=2026-03\"]", "trade [\"x\"]"]
        );
        assert_eq!(found("{{{ stat:a }}}"), ["stat [\"a\"]"]);
        assert_eq!(found("{{ stat: }} {{ sharpe }}"), ["stat []", "sharpe []"]);
        assert_eq!(
            found("{{ stat:sharpe }\n{{ chart:equity\n}}"),
            ["stat [\"sharpe\"] open", "chart [\"equity\"] open"]
        );
    }

    #[test]
    fn what_starts_with_no_word_and_what_is_escaped_is_none() {
        for text in [
            "{{1, 2}, {3}}",
            "{{}}",
            "{ { stat:a }}",
            "\\{{ stat:a }}",
            "\\\\\\{{ stat:a }}",
            "{{ é:b }}",
            "{{",
            "{{{{",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("\\\\{{ stat:a }}"), ["stat [\"a\"]"]);
    }
}
