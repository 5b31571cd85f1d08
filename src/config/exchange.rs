//! What the record asks of the configuration, above all by which exchange's sessions it is read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Config, Member, Status, Strategy};
use crate::calendar::Exchange;
use crate::record::{AccountId, Currency, Execution, FlowKind, Settings, Snapshot};

impl Settings for Config {
    fn account(&self) -> Option<AccountId> {
        self.account.id().map(AccountId::new)
    }

    fn base_currency(&self) -> Currency {
        self.account.base_currency
    }

    fn inception(&self) -> Option<NaiveDate> {
        self.site.inception
    }

    fn is_live(&self) -> bool {
        self.site.status == Status::Live
    }

    fn cash_kind(&self, name: &str) -> Option<FlowKind> {
        let mut assigned = self.flex.cash.iter();
        assigned.find(|(known, _)| known.trim().eq_ignore_ascii_case(name.trim())).map(|(_, kind)| *kind)
    }

    fn is_paper(&self) -> bool {
        self.site.status == Status::Paper
    }

    fn has_status(&self) -> bool {
        self.site.status != Status::Unset
    }

    fn exchange(&self, fills: &[Execution], snapshots: &[&Snapshot]) -> Exchange {
        exchange(self, fills.iter(), snapshots.iter().copied())
    }
}

/// `[account] exchange`; by default the exchange on which most instruments held or traded are listed or, before there are
/// any, most of the configured universe; failing that, New York. For an exchange without a known calendar, weekdays in
/// `[ibkr] exchange_zone` count as sessions.
fn exchange<'a>(
    config: &Config,
    fills: impl Iterator<Item = &'a Execution>,
    snapshots: impl Iterator<Item = &'a Snapshot>,
) -> Exchange {
    let fills = fills.map(|fill| (&fill.symbol, fill.exchange.as_str()));
    let positions = snapshots.flat_map(Snapshot::known_positions);
    let positions = positions.map(|position| (&position.symbol, position.exchange.as_str()));
    let instruments: BTreeSet<_> = fills.chain(positions).collect();
    let by_symbol = |ticker, name| {
        let symbol = config.price_symbol(ticker, None, name).ok().flatten()?;
        Exchange::from_yahoo(symbol.as_str())
    };
    let listed: BTreeSet<_> = instruments
        .iter()
        .filter_map(|(ticker, name)| {
            let exchange = Exchange::from_listing(name).or_else(|| by_symbol(ticker, name))?.primary();
            Some((*ticker, exchange.to_string()))
        })
        .collect();
    let of_instruments = || most_common(listed.iter().filter_map(|(_, code)| Exchange::from_mic(code)));
    let of_universe = || Some(of_members(configured(config))).filter(|_| instruments.is_empty());
    let chosen = config.account.exchange.or_else(of_instruments).or_else(of_universe).unwrap_or_default();
    chosen.or_weekdays_in(config.ibkr.exchange_zone)
}

/// The members of all configured universes; the default universe does not count.
fn configured(config: &Config) -> impl Iterator<Item = &Member> {
    let unset = Strategy::default().universe;
    config.strategy.iter().filter(move |strategy| strategy.universe != unset).flat_map(|strategy| &strategy.universe)
}

/// Where most of these instruments are listed; New York without any.
pub fn of_members<'a>(members: impl Iterator<Item = &'a Member>) -> Exchange {
    most_common(members.filter_map(|member| Exchange::from_yahoo(&member.symbol))).unwrap_or_default()
}

/// The most frequent one, exchanges with the same sessions taken together. Of equally frequent ones New York comes
/// first, then the one whose code does.
fn most_common(exchanges: impl Iterator<Item = Exchange>) -> Option<Exchange> {
    let mut counts: BTreeMap<String, (Exchange, usize)> = BTreeMap::new();
    for exchange in exchanges.map(Exchange::primary) {
        counts.entry(exchange.to_string()).or_insert((exchange, 0)).1 += 1;
    }
    let rank = |(code, (exchange, count)): &(String, (Exchange, usize))| {
        (*count, *exchange == Exchange::default(), Reverse(code.clone()))
    };
    counts.into_iter().max_by_key(rank).map(|(_, (exchange, _))| exchange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Ticker;
    use crate::record::testing::fill;

    fn of(config: &Config, listings: &[(&str, &str)]) -> String {
        let fills: Vec<Execution> = listings
            .iter()
            .map(|(ticker, exchange)| Execution {
                symbol: Ticker::new(*ticker),
                exchange: (*exchange).into(),
                ..fill(ticker)
            })
            .collect();
        exchange(config, fills.iter(), [].iter()).to_string()
    }

    #[test]
    fn the_exchange_is_where_most_instruments_are_listed() {
        let config = Config::default();
        let american = [("A", "NYSE"), ("B", "NASDAQ"), ("C", "ARCA")];
        assert_eq!(of(&config, &american), "XNYS");
        // Several fills of one instrument count once.
        let mixed = [("A", "NYSE"), ("V", "LSE"), ("V", "LSEETF"), ("W", "LSEETF")];
        assert_eq!(of(&config, &mixed), "XLON");
        assert_eq!(of(&config, &[("A", "NYSE"), ("B", "ARCA"), ("V", "LSE"), ("V", "LSEETF")]), "XNYS");
        assert_eq!(of(&config, &[("A", "NYSE"), ("V", "LSE")]), "XNYS", "a tie");
        assert_eq!(of(&config, &[("A", "SEHK"), ("B", "SEHK"), ("C", "NYSE")]), "XHKG");
        assert_eq!(of(&config, &[("SXLK", ""), ("SXLF", "SMART")]), "XLON", "where the universe has them");
        assert_eq!(of(&config, &[("A", "SMART")]), "XNYS", "nothing is known");
    }

    #[test]
    fn without_instruments_a_configured_universe_decides_and_the_configuration_always_does() {
        let mut config = Config::default();
        assert_eq!(of(&config, &[]), "XNYS", "the nine sectors were not asked for");
        let text = "[[strategy]]\nid = \"own\"\nuniverse = [{ symbol = \"SAP.DE\" }]\n";
        assert_eq!(of(&crate::config::parse(text, "config.toml".as_ref()).unwrap(), &[]), "XETR");
        config.account.exchange = Exchange::from_mic("XETR");
        assert_eq!(of(&config, &[("A", "NYSE")]), "XETR");
        config.account.exchange = Exchange::from_mic("XHKG");
        config.ibkr.exchange_zone = chrono_tz::Asia::Hong_Kong;
        let chosen = exchange(&config, [].iter(), [].iter());
        assert_eq!((chosen.zone(), chosen.has_calendar()), (chrono_tz::Asia::Hong_Kong, false));
    }
}
