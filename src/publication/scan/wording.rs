//! Names of several parts however they are set: `Erika Musterfrau` over the end of a line, `erika_musterfrau.png`,
//! `?q=Erika%20Musterfrau`, `Musterfrau, Erika`, `U-7654321`.

/// So many separators stand between two words of one name.
const MOST_BETWEEN: usize = 6;

/// No tag between two words is longer.
const LONGEST_TAG: usize = 300;

/// Where this name stands in a text in small letters, and how long it is there.
pub fn places(text: &str, name: &str) -> Vec<(usize, usize)> {
    let words: Vec<&str> =
        name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = in_order(text, &words);
    // A person is listed by the last of the names.
    let is_of_person =
        name.contains(' ') && name.chars().all(|letter| letter.is_alphabetic() || " .-'\u{2019}".contains(letter));
    if let Some((last, rest)) = words.split_last().filter(|_| is_of_person) {
        let listed: Vec<&str> = std::iter::once(*last).chain(rest.iter().copied()).collect();
        found.extend(in_order(text, &listed));
    }
    found
}

fn in_order(text: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let Some((first, rest)) = words.split_first() else { return Vec::new() };
    let starts = memchr::memmem::find_iter(text.as_bytes(), first.as_bytes());
    let place = |at: usize| {
        let begins = !ends_in_word(text.get(..at)?);
        let mut end = at + first.len();
        for word in rest {
            end += between(text.get(end..)?);
            end += text.get(end..)?.strip_prefix(word).map(|_| word.len())?;
        }
        let ends = !text.get(end..)?.starts_with(char::is_alphanumeric);
        (begins && ends).then_some((at, end - at))
    };
    starts.filter_map(place).collect()
}

/// Whether a text ends in the middle of a word. The digits of `%20` are no part of one.
fn ends_in_word(before: &str) -> bool {
    let is_escape =
        before.len().checked_sub(3).and_then(|at| before.get(at..)).is_some_and(|end| escape(end) == Some(3));
    !is_escape && before.ends_with(char::is_alphanumeric)
}

/// The length of what stands between two words; nothing where they are one.
fn between(text: &str) -> usize {
    let mut length = 0;
    for _ in 0..MOST_BETWEEN {
        let rest = text.get(length..).unwrap_or_default();
        let Some(letter) = rest.chars().next().filter(|letter| !letter.is_alphanumeric()) else { break };
        length += escape(rest).unwrap_or(letter.len_utf8());
    }
    length
}

/// The length of a tag, or of an escaped separator, that a text begins with.
fn escape(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    match bytes.first()? {
        b'<' => bytes.iter().take(LONGEST_TAG).position(|byte| *byte == b'>').map(|at| at + 1),
        b'&' => bytes.iter().take(10).position(|byte| *byte == b';').map(|at| at + 1),
        b'%' => bytes.get(1..3)?.iter().all(u8::is_ascii_hexdigit).then_some(3),
        b'\\' if bytes.get(1) == Some(&b'u') => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        b'\\' => matches!(bytes.get(1)?, b'n' | b't' | b'r').then_some(2),
        _ => None,
    }
}

/// Where an account's number stands with something between its letters and its digits, and how long it is there.
pub fn set_apart(text: &str, account: &str) -> Vec<(usize, usize)> {
    let Some(digits) = account.find(|letter: char| letter.is_ascii_digit()).filter(|at| *at > 0) else {
        return Vec::new();
    };
    let (letters, number) = account.split_at(digits);
    let is_plain =
        letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let starts =
        memchr::memmem::find_iter(text.as_bytes(), number.as_bytes()).filter(|_| is_plain && number.len() > 4);
    let place = |at: usize| {
        let before = text.get(..at)?;
        let apart = before.trim_end_matches([' ', '\u{a0}', '\u{202f}', '-', '_', '.', '\u{2011}']);
        let start = apart.strip_suffix(letters).filter(|before| !ends_in_word(before))?.len();
        let ends = !text.get(at + number.len()..)?.starts_with(|letter: char| letter.is_ascii_digit());
        (ends && apart.len() < before.len() && before.len() - apart.len() < 5)
            .then_some((start, at + number.len() - start))
    };
    starts.filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
        places(text, name).into_iter().map(|(at, length)| &text[at..at + length]).collect()
    }

    #[test]
    fn a_name_is_one_however_its_words_are_set_apart() {
        for text in [
            "erika musterfrau",
            "erika\nmusterfrau",
            "erika\u{a0}musterfrau",
            "erika&nbsp;musterfrau",
            "erika_musterfrau",
            "erika-musterfrau",
            "erika%20musterfrau",
            "erika+musterfrau",
            "<b>erika</b> <b>musterfrau</b>",
            "erika\\u00a0musterfrau",
            "musterfrau, erika",
        ] {
            assert_eq!(found(&format!("by {text}."), "erika musterfrau").len(), 1, "{text}");
        }
        assert_eq!(found("?q=x%20erika%20musterfrau%20y", "erika musterfrau"), ["erika%20musterfrau"]);
        assert_eq!(found("o\u{2019}example, o&#x27;example", "o'example").len(), 2);
        assert_eq!(found("at lindenweg-12.", "lindenweg 12"), ["lindenweg-12"]);
    }

    #[test]
    fn other_names_are_others() {
        for text in ["erika b. musterfrau", "erikamusterfrauen", "derika musterfrau", "erika musterfraus", "erika"] {
            assert_eq!(found(text, "erika musterfrau"), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(found("12 lindenweg", "lindenweg 12"), Vec::<&str>::new(), "a street is not listed by its number");
        assert_eq!(found("lindenweg 123", "lindenweg 12"), Vec::<&str>::new());
    }

    #[test]
    fn an_account_is_one_with_its_letters_set_apart() {
        let found = |text: &str| {
            set_apart(text, "u7654321").into_iter().map(|(at, end)| text[at..at + end].to_owned()).collect::<Vec<_>>()
        };
        for text in ["u 7654321", "u-7654321", "u\u{a0}7654321", "u. 7654321"] {
            assert_eq!(found(&format!("my {text}, see")), [text]);
        }
        for text in ["u7654321", "du 7654321", "u 76543210", "u     7654321", "7654321"] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
