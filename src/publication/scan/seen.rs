//! A text as who looks at the page reads it: a word or number goes on behind a tag (`102<b>,524</b>`), and characters stand for
//! their escapes (`&#x31;02,524`).

use std::sync::LazyLock;

/// What is read as one, with the place in the source of each of its bytes.
#[derive(Debug, Default)]
pub struct Seen {
    pub text: String,
    /// What it is made of, in order.
    parts: Vec<Part>,
}

/// What of a text comes from one place in the source.
#[derive(Debug)]
struct Part {
    /// Where it begins in what is seen.
    at: usize,
    /// Where it begins and ends in the source.
    start: usize,
    end: usize,
    /// Whether it stands there as it is seen.
    is_copied: bool,
}

/// Elements that stand apart from what is before and behind them: in HTML, in drawings, in feeds, in Office documents. In order, to be
/// searched.
const APART: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "br",
    "button",
    "c",
    "caption",
    "circle",
    "content",
    "dd",
    "desc",
    "div",
    "dl",
    "dt",
    "entry",
    "figcaption",
    "figure",
    "footer",
    "form",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "id",
    "img",
    "input",
    "label",
    "li",
    "line",
    "link",
    "loc",
    "main",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "path",
    "pre",
    "rect",
    "row",
    "script",
    "section",
    "select",
    "si",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "text:h",
    "text:p",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "updated",
    "v",
    "w:br",
    "w:p",
    "w:tab",
];

/// The same as numbers, which are searched several times sooner than words.
static APART_KEYS: LazyLock<Vec<u128>> =
    LazyLock::new(|| APART.iter().filter_map(|name| key(name.as_bytes())).collect());

/// The number of a name, in the order of names; `None` of one that is too long to be one of those.
fn key(name: &[u8]) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes.get_mut(..name.len())?.copy_from_slice(name);
    Some(u128::from_be_bytes(bytes))
}

/// The labels of the program's own charts stand side by side.
const LABEL: &str = "b class=";

/// Characters by the names that HTML has for them, in small letters.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("quot", '"'),
    ("nbsp", '\u{a0}'),
    ("shy", '\u{ad}'),
    ("period", '.'),
    ("comma", ','),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("aring", 'å'),
    ("oslash", 'ø'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
];

/// What tags and escapes begin with.
const MARKS: [u8; 4] = *b"<&\\%";

/// So much before and behind what joins two parts is read with them.
const AROUND: usize = 80;

/// No tag that stands in a word is longer.
const LONGEST_TAG: usize = 300;

/// The parts of a text in small letters in which something goes on behind a tag or an escape.
pub fn joined(source: &str) -> Vec<Seen> {
    let bytes = source.as_bytes();
    let [tag, name, escape, per_cent] = MARKS;
    let starts = memchr::memchr3_iter(tag, name, escape, bytes).chain(memchr::memchr_iter(per_cent, bytes));
    let mut starts: Vec<usize> = starts.filter(|at| joins(source, *at)).collect();
    starts.sort_unstable();
    let mut parts: Vec<std::ops::Range<usize>> = Vec::new();
    for at in starts {
        let part = source.floor_char_boundary(at.saturating_sub(AROUND))..source.ceil_char_boundary(at + AROUND);
        match parts.last_mut() {
            Some(last) if (last.start..=last.end).contains(&part.start) => last.end = part.end.max(last.end),
            _ => parts.push(part),
        }
    }
    parts.into_iter().filter_map(|part| Some(Seen::of(source.get(part.clone())?, part.start))).collect()
}

/// Whether what begins here stands within a word or number.
fn joins(source: &str, at: usize) -> bool {
    let before = source.get(..at).and_then(|before| before.chars().next_back());
    let Some(rest) = source.get(at..) else { return false };
    let goes_on = |after: &str| after.starts_with(|letter: char| !letter.is_whitespace());
    match markup(rest) {
        Some((None, length)) => {
            before.is_some_and(|letter| !letter.is_whitespace()) && goes_on(rest.get(length..).unwrap_or_default())
        }
        // A word may begin with an escape, and the next one be behind it.
        Some((Some(letter), length)) => letter.is_alphanumeric() || goes_on(rest.get(length..).unwrap_or_default()),
        None => false,
    }
}

/// The tag within a word, or the escaped character, that a text begins with, and its length.
fn markup(rest: &str) -> Option<(Option<char>, usize)> {
    match rest.as_bytes().first()? {
        b'<' => {
            let tag = rest.get(..rest.floor_char_boundary(LONGEST_TAG))?;
            let name = tag.get(1..)?.trim_start_matches('/');
            let name = name.as_bytes();
            let end = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))?;
            // Most tags are of these, and their ends need not be looked for.
            let is_apart = key(name.get(..end)?).is_some_and(|key| APART_KEYS.binary_search(&key).is_ok());
            if is_apart || name.starts_with(LABEL.as_bytes()) {
                return None;
            }
            Some((None, memchr::memchr(b'>', tag.as_bytes())? + 1))
        }
        b'&' => {
            let length = rest.bytes().take(12).position(|byte| byte == b';')? + 1;
            let name = rest.get(1..length - 1)?;
            let letter =
                match name.strip_prefix("#x").map(|hex| (hex, 16)).or(name.strip_prefix('#').map(|own| (own, 10))) {
                    Some((digits, base)) => char::from_u32(u32::from_str_radix(digits, base).ok()?)?,
                    None => NAMED.iter().find(|(other, _)| *other == name)?.1,
                };
            Some((Some(letter), length))
        }
        b'%' => escaped(rest, 1, 3).filter(|(letter, _)| letter.is_some_and(|letter| letter.is_ascii_graphic())),
        b'\\' => behind_backslash(rest),
        _ => None,
    }
}

