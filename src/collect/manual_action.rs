//! Corporate actions that the owner enters by hand, because no file of the broker contains.
//!
//! What is entered are ratios and prices for one unit. Quantities follow from what is held on the day, so that fills that are
//! imported later are counted in.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::manual::{SOURCE, account_of};
use crate::analysis::instruments::same_ticker;
use crate::error::{Error, Result};
use crate::record::{ActionKind, AssetClass, CorporateAction, Currency, Ratio, Record, Ticker, action_rows};

/// A corporate action, as it is entered.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The first day on which it traded in the new form.
    pub date: NaiveDate,
    /// The ticker before, as the broker spells it.
    pub symbol: Ticker,
    /// What happened.
    pub what: What,
    /// The currency it trades in, where the ticker alone could mean several instruments.
    pub currency: Option<Currency>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// New units for old ones.
    Split(Ratio),
    /// The same units under another ticker.
    Rename(Ticker),
    /// Units of another company, cash, or both for each unit.
    Merger {
        /// The other company's ticker, and its units for the old ones.
        into: Option<(Ticker, Ratio)>,
        /// Cash for each old unit.
        cash: Option<Decimal>,
        /// What one unit of the other company was worth.
        price: Option<Decimal>,
    },
    /// Units of a company that was part of this one, beside it.
    SpinOff {
        /// Its ticker.
        child: Ticker,
        /// Units received for units held.
        ratio: Ratio,
        /// What one unit of it was worth, and one of the parent's after it.
        prices: Option<(Decimal, Decimal)>,
    },
    /// A dividend in units of the same instrument.
    StockDividend {
        /// Units received for units held.
        ratio: Ratio,
        /// What one of them was worth, where it was taken instead of cash.
        price: Option<Decimal>,
    },
    /// Gone, and worth nothing.
    Delisting,
}

/// One row to come: kind, ticker, ratio, whose units the ratio counts, price.
struct Leg<'e> {
    symbol: &'e Ticker,
    ratio: Ratio,
    of: Option<&'e Ticker>,
    price: Option<Decimal>,
}

impl What {
    fn kind(&self) -> ActionKind {
        match self {
            Self::Split(ratio) if ratio.new > ratio.old => ActionKind::ForwardSplit,
            Self::Split(_) => ActionKind::ReverseSplit,
            Self::Rename(_) => ActionKind::IdentifierChange,
            Self::Merger { .. } => ActionKind::Merger,
            Self::SpinOff { .. } => ActionKind::SpinOff,
            Self::StockDividend { price: Some(_), .. } => ActionKind::ChosenDividend,
            Self::StockDividend { price: None, .. } => ActionKind::StockDividend,
            Self::Delisting => ActionKind::Delisted,
        }
    }

    /// The ticker that holdings have afterwards, where it is another one.
    fn other(&self) -> Option<&Ticker> {
        match self {
            Self::Rename(other)
            | Self::SpinOff { child: other, .. }
            | Self::Merger { into: Some((other, _)), .. } => Some(other),
            _ => None,
        }
    }

    fn legs<'e>(&'e self, symbol: &'e Ticker) -> Result<Vec<Leg<'e>>> {
        let own = |ratio, price| Leg { symbol, ratio, of: None, price };
        let other = |ticker, ratio, price| Leg { symbol: ticker, ratio, of: Some(symbol), price };
        Ok(match self {
            Self::Split(ratio) => vec![own(*ratio, None)],
            Self::Rename(new) => vec![own(Ratio::NOTHING, None), other(new, Ratio::ONE, None)],
            Self::Merger { into, cash, price } => {
                let into = into.as_ref().map(|(ticker, ratio)| other(ticker, *ratio, *price));
                [own(Ratio::NOTHING, *cash)].into_iter().chain(into).collect()
            }
            Self::SpinOff { child, ratio, prices } => {
                let (price, parents) = prices.unzip();
                vec![own(Ratio::ONE, parents), other(child, *ratio, price)]
            }
            Self::StockDividend { ratio, price } => {
                let all = ratio.new.checked_add(ratio.old).and_then(|all| Ratio::of(all, ratio.old));
                vec![own(all.ok_or_else(|| nothing_comes(*ratio))?, *price)]
            }
            Self::Delisting => vec![own(Ratio::NOTHING, None)],
        })
    }

    /// What cannot be.
    fn check(&self, symbol: &Ticker) -> Result<()> {
        match self {
            Self::Split(ratio) if ratio.new == ratio.old => {
                return Err(Error::usage(format!("{ratio} changes nothing")).hint("write new for old, such as 4:1"));
            }
            Self::Split(ratio)
            | Self::SpinOff { ratio, .. }
            | Self::StockDividend { ratio, .. }
            | Self::Merger { into: Some((_, ratio)), .. }
                if ratio.new.is_zero() =>
            {
                return Err(nothing_comes(*ratio));
            }
            Self::Merger { into: None, cash: None, .. } => {
                return Err(Error::usage("a merger brings shares, cash or both")
                    .hint("add `--into TICKER --ratio 1:2`, `--cash 42.00` for each share, or both"));
            }
            _ => {}
        }
        if self.other().is_some_and(|other| other == symbol) {
            return Err(Error::usage(format!("{symbol} is the name before and after"))
                .hint("write the old ticker first, then the new one"));
        }
        let prices = match self {
            Self::Merger { cash, price, .. } => [*cash, *price],
            Self::SpinOff { prices, .. } => prices.unzip().into(),
            Self::StockDividend { price, .. } => [*price, None],
            _ => [None, None],
        };
        match prices.into_iter().flatten().find(|price| *price <= Decimal::ZERO) {
            Some(price) => Err(Error::usage(format!("{price} is not above zero"))
                .hint("write what was paid for one unit, or what one was worth, or leave it out")),
            None => Ok(()),
        }
    }
}

