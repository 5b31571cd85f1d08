//! What identifies an instrument, and which rows of a record are about the same one.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::option_name::is_option;
use super::{AssetClass, Currency, Execution, Position, Ticker};

/// What identifies an instrument across fills and positions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instrument {
    /// The broker's contract number.
    Contract(u64),
    /// Where no contract number is known: the ticker and what distinguishes instruments of one ticker. A share and the
    /// options on it may go by the same one.
    Ticker(Ticker, Currency, Kind),
}

/// What distinguishes instruments of one ticker and currency: their class, and how many units one of them stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// The class; sources that do not distinguish shares from funds, or options from options on futures, say the same.
    pub class: AssetClass,
    /// The units; 1 for shares.
    pub multiplier: Decimal,
}

impl Execution {
    /// What identifies the instrument as far as this row alone says.
    pub fn instrument(&self) -> Instrument {
        let kind = || Kind { class: self.asset_class.family(), multiplier: self.multiplier };
        match self.conid {
            Some(conid) => Instrument::Contract(conid),
            None => Instrument::Ticker(self.symbol.clone(), self.currency, kind()),
        }
    }
}

/// The instruments of a set of fills, so that rows that say more and rows that say less meet.
///
/// A fill that does not say its class is of the class that others of the same ticker, currency and multiplier say; where
/// they say several, it is a share if one of them is. A fill without contract number is of the one contract that others of
/// the same ticker, currency, class and multiplier name; where they name several, it stays apart.
#[derive(Debug, Clone, Default)]
pub struct Instruments<'a> {
    /// The class of each contract, as far as any fill says it.
    contracts: BTreeMap<u64, AssetClass>,
    /// What goes by a ticker, and the contract numbers of each.
    by_ticker: BTreeMap<(&'a Ticker, Currency), BTreeMap<Kind, BTreeSet<u64>>>,
}

impl<'a> Instruments<'a> {
    /// The instruments of these fills.
    pub fn of(executions: &'a [Execution]) -> Self {
        let mut known = Self::default();
        for (contract, fill) in executions.iter().filter_map(|fill| Some((fill.conid?, fill))) {
            let class = known.contracts.entry(contract).or_default();
            if *class == AssetClass::Unknown {
                *class = fill.asset_class.family();
            }
        }
        let (said, unsaid): (Vec<_>, Vec<_>) =
            executions.iter().partition(|fill| known.own_class(fill) != AssetClass::Unknown);
        for fill in said.into_iter().chain(unsaid) {
            let kind = known.kind(fill);
            let kinds = known.by_ticker.entry((&fill.symbol, fill.currency)).or_default();
            kinds.entry(kind).or_default().extend(fill.conid);
        }
        known
    }

    /// The instrument of a fill.
    pub fn of_fill(&self, fill: &Execution) -> Instrument {
        match fill.conid {
            Some(contract) => Instrument::Contract(contract),
            None => self.unnumbered(&fill.symbol, fill.currency, self.kind(fill)),
        }
    }

    /// What a fill is of, as far as it or others of the same instrument say; the class that stands for its family.
    pub fn class_of(&self, fill: &Execution) -> AssetClass {
        self.kind(fill).class
    }

    /// Whether a fill is of something that may go by the ticker of what it is on: an option, a future, a warrant.
    pub fn is_derivative(&self, fill: &Execution) -> bool {
        match self.class_of(fill) {
            AssetClass::Unknown => !self.is_share(fill),
            class => matches!(class, AssetClass::Option | AssetClass::Future | AssetClass::Warrant),
        }
    }

    /// Whether only the gain of what a fill is of is money, and not its market value: of futures and CFDs.
    pub fn is_margined(&self, fill: &Execution) -> bool {
        fill.asset_class.is_margined() || self.class_of(fill).is_margined()
    }

    /// The same of a position, as far as fills say what it is. What no fill is of is a future where one stands for several units
    /// and does not go by the ticker of an option.
    pub fn is_margined_position(&self, position: &Position) -> bool {
        match self.class_of_position(position) {
            AssetClass::Unknown => {
                self.kind_of_position_or_lone(position).multiplier > Decimal::ONE
                    && !is_option(position.symbol.as_str())
            }
            class => class.is_margined(),
        }
    }

    /// Whether a fill is of a share, or at least nothing says that it is of something else.
    pub fn is_share(&self, fill: &Execution) -> bool {
        self.kind(fill).may_be_a_share()
    }

    /// Whether a position is of a share, or at least nothing says that it is of something else.
    pub fn is_share_position(&self, position: &Position) -> bool {
        match self.class_of_position(position) {
            AssetClass::Unknown => self.kind_of_position_or_lone(position).may_be_a_share(),
            class => class.is_share(),
        }
    }

    /// What a position is of, as far as fills say.
    fn class_of_position(&self, position: &Position) -> AssetClass {
        let by_number = position.conid.and_then(|contract| self.contracts.get(&contract));
        match by_number.filter(|class| **class != AssetClass::Unknown) {
            Some(class) => class.clone(),
            None => self.kind_of_position_or_lone(position).class,
        }
    }

