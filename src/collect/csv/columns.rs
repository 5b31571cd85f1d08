//! Where each of our columns stands in a file.

use super::preset;
use super::{COLUMNS, NEEDED};
use crate::collect::form::named_currency;
use crate::collect::table::{Line, Table};
use crate::config::{CsvImport, Preset};
use crate::error::{Error, Result};
use crate::nearest::{nearest, usual_edits};
use crate::record::{Currency, quote_unit};

/// Where a currency is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrencyAt {
    /// In a column.
    Column(usize),
    /// In the name of a column, or by what the broker is.
    Named(Currency),
}

impl CurrencyAt {
    /// The currency on a line and how many of the units in which it is quoted make one; `None` where nothing is said.
    ///
    /// # Errors
    /// A cell that is no currency.
    pub fn unit(self, line: Line) -> Result<Option<(Currency, rust_decimal::Decimal)>> {
        match self {
            Self::Named(currency) => Ok(Some((currency, rust_decimal::Decimal::ONE))),
            Self::Column(column) => {
                let Some(text) = line.text(Some(column)) else { return Ok(None) };
                quote_unit(text).map(Some).map_err(|problem| line.error(Some(column), problem))
            }
        }
    }
}

/// How the sign of a cost is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A cost, whatever its sign.
    Cost,
    /// Money that left the account is below zero.
    Booked,
    /// A cost is above zero, a rebate below.
    Charged,
}

/// One column of costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    pub column: usize,
    pub currency: Option<CurrencyAt>,
    pub sign: Sign,
}

/// Where things stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    places: [Option<usize>; COLUMNS.len()],
    /// All that a fill cost, column by column.
    pub charges: Vec<Charge>,
    /// The currency of the price.
    pub currency: Option<CurrencyAt>,
    /// The currency of the account.
    pub account_currency: Option<CurrencyAt>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { places: [None; COLUMNS.len()], charges: Vec::new(), currency: None, account_currency: None }
    }
}

