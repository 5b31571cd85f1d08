//! Looking for secrets in one file.

use rust_decimal::Decimal;

use super::number::{DIGITS, GROUPED_DIGITS, Number, numbers, readings};
use super::{Leak, Secrets, packed};

/// Everything private in a file, in order.
pub fn file(secrets: &Secrets, name: &str, bytes: &[u8]) -> Vec<Leak> {
    packed::read(name, bytes).texts.iter().flat_map(|text| in_text(secrets, &text.name, &text.bytes)).collect()
}

fn in_text(secrets: &Secrets, file: &str, bytes: &[u8]) -> Vec<Leak> {
    let text = secrets.in_lower_case(&String::from_utf8_lossy(bytes));
    let mut found = names(secrets, &text);
    if secrets.has_amounts() {
        found.extend(amounts(secrets, &text, file.ends_with(".csv") || file.ends_with(".json")));
    }
    found.sort();
    let mut lines = Lines { text: &text, line: 1, at: 0 };
    found.into_iter().map(|(at, what, text)| Leak { file: file.to_owned(), line: lines.of(at), what, text }).collect()
}

/// Where something is, what it is, and how it stands there.
type Found = (usize, &'static str, String);

/// The line of offsets that are asked for in order.
struct Lines<'a> {
    text: &'a str,
    line: usize,
    at: usize,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> usize {
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count();
        self.at = at.max(self.at);
        self.line
    }
}

fn names(secrets: &Secrets, text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for account in &secrets.accounts {
        let places = memchr::memmem::find_iter(text.as_bytes(), account.as_bytes());
        found.extend(places.map(|at| (at, "an account id", account.clone())));
    }
    for (at, word) in tokens(text) {
        for (name, what) in secrets.names_with(word) {
            let from = at.saturating_sub(name.len());
            let near = text.floor_char_boundary(from)..text.ceil_char_boundary(at + word.len() + name.len());
            if text.get(near).is_some_and(|near| near.contains(name.as_str())) {
                found.push((at, *what, name.clone()));
            }
        }
    }
    found
}

/// Runs of letters and digits with their byte offsets.
pub fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut rest = 0;
    std::iter::from_fn(move || {
        let from = rest + bytes.get(rest..)?.iter().position(u8::is_ascii_alphanumeric)?;
        let after = bytes.get(from..)?;
        let length = after.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(after.len());
        rest = from + length;
        text.get(from..rest).map(|word| (from, word))
    })
}

/// In a table or list of data numbers are plain and a comma ends them, unless the field is quoted.
fn amounts(secrets: &Secrets, text: &str, is_data: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, spelling) in numbers(text) {
        if spelling.len() < GROUPED_DIGITS {
            continue;
        }
        let quoted = text.get(..at).is_some_and(|before| before.ends_with('"'));
        let apart = (is_data && !quoted) || spelling.matches(',').count() > 4;
        for spelling in spelling.split(|letter| apart && letter == ',') {
            found.extend(amount_behind(secrets, spelling).map(|what| (at, what, spelling.to_owned())));
        }
    }
    found
}

/// What a number in the text is, in any reading of its separators.
fn amount_behind(secrets: &Secrets, spelling: &str) -> Option<&'static str> {
    // Most numbers of a page are shorter than any amount that is looked for.
    if spelling.bytes().filter(u8::is_ascii_digit).count() < GROUPED_DIGITS {
        return None;
    }
    let as_it_stands = spelling.parse::<Decimal>().map(Number::from);
    if as_it_stands.is_ok_and(|number| secrets.is_public(number)) {
        return None;
    }
    readings(spelling).into_iter().find_map(|(number, grouped)| {
        let digits = number.digits();
        let enough = digits >= DIGITS || (grouped && digits >= GROUPED_DIGITS);
        secrets.amount_of(number).filter(|_| enough)
    })
}
