//! Where an instrument is listed, from the broker's name of the exchange or the ending of Yahoo's symbol.

use super::Exchange;
use crate::brokers;

/// Market identifier codes by the ending of Yahoo's symbols.
const YAHOOS_ENDINGS: [(&str, &str); 26] = [
    ("AS", "XAMS"),
    ("AX", "XASX"),
    ("BR", "XBRU"),
    ("CO", "XCSE"),
    ("DE", "XETR"),
    ("F", "XFRA"),
    ("HE", "XHEL"),
    ("HK", "XHKG"),
    ("IL", "XLON"),
    ("KS", "XKRX"),
    ("L", "XLON"),
    ("LS", "XLIS"),
    ("MC", "XMAD"),
    ("MI", "XMIL"),
    ("MX", "XMEX"),
    ("NS", "XNSE"),
    ("OL", "XOSL"),
    ("PA", "XPAR"),
    ("SG", "XSTU"),
    ("SI", "XSES"),
    ("ST", "XSTO"),
    ("SW", "XSWX"),
    ("T", "XTKS"),
    ("TA", "XTAE"),
    ("TO", "XTSE"),
    ("V", "XTSX"),
];

impl Exchange {
    /// The exchange a broker calls by this name, or whose code it is; `None` for one that is not known.
    pub fn from_listing(name: &str) -> Option<Self> {
        let own_code = || Self::from_mic(name).filter(|exchange| exchange.has_calendar());
        brokers::market_of(name).and_then(Self::from_mic).or_else(own_code)
    }

    /// The exchange of one of Yahoo's symbols: `SXLK.L` is London's, `SPY` New York's. `None` for an index, a currency, a
    /// future, and an ending that is not known.
    pub fn from_yahoo(symbol: &str) -> Option<Self> {
        if symbol.is_empty() || symbol.contains(['^', '=']) || symbol.ends_with("-USD") {
            return None;
        }
        match symbol.rsplit_once('.') {
            None => Some(Self::NEW_YORK),
            Some((_, ending)) => {
                YAHOOS_ENDINGS.iter().find(|(known, _)| *known == ending).and_then(|(_, mic)| Self::from_mic(mic))
            }
        }
    }
}

/// Where the shares of well-known indices are listed, by Yahoo's symbol.
const INDICES: [(&str, &str); 18] = [
    ("^AEX", "XAMS"),
    ("^BFX", "XBRU"),
    ("^DJI", "XNYS"),
    ("^FCHI", "XPAR"),
    ("^FTMC", "XLON"),
    ("^FTSE", "XLON"),
    ("^GDAXI", "XETR"),
    ("^GSPC", "XNYS"),
    ("^IXIC", "XNAS"),
    ("^MDAXI", "XETR"),
    ("^N225", "XTKS"),
    ("^NDX", "XNAS"),
    ("^NYA", "XNYS"),
    ("^RUT", "XNYS"),
    ("^SP500TR", "XNYS"),
    ("^SSMI", "XSWX"),
    ("^TECDAX", "XETR"),
    ("^XNDX", "XNAS"),
];

impl Exchange {
    /// The exchange whose sessions one of Yahoo's symbols goes by: that of a share or fund, or of the shares in an index.
    pub fn of_index_or_share(symbol: &str) -> Option<Self> {
        let index = INDICES.iter().find(|(known, _)| *known == symbol);
        index.and_then(|(_, mic)| Self::from_mic(mic)).or_else(|| Self::from_yahoo(symbol))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_leads_to_the_calendar() {
        let mic = |found: Option<Exchange>| found.map(|exchange| exchange.to_string());
        assert_eq!(mic(Exchange::from_listing("LSEETF")).as_deref(), Some("XLON"));
        assert_eq!(mic(Exchange::from_listing("BATS")).as_deref(), Some("BATS"));
        assert_eq!(mic(Exchange::from_listing("XETR")).as_deref(), Some("XETR"));
        assert_eq!(mic(Exchange::from_listing("SMART")), None);
        assert_eq!(mic(Exchange::from_listing("MOON")), None);
        assert_eq!(mic(Exchange::from_yahoo("SXLK.L")).as_deref(), Some("XLON"));
        assert_eq!(mic(Exchange::from_yahoo("BRK-B")).as_deref(), Some("XNYS"));
        assert_eq!(mic(Exchange::from_yahoo("7203.T")).as_deref(), Some("XTKS"));
        assert_eq!(mic(Exchange::of_index_or_share("^GDAXI")).as_deref(), Some("XETR"));
        assert_eq!(mic(Exchange::of_index_or_share("SPY")).as_deref(), Some("XNYS"));
        for symbol in ["^GSPC", "EURUSD=X", "ES=F", "BTC-USD", "X.MOON", ""] {
            assert_eq!(mic(Exchange::from_yahoo(symbol)), None, "{symbol}");
        }
    }

    #[test]
    fn every_code_in_the_tables_is_well_formed() {
        for (name, mic) in YAHOOS_ENDINGS.iter().chain(&INDICES) {
            assert!(Exchange::from_mic(mic).is_some(), "{name}");
        }
    }
}
