//! Amounts and share counts as people say them, which no table has in that form: `541 shares`, `105k`, `a hundred thousand
//! dollars`. They are often something else, so that they are pointed out and stop nothing.

use std::collections::{BTreeMap, HashSet};

use rust_decimal::Decimal;

use super::money;
use super::number::{numbers, with_plain_digits, with_plain_separators};
use super::own::is_followed_by_unit;
use super::search::tokens;

/// What is beside a share count, in small letters.
const SHARE: [&str; 15] = [
    "share",
    "shares",
    "shs",
    "sh",
    "unit",
    "units",
    "stock",
    "stocks",
    "contract",
    "contracts",
    "lot",
    "lots",
    "stück",
    "stk",
    "aktien",
];

/// What multiplies the number before it, and whether it says so without a sign of money.
const MULTIPLES: [(&str, u32, bool); 15] = [
    ("k", 3, true),
    ("grand", 3, true),
    ("thousand", 3, true),
    ("thousands", 3, true),
    ("tsd", 3, true),
    ("tausend", 3, true),
    ("mille", 3, true),
    ("m", 6, false),
    ("mm", 6, false),
    ("mn", 6, false),
    ("mio", 6, true),
    ("mil", 6, false),
    ("million", 6, true),
    ("millions", 6, true),
    ("millionen", 6, true),
];

/// Words that are numbers below a hundred.
const WORDS: [(&str, u32); 28] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("dozen", 12),
];

/// A plan for pensions that is called after a paragraph.
const PENSION: &str = "401k";

/// What is said of an account without its being in any table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Where it starts in the text.
    pub at: usize,
    /// How it is written, in small letters.
    pub text: String,
    /// What it is, such as `a share count`.
    pub what: &'static str,
}

/// The sizes of an account that somebody may speak of.
#[derive(Debug, Default)]
pub struct Sizes {
    shares: HashSet<Decimal>,
    amounts: BTreeMap<Decimal, &'static str>,
    tickers: HashSet<String>,
}

impl Sizes {
    /// From share counts and amounts, each with what it is, and the tickers beside which a number may be a count.
    pub fn new<'a>(
        sizes: impl Iterator<Item = (Decimal, &'static str)>,
        tickers: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut all = Self { tickers: tickers.map(str::to_lowercase).collect(), ..Self::default() };
        for (size, what) in sizes {
            if what == "a share count" {
                all.shares.insert(size.abs().normalize());
            } else if size.abs() >= Decimal::ONE_HUNDRED {
                all.amounts.entry(size.abs()).or_insert(what);
            }
        }
        all
    }

    /// Everything in one line of a text that one of the sizes is spoken of by.
    pub fn in_line(&self, line: &str) -> Vec<Spoken> {
        let text = line.to_lowercase();
        let text = with_plain_digits(&text).unwrap_or(text);
        let mut found = self.in_digits(&text);
        found.extend(self.in_words(&text));
        found.sort_by_key(|spoken| spoken.at);
        found
    }

    fn in_digits(&self, text: &str) -> Vec<Spoken> {
        let mut found = Vec::new();
        for number in numbers(text, &[]) {
            let (Some(before), Some(digits), Some(after)) =
                (text.get(..number.at), text.get(number.at..number.end), text.get(number.end..))
            else {
                continue;
            };
            if before.ends_with(|c: char| c.is_alphanumeric() || "#/_=".contains(c)) || is_address(before, after) {
                continue;
            }
            let (word, rest) = next_word(after);
            let values = values(&with_plain_separators(digits));
            let share = values.iter().any(|(value, _)| self.shares.contains(&value.normalize()));
            if share && number.digits >= 2 && self.is_counted(before, after, number.digits) {
                let end = number.end + (after.len() - rest.len()).min(word_end(after));
                found.push(spoken(text, number.at, end, "a share count"));
                continue;
            }
            let money = money::is_marked(before, after)
                || money::is_marked(before, rest)
                || is_code(word)
                || is_code(next_word(rest).0);
            let multiple = MULTIPLES.iter().find(|(name, ..)| *name == word);
            let said = multiple.filter(|(_, _, alone)| money || (*alone && number.digits >= 2));
            let what = match said {
                Some((_, power, _)) => {
                    let is_pension = !money && format!("{digits}{word}") == PENSION;
                    values.iter().filter(|_| !is_pension).find_map(|value| self.near(*value, *power))
                }
                None if multiple.is_some() || is_followed_by_unit(after) => None,
                // A round number is an amount that was rounded to it; others the search of the finished site finds.
                None => values.iter().find_map(|value| {
                    let precise = zeros(value.0) >= 2 && significant(value.0) >= 3 && number.digits >= 5;
                    ((money && zeros(value.0) >= 2) || precise).then(|| self.near(*value, 0))?
                }),
            };
            if let Some(what) = what {
                let end = if said.is_some() { number.end + (after.len() - rest.len()) } else { number.end };
                found.push(spoken(text, number.at, end, what));
            }
        }
        found
    }

