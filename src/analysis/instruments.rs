//! Which tickers name the same instrument, and which fills are trades.
//!
//! Sources spell tickers in their own ways: `SXLK` at the broker, `SXLK.L` at Yahoo.

use crate::record::{Execution, Ticker};

/// Yahoo's exchange suffixes. A list, because a share class (`BRK.B`) looks just like one.
const EXCHANGE_SUFFIXES: &[&str] = &[
    "AE", "AQ", "AS", "AT", "AX", "BA", "BC", "BD", "BE", "BK", "BO", "BR", "CA", "CL", "CN", "CO", "CR", "DE", "DU",
    "F", "HA", "HE", "HK", "HM", "IC", "IL", "IR", "IS", "JK", "JO", "KL", "KQ", "KS", "KW", "L", "LS", "MC", "MI",
    "MU", "MX", "NE", "NS", "NZ", "OL", "PA", "PR", "PS", "QA", "RO", "SA", "SG", "SI", "SN", "SR", "SS", "ST", "SW",
    "SZ", "T", "TA", "TI", "TL", "TO", "TW", "TWO", "V", "VI", "VS", "WA", "XC", "XD",
];

/// Whether two tickers name the same instrument: equal, or one is Yahoo's spelling of the other.
///
/// `SXLK` is `SXLK.L`, `BP.` is `BP.L`, `BRK B` is `BRK-B`; `VOD.L` is not `VOD.DE`.
pub fn same_ticker(one: &str, other: &str) -> bool {
    let (one_stem, one_suffix) = stem_and_suffix(one);
    let (other_stem, other_suffix) = stem_and_suffix(other);
    let suffixes_agree = one_suffix.is_none() || other_suffix.is_none() || one_suffix == other_suffix;
    suffixes_agree && letters(one_stem).eq(letters(other_stem))
}

/// What the tickers of [`same_ticker`] have in common, to group by: equal for two that name the same instrument.
pub fn ticker_key(ticker: &Ticker) -> String {
    letters(stem_and_suffix(ticker.as_str()).0).collect()
}

fn stem_and_suffix(ticker: &str) -> (&str, Option<&str>) {
    match ticker.rsplit_once('.') {
        Some((stem, suffix)) if EXCHANGE_SUFFIXES.contains(&suffix) => (stem, Some(suffix)),
        _ => (ticker.strip_suffix('.').unwrap_or(ticker), None),
    }
}

/// A ticker with one sign for the gap before a share class.
fn letters(stem: &str) -> impl Iterator<Item = char> {
    stem.chars().map(|letter| if matches!(letter, ' ' | '-' | '.') { '-' } else { letter })
}

/// Whether a fill is a trade. Exchanging one currency for another (asset class `CASH`) moves cash inside the
/// account and is none: it has no place among orders, round trips and their figures.
pub fn is_trade(execution: &Execution) -> bool {
    !execution.asset_class.is_currency_exchange()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        same_ticker(one, other) && same_ticker(other, one)
    }

    #[test]
    fn an_exchange_suffix_is_no_part_of_the_ticker_but_a_share_class_is() {
        assert!(same("SXLK", "SXLK.L") && same("BP.", "BP.L") && same("BRK B", "BRK-B") && same("BRK.B", "BRK B"));
        assert!(!same("VOD.L", "VOD.DE") && !same("BRK", "BRK.B") && !same("SXLK", "SXL") && !same("A", "B"));
    }
}
