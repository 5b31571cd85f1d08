//! Yahoo's name of an instrument, from where the broker says it is listed.

use super::name::{PriceSymbol, Ticker};
use crate::brokers;

/// Yahoo's symbol for a ticker of the broker's, by its listing exchange: `SXLK` on LSEETF is `SXLK.L`. A ticker that is
/// Yahoo's already (`SXLK.L`) stays.
///
/// # Errors
/// An exchange that is not known, or none at all: guessing would fetch another company's prices.
pub fn price_symbol_at(ticker: &Ticker, exchange: &str) -> Result<PriceSymbol, String> {
    let Some(suffix) = brokers::yahoo_ending(exchange) else {
        let place = if exchange.is_empty() { "no known exchange".to_owned() } else { format!("exchange {exchange}") };
        return Err(format!("{ticker} is listed on {place}, for which Yahoo's ending is not known"));
    };
    let stem = ticker.as_str().trim().trim_end_matches('.');
    if !suffix.is_empty() && stem.ends_with(suffix) {
        return Ok(PriceSymbol::new(stem));
    }
    let stem = stem.replace([' ', '.'], "-");
    // Hong Kong's numbers have four digits at Yahoo.
    let stem = if suffix == ".HK" { format!("{stem:0>4}") } else { stem };
    Ok(PriceSymbol::new(format!("{stem}{suffix}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(ticker: &str, exchange: &str) -> Result<String, String> {
        price_symbol_at(&Ticker::new(ticker), exchange).map(|symbol| symbol.to_string())
    }

    #[test]
    fn the_listing_exchange_decides_the_ending() {
        for (ticker, exchange, expected) in [
            ("SXLK", "LSEETF", "SXLK.L"),
            ("VOD", "LSE", "VOD.L"),
            ("BP.", "LSE", "BP.L"),
            ("SAP", "IBIS", "SAP.DE"),
            ("BRK B", "NYSE", "BRK-B"),
            ("MSFT", "NASDAQ", "MSFT"),
            ("5", "SEHK", "0005.HK"),
            ("RDSA", "AEB", "RDSA.AS"),
            ("SXLK.L", "LSEETF", "SXLK.L"),
            ("NOVO B", "CPH", "NOVO-B.CO"),
        ] {
            assert_eq!(mapped(ticker, exchange).unwrap(), expected);
        }
    }

    #[test]
    fn an_unknown_exchange_is_not_guessed() {
        assert!(mapped("X", "MOON").unwrap_err().contains("exchange MOON"));
        assert!(mapped("X", "").is_err());
    }
}