    /// Whether what stands beside a number says that it counts shares.
    fn is_counted(&self, before: &str, after: &str, digits: usize) -> bool {
        let (next, rest) = next_word(after);
        let last = last_word(before);
        let is_share = |word: &str| SHARE.contains(&word);
        let is_ticker = |word: &str| self.tickers.contains(word);
        let of_ticker = |word: &str| is_ticker(word) && digits >= 3;
        let times = if next == "x" { next_word(rest).0 } else { "" };
        is_share(next)
            || is_share(last)
            || (is_ticker(next) && is_share(next_word(rest).0))
            || [next, last, times].into_iter().any(of_ticker)
            || (next == "of" && of_ticker(next_word(rest).0))
    }

    /// What an amount is that rounds to this number times a power of ten: within half of its last digit, and a tenth.
    fn near(&self, (value, decimals): (Decimal, u32), power: u32) -> Option<&'static str> {
        let unit = Decimal::from(10u64.checked_pow(power)?);
        let value = value.checked_mul(unit)?;
        let step = match decimals {
            0 => Decimal::from(10u64.checked_pow(zeros(value))?),
            _ => unit.checked_div(Decimal::from(10u64.checked_pow(decimals)?))?,
        };
        let within = (step / Decimal::TWO).min(value / Decimal::TEN);
        self.amounts.range(value.checked_sub(within)?..=value.checked_add(within)?).next().map(|(_, what)| *what)
    }

    /// Numbers in words: of shares exactly, of money rounded.
    fn in_words(&self, text: &str) -> Vec<Spoken> {
        let words: Vec<(usize, &str)> = tokens(text).collect();
        let mut found = Vec::new();
        let mut first = 0;
        while first < words.len() {
            let Some((value, count)) = words.get(first..).and_then(number_in_words) else {
                first += 1;
                continue;
            };
            let at = words.get(first).map_or(0, |(at, _)| *at);
            let end = words.get(first + count - 1).map_or(at, |(at, word)| at + word.len());
            first += count;
            let (before, after) = (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
            let value = Decimal::from(value);
            if self.shares.contains(&value) && self.is_counted(before, after, 3) {
                found.push(spoken(text, at, end + word_end(after), "a share count"));
            } else if money::is_marked(before, after) || is_code(next_word(after).0) {
                found.extend(self.near((value, 0), 0).map(|what| spoken(text, at, end + word_end(after), what)));
            }
        }
        found
    }
}

fn spoken(text: &str, at: usize, end: usize, what: &'static str) -> Spoken {
    Spoken { at, text: text.get(at..end).unwrap_or_default().trim().to_owned(), what }
}

/// Whether a word is the code of a currency, as it stands behind an amount.
fn is_code(word: &str) -> bool {
    matches!(word, "usd" | "eur" | "gbp" | "chf" | "jpy" | "cad" | "aud" | "sek" | "nok" | "dkk" | "hkd" | "sgd")
}

/// Whether the digits stand in an address or in something that is packed.
fn is_address(before: &str, after: &str) -> bool {
    const LONGEST: usize = 80;
    let near = before.floor_char_boundary(before.len().saturating_sub(LONGEST));
    let before = before.get(near..).unwrap_or_default();
    let after = after.get(..after.ceil_char_boundary(LONGEST)).unwrap_or_default();
    let start = before.rfind(char::is_whitespace).map_or(before, |at| before.get(at..).unwrap_or_default());
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    start.contains("://") || start.len() + end > LONGEST
}

