//! Prices, which their source revises: a dividend changes every earlier adjusted close, a split every earlier price.
//!
//! A symbol's file is therefore replaced as a whole. Stored rows that would change or go are put below `data/raw`
//! first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::files::{Placed, read_rows};
use super::super::{Bar, PriceSymbol, SuspiciousBar};
use super::{Store, csv_bytes};
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;

/// The stored bars of a symbol, ascending by date.
///
/// # Errors
/// A symbol that cannot name a file, a row that cannot be read, or a date with two different rows.
pub fn stored_prices(site: &SiteDir, symbol: &PriceSymbol) -> Result<Vec<Bar>> {
    by_date(read(site, &file(&site.prices(), symbol)?)?, |bar: &Bar| bar.date)
}

/// The bars of a symbol that are kept out of figures, ascending by date.
///
/// # Errors
/// As [`stored_prices`].
pub fn suspicious_prices(site: &SiteDir, symbol: &PriceSymbol) -> Result<Vec<SuspiciousBar>> {
    by_date(read(site, &file(&site.suspicious_prices(), symbol)?)?, |bar: &SuspiciousBar| bar.date)
}

fn file(folder: &Path, symbol: &PriceSymbol) -> Result<PathBuf> {
    let name = symbol.as_str();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        return Err(Error::data(format!("`{symbol}` cannot name a file of prices")).hint("correct the symbol"));
    }
    Ok(folder.join(format!("{symbol}.csv")))
}

fn read<T: DeserializeOwned>(site: &SiteDir, path: &Path) -> Result<Vec<Placed<T>>> {
    read_rows(path, site.root()).map_err(Error::all)
}

fn by_date<T: PartialEq>(rows: Vec<Placed<T>>, date: impl Fn(&T) -> NaiveDate) -> Result<Vec<T>> {
    let mut known: BTreeMap<NaiveDate, Placed<T>> = BTreeMap::new();
    for (place, row) in rows {
        let date = date(&row);
        match known.get(&date) {
            Some((first, other)) if *other != row => {
                let message = format!("{date} stands here again with other prices than at {first}");
                return Err(Error::data(message).at(place).hint("delete the wrong row, then collect prices again"));
            }
            _ => drop(known.insert(date, (place, row))),
        }
    }
    Ok(known.into_values().map(|(_, row)| row).collect())
}

impl Store {
    /// Makes these the bars of a symbol, and those the bars that are kept out, both ascending by date. Returns
    /// whether bars that counted were put below `data/raw`.
    ///
    /// Whenever this is interrupted, every bar is in one of the two files; running it again completes it.
    ///
    /// # Errors
    /// A symbol that cannot name a file, a stored file that cannot be read, or a write that fails.
    pub fn put_prices(&self, symbol: &PriceSymbol, bars: &[Bar], suspicious: &[SuspiciousBar]) -> Result<bool> {
        let (main, aside) = (file(&self.site.prices(), symbol)?, file(&self.site.suspicious_prices(), symbol)?);
        let stored = stored_prices(&self.site, symbol)?;
        let held = suspicious_prices(&self.site, symbol)?;
        let staying: BTreeSet<NaiveDate> = suspicious.iter().map(|bar| bar.date).collect();
        let mut both: Vec<_> = held.iter().filter(|bar| !staying.contains(&bar.date)).cloned().collect();
        both.extend_from_slice(suspicious);
        both.sort_by_key(|bar| bar.date);

        self.keep(&format!("suspicious-{symbol}.csv"), &gone(&held, &both, |bar| bar.date))?;
        self.replace(&aside, &held, &both)?;
        let lost = gone(&stored, bars, |bar| bar.date);
        self.keep(&format!("prices-{symbol}.csv"), &lost)?;
        self.replace(&main, &stored, bars)?;
        self.keep(&format!("suspicious-{symbol}.csv"), &gone(&both, suspicious, |bar| bar.date))?;
        self.replace(&aside, &both, suspicious)?;
        Ok(!lost.is_empty())
    }

    fn keep<T: Serialize>(&self, name: &str, rows: &[T]) -> Result<()> {
        if rows.is_empty() { Ok(()) } else { self.archive(name, &csv_bytes(rows)?).map(drop) }
    }

    /// A file without rows is none.
    fn replace<T: Serialize + PartialEq>(&self, path: &Path, stored: &[T], rows: &[T]) -> Result<()> {
        if stored == rows {
            return Ok(());
        }
        if rows.is_empty() {
            return std::fs::remove_file(path).map_err(|error| Error::io("remove the file", path, error));
        }
        self.write(path, &csv_bytes(rows)?)
    }
}

/// Rows that are not among those that take their place.
fn gone<T: PartialEq + Clone>(stored: &[T], rows: &[T], date: impl Fn(&T) -> NaiveDate) -> Vec<T> {
    let by_date: BTreeMap<NaiveDate, &T> = rows.iter().map(|row| (date(row), row)).collect();
    stored.iter().filter(|row| by_date.get(&date(row)) != Some(row)).cloned().collect()
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