    fn kind_of_position_or_lone(&self, position: &Position) -> Kind {
        self.kind_of_position(position).map_or_else(|| Kind::of_lone(position), |(kind, _)| kind.clone())
    }

    /// The instrument of a position, as the fills know it. Positions do not say their class: of what goes by their ticker
    /// they are what their value fits, and of several that, the share.
    pub fn of_position(&self, position: &Position) -> Instrument {
        if let Some(contract) = position.conid.filter(|contract| self.contracts.contains_key(contract)) {
            return Instrument::Contract(contract);
        }
        let kind = self.kind_of_position(position);
        match position.conid {
            // Fills of this kind carry no contract number at all, so the ticker is what joins them.
            Some(contract) if kind.is_none_or(|(_, numbers)| !numbers.is_empty()) => Instrument::Contract(contract),
            _ => {
                let kind = kind.map_or_else(|| Kind::of_lone(position), |(kind, _)| kind.clone());
                self.unnumbered(&position.symbol, position.currency, kind)
            }
        }
    }

    fn unnumbered(&self, ticker: &Ticker, currency: Currency, kind: Kind) -> Instrument {
        let numbers = self.by_ticker.get(&(ticker, currency)).and_then(|kinds| kinds.get(&kind));
        let mut numbers = numbers.into_iter().flatten();
        match (numbers.next(), numbers.next()) {
            (Some(only), None) => Instrument::Contract(*only),
            _ => Instrument::Ticker(ticker.clone(), currency, kind),
        }
    }

    /// What a fill itself says of its class, or other fills of its contract do.
    fn own_class(&self, fill: &Execution) -> AssetClass {
        match fill.asset_class.family() {
            AssetClass::Unknown => {
                fill.conid.and_then(|contract| self.contracts.get(&contract)).cloned().unwrap_or_default()
            }
            said => said,
        }
    }

    fn kind(&self, fill: &Execution) -> Kind {
        let own = Kind { class: self.own_class(fill), multiplier: fill.multiplier };
        if own.class != AssetClass::Unknown {
            return own;
        }
        let others = self.by_ticker.get(&(&fill.symbol, fill.currency)).into_iter().flat_map(BTreeMap::keys);
        let fitting = others.filter(|kind| kind.multiplier == own.multiplier && kind.class != AssetClass::Unknown);
        the_one_or_the_share(fitting).cloned().unwrap_or(own)
    }

    fn kind_of_position<'p>(&'p self, position: &'p Position) -> Option<(&'p Kind, &'p BTreeSet<u64>)> {
        let kinds = self.by_ticker.get(&(&position.symbol, position.currency))?;
        let fits = |kind: &&Kind| !kind.class.is_currency_exchange() && kind.fits(position);
        kinds.get_key_value(the_one_or_the_share(kinds.keys().filter(fits))?)
    }
}

/// The only one of several kinds; else the share among them.
fn the_one_or_the_share<'k>(mut kinds: impl Iterator<Item = &'k Kind>) -> Option<&'k Kind> {
    let first = kinds.next()?;
    match kinds.next() {
        None => Some(first),
        Some(second) => [first, second].into_iter().chain(kinds).find(|kind| kind.may_be_a_share()),
    }
}

impl Kind {
    /// What a position is that no fill knows.
    fn of_lone(position: &Position) -> Self {
        Self { class: AssetClass::Unknown, multiplier: position.units_of_a_contract() }
    }

    /// Whether nothing says that it is something else than a share.
    fn may_be_a_share(&self) -> bool {
        self.class.is_share() || (self.class == AssetClass::Unknown && self.multiplier == Decimal::ONE)
    }

    /// Whether a position of it can be worth so many times quantity and price. A price in pence or in per cent makes the
    /// times a hundredth, which says nothing.
    fn fits(&self, position: &Position) -> bool {
        let plain = position.market_price.and_then(|price| position.quantity.checked_mul(price));
        let Some(plain) = plain.filter(|plain| !plain.is_zero()) else { return true };
        // From half the multiplier to one and a half, without a division, which takes as long as all the rest.
        let twice = position.market_value.saturating_mul(Decimal::TWO);
        let (plain, twice) = if plain.is_sign_negative() { (-plain, -twice) } else { (plain, twice) };
        let times = plain.saturating_mul(self.multiplier);
        twice < plain || (times..=times.saturating_mul(Decimal::from(3))).contains(&twice)
    }
}

impl Position {
    /// How many units one contract stands for, as far as the value says; 1 for shares.
    pub fn units_of_a_contract(&self) -> Decimal {
        units(self).map(|units| units.round()).filter(|units| *units > Decimal::ONE).unwrap_or(Decimal::ONE)
    }
}

/// How many times quantity and price a position is worth, where it says its price.
fn units(position: &Position) -> Option<Decimal> {
    let plain = position.quantity.checked_mul(position.market_price?)?;
    position.market_value.checked_div(plain).filter(|units| *units > Decimal::ZERO)
}

#[cfg(test)]
#[path = "instrument_tests.rs"]
mod tests;
