//! Which tickers name the same instrument.
//!
//! Sources spell tickers in their own ways: `SXLK` at the broker, `SXLK.L` at Yahoo.

use std::collections::{BTreeMap, BTreeSet};

use super::{Currency, Execution, Snapshot, Ticker};

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

/// Gives rows without a contract number one spelling for one instrument: where a ticker stands with and without one exchange's
/// suffix in the same currency, the one without. Where it stands with the suffixes of several exchanges, nothing is sure,
/// and all stay as they are.
pub(super) fn unify(executions: &mut [Execution], snapshots: &mut [Snapshot]) {
    let positions = || snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let of_fills = executions.iter().map(|fill| (&fill.symbol, fill.currency));
    let named = of_fills.chain(positions().map(|position| (&position.symbol, position.currency)));
    let mut spellings: BTreeMap<(String, Currency), BTreeSet<Ticker>> = BTreeMap::new();
    for (ticker, currency) in named {
        spellings.entry((ticker_key(ticker), currency)).or_default().insert(ticker.clone());
    }
    let mut plain: BTreeMap<(Ticker, Currency), Ticker> = BTreeMap::new();
    for ((_, currency), tickers) in spellings {
        let suffix = |ticker: &&Ticker| stem_and_suffix(ticker.as_str()).1.is_some();
        let (with, without): (Vec<&Ticker>, Vec<&Ticker>) = tickers.iter().partition(suffix);
        if let ([with], [without]) = (&with[..], &without[..]) {
            plain.insert(((*with).clone(), currency), (*without).clone());
        }
    }
    if plain.is_empty() {
        return;
    }
    let of = |ticker: &Ticker, currency: Currency| plain.get(&(ticker.clone(), currency)).cloned();
    for fill in executions.iter_mut().filter(|fill| fill.conid.is_none()) {
        fill.symbol = of(&fill.symbol, fill.currency).unwrap_or_else(|| fill.symbol.clone());
    }
    for position in snapshots.iter_mut().filter_map(|snapshot| snapshot.positions.as_mut()).flatten() {
        if let Some(symbol) = of(&position.symbol, position.currency).filter(|_| position.conid.is_none()) {
            position.symbol = symbol;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    fn same(one: &str, other: &str) -> bool {
        same_ticker(one, other) && same_ticker(other, one)
    }

    #[test]
    fn an_exchange_suffix_is_no_part_of_the_ticker_but_a_share_class_is() {
        assert!(same("SXLK", "SXLK.L") && same("BP.", "BP.L") && same("BRK B", "BRK-B") && same("BRK.B", "BRK B"));
        assert!(!same("VOD.L", "VOD.DE") && !same("BRK", "BRK.B") && !same("SXLK", "SXL") && !same("A", "B"));
    }

    #[test]
    fn one_instrument_has_one_spelling_where_that_is_sure() {
        let unified = |tickers: &[(&str, Option<u64>)]| {
            let mut fills: Vec<Execution> = tickers
                .iter()
                .map(|(ticker, conid)| Execution { symbol: Ticker::new(*ticker), conid: *conid, ..fill("") })
                .collect();
            unify(&mut fills, &mut []);
            fills.into_iter().map(|fill| fill.symbol.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(unified(&[("AB", None), ("AB.L", None), ("AB.L", Some(7))]), ["AB", "AB", "AB.L"]);
        assert_eq!(unified(&[("AB", None), ("AB.L", None), ("AB.DE", None)]), ["AB", "AB.L", "AB.DE"]);
        assert_eq!(unified(&[("AB.L", None), ("AC", None)]), ["AB.L", "AC"]);
    }
}
