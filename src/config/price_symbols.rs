//! Yahoo's symbols for the instruments of a record, and the prices that a configuration needs.

use std::collections::BTreeSet;

use super::{Config, Member};
use crate::record::listing::price_symbol_at;
use crate::record::{Currency, PriceSymbol, Ticker};

impl Config {
    /// Yahoo's symbol for an instrument of the broker; `None` if `[yahoo.symbols]` says that Yahoo has no prices of it.
    ///
    /// The owner's own table comes first, by contract number, then by ticker; then the universes; then the listing
    /// exchange.
    ///
    /// # Errors
    /// None of these determines it: a guess could fetch the prices of another company.
    pub fn price_symbol(
        &self,
        ticker: &Ticker,
        conid: Option<u64>,
        exchange: &str,
    ) -> Result<Option<PriceSymbol>, String> {
        let own = &self.yahoo.symbols;
        let by_number = conid.and_then(|number| own.get(&number.to_string()));
        if let Some(named) = by_number.or_else(|| own.get(ticker.as_str())) {
            return Ok((!named.is_empty()).then(|| PriceSymbol::new(named)));
        }
        let member = self.strategy.iter().find_map(|strategy| strategy.member(ticker));
        member.map_or_else(|| price_symbol_at(ticker, exchange), |member| Ok(member.yahoo())).map(Some)
    }

    /// Every symbol of Yahoo's that a strategy needs prices of: its universe, and the exchange rates of members in
    /// another currency than the account's (`GBPUSD=X`: US dollars per pound).
    pub fn universe_symbols(&self) -> BTreeSet<PriceSymbol> {
        let base = self.account.base_currency;
        let members = self.strategy.iter().flat_map(|strategy| &strategy.universe);
        let symbols = |member: &Member| {
            let rate = member.currency.filter(|currency| *currency != base);
            [Some(member.yahoo()), rate.map(|currency| rate_symbol(currency, base))]
        };
        members.flat_map(symbols).flatten().collect()
    }
}

/// Yahoo's symbol of an exchange rate: units of `base` per unit of `currency`.
pub fn rate_symbol(currency: Currency, base: Currency) -> PriceSymbol {
    PriceSymbol::new(format!("{currency}{base}=X"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn config(text: &str) -> Config {
        parse(text, std::path::Path::new("config.toml")).unwrap()
    }

    fn symbol(config: &Config, ticker: &str, conid: u64, exchange: &str) -> Option<String> {
        let found = config.price_symbol(&Ticker::new(ticker), Some(conid), exchange).unwrap();
        found.map(|symbol| symbol.to_string())
    }

    #[test]
    fn every_symbol_of_every_universe_is_named_with_its_exchange_rate() {
        let config = config(
            "[account]\nbase_currency = 'USD'\n[[strategy]]\nid = 'a'\nuniverse = [{ symbol = 'VOD.L', currency = 'GBP' }, { symbol = 'SPY', currency = 'USD' }]\n\
             [[strategy]]\nid = 'b'\nrule = 'fixed_weights'\nweights = { TLT = 0.4 }\nuniverse = [{ symbol = 'TLT' }, { symbol = 'SPY' }]\n",
        );
        let symbols: Vec<String> = config.universe_symbols().iter().map(ToString::to_string).collect();
        assert_eq!(symbols, ["GBPUSD=X", "SPY", "TLT", "VOD.L"]);
        assert_eq!(config.strategy[1].weights["TLT"], rust_decimal::Decimal::new(4, 1));
        assert_eq!(symbol(&config, "VOD", 7, "").as_deref(), Some("VOD.L"));
    }

    #[test]
    fn the_owners_table_comes_first_then_the_universe_then_the_exchange() {
        let config = config(
            "[yahoo.symbols]\nEQQQ = 'EQQQ.PA'\n42 = 'GOLD.L'\nODD = ''\n[[strategy]]\nuniverse = [{ symbol = 'GOLD.DE' }, { symbol = 'EQQQ.DE' }]\n",
        );
        assert_eq!(symbol(&config, "EQQQ", 7, "LSEETF").as_deref(), Some("EQQQ.PA"));
        assert_eq!(symbol(&config, "GOLD", 42, "NYSE").as_deref(), Some("GOLD.L"), "by its contract number");
        assert_eq!(symbol(&config, "GOLD", 43, "NYSE").as_deref(), Some("GOLD.DE"), "a member of the universe");
        assert_eq!(symbol(&config, "VOD", 7, "LSE").as_deref(), Some("VOD.L"));
        assert_eq!(symbol(&config, "ODD", 7, "NYSE"), None, "it has no prices there");
        assert!(config.price_symbol(&Ticker::new("VOD"), None, "").is_err());
    }
}
