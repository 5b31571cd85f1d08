//! What the words of a corporate action say beside its numbers.
//!
//! `OLD(ISIN) VERB … (TICKER, NAME, ID)`: the first ticker is the instrument it happens to, the last parenthesis is the
//! contract of the row itself. Its id may be a CUSIP, its name may hold commas.

use rust_decimal::Decimal;

use crate::record::Ratio;

/// `4 FOR 1`: new for old, or received for held.
pub fn ratio(text: &str) -> Option<Ratio> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| word.trim_end_matches([',', ';', ')']).parse::<Decimal>().ok();
    words.windows(3).find_map(|window| match window {
        [new, by, old] if by.eq_ignore_ascii_case("FOR") => Ratio::of(number(new)?, number(old)?),
        _ => None,
    })
}

/// The ticker of the instrument it happens to.
pub fn parent(text: &str) -> Option<&str> {
    let before = text.split_once('(')?.0.trim();
    // A stamp of fourteen digits may stand before it.
    let stamp = |word: &str| word.len() == 14 && word.bytes().all(|digit| digit.is_ascii_digit());
    let ticker = match before.split_once(char::is_whitespace) {
        Some((first, rest)) if stamp(first) => rest.trim(),
        _ => before,
    };
    let ticker = if ticker.len() > 14 && stamp(ticker.get(..14)?) { ticker.get(14..)? } else { ticker };
    (!ticker.is_empty()).then_some(ticker)
}

/// Whether the row is the leg of the instrument it happens to, by the numbers in its first and last parenthesis.
pub fn is_of_parent(text: &str) -> bool {
    let first = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(id, _)| id.trim());
    let own = text.rsplit_once('(').and_then(|(_, leg)| leg.trim_end().trim_end_matches(')').rsplit(',').next());
    first.is_some() && first == own.map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_give_ratio_parent_and_leg() {
        let split = "XYZ(US0000000001) SPLIT 4 FOR 1 (XYZ, XYZ INC, US0000000001)";
        assert_eq!(ratio(split).unwrap().to_string(), "4:1");
        assert_eq!((parent(split), is_of_parent(split)), (Some("XYZ"), true));
        let spun = "20240502202500 PAR (US1) SPINOFF  1 FOR 4 (SPN, SPN, INC, THE, 123456789)";
        assert_eq!((ratio(spun).unwrap().factor(), parent(spun)), (Decimal::new(25, 2), Some("PAR")));
        assert!(!is_of_parent(spun));
        let scaled = "A(US1) merged(Acquisition) with US2 416666667 for 10000000000 (B, B INC, US2)";
        assert_eq!(ratio(scaled).unwrap().to_string(), "416666667:10000000000");
        let cash = "A(US1) MERGED(Acquisition) FOR USD 42.00000000 PER SHARE (A, A INC, US1)";
        assert_eq!((ratio(cash), is_of_parent(cash)), (None, true));
        for odd in ["", "no words", "(", ")(", "FOR", "1 FOR 0", "é(é"] {
            assert_eq!(ratio(odd), None, "{odd}");
            let _ = (parent(odd), is_of_parent(odd));
        }
    }
}