impl Columns {
    /// The columns of a file, by the broker's names where a preset is chosen, and by the mapping and our own names.
    ///
    /// # Errors
    /// A mapping that names no column or one of several; a needed column that is missing.
    pub fn find(table: &Table, import: &CsvImport) -> Result<Self> {
        if let Some(unknown) = import.columns.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
            return Err(Error::configuration(format!("`{unknown}` under [csv.columns] is not one of our columns"))
                .hint(suggestion(unknown, COLUMNS.iter().copied())));
        }
        let mut columns = match import.preset {
            None => Self::default(),
            Some(preset) => preset::columns(preset, table.headers()).ok_or_else(|| {
                let (message, next) = preset::not_its_columns(preset, table.headers());
                Error::data(message).at(table.head()).hint(next)
            })?,
        };
        for ours in COLUMNS {
            match import.columns.get(ours).map(String::as_str) {
                None if import.preset.is_none() => columns.map_own(table, ours)?,
                None => {}
                Some("") => columns.set(ours, None),
                Some(theirs) => columns.map(table, ours, theirs)?,
            }
        }
        columns.check(table, import)?;
        Ok(columns)
    }

    fn map_own(&mut self, table: &Table, ours: &str) -> Result<()> {
        match table.headers().iter().any(|header| header == ours) {
            true => self.map(table, ours, ours),
            false => Ok(()),
        }
    }

    fn map(&mut self, table: &Table, ours: &str, theirs: &str) -> Result<()> {
        let whole = place_of(table, theirs);
        let parts: Vec<&str> = match whole {
            Err(_) if is_charge(ours).is_some() && theirs.contains('+') => theirs.split('+').map(str::trim).collect(),
            _ => vec![theirs],
        };
        let mut found = Vec::new();
        for part in parts {
            let place = place_of(table, part).map_err(|several| {
                let headers = table.headers().iter().map(String::as_str).filter(|name| !name.is_empty());
                let error = if several {
                    Error::configuration(format!("several columns are called `{part}`, which {ours} is mapped to"))
                        .hint(format!("name it by its number, the first being #1: `--column {ours}=#3`"))
                } else {
                    Error::configuration(format!("there is no column `{part}`, which {ours} is mapped to"))
                        .hint(suggestion(part, headers))
                };
                error.at(table.head())
            })?;
            found.push(place);
        }
        if let Some(sign) = is_charge(ours) {
            let charge =
                |column: &usize| Charge { column: *column, currency: currency_in_name(table, *column), sign };
            self.charges = found.iter().map(charge).collect();
        }
        self.set(ours, found.first().copied());
        Ok(())
    }

    /// Sets one of our columns.
    pub fn set(&mut self, ours: &str, column: Option<usize>) {
        if let Some((_, place)) = COLUMNS.iter().zip(&mut self.places).find(|(name, _)| **name == ours) {
            *place = column;
        }
        match ours {
            "currency" => self.currency = column.map(CurrencyAt::Column),
            "account_currency" => self.account_currency = column.map(CurrencyAt::Column),
            _ if column.is_none() && is_charge(ours).is_some() => self.charges.clear(),
            _ => {}
        }
    }

    fn check(&self, table: &Table, import: &CsvImport) -> Result<()> {
        let has = |name: &str| self.get(name).is_some();
        let missing = NEEDED.into_iter().find(|name| !has(name));
        let missing = missing.or_else(|| (!has("time") && !has("date")).then_some("time"));
        match missing {
            None => Ok(()),
            Some(name) => {
                let error = Error::configuration(format!("no column is mapped to {name}")).at(table.head());
                let mut fitting = Preset::ALL.iter().filter(|_| import.preset.is_none());
                if let Some((_, preset, broker)) =
                    fitting.find(|(preset, ..)| preset::columns(*preset, table.headers()).is_some())
                {
                    return Err(error.hint(format!("these are the columns of {broker}: add `--preset {preset}`")));
                }
                let names: Vec<&str> =
                    table.headers().iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
                Err(error.hint(format!(
                    "add `--column {name}=...`, or `{name} = \"...\"` under [csv.columns] in config/config.toml; the \
                     file has {}",
                    names.join(", ")
                )))
            }
        }
    }

    /// Where one of our columns stands.
    pub fn get(&self, ours: &str) -> Option<usize> {
        COLUMNS.iter().zip(self.places).find(|(name, _)| **name == ours).and_then(|(_, place)| place)
    }

    /// The columns with numbers, by which the decimal mark is found.
    pub fn numbers(&self) -> Vec<usize> {
        let numbers = [
            "quantity",
            "price",
            "amount",
            "multiplier",
            "realized_pnl",
            "fx_to_base",
            "exchange_rate",
            "reference_price",
        ];
        let named = numbers.into_iter().filter_map(|name| self.get(name));
        named.chain(self.charges.iter().map(|charge| charge.column)).collect()
    }
}

/// Whether the names on a line can be those of the columns that are needed.
pub fn is_head(names: &[String], import: &CsvImport) -> bool {
    if let Some(preset) = import.preset {
        return preset::columns(preset, names).is_some();
    }
    let has = |ours: &str| match import.columns.get(ours) {
        Some(theirs) if theirs.starts_with('#') => names.len() > 2,
        Some(theirs) => names.iter().any(|name| name == theirs),
        None => names.iter().any(|name| name == ours),
    };
    NEEDED.into_iter().all(has)
}

fn is_charge(ours: &str) -> Option<Sign> {
    match ours {
        "commission" => Some(Sign::Cost),
        "-commission" => Some(Sign::Booked),
        "+commission" => Some(Sign::Charged),
        _ => None,
    }
}

/// The number of a column, by its name or its number (`#1`); `Err(true)` where several have the name.
fn place_of(table: &Table, name: &str) -> Result<usize, bool> {
    let mut same = table.headers().iter().enumerate().filter(|(_, header)| *header == name).map(|(column, _)| column);
    match (same.next(), same.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(true),
        (None, _) => {
            let number = name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
            number
                .and_then(|number| number.checked_sub(1))
                .filter(|column| *column < table.headers().len())
                .ok_or(false)
        }
    }
}

fn currency_in_name(table: &Table, column: usize) -> Option<CurrencyAt> {
    table.headers().get(column).and_then(|name| named_currency(name)).map(CurrencyAt::Named)
}

/// The nearest of some names, or all of them.
fn suggestion<'a>(wrong: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(wrong, names.clone(), usual_edits(wrong)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    }
}
