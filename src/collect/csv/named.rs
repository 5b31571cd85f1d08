//! What an instrument is by the names that brokers give it.

use crate::record::option_name::is_option;

/// What a symbol and a description say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An option.
    Option,
    /// A bond or bill, by the nine characters of a CUSIP.
    Bond,
    /// A short ticker: a share or a fund.
    Share,
    /// Neither says.
    Unknown,
}

/// What an instrument is by its symbol, else by its description.
pub fn named(symbol: &str, description: &str) -> Named {
    let plain = |text: &str| {
        (1..=6).contains(&text.len())
            && text.chars().all(|letter| letter.is_ascii_alphabetic() || "./-".contains(letter))
    };
    if is_option(symbol) || is_described_as_option(description) {
        Named::Option
    } else if is_cusip(symbol) {
        Named::Bond
    } else if plain(symbol) {
        Named::Share
    } else {
        Named::Unknown
    }
}

/// `CALL QUUX INC $15 EXP 04/17/26`, `PUT (QQX) QUUX APR 17 26 $15`.
fn is_described_as_option(description: &str) -> bool {
    let upper = description.trim_start().to_ascii_uppercase();
    let after = ["CALL ", "PUT "].iter().find_map(|right| upper.strip_prefix(right));
    after.is_some_and(|rest| rest.contains(|letter: char| letter.is_ascii_digit()))
}

fn is_cusip(symbol: &str) -> bool {
    let digits = symbol.chars().filter(char::is_ascii_digit).count();
    symbol.len() == 9
        && symbol.chars().all(|letter| letter.is_ascii_digit() || letter.is_ascii_uppercase())
        && digits >= 4
        && symbol.ends_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_bonds_are_known_by_the_names_that_brokers_give_them() {
        for symbol in [
            "QQX 04/17/2026 15.00 C",
            "-QQX260417C15",
            "QQX   260417P00015000",
            "QQX260417C2.5",
            "BRKB 17APR26 400 P",
        ] {
            assert_eq!(named(symbol, ""), Named::Option, "{symbol}");
        }
        assert_eq!(named("8123456AB", "CALL QUUX INC $15 EXP 04/17/26"), Named::Option);
        assert_eq!(named("QQX", "PUT (QQX) QUUX APR 17 26 $15"), Named::Option);
        assert_eq!(named("912797AB1", "US TREASURY BILL"), Named::Bond);
        for (symbol, description) in
            [("QQX", "QUUX INC"), ("BRK.B", ""), ("BRK/B", ""), ("CALL", "CALL CENTER HOLDINGS"), ("C", "")]
        {
            assert_eq!(named(symbol, description), Named::Share, "{symbol}");
        }
        for symbol in ["US1111111111", "", "A B C", "QQX26"] {
            assert_eq!(named(symbol, ""), Named::Unknown, "{symbol}");
        }
    }
}
