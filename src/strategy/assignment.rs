//! Which strategy a fill or a position belongs to.

use crate::analysis::instruments::same_ticker;
use crate::analysis::lineage::Lineage;
use crate::config::{Config, Strategy};
use crate::record::{AccountId, Execution, Ticker};

/// The strategy a fill belongs to: one whose account, order reference and tickers all match. Where several match,
/// `symbols` takes precedence over `account`, `account` over `order_ref`, and `order_ref` over the universe; among equals
/// the first in the configuration wins. `None` if no strategy matches. A single strategy owns every fill. Tickers are those
/// of today: a fill under an old one is found by what it has been called since.
pub fn owner_of_fill<'a>(config: &'a Config, fill: &Execution, lineage: &Lineage<'_>) -> Option<&'a Strategy> {
    let label = Some(fill.order_ref.as_deref().unwrap_or_default());
    claimants(config, &fill.account, &lineage.tickers_since(fill), label).first().copied()
}

/// The strategy a position belongs to, by the tickers it has had since. Positions carry no order reference, so that key is
/// ignored.
pub fn owner_of_position<'a>(config: &'a Config, account: &AccountId, tickers: &[Ticker]) -> Option<&'a Strategy> {
    claimants(config, account, tickers, None).first().copied()
}

/// The strategies that claim a position equally, in the order of the configuration.
pub fn claimants_of_position<'a>(config: &'a Config, account: &AccountId, ticker: &Ticker) -> Vec<&'a Strategy> {
    claimants(config, account, std::slice::from_ref(ticker), None)
}

fn claimants<'a>(
    config: &'a Config,
    account: &AccountId,
    tickers: &[Ticker],
    label: Option<&str>,
) -> Vec<&'a Strategy> {
    if let [only] = &*config.strategy {
        return vec![only];
    }
    let claim = |strategy: &'a Strategy| Some((claim(strategy, account, tickers, label)?, strategy));
    let claims: Vec<_> = config.strategy.iter().filter_map(claim).collect();
    let strongest = claims.iter().map(|(claim, _)| *claim).max();
    claims.into_iter().filter(|(claim, _)| Some(*claim) == strongest).map(|(_, strategy)| strategy).collect()
}

/// How strong a strategy's claim is: by `symbols`, by account, by order reference; `None` without a claim.
fn claim(
    strategy: &Strategy,
    account: &AccountId,
    tickers: &[Ticker],
    label: Option<&str>,
) -> Option<(bool, bool, bool)> {
    let of_account = strategy.account.is_empty() || strategy.account == account.private();
    let labelled = !strategy.order_ref.is_empty() && label.is_some();
    let of_label = label.is_none_or(|label| label.starts_with(&strategy.order_ref));
    let is_listed = |ticker: &Ticker| strategy.symbols.iter().any(|symbol| same_ticker(symbol, ticker.as_str()));
    let listed = tickers.iter().any(is_listed);
    // What is said beside the account decides; with nothing said beside it, the account alone; else the universe.
    let of_ticker = match (strategy.symbols.is_empty(), strategy.account.is_empty()) {
        (false, _) => listed,
        (true, false) => true,
        (true, true) => labelled || tickers.iter().any(|ticker| strategy.member(ticker).is_some()),
    };
    (of_account && of_label && of_ticker).then_some((listed, !strategy.account.is_empty(), labelled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::record::testing::{fill, split};
    use crate::record::{ActionKind, CorporateAction, Record};

    fn config(tables: &str) -> Config {
        parse(tables, std::path::Path::new("config.toml")).unwrap()
    }

    fn owners(config: &Config, symbol: &str, account: &str, label: &str) -> (Option<String>, Option<String>) {
        let fill = Execution {
            symbol: Ticker::new(symbol),
            account: AccountId::new(account),
            order_ref: (!label.is_empty()).then(|| label.into()),
            ..fill("a.b.01.01")
        };
        let position = owner_of_position(config, &fill.account, std::slice::from_ref(&fill.symbol));
        let id = |strategy: &Strategy| strategy.id.clone();
        (owner_of_fill(config, &fill, &Lineage::default()).map(id), position.map(id))
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

    #[test]
    fn what_says_more_decides_whatever_comes_first() {
        let config = config(
            "[[strategy]]\nid = 'rest'\nuniverse = [{ symbol = 'SPY' }, { symbol = 'GLD' }]\n\
             [[strategy]]\nid = 'labelled'\norder_ref = 'mom-'\nuniverse = [{ symbol = 'SPY' }]\n\
             [[strategy]]\nid = 'listed'\nsymbols = ['GLD']\nuniverse = [{ symbol = 'GLD' }]\n",
        );
        let id = |name: &str| Some(name.to_owned());
        assert_eq!(owners(&config, "GLD", "U1", ""), (id("listed"), id("listed")));
        assert_eq!(owners(&config, "SPY", "U1", "mom-1").0, id("labelled"));
        assert_eq!(owners(&config, "SPY", "U1", "").0, id("rest"));
        let of = |ticker| claimants_of_position(&config, &AccountId::new("U1"), &Ticker::new(ticker)).len();
        assert_eq!((of("GLD"), of("SPY"), of("XYZ")), (1, 2, 0));
    }

    /// AAA bought, AAA becomes BBB, another company's AAA bought, BBB sold; by contract numbers, or by tickers alone.
    fn renamed(by_number: bool) -> Record {
        let fill = |symbol: &str, conid: u64, day: u32| Execution {
            symbol: Ticker::new(symbol),
            conid: by_number.then_some(conid),
            time: format!("2026-01-{day:02}T15:00:00Z").parse().unwrap(),
            ..fill(&format!("a.{day}.01.01"))
        };
        let leg = |symbol: &str, conid: u64, quantity: &str, of: Option<&str>, ratio: &str| CorporateAction {
            kind: ActionKind::IdentifierChange,
            symbol: Ticker::new(symbol),
            conid: by_number.then_some(conid),
            quantity: by_number.then(|| quantity.parse().unwrap()),
            ratio: if by_number { None } else { ratio.parse().ok() },
            of: of.filter(|_| !by_number).map(Ticker::new),
            text: String::new(),
            ..split(symbol, "0")
        };
        Record {
            executions: vec![fill("AAA", 1, 6), fill("AAA", 9, 10), fill("BBB", 2, 12), fill("AAA", 9, 13)],
            actions: vec![leg("AAA", 1, "-10", None, "0:1"), leg("BBB", 2, "10", Some("AAA"), "1:1")],
            ..Record::default()
        }
    }

    #[test]
    fn a_universe_with_the_new_name_owns_the_fills_under_the_old_one_and_not_those_of_another_company() {
        let config = config(
            "[[strategy]]\nid = 'ours'\nuniverse = [{ symbol = 'BBB' }]\n\
             [[strategy]]\nid = 'theirs'\nuniverse = [{ symbol = 'AAA' }]\n",
        );
        for by_number in [true, false] {
            let record = renamed(by_number);
            let lineage = Lineage::of(&record);
            let owner = |fill| owner_of_fill(&config, fill, &lineage).map(|owner| owner.id.as_str());
            let owners: Vec<_> = record.executions.iter().map(owner).collect();
            assert_eq!(owners, [Some("ours"), Some("theirs"), Some("ours"), Some("theirs")], "{by_number}");
        }
        let mut record = renamed(true);
        record.executions.retain(|fill| fill.conid != Some(9));
        let owner =
            owner_of_fill(&config, &record.executions[0], &Lineage::of(&record)).map(|owner| owner.id.clone());
        assert_eq!(owner.as_deref(), Some("ours"));
    }
}
