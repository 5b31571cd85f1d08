//! Yahoo's name of an instrument, from where the broker says it is listed.

use std::collections::BTreeMap;

use crate::record::Symbol;

/// Yahoo's ending for each listing exchange of IBKR. United States exchanges have none.
const SUFFIXES: [(&str, &str); 46] = [
    ("AEB", ".AS"),
    ("ASX", ".AX"),
    ("BM", ".MC"),
    ("BVL", ".LS"),
    ("BVME", ".MI"),
    ("BVME.ETF", ".MI"),
    ("CPH", ".CO"),
    ("EBS", ".SW"),
    ("ENEXT.BE", ".BR"),
    ("FWB", ".F"),
    ("FWB2", ".F"),
    ("HEX", ".HE"),
    ("IBIS", ".DE"),
    ("IBIS2", ".DE"),
    ("KSE", ".KS"),
    ("LSE", ".L"),
    ("LSEETF", ".L"),
    ("LSEIOB1", ".IL"),
    ("MEXI", ".MX"),
    ("NSE", ".NS"),
    ("OSE", ".OL"),
    ("SBF", ".PA"),
    ("SEHK", ".HK"),
    ("SFB", ".ST"),
    ("SGX", ".SI"),
    ("SWB", ".SG"),
    ("SWB2", ".SG"),
    ("TASE", ".TA"),
    ("TSE", ".TO"),
    ("TSEJ", ".T"),
    ("VENTURE", ".V"),
    ("VSE", ".VI"),
    ("WSE", ".WA"),
    ("AMEX", ""),
    ("ARCA", ""),
    ("BATS", ""),
    ("CBOE", ""),
    ("IEX", ""),
    ("NASDAQ", ""),
    ("NASDAQ.NMS", ""),
    ("NASDAQ.SCM", ""),
    ("NASDAQ.GM", ""),
    ("NYSE", ""),
    ("NYSENAT", ""),
    ("OTCLNKECN", ""),
    ("PINK", ""),
];

/// Yahoo's symbol for a ticker of the broker's.
///
/// The owner's own table comes first, by contract number, then by ticker. Without it the listing exchange decides:
/// `SXLK` on LSEETF is `SXLK.L`. A ticker that is Yahoo's already (`SXLK.L`) stays.
///
/// # Errors
/// An exchange that is not known, or none at all: guessing would fetch another company's prices.
pub fn yahoo_symbol(
    ticker: &Symbol,
    conid: Option<u64>,
    exchange: &str,
    own: &BTreeMap<String, String>,
) -> Result<Symbol, String> {
    let by_number = conid.and_then(|number| own.get(&number.to_string()));
    if let Some(named) = by_number.or_else(|| own.get(ticker.as_str())) {
        return Ok(Symbol::new(named.as_str()));
    }
    let Some((_, suffix)) = SUFFIXES.iter().find(|(name, _)| *name == exchange) else {
        let place = if exchange.is_empty() { "no known exchange".to_owned() } else { format!("exchange {exchange}") };
        return Err(format!("{ticker} is listed on {place}, for which Yahoo's ending is not known"));
    };
    let stem = ticker.as_str().trim().trim_end_matches('.');
    if !suffix.is_empty() && stem.ends_with(suffix) {
        return Ok(Symbol::new(stem));
    }
    let stem = stem.replace([' ', '.'], "-");
    // Hong Kong's numbers have four digits at Yahoo.
    let stem = if *suffix == ".HK" { format!("{stem:0>4}") } else { stem };
    Ok(Symbol::new(format!("{stem}{suffix}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(ticker: &str, exchange: &str) -> Result<String, String> {
        let own = BTreeMap::from([("EQQQ".to_owned(), "EQQQ.PA".to_owned()), ("42".to_owned(), "GOLD.L".to_owned())]);
        yahoo_symbol(&Symbol::new(ticker), Some(7), exchange, &own).map(|symbol| symbol.as_str().to_owned())
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
    fn the_owners_table_comes_first_and_the_unknown_is_not_guessed() {
        assert_eq!(mapped("EQQQ", "LSEETF").unwrap(), "EQQQ.PA");
        let own = BTreeMap::from([("42".to_owned(), "GOLD.L".to_owned())]);
        let gold = Symbol::new("GOLD");
        assert_eq!(yahoo_symbol(&gold, Some(42), "NYSE", &own).unwrap().as_str(), "GOLD.L");
        assert_eq!(yahoo_symbol(&gold, Some(43), "NYSE", &own).unwrap().as_str(), "GOLD");
        assert!(mapped("X", "MOON").unwrap_err().contains("exchange MOON"));
        assert!(mapped("X", "").is_err());
    }
}
