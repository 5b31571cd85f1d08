//! Looking for secrets in one file.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::number::{DIGITS, GROUPED_DIGITS, Spelling, numbers, readings, with_plain_digits, with_plain_separators};
use super::own::{self, Range};
use super::packed::Form;
use super::secrets::{ACCOUNT, Case, HOLDER};
use super::{Leak, Secrets, money, packed, seen, wording};

/// Digits that are a number of somebody's stand for themselves from this length on, even inside another word.
const LONG_NAME: usize = 9;

/// The folder of the site in which every other word is a digest.
const PROOF: &str = "proof/";

/// Everything private in a file, in order, and first in its name, which stands in no line.
pub fn file(secrets: &Secrets, case: Case, name: &str, bytes: &[u8]) -> Vec<Leak> {
    let without_lines = |name: &str, bytes: &[u8]| -> Vec<Leak> {
        in_text(secrets, case, name, bytes).into_iter().map(|leak| Leak { line: 0, ..leak }).collect()
    };
    let packed = packed::read(name, bytes);
    let in_it = packed.texts.iter().flat_map(|text| match text.form {
        Form::Text => in_text(secrets, case, &text.name, &text.bytes),
        Form::Words => without_lines(&text.name, &text.bytes),
        Form::Bytes => in_bytes(secrets, case, &text.name, &text.bytes),
    });
    without_lines(name, name.as_bytes()).into_iter().chain(in_it).collect()
}

/// Names in what is no text; such as are not there by chance.
fn in_bytes(secrets: &Secrets, case: Case, file: &str, bytes: &[u8]) -> Vec<Leak> {
    let text = case.lower(&read(bytes));
    let mut found = names(secrets, &text, &[]);
    found.retain(|(_, what, text)| {
        let is_long = *what == ACCOUNT || *what == HOLDER || text.len() >= LONG_NAME;
        is_long && !secrets.is_allowed(what, text)
    });
    found.into_iter().map(|(_, what, text)| Leak { file: file.to_owned(), line: 0, what, text }).collect()
}