/// The character that an escape of scripts (`\u0031`, `\u{31}`, `\x31`) or of styles (`\31 `) stands for.
fn behind_backslash(rest: &str) -> Option<(Option<char>, usize)> {
    let kind = rest.get(1..)?;
    if kind.starts_with("u{") {
        let end = rest.bytes().take(10).position(|byte| byte == b'}')?;
        return escaped(rest, 3, end).map(|(letter, end)| (letter, end + 1));
    }
    match kind.as_bytes().first()? {
        b'u' => escaped(rest, 2, 6),
        b'x' => escaped(rest, 2, 4),
        _ => {
            let end = 1 + kind.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
            let space = usize::from(rest.as_bytes().get(end) == Some(&b' '));
            escaped(rest, 1, end).map(|(letter, end)| (letter, end + space))
        }
    }
}

/// The character whose hexadecimal digits stand between two places.
fn escaped(rest: &str, from: usize, to: usize) -> Option<(Option<char>, usize)> {
    let digits = rest.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((Some(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?), to))
}

impl Seen {
    fn of(source: &str, start: usize) -> Self {
        let (mut seen, mut at) = (Self::default(), 0);
        while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
            let before = seen.text.len();
            let marked = markup(rest);
            let length = match marked {
                Some((letter, length)) => {
                    seen.text.extend(letter.and_then(|letter| letter.to_lowercase().next()));
                    length
                }
                // Up to the next mark all is in small letters already.
                None => {
                    let next = rest.bytes().skip(1).position(|byte| MARKS.contains(&byte));
                    let length = next.map_or(rest.len(), |next| next + 1);
                    seen.text.push_str(rest.get(..length).unwrap_or(rest));
                    length
                }
            };
            if seen.text.len() > before {
                let (start, end) = (start + at, start + at + length);
                seen.parts.push(Part { at: before, start, end, is_copied: marked.is_none() });
            }
            at += length;
        }
        seen
    }

    /// From where to where in the source something stands.
    pub fn origin(&self, at: usize, length: usize) -> Option<(usize, usize)> {
        let last = (at + length).checked_sub(1).filter(|last| *last < self.text.len())?;
        Some((self.place(at)?.0, self.place(last)?.1))
    }

    /// From where to where in the source what is seen at a byte stands.
    fn place(&self, at: usize) -> Option<(usize, usize)> {
        let part = self.parts.get(self.parts.partition_point(|part| part.at <= at).checked_sub(1)?)?;
        let copied = part.start + at - part.at;
        Some(if part.is_copied { (copied, copied + 1) } else { (part.start, part.end) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        joined(source).into_iter().map(|seen| seen.text).collect()
    }

    #[test]
    fn what_is_searched_is_in_order() {
        assert!(APART_KEYS.is_sorted() && APART_KEYS.len() == APART.len());
    }

    #[test]
    fn words_go_on_behind_tags_and_escapes() {
        for (source, text) in [
            ("it was <b>102</b>,524.51 then", "it was 102,524.51 then"),
            ("<tspan x=\"1\">du0</tspan><tspan>000000</tspan>", "du0000000"),
            ("see &#x44;u0000000", "see du0000000"),
            ("o&#x27;example", "o'example"),
            ("q=%44u0000000", "q=du0000000"),
            (r"\u0031\u0030", "10"),
            (r"\x31\x30\u{34}2", "1042"),
            (r"content:'\31 \30 \00003542'", "content:'10542'"),
        ] {
            assert_eq!(texts(source), [text], "{source}");
        }
        for source in [
            "<td>102</td><td>524</td>",
            "a <b>word</b> and 5 % of",
            "<p>102</p><p>524</p>",
            "1 < 2",
            "a & b",
            r"c:\notes",
            r"\u31",
        ] {
            assert_eq!(texts(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_source() {
        let source = "ü <i>102</i>,524 5";
        let seen = joined(source).pop().unwrap();
        let origin = |text: &str| seen.origin(seen.text.find(text).unwrap(), text.len()).unwrap();
        for (text, stands) in [("102,524", "102</i>,524"), ("102", "102"), (",524 5", ",524 5"), ("ü", "ü")] {
            let (start, end) = origin(text);
            assert_eq!(&source[start..end], stands);
        }
    }
}
