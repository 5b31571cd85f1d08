//! Words for a terminal that knows no letters but those of ASCII.

/// Whether the environment asks for nothing else, by the locale `C` or `POSIX` or by another encoding than UTF-8. Without a word about it,
/// everything can be shown.
pub fn is_plain() -> bool {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    cfg!(unix)
        && ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(of).is_some_and(|locale| !has_all_letters(&locale))
}

/// Whether a locale, such as `de_DE.UTF-8`, has every letter.
fn has_all_letters(locale: &str) -> bool {
    let encoding = locale.split_once('.').map(|(_, encoding)| encoding.to_ascii_lowercase().replace('-', ""));
    match encoding {
        Some(encoding) => encoding.starts_with("utf8"),
        None => !matches!(locale, "C" | "POSIX"),
    }
}

/// A text with the signs of our own in letters of ASCII. Names stay as they are written.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{2014}' | '\u{2013}' | '\u{2212}' | '\u{2011}' => plain.push('-'),
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' => plain.push('"'),
            '\u{2026}' => plain += "...",
            '\u{b2}' => plain.push('2'),
            '\u{d7}' => plain.push('x'),
            '\u{2502}' => plain.push('|'),
            '\u{a0}' | '\u{202f}' | '\u{2009}' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_which_letters_there_are() {
        for all in ["C.UTF-8", "de_DE.utf8", "en_GB.UTF-8", "de_DE", "C.utf8@x"] {
            assert!(has_all_letters(all), "{all}");
        }
        for plain in ["C", "POSIX", "de_DE.ISO-8859-1", "en_US.ISO8859-15"] {
            assert!(!has_all_letters(plain), "{plain}");
        }
    }

    #[test]
    fn our_signs_become_plain_and_names_do_not() {
        assert_eq!(
            plain("R\u{b2} \u{2014} \u{2212}3 \u{d7} 2\u{2026} \u{201c}Z\u{fc}rich\u{201d}"),
            "R2 - -3 x 2... \"Z\u{fc}rich\""
        );
    }
}
