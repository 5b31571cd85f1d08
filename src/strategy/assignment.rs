//! Which strategy a fill or a position belongs to.

use crate::analysis::instruments::same_ticker;
use crate::config::{Config, Strategy};
use crate::record::{AccountId, Execution, Symbol};

/// The strategy a fill belongs to: the first whose account, order reference and tickers all fit. `None` for a fill of
/// no strategy. Without several strategies every fill is of the one.
pub fn owner_of_fill<'a>(config: &'a Config, fill: &Execution) -> Option<&'a Strategy> {
    owner(config, &fill.account, &fill.symbol, Some(fill.order_ref.as_deref().unwrap_or_default()))
}

/// The strategy a position belongs to; an order reference cannot tell it.
pub fn owner_of_position<'a>(config: &'a Config, account: &AccountId, ticker: &Symbol) -> Option<&'a Strategy> {
    owner(config, account, ticker, None)
}

fn owner<'a>(config: &'a Config, account: &AccountId, ticker: &Symbol, label: Option<&str>) -> Option<&'a Strategy> {
    if let [only] = &*config.strategy {
        return Some(only);
    }
    config.strategy.iter().find(|strategy| {
        let of_account = strategy.account.is_empty() || strategy.account == account.private();
        let labelled = !strategy.order_ref.is_empty() && label.is_some();
        let of_label = label.is_none_or(|label| label.starts_with(&strategy.order_ref));
        let listed = strategy.symbols.iter().any(|symbol| same_ticker(&Symbol::new(symbol), ticker));
        // What is said beside the account decides; with nothing said beside it, the account alone; else the universe.
        let of_ticker = match (strategy.symbols.is_empty(), strategy.account.is_empty()) {
            (false, _) => listed,
            (true, false) => true,
            (true, true) => labelled || strategy.member(ticker).is_some(),
        };
        of_account && of_label && of_ticker
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::record::testing::fill;

    fn config(tables: &str) -> Config {
        parse(tables, std::path::Path::new("config.toml")).unwrap()
    }

    fn owners(config: &Config, symbol: &str, account: &str, label: &str) -> (Option<String>, Option<String>) {
        let fill = Execution {
            symbol: Symbol::new(symbol),
            account: AccountId::new(account),
            order_ref: (!label.is_empty()).then(|| label.into()),
            ..fill("a.b.01.01")
        };
        let position = owner_of_position(config, &fill.account, &fill.symbol);
        let id = |strategy: &Strategy| strategy.id.clone();
        (owner_of_fill(config, &fill).map(id), position.map(id))
    }

    #[test]
    fn one_strategy_owns_everything() {
        let both = |id: &str| (Some(id.to_owned()), Some(id.to_owned()));
        assert_eq!(owners(&Config::default(), "ANY", "U1", ""), both("momentum"));
    }

    #[test]
    fn tickers_labels_accounts_and_universes_tell_strategies_apart() {
        let config = config(
            "[[strategy]]\nid = 'listed'\nsymbols = ['GLD']\nuniverse = [{ symbol = 'GLD' }]\n\
             [[strategy]]\nid = 'labelled'\norder_ref = 'mom-'\nuniverse = [{ symbol = 'MTUM' }]\n\
             [[strategy]]\nid = 'other'\naccount = 'U9'\nuniverse = [{ symbol = 'SPY' }]\n\
             [[strategy]]\nid = 'rest'\nuniverse = [{ symbol = 'SPY' }]\n",
        );
        let id = |name: &str| Some(name.to_owned());
        assert_eq!(owners(&config, "GLD", "U1", ""), (id("listed"), id("listed")));
        assert_eq!(owners(&config, "QUAL", "U1", "mom-2020"), (id("labelled"), None));
        assert_eq!(owners(&config, "MTUM", "U1", ""), (None, id("labelled")));
        assert_eq!(owners(&config, "ANY", "U9", ""), (id("other"), id("other")));
        assert_eq!(owners(&config, "SPY", "U1", ""), (id("rest"), id("rest")));
        assert_eq!(owners(&config, "XYZ", "U1", ""), (None, None));
    }
}
