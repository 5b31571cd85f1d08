//! Which rows speak of the same instrument, and which of them are trades.
//!
//! Sources spell tickers in their own ways (`SXLK` at the broker, `SXLK.L` at Yahoo) and only some of them know
//! the contract number.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{Currency, Execution, Instrument, Position, Ticker};

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

/// Whether a fill's ticker may stand for something other than the share of that name: an option, a future ...
pub fn is_derivative(execution: &Execution) -> bool {
    execution.asset_class.is_derivative()
}

/// The instruments of a set of fills, so that rows with and without contract number meet.
///
/// A fill without one is taken to be of the one contract that other fills of the same ticker and currency
/// name; where they name several, it stays apart.
#[derive(Debug, Clone, Default)]
pub struct Instruments<'a> {
    contracts: BTreeSet<u64>,
    by_ticker: BTreeMap<(&'a Ticker, Currency, bool), Option<u64>>,
}

impl<'a> Instruments<'a> {
    /// Learns the contract numbers of these fills.
    pub fn of(executions: &'a [Execution]) -> Self {
        let mut known = Self::default();
        for execution in executions {
            let Some(contract) = execution.conid else { continue };
            known.contracts.insert(contract);
            known
                .by_ticker
                .entry((&execution.symbol, execution.currency, is_derivative(execution)))
                .and_modify(|only| *only = only.filter(|first| *first == contract))
                .or_insert(Some(contract));
        }
        known
    }

    /// The instrument of a fill.
    pub fn of_fill(&self, fill: &Execution) -> Instrument {
        match fill.conid {
            Some(contract) => Instrument::Contract(contract),
            None => self.of_ticker(&fill.symbol, fill.currency, is_derivative(fill)),
        }
    }

    /// The instrument of a position, as the fills know it.
    pub fn of_position(&self, position: &Position) -> Instrument {
        let by_ticker = self.of_ticker(&position.symbol, position.currency, false);
        match (position.conid, &by_ticker) {
            // Fills of this ticker carry no contract number at all, so the ticker is what joins them.
            (Some(contract), Instrument::Ticker(..))
                if !self.contracts.contains(&contract)
                    && !self.by_ticker.contains_key(&(&position.symbol, position.currency, false)) =>
            {
                by_ticker
            }
            (Some(contract), _) => Instrument::Contract(contract),
            (None, _) => by_ticker,
        }
    }

    fn of_ticker(&self, symbol: &Ticker, currency: Currency, derivative: bool) -> Instrument {
        match self.by_ticker.get(&(symbol, currency, derivative)).copied().flatten() {
            Some(contract) => Instrument::Contract(contract),
            None => Instrument::Ticker(symbol.clone(), currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, position};

    fn same(one: &str, other: &str) -> bool {
        same_ticker(one, other) && same_ticker(other, one)
    }

    #[test]
    fn an_exchange_suffix_is_no_part_of_the_ticker_but_a_share_class_is() {
        assert!(same("SXLK", "SXLK.L") && same("BP.", "BP.L") && same("BRK B", "BRK-B") && same("BRK.B", "BRK B"));
        assert!(!same("VOD.L", "VOD.DE") && !same("BRK", "BRK.B") && !same("SXLK", "SXL") && !same("A", "B"));
    }

    #[test]
    fn a_fill_without_contract_number_joins_the_only_contract_of_its_ticker() {
        let with = Fill::buy("X", 1, 10).conid(7).done();
        let without = Fill::buy("X", 1, 10).done();
        let option = Fill::buy("X", 1, 10).conid(8).class("OPT").done();
        let fills = [with.clone(), without.clone(), option];
        let known = Instruments::of(&fills);
        assert_eq!(known.of_fill(&without), Instrument::Contract(7));
        assert_eq!(known.of_position(&position("X", 1, 10)), Instrument::Contract(7));

        let fills = [with, Fill::buy("X", 1, 10).conid(9).done(), without.clone()];
        let ambiguous = Instruments::of(&fills).of_fill(&without);
        assert_eq!(ambiguous, Instrument::Ticker(without.symbol, without.currency));
    }

    #[test]
    fn a_position_is_known_by_ticker_where_no_fill_knows_contracts() {
        let fills = [Fill::buy("X", 1, 10).done()];
        let mut held = position("X", 1, 10);
        held.conid = Some(7);
        assert_eq!(Instruments::of(&fills).of_position(&held), Instruments::of(&fills).of_fill(&fills[0]));
        let fills = [Fill::buy("X", 1, 10).conid(5).done()];
        assert_eq!(Instruments::of(&fills).of_position(&held), Instrument::Contract(7));
    }
}
