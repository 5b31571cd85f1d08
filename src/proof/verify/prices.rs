//! Closes that a reader brings to hold returns against: a folder of tables, one for each instrument.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, NaiveDate};

use super::range::Range;
use crate::error::{Error, Place, Result};

/// How old a close may be that stands for a day.
const MOST_DAYS: u64 = 7;

/// One instrument's closes, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
struct Series {
    bars: Vec<Bar>,
    /// As the table names it; without it they are in the account's own.
    currency: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bar {
    date: NaiveDate,
    close: f64,
    /// With distributions reinvested, where the table has it.
    adjusted: Option<f64>,
}

/// Closes by the name of their file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    series: BTreeMap<String, Series>,
    base: String,
}

impl Prices {
    /// Reads every `.csv` of a folder: columns `date` and `close`, and where there are some `adj_close` (or `Adj Close`) and `currency`;
    /// others are passed over. Rows without a close are none.
    ///
    /// # Errors
    /// No table, or a row that is none.
    pub fn read(folder: &Path) -> Result<Self> {
        let listed =
            std::fs::read_dir(folder).map_err(|error| Error::io("read the folder of prices", folder, error))?;
        let mut prices = Self::default();
        for file in listed.flatten() {
            let path = file.path();
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
                prices.series.insert(stem, series(&path)?);
            }
        }
        if prices.series.is_empty() {
            return Err(Error::usage("no table of prices is here").at(Place::file(folder)).hint(
                "one `.csv` for each instrument, named by its ticker, with the columns date, close and, if you have it, adj_close",
            ));
        }
        Ok(prices)
    }

    /// Closes given as they are, for an account in a currency.
    #[cfg(test)]
    pub fn of(given: &[(&str, &[(NaiveDate, f64)])]) -> Self {
        let bar = |(date, close): &(NaiveDate, f64)| Bar { date: *date, close: *close, adjusted: None };
        let series = given.iter().map(|(name, bars)| {
            ((*name).to_owned(), Series { bars: bars.iter().map(bar).collect(), currency: None })
        });
        Self { series: series.collect(), base: String::new() }
    }

    /// The same for an account in this currency.
    pub fn in_currency(mut self, base: &str) -> Self {
        self.base = base.to_owned();
        self
    }

    /// The dates between two, the first left out, on which an instrument has a close.
    pub fn dates(&self, symbol: &str, after: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
        let bars = self.find(symbol).map(|series| series.bars.as_slice()).unwrap_or_default();
        bars.iter().map(|bar| bar.date).filter(|date| *date > after && *date <= until).collect()
    }

    /// By what factor a holding changes in the account's currency: with distributions and without, whichever is less and whichever is more.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn change(&self, symbol: &str, from: NaiveDate, until: NaiveDate) -> Result<Range, String> {
        let series = self.find(symbol).ok_or_else(|| format!("no prices of {symbol}"))?;
        let rate = self.rate(series, until)? / self.rate(series, from)?;
        let (first, last) = (series.at(symbol, from)?, series.at(symbol, until)?);
        let price = last.close / first.close * rate;
        let total = match (first.adjusted, last.adjusted) {
            (Some(first), Some(last)) => last / first * rate,
            _ => price,
        };
        Ok(Range { least: price.min(total), most: price.max(total) })
    }

    /// By what factor something that was traded at a price has changed since. A price in other units than the closes, as before a split,
    /// counts as the close of its day.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn change_since(&self, symbol: &str, day: NaiveDate, price: f64, until: NaiveDate) -> Result<Range, String> {
        let series = self.find(symbol).ok_or_else(|| format!("no prices of {symbol}"))?;
        let Range { least, most } = self.change(symbol, day, until)?;
        let on_day = series.at(symbol, day)?.close / price;
        let on_day = if (0.75..=1.33).contains(&on_day) { on_day } else { 1.0 };
        Ok(Range { least: least * on_day, most: most * on_day })
    }

    /// The table of a ticker: of its name, or the only one of its name and a market's ending.
    fn find(&self, symbol: &str) -> Option<&Series> {
        if let Some(series) = self.series.get(symbol) {
            return Some(series);
        }
        let is_it = |name: &&String| name.split_once('.').is_some_and(|(ticker, _)| ticker == symbol);
        let mut found = self.series.keys().filter(is_it);
        let only = found.next()?;
        found.next().is_none().then(|| self.series.get(only))?
    }

    /// What a unit of a series' currency is worth in the account's.
    fn rate(&self, series: &Series, date: NaiveDate) -> Result<f64, String> {
        // Pence are a hundredth at any time.
        let of = match series.currency.as_deref() {
            Some("GBp" | "GBX") => "GBP",
            Some(currency) => currency,
            None => return Ok(1.0),
        };
        if of == self.base || self.base.is_empty() {
            return Ok(1.0);
        }
        let (pair, inverse) = (format!("{of}{}=X", self.base), format!("{}{of}=X", self.base));
        if let Some(series) = self.series.get(&pair) {
            return Ok(series.at(&pair, date)?.close);
        }
        match self.series.get(&inverse) {
            Some(series) => Ok(1.0 / series.at(&inverse, date)?.close),
            None => Err(format!("no rates from {of} to {}: bring {pair}.csv", self.base)),
        }
    }
}