/// What bytes say; nearly all are a text as they are, which is seen much sooner than how far they are one.
fn read(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn in_text(secrets: &Secrets, case: Case, file: &str, bytes: &[u8]) -> Vec<Leak> {
    let text = case.lower(&read(bytes));
    let text = with_plain_digits(&text).unwrap_or(text);
    let mut own = own::ranges(&text);
    if file.starts_with(PROOF) {
        own.extend(own::digests(&text));
        own.sort_unstable();
    }
    let is_data = file.ends_with(".csv") || file.ends_with(".json");
    let mut found = names(secrets, &text, &own);
    if secrets.has_amounts() {
        found.extend(amounts(secrets, &text, &own, is_data));
    }
    if !is_data {
        found.extend(joined(secrets, &text));
    }
    found.retain(|(_, what, text)| !secrets.is_allowed(what, text));
    found.sort();
    let mut lines = Lines { text: &text, line: 1, at: 0 };
    found.into_iter().map(|(at, what, text)| Leak { file: file.to_owned(), line: lines.of(at), what, text }).collect()
}

/// What stands nowhere as it is, and is seen all the same: it goes on behind a tag or an escape.
fn joined(secrets: &Secrets, text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for seen in seen::joined(text) {
        let mut all = names(secrets, &seen.text, &[]);
        if secrets.has_amounts() {
            // Numbers with a space between them are mostly two, where markup is between them as well.
            let amounts = amounts(secrets, &seen.text, &[], false);
            all.extend(amounts.into_iter().filter(|(_, _, text)| !text.contains(char::is_whitespace)));
        }
        // What stands in the source as it is seen was found there, or is the program's own.
        found.extend(all.into_iter().filter_map(|(at, what, text)| {
            // Of an id the place is that of its longest part.
            let length = text.len().min(seen.text.len() - at);
            let (start, end) = seen.origin(at, length)?;
            (end - start != length).then_some((start, what, text))
        }));
    }
    found
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

fn names(secrets: &Secrets, text: &str, own: &[Range]) -> Vec<Found> {
    let mut found = Vec::new();
    for account in &secrets.accounts {
        let places = memchr::memmem::find_iter(text.as_bytes(), account.as_bytes());
        let places = places.filter(|at| !is_number(account) || is_name(text, *at, account, own));
        found.extend(places.map(|at| (at, ACCOUNT, account.clone())));
        found.extend(wording::set_apart(text, account).into_iter().map(|(at, _)| (at, ACCOUNT, account.clone())));
    }
    for person in secrets.unsigned() {
        found.extend(wording::places(text, person).into_iter().map(|(at, _)| (at, HOLDER, person.clone())));
    }
    for (at, word) in tokens(text) {
        for (name, what) in secrets.names_with(word) {
            let from = at.saturating_sub(name.len());
            let near = text.floor_char_boundary(from)..text.ceil_char_boundary(at + word.len() + name.len());
            let is_there = text.get(near).is_some_and(|near| near.contains(name.as_str()));
            if is_there && (!is_number(name) || is_name(text, at, name, own)) {
                found.push((at, *what, name.clone()));
            }
        }
    }
    found
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether digits that are somebody's number stand for themselves: neither in a longer number or word, nor computed.
fn is_name(text: &str, at: usize, name: &str, own: &[Range]) -> bool {
    let end = at + name.len();
    let is_in_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let is_short = name.len() < LONG_NAME;
    if is_short && (is_in_word(before.chars().next_back()) || is_in_word(after.chars().next())) {
        return false;
    }
    let mark = |letter: char| matches!(letter, '.' | ',');
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let (mut backwards, mut forwards) = (before.chars().rev(), after.chars());
    let is_fraction = backwards.next() == Some('.') && is_digit(backwards.next());
    let has_fraction = forwards.next().is_some_and(mark) && is_digit(forwards.next());
    let in_data = after.starts_with(',');
    let is_own = own.iter().any(|(start, end)| (*start..*end).contains(&at));
    !is_fraction && (!has_fraction || in_data) && !is_own
}

/// How many digits a number is written with that ends in cents: of 78102.0 the last one counts too.
fn digits_with_cents(spelling: &str) -> Option<usize> {
    let (_, cents) = spelling.rsplit_once(['.', ','])?;
    (1..=2).contains(&cents.len()).then(|| spelling.bytes().filter(u8::is_ascii_digit).count())
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
fn amounts(secrets: &Secrets, text: &str, own: &[Range], is_data: bool) -> Vec<Found> {
    let mut found = Vec::new();
    let data = own::data(text);
    let is_of_a_script = |at: usize| data.iter().any(|(start, end)| (*start..*end).contains(&at));
    let mut quotes = Quotes { text: text.as_bytes(), at: 0, are_open: false };
    for Spelling { at, end, digits } in numbers(text, own) {
        let Some((before, spelling, after)) = around(text, at, end) else { continue };
        let is_money = digits >= money::DIGITS && money::is_marked(before, after);
        if (digits < GROUPED_DIGITS && !is_money)
            || before.ends_with('#')
            || (!is_money && own::is_followed_by_unit(after))
        {
            continue;
        }
        let plain = with_plain_separators(spelling);
        let is_plain = is_data && !quotes.are_open_at(at);
        let decimal = if is_plain || is_of_a_script(at) { '.' } else { secrets.locale.decimal() };
        let apart = is_plain || plain.matches(',').count() > 4;
        let mut parts = plain.split(|letter| apart && letter == ',');
        let behind = |part: &str| amount_behind(secrets, part, decimal, is_money).filter(|_| !own::is_figure(before));
        match (parts.next(), parts.next()) {
            (Some(only), None) => found.extend(behind(only).map(|what| (at, what, spelling.to_owned()))),
            _ => {
                let parts = plain.split(',');
                found.extend(parts.filter_map(|part| Some((at, behind(part)?, part.to_owned()))));
            }
        }
    }
    found
}

/// The quotation marks of a table or list of data, line by line, for offsets that are asked for in order.
struct Quotes<'a> {
    text: &'a [u8],
    at: usize,
    are_open: bool,
}

impl Quotes<'_> {
    fn are_open_at(&mut self, at: usize) -> bool {
        let between = self.text.get(self.at..at).unwrap_or_default();
        for mark in memchr::memchr2_iter(b'"', b'\n', between) {
            self.are_open = between.get(mark) == Some(&b'"') && !self.are_open;
        }
        self.at = at.max(self.at);
        self.are_open
    }
}

fn around(text: &str, at: usize, end: usize) -> Option<(&str, &str, &str)> {
    Some((text.get(..at)?, text.get(at..end)?, text.get(end..)?))
}

/// What a number in the text is, in any reading of its separators, of which `decimal` is the usual one before a fraction.
fn amount_behind(secrets: &Secrets, spelling: &str, decimal: char, is_money: bool) -> Option<&'static str> {
    let least = if is_money { money::DIGITS } else { GROUPED_DIGITS };
    // Most numbers of a page are shorter than any amount that is looked for.
    if spelling.bytes().filter(u8::is_ascii_digit).count() < least {
        return None;
    }
    let with_cents = digits_with_cents(spelling).unwrap_or_default();
    let found = readings(spelling, decimal).into_iter().find_map(|(number, grouped)| {
        let digits = number.digits().max(with_cents);
        let enough = digits >= DIGITS || is_money || (grouped && digits >= GROUPED_DIGITS);
        secrets.amount_of(number).filter(|_| enough)
    })?;
    // Prices are written with the marks of the locale, or plain.
    let usual: String = spelling
        .chars()
        .filter(|letter| !matches!(letter, '.' | ',') || *letter == decimal)
        .map(|letter| if letter == decimal { '.' } else { letter })
        .collect();
    let is_public = |text: &str| text.parse::<Decimal>().is_ok_and(|number| secrets.is_public(number.into()));
    (!is_public(spelling) && !is_public(&usual)).then_some(found)
}