fn nothing_comes(ratio: Ratio) -> Error {
    Error::usage(format!("{ratio} brings nothing")).hint("write what comes for what is held, such as 1:20")
}

/// The rows of `data/actions.csv` for a corporate action.
///
/// # Errors
/// A date after `today`; a ratio that changes nothing, or a price that is not above zero; a ticker that was never held or
/// traded, or that is one contract with the new one; an action of that kind and day that is in the record already.
pub fn rows(entry: &Entry, record: &Record, account: Option<&str>, today: NaiveDate) -> Result<Vec<CorporateAction>> {
    let Entry { date, symbol, what, .. } = entry;
    if *date > today {
        return Err(Error::usage(format!("{date} has not come yet")).hint("correct the date"));
    }
    what.check(symbol)?;
    let currency = currency(entry, record)?;
    if let Some(other) = what.other()
        && is_one_contract(record, symbol, other)
    {
        return Err(Error::usage(format!("{symbol} and {other} are one contract at the broker"))
            .hint("nothing to do: holdings go by its number, whatever it is called"));
    }
    let kind = what.kind();
    let known = action_rows::in_force(&record.actions).into_iter().any(|row| {
        let same_kind = row.kind == kind || (row.kind.is_split() && kind.is_split());
        same_kind && row.date == *date && row.symbol == *symbol && row.source.as_str() == SOURCE
    });
    if known {
        return Err(Error::usage(format!("the record has a {kind} of {symbol} on {date} already, entered by hand"))
            .hint("`trackrecord action list` lists it; to correct it, edit data/actions.csv"));
    }
    let account = account_of(record, account)?;
    let legs = what.legs(symbol)?;
    let named = legs.iter().find(|leg| leg.ratio != Ratio::NOTHING).map(|leg| leg.ratio.to_string());
    let event = format!("{SOURCE}:{date}:{symbol}:{}", named.unwrap_or_else(|| kind.as_str().to_owned()));
    let row = |(number, leg): (usize, &Leg)| CorporateAction {
        id: if number == 0 { event.clone() } else { format!("{event}:{}", leg.symbol) },
        event: event.clone(),
        date: *date,
        time: None,
        account: Some(account.clone()),
        kind: kind.clone(),
        symbol: leg.symbol.clone(),
        conid: None,
        asset_class: AssetClass::Stock,
        currency,
        quantity: None,
        ratio: Some(leg.ratio),
        of: leg.of.cloned(),
        proceeds: None,
        value: None,
        price: leg.price,
        multiplier: None,
        cancels: None,
        source: SOURCE.into(),
        generated: None,
        text: String::new(),
    };
    Ok(legs.iter().enumerate().map(row).collect())
}

/// The currency that the rows say: the one that was named; that of the instrument, where amounts need one.
fn currency(entry: &Entry, record: &Record) -> Result<Option<Currency>> {
    let Entry { symbol, what, currency, .. } = entry;
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let held = held.map(|position| (&position.symbol, position.currency));
    let traded = record.executions.iter().map(|fill| (&fill.symbol, fill.currency));
    let is_meant = |(ticker, of): &(&Ticker, Currency)| {
        same_ticker(ticker.as_str(), symbol.as_str()) && currency.is_none_or(|currency| currency == *of)
    };
    let found: BTreeSet<Currency> = held.chain(traded).filter(is_meant).map(|(_, currency)| currency).collect();
    let found: Vec<Currency> = found.into_iter().collect();
    match (&found[..], what) {
        ([], _) => Err(Error::usage(format!("{symbol} was never held or traded in this record"))
            .hint("write the ticker as the broker does; `data/executions` has it")),
        (_, What::Split(_)) => Ok(*currency),
        ([only], _) => Ok(Some(*only)),
        (several, _) => {
            let several: Vec<&str> = several.iter().map(Currency::as_str).collect();
            Err(Error::usage(format!("{symbol} trades in {}", several.join(" and ")))
                .hint(format!("say which is meant, for instance `--currency {}`", several.first().unwrap_or(&"USD"))))
        }
    }
}

/// Whether the broker has one number for both tickers.
fn is_one_contract(record: &Record, one: &Ticker, other: &Ticker) -> bool {
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let held = held.map(|position| (&position.symbol, position.conid));
    let all = || record.executions.iter().map(|fill| (&fill.symbol, fill.conid)).chain(held.clone());
    let numbers = |wanted: &Ticker| -> BTreeSet<u64> {
        let of = all().filter(|(ticker, _)| same_ticker(ticker.as_str(), wanted.as_str()));
        of.filter_map(|(_, number)| number).collect()
    };
    !numbers(one).is_disjoint(&numbers(other))
}

#[cfg(test)]
#[path = "manual_action_tests.rs"]
mod tests;
