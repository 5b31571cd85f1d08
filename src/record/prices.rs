//! Reads `data/prices/`: every bar for figures, or the month-ends alone for signals.

mod edited;
mod plain;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::files::{Placed, files, read_rows};
use super::possible::is_price;
use super::{Bar, Finding, FindingKind, PriceSeries, PriceSymbol, Severity};
use crate::calendar::YearMonth;
use crate::error::Place;
use crate::site_dir::SiteDir;

/// Price series by symbol.
type Prices = BTreeMap<PriceSymbol, PriceSeries>;

/// All prices, and what is wrong with them.
pub(super) fn all(site: &SiteDir, today: NaiveDate) -> (Prices, Vec<Finding>) {
    let paths = match files(&site.prices(), "csv") {
        Ok(paths) => paths,
        Err(error) => return (Prices::new(), vec![Finding::from_error(FindingKind::Unreadable, &error)]),
    };
    let read: Vec<_> = paths.par_iter().map(|path| series(path, &symbol_of(path), site, today)).collect();
    let mut findings = Vec::new();
    let mut prices = Prices::new();
    for (series, found) in read {
        findings.extend(found);
        prices.extend(series.map(|series| (series.symbol.clone(), series)));
    }
    (prices, findings)
}

/// The prices of these symbols at the end of each month and on `as_of`, for rules that look at nothing else.
///
/// A series has its first and its newest bar, the last bar of each month, and the last one up to `as_of`: on all these
/// dates it answers as the whole series would. The days between are read and checked, and then forgotten, so that
/// hundreds of symbols over decades fit into little memory. A file that cannot be read gives no series.
pub fn month_ends(site: &SiteDir, symbols: &BTreeSet<PriceSymbol>, as_of: NaiveDate, today: NaiveDate) -> Prices {
    // Only names that a file of the folder has: a symbol is no path.
    let paths = files(&site.prices(), "csv").unwrap_or_default();
    let wanted = paths.par_iter().map(|path| (path, symbol_of(path))).filter(|(_, symbol)| symbols.contains(symbol));
    let read = wanted.filter_map(|(path, symbol)| {
        let plain = std::fs::read(path).ok().and_then(|text| plain::month_ends(&text, as_of, today));
        let plain = plain.and_then(|bars| PriceSeries::new(symbol.clone(), bars).ok());
        let series = plain.or_else(|| thinned(&series(path, &symbol, site, today).0?, as_of))?;
        Some((symbol, series))
    });
    read.collect()
}

fn symbol_of(path: &Path) -> PriceSymbol {
    PriceSymbol::new(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default())
}

/// The series without the bars that [`month_ends`] leaves out.
fn thinned(series: &PriceSeries, as_of: NaiveDate) -> Option<PriceSeries> {
    let bars = series.bars();
    let stays = |(number, bar): &(usize, &Bar)| {
        let next = number.checked_add(1).and_then(|next| bars.get(next));
        *number == 0 || next.is_none_or(|next| is_last_before(bar.date, next.date, as_of))
    };
    let kept = bars.iter().enumerate().filter(stays).map(|(_, bar)| bar.clone());
    // Prices that were pence are pounds by now.
    let kept = kept.map(|bar| Bar { currency: series.currency.to_string(), ..bar });
    PriceSeries::new(series.symbol.clone(), kept.collect()).ok()
}

/// Whether a month, or the time up to `as_of`, ends between two bars.
fn is_last_before(date: NaiveDate, next: NaiveDate, as_of: NaiveDate) -> bool {
    YearMonth::of(date) != YearMonth::of(next) || (date <= as_of && next > as_of)
}

/// The series of one file, and what is wrong with the file.
fn series(
    path: &Path,
    symbol: &PriceSymbol,
    site: &SiteDir,
    today: NaiveDate,
) -> (Option<PriceSeries>, Vec<Finding>) {
    let rows = match read_rows(path, site) {
        Ok(rows) => rows,
        Err(errors) => {
            return (None, errors.iter().map(|error| Finding::from_error(FindingKind::Unreadable, error)).collect());
        }
    };
    let mut findings = Vec::new();
    let bars = believable(rows, today, &mut findings);
    match PriceSeries::new(symbol.clone(), bars) {
        Ok(series) => {
            findings.extend(edited::findings(&series, &Place::file(path).relative_to(site.root())));
            (Some(series), findings)
        }
        Err(message) => {
            let next = "collect or write its prices again";
            let place = Place::file(path).relative_to(site.root());
            findings.push(Finding::new(Severity::Error, FindingKind::Unreadable, message, next).at(place));
            (None, findings)
        }
    }
}

/// The rows that can be true, one for each date.
fn believable(rows: Vec<Placed<Bar>>, today: NaiveDate, findings: &mut Vec<Finding>) -> Vec<Bar> {
    let mut by_date: BTreeMap<NaiveDate, Placed<Bar>> = BTreeMap::new();
    let mut error = |place: Place, kind, message: String, next: &str| {
        findings.push(Finding::new(Severity::Error, kind, message, next).at(place));
    };
    for (place, bar) in rows {
        if !is_price(bar.close) || !is_price(bar.adjusted_close()) {
            let message = "a price is not above zero, or larger than any".to_owned();
            error(place, FindingKind::Impossible, message, "delete the row and collect prices again");
        } else if let Some((first, other)) = by_date.get(&bar.date) {
            if *other != bar {
                let message = format!("{} stands here again with other prices than at {first}", bar.date);
                error(place, FindingKind::Conflict, message, "delete the wrong row");
            }
        } else if bar.date > today {
            let message = format!("it is dated {}, which has not come yet", bar.date);
            error(place, FindingKind::Future, message, "correct the date, or this computer's clock");
        } else {
            by_date.insert(bar.date, (place, bar));
        }
    }
    by_date.into_values().map(|(_, bar)| bar).collect()
}

#[cfg(test)]
mod tests;