impl Series {
    /// The newest close up to a date.
    fn at(&self, name: &str, date: NaiveDate) -> Result<Bar, String> {
        let after = self.bars.partition_point(|bar| bar.date <= date);
        let bar = after.checked_sub(1).and_then(|at| self.bars.get(at)).copied();
        let oldest = date.checked_sub_days(Days::new(MOST_DAYS));
        bar.filter(|bar| Some(bar.date) >= oldest).ok_or_else(|| format!("no price of {name} for {date}"))
    }
}

fn series(path: &Path) -> Result<Series> {
    let wrong = |line: u64, what: String| {
        Error::data(what).at(Place { line: usize::try_from(line).ok(), ..Place::file(path) })
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| wrong(1, format!("the prices cannot be read: {error}")))?;
    let headers = reader.headers().map_err(|error| wrong(1, format!("the prices cannot be read: {error}")))?.clone();
    let column = |names: &[&str]| {
        headers
            .iter()
            .position(|header| names.contains(&header.trim_start_matches('\u{feff}').trim().to_lowercase().as_str()))
    };
    let (Some(date), Some(close)) = (column(&["date"]), column(&["close"])) else {
        return Err(wrong(1, "the prices have no columns `date` and `close`".to_owned()));
    };
    let (adjusted, currency) = (column(&["adj_close", "adj close"]), column(&["currency"]));
    let mut series = Series::default();
    for row in reader.records() {
        let row = row.map_err(|error| wrong(1, format!("the prices cannot be read: {error}")))?;
        let line = row.position().map_or(1, csv::Position::line);
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map(str::trim).filter(|text| !text.is_empty());
        let price = |at| cell(at).and_then(|text| text.parse::<f64>().ok()).filter(|price| *price > 0.0);
        let Some(text) = cell(Some(date)) else { continue };
        let day = text.get(..10).and_then(|day| day.parse().ok());
        let day = day.ok_or_else(|| wrong(line, format!("`{text}` is no date such as 2026-01-27")))?;
        let Some(close) = price(Some(close)) else { continue };
        series.currency = series.currency.or_else(|| cell(currency).map(str::to_owned));
        series.bars.push(Bar { date: day, close, adjusted: price(adjusted) });
    }
    series.bars.sort_by_key(|bar| bar.date);
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
        folder
    }

    #[test]
    fn plain_tables_and_those_of_yahoo_are_read() {
        let folder = folder(&[
            ("PLAIN.csv", "date,close\n2026-01-30,100\n2026-02-27,110\n"),
            (
                "SXLK.L.csv",
                "Date,Open,High,Low,Close,Adj Close,Volume\n2026-01-30,1,1,1,50,40,9\n2026-02-27,null,,,55,45,9\n2026-03-02,,,,null,,\n",
            ),
            ("note.txt", "nothing"),
        ]);
        let prices = Prices::read(folder.path()).unwrap();
        let change = |symbol| prices.change(symbol, day("2026-01-31"), day("2026-02-28")).unwrap();
        assert_eq!((change("PLAIN").least, change("PLAIN").most), (1.1, 1.1));
        assert_eq!((change("SXLK").least, change("SXLK").most), (1.1, 1.125));
        assert!(
            prices.change("OTHER", day("2026-01-31"), day("2026-02-28")).unwrap_err().contains("no prices of OTHER")
        );
        let late = prices.change("PLAIN", day("2026-01-31"), day("2026-03-31")).unwrap_err();
        assert_eq!(late, "no price of PLAIN for 2026-03-31");
        let since = prices.change_since("PLAIN", day("2026-01-30"), 99.0, day("2026-02-27")).unwrap();
        assert!((since.most - 110.0 / 99.0).abs() < 1e-12);
        // Before a split of 4 to 1.
        let split = prices.change_since("PLAIN", day("2026-01-30"), 396.0, day("2026-02-27")).unwrap();
        assert_eq!(split.most, 1.1);
    }

    #[test]
    fn closes_in_another_currency_need_its_rate() {
        let vod = ("VOD.L.csv", "date,close,currency\n2026-01-30,70,GBp\n2026-02-27,70,GBp\n");
        let pair = ("GBPUSD=X.csv", "date,close\n2026-01-30,1.2\n2026-02-27,1.5\n");
        let change = |files: &[(&str, &str)], base| {
            let prices = Prices::read(folder(files).path()).unwrap().in_currency(base);
            prices.change("VOD", day("2026-01-30"), day("2026-02-27")).map(|factor| factor.most)
        };
        assert_eq!(change(&[vod], "GBP"), Ok(1.0));
        assert_eq!(change(&[vod, pair], "USD"), Ok(1.25));
        assert_eq!(change(&[vod], "USD"), Err("no rates from GBP to USD: bring GBPUSD=X.csv".to_owned()));
    }

    #[test]
    fn what_is_no_table_is_named_with_its_line() {
        let said = |text: &str| Prices::read(folder(&[("A.csv", text)]).path()).unwrap_err();
        assert!(said("day,price\n").message().contains("no columns `date` and `close`"));
        let error = said("date,close\n2026-01-30,1\n30.01.2026,1\n");
        assert_eq!(error.place().unwrap().line, Some(3));
        assert!(Prices::read(folder(&[]).path()).unwrap_err().message().contains("no table"));
    }
}
