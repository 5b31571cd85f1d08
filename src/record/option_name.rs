//! The tickers of options.

/// Whether a ticker is that of an option: `QQX 04/17/2026 15.00 C`, `-QQX260417C15`, `QQX   260417C00015000`, `QQX 17APR26 15 C`.
pub fn is_option(symbol: &str) -> bool {
    let words: Vec<&str> = symbol.trim_start_matches(['-', '+']).split_whitespace().collect();
    let is_right = |word: &str| ["C", "P", "CALL", "PUT"].iter().any(|right| word.eq_ignore_ascii_case(right));
    let has_number = |words: &[&str]| {
        words.iter().filter(|word| word.contains(|letter: char| letter.is_ascii_digit())).count() > 1
    };
    match words[..] {
        [one] => is_compact(one),
        [root, rest] => is_compact(&format!("{root}{rest}")),
        [_, ref terms @ .., last] => is_right(last) && has_number(terms),
        [] => false,
    }
}

/// A root of up to six letters, the day as `yymmdd`, `C` or `P`, and the strike.
fn is_compact(word: &str) -> bool {
    let Some((root, terms)) =
        word.find(|letter: char| letter.is_ascii_digit()).and_then(|at| word.split_at_checked(at))
    else {
        return false;
    };
    let (Some(day), Some(right), Some(strike)) = (terms.get(..6), terms.get(6..7), terms.get(7..)) else {
        return false;
    };
    let is_number =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    (1..=6).contains(&root.len())
        && day.chars().all(|letter| letter.is_ascii_digit())
        && matches!(right, "C" | "P")
        && is_number(strike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_by_what_they_are_on_their_day_and_their_strike() {
        for symbol in ["QQX 04/17/2026 15.00 C", "-QQX260417C15", "QQX   260417P00015000", "BRKB 17APR26 400 P"] {
            assert!(is_option(symbol), "{symbol}");
        }
        for symbol in ["QQX", "ESH6", "FDXM MAR 26", "C", "BRK B", "US1111111111", ""] {
            assert!(!is_option(symbol), "{symbol}");
        }
    }
}