/// The letters that follow, and what is behind them.
fn next_word(after: &str) -> (&str, &str) {
    let rest = after.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-', '*', '_', '\u{d7}', '(']);
    let rest = rest.strip_prefix("&nbsp;").unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    // `105k2` is no amount.
    if behind.starts_with(|c: char| c.is_ascii_digit()) { ("", after) } else { (word, behind) }
}

/// How far the word that follows reaches.
fn word_end(after: &str) -> usize {
    let (_, rest) = next_word(after);
    after.len() - rest.len()
}

fn last_word(before: &str) -> &str {
    let before = before.trim_end_matches([' ', '\u{a0}', '\u{202f}', ':', '=', '*', '_', '(', '\u{d7}']);
    let start = before
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    before.get(start..).unwrap_or_default()
}

/// What digits with plain separators can mean, each with its number of decimals.
fn values(plain: &str) -> Vec<(Decimal, u32)> {
    let separators = [' ', '\'', '_', ',', '.'];
    let mut pieces = plain.split(separators);
    let first = pieces.next().unwrap_or_default();
    let is_grouped = first.len() <= 3 && pieces.clone().all(|piece| piece.len() == 3);
    let whole = plain.replace(separators, "");
    let mut values = Vec::new();
    if is_grouped || pieces.next().is_none() {
        values.extend(whole.parse().ok().map(|value| (value, 0)));
    }
    if let Some((before, fraction)) = plain.rsplit_once([',', '.']) {
        let number = format!("{}.{fraction}", before.replace(separators, ""));
        values.extend(number.parse().ok().zip(u32::try_from(fraction.len()).ok()));
    }
    values
}

/// How many zeros a whole number ends in.
fn zeros(value: Decimal) -> u32 {
    let (mut digits, mut count) = (value.trunc().normalize().mantissa(), 0);
    if value.fract() != Decimal::ZERO || digits == 0 {
        return 0;
    }
    while digits % 10 == 0 {
        (digits, count) = (digits / 10, count + 1);
    }
    count
}

/// How many digits a whole number has before its last zeros.
fn significant(value: Decimal) -> u32 {
    value.trunc().normalize().mantissa().unsigned_abs().checked_ilog10().map_or(0, |power| power + 1 - zeros(value))
}

/// No number that is spoken of has more words.
const LONGEST: usize = 12;

/// A number that starts with the first of these words, at least a hundred, and how many words it has.
fn number_in_words(words: &[(usize, &str)]) -> Option<(u64, usize)> {
    let (mut total, mut current, mut taken, mut has_multiple) = (0u64, 0u64, 0, false);
    for (place, (_, word)) in words.iter().take(LONGEST).enumerate() {
        let next = words.get(place + 1).map(|(_, word)| *word).unwrap_or_default();
        let multiple = |word: &str| matches!(word, "hundred" | "thousand" | "million");
        match *word {
            "a" | "an" | "one" if place == 0 && multiple(next) => current = 1,
            "half" if place == 0 && next == "a" => {}
            "a" if place == 1 && words.first().is_some_and(|(_, first)| *first == "half") && next == "million" => {
                return Some((500_000, 3));
            }
            "and" if place > 0 && WORDS.iter().any(|(name, _)| *name == next) => {}
            "hundred" if place > 0 => (current, has_multiple) = (current.max(1).checked_mul(100)?, true),
            "thousand" | "million" if place > 0 => {
                let unit = if *word == "million" { 1_000_000 } else { 1_000 };
                total = total.checked_add(current.max(1).checked_mul(unit)?)?;
                (current, has_multiple) = (0, true);
            }
            word => match WORDS.iter().find(|(name, _)| *name == word) {
                Some((_, value)) => current = current.checked_add(u64::from(*value))?,
                None => break,
            },
        }
        taken = place + 1;
    }
    has_multiple.then(|| total.checked_add(current)).flatten().map(|value| (value, taken))
}

#[cfg(test)]
#[path = "spoken_tests.rs"]
mod tests;
