//! Prices, which their source revises: a dividend changes every earlier adjusted close, a split every earlier price.
//!
//! A symbol's file is therefore replaced as a whole. Stored rows that would change or go are put below `data/raw`
//! first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::files::{Placed, read_rows};
use super::super::{Bar, PriceSymbol, SuspiciousBar};
use super::{ChangedPrices, FileSet, Store, SymbolPrices, csv_bytes};
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
    read_rows(path, site).map_err(Error::all)
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
    /// Makes these the bars of a symbol. What is stored and gives way goes below `data/raw`. `None` where no bar that
    /// counts changes.
    pub(super) fn stage_prices(&self, prices: &SymbolPrices, files: &mut FileSet) -> Result<Option<ChangedPrices>> {
        let SymbolPrices { symbol, bars, suspicious } = prices;
        let stored = stored_prices(&self.site, symbol)?;
        let held = suspicious_prices(&self.site, symbol)?;
        let replaced = gone(&stored, bars, |bar| bar.date);
        self.keep_rows(&format!("suspicious-{symbol}.csv"), &gone(&held, suspicious, |bar| bar.date), files)?;
        self.keep_rows(&format!("prices-{symbol}.csv"), &replaced, files)?;
        stage(&file(&self.site.suspicious_prices(), symbol)?, &held, suspicious, files)?;
        stage(&file(&self.site.prices(), symbol)?, &stored, bars, files)?;
        let new = gone(bars, &stored, |bar| bar.date);
        let changed = !new.is_empty() || !replaced.is_empty();
        Ok(changed.then(|| ChangedPrices { symbol: symbol.clone(), new, replaced }))
    }

    fn keep_rows<T: Serialize>(&self, name: &str, rows: &[T], files: &mut FileSet) -> Result<()> {
        if !rows.is_empty() {
            self.keep(name, csv_bytes(rows)?, files);
        }
        Ok(())
    }
}

/// A file without rows counts as missing.
fn stage<T: Serialize + PartialEq>(path: &Path, stored: &[T], rows: &[T], files: &mut FileSet) -> Result<()> {
    if stored == rows {
        return Ok(());
    }
    if rows.is_empty() {
        files.remove(path);
    } else {
        files.write(path, csv_bytes(rows)?);
    }
    Ok(())
}

/// Rows that are not among those that take their place.
fn gone<T: PartialEq + Clone>(stored: &[T], rows: &[T], date: impl Fn(&T) -> NaiveDate) -> Vec<T> {
    let by_date: BTreeMap<NaiveDate, &T> = rows.iter().map(|row| (date(row), row)).collect();
    stored.iter().filter(|row| by_date.get(&date(row)) != Some(row)).cloned().collect()
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
