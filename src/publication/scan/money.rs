//! Whether a number is written as money: then fewer digits are enough to take it for an amount.

/// So many digits an amount has at least that is looked for.
pub const DIGITS: usize = 3;

/// What stands before an amount, in small letters.
const BEFORE: [&str; 16] = [
    "$", "\u{20ac}", "\u{a3}", "\u{a5}", "usd", "eur", "gbp", "chf", "jpy", "cad", "aud", "sek", "nok", "dkk", "hkd",
    "sgd",
];

/// What stands behind one. A price is written with the code of its currency behind it, which is therefore not among them.
const BEHIND: [&str; 8] = ["\u{20ac}", "dollar", "euro", "pound sterling", "pounds", "francs", "yen", "bucks"];

/// Whether a sign or word of money stands before or behind a number.
pub fn is_marked(before: &str, after: &str) -> bool {
    let before = before.trim_end_matches([' ', '\u{a0}', '\u{202f}', '+', '-', '\u{2212}']);
    let after = after.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']);
    // Of nearly every number the byte beside it decides.
    let (last, first) = (before.as_bytes().last(), after.as_bytes().first());
    BEFORE.iter().any(|mark| mark.as_bytes().last() == last && before.ends_with(mark))
        || BEHIND.iter().any(|mark| mark.as_bytes().first() == first && after.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_marked_before_or_behind() {
        for (before, after) in
            [("i had $", " then"), ("usd ", ""), ("", " dollars"), ("", "\u{a0}\u{20ac}"), ("\u{a3}", "")]
        {
            assert!(is_marked(before, after), "{before}|{after}");
        }
        for (before, after) in [("in ", " days"), ("at ", " usd"), ("", "")] {
            assert!(!is_marked(before, after), "{before}|{after}");
        }
    }
}
