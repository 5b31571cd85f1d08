//! The real prices of the demo, built into the program. `data/demo/SOURCE.md` says where they are from.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::error::{Error, Place, Result};
use crate::record::{Bar, PriceSeries, PriceSymbol};

static PRICES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/demo/prices");

/// The five factor ETFs among which the demo chooses, in alphabetical order.
pub const UNIVERSE: [&str; 5] = ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"];

/// The price index the demo is compared with.
pub const BENCHMARK: &str = "^GSPC";

/// The price files as they are stored: file name and content, by name.
pub fn files() -> BTreeMap<String, &'static [u8]> {
    let name = |file: &include_dir::File<'_>| file.path().to_string_lossy().into_owned();
    PRICES.files().map(|file| (name(file), file.contents())).collect()
}

/// All prices of the demo: the five ETFs and the benchmark, in US dollars.
///
/// # Errors
/// A price file of this program that cannot be read, which its tests rule out.
pub fn prices() -> Result<BTreeMap<PriceSymbol, PriceSeries>> {
    files().into_iter().map(|(name, content)| series(&name, content)).collect()
}

fn series(name: &str, content: &[u8]) -> Result<(PriceSymbol, PriceSeries)> {
    let place = || Place::file(format!("data/demo/prices/{name}"));
    let symbol = PriceSymbol::new(name.trim_end_matches(".csv"));
    let bars: Vec<Bar> = csv::Reader::from_reader(content)
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|cause| Error::internal("cannot read the prices of the demo").at(place()).because(cause))?;
    let series = PriceSeries::new(symbol.clone(), bars).map_err(|reason| Error::internal(reason).at(place()))?;
    Ok((symbol, series))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prices_are_those_of_the_source() {
        let prices = prices().unwrap();
        assert_eq!(prices.len(), 6);
        let momentum = &prices[&PriceSymbol::new("MTUM")];
        assert_eq!(momentum.bars().len(), 2264);
        assert_eq!(momentum.bars()[0].close, "52.704".parse().unwrap());
        assert_eq!(momentum.bars()[2263].adjusted_close(), "143.73".parse().unwrap());
        assert_eq!(prices[&PriceSymbol::new(BENCHMARK)].bars()[0].adj_close, None);
    }

    #[test]
    fn all_series_have_the_same_dates() {
        let prices = prices().unwrap();
        let dates =
            |symbol: &str| prices[&PriceSymbol::new(symbol)].bars().iter().map(|bar| bar.date).collect::<Vec<_>>();
        assert!(UNIVERSE.iter().all(|symbol| dates(symbol) == dates(BENCHMARK)));
    }
}
